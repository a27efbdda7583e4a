//! How a receipt looks. What is no receipt has another head, other lines and no QR code.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};

use super::Receipt;
use crate::receipt::{Part, SHEET_COLUMNS, Sheet, Standing, qr};
use crate::rooms::{Seen, draw_trouble, draw_words};
use crate::theme::Meaning;
use crate::widgets::{panel, text};

impl Receipt {
    pub(super) fn draw(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let t = seen.texts.receipt;
        let Some(sheet) = self.sheet(seen.world) else { return self.draw_nothing(frame, area, seen) };
        let code = sheet.qr.as_deref().and_then(qr::half_blocks);
        if let Some(code) = code.as_deref().filter(|_| self.shows_qr) {
            return draw_code_alone(frame, area, seen, code);
        }
        let title = if sheet.is_receipt { t.title() } else { t.title_none() };
        let inside = panel::panel(frame, area, seen, title, true);
        let sheet_width = u16::try_from(SHEET_COLUMNS).unwrap_or(u16::MAX);
        let (code_width, code_height) = code.as_deref().map_or((0, 0), size);
        // Beside the text where both fit; else its key shows it alone.
        let beside = inside.width >= sheet_width + code_width + 2 && inside.height >= code_height;
        let [left, right] = if beside && code_width > 0 {
            Layout::horizontal([Constraint::Min(0), Constraint::Length(code_width)]).areas(inside)
        } else {
            [inside, Rect::default()]
        };
        if let Some(code) = code.as_deref().filter(|_| beside) {
            draw_code(frame, right, seen, code);
        }
        let said = self.said(seen, left.width);
        let rows = u16::try_from(said.len()).unwrap_or(u16::MAX).min(left.height / 3);
        let [lines, below] = Layout::vertical([Constraint::Min(0), Constraint::Length(rows)]).areas(left);
        for (n, (words, meaning)) in said.iter().enumerate() {
            let at = text::row(below, u16::try_from(n).unwrap_or(u16::MAX));
            text::line(frame.buffer_mut(), at, words, seen.style(*meaning));
        }
        draw_sheet(frame, lines, seen, &sheet, self.first);
    }

    fn draw_nothing(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let t = seen.texts.receipt;
        let inside = panel::panel(frame, area, seen, t.title_sheet(), true);
        if self.look_up.waits(seen) {
            let words = format!("{} {}", seen.spinner(), t.loading());
            text::line(frame.buffer_mut(), inside, &words, seen.style(Meaning::Warning));
        } else if let Some(trouble) = self.look_up.trouble() {
            draw_trouble(frame, inside, seen, trouble);
        } else {
            let words = format!("○ {}", seen.texts.package.not_found());
            draw_words(frame, inside, seen, &words, Meaning::Warning);
        }
    }

    fn said(&self, seen: &Seen<'_>, width: u16) -> Vec<(String, Meaning)> {
        let (sign, meaning) = match &self.saved {
            Some(Ok(_)) => ("✓", Meaning::Good),
            Some(Err(_)) => ("×", Meaning::Bad),
            None => return Vec::new(),
        };
        let words = self.saved.as_ref().map(|saved| seen.texts.frame.saved(saved)).unwrap_or_default();
        let lines = text::wrap(&format!("{sign} {words}"), width);
        lines.into_iter().map(|line| (line, meaning)).collect()
    }
}

fn draw_sheet(frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, sheet: &Sheet, first: usize) {
    let height = usize::from(area.height);
    let first = first.min(sheet.lines.len().saturating_sub(height));
    let standing = match sheet.standing {
        Standing::Committed | Standing::Posted => Meaning::Good,
        Standing::Unsettled | Standing::InProgress | Standing::Aborted | Standing::Unknown => {
            Meaning::Warning
        }
        Standing::Refused | Standing::NotSent => Meaning::Bad,
    };
    for (n, (part, line)) in sheet.lines.iter().skip(first).take(height).enumerate() {
        let meaning = match part {
            Part::Rule => Meaning::Frame,
            Part::Heading if sheet.is_receipt => Meaning::Title,
            Part::Heading | Part::Reason => Meaning::Bad,
            Part::Standing => standing,
            Part::Fact => Meaning::Text,
            Part::Title => Meaning::Title,
        };
        let at = text::row(area, u16::try_from(n).unwrap_or(u16::MAX));
        text::line(frame.buffer_mut(), at, line, seen.style(meaning));
    }
    let quiet = seen.style(Meaning::Quiet);
    if first > 0 {
        text::line_right(frame.buffer_mut(), text::row(area, 0), "↑", quiet);
    }
    if first + height < sheet.lines.len() && area.height > 0 {
        text::line_right(frame.buffer_mut(), text::row(area, area.height - 1), "↓", quiet);
    }
}

/// Columns and rows of a code.
fn size(code: &[String]) -> (u16, u16) {
    let width = code.first().map_or(0, |line| text::width(line));
    (width, u16::try_from(code.len()).unwrap_or(u16::MAX))
}

fn draw_code_alone(frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, code: &[String]) {
    let (width, height) = size(code);
    if width > area.width || height > area.height {
        // Half a code is none.
        let words = seen.texts.receipt.qr_too_small(width, height + 3);
        return draw_words(frame, text::indent(area, 1), seen, &words, Meaning::Warning);
    }
    let at =
        Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height };
    draw_code(frame, at, seen, code);
}

fn draw_code(frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, code: &[String]) {
    for (n, line) in code.iter().enumerate() {
        let at = text::row(area, u16::try_from(n).unwrap_or(u16::MAX));
        text::line(frame.buffer_mut(), at, line, seen.style(Meaning::Code));
    }
}
