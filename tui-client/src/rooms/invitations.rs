//! Invitations to hold an account with somebody, at every bank with a session: accepted or declined, each result on the
//! screen.

mod view;

#[cfg(test)]
pub(super) mod tests;

use ratatui::Frame;
use ratatui::layout::Rect;
use shared::account::AccountRef;
use shared::api::problem::ProblemCode;
use shared::api::replies::InvitationReply;
use shared::ids::BankId;

use super::{Cx, Screen, Seen};
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
pub const SCOPES: &[Scope] = &[Scope::Invitations, Scope::List];

const INVITATIONS: &str = "invitations";
const ANSWER: &str = "answer";

/// How an answer to an invitation ended.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum End {
    Waiting,
    Accepted,
    Declined,
    /// It was answered before, here or elsewhere.
    AnsweredBefore,
    /// The account was closed meanwhile, or the invitation taken back.
    Gone,
    Failed(Trouble),
}

/// One answer that was given in this room.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Given {
    account: AccountRef,
    accept: bool,
    end: End,
}

/// The invitations.
#[derive(Debug, Default)]
pub struct Invitations {
    chosen: usize,
    asked: Vec<BankId>,
    /// Banks that did not tell, and why.
    silent: Vec<(BankId, Trouble)>,
    given: Vec<Given>,
}

impl Invitations {
    fn ask(&mut self, cx: &mut Cx<'_>) {
        let seats: Vec<_> = cx
            .world
            .banks
            .sessions()
            .filter(|(_, s)| s.alive)
            .map(|(id, s)| (id.clone(), s.seat.clone()))
            .collect();
        self.asked = seats.iter().map(|(id, _)| id.clone()).collect();
        self.silent.clear();
        for (row, (_, seat)) in seats.into_iter().enumerate() {
            cx.ask(Slot(INVITATIONS, row), seat, Call::Invitations);
        }
    }

    /// Those without an answer, but for those whose answer is on its way.
    fn rows<'a>(&self, world: &'a World) -> Vec<&'a InvitationReply> {
        let on_its_way =
            |account: &AccountRef| self.given.iter().any(|g| g.account == *account && g.end == End::Waiting);
        world.invitations.values().flatten().filter(|i| !on_its_way(&i.account)).collect()
    }

    fn chosen_account(&self, world: &World) -> Option<AccountRef> {
        self.rows(world).get(self.chosen).map(|i| i.account.clone())
    }

    fn with_chosen(&mut self, cx: &mut Cx<'_>, step: impl FnOnce(&mut Self, AccountRef, &mut Cx<'_>)) {
        match self.chosen_account(cx.world) {
            Some(account) => step(self, account, cx),
            None => cx.notice(Notice::Off(WhyNot::NoInvitation)),
        }
    }

    fn answer(&mut self, account: AccountRef, accept: bool, cx: &mut Cx<'_>) {
        let Some(session) = cx.world.banks.session(&account.bank).filter(|s| s.alive) else {
            return cx.notice(Notice::Off(WhyNot::SessionEnded));
        };
        let seat = session.seat.clone();
        cx.ask(
            Slot(ANSWER, self.given.len()),
            seat,
            Call::AnswerInvitation { account: account.clone(), accept },
        );
        self.given.push(Given { account, accept, end: End::Waiting });
        self.chosen = self.chosen.min(self.rows(cx.world).len().saturating_sub(1));
    }

    fn answered_one(&mut self, row: usize, answer: Answer, cx: &mut Cx<'_>) {
        let Some(given) = self.given.get_mut(row) else { return };
        given.end = match answer {
            Ok(_) if given.accept => End::Accepted,
            Ok(_) => End::Declined,
            Err(Trouble::Problem(problem)) => match problem.code {
                ProblemCode::AlreadyAnswered => End::AnsweredBefore,
                ProblemCode::NotFound => End::Gone,
                _ => End::Failed(Trouble::Problem(problem)),
            },
            Err(trouble) => End::Failed(trouble),
        };
        let over = match &given.end {
            End::Accepted | End::Declined | End::AnsweredBefore | End::Gone => true,
            End::Waiting | End::Failed(_) => false,
        };
        let account = given.account.clone();
        if over && let Some(invitations) = cx.world.invitations.get_mut(&account.bank) {
            invitations.retain(|i| i.account != account);
        }
        // A new account comes into sight; an answer that was lost shows in the list.
        cx.world.look();
        self.ask(cx);
    }

    fn told(&mut self, row: usize, answer: Answer, cx: &mut Cx<'_>) {
        let Some(bank) = self.asked.get(row).cloned() else { return };
        match answer {
            Ok(Reply::Invitations(reply)) => {
                cx.world.invitations.insert(bank, reply.invitations);
            }
            Ok(_) => self.silent.push((bank, Trouble::Garbage)),
            Err(trouble) => self.silent.push((bank, trouble)),
        }
        self.chosen = self.chosen.min(self.rows(cx.world).len().saturating_sub(1));
    }
}

impl Screen for Invitations {
    fn title(&self, texts: &Texts) -> String {
        texts.invitations.title().to_owned()
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
            Action::Choose => self.with_chosen(cx, |_, account, cx| cx.question(Ask::Invitation { account })),
            Action::AcceptInvitation => {
                self.with_chosen(cx, |room, account, cx| room.answer(account, true, cx));
            }
            Action::DeclineInvitation => {
                self.with_chosen(cx, |_, account, cx| cx.question(Ask::Decline { account }));
            }
            Action::Refresh => self.ask(cx),
            _ => {}
        }
    }

    fn answered(&mut self, slot: Slot, answer: Answer, cx: &mut Cx<'_>) {
        match slot {
            Slot(ANSWER, row) => self.answered_one(row, answer, cx),
            Slot(_, row) => self.told(row, answer, cx),
        }
    }

    fn popup_answered(&mut self, answered: &Answered, cx: &mut Cx<'_>) {
        match answered {
            Answered::Question(Ask::Invitation { account }, 1) => self.answer(account.clone(), true, cx),
            Answered::Question(Ask::Invitation { account }, 2) => {
                let account = account.clone();
                cx.question(Ask::Decline { account });
            }
            Answered::Question(Ask::Decline { account }, 1) => self.answer(account.clone(), false, cx),
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
