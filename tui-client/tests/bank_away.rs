//! The real client against real banks: sign up, home, the bank dies, what was known stays with its time, the bank is back.

#![cfg(all(unix, feature = "demo"))]
#![expect(clippy::disallowed_methods, reason = "a test's deadline reads the clock")]

#[allow(dead_code, reason = "each test uses its part of it")]
mod pseudo_terminal;

use bank_node::local::{LocalConsortium, LocalOptions};

use self::pseudo_terminal::Session;

#[test]
fn a_bank_that_dies_is_named_and_its_return_is_seen() {
    let books = tempfile::tempdir().unwrap();
    let state = tempfile::tempdir().unwrap();
    let options = LocalOptions { banks: 2, dir: books.path().to_path_buf(), port: None };
    let mut consortium = LocalConsortium::start(&options).unwrap();
    let address = consortium.banks()[0].address.to_string().replace("http://", "");
    let mut client = Session::start(state.path(), &["--bank", &address], &[]);
    client.wait_for(&["O que você quer fazer?", " ms"]);
    client.press("2");
    client.wait_for(&["Nome completo"]);
    for text in ["Ana Souza", "52998224725", "uma senha boa"] {
        client.press(text);
        client.press("\r");
    }
    client.press("uma senha boa\r");
    client.wait_for(&["Banco Aurora › Início", "● ligado", "Nenhuma conta ainda."]);

    consortium.stop_as_crash(0);
    client.press("r");
    client.wait_for(&["× sem resposta", "Banco Aurora não responde · dados de"]);
    // Nobody presses anything: the client asks again by itself.
    consortium.start_bank(0).unwrap();
    client.wait_for(&["● ligado"]);
    client.press("\x03");
    assert_eq!(client.wait_for_end(), 0);
    assert!(client.gave_terminal_back());
}
