//! Another bank connected in one pass: accounts of both at home, a payment from the other bank's account through one's own;
//! then the authorisation is revoked, and the same payment is refused.

use crate::pseudo_terminal::Session;
use crate::steps::{CTRL_S, DONE, DOWN};
use crate::town::{ANA, AURORA, BOREAL, PASSWORD, Town};

#[test]
fn a_connected_bank_pays_through_ones_own_until_it_is_revoked() {
    let mut town = Town::open(2);
    let at_aurora = town.sign_up(AURORA, ANA, "Ana Souza");
    let at_boreal = town.sign_up(BOREAL, ANA, "Ana Souza");
    let aurora = town.account(&at_aurora, "100");
    let boreal = town.account(&at_boreal, "70");
    let mut session = Session::open(&town.path("state"), &town.address(AURORA));
    session.log_in(ANA, "R$ 100,00");
    // Boreal is known, and nothing of it in sight.
    session.wait_for(&["○ Banco Boreal não está ligado a esta tela"]);

    session.press("7");
    session.wait_for(&["› Ligar bancos"]);
    session.press(&format!("{DOWN}\r"));
    session.wait_for(&["Já é cliente de lá?", "Senha de lá"]);
    session.press(&format!("{PASSWORD}{CTRL_S}"));
    session.wait_for(&["✓ Banco Boreal está ligado."]);
    session.press("\r");
    session.wait_for(&["● Banco Boreal  ligado", "autoriza Banco Aurora"]);
    session.home();
    session.wait_for(&[&aurora.to_string(), &boreal.to_string(), "R$ 70,00", "R$ 170,00"]);

    session.order(&format!("{boreal}={aurora}:20,00\n"));
    session.wait_for(&[DONE]);
    session.home();
    session.wait_for(&["R$ 120,00", "R$ 50,00", "R$ 170,00"]);

    // The authorisation is the row below its bank.
    session.press("7");
    session.wait_for(&["autoriza Banco Aurora"]);
    session.press(&format!("{DOWN}{DOWN}"));
    session.wait_for(&["Banco Aurora pode: ver, pagar"]);
    session.press("x");
    session.wait_for(&["Revogar esta autorização?"]);
    session.press("2");
    session.wait_without("Revogar esta autorização?");
    session.wait_for(&["falta autorizar o seu banco"]);
    session.home();
    session.order(&format!("{boreal}={aurora}:20,00\n"));
    session.wait_for(&["× Recusado", "o banco desta conta ainda não tem a sua autorização"]);
    session.quit();
    assert_eq!((town.balance(&at_aurora), town.balance(&at_boreal)), (12_000, 5_000));
}
