//! `--plain`: the same actions as on the screens, as numbered questions and sentences, for screen readers, serial lines
//! and pipes. Moves no cursor and draws nothing; what may be done now, and why not, says the one table of actions.

mod lines;

mod questions;

mod menus;

#[cfg(test)]
mod ways;

#[cfg(test)]
mod testing;

mod access;

mod lock;

mod home;

mod accounts;

mod opening;

mod payees;

mod money;

mod builder;

mod templates;

mod review;

mod orders;

mod packages;

mod receipts;

mod connect;

mod invitations;

mod banks;

mod me;

mod settings;

use std::process::ExitCode;

use shared::api::replies::PackageStatus;
use tokio::time::Duration;

use self::lines::{Lines, Over};
use crate::actions::Scope;
use crate::app::orders::OrderState;
use crate::app::settings::Settings;
use crate::app::switch::BankSwitch;
use crate::app::wire::Trouble;
use crate::node::{Places, Switch};
use crate::scripts::exit::Exit;
use crate::secret;
use crate::teller::Teller;
use crate::texts::Texts;

/// How long the accounts are waited for after something has changed.
const LOOK: Duration = Duration::from_secs(6);

/// Rows of a statement or of packages that are said at once: more are asked for.
const ROWS: usize = 20;

/// A talk with the customer. Nothing is drawn: every question is a line, every answer another.
struct Talk {
    teller: Teller,
    texts: Texts,
    lines: Lines,
    /// The menus that were read out.
    heard: Vec<Scope>,
}

/// What a step of the talk gives: something, nothing because the customer went back, or the end of it all.
type Answered<T> = Result<Option<T>, Over>;

/// Runs the client line by line until it ends.
#[must_use]
pub fn run(settings: Settings, places: Places, switch: Option<Switch>) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let exit = runtime.map_err(|error| error.to_string()).and_then(|runtime| {
        let ended = runtime.block_on(async {
            let lines = Lines::open().map_err(|error| error.to_string())?;
            let texts = Texts::new(settings.language);
            let mut talk =
                Talk { teller: Teller::new(settings, places, switch), texts, lines, heard: Vec::new() };
            Ok(talk.whole().await)
        });
        runtime.shutdown_background();
        ended
    });
    match exit {
        Ok(exit) => ExitCode::from(exit.code()),
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

impl Talk {
    async fn whole(&mut self) -> Exit {
        self.say(self.texts.plain.welcome());
        self.say(self.texts.plain.how());
        self.teller.find_orders();
        let over = loop {
            if let Err(over) = self.as_stranger().await {
                break over;
            }
            if let Err(over) = self.as_customer().await {
                break over;
            }
        };
        self.end(over)
    }

    /// The last words. An order whose outcome is not known is named: it goes on at the banks.
    fn end(&mut self, over: Over) -> Exit {
        // A password may have been half typed.
        secret::give_back();
        let open: Vec<String> = self
            .teller
            .world
            .orders
            .iter()
            .filter(|order| is_open(&order.state))
            .map(|order| order.file.id.to_string())
            .collect();
        self.teller.finish();
        self.pass_on();
        if over == Over::Input {
            self.say(self.texts.plain.input_over());
        }
        for id in &open {
            self.say(&self.texts.plain.open_order(id));
        }
        self.say(self.texts.plain.done());
        if open.is_empty() { Exit::Done } else { Exit::Unknown }
    }

    fn say(&mut self, line: &str) {
        self.lines.say(line);
    }

    fn trouble(&mut self, trouble: &Trouble) {
        let errors = match trouble {
            Trouble::Problem(problem) => problem.errors.as_slice(),
            Trouble::Unreachable | Trouble::OutcomeUnknown | Trouble::Garbage | Trouble::Distrusted(_) => &[],
        };
        if errors.is_empty() {
            self.say(&self.texts.codes.trouble(trouble));
        }
        for error in errors {
            let words = self.texts.codes.field(error.code);
            let holder = error.field.strip_prefix("holders[").and_then(|rest| rest.split(']').next());
            match holder.and_then(|n| n.parse::<usize>().ok()) {
                // Whoever opens an account is the first of its holders.
                Some(n) => self.say(&format!("{}: {words}", self.texts.open_account.holder(n + 2))),
                None => self.say(words),
            }
        }
    }

    /// Says what could not be kept on disk, and what the demo has done.
    fn pass_on(&mut self) {
        for complaint in std::mem::take(&mut self.teller.complaints) {
            self.say(&self.texts.frame.state_not_kept(&complaint));
        }
        for met in std::mem::take(&mut self.teller.met) {
            self.say(&self.texts.codes.key_met(&met));
        }
        for (switch, done) in std::mem::take(&mut self.teller.switched) {
            let bank = self.teller.world.banks.name(switch.bank());
            let t = self.texts.consortium;
            let words = match (done, &switch) {
                (Err(reason), _) => t.failed(&bank, &reason),
                (Ok(()), BankSwitch::Stop(_) | BankSwitch::StopMidPackage(_)) => t.stopped(&bank),
                (Ok(()), BankSwitch::Start(_)) => t.started(&bank),
            };
            self.say(&words);
        }
    }
}

/// Whether the outcome of an order is not known.
fn is_open(state: &OrderState) -> bool {
    match state {
        OrderState::Sending | OrderState::Unknown(_) => true,
        OrderState::Told(package) => package.status == PackageStatus::InProgress,
        OrderState::Keeping
        | OrderState::NotKept(_)
        | OrderState::NotSent(_)
        | OrderState::NeverArrived
        | OrderState::NotTaken(_) => false,
    }
}
