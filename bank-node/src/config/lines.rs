//! A TOML file being read: its mistakes named by file and line.

use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use super::ConfigError;

/// A file's text and name.
pub(super) struct Source {
    file: PathBuf,
    text: String,
}

impl Source {
    /// Reads `file`; `remedy` says what to do when it cannot be.
    pub(super) fn read(file: &Path, remedy: &str) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(file)
            .map_err(|error| ConfigError::new(format!("{}: {error}: {remedy}", file.display())))?;
        Ok(Self { file: file.to_owned(), text })
    }

    /// The file's name, for errors without a line.
    pub(super) fn name(&self) -> String {
        self.file.display().to_string()
    }

    /// The number of the line in which `span` begins, from 1.
    pub(super) fn line(&self, span: &Range<usize>) -> usize {
        let before = self.text.get(..span.start).unwrap_or(&self.text);
        before.bytes().filter(|byte| *byte == b'\n').count() + 1
    }

    /// `bank.toml line 3`.
    pub(super) fn line_of(&self, span: &Range<usize>) -> String {
        format!("{} line {}", self.file.display(), self.line(span))
    }

    /// `path` as the file means it: relative to the directory of the file.
    pub(super) fn beside(&self, path: &Path) -> PathBuf {
        self.file.parent().unwrap_or(Path::new("")).join(path)
    }

    /// The file's values.
    pub(super) fn parse<T: DeserializeOwned>(&self) -> Result<T, ConfigError> {
        toml::from_str(&self.text).map_err(|error| {
            let place = error.span().map_or_else(|| self.name(), |span| self.line_of(&span));
            ConfigError::new(format!("{place}: {}", error.message()))
        })
    }
}
