//! One signed request to a bank and its signed answer, over one HTTP/2 connection that is watched by pings.
//!
//! Never here: what is said, and saying it again.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use shared::address::BankAddress;
use shared::ids::BankId;
use shared::key_pin::KeyPin;
use shared::tls::KeyRefused;
use shared::trace::{TRACEPARENT, TraceContext};
use tokio::time::Instant;

use super::keys::{BankKeys, PrivateKey};
use super::pins::Pins;
use super::signature::{self, Kind, Unauthenticated};
use super::{PeerBank, PeersSetupError, stamp_now};
use crate::clock::Clock;
use crate::ids;
use crate::trace::PACKAGE_TRACES;

/// How long a connection may take to come about.
const CONNECT_DEADLINE: Duration = Duration::from_secs(1);
/// How often the connection is asked whether it lives, and how long it may take to say so. A connection that died
/// without a word (a cable, a stopped process) is given up after both and not used again.
const PING_INTERVAL: Duration = Duration::from_secs(2);
const PING_DEADLINE: Duration = Duration::from_secs(2);
/// A bank that shows a wrong TLS key is named in the log, and again only after so long.
const WRONG_KEY_SAID_EVERY: Duration = Duration::from_secs(60);
/// What is said of a bank that is silent.
const IN_TIME: &str = "it did not answer in time: look whether it runs, and whether its address leads there";
/// The largest answer that is read, in bytes. A full batch of prepares may be answered by longer noes.
pub const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Why there is no answer that may be believed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// No connection, a broken one, or not in time.
    #[error("{0}")]
    Unreachable(String),
    /// Another status than 200.
    #[error("it answered with status {0}{remedy}", remedy = remedy_of(*.0))]
    Status(u16),
    /// Larger than any lawful answer.
    #[error("its answer is larger than {ANSWER_BYTES_MAX} bytes")]
    TooLarge,
    /// Not signed by that bank for this request.
    #[error("its answer proves nothing: {0}. {remedy}", remedy = .0.remedy())]
    Unauthenticated(#[from] Unauthenticated),
}

/// What an operator does about a status that will not change by itself.
const fn remedy_of(status: u16) -> &'static str {
    match status {
        401 => {
            ": it does not take what this bank signs. Its log says why; compare both banks' keys in both consortium files, and \
             both clocks"
        }
        404 | 405 => {
            ": what answers there is no bank of this protocol. Look at its address in the consortium file, and at its version"
        }
        _ => "",
    }
}

/// An answer that is believed.
pub(super) struct Answered {
    pub(super) body: Vec<u8>,
    /// How far the clock that signed it is ahead of this bank's, in seconds.
    pub(super) clock_ahead_s: i64,
}

/// What a request says beside its body of the traces that it belongs to. It is not signed: nothing depends on it.
pub(super) enum Label {
    /// All of it belongs to this one.
    Trace(TraceContext),
    /// Each package to its own; as [`PACKAGE_TRACES`] has it.
    Packages(String),
}

impl Label {
    fn put_into(self, headers: &mut HeaderMap) {
        let (name, text) = match self {
            Self::Trace(trace) => (TRACEPARENT, trace.from_here(ids::bytes()).to_string()),
            Self::Packages(text) => (PACKAGE_TRACES, text),
        };
        // Digits, letters and signs that every header takes.
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(name, value);
        }
    }
}

/// The way to one bank.
pub(super) struct Transport {
    own: BankId,
    key: PrivateKey,
    clock: Clock,
    peer: BankId,
    peer_keys: BankKeys,
    address: BankAddress,
    http: reqwest::Client,
    pins: Pins,
    /// The wrong TLS key that the log told of last, and when.
    said: Mutex<Option<(KeyPin, Instant)>>,
}

impl Transport {
    /// Connects to nothing yet.
    pub(super) fn new(
        own: BankId,
        key: PrivateKey,
        clock: Clock,
        peer: &PeerBank,
    ) -> Result<Self, PeersSetupError> {
        let fail = |cause: String| PeersSetupError { bank: peer.id.clone(), cause };
        let pins = Pins::new(peer.id.clone(), peer.tls_keys.clone());
        let tls = pins.client_config(peer.address.scheme()).map_err(|error| fail(error.to_string()))?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .http2_prior_knowledge()
            .http2_keep_alive_interval(PING_INTERVAL)
            .http2_keep_alive_timeout(PING_DEADLINE)
            .http2_keep_alive_while_idle(true)
            .connect_timeout(CONNECT_DEADLINE)
            .redirect(reqwest::redirect::Policy::none())
            // What is to be said again is the core's to know, and a nonce goes out once.
            .retry(reqwest::retry::never())
            .no_proxy()
            .tcp_nodelay(true)
            .build()
            .map_err(|error| fail(error.to_string()))?;
        let address = peer.address.clone();
        // What the library cannot make a URL of is found here, not at the first batch.
        http.post(address.to_string()).build().map_err(|error| fail(error.to_string()))?;
        Ok(Self {
            own,
            key,
            clock,
            peer: peer.id.clone(),
            peer_keys: peer.keys,
            address,
            http,
            pins,
            said: Mutex::default(),
        })
    }

    /// Posts `body` to `path` and returns the answer, signed by that bank for this request.
    pub(super) async fn exchange(
        &self,
        path: &'static str,
        body: Vec<u8>,
        label: Option<Label>,
        deadline: Duration,
    ) -> Result<Answered, Fault> {
        let answer = tokio::time::timeout(deadline, self.exchange_at_leisure(path, body, label))
            .await
            .unwrap_or_else(|_| Err(Fault::Unreachable(IN_TIME.to_owned())));
        if let Some(shown) = self.pins.take_refused() {
            self.say_wrong_key(shown);
        }
        answer
    }

    /// The wrong key is somebody else's, or the file is old: an operator has to find out which.
    fn say_wrong_key(&self, shown: KeyPin) {
        let now = Instant::now();
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.is_some_and(|(key, at)| key == shown && now < at + WRONG_KEY_SAID_EVERY) {
            return;
        }
        *said = Some((shown, now));
        drop(said);
        tracing::warn!(
            bank = %self.peer, address = %self.address, %shown,
            "a bank shows another TLS key than the consortium file says, and is not spoken with: ask its operator, by \
             another way, which is right, and correct its tls_key in the file, or find who answers in its place"
        );
    }

    async fn exchange_at_leisure(
        &self,
        path: &'static str,
        body: Vec<u8>,
        label: Option<Label>,
    ) -> Result<Answered, Fault> {
        let kind = Kind::Request { method: "POST", path };
        let signed = signature::sign(&self.key, kind, &self.own, &self.peer, &body, &stamp_now(&self.clock));
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        signed.put_into(&mut headers);
        if let Some(label) = label {
            label.put_into(&mut headers);
        }

        let unreachable = |error: reqwest::Error| Fault::Unreachable(causes(error));
        let url = format!("{}{path}", self.address);
        let mut answer = self.http.post(url).headers(headers).body(body).send().await.map_err(unreachable)?;
        let status = answer.status().as_u16();
        if status != 200 {
            return Err(Fault::Status(status));
        }
        let kind = Kind::Response { status, request_signature: &signed.signature };
        let key_of = |bank: &BankId| (*bank == self.peer).then_some(self.peer_keys);
        let proven = signature::verify(answer.headers(), kind, &self.own, key_of)?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
            if body.len() + chunk.len() > ANSWER_BYTES_MAX {
                return Err(Fault::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        proven.check_body(&body)?;
        let now_s = self.clock.wall_ms().div_euclid(1000);
        Ok(Answered { body, clock_ahead_s: proven.stamp().created_s.saturating_sub(now_s) })
    }
}

/// The library's error with what caused it, innermost last; it says no more than "error sending request" by itself. Without
/// the URL: one cause is one sentence, whatever was asked.
fn causes(error: reqwest::Error) -> String {
    let error = error.without_url();
    if let Some(refused) = KeyRefused::behind(&error) {
        return refused.to_string();
    }
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        text.push_str(&format!(": {inner}"));
        cause = inner.source();
    }
    text
}
