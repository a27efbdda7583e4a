//! A package that the banks refuse: every failing transfer is named with its reason, and no balance has moved.

use shared::account::{AccountNumber, AccountRef};

use crate::pseudo_terminal::Session;
use crate::town::{ANA, AURORA, BOREAL, Town};

#[test]
fn every_failing_transfer_is_named_and_nothing_moves() {
    let mut town = Town::open(2);
    let at_aurora = town.sign_up(AURORA, ANA, "Ana Souza");
    let at_boreal = town.sign_up(BOREAL, ANA, "Ana Souza");
    let aurora = town.account(&at_aurora, "100");
    let boreal = town.account(&at_boreal, "70");
    let mut session = Session::open(&town.path("state"), &town.address(AURORA));
    session.log_in(ANA, "R$ 100,00");

    // Cash that would pass, one with too little money, one to nobody, one that Boreal has no authorisation for.
    let nobody =
        AccountRef { bank: boreal.bank.clone(), number: AccountNumber::new(9_999).expect("a number") };
    session.review(&format!(
        "dinheiro={boreal}:10,00\n{aurora}={boreal}:100,01\n{aurora}={nobody}:1,00\n{boreal}={aurora}:5,00\n"
    ));
    // The banks say so beforehand too, and the customer may send all the same.
    session.wait_for(&["Agora o pacote seria recusado: "]);
    session.send();
    session.wait_for(&[
        "× Recusado",
        "Nada foi debitado, e nada será.",
        "× Transferência 2: saldo insuficiente na conta (faltam R$ 1,01). Nada foi debitado.",
        "× Transferência 3: esta conta não existe, ou não é sua para debitar. Nada foi debitado.",
        "× Transferência 4: o banco desta conta ainda não tem a sua autorização",
    ]);
    assert!(!session.shows("× Transferência 1"), "{}", session.text());
    session.home();
    session.wait_for(&["recusada: nada foi debitado", "R$ 100,00"]);
    session.quit();
    assert_eq!((town.balance(&at_aurora), town.balance(&at_boreal)), (10_000, 7_000));
}
