//! Requests under way and who waits for each: newest wins, answers that nobody waits for are dropped.
//!
//! Invariant: only reads are ever forgotten. What changes something at a bank runs to its end, and an order that moves
//! money is not made here but in [`super::orders`].

use std::collections::BTreeMap;

use shared::account::AccountRef;
use shared::ids::{BankId, PackageId};

use super::effect::Effect;
use super::wire::{Call, RequestId, Seat};

/// One visit of one room; another visit is another serial, so that no answer reaches the wrong one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomSerial(pub u64);

/// What a room waits for, by name and, in lists, by row. A new request under the same slot replaces the old one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(pub &'static str, pub usize);

/// Who waits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// The world, for the list of banks.
    Consortium,
    /// The world, for one's accounts at a bank where one is logged in.
    AccountsAt(BankId),
    /// The world, for one's accounts wherever the bank of the session may look.
    AccountsSeen,
    /// The world, for invitations at a bank where one is logged in.
    InvitationsAt(BankId),
    /// The world, for the last movements of an account.
    Recent(AccountRef),
    /// The keeper of orders. `sends` tells the order itself from the question how it stands.
    Order {
        /// Which.
        id: PackageId,
        /// Whether it is the order itself.
        sends: bool,
    },
    /// The locked screen, for the proof of a password.
    Lock,
    /// A room.
    Room(RoomSerial, Slot),
    /// Nobody: done for its effect at the bank.
    Nobody,
}

#[derive(Debug)]
struct UnderWay {
    owner: Owner,
    is_read: bool,
    to: Seat,
}

/// The requests under way.
#[derive(Debug, Default)]
pub struct Requests {
    last: u64,
    under_way: BTreeMap<RequestId, UnderWay>,
}

impl Requests {
    /// Sends `call`. A read that the same owner still waits for is forgotten first.
    pub fn ask(&mut self, owner: Owner, to: Seat, call: Call, effects: &mut Vec<Effect>) {
        let same: Vec<RequestId> =
            self.under_way.iter().filter(|(_, u)| u.owner == owner).map(|(id, _)| *id).collect();
        for old in same {
            self.abandon(old, effects);
        }
        self.last += 1;
        let id = RequestId(self.last);
        self.under_way.insert(id, UnderWay { owner, is_read: call.is_read(), to: to.clone() });
        effects.push(Effect::Send { id, to, call });
    }

    /// Takes who waits for an answer and whom it comes from, once; `None` for a read that was forgotten.
    pub fn answered(&mut self, id: RequestId) -> Option<(Owner, Seat)> {
        self.under_way.remove(&id).map(|u| (u.owner, u.to))
    }

    /// Whether `owner` still waits.
    #[must_use]
    pub fn waits(&self, owner: &Owner) -> bool {
        self.under_way.values().any(|u| u.owner == *owner)
    }

    /// Whether anything is under way that somebody waits for.
    #[must_use]
    pub fn any(&self) -> bool {
        self.under_way.values().any(|u| u.owner != Owner::Nobody)
    }

    /// A room was left: its reads are forgotten, its changes go on without it.
    pub fn leave(&mut self, room: RoomSerial, effects: &mut Vec<Effect>) {
        self.abandon_where(|owner| matches!(owner, Owner::Room(serial, _) if *serial == room), effects);
    }

    /// The customer logged out: nothing of theirs may still arrive. Orders are followed to their end all the same.
    pub fn log_out(&mut self, effects: &mut Vec<Effect>) {
        self.abandon_where(
            |owner| match owner {
                Owner::Consortium
                | Owner::AccountsAt(_)
                | Owner::AccountsSeen
                | Owner::InvitationsAt(_)
                | Owner::Recent(_) => true,
                Owner::Order { .. } | Owner::Lock | Owner::Room(..) | Owner::Nobody => false,
            },
            effects,
        );
    }

    fn abandon_where(&mut self, gone: impl Fn(&Owner) -> bool, effects: &mut Vec<Effect>) {
        let ids: Vec<RequestId> =
            self.under_way.iter().filter(|(_, u)| gone(&u.owner)).map(|(id, _)| *id).collect();
        for id in ids {
            self.abandon(id, effects);
        }
    }

    fn abandon(&mut self, id: RequestId, effects: &mut Vec<Effect>) {
        let Some(under_way) = self.under_way.get_mut(&id) else { return };
        if under_way.is_read {
            self.under_way.remove(&id);
            effects.push(Effect::Forget(id));
        } else {
            under_way.owner = Owner::Nobody;
        }
    }
}
