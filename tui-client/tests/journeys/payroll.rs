//! A payroll: a table of sixty rows opened from a file, kept as a template, reviewed, sent, committed at all three banks;
//! in the next run template and payees are there, for this customer only.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::pseudo_terminal::Session;
use crate::steps::{CTRL_S, DONE};
use crate::town::{ANA, AURORA, BRUNO, Town};

const ROWS: usize = 60;
const END: &str = "\x1b[F";
const F5: &str = "\x1b[15~";

/// Every file below, whatever its depth.
fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).expect("a directory").flatten() {
        if entry.path().is_dir() {
            files(&entry.path(), found);
        } else {
            found.push(entry.path());
        }
    }
}

#[test]
fn a_payroll_of_sixty_is_one_file_and_stays_a_template() {
    let mut town = Town::open(3);
    let ana = town.sign_up(AURORA, ANA, "Ana Souza");
    let payer = town.account(&ana, "10000");
    let payees = [0, 1, 2].map(|bank| {
        let bruno = town.sign_up(bank, BRUNO, "Bruno Lima");
        town.account(&bruno, "")
    });

    let mut table = String::from("\u{FEFF}de;para;valor;descricao\r\n");
    for n in 0..ROWS {
        table.push_str(&format!("{payer};{};10,50;\"Salário; {}\"\r\n", payees[n % payees.len()], n + 1));
    }
    let path = town.path("folha.csv");
    std::fs::write(&path, &table).unwrap();
    let state = town.path("state");
    let start = |cpf: &str, known: &str| {
        let mut session = Session::open(&state, &town.address(AURORA));
        // The form takes the one account for the payer only when it knows it.
        session.log_in(cpf, known);
        session
    };

    let mut session = start(ANA, "R$ 10.000,00");
    session.press("2");
    session.wait_for(&["Nenhuma transferência ainda."]);
    session.press("o");
    session.wait_for(&["Abrir pacote de um arquivo"]);
    session.press(&format!("{}\r", path.display()));
    session.wait_for(&["Transferências: 60 de 64", "Total R$ 630,00"]);
    session.press("T");
    session.wait_for(&["Guardar como modelo"]);
    session.press("Folha de novembro\r");
    session.wait_for(&["Modelo guardado: Folha de novembro"]);
    session.press(CTRL_S);
    session.wait_for(&["[ Enviar ]"]);
    session.press(END);
    session.wait_for(&["60 ✓  aurora/"]);
    session.send();
    session.wait_for(&[DONE, "✓ Banco Aurora   lançado", "✓ Banco Boreal   lançado"]);
    session.wait_for(&["✓ Banco Cerrado  lançado"]);
    session.home();
    session.wait_for(&["R$ 9.370,00"]);

    // What is kept tells no CPF by its name, and nobody else's user can read it.
    let mut kept = Vec::new();
    files(&state.join("people"), &mut kept);
    assert!(kept.iter().any(|f| f.ends_with("templates/Folha de novembro.txt")), "{kept:?}");
    for file in &kept {
        assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
        assert!(!file.display().to_string().contains(ANA));
    }
    session.quit();

    // The next run knows the template and who was paid; another customer on this machine sees neither.
    let mut session = start(ANA, "R$ 9.370,00");
    session.press("2");
    session.wait_for(&["Nenhuma transferência ainda."]);
    session.press("t");
    session.wait_for(&["Folha de novembro · transferências: 60"]);
    session.press("\r");
    session.wait_for(&["Transferências: 60 de 64"]);
    session.press("n");
    session.wait_for(&["Nova transferência"]);
    session.press(F5);
    session.wait_for(&["B**** L***", "(20×)"]);
    session.quit();
    let mut session = start(BRUNO, "R$ 210,00");
    session.press("2");
    session.wait_for(&["Nenhuma transferência ainda."]);
    session.press("t");
    session.wait_for(&["Nenhum modelo guardado ainda"]);
}
