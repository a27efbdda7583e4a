//! One person in two clients at once, on one state directory: what one orders the other sees by itself; an order of one that
//! has no answer yet is found by the other, asked about, and never sent by it.

use std::fs;

use crate::pseudo_terminal::Session;
use crate::steps::{DONE, UNKNOWN};
use crate::straw::{Does, Line};
use crate::town::{ANA, AURORA, BOREAL, BRUNO, Town};

#[test]
fn two_clients_of_one_person_see_each_other_and_send_nothing_twice() {
    let mut town = Town::open(2);
    let ana = town.sign_up(AURORA, ANA, "Ana Souza");
    let ours = town.account(&ana, "100");
    let bruno = town.sign_up(BOREAL, BRUNO, "Bruno Lima");
    let theirs = town.account(&bruno, "");
    let line = Line::to(&town.address(AURORA));
    let state = town.path("state");
    let mut first = Session::open(&state, &line.address);
    first.log_in(ANA, "R$ 100,00");
    let mut second = Session::open(&state, &town.address(AURORA));
    second.log_in(ANA, "R$ 100,00");

    first.order(&format!("{ours}={theirs}:10,00\n"));
    first.wait_for(&[DONE]);
    second.wait_for(&["R$ 90,00", "-R$ 10,00"]);
    second.order(&format!("{ours}={theirs}:5,00\n"));
    second.wait_for(&[DONE]);
    first.home();
    first.wait_for(&["R$ 85,00", "-R$ 5,00"]);
    // Each lists the other's order too.
    second.home();
    for session in [&mut first, &mut second] {
        session.press("6");
        session.wait_for(&["R$ 10,00", "R$ 5,00", "concluída"]);
        session.home();
    }
    second.quit();

    // The first one's order arrives, and its answer does not. The file is there until the end is known.
    line.at_the_next_order(Does::LoseAnswers);
    first.order(&format!("{ours}={theirs}:20,00\n"));
    first.wait_for(&[UNKNOWN]);
    let orders = state.join("orders");
    assert_eq!(fs::read_dir(&orders).expect("the orders").count(), 1);
    let mut second = Session::open(&state, &town.address(AURORA));
    second.wait_for(&["Uma ordem de antes ainda sem resposta"]);
    second.log_in(ANA, "R$ 65,00");
    second.wait_for(&["R$ 20,00  1 transferência  ✓ concluída"]);
    line.carry();
    first.wait_for(&[DONE]);
    first.home();
    first.wait_for(&["R$ 65,00"]);
    first.quit();
    second.quit();
    assert_eq!(fs::read_dir(&orders).expect("the orders").count(), 0);
    assert_eq!((town.balance(&ana), town.balance(&bruno)), (6_500, 3_500));
    assert_eq!(town.ordered(&ana), 4, "the pay-in, and three orders once each");
}
