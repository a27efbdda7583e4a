//! What is said in passing, in the line above the keys. Results of orders never end here.

use crate::app::bank_keys::BankKey;
use crate::app::saving::Saved;
use crate::app::why_not::WhyNot;
use crate::app::wire::Trouble;
use crate::texts::Texts;
use crate::theme::Meaning;

/// Something said in passing.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// Text was put on the clipboard.
    Copied(String),
    /// The language is another one.
    LanguageSwitched,
    /// Balances are covered.
    BalancesHidden,
    /// Balances are shown.
    BalancesShown,
    /// Logged in.
    LoggedIn {
        /// Who.
        name: String,
        /// Where.
        bank: String,
    },
    /// A session at one more bank is open.
    BankConnected(String),
    /// What is ordered goes through this bank from now on.
    BankSwitched(String),
    /// The demo has stopped this bank.
    BankStopped(String),
    /// The demo has started this bank.
    BankStarted(String),
    /// The demo could not stop or start a bank.
    SwitchFailed {
        /// Which.
        bank: String,
        /// Why.
        reason: String,
    },
    /// So many orders of an earlier run are followed up.
    Resumed(usize),
    /// Something cannot be done now.
    Off(WhyNot),
    /// A request failed.
    Trouble(Trouble),
    /// A file was written, or could not be.
    Saved(Saved),
    /// The state directory could not be written.
    StateNotKept(String),
    /// So many legs were taken into the package.
    LegsTaken(usize),
    /// Removed legs are back.
    LegsBack(usize),
    /// Of so many pasted lines the first was taken.
    FirstLineOnly(usize),
    /// A text held no leg, right or wrong.
    NothingFound,
    /// There is nothing to take back.
    NothingRemoved,
    /// A file was written, here.
    FileWritten(String),
    /// A template was written to disk.
    TemplateKept(String),
    /// A template is kept for this run only.
    TemplateNotKept {
        /// Which.
        name: String,
        /// In the system's words.
        reason: String,
    },
    /// The payees could not be written.
    PayeesNotKept(String),
    /// What is kept for the customer could not be read.
    BookNotRead(String),
    /// The sign-up went through; log in.
    SignedUp,
    /// A bank's key was seen for the first time, and is pinned.
    BankKeyMet(BankKey),
    /// The key of the bank at this address is forgotten.
    BankKeyForgotten(String),
}

impl Notice {
    /// Its words.
    #[must_use]
    pub fn words(&self, texts: &Texts) -> String {
        match self {
            Self::Copied(what) => texts.frame.copied(what),
            Self::LanguageSwitched => texts.frame.language_now().to_owned(),
            Self::BalancesHidden => texts.settings.hidden().to_owned(),
            Self::BalancesShown => texts.settings.shown().to_owned(),
            Self::LoggedIn { name, bank } => texts.log_in.done(name, bank),
            Self::BankConnected(bank) => texts.home.connected(bank),
            Self::BankSwitched(bank) => texts.home.switched(bank),
            Self::BankStopped(bank) => texts.consortium.stopped(bank),
            Self::BankStarted(bank) => texts.consortium.started(bank),
            Self::SwitchFailed { bank, reason } => texts.consortium.failed(bank, reason),
            Self::Resumed(count) => texts.home.resumed(*count),
            Self::Off(why) => texts.frame.why_not(*why).to_owned(),
            Self::Trouble(trouble) => texts.codes.trouble(trouble),
            Self::Saved(saved) => texts.frame.saved(saved),
            Self::StateNotKept(reason) => texts.frame.state_not_kept(reason),
            Self::LegsTaken(count) => texts.builder.taken(*count),
            Self::LegsBack(count) => texts.builder.back_again(*count),
            Self::FirstLineOnly(count) => texts.pay.first_line_only(*count),
            Self::NothingFound => texts.builder.nothing_found().to_owned(),
            Self::NothingRemoved => texts.builder.nothing_removed().to_owned(),
            Self::FileWritten(path) => texts.files.written(path),
            Self::TemplateKept(name) => texts.builder.template_kept(name),
            Self::TemplateNotKept { name, reason } => texts.builder.template_not_kept(name, reason),
            Self::PayeesNotKept(reason) => texts.pay.payees_not_kept(reason),
            Self::BookNotRead(reason) => texts.pay.book_not_read(reason),
            Self::SignedUp => texts.sign_up.done_log_in().to_owned(),
            Self::BankKeyMet(key) => texts.codes.key_met(key),
            Self::BankKeyForgotten(address) => texts.settings.key_forgotten(address),
        }
    }

    /// Its sign and meaning.
    #[must_use]
    pub const fn look(&self) -> (&'static str, Meaning) {
        match self {
            Self::Copied(_)
            | Self::Saved(Ok(_))
            | Self::BankSwitched(_)
            | Self::BankConnected(_)
            | Self::BankStarted(_)
            | Self::LanguageSwitched
            | Self::BalancesHidden
            | Self::BalancesShown
            | Self::LoggedIn { .. }
            | Self::LegsTaken(_)
            | Self::LegsBack(_)
            | Self::FileWritten(_)
            | Self::TemplateKept(_)
            | Self::BankKeyForgotten(_)
            | Self::SignedUp => ("✓", Meaning::Good),
            Self::FirstLineOnly(_)
            | Self::BankKeyMet(_)
            | Self::NothingFound
            | Self::NothingRemoved
            | Self::Resumed(_)
            | Self::Off(_)
            | Self::BankStopped(_) => ("!", Meaning::Warning),
            Self::TemplateNotKept { .. }
            | Self::PayeesNotKept(_)
            | Self::BookNotRead(_)
            | Self::Saved(Err(_))
            | Self::Trouble(_)
            | Self::StateNotKept(_)
            | Self::SwitchFailed { .. } => ("×", Meaning::Bad),
        }
    }
}
