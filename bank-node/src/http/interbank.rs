//! Where other banks knock: messages that bind go to the deciding thread, reads that bind nobody to reading connections.
//!
//! Invariant: a body is parsed only after its sender is proved and it is the one that was signed; every answer to a
//! proved request is signed. No customer's token opens anything here.

mod answers;

mod missed;

pub use answers::{Desk, attempt_standing};

mod preview;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use rustls::ProtocolVersion;
use serde::Serialize;
use shared::account::AccountNumber;
use shared::api::paths::{INTERBANK_MESSAGES, INTERBANK_READS};
use shared::api::problem::{Problem, ProblemCode};
use shared::ids::{BankId, PackageId};
use shared::limits::INTERBANK_BODY_BYTES_MAX;
use shared::trace::TraceContext;
use tokio::sync::Semaphore;

use super::edge::{bounded, method_not_allowed, not_found};
use super::fresh::{NotFresh, look_fresh};
use super::node::lock;
use super::problems::{Answer, Failure, overloaded};
use super::wire::SpokenOver;
use crate::access::throttle::Rate;
use crate::clock::Clock;
use crate::engine::handle::{Engine, EngineGone};
use crate::metrics::Metrics;
use crate::peers::batch::read_batch;
use crate::peers::outbox::BATCH_MESSAGES_MAX;
use crate::peers::reads::{ReadAnswer, ReadRequest};
use crate::peers::signature::{FROM_HEADER, Proven, Unauthenticated};
use crate::peers::{Peers, READ_DEADLINE};
use crate::protocol::attempt::AttemptId;
use crate::protocol::fresh::STANDING_ATTEMPTS_MAX;
use crate::protocol::message::{Batch, StatusMessage};
use crate::trace::{self, PACKAGE_TRACES};

pub use self::preview::preview;

/// How long a body may take to arrive.
const BODY_DEADLINE: Duration = Duration::from_secs(10);
/// Look-ups of payees that one bank may ask for, at once and per minute: it stands for many customers.
const PAYEES_PER_MINUTE: u32 = 6_000;
/// Questions about what is booked that one bank may ask, at once and per minute: each may look at thousands of postings.
const COMPARISONS_PER_MINUTE: u32 = 600;
/// When a bank asks again of which one such question is being answered.
const COMPARISON_AGAIN_MS: u64 = 250;
/// Fresh looks for other banks that may be under way: fewer than all reads, so that how attempts stand can be asked meanwhile.
const FRESH_AT_ONCE_MAX: usize = 16;
/// How long one may take: less than [`READ_DEADLINE`], so that the bank that asks hears why it has no answer.
const FRESH_FOR_BANKS: Duration = Duration::from_millis(700);
/// Reads that may be answered at once; one more is told that the bank is overloaded.
const READS_AT_ONCE_MAX: usize = 32;

/// One bank, as other banks see it. Cheap to clone.
#[derive(Clone)]
pub struct Interbank(Arc<Inner>);

struct Inner {
    engine: Engine,
    peers: Peers,
    clock: Clock,
    desk: Desk,
    payees: Mutex<Rate<BankId>>,
    comparisons: Mutex<Rate<BankId>>,
    comparing: Comparing,
    /// What the log was told of a bank.
    told: Mutex<Rate<(BankId, String)>>,
    reads: Arc<Semaphore>,
    fresh: Semaphore,
    metrics: Metrics,
}

impl Interbank {
    /// Puts together what the routes need.
    #[must_use]
    pub fn new(engine: Engine, desk: Desk, peers: Peers, clock: Clock, metrics: Metrics) -> Self {
        Self(Arc::new(Inner {
            engine,
            peers,
            clock,
            desk,
            payees: Mutex::new(Rate::new(PAYEES_PER_MINUTE, PAYEES_PER_MINUTE)),
            comparisons: Mutex::new(Rate::new(COMPARISONS_PER_MINUTE, COMPARISONS_PER_MINUTE)),
            comparing: Comparing::default(),
            told: Mutex::new(Rate::new(1, 1)),
            reads: Arc::new(Semaphore::new(READS_AT_ONCE_MAX)),
            fresh: Semaphore::new(FRESH_AT_ONCE_MAX),
            metrics,
        }))
    }
}

/// The banks of which a question about what is booked is being answered: one of each at a time, so that none takes the
/// reading connections from customers.
#[derive(Clone, Default)]
struct Comparing(Arc<Mutex<BTreeSet<BankId>>>);

/// One of them; it gets up when dropped.
struct Seat {
    comparing: Comparing,
    bank: BankId,
}

impl Comparing {
    /// A seat for `bank`, unless it has one.
    fn sit(&self, bank: &BankId) -> Option<Seat> {
        lock(&self.0).insert(bank.clone()).then(|| Seat { comparing: self.clone(), bank: bank.clone() })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        lock(&self.comparing.0).remove(&self.bank);
    }
}

/// A message about a package, as the log tells of it.
struct Handled {
    package: PackageId,
    kind: &'static str,
    trace: Option<TraceContext>,
}

/// Both routes, to stand beside the customers' on one address.
pub fn routes(interbank: Interbank) -> Router {
    let metrics = interbank.0.metrics.clone();
    let routes = Router::new()
        .route(INTERBANK_MESSAGES, post(take_messages))
        .route(INTERBANK_READS, post(answer_read))
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(interbank);
    bounded(routes, metrics)
}

/// Both routes, for an address of their own.
pub fn router(interbank: Interbank) -> Router {
    routes(interbank).fallback(not_found)
}

/// `POST /interbank/v1/messages`.
async fn take_messages(State(interbank): State<Interbank>, request: Request) -> Response {
    let named = request.headers().get(PACKAGE_TRACES).and_then(|value| value.to_str().ok());
    let traces = named.map(trace::read_header).unwrap_or_default();
    let (proven, body) = match interbank.open(request).await {
        Ok(opened) => opened,
        Err(response) => return response,
    };
    let answer = interbank.messages(proven.from(), &body, &traces).await;
    interbank.sealed(&proven, answer).await
}

/// `POST /interbank/v1/reads`.
async fn answer_read(State(interbank): State<Interbank>, request: Request) -> Response {
    let (proven, body) = match interbank.open(request).await {
        Ok(opened) => opened,
        Err(response) => return response,
    };
    let answer = interbank.read(proven.from(), &body).await;
    interbank.sealed(&proven, answer).await
}

impl Interbank {
    /// Proves who sends, then reads the body and holds it against the proof. What fails before the proof is answered
    /// unsigned: there is nobody to address.
    async fn open(&self, request: Request) -> Result<(Proven, Bytes), Response> {
        let (parts, body) = request.into_parts();
        let over_old_tls = |over: &SpokenOver| over.tls.is_some_and(|tls| tls != ProtocolVersion::TLSv1_3);
        if parts.extensions.get::<SpokenOver>().is_some_and(over_old_tls) {
            return Err(self.unproved(&parts.headers, &Unauthenticated::OldTls));
        }
        let proven = self
            .0
            .peers
            .prove(parts.method.as_str(), &parts.uri, &parts.headers)
            .map_err(|reason| self.unproved(&parts.headers, &reason))?;
        if declared_length(&parts.headers).is_some_and(|bytes| bytes > INTERBANK_BODY_BYTES_MAX) {
            return Err(self.sealed::<()>(&proven, Err(ProblemCode::BodyTooLarge.into())).await);
        }
        let body = match tokio::time::timeout(BODY_DEADLINE, to_bytes(body, INTERBANK_BODY_BYTES_MAX)).await {
            Ok(Ok(body)) => body,
            // Larger than it said, or cut off: either way the answer is for nobody who keeps to the protocol.
            Ok(Err(_)) => {
                return Err(self.sealed::<()>(&proven, Err(ProblemCode::BodyTooLarge.into())).await);
            }
            Err(_) => return Err(self.sealed::<()>(&proven, Err(ProblemCode::RequestTimeout.into())).await),
        };
        proven.check_body(&body).map_err(|reason| self.unproved(&parts.headers, &reason))?;
        Ok((proven, body))
    }

    /// 401 for whoever proved nothing. A bank of the consortium that is named as the sender is told of in the log, once a
    /// minute for each reason: its operator and this one's have something to mend.
    fn unproved(&self, headers: &HeaderMap, reason: &Unauthenticated) -> Response {
        let named = headers.get(FROM_HEADER).and_then(|name| name.to_str().ok()?.parse::<BankId>().ok());
        let known = named.filter(|bank| self.0.desk.membership().consortium.bank(bank).is_some());
        match known {
            Some(bank) => {
                let about = (bank.clone(), reason.to_string());
                if lock(&self.0.told).take(self.0.clock.mono(), about).is_ok() {
                    let remedy = reason.remedy();
                    tracing::warn!(
                        %bank,
                        "what comes in that bank's name proves nothing, and is not taken: {reason}. {remedy}"
                    );
                }
            }
            None => tracing::info!(%reason, "a request between banks proves nothing"),
        }
        let problem =
            Problem::new(ProblemCode::Unauthenticated).with_detail(format!("Not proved: {reason}."));
        let mut response = Failure::from(problem).into_response();
        debug_assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Signature"));
        response
    }

    /// Hands a batch to the deciding thread; its answer comes once all of it is on disk.
    async fn messages(
        &self,
        from: &BankId,
        body: &[u8],
        traces: &HashMap<PackageId, TraceContext>,
    ) -> Answer<Batch> {
        let read = read_batch(body).map_err(|error| malformed(error.to_string()))?;
        if read.batch.messages.len() + read.bad.len() > BATCH_MESSAGES_MAX {
            return Err(malformed(format!("A batch has at most {BATCH_MESSAGES_MAX} messages.")));
        }
        let header = &read.batch.header;
        if header.from != *from || header.to != self.0.desk.membership().settings.me {
            let detail = "The batch's header names other banks than its signature.";
            return Err(Problem::new(ProblemCode::Unauthenticated).with_detail(detail).into());
        }
        if !read.bad.is_empty() {
            tracing::warn!(bank = %from, places = ?read.bad, "a batch held messages that cannot be read");
        }
        self.0.peers.heard_version(from, header.consortium);
        self.compare_versions(from, header.consortium);
        let about = self.note_traces(&read.batch, traces);
        let answered = self.0.engine.receive(read.batch).await?;
        // Most of the time nobody wants to know.
        if tracing::enabled!(tracing::Level::DEBUG) {
            for Handled { package, kind, trace } in about {
                let span =
                    tracing::error_span!("message", %from, %package, kind, trace_id = tracing::field::Empty);
                if let Some(trace) = trace {
                    span.record("trace_id", trace.trace_id());
                }
                span.in_scope(|| match &answered {
                    Some(_) => tracing::debug!("a message about a package was taken"),
                    None => tracing::debug!("a message about a package found no room"),
                });
            }
        }
        answered.ok_or_else(overloaded)
    }

    /// Files that are too far apart stop all packages between two banks: the log says so, once a minute.
    fn compare_versions(&self, from: &BankId, theirs: u64) {
        let ours = self.0.desk.membership().settings.consortium;
        let about = || (from.clone(), format!("version {theirs}"));
        if theirs.abs_diff(ours) > 1 && lock(&self.0.told).take(self.0.clock.mono(), about()).is_ok() {
            tracing::warn!(
                bank = %from, theirs, ours,
                "the consortium files of that bank and of this one are two versions or more apart: no package with both \
                 comes about until the older one is reloaded with the newer file"
            );
        }
    }

    /// What each message about a package belongs to. What is noted of a trace here goes on to whomever this bank tells of
    /// the package.
    fn note_traces(&self, batch: &Batch, traces: &HashMap<PackageId, TraceContext>) -> Vec<Handled> {
        let about = batch.messages.iter().filter_map(|message| Some((message, message.package()?)));
        let handled = about.map(|(message, package)| {
            let trace = traces.get(&package).copied();
            if let Some(trace) = trace {
                self.0.peers.traces().note(package, trace);
            }
            Handled { package, kind: message.kind(), trace }
        });
        handled.collect()
    }

    /// Answers a read from a reading connection.
    async fn read(&self, from: &BankId, body: &[u8]) -> Answer<ReadAnswer> {
        let request: ReadRequest = serde_json::from_slice(body)
            .map_err(|_| malformed("The body is no question that banks ask.".to_owned()))?;
        if self.0.engine.vitals().is_restoring() {
            // What these books say of packages is not true yet, to a customer of another bank or to a bank that recovers
            // itself; and who pings would take this one for open.
            return Err(EngineGone.into());
        }
        if matches!(request, ReadRequest::Ping {}) {
            return Ok(ReadAnswer::Pong {});
        }
        // Before anything of it stands in the deciding thread's queue.
        let permit = self.0.reads.clone().try_acquire_owned().map_err(|_| overloaded())?;
        let mut seat = None;
        match &request {
            ReadRequest::Standing { attempts } => return self.standing(from, attempts).await,
            ReadRequest::Account { number, fresh: true, .. }
            | ReadRequest::Statement { number, fresh: true, .. } => {
                return self.fresh(from, &request, *number).await;
            }
            ReadRequest::Payee { .. } => {
                let taken = lock(&self.0.payees).take(self.0.clock.mono(), from.clone());
                if let Err(early) = taken {
                    return Ok(ReadAnswer::TooMany { retry_after_ms: early.0 });
                }
            }
            ReadRequest::Ping {}
            | ReadRequest::Accounts { .. }
            | ReadRequest::Account { .. }
            | ReadRequest::Statement { .. }
            | ReadRequest::Preview { .. }
            | ReadRequest::Package { .. } => {}
            // What leaves before it is on disk (first PREPAREs), or is on its way there, counts all the same for whoever has
            // lost its own side of it; and nothing of the lost lives comes after the answer.
            ReadRequest::Missed { fence, .. } => {
                if !self.0.engine.peer_restored(from.clone(), *fence).await? {
                    return Err(overloaded());
                }
            }
            ReadRequest::Promised { .. } | ReadRequest::Attempt { .. } => {
                if !self.0.engine.stored().await? {
                    return Err(overloaded());
                }
            }
            ReadRequest::Digest {} | ReadRequest::Booked { .. } | ReadRequest::Looked { .. } => {
                let taken = lock(&self.0.comparisons).take(self.0.clock.mono(), from.clone());
                if let Err(early) = taken {
                    return Ok(ReadAnswer::TooMany { retry_after_ms: early.0 });
                }
                seat = self.0.comparing.sit(from);
                if seat.is_none() {
                    return Ok(ReadAnswer::TooMany { retry_after_ms: COMPARISON_AGAIN_MS });
                }
            }
        }
        let (desk, from, now) = (self.0.desk.clone(), from.clone(), self.0.clock.now());
        let look = tokio::task::spawn_blocking(move || {
            let answer = desk.answer(&from, now, request);
            drop((permit, seat));
            answer
        });
        match tokio::time::timeout(READ_DEADLINE, look).await {
            Ok(Ok(Ok(answer))) => Ok(answer),
            Ok(Ok(Err(no @ (answers::NoAnswer::Malformed(_) | answers::NoAnswer::TooManyPackages)))) => {
                Err(malformed(no.to_string()))
            }
            Ok(Ok(Err(answers::NoAnswer::Ledger(fault)))) => {
                tracing::error!(%fault, "the books could not be read for another bank");
                Err(overloaded())
            }
            Ok(Err(panic)) => {
                tracing::error!(%panic, "a reading of the books for another bank ended by a bug");
                Err(overloaded())
            }
            Err(_) => Err(overloaded()),
        }
    }

    /// How attempts of this bank stand, from memory and disk together.
    async fn standing(&self, from: &BankId, attempts: &BTreeSet<AttemptId>) -> Answer<ReadAnswer> {
        if attempts.len() > STANDING_ATTEMPTS_MAX {
            let detail = format!("One question names at most {STANDING_ATTEMPTS_MAX} attempts.");
            return Err(malformed(detail));
        }
        let standing =
            self.0.engine.standing(from.clone(), attempts.clone()).await?.ok_or_else(overloaded)?;
        let told = |(attempt, status)| StatusMessage { attempt, status };
        Ok(ReadAnswer::Standing { statuses: standing.into_iter().map(told).collect() })
    }

    /// Answers a look at an account that must hold all that has been told committed.
    async fn fresh(&self, from: &BankId, request: &ReadRequest, number: AccountNumber) -> Answer<ReadAnswer> {
        let _seat = self.0.fresh.try_acquire().map_err(|_| overloaded())?;
        let now = self.0.clock.now();
        let look = || {
            let (desk, from, request) = (self.0.desk.clone(), from.clone(), request.clone());
            let look = tokio::task::spawn_blocking(move || desk.look(&from, now, &request, number));
            async move {
                let looked = look.await.map_err(|panic| {
                    tracing::error!(%panic, "a reading of the books for another bank ended by a bug");
                    overloaded()
                })?;
                Ok(looked?)
            }
        };
        let looked = look_fresh(&self.0.engine, &self.0.peers, FRESH_FOR_BANKS, look).await?;
        Ok(looked.unwrap_or_else(|NotFresh { for_want_of }| ReadAnswer::NotFresh { for_want_of }))
    }

    /// Signs the answer to a proved request.
    async fn sealed<T: Serialize>(&self, request: &Proven, answer: Answer<T>) -> Response {
        let response = match answer {
            Ok(answer) => axum::Json(answer).into_response(),
            Err(failure) => failure.into_response(),
        };
        let (mut parts, body) = response.into_parts();
        // Both kinds of body are in memory already.
        let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
        let signed = self.0.peers.sign_answer(request, parts.status.as_u16(), &body);
        parts.headers.remove(header::WWW_AUTHENTICATE);
        signed.put_into(&mut parts.headers);
        (parts.status, parts.headers, body).into_response()
    }
}

fn malformed(detail: String) -> Failure {
    Problem::new(ProblemCode::MalformedJson).with_detail(detail).into()
}

fn declared_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
