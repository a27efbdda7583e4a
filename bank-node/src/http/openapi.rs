//! The interface as an OpenAPI document: made of the handlers and of the types that cross the wire, and completed here
//! with what holds for every operation, so that no handler repeats it.
//!
//! Never here: what a route does. `docs/openapi.json` is this document, and a test holds the two together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};
use shared::account::AccountNumber;
use shared::api::events::AccountEvent;
use shared::api::paths;
use shared::api::problem::{PROBLEM_MEDIA_TYPE, Problem, ProblemCode};
use shared::api::replies::{BankHealth, InvitationsReply, PackageReply};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi, ToSchema};

use super::params::{AccountsScope, Query};
use super::problems::Answer;

/// What stands in the document beside the operations.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "A bank of the consortium",
        version = "1",
        description = "The customers' interface of a bank. Money is an integer of centavos, times are RFC 3339 in UTC, \
                       optional fields are left out and never null. Readers ignore fields that they do not know: names \
                       are added, never changed. Every error is a problem (RFC 9457) with a stable code; an unknown \
                       path is `not_found`, another method `method_not_allowed`, too many connections `overloaded`.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    tags(
        (name = "bank", description = "This bank and the others. No login."),
        (name = "customers", description = "People, by their CPF."),
        (name = "sessions", description = "Log-ins."),
        (name = "accounts", description = "Accounts and what was booked on them."),
        (name = "invitations", description = "Joint and business accounts that one is asked to hold."),
        (name = "payees", description = "Whom one is about to pay."),
        (name = "packages", description = "Transfers between any accounts at any banks, all or nothing."),
        (name = "consents", description = "What another bank may see and debit here."),
        (name = "events", description = "What changes, as it changes."),
    ),
    components(schemas(Problem, AccountNumber, AccountsScope, AccountEvent, BankHealth, InvitationsReply, PackageReply)),
    security(("session" = [])),
    modifiers(&Session)
)]
pub struct Frame;

/// How one says who one is.
struct Session;

impl Modify for Session {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("The token of a log-in: `Authorization: Bearer TOKEN`."))
            .build();
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("session", SecurityScheme::Http(scheme));
    }
}

/// `GET /openapi.json`.
#[utoipa::path(
    get,
    path = paths::OPENAPI,
    tag = "bank",
    summary = "This document",
    security(()),
    responses((status = 200, description = "An OpenAPI 3.1 document.", body = Object)),
)]
pub async fn show_document(query: Query) -> Answer<impl IntoResponse> {
    static TEXT: LazyLock<String> = LazyLock::new(|| document().to_string());
    let [] = query.only([])?;
    Ok(([(CONTENT_TYPE, "application/json")], TEXT.as_str()))
}

/// A page that shows the document to people.
#[cfg(feature = "swagger-ui")]
pub fn page() -> utoipa_swagger_ui::SwaggerUi {
    utoipa_swagger_ui::SwaggerUi::new("/docs").config(utoipa_swagger_ui::Config::from(paths::OPENAPI))
}

/// The schema of the data of each event, by the event's name.
fn schemas_of_events() -> Value {
    json!({
        "package": reference(&PackageReply::name()),
        "account": reference(&AccountEvent::name()),
        "invitations": reference(&InvitationsReply::name()),
        "bank": reference(&BankHealth::name()),
    })
}

/// The whole document.
///
/// # Panics
/// When a handler names a problem that there is not: the tests make it.
#[must_use]
pub fn document() -> Value {
    let made = super::documented_routes().into_openapi();
    // Its types have no map whose keys are not texts, the only thing that JSON cannot say.
    let mut document = serde_json::to_value(made).unwrap_or_default();
    drop_nulls(&mut document);
    close_requests(&mut document);
    document["paths"][paths::EVENTS]["get"]["x-events"] = schemas_of_events();
    for operation in operations(&mut document) {
        tell_problems(operation);
    }
    document
}

/// Optional fields are left out, never null; what is made of an `Option` allows both.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if let Some(Value::Array(types)) = object.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    object.insert("type".to_owned(), only);
                }
            }
            if let Some(Value::Array(either)) = object.get_mut("oneOf") {
                either.retain(|schema| *schema != json!({ "type": "null" }));
                if let [Value::Object(only)] = either.as_slice() {
                    let only = only.clone();
                    object.remove("oneOf");
                    object.extend(only);
                }
            }
            object.values_mut().for_each(drop_nulls);
        }
        Value::Array(values) => values.iter_mut().for_each(drop_nulls),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A field that a request does not have is refused by name, so no schema of a request allows one.
fn close_requests(document: &mut Value) {
    let mut open: Vec<String> = operations(document)
        .filter_map(|operation| operation.get("requestBody"))
        .flat_map(names_in)
        .collect();
    let mut closed = BTreeSet::new();
    while let Some(name) = open.pop() {
        let schema = &mut document["components"]["schemas"][&name];
        if closed.insert(name) {
            open.extend(names_in(schema));
            close(schema);
        }
    }
}

fn close(schema: &mut Value) {
    if schema["type"] == "object" {
        schema["additionalProperties"] = json!(false);
    }
    if let Some(Value::Array(either)) = schema.get_mut("oneOf") {
        either.iter_mut().for_each(close);
    }
}

/// Names of the schemas that are referred to anywhere in `value`.
fn names_in(value: &Value) -> Vec<String> {
    match value {
        Value::Object(object) => {
            let own = object.get("$ref").and_then(Value::as_str);
            let own = own.and_then(|path| path.strip_prefix(SCHEMAS)).map(str::to_owned);
            own.into_iter().chain(object.values().flat_map(names_in)).collect()
        }
        Value::Array(values) => values.iter().flat_map(names_in).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

const SCHEMAS: &str = "#/components/schemas/";

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("{SCHEMAS}{name}") })
}

fn operations(document: &mut Value) -> impl Iterator<Item = &mut Map<String, Value>> {
    let paths = document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut);
    paths.filter_map(Value::as_object_mut).flat_map(Map::values_mut).filter_map(Value::as_object_mut)
}

/// The problems that an operation answers with: those that its handler names, and those that follow from its shape.
fn tell_problems(operation: &mut Map<String, Value>) {
    let named = operation.remove("x-problems").unwrap_or_else(|| json!([]));
    let mut codes: BTreeSet<ProblemCode> = match serde_json::from_value(named) {
        Ok(codes) => codes,
        Err(error) => panic!("bug: {} names a problem that there is not: {error}", operation["operationId"]),
    };
    codes.extend([
        ProblemCode::MalformedQuery,
        ProblemCode::HeadersTooLarge,
        ProblemCode::BankUnavailable,
        ProblemCode::Overloaded,
    ]);
    let is_open = operation.get("security").is_some_and(|security| *security == json!([{}]));
    if !is_open {
        // A session whose password the bank has set does nothing but change it, and end.
        codes.extend([ProblemCode::Unauthenticated, ProblemCode::PasswordChangeRequired]);
    }
    let in_path = |parameter: &Value| parameter["in"] == "path";
    if operation.get("parameters").and_then(Value::as_array).is_some_and(|all| all.iter().any(in_path)) {
        codes.insert(ProblemCode::MalformedPath);
    }
    if operation.contains_key("requestBody") {
        codes.extend([
            ProblemCode::MalformedJson,
            ProblemCode::RequestTimeout,
            ProblemCode::BodyTooLarge,
            ProblemCode::UnsupportedMediaType,
            ProblemCode::InvalidFields,
        ]);
    }
    let mut by_status: BTreeMap<u16, Vec<ProblemCode>> = BTreeMap::new();
    for code in codes {
        by_status.entry(code.status()).or_default().push(code);
    }
    let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
    for (status, codes) in by_status {
        responses.insert(status.to_string(), problem_response(status, &codes));
    }
}

fn problem_response(status: u16, codes: &[ProblemCode]) -> Value {
    let sentences: Vec<String> =
        codes.iter().map(|code| format!("`{}`: {}", code.as_str(), code.title())).collect();
    let codes: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    let schema = json!({
        "allOf": [
            reference(&Problem::name()),
            { "properties": { "status": { "const": status }, "code": { "enum": codes } } },
        ]
    });
    let mut response = json!({
        "description": sentences.join("\n"),
        "content": { PROBLEM_MEDIA_TYPE: { "schema": schema } },
    });
    if matches!(status, 429 | 503) {
        let seconds = json!({ "type": "integer", "minimum": 1 });
        response["headers"] =
            json!({ "Retry-After": { "description": "Whole seconds.", "schema": seconds } });
    }
    response
}
