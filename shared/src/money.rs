//! Money, in whole centavos of the Brazilian real. Never a float, never unchecked arithmetic.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::limits::AMOUNT_MAX;

/// What one leg moves: 1 to [`AMOUNT_MAX`] centavos.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Amount(i64);

/// Why a number is no [`Amount`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an amount is a whole number of centavos from 1 to {AMOUNT_MAX}")]
pub struct AmountOutOfRange;

impl Amount {
    /// The only door in.
    ///
    /// # Errors
    /// When `centavos` is not from 1 to [`AMOUNT_MAX`].
    pub const fn new(centavos: i64) -> Result<Self, AmountOutOfRange> {
        if centavos >= 1 && centavos <= AMOUNT_MAX { Ok(Self(centavos)) } else { Err(AmountOutOfRange) }
    }

    /// The number of centavos.
    #[must_use]
    pub const fn centavos(self) -> i64 {
        self.0
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(i64::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Reais(self.0).fmt(f)
    }
}

/// Prints a signed number of centavos as Brazilians write it: `R$ 1.234,56`, `-R$ 0,05`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reais(pub i64);

impl fmt::Display for Reais {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        f.pad(&format!("{sign}R$ {}", plain(self.0.unsigned_abs())))
    }
}

/// `123456` centavos as `1.234,56`.
fn plain(centavos: u64) -> String {
    let whole = (centavos / 100).to_string();
    let mut grouped = String::with_capacity(whole.len() + whole.len() / 3 + 3);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    grouped.push_str(&format!(",{:02}", centavos % 100));
    grouped
}

/// Why a typed text is no amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyTextError {
    /// Nothing was typed.
    #[error("no amount given")]
    Empty,
    /// Not a number as Brazilians write money.
    #[error("not an amount of money")]
    Malformed,
    /// `1.23`, `1.5` or `0.500`: a point as the decimal sign, or a slip in the thousands. Asked about, never guessed.
    #[error("ambiguous: write {as_cents} for centavos, with a comma", as_cents = "1,23")]
    Ambiguous,
    /// Well written, but zero or beyond the limit.
    #[error(transparent)]
    OutOfRange(#[from] AmountOutOfRange),
}

/// Reads money as Brazilians type it: `1.234,56`, `1234,5`, `150`, with or without `R$`.
///
/// # Errors
/// [`MoneyTextError::Ambiguous`] for a lone point that does not part thousands (`1.23`, `0.500`); the others as they say.
pub fn parse_reais(typed: &str) -> Result<Amount, MoneyTextError> {
    let text = typed.trim();
    let text = text.strip_prefix("R$").or_else(|| text.strip_prefix("r$")).unwrap_or(text).trim();
    if text.is_empty() {
        return Err(MoneyTextError::Empty);
    }
    let (whole, cents) = match text.split_once(',') {
        Some((whole, cents)) => (whole, Some(cents)),
        None => (text, None),
    };
    let cents = match cents {
        None => 0,
        Some(text) if (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()) => {
            let value: i64 = text.parse().map_err(|_| MoneyTextError::Malformed)?;
            if text.len() == 1 { value * 10 } else { value }
        }
        Some(_) => return Err(MoneyTextError::Malformed),
    };
    let groups: Vec<&str> = whole.split('.').collect();
    if groups.iter().any(|g| g.is_empty() || !g.bytes().all(|b| b.is_ascii_digit())) {
        return Err(MoneyTextError::Malformed);
    }
    // Nobody parts thousands after a zero: `0.500` is half a real to most who type it, and never R$ 500,00.
    let parts_thousands = groups[0].len() <= 3 && !groups[0].starts_with('0');
    let well_grouped = groups.len() == 1 || (parts_thousands && groups[1..].iter().all(|g| g.len() == 3));
    if !well_grouped {
        return Err(if groups.len() == 2 && !text.contains(',') {
            MoneyTextError::Ambiguous
        } else {
            MoneyTextError::Malformed
        });
    }
    let digits = groups.concat();
    let whole: i64 = digits.parse().map_err(|_| MoneyTextError::OutOfRange(AmountOutOfRange))?;
    let centavos = whole
        .checked_mul(100)
        .and_then(|c| c.checked_add(cents))
        .ok_or(MoneyTextError::OutOfRange(AmountOutOfRange))?;
    Ok(Amount::new(centavos)?)
}
