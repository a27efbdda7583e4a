//! A line to a bank that carries whole HTTP requests, and does to them what the plan and the weather say.
//!
//! It keeps what the banks sign (method, path, body, headers) as it is, unless it is to be garbled. The terminal's tests
//! have a line of their own (`tui-client/tests/journeys/straw.rs`): it carries bytes of HTTP/1 for one client and obeys
//! the test's word; this one has to know where a request of many on one HTTP/2 connection ends.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::serve::IncomingStream;
use futures_util::stream;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio_util::sync::CancellationToken;

use super::plan::{Fault, Weather, fault};
use super::tally::Tally;
use super::wire::{Flow, Mouth, Valve, Wire};

/// More than any lawful request or answer.
const BODY_BYTES_MAX: usize = 8 * 1024 * 1024;
/// A request that nobody overtakes is carried after this.
const OVERTAKEN_WITHIN: Duration = Duration::from_millis(400);
/// Nobody waits longer for an answer; what hangs for so long is cut, so that a long run does not fill with it.
const HANGS_AT_MOST: Duration = Duration::from_secs(20);

/// Who speaks over a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// A bank, in HTTP/2.
    Bank,
    /// Customers, in HTTP/1.
    Customer,
}

/// A line to one bank, from one other bank or from customers. It ends when dropped.
pub struct Line {
    /// Where it is spoken into.
    pub address: String,
    carrier: Arc<Carrier>,
    serving: AbortHandle,
}

struct Carrier {
    name: String,
    seed: u64,
    speaker: Speaker,
    /// The bank's own address.
    bank: String,
    http: reqwest::Client,
    weather: Mutex<Weather>,
    valve: Valve,
    requests: AtomicU64,
    /// How many requests have been answered: whoever is to be overtaken waits for one more.
    carried: watch::Sender<u64>,
    tally: Tally,
}

impl Line {
    /// A calm line to the bank at `bank`, of which `seed` and `name` say what will happen to it.
    pub async fn to(bank: &str, name: &str, seed: u64, speaker: Speaker, tally: Tally) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        // The provider may be installed already by another test of this binary.
        let _already = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .retry(reqwest::retry::never())
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .tcp_nodelay(true)
            .timeout(HANGS_AT_MOST);
        let http = match speaker {
            Speaker::Bank => http.http2_prior_knowledge(),
            Speaker::Customer => http.http1_only(),
        };
        let valve = Valve::new(tally.clone());
        let carrier = Arc::new(Carrier {
            name: name.to_owned(),
            seed,
            speaker,
            bank: bank.to_owned(),
            http: http.build().unwrap(),
            weather: Mutex::new(Weather::Calm),
            valve: valve.clone(),
            requests: AtomicU64::new(0),
            carried: watch::Sender::new(0),
            tally,
        });
        let routes = Router::new().fallback(take).with_state(Arc::clone(&carrier));
        let service = routes.into_make_service_with_connect_info::<Scissors>();
        let serving = tokio::spawn(async move { axum::serve(Mouth { listener, valve }, service).await });
        Self { address, carrier, serving: serving.abort_handle() }
    }

    /// From now on; what is under way keeps the fate that it was given.
    pub fn set(&self, weather: Weather) {
        *self.carrier.weather.lock().unwrap_or_else(PoisonError::into_inner) = weather;
        self.carrier.valve.set(match weather {
            Weather::Silent => Flow::Stopped,
            Weather::Slow => Flow::Dripping,
            Weather::Calm | Weather::Rain | Weather::Storm | Weather::Deaf | Weather::Mute => Flow::Whole,
        });
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// By which the connection of a request is cut.
#[derive(Clone)]
struct Scissors(CancellationToken);

impl Connected<IncomingStream<'_, Mouth>> for Scissors {
    fn connect_info(stream: IncomingStream<'_, Mouth>) -> Self {
        let wire: &Wire = stream.io();
        Self(wire.cut.clone())
    }
}

/// A whole request.
#[derive(Clone)]
struct Asked {
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

/// A whole answer.
struct Answered {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

/// Takes one request, and decides its fate.
async fn take(
    State(line): State<Arc<Carrier>>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_BYTES_MAX).await else { return cut(&scissors).await };
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let asked = Asked { method: parts.method, path, headers: end_to_end(parts.headers), body };
    let number = line.requests.fetch_add(1, Ordering::SeqCst);
    let weather = *line.weather.lock().unwrap_or_else(PoisonError::into_inner);
    let answered = match line.fault(number, weather) {
        Fault::None => line.carry(asked).await,
        Fault::Delay { ms } => {
            line.tally.count("requests delayed");
            tokio::time::sleep(Duration::from_millis(ms)).await;
            line.carry(asked).await
        }
        Fault::LoseRequest => {
            line.tally.count("requests lost");
            return silence(&scissors).await;
        }
        Fault::LoseReply => {
            line.tally.count("replies lost");
            line.carry_whatever_becomes_of_it(asked).await;
            return silence(&scissors).await;
        }
        Fault::Twice => {
            line.tally.count("requests brought twice");
            let copy = asked.clone();
            let (first, second) = tokio::join!(line.carry(asked), line.carry(copy));
            // The sender hears whichever was taken, as it would of one request.
            if first.as_ref().is_some_and(|answer| answer.status.is_success()) { first } else { second }
        }
        Fault::CopyLater { ms } => {
            line.tally.count("requests brought again later");
            let (again, copy) = (Arc::clone(&line), asked.clone());
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(ms)).await;
                let _nobody_hears_it = again.carry(copy).await;
            });
            line.carry(asked).await
        }
        Fault::Overtaken => {
            line.be_overtaken().await;
            line.carry(asked).await
        }
        Fault::CutRequest => {
            line.tally.count("requests cut");
            line.carry_half(asked).await;
            return cut(&scissors).await;
        }
        Fault::CutReply => {
            line.tally.count("replies cut");
            let Some(answered) = line.carry(asked).await else { return cut(&scissors).await };
            return half(answered, scissors);
        }
        Fault::GarbleRequest => {
            line.tally.count("requests garbled");
            let body = garbled(&asked.body);
            line.carry(Asked { body, ..asked }).await
        }
        Fault::GarbleReply => {
            line.tally.count("replies garbled");
            let answered = line.carry(asked).await;
            answered.map(|answered| Answered { body: garbled(&answered.body), ..answered })
        }
    };
    match answered {
        Some(Answered { status, headers, body }) => (status, headers, body).into_response(),
        // As if the line led there: who connects to a dead bank is turned away, who is connected is cut.
        None => cut(&scissors).await,
    }
}

impl Carrier {
    fn fault(&self, number: u64, weather: Weather) -> Fault {
        match (fault(self.seed, &self.name, number, weather), self.speaker) {
            // What customers say is not signed: another amount would be another order. TLS keeps it as it is.
            (Fault::GarbleRequest | Fault::GarbleReply, Speaker::Customer) => Fault::None,
            (fault, _) => fault,
        }
    }

    /// Brings a request, and the answer back. None where there is no whole answer.
    async fn carry(&self, asked: Asked) -> Option<Answered> {
        let Asked { method, path, headers, body } = asked;
        let request = self.http.request(method, format!("{}{path}", self.bank)).headers(headers).body(body);
        let answer = request.send().await.ok()?;
        let (status, headers) = (answer.status(), end_to_end(answer.headers().clone()));
        let body = answer.bytes().await.ok()?;
        self.tally.count("requests carried");
        self.carried.send_modify(|carried| *carried += 1);
        Some(Answered { status, headers, body })
    }

    /// Brings a request even if its sender goes meanwhile.
    async fn carry_whatever_becomes_of_it(self: &Arc<Self>, asked: Asked) {
        let line = Arc::clone(self);
        let carrying = tokio::spawn(async move { line.carry(asked).await });
        let _nobody_hears_it = carrying.await;
    }

    /// Brings the first half of a body, and breaks off.
    async fn carry_half(&self, asked: Asked) {
        let Asked { method, path, headers, body } = asked;
        let half = body.slice(..body.len() / 2);
        let parts = stream::iter([Ok(half), Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))]);
        let body = reqwest::Body::wrap_stream(parts);
        let request = self.http.request(method, format!("{}{path}", self.bank)).headers(headers).body(body);
        let _broken_off = request.send().await;
    }

    /// Waits until a request that came later, or was held up less, has been answered.
    async fn be_overtaken(&self) {
        let mut carried = self.carried.subscribe();
        let overtaken = tokio::time::timeout(OVERTAKEN_WITHIN, carried.changed()).await;
        self.tally.count(if overtaken.is_ok() { "requests overtaken" } else { "requests delayed" });
    }
}

/// What is of this connection only, and not of the message, stays here.
fn end_to_end(mut headers: HeaderMap) -> HeaderMap {
    for name in [CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING] {
        headers.remove(name);
    }
    headers
}

/// One byte in the middle is another.
fn garbled(body: &Bytes) -> Bytes {
    let mut bytes = body.to_vec();
    let middle = bytes.len() / 2;
    if let Some(byte) = bytes.get_mut(middle) {
        *byte ^= 1;
    }
    bytes.into()
}

/// Says nothing until the sender has gone, or for so long that it has given up.
async fn silence(scissors: &Scissors) -> Response {
    tokio::time::sleep(HANGS_AT_MOST).await;
    cut(scissors).await
}

/// Ends the connection; whoever waits on it hears nothing more.
async fn cut(scissors: &Scissors) -> Response {
    scissors.0.cancel();
    std::future::pending().await
}

/// The first half of an answer, and then the end of the connection.
fn half(answered: Answered, Scissors(cut): Scissors) -> Response {
    let Answered { status, headers, body } = answered;
    let half = body.slice(..body.len() / 2);
    let rest = stream::once(async move {
        // What was written has to have gone out first.
        tokio::time::sleep(Duration::from_millis(5)).await;
        cut.cancel();
        std::future::pending::<Result<Bytes, Infallible>>().await
    });
    let body = futures_util::StreamExt::chain(stream::once(async { Ok(half) }), rest);
    (status, headers, Body::from_stream(body)).into_response()
}
