//! Connecting banks line by line: a session there, then the consent; and revoking.

use shared::api::replies::{ConsentReply, Permission};
use shared::api::requests::GiveConsent;
use shared::client::{BankClient, Token};
use shared::ids::{BankId, CustomerId};
use shared::limits::{CONSENT_PER_DAY_DEFAULT, CONSENT_PER_PACKAGE_DEFAULT};
use shared::money::{Reais, parse_reais};

use super::Talk;
use super::lines::Over;
use super::questions::Question;
use crate::actions::Action;
use crate::app::wire::{Seat, Trouble};
use crate::widgets::field::Kind;

/// The limits of a consent.
#[derive(Clone, Copy)]
struct Limits {
    per_package: i64,
    per_day: i64,
}

impl Talk {
    pub(super) async fn connections(&mut self) -> Result<(), Over> {
        let Some((here, _)) = self.teller.world.banks.main() else { return Ok(()) };
        let here = here.clone();
        self.look().await;
        self.say(&self.texts.connections.intro(&self.main_name()));
        let consents = self.consents().await;
        for (at, _, consent) in &consents {
            let line = self.consent_words(at, consent);
            self.say(&format!("{line}."));
        }
        let revoke = Action::Revoke.row().map_or("", |row| row.label(self.texts.language));
        let options = [self.texts.plain.connect().to_owned(), revoke.to_owned()];
        match self.choose(self.texts.plain.connect_or_revoke(), &options).await? {
            Some(0) => self.connect(&here).await,
            Some(_) => self.revoke(consents).await,
            None => Ok(()),
        }
    }

    /// The consents at every bank one is logged in to.
    async fn consents(&mut self) -> Vec<(BankId, Seat, ConsentReply)> {
        let banks: Vec<(BankId, Seat)> = self
            .teller
            .world
            .banks
            .sessions()
            .filter(|(_, session)| session.alive)
            .map(|(id, session)| (id.clone(), session.seat.clone()))
            .collect();
        let mut found = Vec::new();
        for (at, seat) in banks {
            match self.teller.at(&seat, async |bank, token| bank.consents(&token).await).await {
                Ok(reply) => {
                    found.extend(reply.consents.into_iter().map(|one| (at.clone(), seat.clone(), one)));
                }
                Err(trouble) => self.trouble(&trouble),
            }
        }
        found
    }

    fn consent_words(&self, at: &BankId, consent: &ConsentReply) -> String {
        let t = self.texts.connections;
        let banks = &self.teller.world.banks;
        let reais = |centavos| Reais(centavos).to_string();
        let permits: Vec<&str> = consent
            .permissions
            .iter()
            .map(|permission| match permission {
                Permission::View => t.view(),
                Permission::Pay => t.pay(),
            })
            .collect();
        let words = format!(
            "{}, {}, {}, {}, {}",
            t.allows(&banks.name(&consent.bank)),
            permits.join(", "),
            t.limits(&reais(consent.limit_per_package), &reais(consent.limit_per_day)),
            t.used(&reais(consent.used_today)),
            t.until(&self.texts.day(consent.expires_at))
        );
        self.texts.plain.consent_at(&banks.name(at), &words)
    }

    async fn connect(&mut self, here: &BankId) -> Result<(), Over> {
        let others: Vec<(BankId, String)> = self
            .teller
            .world
            .banks
            .iter()
            .filter(|bank| bank.id != *here)
            .map(|bank| (bank.id.clone(), bank.name.clone()))
            .collect();
        let names: Vec<String> = others.iter().map(|(_, name)| name.clone()).collect();
        let Some(n) = self.choose(self.texts.plain.which_bank(), &names).await? else { return Ok(()) };
        let Some((there, name)) = others.get(n).cloned() else { return Ok(()) };
        if !self.session_at(&there).await? {
            return Ok(());
        }
        let t = self.texts.connect;
        self.say(&t.intro(&name, &self.main_name()));
        let Some(per_package) = self.ask_limit(t.per_package(), CONSENT_PER_PACKAGE_DEFAULT).await? else {
            return Ok(());
        };
        let Some(per_day) = self.ask_limit(t.per_day(), CONSENT_PER_DAY_DEFAULT).await? else {
            return Ok(());
        };
        let limits = Limits { per_package, per_day };
        self.say(t.consenting());
        match self.consent(&there, here, limits).await {
            Some(Ok(consent)) => {
                let reais = |centavos| Reais(centavos).to_string();
                self.say(&t.done(&name));
                self.say(&t.done_limits(&reais(consent.limit_per_package), &reais(consent.limit_per_day)));
            }
            Some(Err(Trouble::OutcomeUnknown)) => {
                self.say(t.unknown());
                return Ok(());
            }
            Some(Err(trouble)) => {
                self.trouble(&trouble);
                return Ok(());
            }
            None => return Ok(()),
        }
        let back = t.both_ways_hint(&name, &self.main_name());
        if self.confirm(&format!("{} {back}", t.both_ways())).await? {
            match self.consent(here, &there, limits).await {
                Some(Ok(_)) => self.say(&t.done_back(&name)),
                Some(Err(trouble)) => {
                    self.say(t.back_failed());
                    self.trouble(&trouble);
                }
                None => {}
            }
        }
        self.look().await;
        Ok(())
    }

    /// Makes sure that there is a session at a bank; tells whether there is.
    async fn session_at(&mut self, bank: &BankId) -> Result<bool, Over> {
        if self.teller.world.banks.session(bank).is_some_and(|session| session.alive) {
            return Ok(true);
        }
        let t = self.texts.connect;
        let address = self.teller.world.banks.bank(bank).and_then(|view| view.address.clone());
        let customer = self.teller.world.banks.main().map(|(_, session)| session.customer.clone());
        let Some((address, customer)) = address.zip(customer) else {
            self.say(t.no_address());
            return Ok(false);
        };
        self.say(&t.cpf(&customer.cpf.formatted()));
        let options = [t.customer_yes().to_owned(), t.customer_no().to_owned()];
        match self.choose(t.customer(), &options).await? {
            Some(0) => {
                let question = Question::new(t.password_label(), Kind::Password);
                match self.ask(question).await? {
                    Some(password) => self.open_session(address, customer.cpf, password).await,
                    None => Ok(false),
                }
            }
            Some(_) => {
                let question = Question::new(t.name(), Kind::Name).suggesting(customer.name.clone());
                match self.ask(question).await? {
                    Some(name) => self.sign_up_as(address, customer.cpf, &name).await,
                    None => Ok(false),
                }
            }
            None => Ok(false),
        }
    }

    async fn ask_limit(&mut self, words: &str, default: i64) -> super::Answered<i64> {
        let question = Question::new(words, Kind::Money).suggesting(Reais(default).to_string());
        let typed = self.ask(question).await?;
        Ok(typed.and_then(|typed| parse_reais(&typed).ok()).map(|amount| amount.centavos()))
    }

    /// Lets `of` see and debit what is held at `at`; nothing without both sessions.
    async fn consent(
        &mut self,
        at: &BankId,
        of: &BankId,
        limits: Limits,
    ) -> Option<Result<ConsentReply, Trouble>> {
        let banks = &self.teller.world.banks;
        let seat = banks.session(at)?.seat.clone();
        let customer: CustomerId = banks.session(of)?.customer.id;
        let body = GiveConsent {
            bank: of.clone(),
            customer,
            permissions: vec![Permission::View, Permission::Pay],
            limit_per_package: Some(limits.per_package),
            limit_per_day: Some(limits.per_day),
            expires_at: None,
        };
        let call = async move |bank: BankClient, token: Token| bank.give_consent(&token, &body).await;
        Some(self.teller.at(&seat, call).await)
    }

    async fn revoke(&mut self, consents: Vec<(BankId, Seat, ConsentReply)>) -> Result<(), Over> {
        if consents.is_empty() {
            self.say(self.texts.plain.no_consents());
            return Ok(());
        }
        let lines: Vec<String> =
            consents.iter().map(|(at, _, consent)| self.consent_words(at, consent)).collect();
        let Some(n) = self.choose(self.texts.connections.revoke_title(), &lines).await? else {
            return Ok(());
        };
        let Some((at, seat, consent)) = consents.get(n) else { return Ok(()) };
        let question = self.texts.connections.revoke_question(&self.teller.world.banks.name(at));
        if !self.confirm(&question).await? {
            return Ok(());
        }
        let id = consent.id;
        let answer =
            self.teller.at(seat, async move |bank, token| bank.revoke_consent(&token, id).await).await;
        match answer {
            Ok(()) => self.say(self.texts.plain.revoked()),
            Err(trouble) => self.trouble(&trouble),
        }
        self.look().await;
        Ok(())
    }
}
