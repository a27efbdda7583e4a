//! The real binary on the demo's own banks: an account's statement, narrowed down, saved as CSV; a payment, its receipt
//! saved with its QR code; nothing written over.

#![cfg(all(unix, feature = "demo"))]
#![expect(clippy::disallowed_methods, reason = "a test's deadline reads the clock")]

#[expect(dead_code, reason = "another test uses the rest")]
mod pseudo_terminal;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use bank_node::local::{LocalConsortium, LocalOptions};

use self::pseudo_terminal::Session;

const PASSWORD: &str = "uma senha boa";
const CTRL_S: &str = "\x13";

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
    session.wait_for(&["Depositar", "Valor"]);
    session.press(&format!("{amount}\t{description}{CTRL_S}"));
    session.wait_for(&["[ Enviar ]"]);
    session.press("\t");
    session.wait_for(&["▸ Enviar ◂"]);
    session.press("\r");
    session.wait_for(&["✓ Realizado"]);
    session.press("\x1b");
    session.wait_for(&["Suas contas"]);
}

#[test]
fn a_statement_is_filtered_and_saved_and_a_receipt_too() {
    let dirs = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let options = LocalOptions { banks: 2, dir: dirs[0].path().to_path_buf(), port: None };
    let banks = LocalConsortium::start(&options).expect("two banks");
    let address = banks.banks()[0].address.to_string();
    let saves = dirs[2].path().join("guardados");
    let place = saves.display().to_string();
    let mut session = Session::start(dirs[1].path(), &["--bank", &address, "--save-dir", &place], &[]);
    session.wait_for(&["O que você quer fazer?"]);
    session.press("2");
    session.wait_for(&["Nome completo"]);
    session.press(&format!("Ana Souza\t52998224725\t{PASSWORD}\t{PASSWORD}\r"));
    session.wait_for(&["Início", "Nenhuma conta ainda."]);
    session.press("5");
    session.wait_for(&["Primeiro depósito"]);
    session.press(&format!("\t1000,00{CTRL_S}"));
    session.wait_for(&["✓ Conta aberta", "✓ Realizado"]);
    session.press("\r");
    session.wait_for(&["Suas contas", "R$ 1.000,00"]);
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
    session.press("\x1b");
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
    session.press("\x03");
    assert_eq!(session.wait_for_end(), 0);
}
