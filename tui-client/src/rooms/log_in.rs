//! Opening a session: bank address, CPF, password. Known banks are tested and chosen with a key.

mod view;

#[cfg(test)]
pub(super) mod tests;

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;
use shared::address::Scheme;
use shared::api::requests::{ChangeCustomer, ChangePassword, LogIn as LogInBody};
use shared::cpf::Cpf;
use shared::ids::BankId;
use shared::text::Password;

use super::welcome::{Known, Tested, told};
use super::{Cx, Room, Screen, Seen};
use crate::actions::{Action, Scope};
use crate::app::effect::Effect;
use crate::app::notice::Notice;
use crate::app::requests::Slot;
use crate::app::settings::{Hint, NamedBank, Settings};
use crate::app::wire::{Answer, BankAddress, Call, LoggedIn, Reply, Seat, Trouble};
use crate::app::world::World;
use crate::rooms::home::Home;
use crate::texts::Texts;
use crate::widgets::complaint::Complaint;
use crate::widgets::field::{Field, Kind};
use crate::widgets::form::{Form, Step};

/// Where this room is in the table of actions.
pub const SCOPES: &[Scope] = &[Scope::LogIn, Scope::Form];

const SUBMIT: Slot = Slot("log-in", 0);
const PING: &str = "ping";

/// The fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Id {
    Bank,
    Cpf,
    Password,
    New,
    Again,
}

/// Opening a session.
#[derive(Debug)]
pub struct LogIn {
    form: Form<Id>,
    known: Vec<Known>,
    trouble: Option<Trouble>,
    /// For a session that has ended: then the room below waits, and is where the customer comes back to.
    again: bool,
    /// Once the bank has said that it has set the password: then another is asked for, and nothing else goes on.
    change: Option<Changing>,
}

/// A session that does nothing but change its password.
#[derive(Debug)]
struct Changing {
    address: BankAddress,
    opened: LoggedIn,
    current: Password,
}

impl LogIn {
    /// For whoever comes: the bank used last is filled in.
    #[must_use]
    pub fn new(world: &World) -> Self {
        let last = world.settings.known_banks().into_iter().next().map(|b| b.address);
        Self::with(world, &last.unwrap_or_default(), "", "")
    }

    /// With a log-in that works, given by the demo.
    #[must_use]
    pub fn hinted(world: &World, hint: &Hint) -> Self {
        Self::with(world, &hint.address, &hint.cpf, &hint.password)
    }

    /// For the customer who is logged in, at another bank: the first where they are not.
    #[must_use]
    pub fn elsewhere(world: &World) -> Self {
        let alive = |id| world.banks.session(id).is_some_and(|s| s.alive);
        let other = world.banks.iter().find(|b| !alive(&b.id)).and_then(|b| b.address.clone());
        let cpf = world.banks.main().map(|(_, s)| s.customer.cpf.to_string()).unwrap_or_default();
        Self::with(world, &other.map(|a| shown(&a)).unwrap_or_default(), &cpf, "")
    }

    /// For a session that the bank has ended: its address and CPF are filled in.
    #[must_use]
    pub fn again(world: &World, bank: &BankId) -> Option<Self> {
        let session = world.banks.session(bank)?;
        let (address, cpf) = (shown(&session.seat.address), session.customer.cpf.to_string());
        Some(Self { again: true, ..Self::with(world, &address, &cpf, "") })
    }

    fn with(world: &World, address: &str, cpf: &str, password: &str) -> Self {
        let form = Form::new(vec![
            Field::new(Id::Bank, Kind::Address).with(address),
            Field::new(Id::Cpf, Kind::Cpf).with(cpf),
            Field::new(Id::Password, Kind::Password).with(password),
        ]);
        let mut banks = world.settings.known_banks();
        for bank in world.banks.iter() {
            let Some(address) = bank.address.as_ref().map(shown) else { continue };
            if !banks.iter().any(|b| b.address == address) {
                banks.push(NamedBank { name: bank.name.clone(), address });
            }
        }
        let known = banks.into_iter().map(|bank| Known { bank, tested: Tested::Waiting }).take(9).collect();
        Self { form, known, trouble: None, again: false, change: None }
    }

    /// A known bank's number or name in the field for its address becomes the address.
    fn bank_by_name(&mut self) {
        let banks: Vec<NamedBank> = self.known.iter().map(Known::named).collect();
        let found = Settings::address_by_text(&banks, self.form.text(Id::Bank));
        if let (Some(address), Some(field)) = (found, self.form.field_mut(Id::Bank)) {
            field.set_text(&address);
        }
    }

    /// The bank has set the password: the form asks for another, twice.
    fn ask_for_another(&mut self, address: BankAddress, opened: LoggedIn) {
        let current = Password::new(self.form.text(Id::Password).to_owned());
        self.form =
            Form::new(vec![Field::new(Id::New, Kind::NewPassword), Field::new(Id::Again, Kind::Password)]);
        self.change = Some(Changing { address, opened, current });
        self.trouble = None;
    }

    fn step_changing(&mut self, step: Step<Id>, cx: &mut Cx<'_>) {
        let Some(changing) = &self.change else { return };
        let differ = self.form.text(Id::Again) != self.form.text(Id::New);
        match step {
            Step::Left(Id::Again) | Step::Submit if differ => {
                self.form.complain(Id::Again, Complaint::PasswordsDiffer);
            }
            Step::Submit if self.form.text(Id::New) == changing.current.reveal() => {
                self.form.complain(Id::New, Complaint::PasswordOfTheBank);
            }
            Step::Submit if !cx.waits(SUBMIT) => {
                self.trouble = None;
                let new = Password::new(self.form.text(Id::New).to_owned());
                let password = Some(ChangePassword { current: changing.current.clone(), new });
                let seat =
                    Seat { address: changing.address.clone(), token: Some(changing.opened.token.clone()) };
                cx.ask(SUBMIT, seat, Call::ChangeCustomer(ChangeCustomer { name: None, password }));
            }
            Step::Submit | Step::Stayed | Step::Left(_) | Step::AskMoney(_) => {}
        }
    }

    fn changed(&mut self, answer: Answer, cx: &mut Cx<'_>) {
        match answer {
            Ok(Reply::Customer(_)) => {
                if let Some(Changing { address, opened, .. }) = self.change.take() {
                    self.entered_as(cx, address, opened);
                }
            }
            Ok(_) => self.trouble = Some(Trouble::Garbage),
            Err(Trouble::Problem(problem)) if !problem.errors.is_empty() => {
                for error in &problem.errors {
                    self.form.complain(Id::New, Complaint::Bank(error.code));
                }
            }
            Err(trouble) => self.trouble = Some(trouble),
        }
    }

    fn entered_as(&self, cx: &mut Cx<'_>, address: BankAddress, opened: LoggedIn) {
        let same = cx.world.banks.main().is_some_and(|(_, s)| s.customer.cpf == opened.customer.cpf);
        if self.again && same {
            open_session(cx, address, opened);
            cx.back();
        } else {
            enter(cx, address, opened);
        }
    }

    fn step(&mut self, step: Step<Id>, cx: &mut Cx<'_>) {
        if self.change.is_some() {
            self.step_changing(step, cx);
            return;
        }
        if step == Step::Submit && !cx.waits(SUBMIT) {
            let address = self.form.parsed::<BankAddress>(Id::Bank);
            if let Some((address, cpf)) = address.zip(self.form.parsed::<Cpf>(Id::Cpf)) {
                self.trouble = None;
                let password = Password::new(self.form.text(Id::Password).to_owned());
                cx.ask(SUBMIT, Seat::stranger(address), Call::LogIn(LogInBody { cpf, password }));
            }
        }
    }

    fn submitted(&mut self, answer: Answer, cx: &mut Cx<'_>) {
        match answer {
            Ok(Reply::LoggedIn(opened)) => {
                let Some(address) = self.form.parsed::<BankAddress>(Id::Bank) else { return };
                if opened.must_change_password {
                    self.ask_for_another(address, opened);
                } else {
                    self.entered_as(cx, address, opened);
                }
            }
            Ok(_) => self.trouble = Some(Trouble::Garbage),
            Err(Trouble::Problem(problem)) if !problem.errors.is_empty() => {
                for error in &problem.errors {
                    let id = if error.field == "cpf" { Id::Cpf } else { Id::Password };
                    self.form.complain(id, Complaint::Bank(error.code));
                }
            }
            Err(trouble) => {
                let focus = match &trouble {
                    Trouble::Problem(_) => Id::Password,
                    Trouble::Unreachable
                    | Trouble::OutcomeUnknown
                    | Trouble::Garbage
                    | Trouble::Distrusted(_) => Id::Bank,
                };
                self.form.focus(focus);
                self.trouble = Some(trouble);
            }
        }
    }
}

/// An address as people type it. Plain http goes without saying on this machine alone.
#[must_use]
pub fn shown(address: &BankAddress) -> String {
    match address.scheme() {
        Scheme::Http if address.is_loopback() => address.authority(),
        Scheme::Http | Scheme::Https => address.to_string(),
    }
}

/// A session was opened: the bank is remembered, and home is where the customer goes.
pub(super) fn enter(cx: &mut Cx<'_>, address: BankAddress, opened: LoggedIn) {
    open_session(cx, address, opened);
    cx.reset(Room::Home(Home::default()));
}

/// A session was opened: the bank is remembered.
fn open_session(cx: &mut Cx<'_>, address: BankAddress, opened: LoggedIn) {
    let (name, bank_name) = (opened.customer.name.clone(), opened.bank.name.clone());
    let remembered = NamedBank { name: bank_name.clone(), address: shown(&address) };
    let bank = cx.world.logged_in(address, opened);
    let is_main = cx.world.banks.main().is_some_and(|(main, _)| *main == bank);
    let settings = &mut cx.world.settings;
    let changed =
        if is_main { settings.remember_bank(remembered) } else { settings.remember_other_bank(remembered) };
    if changed {
        let remembered = settings.remembered.clone();
        cx.world.wish(Effect::KeepRemembered(remembered));
    }
    let resumed = cx.world.orders.iter().filter(|o| !o.state.is_over()).count();
    cx.notice(match resumed {
        0 if is_main => Notice::LoggedIn { name, bank: bank_name },
        0 => Notice::BankConnected(bank_name),
        count => Notice::Resumed(count),
    });
}

impl Screen for LogIn {
    fn title(&self, texts: &Texts) -> String {
        texts.log_in.title().to_owned()
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

    fn entered(&mut self, cx: &mut Cx<'_>) {
        for (row, known) in self.known.iter_mut().enumerate() {
            match known.bank.address.parse::<BankAddress>() {
                Ok(address) => cx.ask(Slot(PING, row), Seat::stranger(address), Call::Bank),
                Err(_) => known.tested = Tested::Failed(Trouble::Unreachable),
            }
        }
    }

    fn act(&mut self, action: Action, cx: &mut Cx<'_>) {
        // What was sent stays as it was sent: the session that comes belongs to this address.
        if cx.waits(SUBMIT) {
            return;
        }
        if let Action::TakeBank(n) = action {
            if self.change.is_none()
                && let Some(known) = usize::from(n).checked_sub(1).and_then(|n| self.known.get(n))
            {
                let address = known.bank.address.clone();
                if let Some(field) = self.form.field_mut(Id::Bank) {
                    field.set_text(&address);
                }
            }
            return;
        }
        if self.change.is_none() {
            self.bank_by_name();
        }
        let step = self.form.act(action);
        self.step(step, cx);
    }

    fn key(&mut self, event: &KeyEvent, cx: &mut Cx<'_>) {
        if !cx.waits(SUBMIT) {
            self.form.key(event);
        }
    }

    fn paste(&mut self, pasted: &str, cx: &mut Cx<'_>) {
        if !cx.waits(SUBMIT) {
            self.form.paste(pasted);
        }
    }

    fn answered(&mut self, slot: Slot, answer: Answer, cx: &mut Cx<'_>) {
        match slot {
            SUBMIT if self.change.is_some() => self.changed(answer, cx),
            SUBMIT => self.submitted(answer, cx),
            Slot(_, row) => {
                if let Some(known) = self.known.get_mut(row) {
                    known.tested = told(answer);
                }
            }
        }
    }

    fn view(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        self.draw(frame, area, seen);
    }
}
