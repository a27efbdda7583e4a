//! How a call fails, told apart by what it means for money.

use crate::api::problem::{Problem, ProblemCode};
use crate::key_pin::KeyPin;
use crate::tls::KeyRefused;

/// Why a call has no answer of the kind that was asked for.
///
/// For an order, [`Self::OutcomeUnknown`], [`Self::Garbage`] and some problems mean that the package may or may not have
/// been executed ([`Self::leaves_outcome_open`]): ask for it, or send the same order again under the same id.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ClientError {
    /// No connection was made: nothing was sent.
    #[error("the bank cannot be reached: {detail}")]
    Unreachable {
        /// What the system says, for people.
        detail: String,
    },
    /// The bank shows another TLS key than it is known by: it is another bank, or somebody in between. Nothing was sent.
    #[error("the bank shows the TLS key {shown}, and is known by {known}")]
    KeyChanged {
        /// The key that it is known by.
        known: KeyPin,
        /// The key that it shows now.
        shown: KeyPin,
    },
    /// A password would have gone over plain http to another machine. Nothing was sent.
    #[error("a password is not sent over plain http")]
    PasswordInClear,
    /// Sent, or perhaps sent, and no whole answer came: a time-out, a reset, a cut body.
    #[error("no whole answer came: {detail}")]
    OutcomeUnknown {
        /// What the system says, for people.
        detail: String,
    },
    /// The bank says no. It speaks of this sending only: what an earlier one of the same order did, it does not tell.
    #[error("{}", .0.detail)]
    Problem(Box<Problem>),
    /// An answer that is not of this interface: another program, something in between, or a fault.
    #[error("not an answer of a bank (HTTP {status}): {detail}")]
    Garbage {
        /// The HTTP status that came.
        status: u16,
        /// What is wrong with it, for people. Quotes nothing of the answer.
        detail: String,
    },
}

impl ClientError {
    /// Whether a request that changes something may have been carried out all the same.
    ///
    /// A bank that is ending, or that gave up waiting for its own books, answers an order with `bank_unavailable` or
    /// `overloaded` and may have taken it.
    #[must_use]
    pub fn leaves_outcome_open(&self) -> bool {
        match self {
            Self::OutcomeUnknown { .. } | Self::Garbage { .. } => true,
            Self::Problem(problem) => {
                matches!(problem.code, ProblemCode::BankUnavailable | ProblemCode::Overloaded)
            }
            Self::Unreachable { .. } | Self::KeyChanged { .. } | Self::PasswordInClear => false,
        }
    }

    /// Whether the same question may be answered a little later, though it was not now.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::OutcomeUnknown { .. } | Self::Garbage { .. } => true,
            Self::Problem(problem) => matches!(problem.status, 408 | 429 | 503),
            // Only a person can say which key is right.
            Self::KeyChanged { .. } | Self::PasswordInClear => false,
        }
    }

    /// The problem's code, when the bank gave one.
    #[must_use]
    pub fn code(&self) -> Option<ProblemCode> {
        match self {
            Self::Problem(problem) => Some(problem.code),
            Self::Unreachable { .. }
            | Self::KeyChanged { .. }
            | Self::PasswordInClear
            | Self::OutcomeUnknown { .. }
            | Self::Garbage { .. } => None,
        }
    }
}

impl From<reqwest::Error> for ClientError {
    /// Only a failure to connect, or to form the request at all, is sure to have sent nothing.
    fn from(error: reqwest::Error) -> Self {
        if let Some(&KeyRefused { shown, known: Some(known), .. }) = KeyRefused::behind(&error) {
            return Self::KeyChanged { known, shown };
        }
        let sent_nothing = error.is_connect() || error.is_builder();
        let detail = chain(&error.without_url());
        if sent_nothing { Self::Unreachable { detail } } else { Self::OutcomeUnknown { detail } }
    }
}

/// An error and its sources in one line: reqwest's own text names the step only.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        source = inner.source();
    }
    text
}

/// Why no client could be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientSetupError {
    /// The system's certificate authorities could not be read, or TLS not be set up.
    #[error("TLS cannot be set up")]
    Tls(#[from] rustls::Error),
    /// The HTTP library refuses the address or the settings.
    #[error("the HTTP client cannot be set up")]
    Http(#[from] reqwest::Error),
}
