//! The operators' interfaces: what is asked for each row of the page, by socket or by their address.

use reqwest::Method;
use serde_json::json;

use super::customers::{Ask, with_body};
use super::stage::{HOME, Stage};
use super::table::Row;
use crate::world::{Answer, number};

/// Whether a row's operation is asked for by the socket.
pub fn by_socket(row: &Row) -> bool {
    row.path().starts_with("/admin/")
}

pub fn ask(stage: &Stage, row: &Row) -> Ask {
    let customer = &stage.person("stranger").cpf;
    // What closes has to be empty; what is frozen stays so in between.
    let account = number(&stage.joint);
    let account = stage.kept("empty").map_or(account.to_owned(), |empty| number(&empty).to_owned());
    let path = row.path().replace("{number}", &account).replace("{customer}", customer);
    let path = path.replace("{id}", &stage.package);
    let body = match row.operation.as_str() {
        "PUT /admin/v1/log-level" => Some(json!({ "filter": "error" })),
        "PUT /admin/v1/decisions" => Some(json!({ "attempt": "aurora.1.1", "decision": "commit" })),
        _ => None,
    };
    let method: Method = row.method().parse().expect("a method");
    Ask { method, path, body, subject: None }
}

/// An operator asks.
pub async fn send(stage: &Stage, row: &Row, ask: &Ask) -> Answer {
    let request = if by_socket(row) {
        stage.operators.request(ask.method.clone(), format!("http://bank{}", ask.path))
    } else {
        stage.world.http.request(ask.method.clone(), stage.operators_address(&ask.path))
    };
    stage.ask(with_body(request, ask)).await
}

/// Somebody else asks, wherever they may reach.
pub async fn send_elsewhere(
    stage: &Stage,
    row: &Row,
    ask: &Ask,
    headers: axum::http::HeaderMap,
    bank: usize,
    token: Option<&str>,
) -> Vec<Answer> {
    let request = stage.world.request(ask.method.clone(), bank, &ask.path, token).headers(headers.clone());
    let mut answers = vec![stage.ask(with_body(request, ask)).await];
    if by_socket(row) && bank == HOME {
        let request = stage.world.http.request(ask.method.clone(), stage.operators_address(&ask.path));
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        answers.push(stage.ask(with_body(request.headers(headers), ask)).await);
    }
    answers
}
