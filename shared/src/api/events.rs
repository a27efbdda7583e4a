//! What `GET /v1/events` tells: states, not differences, so that a reader who hears one twice has lost nothing.

use serde::{Deserialize, Serialize};

use super::replies::{AccountReply, BankHealth, HolderReply, InvitationsReply, PackageReply};
use crate::account::{AccountRef, AccountStatus};

/// The media type of the stream.
pub const EVENTS_MEDIA_TYPE: &str = "text/event-stream";

/// An account as it stands: its money, and what else of it may change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountEvent {
    /// Whose money.
    pub account: AccountRef,
    /// Whether money may move on it; a bank may leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<AccountStatus>,
    /// Booked money, in centavos.
    pub balance: i64,
    /// Set aside for packages under way, in centavos.
    pub held: i64,
    /// `balance - held`, in centavos.
    pub available: i64,
    /// Promised by packages under way, not yet money, in centavos.
    pub incoming: i64,
    /// Who holds it and who is invited; none where a bank leaves them out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holders: Vec<HolderReply>,
}

impl From<&AccountReply> for AccountEvent {
    fn from(reply: &AccountReply) -> Self {
        Self {
            account: reply.account.clone(),
            status: Some(reply.status),
            balance: reply.balance,
            held: reply.held,
            available: reply.available,
            incoming: reply.incoming,
            holders: reply.holders.clone(),
        }
    }
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BankEvent {
    /// A package that the reader ordered, or that touches an account of theirs.
    Package(Box<PackageReply>),
    /// An account of the reader's.
    Account(AccountEvent),
    /// What the reader is invited to hold and has not answered; all of it.
    Invitations(InvitationsReply),
    /// A bank of the consortium.
    Bank(BankHealth),
}

/// The data of an event that is not what its name promises.
#[derive(Debug, thiserror::Error)]
#[error("the data of an event {name} cannot be read: line {line}, column {column}")]
pub struct EventTextError {
    /// The event's name.
    pub name: &'static str,
    /// Where in the data. serde's own words may quote them.
    pub line: usize,
    /// Where in that line.
    pub column: usize,
}

impl BankEvent {
    /// Its name on the wire.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Package(_) => PACKAGE,
            Self::Account(_) => ACCOUNT,
            Self::Invitations(_) => INVITATIONS,
            Self::Bank(_) => BANK,
        }
    }

    /// Its data on the wire: one line of JSON.
    ///
    /// # Errors
    /// Never with these types; serde cannot say so.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        match self {
            Self::Package(package) => serde_json::to_string(package),
            Self::Account(account) => serde_json::to_string(account),
            Self::Invitations(invitations) => serde_json::to_string(invitations),
            Self::Bank(bank) => serde_json::to_string(bank),
        }
    }

    /// The event with this name and data; `None` for a name of a later version, which a reader passes over.
    ///
    /// # Errors
    /// When the data are not what the name promises.
    pub fn parse(name: &str, data: &str) -> Result<Option<Self>, EventTextError> {
        let wrong = |name: &'static str| {
            move |error: serde_json::Error| EventTextError {
                name,
                line: error.line(),
                column: error.column(),
            }
        };
        Ok(Some(match name {
            PACKAGE => Self::Package(serde_json::from_str(data).map_err(wrong(PACKAGE))?),
            ACCOUNT => Self::Account(serde_json::from_str(data).map_err(wrong(ACCOUNT))?),
            INVITATIONS => Self::Invitations(serde_json::from_str(data).map_err(wrong(INVITATIONS))?),
            BANK => Self::Bank(serde_json::from_str(data).map_err(wrong(BANK))?),
            _ => return Ok(None),
        }))
    }
}

const PACKAGE: &str = "package";
const ACCOUNT: &str = "account";
const INVITATIONS: &str = "invitations";
const BANK: &str = "bank";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_read_as_it_was_written() {
        let account = BankEvent::Account(AccountEvent {
            account: "aurora/1042-8".parse().unwrap(),
            status: Some(AccountStatus::Open),
            balance: 500,
            held: 200,
            available: 300,
            incoming: 7,
            holders: Vec::new(),
        });
        let data = account.to_json().unwrap();
        assert_eq!(
            data,
            r#"{"account":"aurora/1042-8","status":"open","balance":500,"held":200,"available":300,"incoming":7}"#
        );
        let short = r#"{"account":"aurora/1042-8","balance":500,"held":200,"available":300,"incoming":7}"#;
        let told = BankEvent::parse("account", short).unwrap();
        assert!(
            matches!(told, Some(BankEvent::Account(told)) if told.status.is_none()),
            "a bank may say less"
        );
        assert_eq!(BankEvent::parse(account.name(), &data).unwrap(), Some(account));
        assert_eq!(BankEvent::parse("of a later version", "?").unwrap(), None);
        let error = BankEvent::parse("bank", r#"{"id":"segredo"}"#).unwrap_err().to_string();
        assert!(!error.contains("segredo"), "{error}");
    }
}
