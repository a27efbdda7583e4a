//! Who said it, to whom, unaltered: HTTP Message Signatures (RFC 9421) with Ed25519, in the one profile that
//! `docs/protocol.md` gives byte by byte. Pure: time and nonces are arguments.
//!
//! Invariant: of a message whose signature does not hold, nothing but the headers named here was looked at.

mod fields;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};
use shared::ids::BankId;

use super::keys::{BankKeys, PrivateKey};

pub use self::fields::{InvalidNonce, Nonce, Stamp};

/// Who sends.
pub const FROM_HEADER: HeaderName = HeaderName::from_static("consortium-from");
/// Who is meant.
pub const TO_HEADER: HeaderName = HeaderName::from_static("consortium-to");
/// SHA-256 of the body (RFC 9530).
pub const DIGEST_HEADER: HeaderName = HeaderName::from_static("content-digest");
/// What the signature covers, and its parameters.
pub const INPUT_HEADER: HeaderName = HeaderName::from_static("signature-input");
/// The signature.
pub const SIGNATURE_HEADER: HeaderName = HeaderName::from_static("signature");

/// How far the sender's clock may be from the receiver's, in seconds: 25 hours. Wide enough for a wrong hour, time zone
/// or day at both; the reasons stand in `docs/decisions/0012-interbank-replay.md`.
pub const CLOCK_DIFFERENCE_S_MAX: u64 = 25 * 60 * 60;

/// Why a message is not taken as what it says it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unauthenticated {
    /// A header is missing, there twice, or not text.
    #[error("one {0} header is needed")]
    Header(&'static str),
    /// A header is not of the one form that this profile has.
    #[error("the {0} header is not of this profile's form")]
    Form(&'static str),
    /// A query stands behind the path, which the signature does not cover.
    #[error("the path has a query")]
    Query,
    /// Meant for another bank.
    #[error("it is addressed to another bank")]
    NotForThisBank,
    /// Of nobody in the consortium, or of another than was asked.
    #[error("the sender is not the bank expected")]
    UnknownBank,
    /// The signature was not made by that bank over this.
    #[error("the signature does not hold")]
    Signature,
    /// The body is not the one that was signed.
    #[error("the body is not the one that was signed")]
    Body,
    /// Signed too long ago, or too far in the future.
    #[error("the clocks are more than 25 hours apart, or the message is that old")]
    Stale,
    /// Seen before.
    #[error("its nonce was used before")]
    Replayed,
    /// Over TLS of a version that customers may still speak and banks may not.
    #[error("banks speak TLS 1.3 to each other")]
    OldTls,
}

impl Unauthenticated {
    /// What an operator looks at.
    #[must_use]
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Header(_) | Self::Form(_) | Self::Query | Self::Body => {
                "Something between the banks changes what they say, or it is no bank of this version"
            }
            Self::NotForThisBank => {
                "An address in a consortium file leads to another bank than it says: compare the files"
            }
            Self::UnknownBank => {
                "The consortium files differ: compare their versions, and reload the older one"
            }
            Self::Signature => {
                "Its key is another than its public_key in this bank's consortium file: ask its operator which is right, \
                 and correct the file or its key_file"
            }
            Self::Stale => "Set the clock that is wrong",
            Self::Replayed => "Somebody sends again what was recorded, or two nodes run under one name",
            Self::OldTls => "Something in between ends TLS: let the banks reach each other directly",
        }
    }
}

/// What a signature says of the message besides its headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind<'a> {
    /// A request.
    Request {
        /// `POST`.
        method: &'a str,
        /// Without a query.
        path: &'a str,
    },
    /// The answer to a request.
    Response {
        /// The HTTP status.
        status: u16,
        /// The request's whole `signature` header: an answer belongs to one request.
        request_signature: &'a str,
    },
}

impl Kind<'_> {
    /// The covered components, as they stand in `signature-input`.
    const fn components(&self) -> &'static str {
        match self {
            Self::Request { .. } => {
                r#"("@method" "@path" "content-digest" "consortium-from" "consortium-to")"#
            }
            Self::Response { .. } => {
                r#"("@status" "content-digest" "consortium-from" "consortium-to" "signature";req)"#
            }
        }
    }

    /// The text that is signed (RFC 9421, section 2.5).
    fn base(&self, digest: &str, from: &str, to: &str, parameters: &str) -> String {
        let headers =
            format!("\"content-digest\": {digest}\n\"consortium-from\": {from}\n\"consortium-to\": {to}\n");
        match self {
            Self::Request { method, path } => format!(
                "\"@method\": {method}\n\"@path\": {path}\n{headers}\"@signature-params\": {parameters}"
            ),
            Self::Response { status, request_signature } => format!(
                "\"@status\": {status}\n{headers}\"signature\";req: {request_signature}\n\"@signature-params\": {parameters}"
            ),
        }
    }
}

/// The headers that make a message a bank's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedHeaders {
    /// `consortium-from`.
    pub from: BankId,
    /// `consortium-to`.
    pub to: BankId,
    /// `content-digest`.
    pub digest: String,
    /// `signature-input`.
    pub input: String,
    /// `signature`.
    pub signature: String,
}

impl SignedHeaders {
    /// Name and value of each, in the order of `docs/protocol.md`.
    #[must_use]
    pub fn each(&self) -> [(HeaderName, &str); 5] {
        [
            (FROM_HEADER, self.from.as_str()),
            (TO_HEADER, self.to.as_str()),
            (DIGEST_HEADER, &self.digest),
            (INPUT_HEADER, &self.input),
            (SIGNATURE_HEADER, &self.signature),
        ]
    }

    /// Puts them among `headers`.
    pub fn put_into(&self, headers: &mut HeaderMap) {
        for (name, value) in self.each() {
            // All of them are visible ASCII by construction, which every header takes.
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        }
    }
}

/// Signs `body` as `from` to `to`.
#[must_use]
pub fn sign(
    key: &PrivateKey,
    kind: Kind<'_>,
    from: &BankId,
    to: &BankId,
    body: &[u8],
    stamp: &Stamp,
) -> SignedHeaders {
    let digest = fields::write_digest(&sha256(body));
    let parameters = format!("{}{}", kind.components(), fields::write_parameters(from, stamp));
    let base = kind.base(&digest, from.as_str(), to.as_str(), &parameters);
    let signature = STANDARD.encode(key.sign(base.as_bytes()));
    SignedHeaders {
        from: from.clone(),
        to: to.clone(),
        digest,
        input: format!("{}={parameters}", fields::LABEL),
        signature: format!("{}=:{signature}:", fields::LABEL),
    }
}

/// The text that `signed` signs (RFC 9421, section 2.5), for documents and for whoever writes a bank of their own.
#[must_use]
pub fn base(kind: Kind<'_>, signed: &SignedHeaders) -> String {
    let parameters = signed.input.split_once('=').map_or("", |(_, parameters)| parameters);
    kind.base(&signed.digest, signed.from.as_str(), signed.to.as_str(), parameters)
}

/// The proof that a known bank signed these headers for this one. The body is still to be held against them.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    from: BankId,
    stamp: Stamp,
    digest: [u8; 32],
    signature_header: String,
}

impl Proven {
    /// Who signed it.
    #[must_use]
    pub const fn from(&self) -> &BankId {
        &self.from
    }

    /// When, by the sender's clock, and with which nonce.
    #[must_use]
    pub const fn stamp(&self) -> &Stamp {
        &self.stamp
    }

    /// The whole `signature` header, for the answer to cover.
    #[must_use]
    pub fn signature_header(&self) -> &str {
        &self.signature_header
    }

    /// Holds the body against the signed digest, before anything parses it.
    ///
    /// # Errors
    /// [`Unauthenticated::Body`].
    pub fn check_body(&self, body: &[u8]) -> Result<(), Unauthenticated> {
        if sha256(body) == self.digest { Ok(()) } else { Err(Unauthenticated::Body) }
    }

    /// Whether it was signed within [`CLOCK_DIFFERENCE_S_MAX`] of `now_s`, in seconds since 1970.
    ///
    /// # Errors
    /// [`Unauthenticated::Stale`].
    pub const fn check_age(&self, now_s: i64) -> Result<(), Unauthenticated> {
        if self.stamp.created_s.abs_diff(now_s) <= CLOCK_DIFFERENCE_S_MAX {
            Ok(())
        } else {
            Err(Unauthenticated::Stale)
        }
    }
}

/// Proves that a bank for which `key_of` has keys signed these headers for `own`.
///
/// # Errors
/// As [`Unauthenticated`] says. Age, repetition and the body are the caller's to check.
pub fn verify(
    headers: &HeaderMap,
    kind: Kind<'_>,
    own: &BankId,
    key_of: impl FnOnce(&BankId) -> Option<BankKeys>,
) -> Result<Proven, Unauthenticated> {
    let from = single(headers, &FROM_HEADER, "consortium-from")?;
    let to = single(headers, &TO_HEADER, "consortium-to")?;
    let digest_text = single(headers, &DIGEST_HEADER, "content-digest")?;
    let input = single(headers, &INPUT_HEADER, "signature-input")?;
    let signature_header = single(headers, &SIGNATURE_HEADER, "signature")?;

    if to != own.as_str() {
        return Err(Unauthenticated::NotForThisBank);
    }
    let from: BankId = from.parse().map_err(|_| Unauthenticated::Form("consortium-from"))?;
    let digest = fields::read_digest(digest_text).ok_or(Unauthenticated::Form("content-digest"))?;
    let signature = fields::read_signature(signature_header).ok_or(Unauthenticated::Form("signature"))?;
    let (parameters, stamp) = fields::read_input(input, kind.components(), &from)
        .ok_or(Unauthenticated::Form("signature-input"))?;
    let keys = key_of(&from).ok_or(Unauthenticated::UnknownBank)?;

    let base = kind.base(digest_text, from.as_str(), to, parameters);
    if !keys.have_signed(base.as_bytes(), &signature) {
        return Err(Unauthenticated::Signature);
    }
    Ok(Proven { from, stamp, digest, signature_header: signature_header.to_owned() })
}

fn single<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
    text: &'static str,
) -> Result<&'a str, Unauthenticated> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().map_err(|_| Unauthenticated::Header(text)),
        (None | Some(_), _) => Err(Unauthenticated::Header(text)),
    }
}

fn sha256(body: &[u8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, body).as_ref());
    bytes
}

#[cfg(test)]
mod tests;
