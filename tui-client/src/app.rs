//! The pure core: what the client knows, and what it wishes for when something happens.
//!
//! Invariant: nothing here reads a clock, draws chance, touches a file or a socket. The same events give the same wishes.

pub mod event;

pub mod switch;

pub mod saving;

pub mod effect;

pub mod wire;

pub mod settings;

pub mod requests;

pub mod files;

pub mod orders;

pub mod bank_keys;

pub mod book;

pub mod banks;

pub mod streams;

mod live;

pub mod recent;

pub mod lock;

pub mod world;

pub mod why_not;

pub mod notice;

mod update;

#[cfg(test)]
mod tests;

#[cfg(test)]
mod mouse_tests;

#[cfg(test)]
mod clock_tests;

mod view;

use jiff::Timestamp;

pub use self::effect::Effect;
pub use self::event::Event;
pub use self::update::update;

use self::lock::Lock;
use self::notice::Notice;
use self::requests::RoomSerial;
use self::settings::Settings;
use self::world::World;
use crate::ids::Ids;
use crate::popups::Popup;
use crate::rooms::welcome::Welcome;
use crate::rooms::{Move, Room};

/// A room on the stack, and which visit of it this is.
#[derive(Debug)]
struct Placed {
    serial: RoomSerial,
    room: Room,
}

/// The client.
#[derive(Debug)]
pub struct App {
    /// What all rooms share.
    pub world: World,
    /// Where the customer is, the room on screen last. Never empty.
    rooms: Vec<Placed>,
    popups: Vec<Popup>,
    /// Over everything else, while the screen is locked.
    lock: Option<Lock>,
    notice: Option<Notice>,
    notice_since: Option<Timestamp>,
    last_serial: u64,
    /// Whether the screen is older than what it shows.
    stale: bool,
    over: bool,
}

impl App {
    /// The client as it starts: in the welcome room, with the wishes that this brings.
    #[must_use]
    pub fn start(now: Timestamp, settings: Settings, ids: Ids) -> (Self, Vec<Effect>) {
        let welcome = Room::Welcome(Welcome::new(&settings));
        let mut app = Self {
            world: World::new(now, settings, ids),
            rooms: Vec::new(),
            popups: Vec::new(),
            lock: None,
            notice: None,
            notice_since: None,
            last_serial: 0,
            stale: true,
            over: false,
        };
        app.make_moves(vec![Move::Go(Box::new(welcome))]);
        let effects = std::mem::take(&mut app.world.effects);
        (app, effects)
    }

    /// Whether the customer or the system has ended it.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.over
    }

    /// Whether something is being waited for, so that time should pass visibly.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.world.requests.any() || self.world.orders.any_under_way()
    }

    /// The room on screen.
    ///
    /// # Panics
    /// Never: the lowest room is not left.
    #[must_use]
    pub fn room(&self) -> &Room {
        let last = self.rooms.last();
        &last.expect("the lowest room is never left").room
    }

    /// Whether something lies over the room.
    #[cfg(test)]
    pub(crate) const fn has_popup(&self) -> bool {
        !self.popups.is_empty()
    }

    /// Whether the screen has to be drawn; asking makes it fresh.
    pub const fn take_stale(&mut self) -> bool {
        std::mem::replace(&mut self.stale, false)
    }
}
