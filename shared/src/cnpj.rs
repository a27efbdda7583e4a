//! CNPJ: by which Brazil knows a company. Twelve characters 0-9A-Z (letters since July 2026) and two check digits.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A CNPJ whose check digits hold. Printed and sent as fourteen plain characters, letters in upper case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cnpj([u8; 14]);

/// A text that is no CNPJ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a valid CNPJ")]
pub struct InvalidCnpj;

impl Cnpj {
    /// `12.ABC.345/01DE-35`.
    #[must_use]
    pub fn formatted(&self) -> String {
        let d = self.to_string();
        format!("{}.{}.{}/{}-{}", &d[..2], &d[2..5], &d[5..8], &d[8..12], &d[12..])
    }

    /// Makes the CNPJ whose first twelve characters these are (for tests and demonstrations).
    ///
    /// # Errors
    /// When `base` is not twelve characters 0-9A-Z, or all fourteen come out alike.
    pub fn from_base(base: &str) -> Result<Self, InvalidCnpj> {
        let bytes: [u8; 12] = base.as_bytes().try_into().map_err(|_| InvalidCnpj)?;
        if !bytes.iter().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) {
            return Err(InvalidCnpj);
        }
        let mut all = [0u8; 14];
        all[..12].copy_from_slice(&bytes);
        all[12] = check_digit(&all[..12]);
        all[13] = check_digit(&all[..13]);
        if all.iter().all(|b| *b == all[0]) { Err(InvalidCnpj) } else { Ok(Self(all)) }
    }
}

/// Weights 2 to 9 from the right, over the characters' ASCII values less 48; gives the digit as a character.
fn check_digit(characters: &[u8]) -> u8 {
    let weights = (2u32..=9).cycle();
    let weighted: u32 = characters.iter().rev().zip(weights).map(|(c, w)| u32::from(c - b'0') * w).sum();
    match weighted % 11 {
        0 | 1 => b'0',
        rest => b'0' + u8::try_from(11 - rest).unwrap_or(0),
    }
}

impl FromStr for Cnpj {
    type Err = InvalidCnpj;

    /// Takes the mask (`12.ABC.345/01DE-35`) or plain characters, letters in either case, blanks around them allowed.
    fn from_str(text: &str) -> Result<Self, InvalidCnpj> {
        let text = text.trim().to_ascii_uppercase();
        let bytes = text.as_bytes();
        let masked = bytes.len() == 18
            && bytes[2] == b'.'
            && bytes[6] == b'.'
            && bytes[10] == b'/'
            && bytes[15] == b'-';
        let plain: String = if masked {
            text.char_indices().filter(|(i, _)| !matches!(i, 2 | 6 | 10 | 15)).map(|(_, c)| c).collect()
        } else {
            text
        };
        if plain.len() != 14 || !plain.is_ascii() {
            return Err(InvalidCnpj);
        }
        let cnpj = Self::from_base(&plain[..12])?;
        if plain.as_bytes() == cnpj.0 { Ok(cnpj) } else { Err(InvalidCnpj) }
    }
}

impl fmt::Display for Cnpj {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text: String = self.0.iter().map(|b| char::from(*b)).collect();
        f.pad(&text)
    }
}

impl Serialize for Cnpj {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cnpj {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
