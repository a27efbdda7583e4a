//! What operators do to customers and accounts. Each act is a line of the operators' log, written with what it changes or
//! with why it changed nothing.

use shared::account::{AccountNumber, AccountStatus};
use shared::ids::CustomerId;

use super::{DeskAnswer, accounts};
use crate::protocol::books::{Books, Key};
use crate::protocol::operators_log::{OperatorAction, OperatorOutcome, append};
use crate::protocol::output::Now;
use crate::protocol::records::Write;

/// What an operator asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperatorAct {
    /// No money moves to or from the account until it is unfrozen; what is promised already is not touched.
    Freeze(AccountNumber),
    /// It may move again.
    Unfreeze(AccountNumber),
    /// Close the account for good, under the guards of its holders' own closing.
    Close(AccountNumber),
    /// Set a password that opens nothing but its own change, and log the customer out everywhere.
    ResetPassword {
        /// Whose.
        customer: CustomerId,
        /// In PHC form.
        password_hash: String,
    },
    /// Log the customer out everywhere.
    EndSessions(CustomerId),
    /// Take no new packages, or take them again.
    Drain(bool),
    /// Done, shown or refused elsewhere, and only to be written down.
    Note {
        /// What.
        action: OperatorAction,
        /// On what; nobody's name.
        subject: Option<String>,
        /// What became of it.
        outcome: OperatorOutcome,
    },
}

/// What must be loaded for `act`.
pub(super) fn keys(books: &Books, act: &OperatorAct) -> Vec<Key> {
    let mut keys = match act {
        OperatorAct::Freeze(number) | OperatorAct::Unfreeze(number) | OperatorAct::Close(number) => {
            accounts::keys_with_holders(books, *number)
        }
        OperatorAct::ResetPassword { customer, .. } | OperatorAct::EndSessions(customer) => {
            vec![Key::Customer(*customer)]
        }
        OperatorAct::Drain(_) | OperatorAct::Note { .. } => Vec::new(),
    };
    keys.push(Key::OperatorsLog);
    keys
}

/// Does it, and writes it down.
pub(super) fn act(books: &mut Books, now: Now, operator: String, act: OperatorAct) -> DeskAnswer {
    let (action, subject, (outcome, answer)) = match act {
        OperatorAct::Freeze(number) => {
            let done = set_status(books, number, AccountStatus::Frozen);
            (OperatorAction::AccountFreeze, Some(number.to_string()), done)
        }
        OperatorAct::Unfreeze(number) => {
            let done = set_status(books, number, AccountStatus::Open);
            (OperatorAction::AccountUnfreeze, Some(number.to_string()), done)
        }
        OperatorAct::Close(number) => {
            (OperatorAction::AccountClose, Some(number.to_string()), close(books, number))
        }
        OperatorAct::ResetPassword { customer, password_hash } => {
            let done = reset_password(books, customer, password_hash);
            (OperatorAction::PasswordReset, Some(customer.to_string()), done)
        }
        OperatorAct::EndSessions(customer) => {
            let done = end_sessions(books, customer);
            (OperatorAction::SessionsEnd, Some(customer.to_string()), done)
        }
        OperatorAct::Drain(on) => {
            let action = if on { OperatorAction::Drain } else { OperatorAction::Undrain };
            (action, None, (OperatorOutcome::Done, DeskAnswer::Done))
        }
        OperatorAct::Note { action, subject, outcome } => (action, subject, (outcome, DeskAnswer::Done)),
    };
    append(books, now.wall_ms, operator, action, subject, outcome);
    answer
}

type Acted = (OperatorOutcome, DeskAnswer);

const NOT_FOUND: Acted = (OperatorOutcome::NotFound, DeskAnswer::NotFound);

fn set_status(books: &mut Books, number: AccountNumber, status: AccountStatus) -> Acted {
    let Some(mut account) = books.account(number).cloned() else { return NOT_FOUND };
    if account.status == AccountStatus::Closed {
        return (OperatorOutcome::AccountClosed, DeskAnswer::AccountClosed);
    }
    let outcome = if account.status == status { OperatorOutcome::Unchanged } else { OperatorOutcome::Done };
    if outcome == OperatorOutcome::Done {
        account.status = status;
        books.put_account(account.clone());
    }
    (outcome, accounts::answer(books, account))
}

fn close(books: &mut Books, number: AccountNumber) -> Acted {
    let Some(mut account) = books.account(number).cloned() else { return NOT_FOUND };
    if account.status == AccountStatus::Closed {
        return (OperatorOutcome::Unchanged, accounts::answer(books, account));
    }
    if !accounts::shut(books, &mut account) {
        return (OperatorOutcome::AccountNotEmpty, DeskAnswer::AccountNotEmpty);
    }
    (OperatorOutcome::Done, accounts::answer(books, account))
}

fn reset_password(books: &mut Books, id: CustomerId, password_hash: String) -> Acted {
    let Some(mut customer) = books.customer(id).cloned() else { return NOT_FOUND };
    customer.password_hash = password_hash;
    customer.must_change_password = true;
    books.put(Write::EndOtherSessions { customer: id, keep: None });
    books.put_customer(customer.clone());
    (OperatorOutcome::Done, DeskAnswer::Customer(customer))
}

fn end_sessions(books: &mut Books, id: CustomerId) -> Acted {
    let Some(customer) = books.customer(id).cloned() else { return NOT_FOUND };
    books.put(Write::EndOtherSessions { customer: id, keep: None });
    (OperatorOutcome::Done, DeskAnswer::Customer(customer))
}
