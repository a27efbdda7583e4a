//! The customers' interface: what is asked for each row of the page, and by whom with right.

use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::stage::{Stage, Who};
use super::table::Row;
use crate::world::{Answer, PASSWORD, number, package};

/// A request as it goes out, and what its answer names when it tells of what is Ana's.
#[derive(Clone, Debug)]
pub struct Ask {
    pub method: Method,
    pub path: String,
    pub body: Option<Value>,
    pub subject: Option<String>,
}

/// Who may ask for what a row is about.
pub fn entitled(row: &Row) -> &'static str {
    if row.path().starts_with("/v1/invitations") { "invited" } else { "owner" }
}

/// What `who` asks in this row. What it takes is made for it, and stays as it is until somebody has used it.
pub async fn ask(stage: &Stage, row: &Row, column: &str, who: &mut Who) -> Ask {
    let joint = stage.joint.as_str();
    let own = number(joint);
    let mut subject = None;
    let mut path = row.path().replace("{bank}", "aurora");
    let mut body = None;
    match (row.operation.as_str(), row.variant.as_str()) {
        (
            "GET /v1/bank"
            | "GET /v1/consortium"
            | "GET /openapi.json"
            | "GET /v1/customers/me"
            | "GET /v1/payees/{bank}/{number}",
            "",
        ) => {}
        ("POST /v1/customers", "") => {
            body = Some(json!({ "cpf": stage.new_cpf(), "name": "Gil Prado", "password": PASSWORD }));
        }
        ("PATCH /v1/customers/me", "the name") => {
            let letter = |place: u64| char::from(b'a' + u8::try_from(place % 26).expect("a letter"));
            let count = stage.number();
            body = Some(json!({ "name": format!("Nome {}{}", letter(count / 26), letter(count)) }));
        }
        ("PATCH /v1/customers/me", "the password") => {
            body = Some(json!({ "password": { "current": who.password, "new": PASSWORD } }));
        }
        ("POST /v1/sessions", _) => body = Some(json!({ "cpf": who.cpf, "password": who.password })),
        ("GET /v1/sessions", "") => subject = Some(another_session(stage).await),
        ("DELETE /v1/sessions/current", "") => {
            if !matches!(column, "nobody" | "reset" | "foreign" | "operator" | "member" | "no member") {
                who.token = Some(stage.world.log_in(who.bank, &who.cpf).await);
            }
        }
        ("DELETE /v1/sessions/{id}", "") => path = path.replace("{id}", &another_session(stage).await),
        ("POST /v1/accounts", "") => body = Some(stage.company()),
        ("GET /v1/accounts", "of the consortium") => {
            path.push_str("?scope=consortium");
            subject = Some(joint.to_owned());
        }
        (
            "GET /v1/accounts"
            | "GET /v1/accounts/{number}"
            | "GET /v1/accounts/{bank}/{number}"
            | "GET /v1/invitations",
            "",
        ) => subject = Some(joint.to_owned()),
        ("GET /v1/accounts/{number}/statement" | "GET /v1/accounts/{bank}/{number}/statement", "") => {
            subject = Some(stage.package.clone());
        }
        ("POST /v1/accounts/{number}/close", "") => {
            path = path.replace("{number}", number(&made_joint(stage, true).await));
        }
        ("POST /v1/invitations/{number}/accept" | "POST /v1/invitations/{number}/decline", "") => {
            path = path.replace("{number}", number(&made_joint(stage, true).await));
        }
        ("GET /v1/packages", "") => subject = Some(stage.package.clone()),
        ("GET /v1/packages/{id}", "") => {
            path = path.replace("{id}", &stage.package);
            subject = Some(stage.package.clone());
        }
        ("PUT /v1/packages/{id}", "paying into the account") => {
            path = path.replace("{id}", &package());
            body = Some(json!({ "legs": [{ "to": joint, "amount": 10 }] }));
        }
        ("PUT /v1/packages/{id}", "paying out of it") => {
            path = path.replace("{id}", &package());
            body = Some(pay_out(stage, joint).await);
        }
        ("PUT /v1/packages/{id}", "under the id of the owner's package") => {
            let id = package();
            let legs = json!([{ "to": joint, "amount": 1 }]);
            stage.world.order(stage.person("owner"), &id, legs.clone()).await.expect(201);
            path = path.replace("{id}", &id);
            body = Some(json!({ "legs": legs }));
        }
        ("POST /v1/packages/preview", "paying out of it") => body = Some(pay_out(stage, joint).await),
        ("POST /v1/consents", "") => {
            let customer = package();
            body = Some(json!({ "bank": "cerrado", "customer": customer, "permissions": ["view"] }));
        }
        ("GET /v1/consents", "") => subject = Some(stage.consent.clone()),
        ("DELETE /v1/consents/{id}", "") => {
            let consent = match stage.kept("consent") {
                Some(consent) => consent,
                None => stage.give_consent("cerrado", &package()).await,
            };
            stage.keep("consent", &consent);
            path = path.replace("{id}", &consent);
        }
        ("GET /v1/events", "") => {
            subject = Some(format!("event: account\ndata: {{\"account\":\"{joint}\""));
        }
        (operation, variant) => panic!("nobody knows how to ask for {operation} {variant}"),
    }
    let method = row.method().parse().expect("a method");
    Ask { method, path: path.replace("{number}", own), body, subject }
}

/// The same with one character changed in what proves who asks.
pub fn alter(ask: &mut Ask, who: &mut Who) {
    let other = |text: &str| {
        let mut characters: Vec<char> = text.chars().collect();
        let middle = characters.len() / 2;
        characters[middle] = if characters[middle] == 'x' { 'y' } else { 'x' };
        characters.into_iter().collect::<String>()
    };
    who.token = who.token.as_deref().map(other);
    if ask.path == "/v1/sessions"
        && let Some(body) = &mut ask.body
    {
        body["password"] = json!(other(&who.password));
    }
}

/// Asks as `who`.
pub async fn send(stage: &Stage, ask: &Ask, who: &Who) -> Answer {
    let request = stage.world.request(ask.method.clone(), who.bank, &ask.path, who.token.as_deref());
    let request = with_body(request, ask);
    if ask.path == "/v1/events" { first_events(request).await } else { stage.world.send(request).await }
}

pub fn with_body(request: RequestBuilder, ask: &Ask) -> RequestBuilder {
    match &ask.body {
        Some(body) => request.json(body),
        None => request,
    }
}

/// An answer as a cell of the page says it.
pub fn said(ask: &Ask, answer: &Answer) -> String {
    let status = answer.status.as_u16();
    let text = match &answer.body {
        Value::String(text) => text.clone(),
        body => body.to_string(),
    };
    let hidden = ask.subject.as_ref().is_some_and(|subject| !text.contains(subject));
    let refusal =
        ["/refusals/0/code", "/legs/0/refusal/code"].iter().find_map(|at| answer.body.pointer(at)?.as_str());
    let code = match (answer.body["code"].as_str(), answer.body.pointer("/errors/0/code")) {
        (Some(_), Some(field)) => field.as_str(),
        (code, _) => code,
    };
    let plain = |code: &str| {
        matches!(
            (status, code),
            (400, "malformed_path")
                | (401, "unauthenticated")
                | (403, "password_change_required")
                | (404, "not_found")
        )
    };
    match refusal.or(code) {
        Some(code) if !plain(code) => format!("{status} {code}"),
        Some(_) => status.to_string(),
        None if hidden => format!("{status} own"),
        None => status.to_string(),
    }
}

async fn another_session(stage: &Stage) -> String {
    if let Some(session) = stage.kept("session") {
        return session;
    }
    let owner = stage.person("owner");
    stage.world.log_in(owner.bank, &owner.cpf).await;
    let sessions = stage.world.get(owner, "/v1/sessions").await.expect(200);
    let sessions = sessions["sessions"].as_array().expect("sessions");
    let other = sessions.iter().find(|session| session["current"] == false).expect("another session");
    let session = other["id"].as_str().expect("an id").to_owned();
    stage.keep("session", &session);
    session
}

async fn made_joint(stage: &Stage, accepted: bool) -> String {
    let joint = match stage.kept("joint") {
        Some(joint) => joint,
        None => stage.open_joint(accepted).await,
    };
    stage.keep("joint", &joint);
    joint
}

/// From the joint account to one of a stranger's.
async fn pay_out(stage: &Stage, joint: &str) -> Value {
    let payee = match stage.kept("payee") {
        Some(payee) => payee,
        None => {
            let opened = stage.world.post(stage.person("stranger"), "/v1/accounts", stage.company()).await;
            opened.expect(201)["account"].as_str().expect("an account").to_owned()
        }
    };
    stage.keep("payee", &payee);
    json!({ "legs": [{ "from": joint, "to": payee, "amount": 10 }] })
}

/// A stream up to the invitations, which end the account events of the present state; else the whole answer.
async fn first_events(request: RequestBuilder) -> Answer {
    let mut response = request.send().await.expect("an answer");
    let (status, headers) = (response.status(), response.headers().clone());
    let mut text = String::new();
    while !(status == 200 && text.contains("event: invitations")) {
        let chunk = tokio::time::timeout(Duration::from_secs(10), response.chunk()).await;
        match chunk.expect("in time").expect("sound") {
            Some(chunk) => text.push_str(&String::from_utf8_lossy(&chunk)),
            None => break,
        }
    }
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Answer { status, headers, body }
}
