//! Asks a running bank by its operators' socket.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::api::problem::Problem;

/// How long an answer may take; a bank asks others within this.
const ANSWER_DEADLINE: Duration = Duration::from_secs(15);

/// Why there is no answer to show, in one line.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The bank does not run, or another user does not let this one in.
    #[error("the bank does not answer at {socket}: {cause}: {remedy}")]
    Unreachable {
        /// The socket.
        socket: PathBuf,
        /// The system's own words.
        cause: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The bank says no.
    #[error("the bank says {}: {}", .0.code.as_str(), .0.detail)]
    Refused(Box<Problem>),
    /// The two ends are of different versions.
    #[error(
        "the bank's answer cannot be read: {0}: use the program of the version that the bank runs (GET /buildz)"
    )]
    Unreadable(#[from] serde_json::Error),
}

/// `path` with `value` in the place of `part`, whatever somebody typed.
pub fn in_path(path: &str, part: &str, value: &str) -> String {
    let mut plain = String::new();
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            plain.push(char::from(byte));
        } else {
            plain.push_str(&format!("%{byte:02X}"));
        }
    }
    path.replace(part, &plain)
}

/// A bank that runs.
pub struct Bank {
    http: reqwest::Client,
    socket: PathBuf,
}

impl Bank {
    /// The bank behind `socket`, which is seen to be there.
    ///
    /// # Errors
    /// When nobody can be asked there.
    pub fn at(socket: &Path) -> Result<Self, Fault> {
        // The library makes its TLS ready for any URL; here it never comes to that.
        let _installed_before = rustls::crypto::ring::default_provider().install_default();
        let unreachable =
            |cause: String, remedy| Fault::Unreachable { socket: socket.to_owned(), cause, remedy };
        // The library's own words for a failed connection do not say why.
        if let Err(cause) = std::os::unix::net::UnixStream::connect(socket) {
            let remedy = match cause.kind() {
                ErrorKind::PermissionDenied => "ask as the user that runs the bank",
                ErrorKind::NotFound | ErrorKind::ConnectionRefused => {
                    "is it running, and is admin_socket the one that it was started with?"
                }
                _ => "see that the path is its operators' socket",
            };
            return Err(unreachable(cause.to_string(), remedy));
        }
        let http = reqwest::Client::builder()
            .unix_socket(socket)
            .retry(reqwest::retry::never())
            .no_proxy()
            .build()
            .map_err(|error| unreachable(error.to_string(), "see that the path is its operators' socket"))?;
        Ok(Self { http, socket: socket.to_owned() })
    }

    /// Asks for what stands at `path`.
    ///
    /// # Errors
    /// As [`Fault`] says.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Fault> {
        self.ask::<(), T>(Method::GET, path, None).await
    }

    /// Says `body` to `path`.
    ///
    /// # Errors
    /// As [`Fault`] says.
    pub async fn put<B: Serialize, T: DeserializeOwned>(&self, path: &str, body: &B) -> Result<T, Fault> {
        self.ask(Method::PUT, path, Some(body)).await
    }

    /// Has done what stands at `path`.
    ///
    /// # Errors
    /// As [`Fault`] says.
    pub async fn post<T: DeserializeOwned>(&self, path: &str) -> Result<T, Fault> {
        self.ask::<(), T>(Method::POST, path, None).await
    }

    /// Has done what stands at `path` and may take long.
    ///
    /// # Errors
    /// As [`Fault`] says.
    pub async fn post_within<T: DeserializeOwned>(&self, path: &str, within: Duration) -> Result<T, Fault> {
        self.ask_within::<(), T>(Method::POST, path, None, within).await
    }

    /// Ends what stands at `path`.
    ///
    /// # Errors
    /// As [`Fault`] says.
    pub async fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<T, Fault> {
        self.ask::<(), T>(Method::DELETE, path, None).await
    }

    async fn ask<B: Serialize, T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&B>,
    ) -> Result<T, Fault> {
        self.ask_within(method, path, body, ANSWER_DEADLINE).await
    }

    async fn ask_within<B: Serialize, T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&B>,
        within: Duration,
    ) -> Result<T, Fault> {
        // The path may say whom it is about: no message repeats it.
        let broken = |error: reqwest::Error| Fault::Unreachable {
            socket: self.socket.clone(),
            cause: error.without_url().to_string(),
            remedy: "see the bank's log; what was asked for may have been done",
        };
        let mut request = self.http.request(method, format!("http://bank{path}")).timeout(within);
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.map_err(broken)?;
        let succeeded = answer.status().is_success();
        let bytes = answer.bytes().await.map_err(broken)?;
        if succeeded {
            Ok(serde_json::from_slice(&bytes)?)
        } else {
            Err(Fault::Refused(Box::new(serde_json::from_slice(&bytes)?)))
        }
    }
}
