//! Feeds readers with samples that have been changed, byte by byte, word by word and value by value, and holds each to its
//! promises. What was taken is changed further. proptest makes the changes, replays them by seed and shrinks what fails.
//!
//! `FUZZ_SEED` repeats a run, `FUZZ_INPUTS` says how many inputs each reader gets.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use serde_json::Value;

/// Inputs of one reader between two looks at what was taken.
const ROUND: u64 = 1_000;
/// Samples that are kept of what was taken.
const SAMPLES_MAX: usize = 512;
/// No input grows beyond this, in bytes, or beyond twice the largest sample.
const INPUT_BYTES_MAX: usize = 64 * 1024;
/// One input keeps no reader busy for so long, however loaded the machine is.
const STUCK: Duration = Duration::from_secs(60);

/// Whether bytes were taken, or which promise is broken.
type Read = dyn Fn(&[u8]) -> Result<bool, String>;

/// Something that reads bytes from outside.
pub struct Reader {
    /// What it reads.
    pub name: &'static str,
    /// What it takes, to begin with.
    pub samples: Vec<Vec<u8>>,
    /// Reads.
    pub read: Box<Read>,
    /// How many inputs it gets for each that others get, in thousandths: what touches files is slower.
    pub share: u64,
}

/// How often a run of all readers looks at its inputs.
pub struct Run {
    seed: u64,
    inputs: u64,
}

impl Run {
    /// As the environment says, else `inputs` for each reader and chance from `chance`.
    pub fn of_environment(inputs: u64, chance: u64) -> Self {
        let number = |name: &str, otherwise: u64| {
            std::env::var(name).map_or(otherwise, |text| text.parse().expect("a whole number"))
        };
        let run = Self { seed: number("FUZZ_SEED", chance), inputs: number("FUZZ_INPUTS", inputs) };
        println!("FUZZ_SEED={} FUZZ_INPUTS={}", run.seed, run.inputs);
        run
    }

    /// Feeds `reader`: first what was found before, in `found`, then what chance makes.
    pub fn feed(&self, reader: Reader, found: &Path) {
        let Reader { name, samples, read, share } = reader;
        let watch = Watch::begin(name);
        let read = |bytes: &[u8]| {
            watch.looks_at(bytes);
            read(bytes)
        };
        for sample in &samples {
            match read(sample) {
                Ok(true) => {}
                Ok(false) => panic!("{name}: a sample is not taken: {}", sample.escape_ascii()),
                Err(broken) => panic!("{name}: {broken}: {}", sample.escape_ascii()),
            }
        }
        for (file, bytes) in found_before(&found.join(name)) {
            if let Err(broken) = read(&bytes) {
                panic!("{name}: {broken}: {file}");
            }
        }
        let mut samples = samples;
        let mut known: BTreeSet<Vec<u8>> = samples.iter().cloned().collect();
        let inputs = (self.inputs * share / 1000).max(1);
        let mut left = inputs;
        let mut taken = 0_u64;
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.seed.to_le_bytes());
        seed[8..16].copy_from_slice(&fnv(name).to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
        let config = Config { failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config.clone(), rng);
        while left > 0 {
            let cases = left.min(ROUND);
            left -= cases;
            let cases = u32::try_from(cases).expect("a round");
            let config = Config { cases, ..config.clone() };
            runner = TestRunner::new_with_rng(config, runner.new_rng());
            let fresh = RefCell::new(Vec::new());
            let count = std::cell::Cell::new(0_u64);
            let outcome = runner.run(&changed(samples.clone()), |bytes| match read(&bytes) {
                Ok(false) => Ok(()),
                Ok(true) => {
                    count.set(count.get() + 1);
                    fresh.borrow_mut().push(bytes);
                    Ok(())
                }
                Err(broken) => Err(TestCaseError::fail(broken)),
            });
            match outcome {
                Ok(()) => {}
                Err(TestError::Fail(why, bytes)) => {
                    panic!("{name}: {why}\nFUZZ_SEED={}\ninput: {}", self.seed, bytes.escape_ascii())
                }
                Err(TestError::Abort(why)) => panic!("{name}: {why}"),
            }
            taken += count.get();
            for bytes in fresh.into_inner() {
                if samples.len() < SAMPLES_MAX && known.insert(bytes.clone()) {
                    samples.push(bytes);
                }
            }
        }
        println!("{name}: {inputs} inputs, {taken} taken, {} refused", inputs - taken);
        assert!(inputs < 200 || taken < inputs, "{name}: whatever comes is taken");
    }
}

/// What was found to break a promise once, with the names of the files.
fn found_before(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = entries.map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    let read = |path: std::path::PathBuf| {
        let bytes = std::fs::read(&path).expect("a file of what was found");
        (path.display().to_string(), bytes)
    };
    files.into_iter().map(read).collect()
}

fn fnv(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Ends the process when one input keeps a reader busy without end, and says which.
struct Watch {
    at: Arc<Mutex<Vec<u8>>>,
    count: Arc<AtomicU64>,
    over: Arc<AtomicBool>,
}

impl Watch {
    fn begin(name: &'static str) -> Self {
        let watch = Self { at: Arc::default(), count: Arc::default(), over: Arc::default() };
        let (at, count, over) = (watch.at.clone(), watch.count.clone(), watch.over.clone());
        std::thread::spawn(move || {
            let mut seen = u64::MAX;
            let mut looks = 0;
            while !over.load(Ordering::SeqCst) {
                let now = count.load(Ordering::SeqCst);
                looks = if now == seen { looks + 1 } else { 0 };
                seen = now;
                if looks > STUCK.as_secs() {
                    let at = at.lock().unwrap_or_else(PoisonError::into_inner);
                    eprintln!("{name}: no end with this input: {}", at.escape_ascii());
                    std::process::abort();
                }
                std::thread::sleep(Duration::from_secs(1));
            }
        });
        watch
    }

    fn looks_at(&self, bytes: &[u8]) {
        let mut at = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        at.clear();
        at.extend_from_slice(bytes);
        self.count.fetch_add(1, Ordering::SeqCst);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
    }
}

/// One change of an input.
#[derive(Clone, Debug)]
enum Change {
    /// A bit turned.
    Bit(Index, u8),
    /// A byte put in.
    Byte(Index, u8),
    /// A word put in.
    Word(Index, &'static str),
    /// The rest cut off.
    Cut(Index),
    /// Some bytes taken out.
    Out(Index, u16),
    /// Some bytes said again, so often.
    Again(Index, u16, u8),
    /// Some bytes of another sample put in.
    Splice(Index, Index, Index, u16),
    /// A number made another.
    Number(Index, &'static str),
    /// Of JSON, one value put in the place of another.
    Value(Index, Index),
    /// Of JSON, one value replaced by a word.
    Instead(Index, &'static str),
    /// Of JSON, a key or an element taken away.
    Less(Index),
    /// Of JSON, a text changed.
    Text(Index, Index, &'static str),
}

const NUMBERS: [&str; 16] = [
    "0",
    "-1",
    "1",
    "00",
    "1.5",
    "1e3",
    "1e999",
    "255",
    "65536",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775808",
    "1000000000001",
];

const VALUES: [&str; 14] = [
    "null",
    "true",
    "[]",
    "{}",
    "\"\"",
    "[[]]",
    "0",
    "-1",
    "1.5",
    "18446744073709551615",
    "\"aurora\"",
    "\"cash\"",
    "\"0192e4a8-0000-7000-8000-0000000000c1\"",
    "{\"a\":{\"b\":[1,2,3]}}",
];

const WORDS: [&str; 40] = [
    "\0", "\n", "\r\n", "\t", " ", "\u{feff}", "\u{200b}", "\u{202e}", "\u{a0}", "é", "💸", "٣", "\"", "'",
    "\\", "{", "}", "[", "]", ",", ":", ";", "=", "/", ".", "-", "#", "%00", "..", "//", "\\u0000",
    "\\ud800", "data: ", "event: ", "id: ", "R$ ", "1e999", "nan", "=:", "http://",
];

/// A sample with some changes.
fn changed(samples: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let index = any::<Index>;
    let change = prop_oneof![
        3 => (index(), 0..8_u8).prop_map(|(at, bit)| Change::Bit(at, bit)),
        3 => (index(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        3 => (index(), select(WORDS.as_slice())).prop_map(|(at, word)| Change::Word(at, word)),
        1 => index().prop_map(Change::Cut),
        2 => (index(), 1..32_u16).prop_map(|(at, length)| Change::Out(at, length)),
        1 => (index(), 1..200_u16, 1..200_u8).prop_map(|(at, length, times)| Change::Again(at, length, times)),
        2 => (index(), index(), index(), 1..300_u16).prop_map(|(of, from, at, length)| Change::Splice(of, from, at, length)),
        3 => (index(), select(NUMBERS.as_slice())).prop_map(|(at, number)| Change::Number(at, number)),
        3 => (index(), index()).prop_map(|(from, to)| Change::Value(from, to)),
        2 => (index(), select(VALUES.as_slice())).prop_map(|(at, value)| Change::Instead(at, value)),
        2 => index().prop_map(Change::Less),
        3 => (index(), index(), select(WORDS.as_slice())).prop_map(|(at, place, word)| Change::Text(at, place, word)),
    ];
    let longest = samples.iter().map(Vec::len).max().unwrap_or(0);
    (any::<Index>(), vec(change, 1..5)).prop_map(move |(sample, changes)| {
        let mut bytes = sample.get(&samples).clone();
        for change in changes {
            change.make(&mut bytes, &samples);
        }
        bytes.truncate(INPUT_BYTES_MAX.max(longest * 2));
        bytes
    })
}

impl Change {
    fn make(self, bytes: &mut Vec<u8>, samples: &[Vec<u8>]) {
        let place = |at: &Index, bytes: &[u8]| at.index(bytes.len() + 1);
        let piece =
            |from: usize, length: u16, bytes: &[u8]| from..(from + usize::from(length)).min(bytes.len());
        match self {
            Self::Bit(at, bit) => {
                if !bytes.is_empty() {
                    let at = at.index(bytes.len());
                    bytes[at] ^= 1 << bit;
                }
            }
            Self::Byte(at, byte) => bytes.insert(place(&at, bytes), byte),
            Self::Word(at, word) => {
                let at = place(&at, bytes);
                bytes.splice(at..at, word.bytes());
            }
            Self::Cut(at) => bytes.truncate(place(&at, bytes)),
            Self::Out(at, length) => {
                let out = piece(place(&at, bytes), length, bytes);
                bytes.drain(out);
            }
            Self::Again(at, length, times) => {
                let again = piece(place(&at, bytes), length, bytes);
                let end = again.end;
                let more = bytes[again].repeat(usize::from(times));
                bytes.splice(end..end, more);
            }
            Self::Splice(of, from, at, length) => {
                let other = of.get(samples);
                let from = piece(place(&from, other), length, other);
                let at = place(&at, bytes);
                bytes.splice(at..at, other[from].iter().copied());
            }
            Self::Number(at, number) => {
                let starts =
                    |at: usize| bytes[at].is_ascii_digit() && (at == 0 || !bytes[at - 1].is_ascii_digit());
                let numbers: Vec<usize> = (0..bytes.len()).filter(|at| starts(*at)).collect();
                if !numbers.is_empty() {
                    let start = *at.get(&numbers);
                    let end =
                        (start..bytes.len()).find(|at| !bytes[*at].is_ascii_digit()).unwrap_or(bytes.len());
                    bytes.splice(start..end, number.bytes());
                }
            }
            Self::Value(from, to) => in_json(bytes, |value, places| {
                let moved = value.pointer(from.get(places).as_str()).cloned();
                if let (Some(moved), Some(place)) = (moved, value.pointer_mut(to.get(places).as_str())) {
                    *place = moved;
                }
            }),
            Self::Instead(at, word) => in_json(bytes, |value, places| {
                if let (Ok(word), Some(place)) =
                    (serde_json::from_str(word), value.pointer_mut(at.get(places).as_str()))
                {
                    *place = word;
                }
            }),
            Self::Less(at) => in_json(bytes, |value, places| {
                let (parent, key) = at.get(places).rsplit_once('/').unwrap_or_default();
                match value.pointer_mut(parent) {
                    Some(Value::Object(object)) => drop(object.remove(key)),
                    Some(Value::Array(values)) => {
                        if let Some(index) = key.parse().ok().filter(|index: &usize| *index < values.len()) {
                            values.remove(index);
                        }
                    }
                    Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | None => {}
                }
            }),
            Self::Text(at, place, word) => in_json(bytes, |value, places| {
                let texts: Vec<&String> =
                    places.iter().filter(|at| value.pointer(at).is_some_and(Value::is_string)).collect();
                if texts.is_empty() {
                    return;
                }
                if let Some(Value::String(text)) = value.pointer_mut(at.get(&texts).as_str()) {
                    let mut characters: Vec<char> = text.chars().collect();
                    let place = place.index(characters.len() + 1);
                    characters.splice(place..place, word.chars());
                    *text = characters.into_iter().collect();
                }
            }),
        }
    }
}

/// Changes bytes that are JSON as JSON; others stay as they are.
fn in_json(bytes: &mut Vec<u8>, change: impl FnOnce(&mut Value, &[String])) {
    let Ok(mut value) = serde_json::from_slice::<Value>(bytes) else { return };
    let places = places(&value);
    change(&mut value, &places);
    *bytes = value.to_string().into_bytes();
}

/// The path of every value in `value`, itself first.
fn places(value: &Value) -> Vec<String> {
    let mut found = vec![String::new()];
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(object) => object.iter().map(|(key, inner)| (key.clone(), inner)).collect(),
        Value::Array(values) => {
            values.iter().enumerate().map(|(at, inner)| (at.to_string(), inner)).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    for (key, inner) in inner {
        found.extend(places(inner).into_iter().map(|place| format!("/{key}{place}")));
    }
    found
}
