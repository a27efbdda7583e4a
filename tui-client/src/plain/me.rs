//! Oneself, line by line: another name or password, sessions, logging out in part or whole.

use shared::api::requests::{ChangeCustomer, ChangePassword};
use shared::client::{BankClient, Token};
use shared::ids::{BankId, SessionId};
use shared::text::{Name, Password};

use super::lines::Over;
use super::menus::{Chosen, Menu};
use super::questions::Question;
use super::{LOOK, Talk};
use crate::actions::{Action, Scope};
use crate::app::wire::{Seat, Trouble};
use crate::texts::me::Change;
use crate::widgets::field::Kind;

/// The ways on from oneself, in the screen's order; then what its list of sessions offers.
pub(super) const ME: Menu = Menu {
    scope: Scope::Me,
    actions: &[
        Action::ChangeName,
        Action::ChangePassword,
        Action::SeeInvitations,
        Action::LogInElsewhere,
        Action::LogInAsAnother,
        Action::LogOutHere,
        Action::LogOut,
        Action::EndSession,
        Action::Back,
    ],
    extras: &[],
};

impl Talk {
    pub(super) async fn me(&mut self) -> Result<(), Over> {
        let t = self.texts.me;
        let Some((_, session)) = self.teller.world.banks.main() else { return Ok(()) };
        let who = format!("{}, {}", session.customer.name, t.cpf(&session.customer.cpf.formatted()));
        self.say(&format!("{who}."));
        self.unhear(Scope::Me);
        let chosen = self.choose_line(&ME).await?;
        self.in_me(chosen).await
    }

    pub(super) async fn in_me(&mut self, chosen: Chosen) -> Result<(), Over> {
        let t = self.texts.me;
        let Chosen::Action(action) = chosen else {
            self.nowhere();
            return Ok(());
        };
        match action {
            Action::ChangeName => self.change_name().await,
            Action::ChangePassword => self.change_password().await,
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
                let Some(bank) = self.teller.world.banks.main().map(|(bank, _)| bank.clone()) else {
                    return Ok(());
                };
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
                self.nowhere();
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

    async fn change_name(&mut self) -> Result<(), Over> {
        let t = self.texts.change;
        self.say(t.name_intro());
        let named = self.teller.world.banks.main().map(|(_, session)| session.customer.name.clone());
        let question = Question::new(t.name(), Kind::Name).suggesting(named.unwrap_or_default());
        let typed = self.ask(question).await?;
        let Some(name) = typed.and_then(|typed| Name::new(&typed).ok()) else { return Ok(()) };
        let body = ChangeCustomer { name: Some(name), password: None };
        self.change(&body, |t, bank| t.name_done(bank)).await
    }

    async fn change_password(&mut self) -> Result<(), Over> {
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
        self.change(&body, |t, bank| t.password_done(bank)).await
    }

    /// Changes it at the bank of the session, or at every bank with one; how it went is said bank by bank.
    async fn change(
        &mut self,
        body: &ChangeCustomer,
        done: impl Fn(Change, &str) -> String,
    ) -> Result<(), Over> {
        let t = self.texts.change;
        let Some((main, _)) = self.teller.world.banks.main() else { return Ok(()) };
        let main = main.clone();
        let mut wanted: Vec<(BankId, Seat)> = self
            .teller
            .world
            .banks
            .sessions()
            .filter(|(_, session)| session.alive)
            .map(|(id, session)| (id.clone(), session.seat.clone()))
            .collect();
        if wanted.len() > 1 {
            let everywhere = format!("{}. {}", t.everywhere(wanted.len()), t.everywhere_hint());
            let options = [t.here(&self.main_name()), everywhere];
            let Some(place) = self.choose(t.place(), &options).await? else { return Ok(()) };
            if place == 0 {
                wanted.retain(|(bank, _)| *bank == main);
            }
        }
        for (bank, seat) in wanted {
            let name = self.teller.world.banks.name(&bank);
            let body = body.clone();
            let call = async move |bank: BankClient, token: Token| bank.change_customer(&token, &body).await;
            match self.teller.at(&seat, call).await {
                Ok(customer) => {
                    self.teller.world.banks.customer_told(&bank, customer);
                    self.say(&done(t, &name));
                }
                Err(Trouble::OutcomeUnknown) => self.say(&t.unknown(&name)),
                Err(trouble) => {
                    self.say(&format!("{name}:"));
                    self.trouble(&trouble);
                }
            }
        }
        Ok(())
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
}
