//! Right requests, made of the document's own schemas: what is spoilt is right but for the spoiling.

use std::collections::BTreeMap;

use bank_node::simulation::chance::Chance;
use serde_json::{Map, Value, json};

/// What stands for the schemas whose texts no pattern makes right: check digits, and what is there at all.
pub type Known = BTreeMap<&'static str, Vec<String>>;

/// A value that `schema` allows.
pub fn value(document: &Value, schema: &Value, known: &Known, chance: &mut Chance) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or_default();
        if let Some(texts) = known.get(name) {
            return json!(chance.pick(texts));
        }
        let place = reference.strip_prefix('#').expect("a place in the document");
        return value(document, document.pointer(place).expect("a schema"), known, chance);
    }
    if let Some(values) = schema["enum"].as_array() {
        return chance.pick(values).clone();
    }
    if let Some(schemas) = schema["oneOf"].as_array() {
        return value(document, chance.pick(schemas), known, chance);
    }
    match schema["type"].as_str() {
        Some("object") => {
            let required: Vec<&str> =
                schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let mut object = Map::new();
            for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
                if required.contains(&name.as_str()) || chance.permille(600) {
                    object.insert(name.clone(), value(document, schema, known, chance));
                }
            }
            Value::Object(object)
        }
        Some("array") => {
            let least = schema["minItems"].as_u64().unwrap_or(1);
            let count = chance.between(least.max(1), least.max(1) + 2);
            (0..count).map(|_| value(document, &schema["items"], known, chance)).collect()
        }
        Some("integer") => {
            let least = schema["minimum"].as_u64().unwrap_or(0);
            let most = schema["maximum"].as_u64().unwrap_or(1_000_000);
            json!(chance.between(least, most.max(least)))
        }
        Some("string") => match schema["format"].as_str() {
            Some("uuid") => json!(bank_node::ids::package().to_string()),
            Some("date-time") => json!("2099-01-01T00:00:00Z"),
            _ => {
                assert!(schema.get("pattern").is_none(), "nothing is known that is as {schema} says");
                let least = schema["minLength"].as_u64().unwrap_or(0);
                let most = schema["maxLength"].as_u64().unwrap_or(20).min(least + 20);
                let count = chance.between(least, most);
                let letters: String = (0..count)
                    .map(|_| char::from(b'a' + u8::try_from(chance.between(0, 25)).expect("a letter")))
                    .collect();
                json!(letters)
            }
        },
        _ => panic!("nothing is made of {schema}"),
    }
}
