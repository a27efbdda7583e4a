//! The bank is killed between an order and its answer, and then the client too, as by a power cut. Started again, the client
//! finds the order on disk and tells what became of it; no centavo is lost, and none is paid twice.

use std::fs;

use crate::pseudo_terminal::Session;
use crate::steps::DONE;
use crate::straw::{Does, Line};
use crate::town::{ANA, AURORA, BOREAL, BRUNO, Customer, Town};

struct Broken {
    town: Town,
    ana: Customer,
    bruno: Customer,
    id: String,
}

/// Ana orders 40,00 for Bruno; neither the bank nor the client outlives it. `does`: what becomes of the order on the way.
fn broken(does: Does) -> Broken {
    let mut town = Town::open(2);
    let ana = town.sign_up(AURORA, ANA, "Ana Souza");
    let ours = town.account(&ana, "100");
    let bruno = town.sign_up(BOREAL, BRUNO, "Bruno Lima");
    let theirs = town.account(&bruno, "");
    let line = Line::to(&town.address(AURORA));
    let mut session = Session::open(&town.path("state"), &line.address);
    session.log_in(ANA, "R$ 100,00");
    line.at_the_next_order(does);
    session.order(&format!("{ours}={theirs}:40,00\n"));
    session.wait_for(&["Enviando…"]);
    let id = session.order_id();
    if does == Does::LoseAnswers {
        // What is told below is an end that came before the crash.
        town.wait_for_balance(&bruno, 4_000);
    }
    town.banks.stop_as_crash(AURORA);
    session.kill();
    let orders: Vec<_> =
        fs::read_dir(town.path("state").join("orders")).expect("the orders").flatten().collect();
    let [order] = orders.as_slice() else { panic!("not one order on disk: {orders:?}") };
    assert_eq!(order.file_name().to_string_lossy(), format!("{id}.json"));
    town.banks.start_bank(AURORA).expect("it comes back");
    Broken { town, ana, bruno, id }
}

impl Broken {
    /// Starts the client again, up to home.
    fn start_again(&self, balance: &str) -> Session {
        let mut session = Session::open(&self.town.path("state"), &self.town.address(AURORA));
        session.wait_for(&["Uma ordem de antes ainda sem resposta"]);
        session.log_in(ANA, balance);
        session
    }

    /// Paid once, and nothing is left to be resumed.
    fn ends_whole(self) {
        assert_eq!((self.town.balance(&self.ana), self.town.balance(&self.bruno)), (6_000, 4_000));
        assert_eq!(self.town.ordered(&self.ana), 2, "the pay-in, and this one once");
        let orders = self.town.path("state").join("orders");
        assert_eq!(fs::read_dir(orders).expect("the orders").count(), 0);
    }
}

#[test]
fn an_order_that_the_bank_had_executed_is_told_as_done() {
    let broken = broken(Does::LoseAnswers);
    let mut session = broken.start_again("R$ 60,00");
    session.wait_for(&["✓ concluída"]);
    session.press("6");
    session.wait_for(&["✓ concluída"]);
    session.press("\r");
    session.wait_for(&[DONE, &broken.id]);
    session.quit();
    broken.ends_whole();
}

#[test]
fn an_order_that_never_arrived_is_told_so_and_goes_out_under_its_id() {
    let broken = broken(Does::LoseRequests);
    let mut session = broken.start_again("R$ 100,00");
    session.press("6");
    session.wait_for(&["sem resposta ainda; perguntando"]);
    session.press("\r");
    // A copy may have waited at the bank's door: only after half a minute is it certain.
    session.wait_for(&["Nunca chegou ao banco", "e envia de novo", &broken.id]);
    session.press("e");
    session.wait_for(&[DONE, &broken.id]);
    session.quit();
    broken.ends_whole();
}
