//! How long the client takes from its start to its first frame, and from a key to the screen: the real binary in a
//! pseudo-terminal, as a person sits before it.
//!
//! `cargo bench -p tui-client --bench screen` prints the figures; it judges nothing, for machines differ.

#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

#[path = "../tests/pseudo_terminal/mod.rs"]
#[allow(dead_code, reason = "a benchmark uses its part of it")]
mod pseudo_terminal;

use std::time::{Duration, Instant};

use self::pseudo_terminal::Session;

const STARTS: usize = 40;
const KEYS: usize = 400;

fn main() {
    let state = tempfile::tempdir().expect("a directory");
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let began = Instant::now();
        let mut session = Session::start(state.path(), &["--bank", "127.0.0.1:9"], &[]);
        session.wait_for(&["O que você quer fazer?"]);
        starts.push(began.elapsed());
        session.press("\x03");
        session.wait_for_end();
    }
    say("start to first frame", starts);

    let mut session = Session::start(state.path(), &["--bank", "127.0.0.1:9"], &[]);
    session.wait_for(&["O que você quer fazer?"]);
    session.press("2");
    session.wait_for(&["Nome"]);
    let mut keys = Vec::new();
    let mut typed = String::new();
    for n in 0..KEYS {
        // A name that grows and is wiped again, so that every key changes the screen.
        let letter =
            if n % 20 == 19 { None } else { Some(char::from(b'a' + u8::try_from(n % 20).unwrap_or(0))) };
        let began = Instant::now();
        match letter {
            Some(letter) => {
                typed.push(letter);
                session.press(&letter.to_string());
                session.wait_for(&[&typed]);
                keys.push(began.elapsed());
            }
            None => {
                session.press(&"\x7f".repeat(typed.len()));
                let gone = typed.clone();
                session.wait_until("an empty field", |s| !s.text().contains(&gone[..3]));
                typed.clear();
            }
        }
    }
    say("key to screen", keys);
    session.press("\x03");
    session.wait_for_end();
}

fn say(what: &str, mut took: Vec<Duration>) {
    took.sort();
    let at = |permille: usize| took[(took.len() - 1) * permille / 1000];
    println!(
        "{what}: median {:.1?}, 99 of 100 within {:.1?}, longest {:.1?} ({} times)",
        at(500),
        at(990),
        at(1000),
        took.len()
    );
}
