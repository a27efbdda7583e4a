//! Files that the customer names, as data: what is asked of the edge, and what it answers. Nothing is read or written
//! here.

/// The largest file that is read, in bytes.
pub const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// Names offered while a path is typed, at most.
pub const NAMES_MAX: usize = 200;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileCall {
    /// Read a text.
    Read {
        /// As typed; `~` is the home directory.
        path: String,
    },
    /// Write a text, 0600.
    Write {
        /// As typed.
        path: String,
        /// The text.
        text: String,
        /// Whether a file that is there may be replaced: only after the customer said so.
        replaces: bool,
    },
    /// Which names begin as what was typed?
    List {
        /// As typed so far.
        typed: String,
    },
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileAnswer {
    /// A text was read, or not.
    Read(Result<String, FileTrouble>),
    /// A text was written, and where to in full; or not.
    Written(Result<String, FileTrouble>),
    /// Names that begin as what was typed, directories with a slash behind.
    Listed {
        /// What was typed.
        typed: String,
        /// Whole paths, ready to stand in its place.
        names: Vec<String>,
    },
}

/// Why a file was not read or not written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileTrouble {
    /// There is none, or its directory is not there.
    NotFound,
    /// It is a directory, a device or a pipe.
    NotAFile,
    /// Larger than [`FILE_BYTES_MAX`].
    TooLarge,
    /// Not UTF-8.
    NotText,
    /// There is one already.
    Exists,
    /// The system does not allow it.
    NotAllowed,
    /// No room on the disk.
    DiskFull,
    /// In the system's words.
    Other(String),
}
