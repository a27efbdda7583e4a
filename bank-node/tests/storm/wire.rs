//! The bytes of one connection that a line has taken: whole, a few at a time, none at all, or cut off.
//!
//! Never here: what a request is.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Sleep, sleep};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::tally::Tally;

/// How bytes pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Flow {
    Whole,
    /// [`DRIP_BYTES`] each [`DRIP_PAUSE`].
    Dripping,
    /// Not at all; what is open stays open.
    Stopped,
}

const DRIP_BYTES: usize = 96;
const DRIP_PAUSE: Duration = Duration::from_millis(3);
/// Between two looks whether bytes flow again.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// How bytes pass on all connections of a line.
#[derive(Clone)]
pub struct Valve {
    flow: Arc<AtomicU8>,
    tally: Tally,
}

impl Valve {
    /// Open.
    pub fn new(tally: Tally) -> Self {
        Self { flow: Arc::default(), tally }
    }

    /// From now on, what is open included.
    pub fn set(&self, flow: Flow) {
        self.flow.store(flow as u8, Ordering::SeqCst);
    }

    fn flow(&self) -> Flow {
        [Flow::Whole, Flow::Dripping, Flow::Stopped][usize::from(self.flow.load(Ordering::SeqCst))]
    }
}

/// A line's near end.
pub struct Mouth {
    pub listener: TcpListener,
    pub valve: Valve,
}

/// A connection that a line has taken.
pub struct Wire {
    stream: TcpStream,
    valve: Valve,
    /// Cancelled when the connection is to be cut.
    pub cut: CancellationToken,
    is_cut: Pin<Box<WaitForCancellationFutureOwned>>,
    /// Until when nothing passes; for each direction its own, since two tasks may wait.
    reading: Option<Pin<Box<Sleep>>>,
    writing: Option<Pin<Box<Sleep>>>,
    counted: Flow,
}

impl axum::serve::Listener for Mouth {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        // The trait's own: what goes wrong with one connection is waited out there.
        let (stream, address) = <TcpListener as axum::serve::Listener>::accept(&mut self.listener).await;
        let _slower_without = stream.set_nodelay(true);
        let cut = CancellationToken::new();
        let is_cut = Box::pin(cut.clone().cancelled_owned());
        let valve = self.valve.clone();
        let (reading, writing) = (None, None);
        (Wire { stream, valve, cut, is_cut, reading, writing, counted: Flow::Whole }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl Wire {
    fn end_if_cut(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        match self.is_cut.as_mut().poll(cx) {
            Poll::Ready(()) => Err(io::ErrorKind::ConnectionReset.into()),
            Poll::Pending => Ok(()),
        }
    }

    /// How bytes flow now; each connection that does not flow as it should is counted once for each time that it begins.
    fn flow(&mut self) -> Flow {
        let flow = self.valve.flow();
        if flow != self.counted {
            match flow {
                Flow::Whole => {}
                Flow::Dripping => self.valve.tally.count("connections that trickled"),
                Flow::Stopped => self.valve.tally.count("connections in a black hole"),
            }
            self.counted = flow;
        }
        flow
    }
}

/// Waits for what is left of a pause; afterwards there is none.
fn pause(left: &mut Option<Pin<Box<Sleep>>>, cx: &mut Context<'_>) -> Poll<()> {
    if let Some(sleep) = left {
        ready!(sleep.as_mut().poll(cx));
        *left = None;
    }
    Poll::Ready(())
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let wire = &mut *self;
        wire.end_if_cut(cx)?;
        loop {
            ready!(pause(&mut wire.reading, cx));
            match wire.flow() {
                Flow::Whole => return Pin::new(&mut wire.stream).poll_read(cx, into),
                Flow::Stopped => wire.reading = Some(Box::pin(sleep(LOOK_AGAIN))),
                Flow::Dripping => {
                    let mut drip = [0; DRIP_BYTES];
                    let room = into.remaining().min(DRIP_BYTES);
                    let mut drip = ReadBuf::new(&mut drip[..room]);
                    ready!(Pin::new(&mut wire.stream).poll_read(cx, &mut drip))?;
                    into.put_slice(drip.filled());
                    wire.reading = Some(Box::pin(sleep(DRIP_PAUSE)));
                    return Poll::Ready(Ok(()));
                }
            }
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let wire = &mut *self;
        wire.end_if_cut(cx)?;
        loop {
            ready!(pause(&mut wire.writing, cx));
            match wire.flow() {
                Flow::Whole => return Pin::new(&mut wire.stream).poll_write(cx, bytes),
                Flow::Stopped => wire.writing = Some(Box::pin(sleep(LOOK_AGAIN))),
                Flow::Dripping => {
                    let drip = &bytes[..bytes.len().min(DRIP_BYTES)];
                    let written = ready!(Pin::new(&mut wire.stream).poll_write(cx, drip))?;
                    wire.writing = Some(Box::pin(sleep(DRIP_PAUSE)));
                    return Poll::Ready(Ok(written));
                }
            }
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
