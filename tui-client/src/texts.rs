//! Every sentence that people read, in Brazilian Portuguese and English.
//!
//! A room's sentences stand in one file of this folder, both languages side by side, so that a change to one is a change
//! to both. A sentence without its other language does not compile: the macro takes only pairs.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// A language of the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
pub enum Language {
    /// Brazilian Portuguese.
    #[serde(rename = "pt-BR")]
    #[value(name = "pt-BR", alias = "pt", alias = "pt-br", alias = "pt_BR")]
    PtBr,
    /// English.
    #[serde(rename = "en")]
    #[value(name = "en", alias = "en-US", alias = "en_US")]
    En,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::PtBr, Self::En];

    /// The language of a locale such as `pt_BR.UTF-8`; none for `C` and for languages that the client does not speak.
    #[must_use]
    pub fn of_locale(locale: &str) -> Option<Self> {
        match locale.split(['_', '-', '.', '@']).next() {
            Some("pt") => Some(Self::PtBr),
            Some("en") => Some(Self::En),
            Some(_) | None => None,
        }
    }

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::PtBr => Self::En,
            Self::En => Self::PtBr,
        }
    }

    /// Its own name for itself.
    #[must_use]
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::PtBr => "Português (Brasil)",
            Self::En => "English",
        }
    }

    /// The one of two texts that is in this language.
    #[must_use]
    pub const fn pick<'a>(self, pt_br: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::PtBr => pt_br,
            Self::En => en,
        }
    }
}

/// Portuguese joins prepositions with the article of the name behind them, and a bank's name tells its article only where
/// it begins with a noun that everybody knows: "do Banco Aurora", "da Caixa Austral", "na Cooperativa Sol"; "de Zênite"
/// stays as it is. In a sentence the place is marked with `~`: `de~{bank}`, `em~`, `por~`, `a~`, and `o~` for the article
/// alone.
#[must_use]
pub fn with_articles(text: &str) -> String {
    let mut pieces = text.split('~');
    let mut joined = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let begins = joined
            .rfind([' ', '(', '“'])
            .map_or(0, |at| at + joined[at..].chars().next().map_or(1, char::len_utf8));
        let preposition = joined[begins..].to_owned();
        let noun = piece.split_whitespace().next().unwrap_or_default();
        let forms = match preposition.as_str() {
            "de" => ["do ", "da ", "de "],
            "em" => ["no ", "na ", "em "],
            "Em" => ["No ", "Na ", "Em "],
            "por" => ["pelo ", "pela ", "por "],
            "Por" => ["Pelo ", "Pela ", "Por "],
            "a" => ["ao ", "à ", "a "],
            "o" => ["o ", "a ", ""],
            "O" => ["O ", "A ", ""],
            // Somebody's own text.
            _ => {
                joined.push('~');
                joined.push_str(piece);
                continue;
            }
        };
        let [of_banco, of_caixa, of_others] = forms;
        joined.truncate(begins);
        joined.push_str(match noun {
            "Banco" => of_banco,
            "Caixa" | "Cooperativa" => of_caixa,
            _ => of_others,
        });
        joined.push_str(piece);
    }
    joined
}

/// Declares a group of sentences, each `name = "em português", "in English";`. With arguments,
/// `name(who: &str) = "Olá, {who}", "Hello, {who}";`, it gives a `String`. Before a bank's name stands `em~{bank}`: see
/// [`with_articles`].
macro_rules! sentences {
    ($(#[$doc:meta])* $group:ident { $($body:tt)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $group(pub $crate::texts::Language);
        sentences!(@each $group $($body)*);
    };
    (@each $group:ident) => {};
    (@each $group:ident $name:ident = $pt:literal, $en:literal; $($rest:tt)*) => {
        impl $group {
            #[doc = $en]
            #[must_use]
            pub const fn $name(self) -> &'static str {
                self.0.pick($pt, $en)
            }
        }
        sentences!(@each $group $($rest)*);
    };
    (@each $group:ident $name:ident($($arg:ident: $type:ty),+) = $pt:literal, $en:literal; $($rest:tt)*) => {
        impl $group {
            #[doc = $en]
            #[must_use]
            pub fn $name(self, $($arg: $type),+) -> String {
                match self.0 {
                    $crate::texts::Language::PtBr => $crate::texts::with_articles(&format!($pt)),
                    $crate::texts::Language::En => format!($en),
                }
            }
        }
        sentences!(@each $group $($rest)*);
    };
}

pub mod frame;

pub mod codes;

pub mod forms;

pub mod plain;

pub mod scripts;

pub mod welcome;

pub mod sign_up;

pub mod log_in;

pub mod home;

pub mod pay;

pub mod review;

pub mod package;

pub mod receipt;

pub mod account;

pub mod packages;

pub mod builder;

pub mod files;

pub mod open_account;

pub mod connections;

pub mod consortium;

pub mod me;

pub mod invitations;

pub mod settings;

pub mod lock;

/// All sentences in one language.
#[derive(Clone, Copy, Debug)]
pub struct Texts {
    /// The language.
    pub language: Language,
    /// Bars, popups, help.
    pub frame: frame::Frame,
    /// What codes of the banks and failures mean.
    pub codes: codes::Codes,
    /// What is wrong with a field.
    pub forms: forms::Forms,
    /// Numbered questions.
    pub plain: plain::Plain,
    /// Scripts.
    pub scripts: scripts::Scripts,
    /// What `doctor` finds.
    pub doctor: scripts::Doctor,
    /// The welcome room.
    pub welcome: welcome::Welcome,
    /// The sign-up room.
    pub sign_up: sign_up::SignUp,
    /// The log-in room.
    pub log_in: log_in::LogIn,
    /// The home room.
    pub home: home::Home,
    /// Paying, cash in and out.
    pub pay: pay::Pay,
    /// The review.
    pub review: review::Review,
    /// Orders and how they end.
    pub package: package::Package,
    /// Receipts.
    pub receipt: receipt::Receipt,
    /// An account and its statement.
    pub account: account::Account,
    /// The packages ordered.
    pub packages: packages::Packages,
    /// The package builder.
    pub builder: builder::Builder,
    /// Files that the customer names.
    pub files: files::Files,
    /// Opening an account.
    pub open_account: open_account::OpenAccount,
    /// The consents.
    pub connections: connections::Connections,
    /// Connecting one bank.
    pub connect: connections::Connect,
    /// The consortium.
    pub consortium: consortium::Consortium,
    /// Oneself.
    pub me: me::Me,
    /// Another name or password.
    pub change: me::Change,
    /// The invitations.
    pub invitations: invitations::Invitations,
    /// The settings.
    pub settings: settings::Settings,
    /// The locked screen.
    pub lock: lock::Lock,
}

impl Texts {
    /// The sentences of `language`.
    #[must_use]
    pub const fn new(language: Language) -> Self {
        Self {
            language,
            frame: frame::Frame(language),
            codes: codes::Codes(language),
            forms: forms::Forms(language),
            plain: plain::Plain(language),
            scripts: scripts::Scripts(language),
            doctor: scripts::Doctor(language),
            welcome: welcome::Welcome(language),
            sign_up: sign_up::SignUp(language),
            log_in: log_in::LogIn(language),
            home: home::Home(language),
            pay: pay::Pay(language),
            review: review::Review(language),
            package: package::Package(language),
            receipt: receipt::Receipt(language),
            account: account::Account(language),
            packages: packages::Packages(language),
            builder: builder::Builder(language),
            files: files::Files(language),
            open_account: open_account::OpenAccount(language),
            connections: connections::Connections(language),
            connect: connections::Connect(language),
            consortium: consortium::Consortium(language),
            me: me::Me(language),
            change: me::Change(language),
            invitations: invitations::Invitations(language),
            settings: settings::Settings(language),
            lock: lock::Lock(language),
        }
    }

    /// Banks' names behind "de", one after the other.
    #[must_use]
    pub fn of_each(&self, names: &[String]) -> String {
        names.join(self.language.pick(", de~", ", "))
    }

    /// Who stands on the other side of a posting: an account, masked or not, or cash.
    #[must_use]
    pub fn counterparty<'a>(&self, told: &'a str) -> &'a str {
        if told == "cash" { self.pay.cash() } else { told }
    }

    /// The hour and minute in Brazil, where the banks are: `14:32`.
    #[must_use]
    pub fn hour(&self, at: Timestamp) -> String {
        brazil(at).strftime("%H:%M").to_string()
    }

    /// With seconds: `14:32:05`.
    #[must_use]
    pub fn time(&self, at: Timestamp) -> String {
        brazil(at).strftime("%H:%M:%S").to_string()
    }

    /// The day alone: `20/11/2026`, `2026-11-20`.
    #[must_use]
    pub fn day(&self, at: Timestamp) -> String {
        brazil(at).strftime(self.language.pick("%d/%m/%Y", "%Y-%m-%d")).to_string()
    }

    /// Day and hour: `20/11/2026 14:32`, `2026-11-20 14:32`.
    #[must_use]
    pub fn day_and_hour(&self, at: Timestamp) -> String {
        let format = self.language.pick("%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M");
        brazil(at).strftime(format).to_string()
    }

    /// The time of today, with its day when it is of another: `14:32:05`, `19/11/2026 14:32:05`.
    #[must_use]
    pub fn time_or_day(&self, at: Timestamp, now: Timestamp) -> String {
        if brazil(at).date() == brazil(now).date() { self.time(at) } else { self.day_and_time(at) }
    }

    /// Day and time: `20/11/2026 14:32:05`, `2026-11-20 14:32:05`.
    #[must_use]
    pub fn day_and_time(&self, at: Timestamp) -> String {
        let format = self.language.pick("%d/%m/%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S");
        brazil(at).strftime(format).to_string()
    }
}

/// The banks' own zone. Where the machine has no zone database, its offset, which has been fixed since 2019.
#[must_use]
pub fn brazil(at: Timestamp) -> jiff::Zoned {
    let zone = TimeZone::get("America/Sao_Paulo")
        .unwrap_or_else(|_| TimeZone::fixed(jiff::tz::Offset::constant(-3)));
    at.to_zoned(zone)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use shared::api::problem::ProblemCode;

    use super::*;

    #[rstest]
    #[case("no caixa de~Banco Aurora, para", "no caixa do Banco Aurora, para")]
    #[case("Você está em~Banco Aurora.", "Você está no Banco Aurora.")]
    #[case("passa por~Banco Aurora; Por~Banco Boreal", "passa pelo Banco Aurora; Pelo Banco Boreal")]
    #[case("de~Banco Aurora, de~Banco Boreal", "do Banco Aurora, do Banco Boreal")]
    #[case("em~Caixa Austral, de~Cooperativa Sol", "na Caixa Austral, da Cooperativa Sol")]
    #[case("por~Caixa Austral, que o~Caixa Austral", "pela Caixa Austral, que a Caixa Austral")]
    #[case("Em~Banco Aurora, o~Banco Boreal pode", "No Banco Aurora, o Banco Boreal pode")]
    // Whose article nobody here knows: none is made up.
    #[case("em~Zênite, de~Bancorp, que o~Aurora veja", "em Zênite, de Bancorp, que Aurora veja")]
    #[case("por~aurora", "por aurora")]
    // Somebody's own text stays as it is.
    #[case("Salvo em ~/extratos, folha~1, ~", "Salvo em ~/extratos, folha~1, ~")]
    fn prepositions_are_joined_with_the_article_that_a_name_tells(#[case] marked: &str, #[case] said: &str) {
        assert_eq!(with_articles(marked), said);
    }

    #[test]
    fn one_is_not_told_in_the_plural() {
        let t = Texts::new(Language::PtBr);
        assert!(t.review.preview_fails(1, 2).contains("1 de 2 não passaria."));
        assert!(t.review.preview_fails(2, 3).contains("2 de 3 não passariam."));
        assert!(t.open_account.invited(1).starts_with("1 convite enviado:"));
        assert!(t.open_account.invited(3).starts_with("3 convites enviados:"));
    }

    #[test]
    fn of_an_earlier_order_under_the_same_id_nothing_is_claimed() {
        for language in Language::ALL {
            let t = Texts::new(language).package;
            assert_eq!(t.not_taken_leaves(ProblemCode::InvalidFields), t.not_taken_how());
            assert_eq!(t.not_taken_leaves(ProblemCode::IdReused), t.earlier_stands());
        }
    }
}
