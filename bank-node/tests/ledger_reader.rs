//! What customers and other banks read beside the deciding thread: each reading method, by a story.

use std::collections::BTreeSet;

use bank_node::ledger::Ledger;
use bank_node::ledger::reader::Reader;
use bank_node::ledger::sqlite::SqliteLedger;
use bank_node::protocol::attempt::{Age, AttemptId, EpochNonce, EpochRecord};
use bank_node::protocol::records::{
    Account, Balance, Company, Consent, Customer, Holder, LedgerAccount, Order, OrderState, Posting, Session,
    Write,
};
use shared::account::{AccountKind, AccountNumber, AccountRef, AccountStatus};
use shared::api::replies::{HolderStatus, Permission};
use shared::cnpj::Cnpj;
use shared::cpf::Cpf;
use shared::ids::{BankId, ConsentId, CustomerId, PackageId, SessionId};
use shared::money::Amount;
use shared::package::{End, Leg, Legs};
use shared::text::Name;
use tempfile::TempDir;
use uuid::Uuid;

struct Desk {
    ledger: SqliteLedger,
    reader: Reader,
    postings: u64,
    _directory: TempDir,
}

impl Desk {
    fn open() -> Self {
        let directory = TempDir::new().expect("a directory");
        let mut ledger = SqliteLedger::open(directory.path(), &bank("aurora")).expect("a ledger");
        let life = EpochRecord { epoch: 1, nonce: EpochNonce("c".repeat(32)), whole: true };
        ledger.store(1, &[Write::Epoch(life)]).expect("store");
        let reader = ledger.reader(2).expect("a reader");
        let mut desk = Self { ledger, reader, postings: 0, _directory: directory };
        desk.store((1..=4).map(|n| Write::Customer(person(n))).collect());
        desk
    }

    fn store(&mut self, writes: Vec<Write>) {
        self.ledger.store(1, &writes).expect("store");
    }

    fn book(&mut self, account: u64, amount: i64) {
        self.postings += 1;
        let posting = Posting {
            number: self.postings,
            at_ms: 0,
            account: LedgerAccount::Customer(number(account)),
            package: package(1),
            attempt: AttemptId { coordinator: bank("aurora"), epoch: 1, sequence: 1 },
            leg: Some(0),
            amount,
            balance_after: amount,
            counterparty: None,
            description: None,
            hash: [1; 32],
        };
        self.store(vec![Write::Posting(posting)]);
    }
}

fn bank(name: &str) -> BankId {
    name.parse().expect("a bank's name")
}

fn id(n: u8) -> CustomerId {
    CustomerId(Uuid::from_bytes([n; 16]))
}

fn package(n: u8) -> PackageId {
    PackageId(Uuid::from_bytes([n; 16]))
}

fn number(base: u64) -> AccountNumber {
    AccountNumber::new(base).expect("an account number")
}

fn person(n: u8) -> Customer {
    Customer {
        id: id(n),
        cpf: Cpf::from_base(100_000_000 + u32::from(n)).expect("a CPF"),
        name: Name::new(["", "Ana", "Bia", "Caio", "Davi"][usize::from(n)]).expect("a name"),
        password_hash: String::new(),
        created_ms: 0,
        must_change_password: n == 2,
    }
}

/// An account opened by the first of `named`, who holds it; of the others, those given as invited do not yet.
fn account(base: u64, kind: AccountKind, status: AccountStatus, named: &[u8], invited: &[u8]) -> Write {
    let holder = |n: &u8| Holder {
        customer: id(*n),
        status: if invited.contains(n) { HolderStatus::Invited } else { HolderStatus::Holder },
        named_ms: i64::from(*n) * 10,
    };
    let company = (kind == AccountKind::Business).then(|| Company {
        cnpj: Cnpj::from_base("12ABC34501DE").expect("a CNPJ"),
        name: Name::new("Padaria").expect("a name"),
    });
    let holders = named.iter().map(holder).collect();
    Write::Account(Account {
        number: number(base),
        kind,
        status,
        opened_by: id(named[0]),
        opened_ms: 0,
        company,
        holders,
    })
}

fn consent(n: u8, giver: u8, customer: u8, may: &[Permission], ended_ms: Option<i64>) -> Write {
    Write::Consent(Consent {
        id: ConsentId(Uuid::from_bytes([n; 16])),
        giver: id(giver),
        bank: bank("boreal"),
        customer: id(customer),
        permissions: may.iter().copied().collect::<BTreeSet<_>>(),
        limit_per_package: 1,
        limit_per_day: 1,
        expires_ms: 1_000,
        created_ms: -i64::from(n),
        used_day: 0,
        used: 0,
        ended_ms,
    })
}

fn order(n: u8, customer: u8, state: OrderState) -> Write {
    let to = End::Account(AccountRef::new(bank("boreal"), number(2001)));
    let leg = Leg::new(End::Cash, to, Amount::new(i64::from(n)).expect("an amount"), None).expect("a leg");
    let legs = Legs::new(vec![leg]).expect("a package");
    let age = Age { first_ms: 0, package: package(n) };
    let digest = legs.digest();
    Write::Order(Order {
        package: package(n),
        customer: id(customer),
        legs,
        digest,
        age,
        created_ms: 0,
        state,
    })
}

#[test]
fn accounts_are_listed_for_those_who_hold_them() {
    use AccountKind::{Business, Joint, Personal};
    use AccountStatus::{Closed, Frozen, Open};
    let mut desk = Desk::open();
    desk.store(vec![
        account(1001, Personal, Closed, &[1], &[]),
        account(1002, Joint, Frozen, &[1, 2], &[2]),
        account(1003, Business, Open, &[2, 1, 3], &[3]),
        account(1004, Joint, Open, &[3, 4], &[]),
        Write::Balance(LedgerAccount::Customer(number(1003)), Balance { balance: 9, held: 4, incoming: 2 }),
    ]);
    let listed = |customer: u8| -> Vec<u64> {
        let views = desk.reader.accounts_of(id(customer)).expect("read");
        views.iter().map(|view| view.account.number.base()).collect()
    };
    assert_eq!(listed(1), [1002, 1003, 1001], "closed ones last");
    assert_eq!(listed(2), [1003], "who is invited holds nothing yet");
    let view = desk.reader.account(number(1003)).expect("read").expect("there");
    assert_eq!(view.balance, Balance { balance: 9, held: 4, incoming: 2 });
    let names: Vec<_> = view.holders.iter().map(|person| person.name.as_str()).collect();
    assert_eq!(names, ["Bia", "Ana", "Caio"], "in the order named");
    assert_eq!(desk.reader.account(number(9999)).expect("read"), None);

    let invitations = desk.reader.invitations_of(id(3)).expect("read");
    assert_eq!(invitations.len(), 1);
    let invitation = &invitations[0];
    assert_eq!((invitation.account, invitation.kind, invitation.named_ms), (number(1003), Business, 30));
    assert_eq!(invitation.company.as_ref().map(Name::as_str), Some("Padaria"));
    assert_eq!(invitation.invited_by.as_str(), "Bia");
    assert_eq!(desk.reader.invitations_of(id(2)).expect("read")[0].company, None);
}

#[test]
fn a_statement_is_turned_page_by_page() {
    let mut desk = Desk::open();
    desk.store(vec![
        account(1001, AccountKind::Personal, AccountStatus::Open, &[1], &[]),
        account(1002, AccountKind::Personal, AccountStatus::Open, &[2], &[]),
    ]);
    for amount in 1..=7 {
        desk.book(1001, amount);
        desk.book(1002, -amount);
    }
    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let page = desk.reader.statement(number(1001), before, 3).expect("read");
        assert!(page.rows.len() <= 3);
        seen.extend(page.rows.iter().map(|posting| posting.amount));
        before = page.next;
        if before.is_none() {
            break;
        }
        // What is booked meanwhile belongs to no page that has been turned.
        desk.book(1001, 99);
    }
    assert_eq!(seen, [7, 6, 5, 4, 3, 2, 1]);
    let whole = desk.reader.statement(number(1002), None, 7).expect("read");
    assert_eq!((whole.rows.len(), whole.next), (7, None), "a page that is just full is the last");
    assert_eq!(desk.reader.postings_of(package(1)).expect("read").len(), 16);
    assert_eq!(desk.reader.head().expect("read").number, 16);
}

#[test]
fn orders_keep_their_place_whatever_becomes_of_them() {
    let mut desk = Desk::open();
    for n in 1..=5 {
        desk.store(vec![order(n, 1, OrderState::InProgress { attempt: None })]);
    }
    desk.store(vec![order(9, 2, OrderState::InProgress { attempt: None })]);
    let refused = OrderState::Refused { attempt: None, refusals: Vec::new(), decided_ms: 5 };
    desk.store(vec![order(2, 1, refused.clone())]);
    let first = desk.reader.orders_of(id(1), None, 3).expect("read");
    let packages = |rows: &[Order]| rows.iter().map(|order| order.package).collect::<Vec<_>>();
    assert_eq!(packages(&first.rows), [package(5), package(4), package(3)]);
    let second = desk.reader.orders_of(id(1), first.next, 3).expect("read");
    assert_eq!(packages(&second.rows), [package(2), package(1)]);
    assert_eq!((second.next, &second.rows[0].state), (None, &refused));
    assert_eq!(desk.reader.orders_of(id(3), None, 3).expect("read").rows, []);
}

#[test]
fn a_consent_shows_what_its_giver_holds_while_it_stands() {
    use AccountStatus::{Closed, Open};
    let mut desk = Desk::open();
    desk.store(vec![
        account(1001, AccountKind::Personal, Closed, &[1], &[]),
        account(1002, AccountKind::Joint, Open, &[1, 2], &[]),
        account(1003, AccountKind::Joint, Open, &[3, 1], &[1]),
        account(1004, AccountKind::Personal, Open, &[2], &[]),
        consent(1, 1, 8, &[Permission::View], None),
        consent(2, 2, 8, &[Permission::View, Permission::Pay], None),
        consent(3, 1, 7, &[Permission::Pay], None),
        consent(4, 1, 6, &[Permission::View], Some(5)),
    ]);
    let shown = |customer: u8, wall_ms: i64| {
        let views = desk.reader.shown_to(&bank("boreal"), id(customer), wall_ms).expect("read");
        views.map(|views| views.iter().map(|view| view.account.number.base()).collect::<Vec<_>>())
    };
    assert_eq!(shown(8, 999), Some(vec![1002, 1004, 1001]), "of two givers, each account once");
    assert_eq!(shown(8, 1_000), None, "expired");
    assert_eq!((shown(7, 0), shown(6, 0), shown(5, 0)), (None, None, None), "to pay, ended, never given");
    assert_eq!(desk.reader.shown_to(&bank("cacto"), id(8), 0).expect("read"), None, "to another bank");
    let one = |customer: u8, base: u64, wall_ms: i64| {
        let view =
            desk.reader.one_shown_to(&bank("boreal"), id(customer), number(base), wall_ms).expect("read");
        view.is_some()
    };
    assert!(one(8, 1002, 0) && one(8, 1004, 0));
    assert!(!one(8, 1003, 0), "its giver is only invited to it");
    assert!(!one(8, 1002, 1_000) && !one(7, 1002, 0) && !one(8, 9999, 0));

    let given: Vec<_> =
        desk.reader.consents_of(id(1), 0).expect("read").iter().map(|c| c.created_ms).collect();
    assert_eq!(given, [-3, -1], "those that stand, oldest first");
    assert_eq!(desk.reader.consents_of(id(1), 1_000).expect("read"), []);
}

#[test]
fn people_and_their_sessions_are_found() {
    let mut desk = Desk::open();
    let session = |n: u8| Session {
        id: SessionId(Uuid::from_bytes([n; 16])),
        token_hash: [n; 32],
        customer: id(1),
        created_ms: i64::from(n),
        used_ms: 0,
        expires_ms: 0,
    };
    desk.store(vec![Write::Session(session(1)), Write::Session(session(2))]);
    assert_eq!(
        desk.reader.session(&[2; 32]).expect("read"),
        Some((session(2), session(2).customer == id(2)))
    );
    assert_eq!(desk.reader.session(&[3; 32]).expect("read"), None);
    assert_eq!(desk.reader.sessions_of(id(1)).expect("read"), [session(2), session(1)], "newest first");
    assert_eq!(desk.reader.customer(id(2)).expect("read"), Some(person(2)));
    assert_eq!(desk.reader.customer_by_cpf(person(3).cpf).expect("read"), Some(person(3)));
    assert_eq!(desk.reader.customer(id(9)).expect("read"), None);
    assert_eq!(desk.reader.life().expect("read").map(|life| life.epoch), Some(1));
}

#[test]
fn totals_part_customers_from_the_bank() {
    let mut desk = Desk::open();
    let money = |account, balance, held| Write::Balance(account, Balance { balance, held, incoming: 1 });
    desk.store(vec![
        money(LedgerAccount::Customer(number(1001)), 100, 30),
        money(LedgerAccount::Customer(number(1002)), 50, 0),
        money(LedgerAccount::Till, -170, 0),
        money(LedgerAccount::DueTo(bank("boreal")), 20, 0),
    ]);
    let totals = desk.reader.totals().expect("read");
    assert_eq!(totals.customers, Balance { balance: 150, held: 30, incoming: 2 });
    let others: Vec<_> =
        totals.others.iter().map(|(account, money)| (account.to_string(), money.balance)).collect();
    assert_eq!(others, [("due-to/boreal".to_owned(), 20), ("till".to_owned(), -170)]);
}

#[test]
fn more_readers_than_connections_wait_their_turn() {
    let mut desk = Desk::open();
    desk.store(vec![account(1001, AccountKind::Personal, AccountStatus::Open, &[1], &[])]);
    let readers: Vec<_> = (0..8)
        .map(|_| {
            let reader = desk.reader.clone();
            std::thread::spawn(move || {
                (0..200).filter(|_| reader.account(number(1001)).expect("read").is_some()).count()
            })
        })
        .collect();
    for amount in 1..=20 {
        desk.book(1001, amount);
    }
    assert!(readers.into_iter().all(|reader| reader.join().expect("it ends") == 200));
}
