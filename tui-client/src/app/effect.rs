//! What the core asks the edges to do, as data.

use shared::ids::PackageId;

use super::orders::OrderFile;
use super::settings::Remembered;
use super::switch::BankSwitch;
use super::wire::{Call, RequestId, Seat};

/// A wish of the core. Each is performed once, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Send a request; its end comes back as [`super::event::Event::Answered`] with the same id.
    Send {
        /// Which.
        id: RequestId,
        /// To whom.
        to: Seat,
        /// What.
        call: Call,
    },
    /// Nobody waits for this request any more. Only ever a read.
    Forget(RequestId),
    /// Write an order to disk before it is sent; answered by [`super::event::Event::OrderKept`].
    KeepOrder(Box<OrderFile>),
    /// The order's end is known: its file may go.
    DropOrder(PackageId),
    /// Keep what the client remembers between runs: language, theme, banks.
    KeepRemembered(Remembered),
    /// Stop or start a bank of the demo; answered by [`super::event::Event::Switched`]. Only ever wished for in the demo.
    Switch(BankSwitch),
    /// Put this text on the clipboard.
    Copy(String),
    /// Draw all of the screen anew, whatever else has written on it.
    Repaint,
    /// Give the terminal back until the shell says go on.
    Suspend,
    /// Leave.
    Quit,
}
