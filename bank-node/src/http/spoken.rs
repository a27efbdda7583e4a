//! The last word on a connection: what hyper itself answers to a request that it cannot read (an empty 400, 414 or 431),
//! and what it leaves unsaid when headers do not come in time, goes out as a problem body like every other error.
//!
//! Never here: a request that hyper could read; those are answered by the routes.

use std::future::{Future, Ready, ready};
use std::io::{IoSlice, Result};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::http::StatusCode;
use axum_server::accept::Accept;
use shared::api::problem::{PROBLEM_MEDIA_TYPE, Problem, ProblemCode};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

use super::server::HEADERS_DEADLINE;

/// How long, and how much in bytes, is read on after the last word: one who is still sending would otherwise see the
/// connection cut and never the answer.
const READ_ON: Duration = Duration::from_secs(1);
const READ_ON_BYTES_MAX: usize = 8 * 1024 * 1024;
/// What a connection over HTTP/2 begins with, in bytes: by then it is known which HTTP is spoken.
const PREFACE_BYTES: usize = 24;

/// Takes connections; small answers leave at once.
#[derive(Clone, Copy, Debug)]
pub struct Acceptor;

impl<S> Accept<TcpStream, S> for Acceptor {
    type Stream = Spoken;
    type Service = S;
    type Future = Ready<Result<(Self::Stream, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let spoken = |inner| Spoken {
            inner,
            last: None,
            heard: Heard::default(),
            first: Some(Box::pin(sleep(HEADERS_DEADLINE))),
        };
        ready(stream.set_nodelay(true).map(|()| (spoken(stream), service)))
    }
}

/// A connection.
pub struct Spoken {
    inner: TcpStream,
    last: Option<LastWord>,
    heard: Heard,
    /// Until this something must have come.
    first: Option<Pin<Box<Sleep>>>,
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

impl AsyncWrite for Spoken {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        self.heard.answered();
        match self.poll_last_word(context, bytes) {
            Poll::Ready(Ok(None)) => Pin::new(&mut self.inner).poll_write(context, bytes),
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
            Poll::Ready(Ok(None)) => Pin::new(&mut self.inner).poll_write_vectored(context, pieces),
            Poll::Ready(Ok(Some(()))) => Poll::Ready(Ok(pieces.iter().map(|piece| piece.len()).sum())),
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
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
        if self.heard.whole || self.heard.bytes >= PREFACE_BYTES {
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
            let _gone_or_busy = self.inner.try_write(text.as_bytes());
        }
    }
}

/// How much of a request's head has come since the last answer began.
#[derive(Debug, Default)]
struct Heard {
    bytes: usize,
    /// How many bytes of the blank line that ends a head came last.
    ending: usize,
    whole: bool,
    /// A connection over HTTP/2 begins with a head of its own, and no other comes in clear.
    framed: bool,
}

impl Heard {
    fn take(&mut self, bytes: &[u8]) {
        const END: &[u8; 4] = b"\r\n\r\n";
        self.framed |= self.bytes == 0 && bytes.starts_with(b"PRI ");
        self.bytes += bytes.len();
        for byte in bytes {
            if self.whole || self.framed {
                return;
            }
            self.ending = match byte {
                byte if *byte == END[self.ending] => self.ending + 1,
                b'\r' => 1,
                _ => 0,
            };
            self.whole = self.ending == END.len();
        }
    }

    fn answered(&mut self) {
        *self = Self { framed: self.framed, ..Self::default() };
    }

    const fn is_half_a_head(&self) -> bool {
        self.bytes > 0 && !self.whole && !self.framed
    }
}
