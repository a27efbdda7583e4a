//! The HTTP client of a bank: one method for each call of the interface.
//!
//! It never sends a request a second time by itself, follows no redirect and uses no proxy: whether an order that moves
//! money goes out again, under the same id, is the caller's to decide.

mod error;

mod keys;

mod token;

mod connection;

mod calls;

mod order;

mod events;

pub use self::calls::{LoggedIn, Page};
pub use self::connection::{ANSWER_BYTES_MAX, BankClient, Deadlines, Trust};
pub use self::error::{ClientError, ClientSetupError};
pub use self::events::EventStream;
pub use self::keys::{KeyNotTaken, KnownKeys};
pub use self::order::OrderOutcome;
pub use self::token::{InvalidToken, Token};
