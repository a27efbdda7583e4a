//! The interface between banks: what is sent for each row of the page, signed by a bank of the consortium or by nobody's.

use bank_node::peers::reads::ReadRequest;
use bank_node::protocol::message::Message;
use serde_json::{Value, json};

use super::stage::{CONSENTED, Signer, Stage, UNCONSENTED};
use super::table::Row;
use crate::world::{Answer, number, package};

const DIGEST: &str = "695bd2c2bf417a0d6b8c07310cf950b52179bb090162a3e2ee8e720b4e0d585e";
/// The life in which the member speaks: above that of the process that was stopped.
const LIFE: u64 = 100;

/// The kinds of messages. A new one stops the build here: it needs a row on the page.
pub const fn message_kinds(message: &Message) -> [&'static str; 10] {
    match message {
        Message::Prepare(_)
        | Message::Vote(_)
        | Message::Decide(_)
        | Message::Ack(_)
        | Message::Query(_)
        | Message::Status(_)
        | Message::PeerQuery(_)
        | Message::PeerStatus(_)
        | Message::Hello
        | Message::HelloAnswer(_) => [
            "prepare",
            "vote",
            "decide",
            "ack",
            "query",
            "status",
            "peer_query",
            "peer_status",
            "hello",
            "hello_answer",
        ],
    }
}

/// The kinds of reads. A new one stops the build here: it needs a row on the page.
pub const fn read_kinds(read: &ReadRequest) -> [&'static str; 14] {
    match read {
        ReadRequest::Ping {}
        | ReadRequest::Accounts { .. }
        | ReadRequest::Account { .. }
        | ReadRequest::Statement { .. }
        | ReadRequest::Payee { .. }
        | ReadRequest::Preview { .. }
        | ReadRequest::Package { .. }
        | ReadRequest::Attempt { .. }
        | ReadRequest::Standing { .. }
        | ReadRequest::Promised { .. }
        | ReadRequest::Missed { .. }
        | ReadRequest::Digest {}
        | ReadRequest::Booked { .. }
        | ReadRequest::Looked { .. } => [
            "ping",
            "accounts",
            "account",
            "statement",
            "payee",
            "preview",
            "package",
            "attempt",
            "standing",
            "promised",
            "missed",
            "digest",
            "booked",
            "looked",
        ],
    }
}

/// The kind of message or read that a row is about.
pub fn kind(row: &Row) -> &str {
    row.variant.split(',').next().unwrap_or_default()
}

/// The body that is sent for a row.
pub async fn body(stage: &Stage, row: &Row) -> Vec<u8> {
    let value = if row.path() == "/interbank/v1/reads" {
        let read = read(stage, row);
        let parsed: ReadRequest = serde_json::from_value(read.clone()).expect("a question that banks ask");
        assert!(read_kinds(&parsed).contains(&kind(row)));
        read
    } else {
        let message = message(stage, row).await;
        let parsed: Message = serde_json::from_value(message.clone()).expect("a message that banks send");
        assert_eq!(parsed.kind(), kind(row));
        batch(&message)
    };
    value.to_string().into_bytes()
}

/// Sends `body` to Ana's bank, with the signature of `signer` if there is one, and `token` if there is one.
pub async fn send(
    stage: &Stage,
    row: &Row,
    body: &[u8],
    signer: Option<&Signer>,
    token: Option<&str>,
) -> Answer {
    let headers = signer.map(|signer| signer.sign(row.method(), row.path(), body)).unwrap_or_default();
    send_with(stage, row, body, headers, token).await
}

/// The same with headers that were made for it, or for something else.
pub async fn send_with(
    stage: &Stage,
    row: &Row,
    body: &[u8],
    headers: axum::http::HeaderMap,
    token: Option<&str>,
) -> Answer {
    let method = row.method().parse().expect("a method");
    let request = stage.world.request(method, super::stage::HOME, row.path(), token);
    let request = request.headers(headers).header("content-type", "application/json");
    stage.ask(request.body(body.to_vec())).await
}

/// An answer as a cell of the page says it.
pub fn said(answer: &Answer) -> String {
    let status = answer.status.as_u16();
    let text = |at: &str| answer.body.pointer(at).and_then(Value::as_str);
    if status != 200 {
        return match text("/code") {
            Some("unauthenticated" | "not_found") => status.to_string(),
            code => format!("{status} {}", code.unwrap_or("?")),
        };
    }
    let mut words = vec!["200"];
    match (text("/answer"), answer.body.pointer("/messages/0/type")) {
        (Some(kind), _) => words.push(kind),
        (None, Some(kind)) => words.push(kind.as_str().expect("a kind")),
        (None, None) => words.push("silence"),
    }
    words.extend(text("/messages/0/vote/vote"));
    words.extend(text("/messages/0/vote/refusals/0/refusal/code"));
    words.extend(text("/refusals/0/refusal/code"));
    words.join(" ")
}

fn batch(message: &Value) -> Value {
    let clock_ms = bank_node::clock::Clock::start().wall_ms();
    json!({
        "header": {
            "from": "cerrado", "to": "aurora", "epoch": LIFE, "nonce": "00112233445566778899aabbccddeeff",
            "consortium": 1, "clock_ms": clock_ms, "low_water": { "epoch": LIFE, "sequence": 1 },
        },
        "messages": [message],
    })
}

/// What a package of the member's does here: one line at the joint account.
fn portion(stage: &Stage, side: &str, customer: &str) -> Value {
    let net = if side == "debit" { 10 } else { -10 };
    json!({
        "customer": customer,
        "lines": [{
            "leg": 0, "side": side, "account": number(&stage.joint), "amount": 10, "counterparty": "cerrado/1042-8",
        }],
        "nets": [{ "bank": "cerrado", "amount": net }],
    })
}

fn prepare(attempt: &str, package: &str, portion: &Value) -> Value {
    let first_ms = bank_node::clock::Clock::start().wall_ms();
    json!({
        "type": "prepare", "attempt": attempt, "package": package, "digest": DIGEST,
        "age": { "first_ms": first_ms, "package": package }, "participants": ["aurora", "cerrado"], "consortium": 1,
        "portion": portion, "time_left_ms": 1500,
    })
}

async fn message(stage: &Stage, row: &Row) -> Value {
    let ours = format!("cerrado.{LIFE}.{}", stage.number());
    let anothers = format!("boreal.{LIFE}.{}", stage.number());
    let not_begun = format!("aurora.1.{}", 7_000 + stage.number());
    let package = package();
    let decide = |attempt: &str| {
        json!({
            "type": "decide", "attempt": attempt, "package": package, "digest": DIGEST,
            "decision": { "decision": "commit" },
        })
    };
    match row.variant.as_str() {
        "prepare, ours, paying into the account" => {
            prepare(&ours, &package, &portion(stage, "credit", UNCONSENTED))
        }
        "prepare, ours, paying out of it by Ana's consent" => {
            prepare(&ours, &package, &portion(stage, "debit", CONSENTED))
        }
        "prepare, ours, paying out of it without a consent" => {
            prepare(&ours, &package, &portion(stage, "debit", UNCONSENTED))
        }
        "prepare, another's" => prepare(&anothers, &package, &portion(stage, "debit", CONSENTED)),
        "vote, on what was not asked" => {
            json!({ "type": "vote", "attempt": not_begun, "vote": { "vote": "yes", "digest": DIGEST } })
        }
        "decide, ours, promised here" => {
            let promise = batch(&prepare(&ours, &package, &portion(stage, "credit", UNCONSENTED)));
            let promise = promise.to_string();
            let answer = send(stage, row, promise.as_bytes(), Some(&stage.member), None).await;
            assert_eq!(said(&answer), "200 vote yes");
            decide(&ours)
        }
        "decide, another's" => decide(&anothers),
        "ack, of what was not decided" => {
            json!({ "type": "ack", "attempt": not_begun, "outcome": "committed" })
        }
        "query" => json!({ "type": "query", "attempt": not_begun }),
        "status, not asked for" => json!({ "type": "status", "attempt": ours, "status": "committed" }),
        "peer_query" => json!({ "type": "peer_query", "attempt": anothers }),
        "peer_status, not asked for" => {
            json!({ "type": "peer_status", "attempt": anothers, "status": "committed" })
        }
        "hello" => json!({ "type": "hello" }),
        "hello_answer, not asked for" => json!({ "type": "hello_answer" }),
        variant => panic!("nobody knows how to say {variant}"),
    }
}

fn read(stage: &Stage, row: &Row) -> Value {
    let account = number(&stage.joint);
    let customer = if row.variant.ends_with("without a consent") { UNCONSENTED } else { CONSENTED };
    match kind(row) {
        "ping" => json!({ "read": "ping" }),
        "accounts" => json!({ "read": "accounts", "customer": customer }),
        "account" => json!({ "read": "account", "customer": customer, "number": account }),
        "statement" => json!({ "read": "statement", "customer": customer, "number": account, "limit": 10 }),
        "payee" => json!({ "read": "payee", "number": account }),
        "preview" => json!({ "read": "preview", "portion": portion(stage, "debit", customer) }),
        "package" => json!({ "read": "package", "package": stage.package, "digest": DIGEST }),
        "attempt" => json!({
            "read": "attempt", "attempt": format!("cerrado.{LIFE}.1"), "package": stage.package, "digest": DIGEST,
        }),
        "standing" => json!({ "read": "standing", "attempts": ["aurora.1.1", format!("boreal.{LIFE}.1")] }),
        "promised" => {
            let bank = if row.variant.ends_with("another's") { "boreal" } else { "cerrado" };
            json!({ "read": "promised", "attempt": format!("{bank}.{LIFE}.1") })
        }
        "missed" => json!({
            "read": "missed", "part": "coordinated", "since": { "epoch": 1, "sequence": 0 }, "fence": 1,
        }),
        "digest" => json!({ "read": "digest" }),
        "booked" => json!({ "read": "booked", "buckets": [0, 1] }),
        "looked" => json!({ "read": "looked", "packages": [stage.package] }),
        kind => panic!("nobody knows how to ask for {kind}"),
    }
}
