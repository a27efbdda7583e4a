//! A disk in memory: what the system sees of its files, what of that is durable, and what becomes of the rest when power goes.
//!
//! Never here: SQLite, and which call a fault comes at.

use std::collections::BTreeMap;
use std::sync::Arc;

use bank_node::simulation::chance::Chance;

/// What a disk writes whole or not at all, as a rule; and tears even that when it is unlucky.
const SECTOR: usize = 512;

/// A file, by a number that it keeps when its name changes hands.
pub type FileNumber = u64;

/// Names and files, as the running system sees them and as the disk would have them after a power cut.
#[derive(Default)]
pub struct Disk {
    names: BTreeMap<String, Name>,
    files: BTreeMap<FileNumber, Contents>,
    made: FileNumber,
}

/// What stands under a name: the system sees the last of `since`, or else what is durable.
#[derive(Default)]
struct Name {
    durable: Option<FileNumber>,
    since: Vec<Option<FileNumber>>,
}

#[derive(Clone, Default)]
struct Contents {
    seen: Arc<Vec<u8>>,
    durable: Arc<Vec<u8>>,
    /// What was done since the last sync, in order.
    since: Vec<Change>,
}

#[derive(Clone)]
enum Change {
    Write { at: usize, data: Vec<u8> },
    Resize(usize),
}

/// How kindly a power cut treats what was not synced. Of a thousand changes, so many are kept and so many lost; the rest is
/// torn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Temper {
    kept: u64,
    lost: u64,
}

const TEMPERS: [Temper; 6] = [
    Temper { kept: 1000, lost: 0 },
    Temper { kept: 0, lost: 1000 },
    Temper { kept: 334, lost: 333 },
    Temper { kept: 900, lost: 50 },
    Temper { kept: 50, lost: 900 },
    Temper { kept: 100, lost: 100 },
];

/// What becomes of one thing that was not synced.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Kept,
    Lost,
    Torn,
}

impl Temper {
    pub fn draw(chance: &mut Chance) -> Self {
        *chance.pick(&TEMPERS)
    }

    fn fate(self, chance: &mut Chance) -> Fate {
        match chance.between(0, 999) {
            drawn if drawn < self.kept => Fate::Kept,
            drawn if drawn < self.kept + self.lost => Fate::Lost,
            _ => Fate::Torn,
        }
    }
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Write { at, data } => put(bytes, *at, data),
            Self::Resize(length) => bytes.resize(*length, 0),
        }
    }

    /// What is left of it after a power cut.
    fn survive(&self, bytes: &mut Vec<u8>, temper: Temper, chance: &mut Chance) {
        match (self, temper.fate(chance)) {
            (_, Fate::Kept) => self.apply(bytes),
            (Self::Write { at, data }, Fate::Torn) => tear(bytes, *at, data, chance),
            (Self::Resize(length), Fate::Torn) if *length > bytes.len() => {
                let part = chance.place(*length - bytes.len());
                bytes.resize(bytes.len() + part, 0);
            }
            (Self::Resize(_), Fate::Torn | Fate::Lost) => {}
            // The file may have grown although nothing of what made it grow was written.
            (Self::Write { at, data }, Fate::Lost) => {
                if at + data.len() > bytes.len() && chance.permille(300) {
                    bytes.resize(at + data.len(), 0);
                }
            }
        }
    }
}

fn put(bytes: &mut Vec<u8>, at: usize, data: &[u8]) {
    if bytes.len() < at + data.len() {
        bytes.resize(at + data.len(), 0);
    }
    bytes[at..at + data.len()].copy_from_slice(data);
}

/// Writes some sectors of `data` and not others: a beginning of it, or any of them. One may hold what nobody wrote.
fn tear(bytes: &mut Vec<u8>, at: usize, data: &[u8], chance: &mut Chance) {
    if data.is_empty() {
        return;
    }
    let first = SECTOR - at % SECTOR;
    let mut pieces = Vec::new();
    let mut from = 0;
    let mut to = first.min(data.len());
    while from < data.len() {
        pieces.push((from, to));
        (from, to) = (to, (to + SECTOR).min(data.len()));
    }
    let in_order = chance.permille(500);
    let torn_at = chance.place(pieces.len());
    for (number, (from, to)) in pieces.into_iter().enumerate() {
        let piece = &data[from..to];
        if number == torn_at {
            let half = chance.place(piece.len() + 1);
            match chance.between(0, 3) {
                0 => {}
                1 => put(bytes, at + from, &piece[..half]),
                2 => put(bytes, at + from, &vec![0; piece.len()]),
                _ => {
                    let garbage: Vec<u8> = piece.iter().map(|_| chance.bits().to_le_bytes()[0]).collect();
                    put(bytes, at + from, &garbage);
                }
            }
        } else if if in_order { number < torn_at } else { chance.permille(500) } {
            put(bytes, at + from, piece);
        }
    }
}

impl Name {
    fn seen(&self) -> Option<FileNumber> {
        self.since.last().copied().unwrap_or(self.durable)
    }
}

impl Disk {
    pub fn find(&self, name: &str) -> Option<FileNumber> {
        self.names.get(name)?.seen()
    }

    /// A new, empty file without a name.
    pub fn make(&mut self) -> FileNumber {
        self.made += 1;
        self.files.insert(self.made, Contents::default());
        self.made
    }

    /// Lets `file`, or nothing, stand under `name`.
    pub fn name(&mut self, name: &str, file: Option<FileNumber>) {
        self.names.entry(name.to_owned()).or_default().since.push(file);
    }

    pub fn bytes(&self, file: FileNumber) -> &[u8] {
        self.files.get(&file).map_or(&[], |contents| &contents.seen)
    }

    pub fn write(&mut self, file: FileNumber, at: usize, data: &[u8]) {
        self.change(file, Change::Write { at, data: data.to_owned() });
    }

    pub fn resize(&mut self, file: FileNumber, length: usize) {
        self.change(file, Change::Resize(length));
    }

    fn change(&mut self, file: FileNumber, change: Change) {
        if let Some(contents) = self.files.get_mut(&file) {
            change.apply(Arc::make_mut(&mut contents.seen));
            contents.since.push(change);
        }
    }

    /// All that was done to `file` is durable.
    pub fn sync(&mut self, file: FileNumber) {
        if let Some(contents) = self.files.get_mut(&file) {
            for change in contents.since.drain(..) {
                change.apply(Arc::make_mut(&mut contents.durable));
            }
        }
    }

    /// A sync that failed: the system has tried, says so once, and from now on takes for written what may not be. What it
    /// sees is still what was written.
    pub fn sync_in_vain(&mut self, file: FileNumber, chance: &mut Chance) {
        let temper = Temper::draw(chance);
        if let Some(contents) = self.files.get_mut(&file) {
            for change in std::mem::take(&mut contents.since) {
                change.survive(Arc::make_mut(&mut contents.durable), temper, chance);
            }
        }
    }

    /// All names are durable.
    pub fn sync_names(&mut self) {
        for name in self.names.values_mut() {
            name.durable = name.seen();
            name.since.clear();
        }
    }

    /// Power goes and comes back: each change that was not synced is kept, lost or torn by itself; each name stands as it did
    /// at some moment since it was last durable.
    pub fn cut_power(&mut self, chance: &mut Chance) {
        let temper = Temper::draw(chance);
        for name in self.names.values_mut() {
            name.durable = match temper.fate(chance) {
                Fate::Kept => name.seen(),
                Fate::Lost => name.durable,
                Fate::Torn if name.since.is_empty() => name.durable,
                Fate::Torn => *chance.pick(&name.since),
            };
            name.since.clear();
        }
        self.names.retain(|_, name| name.durable.is_some());
        let named: Vec<FileNumber> = self.names.values().filter_map(|name| name.durable).collect();
        self.files.retain(|number, _| named.contains(number));
        for contents in self.files.values_mut() {
            for change in std::mem::take(&mut contents.since) {
                change.survive(Arc::make_mut(&mut contents.durable), temper, chance);
            }
            contents.seen = contents.durable.clone();
        }
    }
}
