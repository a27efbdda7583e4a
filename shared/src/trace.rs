//! W3C Trace Context, version 00: the `traceparent` header, by which log lines of several programs are found together.
//!
//! Never here: a decision. A trace says what a request belongs to, and nothing depends on it.

use std::fmt;
use std::str::FromStr;

/// The header's name.
pub const TRACEPARENT: &str = "traceparent";

/// A trace, and the step of it that a request comes from.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TraceContext {
    trace: [u8; 16],
    parent: [u8; 8],
    sampled: bool,
}

/// A text that is no `traceparent`. Such a header is passed over, as the standard says: a trace of one's own begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a traceparent: 00-, 32 hexadecimal digits, 16, and 2, in lower case, neither id all zeros")]
pub struct InvalidTraceContext;

impl TraceContext {
    /// The context of these ids; one that is all zeros, which the standard forbids, becomes 1.
    #[must_use]
    pub fn new(mut trace: [u8; 16], mut parent: [u8; 8]) -> Self {
        if trace == [0; 16] {
            trace[15] = 1;
        }
        if parent == [0; 8] {
            parent[7] = 1;
        }
        Self { trace, parent, sampled: true }
    }

    /// The trace's id: 32 hexadecimal digits, as logs have it.
    #[must_use]
    pub fn trace_id(&self) -> String {
        hexadecimal(&self.trace)
    }

    /// The same trace, from this step of it on.
    #[must_use]
    pub fn from_here(self, parent: [u8; 8]) -> Self {
        Self { sampled: self.sampled, ..Self::new(self.trace, parent) }
    }
}

impl FromStr for TraceContext {
    type Err = InvalidTraceContext;

    fn from_str(text: &str) -> Result<Self, InvalidTraceContext> {
        let mut parts = text.split('-');
        let mut part = || parts.next().ok_or(InvalidTraceContext);
        let (version, trace, parent, flags) = (part()?, part()?, part()?, part()?);
        let version: [u8; 1] = bytes(version)?;
        // A later version may say more behind what this one has; 255 is none.
        if version == [0xff] || (version == [0] && parts.next().is_some()) {
            return Err(InvalidTraceContext);
        }
        let (trace, parent, [flags]) = (bytes(trace)?, bytes(parent)?, bytes(flags)?);
        if trace == [0; 16] || parent == [0; 8] {
            return Err(InvalidTraceContext);
        }
        Ok(Self { trace, parent, sampled: flags & 1 == 1 })
    }
}

impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flags = u8::from(self.sampled);
        write!(f, "00-{}-{}-{flags:02x}", hexadecimal(&self.trace), hexadecimal(&self.parent))
    }
}

impl fmt::Debug for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// `N` bytes from twice as many hexadecimal digits in lower case.
fn bytes<const N: usize>(text: &str) -> Result<[u8; N], InvalidTraceContext> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Ok(byte - b'0'),
        b'a'..=b'f' => Ok(byte - b'a' + 10),
        _ => Err(InvalidTraceContext),
    };
    if text.len() != 2 * N {
        return Err(InvalidTraceContext);
    }
    let mut read = [0; N];
    for (slot, pair) in read.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *slot = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Ok(read)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    #[rstest]
    #[case("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", Some("01"))]
    #[case("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", Some("00"))]
    // Flags that this version does not know are not passed on.
    #[case("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff", Some("01"))]
    // A later version is read as far as it is known.
    #[case("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", Some("01"))]
    #[case("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-else", Some("01"))]
    #[case("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", None)]
    #[case("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", None)]
    #[case("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", None)]
    #[case("00-00000000000000000000000000000000-00f067aa0ba902b7-01", None)]
    #[case("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", None)]
    #[case("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", None)]
    #[case("00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01", None)]
    #[case("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1", None)]
    #[case("0-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", None)]
    #[case(" 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", None)]
    #[case("00-4bf92f3577b34da6a3ce929d0e0e47é-00f067aa0ba902b7-01", None)]
    #[case("", None)]
    fn headers(#[case] text: &str, #[case] flags: Option<&str>) {
        let read = text.parse::<TraceContext>();
        let Some(flags) = flags else { return assert_eq!(read, Err(InvalidTraceContext)) };
        let read = read.unwrap();
        assert_eq!(read.trace_id(), TRACE);
        assert_eq!(read.to_string(), format!("00-{TRACE}-00f067aa0ba902b7-{flags}"));
        let on = read.from_here([0xab; 8]);
        assert_eq!(on.to_string(), format!("00-{TRACE}-abababababababab-{flags}"));
    }

    #[test]
    fn no_id_is_all_zeros() {
        let made = TraceContext::new([0; 16], [0; 8]);
        assert_eq!(made.to_string().parse(), Ok(made));
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read(trace: [u8; 16], parent: [u8; 8]) {
            let made = TraceContext::new(trace, parent);
            assert_eq!(made.to_string().parse(), Ok(made));
        }
    }
}
