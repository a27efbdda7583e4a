//! Answers that no room waits for: what they change in what all rooms share.

use jiff::Timestamp;
use shared::api::problem::ProblemCode;
use shared::ids::BankId;

use super::World;
use crate::app::requests::Owner;
use crate::app::wire::{Answer, Call, Reply, Seat, Trouble};

/// The longest pause before a bank that does not answer is asked again.
const LOOK_AGAIN_MAX_MS: i64 = 30_000;

impl World {
    /// An answer for the world came. The other answers never get here.
    pub fn answered(&mut self, owner: Owner, answer: Answer) {
        match owner {
            Owner::Consortium => {
                if let Ok(Reply::Consortium(reply)) = answer {
                    self.banks.consortium_told(reply, self.now);
                }
            }
            Owner::AccountsSeen => {
                if let Ok(Reply::Accounts(reply)) = answer {
                    self.banks.accounts_seen(reply, self.now);
                }
            }
            Owner::AccountsAt(bank) => match answer {
                Ok(Reply::Accounts(mut reply)) => {
                    let lacks = self.streams.bring_up_to_date(&bank, &mut reply.accounts);
                    self.streams.try_now(&bank, self.now);
                    self.banks.accounts_told(&bank, reply.accounts, self.now);
                    if lacks {
                        self.ask_accounts_at(&bank);
                    }
                }
                Ok(_) => self.asking_failed(&bank, Trouble::Garbage),
                Err(trouble) => self.asking_failed(&bank, trouble),
            },
            Owner::InvitationsAt(bank) => {
                if let Ok(Reply::Invitations(reply)) = answer {
                    self.invitations.insert(bank, reply.invitations);
                }
            }
            Owner::Recent(account) => {
                if let Ok(Reply::Statement(reply)) = answer {
                    self.recent.told(account, reply.postings);
                }
            }
            Owner::Order { id, sends } => {
                let was_over = self.orders.order(id).is_some_and(|o| o.state.is_over());
                let steps = self.orders.answered(id, sends, answer, self.now);
                self.perform(steps);
                let over = self.orders.order(id).is_some_and(|o| o.state.is_over());
                if over && !was_over {
                    self.look_at(false, |_| true);
                }
            }
            // Rooms hear their own answers; those of nobody go to `answered_nobody`.
            Owner::Room(..) | Owner::Nobody | Owner::Lock => {}
        }
    }

    /// Whatever was asked, by whomever: a bank that says "log in first" has ended that session.
    pub fn heard(&mut self, from: &Seat, answer: &Answer) {
        if let Ok(Reply::Payee(payee)) = answer {
            self.book.name_told(&payee.account, &payee.name);
        }
        if let Err(Trouble::Problem(problem)) = answer
            && problem.code == ProblemCode::Unauthenticated
        {
            self.ended.extend(self.banks.session_ended(from));
        }
    }

    /// Something that a left room had begun has ended. What it changed is looked at; a session that nobody wants any
    /// more is closed.
    pub fn answered_nobody(&mut self, from: Seat, answer: Answer) {
        match answer {
            Ok(Reply::LoggedIn(opened)) => {
                let seat = Seat { token: Some(opened.token), ..from };
                self.ask(Owner::Nobody, seat, Call::LogOut);
            }
            Ok(_) if self.banks.main().is_some() => self.look(),
            Ok(_) | Err(_) => {}
        }
    }

    fn asking_failed(&mut self, bank: &BankId, trouble: Trouble) {
        let failures = self.banks.bank(bank).map_or(0, |b| b.failures).min(5);
        let pause = (1_000 << failures).min(LOOK_AGAIN_MAX_MS);
        let pause = self.ids.jittered(pause);
        let at = Timestamp::from_millisecond(self.now.as_millisecond() + pause).unwrap_or(self.now);
        self.banks.asking_failed(bank, trouble, at);
    }
}
