//! Where a bank listens, and where others reach it: a host, `[IPv6]` or name, with a port.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

use shared::limits::BANK_PORT_DEFAULT;

/// A text that is no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAddress {
    /// Not of the form.
    #[error("an address is written host:port, for example 127.0.0.1:7001, [::1]:7001 or bank.example")]
    Malformed,
    /// `https://`, or another scheme.
    #[error("an address begins with http:// or with no scheme: TLS is not offered here")]
    Scheme,
}

/// A host and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
struct HostPort {
    /// An IPv6 host stands in brackets.
    host: String,
    port: u16,
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl FromStr for HostPort {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        let (host, port) = if let Some(rest) = text.strip_prefix('[') {
            let (inner, after) = rest.split_once(']').ok_or(InvalidAddress::Malformed)?;
            let ip: Ipv6Addr = inner.parse().map_err(|_| InvalidAddress::Malformed)?;
            let port = match after.strip_prefix(':') {
                Some(port) => Some(port),
                None if after.is_empty() => None,
                None => return Err(InvalidAddress::Malformed),
            };
            (format!("[{ip}]"), port)
        } else if let Ok(ip) = text.parse::<Ipv6Addr>() {
            // Without brackets it has no port: `::1:7001` is another address.
            (format!("[{ip}]"), None)
        } else {
            let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
            let label = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.' || b == b'_';
            if host.is_empty() || host.len() > 253 || !host.bytes().all(label) {
                return Err(InvalidAddress::Malformed);
            }
            (host.to_ascii_lowercase(), port)
        };
        let port = match port {
            None => BANK_PORT_DEFAULT,
            Some(digits) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => {
                digits.parse().map_err(|_| InvalidAddress::Malformed)?
            }
            Some(_) => return Err(InvalidAddress::Malformed),
        };
        Ok(Self { host, port })
    }
}

/// Where to listen: `127.0.0.1:7001`. Port 0 takes any that is free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenAddress(HostPort);

impl FromStr for ListenAddress {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        text.trim().parse().map(Self)
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where others reach a bank, without a path or a slash at its end: `http://127.0.0.1:7001`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankAddress(HostPort);

impl FromStr for BankAddress {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        let text = text.trim();
        let rest = match text.split_once("://") {
            Some(("http", rest)) => rest,
            Some(_) => return Err(InvalidAddress::Scheme),
            None => text,
        };
        let address: HostPort = rest.strip_suffix('/').unwrap_or(rest).parse()?;
        if address.port == 0 { Err(InvalidAddress::Malformed) } else { Ok(Self(address)) }
    }
}

impl fmt::Display for BankAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}", self.0)
    }
}
