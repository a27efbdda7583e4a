//! What was ordered at the banks of one's sessions, line by line: this run's orders and those whose end is not known
//! first, older ones page by page, found by words; and any package by its id.

use std::collections::BTreeMap;

use shared::api::problem::ProblemCode;
use shared::api::replies::{PackageReply, PackageStatus};
use shared::client::{BankClient, Page, Token};
use shared::ids::{BankId, PackageId};
use shared::money::Reais;
use shared::package::Leg;

use super::lines::Over;
use super::menus::{Chosen, Extra, Menu};
use super::questions::Question;
use super::{Answered, ROWS, Talk};
use crate::actions::{Action, Scope};
use crate::app::orders::OrderState;
use crate::app::why_not::WhyNot;
use crate::app::wire::{Seat, Trouble};
use crate::clock;
use crate::rooms::look_up::fullness;
use crate::rooms::package::leg_of;
use crate::rooms::packages::{Row, Told, read_id, rows};
use crate::widgets::field::Kind;
use crate::widgets::search::fold;

/// What there is to do with a package that is not an order of this run.
pub(super) const PACKAGE: Menu = Menu {
    scope: Scope::Package,
    actions: &[Action::ShowReceipt, Action::CorrectLegs, Action::Refresh, Action::Back],
    extras: &[Extra::LegReceipt],
};

/// What a bank was asked for, by what it told.
type Listed = BTreeMap<BankId, Told>;

impl Talk {
    /// The list, then one package of it, again and again.
    pub(super) async fn orders(&mut self) -> Result<(), Over> {
        while let Some(id) = self.choose_package().await? {
            if self.teller.world.orders.order(id).is_some() {
                self.follow(id).await?;
            }
            // No bank knows of an order that none has taken: its legs are known here alone.
            let order = self.teller.world.orders.order(id);
            let not_taken = order.filter(|order| matches!(order.state, OrderState::NotTaken(_)));
            if let Some(legs) = not_taken.map(|order| order.file.legs.as_slice().to_vec()) {
                let corrects = self.label(Action::CorrectLegs);
                if self.confirm(&format!("{corrects}?")).await? {
                    self.build(legs).await?;
                }
                continue;
            }
            if let Some((_, package)) = self.find_package(id).await {
                self.about_package(package).await?;
            }
        }
        Ok(())
    }

    /// A package of the list by its number, or any by its id; other words narrow the list down.
    pub(super) async fn choose_package(&mut self) -> Answered<PackageId> {
        let t = self.texts.plain;
        let mut told = Listed::new();
        self.list_packages(&mut told).await;
        let mut filter = String::new();
        let mut said = 0;
        let mut tells = true;
        loop {
            let shown = self.rows_shown(&told, &filter);
            if tells {
                said = self.tell_packages(&shown, said, &filter, &told);
            }
            let typed = self.ask(Question::new(t.which_order(), Kind::Text(400)).optional()).await?;
            let Some(typed) = typed.filter(|typed| !typed.trim().is_empty()) else { return Ok(None) };
            let typed = typed.trim();
            tells = true;
            if typed == t.older_sign() {
                if said >= shown.len() {
                    self.list_older(&mut told).await;
                }
            } else if let Some((id, _)) = Self::place(typed, shown.len()).and_then(|n| shown.get(n)) {
                return Ok(Some(*id));
            } else if let Some(id) = read_id(typed) {
                return Ok(Some(id));
            } else if typed.parse::<usize>().is_ok() {
                self.say(t.not_among());
                tells = false;
            } else {
                typed.clone_into(&mut filter);
                said = 0;
            }
        }
    }

    fn alive(&self) -> Vec<(BankId, Seat)> {
        let alive = self.teller.world.banks.sessions().filter(|(_, session)| session.alive);
        alive.map(|(bank, session)| (bank.clone(), session.seat.clone())).collect()
    }

    async fn list_packages(&mut self, told: &mut Listed) {
        for (bank, seat) in self.alive() {
            self.page_of_packages(told, &bank, &seat, None).await;
        }
    }

    async fn list_older(&mut self, told: &mut Listed) {
        for (bank, seat) in self.alive() {
            if let Some(before) = told.get(&bank).and_then(Told::next) {
                self.page_of_packages(told, &bank, &seat, Some(before)).await;
            }
        }
    }

    async fn page_of_packages(&mut self, told: &mut Listed, bank: &BankId, seat: &Seat, before: Option<u64>) {
        let page = Page { limit: Some(ROWS), before };
        let call = async move |bank: BankClient, token: Token| bank.packages(&token, page).await;
        match self.teller.at(seat, call).await {
            Ok(reply) if before.is_some() => told.entry(bank.clone()).or_default().older(reply),
            Ok(reply) => told.entry(bank.clone()).or_default().newest(reply, clock::now()),
            Err(trouble) => self.trouble(&trouble),
        }
    }

    /// The packages that fit the filter, each with its line.
    fn rows_shown(&self, told: &Listed, filter: &str) -> Vec<(PackageId, String)> {
        let typed = fold(filter);
        let mut shown = Vec::new();
        for row in rows(told, &self.teller.world) {
            let standing = match &row {
                Row::Order(order) => self.texts.home.order(&order.state).1.to_owned(),
                Row::Waiting(file) => {
                    self.texts.packages.waits_for_log_in(&self.teller.world.banks.name(&file.bank))
                }
                Row::Told(_, package) => self.with_words(|words| words.status_word(package)).to_owned(),
            };
            let searched = row.searched(&standing);
            if typed.split_whitespace().all(|word| searched.contains(word)) {
                let at = self.texts.day_and_hour(row.made_at());
                let line = self.texts.plain.package(&at, &Reais(row.sum().1).to_string(), &standing);
                shown.push((row.id(), line));
            }
        }
        shown
    }

    /// Says the next lines of the list; tells how many were said so far.
    fn tell_packages(
        &mut self,
        shown: &[(PackageId, String)],
        said: usize,
        filter: &str,
        told: &Listed,
    ) -> usize {
        let t = self.texts.packages;
        if shown.is_empty() {
            if filter.is_empty() {
                self.say(t.none());
                self.say(t.none_how());
            } else {
                self.say(t.none_fits());
            }
        } else if said >= shown.len() {
            self.say(self.texts.plain.no_more());
        }
        for (n, (_, line)) in shown.iter().enumerate().skip(said).take(ROWS) {
            self.say(&format!("{}. {line}", n + 1));
        }
        let said = shown.len().min(said + ROWS);
        if said < shown.len() || told.values().any(|told| told.next().is_some()) {
            self.say(&format!("{}.", self.texts.plain.older_packages_remain()));
        }
        said
    }

    /// Asks every bank with a session for a package: who ordered it sees all of it there.
    ///
    /// # Errors
    /// Why a bank did not say, where none has told of it.
    pub(super) async fn ask_package(
        &mut self,
        id: PackageId,
    ) -> Result<Option<(BankId, PackageReply)>, Trouble> {
        let mut found: Option<(BankId, PackageReply)> = None;
        let mut failed = None;
        for (bank, seat) in self.alive() {
            match self.teller.at(&seat, async move |bank, token| bank.package(&token, id).await).await {
                Ok(package) => {
                    let fuller = found.as_ref().is_none_or(|(_, known)| fullness(&package) > fullness(known));
                    if fuller {
                        found = Some((bank, package));
                    }
                }
                Err(Trouble::Problem(problem)) if problem.code == ProblemCode::NotFound => {}
                Err(trouble) => failed = Some(trouble),
            }
        }
        match (found, failed) {
            (None, Some(trouble)) => Err(trouble),
            (found, _) => Ok(found),
        }
    }

    /// The same; says why there is none.
    pub(super) async fn find_package(&mut self, id: PackageId) -> Option<(BankId, PackageReply)> {
        match self.ask_package(id).await {
            Ok(None) => {
                self.say(self.texts.package.not_found());
                None
            }
            Ok(found) => found,
            Err(trouble) => {
                self.trouble(&trouble);
                None
            }
        }
    }

    /// A package, and its menu until the customer goes back.
    async fn about_package(&mut self, mut package: PackageReply) -> Result<(), Over> {
        if self.teller.world.orders.order(package.id).is_none() {
            self.tell_package(&package);
        }
        self.unhear(Scope::Package);
        loop {
            let chosen = self.choose_line(&PACKAGE).await?;
            if !self.in_package(&mut package, chosen).await? {
                return Ok(());
            }
        }
    }

    fn tell_package(&mut self, package: &PackageReply) {
        let partly = package.legs.iter().any(|leg| leg.leg.is_some());
        let lines = self.with_words(|words| words.package(package));
        lines.iter().for_each(|line| self.say(line));
        if partly {
            self.say(self.texts.package.partly());
        }
    }

    /// A line of the package's menu; tells whether the talk stays with the package.
    pub(super) async fn in_package(
        &mut self,
        package: &mut PackageReply,
        chosen: Chosen,
    ) -> Result<bool, Over> {
        match chosen {
            Chosen::Action(Action::ShowReceipt) => self.receipt_of_package(package, false).await?,
            Chosen::Extra(Extra::LegReceipt) => self.receipt_of_package(package, true).await?,
            Chosen::Action(Action::CorrectLegs) => {
                let refused = package.status == PackageStatus::Refused;
                let legs: Option<Vec<Leg>> = package.legs.iter().map(leg_of).collect();
                match legs.filter(|_| refused) {
                    Some(legs) => self.build(legs).await?,
                    None => self.say(self.texts.frame.why_not(WhyNot::NotCorrected)),
                }
            }
            Chosen::Action(Action::Refresh) => {
                if let Some((_, found)) = self.find_package(package.id).await {
                    *package = found;
                    self.tell_package(package);
                }
            }
            Chosen::Action(Action::Back) => {
                self.say(self.texts.plain.back());
                return Ok(false);
            }
            Chosen::Action(_) | Chosen::Extra(_) => self.nowhere(),
        }
        Ok(true)
    }
}
