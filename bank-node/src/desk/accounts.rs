//! Accounts are opened and closed. Who is named beside the opener is invited, and holds nothing until they accept.

use shared::account::{AccountKind, AccountNumber, AccountStatus};
use shared::api::problem::{FieldCode, FieldError};
use shared::api::replies::HolderStatus;
use shared::api::requests::OpenAccount;
use shared::cpf::Cpf;
use shared::ids::CustomerId;
use shared::limits::{ACCOUNTS_PER_CUSTOMER_MAX, HOLDERS_MAX};

use super::DeskAnswer;
use crate::protocol::books::{Books, Key};
use crate::protocol::output::Now;
use crate::protocol::records::{Account, Balance, Company, Customer, Holder, LedgerAccount};

/// The first account of a bank has this number, check digit aside.
const FIRST_ACCOUNT: u64 = 1001;

/// What must be loaded to open an account.
pub(super) fn keys_to_open(caller: CustomerId, request: &OpenAccount) -> Vec<Key> {
    let mut keys = vec![Key::Customer(caller), Key::AccountsOf(caller)];
    match request {
        OpenAccount::Personal => {}
        OpenAccount::Joint { holders } => keys.extend(holders.iter().map(|cpf| Key::Cpf(*cpf))),
        OpenAccount::Business { cnpj, holders, .. } => {
            keys.extend(holders.iter().map(|cpf| Key::Cpf(*cpf)));
            keys.push(Key::Cnpj(*cnpj));
        }
    }
    keys
}

/// What must be loaded to answer with an account and the people on it.
pub(super) fn keys_with_holders(books: &Books, number: AccountNumber) -> Vec<Key> {
    let mut keys = vec![Key::Account(number)];
    if books.has(&Key::Account(number))
        && let Some(account) = books.account(number)
    {
        keys.extend(account.holders.iter().map(|holder| Key::Customer(holder.customer)));
    }
    keys
}

/// Opens an account, or names every field that only the books can tell is wrong.
pub(super) fn open(books: &mut Books, now: Now, caller: CustomerId, request: OpenAccount) -> DeskAnswer {
    let Some(opener) = books.customer(caller).cloned() else {
        return DeskAnswer::NotFound;
    };
    let mut wrong = Vec::new();
    let (kind, others, company) = match request {
        OpenAccount::Personal => {
            let has_one = |account: &Account| {
                account.kind == AccountKind::Personal && account.status != AccountStatus::Closed
            };
            if books.accounts_of(caller).any(has_one) {
                return DeskAnswer::PersonalAccountExists;
            }
            (AccountKind::Personal, Vec::new(), None)
        }
        OpenAccount::Joint { holders } => {
            let others = other_holders(books, &opener, &holders, 2, &mut wrong);
            (AccountKind::Joint, others, None)
        }
        OpenAccount::Business { cnpj, company, holders } => {
            if books.account_by_cnpj(cnpj).is_some() {
                wrong.push(FieldError {
                    detail: "This company has an account at this bank already.".to_owned(),
                    ..FieldError::new("cnpj", FieldCode::AccountsRange)
                });
            }
            let others = other_holders(books, &opener, &holders, 1, &mut wrong);
            (AccountKind::Business, others, Some(Company { cnpj, name: company }))
        }
    };
    if held_by(books, caller) >= ACCOUNTS_PER_CUSTOMER_MAX {
        wrong.push(FieldError::new("kind", FieldCode::AccountsRange));
    }
    if !wrong.is_empty() {
        return DeskAnswer::Invalid(wrong);
    }
    let number = next_number(books).expect("a bank does not give out a million million account numbers");
    let named = |customer: CustomerId, status| Holder { customer, status, named_ms: now.wall_ms };
    let invited = others.iter().map(|customer| named(customer.id, HolderStatus::Invited));
    let account = Account {
        number,
        kind,
        status: AccountStatus::Open,
        opened_by: caller,
        opened_ms: now.wall_ms,
        company,
        holders: std::iter::once(named(caller, HolderStatus::Holder)).chain(invited).collect(),
    };
    books.put_account(account.clone());
    let people = std::iter::once(opener).chain(others).collect();
    DeskAnswer::Account(account, Balance::default(), people)
}

/// Closes an account for good; closing it again changes nothing. Unanswered invitations to it end.
pub(super) fn close(books: &mut Books, caller: CustomerId, number: AccountNumber) -> DeskAnswer {
    let Some(mut account) = books.account(number).filter(|account| account.is_held_by(caller)).cloned()
    else {
        return DeskAnswer::NotFound;
    };
    match account.status {
        // Else its holder would end the freeze, and open another in its place.
        AccountStatus::Frozen => DeskAnswer::AccountFrozen,
        AccountStatus::Closed => answer(books, account),
        AccountStatus::Open => {
            if shut(books, &mut account) {
                answer(books, account)
            } else {
                DeskAnswer::AccountNotEmpty
            }
        }
    }
}

/// Closes `account` unless money is on it, held or on its way; whether it did.
pub(super) fn shut(books: &mut Books, account: &mut Account) -> bool {
    // A prepared credit binds: the account must be there when the decision comes.
    if books.balance(&LedgerAccount::Customer(account.number)) != Balance::default() {
        return false;
    }
    account.status = AccountStatus::Closed;
    account.holders.retain(|holder| holder.status == HolderStatus::Holder);
    books.put_account(account.clone());
    true
}

/// The account with its money and its people.
pub(super) fn answer(books: &Books, account: Account) -> DeskAnswer {
    let balance = books.balance(&LedgerAccount::Customer(account.number));
    let people = account.holders.iter().filter_map(|holder| books.customer(holder.customer).cloned());
    let people = people.collect();
    DeskAnswer::Account(account, balance, people)
}

/// How many accounts that are not closed a customer holds; an invitation is none yet.
pub(super) fn held_by(books: &Books, customer: CustomerId) -> usize {
    let counts = |account: &&Account| account.status != AccountStatus::Closed && account.is_held_by(customer);
    books.accounts_of(customer).filter(counts).count()
}

/// The number of the next account.
fn next_number(books: &Books) -> Option<AccountNumber> {
    AccountNumber::new(books.next_account().max(FIRST_ACCOUNT)).ok()
}

/// The customers named beside the opener, whose own CPF may stand among them. Nothing is said of a CPF that is not a
/// customer's but that; nothing at all of one that is.
fn other_holders(
    books: &Books,
    opener: &Customer,
    holders: &[Cpf],
    least: usize,
    wrong: &mut Vec<FieldError>,
) -> Vec<Customer> {
    let others = || holders.iter().enumerate().filter(|(_, cpf)| **cpf != opener.cpf);
    let count = 1 + others().count();
    if count < least || count > HOLDERS_MAX {
        wrong.push(FieldError::new("holders", FieldCode::HoldersRange));
        return Vec::new();
    }
    let mut people = Vec::new();
    for (index, cpf) in others() {
        match books.customer_by_cpf(*cpf) {
            Some(customer) => people.push(customer.clone()),
            None => wrong.push(FieldError::new(format!("holders[{index}]"), FieldCode::HolderNotCustomer)),
        }
    }
    people
}
