//! Oneself: who the banks say one is, name and password, the sessions, and the ways to other banks, other people and out.

mod view;

#[cfg(test)]
pub(super) mod tests;

use std::collections::BTreeMap;

use jiff::Timestamp;
use ratatui::Frame;
use ratatui::layout::Rect;
use shared::api::problem::ProblemCode;
use shared::api::replies::SessionReply;
use shared::ids::{BankId, SessionId};

use super::change::Change;
use super::invitations::Invitations;
use super::log_in::LogIn;
use super::welcome::Welcome;
use super::{Cx, Room, Screen, Seen};
use crate::actions::{Action, Scope};
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
pub const SCOPES: &[Scope] = &[Scope::Me, Scope::List];

const SESSIONS: &str = "sessions";
const WHO: &str = "who";
const END: Slot = Slot("end", 0);

/// The ways on, in the order of their digits.
pub const WAYS: [Action; 7] = [
    Action::ChangeName,
    Action::ChangePassword,
    Action::SeeInvitations,
    Action::LogInElsewhere,
    Action::LogInAsAnother,
    Action::LogOutHere,
    Action::LogOut,
];

/// Oneself.
#[derive(Debug, Default)]
pub struct Me {
    /// The ways first, then the sessions.
    chosen: usize,
    asked: Vec<BankId>,
    sessions: BTreeMap<BankId, Result<Vec<SessionReply>, Trouble>>,
    since: BTreeMap<BankId, Timestamp>,
    failed: Option<Trouble>,
}

impl Me {
    fn ask(&mut self, cx: &mut Cx<'_>) {
        let seats: Vec<_> = cx
            .world
            .banks
            .sessions()
            .filter(|(_, s)| s.alive)
            .map(|(id, s)| (id.clone(), s.seat.clone()))
            .collect();
        self.asked = seats.iter().map(|(id, _)| id.clone()).collect();
        self.sessions.retain(|bank, _| seats.iter().any(|(id, _)| id == bank));
        for (row, (_, seat)) in seats.into_iter().enumerate() {
            cx.ask(Slot(SESSIONS, row), seat.clone(), Call::Sessions);
            cx.ask(Slot(WHO, row), seat, Call::Me);
        }
    }

    /// Every session told, bank by bank, each bank's newest first.
    fn rows(&self) -> Vec<(&BankId, &SessionReply)> {
        let told = self.sessions.iter().filter_map(|(bank, told)| told.as_ref().ok().map(|s| (bank, s)));
        told.flat_map(|(bank, sessions)| sessions.iter().map(move |s| (bank, s))).collect()
    }

    fn way(&self, action: Action, cx: &mut Cx<'_>) {
        let row = crate::actions::rows_of(SCOPES).find(|r| r.action == action);
        if let Some(why) = row.and_then(|row| row.when.why_not(cx.world)) {
            return cx.notice(Notice::Off(why));
        }
        match action {
            Action::ChangeName => self.change(Change::name(cx.world), cx),
            Action::ChangePassword => self.change(Change::password(cx.world), cx),
            Action::SeeInvitations => cx.go(Room::Invitations(Invitations::default())),
            Action::LogInElsewhere => cx.go(Room::LogIn(LogIn::elsewhere(cx.world))),
            Action::LogInAsAnother => cx.question(Ask::LogInAsAnother),
            Action::LogOutHere => {
                if let Some((bank, _)) = cx.world.banks.main() {
                    let bank = bank.clone();
                    cx.question(Ask::LogOutHere { bank });
                }
            }
            Action::LogOut => cx.question(Ask::LogOut),
            _ => {}
        }
    }

    fn change(&self, room: Option<Change>, cx: &mut Cx<'_>) {
        match room {
            Some(room) => cx.go(Room::Change(room)),
            None => cx.notice(Notice::Off(WhyNot::NotLoggedIn)),
        }
    }

    fn ask_to_end(&self, cx: &mut Cx<'_>) {
        let chosen = self.chosen.checked_sub(WAYS.len());
        let row = chosen.and_then(|n| self.rows().get(n).map(|(bank, s)| ((*bank).clone(), s.id, s.current)));
        match row {
            Some((bank, _, true)) => cx.question(Ask::LogOutHere { bank }),
            Some((at, id, false)) => cx.question(Ask::EndSession { at, id }),
            None => cx.notice(Notice::Off(WhyNot::NoSession)),
        }
    }

    fn end(at: &BankId, id: SessionId, cx: &mut Cx<'_>) {
        if let Some(seat) = cx.world.banks.session(at).map(|s| s.seat.clone()) {
            cx.ask(END, seat, Call::EndSession(id));
        }
    }

    fn leave_bank(&mut self, bank: &BankId, cx: &mut Cx<'_>) {
        cx.world.log_out_at(bank);
        self.chosen = 0;
        if cx.world.banks.main().is_some() {
            self.ask(cx);
        } else {
            to_the_door(cx.world, cx.moves);
        }
    }

    fn told(&mut self, slot: Slot, answer: Answer, cx: &mut Cx<'_>) {
        let Some(bank) = self.asked.get(slot.1).cloned() else { return };
        match (slot.0, answer) {
            (WHO, Ok(Reply::Customer(customer))) => {
                if let Some(at) = customer.created_at {
                    self.since.insert(bank.clone(), at);
                }
                cx.world.banks.customer_told(&bank, customer);
            }
            (SESSIONS, Ok(Reply::Sessions(reply))) => {
                self.sessions.insert(bank, Ok(reply.sessions));
                self.chosen = self.chosen.min((WAYS.len() + self.rows().len()).saturating_sub(1));
            }
            (SESSIONS, Ok(_)) => {
                self.sessions.insert(bank, Err(Trouble::Garbage));
            }
            (SESSIONS, Err(trouble)) => {
                self.sessions.insert(bank, Err(trouble));
            }
            (_, Ok(_) | Err(_)) => {}
        }
    }
}

/// Back to the first room, with nobody logged in.
fn to_the_door(world: &World, moves: &mut Vec<super::Move>) {
    let welcome = Room::Welcome(Welcome::new(&world.settings));
    moves.push(super::Move::Reset(Box::new(welcome)));
}

impl Screen for Me {
    fn title(&self, texts: &Texts) -> String {
        texts.me.title().to_owned()
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
                let rows = WAYS.len() + self.rows().len();
                self.chosen = moved(self.chosen, rows, action == Action::Down);
            }
            Action::Choose => match WAYS.get(self.chosen) {
                Some(action) => self.way(*action, cx),
                None => self.ask_to_end(cx),
            },
            Action::EndSession => self.ask_to_end(cx),
            Action::Refresh => self.ask(cx),
            action => self.way(action, cx),
        }
    }

    fn answered(&mut self, slot: Slot, answer: Answer, cx: &mut Cx<'_>) {
        if slot != END {
            return self.told(slot, answer, cx);
        }
        self.failed = match answer {
            Ok(_) => None,
            // It has ended by itself meanwhile: what was wanted.
            Err(Trouble::Problem(problem)) if problem.code == ProblemCode::NotFound => None,
            Err(trouble) => Some(trouble),
        };
        self.ask(cx);
    }

    fn popup_answered(&mut self, answered: &Answered, cx: &mut Cx<'_>) {
        match answered {
            Answered::Question(Ask::LogOut, 1) => {
                cx.world.log_out();
                to_the_door(cx.world, cx.moves);
            }
            Answered::Question(Ask::LogInAsAnother, 1) => {
                cx.world.log_out();
                to_the_door(cx.world, cx.moves);
                cx.go(Room::LogIn(LogIn::new(cx.world)));
            }
            Answered::Question(Ask::LogOutHere { bank }, 1) => self.leave_bank(bank, cx),
            Answered::Question(Ask::EndSession { at, id }, 1) => Self::end(at, *id, cx),
            Answered::Question(..)
            | Answered::Pick(..)
            | Answered::Delete(..)
            | Answered::Name(..)
            | Answered::FileRead { .. }
            | Answered::FileWritten { .. } => {}
        }
    }

    fn view(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        self.draw(frame, area, seen);
    }
}
