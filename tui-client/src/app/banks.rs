//! What the client knows of the consortium's banks and of the customer's accounts there, with the time of knowing.
//!
//! Invariant: nothing that was once known is lost because a bank is away; it grows old, and says so.

use std::collections::BTreeMap;

use jiff::Timestamp;
use shared::account::AccountRef;
use shared::api::events::AccountEvent;
use shared::api::replies::{
    AccountReply, AccountsReply, BankHealth, BankStatus, ConsortiumReply, CustomerReply, ScopeStatus,
};
use shared::ids::BankId;

use super::streams::put_told;
use super::wire::{BankAddress, LoggedIn, Seat, Trouble, milliseconds_between, set_back};

/// A log-in at one bank.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// Where and with which token.
    pub seat: Seat,
    /// Who, by that bank.
    pub customer: CustomerReply,
    /// False once the bank said that the session has ended: log in again.
    pub alive: bool,
}

/// How the customer's accounts at a bank come into sight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Logged in there.
    Session,
    /// The bank of the session may look, by a consent.
    Consent,
    /// Neither.
    None,
    /// Not found out yet.
    Unknown,
}

/// Whether a bank answers, as this client knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// It does.
    Up,
    /// It does not.
    Down,
    /// Not known.
    Unknown,
}

/// One bank as the client knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct BankView {
    /// Its id.
    pub id: BankId,
    /// Its name.
    pub name: String,
    /// Where it is reached.
    pub address: Option<BankAddress>,
    /// Whether it answers.
    pub health: Health,
    /// The last round trip known.
    pub latency_ms: Option<u64>,
    /// Whether it leaves the consortium.
    pub leaving: bool,
    /// How its accounts come into sight.
    pub link: Link,
    /// The customer's accounts there, by number.
    pub accounts: Vec<AccountReply>,
    /// When `accounts` was told last.
    pub known_at: Option<Timestamp>,
    /// Why the last asking failed; the accounts are then as of `known_at`.
    pub trouble: Option<Trouble>,
    /// Askings that failed in a row.
    pub failures: u32,
    /// When to ask again.
    pub ask_at: Option<Timestamp>,
}

impl BankView {
    fn new(id: BankId, name: String) -> Self {
        Self {
            id,
            name,
            address: None,
            health: Health::Unknown,
            latency_ms: None,
            leaving: false,
            link: Link::Unknown,
            accounts: Vec::new(),
            known_at: None,
            trouble: None,
            failures: 0,
            ask_at: None,
        }
    }

    /// What it has told of the customer goes.
    fn forget(&mut self) {
        self.accounts.clear();
        self.known_at = None;
        self.link = Link::Unknown;
        self.trouble = None;
        self.failures = 0;
        self.ask_at = None;
    }

    /// Whether its accounts are in sight, now or as of the last answer.
    #[must_use]
    pub const fn is_connected(&self) -> bool {
        matches!(self.link, Link::Session | Link::Consent)
    }
}

/// The banks, the sessions and which of them is *the* session: the one whose bank runs what is ordered.
#[derive(Debug, Default)]
pub struct Banks {
    views: BTreeMap<BankId, BankView>,
    sessions: BTreeMap<BankId, Session>,
    main: Option<BankId>,
    /// When the list of banks was told last.
    pub known_at: Option<Timestamp>,
    /// Balances that moved a moment ago.
    moves: BTreeMap<AccountRef, Moved>,
}

/// A balance that moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// By so much, in centavos.
    pub by: i64,
    at: Timestamp,
}

/// How long it is shown that a balance moved.
const MOVED_MS: i64 = 6_000;

impl Banks {
    /// Every bank known, by id.
    pub fn iter(&self) -> impl Iterator<Item = &BankView> {
        self.views.values()
    }

    /// A bank.
    #[must_use]
    pub fn bank(&self, id: &BankId) -> Option<&BankView> {
        self.views.get(id)
    }

    /// For changes by the world.
    pub fn bank_mut(&mut self, id: &BankId) -> Option<&mut BankView> {
        self.views.get_mut(id)
    }

    /// A bank's name, or its id while the name is not known.
    #[must_use]
    pub fn name(&self, id: &BankId) -> String {
        self.views.get(id).map_or_else(|| id.to_string(), |b| b.name.clone())
    }

    /// A bank by what people type: its id, its name in any case, its address, or its place in the list from 1.
    #[must_use]
    pub fn by_text(&self, text: &str) -> Option<&BankView> {
        let text = text.trim();
        let place = text.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
        let address = text.parse::<BankAddress>().ok();
        self.views
            .values()
            .find(|b| b.id.as_str() == text.to_lowercase())
            .or_else(|| self.views.values().find(|b| b.name.to_lowercase() == text.to_lowercase()))
            .or_else(|| place.and_then(|n| self.views.values().nth(n)))
            .or_else(|| {
                let address = address.as_ref()?;
                let is_there = |b: &&BankView| b.address.as_ref().is_some_and(|a| a.is_same_place(address));
                self.views.values().find(is_there)
            })
    }

    /// Every account in sight, by bank and number.
    pub fn accounts(&self) -> impl Iterator<Item = &AccountReply> {
        self.views.values().flat_map(|b| b.accounts.iter())
    }

    /// An account in sight.
    #[must_use]
    pub fn account(&self, account: &AccountRef) -> Option<&AccountReply> {
        self.views.get(&account.bank).and_then(|b| b.accounts.iter().find(|a| a.account == *account))
    }

    /// The session whose bank runs what is ordered.
    #[must_use]
    pub fn main(&self) -> Option<(&BankId, &Session)> {
        let id = self.main.as_ref()?;
        self.sessions.get_key_value(id)
    }

    /// The session at a bank.
    #[must_use]
    pub fn session(&self, bank: &BankId) -> Option<&Session> {
        self.sessions.get(bank)
    }

    /// Every session, by bank.
    pub fn sessions(&self) -> impl Iterator<Item = (&BankId, &Session)> {
        self.sessions.iter()
    }

    /// Makes the session at `bank`, if there is one, the one whose bank runs what is ordered.
    pub fn make_main(&mut self, bank: &BankId) {
        if self.sessions.contains_key(bank) {
            self.main = Some(bank.clone());
        }
    }

    /// Somebody logged in. Sessions of another person end in this client: one screen, one person.
    pub fn logged_in(&mut self, address: BankAddress, opened: LoggedIn) -> BankId {
        let other = self.sessions.values().any(|s| s.customer.cpf != opened.customer.cpf);
        if other {
            self.forget_customer();
        }
        let address = address.with_scheme(opened.scheme);
        let id = opened.bank.id;
        let view = self.views.entry(id.clone()).or_insert_with(|| BankView::new(id.clone(), String::new()));
        view.name = opened.bank.name;
        view.address = Some(address.clone());
        view.link = Link::Session;
        view.health = Health::Up;
        view.trouble = None;
        view.failures = 0;
        let seat = Seat { address, token: Some(opened.token) };
        self.sessions.insert(id.clone(), Session { seat, customer: opened.customer, alive: true });
        if self.main().is_none_or(|(_, session)| !session.alive) {
            self.main = Some(id.clone());
        }
        id
    }

    /// The bank said that the session of this seat has ended. A newer session there is another seat.
    /// Gives the bank, once.
    pub fn session_ended(&mut self, seat: &Seat) -> Option<BankId> {
        let ended = self.sessions.iter_mut().find(|(_, session)| session.seat == *seat && session.alive);
        ended.map(|(bank, session)| {
            session.alive = false;
            bank.clone()
        })
    }

    /// The session to look at the whole consortium from: the main one, or another while its bank is away.
    #[must_use]
    pub fn seer(&self) -> Option<(&BankId, &Session)> {
        let answers = |id: &BankId| self.views.get(id).is_none_or(|b| b.trouble.is_none());
        let main = self.main().filter(|(_, s)| s.alive);
        let other = || self.sessions.iter().find(|(id, s)| s.alive && answers(id));
        main.filter(|(id, _)| answers(id)).or_else(other).or(main)
    }

    /// The session that may read accounts of a bank: the one there, else the one whose bank sees others by consents.
    #[must_use]
    pub fn reader(&self, bank: &BankId) -> Option<&Session> {
        let own = self.sessions.get(bank).filter(|s| s.alive);
        own.or_else(|| self.seer().map(|(_, session)| session).filter(|s| s.alive))
    }

    /// Makes the next session alive, in order of banks, the one whose bank runs what is ordered. Gives the bank's name.
    pub fn switch_main(&mut self) -> Option<String> {
        let alive: Vec<&BankId> = self.sessions.iter().filter(|(_, s)| s.alive).map(|(id, _)| id).collect();
        let at = alive.iter().position(|id| Some(*id) == self.main.as_ref());
        let next = at.map_or(0, |at| at + 1) % alive.len().max(1);
        let next = (*alive.get(next)?).clone();
        let changed = self.main.as_ref() != Some(&next);
        self.main = Some(next.clone());
        changed.then(|| self.name(&next))
    }

    /// The session at a bank goes, with what only it has shown; another one alive takes its place.
    pub fn log_out_at(&mut self, bank: &BankId) {
        self.sessions.remove(bank);
        if let Some(view) = self.views.get_mut(bank) {
            view.forget();
        }
        if self.main.as_ref() == Some(bank) {
            let alive = self.sessions.iter().find(|(_, s)| s.alive).map(|(id, _)| id.clone());
            self.main = alive;
        }
    }

    /// A bank told who the customer is there, perhaps by another name than before.
    pub fn customer_told(&mut self, bank: &BankId, customer: CustomerReply) {
        if let Some(session) = self.sessions.get_mut(bank) {
            session.customer = customer;
        }
    }

    /// Everything that belongs to the customer goes; the list of banks stays.
    pub fn forget_customer(&mut self) {
        self.sessions.clear();
        self.main = None;
        self.moves.clear();
        for view in self.views.values_mut() {
            view.forget();
        }
    }

    /// Whether the bank of the session has said that there is no account in sight. Until it has, nobody knows.
    #[must_use]
    pub fn has_no_account(&self) -> bool {
        let told =
            self.main().and_then(|(bank, _)| self.bank(bank)).is_some_and(|bank| bank.known_at.is_some());
        told && self.accounts().next().is_none()
    }

    /// The list of banks, as the bank of the session sees it.
    pub fn consortium_told(&mut self, reply: ConsortiumReply, now: Timestamp) {
        self.known_at = Some(now);
        let main = self.main.clone();
        // A bank that has left stays in sight for whoever has a session there.
        let (sessions, named) = (&self.sessions, &reply.banks);
        self.views.retain(|id, _| sessions.contains_key(id) || named.iter().any(|bank| bank.id == *id));
        for bank in reply.banks {
            let connected_here = self.sessions.get(&bank.id).is_some_and(|s| s.alive);
            let view = self
                .views
                .entry(bank.id.clone())
                .or_insert_with(|| BankView::new(bank.id.clone(), bank.name.clone()));
            view.name = bank.name;
            view.leaving = bank.leaving;
            // A session goes on where it was opened.
            if view.address.is_none() || !self.sessions.contains_key(&bank.id) {
                view.address = bank.address.parse().ok();
            }
            view.latency_ms = bank.latency_ms;
            // This client's own line to a bank says more than another bank's.
            if main.as_ref() == Some(&bank.id) || (connected_here && view.trouble.is_none()) {
                view.health = Health::Up;
            } else if !connected_here {
                view.health = match bank.status {
                    BankStatus::Up => Health::Up,
                    BankStatus::Down => Health::Down,
                    BankStatus::Unknown => Health::Unknown,
                };
            }
        }
    }

    /// A bank told how another one is, or itself. One that has joined comes with it; before there is a list, all come with
    /// the list.
    pub fn bank_told(&mut self, health: BankHealth) {
        let connected_here = self.sessions.get(&health.id).is_some_and(|s| s.alive);
        if self.known_at.is_some() && !self.views.contains_key(&health.id) {
            self.views.insert(health.id.clone(), BankView::new(health.id.clone(), String::new()));
        }
        let has_session = self.sessions.contains_key(&health.id);
        let Some(view) = self.views.get_mut(&health.id) else { return };
        view.name = health.name;
        view.leaving = health.leaving;
        if !has_session {
            view.address = health.address.parse().ok();
        }
        view.latency_ms = health.latency_ms;
        // This client's own line to a bank says more than another bank's.
        if !connected_here {
            view.health = match health.status {
                BankStatus::Up => Health::Up,
                BankStatus::Down => Health::Down,
                BankStatus::Unknown => Health::Unknown,
            };
        }
    }

    /// A bank told the money of an account by itself. False for an account that is not in sight.
    pub fn money_told(&mut self, money: &AccountEvent, now: Timestamp) -> bool {
        let Some(view) = self.views.get_mut(&money.account.bank) else { return false };
        let Some(account) = view.accounts.iter_mut().find(|a| a.account == money.account) else {
            return false;
        };
        let before = account.balance;
        put_told(account, money);
        view.known_at = Some(now);
        self.note_move(&money.account, before, money.balance, now);
        true
    }

    /// The clock was set back: what was to come after so long still comes after so long.
    pub fn clock_set_back(&mut self, by_ms: i64) {
        for at in self.views.values_mut().filter_map(|view| view.ask_at.as_mut()) {
            *at = set_back(*at, by_ms);
        }
        for moved in self.moves.values_mut() {
            moved.at = set_back(moved.at, by_ms);
        }
    }

    /// By how much an account's balance moved a moment ago.
    #[must_use]
    pub fn moved(&self, account: &AccountRef) -> Option<Moved> {
        self.moves.get(account).copied()
    }

    /// Lets go of what moved a while ago. Gives whether there was any.
    pub fn forget_moves(&mut self, now: Timestamp) -> bool {
        let before = self.moves.len();
        self.moves.retain(|_, moved| milliseconds_between(moved.at, now) < MOVED_MS);
        before != self.moves.len()
    }

    fn note_move(&mut self, account: &AccountRef, before: i64, after: i64, now: Timestamp) {
        if before == after {
            return;
        }
        let moved = self.moves.entry(account.clone()).or_insert(Moved { by: 0, at: now });
        *moved = Moved { by: moved.by.saturating_add(after.saturating_sub(before)), at: now };
        // There and back again is no move.
        if moved.by == 0 {
            self.moves.remove(account);
        }
    }

    fn note_moves(&mut self, bank: &BankId, accounts: &[AccountReply], now: Timestamp) {
        let known = self.views.get(bank).map_or(&[][..], |view| &view.accounts);
        let pairs: Vec<(AccountRef, i64, i64)> = accounts
            .iter()
            .filter_map(|new| {
                let old = known.iter().find(|old| old.account == new.account)?;
                Some((new.account.clone(), old.balance, new.balance))
            })
            .collect();
        for (account, before, after) in pairs {
            self.note_move(&account, before, after, now);
        }
    }

    /// A bank told its own accounts.
    pub fn accounts_told(&mut self, bank: &BankId, accounts: Vec<AccountReply>, now: Timestamp) {
        self.note_moves(bank, &accounts, now);
        if let Some(view) = self.views.get_mut(bank) {
            view.link = Link::Session;
            view.health = Health::Up;
            view.accounts = accounts;
            view.known_at = Some(now);
            view.trouble = None;
            view.failures = 0;
        }
    }

    /// The bank of the session told what it sees everywhere. Banks with a session of their own speak for themselves.
    pub fn accounts_seen(&mut self, reply: AccountsReply, now: Timestamp) {
        let mut by_bank: BTreeMap<BankId, Vec<AccountReply>> = BTreeMap::new();
        for account in reply.accounts {
            by_bank.entry(account.account.bank.clone()).or_default().push(account);
        }
        for scope in reply.banks.unwrap_or_default() {
            if self.sessions.get(&scope.bank).is_some_and(|s| s.alive) {
                continue;
            }
            let id = scope.bank.clone();
            let told = by_bank.remove(&id).unwrap_or_default();
            if scope.status == ScopeStatus::Ok {
                self.note_moves(&id, &told, now);
            }
            let view =
                self.views.entry(id.clone()).or_insert_with(|| BankView::new(id.clone(), id.to_string()));
            match scope.status {
                ScopeStatus::Ok => {
                    view.link = Link::Consent;
                    view.health = Health::Up;
                    view.accounts = told;
                    view.known_at = Some(now);
                    view.trouble = None;
                }
                ScopeStatus::Unreachable => {
                    view.health = Health::Down;
                    view.trouble = Some(Trouble::Unreachable);
                }
                ScopeStatus::NoConsent => {
                    view.link = Link::None;
                    view.health = Health::Up;
                    view.accounts.clear();
                    view.trouble = None;
                }
            }
        }
    }

    /// Asking a bank with a session failed.
    pub fn asking_failed(&mut self, bank: &BankId, trouble: Trouble, ask_at: Timestamp) {
        if let Some(view) = self.views.get_mut(bank) {
            if matches!(trouble, Trouble::Unreachable | Trouble::OutcomeUnknown) {
                view.health = Health::Down;
            }
            view.trouble = Some(trouble);
            view.failures = view.failures.saturating_add(1);
            view.ask_at = Some(ask_at);
        }
    }
}
