//! Files and directories being made: all of them stay, or none does.
//!
//! Never here: what stands in them; anything that was there before.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crate::config::ConfigError;

/// What was made since the beginning, in order. Dropped before [`Self::keep`], it is taken away again.
#[derive(Debug, Default)]
pub(super) struct NewFiles {
    made: Vec<Made>,
    /// Whose they will be; the founder's own unless given.
    owner: Option<u32>,
}

#[derive(Debug)]
enum Made {
    File(PathBuf),
    Directory(PathBuf),
    /// Now at the second place, with all that was made in it.
    Renamed(PathBuf, PathBuf),
}

impl NewFiles {
    /// Files that will be the user's with this number, and its group's of the same number.
    pub(super) const fn owned_by(owner: Option<u32>) -> Self {
        Self { made: Vec::new(), owner }
    }

    /// Notes a file that somebody else made, and hands it to its owner.
    pub(super) fn note(&mut self, file: &Path) -> Result<(), ConfigError> {
        self.made.push(Made::File(file.to_owned()));
        self.hand_over(file)
    }

    fn hand_over(&self, path: &Path) -> Result<(), ConfigError> {
        let Some(owner) = self.owner else { return Ok(()) };
        std::os::unix::fs::chown(path, Some(owner), Some(owner)).map_err(|error| {
            ConfigError::new(format!(
                "{} cannot be made the user {owner}'s: {error}: only root may give files away",
                path.display()
            ))
        })
    }

    /// Writes a new file that only its owner may read, and forces it to disk.
    pub(super) fn write(&mut self, file: &Path, bytes: &[u8]) -> Result<(), ConfigError> {
        let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
        let mut opened = opened.map_err(|error| cannot(file, &error))?;
        self.note(file)?;
        opened.write_all(bytes).and_then(|()| opened.sync_all()).map_err(|error| cannot(file, &error))
    }

    /// Makes a directory that only its owner may enter.
    pub(super) fn directory(&mut self, path: &Path) -> Result<(), ConfigError> {
        DirBuilder::new().mode(0o700).create(path).map_err(|error| cannot(path, &error))?;
        self.made.push(Made::Directory(path.to_owned()));
        self.hand_over(path)
    }

    /// The same, but an empty one that is there will do.
    pub(super) fn directory_or_empty(&mut self, path: &Path) -> Result<(), ConfigError> {
        match std::fs::read_dir(path).map(|mut entries| entries.next().is_some()) {
            Err(error) if error.kind() == ErrorKind::NotFound => self.directory(path),
            Err(error) => Err(cannot(path, &error)),
            Ok(true) => Err(ConfigError::new(format!(
                "{} is not empty: a consortium is founded once; choose a directory that is not there yet",
                path.display()
            ))),
            Ok(false) => Ok(()),
        }
    }

    /// Gives a directory that was made its name, and forces that to disk.
    pub(super) fn rename(&mut self, from: &Path, to: &Path) -> Result<(), ConfigError> {
        std::fs::rename(from, to).map_err(|error| cannot(to, &error))?;
        self.made.push(Made::Renamed(from.to_owned(), to.to_owned()));
        let directory = to.parent().map(std::fs::File::open);
        directory.map_or(Ok(()), |directory| directory?.sync_all()).map_err(|error| cannot(to, &error))
    }

    /// Takes away an empty directory that was made on the way.
    pub(super) fn remove_directory(&mut self, path: &Path) -> Result<(), ConfigError> {
        std::fs::remove_dir(path).map_err(|error| cannot(path, &error))
    }

    /// All of it stays.
    pub(super) fn keep(mut self) {
        self.made.clear();
    }
}

impl Drop for NewFiles {
    fn drop(&mut self) {
        for made in self.made.drain(..).rev() {
            // What cannot be taken away stays; the error that is about to be told comes from the same place.
            let _stays = match made {
                Made::File(file) => std::fs::remove_file(file),
                Made::Directory(path) => std::fs::remove_dir(path),
                Made::Renamed(from, to) => std::fs::rename(to, from),
            };
        }
    }
}

fn cannot(path: &Path, error: &std::io::Error) -> ConfigError {
    let remedy = match error.kind() {
        ErrorKind::AlreadyExists => ": nothing is written over; choose another name",
        ErrorKind::NotFound => ": make the directory that it lies in",
        _ => "",
    };
    ConfigError::new(format!("{} cannot be made: {error}{remedy}", path.display()))
}
