//! One connection as it comes off the network, in clear or over TLS, with the handshake done within its deadline.
//!
//! Never here: HTTP.

use std::io::{IoSlice, Result, Write as _};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use rustls::{ProtocolVersion, ServerConfig};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

/// How a request reached this node; every request carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpokenOver {
    /// The version of TLS; none in clear.
    pub tls: Option<ProtocolVersion>,
}

/// The bytes of a connection.
pub(super) enum Wire {
    Clear(TcpStream),
    /// Large, and there are many in clear.
    Tls(Box<TlsStream<TcpStream>>),
}

impl Wire {
    /// Takes a connection; `tls` is what the listener proves itself with. One that takes longer than `deadline` over its
    /// handshake is given up.
    pub(super) async fn take(
        stream: TcpStream,
        tls: Option<Arc<ServerConfig>>,
        deadline: Duration,
    ) -> Result<Self> {
        let Some(config) = tls else { return Ok(Self::Clear(stream)) };
        let handshake = tokio_rustls::TlsAcceptor::from(config).accept(stream);
        match tokio::time::timeout(deadline, handshake).await {
            Ok(Ok(stream)) => Ok(Self::Tls(Box::new(stream))),
            Ok(Err(error)) => {
                tracing::debug!(%error, "a connection did not come to speak TLS");
                Err(error)
            }
            Err(_) => Err(std::io::ErrorKind::TimedOut.into()),
        }
    }

    pub(super) fn spoken_over(&self) -> SpokenOver {
        SpokenOver {
            tls: match self {
                Self::Clear(_) => None,
                Self::Tls(stream) => stream.get_ref().1.protocol_version(),
            },
        }
    }

    /// Writes what goes out without waiting; the connection is about to end.
    pub(super) fn say_at_once(&mut self, bytes: &[u8]) {
        let _gone_or_busy = match self {
            Self::Clear(stream) => stream.try_write(bytes).map(|_| ()),
            Self::Tls(stream) => {
                let (socket, session) = stream.get_mut();
                let queued = session.writer().write_all(bytes);
                session.send_close_notify();
                queued.and_then(|()| session.write_tls(&mut AtOnce(socket)).map(|_| ()))
            }
        };
    }
}

/// A socket that is written to without waiting.
struct AtOnce<'socket>(&'socket TcpStream);

impl std::io::Write for AtOnce<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.0.try_write(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_write_vectored(context, pieces),
            Self::Tls(stream) => Pin::new(stream).poll_write_vectored(context, pieces),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Clear(stream) => stream.is_write_vectored(),
            Self::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_flush(context),
            Self::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
