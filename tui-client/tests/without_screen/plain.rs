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
                "",  // reviewed and not sent: back among its lines
                "x", // and one of them is removed by its number
                "2",
                "u", // and comes back
                "",
                yes, // the same, sent
                "4",
                "1",
                "9.999,00",
                "",
                yes, // more than there is
                "e",
                "1", // an account and its statement
                ".",
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
                "The banks would say yes to all of it now.",
                "It would not pass now: transfer 1, not enough money in the account",
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
                "Agora os bancos diriam sim a tudo.",
                "Agora não passaria: transferência 1, saldo insuficiente na conta",
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

/// Ana, with an account at Aurora, and a payee's account there; the lines that log her in.
fn ana_and_a_payee(balance: &str) -> (Town, String, [&'static str; 4]) {
    let town = Town::open();
    let bruno = Town { state: tempfile::tempdir().unwrap(), ..town };
    bruno.sign_up(0, BRUNO, "Bruno Lima");
    let payee = bruno.account("aurora", "1,00");
    let ana = Town { state: tempfile::tempdir().unwrap(), ..bruno };
    ana.sign_up(0, ANA, "Ana Souza");
    ana.account("aurora", balance);
    (ana, payee, ["1", "", ANA, PASSWORD])
}

#[test]
fn a_package_is_put_together_kept_and_used_again_line_by_line() {
    let (ana, payee, log_in) = ana_and_a_payee("100,00");
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let leg = format!("aurora/1002-2={payee}:10,00 aluguel");
    let (lines, table) = (path("pacote.txt"), path("pacote.csv"));
    let said = talk(
        &ana,
        "en",
        &[
            &log_in[..],
            &[
                "2", "?", &leg, "d", "1", // a transfer, and the same once more
                "2", "", "", "20,00", "agua", // the second one changed
                "J", "1", "/", "agua", "tab", // moved, found, summed up
                "w", &lines, "w", &table, "T", "Folha", // as lines, as a table, as a template
                "X", "y", "t", "1", // all away, and the template in their place
                "u", // what was removed comes back too
                "X", "y", "o", &table, // from the file
                "", "y", // sent
                "2", "t", "x1", "y", // the template deleted
                ".", "2", "t", ".", // and none is left
            ],
        ]
        .concat(),
    );
    let said = said.ends(0);
    said.says(&[
        "d. Duplicate",
        "Transfer 2: R$ 10,00, from aurora/1002-2",
        "Transfer 2: R$ 20,00, from aurora/1002-2",
        "Transfer 1: R$ 20,00",
        "Total R$ 30,00",
        "leaves R$ 70,00",
        "Template kept: Folha",
        "1. Folha, transfers: 2",
        "Added to the list: 2",
        "Back in the list: 2.",
        "Done. It happened completely",
        "“Folha” does not come back once deleted.",
        "No template yet",
    ]);
    assert!(std::fs::read_to_string(&lines).unwrap().contains(&leg));
    assert!(std::fs::read_to_string(&table).unwrap().contains(';'));
    assert!(ana.files("orders").is_empty());
}

#[test]
fn a_payee_paid_before_is_offered_found_by_a_part_and_forgotten() {
    let (ana, payee, log_in) = ana_and_a_payee("100,00");
    let pays = |to: &'static str| ["1", "1", to, "1,00", "", "y"];
    let first = ["1", "1", payee.as_str(), "1,00", "", "y"];
    let said = talk(
        &ana,
        "en",
        &[
            &log_in[..],
            &first,
            &pays("1"),    // by its place
            &pays("b***"), // by a part of the name
            &["1", "1", "x1", "y", "."],
            &["1", "1", "."], // and offered no more
            &["q"],
        ]
        .concat(),
    );
    let said = said.ends(0);
    said.says(&[&format!("1. {payee}, B**** L***, Banco Aurora"), "leaves your list"]);
    assert_eq!(said.out.matches("Done. It happened completely").count(), 3, "{}", said.out);
    // Once before each of the two later payments, once before it is forgotten.
    assert_eq!(said.out.matches("Paid before:").count(), 3, "{}", said.out);
}

#[test]
fn an_account_is_searched_saved_shown_and_closed() {
    let (ana, payee, log_in) = ana_and_a_payee("100,00");
    let file = ana.state.path().join("extrato.csv");
    let file = file.to_str().unwrap();
    let leg = format!("aurora/1002-2={payee}:40,00 aluguel");
    let said = talk(
        &ana,
        "pt-BR",
        &[
            &log_in[..],
            &["2", &leg, "aurora/1002-2=dinheiro:60,00", "", "s"],
            &["e", "1", "x", "n"], // closing it, and not after all
            &["/", "aluguel", "c", "1", "", "s", file, "s", file, "n", "d"],
            &["x", "s", "x", "."],
            &["r"],
        ]
        .concat(),
    );
    let said = said.ends(0);
    said.says(&[
        "Nada foi feito.",
        "1 de 3 lançamentos.",
        "Entrou R$ 0,00, saiu R$ 40,00.",
        "COMPROVANTE DE TRANSFERÊNCIA",
        "Gravado em ",
        "Já existe um arquivo com este nome.",
        "Titulares: Ana Souza, 529.982.247-25, titular",
        "Conta encerrada.",
        "Esta conta já está encerrada.",
    ]);
    let saved = std::fs::read_to_string(file).unwrap();
    assert!(saved.contains("-40,00") && !saved.contains("-60,00"), "{saved}");
}

#[test]
fn orders_of_another_run_are_listed_found_and_opened_by_their_id() {
    let (ana, payee, log_in) = ana_and_a_payee("100,00");
    for amount in ["1,00", "2,00"] {
        ana.run(&["pay", "--leg", &format!("aurora/1002-2={payee}:{amount}")]).ends(0);
    }
    let listed = ana.json(&["package", "list"]);
    let id = listed["packages"][1]["id"].as_str().unwrap().to_owned();
    ana.run(&["pay", "--leg", &format!("aurora/1002-2={payee}:999,00")]).ends(3);
    let nobodys = "00000000-0000-7000-8000-000000000000";
    let said = talk(
        &ana,
        "en",
        &[
            &log_in[..],
            &["6", "3", "r", "l", "1", "", "."], // the third of the list, and its transfer's receipt
            &[&id, "."],                         // the same by its id
            &["2,00", "1", ".", nobodys, "99"],
            // What was refused, corrected in an order of its own.
            &["999,00", "1", "m", "1", "", "", "5,00", "", "", "y", ".", ""],
            &["q"],
        ]
        .concat(),
    );
    let said = said.ends(0);
    said.says(&["4. ", "RECEIPT", "knows this id for you", "Not in the list.", "Refused."]);
    said.says(&["Transfer 1: R$ 5,00", "Done. It happened completely"]);
    assert_eq!(said.out.matches(&format!("Id: {id}")).count(), 3, "{}", said.out);
    assert_eq!(said.out.matches("Transfer 1: R$ 2,00").count(), 1, "{}", said.out);
}

#[test]
fn a_bank_is_connected_in_one_pass_and_its_terms_are_changed() {
    let (ana, _, log_in) = ana_and_a_payee("1,00");
    let said = talk(
        &ana,
        "en",
        &[
            &log_in[..],
            &["7", "2", "", "2", "", PASSWORD, PASSWORD, "", "", "n"], // all: signed up at Boreal, default limits
            &["7", "3", "1", "10,00", "20,00", "2", "2"],              // then only to see, for a month
            &["7", "2"],                                               // none is missing any more
            &["9", "1", "Ana Clara Souza", "2"],                       // the name, at both
            &["0", "4", "7", "127.0.0.1:9", "Banco Novo", "."],        // the mouse, and a bank more
            &["ctrl-o", "wrong password", PASSWORD, "r", "f6", "q"],
        ]
        .concat(),
    );
    let said = said.ends(0);
    said.says(&[
        "Banco Boreal is connected.",
        "The authorisation at Banco Boreal was changed.",
        "Up to R$ 10,00 per package and R$ 20,00 a day.",
        "It may see the accounts, and may not pay with them.",
        "All banks that answer are connected.",
        "Banco Aurora: the name was changed.",
        "Banco Boreal: the name was changed.",
        "Mouse: yes.",
        "Banco Novo, 127.0.0.1:9.",
        "The password is wrong.",
        "Unlocked.",
        "Amounts are covered.",
    ]);
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

#[test]
fn a_password_that_the_bank_has_set_is_changed_line_by_line() {
    let town = Town::open();
    town.sign_up(0, ANA, "Ana Souza");
    let set = town.reset_password(ANA);
    let town = Town { state: tempfile::tempdir().unwrap(), ..town };
    let (mine, other) = ("minha senha nova", "outra senha nova");
    let said = talk(&town, "en", &["1", "", ANA, &set, &set, &set, mine, other, mine, mine]);
    said.says(&[
        "The bank has set this password. Choose your own to go on.",
        "Choose another password than the one that the bank has set.",
        "The two passwords are not the same.",
        "Hello, Ana Souza.",
    ]);
    assert!(!said.out.contains(&set), "{}", said.out);
}
