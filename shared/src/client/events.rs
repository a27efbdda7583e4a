//! A bank's event stream: opened once, read event by event, and ended at the first silence or fault.
//!
//! It never comes back by itself: whoever follows it opens the next one with the last id, when they see fit.

use std::collections::VecDeque;
use std::time::Duration;

use reqwest::header::{ACCEPT, HeaderValue};
use reqwest::{Method, Response, StatusCode};

use super::connection::{ANSWER_BYTES_MAX, BankClient, garbage, read_whole};
use super::error::ClientError;
use super::token::Token;
use crate::api::events::{BankEvent, EVENTS_MEDIA_TYPE};
use crate::api::paths;
use crate::limits::EVENT_HEARTBEAT_S;

/// How long a stream may be silent before it counts as broken: two of the bank's signs of life, and some.
const SILENCE_MAX: Duration = Duration::from_secs(EVENT_HEARTBEAT_S * 2 + 5);
/// The request's own deadline has to be longer than any stream is read.
const AS_LONG_AS_IT_LASTS: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// An id of an event, in bytes: it goes back in a header.
const ID_BYTES_MAX: usize = 256;

/// An open stream.
#[derive(Debug)]
pub struct EventStream {
    response: Response,
    status: StatusCode,
    lines: Lines,
    event: Unfinished,
    last_id: Option<String>,
}

impl BankClient {
    /// `GET /v1/events`: what changes for the customer from now on, after `last_id` if the bank still knows it, else
    /// beginning with the present state.
    ///
    /// # Errors
    /// As [`ClientError`] says.
    pub async fn events(&self, token: &Token, last_id: Option<&str>) -> Result<EventStream, ClientError> {
        let mut request = self.request(Method::GET, paths::EVENTS, Some(token)).await?;
        request = request.header(ACCEPT, EVENTS_MEDIA_TYPE).timeout(AS_LONG_AS_IT_LASTS);
        if let Some(id) = last_id.and_then(|id| HeaderValue::from_str(id).ok()) {
            request = request.header("last-event-id", id);
        }
        let opening = tokio::time::timeout(self.deadlines().whole, request.send());
        let response = opening.await.map_err(|_| silent())??;
        let status = response.status();
        if status != StatusCode::OK {
            return Err(read_whole(response).await?.into_error());
        }
        let media_type = response.headers().get(reqwest::header::CONTENT_TYPE);
        let is_stream =
            media_type.is_some_and(|value| value.as_bytes().starts_with(EVENTS_MEDIA_TYPE.as_bytes()));
        if !is_stream {
            return Err(garbage(status, "not an event stream".to_owned()));
        }
        let (lines, event) = (Lines::default(), Unfinished::default());
        Ok(EventStream { response, status, lines, event, last_id: last_id.map(str::to_owned) })
    }
}

impl EventStream {
    /// The next event; `None` when the bank has ended the stream. Events of a later version are passed over.
    ///
    /// To be awaited to its end: one that is dropped may lose what it had read.
    ///
    /// # Errors
    /// As [`ClientError`] says; the stream is of no more use then.
    pub async fn next(&mut self) -> Result<Option<BankEvent>, ClientError> {
        loop {
            while let Some(line) = self.lines.next() {
                if let Some(event) = self.take(&line)? {
                    return Ok(Some(event));
                }
            }
            let chunk = tokio::time::timeout(SILENCE_MAX, self.response.chunk());
            match chunk.await.map_err(|_| silent())?? {
                Some(chunk) => self.lines.push(&chunk).map_err(|()| self.garbage("an event without end"))?,
                None => return Ok(None),
            }
        }
    }

    /// The id up to which everything was told: what the next stream begins after.
    #[must_use]
    pub fn last_id(&self) -> Option<&str> {
        self.last_id.as_deref()
    }

    fn take(&mut self, line: &str) -> Result<Option<BankEvent>, ClientError> {
        if line.is_empty() {
            let Unfinished { name, data, id } = std::mem::take(&mut self.event);
            // Only now: an event that was cut short is not told yet.
            if id.is_some() {
                self.last_id = id;
            }
            if data.is_empty() {
                return Ok(None);
            }
            let event = BankEvent::parse(&name, &data);
            return event.map_err(|error| self.garbage(&error.to_string()));
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.event.name),
            "data" => {
                if !self.event.data.is_empty() {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            "id" if value.len() <= ID_BYTES_MAX => self.event.id = Some(value.to_owned()),
            // A comment, a field of a later version, or when to come back, which the caller knows better.
            _ => {}
        }
        Ok(None)
    }

    fn garbage(&self, what: &str) -> ClientError {
        garbage(self.status, what.to_owned())
    }
}

fn silent() -> ClientError {
    ClientError::OutcomeUnknown { detail: "the stream has gone silent".to_owned() }
}

#[derive(Debug, Default)]
struct Unfinished {
    name: String,
    data: String,
    id: Option<String>,
}

/// Bytes as lines, however they were cut on the way.
#[derive(Debug, Default)]
struct Lines {
    whole: VecDeque<String>,
    rest: Vec<u8>,
}

impl Lines {
    /// Fails when a line is longer than any answer may be.
    fn push(&mut self, bytes: &[u8]) -> Result<(), ()> {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.rest.extend_from_slice(piece);
            if self.rest.len() > ANSWER_BYTES_MAX {
                return Err(());
            }
            if self.rest.ends_with(b"\n") {
                let line = String::from_utf8_lossy(&self.rest);
                self.whole.push_back(line.trim_end_matches(['\r', '\n']).to_owned());
                self.rest.clear();
            }
        }
        Ok(())
    }

    fn next(&mut self) -> Option<String> {
        self.whole.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_whole_however_they_were_cut() {
        let text = "event: account\r\ndata: é\n\n: here\n";
        for cut in 0..text.len() {
            let mut lines = Lines::default();
            lines.push(&text.as_bytes()[..cut]).unwrap();
            lines.push(&text.as_bytes()[cut..]).unwrap();
            let read: Vec<String> = std::iter::from_fn(|| lines.next()).collect();
            assert_eq!(read, ["event: account", "data: é", "", ": here"], "cut at {cut}");
        }
        let mut lines = Lines::default();
        assert!(lines.push(&vec![b'x'; ANSWER_BYTES_MAX + 1]).is_err());
    }
}
