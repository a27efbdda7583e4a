//! Files of sessions that scripts keep between commands: one per bank, 0600. Never printed.

use std::{fmt, fs, io};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::api::replies::{BankName, CustomerReply};
use shared::client::{InvalidToken, LoggedIn, Token};
use shared::ids::BankId;

use super::places::{Places, write_whole};
use crate::app::wire::BankAddress;

pub(super) const SESSIONS: &str = "sessions";

/// A session as it is kept on disk.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionFile {
    /// Where.
    pub bank: BankName,
    /// How that bank is reached.
    pub address: BankAddress,
    /// Who, by that bank.
    pub customer: CustomerReply,
    /// When it ends unless it is used before.
    pub expires_at: Timestamp,
    /// The secret.
    token: String,
}

impl fmt::Debug for SessionFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionFile").field("bank", &self.bank.id).finish_non_exhaustive()
    }
}

impl SessionFile {
    /// A log-in at `address`, to be kept.
    #[must_use]
    pub fn new(address: BankAddress, opened: &LoggedIn) -> Self {
        Self {
            bank: opened.bank.clone(),
            address: address.with_scheme(opened.scheme),
            customer: opened.customer.clone(),
            expires_at: opened.expires_at,
            token: opened.token.reveal().to_owned(),
        }
    }

    /// The log-in that was kept.
    ///
    /// # Errors
    /// When somebody has written another thing into the file.
    pub fn opened(&self) -> Result<LoggedIn, InvalidToken> {
        Ok(LoggedIn {
            token: Token::new(self.token.clone())?,
            expires_at: self.expires_at,
            customer: self.customer.clone(),
            bank: self.bank.clone(),
            // One that had to be changed first is kept only once that is done.
            must_change_password: false,
            scheme: self.address.scheme(),
        })
    }
}

impl Places {
    /// Keeps a session; an earlier one at the same bank is replaced.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn keep_session(&self, file: &SessionFile) -> io::Result<()> {
        let text = serde_json::to_vec_pretty(file)?;
        write_whole(&self.state()?.join(SESSIONS), &name(&file.bank.id), &text)
    }

    /// Forgets the session at a bank. One that is not there is forgotten already.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn drop_session(&self, bank: &BankId) -> io::Result<()> {
        match fs::remove_file(self.state()?.join(SESSIONS).join(name(bank))) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// The sessions kept, by bank, and what could not be read.
    #[must_use]
    pub fn sessions(&self) -> (Vec<SessionFile>, Option<String>) {
        let Ok(directory) = self.state().map(|s| s.join(SESSIONS)) else { return (Vec::new(), None) };
        let (mut files, unread) = super::places::read_all::<SessionFile>(&directory);
        files.sort_by(|a, b| a.bank.id.cmp(&b.bank.id));
        (files, unread)
    }
}

fn name(bank: &BankId) -> String {
    format!("{bank}.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(bank: &str, token: &str) -> SessionFile {
        let opened = LoggedIn {
            token: Token::new(token.to_owned()).unwrap(),
            expires_at: Timestamp::UNIX_EPOCH,
            customer: CustomerReply {
                id: "018f0000-0000-7000-8000-000000000001".parse().unwrap(),
                cpf: "52998224725".parse().unwrap(),
                name: "Ana Souza".to_owned(),
                created_at: None,
            },
            bank: BankName { id: bank.parse().unwrap(), name: format!("Banco {bank}") },
            must_change_password: false,
            scheme: shared::address::Scheme::Http,
        };
        SessionFile::new("127.0.0.1:7001".parse().unwrap(), &opened)
    }

    #[test]
    fn one_session_per_bank_is_kept_for_its_owner_alone_and_never_printed() {
        let directory = tempfile::tempdir().unwrap();
        let places = Places::find(Some(directory.path().join("state")));
        assert_eq!(places.sessions(), (Vec::new(), None));
        places.keep_session(&session("boreal", "b-1")).unwrap();
        places.keep_session(&session("aurora", "a-1")).unwrap();
        places.keep_session(&session("aurora", "a-2")).unwrap();
        let (files, unread) = places.sessions();
        assert_eq!((files.len(), unread), (2, None));
        assert_eq!(files[0].opened().unwrap().token.reveal(), "a-2");
        assert!(!format!("{files:?}").contains("a-2"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let path = directory.path().join("state/sessions/aurora.json");
            assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        places.drop_session(&files[0].bank.id).unwrap();
        places.drop_session(&files[0].bank.id).unwrap();
        assert_eq!(places.sessions().0.len(), 1);
    }
}
