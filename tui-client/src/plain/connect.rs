//! Connecting banks line by line: a session there, then the consent; all that are missing in one pass; changing the terms
//! of a consent, and revoking it.

use jiff::{SignedDuration, Timestamp};
use shared::api::replies::{ConsentReply, Permission};
use shared::api::requests::GiveConsent;
use shared::client::{BankClient, Token};
use shared::ids::{BankId, CustomerId};
use shared::limits::{CONSENT_PER_DAY_DEFAULT, CONSENT_PER_PACKAGE_DEFAULT};
use shared::money::{Reais, parse_reais};

use super::lines::Over;
use super::questions::Question;
use super::{Answered, Talk};
use crate::actions::Action;
use crate::app::banks::{Health, Link};
use crate::app::why_not::WhyNot;
use crate::app::wire::{Seat, Trouble};
use crate::clock;
use crate::widgets::field::Kind;

/// What a consent lets the other bank do.
#[derive(Clone)]
struct Terms {
    per_package: i64,
    per_day: i64,
    permissions: Vec<Permission>,
    /// The bank's own default where it is left out.
    expires_at: Option<Timestamp>,
}

/// How long a changed consent may hold, in days; the first choice leaves it as it is.
const DAYS: [Option<i64>; 4] = [None, Some(30), Some(182), Some(365)];

type Consents = Vec<(BankId, Seat, ConsentReply)>;

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
        let options = [
            self.texts.plain.connect().to_owned(),
            self.label(Action::ConnectAll),
            self.texts.connect.change_title().to_owned(),
            self.label(Action::Revoke),
        ];
        match self.choose(self.texts.plain.connect_or_revoke(), &options).await? {
            Some(0) => self.connect_one(&here).await,
            Some(1) => self.connect_all(&here, &consents).await,
            Some(2) => self.change_consent(consents).await,
            Some(_) => self.revoke(consents).await,
            None => Ok(()),
        }
    }

    /// The consents at every bank one is logged in to.
    async fn consents(&mut self) -> Consents {
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

    async fn connect_one(&mut self, here: &BankId) -> Result<(), Over> {
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
        match others.get(n) {
            Some((there, _)) => self.connect(here, there).await,
            None => Ok(()),
        }
    }

    /// Every bank that does not let the bank of the session see yet and answers, one after the other; a no leaves it out.
    async fn connect_all(&mut self, here: &BankId, consents: &Consents) -> Result<(), Over> {
        let Some(customer) = self.teller.world.banks.session(here).map(|session| session.customer.id) else {
            return Ok(());
        };
        let is_connected = |bank: &BankId| {
            consents.iter().any(|(at, _, c)| at == bank && c.bank == *here && c.customer == customer)
        };
        let missing: Vec<BankId> = self
            .teller
            .world
            .banks
            .iter()
            .filter(|bank| bank.id != *here && bank.link != Link::Consent && !is_connected(&bank.id))
            .filter(|bank| bank.health != Health::Down && bank.address.is_some())
            .map(|bank| bank.id.clone())
            .collect();
        if missing.is_empty() {
            self.say(self.texts.frame.why_not(WhyNot::AllConnected));
        }
        for there in missing {
            let name = self.teller.world.banks.name(&there);
            if self.confirm_unless_no(&format!("{}?", self.texts.connect.title(&name))).await? {
                self.connect(here, &there).await?;
            }
        }
        Ok(())
    }

    async fn connect(&mut self, here: &BankId, there: &BankId) -> Result<(), Over> {
        let name = self.teller.world.banks.name(there);
        if !self.session_at(there).await? {
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
        let permissions = vec![Permission::View, Permission::Pay];
        let terms = Terms { per_package, per_day, permissions, expires_at: None };
        self.say(t.consenting());
        match self.consent(there, here, terms.clone()).await {
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
            match self.consent(here, there, terms).await {
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

    async fn ask_limit(&mut self, words: &str, default: i64) -> Answered<i64> {
        let question = Question::new(words, Kind::Money).suggesting(Reais(default).to_string());
        let typed = self.ask(question).await?;
        Ok(typed.and_then(|typed| parse_reais(&typed).ok()).map(|amount| amount.centavos()))
    }

    /// Lets `of` do with what is held at `at` what `terms` say; nothing without both sessions.
    async fn consent(
        &mut self,
        at: &BankId,
        of: &BankId,
        terms: Terms,
    ) -> Option<Result<ConsentReply, Trouble>> {
        let banks = &self.teller.world.banks;
        let seat = banks.session(at)?.seat.clone();
        let customer: CustomerId = banks.session(of)?.customer.id;
        Some(self.give(&seat, of.clone(), customer, terms).await)
    }

    async fn give(
        &mut self,
        seat: &Seat,
        bank: BankId,
        customer: CustomerId,
        terms: Terms,
    ) -> Result<ConsentReply, Trouble> {
        let body = GiveConsent {
            bank,
            customer,
            permissions: terms.permissions,
            limit_per_package: Some(terms.per_package),
            limit_per_day: Some(terms.per_day),
            expires_at: terms.expires_at,
        };
        let call = async move |bank: BankClient, token: Token| bank.give_consent(&token, &body).await;
        self.teller.at(seat, call).await
    }

    /// Other terms for a consent: the new one takes the old one's place.
    async fn change_consent(&mut self, consents: Consents) -> Result<(), Over> {
        let t = self.texts.connect;
        let Some((at, seat, consent)) = self.choose_consent(&consents, t.change_title()).await? else {
            return Ok(());
        };
        let banks = &self.teller.world.banks;
        let (there, of) = (banks.name(&at), banks.name(&consent.bank));
        self.say(&t.change_intro(&there, &of));
        let Some(per_package) = self.ask_limit(t.per_package(), consent.limit_per_package).await? else {
            return Ok(());
        };
        let Some(per_day) = self.ask_limit(t.per_day(), consent.limit_per_day).await? else {
            return Ok(());
        };
        let options = [t.see_and_pay().to_owned(), t.only_see().to_owned()];
        let Some(permitted) = self.choose(t.permissions(), &options).await? else { return Ok(()) };
        let as_it_is = t.until(&self.texts.day(consent.expires_at));
        let options = [as_it_is, t.month().to_owned(), t.half_year().to_owned(), t.year().to_owned()];
        let Some(n) = self.choose(t.expiry(), &options).await? else { return Ok(()) };
        let later = |days: i64| clock::now().checked_add(SignedDuration::from_hours(24 * days)).ok();
        let expires_at = DAYS.get(n).copied().flatten().map_or(Some(consent.expires_at), later);
        let permissions =
            if permitted == 1 { vec![Permission::View] } else { vec![Permission::View, Permission::Pay] };
        let terms = Terms { per_package, per_day, permissions, expires_at };
        self.say(t.consenting());
        match self.give(&seat, consent.bank, consent.customer, terms).await {
            Ok(consent) => {
                let reais = |centavos| Reais(centavos).to_string();
                self.say(&t.changed(&there));
                self.say(&t.done_limits(&reais(consent.limit_per_package), &reais(consent.limit_per_day)));
                if !consent.permissions.contains(&Permission::Pay) {
                    self.say(t.only_sees_now());
                }
                self.say(&t.holds(&self.texts.day(consent.expires_at)));
            }
            Err(Trouble::OutcomeUnknown) => self.say(t.unknown()),
            Err(trouble) => self.trouble(&trouble),
        }
        self.look().await;
        Ok(())
    }

    async fn choose_consent(
        &mut self,
        consents: &Consents,
        words: &str,
    ) -> Answered<(BankId, Seat, ConsentReply)> {
        if consents.is_empty() {
            self.say(self.texts.plain.no_consents());
            return Ok(None);
        }
        let lines: Vec<String> =
            consents.iter().map(|(at, _, consent)| self.consent_words(at, consent)).collect();
        Ok(self.choose(words, &lines).await?.and_then(|n| consents.get(n).cloned()))
    }

    async fn revoke(&mut self, consents: Consents) -> Result<(), Over> {
        let chosen = self.choose_consent(&consents, self.texts.connections.revoke_title()).await?;
        let Some((at, seat, consent)) = chosen else { return Ok(()) };
        let question = self.texts.connections.revoke_question(&self.teller.world.banks.name(&at));
        if !self.confirm(&question).await? {
            return Ok(());
        }
        let id = consent.id;
        let answer =
            self.teller.at(&seat, async move |bank, token| bank.revoke_consent(&token, id).await).await;
        match answer {
            Ok(()) => self.say(self.texts.plain.revoked()),
            Err(trouble) => self.trouble(&trouble),
        }
        self.look().await;
        Ok(())
    }
}
