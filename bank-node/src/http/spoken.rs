//! The last word on a connection: what hyper itself answers to a request that it cannot read (an empty 400, 414 or 431),
//! and what it leaves unsaid when headers do not come in time, goes out as a problem body like every other error.
//!
//! Never here: a request that hyper could read; those are answered by the routes.

use std::future::Future;
use std::io::{IoSlice, Result};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Extension;
use axum::http::StatusCode;
use axum::middleware::AddExtension;
use axum_server::accept::Accept;
use futures_util::future::BoxFuture;
use rustls::ServerConfig;
use shared::api::problem::{PROBLEM_MEDIA_TYPE, Problem, ProblemCode};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};
use tower::Layer as _;

use super::doors::{Doors, Place, turned_away};
use super::server::HEADERS_DEADLINE;
use super::wire::{SpokenOver, Wire};

/// How long, and how much in bytes, is read on after the last word: one who is still sending would otherwise see the
/// connection cut and never the answer.
const READ_ON: Duration = Duration::from_secs(1);
const READ_ON_BYTES_MAX: usize = 8 * 1024 * 1024;
/// What a connection over HTTP/2 begins with, in bytes: by then it is known which HTTP is spoken.
const PREFACE_BYTES: usize = 24;

/// Takes connections, in clear or over TLS; small answers leave at once.
#[derive(Clone, Debug)]
pub struct Acceptor {
    doors: Doors,
    stall: Duration,
    tls: Option<Arc<ServerConfig>>,
}

impl Acceptor {
    /// Takes whom `doors` let in; cuts one who takes nothing for as long as `stall`. With `tls`, speaks nothing else.
    #[must_use]
    pub const fn new(doors: Doors, stall: Duration, tls: Option<Arc<ServerConfig>>) -> Self {
        Self { doors, stall, tls }
    }
}

impl<S: Send + 'static> Accept<TcpStream, S> for Acceptor {
    type Stream = Spoken;
    type Service = AddExtension<S, SpokenOver>;
    type Future = BoxFuture<'static, Result<(Self::Stream, Self::Service)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        // The place is taken before the handshake: that is where a connection begins to cost.
        let place = stream.peer_addr().map(|from| self.doors.enter(from.ip()));
        let (stall, tls) = (self.stall, self.tls.clone());
        Box::pin(async move {
            let Some(place) = place? else {
                // Over TLS it would take a handshake to say so, which is what there is no room for.
                if tls.is_none() {
                    let _gone_or_busy = stream.try_write(turned_away().as_bytes());
                }
                return Err(std::io::ErrorKind::ConnectionRefused.into());
            };
            stream.set_nodelay(true)?;
            let wire = Wire::take(stream, tls, HEADERS_DEADLINE).await?;
            let service = Extension(wire.spoken_over()).layer(service);
            let spoken = Spoken {
                inner: wire,
                _place: place,
                last: None,
                heard: Heard::default(),
                first: Some(Box::pin(sleep(HEADERS_DEADLINE))),
                stall,
                stalled: None,
            };
            Ok((spoken, service))
        })
    }
}

/// A connection.
pub struct Spoken {
    inner: Wire,
    _place: Place,
    last: Option<LastWord>,
    heard: Heard,
    /// Until this something must have come.
    first: Option<Pin<Box<Sleep>>>,
    /// How long one may take nothing.
    stall: Duration,
    /// When to give up on one who takes nothing.
    stalled: Option<Pin<Box<Sleep>>>,
}

/// A problem on its way out in place of an empty answer.
struct LastWord {
    bytes: Vec<u8>,
    written: usize,
    read_on: usize,
    until: Pin<Box<Sleep>>,
}

/// The problem to say instead of `answer`, if that is an empty one by hyper itself.
fn instead_of(answer: &[u8]) -> Option<Vec<u8>> {
    let (code, detail) = if answer.starts_with(b"HTTP/1.1 400 ") {
        (ProblemCode::MalformedPath, "The request is not well-formed HTTP.")
    } else if answer.starts_with(b"HTTP/1.1 431 ") || answer.starts_with(b"HTTP/1.1 414 ") {
        (ProblemCode::HeadersTooLarge, ProblemCode::HeadersTooLarge.title())
    } else {
        return None;
    };
    // The routes never answer these with an empty body.
    let head = std::str::from_utf8(answer).ok()?;
    if !head.to_ascii_lowercase().contains("\r\ncontent-length: 0\r\n") {
        return None;
    }
    Some(text_of(code, detail).into_bytes())
}

/// A whole answer that ends its connection.
fn text_of(code: ProblemCode, detail: &str) -> String {
    let body = serde_json::to_string(&Problem::new(code).with_detail(detail)).unwrap_or_default();
    let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::BAD_REQUEST);
    format!(
        "HTTP/1.1 {} {}\r\ncontent-type: {PROBLEM_MEDIA_TYPE}\r\ncontent-length: {}\r\n\
         cache-control: no-store\r\nconnection: close\r\n\r\n{body}",
        status.as_u16(),
        status.canonical_reason().unwrap_or_default(),
        body.len()
    )
}

impl Spoken {
    /// Says the last word, if `answer` calls for one or one is under way; ready with nothing when not.
    fn poll_last_word(&mut self, context: &mut Context<'_>, answer: &[u8]) -> Poll<Result<Option<()>>> {
        if self.last.is_none() {
            let Some(bytes) = instead_of(answer) else { return Poll::Ready(Ok(None)) };
            self.last = Some(LastWord { bytes, written: 0, read_on: 0, until: Box::pin(sleep(READ_ON)) });
        }
        let Some(last) = &mut self.last else { return Poll::Ready(Ok(None)) };
        while last.written < last.bytes.len() {
            let rest = &last.bytes[last.written..];
            match Pin::new(&mut self.inner).poll_write(context, rest) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(std::io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(count)) => last.written += count,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return Poll::Pending,
            }
        }
        // Nothing more will be said; whoever reads the answer to its end sees the end of it.
        if Pin::new(&mut self.inner).poll_shutdown(context).is_pending() {
            return Poll::Pending;
        }
        let mut scratch = [0; 8 * 1024];
        while last.read_on < READ_ON_BYTES_MAX && last.until.as_mut().poll(context).is_pending() {
            let mut buffer = ReadBuf::new(&mut scratch);
            match Pin::new(&mut self.inner).poll_read(context, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => last.read_on += buffer.filled().len(),
                Poll::Ready(_) => break,
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(Ok(Some(())))
    }
}

impl Spoken {
    /// `written`, or the end of a connection that has taken nothing for too long.
    fn unless_stalled<T>(&mut self, context: &mut Context<'_>, written: Poll<Result<T>>) -> Poll<Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let stall = self.stall;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(stall)));
        if stalled.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(std::io::ErrorKind::TimedOut.into()));
        }
        Poll::Pending
    }
}

impl AsyncWrite for Spoken {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        self.heard.answered();
        match self.poll_last_word(context, bytes) {
            Poll::Ready(Ok(None)) => {
                let written = Pin::new(&mut self.inner).poll_write(context, bytes);
                self.unless_stalled(context, written)
            }
            Poll::Ready(Ok(Some(()))) => Poll::Ready(Ok(bytes.len())),
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => Poll::Pending,
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let first = pieces.first().map_or(&[][..], |piece| piece);
        self.heard.answered();
        match self.poll_last_word(context, first) {
            Poll::Ready(Ok(None)) => {
                let written = Pin::new(&mut self.inner).poll_write_vectored(context, pieces);
                self.unless_stalled(context, written)
            }
            Poll::Ready(Ok(Some(()))) => Poll::Ready(Ok(pieces.iter().map(|piece| piece.len()).sum())),
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        // TLS takes bytes before the network does: what is stuck there is stuck in its flush.
        let flushed = Pin::new(&mut self.inner).poll_flush(context);
        self.unless_stalled(context, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

impl AsyncRead for Spoken {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.inner).poll_read(context, buffer);
        self.heard.take(&buffer.filled()[before..]);
        // hyper's own time-out begins once it knows which HTTP is spoken; until then nobody else looks at the clock.
        if self.heard.head.whole || self.heard.head.bytes >= PREFACE_BYTES {
            self.first = None;
        } else if read.is_pending()
            && let Some(first) = &mut self.first
            && first.as_mut().poll(context).is_ready()
        {
            return Poll::Ready(Ok(()));
        }
        read
    }
}

/// hyper cuts a connection whose headers do not come in time, without a word.
impl Drop for Spoken {
    fn drop(&mut self) {
        if self.heard.is_half_a_head() && self.last.is_none() {
            let text = text_of(ProblemCode::RequestTimeout, ProblemCode::RequestTimeout.title());
            self.inner.say_at_once(text.as_bytes());
        }
    }
}

/// How much of a request's head has come since the last answer began, and of the next one's behind it.
#[derive(Debug, Default)]
struct Heard {
    head: Head,
    /// What came behind a head that announces no body: the next request, before this one is answered.
    ahead: Head,
    /// A connection over HTTP/2 begins with a head of its own, and no other comes in clear.
    framed: bool,
}

/// A request's head as it comes.
#[derive(Debug, Default)]
struct Head {
    bytes: usize,
    /// How many bytes of the blank line that ends a head came last.
    ending: usize,
    whole: bool,
    /// The beginning of the line that is coming, in small letters.
    line: [u8; LINE_BYTES],
    column: usize,
    has_body: bool,
}

/// As long as the longest name of a header that announces a body, with its colon.
const LINE_BYTES: usize = b"transfer-encoding:".len();

impl Heard {
    fn take(&mut self, bytes: &[u8]) {
        self.framed |= self.head.bytes == 0 && bytes.starts_with(b"PRI ");
        if self.framed {
            self.head.bytes += bytes.len();
            return;
        }
        let rest = self.head.take(bytes);
        if !self.head.has_body {
            self.ahead.take(rest);
        }
    }

    /// An answer is on its way: what has come behind its request is the next one's.
    fn answered(&mut self) {
        if self.head.whole {
            self.head = std::mem::take(&mut self.ahead);
        }
    }

    const fn is_half_a_head(&self) -> bool {
        self.head.bytes > 0 && !self.head.whole && !self.framed
    }
}

impl Head {
    /// Takes what belongs to this head, and hands back the rest.
    fn take<'bytes>(&mut self, bytes: &'bytes [u8]) -> &'bytes [u8] {
        const END: &[u8; 4] = b"\r\n\r\n";
        for (place, byte) in bytes.iter().enumerate() {
            if self.whole {
                return &bytes[place..];
            }
            self.bytes += 1;
            self.ending = match byte {
                byte if *byte == END[self.ending] => self.ending + 1,
                b'\r' => 1,
                _ => 0,
            };
            self.whole = self.ending == END.len();
            if *byte == b'\n' {
                self.column = 0;
            } else {
                if let Some(slot) = self.line.get_mut(self.column) {
                    *slot = byte.to_ascii_lowercase();
                }
                self.column += 1;
                let line = &self.line[..self.column.min(LINE_BYTES)];
                self.has_body |= line == b"content-length:" || line == b"transfer-encoding:";
            }
        }
        &[]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(pieces: &[&str]) -> Heard {
        let mut heard = Heard::default();
        for piece in pieces {
            if *piece == "answer" { heard.answered() } else { heard.take(piece.as_bytes()) }
        }
        heard
    }

    #[test]
    fn a_half_head_is_known_however_it_came() {
        const GET: &str = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";
        const PUT: &str = "PUT / HTTP/1.1\r\nContent-Length: 9\r\n\r\n";
        let rows: [(&[&str], bool); 11] = [
            (&[], false),
            (&["GET / HT"], true),
            (&[GET], false),
            (&[GET, "answer"], false),
            (&[GET, "answer", "GET /"], true),
            // It came together with the request before it, or before that one was answered.
            (&[GET, "GET /", "answer"], true),
            (&[GET, "GET /", "answer", "answer"], true),
            (&[GET, GET, "GE", "answer"], false),
            // A body is no head.
            (&[PUT, "{\"a\":1", "answer"], false),
            (&["PUT / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n", "9\r\n", "answer"], false),
            (&["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "xyz"], false),
        ];
        for (pieces, half) in rows {
            assert_eq!(heard(pieces).is_half_a_head(), half, "{pieces:?}");
        }
        let together = format!("{GET}GET /v1");
        assert!(heard(&[&together, "answer"]).is_half_a_head());
    }
}
