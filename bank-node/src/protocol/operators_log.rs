//! The operators' log: who did what to the bank and when, a line for each act, chained by hash so that a changed or missing
//! line shows.
//!
//! Never in it: a password, a name, a whole CPF. What an act changes is decided elsewhere and stored with its line.

use std::fmt;
use std::str::FromStr;

use ring::digest::{Context, SHA256};

use super::books::Books;

macro_rules! words {
    ($(#[$of:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$of])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$doc])* $variant,)*
        }

        impl $name {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The word that stands for it in the log.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                Self::ALL.iter().copied().find(|known| known.as_str() == text).ok_or(UnknownWord)
            }
        }
    };
}

/// A word that the log does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a word of the operators' log")]
pub struct UnknownWord;

words! {
    /// What an operator did. Words are added, never changed: lines that are on disk have them.
    OperatorAction {
        /// No money moves to or from an account.
        AccountFreeze = "account_freeze",
        /// It may again.
        AccountUnfreeze = "account_unfreeze",
        /// An account is closed for good.
        AccountClose = "account_close",
        /// A customer has a new password, to be changed at once.
        PasswordReset = "password_reset",
        /// A customer is logged out everywhere.
        SessionsEnd = "sessions_end",
        /// A person was shown in full.
        Reveal = "reveal",
        /// The bank takes no new packages.
        Drain = "drain",
        /// It takes them again.
        Undrain = "undrain",
        /// More or less is logged.
        LogLevel = "log_level",
        /// The configuration was read again, and something of it has changed.
        Reload = "reload",
        /// An attempt was decided whose decision was lost with the books.
        Decide = "decide",
    }
}

words! {
    /// What became of it.
    OperatorOutcome {
        /// It is done.
        Done = "done",
        /// It was asked for; where it came to pass, a line after this one says so.
        Asked = "asked",
        /// It was so before.
        Unchanged = "unchanged",
        /// There is no such thing.
        NotFound = "not_found",
        /// Money is on the account, held or incoming.
        AccountNotEmpty = "account_not_empty",
        /// The account is closed for good.
        AccountClosed = "account_closed",
    }
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorEntry {
    /// Its place, from 1, without gaps.
    pub number: u64,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// Who: the user of the system at the other end of the socket.
    pub operator: String,
    /// What.
    pub action: OperatorAction,
    /// On what: an account's number, a customer's id; nobody's name.
    pub subject: Option<String>,
    /// What became of it.
    pub outcome: OperatorOutcome,
    /// SHA-256 over the hash of the line before and this one's canonical text.
    pub hash: [u8; 32],
}

/// The last line of the log: where the chain goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OperatorsHead {
    /// Its number; 0 while there is none.
    pub number: u64,
    /// Its hash; zeros while there is none.
    pub hash: [u8; 32],
}

/// The hash of `entry`, whose own `hash` is not looked at, after the line that `before` describes.
///
/// SHA-256 over the hash before and one line of text: number, time, action, outcome, operator and subject each with its
/// length, parted by blanks; `-` where there is no subject.
#[must_use]
pub fn chain(before: &OperatorsHead, entry: &OperatorEntry) -> [u8; 32] {
    let measured = |text: &str| format!("{}:{text}", text.len());
    let text = format!(
        "{} {} {} {} {} {}\n",
        entry.number,
        entry.at_ms,
        entry.action,
        entry.outcome,
        measured(&entry.operator),
        entry.subject.as_deref().map_or_else(|| "-".to_owned(), measured),
    );
    let mut context = Context::new(&SHA256);
    context.update(&before.hash);
    context.update(text.as_bytes());
    let mut hash = [0u8; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

/// Where each line of `entries` does not follow from the one before, in a sentence; nothing when the chain holds.
#[must_use]
pub fn breaks(entries: &[OperatorEntry]) -> Vec<String> {
    let mut found = Vec::new();
    let mut head = OperatorsHead::default();
    for entry in entries {
        if entry.number != head.number + 1 {
            found.push(format!("line {} of the operators' log follows line {}", entry.number, head.number));
        }
        if entry.hash != chain(&head, entry) {
            found.push(format!(
                "line {} of the operators' log was changed, or the one before it was",
                entry.number
            ));
        }
        head = OperatorsHead { number: entry.number, hash: entry.hash };
    }
    found
}

/// Writes a line at the end of the log.
pub fn append(
    books: &mut Books,
    at_ms: i64,
    operator: String,
    action: OperatorAction,
    subject: Option<String>,
    outcome: OperatorOutcome,
) {
    let head = books.operators_head();
    let mut entry =
        OperatorEntry { number: head.number + 1, at_ms, operator, action, subject, outcome, hash: [0; 32] };
    entry.hash = chain(&head, &entry);
    books.put_operator_entry(entry);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log() -> Vec<OperatorEntry> {
        let mut books = Books::default();
        books.know_operators_head(OperatorsHead::default());
        for (at_ms, subject) in [(1, Some("1042-8")), (2, None), (3, Some("1042-8"))] {
            let (who, what) = ("maria (1000)".to_owned(), OperatorAction::AccountFreeze);
            append(&mut books, at_ms, who, what, subject.map(str::to_owned), OperatorOutcome::Done);
        }
        let entry = |write| {
            let crate::protocol::records::Write::OperatorEntry(entry) = write else { panic!("{write:?}") };
            entry
        };
        books.take_writes().into_iter().map(entry).collect()
    }

    #[test]
    fn a_changed_a_missing_and_a_moved_line_show() {
        assert_eq!(breaks(&log()), Vec::<String>::new());
        let changes: [fn(&mut Vec<OperatorEntry>); 7] = [
            |log| log[1].at_ms += 1,
            |log| log[1].operator = "ana (1001)".to_owned(),
            |log| log[1].action = OperatorAction::AccountUnfreeze,
            |log| log[1].outcome = OperatorOutcome::NotFound,
            |log| log[1].subject = Some("-".to_owned()),
            |log| drop(log.remove(1)),
            |log| log.swap(0, 1),
        ];
        for (index, change) in changes.into_iter().enumerate() {
            let mut changed = log();
            change(&mut changed);
            assert!(!breaks(&changed).is_empty(), "change {index}");
        }
    }

    #[test]
    fn every_word_is_read_back() {
        for action in OperatorAction::ALL {
            assert_eq!(action.as_str().parse(), Ok(*action));
        }
        for outcome in OperatorOutcome::ALL {
            assert_eq!(outcome.as_str().parse(), Ok(*outcome));
        }
    }
}
