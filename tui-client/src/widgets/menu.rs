//! A menu of numbered ways: each with its key and label from the table of actions, in columns filled one after the other.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::text;
use crate::actions::Row;
use crate::rooms::Seen;
use crate::theme::Meaning;

/// One way.
#[derive(Clone, Debug)]
pub struct Way {
    /// Its line in the table.
    pub row: &'static Row,
    /// Its label.
    pub label: String,
}

/// Draws the ways; one that cannot be taken now is dim, and a click is as good as its key.
pub fn menu(
    frame: &mut Frame<'_>,
    area: Rect,
    seen: &Seen<'_>,
    ways: &[Way],
    columns: u16,
    chosen: Option<usize>,
) {
    let columns = columns.max(1);
    let per_column = ways.len().div_ceil(usize::from(columns)).max(1);
    let width = area.width / columns;
    for (n, Way { row, label }) in ways.iter().enumerate() {
        let column = u16::try_from(n / per_column).unwrap_or(0);
        let line = text::row(area, u16::try_from(n % per_column).unwrap_or(u16::MAX));
        let at = text::indent(line, column * width);
        let at = Rect { width: at.width.min(width), ..at };
        let (key_style, style) = if chosen == Some(n) {
            (seen.style(Meaning::Chosen), seen.style(Meaning::Chosen))
        } else if row.when.why_not(seen.world).is_some() {
            (seen.style(Meaning::Off), seen.style(Meaning::Off))
        } else {
            (seen.style(Meaning::Key), seen.style(Meaning::Text))
        };
        if chosen == Some(n) {
            frame.buffer_mut().set_style(at, style);
            text::line(frame.buffer_mut(), at, "▸", style);
        }
        if let Some(key) = row.keys.first() {
            seen.hits.note(at, key.event(), 1);
        }
        let key = row.keys.first().map(|key| key.name()).unwrap_or_default();
        let at = text::indent(at, 2);
        let taken = text::line(frame.buffer_mut(), at, &key, key_style);
        text::line(frame.buffer_mut(), text::indent(at, taken + 1), label, style);
    }
}
