//! Where a bank's customers reach it, read as people type it. Looks nothing up: a name is only a name here.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::limits::BANK_PORT_DEFAULT;

/// A bank's address: `http://127.0.0.1:7001`, `http://[::1]:7001`, `https://bank.example:443`. Printed with the port
/// always, and with the scheme where one was said, so that one address has one spelling.
///
/// Typed without a scheme it says none: whoever connects tries https, and http on this machine alone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BankAddress {
    /// None where none was said.
    scheme: Option<Scheme>,
    host: Host,
    port: u16,
}

/// How the bank is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// In clear.
    Http,
    /// Over TLS.
    Https,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Host {
    Ip(IpAddr),
    /// In lower case.
    Name(String),
}

/// Why a text is no address of a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAddress {
    /// Nothing was typed.
    #[error("no address given")]
    Empty,
    /// Neither `http://` nor `https://`.
    #[error("an address begins with http:// or https://, or with the host")]
    Scheme,
    /// Neither an IPv4 address, an IPv6 address in brackets, nor a name.
    #[error("not a host: write 127.0.0.1, [::1] or a name")]
    Host,
    /// Not a number from 1 to 65535.
    #[error("a port is a number from 1 to 65535")]
    Port,
    /// A path, a query, a fragment or a user: an address is a host and a port only.
    #[error("only a host and a port, nothing after or before them")]
    Extra,
}

impl BankAddress {
    /// How the bank is spoken to; in clear where nothing was said of it.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        match self.scheme {
            Some(scheme) => scheme,
            None => Scheme::Http,
        }
    }

    /// Whether it says how the bank is spoken to.
    #[must_use]
    pub const fn says_scheme(&self) -> bool {
        self.scheme.is_some()
    }

    /// Whether both are one place, as far as they say.
    #[must_use]
    pub fn is_same_place(&self, other: &Self) -> bool {
        let agree = match (self.scheme, other.scheme) {
            (Some(one), Some(other)) => one == other,
            (None, _) | (_, None) => true,
        };
        agree && self.host == other.host && self.port == other.port
    }

    /// The port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Whether it is this machine, whatever network it is in: an IP address of its own, or `localhost`.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        match &self.host {
            Host::Ip(ip) => ip.is_loopback(),
            Host::Name(name) => name == "localhost",
        }
    }

    /// The same host and port, spoken to otherwise.
    #[must_use]
    pub fn with_scheme(&self, scheme: Scheme) -> Self {
        Self { scheme: Some(scheme), ..self.clone() }
    }

    /// `host:port`, as in a `Host` header.
    #[must_use]
    pub fn authority(&self) -> String {
        match &self.host {
            Host::Ip(ip) => SocketAddr::new(*ip, self.port).to_string(),
            Host::Name(name) => format!("{name}:{}", self.port),
        }
    }
}

impl From<SocketAddr> for BankAddress {
    /// Plain http to that socket.
    fn from(socket: SocketAddr) -> Self {
        Self { scheme: Some(Scheme::Http), host: Host::Ip(socket.ip()), port: socket.port() }
    }
}

impl FromStr for BankAddress {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        let text = text.trim();
        if text.is_empty() {
            return Err(InvalidAddress::Empty);
        }
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (Some(Scheme::Http), rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (Some(Scheme::Https), rest),
            Some(_) => return Err(InvalidAddress::Scheme),
            None => (None, text),
        };
        // A lone slash is what browsers show after a host; it says nothing.
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains(['/', '\\', '?', '#', '@']) {
            return Err(InvalidAddress::Extra);
        }
        let (host, port) = split_port(rest)?;
        Ok(Self { scheme, host, port: port.map_or(Ok(BANK_PORT_DEFAULT), read_port)? })
    }
}

fn split_port(text: &str) -> Result<(Host, Option<&str>), InvalidAddress> {
    if let Some(inner) = text.strip_prefix('[') {
        let (ip, rest) = inner.split_once(']').ok_or(InvalidAddress::Host)?;
        let ip: Ipv6Addr = ip.parse().map_err(|_| InvalidAddress::Host)?;
        let port = match rest.strip_prefix(':') {
            Some(port) => Some(port),
            None if rest.is_empty() => None,
            None => return Err(InvalidAddress::Host),
        };
        return Ok((Host::Ip(IpAddr::V6(ip)), port));
    }
    match text.split_once(':') {
        // Without brackets nobody can tell an IPv6 address from its port.
        Some((_, port)) if port.contains(':') => Err(InvalidAddress::Host),
        Some((host, port)) => Ok((read_host(host)?, Some(port))),
        None => Ok((read_host(text)?, None)),
    }
}

fn read_host(text: &str) -> Result<Host, InvalidAddress> {
    let last = text.rsplit('.').next().unwrap_or_default();
    let numeric = last.bytes().all(|b| b.is_ascii_digit())
        || last.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("0x"));
    // `127.1` and `0x7f.1` are addresses to some libraries and names to others: only the four-part form is taken.
    if numeric {
        return text.parse::<Ipv4Addr>().map(|ip| Host::Ip(IpAddr::V4(ip))).map_err(|_| InvalidAddress::Host);
    }
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if text.len() <= 253 && text.split('.').all(label) {
        Ok(Host::Name(text.to_ascii_lowercase()))
    } else {
        Err(InvalidAddress::Host)
    }
}

fn read_port(text: &str) -> Result<u16, InvalidAddress> {
    // `parse` would take `+80` too.
    if text.is_empty() || text.len() > 5 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(InvalidAddress::Port);
    }
    text.parse().ok().filter(|port| *port > 0).ok_or(InvalidAddress::Port)
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Http => "http",
            Self::Https => "https",
        })
    }
}

impl fmt::Display for BankAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.scheme {
            Some(scheme) => f.pad(&format!("{scheme}://{}", self.authority())),
            None => f.pad(&self.authority()),
        }
    }
}

impl fmt::Debug for BankAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for BankAddress {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for BankAddress {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("127.0.0.1", "127.0.0.1:7001")]
    #[case(" 10.0.0.7:8080 ", "10.0.0.7:8080")]
    #[case("localhost", "localhost:7001")]
    #[case("LocalHost:7002/", "localhost:7002")]
    #[case("http://LocalHost:7002/", "http://localhost:7002")]
    #[case("HTTP://bank_1.example:80", "http://bank_1.example:80")]
    #[case("https://bank.example", "https://bank.example:7001")]
    #[case("https://bank.example:443", "https://bank.example:443")]
    #[case("[::1]", "[::1]:7001")]
    #[case("https://[0:0:0::1]:7003/", "https://[::1]:7003")]
    #[case("7bank.example", "7bank.example:7001")]
    fn is_read_as_people_type_it(#[case] typed: &str, #[case] printed: &str) {
        let address: BankAddress = typed.parse().unwrap();
        assert_eq!(address.to_string(), printed);
        assert_eq!(printed.parse::<BankAddress>().unwrap(), address, "the printed form reads back");
        let json = serde_json::to_string(&address).unwrap();
        assert_eq!(serde_json::from_str::<BankAddress>(&json).unwrap(), address);
    }

    #[rstest]
    #[case("", InvalidAddress::Empty)]
    #[case("  ", InvalidAddress::Empty)]
    #[case("http://", InvalidAddress::Host)]
    #[case("ftp://bank.example", InvalidAddress::Scheme)]
    #[case("://bank.example", InvalidAddress::Scheme)]
    #[case("http://http://bank", InvalidAddress::Extra)]
    #[case("bank.example/v1", InvalidAddress::Extra)]
    #[case("bank.example?x=1", InvalidAddress::Extra)]
    #[case("bank.example#top", InvalidAddress::Extra)]
    #[case("ana:secret@bank.example", InvalidAddress::Extra)]
    #[case("bank.example\\v1", InvalidAddress::Extra)]
    #[case("bank.example:", InvalidAddress::Port)]
    #[case("bank.example:0", InvalidAddress::Port)]
    #[case("bank.example:65536", InvalidAddress::Port)]
    #[case("bank.example:+80", InvalidAddress::Port)]
    #[case("bank.example:80a", InvalidAddress::Port)]
    #[case("[::1]:", InvalidAddress::Port)]
    #[case("::1", InvalidAddress::Host)]
    #[case("[::1", InvalidAddress::Host)]
    #[case("[::1]7001", InvalidAddress::Host)]
    #[case("[127.0.0.1]", InvalidAddress::Host)]
    #[case("[fe80::1%eth0]", InvalidAddress::Host)]
    #[case("127.1", InvalidAddress::Host)]
    #[case("256.0.0.1", InvalidAddress::Host)]
    #[case("0x7f.0.0.0x1", InvalidAddress::Host)]
    #[case("bank..example", InvalidAddress::Host)]
    #[case("bank.example.", InvalidAddress::Host)]
    #[case("-bank", InvalidAddress::Host)]
    #[case("banço.example", InvalidAddress::Host)]
    #[case("two words", InvalidAddress::Host)]
    fn is_refused_with_its_reason(#[case] typed: &str, #[case] reason: InvalidAddress) {
        assert_eq!(typed.parse::<BankAddress>(), Err(reason));
    }

    #[test]
    fn what_is_not_said_may_be_either() {
        let [plain, tls, unsaid, other]: [BankAddress; 4] =
            ["http://127.0.0.1", "https://127.0.0.1", "127.0.0.1", "127.0.0.2"]
                .map(|text| text.parse().unwrap());
        assert!(unsaid.is_same_place(&plain) && unsaid.is_same_place(&tls) && tls.is_same_place(&unsaid));
        assert!(!plain.is_same_place(&tls) && !unsaid.is_same_place(&other));
        assert!(plain.says_scheme() && !unsaid.says_scheme());
        assert_eq!(unsaid.with_scheme(Scheme::Https), tls);
    }

    proptest! {
        #[test]
        fn no_text_panics_and_what_is_taken_prints_canonically(typed in "(https?://)?[\\[\\]a-z0-9.:/@%x\u{e9} -]{0,40}") {
            if let Ok(address) = typed.parse::<BankAddress>() {
                prop_assert_eq!(address.to_string().parse::<BankAddress>(), Ok(address));
            }
        }

        #[test]
        fn every_socket_is_an_address(ip: IpAddr, port in 1u16..) {
            let address = BankAddress::from(SocketAddr::new(ip, port));
            prop_assert_eq!(address.to_string().parse::<BankAddress>(), Ok(address));
        }
    }
}
