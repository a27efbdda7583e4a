//! Server-sent events: what changes for a customer, told as it is once it is stored.
//!
//! Each event is a present state, read when it is told exactly as the matching GET reads it: so the two agree, several
//! changes may be told as one, and what a reader missed is told by telling how things stand. Nothing is queued for a
//! reader but the names of what to look at; the deciding thread never waits for one.

pub mod seats;

mod follow;

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use futures_util::stream::unfold;
use shared::api::events::EVENTS_MEDIA_TYPE;
use shared::api::paths;

use self::follow::Follower;
use super::node::Node;
use super::params::Query;
use super::problems::Answer;
use crate::access::tokens::Caller;

/// The last id that a reader has had.
const LAST_EVENT_ID: &str = "last-event-id";

/// `GET /v1/events`.
#[utoipa::path(
    get,
    path = paths::EVENTS,
    tag = "events",
    summary = "Follow what changes, as server-sent events",
    params(("Last-Event-ID" = Option<String>, Header, description = "The last id that was had, to go on from there.")),
    responses((status = 200, description = "Events without end. The extension x-events names the schema of the data of each.", body = String, content_type = EVENTS_MEDIA_TYPE)),
    extensions(("x-problems" = json!(["too_many_requests"]))),
)]
pub async fn follow_events(
    State(node): State<Node>,
    caller: Caller,
    headers: HeaderMap,
    query: Query,
) -> Answer<Response> {
    let [] = query.only([])?;
    let seat = node.streams().take(caller.customer)?;
    let last_id = headers.get(LAST_EVENT_ID).and_then(|value| value.to_str().ok());
    let place = last_id.and_then(|id| node.notices().place(id));
    let follower = Follower::begin(node, caller, seat, place).await?;
    let chunks = unfold(follower, |mut follower| async move {
        let chunk = follower.next().await?;
        Some((Ok::<_, Infallible>(Bytes::from(chunk)), follower))
    });
    let mut response = Body::from_stream(chunks).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(EVENTS_MEDIA_TYPE));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // What stands between must not gather events.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}
