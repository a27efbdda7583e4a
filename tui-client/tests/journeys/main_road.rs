//! The main road, against three real banks: sign up, open accounts, connect, send a package across all three, break a bank
//! and the session's own bank in the middle, and find every centavo.

use crate::pseudo_terminal::Session;
use crate::steps::{DONE, DOWN, NOT_SENT, SHIFT_TAB, STOPPED, UNKNOWN};
use crate::town::{ANA, AURORA, CERRADO, Town};

/// Opens a personal account at the nth bank of those with a session, nothing in it.
fn open_at(session: &mut Session, place: &str) -> String {
    let number = session.open_account(&format!("{SHIFT_TAB}{place}\t\t"));
    session.account_opened(&number);
    number
}

#[test]
fn money_crosses_three_banks_and_outlives_their_crashes() {
    let mut town = Town::open(3);
    let mut session = Session::open(&town.path("state"), &town.address(AURORA));
    session.sign_up("Ana Souza", ANA);
    let aurora = session.open_with("1000,00");

    // The list is walked by place: the other banks have to be known.
    session.wait_for(&["Banco Boreal", "Banco Cerrado"]);
    session.press("7");
    session.wait_for(&["› Ligar bancos"]);
    session.press(&format!("{DOWN}\r"));
    session.become_customer_and_connect("Banco Boreal");
    session.wait_for(&["Enter liga o próximo: Banco Cerrado."]);
    session.press("\r");
    session.become_customer_and_connect("Banco Cerrado");
    session.press("\r");
    session.wait_for(&["● Banco Boreal   ligado", "● Banco Cerrado  ligado"]);
    session.home();
    let boreal = open_at(&mut session, "2");
    let cerrado = open_at(&mut session, "3");

    // A package over three banks and the counter happens as a whole.
    session
        .order(&format!("{aurora}={boreal}:300,00\n{aurora}={cerrado}:200,00\ndinheiro={cerrado}:50,00\n"));
    session.wait_for(&[DONE, "✓ Banco Aurora   lançado", "✓ Banco Cerrado  lançado"]);
    session.home();
    session.wait_for(&["R$ 500,00", "R$ 300,00", "R$ 250,00", "R$ 1.050,00"]);

    // One payer has too little: nothing of it happens, and the leg says why.
    session.order(&format!("{boreal}={cerrado}:300,01\n{aurora}={cerrado}:1,00\n"));
    session.wait_for(&["× Recusado", "Transferência 1: saldo insuficiente", "faltam R$ 0,01"]);
    session.home();

    // Cerrado is down when a package for it is sent; then the session's own bank crashes, before it has answered or
    // after. Both come back, and the outcome is known; sent again under the same id, it pays once.
    town.banks.stop_as_crash(CERRADO);
    session.order(&format!("{aurora}={boreal}:100,00\n{boreal}={cerrado}:250,00\n"));
    town.banks.stop_as_crash(AURORA);
    session.wait_for_any(&[UNKNOWN, "Em andamento", STOPPED, NOT_SENT]);
    town.banks.start_bank(CERRADO).expect("Cerrado comes back");
    town.banks.start_bank(AURORA).expect("Aurora comes back");
    session.sent_until_done();
    session.home();
    session.wait_for(&["R$ 400,00", "R$ 150,00", "R$ 500,00", "R$ 1.050,00"]);
    session.quit();
}
