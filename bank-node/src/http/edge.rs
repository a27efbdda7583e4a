//! What happens to every request: a number for the logs, a bound for its headers and its time, and a problem body for
//! whatever else goes wrong, a panic included.

use std::any::Any;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use shared::api::problem::ProblemCode;
use shared::ids::PackageId;
use shared::trace::TRACEPARENT;
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument as _;

use super::node::Node;
use super::problems::{Failure, unanswered};
use crate::access::throttle::network_of;
use crate::ids;
use crate::metrics::Metrics;
use crate::trace;

/// The request line and all headers together, in bytes.
pub const HEADERS_BYTES_MAX: usize = 16 * 1024;
/// No request takes longer; an order is answered well before.
const REQUEST_DEADLINE: Duration = Duration::from_secs(20);

/// An id that a caller gives a request, in characters.
const REQUEST_ID_CHARS_MIN: usize = 8;
const REQUEST_ID_CHARS_MAX: usize = 64;

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// `routes`, with what happens to every request around them.
pub fn wrapped(routes: Router<Node>, node: Node) -> Router {
    let metrics = node.metrics().clone();
    let routes = routes.fallback(not_found).method_not_allowed_fallback(method_not_allowed);
    bounded(routes.with_state(node), metrics)
}

/// What happens to every request, around `routes`.
pub fn bounded(routes: Router, metrics: Metrics) -> Router {
    numbered(in_time(routes), metrics)
}

/// Answers in time, whatever `routes` do.
pub fn in_time(routes: Router) -> Router {
    routes.layer(from_fn(bound))
}

/// What happens to every request, but for the bound on its time: for what an operator waits for.
pub fn numbered(routes: Router, metrics: Metrics) -> Router {
    routes.layer(CatchPanicLayer::custom(panicked)).layer(from_fn_with_state(metrics, number))
}

/// A path that is none of ours.
pub async fn not_found() -> Failure {
    Failure::not_found()
}

/// A method that the path does not take; axum adds which it takes.
pub async fn method_not_allowed() -> Failure {
    ProblemCode::MethodNotAllowed.into()
}

/// Gives each request an id, says it in the answer, counts it, and logs how it went: no path as asked for, no body,
/// nobody. Whatever else is logged meanwhile bears the id too.
async fn number(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    let id = given(&request).unwrap_or_else(ids::request);
    // Of the gravest level, so that it is around whatever is logged.
    let named = request.headers().get(TRACEPARENT).and_then(|value| value.to_str().ok());
    let trace = trace::taken_or_begun(named);
    let trace_id = trace.trace_id();
    let span = tracing::error_span!("request", request_id = %id, %trace_id, package = tracing::field::Empty);
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let begun = tokio::time::Instant::now();
    let mut response = trace::within(trace, next.run(request)).instrument(span.clone()).await;
    let status = response.status().as_u16();
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    let took = begun.elapsed();
    metrics.served(method_word(&method), route, status, took);
    let took_ms = took.as_millis();
    let method = method_word(&method);
    span.in_scope(|| {
        if response.status().is_server_error() {
            tracing::warn!(method, route, status, took_ms, "a request could not be served");
        } else {
            tracing::debug!(method, route, status, took_ms, "a request was served");
        }
    });
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(&REQUEST_ID, value);
    }
    // Balances and tokens are nobody's to keep on the way.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// The id that the caller has given the request, if it can be one and says nothing of a person: digits alone may be
/// anybody's CPF.
fn given(request: &Request) -> Option<String> {
    let mut values = request.headers().get_all(&REQUEST_ID).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return None;
    };
    let text = value.to_str().ok()?;
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let lettered = text.bytes().any(|byte| byte.is_ascii_alphabetic());
    ((REQUEST_ID_CHARS_MIN..=REQUEST_ID_CHARS_MAX).contains(&text.len()) && plain && lettered)
        .then(|| text.to_owned())
}

/// Notes in the log which package the request under way is about.
pub fn about_package(id: PackageId) {
    tracing::Span::current().record("package", tracing::field::display(id));
}

/// A method as figures have it: what a stranger makes up is no label.
fn method_word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// Bounds the headers and the time.
async fn bound(request: Request, next: Next) -> Response {
    let line = request.uri().path().len() + request.uri().query().map_or(0, str::len);
    let headers: usize =
        request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if line + headers > HEADERS_BYTES_MAX {
        return Failure::from(ProblemCode::HeadersTooLarge).into_response();
    }
    match tokio::time::timeout(REQUEST_DEADLINE, next.run(request)).await {
        Ok(response) => response,
        Err(_) => unanswered().into_response(),
    }
}

/// A bug. It is logged where it happened; the customer is told to come back.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    tracing::error!("a request ended by a bug");
    unanswered().into_response()
}

/// The network that a request comes from.
pub struct PeerAddress(pub IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for PeerAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let connected = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let address = connected.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |info| info.0.ip());
        Ok(Self(network_of(address)))
    }
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::routing::get;
    use shared::api::problem::Problem;
    use tower::Service as _;

    use super::*;

    /// Whoever orders takes "overloaded" for "turned away", forgets the order and may order anew.
    #[tokio::test]
    async fn a_request_that_was_given_up_half_way_is_not_told_as_turned_away() {
        async fn breaks() -> Response {
            panic!("after the order was queued");
        }
        let mut routes = bounded(Router::new().route("/", get(breaks)), Metrics::default());
        let response = routes.call(Request::new(Body::empty())).await.unwrap();
        let body = to_bytes(response.into_body(), HEADERS_BYTES_MAX).await.unwrap();
        let problem: Problem = serde_json::from_slice(&body).unwrap();
        assert_eq!(problem.code, ProblemCode::BankUnavailable);
        assert!(problem.package.is_none());
    }

    #[rstest::rstest]
    #[case(&["019a8c5e-0000-7000-8000-000000000001"], true)]
    #[case(&["checkout_42"], true)]
    #[case(&["short-1"], false)]
    #[case(&["52998224725"], false)]
    #[case(&["529-982-247-25"], false)]
    #[case(&["ana souza 1"], false)]
    #[case(&["abcdefgh\"}"], false)]
    #[case(&["0123456789abcdef", "0123456789abcdef"], false)]
    #[case(&[], false)]
    #[tokio::test]
    async fn an_id_that_the_caller_gives_is_taken_if_it_can_be_one(
        #[case] given: &[&str],
        #[case] taken: bool,
    ) {
        let mut routes = bounded(Router::new().route("/", get(async || ())), Metrics::default());
        let mut request = Request::new(Body::empty());
        for id in given {
            request.headers_mut().append(&REQUEST_ID, id.parse().unwrap());
        }
        let response = routes.call(request).await.unwrap();
        let answered = response.headers()[&REQUEST_ID].to_str().unwrap();
        assert_eq!(given.contains(&answered), taken, "{answered}");
        assert!(taken || answered.len() == 16, "{answered}");
    }
}
