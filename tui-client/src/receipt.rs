//! The receipt (*comprovante*) of a package or of one of its transfers, as lines of text and a QR code.
//!
//! Invariant: only what is committed has a receipt. Anything else gives a sheet that says at its head that it is none,
//! with other lines around it, another name for its file and no QR code.

pub mod qr;

use std::collections::BTreeMap;

use jiff::Timestamp;
use shared::account::AccountRef;
use shared::api::problem::RefusalReply;
use shared::api::replies::{
    LegReply, PackageBank, PackageBankState, PackageReply, PackageStatus, PostingReply,
};
use shared::ids::{BankId, PackageId};
use shared::money::{Amount, Reais};
use shared::package::{End, Leg, Legs};
use shared::text::{Description, clean};

use crate::app::orders::{Order, OrderState};
use crate::texts::Texts;

/// Where a package stands, as far as a sheet tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Done, and every bank has confirmed.
    Committed,
    /// Decided; a bank has yet to confirm.
    Unsettled,
    /// Booked on the reader's account; the rest of the package is not theirs to see.
    Posted,
    /// Not decided.
    InProgress,
    /// Final: nothing moved.
    Refused,
    /// Given up for now: nothing moved.
    Aborted,
    /// No answer yet.
    Unknown,
    /// It never reached a bank.
    NotSent,
}

impl Standing {
    /// Whether there is a receipt of it.
    #[must_use]
    pub const fn has_receipt(self) -> bool {
        match self {
            Self::Committed | Self::Unsettled | Self::Posted => true,
            Self::InProgress | Self::Refused | Self::Aborted | Self::Unknown | Self::NotSent => false,
        }
    }
}

/// What a sheet tells of.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// The package.
    pub id: PackageId,
    /// Where it stands.
    pub standing: Standing,
    /// Its legs, as far as the reader may see them.
    pub legs: Vec<LegReply>,
    /// Each failing leg.
    pub refusals: Vec<RefusalReply>,
    /// When it was ordered; for [`Standing::Posted`], when it was booked.
    pub at: Timestamp,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// Where each bank stands.
    pub banks: Vec<PackageBank>,
    /// The bank that was asked, where that is known.
    pub through: Option<BankId>,
    /// The one leg that it is about, counted from 0; all of them when left out.
    pub only: Option<u16>,
    /// Whom the payees' banks name, masked, by account.
    pub names: BTreeMap<AccountRef, String>,
}

impl Facts {
    /// Of a package that a bank told of.
    #[must_use]
    pub fn of_package(package: &PackageReply) -> Self {
        let standing = match package.status {
            PackageStatus::Committed if package.settled => Standing::Committed,
            PackageStatus::Committed => Standing::Unsettled,
            PackageStatus::InProgress => Standing::InProgress,
            PackageStatus::Refused => Standing::Refused,
            PackageStatus::Aborted => Standing::Aborted,
        };
        Self {
            id: package.id,
            standing,
            legs: package.legs.clone(),
            refusals: package.refusals.clone(),
            at: package.created_at,
            decided_at: package.decided_at,
            banks: package.banks.clone(),
            through: None,
            only: None,
            names: BTreeMap::new(),
        }
    }

    /// Of an order of this client, which knows its legs in full.
    #[must_use]
    pub fn of_order(order: &Order) -> Self {
        let legs = order.file.told_legs();
        let through = Some(order.file.bank.clone());
        let standing = match &order.state {
            OrderState::Told(package) => {
                return Self { legs, through, ..Self::of_package(package) };
            }
            OrderState::Keeping | OrderState::Sending | OrderState::Unknown(_) => Standing::Unknown,
            OrderState::NotKept(_)
            | OrderState::NotSent(_)
            | OrderState::NeverArrived
            | OrderState::NotTaken(_) => Standing::NotSent,
        };
        Self {
            id: order.file.id,
            standing,
            legs,
            refusals: Vec::new(),
            at: order.file.made_at,
            decided_at: None,
            banks: Vec::new(),
            through,
            only: None,
            names: BTreeMap::new(),
        }
    }

    /// Of a line of a statement, where no bank shows the package that it belongs to.
    #[must_use]
    pub fn of_posting(account: &AccountRef, posting: &PostingReply) -> Self {
        let other = (posting.counterparty != "cash").then(|| posting.counterparty.clone());
        let own = Some(account.to_string());
        let (from, to) = if posting.amount < 0 { (own, other) } else { (other, own) };
        let leg = LegReply {
            leg: Some(posting.leg),
            from,
            to,
            amount: posting.amount.saturating_abs(),
            description: posting.description.clone(),
        };
        Self {
            id: posting.package,
            standing: Standing::Posted,
            legs: vec![leg],
            refusals: Vec::new(),
            at: posting.at,
            decided_at: None,
            banks: vec![PackageBank { bank: account.bank.clone(), state: PackageBankState::Committed }],
            through: None,
            only: Some(posting.leg),
            names: BTreeMap::new(),
        }
    }

    /// The same, about one leg, counted from 0.
    #[must_use]
    pub const fn only(mut self, leg: Option<u16>) -> Self {
        self.only = leg;
        self
    }

    /// Whether any leg is left to show.
    #[must_use]
    pub fn shows_any_leg(&self) -> bool {
        !self.shown().is_empty()
    }

    /// The accounts that the sheet names, as far as the reader knows them in full.
    #[must_use]
    pub fn accounts(&self) -> Vec<AccountRef> {
        let ends = self.shown().into_iter().flat_map(|(_, leg)| [&leg.from, &leg.to]);
        let mut accounts: Vec<AccountRef> = ends.flatten().filter_map(|end| end.parse().ok()).collect();
        accounts.sort();
        accounts.dedup();
        accounts
    }

    /// The digest of the whole package, where all of its legs are in sight.
    #[must_use]
    pub fn digest(&self) -> Option<String> {
        let end = |end: &Option<String>| match end {
            None => Some(End::Cash),
            Some(text) => text.parse().ok().map(End::Account),
        };
        let leg = |leg: &LegReply| {
            // A place is told only where not all legs are.
            if leg.leg.is_some() {
                return None;
            }
            let description = Description::new(leg.description.as_deref().unwrap_or_default()).ok()?;
            Leg::new(end(&leg.from)?, end(&leg.to)?, Amount::new(leg.amount).ok()?, description).ok()
        };
        let legs: Option<Vec<Leg>> = self.legs.iter().map(leg).collect();
        Legs::new(legs?).ok().map(|legs| legs.digest().to_string())
    }

    /// What the QR code says: `CONSORTIUM:1:ID:DIGEST:LEG`, in capitals, the leg counted from 1; digest and leg where
    /// there are any. None where there is no receipt.
    #[must_use]
    pub fn qr_text(&self) -> Option<String> {
        if !self.standing.has_receipt() {
            return None;
        }
        let mut text = format!("CONSORTIUM:1:{}", self.id);
        if let Some(digest) = self.digest() {
            text.push_str(&format!(":{digest}"));
        }
        if let Some(leg) = self.only {
            text.push_str(&format!(":{}", u32::from(leg) + 1));
        }
        Some(text.to_uppercase())
    }

    /// The legs that the sheet shows, each with its place from 0.
    fn shown(&self) -> Vec<(usize, &LegReply)> {
        let placed = self.legs.iter().enumerate().map(|(n, leg)| (leg.leg.map_or(n, usize::from), leg));
        placed.filter(|(n, _)| self.only.is_none_or(|only| usize::from(only) == *n)).collect()
    }
}

/// What a line of a sheet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A line drawn.
    Rule,
    /// What the sheet is.
    Heading,
    /// Where the package stands.
    Standing,
    /// Something named.
    Fact,
    /// Begins a group.
    Title,
    /// Why a leg failed.
    Reason,
}

/// A sheet, ready to be drawn, copied or saved.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// Whether it is a receipt.
    pub is_receipt: bool,
    /// Where the package stands.
    pub standing: Standing,
    /// Its lines.
    pub lines: Vec<(Part, String)>,
    /// What its QR code says, if it has one.
    pub qr: Option<String>,
    /// A name for its file, without the ending.
    pub file_stem: String,
}

/// Columns of a sheet.
pub const SHEET_COLUMNS: usize = 64;

impl Sheet {
    /// The sheet of these facts. `bank` gives a bank's name.
    #[must_use]
    pub fn new(texts: &Texts, facts: &Facts, bank: &dyn Fn(&BankId) -> String) -> Self {
        Writer { texts, facts, bank, lines: Vec::new() }.write()
    }

    /// All of it as text, with the QR code: what goes into a file.
    #[must_use]
    pub fn to_file(&self) -> String {
        let mut text = self.to_text();
        if let Some(code) = self.qr.as_deref().and_then(qr::half_blocks) {
            text.push('\n');
            for line in code {
                text.push_str(&line);
                text.push('\n');
            }
        }
        text
    }

    /// The lines as text, without the drawing: what goes to the clipboard.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.lines.iter().map(|(_, line)| format!("{}\n", line.trim_end())).collect()
    }
}

struct Writer<'a> {
    texts: &'a Texts,
    facts: &'a Facts,
    bank: &'a dyn Fn(&BankId) -> String,
    lines: Vec<(Part, String)>,
}

impl Writer<'_> {
    fn write(mut self) -> Sheet {
        let t = self.texts.receipt;
        let facts = self.facts;
        let standing = facts.standing;
        let is_receipt = standing.has_receipt();
        let heading = match (standing, facts.only) {
            (Standing::Unsettled, _) => t.heading_unsettled(),
            (Standing::Committed | Standing::Posted, Some(_)) => t.heading_leg(),
            (Standing::Committed | Standing::Posted, None) => t.heading(),
            (
                Standing::InProgress
                | Standing::Refused
                | Standing::Aborted
                | Standing::Unknown
                | Standing::NotSent,
                _,
            ) => t.heading_none(),
        };
        let rule = if is_receipt { "═".repeat(SHEET_COLUMNS) } else { "- ".repeat(SHEET_COLUMNS / 2) };
        self.push(Part::Rule, rule.clone());
        self.push(Part::Heading, format!("  {heading}"));
        self.push(Part::Rule, rule);
        self.wrapped(Part::Standing, "", &self.standing());
        self.blank();
        self.facts_of_package();
        for (n, leg) in facts.shown() {
            self.leg(n, leg);
        }
        self.banks();
        if let Some(digest) = facts.digest().filter(|_| is_receipt) {
            self.blank();
            self.wrapped(Part::Fact, &label(t.digest()), &digest);
        }
        let qr = facts.qr_text();
        if qr.is_some() {
            self.wrapped(Part::Fact, &label(t.qr()), t.qr_says());
        }
        let stem = if is_receipt { t.file_stem() } else { t.file_stem_none() };
        let leg = facts.only.map(|leg| format!("-{}", u32::from(leg) + 1)).unwrap_or_default();
        Sheet { is_receipt, standing, lines: self.lines, qr, file_stem: format!("{stem}-{}{leg}", facts.id) }
    }

    fn standing(&self) -> String {
        let t = self.texts.receipt;
        match self.facts.standing {
            Standing::Committed => t.committed().to_owned(),
            Standing::Unsettled => {
                let open = self.facts.banks.iter().filter(|b| b.state != PackageBankState::Committed);
                let names: Vec<String> = open.map(|b| clean(&(self.bank)(&b.bank))).collect();
                if names.is_empty() {
                    t.unsettled(t.unsettled_some())
                } else {
                    t.unsettled(&self.texts.of_each(&names))
                }
            }
            Standing::Posted => t.posted().to_owned(),
            Standing::InProgress => t.in_progress().to_owned(),
            Standing::Refused => t.refused().to_owned(),
            Standing::Aborted => t.aborted().to_owned(),
            Standing::Unknown => t.unknown().to_owned(),
            Standing::NotSent => t.not_sent().to_owned(),
        }
    }

    fn facts_of_package(&mut self) {
        let t = self.texts.receipt;
        let facts = self.facts;
        self.fact(t.id(), &facts.id.to_string());
        let at = if facts.standing == Standing::Posted { t.booked_at() } else { t.ordered_at() };
        self.fact(at, &format!("{} ({})", self.texts.day_and_time(facts.at), t.zone()));
        if let Some(decided) = facts.decided_at {
            self.fact(t.decided_at(), &self.texts.day_and_time(decided));
        }
        if let Some(bank) = &facts.through {
            self.fact(t.through(), &clean(&(self.bank)(bank)));
        }
        if facts.only.is_none() {
            let total = facts.legs.iter().fold(0i64, |sum, leg| sum.saturating_add(leg.amount));
            let partly = facts.legs.iter().any(|leg| leg.leg.is_some());
            self.fact(if partly { t.total_seen() } else { t.total() }, &Reais(total).to_string());
        }
    }

    fn leg(&mut self, n: usize, leg: &LegReply) {
        let t = self.texts.receipt;
        self.blank();
        let all = self.facts.legs.iter().all(|leg| leg.leg.is_none());
        let title = if all { t.leg_of(n + 1, self.facts.legs.len()) } else { t.leg(n + 1) };
        self.push(Part::Title, title);
        let (from, to) = (self.end(leg.from.as_deref()), self.end(leg.to.as_deref()));
        self.fact(t.from(), &from);
        self.fact(t.to(), &to);
        self.fact(t.amount(), &Reais(leg.amount).to_string());
        if let Some(description) = &leg.description {
            self.fact(t.description(), &clean(description));
        }
        if let Some(refusal) = self.facts.refusals.iter().find(|r| usize::from(r.leg) == n) {
            let reason = self.texts.codes.refusal_with_missing(refusal.code, refusal.missing);
            self.wrapped(Part::Reason, "  × ", &reason);
        }
    }

    /// A sheet is handed on: accounts are masked on it, whosever they are.
    fn end(&self, end: Option<&str>) -> String {
        let Some(text) = end else { return self.texts.receipt.cash().to_owned() };
        let Ok(account) = text.parse::<AccountRef>() else { return clean(text) };
        match self.facts.names.get(&account) {
            Some(name) => format!("{} · {}", account.masked(), clean(name)),
            None => account.masked(),
        }
    }

    fn banks(&mut self) {
        if self.facts.banks.is_empty() {
            return;
        }
        self.blank();
        self.push(Part::Title, self.texts.receipt.banks().to_owned());
        for bank in &self.facts.banks {
            let (sign, word) = self.texts.package.bank_state(bank.state);
            self.wrapped(Part::Fact, "  ", &format!("{sign} {}: {word}", clean(&(self.bank)(&bank.bank))));
        }
    }

    fn fact(&mut self, name: &str, value: &str) {
        self.wrapped(Part::Fact, &label(name), value);
    }

    fn wrapped(&mut self, part: Part, head: &str, words: &str) {
        let indent = head.chars().count();
        let lines = in_lines(words, SHEET_COLUMNS - indent);
        for (n, line) in lines.into_iter().enumerate() {
            let before = if n == 0 { head.to_owned() } else { " ".repeat(indent) };
            self.push(part, format!("{before}{line}"));
        }
    }

    fn blank(&mut self) {
        self.push(Part::Fact, String::new());
    }

    fn push(&mut self, part: Part, line: String) {
        self.lines.push((part, line));
    }
}

/// A name, in a column of its own.
fn label(name: &str) -> String {
    format!("  {name:<14} ")
}

/// `words` in lines of at most so many characters, broken between words where that is possible.
fn in_lines(words: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in words.split(' ') {
        let chars: Vec<char> = word.chars().collect();
        for (n, piece) in chars.chunks(columns).enumerate() {
            let piece: String = piece.iter().collect();
            let line = lines.last_mut().filter(|line| {
                line.is_empty() || (n == 0 && line.chars().count() + 1 + piece.chars().count() <= columns)
            });
            match line {
                Some(line) if line.is_empty() => line.push_str(&piece),
                Some(line) => line.push_str(&format!(" {piece}")),
                None => lines.push(piece),
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests;
