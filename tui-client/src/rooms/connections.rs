//! Which bank is connected to which: the consents given at every bank with a session, and the way to give one or end it.

mod view;

#[cfg(test)]
pub(super) mod tests;

use std::collections::BTreeMap;

use ratatui::Frame;
use ratatui::layout::Rect;
use shared::api::problem::ProblemCode;
use shared::api::replies::ConsentReply;
use shared::ids::{BankId, ConsentId};

use super::connect::Connect;
use super::{Cx, Room, Screen, Seen};
use crate::actions::{Action, Scope};
use crate::app::banks::{BankView, Health, Link};
use crate::app::notice::Notice;
use crate::app::requests::Slot;
use crate::app::why_not::WhyNot;
use crate::app::wire::{Answer, Call, Reply, Trouble};
use crate::app::world::World;
use crate::popups::Answered;
use crate::popups::question::Ask;
use crate::texts::Texts;
use crate::widgets::list::moved;

/// Where this room is in the table of actions.
pub const SCOPES: &[Scope] = &[Scope::Connections, Scope::List];

const CONSENTS: &str = "consents";
const REVOKE: Slot = Slot("revoke", 0);

/// A row to choose.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Row {
    /// A bank.
    Bank(BankId),
    /// A consent given at a bank.
    Consent {
        /// Where.
        at: BankId,
        /// Which.
        id: ConsentId,
    },
}

/// How far a bank is connected to the bank of the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Connected {
    /// It is the bank of the session.
    Here,
    /// It lets the bank of the session see, or see and pay.
    Yes,
    /// It answers, and does not.
    No,
    /// It does not answer.
    Unreachable,
    /// Not found out yet.
    Unknown,
}

/// The consents.
#[derive(Debug, Default)]
pub struct Connections {
    chosen: usize,
    asked: Vec<BankId>,
    consents: BTreeMap<BankId, Vec<ConsentReply>>,
}

impl Connections {
    fn ask(&mut self, cx: &mut Cx<'_>) {
        let seats: Vec<_> = cx
            .world
            .banks
            .sessions()
            .filter(|(_, s)| s.alive)
            .map(|(id, s)| (id.clone(), s.seat.clone()))
            .collect();
        self.asked = seats.iter().map(|(id, _)| id.clone()).collect();
        for (row, (_, seat)) in seats.into_iter().enumerate() {
            cx.ask(Slot(CONSENTS, row), seat, Call::Consents);
        }
        cx.world.look();
    }

    fn rows(&self, world: &World) -> Vec<Row> {
        let mut rows = Vec::new();
        for bank in world.banks.iter() {
            rows.push(Row::Bank(bank.id.clone()));
            let given = self.consents.get(&bank.id).into_iter().flatten();
            rows.extend(given.map(|c| Row::Consent { at: bank.id.clone(), id: c.id }));
        }
        rows
    }

    fn consent(&self, at: &BankId, id: ConsentId) -> Option<&ConsentReply> {
        self.consents.get(at)?.iter().find(|c| c.id == id)
    }

    fn connected(&self, bank: &BankView, world: &World) -> Connected {
        let Some((here, session)) = world.banks.main() else { return Connected::Unknown };
        if bank.id == *here {
            return Connected::Here;
        }
        let for_here = |c: &ConsentReply| c.bank == *here && c.customer == session.customer.id;
        match self.consents.get(&bank.id) {
            Some(consents) if consents.iter().any(for_here) => Connected::Yes,
            _ if bank.health == Health::Down => Connected::Unreachable,
            Some(_) => Connected::No,
            None => match bank.link {
                Link::Consent => Connected::Yes,
                Link::None => Connected::No,
                Link::Session | Link::Unknown => Connected::Unknown,
            },
        }
    }

    fn choose(&self, cx: &mut Cx<'_>) {
        let rows = self.rows(cx.world);
        let bank = match rows.get(self.chosen) {
            Some(Row::Bank(bank)) => bank,
            Some(Row::Consent { at, id }) => return self.change(at, *id, cx),
            None => return,
        };
        // Connected already: its terms are what there is to change.
        if let Some((at, id)) = self.for_here(bank, cx.world) {
            return self.change(&at, id, cx);
        }
        match cx.world.banks.main() {
            Some((here, _)) if here == bank => {}
            Some((_, session)) if !session.alive => cx.notice(Notice::Off(WhyNot::SessionEnded)),
            Some(_) => {
                if let Some(room) = Connect::new(bank.clone(), self.done(cx.world), cx.world) {
                    cx.go(Room::Connect(Box::new(room)));
                }
            }
            None => cx.notice(Notice::Off(WhyNot::NotLoggedIn)),
        }
    }

    /// The consent at `bank` for the bank of the session, if there is one.
    fn for_here(&self, bank: &BankId, world: &World) -> Option<(BankId, ConsentId)> {
        let (here, session) = world.banks.main()?;
        let for_here = |c: &&ConsentReply| c.bank == *here && c.customer == session.customer.id;
        self.consents.get(bank)?.iter().find(for_here).map(|c| (bank.clone(), c.id))
    }

    fn change(&self, at: &BankId, id: ConsentId, cx: &mut Cx<'_>) {
        match self.consent(at, id).and_then(|consent| Connect::changing(at, consent, cx.world)) {
            Some(room) => cx.go(Room::Connect(Box::new(room))),
            None => cx.notice(Notice::Off(WhyNot::SessionEnded)),
        }
    }

    /// Banks that do not let the bank of the session see yet, and that answer.
    fn missing(&self, world: &World) -> Vec<BankId> {
        let wanted =
            |bank: &&BankView| self.connected(bank, world) == Connected::No && bank.address.is_some();
        world.banks.iter().filter(wanted).map(|b| b.id.clone()).collect()
    }

    /// Banks that a pass need not come to.
    fn done(&self, world: &World) -> Vec<BankId> {
        world
            .banks
            .iter()
            .filter(|b| self.connected(b, world) == Connected::Yes)
            .map(|b| b.id.clone())
            .collect()
    }

    /// All that are missing, one after the other.
    fn connect_all(&self, cx: &mut Cx<'_>) {
        let first = self.missing(cx.world).into_iter().next();
        match first.and_then(|first| Connect::new(first, self.done(cx.world), cx.world)) {
            Some(room) => cx.go(Room::Connect(Box::new(room))),
            None => cx.notice(Notice::Off(WhyNot::AllConnected)),
        }
    }

    fn ask_to_revoke(&self, cx: &mut Cx<'_>) {
        let consent = match self.rows(cx.world).get(self.chosen) {
            Some(Row::Consent { at, id }) => Some((at.clone(), *id)),
            Some(Row::Bank(bank)) => self.for_here(bank, cx.world),
            None => None,
        };
        match consent {
            Some((at, id)) => cx.question(Ask::Revoke { at, id }),
            None => cx.notice(Notice::Off(WhyNot::NoConsent)),
        }
    }

    fn revoked(&mut self, answer: Answer, cx: &mut Cx<'_>) {
        match answer {
            Ok(_) => {}
            Err(Trouble::Problem(problem)) if problem.code == ProblemCode::NotFound => {}
            Err(trouble) => cx.notice(Notice::Trouble(trouble)),
        }
        self.ask(cx);
    }
}

impl Screen for Connections {
    fn title(&self, texts: &Texts) -> String {
        texts.connections.title().to_owned()
    }

    fn scopes(&self) -> &'static [Scope] {
        SCOPES
    }

    fn entered(&mut self, cx: &mut Cx<'_>) {
        self.ask(cx);
    }

    fn act(&mut self, action: Action, cx: &mut Cx<'_>) {
        match action {
            Action::Up | Action::Down => {
                let rows = self.rows(cx.world).len();
                self.chosen = moved(self.chosen, rows, action == Action::Down);
            }
            Action::Choose => self.choose(cx),
            Action::Refresh => self.ask(cx),
            Action::ConnectAll => self.connect_all(cx),
            Action::Revoke => self.ask_to_revoke(cx),
            _ => {}
        }
    }

    fn answered(&mut self, slot: Slot, answer: Answer, cx: &mut Cx<'_>) {
        if slot == REVOKE {
            return self.revoked(answer, cx);
        }
        let Some(bank) = self.asked.get(slot.1).cloned() else { return };
        if let Ok(Reply::Consents(reply)) = answer {
            let chosen = self.rows(cx.world).into_iter().nth(self.chosen);
            self.consents.insert(bank, reply.consents);
            // Rows may have come above the chosen one: a key that is on its way is meant for what it stood on.
            let rows = self.rows(cx.world);
            let same = chosen.and_then(|chosen| rows.iter().position(|row| *row == chosen));
            self.chosen = same.unwrap_or(self.chosen).min(rows.len().saturating_sub(1));
        }
    }

    fn popup_answered(&mut self, answered: &Answered, cx: &mut Cx<'_>) {
        if let Answered::Question(Ask::Revoke { at, id }, 1) = answered
            && let Some(seat) = cx.world.banks.session(at).map(|s| s.seat.clone())
        {
            cx.ask(REVOKE, seat, Call::RevokeConsent(*id));
        }
    }

    fn ticked(&mut self, cx: &mut Cx<'_>) {
        cx.world.look_when_due();
    }

    fn view(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        self.draw(frame, area, seen);
    }
}
