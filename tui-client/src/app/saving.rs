//! Files that the customer asks for: statements, receipts. As plain values; the edge writes them.
//!
//! Invariant: a file that is there is never written over.

/// A file to be written, in the directory that the edge knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    /// Its name before the number and the ending.
    pub stem: String,
    /// Its ending, without the point.
    pub ending: &'static str,
    /// What stands in it.
    pub text: String,
}

/// What became of it.
pub type Saved = Result<SavedAt, NotSaved>;

/// Where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedAt(pub String);

/// Why there is no file, and where it would have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotSaved {
    /// The directory, or nothing where there is none.
    pub directory: String,
    /// Why.
    pub why: WhyNotSaved,
}

/// Why a file could not be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhyNotSaved {
    /// The disk, or the customer's part of it, is full.
    NoRoom,
    /// The customer may not write there.
    NotAllowed,
    /// There is no directory for it.
    NoDirectory,
    /// The system's own words.
    Other(String),
}
