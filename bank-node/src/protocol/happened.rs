//! What a turn's writes say has happened: packages and promises that ended, and how long they took. For figures alone.
//!
//! Never here: whom it concerns (`touched`), and anything that a step decides by.

use shared::refusal::RefusalCode;

use super::records::{AttemptState, OrderState, PortionState, Promise, Write};

/// How something ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All of it happened.
    Committed,
    /// None of it, and none ever will under that id.
    Refused,
    /// None of it; it may be sent again.
    Aborted,
}

/// A package that was ordered here and ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageEnd {
    /// How.
    pub outcome: Outcome,
    /// The first reason of what did not happen.
    pub reason: Option<RefusalCode>,
    /// From its first order here to the decision, in milliseconds.
    pub took_ms: i64,
}

/// A promise that was made here and ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortionEnd {
    /// Committed or aborted.
    pub outcome: Outcome,
    /// From the promise to its end, in milliseconds.
    pub took_ms: i64,
}

/// What ended in a turn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Happened {
    /// Packages.
    pub packages: Vec<PackageEnd>,
    /// Promises.
    pub portions: Vec<PortionEnd>,
    /// Committed packages that every bank has confirmed: from the decision to that, in milliseconds.
    pub settled: Vec<i64>,
}

impl Happened {
    /// Notes what `writes`, of one step at `wall_ms`, say has ended.
    pub fn note(&mut self, wall_ms: i64, writes: &[Write]) {
        for write in writes {
            match write {
                Write::Order(order) => {
                    let (outcome, reason, decided_ms) = match &order.state {
                        OrderState::InProgress { .. } | OrderState::Elsewhere { .. } => continue,
                        OrderState::Committed { decided_ms, .. } => (Outcome::Committed, None, decided_ms),
                        OrderState::Refused { refusals, decided_ms, .. } => {
                            (Outcome::Refused, refusals.first(), decided_ms)
                        }
                        OrderState::Aborted { refusals, decided_ms, .. } => {
                            (Outcome::Aborted, refusals.first(), decided_ms)
                        }
                    };
                    let reason = reason.map(|refusal| refusal.code);
                    let took_ms = since(order.created_ms, *decided_ms);
                    self.packages.push(PackageEnd { outcome, reason, took_ms });
                }
                Write::Portion(portion) => {
                    let (outcome, promise) = match &portion.state {
                        PortionState::Prepared(_) | PortionState::Aborted { promise: None, .. } => continue,
                        PortionState::Committed(promise) => (Outcome::Committed, promise),
                        PortionState::Aborted { promise: Some(promise), .. } => (Outcome::Aborted, promise),
                    };
                    let Promise { prepared_ms, .. } = promise;
                    self.portions.push(PortionEnd { outcome, took_ms: since(*prepared_ms, wall_ms) });
                }
                Write::Attempt(attempt) if attempt.unacked.is_empty() => {
                    if let AttemptState::Committed { decided_ms } = attempt.state {
                        self.settled.push(since(decided_ms, wall_ms));
                    }
                }
                Write::Attempt(_)
                | Write::ForgetOrder(_)
                | Write::ForgetAttempt(_)
                | Write::ForgetTombstones { .. }
                | Write::Package(_)
                | Write::Balance(..)
                | Write::Posting(_)
                | Write::Consent(_)
                | Write::Peer(_)
                | Write::Epoch(_)
                | Write::Evidence(_)
                | Write::Recovered(_)
                | Write::OperatorEntry(_)
                | Write::Account(_)
                | Write::Customer(_)
                | Write::Session(_)
                | Write::EndSession(_)
                | Write::EndOtherSessions { .. } => {}
            }
        }
    }
}

/// A clock that was set back makes no time negative.
fn since(before_ms: i64, now_ms: i64) -> i64 {
    now_ms.saturating_sub(before_ms).max(0)
}
