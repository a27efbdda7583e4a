//! The terminal is found as it was, whatever ends the client; and what is no terminal is told so.

#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "a test's deadline reads the clock")]

#[allow(dead_code, reason = "each test uses its part of it")]
mod pseudo_terminal;

use std::process::{Command, Stdio};

use portable_pty::CommandBuilder;

use self::pseudo_terminal::Session;

fn kill(signal: &str, process: u32) {
    let status = Command::new("kill").args([signal, &process.to_string()]).status().expect("kill runs");
    assert!(status.success());
}

#[test]
fn ctrl_c_and_signals_give_the_terminal_back() {
    for end in ["ctrl-c", "-TERM", "-HUP"] {
        let state = tempfile::tempdir().unwrap();
        let mut session = Session::start(state.path(), &[], &[]);
        session.wait_for(&["Idioma · Language"]);
        assert!(!session.gave_terminal_back());
        match end {
            "ctrl-c" => session.press("\x03"),
            signal => kill(signal, session.process_id()),
        }
        assert_eq!(session.wait_for_end(), 0, "{end}");
        assert!(session.gave_terminal_back(), "{end}");
    }
}

#[test]
fn ctrl_z_stops_in_the_shell_and_fg_draws_all_of_it_again() {
    let state = tempfile::tempdir().unwrap();
    let mut shell = CommandBuilder::new("bash");
    shell.args(["--norc", "--noprofile", "-i"]);
    shell.env("PS1", "shell> ");
    shell.env("TERM", "xterm-256color");
    shell.env("LC_ALL", "pt_BR.UTF-8");
    shell.env("TUI_STATE_DIR", state.path());
    shell.env("XDG_CONFIG_HOME", state.path());
    let mut session = Session::spawn(shell);
    session.wait_for(&["shell>"]);
    session.press(&format!("'{}'\r", env!("CARGO_BIN_EXE_tui-client")));
    session.wait_for(&["Idioma · Language"]);
    session.press("\x1a");
    session.wait_until("a stop", |s| s.is_on_main_screen() && s.text().contains("Stopped"));
    session.press("fg\r");
    session.wait_for(&["Idioma · Language"]);
    session.press("\x03");
    session.wait_until("the end", Session::is_on_main_screen);
}

#[test]
fn resizing_draws_anew_and_keeps_what_was_typed() {
    let state = tempfile::tempdir().unwrap();
    let mut session = Session::start(state.path(), &["--bank", "127.0.0.1:9"], &[]);
    session.wait_for(&["O que você quer fazer?"]);
    session.press("1");
    session.wait_for(&["Senha"]);
    session.press("5299822");
    session.wait_for(&["529.982.2"]);
    session.resize(40, 10);
    session.wait_for(&["60×18"]);
    // In the very instant of a resize.
    session.press("47");
    session.resize(80, 24);
    session.wait_for(&["Bancos conhecidos"]);
    session.press("25");
    session.wait_for(&["529.982.247-25"]);
}

#[test]
fn no_color_writes_no_colour() {
    let state = tempfile::tempdir().unwrap();
    let mut session = Session::start(state.path(), &[], &[("NO_COLOR", "1")]);
    session.wait_for(&["Idioma · Language"]);
    session.press("\x03");
    session.wait_for_end();
    let written = String::from_utf8_lossy(&session.written).into_owned();
    // Selects a foreground or background colour, in any of the three ways.
    let coloured = written.split("\x1b[").skip(1).any(|rest| {
        let codes = rest.split(|c: char| c.is_ascii_alphabetic()).next().unwrap_or_default();
        let is_style = rest[codes.len()..].starts_with('m');
        is_style && codes.split(';').any(|c| matches!(c, "38" | "48") || colour(c))
    });
    assert!(!coloured, "{written:?}");
}

fn colour(code: &str) -> bool {
    code.parse::<u8>()
        .is_ok_and(|n| (30..=37).contains(&n) || (40..=47).contains(&n) || (90..=107).contains(&n))
}

#[test]
fn what_is_no_terminal_is_told_so_with_exit_code_2() {
    let state = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_tui-client"))
        .env("TUI_STATE_DIR", state.path())
        .env("XDG_CONFIG_HOME", state.path())
        .args(["--lang", "en"])
        .stdin(Stdio::null())
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("not a terminal"));
    assert!(output.stdout.is_empty());
}

#[test]
fn a_wrong_configuration_names_file_line_and_key() {
    let state = tempfile::tempdir().unwrap();
    let file = state.path().join("config.toml");
    std::fs::write(&file, "language = \"pt-BR\"\ncolor = \"pink\"\n").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_tui-client"))
        .args(["--config".as_ref(), file.as_os_str()])
        .env("TUI_STATE_DIR", state.path())
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        message.contains("config.toml") && message.contains("line 2") && message.contains("color"),
        "{message}"
    );
}
