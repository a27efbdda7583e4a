//! Session tokens: 256 random bits that are shown once; kept is their SHA-256. Sessions in use are kept in memory too.
//!
//! Invariant: a session that was ended here is not let in again, whatever a slower reader or writer still brings.

use std::collections::HashMap;
use std::sync::Mutex;

use ring::digest::{SHA256, digest};
use shared::ids::{CustomerId, SessionId};
use tokio::sync::watch;

use crate::protocol::records::Session;

/// The use of a session is written down this often at most.
pub const SESSION_WRITE_MS: i64 = 60_000;
/// How long an ended session is remembered in memory; no request lives so long.
const ENDED_MS: i64 = 5 * 60_000;
/// Sessions kept in memory.
const SESSIONS_MAX: usize = 10_000;

/// SHA-256 of a token.
#[must_use]
pub fn hash(token: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    bytes
}

/// Who asks, proved by a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The customer.
    pub customer: CustomerId,
    /// The session that proved it.
    pub session: SessionId,
}

/// What memory says of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// The session, not ended and not expired.
    Session(Session),
    /// None that stands.
    Nobody,
    /// Ask the books; give [`Sessions::learn`] what they say with this mark.
    AskTheBooks(LearnMark),
}

/// When the books were asked: what was ended since is not learnt again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LearnMark(u64);

/// The sessions in use, in memory.
#[derive(Debug, Default)]
pub struct Sessions {
    inner: Mutex<Inner>,
    /// Marks each ending.
    endings: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct Inner {
    by_hash: HashMap<[u8; 32], Session>,
    /// Ended a short while ago, and when: as long as a slow reader or writer may still bring it.
    ended: HashMap<SessionId, i64>,
    endings: u64,
}

impl Sessions {
    /// What is known about the token with this hash.
    #[must_use]
    pub fn find(&self, token_hash: &[u8; 32], wall_ms: i64) -> Known {
        let mut inner = self.lock();
        match inner.by_hash.get(token_hash) {
            Some(session) if wall_ms < session.expires_ms => Known::Session(session.clone()),
            Some(_) => {
                inner.by_hash.remove(token_hash);
                Known::Nobody
            }
            None => Known::AskTheBooks(LearnMark(inner.endings)),
        }
    }

    /// Takes a session that the books have; whether it may be used.
    #[must_use]
    pub fn learn(&self, session: &Session, mark: LearnMark, wall_ms: i64) -> bool {
        let mut inner = self.lock();
        if inner.ended.contains_key(&session.id) || session.expires_ms <= wall_ms {
            return false;
        }
        // Something was ended while the books were read: it may be this one, by a way that named no session.
        if inner.endings == mark.0 {
            inner.keep(session.clone());
        }
        true
    }

    /// A new session, or one used again: `None` when it was ended meanwhile.
    #[must_use]
    pub fn used(&self, session: Session) -> Option<()> {
        let mut inner = self.lock();
        if inner.ended.contains_key(&session.id) {
            return None;
        }
        inner.keep(session);
        Some(())
    }

    /// Whether `id` was ended a short while ago.
    #[must_use]
    pub fn is_ended(&self, id: SessionId) -> bool {
        self.lock().ended.contains_key(&id)
    }

    /// Ends sessions: they are let in no more, from now on.
    pub fn end(&self, ids: impl IntoIterator<Item = SessionId>, wall_ms: i64) {
        let mut inner = self.lock();
        inner.ended.retain(|_, at| wall_ms - *at < ENDED_MS);
        for id in ids {
            inner.ended.insert(id, wall_ms);
            inner.endings += 1;
        }
        let Inner { by_hash, ended, .. } = &mut *inner;
        by_hash.retain(|_, session| !ended.contains_key(&session.id));
        drop(inner);
        self.endings.send_replace(());
    }

    /// Marks each ending of sessions.
    #[must_use]
    pub fn endings(&self) -> watch::Receiver<()> {
        self.endings.subscribe()
    }

    /// Lets go of a customer's sessions in memory but one: the books have just ended them.
    pub fn forget_others(&self, customer: CustomerId, keep: SessionId) {
        let mut inner = self.lock();
        inner.endings += 1;
        inner.by_hash.retain(|_, session| session.customer != customer || session.id == keep);
    }

    /// Lets go of all of a customer's sessions in memory: the books have just ended them.
    pub fn forget_all(&self, customer: CustomerId) {
        let mut inner = self.lock();
        inner.endings += 1;
        inner.by_hash.retain(|_, session| session.customer != customer);
        drop(inner);
        self.endings.send_replace(());
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        // A panic elsewhere leaves the maps whole: each change is one call.
        self.inner.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Inner {
    fn keep(&mut self, session: Session) {
        if self.by_hash.len() >= SESSIONS_MAX {
            // What is in use comes back from the books at its next use.
            self.by_hash.clear();
        }
        self.by_hash.insert(session.token_hash, session);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn session(id: u128) -> Session {
        Session {
            id: SessionId(Uuid::from_u128(id)),
            token_hash: hash(&id.to_string()),
            customer: CustomerId(Uuid::from_u128(1)),
            created_ms: 0,
            used_ms: 0,
            expires_ms: 100,
        }
    }

    #[test]
    fn a_session_is_learnt_used_and_ended() {
        let sessions = Sessions::default();
        let one = session(1);
        let Known::AskTheBooks(mark) = sessions.find(&one.token_hash, 0) else { panic!("not known yet") };
        assert!(sessions.learn(&one, mark, 0));
        assert_eq!(sessions.find(&one.token_hash, 99), Known::Session(one.clone()));
        assert_eq!(sessions.find(&one.token_hash, 100), Known::Nobody, "expired");
        assert!(!sessions.learn(&one, mark, 100), "expired in the books too");

        assert!(sessions.used(one.clone()).is_some());
        sessions.end([one.id], 0);
        assert!(matches!(sessions.find(&one.token_hash, 0), Known::AskTheBooks(_)));
        assert!(!sessions.learn(&one, mark, 0), "a slow reader still brings it");
        assert!(sessions.used(one.clone()).is_none(), "a slow writer too");
        assert!(sessions.is_ended(one.id));
    }

    #[test]
    fn a_reading_from_before_an_end_is_not_kept() {
        let sessions = Sessions::default();
        let (one, two) = (session(1), session(2));
        let Known::AskTheBooks(mark) = sessions.find(&one.token_hash, 0) else { panic!("not known yet") };
        sessions.used(two.clone()).expect("not ended");
        sessions.forget_others(one.customer, SessionId(Uuid::from_u128(3)));
        assert!(matches!(sessions.find(&two.token_hash, 0), Known::AskTheBooks(_)));
        assert!(sessions.learn(&one, mark, 0), "this one request was before the end");
        assert!(matches!(sessions.find(&one.token_hash, 0), Known::AskTheBooks(_)), "the next asks again");
    }
}
