//! Another name or another password, at the bank of the session or at every bank with one. Each bank's answer stands on
//! the screen; those that said no can be tried again.

mod view;

#[cfg(test)]
pub(super) mod tests;

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;
use shared::api::problem::ProblemCode;
use shared::api::requests::{ChangeCustomer, ChangePassword};
use shared::ids::BankId;
use shared::text::{Name, Password};

use super::{Cx, Screen, Seen};
use crate::actions::{Action, Scope};
use crate::app::requests::Slot;
use crate::app::wire::{Answer, Call, Reply, Trouble};
use crate::app::world::World;
use crate::texts::Texts;
use crate::widgets::complaint::Complaint;
use crate::widgets::field::{Field, Kind};
use crate::widgets::form::{Form, Step};

/// Where this room is in the table of actions, while the form is filled in.
pub const SCOPES: &[Scope] = &[Scope::Form];

/// The same once all is changed.
pub const DONE_SCOPES: &[Scope] = &[Scope::Changed];

const CHANGE: &str = "change";

/// The fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Id {
    Name,
    Current,
    New,
    Again,
    Place,
}

/// What is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Name,
    Password,
}

/// How it went at a bank.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Went {
    Waiting,
    Done,
    Failed(Trouble),
}

/// Another name or password.
#[derive(Debug)]
pub struct Change {
    what: What,
    form: Form<Id>,
    /// The bank of the session, then the others with a session.
    banks: Vec<BankId>,
    /// What was asked for, by place in `banks`.
    went: Vec<(usize, Went)>,
}

impl Change {
    /// Another name; none without a session.
    #[must_use]
    pub fn name(world: &World) -> Option<Self> {
        let name = world.banks.main()?.1.customer.name.clone();
        Self::new(What::Name, vec![Field::new(Id::Name, Kind::Name).with(&name)], Id::Name, world)
    }

    /// Another password; none without a session.
    #[must_use]
    pub fn password(world: &World) -> Option<Self> {
        let fields = vec![
            Field::new(Id::Current, Kind::Password),
            Field::new(Id::New, Kind::NewPassword),
            Field::new(Id::Again, Kind::Password),
        ];
        Self::new(What::Password, fields, Id::Current, world)
    }

    fn new(what: What, mut fields: Vec<Field<Id>>, focus: Id, world: &World) -> Option<Self> {
        let (main, _) = world.banks.main()?;
        let mut banks = vec![main.clone()];
        let others = world.banks.sessions().filter(|(id, s)| s.alive && *id != main);
        banks.extend(others.map(|(id, _)| id.clone()));
        if banks.len() > 1 {
            fields.push(Field::new(Id::Place, Kind::Choice(2)).choosing(0));
        }
        let mut form = Form::new(fields);
        form.focus(focus);
        Some(Self { what, form, banks, went: Vec::new() })
    }

    fn is_done(&self) -> bool {
        !self.went.is_empty() && self.went.iter().all(|(_, went)| *went == Went::Done)
    }

    fn works(&self) -> bool {
        self.went.iter().any(|(_, went)| *went == Went::Waiting)
    }

    fn step(&mut self, step: Step<Id>, cx: &mut Cx<'_>) {
        let differ = self.what == What::Password && self.form.text(Id::Again) != self.form.text(Id::New);
        match step {
            Step::Left(Id::Again) | Step::Submit if differ => {
                self.form.complain(Id::Again, Complaint::PasswordsDiffer);
            }
            Step::Submit if !self.works() => self.submit(cx),
            Step::Submit | Step::Stayed | Step::Left(_) | Step::AskMoney(_) => {}
        }
    }

    fn submit(&mut self, cx: &mut Cx<'_>) {
        let Some(change) = self.body() else { return };
        let all = self.form.field(Id::Place).and_then(Field::chosen) == Some(1);
        let wanted = if all { self.banks.len() } else { 1 };
        let done: Vec<usize> =
            self.went.iter().filter(|(_, went)| *went == Went::Done).map(|(n, _)| *n).collect();
        self.went.retain(|(_, went)| *went == Went::Done);
        // What a bank has done already is not asked of it twice.
        for n in (0..wanted).filter(|n| !done.contains(n)) {
            let Some(seat) = cx.world.banks.session(&self.banks[n]).map(|s| s.seat.clone()) else { continue };
            self.went.push((n, Went::Waiting));
            cx.ask(Slot(CHANGE, n), seat, Call::ChangeCustomer(change.clone()));
        }
        self.went.sort_by_key(|(n, _)| *n);
    }

    fn body(&self) -> Option<ChangeCustomer> {
        let password = |id| Password::new(self.form.text(id).to_owned());
        match self.what {
            What::Name => {
                let name = Name::new(self.form.text(Id::Name)).ok()?;
                Some(ChangeCustomer { name: Some(name), password: None })
            }
            What::Password => {
                let change = ChangePassword { current: password(Id::Current), new: password(Id::New) };
                Some(ChangeCustomer { name: None, password: Some(change) })
            }
        }
    }

    fn failed(&mut self, trouble: &Trouble) {
        let Trouble::Problem(problem) = trouble else { return };
        if problem.code == ProblemCode::InvalidCredentials {
            self.form.complain(Id::Current, Complaint::WrongPassword);
        }
        for error in &problem.errors {
            let id = match error.field.as_str() {
                "name" => Id::Name,
                field if field.ends_with("current") => Id::Current,
                _ => Id::New,
            };
            self.form.complain(id, Complaint::Bank(error.code));
        }
    }
}

impl Screen for Change {
    fn title(&self, texts: &Texts) -> String {
        match self.what {
            What::Name => texts.change.name_title(),
            What::Password => texts.change.password_title(),
        }
        .to_owned()
    }

    fn scopes(&self) -> &'static [Scope] {
        if self.is_done() { DONE_SCOPES } else { SCOPES }
    }

    fn takes_text(&self) -> bool {
        !self.is_done() && self.form.takes_text()
    }

    fn is_dirty(&self) -> bool {
        self.form.is_dirty()
    }

    fn act(&mut self, action: Action, cx: &mut Cx<'_>) {
        if self.is_done() {
            if action == Action::Choose {
                cx.back();
            }
            return;
        }
        let step = self.form.act(action);
        self.step(step, cx);
    }

    fn key(&mut self, event: &KeyEvent, _cx: &mut Cx<'_>) {
        if !self.is_done() && !self.works() {
            self.form.key(event);
        }
    }

    fn paste(&mut self, pasted: &str, _cx: &mut Cx<'_>) {
        if !self.is_done() && !self.works() {
            self.form.paste(pasted);
        }
    }

    fn answered(&mut self, slot: Slot, answer: Answer, cx: &mut Cx<'_>) {
        let went = match answer {
            Ok(Reply::Customer(customer)) => {
                if let Some(bank) = self.banks.get(slot.1) {
                    cx.world.banks.customer_told(bank, customer);
                }
                Went::Done
            }
            Ok(_) => Went::Failed(Trouble::Garbage),
            Err(trouble) => {
                self.failed(&trouble);
                Went::Failed(trouble)
            }
        };
        if let Some((_, row)) = self.went.iter_mut().find(|(n, _)| *n == slot.1) {
            *row = went;
        }
        if self.is_done() {
            self.form.settle();
        }
    }

    fn view(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        self.draw(frame, area, seen);
    }
}
