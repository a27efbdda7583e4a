//! What is said in passing, in the line above the keys. Results of orders never end here.

use crate::app::wire::Trouble;
use crate::app::world::WhyNot;
use crate::texts::Texts;
use crate::theme::Meaning;

/// Something said in passing.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// Text was put on the clipboard.
    Copied(String),
    /// The language is another one.
    LanguageSwitched,
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
    /// The state directory could not be written.
    StateNotKept(String),
    /// The sign-up went through; log in.
    SignedUp,
}

impl Notice {
    /// Its words.
    #[must_use]
    pub fn words(&self, texts: &Texts) -> String {
        match self {
            Self::Copied(what) => texts.frame.copied(what),
            Self::LanguageSwitched => texts.frame.language_now().to_owned(),
            Self::LoggedIn { name, bank } => texts.log_in.done(name, bank),
            Self::BankConnected(bank) => texts.home.connected(bank),
            Self::BankSwitched(bank) => texts.home.switched(bank),
            Self::BankStopped(bank) => texts.consortium.stopped(bank),
            Self::BankStarted(bank) => texts.consortium.started(bank),
            Self::SwitchFailed { bank, reason } => texts.consortium.failed(bank, reason),
            Self::Resumed(count) => texts.home.resumed(*count),
            Self::Off(why) => texts.frame.why_not(*why).to_owned(),
            Self::Trouble(trouble) => texts.codes.trouble(trouble),
            Self::StateNotKept(reason) => texts.frame.state_not_kept(reason),
            Self::SignedUp => texts.sign_up.done_log_in().to_owned(),
        }
    }

    /// Its sign and meaning.
    #[must_use]
    pub const fn look(&self) -> (&'static str, Meaning) {
        match self {
            Self::Copied(_)
            | Self::BankSwitched(_)
            | Self::BankConnected(_)
            | Self::BankStarted(_)
            | Self::LanguageSwitched
            | Self::LoggedIn { .. }
            | Self::SignedUp => ("✓", Meaning::Good),
            Self::Resumed(_) | Self::Off(_) | Self::BankStopped(_) => ("!", Meaning::Warning),
            Self::Trouble(_) | Self::StateNotKept(_) | Self::SwitchFailed { .. } => ("×", Meaning::Bad),
        }
    }
}
