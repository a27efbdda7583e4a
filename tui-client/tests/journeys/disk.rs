//! A state directory that cannot be written, and a disk that takes nothing: the client says so, and no money moves that it
//! could not follow up. Mended, the same order goes out.

use std::fs;

use portable_pty::CommandBuilder;

use crate::pseudo_terminal::Session;
use crate::steps::{DONE, NOT_SENT};
use crate::town::{ANA, AURORA, BOREAL, BRUNO, PASSWORD, Town};

const NOT_WRITTEN: &str = "Não foi possível gravar no disco";
const NOT_KEPT: &str = "Não foi possível guardar a ordem no disco, e sem isso ela não é enviada";

#[test]
fn without_a_state_directory_nothing_moves_until_there_is_one() {
    let town = Town::open(1);
    // Below a regular file there is no directory, for root neither.
    let regular = town.path("regular");
    fs::write(&regular, "").expect("a file");
    let configuration = town.path("configuration").display().to_string();
    let args = ["--bank", &town.address(AURORA)];
    let mut session =
        Session::start(&regular.join("state"), &args, &[("XDG_CONFIG_HOME", configuration.as_str())]);
    session.wait_for(&["O que você quer fazer?"]);
    session.press("2");
    session.wait_for(&["Nome completo"]);
    session.press(&format!("Ana Souza\t{ANA}\t{PASSWORD}\t{PASSWORD}\r"));
    // Said at the log-in, before there is any money to move.
    session.wait_for(&["Início", NOT_WRITTEN]);
    session.wait_for(&["Nenhuma conta ainda."]);
    let number = session.open_account("\t10,00");
    session.wait_for(&[NOT_SENT, NOT_KEPT, "Nada foi debitado."]);
    let ana = town.log_in(AURORA, ANA);
    assert_eq!((town.balance(&ana), town.ordered(&ana)), (0, 0));

    fs::remove_file(&regular).expect("removed");
    session.press("e");
    session.wait_for(&[DONE]);
    session.account_opened(&number);
    session.wait_for(&["R$ 10,00"]);
    session.quit();
    assert_eq!((town.balance(&ana), town.ordered(&ana)), (1_000, 1));
    assert_eq!(fs::read_dir(regular.join("state/orders")).expect("the orders").count(), 0);
}

#[test]
fn on_a_full_disk_no_order_is_sent() {
    let mut town = Town::open(2);
    let ana = town.sign_up(AURORA, ANA, "Ana Souza");
    let ours = town.account(&ana, "100");
    let bruno = town.sign_up(BOREAL, BRUNO, "Bruno Lima");
    let theirs = town.account(&bruno, "");
    let state = town.path("state");
    // No file may grow at all: what a full disk does to a write, without filling one, for root as well.
    let mut limited = CommandBuilder::new("sh");
    limited.args(["-c", "ulimit -f 0 && exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_tui-client")]);
    limited.args(["--bank", &town.address(AURORA)]);
    Session::surroundings(&mut limited, &state);
    let mut session = Session::spawn(limited);
    session.wait_for(&["O que você quer fazer?"]);
    session.press("1");
    session.wait_for(&["Senha"]);
    session.press(&format!("{ANA}\t{PASSWORD}\r"));
    session.wait_for(&["Início", NOT_WRITTEN]);
    session.wait_for(&["R$ 100,00"]);
    session.order(&format!("{ours}={theirs}:40,00\n"));
    session.wait_for(&[NOT_SENT, NOT_KEPT]);
    // Tried again, it is the same.
    let drawn = session.drawn;
    session.press("e");
    session.wait_until("what the key did", |s| s.drawn > drawn && s.shows(NOT_KEPT));
    session.home();
    session.wait_for(&["R$ 100,00", "não foi enviada: nada foi debitado"]);
    session.quit();
    assert_eq!((town.balance(&ana), town.balance(&bruno)), (10_000, 0));
    assert_eq!(town.ordered(&ana), 1, "the pay-in alone");
    // Half a file is no order: nothing is left that a later run would take for one.
    let left: Vec<_> = fs::read_dir(state.join("orders")).expect("the orders").flatten().collect();
    assert!(left.is_empty(), "{left:?}");
}
