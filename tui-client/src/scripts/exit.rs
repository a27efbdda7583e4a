//! How a command ends: exit codes, and what is said on the standard error. Scripts build on the numbers: they do not change.

use shared::api::problem::{Problem, ProblemCode};

use crate::app::wire::{Distrust, Trouble};
use crate::texts::Texts;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// This machine failed: a file that cannot be written, a check of `doctor` that is bad.
    Failed,
    /// The command itself was wrong. Nothing was sent.
    Usage,
    /// A bank said no. Nothing moved.
    Refused,
    /// There is no session at the bank, or it has ended.
    NotLoggedIn,
    /// The bank was not reached or cannot serve now; nothing was sent, or nothing was changed by it.
    Unreachable,
    /// Sent, and the outcome is not known. Ask, or send the same again under the same id.
    Unknown,
}

impl Exit {
    /// The number that the shell sees.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Refused => 3,
            Self::NotLoggedIn => 4,
            Self::Unreachable => 5,
            Self::Unknown => 6,
        }
    }
}

/// Why a command stops before its end.
#[derive(Clone, Debug, PartialEq)]
pub struct Stop {
    /// How it ends.
    pub exit: Exit,
    /// What is said on the standard error.
    pub said: Vec<String>,
    /// What the bank said, for those who read JSON.
    pub problem: Option<Box<Problem>>,
}

impl Stop {
    /// Ends with one sentence.
    #[must_use]
    pub fn new(exit: Exit, said: impl Into<String>) -> Self {
        Self { exit, said: vec![said.into()], problem: None }
    }

    /// The command was wrong.
    #[must_use]
    pub fn usage(said: impl Into<String>) -> Self {
        Self::new(Exit::Usage, said)
    }
}

/// What a call was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// It changes nothing at the bank: no answer is no harm.
    Asks,
    /// It changes something: no answer leaves open whether it did.
    Changes,
}

/// How a command ends when a bank gives no reply.
#[must_use]
pub fn ended_by(trouble: &Trouble, deed: Deed) -> Exit {
    let open = match deed {
        Deed::Asks => Exit::Unreachable,
        Deed::Changes => Exit::Unknown,
    };
    match trouble {
        Trouble::Unreachable | Trouble::Distrusted(Distrust::KeyChanged { .. }) => Exit::Unreachable,
        Trouble::Distrusted(Distrust::PasswordInClear) => Exit::Usage,
        Trouble::OutcomeUnknown | Trouble::Garbage => open,
        Trouble::Problem(problem) => match (problem.code, problem.status) {
            (ProblemCode::Unauthenticated, _) => Exit::NotLoggedIn,
            // A bank that is ending may have done it all the same.
            (ProblemCode::BankUnavailable | ProblemCode::Overloaded, _) => open,
            (_, 408 | 503) => Exit::Unreachable,
            _ => Exit::Refused,
        },
    }
}

/// The same with its sentences, field by field where the bank names fields.
#[must_use]
pub fn stopped_by(trouble: Trouble, deed: Deed, texts: &Texts) -> Stop {
    let exit = ended_by(&trouble, deed);
    let mut said = vec![texts.codes.trouble(&trouble)];
    let problem = match trouble {
        Trouble::Problem(problem) => Some(problem),
        Trouble::Unreachable | Trouble::OutcomeUnknown | Trouble::Garbage | Trouble::Distrusted(_) => None,
    };
    for error in problem.iter().flat_map(|problem| &problem.errors) {
        said.push(format!("{}: {}", error.field, texts.codes.field(error.code)));
    }
    Stop { exit, said, problem }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn problem(code: ProblemCode) -> Trouble {
        Trouble::Problem(Box::new(Problem::new(code)))
    }

    #[rstest]
    #[case(Trouble::Unreachable, Exit::Unreachable, Exit::Unreachable)]
    #[case(Trouble::Distrusted(Distrust::PasswordInClear), Exit::Usage, Exit::Usage)]
    #[case(Trouble::OutcomeUnknown, Exit::Unreachable, Exit::Unknown)]
    #[case(Trouble::Garbage, Exit::Unreachable, Exit::Unknown)]
    #[case(problem(ProblemCode::Unauthenticated), Exit::NotLoggedIn, Exit::NotLoggedIn)]
    #[case(problem(ProblemCode::InvalidCredentials), Exit::Refused, Exit::Refused)]
    #[case(problem(ProblemCode::NotFound), Exit::Refused, Exit::Refused)]
    #[case(problem(ProblemCode::TooManyRequests), Exit::Refused, Exit::Refused)]
    #[case(problem(ProblemCode::Recovering), Exit::Unreachable, Exit::Unreachable)]
    #[case(problem(ProblemCode::Overloaded), Exit::Unreachable, Exit::Unknown)]
    fn a_read_without_an_answer_is_no_harm_and_a_change_is_open(
        #[case] trouble: Trouble,
        #[case] asks: Exit,
        #[case] changes: Exit,
    ) {
        assert_eq!(ended_by(&trouble, Deed::Asks), asks);
        assert_eq!(ended_by(&trouble, Deed::Changes), changes);
    }
}
