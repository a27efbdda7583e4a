//! Draining: nothing new is taken, what is under way is finished, and it is said when stopping keeps nobody waiting. It
//! ends with the process.

use axum::Json;
use axum::extract::State;

use super::api::Drain;
use super::{BackOffice, Operator, act};
use crate::desk::OperatorAct;
use crate::http::params::Query;
use crate::http::problems::Answer;

/// `GET /admin/v1/drain`.
pub async fn show_drain(State(office): State<BackOffice>, query: Query) -> Answer<Json<Drain>> {
    let [] = query.only([])?;
    Ok(Json(standing(&office)))
}

/// `POST /admin/v1/drain`.
pub async fn begin_drain(
    State(office): State<BackOffice>,
    operator: Operator,
    query: Query,
) -> Answer<Json<Drain>> {
    let [] = query.only([])?;
    act(&office.node, operator, OperatorAct::Drain(true)).await?;
    tracing::info!("the bank is drained: no new packages are taken");
    Ok(Json(standing(&office)))
}

/// `DELETE /admin/v1/drain`.
pub async fn end_drain(
    State(office): State<BackOffice>,
    operator: Operator,
    query: Query,
) -> Answer<Json<Drain>> {
    let [] = query.only([])?;
    act(&office.node, operator, OperatorAct::Drain(false)).await?;
    tracing::info!("draining has ended: packages are taken again");
    Ok(Json(standing(&office)))
}

fn standing(office: &BackOffice) -> Drain {
    let (draining, under_way) = office.readiness.under_way();
    let idle = under_way == Default::default();
    Drain {
        draining,
        orders: under_way.orders,
        deciding: under_way.deciding,
        telling: under_way.telling,
        promised: under_way.promised,
        waiting: under_way.waiting,
        safe_to_stop: draining && idle,
    }
}
