//! What every ledger promises, told once and held against each of them: the one in memory and the one on disk.

mod world;

use std::collections::BTreeSet;
use std::path::PathBuf;

use bank_node::ledger::memory::MemoryLedger;
use bank_node::ledger::sqlite::SqliteLedger;
use bank_node::ledger::{Ledger, LedgerFault};
use bank_node::protocol::attempt::{AttemptId, EpochNonce, EpochRecord, Mark};
use bank_node::protocol::books::Books;
use bank_node::protocol::records::{
    Attempt, AttemptState, Balance, LedgerAccount, PackageRecord, PackageState, PortionRecord, PortionState,
    PostingHead, Session, Write,
};
use bank_node::protocol::snapshot::Snapshot;
use proptest::prelude::*;
use shared::account::AccountStatus;
use shared::package::PackageDigest;
use tempfile::TempDir;
use world::World;

/// A kind of ledger under test.
trait Kept {
    fn fresh() -> Self;
    fn ledger(&mut self) -> &mut dyn Ledger;
    /// Ends the process, as the ledger sees it, and begins another.
    fn reopen(self) -> Self;
    fn snapshot(&self) -> Snapshot;
    fn sessions(&self) -> Vec<Session>;
}

struct InMemory(MemoryLedger);

impl Kept for InMemory {
    fn fresh() -> Self {
        Self(MemoryLedger::new(world::home()))
    }

    fn ledger(&mut self) -> &mut dyn Ledger {
        &mut self.0
    }

    fn reopen(self) -> Self {
        Self(self.0.clone())
    }

    fn snapshot(&self) -> Snapshot {
        self.0.snapshot().clone()
    }

    fn sessions(&self) -> Vec<Session> {
        self.0.sessions().values().cloned().collect()
    }
}

struct OnDisk {
    directory: TempDir,
    ledger: SqliteLedger,
}

impl OnDisk {
    fn path(&self) -> PathBuf {
        self.directory.path().join("data")
    }
}

impl Kept for OnDisk {
    fn fresh() -> Self {
        let directory = TempDir::new().expect("a directory");
        let ledger =
            SqliteLedger::open(&directory.path().join("data"), &world::home()).expect("a new ledger");
        Self { directory, ledger }
    }

    fn ledger(&mut self) -> &mut dyn Ledger {
        &mut self.ledger
    }

    fn reopen(self) -> Self {
        let path = self.path();
        let Self { directory, ledger } = self;
        drop(ledger);
        let ledger = SqliteLedger::open(&path, &world::home()).expect("the same ledger");
        Self { directory, ledger }
    }

    fn snapshot(&self) -> Snapshot {
        let reader = self.ledger.reader(1).expect("open");
        reader.snapshot(world::home()).expect("read")
    }

    fn sessions(&self) -> Vec<Session> {
        let reader = self.ledger.reader(1).expect("open");
        let of = |customer| reader.sessions_of(customer).expect("read");
        let mut sessions: Vec<_> = world::customers().flat_map(of).collect();
        sessions.sort_by_key(|session| session.id);
        sessions
    }
}

fn loaded(ledger: &mut dyn Ledger) -> Books {
    let mut books = Books::new(PostingHead::default(), 0);
    let keys = world::keys();
    ledger.load(&keys, &mut books).expect("load");
    assert!(keys.iter().all(|key| books.has(key)), "what was asked for is known, or known to be missing");
    books
}

fn begun<K: Kept>() -> K {
    let mut kept = K::fresh();
    kept.ledger().store(1, &[Write::Epoch(world::life(1))]).expect("the first life begins");
    kept
}

/// Each story for each ledger.
macro_rules! stories {
    ($($story:ident),* $(,)?) => {
        mod memory {
            $(#[test] fn $story() { super::$story::<super::InMemory>(); })*
        }
        mod sqlite {
            $(#[test] fn $story() { super::$story::<super::OnDisk>(); })*
        }
    };
}

stories!(
    new_books_are_empty,
    only_the_newest_life_writes,
    a_life_begun_by_another_process_is_not_overwritten,
    a_new_account_begins_with_nothing,
    all_of_a_batch_is_stored_or_none,
    tombstones_below_the_mark_go,
    sessions_end,
    a_package_can_end_and_begin_in_one_batch,
    what_breaks_an_invariant_is_refused,
);

fn new_books_are_empty<K: Kept>() {
    let mut kept = K::fresh();
    assert_eq!(kept.ledger().recover().expect("recover"), Default::default());
    assert_eq!(kept.snapshot(), Snapshot::empty(world::home()));
    loaded(kept.ledger());
}

fn only_the_newest_life_writes<K: Kept>() {
    let mut kept: K = begun();
    let evidence = [Write::Evidence(world::evidence(0, 0, 0))];
    kept.ledger().store(1, &evidence).expect("the living writes");
    kept.ledger().store(2, &[Write::Epoch(world::life(2))]).expect("the next life begins");
    let fault = kept.ledger().store(1, &evidence).expect_err("the dead do not write");
    assert!(matches!(fault, LedgerFault::TakenOver { theirs: 2, ours: 1 }), "{fault}");
    let mut kept = kept.reopen();
    let fault = kept.ledger().store(3, &evidence).expect_err("a life that has not begun does not write");
    assert!(matches!(fault, LedgerFault::TakenOver { theirs: 2, ours: 3 }), "{fault}");
    assert_eq!(kept.reopen().snapshot().evidence.len(), 1);
}

fn a_life_begun_by_another_process_is_not_overwritten<K: Kept>() {
    let mut kept: K = begun();
    let other = EpochRecord { nonce: EpochNonce("ff".repeat(16)), ..world::life(1) };
    let fault = kept.ledger().store(1, &[Write::Epoch(other)]).expect_err("another process has life 1");
    assert!(matches!(fault, LedgerFault::TakenOver { .. }), "{fault}");
    let mut kept = kept.reopen();
    let torn = EpochRecord { whole: false, ..world::life(1) };
    kept.ledger().store(2, &[Write::Epoch(torn.clone()), Write::Epoch(world::life(2))]).expect("it is known");
    assert_eq!(kept.ledger().recover().expect("recover").epochs, [torn, world::life(2)]);
}

fn a_new_account_begins_with_nothing<K: Kept>() {
    let mut kept: K = begun();
    let account = world::account(0, 0, AccountStatus::Open);
    let money = LedgerAccount::Customer(account.number);
    let writes = [Write::Customer(world::customer(0, 0)), Write::Account(account.clone())];
    kept.ledger().store(1, &writes).expect("store");
    assert_eq!(kept.snapshot().balances.get(&money), Some(&Balance::default()));
    let rich = Balance { balance: 500, held: 100, incoming: 7 };
    kept.ledger().store(1, &[Write::Balance(money.clone(), rich)]).expect("store");
    kept.ledger().store(1, &[Write::Account(account)]).expect("store");
    assert_eq!(kept.reopen().snapshot().balance(&money), rich, "an account written again keeps its money");
}

fn all_of_a_batch_is_stored_or_none<K: Kept>() {
    let mut kept: K = begun();
    let mut world = World::default();
    kept.ledger().store(1, &world.writes(&[])).expect("the world begins");
    let before = kept.snapshot();
    let package =
        PackageRecord { id: world::package_id(1), digest: PackageDigest([1; 32]), state: PackageState::Open };
    let mut posting = world.posting_of(1_000);
    posting.number = 7;
    let batch = [Write::Package(package), Write::Posting(posting)];
    kept.ledger().store(1, &batch).expect_err("posting 7 does not follow 0");
    assert_eq!(kept.reopen().snapshot(), before, "nothing of the batch is there");
}

fn tombstones_below_the_mark_go<K: Kept>() {
    let mut kept: K = begun();
    let attempt = |bank: &str, epoch, sequence| AttemptId { coordinator: world::bank(bank), epoch, sequence };
    let tombstone = |id: AttemptId| {
        let state = PortionState::Aborted { vote: None, promise: None };
        Write::Portion(PortionRecord { attempt: id, package: None, state })
    };
    let ids = [
        attempt("boreal", 1, 9),
        attempt("boreal", 2, 3),
        attempt("boreal", 2, 4),
        attempt("boreal", 3, 1),
        attempt("cacto", 1, 1),
    ];
    let mut writes: Vec<Write> = ids.iter().cloned().map(tombstone).collect();
    kept.ledger().store(1, &writes).expect("store");
    // One of the same batch goes too; one written after the mark was told stays.
    let forget =
        Write::ForgetTombstones { coordinator: world::bank("boreal"), below: Mark { epoch: 2, sequence: 4 } };
    writes = vec![tombstone(attempt("boreal", 2, 2)), forget, tombstone(attempt("boreal", 1, 1))];
    kept.ledger().store(1, &writes).expect("store");
    let left: Vec<_> = kept.reopen().snapshot().portions.into_keys().collect();
    assert_eq!(
        left,
        [attempt("boreal", 1, 1), attempt("boreal", 2, 4), attempt("boreal", 3, 1), attempt("cacto", 1, 1)]
    );
}

fn sessions_end<K: Kept>() {
    let mut kept: K = begun();
    let of = |which: u8, customer: u8| world::session(which, customer);
    let mut writes: Vec<Write> = (0..3).map(|n| Write::Customer(world::customer(n, 0))).collect();
    writes.extend([of(0, 1), of(1, 1), of(2, 1), of(3, 2)].map(Write::Session));
    kept.ledger().store(1, &writes).expect("store");
    let keep = of(1, 1).id;
    let ends = [
        Write::EndOtherSessions { customer: world::customer_id(1), keep: Some(keep) },
        Write::EndSession(of(3, 2).id),
        Write::Session(of(4, 2)),
    ];
    kept.ledger().store(1, &ends).expect("store");
    assert_eq!(kept.sessions(), [of(1, 1), of(4, 2)]);
    let all = Write::EndOtherSessions { customer: world::customer_id(1), keep: None };
    kept.ledger().store(1, &[all]).expect("store");
    assert_eq!(kept.reopen().sessions(), [of(4, 2)]);
}

fn a_package_can_end_and_begin_in_one_batch<K: Kept>() {
    let mut kept: K = begun();
    let id = world::package_id(0);
    let attempt = AttemptId { coordinator: world::home(), epoch: 1, sequence: 1 };
    let record = |state| Write::Package(PackageRecord { id, digest: PackageDigest([3; 32]), state });
    let batch = [
        record(PackageState::Live(attempt.clone())),
        record(PackageState::Open),
        record(PackageState::Live(attempt.clone())),
        record(PackageState::Spent(attempt.clone())),
    ];
    kept.ledger().store(1, &batch).expect("store");
    assert_eq!(
        kept.reopen().snapshot().packages[&id].state,
        PackageState::Spent(attempt),
        "the last one counts"
    );
}

/// Each row: what is stored first, and what may not follow. A simulated bank must fail where a real one would.
fn what_breaks_an_invariant_is_refused<K: Kept>() {
    let attempt = |sequence| AttemptId { coordinator: world::home(), epoch: 1, sequence };
    let package = |state| {
        Write::Package(PackageRecord { id: world::package_id(1), digest: PackageDigest([4; 32]), state })
    };
    let portion = |state| {
        Write::Portion(PortionRecord { attempt: attempt(1), package: Some(world::package_id(1)), state })
    };
    let tombstone = || PortionState::Aborted { vote: None, promise: None };
    let decided = |state| Write::Attempt(Attempt { state, ..world::attempt(1) });
    let aborted = || AttemptState::Aborted {
        decided_ms: 1,
        refusals: Vec::new(),
        closes: false,
        no_voters: BTreeSet::new(),
    };
    let committed = || AttemptState::Committed { decided_ms: 1 };
    let money =
        |account, balance, held, incoming| Write::Balance(account, Balance { balance, held, incoming });
    let customers = LedgerAccount::Customer(world::number(0));
    let mut second_personal = world::account(1, 0, AccountStatus::Open);
    second_personal.opened_by = world::customer_id(0);
    let mut second_of_company = world::account(4, 0, AccountStatus::Open);
    second_of_company.number = world::number(5);
    let (given, given_again) = (world::consent(1), world::consent(2));
    let rows = [
        (package(PackageState::Spent(attempt(1))), package(PackageState::Open)),
        (package(PackageState::Spent(attempt(1))), package(PackageState::Spent(attempt(2)))),
        (package(PackageState::Closed(Vec::new())), package(PackageState::Live(attempt(2)))),
        (portion(PortionState::Committed(world::some_promise())), portion(tombstone())),
        (
            portion(PortionState::Committed(world::some_promise())),
            portion(PortionState::Prepared(world::some_promise())),
        ),
        (portion(tombstone()), portion(PortionState::Prepared(world::some_promise()))),
        (decided(committed()), decided(aborted())),
        (decided(aborted()), decided(committed())),
        (decided(aborted()), decided(AttemptState::Begun)),
        (decided(committed()), Write::ForgetAttempt(attempt(1))),
        (money(customers.clone(), 5, 5, 0), money(customers.clone(), 5, 6, 0)),
        (money(customers.clone(), 5, 0, 0), money(customers.clone(), -1, 0, 0)),
        (money(customers, 5, 0, 0), money(LedgerAccount::Till, 0, -1, 0)),
        (money(LedgerAccount::Till, 0, 0, 0), money(LedgerAccount::Till, 0, 0, -1)),
        (money(LedgerAccount::Till, 0, 0, 0), money(LedgerAccount::Till, 100_000_000_000_000_001, 0, 0)),
        (Write::Account(world::account(0, 0, AccountStatus::Open)), Write::Account(second_personal)),
        (Write::Account(world::account(4, 0, AccountStatus::Open)), Write::Account(second_of_company)),
        (Write::Consent(given), Write::Consent(given_again)),
        (world::first_operator_entry(1), world::first_operator_entry(1)),
        (world::first_operator_entry(1), world::first_operator_entry(3)),
        (money(LedgerAccount::Till, 0, 0, 0), Write::Posting(World::default().posting_to(world::number(3)))),
    ];
    for (first, then) in rows {
        let mut kept: K = begun();
        kept.ledger()
            .store(1, &(0..6).map(|n| Write::Customer(world::customer(n, 0))).collect::<Vec<_>>())
            .expect("store");
        kept.ledger().store(1, std::slice::from_ref(&first)).expect("the first may be");
        let before = kept.snapshot();
        let followed = kept.ledger().store(1, std::slice::from_ref(&then));
        assert!(followed.is_err(), "{then:?}\nmay not follow {first:?}");
        assert_eq!(kept.reopen().snapshot(), before);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever the world writes, the ledger on disk keeps exactly what the one in memory keeps, batch by batch: when
    /// read at once, record by record, at recovery, and after the process has ended.
    #[test]
    fn both_keep_the_same(batches in world::batches()) {
        let mut memory = InMemory::fresh();
        let mut disk = OnDisk::fresh();
        let mut world = World::default();
        for batch in &batches {
            let writes = world.writes(batch);
            memory.ledger().store(1, &writes).expect("memory");
            disk.ledger().store(1, &writes).expect("disk");
            prop_assert_eq!(disk.snapshot(), memory.snapshot());
            prop_assert_eq!(disk.sessions(), memory.sessions());
            let recovered = (disk.ledger().recover().expect("disk"), memory.ledger().recover().expect("memory"));
            prop_assert_eq!(recovered.0, recovered.1);
            let books = (loaded(disk.ledger()), loaded(memory.ledger()));
            prop_assert_eq!(format!("{:?}", books.0), format!("{:?}", books.1));
        }
        let disk = disk.reopen();
        prop_assert_eq!(disk.snapshot(), memory.snapshot());
        let reader = disk.ledger.reader(1).expect("open");
        for hash in world::token_hashes() {
            let found = reader.session(&hash).expect("read");
            let kept = memory.sessions().into_iter().find(|session| session.token_hash == hash);
            let must_change = |session: &Session| {
                memory.snapshot().customers.get(&session.customer).is_some_and(|owner| owner.must_change_password)
            };
            prop_assert_eq!(found, kept.map(|session| (session.clone(), must_change(&session))));
        }
    }
}
