//! Orders and how they end: live, bank by bank, each failing leg with its reason. Follows; cancels nothing.

mod view;

pub use self::view::draw_order;

#[cfg(test)]
mod tests;

use ratatui::Frame;
use ratatui::layout::Rect;
use shared::ids::PackageId;

use super::{Cx, Screen, Seen};
use crate::actions::{Action, Scope};
use crate::app::effect::Effect;
use crate::app::notice::Notice;
use crate::app::orders::{Order, OrderState};
use crate::app::world::{WhyNot, World};
use crate::texts::Texts;
use crate::widgets::list::moved;

/// Where this room is in the table of actions.
pub const SCOPES: &[Scope] = &[Scope::Package];

/// The orders of this run and those found from earlier ones, one of them in full.
#[derive(Debug)]
pub struct Package {
    chosen: Option<PackageId>,
}

impl Package {
    /// This order.
    #[must_use]
    pub const fn of(id: PackageId) -> Self {
        Self { chosen: Some(id) }
    }

    /// All orders: the newest whose end is not known, else the newest.
    #[must_use]
    pub fn all(world: &World) -> Self {
        let open = world.orders.iter().filter(|o| !o.state.is_over()).last();
        let order = open.or_else(|| world.orders.iter().last());
        Self { chosen: order.map(|o| o.file.id) }
    }

    fn order<'a>(&self, world: &'a World) -> Option<&'a Order> {
        self.chosen.and_then(|id| world.orders.order(id))
    }

    fn choose_other(&mut self, down: bool, world: &World) {
        let ids = newest_first(world);
        let at = ids.iter().position(|id| Some(*id) == self.chosen).unwrap_or(0);
        self.chosen = ids.get(moved(at, ids.len(), down)).copied();
    }

    fn send_again(&self, cx: &mut Cx<'_>) {
        let Some(order) = self.order(cx.world) else { return };
        send_again(order.file.id, cx);
    }
}

/// Sends an order again, under its own id, where that is allowed; else says why not.
pub fn send_again(id: PackageId, cx: &mut Cx<'_>) {
    let Some(order) = cx.world.orders.order(id) else { return };
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

/// The orders, newest first.
pub(super) fn newest_first(world: &World) -> Vec<PackageId> {
    let mut ids: Vec<PackageId> = world.orders.iter().map(|o| o.file.id).collect();
    ids.reverse();
    ids
}

impl Screen for Package {
    fn title(&self, texts: &Texts) -> String {
        texts.package.title().to_owned()
    }

    fn scopes(&self) -> &'static [Scope] {
        SCOPES
    }

    fn act(&mut self, action: Action, cx: &mut Cx<'_>) {
        match action {
            Action::Up => self.choose_other(false, cx.world),
            Action::Down => self.choose_other(true, cx.world),
            Action::SendAgain => self.send_again(cx),
            Action::SetAside => match self.order(cx.world) {
                Some(order) if order.state == OrderState::NeverArrived => {
                    let id = order.file.id;
                    cx.world.give_up(id);
                    *self = Self::all(cx.world);
                }
                Some(_) => cx.notice(Notice::Off(WhyNot::NotAside)),
                None => {}
            },
            Action::CopyId => {
                if let Some(order) = self.order(cx.world) {
                    let id = order.file.id.to_string();
                    let what = Texts::new(cx.world.settings.language).package.the_id().to_owned();
                    cx.world.wish(Effect::Copy(id));
                    cx.notice(Notice::Copied(what));
                }
            }
            _ => {}
        }
    }

    fn ticked(&mut self, cx: &mut Cx<'_>) {
        cx.world.look_when_due();
    }

    fn view(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        self.draw(frame, area, seen);
    }
}
