//! The operators' socket: a Unix socket that its owner alone may open, served like any address of the bank.
//!
//! Whoever may open the file may administer the bank; the system says of each connection which user it is
//! (docs/decisions/0023-admin-socket.md). Never here: what may be asked by it (`back_office`).

use std::io::ErrorKind;
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::Router;
use axum::extract::connect_info::Connected;
use axum::serve::IncomingStream;
use nix::unistd::{Uid, User};
use rustix::fs::{Mode, fchmod};
use tokio::net::{UnixListener, UnixSocket, UnixStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Connections that wait to be taken.
const BACKLOG: u32 = 64;

/// The operators' socket cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum SocketFault {
    /// Somebody answers there.
    #[error(
        "another process serves the operators' socket {path}: stop it, or give this bank another by admin_socket"
    )]
    Living {
        /// The socket.
        path: PathBuf,
    },
    /// Something else bears its name.
    #[error("{path} is no socket, and is left as it is: move it away, or name another admin_socket")]
    NoSocket {
        /// The file.
        path: PathBuf,
    },
    /// The system said no.
    #[error(
        "the operators' socket {path} cannot be made: {cause}: let this user write to its directory, or name another \
         admin_socket"
    )]
    Unusable {
        /// The socket.
        path: PathBuf,
        /// The system's own words.
        cause: std::io::Error,
    },
}

/// The user at the other end of a connection, as the system says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerUser(Option<u32>);

impl PeerUser {
    /// How the operators' log names them: `maria (1000)`; the number alone where it has no name.
    #[must_use]
    pub fn name(&self) -> String {
        let Some(number) = self.0 else { return "unknown".to_owned() };
        match User::from_uid(Uid::from_raw(number)) {
            Ok(Some(user)) => format!("{} ({number})", shared::text::clean(&user.name)),
            Ok(None) | Err(_) => number.to_string(),
        }
    }
}

impl Connected<IncomingStream<'_, UnixListener>> for PeerUser {
    fn connect_info(stream: IncomingStream<'_, UnixListener>) -> Self {
        Self(stream.io().peer_cred().ok().map(|user| user.uid()))
    }
}

/// A socket that is served.
pub struct SocketServer {
    path: PathBuf,
    end: CancellationToken,
    task: JoinHandle<std::io::Result<()>>,
}

/// Makes the socket `path` and answers by `router`. One that a killed process has left is replaced.
///
/// # Errors
/// As [`SocketFault`] says.
pub async fn serve(path: &Path, router: Router) -> Result<SocketServer, SocketFault> {
    let listener = listen(path).await?;
    let end = CancellationToken::new();
    let ended = end.clone().cancelled_owned();
    let service = router.into_make_service_with_connect_info::<PeerUser>();
    let server = axum::serve(listener, service).with_graceful_shutdown(ended);
    Ok(SocketServer { path: path.to_owned(), end, task: tokio::spawn(server.into_future()) })
}

impl SocketServer {
    /// Takes no new connections, lets what is under way end for so long, and removes the socket.
    pub async fn drain(mut self, within: Duration) {
        self.end.cancel();
        if tokio::time::timeout(within, &mut self.task).await.is_err() {
            self.task.abort();
        }
        // What stays is replaced at the next start.
        let _gone_already = std::fs::remove_file(&self.path);
    }
}

async fn listen(path: &Path) -> Result<UnixListener, SocketFault> {
    let unusable = |cause| SocketFault::Unusable { path: path.to_owned(), cause };
    match bind(path) {
        Err(cause) if cause.kind() == ErrorKind::AddrInUse => {
            let file = std::fs::symlink_metadata(path).map_err(unusable)?;
            if !file.file_type().is_socket() {
                return Err(SocketFault::NoSocket { path: path.to_owned() });
            }
            match UnixStream::connect(path).await {
                Err(cause) if cause.kind() == ErrorKind::ConnectionRefused => {}
                Ok(_) => return Err(SocketFault::Living { path: path.to_owned() }),
                Err(cause) => return Err(unusable(cause)),
            }
            std::fs::remove_file(path).and_then(|()| bind(path)).map_err(unusable)
        }
        bound => bound.map_err(unusable),
    }
}

/// The mode is the socket's own before it has a name, so there is no moment at which another user could open it.
fn bind(path: &Path) -> std::io::Result<UnixListener> {
    let socket = UnixSocket::new_stream()?;
    fchmod(&socket, Mode::RUSR | Mode::WUSR)?;
    socket.bind(path)?;
    socket.listen(BACKLOG)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[tokio::test]
    async fn a_socket_is_its_owners_alone_replaces_a_dead_one_and_no_other() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("admin.sock");
        let first = listen(&path).await.unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{mode:o}");
        let refused = listen(&path).await.map(drop).unwrap_err();
        assert!(matches!(refused, SocketFault::Living { .. }), "{refused}");
        // As a killed process leaves it: the name stays, nobody listens.
        drop(first);
        assert!(path.exists());
        let second = serve(&path, Router::new()).await.unwrap();
        second.drain(Duration::from_secs(1)).await;
        assert!(!path.exists(), "removed in good order");
        std::fs::write(&path, "somebody's").unwrap();
        let refused = listen(&path).await.map(drop).unwrap_err();
        assert!(matches!(refused, SocketFault::NoSocket { .. }), "{refused}");
        assert_eq!(std::fs::read(&path).unwrap(), b"somebody's");
    }
}
