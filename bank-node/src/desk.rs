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

use crate::protocol::records::{Account, Balance, Consent, Customer, Session};

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
        /// The new hash, in PHC form, and the session that stays.
        password: Option<(String, SessionId)>,
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
    /// The invitation was answered before.
    AlreadyAnswered,
    /// No such thing, or not the caller's.
    NotFound,
    /// Wrong fields that only the books can tell.
    Invalid(Vec<FieldError>),
}
