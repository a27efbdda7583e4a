//! Paying one leg: from account to account, cash in, cash out. Nothing moves here: the review comes next.

mod view;

#[cfg(test)]
pub(super) mod tests;

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;
use shared::account::AccountRef;
use shared::package::Legs;

use super::leg_form::{LegForm, Way};
use super::payees::Payees;
use super::review::Review;
use super::{Cx, Room, Screen, Seen};
use crate::actions::{Action, Scope};
use crate::app::requests::Slot;
use crate::app::wire::Answer;
use crate::app::world::World;
use crate::popups::Answered;
use crate::texts::Texts;

/// Where this room is in the table of actions.
pub const SCOPES: &[Scope] = &[Scope::Leg, Scope::Form];

/// Paying one leg.
#[derive(Debug)]
pub struct Pay {
    way: Way,
    leg: LegForm,
}

impl Pay {
    /// From an account of one's own to any account.
    #[must_use]
    pub fn transfer(world: &World) -> Self {
        Self::new(Way::Transfer, world)
    }

    /// From this account of one's own to any account.
    #[must_use]
    pub fn transfer_from(account: &AccountRef) -> Self {
        Self { way: Way::Transfer, leg: LegForm::paying_from(account) }
    }

    /// Cash into any account.
    #[must_use]
    pub fn pay_in(world: &World) -> Self {
        Self::new(Way::PayIn, world)
    }

    /// Cash out of an account of one's own.
    #[must_use]
    pub fn pay_out(world: &World) -> Self {
        Self::new(Way::PayOut, world)
    }

    fn new(way: Way, world: &World) -> Self {
        Self { way, leg: LegForm::new(way, world, Payees::default()) }
    }

    fn name(&self, texts: &Texts) -> &'static str {
        match self.way {
            Way::PayIn => texts.pay.pay_in(),
            Way::PayOut => texts.pay.pay_out(),
            Way::Transfer | Way::Any => texts.pay.pay(),
        }
    }
}

impl Screen for Pay {
    fn title(&self, texts: &Texts) -> String {
        self.name(texts).to_owned()
    }

    fn scopes(&self) -> &'static [Scope] {
        SCOPES
    }

    fn takes_text(&self) -> bool {
        self.leg.takes_text()
    }

    fn is_dirty(&self) -> bool {
        self.leg.is_dirty()
    }

    fn act(&mut self, action: Action, cx: &mut Cx<'_>) {
        let leg = self.leg.act(action, cx);
        if let Some(legs) = leg.and_then(|leg| Legs::new(vec![leg]).ok()) {
            cx.go(Room::Review(Review::new(legs, self.leg.payees().handed_on())));
        }
    }

    fn key(&mut self, event: &KeyEvent, _cx: &mut Cx<'_>) {
        self.leg.key(event);
    }

    fn paste(&mut self, pasted: &str, cx: &mut Cx<'_>) {
        self.leg.paste(pasted, cx);
    }

    fn answered(&mut self, slot: Slot, answer: Answer, _cx: &mut Cx<'_>) {
        self.leg.answered(slot, &answer);
    }

    fn ticked(&mut self, cx: &mut Cx<'_>) {
        self.leg.time_passes(cx.world);
    }

    fn popup_answered(&mut self, answered: &Answered, cx: &mut Cx<'_>) {
        self.leg.popup_answered(answered, cx);
    }

    fn view(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        self.draw(frame, area, seen);
    }
}
