//! Where package ids and jitter come from: the only file of the client that draws chance. The core gets them as an
//! argument, so that a test replays.

use shared::ids::PackageId;
use shared::trace::TraceContext;
use uuid::Uuid;

/// Makes package ids. Every order gets its own, once; a repeated order keeps the one it has.
pub struct Ids(Box<dyn FnMut() -> Uuid + Send>);

impl Ids {
    /// Time-ordered random ids (version 7).
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place where the client makes ids")]
    pub fn random() -> Self {
        Self(Box::new(Uuid::now_v7))
    }

    /// 1, 2, 3 …, for tests.
    #[must_use]
    pub fn counted() -> Self {
        let mut last = 0u128;
        Self(Box::new(move || {
            last += 1;
            Uuid::from_u128(last)
        }))
    }

    /// A fresh package id.
    pub fn package(&mut self) -> PackageId {
        PackageId((self.0)())
    }

    /// `milliseconds` and up to a quarter more, so that many clients do not come back to a bank in the same instant.
    pub fn jittered(&mut self, milliseconds: i64) -> i64 {
        let bytes = (self.0)().into_bytes();
        milliseconds + milliseconds * i64::from(bytes[15]) / 1024
    }
}

/// A trace that begins here, for one thing that the customer does.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place where the client draws chance")]
pub fn trace() -> TraceContext {
    let [.., a, b, c, d, e, f, g, h] = Uuid::now_v7().into_bytes();
    TraceContext::new(Uuid::now_v7().into_bytes(), [a, b, c, d, e, f, g, h])
}

/// A fresh package id outside the core: the demo's.
#[cfg(feature = "demo")]
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place where the client makes ids")]
pub fn fresh_package() -> PackageId {
    PackageId(Uuid::now_v7())
}

/// A CPF that nobody at a fresh bank has: the tour's people.
#[cfg(feature = "demo")]
#[must_use]
pub fn fresh_cpf() -> shared::cpf::Cpf {
    loop {
        let bytes = fresh_package().0.into_bytes();
        let base = u32::from_be_bytes([bytes[12], bytes[13], bytes[14], bytes[15]]);
        if let Ok(cpf) = shared::cpf::Cpf::from_base(base) {
            return cpf;
        }
    }
}

/// Bytes that nobody can guess: what names on this disk are keyed with.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place where the client draws chance")]
pub fn fresh_salt() -> [u8; 16] {
    Uuid::now_v7().into_bytes()
}

impl std::fmt::Debug for Ids {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ids")
    }
}
