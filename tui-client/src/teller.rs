//! The hand that both faces without a screen share, scripts and numbered questions: calls banks one after the other, and
//! runs the same world as the screens do, orders and their files included.
//!
//! It decides nothing about an order: [`World`] wishes, the node performs, and what comes back goes into the world again.

pub mod words;

use shared::client::{BankClient, ClientError};
use shared::ids::PackageId;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{Duration, sleep};

use crate::app::bank_keys::BankKey;
use crate::app::book::KeepAnswer;
use crate::app::files::{FileAnswer, FileCall};
use crate::app::orders::{OrderFile, OrderState};
use crate::app::requests::Owner;
use crate::app::settings::Settings;
use crate::app::switch::BankSwitch;
use crate::app::wire::{BankAddress, Seat, Token, Trouble};
use crate::app::world::World;
use crate::app::{Effect, Event};
use crate::clock;
use crate::ids::{self, Ids};
use crate::node::{Node, Places, Switch, trouble};

/// Between two looks at what is due.
const TICK: Duration = Duration::from_millis(100);

/// The shared hand.
pub struct Teller {
    /// What is known, and the orders.
    pub world: World,
    /// What could not be kept or read on disk, in the system's words.
    pub complaints: Vec<String>,
    /// Keys that were seen for the first time, and not told of yet.
    pub met: Vec<BankKey>,
    /// What the demo has done to its banks.
    pub switched: Vec<(BankSwitch, Result<(), String>)>,
    /// What became of the file that was asked for last.
    filed: Option<FileAnswer>,
    node: Node,
    events: UnboundedReceiver<Event>,
}

impl Teller {
    /// A teller who knows nobody yet.
    #[must_use]
    pub fn new(settings: Settings, places: Places, switch: Option<Switch>) -> Self {
        let (sender, events) = unbounded_channel();
        Self {
            world: World::new(clock::now(), settings, Ids::random()),
            complaints: Vec::new(),
            met: Vec::new(),
            switched: Vec::new(),
            filed: None,
            node: Node::new(sender, places).with_switch(switch),
            events,
        }
    }

    /// Reads the orders that earlier runs left.
    pub fn find_orders(&mut self) {
        self.node.start();
        self.listen();
    }

    /// Calls a bank as nobody.
    ///
    /// # Errors
    /// Why there is no answer of the kind that was asked for.
    pub async fn stranger<T>(
        &mut self,
        address: &BankAddress,
        call: impl AsyncFnOnce(BankClient) -> Result<T, ClientError>,
    ) -> Result<T, Trouble> {
        let client = self.client(address)?;
        let answer = call(client).await.map_err(trouble);
        self.listen();
        answer
    }

    /// Calls a bank as its customer.
    ///
    /// # Errors
    /// Why there is no answer of the kind that was asked for. A bank that says "log in first" has ended the session.
    pub async fn at<T>(
        &mut self,
        seat: &Seat,
        call: impl AsyncFnOnce(BankClient, Token) -> Result<T, ClientError>,
    ) -> Result<T, Trouble> {
        let client = self.client(&seat.address)?;
        // Nobody asks as a customer without a session; the bank would say 401.
        let Some(token) = seat.token.clone() else { return Err(Trouble::Garbage) };
        let answer = call(client, token).await.map_err(trouble);
        self.listen();
        match answer {
            Ok(reply) => Ok(reply),
            Err(trouble) => {
                self.world.heard(seat, &Err(trouble.clone()));
                Err(trouble)
            }
        }
    }

    fn client(&mut self, address: &BankAddress) -> Result<BankClient, Trouble> {
        let client = self.node.client(address).ok_or(Trouble::Unreachable)?;
        Ok(client.traced(ids::trace()))
    }

    /// What has happened meanwhile: a bank's key may have been seen for the first time.
    fn listen(&mut self) {
        while let Ok(event) = self.events.try_recv() {
            self.hear(event);
        }
    }

    /// Forgets the key by which the bank at `address` is known.
    pub fn forget_bank_key(&mut self, address: &BankAddress) {
        self.world.wish(Effect::ForgetBankKey(address.clone()));
        self.perform(|_| true);
    }

    /// Reads or writes a file that the customer names.
    pub fn file(&mut self, call: FileCall) -> Option<FileAnswer> {
        self.world.wish(Effect::File(call));
        self.perform(|_| true);
        self.filed.take()
    }

    /// Orders a package under the id that it has; with `again`, one that an earlier run may have sent.
    pub fn order(&mut self, file: OrderFile, again: bool) {
        self.world.clock_shows(clock::now());
        self.world.order_as(file, again);
    }

    /// Where an order stands.
    #[must_use]
    pub fn state(&self, id: PackageId) -> Option<&OrderState> {
        self.world.orders.order(id).map(|order| &order.state)
    }

    /// Performs what the world wishes for, then takes the next thing that happens, or the passing of a moment. Dropping
    /// this future loses nothing.
    pub async fn turn(&mut self) {
        self.perform(|_| true);
        tokio::select! {
            Some(event) = self.events.recv() => self.hear(event),
            () = sleep(TICK) => {
                self.world.clock_shows(clock::now());
                self.world.follow_orders();
            }
        }
        self.perform(|_| true);
    }

    /// Takes turns until nothing is waited for, or `within` has passed.
    pub async fn settle(&mut self, within: Duration) {
        self.perform(|_| true);
        let waiting = async {
            while self.world.requests.any() {
                self.turn().await;
            }
        };
        let _in_time = tokio::time::timeout(within, waiting).await;
    }

    /// Performs what is left to do on disk. What the world would still like to ask is of no use to a program that ends.
    pub fn finish(&mut self) {
        self.perform(|effect| !matches!(effect, Effect::Send { .. }));
    }

    fn perform(&mut self, wanted: impl Fn(&Effect) -> bool) {
        loop {
            let wishes = self.world.take_wishes();
            if wishes.is_empty() {
                return;
            }
            // Who asks once and ends has no use for a stream.
            let listens = |wish: &Effect| matches!(wish, Effect::Listen { .. });
            for wish in wishes.into_iter().filter(|wish| wanted(wish) && !listens(wish)) {
                // What concerns a screen has none here.
                let _screen = self.node.perform(wish);
            }
            while let Ok(event) = self.events.try_recv() {
                self.hear(event);
            }
        }
    }

    fn hear(&mut self, event: Event) {
        self.heard(event);
        self.world.note_payees();
    }

    fn heard(&mut self, event: Event) {
        match event {
            Event::Answered(id, answer) => {
                let Some((owner, from)) = self.world.requests.answered(id) else { return };
                self.world.clock_shows(clock::now());
                self.world.heard(&from, &answer);
                match owner {
                    Owner::Nobody => self.world.answered_nobody(from, answer),
                    owner => self.world.answered(owner, answer),
                }
            }
            Event::OrderKept(id, kept) => self.world.order_kept(id, kept),
            Event::OrdersFound(files) => self.world.orders.found_on_disk(files),
            Event::StateNotKept(reason) => self.complaints.push(reason),
            Event::Switched(switch, done) => {
                self.world.switching = None;
                if done.is_ok() {
                    self.world.switched(&switch);
                }
                self.switched.push((switch, done));
            }
            Event::Tick(now) => {
                self.world.clock_shows(now);
            }
            Event::Kept(cpf, answer) => match answer {
                KeepAnswer::Opened(files) => {
                    self.world.book.opened(cpf, &files);
                    self.complaints.extend(files.unread);
                }
                KeepAnswer::PayeesLost(reason) | KeepAnswer::TemplateLost { reason, .. } => {
                    self.complaints.push(reason);
                }
                KeepAnswer::TemplateKept(_) => {}
            },
            Event::File(answer) => self.filed = Some(answer),
            Event::BankKeyMet(key) => {
                self.met.push(key.clone());
                self.world.met_bank_key(key);
            }
            Event::BankKeysKnown(keys) => self.world.bank_keys = keys,
            // A screen's: there is none.
            Event::Streamed(..)
            | Event::FileSaved(..)
            | Event::Click(_)
            | Event::Wheel { .. }
            | Event::Key(_)
            | Event::Paste(_)
            | Event::Redraw
            | Event::Terminate => {}
        }
    }
}
