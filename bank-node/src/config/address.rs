//! Where a node listens. (Where others reach a bank is a `shared::address::BankAddress`.)

use std::fmt;
use std::str::FromStr;

use shared::address::{BankAddress, InvalidAddress};

/// Where to listen: `127.0.0.1:7001`, `[::]:7001`, a name. Without a port 7001; port 0 takes any that is free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenAddress {
    /// The address, its port 1 where any free one is wanted.
    address: BankAddress,
    any_port: bool,
}

impl ListenAddress {
    /// `host:port`, as the system resolves it.
    #[must_use]
    pub fn authority(&self) -> String {
        let authority = self.address.authority();
        match authority.strip_suffix(":1") {
            Some(host) if self.any_port => format!("{host}:0"),
            Some(_) | None => authority,
        }
    }
}

impl FromStr for ListenAddress {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        let text = text.trim();
        if text.contains("://") {
            // One listens on a socket; what is spoken there is not part of its address.
            return Err(InvalidAddress::Extra);
        }
        match text.strip_suffix(":0") {
            Some(host) if !host.is_empty() => {
                Ok(Self { address: format!("{host}:1").parse()?, any_port: true })
            }
            Some(_) | None => Ok(Self { address: text.parse()?, any_port: false }),
        }
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.authority())
    }
}
