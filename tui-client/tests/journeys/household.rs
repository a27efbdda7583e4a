//! Two people at one bank, each in a client of their own: one opens a joint account, the other is invited, accepts and
//! pays from it; then changes the password, covers the balances, locks the screen and opens it again.

use crate::pseudo_terminal::Session;
use crate::steps::{CTRL_S, DONE, ESC};
use crate::town::{ANA, AURORA, BRUNO, PASSWORD, Town};

const ANOTHER: &str = "outra senha boa";

const CTRL_O: &str = "\x0f";
const F6: &str = "\x1b[17~";

#[test]
fn an_invited_person_accepts_pays_and_keeps_strangers_out() {
    let town = Town::open(1);
    let address = town.address(AURORA);
    let mut bruno = Session::open(&town.path("bruno"), &address);
    bruno.sign_up("Bruno Lima", BRUNO);
    let mut ana = Session::open(&town.path("ana"), &address);
    ana.sign_up("Ana Souza", ANA);
    let own = ana.open_with("");
    let joint = ana.open_account(&format!("2\t{BRUNO}\t\t\t500,00"));
    ana.account_opened(&joint);
    ana.wait_for(&["R$ 500,00"]);

    // Bruno sees the invitation at home, and accepts it.
    bruno.press("r");
    bruno.wait_for(&["1 convite espera resposta"]);
    bruno.press("i");
    bruno.wait_for(&[&joint, "convite de Ana Souza"]);
    bruno.press("\r");
    bruno.wait_for(&["Aceitar este convite?"]);
    bruno.press("2");
    bruno.wait_for(&["aceito; a conta é sua também.", "Nenhum convite espera por você."]);
    bruno.press(ESC);
    bruno.wait_for(&["Suas contas", &joint, "R$ 500,00"]);

    // And pays from it; both see what is left, and the movement.
    bruno.order(&format!("{joint}={own}:125,50"));
    bruno.wait_for(&[DONE]);
    bruno.home();
    bruno.wait_for(&["R$ 374,50", "-R$ 125,50"]);
    ana.press("r");
    ana.wait_for(&["R$ 374,50", "R$ 125,50"]);

    // Another password: the client that is open goes on.
    bruno.press("9");
    bruno.wait_for(&["Quem é você", "CPF ***.444.777-**", "● esta"]);
    bruno.press("2");
    bruno.wait_for(&["Senha atual"]);
    bruno.press(&format!("{PASSWORD}\t{ANOTHER}\t{ANOTHER}{CTRL_S}"));
    bruno.wait_for(&["a senha foi mudada, e as outras sessões terminaram."]);
    bruno.press("\r");
    bruno.wait_for(&["Quem é você"]);
    bruno.home();

    // Covered balances, and a locked screen that only the new password opens.
    bruno.press(F6);
    bruno.wait_until("covered balances", |s| s.shows("R$ •••••") && !s.shows("R$ 374,50"));
    bruno.press(CTRL_O);
    bruno.wait_until("nothing but the locked screen", |s| s.shows("Tela travada") && !s.shows(&joint));
    bruno.press(&format!("{PASSWORD}\r"));
    bruno.wait_for(&["× A senha não confere."]);
    bruno.press(&format!("{ANOTHER}\r"));
    bruno.wait_for(&["Suas contas", &joint, "R$ •••••"]);
    bruno.quit();
}
