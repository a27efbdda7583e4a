//! Accounts, statements, payees and the banks themselves.

use shared::account::AccountRef;
use shared::api::replies::{
    AccountReply, AccountsReply, BankStatus, HolderStatus, PostingReply, ScopeStatus, StatementReply,
};
use shared::api::requests::OpenAccount;
use shared::client::{BankClient, Page, Token};
use shared::limits::PAGE_ROWS_MAX;
use shared::money::Reais;
use shared::text::Name;

use super::args::{Accounts, Open, Pages, Statement};
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
        let mut lines = vec![self.texts.scripts.opened(&account.account.to_string())];
        if invited > 0 {
            lines.push(self.texts.open_account.invited(invited));
        }
        self.print(&account, &sheet, &lines)?;
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
                Cell::coded(posting.leg, u32::from(posting.leg) + 1),
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
            before = goes_on(before, reply.next, reply.postings.len());
            postings.extend(reply.postings);
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

/// Where the next page begins after one that `brought` so many rows, if there is one. A page that brings nothing, or that
/// leads to where it was come from, is the last, whatever it says of a next one: or a bank could keep a script for ever.
pub(super) fn goes_on(before: Option<u64>, next: Option<u64>, brought: usize) -> Option<u64> {
    next.filter(|next| brought > 0 && before.is_none_or(|before| *next < before))
}

/// A number of rows, to count with.
pub(super) fn rows(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

/// An amount as people read it.
pub(super) fn reais(centavos: i64) -> String {
    Reais(centavos).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_that_lead_nowhere_end() {
        assert_eq!(goes_on(None, Some(9), 2), Some(9));
        assert_eq!(goes_on(Some(9), Some(7), 2), Some(7));
        assert_eq!(goes_on(Some(7), None, 2), None);
        for next in [7, 8] {
            assert_eq!(goes_on(Some(7), Some(next), 2), None, "back where it was");
        }
        assert_eq!(goes_on(Some(7), Some(5), 0), None, "nothing came");
    }
}
