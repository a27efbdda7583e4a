//! Accounts, statements, payees, invitations, consents and the banks themselves.

use shared::account::AccountRef;
use shared::api::replies::{
    AccountReply, AccountsReply, BankStatus, ConsentReply, ConsentsReply, HolderStatus, Permission,
    PostingReply, ScopeStatus, StatementReply,
};
use shared::api::requests::{GiveConsent, OpenAccount};
use shared::client::{BankClient, Page, Token};
use shared::ids::{BankId, ConsentId};
use shared::limits::PAGE_ROWS_MAX;
use shared::money::{Reais, parse_reais};
use shared::text::Name;

use super::args::{Accounts, Consents, Invitations, Open, Pages, Statement};
use super::desk::Desk;
use super::exit::{Deed, Exit, Stop, stopped_by};
use super::output::{self, Cell, Sheet, code};
use crate::app::banks::Health;
use crate::node::SessionFile;
use crate::statement_csv::statement_csv;
use crate::widgets::complaint::Complaint;

impl Desk {
    pub(super) async fn accounts(&mut self, args: &Accounts) -> Result<Exit, Stop> {
        let reply = if args.consortium {
            let session = self.session(&[])?;
            let call = async |bank: BankClient, token: Token| bank.accounts_in_consortium(&token).await;
            self.call(&session, Deed::Asks, call).await?
        } else {
            let mut accounts = Vec::new();
            for session in self.session_or_all()? {
                let reply =
                    self.call(&session, Deed::Asks, async |bank, token| bank.accounts(&token).await).await?;
                accounts.extend(reply.accounts);
            }
            AccountsReply { accounts, banks: None }
        };
        let sheet = self.accounts_sheet(&reply.accounts);
        self.print_sheet(&reply, &sheet)?;
        for scope in reply.banks.iter().flatten() {
            let t = self.texts.scripts;
            match scope.status {
                ScopeStatus::Ok => {}
                ScopeStatus::Unreachable => self.warn(&t.unreachable_bank(scope.bank.as_str())),
                ScopeStatus::NoConsent => self.warn(&t.no_consent_bank(scope.bank.as_str())),
            }
        }
        Ok(Exit::Done)
    }

    fn accounts_sheet(&self, accounts: &[AccountReply]) -> Sheet {
        let t = self.texts.home;
        let mut sheet = Sheet::new(&[
            ("account", t.account()),
            ("kind", t.kind()),
            ("status", self.texts.scripts.status()),
            ("company", self.texts.scripts.company()),
            ("balance", t.balance()),
            ("held", t.held()),
            ("available", t.available()),
            ("incoming", t.incoming()),
        ]);
        for account in accounts {
            sheet.row(vec![
                Cell::of(&account.account),
                Cell::coded(code(account.kind), t.account_kind(account.kind)),
                Cell::coded(code(account.status), t.account_status(account.status).unwrap_or("")),
                Cell::maybe(account.company.as_ref()),
                Cell::money(account.balance),
                Cell::money(account.held),
                Cell::money(account.available),
                Cell::money(account.incoming),
            ]);
        }
        sheet
    }

    pub(super) async fn open(&mut self, args: &Open) -> Result<Exit, Stop> {
        let body = match args {
            Open::Personal => OpenAccount::Personal,
            Open::Joint { holders } => OpenAccount::Joint { holders: self.cpfs(holders)? },
            Open::Business { cnpj, company, holders } => OpenAccount::Business {
                cnpj: cnpj.parse().map_err(|_| self.wrong("--cnpj", &Complaint::InvalidCnpj))?,
                company: Name::new(company).map_err(|_| self.wrong("--company", &Complaint::NoLetter))?,
                holders: self.cpfs(holders)?,
            },
        };
        let session = self.session(&[])?;
        let call = async move |bank: BankClient, token: Token| bank.open_account(&token, &body).await;
        let account = self.call(&session, Deed::Changes, call).await?;
        let sheet = self.accounts_sheet(std::slice::from_ref(&account));
        let invited = account.holders.iter().filter(|h| h.status == HolderStatus::Invited).count();
        let mut text = format!("{}\n", self.texts.scripts.opened(&account.account.to_string()));
        if invited > 0 {
            text.push_str(&format!("{}\n", self.texts.open_account.invited(invited)));
        }
        self.print(&account, &sheet, &text)?;
        Ok(Exit::Done)
    }

    fn cpfs(&self, typed: &[String]) -> Result<Vec<shared::cpf::Cpf>, Stop> {
        typed.iter().map(|text| self.cpf("--holder", text)).collect()
    }

    pub(super) async fn statement(&mut self, args: &Statement) -> Result<Exit, Stop> {
        let account = self.account(&args.account)?;
        let session = self.session(&[&account.bank])?;
        let postings = self.postings(&session, &account, args.pages).await?;
        if args.spreadsheet {
            let file = statement_csv(&account, &postings.postings);
            output::write(&file).map_err(|error| self.disk(&error))?;
            return Ok(Exit::Done);
        }
        let t = self.texts.scripts;
        let mut sheet = Sheet::new(&[
            ("number", "#"),
            ("at", t.when()),
            ("package", t.package()),
            ("leg", t.leg()),
            ("amount", self.texts.pay.amount()),
            ("balance_after", self.texts.home.balance()),
            ("counterparty", t.counterparty()),
            ("description", t.description()),
        ]);
        for posting in &postings.postings {
            sheet.row(vec![
                Cell::of(posting.number),
                Cell::coded(posting.at, self.texts.day_and_hour(posting.at)),
                Cell::of(posting.package),
                Cell::coded(posting.leg, posting.leg + 1),
                Cell::money(posting.amount),
                Cell::money(posting.balance_after),
                Cell::coded(&posting.counterparty, self.texts.counterparty(&posting.counterparty)),
                Cell::maybe(posting.description.as_ref()),
            ]);
        }
        self.print_sheet(&postings, &sheet)?;
        Ok(Exit::Done)
    }

    /// As many postings as are wanted, page by page.
    async fn postings(
        &mut self,
        session: &SessionFile,
        account: &AccountRef,
        pages: Pages,
    ) -> Result<StatementReply, Stop> {
        let mut postings: Vec<PostingReply> = Vec::new();
        let mut before = None;
        loop {
            let limit = rows_wanted(pages, postings.len());
            let page = Page { limit: Some(limit), before };
            let account = account.clone();
            let call =
                async move |bank: BankClient, token: Token| bank.statement(&token, &account, page).await;
            let reply = self.call(session, Deed::Asks, call).await?;
            postings.extend(reply.postings);
            before = reply.next;
            if before.is_none() || (!pages.all && postings.len() >= rows(pages.limit)) {
                return Ok(StatementReply { postings, next: before });
            }
        }
    }

    pub(super) async fn payee(&mut self, account: &str) -> Result<Exit, Stop> {
        let account = self.account(account)?;
        let session = self.session(&[&account.bank])?;
        let call = async move |bank: BankClient, token: Token| bank.payee(&token, &account).await;
        let payee = self.call(&session, Deed::Asks, call).await?;
        let t = self.texts.home;
        let mut sheet =
            Sheet::new(&[("account", t.account()), ("kind", t.kind()), ("name", self.texts.review.name())]);
        sheet.row(vec![
            Cell::of(&payee.account),
            Cell::coded(code(payee.kind), t.account_kind(payee.kind)),
            Cell::of(&payee.name),
        ]);
        self.print_sheet(&payee, &sheet)?;
        Ok(Exit::Done)
    }

    pub(super) async fn invitations(&mut self, args: &Invitations) -> Result<Exit, Stop> {
        let (typed, accepts) = match args {
            Invitations::List => return self.list_invitations().await,
            Invitations::Accept { account } => (account, true),
            Invitations::Decline { account } => (account, false),
        };
        let account = self.account(typed)?;
        let session = self.session(&[&account.bank])?;
        if session.bank.id != account.bank {
            // Only the account's own bank has its invitations.
            let at = account.bank.as_str();
            return Err(Stop::new(Exit::NotLoggedIn, self.texts.scripts.no_session_at(at)));
        }
        let number = account.number;
        let call = async move |bank: BankClient, token: Token| {
            if accepts {
                bank.accept_invitation(&token, number).await
            } else {
                bank.decline_invitation(&token, number).await
            }
        };
        self.call(&session, Deed::Changes, call).await?;
        let json = serde_json::json!({ "account": account, "accepted": accepts });
        let mut sheet = Sheet::new(&[("account", self.texts.home.account()), ("accepted", "")]);
        sheet.row(vec![Cell::of(&account), Cell::of(accepts)]);
        self.print(&json, &sheet, &format!("{}\n", self.texts.scripts.answered(&account.to_string())))?;
        Ok(Exit::Done)
    }

    async fn list_invitations(&mut self) -> Result<Exit, Stop> {
        let mut invitations = Vec::new();
        for session in self.session_or_all()? {
            let reply =
                self.call(&session, Deed::Asks, async |bank, token| bank.invitations(&token).await).await?;
            invitations.extend(reply.invitations);
        }
        let t = self.texts.scripts;
        let mut sheet = Sheet::new(&[
            ("account", self.texts.home.account()),
            ("kind", self.texts.home.kind()),
            ("company", t.company()),
            ("invited_by", t.invited_by()),
            ("at", t.when()),
        ]);
        for one in &invitations {
            sheet.row(vec![
                Cell::of(&one.account),
                Cell::coded(code(one.kind), self.texts.home.account_kind(one.kind)),
                Cell::maybe(one.company.as_ref()),
                Cell::of(&one.invited_by.name),
                Cell::coded(one.at, self.texts.day_and_hour(one.at)),
            ]);
        }
        self.print_sheet(&shared::api::replies::InvitationsReply { invitations }, &sheet)?;
        Ok(Exit::Done)
    }

    pub(super) async fn consents(&mut self, args: &Consents) -> Result<Exit, Stop> {
        match args {
            Consents::List => {
                let mut consents = Vec::new();
                for session in self.session_or_all()? {
                    let call = async |bank: BankClient, token: Token| bank.consents(&token).await;
                    consents.extend(self.call(&session, Deed::Asks, call).await?.consents);
                }
                let sheet = self.consents_sheet(&consents);
                self.print_sheet(&ConsentsReply { consents }, &sheet)?;
            }
            Consents::Give { to, customer, view_only, per_package, per_day, expires_at } => {
                let session = self.session(&[])?;
                let bank: BankId =
                    to.trim().parse().map_err(|_| self.wrong("--to", &Complaint::UnknownBank))?;
                let body = GiveConsent {
                    customer: self.customer_at(&bank, customer.as_deref())?,
                    bank,
                    permissions: if *view_only {
                        vec![Permission::View]
                    } else {
                        vec![Permission::View, Permission::Pay]
                    },
                    limit_per_package: self.limit("--per-package", per_package.as_deref())?,
                    limit_per_day: self.limit("--per-day", per_day.as_deref())?,
                    expires_at: match expires_at {
                        Some(typed) => {
                            let wrong = |_| Stop::usage(self.texts.scripts.bad_time(typed));
                            Some(typed.parse().map_err(wrong)?)
                        }
                        None => None,
                    },
                };
                let call = async move |bank: BankClient, token: Token| bank.give_consent(&token, &body).await;
                let consent = self.call(&session, Deed::Changes, call).await?;
                let sheet = self.consents_sheet(std::slice::from_ref(&consent));
                let text = format!("{}\n", self.texts.scripts.consent_given(&consent.id.to_string()));
                self.print(&consent, &sheet, &text)?;
            }
            Consents::Revoke { id } => {
                let consent: ConsentId = self.id(id)?;
                let session = self.session(&[])?;
                let call =
                    async move |bank: BankClient, token: Token| bank.revoke_consent(&token, consent).await;
                self.call(&session, Deed::Changes, call).await?;
                let mut sheet = Sheet::new(&[("id", self.texts.consortium.id())]);
                sheet.row(vec![Cell::of(consent)]);
                let text = format!("{}\n", self.texts.scripts.consent_revoked(&consent.to_string()));
                self.print(&serde_json::json!({ "id": consent }), &sheet, &text)?;
            }
        }
        Ok(Exit::Done)
    }

    /// Who one is at the other bank: as given, else as the session there says.
    fn customer_at(&self, bank: &BankId, given: Option<&str>) -> Result<shared::ids::CustomerId, Stop> {
        if let Some(typed) = given {
            return self.id(typed);
        }
        let there = self.sessions().into_iter().find(|s| s.bank.id == *bank);
        there
            .map(|s| s.customer.id)
            .ok_or_else(|| Stop::usage(self.texts.scripts.need_customer(bank.as_str())))
    }

    fn limit(&self, argument: &str, typed: Option<&str>) -> Result<Option<i64>, Stop> {
        let read = |text| parse_reais(text).map_err(|error| self.wrong(argument, &Complaint::from(error)));
        Ok(typed.map(read).transpose()?.map(|amount| amount.centavos()))
    }

    fn consents_sheet(&self, consents: &[ConsentReply]) -> Sheet {
        let t = self.texts.scripts;
        let mut sheet = Sheet::new(&[
            ("id", self.texts.consortium.id()),
            ("bank", self.texts.consortium.bank()),
            ("customer", t.customer()),
            ("permissions", t.permissions()),
            ("limit_per_package", self.texts.connect.per_package()),
            ("limit_per_day", self.texts.connect.per_day()),
            ("used_today", t.used_today()),
            ("expires_at", t.expires()),
        ]);
        for consent in consents {
            let words = |permission: &Permission| match permission {
                Permission::View => self.texts.connections.view(),
                Permission::Pay => self.texts.connections.pay(),
            };
            let codes: Vec<String> = consent.permissions.iter().map(code).collect();
            let permits: Vec<&str> = consent.permissions.iter().map(words).collect();
            sheet.row(vec![
                Cell::of(consent.id),
                Cell::of(&consent.bank),
                Cell::of(consent.customer),
                Cell::coded(codes.join(" "), permits.join(", ")),
                Cell::money(consent.limit_per_package),
                Cell::money(consent.limit_per_day),
                Cell::money(consent.used_today),
                Cell::coded(consent.expires_at, self.texts.day(consent.expires_at)),
            ]);
        }
        sheet
    }

    pub(super) async fn consortium(&mut self) -> Result<Exit, Stop> {
        // Anybody may ask any bank: a session only tells which one.
        let address = match self.session(&[]) {
            Ok(session) => session.address,
            Err(_) => self.address()?,
        };
        let answer = self.teller.stranger(&address, async |bank| bank.consortium().await).await;
        let reply = answer.map_err(|trouble| stopped_by(trouble, Deed::Asks, &self.texts))?;
        let t = self.texts.consortium;
        let mut sheet = Sheet::new(&[
            ("id", t.id()),
            ("name", t.bank()),
            ("address", t.address()),
            ("status", t.status()),
            ("latency_ms", t.latency()),
        ]);
        for bank in &reply.banks {
            let health = match bank.status {
                BankStatus::Up => Health::Up,
                BankStatus::Down => Health::Down,
                BankStatus::Unknown => Health::Unknown,
            };
            let (csv, text) = match bank.latency_ms {
                Some(ms) => (ms.to_string(), format!("{ms} ms")),
                None => (String::new(), String::new()),
            };
            sheet.row(vec![
                Cell::of(&bank.id),
                Cell::of(&bank.name),
                Cell::of(&bank.address),
                Cell::coded(code(bank.status), self.texts.home.health(health).1),
                Cell::coded(csv, text),
            ]);
        }
        self.print_sheet(&reply, &sheet)?;
        Ok(Exit::Done)
    }
}

/// How many rows to ask for, with so many there already.
pub(super) fn rows_wanted(pages: Pages, have: usize) -> usize {
    let left = if pages.all { PAGE_ROWS_MAX } else { rows(pages.limit).saturating_sub(have) };
    left.clamp(1, PAGE_ROWS_MAX)
}

/// A number of rows, to count with.
pub(super) fn rows(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

/// An amount as people read it.
pub(super) fn reais(centavos: i64) -> String {
    Reais(centavos).to_string()
}
