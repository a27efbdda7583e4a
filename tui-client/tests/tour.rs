//! The demo without a terminal: the narrated tour plays to its end, in both languages, and says nothing that is not so.

#![cfg(feature = "demo")]

use std::process::{Command, Stdio};

fn tour(language: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_tui-client"))
        .args(["--lang", language, "demo"])
        .stdin(Stdio::null())
        .output()
        .expect("the client runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the tour ended with {}:\n{said}\n{complaints}", output.status);
    said
}

#[test]
fn without_a_terminal_the_tour_plays_to_its_end() {
    let said = tour("pt-BR");
    assert!(said.contains("Nenhum centavo perdido, nenhum criado."), "{said}");
    let said = tour("en");
    assert!(said.contains("Not one centavo lost, not one created."), "{said}");
}
