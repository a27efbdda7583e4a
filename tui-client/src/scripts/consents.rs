//! What is agreed with others: invitations to hold an account with somebody, and consents given to other banks.

use shared::api::replies::{ConsentReply, ConsentsReply, Permission};
use shared::api::requests::GiveConsent;
use shared::client::{BankClient, Token};
use shared::ids::{BankId, ConsentId};
use shared::money::parse_reais;

use super::args::{Consents, Invitations};
use super::desk::Desk;
use super::exit::{Deed, Exit, Stop};
use super::output::{Cell, Sheet, code};
use crate::widgets::complaint::Complaint;

impl Desk {
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
        self.print(&json, &sheet, &[self.texts.scripts.answered(&account.to_string())])?;
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
                let said = self.texts.scripts.consent_given(&consent.id.to_string());
                self.print(&consent, &sheet, &[said])?;
            }
            Consents::Revoke { id } => {
                let consent: ConsentId = self.id(id)?;
                let session = self.session(&[])?;
                let call =
                    async move |bank: BankClient, token: Token| bank.revoke_consent(&token, consent).await;
                self.call(&session, Deed::Changes, call).await?;
                let mut sheet = Sheet::new(&[("id", self.texts.consortium.id())]);
                sheet.row(vec![Cell::of(consent)]);
                let said = self.texts.scripts.consent_revoked(&consent.to_string());
                self.print(&serde_json::json!({ "id": consent }), &sheet, &[said])?;
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
}
