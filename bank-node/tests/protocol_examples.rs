//! Holds the examples of `docs/protocol.md` to what this program says on the wire: each fenced block there that has a
//! name (```` ```json prepare ````) is made anew here and compared. `UPDATE_EXAMPLES=1` writes them into the document.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use axum::http::HeaderMap;
use bank_node::peers::keys::PrivateKey;
use bank_node::peers::reads::{
    MissedAnswer, MissedPart, PackageAnswer, PackageStanding, PreviewAnswer, ReadAnswer, ReadRequest,
};
use bank_node::peers::signature::{self, Kind, Nonce, SignedHeaders, Stamp};
use bank_node::peers::testimony::AttemptStanding;
use bank_node::protocol::attempt::{Age, AttemptId, EpochNonce, Mark};
use bank_node::protocol::message::{
    AboutAttempt, Ack, Batch, BatchHeader, Decide, Decision, HelloAnswer, Message, No, Outcome, PeerStatus,
    PeerStatusMessage, Portion, Prepare, SeenEpoch, Standing, Status, StatusMessage, Vote, VoteMessage,
};
use bank_node::protocol::missed::{Coordinated, Finding, Promised};
use bank_node::protocol::portion::split;
use bank_node::protocol::reconciliation::{Entry, PairDigest, bucket_of};
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::account::{AccountKind, AccountNumber, AccountRef, AccountStatus};
use shared::api::paths::INTERBANK_MESSAGES;
use shared::api::replies::{
    AccountReply, HolderReply, HolderStatus, PayeeReply, PostingReply, PreviewAccount, StatementReply,
};
use shared::ids::{BankId, CustomerId, PackageId};
use shared::money::Amount;
use shared::package::{End, Leg, Legs};
use shared::refusal::{Refusal, RefusalCode};
use shared::text::Description;

/// 2027-01-01T00:00:00Z.
const NOW_S: i64 = 1_798_761_600;
const NOW_MS: i64 = NOW_S * 1000;

fn bank(id: &str) -> BankId {
    id.parse().unwrap()
}

fn number(base: u64) -> AccountNumber {
    AccountNumber::new(base).unwrap()
}

fn account(at: &str, base: u64) -> AccountRef {
    AccountRef::new(bank(at), number(base))
}

/// Rent from aurora to boreal, a deposit from cruzeiro to aurora, and cash paid in at aurora for boreal.
fn legs() -> Legs {
    let leg = |from, to, centavos, text| {
        let description = Description::new(text).unwrap();
        Leg::new(from, to, Amount::new(centavos).unwrap(), description).unwrap()
    };
    Legs::new(vec![
        leg(
            End::Account(account("aurora", 1042)),
            End::Account(account("boreal", 2001)),
            70_000,
            "Aluguel de março",
        ),
        leg(End::Account(account("cruzeiro", 3100)), End::Account(account("aurora", 1042)), 5_000, ""),
        leg(End::Cash, End::Account(account("boreal", 2001)), 1_234, "troco"),
    ])
    .unwrap()
}

fn package() -> PackageId {
    "0192e4a8-7c1b-7d30-9f55-3b6c1a2d4e5f".parse().unwrap()
}

fn customer() -> CustomerId {
    "0192e4a8-0000-7000-8000-0000000000c1".parse().unwrap()
}

fn attempt() -> AttemptId {
    AttemptId { coordinator: bank("aurora"), epoch: 3, sequence: 17 }
}

fn second_attempt() -> AttemptId {
    AttemptId { coordinator: bank("boreal"), epoch: 7, sequence: 42 }
}

fn nonce() -> EpochNonce {
    EpochNonce("5f0c1e2d3b4a59687786a5b4c3d2e1f0".to_owned())
}

fn header(from: &str, to: &str) -> BatchHeader {
    BatchHeader {
        from: bank(from),
        to: bank(to),
        epoch: 3,
        nonce: nonce(),
        consortium: 1,
        clock_ms: NOW_MS,
        low_water: Mark { epoch: 3, sequence: 15 },
    }
}

fn portion() -> Portion {
    split(&legs(), &bank("aurora"), customer()).remove(&bank("boreal")).unwrap()
}

fn no() -> No {
    let refusal = Refusal { leg: 1, code: RefusalCode::InsufficientFunds, missing: Some(2_500) };
    No { refusal, definite: true }
}

fn messages() -> Vec<(&'static str, Message)> {
    let (attempt, package, digest) = (attempt(), package(), legs().digest());
    let about = || AboutAttempt { attempt: attempt.clone() };
    let vote = |vote| Message::Vote(VoteMessage { attempt: attempt.clone(), vote });
    let decide = |decision| Message::Decide(Decide { attempt: attempt.clone(), package, digest, decision });
    let other = AttemptId { coordinator: bank("cruzeiro"), epoch: 9, sequence: 4 };
    vec![
        (
            "prepare",
            Message::Prepare(Prepare {
                attempt: attempt.clone(),
                package,
                digest,
                age: Age { first_ms: NOW_MS - 40, package },
                participants: vec![bank("aurora"), bank("boreal"), bank("cruzeiro")],
                consortium: 1,
                portion: portion(),
                time_left_ms: 1460,
            }),
        ),
        ("vote-yes", vote(Vote::Yes { digest })),
        ("vote-no", vote(Vote::No { refusals: vec![no()] })),
        (
            "vote-elsewhere-live",
            vote(Vote::Elsewhere { standing: Standing::Live { attempt: other.clone() }, digest }),
        ),
        (
            "vote-elsewhere-spent",
            vote(Vote::Elsewhere { standing: Standing::Spent { attempt: other }, digest }),
        ),
        ("vote-elsewhere-closed", vote(Vote::Elsewhere { standing: Standing::Closed, digest })),
        ("decide-commit", decide(Decision::Commit)),
        ("decide-abort", decide(Decision::Abort { refusals: vec![no().refusal], closes: true })),
        ("ack", Message::Ack(Ack { attempt: attempt.clone(), outcome: Outcome::Committed })),
        ("query", Message::Query(about())),
        (
            "status",
            Message::Status(StatusMessage { attempt: attempt.clone(), status: Status::AbortedPresumed }),
        ),
        ("peer-query", Message::PeerQuery(about())),
        (
            "peer-status",
            Message::PeerStatus(PeerStatusMessage { attempt: attempt.clone(), status: PeerStatus::Prepared }),
        ),
        ("hello", Message::Hello),
        (
            "hello-answer",
            Message::HelloAnswer(HelloAnswer {
                highest: Some(SeenEpoch { epoch: 2, nonce: nonce() }),
                last_commit: Some(AttemptId { coordinator: bank("aurora"), epoch: 2, sequence: 88 }),
            }),
        ),
    ]
}

fn reads() -> Vec<(&'static str, ReadRequest)> {
    let (customer, number) = (customer(), number(2001));
    vec![
        ("read-ping", ReadRequest::Ping {}),
        ("read-accounts", ReadRequest::Accounts { customer }),
        ("read-account", ReadRequest::Account { customer, number, fresh: false }),
        (
            "read-statement",
            ReadRequest::Statement { customer, number, limit: 50, before: Some(812), fresh: true },
        ),
        ("read-payee", ReadRequest::Payee { number }),
        ("read-preview", ReadRequest::Preview { portion: portion() }),
        ("read-package", ReadRequest::Package { package: package(), digest: legs().digest() }),
        (
            "read-missed",
            ReadRequest::Missed {
                part: MissedPart::Promised,
                since: Mark { epoch: 3, sequence: 12 },
                after: Some(Mark { epoch: 3, sequence: 15 }),
                fence: 4,
            },
        ),
        ("read-standing", ReadRequest::Standing { attempts: [attempt()].into() }),
        ("read-promised", ReadRequest::Promised { attempt: attempt() }),
        (
            "read-attempt",
            ReadRequest::Attempt { attempt: attempt(), package: package(), digest: legs().digest() },
        ),
        ("read-digest", ReadRequest::Digest {}),
        ("read-booked", ReadRequest::Booked { buckets: [bucket_of(package())].into(), after: Some(4_096) }),
        ("read-looked", ReadRequest::Looked { packages: [package()].into() }),
    ]
}

fn answers() -> Vec<(&'static str, ReadAnswer)> {
    let shown = AccountReply {
        account: account("boreal", 2001),
        kind: AccountKind::Personal,
        status: AccountStatus::Open,
        holders: vec![HolderReply {
            cpf: "52998224725".to_owned(),
            name: "Maria Souza".to_owned(),
            status: HolderStatus::Holder,
        }],
        cnpj: None,
        company: None,
        balance: 120_000,
        held: 20_000,
        available: 100_000,
        incoming: 0,
        opened_at: "2026-07-01T12:00:00Z".parse().unwrap(),
    };
    let posting = PostingReply {
        number: 811,
        at: "2026-12-31T18:30:00Z".parse().unwrap(),
        package: package(),
        leg: 0,
        amount: 70_000,
        balance_after: 120_000,
        counterparty: account("aurora", 1042).masked(),
        description: Some("Aluguel de março".to_owned()),
    };
    let entry = Entry {
        at_ms: 1_798_742_400_000,
        package: package(),
        attempt: attempt(),
        debtor: bank("aurora"),
        centavos: 71_234,
    };
    let mut digest = PairDigest::default();
    digest.add(&entry);
    vec![
        ("answer-pong", ReadAnswer::Pong {}),
        ("answer-accounts", ReadAnswer::Accounts { accounts: vec![shown.clone()] }),
        ("answer-no-consent", ReadAnswer::NoConsent {}),
        ("answer-account", ReadAnswer::Account(Box::new(shown))),
        (
            "answer-statement",
            ReadAnswer::Statement(StatementReply { postings: vec![posting], next: Some(811) }),
        ),
        (
            "answer-payee",
            ReadAnswer::Payee(PayeeReply {
                account: account("boreal", 2001),
                kind: AccountKind::Personal,
                name: "M**** S****".to_owned(),
            }),
        ),
        (
            "answer-preview",
            ReadAnswer::Preview(PreviewAnswer {
                refusals: vec![no()],
                accounts: vec![PreviewAccount { account: account("boreal", 2001), available_after: 171_234 }],
            }),
        ),
        (
            "answer-package",
            ReadAnswer::Package(PackageAnswer {
                state: PackageStanding::Spent,
                attempt: Some(attempt()),
                outcome: Some(Outcome::Committed),
                running: false,
                refusals: Vec::new(),
            }),
        ),
        (
            "answer-missed",
            ReadAnswer::Missed(MissedAnswer {
                highest: Some(SeenEpoch { epoch: 3, nonce: nonce() }),
                findings: vec![
                    Finding::Promised(Promised {
                        attempt: attempt(),
                        package: package(),
                        digest: legs().digest(),
                        participants: legs().participants(&bank("aurora")),
                        committed: true,
                        portion: portion(),
                        prepared_ms: 1_798_742_400_000,
                    }),
                    Finding::Coordinated(Coordinated {
                        attempt: AttemptId { coordinator: bank("boreal"), epoch: 7, sequence: 41 },
                        package: package(),
                        digest: legs().digest(),
                        participants: legs().participants(&bank("boreal")),
                        committed_ms: Some(1_798_742_400_000),
                        lost: false,
                        portion: portion(),
                    }),
                    Finding::Closed {
                        package: package(),
                        digest: legs().digest(),
                        refusals: vec![Refusal::new(0, RefusalCode::AccountClosed)],
                    },
                ],
                next: Some(Mark { epoch: 3, sequence: 18 }),
            }),
        ),
        (
            "answer-standing",
            ReadAnswer::Standing {
                statuses: vec![StatusMessage { attempt: attempt(), status: Status::Pending }],
            },
        ),
        ("answer-not-fresh", ReadAnswer::NotFresh { for_want_of: Some(bank("aurora")) }),
        ("answer-promised", ReadAnswer::Promised { finding: Some(Finding::Refused { attempt: attempt() }) }),
        ("answer-attempt", ReadAnswer::Attempt { standing: AttemptStanding::Prepared }),
        ("answer-digest", ReadAnswer::Digest(digest)),
        ("answer-booked", ReadAnswer::Booked { entries: vec![entry.clone()], next: Some(8_192) }),
        ("answer-looked", ReadAnswer::Looked { entries: vec![entry], pending: [second_attempt()].into() }),
        ("answer-not-found", ReadAnswer::NotFound {}),
        ("answer-too-many", ReadAnswer::TooMany { retry_after_ms: 500 }),
    ]
}

/// The canonical text of the example's package, as the document describes it.
fn canonical() -> String {
    let mut text = String::from("consortium package 1\n");
    for leg in legs().as_slice() {
        let end = |end: &End| end.account().map_or("cash".to_owned(), ToString::to_string);
        let description = leg.description().map_or("", Description::as_str);
        let bytes = description.len();
        writeln!(
            text,
            "{} {} {} {bytes}:{description}",
            end(leg.from()),
            end(leg.to()),
            leg.amount().centavos()
        )
        .unwrap();
    }
    text
}

/// The test key of RFC 9421, B.1.4.
const AURORA_KEY: &str = "ed25519-private:n4Ni+HpISpVObnQMW0wOhCKROaIKqKtW/2ZYb2p9KcU=";
const BOREAL_KEY: &str = "ed25519-private:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";

fn key(text: &str) -> PrivateKey {
    text.parse().unwrap()
}

struct SignedExample {
    kind: &'static str,
    base: String,
    message: String,
    headers: SignedHeaders,
}

fn on_the_wire(start: &str, headers: &SignedHeaders, body: &str) -> String {
    let mut text = format!("{start}\ncontent-type: application/json\n");
    for (name, value) in headers.each() {
        writeln!(text, "{name}: {value}").unwrap();
    }
    format!("{text}\n{body}\n")
}

/// Aurora says hello, boreal answers.
fn signed() -> [SignedExample; 2] {
    let batch = |from, to, message| {
        serde_json::to_string(&Batch { header: header(from, to), messages: vec![message] }).unwrap()
    };
    let stamp = |start: u8| {
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(start..).for_each(|(slot, byte)| *slot = byte);
        Stamp { created_s: NOW_S, nonce: Nonce::new(bytes) }
    };
    let (aurora, boreal) = (bank("aurora"), bank("boreal"));
    let body = batch("aurora", "boreal", Message::Hello);
    let kind = Kind::Request { method: "POST", path: INTERBANK_MESSAGES };
    let request = signature::sign(&key(AURORA_KEY), kind, &aurora, &boreal, body.as_bytes(), &stamp(0));
    let start = format!("POST {INTERBANK_MESSAGES} HTTP/2");
    let request_example = SignedExample {
        kind: "signed-request",
        base: signature::base(kind, &request),
        message: on_the_wire(&start, &request, &body),
        headers: request.clone(),
    };

    let answer = Message::HelloAnswer(HelloAnswer {
        highest: Some(SeenEpoch { epoch: 2, nonce: nonce() }),
        last_commit: None,
    });
    let body = batch("boreal", "aurora", answer);
    let kind = Kind::Response { status: 200, request_signature: &request.signature };
    let response = signature::sign(&key(BOREAL_KEY), kind, &boreal, &aurora, body.as_bytes(), &stamp(0x80));
    let response_example = SignedExample {
        kind: "signed-response",
        base: signature::base(kind, &response),
        message: on_the_wire("HTTP/2 200", &response, &body),
        headers: response,
    };
    [request_example, response_example]
}

/// Every named example, as it has to stand in the document.
fn examples() -> BTreeMap<String, String> {
    fn json<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) -> String {
        let text = serde_json::to_string_pretty(value).unwrap();
        assert_eq!(serde_json::from_str::<T>(&text).unwrap(), *value, "read back as it was");
        text + "\n"
    }
    let mut examples = BTreeMap::new();
    let mut put = |name: &str, text: String| {
        assert!(examples.insert(name.to_owned(), text).is_none(), "two examples are named {name}");
    };
    put("batch", json(&Batch { header: header("aurora", "boreal"), messages: vec![messages().remove(8).1] }));
    for (name, message) in messages() {
        put(name, json(&message));
    }
    for (name, read) in reads() {
        put(name, json(&read));
    }
    for (name, answer) in answers() {
        put(name, json(&answer));
    }
    put("package-canonical", canonical());
    put("package-digest", format!("{}\n", legs().digest()));
    put("keys", {
        let mut text = String::new();
        for (name, private) in [("aurora", AURORA_KEY), ("boreal", BOREAL_KEY)] {
            writeln!(text, "{name}: {private}\n{name}: {}", key(private).public_key()).unwrap();
        }
        text
    });
    for example in signed() {
        put(&format!("{}-base", example.kind), format!("{}\n", example.base));
        put(example.kind, example.message);
    }
    examples
}

fn document_path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/protocol.md")
}

/// Splits the document at its named blocks: calls `block` with each one's name and text, and joins what it gives.
fn map_blocks(document: &str, mut block: impl FnMut(&str, &str) -> String) -> String {
    let mut out = String::new();
    let mut open: Option<(String, String)> = None;
    for line in document.split_inclusive('\n') {
        match &mut open {
            Some((name, text)) if line.trim_end() == "```" => {
                out.push_str(&block(name, text));
                out.push_str(line);
                open = None;
            }
            Some((_, text)) => text.push_str(line),
            None => {
                out.push_str(line);
                let info = line.trim_end().strip_prefix("```").and_then(|info| info.split_once(' '));
                open = info.map(|(_, name)| (name.to_owned(), String::new()));
            }
        }
    }
    assert!(open.is_none(), "a block is not closed");
    out
}

#[test]
fn every_example_of_the_document_is_what_this_program_says() {
    let document = std::fs::read_to_string(document_path()).unwrap();
    let mut missing = examples();
    let mut differing = Vec::new();
    let updated = map_blocks(&document, |name, text| {
        let wanted =
            missing.remove(name).unwrap_or_else(|| panic!("no example is named {name}, or two blocks are"));
        if wanted != text {
            differing.push(name.to_owned());
        }
        wanted
    });
    assert!(missing.is_empty(), "the document lacks {:?}", missing.keys());
    if std::env::var_os("UPDATE_EXAMPLES").is_some() {
        std::fs::write(document_path(), updated).unwrap();
    } else {
        assert!(differing.is_empty(), "UPDATE_EXAMPLES=1 writes these anew: {differing:?}");
    }
}

#[test]
fn the_signed_examples_prove_who_spoke() {
    let [request, response] = signed();
    let keys = |bank: &BankId| {
        let text = if bank.as_str() == "aurora" { AURORA_KEY } else { BOREAL_KEY };
        Some(key(text).public_key().into())
    };
    let as_headers = |signed: &SignedHeaders| {
        let mut headers = HeaderMap::new();
        signed.put_into(&mut headers);
        headers
    };
    let kind = Kind::Request { method: "POST", path: INTERBANK_MESSAGES };
    let proven = signature::verify(&as_headers(&request.headers), kind, &bank("boreal"), keys).unwrap();
    assert_eq!(*proven.from(), bank("aurora"));
    let kind = Kind::Response { status: 200, request_signature: proven.signature_header() };
    let proven = signature::verify(&as_headers(&response.headers), kind, &bank("aurora"), keys).unwrap();
    assert_eq!(*proven.from(), bank("boreal"));
}

/// A stranger who hashes the document's canonical text gets the document's digest.
#[test]
fn the_digest_is_over_the_canonical_text() {
    let hash = ring::digest::digest(&ring::digest::SHA256, canonical().as_bytes());
    let text: String = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(text, legs().digest().to_string());
}
