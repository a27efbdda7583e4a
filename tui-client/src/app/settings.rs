//! What the customer has chosen, and what the client remembers of it between runs.

use serde::{Deserialize, Serialize};
use shared::address::BankAddress;
use shared::money::Reais;

use crate::texts::Language;
use crate::theme::ThemeName;

/// A bank by its name and address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedBank {
    /// Its name for people.
    pub name: String,
    /// As typed: `127.0.0.1:7001`.
    pub address: String,
}

/// What the program itself keeps between runs, in the state directory. The configuration file is the customer's own and
/// is never written by the program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// The language chosen last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// The theme chosen last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theme: Option<ThemeName>,
    /// Whether one asked for numbered questions in place of drawn screens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plain: Option<bool>,
    /// Whether the mouse is listened to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mouse: Option<bool>,
    /// Idle minutes until the screen locks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock_after_minutes: Option<u16>,
    /// Whether balances are hidden.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hide_balances: Option<bool>,
    /// Banks that answered, the one used last first.
    #[serde(default)]
    pub banks: Vec<NamedBank>,
}

/// Banks remembered, at most.
pub const REMEMBERED_BANKS_MAX: usize = 9;

/// Idle minutes until the screen locks, unless the customer says otherwise.
pub const LOCK_AFTER_MINUTES: u16 = 5;

/// The longest that the lock can be put off, in minutes: a day. Nought is never.
pub const LOCK_AFTER_MINUTES_MAX: u16 = 1_440;

/// Where a setting comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// Chosen in the program, in this run or an earlier one, or never chosen: it can be changed here.
    #[default]
    Chosen,
    /// A flag of the command line.
    Flag,
    /// A variable of the environment.
    Environment,
    /// The configuration file.
    File,
}

/// Where each setting comes from. What comes from outside holds against what is chosen in the program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origins {
    /// Of the language.
    pub language: Origin,
    /// Of the theme.
    pub theme: Origin,
    /// Of plain questions.
    pub plain: Origin,
    /// Of the mouse.
    pub mouse: Origin,
    /// Of the idle lock.
    pub lock_after: Origin,
    /// Of hidden balances.
    pub hide_balances: Origin,
}

/// What holds in this run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The language of every sentence.
    pub language: Language,
    /// The theme.
    pub theme: ThemeName,
    /// False under `NO_COLOR` and `--no-color`: then no theme brings colour back.
    pub colour: bool,
    /// Whether to ask numbered questions in place of drawing screens.
    pub plain: bool,
    /// Whether the mouse is listened to.
    pub mouse: bool,
    /// Idle minutes until the screen locks; 0 is never.
    pub lock_after_minutes: u16,
    /// Whether the amounts of one's balances are covered on every screen.
    pub hide_balances: bool,
    /// Where these come from.
    pub origins: Origins,
    /// Where files for the customer go, and who says so; none where nobody does.
    pub save_dir: Option<(String, Origin)>,
    /// The configuration file, to be named on screen; none where the platform has no place for one.
    pub config_file: Option<String>,
    /// Banks that the configuration file names.
    pub banks: Vec<NamedBank>,
    /// What earlier runs left.
    pub remembered: Remembered,
    /// Log-ins to try, given by the demo.
    pub hints: Vec<Hint>,
    /// Whether the demo runs the banks, so that the customer may break them.
    pub breaks_banks: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: Language::PtBr,
            theme: ThemeName::Dark,
            colour: true,
            plain: false,
            mouse: false,
            lock_after_minutes: LOCK_AFTER_MINUTES,
            hide_balances: false,
            origins: Origins::default(),
            save_dir: None,
            config_file: None,
            banks: Vec::new(),
            remembered: Remembered::default(),
            hints: Vec::new(),
            breaks_banks: false,
        }
    }
}

/// What stands in a hidden balance's place: as wide for a fortune as for nothing.
pub const HIDDEN: &str = "R$ •••••";

impl Settings {
    /// A balance, or an amount that would give one away: itself, unless the customer hides balances.
    #[must_use]
    pub fn balance(&self, centavos: i64) -> String {
        if self.hide_balances { HIDDEN.to_owned() } else { Reais(centavos).to_string() }
    }

    /// The banks to offer: of this demo's hints, of the configuration, then of earlier runs, each address once.
    #[must_use]
    pub fn known_banks(&self) -> Vec<NamedBank> {
        let hinted =
            self.hints.iter().map(|h| NamedBank { name: h.bank.clone(), address: h.address.clone() });
        let all = hinted.chain(self.banks.iter().cloned()).chain(self.remembered.banks.iter().cloned());
        let mut known: Vec<NamedBank> = Vec::new();
        for bank in all {
            if !known.iter().any(|k| same_address(&k.address, &bank.address)) {
                known.push(bank);
            }
        }
        known
    }

    /// The address of a bank by what people type: its name in any case, the name without "Banco", or its place in the
    /// list from 1.
    #[must_use]
    pub fn address_by_text(banks: &[NamedBank], typed: &str) -> Option<String> {
        let typed = typed.trim().to_lowercase();
        let place = typed.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
        let named = |bank: &&NamedBank| {
            let name = bank.name.to_lowercase();
            name == typed || name.strip_prefix("banco ") == Some(typed.as_str())
        };
        let found = banks.iter().find(named).or_else(|| banks.get(place?));
        found.map(|bank| bank.address.clone())
    }

    /// Puts a bank that answered first among the remembered. Tells whether anything changed.
    pub fn remember_bank(&mut self, bank: NamedBank) -> bool {
        self.remember_bank_at(0, bank)
    }

    /// The same for a bank beside that of the session: the first stays the first.
    pub fn remember_other_bank(&mut self, bank: NamedBank) -> bool {
        self.remember_bank_at(1, bank)
    }

    fn remember_bank_at(&mut self, place: usize, bank: NamedBank) -> bool {
        if self.remembered.banks.get(place) == Some(&bank) {
            return false;
        }
        self.remembered.banks.retain(|b| !same_address(&b.address, &bank.address));
        self.remembered.banks.insert(place.min(self.remembered.banks.len()), bank);
        self.remembered.banks.truncate(REMEMBERED_BANKS_MAX);
        true
    }
}

/// Whether two addresses, as typed or as remembered, are of one bank: `http://` and the usual port go without saying.
fn same_address(one: &str, other: &str) -> bool {
    let meant = |typed: &str| typed.parse::<BankAddress>().ok();
    one == other || meant(one).zip(meant(other)).is_some_and(|(one, other)| one.is_same_place(&other))
}

/// A log-in that works, shown on the welcome screen of the demo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Who.
    pub name: String,
    /// Their CPF, with its mask.
    pub cpf: String,
    /// Their password.
    pub password: String,
    /// The bank's name.
    pub bank: String,
    /// Its address: `127.0.0.1:7001`.
    pub address: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(address: &str) -> NamedBank {
        NamedBank { name: "Banco Aurora".to_owned(), address: address.to_owned() }
    }

    #[test]
    fn a_bank_stands_once_however_its_address_was_written() {
        let mut settings = Settings { banks: vec![named("127.0.0.1:7001")], ..Settings::default() };
        settings.remember_bank(named("http://127.0.0.1:7001"));
        settings.remember_bank(named("http://127.0.0.1:7002/"));
        settings.remember_bank(named("127.0.0.1:7002"));
        let known: Vec<String> = settings.known_banks().into_iter().map(|bank| bank.address).collect();
        assert_eq!(known, ["127.0.0.1:7001", "127.0.0.1:7002"]);
        assert_eq!(settings.remembered.banks.len(), 2);
    }
}
