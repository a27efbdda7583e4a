//! What every command starts from: the sessions that are kept, which of them is meant, and calls with their endings.

use std::io;

use serde::Serialize;
use shared::account::AccountRef;
use shared::client::{BankClient, ClientError, Token};
use shared::ids::BankId;

use super::args::Format;
use super::exit::{Deed, Exit, Stop, stopped_by};
use super::output::{self, Sheet};
use crate::app::settings::Settings;
use crate::app::wire::{BankAddress, Seat, Trouble};
use crate::node::{Places, SessionFile};
use crate::teller::Teller;
use crate::teller::words::Words;
use crate::texts::Texts;
use crate::widgets::complaint::Complaint;

/// A command at work.
pub(super) struct Desk {
    pub(super) teller: Teller,
    pub(super) texts: Texts,
    pub(super) format: Format,
    pub(super) places: Places,
    /// Which bank, as typed.
    pub(super) bank: Option<String>,
}

impl Desk {
    pub(super) fn new(settings: Settings, places: Places, bank: Option<String>, format: Format) -> Self {
        let texts = Texts::new(settings.language);
        let bank = bank.filter(|b| !b.trim().is_empty());
        Self { teller: Teller::new(settings, places.clone(), None), texts, format, places, bank }
    }

    /// Every session that is kept.
    pub(super) fn sessions(&self) -> Vec<SessionFile> {
        let (files, unread) = self.places.sessions();
        if let Some(reason) = unread {
            self.warn(&self.texts.scripts.not_read(&reason));
        }
        files
    }

    /// The session that is meant: at the bank that was named, else at the first of `preferred` that has one, else the
    /// only one.
    pub(super) fn session(&self, preferred: &[&BankId]) -> Result<SessionFile, Stop> {
        let t = self.texts.scripts;
        let sessions = self.sessions();
        if let Some(typed) = &self.bank {
            let found = sessions.into_iter().find(|session| is_named(session, typed));
            return found.ok_or_else(|| Stop::new(Exit::NotLoggedIn, t.no_session_at(typed)));
        }
        let liked = preferred.iter().find_map(|bank| sessions.iter().find(|s| s.bank.id == **bank));
        match (liked, sessions.as_slice()) {
            (Some(session), _) => Ok(session.clone()),
            (None, []) => Err(Stop::new(Exit::NotLoggedIn, t.no_session())),
            (None, [only]) => Ok(only.clone()),
            (None, several) => {
                let ids: Vec<&str> = several.iter().map(|s| s.bank.id.as_str()).collect();
                Err(Stop::usage(t.which_bank(&ids.join(", "))))
            }
        }
    }

    /// The sessions that are meant: at the bank that was named, else all.
    pub(super) fn session_or_all(&self) -> Result<Vec<SessionFile>, Stop> {
        if self.bank.is_some() {
            return self.session(&[]).map(|session| vec![session]);
        }
        let sessions = self.sessions();
        if sessions.is_empty() {
            return Err(Stop::new(Exit::NotLoggedIn, self.texts.scripts.no_session()));
        }
        Ok(sessions)
    }

    /// Calls the bank of a session.
    pub(super) async fn call<T>(
        &mut self,
        session: &SessionFile,
        deed: Deed,
        call: impl AsyncFnOnce(BankClient, Token) -> Result<T, ClientError>,
    ) -> Result<T, Stop> {
        let seat = self.seat(session)?;
        let answer = self.teller.at(&seat, call).await;
        answer.map_err(|trouble| self.stopped(trouble, deed, session))
    }

    /// How a call of a session ends the command. A session that the bank has ended is forgotten.
    pub(super) fn stopped(&self, trouble: Trouble, deed: Deed, session: &SessionFile) -> Stop {
        let mut stop = stopped_by(trouble, deed, &self.texts);
        if stop.exit == Exit::NotLoggedIn {
            self.forget(session);
            stop.said.push(self.texts.scripts.log_in_again(session.bank.id.as_str()));
        }
        stop
    }

    /// Forgets a session, unless another command has kept a newer one meanwhile.
    pub(super) fn forget(&self, session: &SessionFile) {
        if self.places.sessions().0.contains(session)
            && let Err(error) = self.places.drop_session(&session.bank.id)
        {
            self.warn(&self.texts.scripts.not_kept(&error.to_string()));
        }
    }

    /// Where and with which token.
    pub(super) fn seat(&self, session: &SessionFile) -> Result<Seat, Stop> {
        let again = || self.texts.scripts.log_in_again(session.bank.id.as_str());
        let opened = session.opened().map_err(|_| Stop::new(Exit::NotLoggedIn, again()))?;
        Ok(Seat { address: session.address.clone(), token: Some(opened.token) })
    }

    /// The address of the bank that was named, or of the first that is known.
    pub(super) fn address(&self) -> Result<BankAddress, Stop> {
        let t = self.texts.scripts;
        let sessions = self.sessions();
        let settings = &self.teller.world.settings;
        match &self.bank {
            Some(typed) => {
                let kept = sessions.iter().find(|s| s.bank.id.as_str() == typed.trim());
                // The bank that was named is itself among those that are known, under what was typed.
                let others: Vec<_> =
                    settings.known_banks().into_iter().filter(|b| b.address != *typed).collect();
                let named = Settings::address_by_text(&others, typed);
                let text = named.unwrap_or_else(|| typed.clone());
                let parsed = text.parse::<BankAddress>();
                kept.map(|s| s.address.clone())
                    .or_else(|| parsed.ok().filter(|_| text.contains([':', '.', '[']) || text == "localhost"))
                    .ok_or_else(|| Stop::usage(t.bad_address(typed)))
            }
            None => {
                let first = settings.known_banks().into_iter().next();
                let parsed = first.and_then(|bank| bank.address.parse().ok());
                parsed.ok_or_else(|| Stop::usage(t.no_address()))
            }
        }
    }

    /// An account as typed.
    pub(super) fn account(&self, typed: &str) -> Result<AccountRef, Stop> {
        typed.trim().parse().map_err(|error| self.wrong(typed, &Complaint::from(error)))
    }

    /// Something else that is typed.
    pub(super) fn id<T: std::str::FromStr>(&self, typed: &str) -> Result<T, Stop> {
        typed.trim().parse().map_err(|_| Stop::usage(self.texts.scripts.bad_id(typed)))
    }

    /// The command was wrong in this argument.
    pub(super) fn wrong(&self, argument: &str, complaint: &Complaint) -> Stop {
        let why = self.texts.forms.complaint(complaint);
        Stop::usage(self.texts.scripts.bad_argument(argument, &why))
    }

    /// Says something that is no result.
    pub(super) fn warn(&self, words: &str) {
        eprint!("{}", output::one_line(words));
    }

    /// Prints a result.
    pub(super) fn print<T: Serialize>(&self, json: &T, sheet: &Sheet, lines: &[String]) -> Result<(), Stop> {
        output::print(self.format, json, sheet, lines).map_err(|error| self.disk(&error))
    }

    /// Prints a result whose text is its rows.
    pub(super) fn print_sheet<T: Serialize>(&self, json: &T, sheet: &Sheet) -> Result<(), Stop> {
        let lines = if sheet.is_empty() { vec![self.texts.scripts.none().to_owned()] } else { sheet.lines() };
        self.print(json, sheet, &lines)
    }

    /// This machine's own failure.
    pub(super) fn disk(&self, error: &io::Error) -> Stop {
        Stop::new(Exit::Failed, self.texts.scripts.not_kept(&error.to_string()))
    }

    /// Sentences about packages.
    pub(super) fn words(&self) -> Words<'_> {
        Words { texts: &self.texts, name: &|bank| bank.to_string() }
    }
}

fn is_named(session: &SessionFile, typed: &str) -> bool {
    let typed = typed.trim().to_lowercase();
    let name = session.bank.name.to_lowercase();
    session.bank.id.as_str() == typed
        || name == typed
        || name.strip_prefix("banco ") == Some(typed.as_str())
        || typed.parse::<BankAddress>().is_ok_and(|address| address.is_same_place(&session.address))
}
