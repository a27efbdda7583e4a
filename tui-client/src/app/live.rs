//! What the client makes of the banks' news: accounts, orders and banks change by being told, not by asking.

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use shared::api::events::BankEvent;
use shared::api::problem::ProblemCode;
use shared::api::replies::PackageStatus;
use shared::ids::BankId;

use super::banks::Link;
use super::orders::OrderState;
use super::requests::Owner;
use super::streams::{Hearing, StreamId, StreamNews};
use super::wire::{Answer, Reply, Trouble};
use super::world::World;

/// The pause before a broken stream is tried again, in milliseconds; it doubles.
const AGAIN_MS: i64 = 1_000;
/// The longest such pause.
const AGAIN_MAX_MS: i64 = 30_000;

impl World {
    /// Opens and closes streams as sessions come and go; called whenever they may have, and as time passes.
    pub fn follow_streams(&mut self) {
        self.streams.follow(&self.banks, self.now, &mut self.effects);
    }

    /// How the client hears of changes at the bank of the session.
    #[must_use]
    pub fn hearing(&self) -> Option<Hearing> {
        self.banks.main().map(|(bank, _)| self.streams.hearing(bank))
    }

    /// News of a stream. Gives the bank and what it told, for the room on screen.
    pub(super) fn streamed(&mut self, id: StreamId, news: StreamNews) -> Option<(BankId, BankEvent)> {
        let bank = self.streams.bank_of(id)?;
        match news {
            StreamNews::Opened => self.stream_opened(&bank),
            StreamNews::Told { event, last_id } => {
                let asked = self.requests.waits(&Owner::AccountsAt(bank.clone()));
                self.streams.told(&bank, &event, last_id, asked);
                self.told(&bank, &event, asked);
                return Some((bank, event));
            }
            StreamNews::Broken(trouble) => self.stream_broke(&bank, Some(trouble)),
            StreamNews::Ended => self.stream_broke(&bank, None),
        }
        None
    }

    fn stream_opened(&mut self, bank: &BankId) {
        self.streams.opened(bank);
        let was_away = self.banks.bank(bank).is_some_and(|view| view.trouble.is_some());
        if was_away {
            // Who holds what may have changed meanwhile; events tell of money alone.
            self.ask_accounts_at(bank);
        }
    }

    fn stream_broke(&mut self, bank: &BankId, trouble: Option<Trouble>) {
        let code = match &trouble {
            Some(Trouble::Problem(problem)) => Some(problem.code),
            Some(
                Trouble::Unreachable | Trouble::OutcomeUnknown | Trouble::Garbage | Trouble::Distrusted(_),
            )
            | None => None,
        };
        let again_at = match code {
            // A bank older than its streams: it is asked, as ever.
            Some(ProblemCode::NotFound | ProblemCode::MethodNotAllowed) => None,
            Some(_) | None => {
                let pause = (AGAIN_MS << self.streams.failures(bank).min(5)).min(AGAIN_MAX_MS);
                let pause = self.ids.jittered(pause);
                let at = Timestamp::from_millisecond(self.now.as_millisecond().saturating_add(pause));
                Some(at.unwrap_or(self.now))
            }
        };
        let was_live = self.streams.is_live(bank);
        let seat = self.streams.seat(bank).cloned();
        self.streams.broke(bank, again_at);
        if let (Some(seat), Some(trouble)) = (seat, trouble) {
            let answer: Answer = Err(trouble);
            self.heard(&seat, &answer);
        }
        if was_live {
            // From here on the client asks; at once, so that a bank that is away is found out.
            self.orders.ask_soon(bank, self.now);
            self.look_where_blind();
        }
    }

    fn told(&mut self, bank: &BankId, event: &BankEvent, asked: bool) {
        match event {
            BankEvent::Account(money) => {
                // Told of an account that was not in sight: opened elsewhere, or an invitation accepted there. What is
                // being asked already has its end first, or a log-in would wait for its accounts once more for each.
                if money.account.bank == *bank && !self.banks.money_told(money, self.now) && !asked {
                    self.ask_accounts_at(bank);
                }
            }
            BankEvent::Package(package) => {
                // Another bank tells what a holder may see; how an order stands is its own bank's to say.
                let order = self.orders.order(package.id).filter(|order| order.file.bank == *bank);
                let sending = self.requests.waits(&Owner::Order { id: package.id, sends: true });
                let heard = order.is_some_and(|order| match order.state {
                    // About to go out once more: what an earlier copy came to does not stop it.
                    OrderState::Keeping => false,
                    OrderState::NotKept(_)
                    | OrderState::Sending
                    | OrderState::NotSent(_)
                    | OrderState::Unknown(_)
                    | OrderState::NeverArrived
                    | OrderState::Told(_)
                    // A stopped attempt may be that of an earlier copy: the one under way has its own answer.
                    | OrderState::NotTaken(_) => !(sending && package.status == PackageStatus::Aborted),
                });
                if heard {
                    let answer = Ok(Reply::Package((**package).clone()));
                    let steps = self.orders.answered(package.id, false, answer, self.now);
                    self.perform(steps);
                }
                let ended = package.status == PackageStatus::Committed && package.settled;
                let by_consent = self.banks.iter().any(|view| view.link == Link::Consent);
                if ended && by_consent {
                    // Accounts seen by a consent have no stream.
                    self.look_where_blind();
                }
            }
            BankEvent::Invitations(reply) => {
                self.invitations.insert(bank.clone(), reply.invitations.clone());
            }
            BankEvent::Bank(health) => self.banks.bank_told(health.clone()),
        }
    }
}
