//! What the core asks the edges to do, as data.

use shared::cpf::Cpf;
use shared::ids::PackageId;

use super::book::Keep;
use super::files::FileCall;
use super::orders::OrderFile;
use super::requests::RoomSerial;
use super::saving::NewFile;
use super::settings::Remembered;
use super::streams::StreamId;
use super::switch::BankSwitch;
use super::wire::{BankAddress, Call, RequestId, Seat};

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
    /// Open a bank's event stream; what becomes of it comes as [`super::event::Event::Streamed`] with the same id.
    Listen {
        /// Which.
        id: StreamId,
        /// At which bank, as whom.
        to: Seat,
        /// The last event known, after which it goes on.
        after: Option<String>,
    },
    /// Nobody follows this stream any more.
    StopListening(StreamId),
    /// Nobody waits for this request any more. Only ever a read.
    Forget(RequestId),
    /// Write an order to disk before it is sent; answered by [`super::event::Event::OrderKept`].
    KeepOrder(Box<OrderFile>),
    /// The order's end is known: its file may go.
    DropOrder(PackageId),
    /// Write a new file for the customer; answered by [`super::event::Event::FileSaved`] for the same room.
    SaveFile {
        /// The visit that waits for it.
        room: RoomSerial,
        /// What.
        file: NewFile,
    },
    /// Keep what the client remembers between runs: language, theme, banks.
    KeepRemembered(Remembered),
    /// Forget the key by which the bank at this address is known; answered by [`super::event::Event::BankKeysKnown`].
    ForgetBankKey(BankAddress),
    /// Read or write what is kept on this machine for a customer; answered by [`super::event::Event::Kept`].
    Keep(Cpf, Keep),
    /// Read, write or look for a file that the customer names; answered by [`super::event::Event::File`].
    File(FileCall),
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
