//! The connection to one bank: sends a request once, reads its answer up to a bound, and says what became of it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use rustls_platform_verifier::BuilderVerifierExt as _;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::{ClientError, ClientSetupError};
use super::keys::{BankKey, KeyNotTaken, KnownKeys};
use super::token::Token;
use crate::address::{BankAddress, Scheme};
use crate::api::paths;
use crate::api::problem::Problem;
use crate::tls::KeyVerifier;
use crate::trace::{TRACEPARENT, TraceContext};

/// The largest answer that is read, in bytes.
pub const ANSWER_BYTES_MAX: usize = 2 * 1024 * 1024;

/// How long the client waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// For a connection.
    pub connect: Duration,
    /// For the whole of a request, its connection and the last byte of its answer included.
    pub whole: Duration,
}

impl Default for Deadlines {
    /// 1.5 s and 5 s.
    fn default() -> Self {
        Self { connect: Duration::from_millis(1_500), whole: Duration::from_secs(5) }
    }
}

/// What a client takes for the bank.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// The TLS keys that banks are known by; without, the system's certificate authorities decide.
    pub keys: Option<Arc<dyn KnownKeys>>,
    /// Whether a password may go over plain http to another machine.
    pub passwords_in_clear: bool,
}

/// The client of one bank. Cheap to clone; clones share their connections.
#[derive(Clone, Debug)]
pub struct BankClient {
    base: BankAddress,
    http: reqwest::Client,
    deadlines: Deadlines,
    trust: Trust,
    /// How the bank is spoken to, once that was found out where the address does not say.
    found: Arc<OnceLock<Scheme>>,
    trace: Option<TraceContext>,
}

impl BankClient {
    /// A client of the bank at `base`, with the default deadlines. Connects to nothing yet.
    ///
    /// # Errors
    /// When TLS or the HTTP library cannot be set up.
    pub fn new(base: BankAddress) -> Result<Self, ClientSetupError> {
        Self::with_deadlines(base, Deadlines::default())
    }

    /// The same with other deadlines.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_deadlines(base: BankAddress, deadlines: Deadlines) -> Result<Self, ClientSetupError> {
        // Whoever does not say otherwise chose the address, scheme and all, for good.
        Self::with_trust(base, deadlines, Trust { keys: None, passwords_in_clear: true })
    }

    /// The same, with a word on whom to take for the bank.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_trust(
        base: BankAddress,
        deadlines: Deadlines,
        trust: Trust,
    ) -> Result<Self, ClientSetupError> {
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls(&base, trust.keys.clone())?)
            .http1_only()
            .connect_timeout(deadlines.connect)
            .timeout(deadlines.whole)
            .redirect(reqwest::redirect::Policy::none())
            // reqwest would resend what HTTP/2 says was not processed. hyper-util, below it, resends one thing only: a
            // request that it still holds whole, not a byte of it written, when a kept connection turns out closed.
            .retry(reqwest::retry::never())
            .no_proxy()
            .tcp_nodelay(true)
            .build()?;
        // What the library cannot make a URL of is found here, not at the first order.
        http.get(base.with_scheme(Scheme::Https).to_string()).build()?;
        Ok(Self { base, http, deadlines, trust, found: Arc::default(), trace: None })
    }

    /// Where the bank is.
    #[must_use]
    pub const fn address(&self) -> &BankAddress {
        &self.base
    }

    /// Before a password is said: not where whoever listens would hear it, and to no bank that takes another's name.
    pub(super) async fn before_password(&self) -> Result<(), ClientError> {
        let base = self.base().await?;
        if base.scheme() == Scheme::Http {
            let is_kept = base.is_loopback() || self.trust.passwords_in_clear;
            return if is_kept { Ok(()) } else { Err(ClientError::PasswordInClear) };
        }
        let Some(keys) = &self.trust.keys else { return Ok(()) };
        if keys.bank(&base).is_some() {
            return Ok(());
        }
        let bank = self.bank().await?;
        let unreachable = |why: KeyNotTaken| ClientError::Unreachable { detail: why.to_string() };
        match keys.introduce(&base, &bank.id) {
            Ok(()) => Ok(()),
            Err(KeyNotTaken::Known(known)) => match keys.known(&base).map_err(unreachable)? {
                Some(shown) => Err(ClientError::KeyChanged { known, shown }),
                None => Err(unreachable(KeyNotTaken::Known(known))),
            },
            Err(why @ KeyNotTaken::NotKept(_)) => Err(unreachable(why)),
        }
    }

    /// Where the bank is, and how it is spoken to: https where it speaks it, plain http on this machine alone.
    pub(super) async fn base(&self) -> Result<BankAddress, ClientError> {
        if self.base.says_scheme() {
            return Ok(self.base.clone());
        }
        // Several may find out at once: waiting for one another, each would wait as long as all before it.
        let scheme = match self.found.get() {
            Some(scheme) => *scheme,
            None => *self.found.get_or_init({
                let found = self.find_scheme().await?;
                move || found
            }),
        };
        Ok(self.base.with_scheme(scheme))
    }

    async fn find_scheme(&self) -> Result<Scheme, ClientError> {
        let refused = match self.knock(Scheme::Https).await {
            Ok(()) => return Ok(Scheme::Https),
            Err(refused) => refused,
        };
        // Whoever can keep TLS from working must not be able to make a bank that speaks it be spoken to in clear.
        let keys = self.trust.keys.as_ref();
        let is_known = keys.is_some_and(|keys| !matches!(keys.known(&self.base), Ok(None)));
        if is_known || !self.base.is_loopback() {
            return Err(refused);
        }
        self.knock(Scheme::Http).await.map(|()| Scheme::Http)
    }

    /// Whether somebody answers who is spoken to like this. Asks nothing that changes anything.
    async fn knock(&self, scheme: Scheme) -> Result<(), ClientError> {
        let url = format!("{}{}", self.base.with_scheme(scheme), paths::BANK);
        match self.http.get(url).send().await.map_err(ClientError::from) {
            Ok(_answer) => Ok(()),
            Err(error @ (ClientError::KeyChanged { .. } | ClientError::Unreachable { .. })) => Err(error),
            // What was to be asked was not sent yet.
            Err(error) => Err(ClientError::Unreachable { detail: error.to_string() }),
        }
    }

    /// The same client, whose requests say that they belong to `trace`.
    #[must_use]
    pub fn traced(&self, trace: TraceContext) -> Self {
        Self { trace: Some(trace), ..self.clone() }
    }

    /// How long it waits.
    pub(super) const fn deadlines(&self) -> Deadlines {
        self.deadlines
    }

    /// Begins a request to `path`, with the log-in that it needs.
    ///
    /// # Errors
    /// Where it is not known yet how the bank is spoken to, and it does not answer: nothing was sent.
    pub(super) async fn request(
        &self,
        method: Method,
        path: &str,
        token: Option<&Token>,
    ) -> Result<RequestBuilder, ClientError> {
        let request = self.http.request(method, format!("{}{path}", self.base().await?));
        let request = request.header(ACCEPT, "application/json, application/problem+json");
        let request = match self.trace {
            Some(trace) => request.header(TRACEPARENT, trace.to_string()),
            None => request,
        };
        Ok(match token.map(|token| HeaderValue::from_str(&format!("Bearer {}", token.reveal()))) {
            Some(Ok(mut value)) => {
                value.set_sensitive(true);
                request.header(AUTHORIZATION, value)
            }
            // A token is visible ASCII, which every header takes; without a header the bank would say 401.
            Some(Err(_)) | None => request,
        })
    }
}

/// Puts `body` into `request` as JSON.
pub(super) fn with_json<T: Serialize>(
    request: RequestBuilder,
    body: &T,
) -> Result<RequestBuilder, ClientError> {
    let bytes = serde_json::to_vec(body).map_err(|error| ClientError::Unreachable {
        detail: format!("the request cannot be written: {error}"),
    })?;
    Ok(request.header(CONTENT_TYPE, "application/json").body(bytes))
}

/// An answer, read whole.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    body: Vec<u8>,
}

/// Sends `request` and reads all of its answer, whatever the status.
pub(super) async fn send(request: RequestBuilder) -> Result<Answer, ClientError> {
    read_whole(request.send().await?).await
}

/// Reads all of an answer.
pub(super) async fn read_whole(mut response: Response) -> Result<Answer, ClientError> {
    let status = response.status();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(garbage(status, format!("more than {ANSWER_BYTES_MAX} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status, body })
}

/// Sends `request` and reads its answer, a body with `status`, as `T`.
pub(super) async fn ask<T: DeserializeOwned>(
    request: RequestBuilder,
    status: StatusCode,
) -> Result<T, ClientError> {
    let answer = send(request).await?;
    if answer.status == status { answer.read() } else { Err(answer.into_error()) }
}

/// Sends `request`, to which the bank answers with nothing but 204.
pub(super) async fn tell(request: RequestBuilder) -> Result<(), ClientError> {
    let answer = send(request).await?;
    if answer.status == StatusCode::NO_CONTENT { Ok(()) } else { Err(answer.into_error()) }
}

impl Answer {
    /// The body as `T`.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, ClientError> {
        // serde's own message may quote the body, which is not the bank's to print.
        serde_json::from_slice(&self.body).map_err(|error| {
            let what = format!("unexpected JSON at line {}, column {}", error.line(), error.column());
            garbage(self.status, what)
        })
    }

    /// The problem that the body is, or garbage.
    pub(super) fn into_error(self) -> ClientError {
        if self.status.is_success() || self.status.is_informational() || self.status.is_redirection() {
            return garbage(self.status, "not a status of this call".to_owned());
        }
        match self.read::<Problem>() {
            Ok(problem)
                if problem.status == self.status.as_u16() && problem.status == problem.code.status() =>
            {
                ClientError::Problem(Box::new(problem))
            }
            Ok(_) => garbage(self.status, "a problem of another status".to_owned()),
            Err(error) => error,
        }
    }
}

/// [`ClientError::Garbage`] of this status.
pub(super) fn garbage(status: StatusCode, detail: String) -> ClientError {
    ClientError::Garbage { status: status.as_u16(), detail }
}

fn tls(
    base: &BankAddress,
    keys: Option<Arc<dyn KnownKeys>>,
) -> Result<rustls::ClientConfig, ClientSetupError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?;
    let speaks_tls = !base.says_scheme() || base.scheme() == Scheme::Https;
    let mut config = match (speaks_tls, keys) {
        (true, Some(keys)) => {
            let rule = BankKey::new(base.clone(), keys, Arc::clone(&provider));
            let verifier = Arc::new(KeyVerifier::new(rule, provider));
            builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth()
        }
        (true, None) if base.says_scheme() => builder.with_platform_verifier()?.with_no_client_auth(),
        (true, None) => match builder.clone().with_platform_verifier() {
            Ok(builder) => builder.with_no_client_auth(),
            Err(_) => nobody(builder),
        },
        (false, _) => nobody(builder),
    };
    // A resumed session shows no key, and a key that was forgotten meanwhile would be taken.
    config.resumption = rustls::client::Resumption::disabled();
    Ok(config)
}

/// Takes nobody's certificate. Nothing redirects from http, and a bare container without certificate authorities still
/// speaks it.
fn nobody(
    builder: rustls::ConfigBuilder<rustls::ClientConfig, rustls::WantsVerifier>,
) -> rustls::ClientConfig {
    builder.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth()
}
