//! How opening an account looks: the form, then both results.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use shared::api::replies::HolderStatus;

use super::{Failed, Id, OpenAccount, Opened, SUBMIT, Wanted};
use crate::rooms::package::draw_order;
use crate::rooms::{Seen, draw_words, trouble_words};
use crate::theme::Meaning;
use crate::widgets::form::Look;
use crate::widgets::{panel, text};

impl OpenAccount {
    pub(super) fn draw(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        match &self.opened {
            Some(opened) => draw_opened(frame, area, seen, opened),
            None => self.draw_form(frame, area, seen),
        }
    }

    fn draw_form(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let t = seen.texts.open_account;
        let inside = panel::panel(frame, area, seen, t.title(), true);
        let names: Vec<String> = self.banks.iter().map(|b| seen.world.banks.name(b)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let till = seen.world.banks.main().map(|(id, _)| seen.world.banks.name(id)).unwrap_or_default();
        let look = |id| match id {
            Id::Bank => Look::label(t.bank()).options(&names).hint(t.choose_hint()),
            Id::Kind => {
                let hint = match self.wanted() {
                    Wanted::Personal => t.personal_hint(),
                    Wanted::Joint => t.joint_hint(),
                    Wanted::Business => t.business_hint(),
                };
                Look::label(t.kind()).options(&[t.personal(), t.joint(), t.business()]).hint(hint)
            }
            Id::Cnpj => Look::label(t.cnpj()),
            Id::Company => Look::label(t.company()),
            Id::Holder(n) => {
                let joint = self.wanted() == Wanted::Joint;
                let label = if joint { t.holder(n + 2) } else { t.partner(n + 2) };
                let hint = if joint && n == 0 { t.holder_hint() } else { t.optional() };
                Look::label(&label).hint(hint)
            }
            Id::PayIn => Look::label(t.pay_in()).hint(t.pay_in_hint(&till)),
        };
        let waiting = seen.waits(SUBMIT).then_some(t.opening());
        let said = match &self.failed {
            Some(Failed::No(trouble)) => Some(trouble_words(seen, trouble)),
            Some(Failed::Unknown) => Some((format!("? {}", t.unknown()), Meaning::Warning)),
            None => None,
        };
        self.form.view_saying(frame, inside, seen, look, t.submit(), waiting, said);
    }
}

fn draw_opened(frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, opened: &Opened) {
    let t = seen.texts.open_account;
    let [top, bottom] = Layout::vertical([Constraint::Length(7), Constraint::Min(0)]).areas(area);
    let inside = panel::panel(frame, top, seen, t.opened(), true);
    let account = &opened.account;
    let kind = seen.texts.home.account_kind(account.kind);
    let company = account.company.as_ref().map(|c| format!(" · {c}")).unwrap_or_default();
    let bank = seen.world.banks.name(&account.account.bank);
    let head = format!("✓ {} · {kind}{company} · {bank}", t.opened());
    text::line(frame.buffer_mut(), text::row(inside, 0), &head, seen.style(Meaning::Good));
    let line = text::row(inside, 1);
    let label = format!("{}  ", t.number());
    let taken = text::line(frame.buffer_mut(), line, &label, seen.style(Meaning::Quiet));
    let number = account.account.to_string();
    text::line(frame.buffer_mut(), text::indent(line, taken), &number, seen.style(Meaning::Title));
    text::line(frame.buffer_mut(), text::row(inside, 2), t.copy_how(), seen.style(Meaning::Quiet));
    let invited = account.holders.iter().filter(|h| h.status == HolderStatus::Invited).count();
    if invited > 0 {
        draw_words(frame, text::below(inside, 3), seen, &t.invited(invited), Meaning::Text);
    }
    let order = opened.pay_in.and_then(|id| seen.world.orders.order(id));
    let inside = panel::panel(frame, bottom, seen, t.first_pay_in(), false);
    match order {
        Some(order) => draw_order(frame, inside, seen, order),
        None => draw_words(frame, inside, seen, t.no_pay_in(), Meaning::Quiet),
    }
}
