//! Passwords: Argon2id, in a bounded pool, so that log-ins cannot take the whole machine.
//!
//! Invariant: a CPF that nobody here has costs as much time as one with a wrong password.

use std::sync::{Arc, LazyLock};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use shared::text::Password;
use tokio::sync::Semaphore;

use crate::ids;

/// Memory of one hash, in KiB: with two passes, what OWASP recommends for Argon2id.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Hashes that may be in the pool for each core before newcomers are turned away. At 25 ms each, the last one of them is
/// answered within the 3 s that everyone is promised.
const IN_POOL_PER_CORE_MAX: usize = 32;

/// A hash of a password that nobody has.
static DUMMY: LazyLock<String> = LazyLock::new(|| hash(&Password::new(ids::token())));

/// The pool is full: too many log-ins at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords to check at once")]
pub struct PoolFull;

/// The pool in which passwords are hashed. Clones share it.
#[derive(Clone, Debug)]
pub struct Passwords {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Default for Passwords {
    /// One hash per core at a time.
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            running: Arc::new(Semaphore::new(cores)),
            waiting: Arc::new(Semaphore::new(cores * IN_POOL_PER_CORE_MAX)),
        }
    }
}

impl Passwords {
    /// The PHC form of `password` with a new salt.
    ///
    /// # Errors
    /// [`PoolFull`].
    pub async fn hash(&self, password: Password) -> Result<String, PoolFull> {
        self.run(move || hash(&password)).await
    }

    /// Whether `password` is the one of `known`, a PHC form; without one the answer is no, as late.
    ///
    /// # Errors
    /// [`PoolFull`].
    pub async fn verify(&self, password: Password, known: Option<String>) -> Result<bool, PoolFull> {
        self.run(move || {
            let right = verify(&password, known.as_deref().unwrap_or(&DUMMY));
            right && known.is_some()
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, PoolFull> {
        let _place = Arc::clone(&self.waiting).try_acquire_owned().map_err(|_| PoolFull)?;
        let turn = Arc::clone(&self.running).acquire_owned().await.map_err(|_| PoolFull)?;
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            // Held by the work and not by who asks: one who hangs up does not let another in beside it.
            drop(turn);
            result
        });
        done.await.map_err(|_| PoolFull)
    }
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("the parameters are in Argon2's range");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash(password: &Password) -> String {
    let hash = argon2().hash_password_with_salt(password.reveal().as_bytes(), &ids::bytes::<16>());
    hash.expect("a password of bounded length and a salt of 16 bytes can be hashed").to_string()
}

fn verify(password: &Password, known: &str) -> bool {
    // The parameters of the hash itself are used, so that older hashes stay good when they change.
    PasswordHash::new(known)
        .is_ok_and(|known| argon2().verify_password(password.reveal().as_bytes(), &known).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::new(text.to_owned())
    }

    #[tokio::test]
    async fn only_the_password_itself_is_right() {
        let pool = Passwords::default();
        let known = pool.hash(password("correto cavalo")).await.unwrap();
        assert!(known.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{known}");
        assert_ne!(known, pool.hash(password("correto cavalo")).await.unwrap(), "salted");
        for (tried, expect) in [("correto cavalo", true), ("correto cavalO", false), ("", false)] {
            assert_eq!(pool.verify(password(tried), Some(known.clone())).await, Ok(expect), "{tried}");
        }
        assert_eq!(pool.verify(password("correto cavalo"), None).await, Ok(false));
        assert_eq!(pool.verify(password("x"), Some("no hash".into())).await, Ok(false));
    }

    #[tokio::test]
    async fn the_pool_turns_away_what_it_cannot_take() {
        let pool = Passwords { running: Arc::new(Semaphore::new(1)), waiting: Arc::new(Semaphore::new(0)) };
        assert_eq!(pool.hash(password("x")).await, Err(PoolFull));
    }
}
