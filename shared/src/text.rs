//! Text that people type: cleaned of what could deceive a reader, bounded, and masked for strangers.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation as _;

use crate::limits::{DESCRIPTION_CHARS_MAX, NAME_CHARS_MAX};

/// Why a text was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing was left of it.
    #[error("empty")]
    Empty,
    /// More characters than the limit.
    #[error("too long")]
    TooLong,
    /// Nothing a name is made of: no letter in it.
    #[error("no letter in it")]
    BadCharacters,
}

/// Removes control, bidirectional-override, zero-width and other invisible format characters, folds white space to
/// single blanks, and trims.
#[must_use]
pub fn clean(text: &str) -> String {
    let visible: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !c.is_control() && !is_invisible(*c))
        .collect();
    visible.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Format characters that reorder, join or hide text (Unicode category Cf and the line separators).
#[must_use]
pub const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}')
}

/// A person's or a company's name: cleaned, 1 to [`NAME_CHARS_MAX`] characters, with a letter in it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Name(String);

impl Name {
    /// Cleans and takes a name.
    ///
    /// # Errors
    /// As [`TextError`] says.
    pub fn new(text: &str) -> Result<Self, TextError> {
        let name = clean(text);
        if name.is_empty() {
            Err(TextError::Empty)
        } else if name.chars().count() > NAME_CHARS_MAX {
            Err(TextError::TooLong)
        } else if !name.chars().any(char::is_alphabetic) {
            Err(TextError::BadCharacters)
        } else {
            Ok(Self(name))
        }
    }

    /// The name in full, for its owner and co-holders.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `M*** S****`: the first character of each word, for strangers.
    #[must_use]
    pub fn masked(&self) -> String {
        let mask = |word: &str| {
            let mut clusters = word.graphemes(true);
            let first = clusters.next().unwrap_or_default();
            format!("{first}{}", "*".repeat(clusters.count()))
        };
        self.0.split(' ').map(mask).collect::<Vec<_>>().join(" ")
    }
}

/// Masked: names stay out of logs and panics.
impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({})", self.masked())
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// What a customer writes beside a leg: cleaned, 1 to [`DESCRIPTION_CHARS_MAX`] characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Description(String);

impl Description {
    /// Cleans and takes a description; `None` when nothing visible is left of it.
    ///
    /// # Errors
    /// [`TextError::TooLong`].
    pub fn new(text: &str) -> Result<Option<Self>, TextError> {
        let text = clean(text);
        if text.is_empty() {
            Ok(None)
        } else if text.chars().count() > DESCRIPTION_CHARS_MAX {
            Err(TextError::TooLong)
        } else {
            Ok(Some(Self(text)))
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Description {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::new(&text).ok().flatten().ok_or_else(|| serde::de::Error::custom("not a description"))
    }
}

/// A password on its way in. Never printed; wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Password(String);

impl Password {
    /// Takes any text; whether it is long enough is asked where one is chosen, not where one is tried.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The secret itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

impl Drop for Password {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.0);
    }
}
