//! Accounts, said line by line: all in sight, and one of them with its statement, its details and what can be done with
//! it: filter, file, receipt, paying from it, closing it.

use shared::account::AccountRef;
use shared::api::problem::ProblemCode;
use shared::api::replies::{AccountReply, HolderStatus, PostingReply, StatementReply};
use shared::client::{BankClient, Page, Token};
use shared::cpf::Cpf;
use shared::money::Reais;
use shared::package::End;

use super::lines::Over;
use super::menus::{Chosen, Extra, Menu};
use super::questions::Question;
use super::{Answered, ROWS, Talk};
use crate::actions::{Action, Scope};
use crate::app::why_not::WhyNot;
use crate::app::wire::Trouble;
use crate::clock;
use crate::rooms::account::statement::{Statement, totals};
use crate::rooms::account::why_not_close;
use crate::rooms::leg_form::end_in;
use crate::statement_csv::{file_stem, statement_csv};
use crate::widgets::field::Kind;

/// What there is to do with an account.
pub(super) const ACCOUNT: Menu = Menu {
    scope: Scope::Account,
    actions: &[
        Action::Filter,
        Action::SaveStatement,
        Action::PayFromHere,
        Action::ShowDetails,
        Action::CloseAccount,
        Action::Refresh,
        Action::Back,
    ],
    extras: &[Extra::Older, Extra::Receipt],
};

/// An account that is looked at.
pub(super) struct Look {
    pub(super) account: AccountRef,
    statement: Statement,
    /// What its lines are narrowed down by.
    filter: String,
    /// How many of its lines were said.
    said: usize,
}

impl Look {
    pub(super) fn new(account: AccountRef) -> Self {
        Self { account, statement: Statement::default(), filter: String::new(), said: 0 }
    }

    /// The lines that the filter leaves.
    pub(super) fn wanted(&self) -> Vec<PostingReply> {
        self.statement.wanted(&self.filter).into_iter().cloned().collect()
    }
}

impl Talk {
    /// Every account in sight, bank by bank, and what is missing.
    pub(super) fn tell_accounts(&mut self) {
        let mut lines = Vec::new();
        let (mut balance, mut available) = (0i64, 0i64);
        for bank in self.teller.world.banks.iter() {
            if !bank.is_connected() {
                lines.push(format!("{}.", self.texts.home.not_connected(&bank.name)));
                continue;
            }
            match (&bank.trouble, bank.known_at) {
                (Some(_), Some(at)) => {
                    let as_of = self.texts.home.as_of(&self.texts.time(at));
                    lines.push(format!("{}, {as_of}.", self.texts.home.unreachable(&bank.name)));
                }
                (Some(_), None) => lines.push(format!("{}.", self.texts.home.unreachable(&bank.name))),
                (None, _) if bank.accounts.is_empty() => {
                    lines.push(self.texts.plain.no_accounts_at(&bank.name));
                }
                (None, _) => lines.push(format!("{}:", bank.name)),
            }
            for account in &bank.accounts {
                lines.push(self.account_words(account));
                balance = balance.saturating_add(account.balance);
                available = available.saturating_add(account.available);
            }
        }
        if self.teller.world.banks.accounts().next().is_none() {
            lines.push(format!("{} {}", self.texts.home.none(), self.texts.home.none_how()));
        } else if !self.teller.world.settings.hide_balances {
            let words = self.texts.plain.total(&Reais(balance).to_string(), &Reais(available).to_string());
            lines.push(words);
        }
        lines.iter().for_each(|line| self.say(line));
    }

    /// One account in a sentence.
    pub(super) fn account_words(&self, account: &AccountReply) -> String {
        let t = self.texts.plain;
        let mut kind = self.texts.home.account_kind(account.kind).to_owned();
        if let Some(company) = &account.company {
            kind = format!("{kind} {company}");
        }
        let others = account.holders.iter().filter(|h| h.status == HolderStatus::Holder).count();
        if others > 1 {
            let names: Vec<&str> = account.holders.iter().map(|holder| holder.name.as_str()).collect();
            kind = format!("{kind}, {}", names.join(", "));
        }
        if let Some(status) = self.texts.home.account_status(account.status) {
            kind = format!("{kind}, {status}");
        }
        let number = account.account.to_string();
        if self.teller.world.settings.hide_balances {
            return format!("{}.", t.account_hidden(&number, &kind));
        }
        let reais = |centavos| Reais(centavos).to_string();
        let mut words = t.account(&number, &kind, &reais(account.balance), &reais(account.available));
        if account.held != 0 {
            words = format!("{words}, {}", t.held(&reais(account.held)));
        }
        if account.incoming != 0 {
            words = format!("{words}, {}", t.incoming(&reais(account.incoming)));
        }
        format!("{words}.")
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
            if let Some(account) = Self::place(&typed, accounts.len()).and_then(|n| accounts.get(n)) {
                return Ok(Some(account.clone()));
            }
            match end_in(&self.teller.world, &typed) {
                Ok(End::Account(account)) => return Ok(Some(account)),
                Ok(End::Cash) => self.say(self.texts.plain.not_among()),
                Err(complaint) => self.say(&self.texts.forms.complaint(&complaint)),
            }
        }
    }

    /// One account: its statement, and then its menu until the customer goes back.
    pub(super) async fn accounts(&mut self) -> Result<(), Over> {
        let Some(account) = self.own_account(self.texts.plain.which_account()).await? else { return Ok(()) };
        let mut look = Look::new(account);
        if !self.page(&mut look, false).await {
            return Ok(());
        }
        self.tell_postings(&mut look).await;
        self.unhear(Scope::Account);
        while self.teller.world.banks.main().is_some() {
            let chosen = self.choose_line(&ACCOUNT).await?;
            if !self.in_account(&mut look, chosen).await? {
                break;
            }
        }
        Ok(())
    }

    /// A line of the account's menu; tells whether the talk stays with the account.
    pub(super) async fn in_account(&mut self, look: &mut Look, chosen: Chosen) -> Result<bool, Over> {
        match chosen {
            Chosen::Extra(Extra::Older) => self.tell_postings(look).await,
            Chosen::Extra(Extra::Receipt) => self.receipt_of_posting(look).await?,
            Chosen::Action(Action::Filter) => {
                let t = self.texts.account;
                let words = format!("{} ({})", self.texts.plain.find_what(), t.filter_hint());
                let Some(typed) = self.ask(Question::new(&words, Kind::Text(80)).optional()).await? else {
                    return Ok(true);
                };
                look.filter = typed.to_string();
                look.said = 0;
                self.tell_postings(look).await;
            }
            Chosen::Action(Action::SaveStatement) => self.save_statement(look).await?,
            Chosen::Action(Action::PayFromHere) => self.pay_from(Some(look.account.clone())).await?,
            Chosen::Action(Action::ShowDetails) => self.tell_details(&look.account).await,
            Chosen::Action(Action::CloseAccount) => self.close_account(&look.account).await?,
            Chosen::Action(Action::Refresh) => {
                self.look().await;
                *look = Look { filter: look.filter.clone(), ..Look::new(look.account.clone()) };
                if self.page(look, false).await {
                    self.tell_postings(look).await;
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

    /// Reads the newest page of a statement, or the one before the oldest; tells whether it came.
    async fn page(&mut self, look: &mut Look, older: bool) -> bool {
        let bank = &look.account.bank;
        let Some(seat) = self.teller.world.banks.reader(bank).map(|session| session.seat.clone()) else {
            let name = self.teller.world.banks.name(bank);
            self.say(&self.texts.account.no_reader(&name));
            return false;
        };
        let before = look.statement.older().filter(|_| older);
        let (asked, page) = (look.account.clone(), Page { limit: Some(ROWS), before });
        let call = async move |bank: BankClient, token: Token| bank.statement(&token, &asked, page).await;
        let answer: Result<StatementReply, Trouble> = self.teller.at(&seat, call).await;
        match answer {
            Ok(reply) if older => look.statement.told_older(reply),
            Ok(reply) => look.statement.told_newest(reply, clock::now()),
            Err(trouble) => {
                self.trouble(&trouble);
                return false;
            }
        }
        true
    }

    /// Reads on until so many lines of what is wanted are there, or all.
    async fn read_on(&mut self, look: &mut Look, lines: usize) -> bool {
        while !look.statement.is_whole() && look.statement.wanted(&look.filter).len() < lines {
            if !self.page(look, true).await {
                return false;
            }
        }
        true
    }

    /// Says the next lines of a statement, each with its number.
    async fn tell_postings(&mut self, look: &mut Look) {
        if !self.read_on(look, look.said + ROWS).await {
            return;
        }
        let wanted = look.statement.wanted(&look.filter);
        let hides = self.teller.world.settings.hide_balances;
        let t = self.texts.plain;
        let mut lines = Vec::new();
        for (n, posting) in wanted.iter().enumerate().skip(look.said).take(ROWS) {
            let at = self.texts.day_and_hour(posting.at);
            let (amount, other) =
                (Reais(posting.amount).to_string(), self.texts.counterparty(&posting.counterparty));
            let line = if hides {
                t.posting_covered(&at, &amount, other)
            } else {
                t.posting(&at, &amount, other, &Reais(posting.balance_after).to_string())
            };
            let described = posting.description.as_ref().map(|d| format!(", {d}")).unwrap_or_default();
            lines.push(format!("{}. {line}{described}", n + 1));
        }
        let (shown, count) = (wanted.len(), look.statement.postings.len());
        if lines.is_empty() {
            lines.push(match (count, shown, look.said) {
                (0, ..) => t.no_postings().to_owned(),
                (_, 0, _) => self.texts.account.none_fits().to_owned(),
                _ => t.no_more().to_owned(),
            });
        } else if look.statement.is_whole() && !look.filter.trim().is_empty() {
            let (came, went) = totals(&wanted);
            let reais = |centavos| Reais(centavos).to_string();
            lines.push(format!("{}.", self.texts.account.shown(shown, count)));
            // In a short statement the two add up to the balance.
            if !hides {
                lines.push(t.totals(&reais(came), &reais(went)));
            }
        }
        look.said = shown.min(look.said + ROWS);
        if look.said < shown || !look.statement.is_whole() {
            lines.push(format!("{}.", t.older_remain()));
        }
        lines.iter().for_each(|line| self.say(line));
    }

    /// Everything that the filter leaves, as a file for spreadsheets.
    async fn save_statement(&mut self, look: &mut Look) -> Result<(), Over> {
        if !self.read_on(look, usize::MAX).await {
            self.say(self.texts.account.not_saved());
            return Ok(());
        }
        let wanted = look.statement.wanted(&look.filter);
        if wanted.is_empty() {
            self.say(self.texts.frame.why_not(WhyNot::NothingToSave));
            return Ok(());
        }
        let text = statement_csv(&look.account, wanted);
        let name = format!("{}.csv", file_stem(&look.account, clock::now()));
        self.save(&text, &name).await
    }

    /// Everything that is known of an account.
    async fn tell_details(&mut self, account: &AccountRef) {
        self.look().await;
        let Some(account) = self.teller.world.banks.account(account).cloned() else {
            self.say(self.texts.pay.not_in_sight());
            return;
        };
        let (t, home) = (self.texts.account, self.texts.home);
        let status = home.account_status(account.status).unwrap_or_else(|| t.open());
        let balance = |centavos| self.teller.world.settings.balance(centavos);
        let mut rows = vec![
            (home.account(), account.account.to_string()),
            (t.kind(), home.account_kind(account.kind).to_owned()),
            (t.status(), status.to_owned()),
        ];
        rows.extend(account.company.clone().map(|company| (t.company(), company)));
        rows.extend(account.cnpj.as_ref().map(|cnpj| (t.cnpj(), cnpj.formatted())));
        rows.push((t.opened_at(), self.texts.day_and_hour(account.opened_at)));
        rows.push((home.balance(), balance(account.balance)));
        rows.push((home.held(), format!("{}, {}", balance(account.held), t.held_how())));
        rows.push((home.incoming(), format!("{}, {}", balance(account.incoming), t.incoming_how())));
        rows.push((home.available(), balance(account.available)));
        for holder in &account.holders {
            // Masked for who is no co-holder, and then no CPF to be written out.
            let cpf = holder.cpf.parse::<Cpf>().map_or_else(|_| holder.cpf.clone(), |cpf| cpf.formatted());
            rows.push((t.holders(), format!("{}, {cpf}, {}", holder.name, t.holder_status(holder.status))));
        }
        for (name, value) in rows {
            self.say(&format!("{name}: {value}"));
        }
    }

    async fn close_account(&mut self, account: &AccountRef) -> Result<(), Over> {
        // What it holds is looked at now: an account is closed only when it is empty.
        self.look().await;
        let t = self.texts.account;
        let world = &self.teller.world;
        if let Some(why) = why_not_close(world, account, world.banks.account(account)) {
            self.say(self.texts.frame.why_not(why));
            return Ok(());
        }
        let Some(seat) = world.banks.session(&account.bank).map(|session| session.seat.clone()) else {
            return Ok(());
        };
        self.say(&t.close_question(&account.to_string()));
        if !self.confirm(t.close_title()).await? {
            self.say(self.texts.plain.not_done());
            return Ok(());
        }
        let number = account.number;
        let call = async move |bank: BankClient, token: Token| bank.close_account(&token, number).await;
        match self.teller.at(&seat, call).await {
            Ok(_) => self.say(t.closed()),
            Err(Trouble::OutcomeUnknown) => self.say(t.not_known_closed()),
            Err(Trouble::Problem(problem)) if problem.code == ProblemCode::AccountNotEmpty => {
                self.say(&t.not_closed(self.texts.codes.problem(problem.code)));
            }
            Err(trouble) => self.say(&t.not_closed(&self.texts.codes.trouble(&trouble))),
        }
        self.look().await;
        Ok(())
    }
}
