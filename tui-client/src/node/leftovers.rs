//! Files that a client had begun to write when it was killed: told from those that another client is writing now, and
//! removed. What they were to become is as it was before.

use std::fs::{self, File};
use std::io;
use std::path::Path;

/// What such a file ends in, after the name that it was to bear and a number.
pub(super) const ENDING: &str = "new";

/// Whether the file just made at `path` is this process's to write. It is locked as long as it is open, and a lock ends
/// with its process, however that ends.
pub(super) fn is_ours(file: &File, path: &Path) -> io::Result<bool> {
    match file.try_lock() {
        // Whoever clears looked between the making and the lock, and has it or has removed it.
        Err(fs::TryLockError::WouldBlock) => Ok(false),
        Ok(()) => is_at(file, path),
        // A file system without locks: nothing there is ever cleared.
        Err(fs::TryLockError::Error(_)) => Ok(true),
    }
}

/// Removes from `directory` what nobody is writing any more. Without a word where it cannot: it is only tidiness.
pub(super) fn clear(directory: &Path) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && entry.file_name().to_str().is_some_and(is_name) {
            let _only_tidiness = remove(&entry.path());
        }
    }
}

fn remove(path: &Path) -> io::Result<()> {
    let file = File::options().write(true).open(path)?;
    // As long as the lock is held, who makes the file and who removes it are not at work on it at once: a writer that
    // has no lock yet finds the file gone, and makes another.
    if file.try_lock().is_ok() && is_at(&file, path)? {
        fs::remove_file(path)?;
    }
    Ok(())
}

/// `NAME.NUMBER.new`
fn is_name(name: &str) -> bool {
    let mut parts = name.rsplitn(3, '.');
    let (ending, number, stem) = (parts.next(), parts.next(), parts.next());
    ending == Some(ENDING)
        && number.is_some_and(|n| !n.is_empty() && n.bytes().all(|digit| digit.is_ascii_digit()))
        && stem.is_some_and(|stem| !stem.is_empty())
}

/// Whether the open file is the one that bears the name now.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let open = file.metadata()?;
    match fs::symlink_metadata(path) {
        Ok(there) => Ok((there.dev(), there.ino()) == (open.dev(), open.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// A file that is open cannot be removed there.
#[cfg(not(unix))]
fn is_at(_file: &File, path: &Path) -> io::Result<bool> {
    path.try_exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_client_had_begun_goes_and_what_another_writes_stays() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        for name in ["a.json.0.new", "salt.12.new", "a.json", "b.json.new", "c.x.new", ".0.new"] {
            fs::write(at(name), "half").unwrap();
        }
        fs::create_dir(at("d.0.new")).unwrap();
        let written = File::create_new(at("a.json.1.new")).unwrap();
        assert!(is_ours(&written, &at("a.json.1.new")).unwrap());
        clear(directory.path());
        let mut left: Vec<_> =
            fs::read_dir(directory.path()).unwrap().flatten().map(|e| e.file_name()).collect();
        left.sort();
        assert_eq!(left, [".0.new", "a.json", "a.json.1.new", "b.json.new", "c.x.new", "d.0.new"]);
        drop(written);
        clear(directory.path());
        assert!(!at("a.json.1.new").exists(), "its writer is gone");
    }

    #[test]
    fn a_file_cleared_before_it_was_locked_is_not_written() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.json.0.new");
        let made = File::create_new(&path).unwrap();
        clear(directory.path());
        assert!(!is_ours(&made, &path).unwrap());
    }
}
