//! Links and reads against a bank of straw: a local server that signs as it should, or fails as it is told.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use shared::api::paths::INTERBANK_MESSAGES;
use shared::api::replies::BankStatus;
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;

use super::*;
use crate::engine::handle::{Call, QUEUE_MAX};
use crate::metrics::QueueDepth;
use crate::protocol::attempt::{AttemptId, EpochNonce, Mark};
use crate::protocol::message::{AboutAttempt, Ack, Batch, Outcome};

/// Nothing here takes longer unless it is broken.
const PATIENCE: Duration = Duration::from_secs(20);

fn bank(id: &str) -> BankId {
    id.parse().unwrap()
}

fn key(seed: u8) -> PrivateKey {
    PrivateKey::from_seed(&[seed; 32]).unwrap()
}

fn header(from: &str, to: &str) -> BatchHeader {
    BatchHeader {
        from: bank(from),
        to: bank(to),
        epoch: 1,
        nonce: EpochNonce("00".repeat(16)),
        consortium: 1,
        clock_ms: 0,
        low_water: Mark::default(),
    }
}

fn attempt(sequence: u64) -> AttemptId {
    AttemptId { coordinator: bank("aurora"), epoch: 1, sequence }
}

fn query(sequence: u64) -> Message {
    Message::Query(AboutAttempt { attempt: attempt(sequence) })
}

/// How the straw bank behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Sound,
    /// Takes everything, answers nothing.
    Hangs,
    /// Signs with another key.
    Forger,
    /// Signs the answer to another request.
    Swapper,
    /// Signs something that is no batch.
    Babbler,
    /// Signs a batch of another bank.
    Impostor,
    /// Answers without a signature.
    Unsigned,
    /// Says 503.
    Busy,
    /// More bytes than any answer has.
    Endless,
}

struct Straw {
    peers: Peers,
    mood: Mutex<Mood>,
    batches: Mutex<Vec<Batch>>,
    under_way: AtomicUsize,
    most_under_way: AtomicUsize,
    /// A request is answered when it gets a permit.
    gate: Semaphore,
}

impl Straw {
    /// No request is answered until it is let through.
    fn hold(&self) {
        self.gate.forget_permits(Semaphore::MAX_PERMITS);
    }

    fn let_through(&self, requests: usize) {
        self.gate.add_permits(requests);
    }

    fn waiting(&self) -> u64 {
        self.under_way.load(Ordering::SeqCst) as u64
    }

    fn sizes(&self) -> Vec<usize> {
        self.batches.lock().unwrap().iter().map(|batch| batch.messages.len()).collect()
    }
}

async fn straw_answer(State(straw): State<Arc<Straw>>, request: axum::extract::Request) -> Response {
    let (parts, body) = request.into_parts();
    let body: Bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let proven = straw.peers.prove(parts.method.as_str(), &parts.uri, &parts.headers).unwrap();
    proven.check_body(&body).unwrap();
    let now = straw.under_way.fetch_add(1, Ordering::SeqCst) + 1;
    straw.most_under_way.fetch_max(now, Ordering::SeqCst);
    straw.gate.acquire().await.unwrap().forget();
    straw.under_way.fetch_sub(1, Ordering::SeqCst);
    let mood = *straw.mood.lock().unwrap();
    if mood == Mood::Hangs {
        std::future::pending::<()>().await;
    }
    if mood == Mood::Busy {
        return axum::http::StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let mut answer = if parts.uri.path() == INTERBANK_READS {
        br#"{"answer":"pong"}"#.to_vec()
    } else {
        let batch: Batch = serde_json::from_slice(&body).unwrap();
        let acks = batch.messages.iter().zip(1..);
        let acks = acks.map(|(_, n)| Message::Ack(Ack { attempt: attempt(n), outcome: Outcome::Aborted }));
        let from = if mood == Mood::Impostor { "cruzeiro" } else { "boreal" };
        let answer = Batch { header: header(from, "aurora"), messages: acks.collect() };
        straw.batches.lock().unwrap().push(batch);
        serde_json::to_vec(&answer).unwrap()
    };
    match mood {
        Mood::Babbler => answer = b"{}".to_vec(),
        Mood::Endless => answer.resize(transport::ANSWER_BYTES_MAX + 1, b' '),
        Mood::Sound
        | Mood::Hangs
        | Mood::Forger
        | Mood::Swapper
        | Mood::Impostor
        | Mood::Unsigned
        | Mood::Busy => {}
    }
    let mut signed = straw.peers.sign_answer(&proven, 200, &answer);
    if mood == Mood::Forger {
        let kind = Kind::Response { status: 200, request_signature: proven.signature_header() };
        let stamp = stamp_now(&Clock::start());
        signed = signature::sign(&key(9), kind, &bank("boreal"), &bank("aurora"), &answer, &stamp);
    }
    if mood == Mood::Swapper {
        let kind = Kind::Response { status: 200, request_signature: "bank=:AAAA:" };
        let stamp = stamp_now(&Clock::start());
        signed = signature::sign(&key(2), kind, &bank("boreal"), &bank("aurora"), &answer, &stamp);
    }
    let mut response = answer.into_response();
    if mood != Mood::Unsigned {
        signed.put_into(response.headers_mut());
    }
    response
}

/// Aurora, whose link to boreal is tried, and boreal, of straw.
struct Stage {
    aurora: Peers,
    calls: Receiver<Call>,
    straw: Arc<Straw>,
    address: SocketAddr,
    server: Option<Runtime>,
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Stage {
    async fn new(mood: Mood) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let nowhere: BankAddress = "http://127.0.0.1:9".parse().unwrap();
        let peer = |id, address, seed: u8| PeerBank {
            id: bank(id),
            address,
            keys: key(seed).public_key().into(),
            tls_keys: Default::default(),
        };
        let clock = Clock::start();
        let boreal =
            Peers::new(bank("boreal"), key(2), vec![peer("aurora", nowhere, 1)], clock.clone()).unwrap();
        let straw = Arc::new(Straw {
            peers: boreal,
            mood: Mutex::new(mood),
            batches: Mutex::default(),
            under_way: AtomicUsize::new(0),
            most_under_way: AtomicUsize::new(0),
            gate: Semaphore::new(1_000_000),
        });
        let aurora =
            Peers::new(bank("aurora"), key(1), vec![peer("boreal", address.into(), 2)], clock).unwrap();
        let (queue, calls) = std::sync::mpsc::sync_channel(QUEUE_MAX);
        aurora.start(Engine::new(queue, QueueDepth::default(), Arc::default()));
        let mut stage = Self { aurora, calls, straw, address, server: None };
        stage.serve(listener);
        stage
    }

    /// Aurora anew, reaching boreal at another address.
    fn reconnect(&mut self, address: SocketAddr) {
        let boreal = PeerBank {
            id: bank("boreal"),
            address: address.into(),
            keys: key(2).public_key().into(),
            tls_keys: Default::default(),
        };
        self.aurora = Peers::new(bank("aurora"), key(1), vec![boreal], Clock::start()).unwrap();
        let (queue, calls) = std::sync::mpsc::sync_channel(QUEUE_MAX);
        self.aurora.start(Engine::new(queue, QueueDepth::default(), Arc::default()));
        self.calls = calls;
    }

    /// In a runtime of its own, so that it can die with all its connections.
    fn serve(&mut self, listener: TcpListener) {
        let routes = Router::new()
            .route(INTERBANK_MESSAGES, post(straw_answer))
            .route(INTERBANK_READS, post(straw_answer))
            .with_state(self.straw.clone());
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        listener.set_nonblocking(true).unwrap();
        runtime.spawn(async move {
            axum::serve(tokio::net::TcpListener::from_std(listener).unwrap(), routes).await.unwrap();
        });
        self.server = Some(runtime);
    }

    fn kill(&mut self) {
        if let Some(server) = self.server.take() {
            server.shutdown_background();
        }
    }

    async fn revive(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        // The dead server's socket closes a moment after it.
        let listener = loop {
            match TcpListener::bind(self.address) {
                Ok(listener) => break listener,
                Err(error) => assert!(Instant::now() < deadline, "{error}"),
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        };
        self.serve(listener);
    }

    fn set_mood(&self, mood: Mood) {
        *self.straw.mood.lock().unwrap() = mood;
    }

    fn post(&self, messages: impl IntoIterator<Item = Message>) {
        self.aurora.post(&bank("boreal"), header("aurora", "boreal"), messages.into_iter().collect());
    }

    /// The next call to the engine of which `wanted` makes something; others are let pass.
    async fn call<T>(&self, mut wanted: impl FnMut(Call) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            assert!(Instant::now() < deadline, "the engine was never told");
            match self.calls.try_recv() {
                Ok(call) => {
                    if let Some(found) = wanted(call) {
                        return found;
                    }
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(2)).await,
            }
        }
    }

    async fn answer(&self) -> Batch {
        self.call(|call| if let Call::Receive { batch, answer: None } = call { Some(batch) } else { None })
            .await
    }

    async fn silence(&self) {
        let boreal = bank("boreal");
        self.call(|call| matches!(call, Call::PeerSilent(bank) if bank == boreal).then_some(())).await;
    }

    async fn answered(&self) {
        let boreal = bank("boreal");
        self.call(|call| matches!(call, Call::PeerAnswered(bank) if bank == boreal).then_some(())).await;
    }

    async fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so(self) {
            assert!(Instant::now() < deadline, "never: {what}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    fn status(&self) -> BankStatus {
        self.aurora.health()[0].status
    }
}

#[tokio::test]
async fn what_is_posted_is_answered_to_the_engine() {
    let stage = Stage::new(Mood::Sound).await;
    stage.post([query(1), query(2)]);
    let answer = stage.answer().await;
    assert_eq!(answer.header.from, bank("boreal"));
    assert_eq!(answer.messages.len(), 2);
    assert_eq!(stage.straw.batches.lock().unwrap()[0].messages, [query(1), query(2)]);
    assert_eq!(stage.status(), BankStatus::Up);
    assert!(stage.aurora.health()[0].latency_ms.is_some());
}

#[tokio::test]
async fn four_batches_are_under_way_and_what_queues_meanwhile_goes_as_one() {
    let stage = Stage::new(Mood::Sound).await;
    stage.straw.hold();
    for number in 1..=4 {
        stage.post([query(number)]);
        stage.until("the batch arrives", |stage| stage.straw.waiting() == number).await;
    }
    stage.post((5..=60).map(query));
    stage.post((61..=100).map(query));
    stage.straw.let_through(1000);
    stage.until("all batches", |stage| stage.straw.sizes().iter().sum::<usize>() == 100).await;
    assert_eq!(stage.straw.sizes().len(), 5, "what queued went as one: {:?}", stage.straw.sizes());
    assert_eq!(stage.straw.most_under_way.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn no_answer_that_may_be_believed_is_silence_until_the_bank_is_sound_again() {
    for mood in [
        Mood::Hangs,
        Mood::Forger,
        Mood::Swapper,
        Mood::Babbler,
        Mood::Impostor,
        Mood::Unsigned,
        Mood::Busy,
        Mood::Endless,
    ] {
        let stage = Stage::new(mood).await;
        stage.post([query(1)]);
        let told = stage.call(Some).await;
        assert!(matches!(told, Call::PeerSilent(_)), "{mood:?}: silence is the first that the engine hears");
        stage.set_mood(Mood::Sound);
        // Nothing is posted: the probe finds out.
        stage.answered().await;
        assert_eq!(stage.status(), BankStatus::Up, "{mood:?}");
        stage.post([query(2)]);
        stage.answer().await;
        let batches = stage.straw.batches.lock().unwrap();
        assert_eq!(batches.last().unwrap().messages, [query(2)], "{mood:?}: the link says nothing twice");
    }
}

#[tokio::test]
async fn a_dead_bank_is_down_and_found_again_when_it_lives() {
    let mut stage = Stage::new(Mood::Sound).await;
    stage.post([query(1)]);
    stage.answer().await;
    let mut changes = stage.aurora.health_changes();
    changes.mark_unchanged();
    stage.kill();
    stage.post([query(2)]);
    stage.silence().await;
    // The probes alone notice the rest.
    stage.until("down", |stage| stage.status() == BankStatus::Down).await;
    assert!(changes.has_changed().unwrap());
    let begun = Instant::now();
    assert!(stage.aurora.read(&bank("boreal"), ReadRequest::Ping {}).await.is_err());
    assert!(begun.elapsed() < Duration::from_millis(200), "known to be away: not asked");

    stage.revive().await;
    stage.answered().await;
    assert_eq!(stage.status(), BankStatus::Up);
    stage.post([query(3)]);
    assert_eq!(stage.answer().await.messages.len(), 1);
}

#[tokio::test]
async fn a_bank_that_stops_answering_while_idle_is_noticed() {
    let mut stage = Stage::new(Mood::Sound).await;
    stage.until("the first probe", |stage| stage.status() == BankStatus::Up).await;
    stage.kill();
    stage.silence().await;
}

/// Passes bytes between a link and its bank, until it is told to swallow what its connections carry from then on: the
/// cable is cut and nobody says so. New connections pass again.
struct Cable {
    address: SocketAddr,
    cuts: Arc<AtomicUsize>,
    connections: Arc<AtomicUsize>,
}

impl Cable {
    fn to(bank: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (cuts, connections) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let cable = Self { address, cuts: cuts.clone(), connections: connections.clone() };
        std::thread::spawn(move || {
            while let Ok((near, _)) = listener.accept() {
                connections.fetch_add(1, Ordering::SeqCst);
                let far = TcpStream::connect(bank).unwrap();
                for (from, to) in [(near.try_clone().unwrap(), far.try_clone().unwrap()), (far, near)] {
                    let (cuts, made_after) = (cuts.clone(), cuts.load(Ordering::SeqCst));
                    std::thread::spawn(move || pass(from, to, || cuts.load(Ordering::SeqCst) > made_after));
                }
            }
        });
        cable
    }

    fn cut(&self) {
        self.cuts.fetch_add(1, Ordering::SeqCst);
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, is_cut: impl Fn() -> bool) {
    let mut bytes = [0; 4096];
    // A side that closes closes the other, unless the cable is cut: then neither learns of it.
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        if !is_cut() && to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    if !is_cut() {
        let _closed_already = to.shutdown(std::net::Shutdown::Both);
    }
}

#[tokio::test]
async fn a_connection_that_died_without_a_word_is_not_used_for_ever() {
    let mut stage = Stage::new(Mood::Sound).await;
    let cable = Cable::to(stage.address);
    stage.reconnect(cable.address);
    stage.post([query(1)]);
    stage.answer().await;
    cable.cut();
    stage.post([query(2)]);
    stage.silence().await;
    // The pings find the connection dead, and a probe makes another.
    stage.answered().await;
    assert_eq!(cable.connections.load(Ordering::SeqCst), 2);
    stage.post([query(3)]);
    stage.answer().await;
}

#[tokio::test]
async fn a_hanging_bank_fills_no_memory() {
    let stage = Stage::new(Mood::Hangs).await;
    let many = outbox::OUTBOX_PARTS_MAX as u64 / 4;
    for _ in 0..8 {
        stage.post((1..=many).map(query));
    }
    stage.set_mood(Mood::Sound);
    // What found room is told, the rest is dropped; nothing blocks.
    stage.answer().await;
    let told = |stage: &Stage| stage.straw.sizes().iter().sum::<usize>();
    stage.until("the outbox is told", |stage| told(stage) > outbox::OUTBOX_PARTS_MAX / 2).await;
    assert!(told(&stage) <= outbox::OUTBOX_PARTS_MAX);
}

#[tokio::test]
async fn a_drained_link_has_told_everything() {
    let stage = Stage::new(Mood::Sound).await;
    stage.post((1..=5000).map(query));
    stage.aurora.drain(PATIENCE).await;
    assert_eq!(stage.straw.sizes().iter().sum::<usize>(), 5000);
}

#[tokio::test]
async fn draining_ends_though_a_bank_hangs() {
    let stage = Stage::new(Mood::Hangs).await;
    stage.post([query(1)]);
    let begun = Instant::now();
    stage.aurora.drain(Duration::from_millis(200)).await;
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn reads_are_answered_or_unavailable_within_their_deadline() {
    let boreal = bank("boreal");
    let stage = Stage::new(Mood::Sound).await;
    assert_eq!(stage.aurora.read(&boreal, ReadRequest::Ping {}).await, Ok(ReadAnswer::Pong {}));
    let payee = ReadRequest::Payee { number: "1042-8".parse().unwrap() };
    let unavailable = Err(PeerUnavailable { bank: boreal.clone() });
    assert_eq!(stage.aurora.read(&boreal, payee).await, unavailable, "a pong is no payee");
    for mood in [Mood::Hangs, Mood::Forger, Mood::Swapper, Mood::Babbler, Mood::Unsigned, Mood::Busy] {
        stage.set_mood(mood);
        let begun = Instant::now();
        assert_eq!(stage.aurora.read(&boreal, ReadRequest::Ping {}).await, unavailable, "{mood:?}");
        assert!(begun.elapsed() < READ_DEADLINE * 3, "{mood:?}");
    }
    let stranger = stage.aurora.read(&bank("nowhere"), ReadRequest::Ping {}).await;
    assert_eq!(stranger, Err(PeerUnavailable { bank: bank("nowhere") }));
}

#[tokio::test]
async fn a_request_is_proved_once_for_this_bank_and_without_a_query() {
    let stage = Stage::new(Mood::Sound).await;
    let uri: Uri = INTERBANK_READS.parse().unwrap();
    let kind = Kind::Request { method: "POST", path: INTERBANK_READS };
    let clock = Clock::start();
    let signed_at = |off_s: i64, seed| {
        let mut stamp = stamp_now(&clock);
        stamp.created_s += off_s;
        let mut headers = HeaderMap::new();
        signature::sign(&key(seed), kind, &bank("aurora"), &bank("boreal"), b"{}", &stamp)
            .put_into(&mut headers);
        headers
    };
    let prove = |uri: &Uri, headers: &HeaderMap| {
        stage.straw.peers.prove("POST", uri, headers).map(|proven| proven.from().clone())
    };
    let headers = signed_at(0, 1);
    let with_query: Uri = format!("{INTERBANK_READS}?x=1").parse().unwrap();
    assert_eq!(prove(&with_query, &headers), Err(Unauthenticated::Query));
    assert_eq!(prove(&uri, &headers), Ok(bank("aurora")));
    assert_eq!(prove(&uri, &headers), Err(Unauthenticated::Replayed));
    assert_eq!(prove(&uri, &signed_at(3600, 1)), Ok(bank("aurora")), "an hour off");
    assert_eq!(prove(&uri, &signed_at(30 * 3600, 1)), Err(Unauthenticated::Stale));
    assert_eq!(prove(&uri, &signed_at(0, 9)), Err(Unauthenticated::Signature));
}
