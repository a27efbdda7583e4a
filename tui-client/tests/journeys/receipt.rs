//! From a first sign-up to a receipt in a file: pay in, pay somebody at another bank, see it committed, read it, save it.

use std::fs;

use crate::pseudo_terminal::Session;
use crate::steps::{CTRL_S, DONE, ESC};
use crate::town::{ANA, AURORA, BOREAL, BRUNO, Town};

#[test]
fn a_payment_to_another_bank_ends_as_a_receipt_in_a_file() {
    let mut town = Town::open(2);
    let bruno = town.sign_up(BOREAL, BRUNO, "Bruno Lima");
    let theirs = town.account(&bruno, "");
    let saves = town.path("guardados");
    let args = ["--bank", &town.address(AURORA), "--save-dir", &saves.display().to_string()];
    let mut session = Session::start(&town.path("state"), &args, &[]);
    session.wait_for(&["O que você quer fazer?"]);
    session.sign_up("Ana Souza", ANA);
    let ours = session.open_with("");
    session.press("3");
    session.wait_for(&["› Depositar", &ours]);
    session.press(&format!("1.234,56{CTRL_S}"));
    session.wait_for(&["[ Enviar ]"]);
    session.send();
    session.wait_for(&[DONE]);
    session.home();
    session.wait_for(&["R$ 1.234,56"]);

    // The payer is the only account there is: the focus is on the payee.
    session.press("1");
    session.wait_for(&["› Pagar", &ours]);
    session.press(&format!("{theirs}\t"));
    session.wait_for(&["B**** L***"]);
    session.press(&format!("250\taluguel de novembro{CTRL_S}"));
    session.wait_for(&["Revisar", "R$ 250,00", "R$ 984,56", "[ Enviar ]"]);
    session.send();
    session.wait_for(&[DONE, "✓ Banco Aurora  lançado", "✓ Banco Boreal  lançado"]);
    let id = session.order_id();

    session.press("v");
    session.wait_for(&["COMPROVANTE DE PACOTE", "✓ Realizado: aconteceu por inteiro", "B**** L***", &id]);
    session.press("s");
    session.wait_for(&["✓ Salvo em", "comprovante-"]);
    let files: Vec<_> =
        fs::read_dir(&saves).expect("the directory").map(|e| e.expect("a file").path()).collect();
    let [file] = files.as_slice() else { panic!("not one file: {files:?}") };
    let text = fs::read_to_string(file).expect("the receipt");
    let wanted = [
        "COMPROVANTE DE PACOTE",
        "✓ Realizado: aconteceu por inteiro, e todos os bancos",
        &id,
        "R$ 250,00",
        "aurora/***1-4 · A** S****",
        "boreal/***1-4 · B**** L***",
        "aluguel de novembro",
        "Banco Aurora",
        "Banco Boreal",
        "horário de Brasília",
        "Resumo",
        "█▀▀▀▀▀█",
    ];
    for words in wanted {
        assert!(text.contains(words), "{words:?} is not on it:\n{text}");
    }
    for words in ["Bruno Lima", ANA, BRUNO, "NÃO É", "\x1b"] {
        assert!(!text.contains(words), "{words:?} is on it:\n{text}");
    }
    session.press(ESC);
    // Two of these at once would be one key.
    session.wait_without("COMPROVANTE DE PACOTE");
    session.home();
    session.wait_for(&["R$ 984,56"]);
    session.quit();
    assert_eq!(town.balance(&town.log_in(AURORA, ANA)), 98_456);
    assert_eq!(town.balance(&bruno), 25_000);
}
