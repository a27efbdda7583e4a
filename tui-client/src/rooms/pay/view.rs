//! How paying looks.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::Pay;
use crate::rooms::Seen;
use crate::rooms::leg_form::Way;
use crate::theme::Meaning;
use crate::widgets::{panel, text};

impl Pay {
    pub(super) fn draw(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let t = seen.texts.pay;
        let bank = seen.world.banks.main().map(|(id, _)| seen.world.banks.name(id)).unwrap_or_default();
        let intro = match self.way {
            Way::Transfer | Way::Any => t.pay_intro().to_owned(),
            Way::PayIn => t.pay_in_intro(&bank),
            Way::PayOut => t.pay_out_intro(&bank),
        };
        let inside = panel::panel(frame, area, seen, self.name(seen.texts), true);
        text::line(frame.buffer_mut(), inside, &intro, seen.style(Meaning::Quiet));
        self.leg.draw(frame, text::below(inside, 2), seen, t.go_on());
    }
}
