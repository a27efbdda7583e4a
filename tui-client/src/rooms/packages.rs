//! All packages ordered at the banks of one's sessions, with those of this run and those whose end is not known first.

mod view;

#[cfg(test)]
pub(super) mod tests;

use std::collections::BTreeMap;

use crossterm::event::KeyEvent;
use jiff::Timestamp;
use ratatui::Frame;
use ratatui::layout::Rect;
use shared::api::events::BankEvent;
use shared::api::replies::{PackageReply, PackageStatus, PackagesReply};
use shared::ids::{BankId, PackageId};
use shared::money::Reais;

use super::package::Package;
use super::{Cx, Room, Screen, Seen};
use crate::actions::{Action, Scope};
use crate::app::orders::{Order, OrderFile};
use crate::app::requests::Slot;
use crate::app::wire::{Answer, Call, Reply, Trouble};
use crate::app::world::World;
use crate::texts::{Texts, brazil};
use crate::widgets::filter::Filter;
use crate::widgets::list::{moved, paged};
use crate::widgets::search::fold;

/// Where this room is in the table of actions.
pub const SCOPES: &[Scope] = &[Scope::Packages, Scope::Pages];

/// The same while the filter is typed.
pub const FILTER_SCOPES: &[Scope] = &[Scope::Filter, Scope::Pages];

/// The same while a package's id is typed.
pub const ID_SCOPES: &[Scope] = &[Scope::PackageId];

const NEWEST: &str = "packages";
const OLDER: &str = "packages-older";

/// Older packages are asked for when so few rows are left below the chosen one.
const ROWS_AHEAD: usize = 20;

/// What a bank has told of what was ordered there.
#[derive(Debug, Default)]
pub struct Told {
    packages: Vec<PackageReply>,
    next: Option<u64>,
    known_at: Option<Timestamp>,
    trouble: Option<Trouble>,
}

impl Told {
    /// The newest page came, for the first time or again.
    pub fn newest(&mut self, reply: PackagesReply, now: Timestamp) {
        let known = self.packages.iter().any(|p| reply.packages.iter().any(|new| new.id == p.id));
        if known {
            self.packages.retain(|p| reply.packages.iter().all(|new| new.id != p.id));
            self.packages.splice(0..0, reply.packages);
        } else {
            self.packages = reply.packages;
            self.next = reply.next;
        }
        self.known_at = Some(now);
        self.trouble = None;
    }

    /// A package that was ordered there has changed, or is new: who ordered it is told all of its legs, without places.
    fn changed(&mut self, package: &PackageReply) {
        match self.packages.iter_mut().find(|known| known.id == package.id) {
            Some(known) => known.clone_from(package),
            None if package.legs.iter().all(|leg| leg.leg.is_none()) => {
                self.packages.insert(0, package.clone());
            }
            None => {}
        }
    }

    /// Where the next older page begins, if there is one.
    #[must_use]
    pub const fn next(&self) -> Option<u64> {
        self.next
    }

    /// The page before the oldest came.
    pub fn older(&mut self, reply: PackagesReply) {
        let came = self.packages.len();
        let new: Vec<PackageReply> =
            reply.packages.into_iter().filter(|new| self.packages.iter().all(|p| p.id != new.id)).collect();
        self.packages.extend(new);
        // A page that brings nothing new is the last, whatever it says of a next one.
        self.next = reply.next.filter(|_| self.packages.len() > came);
        self.trouble = None;
    }
}

/// A row of the list.
#[derive(Clone, Copy, Debug)]
pub enum Row<'a> {
    /// An order of this run, or one found on disk whose customer has logged in.
    Order(&'a Order),
    /// Found on disk, at a bank without a session.
    Waiting(&'a OrderFile),
    /// Told by a bank.
    Told(&'a BankId, &'a PackageReply),
}

impl Row<'_> {
    /// Which package.
    #[must_use]
    pub const fn id(&self) -> PackageId {
        match self {
            Self::Order(order) => order.file.id,
            Self::Waiting(file) => file.id,
            Self::Told(_, package) => package.id,
        }
    }

    /// When it was ordered.
    #[must_use]
    pub const fn made_at(&self) -> Timestamp {
        match self {
            Self::Order(order) => order.file.made_at,
            Self::Waiting(file) => file.made_at,
            Self::Told(_, package) => package.created_at,
        }
    }

    const fn bank(&self) -> &BankId {
        match self {
            Self::Order(order) => &order.file.bank,
            Self::Waiting(file) => &file.bank,
            Self::Told(bank, _) => bank,
        }
    }

    /// Whether its end is not known: such rows come first.
    fn is_open(&self) -> bool {
        match self {
            Self::Order(order) => !order.state.is_over(),
            Self::Waiting(_) => true,
            Self::Told(_, package) => package.status == PackageStatus::InProgress,
        }
    }

    /// How many legs, and what they come to.
    #[must_use]
    pub fn sum(&self) -> (usize, i64) {
        let file = |file: &OrderFile| {
            let legs = file.legs.as_slice();
            (legs.len(), legs.iter().fold(0i64, |sum, leg| sum.saturating_add(leg.amount().centavos())))
        };
        match self {
            Self::Order(order) => file(&order.file),
            Self::Waiting(waiting) => file(waiting),
            Self::Told(_, package) => {
                let sum = package.legs.iter().fold(0i64, |sum, leg| sum.saturating_add(leg.amount));
                (package.legs.len(), sum)
            }
        }
    }

    /// All that it can be found by; `word` says where it stands.
    #[must_use]
    pub fn searched(&self, word: &str) -> String {
        let legs = match self {
            Self::Order(order) => order.file.told_legs(),
            Self::Waiting(file) => file.told_legs(),
            Self::Told(_, package) => package.legs.clone(),
        };
        let at = brazil(self.made_at());
        let sum = Reais(self.sum().1).to_string();
        let mut words = format!(
            "{} {} {word} {sum} {} {} {}",
            self.id(),
            self.bank(),
            sum.replace('.', ""),
            at.strftime("%d/%m/%Y %H:%M"),
            at.strftime("%Y-%m-%d")
        );
        for leg in legs {
            for piece in [leg.from, leg.to, leg.description, Some(Reais(leg.amount).to_string())] {
                words.push(' ');
                words.push_str(&piece.unwrap_or_default());
            }
        }
        fold(&words)
    }
}

/// All packages ordered.
#[derive(Debug, Default)]
pub struct Packages {
    told: BTreeMap<BankId, Told>,
    /// By row of the slots.
    asked: Vec<BankId>,
    chosen: usize,
    filter: Filter,
    id_line: Filter,
    /// What was typed there is no id.
    not_an_id: bool,
}

impl Packages {
    fn ask(&mut self, cx: &mut Cx<'_>) {
        let alive = cx.world.banks.sessions().filter(|(_, s)| s.alive);
        let seats: Vec<_> = alive.map(|(id, s)| (id.clone(), s.seat.clone())).collect();
        self.asked = seats.iter().map(|(id, _)| id.clone()).collect();
        for (row, (_, seat)) in seats.into_iter().enumerate() {
            cx.ask(Slot(NEWEST, row), seat, Call::Packages { before: None });
        }
    }

    fn read_ahead(&mut self, cx: &mut Cx<'_>) {
        let shown = self.shown(cx.world).len();
        self.chosen = self.chosen.min(shown.saturating_sub(1));
        if self.chosen + ROWS_AHEAD < shown {
            return;
        }
        for (row, bank) in self.asked.iter().enumerate() {
            let slot = Slot(OLDER, row);
            let Some(told) = self.told.get(bank).filter(|told| told.trouble.is_none()) else { continue };
            let Some(before) = told.next.filter(|_| !cx.waits(slot)) else { continue };
            if let Some(seat) = cx.world.banks.session(bank).filter(|s| s.alive).map(|s| s.seat.clone()) {
                cx.ask(slot, seat, Call::Packages { before: Some(before) });
            }
        }
    }

    fn shown<'a>(&'a self, world: &'a World) -> Vec<Row<'a>> {
        let typed = fold(self.filter.text());
        if typed.trim().is_empty() {
            return rows(&self.told, world);
        }
        let texts = Texts::new(world.settings.language);
        let fits = |row: &Row<'_>| {
            let searched = row.searched(view::word(row, &texts));
            typed.split_whitespace().all(|word| searched.contains(word))
        };
        rows(&self.told, world).into_iter().filter(fits).collect()
    }

    fn open(&self, cx: &mut Cx<'_>) {
        if let Some(id) = self.shown(cx.world).get(self.chosen).map(Row::id) {
            cx.go(Room::Package(Package::of(id)));
        }
    }

    fn open_typed(&mut self, cx: &mut Cx<'_>) {
        match read_id(self.id_line.text()) {
            Some(id) => {
                self.id_line.clear();
                cx.go(Room::Package(Package::of(id)));
            }
            None => self.not_an_id = true,
        }
    }

    fn go_back(&mut self, cx: &mut Cx<'_>) {
        self.not_an_id = false;
        if self.id_line.is_typing() {
            self.id_line.clear();
        } else if self.filter.is_on() {
            self.filter.clear();
            self.chosen = 0;
        } else {
            cx.back();
        }
    }
}

/// Those whose end is not known first, then the newest first; an order of this run speaks for itself.
#[must_use]
pub fn rows<'a>(told: &'a BTreeMap<BankId, Told>, world: &'a World) -> Vec<Row<'a>> {
    let told = told.iter().flat_map(|(bank, told)| told.packages.iter().map(move |p| (bank, p)));
    let mut rows: Vec<Row<'a>> = world.orders.iter().map(Row::Order).collect();
    rows.extend(world.orders.found().iter().map(Row::Waiting));
    let ids: Vec<PackageId> = rows.iter().map(Row::id).collect();
    rows.extend(told.filter(|(_, p)| !ids.contains(&p.id)).map(|(bank, p)| Row::Told(bank, p)));
    rows.sort_by_key(|row| (!row.is_open(), std::cmp::Reverse((row.made_at(), row.id()))));
    rows
}

/// A package's id in a text: alone, or in what a receipt's QR code says.
#[must_use]
pub fn read_id(text: &str) -> Option<PackageId> {
    text.split([':', ' ', '\n']).find_map(|piece| piece.trim().parse().ok())
}

impl Screen for Packages {
    fn title(&self, texts: &Texts) -> String {
        texts.packages.title().to_owned()
    }

    fn scopes(&self) -> &'static [Scope] {
        if self.id_line.is_typing() {
            ID_SCOPES
        } else if self.filter.is_typing() {
            FILTER_SCOPES
        } else {
            SCOPES
        }
    }

    fn takes_text(&self) -> bool {
        self.filter.is_typing() || self.id_line.is_typing()
    }

    fn leaves_on_esc(&self) -> bool {
        !self.filter.is_on() && !self.id_line.is_on()
    }

    fn takes_pages(&self) -> bool {
        true
    }

    fn entered(&mut self, cx: &mut Cx<'_>) {
        self.ask(cx);
    }

    fn act(&mut self, action: Action, cx: &mut Cx<'_>) {
        let rows = self.shown(cx.world).len();
        match action {
            Action::Up | Action::Down => {
                self.chosen = moved(self.chosen, rows, action == Action::Down);
                self.read_ahead(cx);
            }
            Action::PageUp | Action::PageDown | Action::First | Action::Last => {
                self.chosen = paged(self.chosen, rows, action);
                self.read_ahead(cx);
            }
            Action::Choose => self.open(cx),
            Action::Filter => self.filter.begin(),
            Action::KeepFilter => self.filter.keep(),
            Action::OpenById => self.id_line.begin(),
            Action::GoOn => self.open_typed(cx),
            Action::CopyId => {
                if let Some(id) = self.shown(cx.world).get(self.chosen).map(Row::id) {
                    let what = Texts::new(cx.world.settings.language).package.the_id();
                    cx.copy(id.to_string(), what);
                }
            }
            Action::Refresh => self.ask(cx),
            Action::Back => self.go_back(cx),
            _ => {}
        }
    }

    fn key(&mut self, event: &KeyEvent, cx: &mut Cx<'_>) {
        if self.id_line.is_typing() {
            self.not_an_id = false;
            self.id_line.key(event);
        } else if self.filter.is_typing() {
            self.filter.key(event);
            self.chosen = 0;
            self.read_ahead(cx);
        }
    }

    fn paste(&mut self, pasted: &str, cx: &mut Cx<'_>) {
        if self.filter.is_typing() {
            self.filter.paste(pasted);
            self.chosen = 0;
            return self.read_ahead(cx);
        }
        // A paste submits nothing: it waits in its line for Enter.
        self.not_an_id = false;
        self.id_line.begin();
        self.id_line.paste(pasted);
    }

    fn answered(&mut self, slot: Slot, answer: Answer, cx: &mut Cx<'_>) {
        let Some(bank) = self.asked.get(slot.1).cloned() else { return };
        let told = self.told.entry(bank).or_default();
        match answer {
            Ok(Reply::Packages(reply)) if slot.0 == NEWEST => told.newest(reply, cx.world.now),
            Ok(Reply::Packages(reply)) => told.older(reply),
            Ok(_) => told.trouble = Some(Trouble::Garbage),
            Err(trouble) => told.trouble = Some(trouble),
        }
        self.read_ahead(cx);
    }

    fn told(&mut self, bank: &BankId, event: &BankEvent, _cx: &mut Cx<'_>) {
        // What a bank was not asked for yet comes with its first page.
        if let (BankEvent::Package(package), Some(told)) = (event, self.told.get_mut(bank)) {
            told.changed(package);
        }
    }

    fn ticked(&mut self, cx: &mut Cx<'_>) {
        cx.world.look_when_due();
    }

    fn view(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        self.draw(frame, area, seen);
    }
}
