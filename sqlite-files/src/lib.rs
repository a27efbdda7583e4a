//! A file system written in safe Rust, in which SQLite keeps its files: for tests of what a disk may do to a database.
//!
//! Tests implement [`FileSystem`] and [`register`] it. Never here: what a disk does, and anything that a program links: it
//! is a dependency of tests alone. The C functions that SQLite calls, and with them all unsafe code, stand in `table`.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

mod table;

pub use table::register;

/// Why a file system does not do what SQLite asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such file, or it may not be opened.
    CannotOpen,
    /// The disk failed. SQLite is told in which call.
    Failed,
    /// There is no room.
    Full,
    /// Somebody else holds the lock.
    Busy,
}

/// What SQLite means to keep in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The database.
    Database,
    /// The write-ahead log of a database.
    Log,
    /// A rollback journal, or one over several databases.
    Journal,
    /// What only SQLite itself reads, and only until it closes it.
    Scratch,
}

/// How a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// What will be in it.
    pub kind: Kind,
    /// Whether it is made where there is none.
    pub create: bool,
    /// Whether it goes when it is closed.
    pub delete_on_close: bool,
}

/// How firmly a database file is held. <https://sqlite.org/lockingv3.html>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lock {
    /// Not at all.
    #[default]
    Unlocked,
    /// To read.
    Shared,
    /// To read, and to write soon.
    Reserved,
    /// As `Reserved`, and nobody new may read.
    Pending,
    /// To write: alone.
    Exclusive,
}

/// A part of the memory that all connections to a database share: the index of its log.
#[derive(Debug)]
pub struct Region {
    cells: Box<[AtomicU64]>,
}

impl Region {
    /// So many bytes, a multiple of eight, all of them 0.
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        Self { cells: (0..bytes.div_ceil(8)).map(|_| AtomicU64::new(0)).collect() }
    }
}

/// What is done with one of the places in shared memory that SQLite locks by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Held together with others.
    Share,
    /// Held alone.
    Own,
    /// No more shared.
    EndShare,
    /// No more held alone.
    EndOwn,
}

/// A file system. Every method is one call of SQLite's, on whichever thread uses the connection.
pub trait FileSystem: Send + Sync + 'static {
    /// An open file; dropped when SQLite closes it.
    type File: Send;

    /// Opens the file `name`; one without a name is new, and nobody else's.
    ///
    /// # Errors
    /// As [`Refusal`] says; so for every method below.
    fn open(&self, name: Option<&str>, opening: Opening) -> Result<Self::File, Refusal>;

    /// Deletes `name`, and forces that to disk if asked to. Whether it was there.
    ///
    /// # Errors
    /// As [`Refusal`] says.
    fn delete(&self, name: &str, forced: bool) -> Result<bool, Refusal>;

    /// Whether there is a file `name`.
    ///
    /// # Errors
    /// As [`Refusal`] says.
    fn exists(&self, name: &str) -> Result<bool, Refusal>;

    /// Reads from `at` on; how many bytes there were, up to the length of `into`.
    ///
    /// # Errors
    /// As [`Refusal`] says.
    fn read(&self, file: &mut Self::File, at: u64, into: &mut [u8]) -> Result<usize, Refusal>;

    /// Writes all of `data` from `at` on.
    ///
    /// # Errors
    /// As [`Refusal`] says; a part of it may be written then.
    fn write(&self, file: &mut Self::File, at: u64, data: &[u8]) -> Result<(), Refusal>;

    /// Makes the file `length` bytes long.
    ///
    /// # Errors
    /// As [`Refusal`] says.
    fn truncate(&self, file: &mut Self::File, length: u64) -> Result<(), Refusal>;

    /// Forces the file to disk.
    ///
    /// # Errors
    /// As [`Refusal`] says; what of it is on disk is unknown then.
    fn sync(&self, file: &mut Self::File) -> Result<(), Refusal>;

    /// How long the file is.
    ///
    /// # Errors
    /// As [`Refusal`] says.
    fn length(&self, file: &mut Self::File) -> Result<u64, Refusal>;

    /// Takes the file's lock to `level`, which is above the one held.
    ///
    /// # Errors
    /// [`Refusal::Busy`] while others are in the way.
    fn lock(&self, file: &mut Self::File, level: Lock) -> Result<(), Refusal>;

    /// Lets the file's lock down to `level`.
    fn unlock(&self, file: &mut Self::File, level: Lock);

    /// Whether anybody holds the file to write.
    fn is_reserved(&self, file: &mut Self::File) -> bool;

    /// Part `index` of the memory that is shared by all who have the file open; none where there is none yet and none
    /// is to be made.
    ///
    /// # Errors
    /// As [`Refusal`] says.
    fn region(
        &self,
        file: &mut Self::File,
        index: usize,
        bytes: usize,
        make: bool,
    ) -> Result<Option<Arc<Region>>, Refusal>;

    /// Locks or frees `count` places of the shared memory, from `first` on: all of them or none.
    ///
    /// # Errors
    /// [`Refusal::Busy`] while others are in the way.
    fn hold(&self, file: &mut Self::File, first: usize, count: usize, hold: Hold) -> Result<(), Refusal>;

    /// Shares no memory any more.
    fn leave_regions(&self, file: &mut Self::File);
}

/// SQLite did not take the file system; its code says why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotRegistered(pub i32);

impl fmt::Display for NotRegistered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SQLite did not take the file system (code {})", self.0)
    }
}

impl std::error::Error for NotRegistered {}
