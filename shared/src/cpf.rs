//! CPF: the eleven digits by which Brazil knows a person, the last two of them check digits.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A CPF whose check digits hold. Printed and sent as eleven plain digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cpf([u8; 11]);

/// A text that is no CPF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a valid CPF")]
pub struct InvalidCpf;

impl Cpf {
    /// `529.982.247-25`, for the person whose CPF it is.
    #[must_use]
    pub fn formatted(&self) -> String {
        let d = self.to_string();
        format!("{}.{}.{}-{}", &d[..3], &d[3..6], &d[6..9], &d[9..])
    }

    /// `***.982.247-**`, for everyone else.
    #[must_use]
    pub fn masked(&self) -> String {
        let d = self.to_string();
        format!("***.{}.{}-**", &d[3..6], &d[6..9])
    }

    /// Makes the CPF whose first nine digits these are (for tests and demonstrations).
    ///
    /// # Errors
    /// When all digits come out alike, as no person's do.
    pub fn from_base(base: u32) -> Result<Self, InvalidCpf> {
        let text = format!("{:09}", base % 1_000_000_000);
        let mut digits = [0u8; 11];
        for (slot, byte) in digits.iter_mut().zip(text.bytes()) {
            *slot = byte - b'0';
        }
        digits[9] = check_digit(&digits[..9]);
        digits[10] = check_digit(&digits[..10]);
        if digits.iter().all(|d| *d == digits[0]) { Err(InvalidCpf) } else { Ok(Self(digits)) }
    }
}

fn check_digit(digits: &[u8]) -> u8 {
    let weighted: u32 = digits.iter().rev().zip(2u32..).map(|(d, weight)| u32::from(*d) * weight).sum();
    match weighted % 11 {
        0 | 1 => 0,
        rest => u8::try_from(11 - rest).unwrap_or(0),
    }
}

impl FromStr for Cpf {
    type Err = InvalidCpf;

    /// Takes the mask (`529.982.247-25`) or plain digits, blanks around them allowed.
    fn from_str(text: &str) -> Result<Self, InvalidCpf> {
        let text = text.trim();
        let bytes = text.as_bytes();
        let plain = bytes.len() == 11;
        let masked = bytes.len() == 14 && bytes[3] == b'.' && bytes[7] == b'.' && bytes[11] == b'-';
        if !plain && !masked {
            return Err(InvalidCpf);
        }
        let mut digits = [0u8; 11];
        let mut found = 0;
        for (index, byte) in bytes.iter().enumerate() {
            if masked && matches!(index, 3 | 7 | 11) {
                continue;
            }
            if !byte.is_ascii_digit() {
                return Err(InvalidCpf);
            }
            digits[found] = byte - b'0';
            found += 1;
        }
        // 000.000.000-00 and its kin satisfy the arithmetic and belong to nobody.
        let alike = digits.iter().all(|d| *d == digits[0]);
        let checks = check_digit(&digits[..9]) == digits[9] && check_digit(&digits[..10]) == digits[10];
        if alike || !checks { Err(InvalidCpf) } else { Ok(Self(digits)) }
    }
}

impl fmt::Display for Cpf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text: String = self.0.iter().map(|d| char::from(b'0' + d)).collect();
        f.pad(&text)
    }
}

/// Masked: a CPF that slips into a log or a panic gives nobody away.
impl fmt::Debug for Cpf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cpf({})", self.masked())
    }
}

impl Serialize for Cpf {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cpf {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
