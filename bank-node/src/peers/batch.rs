//! Reads a batch: one bad message fails alone, never its batch.

use serde::Deserialize;
use serde_json::Value;

use crate::protocol::message::{Batch, BatchHeader, Message};

/// A batch as far as it could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadBatch {
    /// Header and the messages that are well formed, in order.
    pub batch: Batch,
    /// The places, counted from 0, of those that are not. Nothing is answered to them.
    pub bad: Vec<usize>,
}

/// A body that is no batch at all: not JSON, or without a sound header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body is no batch of messages")]
pub struct NoBatch;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Loose {
    header: BatchHeader,
    messages: Vec<Value>,
}

/// Reads `body`.
///
/// # Errors
/// [`NoBatch`].
pub fn read_batch(body: &[u8]) -> Result<ReadBatch, NoBatch> {
    // Nearly always all of it is sound; only then one that is not is looked for.
    if let Ok(batch) = serde_json::from_slice::<Batch>(body) {
        return Ok(ReadBatch { batch, bad: Vec::new() });
    }
    let loose: Loose = serde_json::from_slice(body).map_err(|_| NoBatch)?;
    let mut messages = Vec::new();
    let mut bad = Vec::new();
    for (place, value) in loose.messages.into_iter().enumerate() {
        match serde_json::from_value::<Message>(value) {
            Ok(message) => messages.push(message),
            Err(_) => bad.push(place),
        }
    }
    Ok(ReadBatch { batch: Batch { header: loose.header, messages }, bad })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = r#""header":{"from":"aurora","to":"boreal","epoch":1,"nonce":"00","consortium":1,"clock_ms":0,"low_water":{"epoch":1,"sequence":1}}"#;

    fn batch(messages: &str) -> String {
        format!("{{{HEADER},\"messages\":[{messages}]}}")
    }

    #[test]
    fn one_bad_message_fails_alone() {
        let good = r#"{"type":"ack","attempt":"boreal.1.7","outcome":"committed"}"#;
        let rows = [
            r#"{"type":"nonsense"}"#,
            "7",
            r#"{"type":"ack","attempt":"boreal.1.07","outcome":"committed"}"#,
            r#"{"type":"ack","attempt":"boreal.1.7","outcome":"perhaps"}"#,
            r#"{"type":"ack","attempt":"boreal.1.7","outcome":"committed","more":1}"#,
            r#"{"attempt":"boreal.1.7"}"#,
        ];
        for bad in rows {
            let read = read_batch(batch(&format!("{good},{bad},{good}")).as_bytes()).unwrap();
            assert_eq!(read.bad, [1], "{bad}");
            assert_eq!(read.batch.messages.len(), 2, "{bad}");
        }
    }

    #[test]
    fn what_is_no_batch_is_refused() {
        let deep = "[".repeat(100_000);
        for body in ["", "7", "{}", r#"{"messages":[]}"#, &deep, &batch("").replace("aurora", "AURORA")] {
            assert_eq!(read_batch(body.as_bytes()), Err(NoBatch), "{}", &body[..body.len().min(80)]);
        }
        let invalid = batch("").into_bytes().into_iter().chain([0xff]).collect::<Vec<_>>();
        assert_eq!(read_batch(&invalid), Err(NoBatch));
    }

    proptest::proptest! {
        #[test]
        fn reading_never_panics(body in ".{0,400}", messages in ".{0,200}") {
            let _ = read_batch(body.as_bytes());
            let _ = read_batch(batch(&messages).as_bytes());
        }
    }
}
