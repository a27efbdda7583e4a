//! Fresh looks: the books are looked at, the coordinators of what is promised there are asked, and what turns out decided is
//! waited for and looked at again, until nothing was decided that the look lacks, or until time is up.
//!
//! Never here: what makes a look fresh (`protocol::fresh`), and who may look.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::join_all;
use shared::api::problem::{Problem, ProblemCode};
use shared::ids::BankId;
use tokio::time::{Instant, sleep, timeout_at};

use super::problems::{Answer, Failure};
use crate::engine::handle::Engine;
use crate::peers::Peers;
use crate::peers::reads::{ReadAnswer, ReadRequest};
use crate::protocol::attempt::AttemptId;
use crate::protocol::fresh::{Judged, STANDING_ATTEMPTS_MAX, by_coordinator, judge};
use crate::protocol::message::{Status, StatusMessage};

/// How long a customer may wait for a fresh look.
pub const FRESH_DEADLINE: Duration = Duration::from_secs(2);
/// Between two looks for the end of what has been decided.
const PAUSE: Duration = Duration::from_millis(10);
/// When it makes sense to ask again for what could not be seen.
const AGAIN_MS: u64 = 1_000;

/// What was seen at one moment.
pub struct Look<T> {
    /// What was asked for.
    pub seen: T,
    /// Attempts whose outcome it may lack.
    pub undecided: BTreeSet<AttemptId>,
}

/// A look could not be made fresh: this bank has not said how its packages stand; none when time ran out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotFresh {
    /// That bank.
    pub for_want_of: Option<BankId>,
}

impl From<NotFresh> for Failure {
    fn from(not: NotFresh) -> Self {
        let why = match not.for_want_of {
            Some(bank) => format!("the bank {bank} has not said how its packages stand"),
            None => "packages that were decided are still being booked".to_owned(),
        };
        let detail = format!(
            "What is under way on this account cannot be told in time: {why}. Without fresh=true it is shown as booked."
        );
        Problem::new(ProblemCode::NotFresh).with_detail(detail).retry_after(AGAIN_MS).into()
    }
}

/// Looks until what is seen holds all that had been told committed, for so long at most.
pub async fn look_fresh<T, F: Future<Output = Answer<Look<T>>>>(
    engine: &Engine,
    peers: &Peers,
    within: Duration,
    look: impl Fn() -> F,
) -> Answer<Result<T, NotFresh>> {
    let until = Instant::now() + within;
    // These books may lack what was told committed.
    if !engine.vitals().knows_its_books() {
        return Err(ProblemCode::Recovering.into());
    }
    let mut awaited = BTreeSet::new();
    loop {
        let Look { seen, undecided } = look().await?;
        if awaited.is_disjoint(&undecided) {
            match judge(&undecided, &ask(peers, &undecided, until).await) {
                Judged::Fresh => return Ok(Ok(seen)),
                Judged::Unknown(bank) => return Ok(Err(NotFresh { for_want_of: Some(bank) })),
                Judged::Again(decided) => {
                    engine.ask_now(decided.clone());
                    awaited = decided;
                }
            }
        }
        if Instant::now() + PAUSE >= until {
            return Ok(Err(NotFresh { for_want_of: None }));
        }
        sleep(PAUSE).await;
    }
}

/// What the coordinators say of `undecided`; nothing of those that do not answer in time.
async fn ask(peers: &Peers, undecided: &BTreeSet<AttemptId>, until: Instant) -> BTreeMap<AttemptId, Status> {
    let mut asked = Vec::new();
    for (bank, mut attempts) in by_coordinator(undecided) {
        // What is too much for one question stays unknown, which is what is answered then.
        while attempts.len() > STANDING_ATTEMPTS_MAX {
            attempts.pop_last();
        }
        asked.push(ask_one(peers.clone(), bank, attempts, until));
    }
    let told = join_all(asked).await;
    told.into_iter().flatten().map(|told| (told.attempt, told.status)).collect()
}

async fn ask_one(
    peers: Peers,
    bank: BankId,
    attempts: BTreeSet<AttemptId>,
    until: Instant,
) -> Vec<StatusMessage> {
    match timeout_at(until, peers.read(&bank, ReadRequest::Standing { attempts })).await {
        Ok(Ok(ReadAnswer::Standing { statuses })) => statuses,
        Ok(Ok(_) | Err(_)) | Err(_) => Vec::new(),
    }
}
