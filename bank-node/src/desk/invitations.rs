//! Invitations to hold an account are accepted or declined, once, by the invited.

use shared::account::{AccountNumber, AccountStatus};
use shared::api::problem::{FieldCode, FieldError};
use shared::api::replies::HolderStatus;
use shared::ids::CustomerId;
use shared::limits::ACCOUNTS_PER_CUSTOMER_MAX;

use super::{DeskAnswer, accounts};
use crate::protocol::books::Books;

/// Takes the invited person's answer. One who declines is not kept, so whoever asks afterwards is a stranger.
pub(super) fn answer(
    books: &mut Books,
    caller: CustomerId,
    number: AccountNumber,
    accept: bool,
) -> DeskAnswer {
    let Some(mut account) = books.account(number).cloned() else {
        return DeskAnswer::NotFound;
    };
    let Some(place) = account.holders.iter().position(|holder| holder.customer == caller) else {
        return DeskAnswer::NotFound;
    };
    match account.holders[place].status {
        // The opener was never invited.
        HolderStatus::Holder if account.opened_by == caller => return DeskAnswer::NotFound,
        HolderStatus::Holder => return DeskAnswer::AlreadyAnswered,
        HolderStatus::Invited => {}
    }
    if accept && account.status == AccountStatus::Closed {
        return DeskAnswer::NotFound;
    }
    if accept && accounts::held_by(books, caller) >= ACCOUNTS_PER_CUSTOMER_MAX {
        return DeskAnswer::Invalid(vec![FieldError::new("number", FieldCode::AccountsRange)]);
    }
    if accept {
        account.holders[place].status = HolderStatus::Holder;
    } else {
        account.holders.remove(place);
    }
    books.put_account(account);
    DeskAnswer::Done
}
