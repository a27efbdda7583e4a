//! The operators' interface, on an address of its own: whether the process lives, whether the bank takes packages, what
//! was built, and every figure. No customer and no bank reaches it.

use std::sync::{Arc, OnceLock};

use axum::extract::{FromRef, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use shared::api::problem::{Problem, ProblemCode};
use shared::api::replies::BankStatus;
use shared::ids::BankId;

use super::edge::{bounded, method_not_allowed, not_found};
use super::problems::{Answer, disk_full, draining};
use crate::clock::Clock;
use crate::engine::vitals::Vitals;
use crate::ledger::LedgerFault;
use crate::ledger::reader::Reader;
use crate::metrics::{BooksStanding, EXPOSITION_MEDIA_TYPE, Metrics, PeerStanding, Standing};
use crate::peers::Peers;
use crate::peers::health::PeerHealth;
use crate::protocol::bank::UnderWay;

/// Whether the bank is up: empty until its deciding thread has recovered.
#[derive(Clone, Default)]
pub struct Readiness(Arc<OnceLock<Arc<Vitals>>>);

impl Readiness {
    /// The deciding thread runs, and says from now on how it stands.
    pub fn watch(&self, vitals: Arc<Vitals>) {
        let _watched_before = self.0.set(vitals);
    }

    /// Whether nothing new is taken for an operator's word, and how much is under way.
    #[must_use]
    pub fn under_way(&self) -> (bool, UnderWay) {
        self.0.get().map(|vitals| (vitals.is_draining(), vitals.under_way())).unwrap_or_default()
    }

    /// Whether packages are taken.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.0.get().is_some_and(|vitals| vitals.is_ready())
    }
}

/// Where figures are read, once the bank is up.
#[derive(Clone)]
pub struct Books {
    /// Whose.
    pub own: BankId,
    /// The books.
    pub reader: Reader,
    /// The other banks.
    pub peers: Peers,
    /// The clock.
    pub clock: Clock,
}

/// What the operators' interface has at hand. Cheap to clone.
#[derive(Clone, Default)]
pub struct Operators {
    /// Whether the bank is up.
    pub readiness: Readiness,
    /// What is counted.
    pub metrics: Metrics,
    books: Arc<OnceLock<Books>>,
}

impl Operators {
    /// The bank is up, and its books can be read.
    pub fn read_from(&self, books: Books) {
        let _read_before = self.books.set(books);
    }
}

impl FromRef<Operators> for Readiness {
    fn from_ref(operators: &Operators) -> Self {
        operators.readiness.clone()
    }
}

/// Every route of the operators' interface.
pub fn router(operators: Operators) -> Router {
    let metrics = operators.metrics.clone();
    let routes = Router::new()
        .route("/livez", get(show_life))
        .route("/readyz", get(show_readiness))
        .route("/buildz", get(show_build))
        .route("/metrics", get(show_metrics))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(operators);
    bounded(routes, metrics)
}

/// `GET /livez`: the process answers.
async fn show_life() -> Json<Value> {
    Json(json!({ "status": "alive" }))
}

/// `GET /readyz`: 200 once the books are recovered and until the end begins, 503 `recovering` otherwise and while the bank
/// is drained; 503 `disk_full` while the disk has no room for new packages.
async fn show_readiness(State(readiness): State<Readiness>) -> Answer<Json<Value>> {
    match readiness.0.get() {
        Some(vitals) if vitals.is_ready() && vitals.is_draining() => Err(draining()),
        Some(vitals) if vitals.is_ready() && vitals.is_disk_full() => Err(disk_full()),
        Some(vitals) if vitals.is_ready() => {
            Ok(Json(json!({ "status": "ready", "in_doubt": vitals.in_doubt() })))
        }
        Some(_) | None => Err(Problem::new(ProblemCode::Recovering).retry_after(1_000).into()),
    }
}

/// `GET /buildz`: which program this is.
async fn show_build() -> Json<Value> {
    Json(json!({
        "name": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "debug_assertions": cfg!(debug_assertions),
    }))
}

/// `GET /metrics`: everything that is counted and timed, as OpenMetrics text. What the books hold is read for each.
async fn show_metrics(State(operators): State<Operators>) -> impl IntoResponse {
    let vitals = operators.readiness.0.get();
    let books = operators.books.get();
    let standing = Standing {
        books: match books.cloned() {
            Some(books) => tokio::task::spawn_blocking(move || read_books(&books)).await.ok().flatten(),
            None => None,
        },
        peers: books
            .map(|books| books.peers.health())
            .unwrap_or_default()
            .into_iter()
            .map(standing_of)
            .collect(),
        ready: operators.readiness.is_ready(),
        disk_full: vitals.is_some_and(|vitals| vitals.is_disk_full()),
        waiting: vitals.map_or(0, |vitals| vitals.under_way().waiting),
        wall_ms: books.map_or(0, |books| books.clock.wall_ms()),
    };
    ([(CONTENT_TYPE, EXPOSITION_MEDIA_TYPE)], operators.metrics.exposition(&standing))
}

fn standing_of(peer: PeerHealth) -> PeerStanding {
    let up = match peer.status {
        BankStatus::Up => true,
        BankStatus::Down | BankStatus::Unknown => false,
    };
    PeerStanding { bank: peer.bank, up, round_trip_ms: peer.latency_ms }
}

fn read_books(books: &Books) -> Option<BooksStanding> {
    let read = || -> Result<BooksStanding, LedgerFault> {
        Ok(BooksStanding {
            totals: books.reader.totals()?,
            promised: books.reader.promised(&books.own)?,
            postings: books.reader.head()?.number,
            evidence: books.reader.evidence_count()?,
        })
    };
    read().inspect_err(|fault| tracing::error!(%fault, "the books could not be read for figures")).ok()
}
