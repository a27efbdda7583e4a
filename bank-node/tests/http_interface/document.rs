//! Every answer that these tests get is held against the OpenAPI document: its status, its media type, its body, and that
//! it says nothing that the document does not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use reqwest::Method;
use serde_json::{Map, Value, json};
use shared::api::paths;

use super::world::Answer;

/// The document, with what has been seen of it.
pub struct Document {
    /// As it is served.
    pub whole: Value,
    seen: Mutex<BTreeSet<(String, u16)>>,
    /// Made when they are first needed.
    validators: Mutex<BTreeMap<String, jsonschema::Validator>>,
}

/// What a bank was asked.
pub struct Asked {
    method: Method,
    path: String,
    body: Option<Value>,
}

impl Asked {
    pub fn by(request: &reqwest::Request) -> Self {
        let bytes = request.body().and_then(reqwest::Body::as_bytes);
        Self {
            method: request.method().clone(),
            path: request.url().path().to_owned(),
            body: bytes.and_then(|bytes| serde_json::from_slice(bytes).ok()),
        }
    }
}

impl Default for Document {
    fn default() -> Self {
        Self {
            whole: bank_node::http::openapi::document(),
            seen: Mutex::default(),
            validators: Mutex::default(),
        }
    }
}

impl Document {
    /// Every operation: its method, its path, and what the document says of it.
    pub fn operations(&self) -> impl Iterator<Item = (&str, &str, &Value)> {
        let paths = self.whole["paths"].as_object().expect("paths");
        paths.iter().flat_map(|(path, item)| {
            let methods = item.as_object().expect("methods");
            methods.iter().map(move |(method, operation)| (method.as_str(), path.as_str(), operation))
        })
    }

    /// The operation that a request asks for, by its name; literal parts before those that vary.
    fn operation(&self, asked: &Asked) -> Option<(&str, &Value)> {
        let fits = |path: &str| {
            let parts = || path.split('/').zip(asked.path.split('/'));
            path.split('/').count() == asked.path.split('/').count()
                && parts().all(|(pattern, part)| pattern == part || pattern.starts_with('{'))
        };
        let literals = |path: &str| path.split('/').map(|part| !part.starts_with('{')).collect::<Vec<_>>();
        let path = self
            .operations()
            .map(|(_, path, _)| path)
            .filter(|path| fits(path))
            .max_by_key(|path| literals(path))?;
        let item = &self.whole["paths"][path][asked.method.as_str().to_ascii_lowercase()];
        Some((item["operationId"].as_str()?, item))
    }

    /// Holds an answer against the document.
    #[track_caller]
    pub fn hold(&self, asked: &Asked, answer: &Answer) {
        let status = answer.status.as_u16();
        let Some((name, operation)) = self.operation(asked) else {
            let code = answer.code();
            assert!(
                ["not_found", "method_not_allowed", "headers_too_large"].contains(&code.as_str())
                    || asked.path.starts_with("/interbank/"),
                "{} {} is not documented, and is answered {status} {code}",
                asked.method,
                asked.path
            );
            return;
        };
        let response = &operation["responses"][status.to_string()];
        assert!(
            response.is_object(),
            "{name} answers {status}, which the document does not have: {}",
            answer.body
        );
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert((name.to_owned(), status));
        match response.get("content").and_then(Value::as_object) {
            None => assert!(answer.body.is_null(), "{name} answers {status} with a body"),
            Some(content) => {
                let media_type = answer.headers["content-type"].to_str().expect("text");
                let schema = content.get(media_type).unwrap_or_else(|| panic!("{name}: {media_type}"));
                self.hold_value(&format!("{name} {status}"), &schema["schema"], &answer.body);
            }
        }
        // A body that nobody asked for is nobody's to read.
        let wanted = operation.pointer("/requestBody/content/application~1json/schema");
        if answer.status.is_success()
            && let (Some(schema), Some(body)) = (wanted, &asked.body)
        {
            self.hold_value(&format!("{name} is asked"), schema, body);
        }
    }

    /// Whether a schema of the document allows `value`.
    #[allow(dead_code, reason = "asked by whoever makes requests of the document")]
    pub fn allows(&self, schema: &Value, value: &Value) -> bool {
        let mut validators = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        validators.entry(schema.to_string()).or_insert_with(|| self.validator(schema)).is_valid(value)
    }

    /// Holds `value` against a schema of the document, in which no object has a field that is not named.
    #[track_caller]
    pub fn hold_value(&self, what: &str, schema: &Value, value: &Value) {
        let mut validators = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        let validator = validators.entry(what.to_owned()).or_insert_with(|| self.validator(schema));
        let errors: Vec<String> = validator
            .iter_errors(value)
            .map(|error| format!("{} at {}", error, error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{what}: not as the document says: {errors:#?}\n{value:#}");
    }

    fn validator(&self, schema: &Value) -> jsonschema::Validator {
        let mut components = self.whole["components"].clone();
        for schema in components["schemas"].as_object_mut().expect("schemas").values_mut() {
            close(schema);
        }
        let whole = json!({ "allOf": [schema], "components": components });
        jsonschema::options().should_validate_formats(true).build(&whole).expect("a sound schema")
    }

    /// The names of the operations that have answered well.
    pub fn answered_well(&self) -> BTreeSet<String> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.iter().filter(|(_, status)| *status < 300).map(|(name, _)| name.clone()).collect()
    }

    /// The schema of an event's data.
    pub fn event(&self, name: &str) -> &Value {
        &self.whole["paths"][paths::EVENTS]["get"]["x-events"][name]
    }
}

fn close(schema: &mut Value) {
    let Some(object) = schema.as_object_mut() else { return };
    if object.get("type").is_some_and(|kind| kind == "object") {
        object.insert("additionalProperties".to_owned(), json!(false));
    }
    for inner in object.get_mut("oneOf").and_then(Value::as_array_mut).into_iter().flatten() {
        close(inner);
    }
}

/// Every reference in `value`.
pub fn references(value: &Value) -> Vec<&str> {
    let own = value.get("$ref").and_then(Value::as_str);
    let inner: Vec<&Value> = match value {
        Value::Object(object) => Map::values(object).collect(),
        Value::Array(values) => values.iter().collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    own.into_iter().chain(inner.into_iter().flat_map(references)).collect()
}
