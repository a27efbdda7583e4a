//! The one closed list of what can happen to the client.

use crossterm::event::KeyEvent;
use jiff::Timestamp;
use shared::cpf::Cpf;
use shared::ids::PackageId;

use super::bank_keys::BankKey;
use super::book::KeepAnswer;
use super::files::FileAnswer;
use super::orders::OrderFile;
use super::requests::RoomSerial;
use super::saving::Saved;
use super::streams::{StreamId, StreamNews};
use super::switch::BankSwitch;
use super::wire::{Answer, Kept, RequestId};
use crate::widgets::hits::Press;

/// What can happen.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A key was pressed (or repeats).
    Key(KeyEvent),
    /// The mouse was clicked on what these keys would do.
    Click(Press),
    /// The wheel was turned.
    Wheel {
        /// Whether towards the customer.
        down: bool,
    },
    /// Text was pasted. It never submits anything, whatever it holds.
    Paste(String),
    /// The terminal has another size, or was given back after a pause: draw anew.
    Redraw,
    /// Time has passed; this is the time now.
    Tick(Timestamp),
    /// A request ended.
    Answered(RequestId, Answer),
    /// News of a bank's event stream.
    Streamed(StreamId, StreamNews),
    /// The file of an order was written, or could not be.
    OrderKept(PackageId, Kept),
    /// Orders of an earlier run whose end is not known, read from disk at start.
    OrdersFound(Vec<OrderFile>),
    /// A file for the customer was written, and where; or could not be.
    FileSaved(RoomSerial, Saved),
    /// The state directory could not be written: what was lost, in the system's words.
    StateNotKept(String),
    /// A bank's key was seen for the first time, and is pinned.
    BankKeyMet(BankKey),
    /// The keys that are pinned.
    BankKeysKnown(Vec<BankKey>),
    /// What is kept on this machine for a customer was read or written, or could not be.
    Kept(Cpf, KeepAnswer),
    /// A file that the customer named was read, written or looked for.
    File(FileAnswer),
    /// The demo has stopped or started a bank, or could not, and why.
    Switched(BankSwitch, Result<(), String>),
    /// SIGTERM, SIGHUP, or the terminal went away.
    Terminate,
}
