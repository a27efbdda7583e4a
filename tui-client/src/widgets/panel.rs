//! Frames with a title, buttons, and the box that popups stand in.

use crossterm::event::KeyCode;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::widgets::{Block, BorderType, Clear, Widget as _};

use super::text;
use crate::rooms::Seen;
use crate::theme::Meaning;

/// Draws a frame with a title and gives the inside, with a column of air on both sides.
pub fn panel(frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, title: &str, focused: bool) -> Rect {
    if area.width < 4 || area.height < 2 {
        return Rect { width: 0, height: 0, ..area };
    }
    let meaning = if focused { Meaning::FrameFocused } else { Meaning::Frame };
    let block = Block::bordered().border_type(BorderType::Rounded).border_style(seen.style(meaning));
    let inside = block.inner(area);
    block.render(area, frame.buffer_mut());
    let at = Rect { x: area.x + 2, width: area.width - 4, height: 1, ..area };
    if !title.is_empty() {
        text::line(frame.buffer_mut(), at, &format!(" {title} "), seen.style(Meaning::Title));
    }
    Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside }
}

/// Draws a button and gives its width.
pub fn button(frame: &mut Frame<'_>, at: Rect, seen: &Seen<'_>, label: &str, focused: bool) -> u16 {
    let words = if focused { format!("▸ {label} ◂") } else { format!("[ {label} ]") };
    let meaning = if focused { Meaning::Chosen } else { Meaning::Text };
    let taken = text::line(frame.buffer_mut(), at, &words, seen.style(meaning));
    // One click moves to it, the next presses it, as keys would.
    let key = if focused { KeyCode::Enter } else { KeyCode::Tab };
    seen.hits.note(Rect { width: taken, ..at }, key, 1);
    taken
}

/// Clears a box of the wanted size in the middle of `area`, draws its frame and gives the inside.
pub fn popup(
    frame: &mut Frame<'_>,
    area: Rect,
    seen: &Seen<'_>,
    title: &str,
    (width, height): (u16, u16),
) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    let at =
        Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height };
    Clear.render(at.intersection(frame.area()), frame.buffer_mut());
    panel(frame, at, seen, title, true)
}
