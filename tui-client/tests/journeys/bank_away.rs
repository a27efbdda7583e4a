//! Sign up, home, the bank dies: what was known stays, with its time; and its return is seen.

use crate::pseudo_terminal::Session;
use crate::town::{ANA, AURORA, PASSWORD, Town};

#[test]
fn a_bank_that_dies_is_named_and_its_return_is_seen() {
    let mut town = Town::open(2);
    let mut client = Session::open(&town.path("state"), &town.address(AURORA));
    // It tells how fast the bank answers.
    client.wait_for(&[" ms"]);
    client.press("2");
    client.wait_for(&["Nome completo"]);
    // Enter goes on from field to field, and from the last one signs up.
    for text in ["Ana Souza", ANA, PASSWORD, PASSWORD] {
        client.press(text);
        client.press("\r");
    }
    client.wait_for(&["Banco Aurora › Início", "● ligado", "Nenhuma conta ainda."]);

    town.banks.stop_as_crash(AURORA);
    client.press("r");
    client.wait_for(&["× sem resposta", "Banco Aurora não responde · dados de"]);
    // Nobody presses anything: the client asks again by itself.
    town.banks.start_bank(AURORA).expect("it comes back");
    client.wait_for(&["● ligado"]);
    client.quit();
}
