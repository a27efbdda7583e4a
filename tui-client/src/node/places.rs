//! Files of the client: what it remembers, and orders under way. Everything is 0600 in a directory of 0700.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use directories::ProjectDirs;

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
}

impl Places {
    /// The directory given, else the platform's for state.
    #[must_use]
    pub fn find(given: Option<PathBuf>) -> Self {
        let platform =
            || directories().map(|d| d.state_dir().unwrap_or_else(|| d.data_local_dir()).to_path_buf());
        Self { state: given.or_else(platform) }
    }

    /// The state directory.
    ///
    /// # Errors
    /// Where the platform has none and none was given.
    pub(super) fn state(&self) -> io::Result<&Path> {
        self.state.as_deref().ok_or_else(|| io::Error::other("no state directory on this system"))
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

/// Writes a file so that at any moment the old or the new one is there whole, and survives a loss of power.
pub(super) fn write_whole(directory: &Path, name: &str, text: &[u8]) -> io::Result<()> {
    make_directory(directory)?;
    let (path, new) = (directory.join(name), directory.join(format!("{name}.new")));
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&new)?;
    file.write_all(text)?;
    file.sync_all()?;
    fs::rename(&new, &path)?;
    fs::File::open(directory)?.sync_all()
}

fn make_directory(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}
