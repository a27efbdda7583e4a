//! What is there, said line by line: accounts, statement, receipts, invitations, banks; and opening an account.

use std::io::Write as _;
use std::path::Path;

use shared::api::replies::{AccountReply, HolderStatus, PackageReply};
use shared::api::requests::OpenAccount;
use shared::client::{BankClient, Page, Token};
use shared::cnpj::Cnpj;
use shared::cpf::Cpf;
use shared::ids::{BankId, PackageId};
use shared::limits::HOLDERS_MAX;
use shared::money::Reais;
use shared::package::{End, Leg};
use shared::text::Name;

use super::lines::Over;
use super::questions::Question;
use super::{LOOK, Talk};
use crate::actions::Action;
use crate::app::effect::Effect;
use crate::app::switch::BankSwitch;
use crate::app::wire::{Seat, Trouble};
use crate::receipt::{Facts, Sheet};
use crate::widgets::field::Kind;

/// Rows of a statement or of packages that are said at once: more are asked for.
const ROWS: usize = 20;

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

    fn main_seat(&self) -> Option<Seat> {
        self.teller.world.banks.main().map(|(_, session)| session.seat.clone())
    }

    /// A statement, page by page.
    pub(super) async fn statement(&mut self) -> Result<(), Over> {
        let Some(account) = self.own_account(self.texts.plain.which_account()).await? else { return Ok(()) };
        let banks = &self.teller.world.banks;
        let own = banks.session(&account.bank).filter(|s| s.alive).map(|s| s.seat.clone());
        let Some(seat) = own.or_else(|| self.main_seat()) else { return Ok(()) };
        let mut before = None;
        loop {
            let (asked, page) = (account.clone(), Page { limit: Some(ROWS), before });
            let call = async move |bank: BankClient, token: Token| bank.statement(&token, &asked, page).await;
            let reply = match self.teller.at(&seat, call).await {
                Ok(reply) => reply,
                Err(trouble) => {
                    self.trouble(&trouble);
                    return Ok(());
                }
            };
            if reply.postings.is_empty() && before.is_none() {
                self.say(self.texts.plain.no_postings());
            }
            for posting in &reply.postings {
                let mut line = self.texts.plain.posting(
                    &self.texts.day_and_hour(posting.at),
                    &Reais(posting.amount).to_string(),
                    self.texts.counterparty(&posting.counterparty),
                    &Reais(posting.balance_after).to_string(),
                );
                if let Some(description) = &posting.description {
                    line = format!("{line}, {description}");
                }
                self.say(&line);
            }
            before = reply.next;
            if before.is_none() || !self.confirm(self.texts.plain.older()).await? {
                return Ok(());
            }
        }
    }

    /// The packages that the bank of the session ran, and the receipt of one.
    pub(super) async fn receipt(&mut self) -> Result<(), Over> {
        let Some(seat) = self.main_seat() else { return Ok(()) };
        let page = Page { limit: Some(ROWS), before: None };
        let call = async move |bank: BankClient, token: Token| bank.packages(&token, page).await;
        let packages = match self.teller.at(&seat, call).await {
            Ok(reply) => reply.packages,
            Err(trouble) => {
                self.trouble(&trouble);
                return Ok(());
            }
        };
        if packages.is_empty() {
            self.say(self.texts.plain.no_packages());
            return Ok(());
        }
        for (n, package) in packages.iter().enumerate() {
            let line = self.package_line(package);
            self.say(&format!("{}. {line}", n + 1));
        }
        let question = Question::new(self.texts.plain.which_package(), Kind::Text(80)).suggesting("1");
        let Some(typed) = self.ask(question).await? else { return Ok(()) };
        let number = typed.trim().parse::<usize>().ok().and_then(|n| n.checked_sub(1));
        let listed = number.and_then(|n| packages.get(n)).map(|package| package.id);
        let Some(id) = listed.or_else(|| typed.trim().parse::<PackageId>().ok()) else {
            self.say(self.texts.plain.not_among());
            return Ok(());
        };
        // Asked anew: it may have gone on since the list.
        let answer = self.teller.at(&seat, async move |bank, token| bank.package(&token, id).await).await;
        match answer {
            Ok(package) => self.tell_receipt(&package).await,
            Err(trouble) => {
                self.trouble(&trouble);
                Ok(())
            }
        }
    }

    fn package_line(&self, package: &PackageReply) -> String {
        let total = package.legs.iter().fold(0i64, |sum, leg| sum.saturating_add(leg.amount));
        let at = self.texts.day_and_hour(package.created_at);
        let status = self.with_words(|words| words.status_word(package));
        self.texts.plain.package(&at, &Reais(total).to_string(), status)
    }

    fn receipt_of(&self, package: &PackageReply) -> Sheet {
        let name = |bank: &BankId| self.teller.world.banks.name(bank);
        Sheet::new(&self.texts, &Facts::of_package(package), &name)
    }

    async fn tell_receipt(&mut self, package: &PackageReply) -> Result<(), Over> {
        let receipt = self.receipt_of(package);
        // The drawing of a code is of no use to who listens: it goes into the file.
        receipt.to_text().lines().for_each(|line| self.say(line));
        let question = Question::new(self.texts.plain.save_to(), Kind::Text(400)).optional();
        let Some(path) = self.ask(question).await?.filter(|path| !path.trim().is_empty()) else {
            return Ok(());
        };
        let path = path.trim();
        let file = crate::scripts::output::new_file(Path::new(path));
        match file.and_then(|mut file| file.write_all(receipt.to_file().as_bytes())) {
            Ok(()) => self.say(&self.texts.scripts.saved(path)),
            Err(error) => self.say(&self.texts.scripts.not_kept(&format!("{path}: {error}"))),
        }
        Ok(())
    }

    /// The invitations at every bank one is logged in to; accepts or declines.
    pub(super) async fn invitations(&mut self) -> Result<(), Over> {
        let seats: Vec<Seat> = self
            .teller
            .world
            .banks
            .sessions()
            .filter(|(_, s)| s.alive)
            .map(|(_, s)| s.seat.clone())
            .collect();
        let mut found = Vec::new();
        for seat in seats {
            match self.teller.at(&seat, async |bank, token| bank.invitations(&token).await).await {
                Ok(reply) => found.extend(reply.invitations.into_iter().map(|one| (seat.clone(), one))),
                Err(trouble) => self.trouble(&trouble),
            }
        }
        if found.is_empty() {
            self.say(self.texts.plain.no_invitations());
            return Ok(());
        }
        let lines: Vec<String> = found
            .iter()
            .map(|(_, one)| {
                let kind = self.texts.home.account_kind(one.kind);
                self.texts.plain.invitation(&one.account.to_string(), kind, &one.invited_by.name)
            })
            .collect();
        let Some(n) = self.choose(self.texts.plain.which_invitation(), &lines).await? else { return Ok(()) };
        let Some((seat, one)) = found.get(n).cloned() else { return Ok(()) };
        let label = |action: Action| action.row().map_or("", |row| row.label(self.texts.language)).to_owned();
        let answers = [label(Action::AcceptInvitation), label(Action::DeclineInvitation)];
        let Some(answer) = self.choose(&one.account.to_string(), &answers).await? else { return Ok(()) };
        let (accepts, number) = (answer == 0, one.account.number);
        let call = async move |bank: BankClient, token: Token| {
            if accepts {
                bank.accept_invitation(&token, number).await
            } else {
                bank.decline_invitation(&token, number).await
            }
        };
        match self.teller.at(&seat, call).await {
            Ok(()) => {
                let account = one.account.to_string();
                let t = self.texts.plain;
                self.say(&if accepts { t.accepted(&account) } else { t.declined(&account) });
                self.look().await;
            }
            Err(trouble) => self.trouble(&trouble),
        }
        Ok(())
    }

    /// Every bank as the bank of the session sees it; in the demo one may be taken down or started.
    pub(super) async fn consortium(&mut self) -> Result<(), Over> {
        self.look().await;
        let mut lines = Vec::new();
        for bank in self.teller.world.banks.iter() {
            let health = match bank.latency_ms {
                Some(ms) if bank.health == crate::app::banks::Health::Up => self.texts.plain.latency(ms),
                Some(_) | None => self.texts.home.health(bank.health).1.to_owned(),
            };
            lines.push(self.texts.plain.bank(&bank.name, &health, self.texts.home.link(bank.link)));
        }
        lines.iter().for_each(|line| self.say(line));
        if !self.teller.world.settings.breaks_banks {
            return Ok(());
        }
        let banks: Vec<_> = self.teller.world.banks.iter().map(|b| (b.id.clone(), b.name.clone())).collect();
        let names: Vec<String> = banks.iter().map(|(_, name)| name.clone()).collect();
        let Some(n) = self.choose(self.texts.plain.stop_or_start(), &names).await? else { return Ok(()) };
        if let Some((bank, _)) = banks.get(n).cloned() {
            let stopped = self.teller.world.stopped.contains(&bank);
            let switch = if stopped { BankSwitch::Start(bank) } else { BankSwitch::Stop(bank) };
            self.teller.world.switching = Some(switch.clone());
            self.teller.world.wish(Effect::Switch(switch));
            while self.teller.world.switching.is_some() {
                tokio::select! {
                    biased;
                    over = self.lines.signalled() => return Err(over),
                    () = self.teller.turn() => {}
                }
            }
            self.teller.settle(LOOK).await;
            self.pass_on();
        }
        Ok(())
    }

    pub(super) async fn open_account(&mut self) -> Result<(), Over> {
        let t = self.texts.open_account;
        let kinds = [
            format!("{}. {}", t.personal(), t.personal_hint()),
            format!("{}. {}", t.joint(), t.joint_hint()),
            format!("{}. {}", t.business(), t.business_hint()),
        ];
        let Some(kind) = self.choose(t.kind(), &kinds).await? else { return Ok(()) };
        let body = match kind {
            0 => OpenAccount::Personal,
            1 => {
                let Some(holders) = self.ask_holders(1).await? else { return Ok(()) };
                OpenAccount::Joint { holders }
            }
            _ => {
                let typed = self.ask(Question::new(t.cnpj(), Kind::Cnpj)).await?;
                let Some(cnpj) = typed.and_then(|typed| typed.parse::<Cnpj>().ok()) else { return Ok(()) };
                let typed = self.ask(Question::new(t.company(), Kind::Name)).await?;
                let Some(company) = typed.and_then(|typed| Name::new(&typed).ok()) else { return Ok(()) };
                let Some(holders) = self.ask_holders(0).await? else { return Ok(()) };
                OpenAccount::Business { cnpj, company, holders }
            }
        };
        let Some(seat) = self.main_seat() else { return Ok(()) };
        self.say(t.opening());
        let call = async move |bank: BankClient, token: Token| bank.open_account(&token, &body).await;
        let account = match self.teller.at(&seat, call).await {
            Ok(account) => account,
            Err(Trouble::OutcomeUnknown) => {
                self.say(t.unknown());
                return Ok(());
            }
            Err(trouble) => {
                self.trouble(&trouble);
                return Ok(());
            }
        };
        self.say(&self.texts.scripts.opened(&account.account.to_string()));
        let invited = account.holders.iter().filter(|h| h.status == HolderStatus::Invited).count();
        if invited > 0 {
            self.say(&t.invited(invited));
        }
        self.look().await;
        self.first_pay_in(account).await
    }

    /// An optional first pay-in, an order of its own with a review of its own.
    async fn first_pay_in(&mut self, account: AccountReply) -> Result<(), Over> {
        let t = self.texts.open_account;
        let question = Question::new(t.pay_in(), Kind::Money).optional();
        let typed = self.ask(question).await?;
        let amount = typed.and_then(|typed| shared::money::parse_reais(&typed).ok());
        let leg =
            amount.and_then(|amount| Leg::new(End::Cash, End::Account(account.account), amount, None).ok());
        match leg {
            Some(leg) => self.review(vec![leg]).await,
            None => {
                self.say(t.no_pay_in());
                Ok(())
            }
        }
    }

    /// The other holders, at least so many, until an empty line.
    async fn ask_holders(&mut self, at_least: usize) -> super::Answered<Vec<Cpf>> {
        let t = self.texts.open_account;
        let mut holders: Vec<Cpf> = Vec::new();
        while holders.len() < HOLDERS_MAX - 1 {
            let words = format!("{} ({})", t.holder(holders.len() + 2), t.holder_hint());
            let mut question = Question::new(&words, Kind::Cpf);
            if holders.len() >= at_least {
                question = question.optional();
            }
            let Some(typed) = self.ask(question).await? else { return Ok(None) };
            match typed.parse::<Cpf>() {
                Ok(cpf) => holders.push(cpf),
                // The empty line that ends them.
                Err(_) => break,
            }
        }
        Ok(Some(holders))
    }
}
