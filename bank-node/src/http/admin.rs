//! The operators' interface, on an address of its own: whether the process lives, whether the bank takes packages, and
//! what was built. No customer and no bank reaches it.

use std::sync::{Arc, OnceLock};

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use shared::api::problem::{Problem, ProblemCode};

use super::edge::{bounded, method_not_allowed, not_found};
use super::problems::{Answer, disk_full};
use crate::engine::thread::Vitals;

/// Whether the bank is up: empty until its deciding thread has recovered.
#[derive(Clone, Default)]
pub struct Readiness(Arc<OnceLock<Arc<Vitals>>>);

impl Readiness {
    /// The deciding thread runs, and says from now on how it stands.
    pub fn watch(&self, vitals: Arc<Vitals>) {
        let _watched_before = self.0.set(vitals);
    }

    /// Whether packages are taken.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.0.get().is_some_and(|vitals| vitals.is_ready())
    }
}

/// Every route of the operators' interface.
pub fn router(readiness: Readiness) -> Router {
    let routes = Router::new()
        .route("/livez", get(show_life))
        .route("/readyz", get(show_readiness))
        .route("/buildz", get(show_build))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(readiness);
    bounded(routes)
}

/// `GET /livez`: the process answers.
async fn show_life() -> Json<Value> {
    Json(json!({ "status": "alive" }))
}

/// `GET /readyz`: 200 once the books are recovered and until the end begins, 503 `recovering` otherwise; 503 `disk_full`
/// while the disk has no room for new packages.
async fn show_readiness(State(readiness): State<Readiness>) -> Answer<Json<Value>> {
    match readiness.0.get() {
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
