//! The bar above (where am I, who, connection, time), the bar below (keys for here), and the screen that is too small.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::text;
use crate::actions::Key;
use crate::rooms::Seen;
use crate::theme::Meaning;

/// Below this size a line names the size needed instead of a room.
pub const WIDTH_MIN: u16 = 60;
/// Below this size a line names the size needed instead of a room.
pub const HEIGHT_MIN: u16 = 18;

/// How the connection is, in sign, word and meaning.
#[derive(Clone, Debug)]
pub struct Connection {
    /// `●`, `×`, `○`.
    pub sign: &'static str,
    /// The same in a word.
    pub word: &'static str,
    /// What it means.
    pub meaning: Meaning,
}

/// What the bar above says.
#[derive(Clone, Debug)]
pub struct Top {
    /// The bank of the session, or the product's name.
    pub brand: String,
    /// The rooms from the lowest to this one.
    pub path: Vec<String>,
    /// The customer, briefly; empty when nobody is logged in.
    pub who: String,
    /// How the connection is.
    pub connection: Connection,
    /// The hour and minute.
    pub time: String,
}

/// Draws the bar above: path on the left; who, connection and time on the right. The path gives way.
pub fn top(frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, says: &Top) {
    let Top { brand, path, who, connection, time } = says;
    let mut column = 1;
    let at = |column| text::indent(area, column);
    let connection_words = format!("{} {}", connection.sign, connection.word);
    let right = [who.as_str(), connection_words.as_str(), time.as_str()];
    let right_width: u16 =
        right.iter().filter(|w| !w.is_empty()).map(|w| text::width(w) + 3).sum::<u16>().saturating_sub(2);
    let left = Rect { width: area.width.saturating_sub(right_width + 2), ..area };
    let clip = |column| text::indent(left, column);
    column += text::line(frame.buffer_mut(), clip(column), brand, seen.style(Meaning::Brand));
    for (n, step) in path.iter().enumerate() {
        column += text::line(frame.buffer_mut(), clip(column), " › ", seen.style(Meaning::Quiet));
        let last = n + 1 == path.len();
        let meaning = if last { Meaning::Title } else { Meaning::Text };
        column += text::line(frame.buffer_mut(), clip(column), step, seen.style(meaning));
    }
    let mut column = area.width.saturating_sub(right_width);
    let pieces = [
        (who.as_str(), Meaning::Text),
        (connection_words.as_str(), connection.meaning),
        (time.as_str(), Meaning::Quiet),
    ];
    let mut first = true;
    for (words, meaning) in pieces {
        if words.is_empty() {
            continue;
        }
        if !first {
            column += text::line(frame.buffer_mut(), at(column), " · ", seen.style(Meaning::Quiet));
        }
        first = false;
        column += text::line(frame.buffer_mut(), at(column), words, seen.style(meaning));
    }
}

/// A key in the bar below.
#[derive(Clone, Debug)]
pub struct FooterKey {
    /// The key.
    pub key: Key,
    /// What it does.
    pub label: String,
    /// Whether there is always room for it, as for the way back and the help.
    pub always: bool,
}

/// Draws the bar below: keys and what they do, as many as fit.
pub fn footer(frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, keys: &[FooterKey]) {
    let needed = |key: &FooterKey| text::width(&key.key.name()) + 1 + text::width(&key.label);
    let mut kept: u16 = keys.iter().filter(|k| k.always).map(|k| needed(k) + 2).sum();
    let mut column = 1;
    for shown in keys {
        let needed = needed(shown);
        kept = if shown.always { kept.saturating_sub(needed + 2) } else { kept };
        if column + needed + kept > area.width {
            continue;
        }
        let (key, label) = (&shown.key.name(), &shown.label);
        let place = Rect { width: needed, ..text::indent(area, column) };
        seen.hits.note(place.intersection(area), shown.key.event(), 1);
        column += text::line(frame.buffer_mut(), text::indent(area, column), key, seen.style(Meaning::Key));
        column += 1;
        column +=
            text::line(frame.buffer_mut(), text::indent(area, column), label, seen.style(Meaning::Quiet));
        column += 2;
    }
}

/// Draws what is shown where a room does not fit.
pub fn too_small(frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
    let words = seen.texts.frame.too_small(WIDTH_MIN, HEIGHT_MIN);
    for (n, line) in text::wrap(&words, area.width).iter().enumerate() {
        let at = text::row(area, u16::try_from(n).unwrap_or(u16::MAX));
        text::line(frame.buffer_mut(), at, line, seen.style(Meaning::Warning));
    }
}
