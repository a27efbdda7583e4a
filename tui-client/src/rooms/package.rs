//! One package: live, bank by bank, each failing leg with its reason. Follows; cancels nothing.
//!
//! An order of this run is followed by the keeper of orders; any other package is asked for by its id.

mod view;

pub use self::view::{draw_order, said, said_of};

#[cfg(test)]
pub(super) mod tests;

use ratatui::Frame;
use ratatui::layout::Rect;
use shared::api::events::BankEvent;
use shared::api::problem::RefusalReply;
use shared::api::replies::{LegReply, PackageStatus};
use shared::ids::{BankId, PackageId};
use shared::money::Amount;
use shared::package::{End, Leg};
use shared::text::Description;

use super::builder::Builder;
use super::look_up::LookUp;
use super::receipt::Receipt;
use super::{Cx, Room, Screen, Seen};
use crate::actions::{Action, Scope};
use crate::app::notice::Notice;
use crate::app::orders::{Order, OrderState};
use crate::app::requests::Slot;
use crate::app::why_not::WhyNot;
use crate::app::wire::Answer;
use crate::app::world::World;
use crate::texts::Texts;
use crate::widgets::list::{moved, paged};

/// Where this room is in the table of actions.
pub const SCOPES: &[Scope] = &[Scope::Package];

/// One package.
#[derive(Debug)]
pub struct Package {
    id: PackageId,
    look_up: LookUp,
    chosen: usize,
}

impl Package {
    /// This package.
    #[must_use]
    pub const fn of(id: PackageId) -> Self {
        Self { id, look_up: LookUp::new(id), chosen: 0 }
    }

    fn order<'a>(&self, world: &'a World) -> Option<&'a Order> {
        world.orders.order(self.id)
    }

    fn is_committed(&self, world: &World) -> bool {
        let told = match self.order(world).map(|order| &order.state) {
            Some(OrderState::Told(package)) => Some(package),
            Some(_) => None,
            None => self.look_up.told().map(|(_, package)| package),
        };
        told.is_some_and(|package| package.status == PackageStatus::Committed)
    }

    /// The legs, where the package was refused and all of them are known; and which of them failed first.
    fn to_correct(&self, world: &World) -> Option<(Vec<Leg>, usize)> {
        let first =
            |refusals: &[RefusalReply]| refusals.iter().map(|r| usize::from(r.leg)).min().unwrap_or(0);
        if let Some(order) = self.order(world) {
            let failing = match &order.state {
                OrderState::Told(package) if package.status == PackageStatus::Refused => {
                    first(&package.refusals)
                }
                OrderState::NotTaken(_) => 0,
                OrderState::Keeping
                | OrderState::NotKept(_)
                | OrderState::Sending
                | OrderState::NotSent(_)
                | OrderState::Unknown(_)
                | OrderState::NeverArrived
                | OrderState::Told(_) => return None,
            };
            return Some((order.file.legs.as_slice().to_vec(), failing));
        }
        let (_, package) = self.look_up.told().filter(|(_, p)| p.status == PackageStatus::Refused)?;
        let legs: Option<Vec<Leg>> = package.legs.iter().map(leg_of).collect();
        Some((legs?, first(&package.refusals)))
    }

    /// The legs of a package that was refused, into the builder; the one that failed first is chosen there.
    fn correct(&self, cx: &mut Cx<'_>) {
        match self.to_correct(cx.world) {
            Some((legs, failing)) => cx.go(Room::Builder(Builder::correcting(legs, failing))),
            None => cx.notice(Notice::Off(WhyNot::NotCorrected)),
        }
    }

    fn set_aside(&self, cx: &mut Cx<'_>) {
        match self.order(cx.world) {
            Some(order) if order.state == OrderState::NeverArrived => {
                cx.world.give_up(self.id);
                cx.back();
            }
            Some(_) | None => cx.notice(Notice::Off(WhyNot::NotAside)),
        }
    }
}

/// A leg that was told whole, as it was ordered; none where part of it is masked.
#[must_use]
pub fn leg_of(told: &LegReply) -> Option<Leg> {
    let end = |text: &Option<String>| match text {
        Some(text) => text.parse().ok().map(End::Account),
        None => Some(End::Cash),
    };
    if told.leg.is_some() {
        return None;
    }
    let description = Description::new(told.description.as_deref().unwrap_or_default()).ok()?;
    Leg::new(end(&told.from)?, end(&told.to)?, Amount::new(told.amount).ok()?, description).ok()
}

/// Sends an order again, under its own id, where that is allowed; else says why not.
pub fn send_again(id: PackageId, cx: &mut Cx<'_>) {
    let Some(order) = cx.world.orders.order(id) else { return cx.notice(Notice::Off(WhyNot::NotAgain)) };
    let session = cx.world.banks.session(&order.file.bank);
    let why = if !order.state.may_send_again() {
        Some(WhyNot::NotAgain)
    } else if session.is_none_or(|s| !s.alive || s.customer.id != order.file.customer) {
        Some(WhyNot::SessionEnded)
    } else {
        None
    };
    match why {
        Some(why) => cx.notice(Notice::Off(why)),
        None => cx.world.send_again(id),
    }
}

impl Screen for Package {
    fn title(&self, texts: &Texts) -> String {
        texts.package.title().to_owned()
    }

    fn scopes(&self) -> &'static [Scope] {
        SCOPES
    }

    fn takes_pages(&self) -> bool {
        true
    }

    fn entered(&mut self, cx: &mut Cx<'_>) {
        if self.order(cx.world).is_none() {
            self.look_up.ask(cx);
        }
    }

    fn act(&mut self, action: Action, cx: &mut Cx<'_>) {
        let rows = self.row_count(cx.world);
        match action {
            Action::Up | Action::Down => self.chosen = moved(self.chosen, rows, action == Action::Down),
            Action::PageUp | Action::PageDown | Action::First | Action::Last => {
                self.chosen = paged(self.chosen, rows, action);
            }
            Action::SendAgain => send_again(self.id, cx),
            Action::SetAside => self.set_aside(cx),
            Action::CorrectLegs => self.correct(cx),
            Action::CopyId => {
                let what = Texts::new(cx.world.settings.language).package.the_id();
                cx.copy(self.id.to_string(), what);
            }
            Action::ShowReceipt => cx.go(Room::Receipt(Box::new(Receipt::of_package(self.id, None)))),
            // What is not committed has no receipt; a second Enter from the review must not open a sheet about it.
            Action::Choose if self.is_committed(cx.world) => {
                let leg = self.leg_at(cx.world);
                cx.go(Room::Receipt(Box::new(Receipt::of_package(self.id, leg))));
            }
            Action::Refresh if self.order(cx.world).is_none() => self.look_up.ask(cx),
            _ => {}
        }
    }

    fn answered(&mut self, slot: Slot, answer: Answer, cx: &mut Cx<'_>) {
        self.look_up.answered(slot, answer, cx.world.now);
    }

    fn told(&mut self, bank: &BankId, event: &BankEvent, cx: &mut Cx<'_>) {
        self.look_up.heard(bank, event, cx.world.now);
    }

    fn ticked(&mut self, cx: &mut Cx<'_>) {
        cx.world.look_when_due();
        if self.order(cx.world).is_none() {
            self.look_up.ask_when_due(cx);
        }
    }

    fn view(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        self.draw(frame, area, seen);
    }
}
