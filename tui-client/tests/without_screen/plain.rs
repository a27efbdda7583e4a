//! `--plain` through a pipe: from a first sign-up to a receipt, in both languages.

use super::{ANA, BRUNO, PASSWORD, Ran, Town};

/// What is typed, line by line; the words beside each are for who reads the test.
fn talk(town: &Town, language: &str, lines: &[&str]) -> Ran {
    let address = town.address(0);
    let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
    town.run_with(&["--plain", "--lang", language, "--bank", &address], &input)
}

#[test]
fn a_whole_day_line_by_line_in_both_languages() {
    for language in ["pt-BR", "en"] {
        let town = Town::open();
        let bruno = Town { state: tempfile::tempdir().unwrap(), ..town };
        bruno.sign_up(0, BRUNO, "Bruno Lima");
        let payee = bruno.account("aurora", "1,00");
        let yes = if language == "en" { "y" } else { "s" };
        let leg = format!("aurora/1002-2={payee}:150,00 aluguel");
        let leg2 = format!("cash={payee}:0,05");
        let ana = Town { state: tempfile::tempdir().unwrap(), ..bruno };
        let file = ana.state.path().join("recibo.txt");
        let said = talk(
            &ana,
            language,
            &[
                "2",
                "",
                "Ana Souza",
                "52998224724",
                ANA,
                PASSWORD,
                PASSWORD, // sign up, a mistyped CPF first
                "5",
                "1",
                "1000",
                yes, // open a personal account with a first pay-in
                "2",
                "nonsense",
                &leg,
                &leg2,
                &leg2,
                "menos",
                "",
                "", // a package, reviewed and not sent
                "2",
                &leg,
                &leg2,
                "",
                yes, // the same, sent
                "4",
                "1",
                "9.999,00",
                "",
                yes, // more than there is
                "e",
                "1", // the statement
                "c",
                "2",
                file.to_str().unwrap(), // the receipt of the package
                "7",
                ".",
                "8",
                "6",
                ".",
                "i",
                "r",
            ],
        );
        let said = said.ends(0);
        let texts = if language == "en" {
            [
                "Not a valid CPF",
                "You are signed up, Ana Souza.",
                "Account opened: ",
                "Nothing was sent.",
                "All 2 transfers happen, or none does.",
                "Payee: B**** L***",
                "Done. It happened completely",
                "not enough money in the account (short of R$ 9.149,00)",
                "RECEIPT",
                "No invitation waits",
                "Total: balance R$ 850,00",
                "The input has ended.",
                "aluguel",
            ]
        } else {
            [
                "CPF inválido",
                "Cadastro feito, Ana Souza.",
                "Conta aberta: ",
                "Nada foi enviado.",
                "As 2 transferências: todas, ou nenhuma.",
                "Quem recebe: B**** L***",
                "Realizado. Aconteceu por inteiro",
                "saldo insuficiente na conta (faltam R$ 9.149,00)",
                "COMPROVANTE",
                "Nenhum convite espera",
                "Total: saldo R$ 850,00",
                "A entrada terminou.",
                "aluguel",
            ]
        };
        said.says(&texts);
        assert!(!said.out.contains('\x1b') && !said.out.contains(PASSWORD), "{}", said.out);
        assert!(std::fs::read_to_string(&file).unwrap().contains("150,00"));
        assert!(ana.files("orders").is_empty());
    }
}

#[test]
fn a_dumb_terminal_or_none_draws_nothing_and_the_end_of_the_input_ends_it() {
    let town = Town::open();
    town.run_with(&["--plain"], "").ends(0).says(&["Consórcio, linha por linha."]);
    town.run_with(&["--plain", "--lang", "en"], "q\n").ends(0).says(&["Goodbye."]);
    let hint = town.run(&[]).ends(2);
    assert!(hint.err.contains("--plain") && hint.out.is_empty(), "{hint:?}");
}

#[test]
fn what_cannot_be_done_now_says_why() {
    let mut town = Town::open();
    town.sign_up(0, ANA, "Ana Souza");
    town.account("aurora", "10,00");
    let log_in = ["1", "", ANA, PASSWORD];
    let said = talk(&town, "pt-BR", &[&log_in[..], &["b", "q"]].concat()).ends(0);
    said.says(&[
        "b. Trocar de banco (agora não: Você só entrou em um banco",
        "aurora/1001-4, pessoal: saldo R$ 10,00",
    ]);
    town.consortium.stop_as_crash(0);
    let said = talk(&town, "pt-BR", &log_in).ends(0);
    said.says(&["O banco não está respondendo neste endereço. Nada foi enviado."]);
}
