//! Oneself, line by line: another name or password, sessions, logging out in part or whole; and what may be set here.

use shared::api::requests::{ChangeCustomer, ChangePassword};
use shared::client::{BankClient, Token};
use shared::ids::{BankId, SessionId};
use shared::text::{Name, Password};

use super::lines::Over;
use super::questions::Question;
use super::{LOOK, Talk};
use crate::actions::{Action, Scope};
use crate::app::effect::Effect;
use crate::app::wire::{Seat, Trouble};
use crate::rooms::me::WAYS;
use crate::widgets::field::Kind;

impl Talk {
    pub(super) async fn me(&mut self) -> Result<(), Over> {
        let t = self.texts.me;
        let Some((bank, session)) = self.teller.world.banks.main() else { return Ok(()) };
        let who = format!("{}, {}", session.customer.name, t.cpf(&session.customer.cpf.formatted()));
        let bank = bank.clone();
        self.say(&format!("{who}."));
        self.heard = None;
        let ways: Vec<Action> = WAYS.into_iter().chain([Action::EndSession, Action::Back]).collect();
        match self.choose_action(Scope::Me, &ways).await? {
            Action::ChangeName => self.change_name(&bank).await,
            Action::ChangePassword => self.change_password(&bank).await,
            Action::SeeInvitations => self.invitations().await,
            Action::LogInElsewhere => self.log_in_elsewhere().await,
            Action::LogInAsAnother => {
                self.say(t.another());
                if self.confirm(t.another_title()).await? {
                    self.log_out().await;
                    self.log_in("").await?;
                }
                Ok(())
            }
            Action::LogOutHere => {
                self.say(&t.leave(&self.main_name()));
                if self.confirm(t.leave_title()).await? {
                    self.teller.world.log_out_at(&bank);
                    self.teller.settle(LOOK).await;
                }
                Ok(())
            }
            Action::LogOut => {
                self.say(self.texts.frame.log_out());
                if self.confirm(self.texts.frame.log_out_title()).await? {
                    self.log_out().await;
                }
                Ok(())
            }
            Action::EndSession => self.end_session().await,
            Action::Back => {
                self.say(self.texts.plain.back());
                Ok(())
            }
            _ => {
                self.say(self.texts.plain.only_screens());
                Ok(())
            }
        }
    }

    pub(super) async fn log_out(&mut self) {
        self.teller.world.log_out();
        self.teller.settle(LOOK).await;
    }

    pub(super) async fn log_in_elsewhere(&mut self) -> Result<(), Over> {
        let main = self.teller.world.banks.main();
        let cpf = main.map(|(_, session)| session.customer.cpf.formatted()).unwrap_or_default();
        self.log_in(&cpf).await
    }

    fn seat_at(&self, bank: &BankId) -> Option<Seat> {
        self.teller.world.banks.session(bank).map(|session| session.seat.clone())
    }

    async fn change_name(&mut self, bank: &BankId) -> Result<(), Over> {
        let t = self.texts.change;
        self.say(t.name_intro());
        let named = self.teller.world.banks.session(bank).map(|session| session.customer.name.clone());
        let question = Question::new(t.name(), Kind::Name).suggesting(named.unwrap_or_default());
        let typed = self.ask(question).await?;
        let Some(name) = typed.and_then(|typed| Name::new(&typed).ok()) else { return Ok(()) };
        let body = ChangeCustomer { name: Some(name), password: None };
        let done = t.name_done(&self.main_name());
        self.change(bank, body, &done).await;
        Ok(())
    }

    async fn change_password(&mut self, bank: &BankId) -> Result<(), Over> {
        let t = self.texts.change;
        self.say(t.password_intro());
        let Some(current) = self.ask(Question::new(t.current(), Kind::Password)).await? else {
            return Ok(());
        };
        let Some(new) = self.ask(Question::new(t.wanted(), Kind::NewPassword)).await? else {
            return Ok(());
        };
        let Some(again) = self.ask(Question::new(t.again(), Kind::Password)).await? else { return Ok(()) };
        if new != again {
            self.say(self.texts.forms.passwords_differ());
            return Ok(());
        }
        let change = ChangePassword {
            current: Password::new(current.to_string()),
            new: Password::new(new.to_string()),
        };
        let body = ChangeCustomer { name: None, password: Some(change) };
        let done = t.password_done(&self.main_name());
        self.change(bank, body, &done).await;
        Ok(())
    }

    async fn change(&mut self, bank: &BankId, body: ChangeCustomer, done: &str) {
        let Some(seat) = self.seat_at(bank) else { return };
        let call = async move |bank: BankClient, token: Token| bank.change_customer(&token, &body).await;
        match self.teller.at(&seat, call).await {
            Ok(customer) => {
                self.teller.world.banks.customer_told(bank, customer);
                self.say(done);
            }
            Err(Trouble::OutcomeUnknown) => self.say(&self.texts.change.unknown(&self.main_name())),
            Err(trouble) => self.trouble(&trouble),
        }
    }

    /// The sessions of oneself at every bank; ends one of them.
    async fn end_session(&mut self) -> Result<(), Over> {
        let t = self.texts.me;
        let banks: Vec<(BankId, Seat)> = self
            .teller
            .world
            .banks
            .sessions()
            .filter(|(_, session)| session.alive)
            .map(|(id, session)| (id.clone(), session.seat.clone()))
            .collect();
        let mut found: Vec<(BankId, Seat, SessionId, bool)> = Vec::new();
        let mut lines = Vec::new();
        for (bank, seat) in banks {
            match self.teller.at(&seat, async |bank, token| bank.sessions(&token).await).await {
                Ok(reply) => {
                    for one in reply.sessions {
                        let name = self.teller.world.banks.name(&bank);
                        let began = t.began(&self.texts.day_and_hour(one.created_at));
                        let used = t.used(&self.texts.day_and_hour(one.last_used_at));
                        let this = if one.current { format!(", {}", t.this_one()) } else { String::new() };
                        lines.push(format!("{name}, {began}, {used}{this}"));
                        found.push((bank.clone(), seat.clone(), one.id, one.current));
                    }
                }
                Err(trouble) => self.trouble(&trouble),
            }
        }
        let Some(n) = self.choose(t.end_title(), &lines).await? else { return Ok(()) };
        let Some((bank, seat, id, current)) = found.get(n).cloned() else { return Ok(()) };
        let name = self.teller.world.banks.name(&bank);
        self.say(&if current { t.leave(&name) } else { t.end(&name) });
        if !self.confirm(if current { t.leave_title() } else { t.end_title() }).await? {
            return Ok(());
        }
        if current {
            self.teller.world.log_out_at(&bank);
            self.teller.settle(LOOK).await;
            return Ok(());
        }
        match self.teller.at(&seat, async move |bank, token| bank.end_session(&token, id).await).await {
            Ok(()) => self.say(&self.texts.scripts.logged_out(&name)),
            Err(trouble) => self.trouble(&trouble),
        }
        Ok(())
    }

    /// What may be set here: the language, and whether amounts are said. The rest is of the screens.
    pub(super) async fn settings(&mut self) -> Result<(), Over> {
        let t = self.texts.settings;
        let hidden = self.teller.world.settings.hide_balances;
        let options = [
            format!("{}: {}", t.language(), self.texts.language.own_name()),
            format!("{}: {}", t.hide_balances(), if hidden { t.yes() } else { t.no() }),
        ];
        match self.choose(self.texts.plain.change_which(), &options).await? {
            Some(0) => self.switch_language(),
            Some(_) => {
                let settings = &mut self.teller.world.settings;
                settings.hide_balances = !hidden;
                settings.remembered.hide_balances = Some(!hidden);
                let remembered = settings.remembered.clone();
                self.teller.world.wish(Effect::KeepRemembered(remembered));
                let words = self.texts.plain;
                self.say(if hidden { words.amounts_said() } else { words.amounts_covered() });
            }
            None => {}
        }
        Ok(())
    }
}
