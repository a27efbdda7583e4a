//! What the banks say of a package before it is sent: leg by leg what would fail, and what each account would have left.
//!
//! Never here: a reason not to send. The banks answer for this moment and are bound by nothing; the customer decides.

use shared::account::AccountRef;
use shared::api::problem::{ProblemCode, RefusalReply};
use shared::api::replies::PreviewReply;

use crate::app::requests::Slot;
use crate::app::wire::{Answer, Reply, Trouble};
use crate::rooms::Seen;
use crate::texts::review::Review;
use crate::theme::Meaning;
use crate::widgets::list::Piece;

/// Under which the room asks.
pub const SLOT: Slot = Slot("preview", 0);

/// What is known of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Preview {
    /// Nobody could be asked.
    #[default]
    NotAsked,
    /// The banks are asked.
    Asked,
    /// They said.
    Told(PreviewReply),
    /// They could not be asked: why.
    NotHad(Trouble),
}

impl Preview {
    /// What came of asking.
    #[must_use]
    pub fn of(answer: Answer) -> Self {
        match answer {
            Ok(Reply::Preview(reply)) => Self::Told(reply),
            Ok(_) => Self::NotHad(Trouble::Garbage),
            Err(trouble) => Self::NotHad(trouble),
        }
    }

    /// Whether leg `n`, counted from 0, would pass; none where nobody has said.
    #[must_use]
    pub fn passes(&self, n: usize) -> Option<bool> {
        let Self::Told(reply) = self else { return None };
        reply.legs.iter().find(|leg| usize::from(leg.leg) == n).map(|leg| leg.ok)
    }

    /// Why leg `n` would fail.
    #[must_use]
    pub fn refusal(&self, n: usize) -> Option<&RefusalReply> {
        let Self::Told(reply) = self else { return None };
        let leg = reply.legs.iter().find(|leg| usize::from(leg.leg) == n && !leg.ok)?;
        leg.refusal.as_ref()
    }

    /// What would be available in an account after it, where its bank lets the customer see that.
    #[must_use]
    pub fn available_after(&self, account: &AccountRef) -> Option<i64> {
        let Self::Told(reply) = self else { return None };
        reply.accounts.iter().find(|told| told.account == *account).map(|told| told.available_after)
    }

    /// Legs that would fail.
    #[must_use]
    pub fn failing(&self) -> usize {
        let Self::Told(reply) = self else { return 0 };
        reply.legs.iter().filter(|leg| !leg.ok).count()
    }

    /// The one line about all of it.
    #[must_use]
    pub fn words(&self, legs: usize, seen: &Seen<'_>) -> Option<Piece> {
        let t = seen.texts.review;
        Some(match self {
            Self::NotAsked => return None,
            Self::Asked => (format!("{} {}", seen.spinner(), t.preview_asked()), Meaning::Quiet),
            Self::Told(_) => match self.failing() {
                0 => (format!("✓ {}", t.preview_passes()), Meaning::Good),
                _ if legs == 1 => (format!("× {}", t.preview_fails_alone()), Meaning::Bad),
                failing => (format!("× {}", t.preview_fails(failing, legs)), Meaning::Bad),
            },
            Self::NotHad(_) => (format!("! {}", self.why_not_had(t)?), Meaning::Warning),
        })
    }

    /// Why the banks have not said, where they were asked in vain.
    #[must_use]
    pub fn why_not_had(&self, t: Review) -> Option<&'static str> {
        let Self::NotHad(trouble) = self else { return None };
        Some(match trouble {
            Trouble::Problem(problem) if is_unknown(problem.code) => t.preview_not_served(),
            Trouble::Unreachable
            | Trouble::OutcomeUnknown
            | Trouble::Garbage
            | Trouble::Distrusted(_)
            | Trouble::Problem(_) => t.preview_not_had(),
        })
    }
}

/// Whether a bank says by this that it does not know the question.
const fn is_unknown(code: ProblemCode) -> bool {
    matches!(code, ProblemCode::NotFound | ProblemCode::MethodNotAllowed)
}
