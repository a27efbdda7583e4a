//! Logging in and out, signing up. Passwords come by the standard input or are asked for; tokens are never printed.

use std::io::{self, IsTerminal as _};

use serde::Serialize;
use serde_json::json;
use shared::api::requests::{ChangeCustomer, ChangePassword, LogIn, SignUp};
use shared::client::{BankClient, Token};
use shared::cpf::Cpf;
use shared::text::{Name, Password};

use super::args::{Login, Signup};
use super::desk::Desk;
use super::exit::{Deed, Exit, Stop, stopped_by};
use super::output::{Cell, Sheet};
use crate::app::effect::Effect;
use crate::app::settings::NamedBank;
use crate::app::wire::{BankAddress, LoggedIn, Seat};
use crate::clock;
use crate::node::SessionFile;
use crate::rooms::log_in::shown;
use crate::secret;
use crate::widgets::field::{Field, Kind};

impl Desk {
    pub(super) async fn log_in(&mut self, args: &Login) -> Result<Exit, Stop> {
        let address = self.address()?;
        let cpf = self.cpf("--cpf", &args.cpf)?;
        let password = self.password(args, Kind::Password)?;
        let opened = self.open_session(&address, cpf, password.clone()).await?;
        if opened.must_change_password {
            self.change_first(args, &address, &opened, password).await?;
        }
        let name = opened.customer.name.clone();
        let file = self.keep(address, &opened)?;
        let said = self.texts.log_in.done(&name, &file.bank.name);
        self.print(&session_json(&file), &sessions_sheet(self, std::slice::from_ref(&file)), &[said])?;
        Ok(Exit::Done)
    }

    /// Changes a password that the bank has set: the session does nothing else. One that stays so is not kept.
    async fn change_first(
        &mut self,
        args: &Login,
        address: &BankAddress,
        opened: &LoggedIn,
        current: Password,
    ) -> Result<(), Stop> {
        let seat = Seat { address: address.clone(), token: Some(opened.token.clone()) };
        let changed = match self.new_password(args) {
            Ok(new) => {
                let password = Some(ChangePassword { current, new });
                let body = ChangeCustomer { name: None, password };
                let call =
                    async move |bank: BankClient, token: Token| bank.change_customer(&token, &body).await;
                let answer = self.teller.at(&seat, call).await;
                answer.map(drop).map_err(|trouble| stopped_by(trouble, Deed::Changes, &self.texts))
            }
            Err(stop) => Err(stop),
        };
        if changed.is_err() {
            // Nobody holds it: it ends by itself if the bank cannot be told.
            let call = async move |bank: BankClient, token: Token| bank.log_out(&token).await;
            let _ends_by_itself = self.teller.at(&seat, call).await;
        }
        changed
    }

    fn new_password(&self, args: &Login) -> Result<Password, Stop> {
        let t = self.texts;
        let typed = if args.password_stdin {
            secret::first_line().map_err(|error| self.disk(&error))?
        } else {
            self.warn(t.log_in.must_change());
            secret::asked(t.scripts.new_password_prompt()).map_err(|error| self.disk(&error))?
        };
        let typed =
            typed.filter(|p| !p.is_empty()).ok_or_else(|| Stop::usage(t.scripts.no_new_password()))?;
        self.checked("--password-stdin", &typed, Kind::NewPassword)?;
        Ok(Password::new(typed.to_string()))
    }

    async fn open_session(
        &mut self,
        address: &BankAddress,
        cpf: Cpf,
        password: Password,
    ) -> Result<LoggedIn, Stop> {
        let body = LogIn { cpf, password };
        let answer = self.teller.stranger(address, async move |bank| bank.log_in(&body).await).await;
        // A session that nobody holds does no harm, and ends by itself.
        answer.map_err(|trouble| stopped_by(trouble, Deed::Asks, &self.texts))
    }

    fn keep(&mut self, address: BankAddress, opened: &LoggedIn) -> Result<SessionFile, Stop> {
        let file = SessionFile::new(address, opened);
        self.places.keep_session(&file).map_err(|error| self.disk(&error))?;
        let bank = NamedBank { name: file.bank.name.clone(), address: shown(&file.address) };
        let settings = &mut self.teller.world.settings;
        if settings.remember_other_bank(bank) {
            let remembered = settings.remembered.clone();
            self.teller.world.wish(Effect::KeepRemembered(remembered));
            self.teller.finish();
        }
        Ok(file)
    }

    pub(super) async fn log_out(&mut self) -> Result<Exit, Stop> {
        let sessions = if self.bank.is_some() { vec![self.session(&[])?] } else { self.sessions() };
        let mut lines = Vec::new();
        let mut ended = Vec::new();
        for session in sessions {
            let told = self.call(&session, Deed::Asks, async |bank, token| bank.log_out(&token).await).await;
            // Whatever the bank says, this machine holds the session no longer.
            self.forget(&session);
            match told {
                Ok(()) => {}
                Err(stop) if stop.exit == Exit::NotLoggedIn => {}
                Err(stop) => stop.said.iter().for_each(|line| self.warn(line)),
            }
            lines.push(self.texts.scripts.logged_out(&session.bank.name));
            ended.push(session);
        }
        if ended.is_empty() {
            lines.push(self.texts.scripts.nothing_open().to_owned());
        }
        let json = json!({ "banks": ended.iter().map(|s| &s.bank).collect::<Vec<_>>() });
        let mut sheet = Sheet::new(&[("bank", self.texts.log_in.bank())]);
        ended.iter().for_each(|s| sheet.row(vec![Cell::of(&s.bank.id)]));
        self.print(&json, &sheet, &lines)?;
        Ok(Exit::Done)
    }

    pub(super) async fn sign_up(&mut self, args: &Signup) -> Result<Exit, Stop> {
        let address = self.address()?;
        let cpf = self.cpf("--cpf", &args.login.cpf)?;
        let name = self.checked("--name", &args.name, Kind::Name)?;
        let name = Name::new(&name).map_err(|_| Stop::usage(self.texts.forms.no_letter()))?;
        let password = self.password(&args.login, Kind::NewPassword)?;
        let body = SignUp { cpf, name, password: password.clone() };
        let answer = self.teller.stranger(&address, async move |bank| bank.sign_up(&body).await).await;
        let customer = answer.map_err(|trouble| stopped_by(trouble, Deed::Changes, &self.texts))?;
        let mut sheet =
            Sheet::new(&[("id", self.texts.scripts.customer()), ("name", self.texts.sign_up.name())]);
        sheet.row(vec![Cell::of(customer.id), Cell::of(&customer.name)]);
        self.print(&customer, &sheet, &[self.texts.scripts.signed_up().to_owned()])?;
        // Signed up all the same: that the log-in failed is said, and is no failure of this command.
        match self.open_session(&address, cpf, password).await {
            Ok(opened) => {
                self.keep(address, &opened)?;
            }
            Err(stop) => stop.said.iter().for_each(|line| self.warn(line)),
        }
        Ok(Exit::Done)
    }

    pub(super) fn who_am_i(&self) -> Result<Exit, Stop> {
        let sessions = self.session_or_all()?;
        let t = self.texts.scripts;
        let lines: Vec<_> = sessions.iter().map(|s| t.customer_of(&s.customer.name, &s.bank.name)).collect();
        let json = json!({ "sessions": sessions.iter().map(session_json).collect::<Vec<_>>() });
        self.print(&json, &sessions_sheet(self, &sessions), &lines)?;
        Ok(Exit::Done)
    }

    /// The password, read where nobody looks on.
    fn password(&self, args: &Login, kind: Kind) -> Result<Password, Stop> {
        let t = self.texts.scripts;
        let typed = if args.password_stdin {
            secret::first_line().map_err(|error| self.disk(&error))?
        } else if io::stdin().is_terminal() {
            secret::asked(t.password_prompt()).map_err(|error| self.disk(&error))?
        } else {
            None
        };
        let typed = typed.filter(|p| !p.is_empty()).ok_or_else(|| Stop::usage(t.no_password()))?;
        self.checked("--password-stdin", &typed, kind)?;
        Ok(Password::new(typed.to_string()))
    }

    /// Something typed, held against the same rules as in a form.
    fn checked(&self, argument: &str, typed: &str, kind: Kind) -> Result<String, Stop> {
        let mut field = Field::new((), kind).with(typed);
        field.check();
        match field.complaint() {
            Some(complaint) => Err(self.wrong(argument, complaint)),
            None => Ok(field.text().to_owned()),
        }
    }

    /// A CPF as typed.
    pub(super) fn cpf(&self, argument: &str, typed: &str) -> Result<Cpf, Stop> {
        let text = self.checked(argument, typed, Kind::Cpf)?;
        text.parse().map_err(|_| Stop::usage(self.texts.forms.invalid_cpf()))
    }
}

/// A session as `POST /v1/sessions` gives it, with the bank's address in place of the token.
fn session_json(file: &SessionFile) -> impl Serialize + use<> {
    json!({
        "bank": file.bank,
        "address": file.address,
        "expires_at": file.expires_at,
        "customer": file.customer,
        "ended": file.expires_at <= clock::now(),
    })
}

fn sessions_sheet(desk: &Desk, files: &[SessionFile]) -> Sheet {
    let t = desk.texts;
    let mut sheet = Sheet::new(&[
        ("bank", t.consortium.bank()),
        ("address", t.consortium.address()),
        ("customer", t.scripts.customer()),
        ("name", t.sign_up.name()),
        ("expires_at", t.scripts.expires()),
    ]);
    for file in files {
        sheet.row(vec![
            Cell::of(&file.bank.id),
            Cell::of(&file.address),
            Cell::of(file.customer.id),
            Cell::of(&file.customer.name),
            Cell::of(file.expires_at),
        ]);
    }
    sheet
}
