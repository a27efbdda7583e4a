//! Request bodies: declared as JSON, bounded in size and time, read as one JSON value with no key twice.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use futures_util::StreamExt as _;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use shared::api::fields::FromJson;
use shared::api::problem::{Problem, ProblemCode};
use shared::limits::BODY_BYTES_MAX;

use super::problems::Failure;

/// How long a body may take to arrive.
const BODY_DEADLINE: Duration = Duration::from_secs(10);

/// A body that is larger than it may be is read up to here, in bytes.
const DISCARDED_BYTES_MAX: usize = 4 * 1024 * 1024;

/// A JSON body, read as `T`.
pub struct JsonBody<T>(pub T);

impl<T: FromJson, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        if !is_json(request.headers()) {
            return Err(ProblemCode::UnsupportedMediaType.into());
        }
        let bytes = match tokio::time::timeout(BODY_DEADLINE, read_bounded(request.into_body())).await {
            Ok(Ok(bytes)) => bytes,
            Ok(Err(failure)) => return Err(failure),
            Err(_) => return Err(ProblemCode::RequestTimeout.into()),
        };
        let strict: Strict = serde_json::from_slice(&bytes).map_err(|error| {
            // serde's own message may quote the body, and what is in a body stays out of answers and logs.
            let place = format!("at line {}, column {}", error.line(), error.column());
            let detail = if error.is_eof() {
                format!("The body ends too early, {place}.")
            } else {
                format!("The body is not JSON, is nested too deep, or has a key twice, {place}.")
            };
            Problem::new(ProblemCode::MalformedJson).with_detail(detail)
        })?;
        Ok(Self(T::from_json(strict.0)?))
    }
}

/// Whether the one media type declared is JSON's.
fn is_json(headers: &HeaderMap) -> bool {
    let mut declared = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (declared.next(), declared.next()) else {
        return false;
    };
    let Ok(text) = value.to_str() else {
        return false;
    };
    let mut parts = text.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    // JSON is UTF-8; another charset would be read wrongly.
    let utf8 = |parameter: &str| match parameter.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        Some(_) | None => true,
    };
    essence.eq_ignore_ascii_case("application/json") && parts.all(utf8)
}

/// The whole body. What is too large is read on for a while and thrown away: one who is answered in mid-sentence may see
/// the connection cut and never the answer.
async fn read_bounded(body: Body) -> Result<Vec<u8>, Failure> {
    let mut pieces = body.into_data_stream();
    let mut bytes = Vec::new();
    let mut count = 0;
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| {
            Problem::new(ProblemCode::MalformedJson).with_detail("The body did not arrive whole.")
        })?;
        count += piece.len();
        if count > DISCARDED_BYTES_MAX {
            break;
        }
        if count <= BODY_BYTES_MAX {
            bytes.extend_from_slice(&piece);
        }
    }
    if count > BODY_BYTES_MAX { Err(ProblemCode::BodyTooLarge.into()) } else { Ok(bytes) }
}

/// A JSON value in which no object has a key twice: of two amounts, nobody could say which was meant.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Strict(value)) = access.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            let Strict(value) = access.next_value()?;
            if object.insert(key, value).is_some() {
                return Err(serde::de::Error::custom("a key twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(&["application/json"], true)]
    #[case(&["Application/JSON; charset=UTF-8"], true)]
    #[case(&["application/json; charset=\"utf-8\""], true)]
    #[case(&["application/json; charset=latin1"], false)]
    #[case(&["application/json", "application/json"], false)]
    #[case(&["application/json", "text/plain"], false)]
    #[case(&["text/plain"], false)]
    #[case(&["application/jsonx"], false)]
    #[case(&[], false)]
    fn media_types(#[case] types: &[&'static str], #[case] expect: bool) {
        let mut headers = HeaderMap::new();
        for text in types {
            headers.append(header::CONTENT_TYPE, text.parse().unwrap());
        }
        assert_eq!(is_json(&headers), expect);
    }

    #[rstest]
    #[case(r#"{"a":[1,-1,1.5,"x",null,true,{"b":{}}]}"#, true)]
    #[case("18446744073709551616", true)]
    #[case(r#"{"a":1,"a":1}"#, false)]
    #[case(r#"[{"a":{"b":1,"b":2}}]"#, false)]
    #[case("NaN", false)]
    #[case("1e999", false)]
    #[case("{} {}", false)]
    #[case("", false)]
    fn values(#[case] text: &str, #[case] expect: bool) {
        let read = serde_json::from_str::<Strict>(text);
        assert_eq!(read.is_ok(), expect);
        if let Ok(Strict(value)) = read {
            assert_eq!(value, serde_json::from_str::<Value>(text).unwrap());
        }
    }

    #[test]
    fn depth_is_bounded() {
        let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
        assert!(serde_json::from_str::<Strict>(&deep).is_err());
    }
}
