//! Text measured in columns and cut by what people see as characters.
//!
//! Invariant: names and descriptions are other people's. Everything that is drawn goes through [`harmless`] here, and is
//! measured as it is drawn: nothing can reorder, hide or move what stands beside it.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use shared::text::is_invisible;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

/// `text` without what reorders, joins or hides it; a control character is a `�`, so that something is seen to be there.
#[must_use]
pub fn harmless(text: &str) -> Cow<'_, str> {
    let is_harmful = |c: char| c.is_control() || is_invisible(c);
    if !text.contains(is_harmful) {
        return Cow::Borrowed(text);
    }
    let seen = text.chars().filter(|c| !is_invisible(*c));
    Cow::Owned(seen.map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect())
}

/// Columns that `text` takes.
#[must_use]
pub fn width(text: &str) -> u16 {
    u16::try_from(harmless(text).width()).unwrap_or(u16::MAX)
}

/// `text` in at most `columns`, with `…` where it was cut.
#[must_use]
pub fn cut(text: &str, columns: u16) -> String {
    let text = &*harmless(text);
    if width(text) <= columns {
        return text.to_owned();
    }
    if columns == 0 {
        return String::new();
    }
    let mut kept = String::new();
    for cluster in text.graphemes(true) {
        if width(&kept) + width(cluster) + 1 > columns {
            break;
        }
        kept.push_str(cluster);
    }
    kept.push('…');
    kept
}

/// `text` in lines of at most `columns`, broken between words where that is possible.
#[must_use]
pub fn wrap(text: &str, columns: u16) -> Vec<String> {
    if columns == 0 {
        return Vec::new();
    }
    let mut lines = Vec::new();
    let mut line = String::new();
    // White space parts words here, line feeds too; only then is what is left made harmless.
    for word in text.split_whitespace() {
        let word = &*harmless(word);
        let gap = u16::from(!line.is_empty());
        if width(&line) + gap + width(word) <= columns {
            if gap == 1 {
                line.push(' ');
            }
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for cluster in word.graphemes(true) {
            if width(&line) + width(cluster) > columns && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            line.push_str(cluster);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// Writes one line at the top of `area`, cut to its width. Gives the columns written. Nothing outside the buffer is
/// touched, whatever `area` is.
pub fn line(buffer: &mut Buffer, area: Rect, text: &str, style: Style) -> u16 {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return 0;
    }
    let text = cut(text, area.width);
    buffer.set_stringn(area.x, area.y, &text, usize::from(area.width), style);
    width(&text)
}

/// Writes one line that ends at the right edge of `area`.
pub fn line_right(buffer: &mut Buffer, area: Rect, text: &str, style: Style) {
    let taken = width(text).min(area.width);
    let at = Rect { x: area.x + area.width - taken, width: taken, ..area };
    line(buffer, at, text, style);
}

/// Row `n` of `area`, of height 1; empty when there is no such row.
#[must_use]
pub const fn row(area: Rect, n: u16) -> Rect {
    if n < area.height {
        Rect { x: area.x, y: area.y + n, width: area.width, height: 1 }
    } else {
        Rect { x: area.x, y: area.y, width: 0, height: 0 }
    }
}

/// `area` without `n` columns on the left.
#[must_use]
pub const fn indent(area: Rect, n: u16) -> Rect {
    let n = if n > area.width { area.width } else { n };
    Rect { x: area.x + n, width: area.width - n, ..area }
}

/// `area` without `n` rows at the top.
#[must_use]
pub const fn below(area: Rect, n: u16) -> Rect {
    let n = if n > area.height { area.height } else { n };
    Rect { y: area.y + n, height: area.height - n, ..area }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_by_columns_never_inside_a_character() {
        for (text, columns, expect) in [
            ("Banco Aurora", 12, "Banco Aurora"),
            ("Banco Aurora", 6, "Banco…"),
            ("東京銀行", 5, "東京…"),
            ("東京銀行", 4, "東…"),
            ("e\u{301}te\u{301}", 2, "e\u{301}…"),
            ("abc", 0, ""),
        ] {
            assert_eq!(cut(text, columns), expect);
            assert!(width(&cut(text, columns)) <= columns);
        }
    }

    #[test]
    fn what_others_wrote_cannot_reorder_hide_or_move_what_stands_beside_it() {
        for (text, drawn, columns) in [
            ("Ana\u{202E}gnp.exe", "Anagnp.exe", 10),
            ("R$\u{2066}1\u{2069}", "R$1", 3),
            ("a\u{200B}\u{200D}\u{FEFF}b", "ab", 2),
            ("\u{1b}[2Jx", "\u{FFFD}[2Jx", 5),
            ("a\tb\nc\u{85}", "a\u{FFFD}b\u{FFFD}c\u{FFFD}", 6),
            ("e\u{301}", "e\u{301}", 1),
            ("东京", "东京", 4),
        ] {
            assert_eq!((harmless(text).as_ref(), width(text)), (drawn, columns), "{text:?}");
            let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 1));
            let taken = line(&mut buffer, Rect::new(0, 0, 12, 1), text, Style::new());
            assert_eq!(taken, columns);
            line(&mut buffer, Rect::new(taken, 0, 1, 1), "|", Style::new());
            let symbols: String = (0..12).map(|x| buffer[(x, 0)].symbol()).collect();
            assert!(!symbols.contains(|c: char| c.is_control() || is_invisible(c)), "{symbols:?}");
            assert_eq!(buffer[(columns, 0)].symbol(), "|", "{text:?} moved what stands after it");
        }
        assert_eq!(cut("a\u{202E}bcd", 3), "ab…");
        assert_eq!(wrap("a\u{202E}b\u{7}\nc", 9), ["ab\u{FFFD} c"]);
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrap("um dois três", 7), ["um dois", "três"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("", 3), Vec::<String>::new());
        assert_eq!(wrap("a", 0), Vec::<String>::new());
    }
}
