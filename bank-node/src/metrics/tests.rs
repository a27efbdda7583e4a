//! The figures as text: names, labels, and money that does not add up.

use shared::refusal::RefusalCode;

use super::*;
use crate::protocol::happened::{Outcome, PackageEnd, PortionEnd};
use crate::protocol::records::{Balance, LedgerAccount};

fn line<'text>(text: &'text str, start: &str) -> Option<&'text str> {
    text.lines().find(|line| line.starts_with(start))
}

fn nothing() -> Standing {
    Standing { books: None, peers: Vec::new(), ready: false, disk_full: false, waiting: 0, wall_ms: 0 }
}

#[test]
fn a_bank_that_has_done_nothing_says_so_and_ends_the_text() {
    let text = Metrics::default().exposition(&nothing());
    assert_eq!(line(&text, "bank_ready "), Some("bank_ready 0"));
    assert_eq!(line(&text, "bank_log_in_failures_total "), Some("bank_log_in_failures_total 0"));
    assert!(line(&text, "bank_build_info{version=").is_some(), "{text}");
    assert!(text.ends_with("# EOF\n"));
}

#[test]
fn what_happened_is_counted_by_outcome_and_reason() {
    let metrics = Metrics::default();
    let refused =
        PackageEnd { outcome: Outcome::Refused, reason: Some(RefusalCode::InsufficientFunds), took_ms: 12 };
    let committed = PackageEnd { outcome: Outcome::Committed, reason: None, took_ms: 40 };
    metrics.happened(&Happened {
        packages: vec![refused, committed.clone(), committed],
        portions: vec![PortionEnd { outcome: Outcome::Aborted, took_ms: 7_000 }],
        settled: vec![30],
    });
    metrics.served("PUT", "/v1/packages/{id}", 201, Duration::from_millis(20));
    metrics.log_in_failed();
    let text = metrics.exposition(&nothing());
    for wanted in [
        r#"bank_packages_total{outcome="refused",reason="insufficient_funds"} 1"#,
        r#"bank_packages_total{outcome="committed",reason="none"} 2"#,
        r#"bank_portions_total{outcome="aborted"} 1"#,
        "bank_settlement_seconds_count 1",
        r#"bank_decision_seconds_bucket{le="0.025"} 1"#,
        r#"bank_promise_seconds_bucket{le="5.0"} 0"#,
        r#"bank_requests_total{method="PUT",route="/v1/packages/{id}",status="201"} 1"#,
        "bank_log_in_failures_total 1",
    ] {
        assert_eq!(line(&text, wanted), Some(wanted), "{text}");
    }
}

#[test]
fn backups_show_how_often_they_are_wanted_and_when_the_last_was_made() {
    let metrics = Metrics::default();
    let before = metrics.exposition(&nothing());
    metrics.backups_begin(Duration::from_secs(3_600), Some(1_795_273_691_000));
    let begun = metrics.exposition(&nothing());
    metrics.backup_made(1_795_277_291_500);
    metrics.backup_failed();
    let after = metrics.exposition(&nothing());
    for (name, expect) in [
        ("bank_backup_interval_seconds ", ["0.0", "3600.0", "3600.0"]),
        ("bank_backup_last_success_timestamp_seconds ", ["0.0", "1795273691.0", "1795277291.5"]),
        (r#"bank_backups_total{outcome="made"} "#, ["0", "0", "1"]),
        (r#"bank_backups_total{outcome="failed"} "#, ["0", "0", "1"]),
    ] {
        for (text, expect) in [&before, &begun, &after].into_iter().zip(expect) {
            assert_eq!(line(text, name), Some(format!("{name}{expect}").as_str()), "{text}");
        }
    }
}

#[test]
fn money_that_does_not_add_up_shows() {
    let boreal: BankId = "boreal".parse().expect("a bank");
    let of = |balance| Balance { balance, held: 0, incoming: 0 };
    let books = |due_from| BooksStanding {
        totals: Totals {
            customers: Balance { balance: 900, held: 100, incoming: 5 },
            others: vec![
                (LedgerAccount::Till, of(-600)),
                (LedgerAccount::DueFrom(boreal.clone()), of(due_from)),
            ],
        },
        promised: Promised { count: 2, since_ms: Some(4_000) },
        postings: 9,
        evidence: 3,
    };
    let metrics = Metrics::default();
    let peers = vec![PeerStanding { bank: boreal.clone(), up: true, round_trip_ms: Some(3) }];
    let standing = |due_from| Standing {
        books: Some(books(due_from)),
        peers: peers.clone(),
        ready: true,
        disk_full: false,
        waiting: 4,
        wall_ms: 6_500,
    };
    let text = metrics.exposition(&standing(-300));
    for wanted in [
        "bank_conservation_centavos 0",
        "bank_customers_centavos 900",
        "bank_held_centavos 100",
        "bank_incoming_centavos 5",
        "bank_till_centavos -600",
        r#"bank_position_centavos{peer="boreal",side="due_from"} -300"#,
        "bank_in_doubt 2",
        "bank_in_doubt_oldest_seconds 2.5",
        "bank_waiting 4",
        r#"bank_peer_up{peer="boreal"} 1"#,
        r#"bank_peer_round_trip_seconds{peer="boreal"} 0.003"#,
        "bank_postings 9",
        "bank_evidence 3",
    ] {
        assert_eq!(line(&text, wanted), Some(wanted), "{text}");
    }
    let text = metrics.exposition(&standing(-299));
    assert_eq!(line(&text, "bank_conservation"), Some("bank_conservation_centavos 1"));
}
