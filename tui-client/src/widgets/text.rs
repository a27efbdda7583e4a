//! Text measured in columns and cut by what people see as characters.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

/// Columns that `text` takes.
#[must_use]
pub fn width(text: &str) -> u16 {
    u16::try_from(text.width()).unwrap_or(u16::MAX)
}

/// `text` in at most `columns`, with `…` where it was cut.
#[must_use]
pub fn cut(text: &str, columns: u16) -> String {
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
    for word in text.split_whitespace() {
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
    fn lines_break_between_words() {
        assert_eq!(wrap("um dois três", 7), ["um dois", "três"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("", 3), Vec::<String>::new());
        assert_eq!(wrap("a", 0), Vec::<String>::new());
    }
}
