//! A mistake of ours ends the client, in its loop or on another thread: the terminal is given back as it was, the message
//! stands on the main screen, the exit code is not zero, and what was on disk is whole and resumed.

use std::fs;
use std::path::Path;

use portable_pty::CommandBuilder;

use crate::pseudo_terminal::Session;
use crate::straw::{Does, Line};
use crate::town::{ANA, AURORA, BOREAL, BRUNO, Town};

const F12: &str = "\x1b[24~";
const LAST_WORDS: &str = "O programa parou por um erro dele, e devolveu o terminal.";

/// No file in a directory is half written.
fn is_whole(directory: &Path) {
    for entry in fs::read_dir(directory).expect("a directory").flatten() {
        let path = entry.path();
        if path.is_dir() {
            is_whole(&path);
        } else {
            assert!(path.extension().is_none_or(|e| e != "new"), "{path:?} is left over");
            if path.extension().is_some_and(|e| e == "json") {
                let text = fs::read_to_string(&path).expect("a file");
                let read = serde_json::from_str::<serde_json::Value>(&text);
                read.unwrap_or_else(|error| panic!("{path:?}: {error}"));
            }
        }
    }
}

#[test]
fn a_panic_gives_the_terminal_back_and_leaves_the_order_on_disk() {
    let mut town = Town::open(2);
    let ana = town.sign_up(AURORA, ANA, "Ana Souza");
    let ours = town.account(&ana, "100");
    let bruno = town.sign_up(BOREAL, BRUNO, "Bruno Lima");
    let theirs = town.account(&bruno, "");
    let line = Line::to(&town.address(AURORA));
    let state = town.path("state");
    for (place, left, paid) in [("here", "R$ 90,00", 1_000), ("elsewhere", "R$ 80,00", 2_000)] {
        let mut session = Session::start(&state, &["--bank", &line.address], &[("TUI_PANIC", place)]);
        session.wait_for(&["O que você quer fazer?"]);
        session.log_in(ANA, "Disponível");
        line.at_the_next_order(Does::LoseAnswers);
        session.order(&format!("{ours}={theirs}:10,00\n"));
        session.wait_for(&["Enviando…"]);
        town.wait_for_balance(&bruno, paid);
        session.press(F12);
        assert_eq!(session.wait_for_end(), 101, "{place}");
        assert!(session.gave_terminal_back(), "{place}");
        assert!(session.shows("provoked") && session.shows(LAST_WORDS), "{place}:\n{}", session.text());
        line.carry();
        is_whole(&state);

        let mut session = Session::open(&state, &town.address(AURORA));
        session.wait_for(&["Uma ordem de antes ainda sem resposta"]);
        session.log_in(ANA, left);
        session.wait_for(&["R$ 10,00  1 transferência  ✓ concluída"]);
        session.quit();
    }
    assert_eq!((town.balance(&ana), town.balance(&bruno)), (8_000, 2_000));
}

#[test]
fn after_a_panic_the_shell_reads_lines_and_shows_what_is_typed() {
    let state = tempfile::tempdir().expect("a directory");
    // Nothing here mends the terminal by itself, as an interactive shell would.
    let mut shell = CommandBuilder::new("sh");
    shell.args([
        "-c",
        "\"$0\"; echo \"code $?\"; read line; echo \"<$line>\"",
        env!("CARGO_BIN_EXE_tui-client"),
    ]);
    Session::surroundings(&mut shell, state.path());
    shell.env("TUI_PANIC", "here");
    let mut session = Session::spawn(shell);
    session.wait_for(&["Idioma · Language"]);
    session.press(F12);
    session.wait_for(&["provoked", LAST_WORDS, "code 101"]);
    session.press("olá\r");
    session.wait_for(&["<olá>"]);
    assert_eq!(session.text().matches("olá").count(), 2, "typed and read:\n{}", session.text());
    assert_eq!(session.wait_for_end(), 0);
    assert!(session.gave_terminal_back());
}
