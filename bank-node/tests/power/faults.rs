//! Which call something goes wrong at, and what: the plan of one run.

use std::fmt;

/// What a call asks of the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    Open,
    Make,
    Delete,
    Find,
    Read,
    Write,
    Resize,
    Sync,
    SyncNames,
    Length,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Power goes. What was not synced is kept, lost or torn.
    PowerCut,
    /// The process is killed; the system stays up, and what was written is there.
    Killed,
    /// This call fails, once. Of a sync, the system forgets what it could not write; of a write, a part may be done.
    Fails,
    /// From now on every call that changes anything fails, until the process has ended.
    FailsForGood,
    /// From now on the disk has no room, until some time after the process has ended.
    Full,
}

impl Call {
    /// Whether it can change what is on the disk.
    pub const fn changes(self) -> bool {
        match self {
            Self::Make | Self::Delete | Self::Write | Self::Resize | Self::Sync | Self::SyncNames => true,
            Self::Open | Self::Find | Self::Read | Self::Length => false,
        }
    }
}

impl Fault {
    pub const ALL: [Self; 5] = [Self::PowerCut, Self::Killed, Self::Fails, Self::FailsForGood, Self::Full];

    /// Whether it makes a difference at `call`. Power that goes at a reading is power that goes at the change before.
    pub const fn matters_at(self, call: Call) -> bool {
        match self {
            Self::PowerCut | Self::Killed | Self::FailsForGood => call.changes(),
            Self::Fails => true,
            Self::Full => matches!(call, Call::Write | Call::Make),
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::PowerCut => "cut",
            Self::Killed => "killed",
            Self::Fails => "fails",
            Self::FailsForGood => "fails-for-good",
            Self::Full => "full",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A disk that does not keep its word: what it says is durable, and is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lie {
    /// No sync does anything.
    Everything,
    /// The log is not synced.
    Log,
    /// The database is not synced.
    Database,
    /// Names are not.
    Names,
}
