//! The bank ends the session while a payment is being typed: the client offers the log-in with the CPF filled in, comes back
//! to what was typed, and sends it once.

use crate::pseudo_terminal::Session;
use crate::steps::{CTRL_S, DONE};
use crate::town::{ANA, AURORA, BOREAL, BRUNO, PASSWORD, Town};

#[test]
fn a_session_ended_in_mid_form_is_opened_again_and_the_form_goes_on() {
    let mut town = Town::open(2);
    let ana = town.sign_up(AURORA, ANA, "Ana Souza");
    let ours = town.account(&ana, "100");
    let bruno = town.sign_up(BOREAL, BRUNO, "Bruno Lima");
    let theirs = town.account(&bruno, "");
    let mut session = Session::open(&town.path("state"), &town.address(AURORA));
    session.log_in(ANA, "R$ 100,00");
    session.press("1");
    session.wait_for(&["› Pagar", &ours.to_string()]);
    session.press(&format!("{theirs}\t"));
    session.wait_for(&["B**** L***"]);
    session.press("40,00\tpresente");
    session.wait_for(&["presente"]);

    town.end_sessions(&ana);
    session.wait_for(&["A sua sessão terminou", "o que você digitou fica"]);
    session.press("1");
    // Address and CPF stand there; what is missing is the password.
    session.wait_for(&["Entrar", "529.982.247-25", &town.address(AURORA)]);
    session.press(&format!("{PASSWORD}\r"));
    session.wait_for(&["› Pagar", &theirs.to_string(), "40,00", "presente"]);
    // The bank has told of the account again: the bar says that it answers.
    session.wait_for(&["● ligado"]);
    session.press(CTRL_S);
    session.wait_for(&["[ Enviar ]"]);
    session.send();
    session.wait_for(&[DONE]);
    session.home();
    session.wait_for(&["R$ 60,00"]);
    session.quit();
    assert_eq!((town.balance(&ana), town.balance(&bruno)), (6_000, 4_000));
    assert_eq!(town.ordered(&ana), 2, "the pay-in, and this one once");
}
