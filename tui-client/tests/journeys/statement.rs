//! An account's statement, narrowed down, saved as CSV; a payment, its receipt saved with its QR code; nothing written over.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::pseudo_terminal::Session;
use crate::steps::{CTRL_S, DONE, ESC};
use crate::town::{ANA, AURORA, Town};

/// The files of a directory by name, each seen to be its owner's alone.
fn saved(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).expect("the directory of what is saved");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    for path in &paths {
        let mode = fs::metadata(path).expect("its mode").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", path.display());
    }
    paths
}

/// Cash in at the counter, through the review to its end.
fn pay_in(session: &mut Session, amount: &str, description: &str) {
    session.press("3");
    session.wait_for(&["› Depositar", "Valor"]);
    session.press(&format!("{amount}\t{description}{CTRL_S}"));
    session.wait_for(&["[ Enviar ]"]);
    session.send();
    session.wait_for(&[DONE]);
    session.home();
}

#[test]
fn a_statement_is_filtered_and_saved_and_a_receipt_too() {
    let town = Town::open(2);
    let saves = town.path("guardados");
    let args = ["--bank", &town.address(AURORA), "--save-dir", &saves.display().to_string()];
    let mut session = Session::start(&town.path("state"), &args, &[]);
    session.wait_for(&["O que você quer fazer?"]);
    session.sign_up("Ana Souza", ANA);
    session.open_with("1000,00");
    session.wait_for(&["R$ 1.000,00"]);
    pay_in(&mut session, "12,34", "=mercado");
    pay_in(&mut session, "56,78", "feira");

    // To the accounts, into the only one, to what the filter leaves.
    session.press("\t");
    session.wait_for(&["▸ aurora/"]);
    session.press("\r");
    session.wait_for(&["Extrato de aurora/", "3 lançamentos", "+R$ 12,34", "+R$ 56,78", "R$ 1.069,12"]);
    session.press("/mercado");
    session.wait_for(&["1 de 3 lançamentos", "Entrou +R$ 12,34"]);
    session.press("\r");
    session.press("s");
    session.wait_for(&["✓ Salvo em", "guardados"]);
    let files = saved(&saves);
    let text = fs::read_to_string(&files[0]).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2, "a heading and what the filter showed: {text}");
    assert!(
        lines[0]
            .ends_with("data;hora;conta;contraparte;descricao;valor;saldo;lancamento;pacote;transferencia")
    );
    assert!(lines[1].contains(";cash;'=mercado;12,34;1012,34;"), "{}", lines[1]);

    // A second one takes another name and leaves the first as it was.
    session.press(ESC);
    // Seen only without the filter: a key that comes with Esc would be another key.
    session.wait_for(&["+R$ 56,78"]);
    session.press("s");
    session.wait_for(&["-2.csv"]);
    let files = saved(&saves);
    assert_eq!(files.len(), 2, "{files:?}");
    assert!(files.iter().any(|path| fs::read_to_string(path).unwrap() == text), "the first is untouched");

    // The receipt of the newest line.
    session.press("\r");
    session.wait_for(&["COMPROVANTE DE TRANSFERÊNCIA", "dinheiro no balcão", "R$ 56,78", "feira"]);
    session.press("s");
    session.wait_for(&["✓ Salvo em", "comprovante-"]);
    session.press("g");
    session.wait_for(&["█▀▀▀▀▀█"]);
    let files = saved(&saves);
    let receipt = files.iter().find(|path| path.extension().is_some_and(|e| e == "txt")).expect("a receipt");
    let text = fs::read_to_string(receipt).unwrap();
    for words in ["COMPROVANTE DE TRANSFERÊNCIA", "R$ 56,78", "Resumo", "█▀▀▀▀▀█"] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    session.quit();
}
