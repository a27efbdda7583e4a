//! How many packages a second the ledger on disk takes, by how many share one transaction. `cargo bench --bench ledger`.
//!
//! A package here is what one across two banks writes at its coordinator: an order and an attempt, each twice, a portion
//! twice, a package record twice, two customers' balances and one between banks, three postings.

use std::collections::BTreeSet;

use bank_node::clock::Clock;
use bank_node::ledger::Ledger;
use bank_node::ledger::sqlite::SqliteLedger;
use bank_node::protocol::attempt::{Age, AttemptId, EpochNonce, EpochRecord};
use bank_node::protocol::message::{Line, Net, Portion, Side};
use bank_node::protocol::records::{
    Account, Attempt, AttemptState, Balance, Customer, Holder, LedgerAccount, Order, OrderState,
    PackageRecord, PackageState, PortionRecord, PortionState, Posting, Promise, Write,
};
use shared::account::{AccountKind, AccountNumber, AccountRef, AccountStatus};
use shared::api::replies::HolderStatus;
use shared::cpf::Cpf;
use shared::ids::{BankId, CustomerId, PackageId};
use shared::money::Amount;
use shared::package::{End, Leg, Legs};
use shared::text::Name;
use uuid::Uuid;

const CUSTOMERS: u32 = 500;
const PACKAGES: u32 = 12_800;

fn bank(name: &str) -> BankId {
    name.parse().expect("a bank's name")
}

fn customer_id(n: u32) -> CustomerId {
    CustomerId(Uuid::from_u128(0x1000 + u128::from(n)))
}

fn number(n: u32) -> AccountNumber {
    AccountNumber::new(2000 + u64::from(n)).expect("an account number")
}

fn people() -> Vec<Write> {
    let mut writes = vec![
        Write::Epoch(EpochRecord { epoch: 1, nonce: EpochNonce("b".repeat(32)), whole: true }),
        Write::Balance(LedgerAccount::DueTo(bank("boreal")), Balance::default()),
    ];
    for n in 0..CUSTOMERS {
        let id = customer_id(n);
        writes.push(Write::Customer(Customer {
            id,
            cpf: Cpf::from_base(100_000_000 + n).expect("a CPF"),
            name: Name::new("Maria da Silva").expect("a name"),
            password_hash: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".to_owned(),
            created_ms: 0,
            must_change_password: false,
        }));
        writes.push(Write::Account(Account {
            number: number(n),
            kind: AccountKind::Personal,
            status: AccountStatus::Open,
            opened_by: id,
            opened_ms: 0,
            company: None,
            holders: vec![Holder { customer: id, status: HolderStatus::Holder, named_ms: 0 }],
        }));
    }
    writes
}

/// What package `n` writes when it is taken, and when it has committed.
fn package(n: u32, next_posting: &mut u64) -> (Vec<Write>, Vec<Write>) {
    // Ids as clients make them: without order.
    let id = PackageId(Uuid::from_u128(
        (u128::from(n) + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835),
    ));
    let (from, to) = (number(n % CUSTOMERS), AccountRef::new(bank("boreal"), number(n % 97)));
    let amount = Amount::new(1_250).expect("an amount");
    let leg =
        Leg::new(End::Account(AccountRef::new(bank("aurora"), from)), End::Account(to.clone()), amount, None);
    let legs = Legs::new(vec![leg.expect("a leg")]).expect("a package");
    let digest = legs.digest();
    let attempt = AttemptId { coordinator: bank("aurora"), epoch: 1, sequence: u64::from(n) + 1 };
    let participants = BTreeSet::from([bank("aurora"), bank("boreal")]);
    let order = |state| {
        let age = Age { first_ms: i64::from(n), package: id };
        let customer = customer_id(n % CUSTOMERS);
        Write::Order(Order { package: id, customer, legs: legs.clone(), digest, age, created_ms: 0, state })
    };
    let record = |state| Write::Package(PackageRecord { id, digest, state });
    let attempts = |state| {
        Write::Attempt(Attempt {
            id: attempt.clone(),
            package: id,
            digest,
            participants: participants.clone(),
            state,
            unacked: BTreeSet::from([bank("boreal")]),
        })
    };
    let promise = Promise {
        digest,
        participants: participants.clone(),
        portion: Portion {
            customer: customer_id(n % CUSTOMERS),
            lines: vec![Line {
                leg: 0,
                side: Side::Debit,
                account: Some(from),
                amount,
                counterparty: Some(to.clone()),
                description: None,
                suspense: false,
            }],
            nets: vec![Net { bank: bank("boreal"), amount: 1_250 }],
        },
        consents: Vec::new(),
        first_ms: 0,
        prepared_ms: 0,
    };
    let portion =
        |state| Write::Portion(PortionRecord { attempt: attempt.clone(), package: Some(id), state });
    let money = |account, balance| Write::Balance(account, Balance { balance, held: 0, incoming: 0 });
    let mut posting = |account, leg, amount| {
        *next_posting += 1;
        Write::Posting(Posting {
            number: *next_posting,
            at_ms: 0,
            account,
            package: id,
            attempt: attempt.clone(),
            leg,
            amount,
            balance_after: 0,
            counterparty: Some(to.clone()),
            description: None,
            hash: [9; 32],
        })
    };
    let (own, due) = (LedgerAccount::Customer(from), LedgerAccount::DueTo(bank("boreal")));
    let taken = vec![
        order(OrderState::InProgress { attempt: Some(attempt.clone()) }),
        attempts(AttemptState::Begun),
        portion(PortionState::Prepared(promise.clone())),
        record(PackageState::Live(attempt.clone())),
        money(own.clone(), i64::from(n)),
        money(due.clone(), i64::from(n)),
    ];
    let committed = vec![
        order(OrderState::Committed { attempt: attempt.clone(), decided_ms: 1 }),
        attempts(AttemptState::Committed { decided_ms: 1 }),
        portion(PortionState::Committed(promise)),
        record(PackageState::Spent(attempt.clone())),
        money(own.clone(), i64::from(n)),
        money(due.clone(), i64::from(n)),
        posting(own, Some(0), -1_250),
        posting(due, None, 1_250),
    ];
    (taken, committed)
}

fn main() {
    println!("packages per transaction | packages a second | transactions a second");
    for per_batch in [1, 16, 64, 256] {
        let directory = tempfile::TempDir::new().expect("a directory");
        let mut ledger = SqliteLedger::open(directory.path(), &bank("aurora")).expect("a ledger");
        ledger.store(1, &people()).expect("people");
        let mut next_posting = 0;
        let total = PACKAGES.min(per_batch * 200);
        let batches: Vec<(Vec<Write>, Vec<Write>)> = (0..total / per_batch)
            .map(|batch| {
                let mut both = (Vec::new(), Vec::new());
                for n in batch * per_batch..(batch + 1) * per_batch {
                    let (taken, committed) = package(n, &mut next_posting);
                    both.0.extend(taken);
                    both.1.extend(committed);
                }
                both
            })
            .collect();
        let clock = Clock::start();
        let begun = clock.mono().0;
        for (taken, committed) in &batches {
            ledger.store(1, taken).expect("taken");
            ledger.store(1, committed).expect("committed");
        }
        let took = clock.mono().0.saturating_sub(begun).max(1);
        let a_second = u64::from(total) * 1000 / took;
        println!("{per_batch:24} | {a_second:17} | {:21}", batches.len() as u64 * 2 * 1000 / took);
    }
}
