//! The machine as SQLite and the opening of a ledger use it: each test thread has its own, the one it works on now.

use std::cell::RefCell;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Once};

use bank_node::ledger::sqlite::{DirectoryLock, Files, OpenFault};
use sqlite_files::{FileSystem, Hold, Kind, Lock, Opening, Refusal, Region};

use crate::disk::FileNumber;
use crate::locks::{Locks, Opened};
use crate::machine::Machine;

thread_local! {
    static HERE: RefCell<Option<Mount>> = const { RefCell::new(None) };
}

/// A machine's file system, for the ledger to be opened on.
#[derive(Clone)]
pub struct Mount {
    pub machine: Arc<Machine>,
    locks: Arc<Locks>,
}

impl Mount {
    /// The file system of `machine`, from now on that of this thread.
    pub fn here(machine: Machine) -> Self {
        static REGISTERED: Once = Once::new();
        REGISTERED.call_once(|| {
            sqlite_files::register("power", ThisThreads, true).expect("SQLite takes the file system");
        });
        let mount = Self { machine: Arc::new(machine), locks: Arc::default() };
        HERE.set(Some(mount.clone()));
        mount
    }

    fn of_this_thread() -> Result<Self, Refusal> {
        HERE.with_borrow(Clone::clone).ok_or(Refusal::CannotOpen)
    }
}

/// SQLite's view: whichever machine the thread works on.
struct ThisThreads;

/// A file that SQLite has open.
struct Handle {
    mount: Mount,
    file: FileNumber,
    opened: Opened,
    kind: Kind,
    /// Its name may not be durable: the first sync of the file sees to that, as SQLite's own file system for Unix does.
    names_too: bool,
    /// Goes with the handle.
    doomed: Option<String>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.mount.locks.close(self.file, self.opened);
        if let Some(name) = &self.doomed {
            let _nobody_is_told = self.mount.machine.delete(name, false);
        }
    }
}

impl FileSystem for ThisThreads {
    type File = Handle;

    fn open(&self, name: Option<&str>, opening: Opening) -> Result<Handle, Refusal> {
        static OPENED: AtomicU64 = AtomicU64::new(0);
        let mount = Mount::of_this_thread()?;
        let file = match name {
            Some(name) => mount.machine.open(name, opening.create)?,
            None => mount.machine.open_unnamed()?,
        };
        Ok(Handle {
            mount,
            file,
            opened: OPENED.fetch_add(1, Ordering::Relaxed),
            kind: opening.kind,
            names_too: opening.create && matches!(opening.kind, Kind::Log | Kind::Journal),
            doomed: name.filter(|_| opening.delete_on_close).map(str::to_owned),
        })
    }

    fn delete(&self, name: &str, forced: bool) -> Result<bool, Refusal> {
        Mount::of_this_thread()?.machine.delete(name, forced)
    }

    fn exists(&self, name: &str) -> Result<bool, Refusal> {
        let found = Mount::of_this_thread()?.machine.find(name)?;
        Ok(found.is_some())
    }

    fn read(&self, file: &mut Handle, at: u64, into: &mut [u8]) -> Result<usize, Refusal> {
        file.mount.machine.read(file.file, at, into)
    }

    fn write(&self, file: &mut Handle, at: u64, data: &[u8]) -> Result<(), Refusal> {
        file.mount.machine.write(file.file, at, data)
    }

    fn truncate(&self, file: &mut Handle, length: u64) -> Result<(), Refusal> {
        file.mount.machine.resize(file.file, length)
    }

    fn sync(&self, file: &mut Handle) -> Result<(), Refusal> {
        file.mount.machine.sync(file.file, file.kind == Kind::Log, file.names_too)?;
        file.names_too = false;
        Ok(())
    }

    fn length(&self, file: &mut Handle) -> Result<u64, Refusal> {
        file.mount.machine.length(file.file)
    }

    fn lock(&self, file: &mut Handle, level: Lock) -> Result<(), Refusal> {
        file.mount.locks.lock(file.file, file.opened, level)
    }

    fn unlock(&self, file: &mut Handle, level: Lock) {
        file.mount.locks.unlock(file.file, file.opened, level);
    }

    fn is_reserved(&self, file: &mut Handle) -> bool {
        file.mount.locks.is_reserved(file.file)
    }

    fn region(
        &self,
        file: &mut Handle,
        index: usize,
        bytes: usize,
        make: bool,
    ) -> Result<Option<Arc<Region>>, Refusal> {
        file.mount.locks.enter(file.file, file.opened);
        Ok(file.mount.locks.region(file.file, index, bytes, make))
    }

    fn hold(&self, file: &mut Handle, first: usize, count: usize, hold: Hold) -> Result<(), Refusal> {
        file.mount.locks.hold(file.file, file.opened, first..first + count, hold)
    }

    fn leave_regions(&self, file: &mut Handle) {
        file.mount.locks.leave(file.file, file.opened);
    }
}

impl Files for Mount {
    /// There is one directory, and it is always there.
    fn make_directory(&self, _directory: &Path) -> Result<(), OpenFault> {
        Ok(())
    }

    /// A machine has one process, so nobody else can hold it.
    fn lock_directory(&self, directory: &Path) -> Result<DirectoryLock, OpenFault> {
        let file = tempfile::tempfile().map_err(|cause| unusable(directory, &cause.to_string()))?;
        DirectoryLock::take(file, directory)
    }

    fn length(&self, file: &Path) -> Result<Option<u64>, OpenFault> {
        let found = self.machine.find(&name(file)).map_err(|refusal| failed(file, refusal))?;
        found.map(|found| self.machine.length(found)).transpose().map_err(|refusal| failed(file, refusal))
    }

    fn make_file(&self, file: &Path) -> Result<(), OpenFault> {
        self.machine.open(&name(file), true).map(|_| ()).map_err(|refusal| failed(file, refusal))
    }

    fn force_again(&self, file: &Path) -> Result<(), OpenFault> {
        let again = || {
            let Some(found) = self.machine.find(&name(file))? else { return Ok(()) };
            let length = self.machine.length(found)?;
            let mut bytes = vec![0; usize::try_from(length).map_err(|_| Refusal::Failed)?];
            self.machine.read(found, 0, &mut bytes)?;
            self.machine.write(found, 0, &bytes)?;
            self.machine.sync(found, true, false)
        };
        again().map_err(|refusal| failed(file, refusal))
    }

    fn make_mark(&self, mark: &Path) -> Result<(), OpenFault> {
        let make = || {
            let file = self.machine.open(&name(mark), true)?;
            self.machine.write(file, 0, b"A ledger was made here.\n")?;
            self.machine.sync(file, false, false)
        };
        make().map_err(|refusal| failed(mark, refusal))
    }

    fn sync_names(&self, directory: &Path) -> Result<(), OpenFault> {
        self.machine.sync_names().map_err(|refusal| failed(directory, refusal))
    }
}

fn name(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn failed(path: &Path, refusal: Refusal) -> OpenFault {
    unusable(path, &format!("{refusal:?}"))
}

fn unusable(path: &Path, cause: &str) -> OpenFault {
    OpenFault::Unusable { path: path.to_owned(), cause: cause.to_owned() }
}
