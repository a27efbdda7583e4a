//! Files that the customer asks for: 0600, never written over, and gone again when they could not be written whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use super::places::{Places, make_directory};
use crate::app::saving::{NewFile, NotSaved, Saved, SavedAt, WhyNotSaved};

/// Files of one name, at most; then somebody has to tidy up.
const NUMBER_MAX: u32 = 9_999;

impl Places {
    /// Writes a new file, under a number where the name is taken.
    ///
    /// # Errors
    /// Why there is none, and where it would have been.
    pub fn save_new(&self, file: &NewFile) -> Saved {
        let no = |directory: &Path, why| NotSaved { directory: directory.display().to_string(), why };
        let Some(directory) = self.saves() else {
            return Err(no(Path::new(""), WhyNotSaved::NoDirectory));
        };
        match write_new(directory, file) {
            Ok(path) => Ok(SavedAt(path.display().to_string())),
            Err(error) => Err(no(directory, why_not(&error))),
        }
    }
}

fn why_not(error: &io::Error) -> WhyNotSaved {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => WhyNotSaved::NoRoom,
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => WhyNotSaved::NotAllowed,
        _ => WhyNotSaved::Other(error.to_string()),
    }
}

fn write_new(directory: &Path, wanted: &NewFile) -> io::Result<PathBuf> {
    if !directory.is_dir() {
        make_directory(directory)?;
    }
    let (path, mut file) = create_new(directory, wanted)?;
    let written = file.write_all(wanted.text.as_bytes()).and_then(|()| file.sync_all());
    if let Err(error) = written {
        // Half a receipt must not be taken for one. If it cannot be removed either, the first error is the one to tell.
        let _removed = fs::remove_file(&path);
        return Err(error);
    }
    Ok(path)
}

fn create_new(directory: &Path, wanted: &NewFile) -> io::Result<(PathBuf, File)> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    for number in 1..=NUMBER_MAX {
        let NewFile { stem, ending, .. } = wanted;
        let name = if number == 1 { format!("{stem}.{ending}") } else { format!("{stem}-{number}.{ending}") };
        let path = directory.join(name);
        match options.open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::from(ErrorKind::AlreadyExists))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> NewFile {
        NewFile { stem: "extrato".to_owned(), ending: "csv", text: text.to_owned() }
    }

    #[test]
    fn a_file_is_the_customers_alone_and_is_never_written_over() {
        let directory = tempfile::tempdir().unwrap();
        let inside = directory.path().join("new");
        let places = Places::find(None).saving_in(Some(inside.clone()));
        let first = places.save_new(&file("um")).unwrap();
        let second = places.save_new(&file("dois")).unwrap();
        assert_eq!(first.0, inside.join("extrato.csv").display().to_string());
        assert_eq!(second.0, inside.join("extrato-2.csv").display().to_string());
        assert_eq!(fs::read_to_string(&first.0).unwrap(), "um");
        assert_eq!(fs::read_to_string(&second.0).unwrap(), "dois");
        #[cfg(unix)]
        {
            use std::os::unix::fs::{PermissionsExt as _, symlink};
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(Path::new(&first.0)), mode(&inside)), (0o600, 0o700));
            // A link is a file that is there, wherever it leads.
            symlink(directory.path().join("elsewhere"), inside.join("extrato-3.csv")).unwrap();
            let fourth = places.save_new(&file("quatro")).unwrap();
            assert!(fourth.0.ends_with("extrato-4.csv") && !directory.path().join("elsewhere").exists());
        }
    }

    #[test]
    fn what_cannot_be_written_is_said_with_the_place() {
        let directory = tempfile::tempdir().unwrap();
        let taken = directory.path().join("a-file");
        fs::write(&taken, "").unwrap();
        let no = Places::find(None).saving_in(Some(taken.clone())).save_new(&file("um")).unwrap_err();
        assert_eq!(no.directory, taken.display().to_string());
        for (kind, why) in [
            (ErrorKind::StorageFull, WhyNotSaved::NoRoom),
            (ErrorKind::QuotaExceeded, WhyNotSaved::NoRoom),
            (ErrorKind::PermissionDenied, WhyNotSaved::NotAllowed),
            (ErrorKind::ReadOnlyFilesystem, WhyNotSaved::NotAllowed),
        ] {
            assert_eq!(why_not(&io::Error::from(kind)), why);
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_leaves_no_half_file() {
        // The system's own disk that is always full, under the name that would be taken next.
        let directory = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/dev/full", directory.path().join("full")).unwrap();
        let mut full = OpenOptions::new().write(true).open(directory.path().join("full")).unwrap();
        let error = full.write_all(b"x").unwrap_err();
        assert_eq!(why_not(&error), WhyNotSaved::NoRoom);
    }
}
