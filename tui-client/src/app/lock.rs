//! The locked screen: nothing of the customer's is seen or reached until the password is proved at a bank.
//!
//! Invariant: no key and no paste reaches the room beneath while it is locked, and what was typed there stays. Requests and
//! orders under way go on.

mod view;

#[cfg(test)]
mod tests;

use crossterm::event::KeyEvent;
use shared::api::problem::ProblemCode;
use shared::api::requests::LogIn;
use shared::ids::BankId;
use shared::text::Password;

use super::requests::Owner;
use super::wire::{Answer, Call, Reply, Seat, Trouble};
use super::world::World;
use crate::actions::{Action, Scope};
use crate::popups::question::{Ask, Question};
use crate::popups::{Answered, Outcome};
use crate::widgets::field::{Field, Kind};
use crate::widgets::form::{Form, Step};

/// Where the locked screen is in the table of actions.
pub const SCOPES: &[Scope] = &[Scope::Lock, Scope::Form];

/// The fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Id {
    Password,
    Bank,
}

/// The locked screen.
#[derive(Debug)]
pub struct Lock {
    form: Form<Id>,
    /// The banks where the password can be proved, that of the session first.
    banks: Vec<BankId>,
    proving: bool,
    failed: Option<Trouble>,
    /// Log out in place of unlocking?
    leaving: Option<Question>,
}

/// What a step of the locked screen brings.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// It stays locked.
    Locked,
    /// The password was right.
    Unlocked,
    /// The customer logs out instead.
    LoggedOut,
}

impl Lock {
    /// Locked; none while nobody is logged in, since there is nothing to see and no password to prove.
    #[must_use]
    pub fn new(world: &World) -> Option<Self> {
        let (main, _) = world.banks.main()?;
        let mut banks = vec![main.clone()];
        banks.extend(world.banks.sessions().map(|(id, _)| id.clone()).filter(|id| id != main));
        let mut fields = vec![Field::new(Id::Password, Kind::Password)];
        if banks.len() > 1 {
            fields.push(Field::new(Id::Bank, Kind::Choice(banks.len())).choosing(0));
        }
        let mut form = Form::new(fields);
        form.focus(Id::Password);
        Some(Self { form, banks, proving: false, failed: None, leaving: None })
    }

    /// The bank that proves the password.
    fn bank(&self) -> Option<&BankId> {
        let chosen = self.form.field(Id::Bank).and_then(Field::chosen).unwrap_or(0);
        self.banks.get(chosen)
    }

    /// Whether letters are text now.
    pub(super) fn takes_text(&self) -> bool {
        self.leaving.is_none() && self.form.takes_text()
    }

    /// An action of its scopes.
    pub(super) fn act(&mut self, action: Action, world: &mut World) {
        if action == Action::LogOut {
            self.leaving = Some(Question::new(Ask::LogOut));
        } else if !self.proving && self.form.act(action) == Step::Submit {
            self.prove(world);
        }
    }

    /// A key while it is asked whether to log out; `None` while it is not.
    pub(super) fn asked(&mut self, event: &KeyEvent) -> Option<Change> {
        let outcome = self.leaving.as_mut()?.key(event);
        match outcome {
            // A question wants neither.
            Outcome::Open | Outcome::Command(_) | Outcome::File(_) => {}
            Outcome::Answered(Answered::Question(Ask::LogOut, 1)) => return Some(Change::LoggedOut),
            Outcome::Closed | Outcome::Answered(_) => self.leaving = None,
        }
        Some(Change::Locked)
    }

    /// A key that is no action.
    pub(super) fn key(&mut self, event: &KeyEvent) {
        if !self.proving {
            self.form.key(event);
        }
    }

    /// Pasted text: a password may come from a keeper of passwords.
    pub(super) fn paste(&mut self, pasted: &str) {
        if !self.proving && self.leaving.is_none() {
            self.form.paste(pasted);
        }
    }

    fn prove(&mut self, world: &mut World) {
        let Some(session) = self.bank().and_then(|bank| world.banks.session(bank)) else { return };
        let cpf = session.customer.cpf;
        let seat = Seat::stranger(session.seat.address.clone());
        let password = Password::new(self.form.text(Id::Password).to_owned());
        self.proving = true;
        self.failed = None;
        world.ask(Owner::Lock, seat, Call::LogIn(LogIn { cpf, password }));
    }

    /// The bank's word on the password.
    pub(super) fn answered(&mut self, from: &Seat, answer: Answer, world: &mut World) -> Change {
        self.proving = false;
        match answer {
            Ok(Reply::LoggedIn(opened)) => {
                let alive = world.banks.session(&opened.bank.id).is_some_and(|s| s.alive);
                if alive {
                    // It was opened for the proof alone.
                    let seat = Seat { token: Some(opened.token), ..from.clone() };
                    world.ask(Owner::Nobody, seat, Call::LogOut);
                } else {
                    world.logged_in(from.address.clone(), opened);
                }
                return Change::Unlocked;
            }
            Ok(_) => self.failed = Some(Trouble::Garbage),
            Err(trouble) => {
                let wrong =
                    matches!(&trouble, Trouble::Problem(p) if p.code == ProblemCode::InvalidCredentials);
                if let Some(field) = self.form.field_mut(Id::Password).filter(|_| wrong) {
                    field.wipe();
                }
                self.form.focus(Id::Password);
                self.failed = Some(trouble);
            }
        }
        Change::Locked
    }
}
