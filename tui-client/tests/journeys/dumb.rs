//! A terminal that says it is dumb gets lines by itself, and nothing that it would have to obey; what is typed for a password
//! is not shown.

use crate::pseudo_terminal::Session;
use crate::town::{ANA, AURORA, PASSWORD, Town};

#[test]
fn a_dumb_terminal_gets_lines_and_passwords_are_not_shown() {
    let mut town = Town::open(1);
    let ana = town.sign_up(AURORA, ANA, "Ana Souza");
    town.account(&ana, "12,34");
    let address = town.address(AURORA);
    let mut session = Session::start(&town.path("state"), &["--bank", &address], &[("TERM", "dumb")]);
    session.wait_for(&["Consórcio, linha por linha.", "Escolha (? lê o menu):"]);
    session.press("1\r");
    session.wait_for(&[&format!("Endereço do banco [{address}]:")]);
    session.press("\r");
    session.wait_for(&["CPF:"]);
    session.press(&format!("{ANA}\r"));
    session.wait_for(&[ANA, "Senha:"]);
    // A mistyped letter is taken back unseen.
    session.press(&format!("x\x7f{PASSWORD}\r"));
    session.wait_for(&["Olá, Ana Souza.", "saldo R$ 12,34"]);
    // What is no password is shown again.
    session.press("q\r");
    session.wait_for(&["Até logo."]);
    assert_eq!(session.wait_for_end(), 0);
    let written = String::from_utf8_lossy(&session.written).into_owned();
    assert!(written.contains(ANA) && !written.contains(PASSWORD) && !written.contains('\x1b'), "{written}");
}
