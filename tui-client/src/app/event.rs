//! The one closed list of what can happen to the client.

use crossterm::event::KeyEvent;
use jiff::Timestamp;
use shared::ids::PackageId;

use super::orders::OrderFile;
use super::switch::BankSwitch;
use super::wire::{Answer, Kept, RequestId};

/// What can happen.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A key was pressed (or repeats).
    Key(KeyEvent),
    /// Text was pasted. It never submits anything, whatever it holds.
    Paste(String),
    /// The terminal has another size, or was given back after a pause: draw anew.
    Redraw,
    /// Time has passed; this is the time now.
    Tick(Timestamp),
    /// A request ended.
    Answered(RequestId, Answer),
    /// The file of an order was written, or could not be.
    OrderKept(PackageId, Kept),
    /// Orders of an earlier run whose end is not known, read from disk at start.
    OrdersFound(Vec<OrderFile>),
    /// The state directory could not be written: what was lost, in the system's words.
    StateNotKept(String),
    /// The demo has stopped or started a bank, or could not, and why.
    Switched(BankSwitch, Result<(), String>),
    /// SIGTERM, SIGHUP, or the terminal went away.
    Terminate,
}
