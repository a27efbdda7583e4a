//! What the builder's and the review's tables of legs have in common: descriptions where there is room for them.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use shared::package::{End, Leg};

use super::{Seen, draw_words};
use crate::theme::Meaning;
use crate::widgets::list::{self, Column, Line};
use crate::widgets::text;

fn words(leg: &Leg) -> &str {
    leg.description().map_or("", |description| description.as_str())
}

/// An end of a leg as it is read: cash in the customer's language. What is typed and kept in files has one word for it.
pub fn end_words(end: &End, seen: &Seen<'_>) -> String {
    match end {
        End::Account(account) => account.to_string(),
        End::Cash => seen.texts.account.cash().to_owned(),
    }
}

/// Puts a column of descriptions before the last one, as wide as there is room; none where that is narrower than its
/// heading. `lines` holds the legs' cells in order. Gives the columns that a description has.
pub fn describe(columns: &mut Vec<Column>, lines: &mut [Line], legs: &[Leg], width: u16, title: &str) -> u16 {
    let longest = legs.iter().map(|leg| text::width(words(leg))).max().unwrap_or(0);
    let room = list::room_beside(columns, lines, width);
    if longest == 0 || room < text::width(title) {
        return 0;
    }
    let room = room.min(longest.max(text::width(title)));
    let at = columns.len().saturating_sub(1);
    columns.insert(at, Column::left(title, 0));
    let mut legs = legs.iter();
    for line in lines {
        if let Line::Cells(cells) = line
            && let Some(leg) = legs.next()
        {
            cells.insert(at.min(cells.len()), (text::cut(words(leg), room), Meaning::Quiet));
        }
    }
    room
}

/// Writes the whole description of a leg at the bottom of `area` where its cell of `shown` columns has not all of it.
/// Gives what is left for the table.
pub fn draw_whole(frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, leg: Option<&Leg>, shown: u16) -> Rect {
    let Some(leg) = leg.filter(|leg| text::width(words(leg)) > shown) else { return area };
    let said = format!("▸ {}", words(leg));
    let rows = u16::try_from(text::wrap(&said, area.width).len()).unwrap_or(u16::MAX).min(2);
    if area.height < rows + 4 {
        return area;
    }
    let [above, below] = Layout::vertical([Constraint::Min(0), Constraint::Length(rows)]).areas(area);
    draw_words(frame, below, seen, &said, Meaning::Quiet);
    above
}
