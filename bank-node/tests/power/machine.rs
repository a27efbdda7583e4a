//! A machine with one disk: it counts every call that reaches the disk, and at the planned one something goes wrong.
//!
//! Never here: what SQLite is, and what the ledger does with it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bank_node::simulation::chance::Chance;
use sqlite_files::Refusal;

use crate::disk::{Disk, FileNumber};
use crate::faults::{Call, Fault, Lie};

/// A machine, switched on.
pub struct Machine(Mutex<Inner>);

struct Inner {
    disk: Disk,
    chance: Chance,
    lie: Option<Lie>,
    /// The calls so far, in order; what is done unwatched is not among them.
    calls: Vec<Call>,
    watched: bool,
    planned: Option<(usize, Fault)>,
    fired: Option<Fault>,
    ends: Ends,
}

/// How far the process can still reach its disk.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ends {
    /// All is well.
    Not,
    /// It is gone, or the machine is.
    Off,
    /// It can read.
    ReadOnly,
    /// It can do what needs no room.
    Full,
}

impl Machine {
    /// With an empty disk.
    pub fn new(chance: Chance, lie: Option<Lie>) -> Self {
        Self(Mutex::new(Inner {
            disk: Disk::default(),
            chance,
            lie,
            calls: Vec::new(),
            watched: true,
            planned: None,
            fired: None,
            ends: Ends::Not,
        }))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Plans `fault` for the call after `after` more.
    pub fn plan(&self, after: usize, fault: Fault) {
        let mut inner = self.inner();
        inner.planned = Some((inner.calls.len() + after, fault));
    }

    /// What has gone wrong, since it was last forgotten.
    pub fn fired(&self) -> Option<Fault> {
        self.inner().fired
    }

    pub fn forget_fired(&self) {
        self.inner().fired = None;
    }

    /// Nothing that is planned and has not happened will happen.
    pub fn plan_nothing(&self) {
        self.inner().planned = None;
    }

    /// The calls so far.
    pub fn calls(&self) -> Vec<Call> {
        self.inner().calls.clone()
    }

    /// Runs `act` with nothing going wrong and nothing counted.
    pub fn unwatched<T>(&self, act: impl FnOnce() -> T) -> T {
        self.inner().watched = false;
        let result = act();
        self.inner().watched = true;
        result
    }

    /// The process is gone: what it still tries comes to nothing.
    pub fn kill(&self) {
        self.inner().ends = Ends::Off;
    }

    /// Power goes and comes back.
    pub fn cut_power(&self) {
        let mut inner = self.inner();
        let Inner { disk, chance, .. } = &mut *inner;
        disk.cut_power(chance);
        inner.is_well();
    }

    /// A process may start again. Of a disk without room, that may still be so.
    pub fn is_well(&self) {
        self.inner().is_well();
    }

    pub fn find(&self, name: &str) -> Result<Option<FileNumber>, Refusal> {
        let mut inner = self.inner();
        inner.call(Call::Find)?;
        Ok(inner.disk.find(name))
    }

    /// Opens the file `name`; makes it if told to.
    pub fn open(&self, name: &str, make: bool) -> Result<FileNumber, Refusal> {
        let mut inner = self.inner();
        inner.call(Call::Open)?;
        if let Some(file) = inner.disk.find(name) {
            return Ok(file);
        }
        if !make {
            return Err(Refusal::CannotOpen);
        }
        let cut = inner.call(Call::Make)?;
        let file = inner.disk.make();
        inner.disk.name(name, Some(file));
        cut.map_or(Ok(file), Err)
    }

    /// A file that nobody else can open.
    pub fn open_unnamed(&self) -> Result<FileNumber, Refusal> {
        let mut inner = self.inner();
        inner.call(Call::Open)?;
        Ok(inner.disk.make())
    }

    pub fn delete(&self, name: &str, forced: bool) -> Result<bool, Refusal> {
        let mut inner = self.inner();
        if inner.disk.find(name).is_none() {
            return Ok(false);
        }
        let cut = inner.call(Call::Delete)?;
        inner.disk.name(name, None);
        if let Some(refusal) = cut {
            return Err(refusal);
        }
        if forced {
            inner.sync_names()?;
        }
        Ok(true)
    }

    pub fn read(&self, file: FileNumber, at: u64, into: &mut [u8]) -> Result<usize, Refusal> {
        let mut inner = self.inner();
        inner.call(Call::Read)?;
        let at = usize::try_from(at).map_err(|_| Refusal::Failed)?;
        let there = inner.disk.bytes(file).get(at..).unwrap_or_default();
        let count = there.len().min(into.len());
        into[..count].copy_from_slice(&there[..count]);
        Ok(count)
    }

    pub fn write(&self, file: FileNumber, at: u64, data: &[u8]) -> Result<(), Refusal> {
        let mut inner = self.inner();
        let at = usize::try_from(at).map_err(|_| Refusal::Failed)?;
        let grows = at + data.len() > inner.disk.bytes(file).len();
        if inner.ends == Ends::Full && grows && inner.watched {
            inner.calls.push(Call::Write);
            return Err(Refusal::Full);
        }
        match inner.call(Call::Write) {
            Ok(None) => {
                inner.disk.write(file, at, data);
                Ok(())
            }
            // It was under way: some of it may have got to the system.
            Ok(Some(refusal)) => {
                let part = inner.chance.place(data.len() + 1);
                inner.disk.write(file, at, &data[..part]);
                Err(refusal)
            }
            Err(refusal) => Err(refusal),
        }
    }

    pub fn resize(&self, file: FileNumber, length: u64) -> Result<(), Refusal> {
        let mut inner = self.inner();
        let length = usize::try_from(length).map_err(|_| Refusal::Failed)?;
        let cut = inner.call(Call::Resize)?;
        // One that failed was not done; one that power cut short may have been.
        if cut.is_none() || inner.chance.permille(500) {
            inner.disk.resize(file, length);
        }
        cut.map_or(Ok(()), Err)
    }

    /// Forces `file` to disk, and before it the names if it was just made.
    pub fn sync(&self, file: FileNumber, is_log: bool, with_names: bool) -> Result<(), Refusal> {
        let mut inner = self.inner();
        match inner.call(Call::Sync)? {
            None => {
                let lies = match inner.lie {
                    Some(Lie::Everything) => true,
                    Some(Lie::Log) => is_log,
                    Some(Lie::Database) => !is_log,
                    Some(Lie::Names) | None => false,
                };
                if !lies {
                    inner.disk.sync(file);
                }
            }
            Some(refusal) => {
                // Power that goes in the middle of it leaves everything open; else the system gives up what it could not write.
                if inner.ends != Ends::Off {
                    let Inner { disk, chance, .. } = &mut *inner;
                    disk.sync_in_vain(file, chance);
                }
                return Err(refusal);
            }
        }
        if with_names { inner.sync_names() } else { Ok(()) }
    }

    pub fn sync_names(&self) -> Result<(), Refusal> {
        self.inner().sync_names()
    }

    pub fn length(&self, file: FileNumber) -> Result<u64, Refusal> {
        let mut inner = self.inner();
        inner.call(Call::Length)?;
        u64::try_from(inner.disk.bytes(file).len()).map_err(|_| Refusal::Failed)
    }
}

impl Inner {
    fn is_well(&mut self) {
        self.ends = Ends::Not;
    }

    fn sync_names(&mut self) -> Result<(), Refusal> {
        if let Some(refusal) = self.call(Call::SyncNames)? {
            return Err(refusal);
        }
        if !matches!(self.lie, Some(Lie::Everything | Lie::Names)) {
            self.disk.sync_names();
        }
        Ok(())
    }

    /// Counts `call`, and lets what is planned for it go wrong. An error: it is not done at all. A refusal: it is told as
    /// failed, and may be done in part.
    fn call(&mut self, call: Call) -> Result<Option<Refusal>, Refusal> {
        if !self.watched {
            return Ok(None);
        }
        let number = self.calls.len();
        self.calls.push(call);
        match self.ends {
            Ends::Off => return Err(Refusal::Failed),
            Ends::ReadOnly if call.changes() => return Err(Refusal::Failed),
            Ends::Full if call == Call::Make => return Err(Refusal::Full),
            Ends::Not | Ends::ReadOnly | Ends::Full => {}
        }
        // What makes no difference at the planned call happens at the next where it does.
        let due = self.planned.filter(|(at, fault)| *at <= number && fault.matters_at(call));
        let Some((_, fault)) = due else { return Ok(None) };
        self.planned = None;
        self.fired = Some(fault);
        match fault {
            Fault::PowerCut | Fault::Killed => self.ends = Ends::Off,
            Fault::FailsForGood => self.ends = Ends::ReadOnly,
            Fault::Full => {
                self.ends = Ends::Full;
                return Ok(Some(Refusal::Full));
            }
            Fault::Fails => {}
        }
        if call.changes() { Ok(Some(Refusal::Failed)) } else { Err(Refusal::Failed) }
    }
}
