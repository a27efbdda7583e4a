//! Rights and funds: which reasons there are, which of them are definite, which comes first, and what is told of money.

use bank_node::ledger::Ledger as _;
use bank_node::ledger::memory::MemoryLedger;
use bank_node::protocol::records::{Balance, LedgerAccount, Write};
use shared::account::AccountStatus;
use shared::api::replies::Permission;
use shared::limits::{BALANCE_MAX, EXPOSURE_CAP_DEFAULT};

use super::bench::{Bench, WALL_MS, abort, commit};
use super::brief::brief;
use super::names::{account, attempt, bank, customer};

#[track_caller]
fn check(what: &str, found: impl AsRef<str>, expect: &str) {
    assert_eq!(found.as_ref(), expect, "{what}");
}

fn put(ledger: &mut MemoryLedger, write: Write) {
    ledger.store(0, &[write]).expect("stored");
}

fn set_money(ledger: &mut MemoryLedger, account: LedgerAccount, balance: i64, held: i64, incoming: i64) {
    put(ledger, Write::Balance(account, Balance { balance, held, incoming }));
}

fn set_account(ledger: &mut MemoryLedger, name: &str, balance: i64, held: i64, incoming: i64) {
    set_money(ledger, LedgerAccount::Customer(account(name).number), balance, held, incoming);
}

fn set_status(ledger: &mut MemoryLedger, name: &str, status: AccountStatus) {
    let mut record = ledger.snapshot().accounts[&account(name).number].clone();
    record.status = status;
    put(ledger, Write::Account(record));
}

/// A bank `B` whose records are usual but for what `furnish` does.
fn asked(text: &str, furnish: impl FnOnce(&mut MemoryLedger)) -> String {
    Bench::with("B", furnish).asked("A", 1, 1, text).replace("reply vote ", "")
}

/// Every reason a participant has, and whether it is definite.
#[test]
fn every_reason() {
    let closed = |l: &mut MemoryLedger| set_status(l, "B1", AccountStatus::Closed);
    let frozen = |l: &mut MemoryLedger| set_status(l, "B1", AccountStatus::Frozen);
    let usual = |_: &mut MemoryLedger| {};
    check("credit of nobody's account", asked("A1>B7 5", usual), "no 0:account_unknown!");
    check("debit of nobody's account", asked("B7>A1 5", usual), "no 0:account_unknown!");
    check("debit of a stranger's", asked("B9>A1 5", usual), "no 0:account_unknown!");
    check("credit of a stranger's", asked("A1>B9 5", usual), "yes");
    check("credit of a closed one", asked("A1>B1 5", closed), "no 0:account_closed!");
    check("debit of a closed one", asked("B1>A1 5", closed), "no 0:account_closed!");
    check("credit of a frozen one", asked("A1>B1 5", frozen), "no 0:account_frozen!");
    check("debit of a frozen one", asked("B1>A1 5", frozen), "no 0:account_frozen!");
    check("too little", asked("B1>A1 1001", usual), "no 0:insufficient_funds(1)!");
    check(
        "part of it held",
        asked("B1>A1 700", |l| set_account(l, "B1", 1_000, 400, 0)),
        "no 0:funds_held(100)?",
    );
    check(
        "part of it incoming",
        asked("B1>A1 1300", |l| set_account(l, "B1", 1_000, 0, 300)),
        "no 0:funds_held(300)?",
    );
    check(
        "not even with all that comes in",
        asked("B1>A1 1301", |l| set_account(l, "B1", 1_000, 0, 300)),
        "no 0:insufficient_funds(301)!",
    );
    check("all of it", asked("B1>A1 1000", usual), "yes");
}

/// What the same package pays in does not count; two legs of one account count together, and both are named.
#[test]
fn funds_are_judged_by_account() {
    let usual = |_: &mut MemoryLedger| {};
    check(
        "paid in and out by the same package",
        asked("A1>B1 500, B1>A1 1200", usual),
        "no 1:insufficient_funds(200)!",
    );
    check(
        "two legs that together exceed it",
        asked("B1>A1 600, B2>A1 5, B1>C1 600", usual),
        "no 0:insufficient_funds(200)! 2:insufficient_funds(200)!",
    );
    check(
        "all failing legs, not the first only",
        asked("B1>A1 1001, B9>A1 1, A1>B7 1, B2>A1 1", usual),
        "no 0:insufficient_funds(1)! 1:account_unknown! 2:account_unknown!",
    );
}

/// One refusal per leg: the first that applies, in order of precedence.
#[test]
fn precedence() {
    let closed = |l: &mut MemoryLedger| set_status(l, "B1", AccountStatus::Closed);
    let none = |l: &mut MemoryLedger| revoke(l);
    check(
        "consent before closed and funds",
        asked("B1>A1 9999", |l| {
            closed(l);
            none(l)
        }),
        "no 0:consent_missing!",
    );
    check("consent limit before closed and funds", asked("B1>A1 9999", closed), "no 0:consent_limit!");
    check("closed before funds", asked("B1>A1 4000", closed), "no 0:account_closed!");
    check("debtor before creditor", asked("B1>B7 4000", |_| {}), "no 0:account_unknown!");
    check(
        "strangers' closed accounts look like nobody's",
        asked("B9>A1 1", |l| {
            set_status(l, "B9", AccountStatus::Closed);
        }),
        "no 0:account_unknown!",
    );
    check(
        "without consent all look alike",
        asked("B1>A1 1, B7>A1 1, B9>A1 1", none),
        "no 0:consent_missing! 1:consent_missing! 2:consent_missing!",
    );
}

fn revoke(ledger: &mut MemoryLedger) {
    let mut given = ledger.snapshot().consents.values().find(|c| c.bank == bank("A")).expect("one").clone();
    given.ended_ms = Some(WALL_MS);
    put(ledger, Write::Consent(given));
}

fn change_consent(
    ledger: &mut MemoryLedger,
    change: impl FnOnce(&mut bank_node::protocol::records::Consent),
) {
    let mut given = ledger.snapshot().consents.values().find(|c| c.bank == bank("A")).expect("one").clone();
    change(&mut given);
    put(ledger, Write::Consent(given));
}

/// Consents: for whom, for what, until when, how much; what is prepared counts, and comes back with an abort.
#[test]
fn consents() {
    check(
        "at the limit per package",
        asked("B1>A1 600, B2>A1 400", |l| change_consent(l, |c| c.limit_per_package = 1_000)),
        "yes",
    );
    check(
        "over it, by two accounts together",
        asked("B1>A1 600, B2>A1 401", |l| change_consent(l, |c| c.limit_per_package = 1_000)),
        "no 1:consent_limit!",
    );
    check(
        "expired",
        asked("B1>A1 1", |l| change_consent(l, |c| c.expires_ms = WALL_MS)),
        "no 0:consent_missing!",
    );
    check(
        "to view only",
        asked("B1>A1 1", |l| {
            change_consent(l, |c| {
                c.permissions.remove(&Permission::Pay);
            })
        }),
        "no 0:consent_missing!",
    );
    check(
        "for another customer there",
        asked("B1>A1 1", |l| change_consent(l, |c| c.customer = customer(2))),
        "no 0:consent_missing!",
    );
    check("a credit needs none", asked("A1>B1 1", revoke), "yes");

    let mut b = Bench::with("B", |l| change_consent(l, |c| c.limit_per_day = 1_000));
    check("600 prepared", b.asked("A", 1, 1, "B1>A1 600"), "reply vote yes");
    check("401 more", b.asked("A", 2, 2, "B2>A1 401"), "reply vote no 0:consent_limit!");
    check("400 more", b.asked("A", 3, 3, "B2>A1 400"), "reply vote yes");
    let _ = b.hears("A", commit(&attempt("A", 1, 1), 1, "B1>A1 600"));
    check("what is committed counts", b.asked("A", 4, 4, "B2>A1 1"), "reply vote no 0:consent_limit!");
    let _ = b.hears("A", abort(&attempt("A", 1, 3), 3, "B2>A1 400", false));
    check("what is aborted does not", b.asked("A", 5, 5, "B2>A1 400"), "reply vote yes");
    b.wall_skew_ms = 86_400_000 / 2;
    check("the same day", b.asked("A", 6, 6, "B2>A1 1"), "reply vote no 0:consent_limit!");
    b.wall_skew_ms = -86_400_000;
    check(
        "a clock that goes back gives no day twice",
        b.asked("A", 7, 7, "B2>A1 1"),
        "reply vote no 0:consent_limit!",
    );
}

/// The next day counts anew, and what was promised on the day before does not come back into it.
#[test]
fn consents_count_by_day() {
    let mut b = Bench::with("B", |l| {
        change_consent(l, |c| {
            c.limit_per_day = 1_000;
            c.expires_ms = WALL_MS + 10 * 86_400_000;
        });
    });
    check("600 prepared", b.asked("A", 1, 1, "B1>A1 600"), "reply vote yes");
    b.wall_skew_ms = 86_400_000;
    check("a thousand the next day", b.asked("A", 2, 2, "B2>A1 700"), "reply vote yes");
    let _ = b.hears("A", abort(&attempt("A", 1, 1), 1, "B1>A1 600", false));
    check(
        "yesterday's abort frees nothing today",
        b.asked("A", 3, 3, "B3>A1 301"),
        "reply vote no 0:consent_limit!",
    );
    check("the rest of today", b.asked("A", 4, 4, "B3>A1 300"), "reply vote yes");
}

/// `missing` is told only to whom may view the account.
#[test]
fn missing_is_told_where_the_customer_may_view() {
    check("pay and view", asked("B1>A1 1500", |_| {}), "no 0:insufficient_funds(500)!");
    check(
        "pay alone",
        asked("B1>A1 1500", |l| {
            change_consent(l, |c| {
                c.permissions.remove(&Permission::View);
            })
        }),
        "no 0:insufficient_funds!",
    );
    let mut b = Bench::new("B");
    check("one's own", brief(&b.submits(1, "B1>B2 1500")), "told refused 0:insufficient_funds(500)");
    check("a stranger's", brief(&b.submits(2, "B9>B2 1500")), "told refused 0:account_unknown");
}

/// A coordinator's customers need no consent here, but must hold what they debit.
#[test]
fn own_customers_debit_what_they_hold() {
    let mut b = Bench::new("B");
    check("held", brief(&b.submits(1, "B1>B2 1")), "told committed");
    check("another's", brief(&b.submits(2, "B9>B2 1")), "told refused 0:account_unknown");
    check("nobody's", brief(&b.submits(3, "B7>B2 1")), "told refused 0:account_unknown");
    check("by the other", brief(&b.submits_by(9, 4, "B9>B2 1")), "told committed");
}

/// BALANCE_MAX: no balance, with all that is prepared, may pass it; a definite no.
#[test]
fn balances_stay_within_their_bounds() {
    let due_to = LedgerAccount::DueTo(bank("A"));
    check("an account, exactly", asked("A1>B1 5", |l| set_account(l, "B1", BALANCE_MAX - 5, 0, 0)), "yes");
    check(
        "an account",
        asked("A1>B1 6", |l| set_account(l, "B1", BALANCE_MAX - 5, 0, 0)),
        "no 0:balance_limit!",
    );
    check(
        "with what is prepared",
        asked("A1>B1 5", |l| set_account(l, "B1", BALANCE_MAX - 9, 0, 5)),
        "no 0:balance_limit!",
    );
    check(
        "what the package takes out does not help",
        asked("A1>B1 6, B1>A1 6", |l| set_account(l, "B1", BALANCE_MAX - 5, 0, 0)),
        "no 0:balance_limit!",
    );
    check(
        "what is due to another bank",
        asked("B1>A1 6", |l| set_money(l, due_to.clone(), BALANCE_MAX - 5, 0, 0)),
        "no 0:balance_limit!",
    );
    check("exactly", asked("B1>A1 5", |l| set_money(l, due_to.clone(), BALANCE_MAX - 5, 0, 0)), "yes");
    check(
        "what is due from another bank",
        asked("A1>B1 6", |l| {
            set_money(l, LedgerAccount::DueFrom(bank("A")), -BALANCE_MAX + 5, 0, 0);
            set_money(l, due_to.clone(), BALANCE_MAX - 5, 0, 0);
        }),
        "no 0:balance_limit!",
    );
    let mut b = Bench::with("B", |l| set_money(l, LedgerAccount::Till, -BALANCE_MAX + 5, 0, 0));
    check("the till, one bank", brief(&b.submits(1, "cash>B1 6")), "told refused 0:balance_limit");
    check("exactly", brief(&b.submits(2, "cash>B1 5")), "told committed");
    check("full", brief(&b.submits(3, "cash>B1 1")), "told refused 0:balance_limit");
    check("out again", brief(&b.submits(4, "B1>cash 5")), "told committed");
}

/// Exposure: what another bank owes here, with what is promised on its word, stays within its cap.
#[test]
fn exposure_is_capped() {
    let capped = || {
        Bench::with_settings(
            "B",
            |_| {},
            |settings| {
                settings.others.insert(bank("A"), 100);
            },
        )
    };
    let mut b = capped();
    check("over the cap", b.asked("A", 1, 1, "A1>B1 101"), "reply vote no 0:exposure_limit!");
    check(
        "all legs that it is for",
        b.asked("A", 2, 2, "A1>B1 60, A1>B2 60, C1>B3 5"),
        "reply vote no 0:exposure_limit! 1:exposure_limit!",
    );
    check("prepared counts", b.asked("A", 3, 3, "A1>B1 60"), "reply vote yes");
    check("60 and 41", b.asked("A", 4, 4, "A1>B1 41"), "reply vote no 0:exposure_limit!");
    check("60 and 40", b.asked("A", 5, 5, "A1>B1 40"), "reply vote yes");
    let _ = b.hears("A", commit(&attempt("A", 1, 3), 3, "A1>B1 60"));
    let _ = b.hears("A", abort(&attempt("A", 1, 5), 5, "A1>B1 40", false));
    check("committed counts", b.asked("A", 6, 6, "A1>B1 41"), "reply vote no 0:exposure_limit!");
    check("aborted does not", b.asked("A", 7, 7, "A1>B1 40"), "reply vote yes");
    let _ = b.hears("A", abort(&attempt("A", 1, 7), 7, "A1>B1 40", false));
    check("what we come to owe it", b.asked("A", 8, 8, "B2>A1 50"), "reply vote yes");
    check("counts once it is booked only", b.asked("A", 9, 9, "A1>B1 41"), "reply vote no 0:exposure_limit!");
    let _ = b.hears("A", commit(&attempt("A", 1, 8), 8, "B2>A1 50"));
    check("then it does", b.asked("A", 10, 10, "A1>B1 90"), "reply vote yes");
    check("the net of a package counts", b.asked("A", 11, 11, "A1>B1 500, B3>A1 500"), "reply vote yes");
    check("by whoever coordinates", b.asked("C", 1, 12, "A1>B1 1"), "reply vote no 0:exposure_limit!");
    assert_eq!(EXPOSURE_CAP_DEFAULT, 10_000_000_000_000);
}

/// A bank that takes part for cash alone never says a definite no, and does not repeat it by itself.
#[test]
fn cash_alone_is_never_definite() {
    let mut a = Bench::with("A", |l| set_money(l, LedgerAccount::Till, -BALANCE_MAX, 0, 0));
    check("B is asked", brief(&a.submits(1, "cash>B1 5")), "early prepare>B");
    check(
        "aborted, not refused",
        a.answers("B", super::bench::yes(&attempt("A", 1, 1), "cash>B1 5")),
        "abort>B, told aborted 0:balance_limit",
    );
    check("no record is kept here", a.record(1), "none");
    check("not repeated", a.after(200), "150: abort>B");

    // Its other limit: what the paying bank would owe it.
    let mut a = Bench::with_settings(
        "A",
        |_| {},
        |settings| {
            settings.others.insert(bank("B"), 4);
        },
    );
    check("B is asked", brief(&a.submits(1, "B1>cash 5")), "early prepare>B");
    check(
        "aborted, not refused",
        a.answers("B", super::bench::yes(&attempt("A", 1, 1), "B1>cash 5")),
        "abort>B, told aborted 0:exposure_limit",
    );
    check("not repeated", a.after(140), "");
}

/// An invited holder holds nothing.
#[test]
fn invited_holders_hold_nothing() {
    let mut a = Bench::with("A", |l| {
        let mut record = l.snapshot().accounts[&account("A9").number].clone();
        record.holders.push(bank_node::protocol::records::Holder {
            customer: customer(1),
            status: shared::api::replies::HolderStatus::Invited,
            named_ms: WALL_MS,
        });
        put(l, Write::Account(record));
    });
    check("invited", brief(&a.submits(1, "A9>A1 1")), "told refused 0:account_unknown");
    check("paid all the same", brief(&a.submits(2, "A1>A9 1")), "told committed");
}
