//! What an outbox keeps, what it lets go, and what it hands out first.

use std::time::Duration;

use shared::ids::{CustomerId, PackageId};
use shared::money::Amount;
use shared::package::PackageDigest;
use uuid::Uuid;

use super::*;
use crate::protocol::attempt::{Age, AttemptId, EpochNonce, Mark};
use crate::protocol::message::{Ack, Batch, Line, Outcome, Portion, Prepare, Side};

fn header(epoch: u64) -> BatchHeader {
    BatchHeader {
        from: "aurora".parse().unwrap(),
        to: "boreal".parse().unwrap(),
        epoch,
        nonce: EpochNonce("00".repeat(16)),
        consortium: 1,
        clock_ms: 0,
        low_water: Mark::default(),
    }
}

fn attempt(sequence: u64) -> AttemptId {
    AttemptId { coordinator: "aurora".parse().unwrap(), epoch: 1, sequence }
}

fn ack(sequence: u64) -> Message {
    Message::Ack(Ack { attempt: attempt(sequence), outcome: Outcome::Committed })
}

fn prepare(sequence: u64, lines: u16, time_left_ms: u64) -> Message {
    let line = |leg| Line {
        leg,
        side: Side::Credit,
        account: Some("1042-8".parse().unwrap()),
        amount: Amount::new(100).unwrap(),
        counterparty: None,
        description: shared::text::Description::new(&"á".repeat(140)).unwrap(),
        suspense: false,
    };
    let package = PackageId(Uuid::nil());
    Message::Prepare(Prepare {
        attempt: attempt(sequence),
        package,
        digest: PackageDigest([0; 32]),
        age: Age { first_ms: 0, package },
        participants: vec!["boreal".parse().unwrap()],
        consortium: 1,
        portion: Portion {
            customer: CustomerId(Uuid::nil()),
            lines: (0..lines).map(line).collect(),
            nets: Vec::new(),
        },
        time_left_ms,
    })
}

fn read(body: &[u8]) -> Batch {
    let batch: Batch = serde_json::from_slice(body).unwrap();
    assert_eq!(serde_json::to_vec(&batch).unwrap(), body, "written as serde writes a batch");
    batch
}

/// Sequence and time left of each message.
fn sequences(batch: &Batch) -> Vec<(u64, Option<u64>)> {
    let sequence = |message: &Message| match message {
        Message::Prepare(prepare) => (prepare.attempt.sequence, Some(prepare.time_left_ms)),
        Message::Ack(ack) => (ack.attempt.sequence, None),
        other => panic!("not posted here: {other:?}"),
    };
    batch.messages.iter().map(sequence).collect()
}

#[tokio::test]
async fn what_frees_money_goes_before_what_binds_it_under_the_newest_header() {
    let now = Instant::now();
    let mut outbox = Outbox::default();
    assert_eq!(outbox.take_batch(now), None);
    outbox.post(header(1), vec![prepare(1, 1, 1500), ack(2), prepare(3, 1, 1500)], now);
    outbox.post(header(2), vec![ack(4)], now);
    let batch = read(&outbox.take_batch(now).unwrap());
    assert_eq!(batch.header, header(2));
    assert_eq!(sequences(&batch), [(2, None), (4, None), (1, Some(1500)), (3, Some(1500))]);
    assert_eq!(outbox.take_batch(now), None);
}

#[tokio::test]
async fn a_prepare_has_less_time_left_by_what_it_waited() {
    let begun = Instant::now();
    let mut outbox = Outbox::default();
    outbox.post(header(1), vec![prepare(1, 1, 400), prepare(2, 1, 1500)], begun);
    let batch = read(&outbox.take_batch(begun + Duration::from_millis(400)).unwrap());
    assert_eq!(sequences(&batch), [(2, Some(1100))], "the first one's time is over");
    assert_eq!(outbox.parts, 0);
}

#[tokio::test]
async fn a_batch_is_bounded_in_messages_and_bytes() {
    let now = Instant::now();
    let mut outbox = Outbox::default();
    outbox.post(header(1), (1..=600).map(ack).collect(), now);
    assert_eq!(read(&outbox.take_batch(now).unwrap()).messages.len(), BATCH_MESSAGES_MAX);
    assert_eq!(read(&outbox.take_batch(now).unwrap()).messages.len(), 600 - BATCH_MESSAGES_MAX);

    outbox.post(header(1), (1..=100).map(|sequence| prepare(sequence, 64, 1500)).collect(), now);
    let mut seen = Vec::new();
    while let Some(body) = outbox.take_batch(now) {
        assert!(body.len() <= INTERBANK_BODY_BYTES_MAX);
        seen.extend(sequences(&read(&body)).into_iter().map(|(sequence, _)| sequence));
    }
    assert_eq!(seen, (1..=100).collect::<Vec<_>>(), "none lost, in order");
    assert_eq!((outbox.parts, outbox.take_dropped()), (0, 0));
}

#[tokio::test]
async fn a_full_outbox_lets_the_oldest_prepares_go_first() {
    let now = Instant::now();
    let mut outbox = Outbox::default();
    let each = 65;
    let fitting = (OUTBOX_PARTS_MAX / each) as u64;
    outbox.post(header(1), (1..=fitting + 5).map(|sequence| prepare(sequence, 64, 1500)).collect(), now);
    assert_eq!(outbox.take_dropped(), 5, "the newest prepares find no room");

    let acks = 2 * each as u64;
    outbox.post(header(1), (1..=acks).map(ack).collect(), now);
    assert!(outbox.parts <= OUTBOX_PARTS_MAX);
    assert!((2..=3).contains(&outbox.take_dropped()), "two or three prepares make room for the acks");
    let batch = read(&outbox.take_batch(now).unwrap());
    let first_prepare = batch.messages.iter().position(|message| message.precedence() == 1).unwrap();
    assert_eq!(first_prepare as u64, acks);
    assert!(sequences(&batch)[first_prepare].0 >= 3, "the oldest went");
}

#[tokio::test]
async fn acks_alone_are_bounded_too() {
    let now = Instant::now();
    let mut outbox = Outbox::default();
    for _ in 0..3 {
        outbox.post(header(1), (1..=OUTBOX_PARTS_MAX as u64).map(ack).collect(), now);
    }
    assert_eq!(outbox.parts, OUTBOX_PARTS_MAX);
    assert_eq!(outbox.take_dropped(), 2 * OUTBOX_PARTS_MAX as u64);
}
