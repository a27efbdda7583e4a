//! What books loaded late know of changes made before, and what stays of them between turns.

use std::collections::BTreeSet;

use shared::account::{AccountKind, AccountStatus};
use shared::api::replies::HolderStatus;
use shared::package::PackageDigest;
use shared::text::Name;
use uuid::Uuid;

use super::*;
use crate::protocol::records::{AttemptState, Company, Holder};

fn person(n: u8) -> CustomerId {
    CustomerId(Uuid::from_bytes([n; 16]))
}

fn cnpj() -> Cnpj {
    Cnpj::from_base("12ABC34501DE").expect("a CNPJ")
}

fn account(base: u64, holders: &[u8], status: AccountStatus) -> Account {
    let name = Name::new("Padaria").expect("a name");
    Account {
        number: AccountNumber::new(base).expect("a number"),
        kind: AccountKind::Business,
        status,
        opened_by: person(holders[0]),
        opened_ms: 0,
        company: Some(Company { cnpj: cnpj(), name }),
        holders: holders
            .iter()
            .map(|n| Holder { customer: person(*n), status: HolderStatus::Holder, named_ms: 0 })
            .collect(),
    }
}

fn numbers(books: &Books, n: u8) -> Vec<u64> {
    books.accounts_of(person(n)).map(|account| account.number.base()).collect()
}

#[test]
fn an_index_loaded_after_a_change_knows_the_change() {
    let mut books = Books::new(PostingHead::default(), 1000);
    // On disk 1042 is open and names 1 and 2; in this batch 2 has declined, and 1043 was opened.
    books.put_account(account(1042, &[1], AccountStatus::Closed));
    books.put_account(account(1043, &[2], AccountStatus::Open));
    let stored = AccountNumber::new(1042).expect("a number");
    books.know_accounts_of(person(1), vec![stored]);
    books.know_accounts_of(person(2), vec![stored]);
    books.know_cnpj(cnpj(), Some(stored));
    assert_eq!((numbers(&books, 1), numbers(&books, 2)), (vec![1042], vec![1043]));
    assert_eq!(books.account_by_cnpj(cnpj()).map(|account| account.number.base()), Some(1043));
}

#[test]
fn what_is_under_way_stays_and_what_has_ended_goes() {
    let mut books = Books::new(PostingHead::default(), 0);
    let [mine, theirs]: [BankId; 2] = ["aurora", "boreal"].map(|id| id.parse().expect("a bank"));
    let attempt = |sequence| AttemptId { coordinator: mine.clone(), epoch: 1, sequence };
    let [begun, ended] = [attempt(1), attempt(2)];
    let package = |n| PackageId(Uuid::from_bytes([n; 16]));
    for (n, id, unacked, state, remembered) in [
        (1, &begun, BTreeSet::from([theirs.clone()]), AttemptState::Begun, PackageState::Live(begun.clone())),
        (
            2,
            &ended,
            BTreeSet::new(),
            AttemptState::Committed { decided_ms: 5 },
            PackageState::Spent(ended.clone()),
        ),
    ] {
        let digest = PackageDigest([n; 32]);
        let participants = BTreeSet::from([theirs.clone()]);
        books.put_attempt(Attempt {
            id: id.clone(),
            package: package(n),
            digest,
            participants,
            state,
            unacked,
        });
        books.put_package(PackageRecord { id: package(n), digest, state: remembered });
        books.put_portion(PortionRecord {
            attempt: id.clone(),
            package: None,
            state: PortionState::Aborted { vote: None, promise: None },
        });
    }
    books.put_account(account(1042, &[1], AccountStatus::Open));
    let till = Balance { balance: 5, ..Balance::default() };
    books.put_balance(LedgerAccount::Till, till);
    books.know_customer(person(1), None);
    assert!(!books.take_writes().is_empty());
    books.forget_ended();

    let number = AccountNumber::new(1042).expect("a number");
    for stays in [
        Key::Attempt(begun.clone()),
        Key::Package(package(1)),
        Key::Account(number),
        Key::Balance(LedgerAccount::Till),
    ] {
        assert!(books.has(&stays), "{stays:?}");
    }
    for goes in [
        Key::Attempt(ended.clone()),
        Key::Package(package(2)),
        Key::Portion(begun),
        Key::Portion(ended),
        Key::Customer(person(1)),
    ] {
        assert!(!books.has(&goes), "{goes:?}");
    }
    assert_eq!(books.balance(&LedgerAccount::Till), till);
    assert_eq!(books.next_account(), 1043);
}

#[test]
fn a_copy_that_missed_a_change_is_told_from_the_ledgers() {
    let till = |balance| {
        let mut books = Books::new(PostingHead::default(), 0);
        books.know_balance(LedgerAccount::Till, balance);
        books
    };
    let of = |balance| Some(Balance { balance, ..Balance::default() });
    assert_eq!(till(of(5)).differs_from(&till(of(4))), Some(Key::Balance(LedgerAccount::Till)));
    assert_eq!(till(None).differs_from(&till(of(0))), None);
}

#[test]
fn more_accounts_than_may_stay_all_go() {
    let mut books = Books::new(PostingHead::default(), 0);
    let key = |base| AccountNumber::new(base).map(LedgerAccount::Customer).expect("a number");
    let most = u64::try_from(ACCOUNTS_KEPT_MAX).expect("a count");
    for base in 1..=most {
        books.know_balance(key(base), None);
    }
    books.forget_ended();
    assert!(books.has(&Key::Balance(key(most))));
    books.know_balance(key(most + 1), None);
    books.forget_ended();
    assert!((1..=most + 1).all(|base| !books.has(&Key::Balance(key(base)))));
}

#[test]
fn a_consent_given_in_this_batch_stands_when_the_ledger_is_asked_later() {
    let mut books = Books::new(PostingHead::default(), 0);
    let bank: BankId = "boreal".parse().expect("a bank");
    books.put_consent(Consent {
        id: ConsentId(Uuid::from_bytes([7; 16])),
        giver: person(1),
        bank: bank.clone(),
        customer: person(2),
        permissions: BTreeSet::new(),
        limit_per_package: 1,
        limit_per_day: 1,
        expires_ms: 1,
        created_ms: 0,
        used_day: 0,
        used: 0,
        ended_ms: None,
    });
    books.know_consents_for(bank.clone(), person(2), Vec::new());
    books.know_consents_of(person(1), Vec::new());
    assert_eq!(books.consents_for(&bank, person(2)).count(), 1);
    assert_eq!(books.consents_of(person(1)).count(), 1);
}
