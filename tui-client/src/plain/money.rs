//! Paying line by line: one transfer, cash in and out, a package of many; the review, whose answer is no unless it is yes.

use std::collections::BTreeMap;

use shared::account::AccountRef;
use shared::api::problem::ProblemCode;
use shared::limits::LEGS_MAX;
use shared::money::{Amount, Reais, parse_reais};
use shared::package::{End, Leg, Legs};
use shared::text::Description;

use super::lines::Over;
use super::questions::Question;
use super::{Answered, Talk};
use crate::app::wire::Trouble;
use crate::leg_lines::{Points, Reading};
use crate::rooms::review::totals;
use crate::widgets::complaint::Complaint;
use crate::widgets::field::Kind;
use crate::widgets::leg_line;

impl Talk {
    pub(super) async fn pay(&mut self) -> Result<(), Over> {
        let t = self.texts.pay;
        self.say(t.pay_intro());
        let Some(from) = self.own_account(t.pick_from()).await? else { return Ok(()) };
        let question = Question::new(t.to(), Kind::Account);
        let Some(to) = self.ask(question).await?.and_then(|typed| typed.parse().ok()) else { return Ok(()) };
        let to: AccountRef = to;
        let name = self.payee_words(&to).await;
        self.say(&self.texts.plain.payee(&to.to_string(), &name));
        self.order_one(End::Account(from), End::Account(to)).await
    }

    pub(super) async fn pay_in(&mut self) -> Result<(), Over> {
        let t = self.texts.pay;
        self.say(&t.pay_in_intro(&self.main_name()));
        let question = Question::new(t.to(), Kind::Account).suggesting(self.first_account());
        let Some(to) = self.ask(question).await?.and_then(|typed| typed.parse().ok()) else { return Ok(()) };
        self.order_one(End::Cash, End::Account(to)).await
    }

    pub(super) async fn pay_out(&mut self) -> Result<(), Over> {
        let t = self.texts.pay;
        self.say(&t.pay_out_intro(&self.main_name()));
        let Some(from) = self.own_account(t.pick_from()).await? else { return Ok(()) };
        self.order_one(End::Account(from), End::Cash).await
    }

    /// Amount and description, then the review.
    async fn order_one(&mut self, from: End, to: End) -> Result<(), Over> {
        let t = self.texts.pay;
        let Some(amount) = self.ask_amount(t.amount()).await? else { return Ok(()) };
        let question = Question::new(t.description(), Kind::Description).optional();
        let Some(described) = self.ask(question).await? else { return Ok(()) };
        let description = Description::new(&described).ok().flatten();
        match Leg::new(from, to, amount, description) {
            Ok(leg) => self.review(vec![leg]).await,
            Err(_) => {
                self.say(self.texts.forms.same_account());
                Ok(())
            }
        }
    }

    pub(super) async fn ask_amount(&mut self, words: &str) -> Answered<Amount> {
        let typed = self.ask(Question::new(words, Kind::Money)).await?;
        Ok(typed.and_then(|typed| parse_reais(&typed).ok()))
    }

    /// One of the accounts in sight, by its number in the list or its own.
    pub(super) async fn own_account(&mut self, words: &str) -> Answered<AccountRef> {
        let accounts: Vec<AccountRef> =
            self.teller.world.banks.accounts().map(|account| account.account.clone()).collect();
        for (n, account) in accounts.iter().enumerate() {
            if let Some(reply) = self.teller.world.banks.account(account) {
                let line = self.account_words(reply);
                self.say(&format!("{}. {line}", n + 1));
            }
        }
        let first = accounts.first().map(ToString::to_string).unwrap_or_default();
        loop {
            let question = Question::new(words, Kind::Text(80)).suggesting(first.clone());
            let Some(typed) = self.ask(question).await? else { return Ok(None) };
            let number = typed.trim().parse::<usize>().ok().and_then(|n| n.checked_sub(1));
            if let Some(account) = number.and_then(|n| accounts.get(n)) {
                return Ok(Some(account.clone()));
            }
            match typed.trim().parse::<AccountRef>() {
                Ok(account) => return Ok(Some(account)),
                Err(error) => self.say(&self.texts.forms.complaint(&Complaint::from(error))),
            }
        }
    }

    fn first_account(&self) -> String {
        let mut accounts = self.teller.world.banks.accounts();
        accounts.next().map(|account| account.account.to_string()).unwrap_or_default()
    }

    pub(super) fn main_name(&self) -> String {
        let banks = &self.teller.world.banks;
        banks.main().map(|(id, _)| banks.name(id)).unwrap_or_default()
    }

    /// Lines until an empty one, each a leg; then the review.
    pub(super) async fn build_package(&mut self) -> Result<(), Over> {
        let t = self.texts.plain;
        self.say(self.texts.builder.empty_promise());
        self.say(t.package_how());
        let mut legs: Vec<Leg> = Vec::new();
        // Spreadsheets paste a table: its heading says which column is which for the lines after it.
        let mut heading = String::new();
        loop {
            self.lines.ask(&t.package_line(legs.len() + 1));
            let line = self.line().await?;
            let typed = line.trim();
            if typed == "." {
                self.say(t.back());
                return Ok(());
            }
            if typed.is_empty() {
                break;
            }
            if t.less_words().split(' ').any(|word| word == typed.to_lowercase()) {
                if legs.pop().is_some() {
                    self.say(&t.removed(legs.len() + 1));
                }
                continue;
            }
            if is_heading(typed) {
                heading = format!("{typed}\n");
                continue;
            }
            let room = LEGS_MAX.saturating_sub(legs.len());
            let text = format!("{heading}{typed}\n");
            let mut read = Reading { room, ..Reading::default() }.read(&text);
            if let Some(ambiguous) = read.ambiguous.clone() {
                let Some(meant) = self.money_meant(&ambiguous).await? else { continue };
                let points = if meant.contains(',') { Points::Centavos } else { Points::Thousands };
                read = Reading { room, points, end: &leg_line::end }.read(&text);
            }
            for bad in &read.bad {
                self.say(&self.texts.forms.complaint(&bad.why));
            }
            legs.extend(read.legs);
        }
        if legs.is_empty() {
            self.say(t.not_sent());
            return Ok(());
        }
        self.review(legs).await
    }

    /// The last look: payers, each leg with its payee, the total. Nothing moves without a yes.
    pub(super) async fn review(&mut self, legs: Vec<Leg>) -> Result<(), Over> {
        let Ok(legs) = Legs::new(legs) else {
            self.say(self.texts.builder.empty());
            return Ok(());
        };
        let t = self.texts.review;
        self.say(self.texts.plain.to_review());
        for (account, (out, into)) in totals(legs.as_slice()) {
            if out == 0 {
                continue;
            }
            let mut line = self.texts.plain.payer(&account.to_string(), &Reais(out).to_string());
            if let Some(own) = self.teller.world.banks.account(&account) {
                let after = own.available.saturating_sub(out).saturating_add(into);
                let hidden = self.teller.world.settings.hide_balances;
                if !hidden {
                    let words =
                        self.texts.scripts.preview_after(&account.to_string(), &Reais(after).to_string());
                    line = format!("{line}. {words}");
                }
                if out > own.available {
                    line = format!("{line}. {}", t.short(&Reais(out - own.available).to_string()));
                }
            } else {
                line = format!("{line}. {}", t.not_in_sight());
            }
            self.say(&line);
        }
        let mut names: BTreeMap<AccountRef, String> = BTreeMap::new();
        for (n, leg) in legs.as_slice().iter().enumerate() {
            let words = self.with_words(|words| words.own_leg(n, leg));
            let line = match leg.to().account() {
                Some(account) => {
                    if !names.contains_key(account) {
                        let name = self.payee_words(account).await;
                        names.insert(account.clone(), name);
                    }
                    let name = names.get(account).cloned().unwrap_or_default();
                    self.texts.plain.payee(&words, &name)
                }
                None => words,
            };
            self.say(&line);
        }
        let total = legs.as_slice().iter().fold(0i64, |sum, leg| sum.saturating_add(leg.amount().centavos()));
        self.say(&format!("{} {}, {}.", t.total(), Reais(total), t.through(&self.main_name())));
        if legs.as_slice().len() > 1 {
            self.say(&t.all_or_nothing(legs.as_slice().len()));
        }
        if !self.confirm(self.texts.plain.review_send()).await? {
            self.say(self.texts.plain.not_sent());
            return Ok(());
        }
        self.send(legs).await
    }

    /// Who is behind an account: oneself, or as their bank tells, masked.
    pub(super) async fn payee_words(&mut self, account: &AccountRef) -> String {
        let t = self.texts.pay;
        if let Some(own) = self.teller.world.banks.account(account) {
            return t.yours(self.texts.home.account_kind(own.kind));
        }
        let Some((_, session)) = self.teller.world.banks.main() else {
            return t.payee_not_told().to_owned();
        };
        let (seat, asked) = (session.seat.clone(), account.clone());
        let answer = self.teller.at(&seat, async move |bank, token| bank.payee(&token, &asked).await).await;
        match answer {
            Ok(payee) => payee.name,
            Err(Trouble::Problem(problem)) if problem.code == ProblemCode::NotFound => {
                t.payee_unknown().to_owned()
            }
            Err(Trouble::Problem(problem)) if problem.code == ProblemCode::BankUnavailable => {
                t.payee_bank_away().to_owned()
            }
            Err(_) => t.payee_not_told().to_owned(),
        }
    }
}

/// Whether a line is a table's heading: it has no digit in it.
fn is_heading(line: &str) -> bool {
    line.contains([';', '\t', ',']) && !line.chars().any(|c| c.is_ascii_digit())
}
