//! What the customer has chosen, and what the client remembers of it between runs.

use serde::{Deserialize, Serialize};

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
    /// Banks that answered, the one used last first.
    #[serde(default)]
    pub banks: Vec<NamedBank>,
}

/// Banks remembered, at most.
pub const REMEMBERED_BANKS_MAX: usize = 9;

/// What holds in this run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The language of every sentence.
    pub language: Language,
    /// The theme.
    pub theme: ThemeName,
    /// False under `NO_COLOR` and `--no-color`: then no theme brings colour back.
    pub colour: bool,
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
            banks: Vec::new(),
            remembered: Remembered::default(),
            hints: Vec::new(),
            breaks_banks: false,
        }
    }
}

impl Settings {
    /// The banks to offer: of this demo's hints, of the configuration, then of earlier runs, each address once.
    #[must_use]
    pub fn known_banks(&self) -> Vec<NamedBank> {
        let hinted =
            self.hints.iter().map(|h| NamedBank { name: h.bank.clone(), address: h.address.clone() });
        let all = hinted.chain(self.banks.iter().cloned()).chain(self.remembered.banks.iter().cloned());
        let mut known: Vec<NamedBank> = Vec::new();
        for bank in all {
            if !known.iter().any(|k| k.address == bank.address) {
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
        self.remembered.banks.retain(|b| b.address != bank.address);
        self.remembered.banks.insert(place.min(self.remembered.banks.len()), bank);
        self.remembered.banks.truncate(REMEMBERED_BANKS_MAX);
        true
    }
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
