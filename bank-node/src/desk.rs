//! The counter, pure: customers sign up, accounts are opened and closed, holders invited, consents given. Decided on the
//! one deciding thread, since uniqueness and an account's holds are its business.
//!
//! Never here: passwords in the clear, tokens, HTTP.

use std::collections::BTreeSet;

use shared::account::AccountNumber;
use shared::api::problem::FieldError;
use shared::api::replies::Permission;
use shared::api::requests::OpenAccount;
use shared::cpf::Cpf;
use shared::ids::{BankId, ConsentId, CustomerId, SessionId};
use shared::text::Name;

use crate::protocol::books::{Books, Key};
use crate::protocol::output::Now;
use crate::protocol::records::{Account, Balance, Consent, Customer, Session, Write};

mod customers;

mod accounts;

mod invitations;

mod consents;

mod back_office;

pub use back_office::OperatorAct;
pub use consents::CONSENTS_PER_CUSTOMER_MAX;

/// What is asked at the counter. Ids are made by the asker; who asks is proved by their session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeskRequest {
    /// Become a customer.
    SignUp {
        /// The new customer's id.
        id: CustomerId,
        /// Who.
        cpf: Cpf,
        /// Their name.
        name: Name,
        /// In PHC form.
        password_hash: String,
    },
    /// Change a name, a password, or both. A new password ends the other sessions.
    ChangeCustomer {
        /// Who.
        customer: CustomerId,
        /// The new name.
        name: Option<Name>,
        /// The new password.
        password: Option<NewPassword>,
    },
    /// Log in (the password was right), or slide a session's expiry.
    PutSession(Session),
    /// Log out.
    EndSession(SessionId),
    /// Open an account.
    OpenAccount {
        /// Who opens it, and holds it at once.
        caller: CustomerId,
        /// Which.
        request: OpenAccount,
    },
    /// Close an account for good.
    CloseAccount {
        /// A holder.
        caller: CustomerId,
        /// Which.
        number: AccountNumber,
    },
    /// Accept or decline to hold an account.
    AnswerInvitation {
        /// The invited.
        caller: CustomerId,
        /// Which account.
        number: AccountNumber,
        /// Yes or no.
        accept: bool,
    },
    /// Let another bank act for one of its customers on one's accounts here. Replaces the giver's earlier one for them.
    GiveConsent {
        /// The new consent's id.
        id: ConsentId,
        /// Who gives it.
        giver: CustomerId,
        /// The bank that may ask.
        bank: BankId,
        /// For which customer of that bank.
        customer: CustomerId,
        /// What it allows.
        permissions: BTreeSet<Permission>,
        /// Centavos.
        limit_per_package: i64,
        /// Centavos per day of America/Sao_Paulo.
        limit_per_day: i64,
        /// When it ends, in milliseconds since 1970.
        expires_ms: i64,
    },
    /// Take a consent back.
    RevokeConsent {
        /// Who gave it.
        giver: CustomerId,
        /// Which.
        id: ConsentId,
    },
    /// An operator acts. Whatever comes of it is a line of the operators' log.
    Operator {
        /// Who: the user of the system at the other end of the socket.
        operator: String,
        /// What.
        act: OperatorAct,
    },
}

/// A password to be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPassword {
    /// The hash that the current password was proved against. If another has taken its place since, nothing is changed.
    pub proved: String,
    /// The new hash, in PHC form.
    pub hash: String,
    /// The session that stays.
    pub keep: SessionId,
}

/// What the counter answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeskAnswer {
    /// Done; there is nothing more to show.
    Done,
    /// The customer, signed up or changed.
    Customer(Customer),
    /// The account with its money, opened or closed, and the holders' records in order.
    Account(Account, Balance, Vec<Customer>),
    /// The consent, given.
    Consent(Consent),
    /// The CPF is signed up here.
    CustomerExists,
    /// One personal account per customer.
    PersonalAccountExists,
    /// Balance, held or incoming is not 0.
    AccountNotEmpty,
    /// The account is frozen: it is the bank's to say what becomes of it.
    AccountFrozen,
    /// The account is closed for good.
    AccountClosed,
    /// The invitation was answered before.
    AlreadyAnswered,
    /// No such thing, or not the caller's.
    NotFound,
    /// The password that was proved is the customer's no more.
    PasswordChanged,
    /// The bank does not know yet what its books lack.
    Recovering,
    /// Wrong fields that only the books can tell.
    Invalid(Vec<FieldError>),
}

/// Whether `request` has to wait while the bank recovers: books that lack something would give out an account number, or
/// sign up a customer, a second time.
#[must_use]
pub const fn waits_for_recovery(request: &DeskRequest) -> bool {
    match request {
        DeskRequest::SignUp { .. } | DeskRequest::OpenAccount { .. } => true,
        DeskRequest::ChangeCustomer { .. }
        | DeskRequest::PutSession(_)
        | DeskRequest::EndSession(_)
        | DeskRequest::CloseAccount { .. }
        | DeskRequest::AnswerInvitation { .. }
        | DeskRequest::GiveConsent { .. }
        | DeskRequest::RevokeConsent { .. }
        | DeskRequest::Operator { .. } => false,
    }
}

/// What [`serve`] needs loaded for `request`. Some of it is known only once the rest is there: ask again after loading,
/// until nothing is missing.
#[must_use]
pub fn keys(books: &Books, request: &DeskRequest) -> Vec<Key> {
    match request {
        DeskRequest::SignUp { cpf, .. } => vec![Key::Cpf(*cpf)],
        DeskRequest::ChangeCustomer { customer, .. } => vec![Key::Customer(*customer)],
        DeskRequest::PutSession(session) => vec![Key::Customer(session.customer)],
        DeskRequest::EndSession(_) => Vec::new(),
        DeskRequest::OpenAccount { caller, request } => accounts::keys_to_open(*caller, request),
        DeskRequest::CloseAccount { number, .. } => accounts::keys_with_holders(books, *number),
        DeskRequest::AnswerInvitation { caller, number, .. } => {
            vec![Key::Account(*number), Key::AccountsOf(*caller)]
        }
        DeskRequest::GiveConsent { giver, .. } => vec![Key::ConsentsOf(*giver)],
        DeskRequest::RevokeConsent { id, .. } => vec![Key::Consent(*id)],
        DeskRequest::Operator { act, .. } => back_office::keys(books, act),
    }
}

/// Does what is asked, or says why not. What it changes is in `books`; nothing may be told before that is on disk.
#[must_use]
pub fn serve(books: &mut Books, now: Now, request: DeskRequest) -> DeskAnswer {
    match request {
        DeskRequest::SignUp { id, cpf, name, password_hash } => {
            customers::sign_up(books, now, id, cpf, name, password_hash)
        }
        DeskRequest::ChangeCustomer { customer, name, password } => {
            customers::change(books, customer, name, password)
        }
        DeskRequest::PutSession(session) => {
            // A customer is never deleted; a session of nobody could only come from a mistake in this program.
            assert!(books.customer(session.customer).is_some(), "bug: a session of nobody");
            books.put(Write::Session(session));
            DeskAnswer::Done
        }
        DeskRequest::EndSession(id) => {
            books.put(Write::EndSession(id));
            DeskAnswer::Done
        }
        DeskRequest::OpenAccount { caller, request } => accounts::open(books, now, caller, request),
        DeskRequest::CloseAccount { caller, number } => accounts::close(books, caller, number),
        DeskRequest::AnswerInvitation { caller, number, accept } => {
            invitations::answer(books, caller, number, accept)
        }
        DeskRequest::GiveConsent {
            id,
            giver,
            bank,
            customer,
            permissions,
            limit_per_package,
            limit_per_day,
            expires_ms,
        } => consents::give(
            books,
            now,
            Consent {
                id,
                giver,
                bank,
                customer,
                permissions,
                limit_per_package,
                limit_per_day,
                expires_ms,
                created_ms: now.wall_ms,
                used_day: now.day,
                used: 0,
                ended_ms: None,
            },
        ),
        DeskRequest::RevokeConsent { giver, id } => consents::revoke(books, now, giver, id),
        DeskRequest::Operator { operator, act } => back_office::act(books, now, operator, act),
    }
}

#[cfg(test)]
mod tests;
