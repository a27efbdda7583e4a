//! A small bank whose records change at random, within what the protocol lets happen: what every ledger must keep.

use std::collections::{BTreeMap, BTreeSet};

use bank_node::protocol::attempt::{Age, AttemptId, EpochNonce, EpochRecord, Mark};
use bank_node::protocol::books::Key;
use bank_node::protocol::message::{Line, Net, No, Portion, Side, Standing, Vote};
use bank_node::protocol::operators_log::{
    OperatorAction, OperatorEntry, OperatorOutcome, OperatorsHead, chain,
};
use bank_node::protocol::records::{
    Account, Attempt, AttemptState, Balance, Company, Consent, ConsentUse, Customer, Evidence, Holder,
    LedgerAccount, Order, OrderState, PackageRecord, PackageState, PeerRecord, PortionRecord, PortionState,
    Posting, Promise, Session, Write,
};
use proptest::prelude::*;
use shared::account::{AccountKind, AccountNumber, AccountRef, AccountStatus};
use shared::api::replies::{HolderStatus, Permission};
use shared::cnpj::Cnpj;
use shared::cpf::Cpf;
use shared::ids::{BankId, ConsentId, CustomerId, PackageId, SessionId};
use shared::money::Amount;
use shared::package::{End, Leg, Legs, PackageDigest};
use shared::refusal::{Refusal, RefusalCode};
use shared::text::{Description, Name};
use uuid::Uuid;

/// How many customers, accounts, packages, attempts and so on the world has, at most.
const POOL: u8 = 6;

/// One change, not yet told in full: which kind of record, which one, and three numbers that shape it.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    kind: u8,
    which: u8,
    a: u8,
    b: u8,
    money: u32,
}

/// Batches of changes.
pub fn batches() -> impl Strategy<Value = Vec<Vec<Change>>> {
    let change = (0..20_u8, 0..POOL, any::<u8>(), any::<u8>(), any::<u32>())
        .prop_map(|(kind, which, a, b, money)| Change { kind, which, a, b, money });
    prop::collection::vec(prop::collection::vec(change, 1..40), 1..6)
}

pub fn bank(name: &str) -> BankId {
    name.parse().expect("a bank's name")
}

/// The bank whose books these are.
pub fn home() -> BankId {
    bank("aurora")
}

fn some_bank(n: u8) -> BankId {
    bank(["aurora", "boreal", "cacto", "banco-do-vale-verde"][usize::from(n % 4)])
}

fn id(kind: u8, n: u8) -> Uuid {
    Uuid::from_bytes([kind, n, 0, 0, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, n])
}

pub fn customer_id(n: u8) -> CustomerId {
    CustomerId(id(1, n % POOL))
}

pub fn package_id(n: u8) -> PackageId {
    PackageId(id(2, n % POOL))
}

fn attempt_id(n: u8) -> AttemptId {
    AttemptId { coordinator: some_bank(n), epoch: u64::from(n % 3) + 1, sequence: u64::from(n % POOL) + 1 }
}

fn own_attempt(n: u8) -> AttemptId {
    AttemptId { coordinator: home(), ..attempt_id(n) }
}

pub fn number(n: u8) -> AccountNumber {
    AccountNumber::new(u64::from(n % POOL) + 1042).expect("an account number")
}

fn amount(money: u32) -> Amount {
    Amount::new(i64::from(money) + 1).expect("an amount")
}

fn digest(n: u8) -> PackageDigest {
    PackageDigest([n; 32])
}

fn cpf(n: u8) -> Cpf {
    Cpf::from_base(529_982_247 + u32::from(n % POOL)).expect("a CPF")
}

fn cnpj(n: u8) -> Cnpj {
    Cnpj::from_base(["12ABC34501DE", "112223330001"][usize::from(n % 2)]).expect("a CNPJ")
}

fn refusals(a: u8, b: u8) -> Vec<Refusal> {
    (0..a % 4)
        .map(|leg| Refusal {
            leg: u16::from(leg),
            code: RefusalCode::ALL[usize::from(b) % RefusalCode::ALL.len()],
            missing: b.is_multiple_of(2).then_some(i64::from(b) + 1),
        })
        .collect()
}

fn description(n: u8) -> Option<Description> {
    let text = ["", "aluguel", "\"aspas\" \\ e 'sós'", "açaí 🍇, café", "{}"][usize::from(n % 5)];
    Description::new(text).expect("short enough")
}

fn banks(n: u8) -> BTreeSet<BankId> {
    (0..4).filter(|bit| n & (1 << bit) != 0).map(some_bank).collect()
}

/// What the world remembers so that each change is one that the protocol could make.
#[derive(Default)]
pub struct World {
    begun: bool,
    packages: BTreeMap<PackageId, PackageRecord>,
    /// `None` once forgotten: an attempt's id is never used again.
    attempts: BTreeMap<AttemptId, Option<Attempt>>,
    portions: BTreeMap<AttemptId, PortionState>,
    closed: BTreeSet<AccountNumber>,
    ended: BTreeSet<ConsentId>,
    last_posting: u64,
    operators: OperatorsHead,
}

impl World {
    /// The writes of a batch. The first also begins life 1 and makes the customers, accounts and till that the rest of
    /// the world refers to.
    pub fn writes(&mut self, batch: &[Change]) -> Vec<Write> {
        let mut writes = Vec::new();
        if !self.begun {
            self.begun = true;
            writes.push(Write::Epoch(life(1)));
            writes.extend((0..POOL).map(|n| Write::Customer(customer(n, 0))));
            writes.extend((0..POOL - 1).map(|n| Write::Account(account(n, 0, AccountStatus::Open))));
            writes.push(Write::Balance(LedgerAccount::Till, Balance::default()));
        }
        writes.extend(batch.iter().filter_map(|change| self.write(*change)));
        writes
    }

    fn write(&mut self, change: Change) -> Option<Write> {
        let Change { kind, which, a, b, money } = change;
        match kind {
            0 => Some(Write::Customer(customer(which, a))),
            1 => self.account(which, a, b),
            2 | 3 => Some(Write::Balance(ledger_account(which, a), balance(b, money))),
            4 => self.package(which, a, b),
            5 => Some(Write::Order(order(which, a, b, money))),
            6 if a < 40 => Some(Write::ForgetOrder(package_id(which))),
            6 | 7 => self.attempt(which, a, b),
            8 => self.forget_attempt(which),
            9 | 10 => self.portion(which, a, b, money),
            11 => Some(self.forget_tombstones(which, a)),
            12 | 13 => Some(self.posting(which, a, b, money)),
            14 => self.consent(which, a, b, money),
            15 => Some(Write::Peer(peer(which, a, b))),
            16 if a < 128 => Some(Write::Evidence(evidence(which, a, b))),
            16 => Some(Write::Epoch(EpochRecord { whole: b.is_multiple_of(2), ..life(1) })),
            17 => Some(Write::Session(session(which, a))),
            18 if a < 128 => Some(Write::EndSession(SessionId(id(4, which)))),
            18 => Some(Write::EndOtherSessions {
                customer: customer_id(which),
                keep: b.is_multiple_of(2).then_some(SessionId(id(4, b % POOL))),
            }),
            19 => Some(self.operator_entry(which, a, b)),
            _ => None,
        }
    }

    fn operator_entry(&mut self, which: u8, a: u8, b: u8) -> Write {
        let mut entry = OperatorEntry {
            number: self.operators.number + 1,
            at_ms: i64::from(a),
            operator: format!("maria ({b})"),
            action: OperatorAction::ALL[usize::from(a) % OperatorAction::ALL.len()],
            subject: b.is_multiple_of(2).then(|| number(which).to_string()),
            outcome: OperatorOutcome::ALL[usize::from(b) % OperatorOutcome::ALL.len()],
            hash: [0; 32],
        };
        entry.hash = chain(&self.operators, &entry);
        self.operators = OperatorsHead { number: entry.number, hash: entry.hash };
        Write::OperatorEntry(entry)
    }

    fn account(&mut self, which: u8, a: u8, b: u8) -> Option<Write> {
        let closing = a.is_multiple_of(4);
        // A closed account is closed for good, and the two companies' accounts (4 and 5) share one CNPJ: the second
        // opens once the first is closed.
        let blocked = which == 5 && !self.closed.contains(&number(4));
        if self.closed.contains(&number(which)) || blocked {
            return None;
        }
        if closing {
            self.closed.insert(number(which));
        }
        let status = match a % 4 {
            0 => AccountStatus::Closed,
            1 => AccountStatus::Frozen,
            _ => AccountStatus::Open,
        };
        Some(Write::Account(account(which, b, status)))
    }

    fn package(&mut self, which: u8, a: u8, b: u8) -> Option<Write> {
        let id = package_id(which);
        let state = match a % 4 {
            0 => PackageState::Open,
            1 => PackageState::Live(attempt_id(b)),
            2 => PackageState::Spent(attempt_id(b)),
            _ => PackageState::Closed(refusals(b, a)),
        };
        let ended =
            |record: &PackageRecord| matches!(record.state, PackageState::Spent(_) | PackageState::Closed(_));
        if self.packages.get(&id).is_some_and(ended) {
            return None;
        }
        let record = PackageRecord { id, digest: digest(b), state };
        self.packages.insert(id, record.clone());
        Some(Write::Package(record))
    }

    fn attempt(&mut self, which: u8, a: u8, b: u8) -> Option<Write> {
        let id = own_attempt(which);
        let unacked = banks(b);
        let attempt = match self.attempts.get(&id) {
            Some(None) => return None,
            Some(Some(decided)) if decided.state != AttemptState::Begun => {
                Attempt { unacked, ..decided.clone() }
            }
            Some(Some(_)) | None => Attempt {
                id: id.clone(),
                package: package_id(a),
                digest: digest(a),
                participants: banks(a),
                state: match a % 3 {
                    0 => AttemptState::Begun,
                    1 => AttemptState::Committed { decided_ms: i64::from(b) },
                    _ => AttemptState::Aborted {
                        decided_ms: i64::from(b),
                        refusals: refusals(a, b),
                        closes: b.is_multiple_of(2),
                        no_voters: banks(b / 2),
                    },
                },
                unacked,
            },
        };
        self.attempts.insert(id, Some(attempt.clone()));
        Some(Write::Attempt(attempt))
    }

    fn forget_attempt(&mut self, which: u8) -> Option<Write> {
        let id = own_attempt(which);
        let kept = self.attempts.get_mut(&id)?;
        if !kept.as_ref().is_some_and(|kept| matches!(kept.state, AttemptState::Aborted { .. })) {
            return None;
        }
        *kept = None;
        Some(Write::ForgetAttempt(id))
    }

    fn portion(&mut self, which: u8, a: u8, b: u8, money: u32) -> Option<Write> {
        let id = attempt_id(which + a % 2);
        let state = match (self.portions.get(&id), a % 3) {
            (Some(PortionState::Prepared(promise)), 0) => PortionState::Prepared(promise.clone()),
            (Some(PortionState::Prepared(promise)), 1) => PortionState::Committed(promise.clone()),
            (Some(PortionState::Prepared(promise)), _) => {
                PortionState::Aborted { vote: None, promise: Some(promise.clone()) }
            }
            (Some(ended), _) => ended.clone(),
            (None, 0 | 1) => PortionState::Prepared(promise(a, b, money)),
            (None, _) => PortionState::Aborted { vote: vote(b), promise: None },
        };
        self.portions.insert(id.clone(), state.clone());
        let package = match &state {
            PortionState::Aborted { promise: None, .. } if b < 128 => None,
            PortionState::Prepared(_) | PortionState::Committed(_) | PortionState::Aborted { .. } => {
                Some(package_id(which))
            }
        };
        Some(Write::Portion(PortionRecord { attempt: id, package, state }))
    }

    fn forget_tombstones(&mut self, which: u8, a: u8) -> Write {
        let coordinator = some_bank(which);
        let below = Mark { epoch: u64::from(a % 4) + 1, sequence: u64::from(a / 4 % 6) };
        self.portions.retain(|id, state| {
            let aborted = matches!(state, PortionState::Aborted { .. });
            !(aborted && id.coordinator == coordinator && id.mark() < below)
        });
        Write::ForgetTombstones { coordinator, below }
    }

    fn posting(&mut self, which: u8, a: u8, b: u8, money: u32) -> Write {
        self.last_posting += 1;
        Write::Posting(Posting {
            number: self.last_posting,
            at_ms: i64::from(money) * 1000,
            account: if a.is_multiple_of(3) {
                LedgerAccount::Till
            } else {
                LedgerAccount::Customer(number(which % (POOL - 1)))
            },
            package: package_id(a),
            attempt: attempt_id(b),
            leg: (!a.is_multiple_of(4)).then_some(u16::from(b)),
            amount: if b.is_multiple_of(2) { i64::from(money) + 1 } else { -i64::from(money) - 1 },
            balance_after: i64::from(money) - 5,
            counterparty: b.is_multiple_of(3).then(|| AccountRef::new(some_bank(a), number(b))),
            description: description(b),
            hash: [a; 32],
        })
    }

    /// The next posting, for stories of their own.
    pub fn posting_of(&mut self, money: u32) -> Posting {
        match self.posting(1, 1, 1, money) {
            Write::Posting(posting) => posting,
            other => unreachable!("not a posting: {other:?}"),
        }
    }

    /// The next posting, to a customer's account.
    pub fn posting_to(&mut self, number: AccountNumber) -> Posting {
        Posting { account: LedgerAccount::Customer(number), ..self.posting_of(1) }
    }

    fn consent(&mut self, which: u8, a: u8, b: u8, money: u32) -> Option<Write> {
        // Two by two they are of one giver for one customer of one bank: the second stands once the first has ended.
        let consent = ConsentId(id(3, which));
        let blocked = which % 2 == 1 && !self.ended.contains(&ConsentId(id(3, which - 1)));
        if self.ended.contains(&consent) || blocked {
            return None;
        }
        let ended_ms = a.is_multiple_of(3).then_some(i64::from(b));
        if ended_ms.is_some() {
            self.ended.insert(consent);
        }
        let pair = which / 2;
        let permissions = [(Permission::View, 1), (Permission::Pay, 2)];
        Some(Write::Consent(Consent {
            id: consent,
            giver: customer_id(pair),
            bank: some_bank(pair),
            customer: customer_id(pair + 1),
            permissions: permissions.into_iter().filter(|(_, bit)| b & bit != 0).map(|(p, _)| p).collect(),
            limit_per_package: i64::from(money),
            limit_per_day: i64::from(money) * 4,
            expires_ms: i64::from(b) * 1000,
            created_ms: i64::from(which),
            used_day: i32::from(a) - 100,
            used: i64::from(money / 2),
            ended_ms,
        }))
    }
}

/// An undecided attempt of life 1.
pub fn attempt(sequence: u64) -> Attempt {
    Attempt {
        id: AttemptId { coordinator: home(), epoch: 1, sequence },
        package: package_id(1),
        digest: digest(4),
        participants: banks(3),
        state: AttemptState::Begun,
        unacked: banks(2),
    }
}

/// A promise.
pub fn some_promise() -> Promise {
    promise(1, 1, 100)
}

/// One of several consents of one giver for one customer of one bank.
pub fn consent(n: u8) -> Consent {
    Consent {
        id: ConsentId(id(3, n)),
        giver: customer_id(0),
        bank: some_bank(1),
        customer: customer_id(1),
        permissions: BTreeSet::from([Permission::View]),
        limit_per_package: 1,
        limit_per_day: 1,
        expires_ms: 1,
        created_ms: 0,
        used_day: 0,
        used: 0,
        ended_ms: None,
    }
}

pub fn life(epoch: u64) -> EpochRecord {
    EpochRecord { epoch, nonce: EpochNonce(format!("{epoch:032x}")), whole: true }
}

pub fn customer(n: u8, a: u8) -> Customer {
    Customer {
        id: customer_id(n),
        cpf: cpf(n),
        name: Name::new(["Maria da Silva", "João D'Ávila", "Ñuñez \"Zé\""][usize::from(a % 3)])
            .expect("a name"),
        password_hash: format!("$argon2id${a}"),
        created_ms: i64::from(a),
        must_change_password: a.is_multiple_of(2),
    }
}

pub fn account(n: u8, a: u8, status: AccountStatus) -> Account {
    let kind = [AccountKind::Personal, AccountKind::Joint, AccountKind::Business][usize::from(n / 2 % 3)];
    let others = if kind == AccountKind::Personal { 0 } else { a % 4 };
    let holders = (0..=others).map(|place| Holder {
        customer: customer_id(n + place),
        status: if place == 0 || a.is_multiple_of(2) { HolderStatus::Holder } else { HolderStatus::Invited },
        named_ms: i64::from(place) + i64::from(a),
    });
    Account {
        number: number(n),
        kind,
        status,
        opened_by: customer_id(n),
        opened_ms: i64::from(n),
        company: (kind == AccountKind::Business)
            .then(|| Company { cnpj: cnpj(0), name: Name::new("Padaria & Filhos").expect("a name") }),
        holders: holders.collect(),
    }
}

fn ledger_account(which: u8, a: u8) -> LedgerAccount {
    match a % 5 {
        0 => LedgerAccount::Till,
        1 => LedgerAccount::DueTo(some_bank(which)),
        2 => LedgerAccount::DueFrom(some_bank(which)),
        _ => LedgerAccount::Customer(number(which)),
    }
}

fn balance(b: u8, money: u32) -> Balance {
    Balance {
        balance: i64::from(money),
        held: i64::from(money) * i64::from(b) / 255,
        incoming: i64::from(b) * 1000,
    }
}

fn legs(a: u8, b: u8, money: u32) -> Legs {
    let end = |n: u8| End::Account(AccountRef::new(some_bank(n), number(n / 4)));
    let leg = |n: u8| {
        let (from, to) = if n.is_multiple_of(3) {
            (End::Cash, end(a))
        } else if n % 3 == 1 {
            (end(b), End::Cash)
        } else {
            (end(4), end(9))
        };
        Leg::new(from, to, amount(money), description(n)).expect("a leg")
    };
    Legs::new((0..=a % 7).map(leg).collect()).expect("a package")
}

pub fn order(which: u8, a: u8, b: u8, money: u32) -> Order {
    let legs = legs(a, b, money);
    let attempt = || b.is_multiple_of(2).then(|| own_attempt(b));
    let decided_ms = i64::from(b);
    Order {
        package: package_id(which),
        customer: customer_id(a),
        digest: legs.digest(),
        legs,
        age: Age { first_ms: i64::from(money), package: package_id(which) },
        created_ms: i64::from(money),
        state: match a % 5 {
            0 => OrderState::InProgress { attempt: attempt() },
            1 => OrderState::Elsewhere { attempt: attempt_id(b) },
            2 => OrderState::Committed { attempt: attempt_id(b), decided_ms },
            3 => OrderState::Refused { attempt: attempt(), refusals: refusals(b, a), decided_ms },
            _ => OrderState::Aborted { attempt: attempt(), refusals: refusals(b, a), decided_ms },
        },
    }
}

fn promise(a: u8, b: u8, money: u32) -> Promise {
    let line = |n: u8| Line {
        leg: u16::from(n),
        side: if n.is_multiple_of(2) { Side::Debit } else { Side::Credit },
        account: (!b.is_multiple_of(3)).then(|| number(n)),
        amount: amount(money),
        counterparty: a.is_multiple_of(2).then(|| AccountRef::new(some_bank(n), number(a))),
        description: description(n),
        suspense: false,
    };
    Promise {
        digest: digest(b),
        participants: banks(a | 1),
        portion: Portion {
            customer: customer_id(b),
            lines: (0..=b % 5).map(line).collect(),
            nets: banks(b).into_iter().map(|bank| Net { bank, amount: -i64::from(money) - 1 }).collect(),
        },
        consents: (0..a % 3)
            .map(|n| ConsentUse { consent: ConsentId(id(3, n)), day: i32::from(b), amount: i64::from(money) })
            .collect(),
        first_ms: i64::from(a) - i64::from(b),
        prepared_ms: i64::from(money),
    }
}

fn vote(b: u8) -> Option<Vote> {
    match b % 5 {
        0 => None,
        1 => Some(Vote::No {
            refusals: refusals(b / 5, b)
                .into_iter()
                .map(|refusal| No { refusal, definite: b.is_multiple_of(2) })
                .collect(),
        }),
        2 => Some(Vote::Elsewhere { standing: Standing::Live { attempt: attempt_id(b) }, digest: digest(b) }),
        3 => {
            Some(Vote::Elsewhere { standing: Standing::Spent { attempt: attempt_id(b) }, digest: digest(b) })
        }
        _ => Some(Vote::Elsewhere { standing: Standing::Closed, digest: digest(b) }),
    }
}

fn peer(which: u8, a: u8, b: u8) -> PeerRecord {
    PeerRecord {
        bank: some_bank(which),
        epoch: u64::from(a),
        nonce: EpochNonce(format!("{a:032x}")),
        low_water: Mark { epoch: u64::from(b), sequence: u64::from(a) },
        last_commit: a.is_multiple_of(2).then(|| attempt_id(b)),
        barred: b.is_multiple_of(2),
        left: b.is_multiple_of(3),
    }
}

pub fn evidence(which: u8, a: u8, b: u8) -> Evidence {
    Evidence {
        at_ms: i64::from(a),
        bank: some_bank(which),
        attempt: b.is_multiple_of(2).then(|| attempt_id(b)),
        what: format!("it told {a} and {b}"),
    }
}

/// A line of the operators' log that may only be the first, under another number.
pub fn first_operator_entry(number: u64) -> Write {
    Write::OperatorEntry(OperatorEntry {
        number,
        at_ms: 1,
        operator: "maria (1000)".to_owned(),
        action: OperatorAction::Drain,
        subject: None,
        outcome: OperatorOutcome::Done,
        hash: [1; 32],
    })
}

pub fn session(which: u8, a: u8) -> Session {
    Session {
        id: SessionId(id(4, which)),
        token_hash: [which; 32],
        customer: customer_id(a),
        created_ms: i64::from(which),
        used_ms: i64::from(a),
        expires_ms: i64::from(a) + 1000,
    }
}

/// The sessions' token hashes that the world may use.
pub fn token_hashes() -> impl Iterator<Item = [u8; 32]> {
    (0..POOL).map(|n| [n; 32])
}

/// Every customer that the world may know.
pub fn customers() -> impl Iterator<Item = CustomerId> {
    (0..POOL).map(customer_id)
}

/// A key of every kind for everything that the world may know, and for some that it never does.
pub fn keys() -> Vec<Key> {
    let mut keys = vec![Key::Balance(LedgerAccount::Till), Key::Customer(CustomerId(id(9, 9)))];
    for n in 0..POOL {
        keys.extend([
            Key::Account(number(n)),
            Key::Balance(LedgerAccount::DueTo(some_bank(n))),
            Key::Balance(LedgerAccount::DueFrom(some_bank(n))),
            Key::Package(package_id(n)),
            Key::Order(package_id(n)),
            Key::ConsentsFor(some_bank(n), customer_id(n + 1)),
            Key::ConsentsOf(customer_id(n)),
            Key::Consent(ConsentId(id(3, n))),
            Key::Customer(customer_id(n)),
            Key::Cpf(cpf(n)),
            Key::AccountsOf(customer_id(n)),
            Key::Cnpj(cnpj(n)),
        ]);
    }
    keys.push(Key::OperatorsLog);
    for n in 0..24 {
        keys.extend([Key::Attempt(own_attempt(n)), Key::Portion(attempt_id(n))]);
    }
    keys
}
