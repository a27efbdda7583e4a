//! Becoming a customer of a bank; then logged in at once.

mod view;

#[cfg(test)]
pub(super) mod tests;

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;
use shared::api::problem::{Problem, ProblemCode};
use shared::api::requests::{LogIn as LogInBody, SignUp as SignUpBody};
use shared::cpf::Cpf;
use shared::text::{Name, Password};

use super::{Cx, Screen, Seen};
use crate::actions::{Action, Scope};
use crate::app::notice::Notice;
use crate::app::requests::Slot;
use crate::app::settings::Settings;
use crate::app::wire::{Answer, BankAddress, Call, Reply, Seat, Trouble};
use crate::app::world::World;
use crate::rooms::Room;
use crate::rooms::log_in::{self, LogIn};
use crate::texts::Texts;
use crate::widgets::complaint::Complaint;
use crate::widgets::field::{Field, Kind};
use crate::widgets::form::{Form, Step};

/// Where this room is in the table of actions.
pub const SCOPES: &[Scope] = &[Scope::Form];

const SUBMIT: Slot = Slot("sign-up", 0);
const LOG_IN: Slot = Slot("log-in", 0);

/// The fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Id {
    Bank,
    Name,
    Cpf,
    Password,
    Again,
}

/// Becoming a customer.
#[derive(Debug)]
pub struct SignUp {
    form: Form<Id>,
    trouble: Option<Trouble>,
    /// The sign-up was sent, and it is not known whether it arrived.
    unknown: bool,
}

impl SignUp {
    /// An empty form, the bank used last filled in.
    #[must_use]
    pub fn new(world: &World) -> Self {
        let last = world.settings.known_banks().into_iter().next().map(|b| b.address).unwrap_or_default();
        let form = Form::new(vec![
            Field::new(Id::Bank, Kind::Address).with(&last),
            Field::new(Id::Name, Kind::Name),
            Field::new(Id::Cpf, Kind::Cpf),
            Field::new(Id::Password, Kind::NewPassword),
            Field::new(Id::Again, Kind::Password),
        ]);
        Self { form, trouble: None, unknown: false }
    }

    fn seat(&self) -> Option<Seat> {
        self.form.parsed::<BankAddress>(Id::Bank).map(Seat::stranger)
    }

    fn password(&self) -> Password {
        Password::new(self.form.text(Id::Password).to_owned())
    }

    fn step(&mut self, step: Step<Id>, cx: &mut Cx<'_>) {
        let differ = self.form.text(Id::Again) != self.form.text(Id::Password);
        match step {
            Step::Left(Id::Again) | Step::Submit if differ => {
                self.form.complain(Id::Again, Complaint::PasswordsDiffer);
            }
            Step::Submit => self.submit(cx),
            Step::Stayed | Step::Left(_) | Step::AskMoney(_) => {}
        }
    }

    fn submit(&mut self, cx: &mut Cx<'_>) {
        let name = Name::new(self.form.text(Id::Name)).ok();
        if let Some(((seat, cpf), name)) = self.seat().zip(self.form.parsed::<Cpf>(Id::Cpf)).zip(name) {
            self.trouble = None;
            self.unknown = false;
            let body = SignUpBody { cpf, name, password: self.password() };
            cx.ask(SUBMIT, seat, Call::SignUp(body));
        }
    }

    fn signed_up(&mut self, answer: Answer, cx: &mut Cx<'_>) {
        match answer {
            Ok(Reply::SignedUp(_)) => {
                self.form.settle();
                if let Some((seat, cpf)) = self.seat().zip(self.form.parsed::<Cpf>(Id::Cpf)) {
                    let body = LogInBody { cpf, password: self.password() };
                    cx.ask(LOG_IN, seat, Call::LogIn(body));
                }
            }
            Ok(_) => self.trouble = Some(Trouble::Garbage),
            Err(Trouble::Problem(problem)) => self.refused(problem),
            Err(trouble) => {
                self.unknown = trouble == Trouble::OutcomeUnknown;
                self.form.focus(Id::Bank);
                self.trouble = Some(trouble);
            }
        }
    }

    fn refused(&mut self, problem: Box<Problem>) {
        if problem.code == ProblemCode::CustomerExists {
            self.form.focus(Id::Cpf);
        }
        for error in &problem.errors {
            let id = match error.field.as_str() {
                "cpf" => Id::Cpf,
                "name" => Id::Name,
                _ => Id::Password,
            };
            self.form.complain(id, Complaint::Bank(error.code));
        }
        self.trouble = Some(Trouble::Problem(problem));
    }
}

/// Whether a step is under way: then the form stays as it was sent, for the log-in that comes after it.
fn works(cx: &Cx<'_>) -> bool {
    cx.waits(SUBMIT) || cx.waits(LOG_IN)
}

impl Screen for SignUp {
    fn title(&self, texts: &Texts) -> String {
        texts.sign_up.title().to_owned()
    }

    fn scopes(&self) -> &'static [Scope] {
        SCOPES
    }

    fn takes_text(&self) -> bool {
        self.form.takes_text()
    }

    fn is_dirty(&self) -> bool {
        self.form.is_dirty()
    }

    fn act(&mut self, action: Action, cx: &mut Cx<'_>) {
        if works(cx) {
            return;
        }
        let banks = cx.world.settings.known_banks();
        let found = Settings::address_by_text(&banks, self.form.text(Id::Bank));
        if let (Some(address), Some(field)) = (found, self.form.field_mut(Id::Bank)) {
            field.set_text(&address);
        }
        let step = self.form.act(action);
        self.step(step, cx);
    }

    fn key(&mut self, event: &KeyEvent, cx: &mut Cx<'_>) {
        if !works(cx) {
            self.form.key(event);
        }
    }

    fn paste(&mut self, pasted: &str, cx: &mut Cx<'_>) {
        if !works(cx) {
            self.form.paste(pasted);
        }
    }

    fn answered(&mut self, slot: Slot, answer: Answer, cx: &mut Cx<'_>) {
        match (slot, answer) {
            (LOG_IN, Ok(Reply::LoggedIn(opened))) => {
                if let Some(address) = self.form.parsed::<BankAddress>(Id::Bank) {
                    log_in::enter(cx, address, opened);
                }
            }
            (LOG_IN, _) => {
                // Signed up all the same: the log-in is the customer's next step.
                cx.notice(Notice::SignedUp);
                cx.instead(Room::LogIn(LogIn::new(cx.world)));
            }
            (_, answer) => self.signed_up(answer, cx),
        }
    }

    fn view(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        self.draw(frame, area, seen);
    }
}
