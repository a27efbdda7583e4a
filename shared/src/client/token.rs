//! The secret of a log-in, as it travels in `Authorization: Bearer`. Never printed; wiped when dropped.

use std::fmt;

/// A session's token. Whoever reveals it sees to it that it is not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// A text that cannot stand in a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a token")]
pub struct InvalidToken;

/// Far beyond any token; keeps a hostile answer out of every later header.
const TOKEN_BYTES_MAX: usize = 512;

impl Token {
    /// Takes a token as a bank wrote it.
    ///
    /// # Errors
    /// When it is empty, longer than 512 bytes, or has other than visible ASCII characters.
    pub fn new(text: String) -> Result<Self, InvalidToken> {
        let token = Self(text);
        let sound =
            (1..=TOKEN_BYTES_MAX).contains(&token.0.len()) && token.0.bytes().all(|b| b.is_ascii_graphic());
        if sound { Ok(token) } else { Err(InvalidToken) }
    }

    /// The secret itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_visible_ascii_and_is_never_printed() {
        let token = Token::new("tok-123".to_owned()).unwrap();
        assert_eq!(format!("{token:?}"), "Token(…)");
        for bad in ["", "a b", "a\r\nHost: x", "é", &"x".repeat(513)] {
            assert_eq!(Token::new(bad.to_owned()), Err(InvalidToken), "{bad:?}");
        }
    }
}
