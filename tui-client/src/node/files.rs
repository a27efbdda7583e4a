//! Files that the customer names: read, written, listed. A file that is there is replaced only when the call says so.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::app::files::{FILE_BYTES_MAX, FileAnswer, FileCall, FileTrouble, NAMES_MAX};

/// Performs one call.
pub(super) fn perform(call: FileCall) -> FileAnswer {
    match call {
        FileCall::Read { path } => FileAnswer::Read(read(&place(&path))),
        FileCall::Write { path, text, replaces } => {
            let path = place(&path);
            FileAnswer::Written(write(&path, &text, replaces).map(|()| whole(&path)))
        }
        FileCall::List { typed } => FileAnswer::Listed { names: names(&typed), typed },
    }
}

fn home() -> Option<PathBuf> {
    directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_path_buf())
}

/// Where a typed path leads; `~` is the home directory.
#[must_use]
pub(crate) fn place(typed: &str) -> PathBuf {
    let typed = typed.trim();
    match (typed.strip_prefix("~/"), home()) {
        (Some(rest), Some(home)) => home.join(rest),
        (None, Some(home)) if typed == "~" => home,
        (Some(_) | None, _) => PathBuf::from(typed),
    }
}

/// The path as people can find it again from anywhere.
fn whole(path: &Path) -> String {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf()).display().to_string()
}

fn trouble(error: &io::Error) -> FileTrouble {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => FileTrouble::NotFound,
        io::ErrorKind::AlreadyExists => FileTrouble::Exists,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => FileTrouble::NotAllowed,
        io::ErrorKind::IsADirectory => FileTrouble::NotAFile,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => FileTrouble::DiskFull,
        _ => FileTrouble::Other(error.to_string()),
    }
}

fn read(path: &Path) -> Result<String, FileTrouble> {
    // Asked before it is opened: a pipe would keep the screen waiting.
    let about = fs::metadata(path).map_err(|e| trouble(&e))?;
    if !about.is_file() {
        return Err(FileTrouble::NotAFile);
    }
    if about.len() > FILE_BYTES_MAX {
        return Err(FileTrouble::TooLarge);
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(|e| trouble(&e))?;
    // It may have grown meanwhile.
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|e| trouble(&e))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > FILE_BYTES_MAX) {
        return Err(FileTrouble::TooLarge);
    }
    String::from_utf8(bytes).map_err(|_| FileTrouble::NotText)
}

fn write(path: &Path, text: &str, replaces: bool) -> Result<(), FileTrouble> {
    match fs::metadata(path) {
        Ok(about) if !about.is_file() => return Err(FileTrouble::NotAFile),
        Ok(_) if !replaces => return Err(FileTrouble::Exists),
        Ok(_) | Err(_) => {}
    }
    let written = if replaces { replace(path, text) } else { create(path, text) };
    written.map_err(|e| trouble(&e))
}

/// Writes a file that is not there yet; one that comes to be there meanwhile is left alone.
fn create(path: &Path, text: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).inspect_err(|_| {
        // Half a package is worse than none.
        let _removed = fs::remove_file(path);
    })
}

/// Writes beside it and then puts the new one in its place: the old one stays whole until the new one is.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    // Through a link, what it leads to is replaced.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = path.with_file_name(format!(".{name}.{}", std::process::id()));
    create(&beside, text)?;
    fs::rename(&beside, &path).inspect_err(|_| {
        let _removed = fs::remove_file(&beside);
    })
}

/// The names in a directory that begin as what was typed, as whole paths in the customer's own spelling.
fn names(typed: &str) -> Vec<String> {
    let (directory, begun) = typed.rfind('/').map_or(("", typed), |at| typed.split_at(at + 1));
    let inside = if directory.is_empty() { PathBuf::from(".") } else { place(directory) };
    let Ok(entries) = fs::read_dir(inside) else { return Vec::new() };
    let wanted = begun.to_lowercase();
    let mut names: Vec<String> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let hidden = name.starts_with('.') && !begun.starts_with('.');
            if hidden || !name.to_lowercase().starts_with(&wanted) {
                return None;
            }
            let is_directory = fs::metadata(entry.path()).is_ok_and(|m| m.is_dir());
            Some(format!("{directory}{name}{}", if is_directory { "/" } else { "" }))
        })
        .collect();
    names.sort();
    names.truncate(NAMES_MAX);
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(directory: &tempfile::TempDir, name: &str) -> String {
        directory.path().join(name).display().to_string()
    }

    #[test]
    fn a_file_is_written_once_and_replaced_only_when_told() {
        let directory = tempfile::tempdir().unwrap();
        let path = path(&directory, "folha.txt");
        let write = |text: &str, replaces| {
            perform(FileCall::Write { path: path.clone(), text: text.to_owned(), replaces })
        };
        assert!(matches!(write("um", false), FileAnswer::Written(Ok(at)) if at.ends_with("folha.txt")));
        assert_eq!(write("dois", false), FileAnswer::Written(Err(FileTrouble::Exists)));
        assert_eq!(read(Path::new(&path)), Ok("um".to_owned()));
        assert!(matches!(write("três", true), FileAnswer::Written(Ok(_))));
        assert_eq!(read(Path::new(&path)), Ok("três".to_owned()));
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "nothing is left beside it");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn what_is_no_text_file_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let file = |name: &str, bytes: &[u8]| fs::write(directory.path().join(name), bytes).unwrap();
        file("latin1.csv", b"descri\xe7\xe3o");
        file("most.csv", &vec![b'a'; 1024 * 1024]);
        file("huge.csv", &vec![b'a'; 1024 * 1024 + 1]);
        fs::create_dir(directory.path().join("pasta")).unwrap();
        let read = |name: &str| perform(FileCall::Read { path: path(&directory, name) });
        assert_eq!(read("latin1.csv"), FileAnswer::Read(Err(FileTrouble::NotText)));
        assert_eq!(read("huge.csv"), FileAnswer::Read(Err(FileTrouble::TooLarge)));
        assert!(matches!(read("most.csv"), FileAnswer::Read(Ok(_))));
        assert_eq!(read("pasta"), FileAnswer::Read(Err(FileTrouble::NotAFile)));
        assert_eq!(read("nada.csv"), FileAnswer::Read(Err(FileTrouble::NotFound)));
        let write = |name: &str| {
            perform(FileCall::Write { path: path(&directory, name), text: String::new(), replaces: true })
        };
        assert_eq!(write("pasta"), FileAnswer::Written(Err(FileTrouble::NotAFile)));
        assert_eq!(write("fora/x.txt"), FileAnswer::Written(Err(FileTrouble::NotFound)));
        #[cfg(target_os = "linux")]
        assert_eq!(
            perform(FileCall::Write { path: "/dev/full".to_owned(), text: "x".to_owned(), replaces: true }),
            FileAnswer::Written(Err(FileTrouble::NotAFile))
        );
    }

    #[test]
    fn names_are_offered_as_they_would_be_typed() {
        let directory = tempfile::tempdir().unwrap();
        for name in ["Folha.csv", "folga.txt", ".folha"] {
            fs::write(directory.path().join(name), "").unwrap();
        }
        fs::create_dir(directory.path().join("folhas")).unwrap();
        let names = names(&path(&directory, "folh"));
        assert_eq!(names, [path(&directory, "Folha.csv"), path(&directory, "folhas/")]);
        assert_eq!(super::names("no/such/place/x"), Vec::<String>::new());
    }
}
