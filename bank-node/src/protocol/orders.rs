//! Orders: how each ends, and what its customer is told, from memory and disk together.
//!
//! Never here: votes and decisions. That an order ended is known; here it is stored and said.

use shared::api::replies::PackageBankState;
use shared::ids::{BankId, CustomerId, PackageId};

use super::attempt::AttemptId;
use super::bank::Bank;
use super::books::Books;
use super::message::Vote;
use super::output::{OrderAnswer, OrderView, Output, Reply};
use super::records::{AttemptState, Order, OrderState};
use super::timers::Timer;

impl Bank {
    /// Stores how an order ended and tells whoever waits.
    pub(super) fn end_order(&mut self, books: &mut Books, order: Order, out: &mut Output) {
        let package = order.package;
        books.put_order(order);
        self.reply_now(books, package, out);
    }

    /// Tells the customer who waits what is known now.
    pub(super) fn reply_now(&mut self, books: &Books, package: PackageId, out: &mut Output) {
        let Some(submission) = self.submissions.get(&package) else { return };
        if submission.ticket.is_none() {
            // Told what was known before, and nothing follows.
            if !submission.between {
                self.submissions.remove(&package);
            }
        } else if let Some(order) = books.order(package) {
            let first = !matches!(order.state, OrderState::InProgress { .. });
            let view = self.view(books, order, first);
            self.answer(package, OrderAnswer::Standing(Box::new(view)), out);
        }
    }

    /// Answers the customer who waits; an order between two attempts goes on without them.
    pub(super) fn answer(&mut self, package: PackageId, answer: OrderAnswer, out: &mut Output) {
        self.timers.cancel(&Timer::Submit(package));
        self.timers.cancel(&Timer::Reply(package));
        let Some(submission) = self.submissions.get_mut(&package) else { return };
        if let Some(ticket) = submission.ticket.take() {
            out.replies.push(Reply::Order(ticket, answer));
        }
        if !submission.between {
            self.submissions.remove(&package);
        }
    }

    /// GET: how an order of this customer stands.
    pub(super) fn look(&self, books: &Books, customer: CustomerId, package: PackageId) -> OrderAnswer {
        match books.order(package) {
            Some(order) if order.customer == customer => {
                OrderAnswer::Standing(Box::new(self.view(books, order, false)))
            }
            Some(_) | None => OrderAnswer::NotFound,
        }
    }

    /// What this bank knows of an order and each of its participants.
    pub(super) fn view(&self, books: &Books, order: &Order, first: bool) -> OrderView {
        let attempt = current_attempt(&order.state);
        let record = attempt.filter(|id| id.coordinator == self.settings.me).and_then(|id| books.attempt(id));
        let collecting = attempt.and_then(|id| self.collecting.get(id));
        let state = |bank: &BankId| match (&order.state, collecting, record.map(|record| &record.state)) {
            (_, Some(collecting), _) => match collecting.votes.get(bank) {
                None => PackageBankState::Waiting,
                Some(Vote::Yes { .. }) => PackageBankState::Prepared,
                Some(Vote::No { .. } | Vote::Elsewhere { .. }) => PackageBankState::Refused,
            },
            (_, None, Some(AttemptState::Committed { .. })) => {
                let told = record.is_some_and(|record| !record.unacked.contains(bank));
                if told { PackageBankState::Committed } else { PackageBankState::Prepared }
            }
            (_, None, Some(AttemptState::Aborted { no_voters, .. })) => {
                if no_voters.contains(bank) {
                    PackageBankState::Refused
                } else {
                    PackageBankState::Aborted
                }
            }
            // Another bank's attempt committed; which of its banks have booked yet is not known here.
            (OrderState::Committed { .. }, None, _) => PackageBankState::Prepared,
            (OrderState::InProgress { .. } | OrderState::Elsewhere { .. }, None, _) => {
                PackageBankState::Waiting
            }
            (OrderState::Refused { .. } | OrderState::Aborted { .. }, None, _) => PackageBankState::Aborted,
        };
        let participants = order.legs.participants(&self.settings.me);
        let settled = match order.state {
            OrderState::InProgress { .. } | OrderState::Elsewhere { .. } => false,
            OrderState::Committed { .. } => record.is_some_and(|record| record.unacked.is_empty()),
            OrderState::Refused { .. } | OrderState::Aborted { .. } => {
                record.is_none_or(|record| record.unacked.is_empty())
            }
        };
        let banks = participants.into_iter().map(|bank| (bank.clone(), state(&bank))).collect();
        OrderView { order: order.clone(), first, settled, banks }
    }
}

/// The attempt that an order's state names.
pub(super) fn current_attempt(state: &OrderState) -> Option<&AttemptId> {
    match state {
        OrderState::InProgress { attempt } => attempt.as_ref(),
        OrderState::Elsewhere { attempt } | OrderState::Committed { attempt, .. } => Some(attempt),
        OrderState::Refused { attempt, .. } | OrderState::Aborted { attempt, .. } => attempt.as_ref(),
    }
}
