//! The tables of C functions by which SQLite reaches a [`FileSystem`]. All unsafe code of the workspace is in this file.
//!
//! What it relies on, all of it promised by <https://sqlite.org/c3ref/vfs.html> and <https://sqlite.org/c3ref/io_methods.html>:
//! SQLite hands `xOpen` memory of `szOsFile` bytes that is aligned for pointers; it calls the functions of a file only
//! between a successful `xOpen` and its `xClose`, for one file at one time on one thread; pointers to results are valid, and
//! buffers are as long as it says. Names are C strings. A panic in a [`FileSystem`] ends the process: it cannot unwind into C.

#![allow(
    unsafe_code,
    reason = "SQLite takes a file system as C functions and raw memory; there is no other way in"
)]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr;
use std::slice;
use std::sync::Arc;

use rusqlite::ffi;

use crate::{FileSystem, Hold, Kind, Lock, NotRegistered, Opening, Refusal, Region};

/// The longest name of a file, with its final 0.
const NAME_MAX_BYTES: c_int = 512;

/// What a registered file system is known by, for as long as the process lives.
struct Registered<S> {
    system: S,
    methods: ffi::sqlite3_io_methods,
    /// The file system that was SQLite's default before: time and chance are its.
    before: *mut ffi::sqlite3_vfs,
}

/// SQLite's memory for an open file. It begins with what SQLite itself reads.
#[repr(C)]
struct Slot<S: FileSystem> {
    base: ffi::sqlite3_file,
    open: *mut Open<S>,
}

/// An open file.
struct Open<S: FileSystem> {
    system: &'static S,
    file: S::File,
    /// The shared memory whose addresses SQLite has: kept for as long as it may use them.
    regions: Vec<Arc<Region>>,
}

/// Makes `system` a file system of SQLite's under `name`, for the rest of the process; as the default one, it is used by
/// every connection opened from now on that names no other.
///
/// # Errors
/// As [`NotRegistered`] says.
pub fn register<S: FileSystem>(name: &str, system: S, as_default: bool) -> Result<(), NotRegistered> {
    let name = CString::new(name).map_err(|_| NotRegistered(ffi::SQLITE_MISUSE))?;
    // SAFETY: no name asks for the default file system, which lives as long as the process.
    let before = unsafe { ffi::sqlite3_vfs_find(ptr::null()) };
    if before.is_null() {
        return Err(NotRegistered(ffi::SQLITE_ERROR));
    }
    let size = c_int::try_from(size_of::<Slot<S>>()).map_err(|_| NotRegistered(ffi::SQLITE_TOOBIG))?;
    // Never freed: SQLite has no moment at which it stops using a file system.
    let registered = Box::leak(Box::new(Registered { system, methods: methods::<S>(), before }));
    let vfs = Box::leak(Box::new(ffi::sqlite3_vfs {
        iVersion: 2,
        szOsFile: size,
        mxPathname: NAME_MAX_BYTES,
        pNext: ptr::null_mut(),
        zName: name.into_raw(),
        pAppData: ptr::from_mut(registered).cast(),
        xOpen: Some(open::<S>),
        xDelete: Some(delete::<S>),
        xAccess: Some(access::<S>),
        xFullPathname: Some(full_pathname),
        xDlOpen: Some(load_nothing),
        xDlError: Some(load_error),
        xDlSym: None,
        xDlClose: None,
        xRandomness: Some(randomness::<S>),
        xSleep: Some(sleep),
        xCurrentTime: None,
        xGetLastError: Some(last_error),
        xCurrentTimeInt64: Some(current_time::<S>),
        xSetSystemCall: None,
        xGetSystemCall: None,
        xNextSystemCall: None,
    }));
    // SAFETY: the table is whole and is never freed or changed by anybody but SQLite.
    match unsafe { ffi::sqlite3_vfs_register(vfs, c_int::from(as_default)) } {
        ffi::SQLITE_OK => Ok(()),
        code => Err(NotRegistered(code)),
    }
}

fn methods<S: FileSystem>() -> ffi::sqlite3_io_methods {
    ffi::sqlite3_io_methods {
        // 2: with shared memory, without memory mapping.
        iVersion: 2,
        xClose: Some(close::<S>),
        xRead: Some(read::<S>),
        xWrite: Some(write::<S>),
        xTruncate: Some(truncate::<S>),
        xSync: Some(sync::<S>),
        xFileSize: Some(file_size::<S>),
        xLock: Some(lock::<S>),
        xUnlock: Some(unlock::<S>),
        xCheckReservedLock: Some(check_reserved_lock::<S>),
        xFileControl: Some(file_control),
        xSectorSize: Some(sector_size),
        xDeviceCharacteristics: Some(device_characteristics),
        xShmMap: Some(shm_map::<S>),
        xShmLock: Some(shm_lock::<S>),
        xShmBarrier: Some(shm_barrier),
        xShmUnmap: Some(shm_unmap::<S>),
        xFetch: None,
        xUnfetch: None,
    }
}

/// SQLite's code for a refusal, with its own for the call in which the disk failed.
const fn code(refusal: Refusal, failed: c_int) -> c_int {
    match refusal {
        Refusal::CannotOpen => ffi::SQLITE_CANTOPEN,
        Refusal::Failed => failed,
        Refusal::Full => ffi::SQLITE_FULL,
        Refusal::Busy => ffi::SQLITE_BUSY,
    }
}

fn told(result: Result<(), Refusal>, failed: c_int) -> c_int {
    result.map_or_else(|refusal| code(refusal, failed), |()| ffi::SQLITE_OK)
}

/// # Safety
/// `vfs` is one that [`register`] made for `S`.
unsafe fn registered<S: FileSystem>(vfs: *mut ffi::sqlite3_vfs) -> &'static Registered<S> {
    // SAFETY: by the caller; what it points to is never freed, and shared only.
    unsafe { &*(*vfs).pAppData.cast::<Registered<S>>() }
}

/// # Safety
/// `file` was opened by [`open`] for `S` and is not closed; nobody else uses it meanwhile.
unsafe fn opened<'a, S: FileSystem>(file: *mut ffi::sqlite3_file) -> &'a mut Open<S> {
    // SAFETY: by the caller.
    unsafe { &mut *(*file.cast::<Slot<S>>()).open }
}

/// A name as text; none where SQLite gives none, or one that is not text.
///
/// # Safety
/// `name` is null or a C string that outlives the call.
unsafe fn text<'a>(name: *const c_char) -> Option<&'a str> {
    if name.is_null() {
        return None;
    }
    // SAFETY: by the caller.
    unsafe { CStr::from_ptr(name) }.to_str().ok()
}

const fn opening(flags: c_int) -> Opening {
    let kind = if flags & ffi::SQLITE_OPEN_MAIN_DB != 0 {
        Kind::Database
    } else if flags & ffi::SQLITE_OPEN_WAL != 0 {
        Kind::Log
    } else if flags & (ffi::SQLITE_OPEN_MAIN_JOURNAL | ffi::SQLITE_OPEN_SUPER_JOURNAL) != 0 {
        Kind::Journal
    } else {
        Kind::Scratch
    };
    Opening {
        kind,
        create: flags & ffi::SQLITE_OPEN_CREATE != 0,
        delete_on_close: flags & ffi::SQLITE_OPEN_DELETEONCLOSE != 0,
    }
}

unsafe extern "C" fn open<S: FileSystem>(
    vfs: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite's promises, as the head of this file lists them. Without methods, a file that was not opened is never
    // closed or used.
    let (registered, name) = unsafe {
        (*file).pMethods = ptr::null();
        (registered::<S>(vfs), text(name))
    };
    let opened = match registered.system.open(name, opening(flags)) {
        Ok(opened) => opened,
        Err(refusal) => return code(refusal, ffi::SQLITE_CANTOPEN),
    };
    let open = Box::new(Open { system: &registered.system, file: opened, regions: Vec::new() });
    // SAFETY: the memory is as large as a slot and nobody has written to it; `out_flags` may be null.
    unsafe {
        let slot = Slot {
            base: ffi::sqlite3_file { pMethods: &raw const registered.methods },
            open: Box::into_raw(open),
        };
        file.cast::<Slot<S>>().write(slot);
        if !out_flags.is_null() {
            *out_flags = flags;
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn delete<S: FileSystem>(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    sync_directory: c_int,
) -> c_int {
    // SAFETY: SQLite's promises.
    let (registered, name) = unsafe { (registered::<S>(vfs), text(name)) };
    let Some(name) = name else { return ffi::SQLITE_IOERR_DELETE };
    match registered.system.delete(name, sync_directory != 0) {
        Ok(true) => ffi::SQLITE_OK,
        Ok(false) => ffi::SQLITE_IOERR_DELETE_NOENT,
        Err(refusal) => code(refusal, ffi::SQLITE_IOERR_DELETE),
    }
}

unsafe extern "C" fn access<S: FileSystem>(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    _flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite's promises.
    let (registered, name) = unsafe { (registered::<S>(vfs), text(name)) };
    let Some(name) = name else { return ffi::SQLITE_IOERR_ACCESS };
    let there = match registered.system.exists(name) {
        Ok(there) => there,
        Err(refusal) => return code(refusal, ffi::SQLITE_IOERR_ACCESS),
    };
    // SAFETY: SQLite's promises.
    unsafe { *out = c_int::from(there) };
    ffi::SQLITE_OK
}

/// Every name is whole already.
unsafe extern "C" fn full_pathname(
    _vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    room: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: SQLite's promises.
    let name = unsafe { CStr::from_ptr(name) }.to_bytes_with_nul();
    if usize::try_from(room).is_ok_and(|room| name.len() <= room) {
        // SAFETY: `out` has `room` bytes, and is not where the name is.
        unsafe { ptr::copy_nonoverlapping(name.as_ptr().cast(), out, name.len()) };
        ffi::SQLITE_OK
    } else {
        ffi::SQLITE_CANTOPEN
    }
}

/// There is nothing to load here.
unsafe extern "C" fn load_nothing(_vfs: *mut ffi::sqlite3_vfs, _name: *const c_char) -> *mut c_void {
    ptr::null_mut()
}

unsafe extern "C" fn load_error(_vfs: *mut ffi::sqlite3_vfs, bytes: c_int, out: *mut c_char) {
    if bytes > 0 {
        // SAFETY: `out` has `bytes` bytes.
        unsafe { *out = 0 };
    }
}

unsafe extern "C" fn randomness<S: FileSystem>(
    vfs: *mut ffi::sqlite3_vfs,
    bytes: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: the file system before is SQLite's own; it gets what SQLite gave.
    unsafe {
        let before = registered::<S>(vfs).before;
        (*before).xRandomness.map_or(0, |randomness| randomness(before, bytes, out))
    }
}

/// Nobody waits: SQLite counts how often it has slept, not how long.
unsafe extern "C" fn sleep(_vfs: *mut ffi::sqlite3_vfs, microseconds: c_int) -> c_int {
    microseconds
}

unsafe extern "C" fn last_error(_vfs: *mut ffi::sqlite3_vfs, _bytes: c_int, _out: *mut c_char) -> c_int {
    0
}

unsafe extern "C" fn current_time<S: FileSystem>(
    vfs: *mut ffi::sqlite3_vfs,
    out: *mut ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: as in `randomness`.
    unsafe {
        let before = registered::<S>(vfs).before;
        (*before).xCurrentTimeInt64.map_or(ffi::SQLITE_ERROR, |now| now(before, out))
    }
}

unsafe extern "C" fn close<S: FileSystem>(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: it was opened, and is closed once; without methods it is not used again.
    let open = unsafe {
        (*file).pMethods = ptr::null();
        Box::from_raw((*file.cast::<Slot<S>>()).open)
    };
    drop(open);
    ffi::SQLITE_OK
}

unsafe extern "C" fn read<S: FileSystem>(
    file: *mut ffi::sqlite3_file,
    into: *mut c_void,
    bytes: c_int,
    at: ffi::sqlite3_int64,
) -> c_int {
    let (Ok(length), Ok(at)) = (usize::try_from(bytes), u64::try_from(at)) else {
        return ffi::SQLITE_IOERR_READ;
    };
    // SAFETY: SQLite's promises. The buffer may be fresh memory: it is written before anybody can read it.
    let (open, into) = unsafe {
        ptr::write_bytes(into.cast::<u8>(), 0, length);
        (opened::<S>(file), slice::from_raw_parts_mut(into.cast::<u8>(), length))
    };
    match open.system.read(&mut open.file, at, into) {
        Ok(read) if read >= length => ffi::SQLITE_OK,
        // What was not there has to read as 0.
        Ok(read) => {
            into[read..].fill(0);
            ffi::SQLITE_IOERR_SHORT_READ
        }
        Err(refusal) => code(refusal, ffi::SQLITE_IOERR_READ),
    }
}

unsafe extern "C" fn write<S: FileSystem>(
    file: *mut ffi::sqlite3_file,
    data: *const c_void,
    bytes: c_int,
    at: ffi::sqlite3_int64,
) -> c_int {
    let (Ok(length), Ok(at)) = (usize::try_from(bytes), u64::try_from(at)) else {
        return ffi::SQLITE_IOERR_WRITE;
    };
    // SAFETY: SQLite's promises.
    let (open, data) = unsafe { (opened::<S>(file), slice::from_raw_parts(data.cast::<u8>(), length)) };
    told(open.system.write(&mut open.file, at, data), ffi::SQLITE_IOERR_WRITE)
}

unsafe extern "C" fn truncate<S: FileSystem>(
    file: *mut ffi::sqlite3_file,
    length: ffi::sqlite3_int64,
) -> c_int {
    let Ok(length) = u64::try_from(length) else { return ffi::SQLITE_IOERR_TRUNCATE };
    // SAFETY: SQLite's promises.
    let open = unsafe { opened::<S>(file) };
    told(open.system.truncate(&mut open.file, length), ffi::SQLITE_IOERR_TRUNCATE)
}

unsafe extern "C" fn sync<S: FileSystem>(file: *mut ffi::sqlite3_file, _flags: c_int) -> c_int {
    // SAFETY: SQLite's promises.
    let open = unsafe { opened::<S>(file) };
    told(open.system.sync(&mut open.file), ffi::SQLITE_IOERR_FSYNC)
}

unsafe extern "C" fn file_size<S: FileSystem>(
    file: *mut ffi::sqlite3_file,
    out: *mut ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite's promises.
    let open = unsafe { opened::<S>(file) };
    match open.system.length(&mut open.file).map(ffi::sqlite3_int64::try_from) {
        Ok(Ok(length)) => {
            // SAFETY: SQLite's promises.
            unsafe { *out = length };
            ffi::SQLITE_OK
        }
        Ok(Err(_)) => ffi::SQLITE_IOERR_FSTAT,
        Err(refusal) => code(refusal, ffi::SQLITE_IOERR_FSTAT),
    }
}

const fn level(number: c_int) -> Lock {
    match number {
        ffi::SQLITE_LOCK_NONE => Lock::Unlocked,
        ffi::SQLITE_LOCK_SHARED => Lock::Shared,
        ffi::SQLITE_LOCK_RESERVED => Lock::Reserved,
        ffi::SQLITE_LOCK_PENDING => Lock::Pending,
        _ => Lock::Exclusive,
    }
}

unsafe extern "C" fn lock<S: FileSystem>(file: *mut ffi::sqlite3_file, to: c_int) -> c_int {
    // SAFETY: SQLite's promises.
    let open = unsafe { opened::<S>(file) };
    told(open.system.lock(&mut open.file, level(to)), ffi::SQLITE_IOERR_LOCK)
}

unsafe extern "C" fn unlock<S: FileSystem>(file: *mut ffi::sqlite3_file, to: c_int) -> c_int {
    // SAFETY: SQLite's promises.
    let open = unsafe { opened::<S>(file) };
    open.system.unlock(&mut open.file, level(to));
    ffi::SQLITE_OK
}

unsafe extern "C" fn check_reserved_lock<S: FileSystem>(
    file: *mut ffi::sqlite3_file,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite's promises.
    unsafe {
        let open = opened::<S>(file);
        *out = c_int::from(open.system.is_reserved(&mut open.file));
    }
    ffi::SQLITE_OK
}

/// Nothing that is asked this way is needed.
unsafe extern "C" fn file_control(_file: *mut ffi::sqlite3_file, _what: c_int, _with: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

/// What SQLite's own file system for Unix says of every disk.
unsafe extern "C" fn sector_size(_file: *mut ffi::sqlite3_file) -> c_int {
    4096
}

/// The same: a power cut during a write may spoil what is written, and nothing beside it.
unsafe extern "C" fn device_characteristics(_file: *mut ffi::sqlite3_file) -> c_int {
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

unsafe extern "C" fn shm_map<S: FileSystem>(
    file: *mut ffi::sqlite3_file,
    index: c_int,
    bytes: c_int,
    make: c_int,
    out: *mut *mut c_void,
) -> c_int {
    let (Ok(index), Ok(bytes)) = (usize::try_from(index), usize::try_from(bytes)) else {
        return ffi::SQLITE_IOERR_SHMMAP;
    };
    // SAFETY: SQLite's promises.
    let open = unsafe { opened::<S>(file) };
    let address = match open.system.region(&mut open.file, index, bytes, make != 0) {
        Ok(Some(region)) if size_of_val(&*region.cells) >= bytes => {
            // Atomics may change behind a shared reference, so SQLite may write by this address.
            let address = region.cells.as_ptr().cast_mut().cast();
            open.regions.push(region);
            address
        }
        Ok(Some(_too_small)) => return ffi::SQLITE_IOERR_SHMMAP,
        Ok(None) => ptr::null_mut(),
        Err(refusal) => return code(refusal, ffi::SQLITE_IOERR_SHMMAP),
    };
    // SAFETY: SQLite's promises.
    unsafe { *out = address };
    ffi::SQLITE_OK
}

unsafe extern "C" fn shm_lock<S: FileSystem>(
    file: *mut ffi::sqlite3_file,
    first: c_int,
    count: c_int,
    flags: c_int,
) -> c_int {
    let (Ok(first), Ok(count)) = (usize::try_from(first), usize::try_from(count)) else {
        return ffi::SQLITE_IOERR_SHMLOCK;
    };
    let hold = match (flags & ffi::SQLITE_SHM_UNLOCK != 0, flags & ffi::SQLITE_SHM_EXCLUSIVE != 0) {
        (false, false) => Hold::Share,
        (false, true) => Hold::Own,
        (true, false) => Hold::EndShare,
        (true, true) => Hold::EndOwn,
    };
    // SAFETY: SQLite's promises.
    let open = unsafe { opened::<S>(file) };
    told(open.system.hold(&mut open.file, first, count, hold), ffi::SQLITE_IOERR_SHMLOCK)
}

unsafe extern "C" fn shm_barrier(_file: *mut ffi::sqlite3_file) {
    std::sync::atomic::fence(std::sync::atomic::Ordering::SeqCst);
}

unsafe extern "C" fn shm_unmap<S: FileSystem>(file: *mut ffi::sqlite3_file, _delete: c_int) -> c_int {
    // SAFETY: SQLite's promises; it does not use what it had of shared memory any more.
    let open = unsafe { opened::<S>(file) };
    open.system.leave_regions(&mut open.file);
    open.regions.clear();
    ffi::SQLITE_OK
}
