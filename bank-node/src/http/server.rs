//! Listening: one server per address, with bounds on how slowly and how much may be sent.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use hyper_util::rt::TokioTimer;
use rustls::ServerConfig;
use tokio::task::JoinHandle;

use super::doors::Doors;
use super::spoken::Acceptor;
use crate::config::address::ListenAddress;

/// How long the request line and headers may take to arrive; an idle connection is kept as long.
pub const HEADERS_DEADLINE: Duration = Duration::from_secs(10);
/// What one connection over HTTP/1 may have unread, in bytes. Headers beyond `edge::HEADERS_BYTES_MAX` but within this
/// are turned away by the routes, larger ones by hyper; both get a problem body.
const READ_BYTES_MAX: usize = 32 * 1024;
/// Headers over HTTP/2, in bytes; those beyond `edge::HEADERS_BYTES_MAX` but within this get a problem body.
const H2_HEADERS_BYTES_MAX: u32 = 32 * 1024;
const H2_STREAMS_MAX: u32 = 64;
/// What may be unread of one request, and of all of a connection, over HTTP/2, in bytes; and what may wait to be sent.
const H2_STREAM_BYTES_MAX: u32 = 64 * 1024;
const H2_CONNECTION_BYTES_MAX: u32 = 256 * 1024;
const H2_UNSENT_BYTES_MAX: usize = 64 * 1024;
const H2_PING_INTERVAL: Duration = Duration::from_secs(20);
const H2_PING_DEADLINE: Duration = Duration::from_secs(10);

/// An address cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {cause}: free it, or choose another")]
pub struct ListenFault {
    /// Which.
    pub address: String,
    /// The system's own words.
    pub cause: std::io::Error,
}

/// A running server.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    handle: Handle<SocketAddr>,
    task: JoinHandle<std::io::Result<()>>,
}

/// Listens on `address` and answers whom `doors` let in by `router`, over TLS alone where `tls` is given; one who takes
/// nothing of an answer for as long as `stall` is cut.
///
/// # Errors
/// [`ListenFault`].
pub async fn listen(
    address: &ListenAddress,
    doors: Doors,
    stall: Duration,
    tls: Option<Arc<ServerConfig>>,
    router: Router,
) -> Result<Server, ListenFault> {
    let fault = |cause| ListenFault { address: address.to_string(), cause };
    let listener = tokio::net::TcpListener::bind(address.authority()).await.map_err(fault)?;
    let bound = listener.local_addr().map_err(fault)?;
    let listener = listener.into_std().map_err(fault)?;
    let handle = Handle::new();
    let mut server = axum_server::from_tcp(listener)
        .map_err(fault)?
        .acceptor(Acceptor::new(doors, stall, tls))
        .handle(handle.clone());
    let builder = server.http_builder();
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_DEADLINE)
        .max_buf_size(READ_BYTES_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(H2_PING_INTERVAL)
        .keep_alive_timeout(H2_PING_DEADLINE)
        .max_header_list_size(H2_HEADERS_BYTES_MAX)
        .initial_stream_window_size(H2_STREAM_BYTES_MAX)
        .initial_connection_window_size(H2_CONNECTION_BYTES_MAX)
        .max_send_buf_size(H2_UNSENT_BYTES_MAX)
        .max_concurrent_streams(H2_STREAMS_MAX);
    let task = tokio::spawn(server.serve(router.into_make_service_with_connect_info::<SocketAddr>()));
    Ok(Server { address: bound, handle, task })
}

impl Server {
    /// Takes no new connections, lets what is under way end for so long, and ends.
    pub async fn drain(self, within: Duration) {
        self.handle.graceful_shutdown(Some(within));
        match self.task.await {
            Ok(Ok(())) => {}
            Ok(Err(fault)) => tracing::warn!(%fault, address = %self.address, "a listener ended badly"),
            Err(fault) => tracing::error!(%fault, address = %self.address, "a listener ended by a bug"),
        }
    }
}
