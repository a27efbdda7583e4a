//! What can be wrong with a request: every way to spoil a right body, path, query or header.

use bank_node::simulation::chance::Chance;
use serde_json::{Value, json};

/// A body that is wrong, in bytes, and what is wrong with it.
pub struct Body {
    pub what: String,
    pub bytes: Vec<u8>,
    /// What it says as JSON, where it is JSON with no key twice. The document may allow it all the same.
    pub value: Option<Value>,
}

impl Body {
    fn of(what: impl Into<String>, value: Value) -> Self {
        Self { what: what.into(), bytes: value.to_string().into_bytes(), value: Some(value) }
    }

    fn text(what: impl Into<String>, text: impl Into<Vec<u8>>) -> Self {
        Self { what: what.into(), bytes: text.into(), value: None }
    }
}

/// Every body that `right` becomes by one thing wrong with it. `checked` are the texts whose last digit checks the others.
pub fn bodies(right: &Value, checked: &[String], chance: &mut Chance) -> Vec<Body> {
    let mut bodies = Vec::new();
    for place in places(right) {
        let old = right.pointer(&place).expect("a place of it");
        for (what, value) in instead(old, checked) {
            bodies.push(Body::of(format!("{what} at {place}"), with(right, &place, value)));
        }
        for (what, text) in raw() {
            let marked = with(right, &place, json!("\u{1}here\u{1}")).to_string();
            bodies.push(Body::text(
                format!("{what} at {place}"),
                marked.replace(r#""\u0001here\u0001""#, &text),
            ));
        }
        if let Some(object) = old.as_object() {
            for key in object.keys() {
                let mut less = object.clone();
                less.remove(key);
                bodies
                    .push(Body::of(format!("no {key} at {place}"), with(right, &place, Value::Object(less))));
                let twice =
                    format!("{},{}:{}}}", old.to_string().trim_end_matches('}'), json!(key), object[key]);
                let marked = with(right, &place, json!("\u{1}here\u{1}")).to_string();
                let text = marked.replace(r#""\u0001here\u0001""#, &twice);
                bodies.push(Body::text(format!("{key} twice at {place}"), text));
            }
            for key in ["admin", "", "__proto__", "balance", "amount\u{0}", "\u{202e}amount"] {
                let mut more = object.clone();
                more.insert(key.to_owned(), json!(1));
                bodies.push(Body::of(
                    format!("{key:?} added at {place}"),
                    with(right, &place, Value::Object(more)),
                ));
            }
        }
    }
    bodies.extend(whole(&right.to_string(), chance));
    bodies
}

/// The path of every value in `value`, itself first.
fn places(value: &Value) -> Vec<String> {
    let mut found = vec![String::new()];
    match value {
        Value::Object(object) => {
            for (key, inner) in object {
                found.extend(places(inner).into_iter().map(|place| format!("/{key}{place}")));
            }
        }
        Value::Array(values) => {
            for (index, inner) in values.iter().enumerate() {
                found.extend(places(inner).into_iter().map(|place| format!("/{index}{place}")));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    found
}

fn with(right: &Value, place: &str, value: Value) -> Value {
    let mut spoilt = right.clone();
    *spoilt.pointer_mut(place).expect("a place of it") = value;
    spoilt
}

/// What may stand in a value's stead, and be JSON.
fn instead(old: &Value, checked: &[String]) -> Vec<(&'static str, Value)> {
    let mut deep = json!(1);
    for _ in 0..100 {
        deep = json!([deep]);
    }
    let mut values = vec![
        ("null", Value::Null),
        ("true", json!(true)),
        ("0", json!(0)),
        ("a negative number", json!(-1)),
        ("a fraction", json!(1.5)),
        ("a whole fraction", json!(100.0)),
        ("the largest i64", json!(i64::MAX)),
        ("the smallest i64", json!(i64::MIN)),
        ("the largest u64", json!(u64::MAX)),
        ("a large float", json!(1e300)),
        ("no text", json!("")),
        ("blanks", json!("   ")),
        ("a number as text", json!("1")),
        ("a NUL", json!("a\u{0}b")),
        ("letters that turn", json!("\u{202e}\u{200b}\u{feff}")),
        ("a quote", json!("'; DROP TABLE posting; --")),
        ("a path", json!("../../../../etc/passwd")),
        ("a long text", json!("x".repeat(5_000))),
        ("a longer text", json!("é".repeat(20_000))),
        ("no list", json!([])),
        ("a list", json!([1])),
        ("a long list", json!(vec![1; 10_000])),
        ("no object", json!({})),
        ("an object", json!({ "a": 1 })),
        ("much depth", deep),
    ];
    if let Some(text) = old.as_str() {
        values.push(("itself twice", json!(format!("{text}{text}"))));
        values.push(("itself in a list", json!([text])));
        let last = text.chars().last().filter(|_| checked.iter().any(|known| known == text));
        if let Some(digit) = last.and_then(|last| last.to_digit(10)) {
            let other = format!("{}{}", &text[..text.len() - 1], (digit + 1) % 10);
            values.push(("another check digit", json!(other)));
        }
    }
    values
}

/// What may stand in a value's stead and is no JSON, or not JSON that everybody reads alike.
fn raw() -> Vec<(&'static str, String)> {
    [
        ("NaN", "NaN"),
        ("infinity", "-Infinity"),
        ("too large a float", "1e999"),
        ("a hexadecimal", "0x10"),
        ("a plus", "+1"),
        ("a leading zero", "01"),
        ("an underscore", "1_000"),
        ("half a surrogate", r#""\ud800""#),
        ("a wrong escape", r#""\x41""#),
        ("an open text", r#""open"#),
        ("a control character", "\"a\u{7}b\""),
        ("single quotes", "'x'"),
        ("nothing", ""),
        ("a comment", "1 /* one */"),
        ("undefined", "undefined"),
    ]
    .map(|(what, text)| (what, text.to_owned()))
    .into()
}

/// What can be wrong with a body as a whole.
fn whole(right: &str, chance: &mut Chance) -> Vec<Body> {
    let bytes = right.as_bytes();
    let mut bodies = vec![
        Body::text("nothing", ""),
        Body::text("blanks", " \r\n\t"),
        Body::text("a byte order mark", format!("\u{feff}{right}")),
        Body::text("itself twice", format!("{right}{right}")),
        Body::text("something behind it", format!("{right} x")),
        Body::text("a comma behind it", format!("{right},")),
        Body::text("UTF-16", right.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()),
        Body::text("a form", "cpf=52998224725&password=segredo-123"),
        Body::text("XML", "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"),
        Body::text("lists without end", "[".repeat(60_000)),
        Body::text("objects without end", r#"{"a":"#.repeat(12_000)),
        Body::text("deep lists", format!("{}{}", "[".repeat(30_000), "]".repeat(30_000))),
        Body::text("larger than may be", format!("{right}{}", " ".repeat(70_000))),
    ];
    for _ in 0..6 {
        let cut = chance.place(bytes.len());
        bodies.push(Body::text(format!("cut at {cut}"), &bytes[..cut]));
        let mut wrong = bytes.to_vec();
        wrong.insert(cut, *chance.pick(&[0xff, 0xc0, 0xfe, 0x80]));
        bodies.push(Body::text(format!("no UTF-8 at {cut}"), wrong));
    }
    bodies
}

/// What stands in a path for a part that varies and is no such part.
pub const PARTS: [&str; 24] = [
    "0",
    "-1",
    "1001",
    "1001-0",
    "10014-",
    "%00",
    "%FF",
    "%C3%28",
    "%2e%2e%2f",
    "%252e",
    "null",
    "undefined",
    "*",
    "'",
    "a%20b",
    "%E2%80%AE",
    "%F0%9F%92%B8",
    "019a8c5e-0000-7000-8000-00000000000",
    "019a8c5e0000700080000000000000010000",
    "{019a8c5e-0000-7000-8000-000000000001}",
    "urn:uuid:019a8c5e-0000-7000-8000-000000000001",
    "99999999999999999999-9",
    "٣٣٣٣-٣",
    "1001-4;1001-4",
];

/// Queries that no path takes.
pub const QUERIES: [&str; 22] = [
    "x",
    "x=1",
    "limit=0",
    "limit=101",
    "limit=-1",
    "limit=1.5",
    "limit=",
    "limit=1&limit=2",
    "limit=%00",
    "limit=18446744073709551616",
    "limit=+1",
    "limit=1%20",
    "before=-1",
    "before=x",
    "before=",
    "before=1&before=1",
    "before=99999999999999999999999",
    "scope=world",
    "scope=",
    "scope=bank&scope=bank",
    "%FF=%FF",
    "limit[]=1",
];

/// Media types that are not the one.
pub const MEDIA_TYPES: [&str; 9] = [
    "text/plain",
    "text/json",
    "application/jsonp",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/xml",
    "application/json; charset=utf-16",
    "application/json, text/plain",
    "",
];

/// What stands in `authorization` and opens nothing; `TOKEN` is one that would.
pub const AUTHORIZATIONS: [&str; 12] = [
    "",
    "Bearer",
    "Bearer ",
    "TOKEN",
    "Basic TOKEN",
    "Bearer TOKENx",
    "Bearer TOKEN TOKEN",
    "Bearer TOKEN, Bearer TOKEN",
    "Bearer \"TOKEN\"",
    "Token TOKEN",
    "Bearer null",
    "Bearer eyJhbGciOiJub25lIn0.e30.",
];
