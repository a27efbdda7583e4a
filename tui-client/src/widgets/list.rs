//! Rows to choose from and tables with aligned columns. Both cut by what people see as characters and say when there
//! is more above or below.

use crossterm::event::KeyCode;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::text;
use crate::actions::Action;
use crate::rooms::Seen;
use crate::theme::Meaning;

/// A piece of a row: text and what it means.
pub type Piece = (String, Meaning);

/// Moves a chosen row: up or down by one, never past an end.
#[must_use]
pub const fn moved(chosen: usize, count: usize, down: bool) -> usize {
    if count == 0 {
        0
    } else if down {
        if chosen + 1 < count { chosen + 1 } else { count - 1 }
    } else {
        chosen.saturating_sub(1)
    }
}

/// Rows that a page key moves by.
const PAGE_ROWS: usize = 10;

/// The chosen row after a key that moves it: arrows, Tab, page keys, Home and End. None for any other key.
#[must_use]
pub const fn stepped(code: KeyCode, chosen: usize, count: usize) -> Option<usize> {
    let last = count.saturating_sub(1);
    Some(match code {
        KeyCode::Up | KeyCode::BackTab => moved(chosen, count, false),
        KeyCode::Down | KeyCode::Tab => moved(chosen, count, true),
        KeyCode::PageUp => chosen.saturating_sub(PAGE_ROWS),
        KeyCode::PageDown => {
            if chosen + PAGE_ROWS < last {
                chosen + PAGE_ROWS
            } else {
                last
            }
        }
        KeyCode::Home => 0,
        KeyCode::End => last,
        _ => return None,
    })
}

/// The chosen row after an action that moves it by a page or to an end. Any other leaves it.
#[must_use]
pub const fn paged(chosen: usize, count: usize, action: Action) -> usize {
    let code = match action {
        Action::PageUp => KeyCode::PageUp,
        Action::PageDown => KeyCode::PageDown,
        Action::First => KeyCode::Home,
        Action::Last => KeyCode::End,
        _ => return chosen,
    };
    match stepped(code, chosen, count) {
        Some(row) => row,
        None => chosen,
    }
}

/// The first row to draw so that `chosen` is in sight, with as many before it as fit.
#[must_use]
pub const fn first_shown(chosen: usize, count: usize, height: usize) -> usize {
    if count <= height || chosen < height {
        0
    } else if chosen >= count {
        count.saturating_sub(height)
    } else {
        chosen + 1 - height
    }
}

/// Draws rows, one line each; the chosen one with a mark and, while `focused`, in the chosen style.
pub fn rows(
    frame: &mut Frame<'_>,
    area: Rect,
    seen: &Seen<'_>,
    rows: &[Vec<Piece>],
    chosen: Option<usize>,
    focused: bool,
) {
    let height = usize::from(area.height);
    let first = chosen.map_or(0, |c| first_shown(c, rows.len(), height));
    for (n, row) in rows.iter().enumerate().skip(first).take(height) {
        let line = text::row(area, u16::try_from(n - first).unwrap_or(u16::MAX));
        if focused {
            seen.hits.note_row(line, seen.rows, n, chosen);
        }
        let is_chosen = chosen == Some(n);
        let over = (is_chosen && focused).then(|| seen.style(Meaning::Chosen));
        if let Some(style) = over {
            frame.buffer_mut().set_style(line, style);
        }
        if is_chosen {
            let style = over.unwrap_or_else(|| seen.style(Meaning::Key));
            text::line(frame.buffer_mut(), line, "▸", style);
        }
        let mut column = 2;
        for (words, meaning) in row {
            let style = over.unwrap_or_else(|| seen.style(*meaning));
            column += text::line(frame.buffer_mut(), text::indent(line, column), words, style);
        }
    }
    more_marks(frame, area, seen, first, rows.len());
}

/// Draws rows to be read, from row `first` on.
pub fn scrolled(frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, rows: &[Vec<Piece>], first: usize) {
    for (n, row) in rows.iter().skip(first).take(usize::from(area.height)).enumerate() {
        let line = text::row(area, u16::try_from(n).unwrap_or(u16::MAX));
        let mut column = 2;
        for (words, meaning) in row {
            column += text::line(frame.buffer_mut(), text::indent(line, column), words, seen.style(*meaning));
        }
    }
    more_marks(frame, area, seen, first, rows.len());
}

fn more_marks(frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, first: usize, count: usize) {
    let style = seen.style(Meaning::Quiet);
    if first > 0 {
        text::line_right(frame.buffer_mut(), text::row(area, 0), "↑", style);
    }
    if first + usize::from(area.height) < count && area.height > 0 {
        text::line_right(frame.buffer_mut(), text::row(area, area.height - 1), "↓", style);
    }
}

/// A column of a table.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its heading.
    pub title: String,
    /// Whether it is aligned to the right, as money is.
    pub right: bool,
    /// Columns with a higher number are left out first where the width does not reach; 0 always stays.
    pub rank: u8,
}

impl Column {
    /// A column of text.
    #[must_use]
    pub fn left(title: &str, rank: u8) -> Self {
        Self { title: title.to_owned(), right: false, rank }
    }

    /// A column of numbers.
    #[must_use]
    pub fn right(title: &str, rank: u8) -> Self {
        Self { title: title.to_owned(), right: true, rank }
    }
}

/// One row of a table.
#[derive(Clone, Debug)]
pub enum Line {
    /// A cell for each column.
    Cells(Vec<Piece>),
    /// One text over the whole width.
    Whole(Piece),
}

/// Draws a table: headings, then rows; the chosen one marked. Columns are as wide as what stands in them.
pub fn table(
    frame: &mut Frame<'_>,
    area: Rect,
    seen: &Seen<'_>,
    columns: &[Column],
    lines: &[Line],
    chosen: Option<usize>,
) {
    let mut widths = natural(columns, lines);
    let shown = fitting(columns, &mut widths, area.width.saturating_sub(2));
    let heading: Vec<Piece> = columns.iter().map(|c| (c.title.clone(), Meaning::Quiet)).collect();
    let mark = usize::from(chosen.is_some());
    cells(frame, text::row(area, 0), seen, columns, &widths, &shown, &heading, None);
    let area = text::below(area, 1);
    let height = usize::from(area.height);
    let first = chosen.map_or(0, |c| first_shown(c, lines.len(), height));
    for (n, line) in lines.iter().enumerate().skip(first).take(height) {
        let at = text::row(area, u16::try_from(n - first).unwrap_or(u16::MAX));
        let is_chosen = mark == 1 && chosen == Some(n);
        if chosen.is_some() {
            seen.hits.note_row(at, seen.rows, n, chosen);
        }
        let over = is_chosen.then(|| seen.style(Meaning::Chosen));
        if let Some(style) = over {
            frame.buffer_mut().set_style(at, style);
            text::line(frame.buffer_mut(), at, "▸", style);
        }
        match line {
            Line::Cells(pieces) => cells(frame, at, seen, columns, &widths, &shown, pieces, over),
            Line::Whole((words, meaning)) => {
                let style = over.unwrap_or_else(|| seen.style(*meaning));
                text::line(frame.buffer_mut(), text::indent(at, 2), words, style);
            }
        }
    }
    more_marks(frame, area, seen, first, lines.len());
}

/// How wide each column would like to be: as what stands in it.
fn natural(columns: &[Column], lines: &[Line]) -> Vec<u16> {
    let mut widths: Vec<u16> = columns.iter().map(|c| text::width(&c.title)).collect();
    for line in lines {
        if let Line::Cells(cells) = line {
            for (width, (words, _)) in widths.iter_mut().zip(cells) {
                *width = (*width).max(text::width(words));
            }
        }
    }
    widths
}

/// How wide one column more may be in a table `width` wide without any other giving way.
#[must_use]
pub fn room_beside(columns: &[Column], lines: &[Line], width: u16) -> u16 {
    let taken: u16 = natural(columns, lines).iter().fold(0, |sum, w| sum.saturating_add(w.saturating_add(2)));
    width.saturating_sub(2).saturating_sub(taken)
}

/// Leaves columns out, those of the highest rank first, until the rest fits. The first column gives way last, by being
/// cut.
fn fitting(columns: &[Column], widths: &mut [u16], room: u16) -> Vec<bool> {
    let mut shown = vec![true; columns.len()];
    let taken = |shown: &[bool], widths: &[u16]| -> u32 {
        shown.iter().zip(widths).filter(|(s, _)| **s).map(|(_, w)| u32::from(*w) + 2).sum()
    };
    for rank in (1..=columns.iter().map(|c| c.rank).max().unwrap_or(0)).rev() {
        if taken(&shown, widths) <= u32::from(room) + 2 {
            return shown;
        }
        for (at, column) in columns.iter().enumerate() {
            if column.rank == rank {
                shown[at] = false;
            }
        }
    }
    let over = taken(&shown, widths).saturating_sub(u32::from(room) + 2);
    if let Some(first) = widths.first_mut() {
        *first = first.saturating_sub(u16::try_from(over).unwrap_or(u16::MAX)).max(6);
    }
    shown
}

#[expect(clippy::too_many_arguments, reason = "one row's drawing, called from the table only")]
fn cells(
    frame: &mut Frame<'_>,
    at: Rect,
    seen: &Seen<'_>,
    columns: &[Column],
    widths: &[u16],
    shown: &[bool],
    pieces: &[Piece],
    over: Option<Style>,
) {
    let mut column = 2;
    for (n, (words, meaning)) in pieces.iter().enumerate() {
        if !shown.get(n).copied().unwrap_or(false) {
            continue;
        }
        let width = widths[n];
        let place = text::indent(at, column);
        let place = Rect { width: place.width.min(width), ..place };
        let style = over.unwrap_or_else(|| seen.style(*meaning));
        if columns[n].right {
            text::line_right(frame.buffer_mut(), place, words, style);
        } else {
            text::line(frame.buffer_mut(), place, words, style);
        }
        column += width + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chosen_row_stays_in_sight() {
        for (chosen, count, height, first) in
            [(0, 3, 5, 0), (4, 10, 5, 0), (5, 10, 5, 1), (9, 10, 5, 5), (12, 10, 5, 5), (0, 0, 5, 0)]
        {
            assert_eq!(first_shown(chosen, count, height), first, "{chosen} of {count} in {height}");
        }
        assert_eq!(
            (moved(0, 3, false), moved(2, 3, true), moved(1, 3, true), moved(0, 0, true)),
            (0, 2, 2, 0)
        );
    }

    #[test]
    fn columns_of_less_weight_go_first() {
        let columns = [Column::left("a", 0), Column::right("b", 2), Column::right("c", 1)];
        assert_eq!(fitting(&columns, &mut [10, 10, 10], 40), [true, true, true]);
        assert_eq!(fitting(&columns, &mut [10, 10, 10], 25), [true, false, true]);
        let mut widths = [30, 10, 10];
        assert_eq!(fitting(&columns, &mut widths, 12), [true, false, false]);
        assert_eq!(widths[0], 12);
    }
}
