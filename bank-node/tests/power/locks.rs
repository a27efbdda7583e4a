//! What connections lock, and the memory that they share: of the system, so none of it outlives a process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sqlite_files::{Hold, Lock, Refusal, Region};

use crate::disk::FileNumber;

/// How many places of shared memory SQLite locks by number.
const PLACES: usize = 8;

/// An open file, among all of a machine's.
pub type Opened = u64;

/// The locks of all files of a machine.
#[derive(Default)]
pub struct Locks(Mutex<BTreeMap<FileNumber, Held>>);

#[derive(Default)]
struct Held {
    levels: BTreeMap<Opened, Lock>,
    places: BTreeMap<Opened, [Place; PLACES]>,
    regions: Vec<Arc<Region>>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Free,
    Shared,
    Owned,
}

impl Locks {
    fn held(&self) -> MutexGuard<'_, BTreeMap<FileNumber, Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn lock(&self, file: FileNumber, opened: Opened, level: Lock) -> Result<(), Refusal> {
        let mut files = self.held();
        let levels = &mut files.entry(file).or_default().levels;
        let others = levels.iter().filter(|(other, _)| **other != opened).map(|(_, level)| *level);
        let highest = others.max().unwrap_or_default();
        let allowed = match level {
            Lock::Unlocked => true,
            Lock::Shared => highest < Lock::Pending,
            Lock::Reserved | Lock::Pending => highest < Lock::Reserved,
            Lock::Exclusive => highest == Lock::Unlocked,
        };
        if allowed {
            levels.insert(opened, level);
            Ok(())
        } else {
            Err(Refusal::Busy)
        }
    }

    pub fn unlock(&self, file: FileNumber, opened: Opened, level: Lock) {
        self.held().entry(file).or_default().levels.insert(opened, level);
    }

    pub fn is_reserved(&self, file: FileNumber) -> bool {
        self.held().get(&file).is_some_and(|held| held.levels.values().any(|level| *level >= Lock::Reserved))
    }

    pub fn region(&self, file: FileNumber, index: usize, bytes: usize, make: bool) -> Option<Arc<Region>> {
        let mut files = self.held();
        let regions = &mut files.entry(file).or_default().regions;
        while make && regions.len() <= index {
            regions.push(Arc::new(Region::new(bytes)));
        }
        regions.get(index).cloned()
    }

    pub fn hold(
        &self,
        file: FileNumber,
        opened: Opened,
        places: std::ops::Range<usize>,
        hold: Hold,
    ) -> Result<(), Refusal> {
        let mut files = self.held();
        let held = files.entry(file).or_default();
        let is_free = |place: usize| {
            let mut others = held.places.iter().filter(|(other, _)| **other != opened);
            !others.any(|(_, places)| match hold {
                Hold::Share => places[place] == Place::Owned,
                Hold::Own => places[place] != Place::Free,
                Hold::EndShare | Hold::EndOwn => false,
            })
        };
        if !places.clone().all(is_free) {
            return Err(Refusal::Busy);
        }
        let state = match hold {
            Hold::Share => Place::Shared,
            Hold::Own => Place::Owned,
            Hold::EndShare | Hold::EndOwn => Place::Free,
        };
        held.places.entry(opened).or_default()[places].fill(state);
        Ok(())
    }

    /// `opened` shares the file's memory.
    pub fn enter(&self, file: FileNumber, opened: Opened) {
        self.held().entry(file).or_default().places.entry(opened).or_default();
    }

    /// `opened` has no shared memory any more; the last who leaves lets go of it.
    pub fn leave(&self, file: FileNumber, opened: Opened) {
        let mut files = self.held();
        if let Some(held) = files.get_mut(&file) {
            held.places.remove(&opened);
            if held.places.is_empty() {
                held.regions.clear();
            }
        }
    }

    /// `opened` is closed.
    pub fn close(&self, file: FileNumber, opened: Opened) {
        self.leave(file, opened);
        if let Some(held) = self.held().get_mut(&file) {
            held.levels.remove(&opened);
        }
    }
}
