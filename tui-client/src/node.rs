//! The client's edge towards banks and disk: performs effects, answers with events. It decides nothing.

mod bank_keys;

mod files;

pub(crate) use self::files::place;

mod leftovers;

mod orders;

mod people;

mod places;

mod requests;

mod streams;

mod saves;

mod sessions;

use std::collections::HashMap;
use std::sync::Arc;

use shared::client::{BankClient, Trust};
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::AbortHandle;

use crate::app::effect::Effect;
use crate::app::event::Event;
use crate::app::streams::StreamId;
use crate::app::switch::BankSwitch;
use crate::app::wire::{BankAddress, Kept, RequestId};

pub use self::places::{Places, directories};
pub use self::requests::trouble;
pub use self::sessions::SessionFile;

use self::bank_keys::KeptKeys;
use self::requests::Banks;

/// The demo's hand on its banks: does what it is asked without blocking, then tells [`Event::Switched`].
pub type Switch = Box<dyn Fn(BankSwitch, UnboundedSender<Event>) + Send>;

/// Performs effects that concern banks and disk.
pub struct Node {
    events: UnboundedSender<Event>,
    places: Places,
    /// Stops and starts banks; only the demo puts one in.
    switch: Option<Switch>,
    banks: Banks,
    /// Reads under way, to be dropped when nobody waits for them.
    under_way: HashMap<RequestId, AbortHandle>,
    /// Streams that are followed.
    listening: HashMap<StreamId, AbortHandle>,
}

impl Node {
    /// A node that reports through `events` and keeps what must be kept in `places`, cleared of what clients that were
    /// killed had begun to write there.
    #[must_use]
    pub fn new(events: UnboundedSender<Event>, places: Places) -> Self {
        places.clear_leftovers();
        let keys = KeptKeys::new(places.clone(), events.clone());
        let trust = Trust { keys: Some(Arc::new(keys)), passwords_in_clear: places.passwords_in_clear() };
        Self {
            events,
            places,
            switch: None,
            banks: Banks::new(trust),
            under_way: HashMap::new(),
            listening: HashMap::new(),
        }
    }

    /// The same, with the demo's way to stop and start its banks.
    #[must_use]
    pub fn with_switch(mut self, switch: Option<Switch>) -> Self {
        self.switch = switch;
        self
    }

    /// The client of the bank at `address`, as this node knows banks; none where it cannot be set up.
    pub fn client(&mut self, address: &BankAddress) -> Option<BankClient> {
        self.banks.client(address)
    }

    /// Reads what earlier runs left.
    pub fn start(&self) {
        self.tell_keys();
        let (files, unread) = self.places.orders();
        if !files.is_empty() {
            self.tell(Event::OrdersFound(files));
        }
        if let Some(reason) = unread {
            self.tell(Event::StateNotKept(reason));
        }
    }

    /// Performs one effect. Gives it back when it is not for this edge.
    pub fn perform(&mut self, effect: Effect) -> Option<Effect> {
        match effect {
            Effect::Send { id, to, call } => {
                self.under_way.retain(|_, handle| !handle.is_finished());
                let is_read = call.is_read();
                let events = self.events.clone();
                let bank = self.banks.client(&to.address);
                let task = tokio::spawn(async move {
                    let answer = requests::perform(bank, to, call).await;
                    // The receiver is gone only when the program ends.
                    let _ended = events.send(Event::Answered(id, answer));
                });
                if is_read {
                    self.under_way.insert(id, task.abort_handle());
                }
            }
            Effect::Listen { id, to, after } => {
                let bank = self.banks.client(&to.address);
                self.listening.retain(|_, handle| !handle.is_finished());
                let task = tokio::spawn(streams::follow(bank, id, to, after, self.events.clone()));
                self.listening.insert(id, task.abort_handle());
            }
            Effect::StopListening(id) => {
                if let Some(handle) = self.listening.remove(&id) {
                    handle.abort();
                }
            }
            Effect::Forget(id) => {
                if let Some(handle) = self.under_way.remove(&id) {
                    handle.abort();
                }
            }
            Effect::KeepOrder(file) => {
                let kept = match self.places.keep_order(&file) {
                    Ok(()) => Kept::Yes,
                    Err(error) => Kept::No(error.to_string()),
                };
                self.tell(Event::OrderKept(file.id, kept));
            }
            Effect::DropOrder(id) => {
                if let Err(error) = self.places.drop_order(id) {
                    self.tell(Event::StateNotKept(error.to_string()));
                }
            }
            Effect::SaveFile { room, file } => {
                let saved = self.places.save_new(&file);
                self.tell(Event::FileSaved(room, saved));
            }
            Effect::KeepRemembered(remembered) => {
                if let Err(error) = self.places.keep_remembered(&remembered) {
                    self.tell(Event::StateNotKept(error.to_string()));
                }
            }
            Effect::ForgetBankKey(address) => {
                match self.places.forget_bank_key(&address) {
                    // Its open connections go too: they were made by the key that is forgotten.
                    Ok(_) => self.banks.forget(&address),
                    Err(error) => self.tell(Event::StateNotKept(error.to_string())),
                }
                self.tell_keys();
            }
            Effect::Keep(cpf, wish) => {
                if let Some(answer) = self.places.keep(cpf, wish) {
                    self.tell(Event::Kept(cpf, answer));
                }
            }
            Effect::File(call) => self.tell(Event::File(files::perform(call))),
            Effect::Switch(wanted) => {
                // Without the demo there is nothing to stop, and the core does not wish for it.
                if let Some(switch) = &self.switch {
                    switch(wanted, self.events.clone());
                }
            }
            other @ (Effect::Copy(_) | Effect::Repaint | Effect::Suspend | Effect::Quit) => {
                return Some(other);
            }
        }
        None
    }

    fn tell_keys(&self) {
        let (keys, unread) = self.places.bank_keys();
        self.tell(Event::BankKeysKnown(keys));
        if let Some(reason) = unread {
            self.tell(Event::StateNotKept(reason));
        }
    }

    fn tell(&self, event: Event) {
        // The receiver is gone only when the program ends.
        let _ended = self.events.send(event);
    }
}
