//! Files of the client: what it remembers, and orders under way. Everything is 0600 in a directory of 0700.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use directories::{ProjectDirs, UserDirs};
use serde::de::DeserializeOwned;

use super::bank_keys::BANK_KEYS;
use super::leftovers;
use super::orders::ORDERS;
use super::people::{PEOPLE, TEMPLATES};
use super::sessions::SESSIONS;
use crate::app::settings::Remembered;

/// The platform's directories for this program.
#[must_use]
pub fn directories() -> Option<ProjectDirs> {
    ProjectDirs::from("", "", "consortium-tui")
}

/// Where things are kept.
#[derive(Clone, Debug)]
pub struct Places {
    state: Option<PathBuf>,
    /// Where files for the customer go.
    saves: Option<PathBuf>,
    passwords_in_clear: bool,
}

impl Places {
    /// The directory given, else the platform's for state.
    #[must_use]
    pub fn find(given: Option<PathBuf>) -> Self {
        let platform =
            || directories().map(|d| d.state_dir().unwrap_or_else(|| d.data_local_dir()).to_path_buf());
        let state = given.or_else(platform);
        let own = UserDirs::new();
        let own = own.as_ref().and_then(|d| d.document_dir().or_else(|| d.download_dir()));
        // A system without people's directories, such as a server: what is saved lies beside the client's own state.
        let saves =
            own.filter(|d| d.is_dir()).map(Path::to_path_buf).or_else(|| Some(state.as_ref()?.join(SAVED)));
        Self { state, saves, passwords_in_clear: false }
    }

    /// The same, with files for the customer in another directory, if one is given.
    #[must_use]
    pub fn saving_in(self, given: Option<PathBuf>) -> Self {
        Self { saves: given.or(self.saves), ..self }
    }

    /// The same, with a word on whether passwords may go over plain http to other machines.
    #[must_use]
    pub fn saying_passwords_in_clear(self, passwords_in_clear: bool) -> Self {
        Self { passwords_in_clear, ..self }
    }

    /// Whether passwords may go over plain http to other machines.
    pub(super) const fn passwords_in_clear(&self) -> bool {
        self.passwords_in_clear
    }

    /// Where files for the customer go.
    pub(super) fn saves(&self) -> Option<&Path> {
        self.saves.as_deref()
    }

    /// The state directory.
    ///
    /// # Errors
    /// Where the platform has none and none was given.
    pub(super) fn state(&self) -> io::Result<&Path> {
        self.state.as_deref().ok_or_else(|| io::Error::other("no state directory on this system"))
    }

    /// Writes a file into the state directory and removes it again; gives the directory.
    ///
    /// # Errors
    /// Those of the disk: then no order could be kept either.
    pub fn try_writing(&self) -> io::Result<PathBuf> {
        const TRIED: &str = "tried";
        let directory = self.state()?;
        let named =
            |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", directory.display()));
        write_whole(directory, TRIED, b"").map_err(named)?;
        match fs::remove_file(directory.join(TRIED)) {
            // Another process tried at the same time.
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(named(error)),
            Ok(()) | Err(_) => Ok(directory.to_path_buf()),
        }
    }

    /// Removes what clients that were killed had begun to write, and no other client's.
    pub(super) fn clear_leftovers(&self) {
        let Ok(state) = self.state() else { return };
        leftovers::clear(state);
        for part in [ORDERS, SESSIONS, PEOPLE, BANK_KEYS] {
            leftovers::clear(&state.join(part));
        }
        for person in fs::read_dir(state.join(PEOPLE)).into_iter().flatten().flatten() {
            leftovers::clear(&person.path());
            leftovers::clear(&person.path().join(TEMPLATES));
        }
    }

    /// What earlier runs left; nothing where it cannot be read, since it is only a convenience.
    #[must_use]
    pub fn remembered(&self) -> Remembered {
        let read = || -> Option<Remembered> {
            let text = fs::read_to_string(self.state().ok()?.join(REMEMBERED)).ok()?;
            serde_json::from_str(&text).ok()
        };
        read().unwrap_or_default()
    }

    /// Keeps it for later runs.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn keep_remembered(&self, remembered: &Remembered) -> io::Result<()> {
        let text = serde_json::to_vec_pretty(remembered)?;
        write_whole(self.state()?, REMEMBERED, &text)
    }
}

const REMEMBERED: &str = "remembered.json";

const SAVED: &str = "saved";

/// Writes a file so that at any moment the old or the new one is there whole, and survives a loss of power. Other
/// processes may write the same file at the same time: each writes a file of its own first, and the last one stays.
pub(super) fn write_whole(directory: &Path, name: &str, text: &[u8]) -> io::Result<()> {
    make_directory(directory)?;
    let (mut file, new) = create_beside(directory, name)?;
    let written = file.write_all(text).and_then(|()| file.sync_all());
    if let Err(error) = written.and_then(|()| fs::rename(&new, directory.join(name))) {
        // What was begun is no use to anybody; the disk has its own complaint already.
        let _left_over = fs::remove_file(&new);
        return Err(error);
    }
    fs::File::open(directory)?.sync_all()
}

/// The same for a file that is written once and for all: where another process was first, its file stays.
pub(super) fn write_first(directory: &Path, name: &str, text: &[u8]) -> io::Result<()> {
    make_directory(directory)?;
    let (mut file, new) = create_beside(directory, name)?;
    let there = directory.join(name);
    let written = file.write_all(text).and_then(|()| file.sync_all());
    let kept = written.and_then(|()| match fs::hard_link(&new, &there) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => fs::rename(&new, &there),
        Ok(()) | Err(_) => Ok(()),
    });
    // What stands beside it has done its work, or is no use to anybody.
    let _left_over = fs::remove_file(&new);
    kept?;
    fs::File::open(directory)?.sync_all()
}

/// A new file beside `name` that no other process has.
fn create_beside(directory: &Path, name: &str) -> io::Result<(fs::File, PathBuf)> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut number = 0u32;
    loop {
        let new = directory.join(format!("{name}.{number}.{}", leftovers::ENDING));
        match options.open(&new) {
            // Another process is writing, or one died while it did.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < WRITERS_MAX => number += 1,
            Err(error) => return Err(error),
            Ok(file) if leftovers::is_ours(&file, &new)? => return Ok((file, new)),
            // Taken for one that was left over, before it was locked.
            Ok(_) => {}
        }
    }
}

/// More files than this beside one name are not of writers at work.
const WRITERS_MAX: u32 = 1_000;

/// Reads every `.json` of a directory, and says what could not be read. A file of another kind is left alone: it may be a
/// newer version's.
pub(super) fn read_all<T: DeserializeOwned>(directory: &Path) -> (Vec<T>, Option<String>) {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return (Vec::new(), None),
        Err(error) => return (Vec::new(), Some(error.to_string())),
    };
    let mut files = Vec::new();
    let mut unread = None;
    for entry in entries.flatten() {
        let path = entry.path();
        if path.extension().is_none_or(|e| e != "json") {
            continue;
        }
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            // Another process has just removed it: its end is known.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => {
                unread = Some(format!("{}: {error}", path.display()));
                continue;
            }
        };
        match serde_json::from_str(&text) {
            Ok(file) => files.push(file),
            Err(error) => unread = Some(format!("{}: {error}", path.display())),
        }
    }
    (files, unread)
}

pub(super) fn make_directory(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leftovers_are_cleared_in_every_part_of_the_state_and_never_where_people_save() {
        let state = tempfile::tempdir().unwrap();
        let places = Places::find(Some(state.path().to_path_buf()));
        let parts = ["", "orders", "sessions", "people", "people/0f", "people/0f/templates", "saved"];
        let left: Vec<PathBuf> = parts.map(|part| state.path().join(part).join("a.json.0.new")).to_vec();
        for path in &left {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "half").unwrap();
        }
        places.clear_leftovers();
        assert_eq!(left.iter().filter(|path| path.exists()).collect::<Vec<_>>(), [&left[6]]);
    }

    #[test]
    fn writers_at_once_leave_one_whole_file_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let texts: Vec<String> = (0..8).map(|n| n.to_string().repeat(20_000)).collect();
        std::thread::scope(|scope| {
            for text in &texts {
                let at = directory.path();
                scope.spawn(move || {
                    for _ in 0..20 {
                        write_whole(at, "one.json", text.as_bytes()).unwrap();
                        let read = fs::read_to_string(at.join("one.json")).unwrap();
                        // Another client starts meanwhile.
                        leftovers::clear(at);
                        assert!(read.len() == 20_000 && read.chars().all(|c| read.starts_with(c)));
                    }
                });
            }
        });
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }
}
