//! The connection to one bank: sends a request once, reads its answer up to a bound, and says what became of it.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use rustls_platform_verifier::BuilderVerifierExt as _;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::{ClientError, ClientSetupError};
use super::keys::{BankKey, KnownKeys};
use super::token::Token;
use crate::address::{BankAddress, Scheme};
use crate::api::problem::Problem;
use crate::tls::KeyVerifier;

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
    passwords_in_clear: bool,
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
        let Trust { keys, passwords_in_clear } = trust;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls(&base, keys)?)
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
        http.get(base.to_string()).build()?;
        Ok(Self { base, http, deadlines, passwords_in_clear })
    }

    /// Where the bank is.
    #[must_use]
    pub const fn address(&self) -> &BankAddress {
        &self.base
    }

    /// Refuses to say a password where whoever listens would hear it.
    pub(super) fn may_say_password(&self) -> Result<(), ClientError> {
        let is_kept = self.base.scheme() == Scheme::Https || self.base.is_loopback();
        if is_kept || self.passwords_in_clear { Ok(()) } else { Err(ClientError::PasswordInClear) }
    }

    /// How long it waits.
    pub(super) const fn deadlines(&self) -> Deadlines {
        self.deadlines
    }

    /// Begins a request to `path`, with the log-in that it needs.
    pub(super) fn request(&self, method: Method, path: &str, token: Option<&Token>) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        let request = request.header(ACCEPT, "application/json, application/problem+json");
        match token.map(|token| HeaderValue::from_str(&format!("Bearer {}", token.reveal()))) {
            Some(Ok(mut value)) => {
                value.set_sensitive(true);
                request.header(AUTHORIZATION, value)
            }
            // A token is visible ASCII, which every header takes; without a header the bank would say 401.
            Some(Err(_)) | None => request,
        }
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
    let mut config = match (base.scheme(), keys) {
        (Scheme::Https, Some(keys)) => {
            let rule = BankKey::new(base.clone(), keys, Arc::clone(&provider));
            let verifier = Arc::new(KeyVerifier::new(rule, provider));
            builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth()
        }
        (Scheme::Https, None) => builder.with_platform_verifier()?.with_no_client_auth(),
        // Never used, since nothing redirects; a bare container without certificate authorities still speaks http.
        (Scheme::Http, _) => {
            builder.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth()
        }
    };
    // A resumed session shows no key, and a key that was forgotten meanwhile would be taken.
    config.resumption = rustls::client::Resumption::disabled();
    Ok(config)
}
