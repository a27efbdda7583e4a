//! What this bank answers when another asks something that binds nobody. Blocks: for threads that may.
//!
//! Invariant: of customers' accounts nothing is shown to another bank but what a consent with *view*, given here to that
//! bank for that customer of it, shows.

use std::collections::BTreeSet;
use std::sync::Arc;

use shared::account::{AccountNumber, AccountStatus};
use shared::api::replies::StatementReply;
use shared::ids::{BankId, CustomerId, PackageId};
use shared::limits::PAGE_ROWS_MAX;
use shared::package::PackageDigest;
use shared::refusal::Refusal;

use super::missed::missed;
use super::preview::preview;
use crate::http::fresh::Look;
use crate::http::shapes;
use crate::ledger::LedgerFault;
use crate::ledger::reader::{Moment, Reader};
use crate::membership::{Current, Membership};
use crate::peers::reads::{LOOKED_PACKAGES_MAX, PackageAnswer, PackageStanding, ReadAnswer, ReadRequest};
use crate::peers::testimony::AttemptStanding;
use crate::protocol::attempt::AttemptId;
use crate::protocol::books::{Books, Key};
use crate::protocol::message::Outcome;
use crate::protocol::missed::answers::promised;
use crate::protocol::output::Now;
use crate::protocol::portion::MalformedPortion;
use crate::protocol::reconciliation::Looked;
use crate::protocol::records::{
    Attempt, AttemptState, Order, OrderState, PackageRecord, PackageState, PortionRecord, PortionState,
    PostingHead, Promise,
};
use crate::reconciliation::{Digests, NotYet, Page};

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum NoAnswer {
    /// The books cannot be read now.
    #[error(transparent)]
    Ledger(#[from] LedgerFault),
    /// A portion that makes no sense.
    #[error(transparent)]
    Malformed(#[from] MalformedPortion),
    /// More is asked for at once than is answered.
    #[error("one question names at most {LOOKED_PACKAGES_MAX} packages")]
    TooManyPackages,
}

/// Where other banks' questions are answered. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    reader: Reader,
    current: Current,
    digests: Digests,
}

impl Desk {
    /// A desk that reads by `reader`.
    #[must_use]
    pub const fn new(reader: Reader, current: Current, digests: Digests) -> Self {
        Self { reader, current, digests }
    }

    /// The consortium as it stands now.
    pub fn membership(&self) -> Arc<Membership> {
        self.current.now()
    }

    /// Answers `from`.
    pub fn answer(&self, from: &BankId, now: Now, request: ReadRequest) -> Result<ReadAnswer, NoAnswer> {
        Ok(match request {
            ReadRequest::Ping {} => ReadAnswer::Pong {},
            ReadRequest::Accounts { customer } => self.accounts(from, now, customer)?,
            ReadRequest::Account { .. } | ReadRequest::Statement { .. } => {
                self.reader.at_one_moment(|moment| self.shown(moment, from, now, &request))?
            }
            // How its attempts stand, the deciding thread has said where the question came in.
            ReadRequest::Standing { .. } => ReadAnswer::NotFound {},
            ReadRequest::Payee { number } => {
                let found = self.reader.account(number)?;
                let open = found.filter(|view| view.account.status != AccountStatus::Closed);
                open.map_or(ReadAnswer::NotFound {}, |view| {
                    ReadAnswer::Payee(shapes::payee(&self.me(), &view))
                })
            }
            ReadRequest::Preview { portion } => {
                ReadAnswer::Preview(preview(&self.reader, &self.membership().settings, now, from, &portion)?)
            }
            ReadRequest::Package { package, digest } => self.package(package, digest)?,
            ReadRequest::Missed { part, since, after, fence: _ } => {
                ReadAnswer::Missed(missed(&self.reader, &self.me(), from, part, since, after)?)
            }
            ReadRequest::Promised { attempt } if attempt.coordinator != *from => ReadAnswer::NotFound {},
            ReadRequest::Promised { attempt } => {
                let (_, portion) = self.reader.attempt_here(&attempt)?;
                ReadAnswer::Promised { finding: portion.and_then(promised) }
            }
            ReadRequest::Attempt { attempt, package, digest } => {
                let (record, portion) = self.reader.attempt_here(&attempt)?;
                let standing = attempt_standing(record.as_ref(), portion.as_ref(), package, digest);
                ReadAnswer::Attempt { standing }
            }
            ReadRequest::Digest {} => match self.digests.told_to(from)? {
                Ok(digest) => ReadAnswer::Digest(digest),
                Err(NotYet(retry_after_ms)) => ReadAnswer::TooMany { retry_after_ms },
            },
            ReadRequest::Booked { buckets, after } => match self.digests.listed_for(from, &buckets, after)? {
                Ok(Page { entries, next }) => ReadAnswer::Booked { entries, next },
                Err(NotYet(retry_after_ms)) => ReadAnswer::TooMany { retry_after_ms },
            },
            ReadRequest::Looked { packages } if packages.len() > LOOKED_PACKAGES_MAX => {
                return Err(NoAnswer::TooManyPackages);
            }
            ReadRequest::Looked { packages } => {
                let Looked { entries, pending } = self.digests.looked(from, &packages)?;
                ReadAnswer::Looked { entries, pending }
            }
        })
    }

    fn me(&self) -> BankId {
        self.membership().settings.me.clone()
    }

    fn accounts(&self, from: &BankId, now: Now, customer: CustomerId) -> Result<ReadAnswer, LedgerFault> {
        let shown = self.reader.shown_to(from, customer, now.wall_ms)?;
        Ok(shown.map_or(ReadAnswer::NoConsent {}, |views| ReadAnswer::Accounts {
            accounts: views.iter().map(|view| shapes::account_view(&self.me(), view)).collect(),
        }))
    }

    /// Answers `from` about an account, with what the answer may lack.
    pub fn look(
        &self,
        from: &BankId,
        now: Now,
        request: &ReadRequest,
        number: AccountNumber,
    ) -> Result<Look<ReadAnswer>, LedgerFault> {
        self.reader.at_one_moment(|moment| {
            let seen = self.shown(moment, from, now, request)?;
            let undecided = match seen {
                ReadAnswer::NotFound {} => BTreeSet::new(),
                _ => moment.undecided(&self.me(), number)?,
            };
            Ok(Look { seen, undecided })
        })
    }

    /// What `request` asks of one account, as far as a consent shows it.
    fn shown(
        &self,
        moment: &Moment<'_>,
        from: &BankId,
        now: Now,
        request: &ReadRequest,
    ) -> Result<ReadAnswer, LedgerFault> {
        let (ReadRequest::Account { customer, number, .. } | ReadRequest::Statement { customer, number, .. }) =
            *request
        else {
            return Ok(ReadAnswer::NotFound {});
        };
        let Some(view) = moment.one_shown_to(from, customer, number, now.wall_ms)? else {
            return Ok(ReadAnswer::NotFound {});
        };
        let ReadRequest::Statement { limit, before, .. } = *request else {
            return Ok(ReadAnswer::Account(Box::new(shapes::account_view(&self.me(), &view))));
        };
        let page = moment.statement(number, before, usize::from(limit).clamp(1, PAGE_ROWS_MAX))?;
        let postings = page.rows.iter().map(shapes::posting).collect();
        Ok(ReadAnswer::Statement(StatementReply { postings, next: page.next }))
    }

    /// A bank that does not know the package's body cannot know its digest, so nothing is told to the curious.
    fn package(&self, package: PackageId, digest: PackageDigest) -> Result<ReadAnswer, LedgerFault> {
        let mut books = Books::new(PostingHead::default(), 0);
        self.reader.load(&[Key::Package(package), Key::Order(package)], &mut books)?;
        let record = books.package(package).filter(|record| record.digest == digest);
        let order = books.order(package).filter(|order| order.digest == digest);
        Ok(ReadAnswer::Package(package_answer(record, order)))
    }
}

/// How an attempt of `package` stands: what its coordinator decided, else what a bank that takes part has on disk. Who does
/// not know the package learns nothing.
pub fn attempt_standing(
    record: Option<&Attempt>,
    portion: Option<&PortionRecord>,
    package: PackageId,
    digest: PackageDigest,
) -> AttemptStanding {
    if let Some(record) = record.filter(|record| record.package == package && record.digest == digest) {
        return match record.state {
            AttemptState::Begun => AttemptStanding::Begun,
            AttemptState::Committed { .. } => AttemptStanding::Committed,
            AttemptState::Aborted { .. } => AttemptStanding::Aborted,
        };
    }
    // A tombstone that was made by a question knows no package, and is one for every package.
    let Some(portion) = portion.filter(|portion| portion.package.is_none_or(|named| named == package)) else {
        return AttemptStanding::Unknown;
    };
    let of_digest = |promise: &Promise| promise.digest == digest;
    match &portion.state {
        PortionState::Prepared(promise) if of_digest(promise) => AttemptStanding::Prepared,
        PortionState::Committed(promise) if of_digest(promise) => AttemptStanding::Committed,
        PortionState::Aborted { promise, .. } if promise.as_ref().is_none_or(of_digest) => {
            AttemptStanding::Aborted
        }
        PortionState::Prepared(_) | PortionState::Committed(_) | PortionState::Aborted { .. } => {
            AttemptStanding::Unknown
        }
    }
}

/// What the record says, else what became of the order that was given here.
fn package_answer(record: Option<&PackageRecord>, order: Option<&Order>) -> PackageAnswer {
    let known = |state, attempt: Option<&AttemptId>, outcome, refusals: &[Refusal]| PackageAnswer {
        state,
        attempt: attempt.cloned(),
        outcome,
        running: false,
        // What is lacking on an account is for its holders.
        refusals: refusals.iter().map(|refusal| Refusal::new(refusal.leg, refusal.code)).collect(),
    };
    let state = match record.map(|record| &record.state) {
        Some(PackageState::Live(attempt)) => return known(PackageStanding::Live, Some(attempt), None, &[]),
        Some(PackageState::Spent(attempt)) => {
            return known(PackageStanding::Spent, Some(attempt), Some(Outcome::Committed), &[]);
        }
        Some(PackageState::Closed(refusals)) => {
            return known(PackageStanding::Closed, None, Some(Outcome::Aborted), refusals);
        }
        Some(PackageState::Open) => PackageStanding::Open,
        None => PackageStanding::Unknown,
    };
    match order.map(|order| &order.state) {
        None | Some(OrderState::Elsewhere { .. }) => known(state, None, None, &[]),
        Some(OrderState::InProgress { attempt }) => {
            PackageAnswer { running: true, ..known(state, attempt.as_ref(), None, &[]) }
        }
        Some(OrderState::Committed { attempt, .. }) => {
            known(state, Some(attempt), Some(Outcome::Committed), &[])
        }
        Some(
            OrderState::Refused { attempt, refusals, .. } | OrderState::Aborted { attempt, refusals, .. },
        ) => known(state, attempt.as_ref(), Some(Outcome::Aborted), refusals),
    }
}
