//! The last look before money moves: payers, each leg with the payee's masked name, total. The focus is on the way back.

pub mod preview;

mod view;

#[cfg(test)]
pub(super) mod tests;

use std::collections::BTreeMap;

use ratatui::Frame;
use ratatui::layout::Rect;
use shared::account::AccountRef;
use shared::money::Reais;
use shared::package::Legs;

use self::preview::Preview;
use super::package::Package;
use super::payees::Payees;
use super::{Cx, Room, Screen, Seen};
use crate::actions::{Action, Scope};
use crate::app::notice::Notice;
use crate::app::requests::Slot;
use crate::app::why_not::WhyNot;
use crate::app::wire::{Answer, Call};
use crate::texts::Texts;
use crate::widgets::list::moved;

/// Where this room is in the table of actions.
pub const SCOPES: &[Scope] = &[Scope::Review];

/// The last look.
#[derive(Debug)]
pub struct Review {
    legs: Legs,
    payees: Payees,
    /// The leg that is kept in sight.
    at: usize,
    sends: bool,
    preview: Preview,
}

impl Review {
    /// A look at these legs.
    #[must_use]
    pub const fn new(legs: Legs, payees: Payees) -> Self {
        Self { legs, payees, at: 0, sends: false, preview: Preview::NotAsked }
    }

    fn why_not(&self, cx: &Cx<'_>) -> Option<WhyNot> {
        cx.world.why_no_money_moves().or_else(|| self.payees.any_asked().then_some(WhyNot::NamesComing))
    }

    /// Asks the bank that would run it, which asks the others.
    fn ask_preview(&mut self, cx: &mut Cx<'_>) {
        if let Some((_, session)) = cx.world.banks.main().filter(|(_, session)| session.alive) {
            let seat = session.seat.clone();
            self.preview = Preview::Asked;
            cx.ask(preview::SLOT, seat, Call::Preview(self.legs.clone()));
        }
    }

    fn send(&mut self, cx: &mut Cx<'_>) {
        if let Some(why) = self.why_not(cx) {
            return cx.notice(Notice::Off(why));
        }
        if let Some(id) = cx.order(self.legs.clone()) {
            // The form that led here is left too: what is ordered is not lying about to be sent once more.
            cx.home();
            cx.go(Room::Package(Package::of(id)));
        }
    }
}

/// What a package does to each account: money out, money in, in centavos.
#[must_use]
pub fn totals(legs: &[shared::package::Leg]) -> BTreeMap<AccountRef, (i64, i64)> {
    let mut totals: BTreeMap<AccountRef, (i64, i64)> = BTreeMap::new();
    for leg in legs {
        if let Some(account) = leg.from().account() {
            let out = &mut totals.entry(account.clone()).or_default().0;
            *out = out.saturating_add(leg.amount().centavos());
        }
        if let Some(account) = leg.to().account() {
            let into = &mut totals.entry(account.clone()).or_default().1;
            *into = into.saturating_add(leg.amount().centavos());
        }
    }
    totals
}

/// Where cash is handed in and out, and how much; none where a package has no cash. It is the counter of the bank that the
/// package goes through, whatever banks its accounts are at.
#[must_use]
pub fn cash(legs: &[shared::package::Leg], seen: &Seen<'_>) -> Option<(String, String)> {
    let t = seen.texts.review;
    let sum = |legs: &mut dyn Iterator<Item = &shared::package::Leg>| {
        legs.fold(0i64, |sum, leg| sum.saturating_add(leg.amount().centavos()))
    };
    let handed_in = sum(&mut legs.iter().filter(|leg| leg.from().account().is_none()));
    let handed_out = sum(&mut legs.iter().filter(|leg| leg.to().account().is_none()));
    let mut words = Vec::new();
    if handed_in > 0 {
        words.push(t.hand_in(&Reais(handed_in).to_string()));
    }
    if handed_out > 0 {
        words.push(t.take_out(&Reais(handed_out).to_string()));
    }
    let bank = seen.world.banks.main().map(|(id, _)| seen.world.banks.name(id)).unwrap_or_default();
    (!words.is_empty()).then(|| (t.counter(&bank), words.join(", ")))
}

impl Screen for Review {
    fn title(&self, texts: &Texts) -> String {
        texts.review.title().to_owned()
    }

    fn scopes(&self) -> &'static [Scope] {
        SCOPES
    }

    fn entered(&mut self, cx: &mut Cx<'_>) {
        let accounts: Vec<AccountRef> =
            self.legs.as_slice().iter().filter_map(|l| l.to().account()).cloned().collect();
        for account in accounts {
            self.payees.look_up(&account, cx);
        }
        self.ask_preview(cx);
    }

    fn act(&mut self, action: Action, cx: &mut Cx<'_>) {
        match action {
            Action::OtherButton => self.sends = !self.sends,
            Action::Choose if self.sends => self.send(cx),
            Action::Choose => cx.back(),
            Action::Up | Action::Down => {
                self.at = moved(self.at, self.legs.as_slice().len(), action == Action::Down);
            }
            _ => {}
        }
    }

    fn answered(&mut self, slot: Slot, answer: Answer, _cx: &mut Cx<'_>) {
        if slot == preview::SLOT {
            self.preview = Preview::of(answer);
            return;
        }
        self.payees.answered(slot, &answer);
    }

    fn view(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        self.draw(frame, area, seen);
    }
}
