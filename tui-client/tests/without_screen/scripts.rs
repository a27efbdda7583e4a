//! Each command, and what it answers in each form.

use std::os::unix::fs::PermissionsExt as _;

use super::{ANA, BRUNO, PASSWORD, Ran, Town, command, finish};

#[test]
fn a_life_in_commands() {
    let town = Town::open();
    let (aurora, boreal) = (town.address(0), town.address(1));
    // Nobody is logged in, nothing is known.
    assert!(town.run(&["accounts"]).ends(4).err.contains("tui-client login"));
    town.run(&["login", "--cpf", ANA, "--password-stdin"]).ends(2);
    town.run_with(&["login", "--bank", &aurora, "--cpf", ANA, "--password-stdin"], "errada 1\n").ends(3);
    town.run_with(&["login", "--bank", &aurora, "--cpf", "52998224724", "--password-stdin"], "x\n").ends(2);
    town.run(&["login", "--bank", &aurora, "--cpf", ANA, "--password", "x"]).ends(2);

    // Signing up logs in; the tokens are the customer's alone.
    town.sign_up(0, ANA, "Ana Souza");
    town.sign_up(1, ANA, "Ana Souza");
    let twice =
        ["signup", "--bank", &aurora, "--cpf", ANA, "--name", "Ana", "--password-stdin", "--output", "json"];
    let refused = town.run_with(&twice, &format!("{PASSWORD}\n")).ends(3);
    assert_eq!(refused.json()["code"], "customer_exists");
    town.run_with(&["login", "--bank", "aurora", "--cpf", ANA, "--password-stdin"], PASSWORD).ends(0);
    let tokens = town.files("sessions");
    assert_eq!(tokens.len(), 2);
    for path in tokens {
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{path:?}");
    }
    let who = town.run(&["whoami", "--output", "json"]).ends(0);
    assert_eq!(who.json()["sessions"][1]["bank"]["id"], "boreal");
    assert!(!who.out.contains("token"));

    // Accounts and cash.
    let ours = town.account("aurora", "1.000,00");
    let theirs = town.account("boreal", "10,00");
    town.run(&["open", "personal"]).ends(2).err.contains("--bank");
    assert_eq!(town.run(&["open", "personal", "--bank", "aurora"]).code, 3);
    let accounts = town.json(&["accounts"]);
    assert_eq!(accounts["accounts"].as_array().map(Vec::len), Some(2));
    assert_eq!(accounts["accounts"][0]["balance"], 100_000);
    let csv = town.run(&["accounts", "--output", "csv"]).ends(0).out;
    let expect = format!(
        "account,kind,status,company,balance,held,available,incoming\n\
         {ours},personal,open,,100000,0,100000,0\n\
         {theirs},personal,open,,1000,0,1000,0\n"
    );
    assert_eq!(csv, expect);
    town.run(&["accounts", "--bank", "aurora"]).ends(0).says(&["R$ 1.000,00"]);
    town.run(&["withdraw", &ours, "0,50"]).ends(0).says(&["Realizado"]);
    town.run(&["withdraw", &ours, "1.23"]).ends(2);
    town.run(&["deposit", "aurora/1-1", "1"]).ends(2);

    // One package over two banks: a line in an argument, a line in a file, a comment.
    let leg = format!("{ours}={theirs}:150,00 aluguel");
    let back = format!("# de volta\n\n{theirs}={ours}:0,50\n");
    let ask = ["pay", "--leg", &leg, "--from-file", "-", "--bank", "aurora"];
    let previewed: Vec<&str> = ask.iter().copied().chain(["--preview", "--output", "json"]).collect();
    let preview = town.run_with(&previewed, &back).ends(3).json();
    assert_eq!(preview["legs"][1]["refusal"]["code"], "consent_missing");
    let refused = town.run_with(&ask, &back).ends(3);
    refused.says(&["Recusado", "Transferência 2: o banco desta conta ainda não tem a sua autorização"]);
    let consent = town.json(&["consents", "give", "--bank", "boreal", "--to", "aurora", "--per-day", "100"]);
    assert_eq!((&consent["bank"], &consent["limit_per_day"]), (&"aurora".into(), &10_000.into()));
    let id = "0190f000-0000-7000-8000-000000000001";
    let ordered: Vec<&str> = ask.iter().copied().chain(["--id", id, "--output", "json"]).collect();
    let package = town.run_with(&ordered, &back).ends(0).json();
    assert_eq!((&package["id"], &package["status"]), (&id.into(), &"committed".into()));
    assert_eq!(package["legs"][0]["description"], "aluguel");
    // The same again is the same; another under its id is refused.
    assert_eq!(town.run_with(&ordered, &back).ends(0).json()["decided_at"], package["decided_at"]);
    let other = ["pay", "--leg", &leg, "--id", id, "--bank", "aurora", "--output", "json"];
    let reused = town.run(&other).ends(3);
    assert_eq!(reused.json()["code"], "id_reused");
    assert!(reused.err.contains(&format!("tui-client package show {id}")), "{reused:?}");
    assert!(!reused.err.contains("nada foi debitado"), "the earlier order debited: {reused:?}");
    assert_eq!(town.json(&["accounts"])["accounts"][0]["balance"], 100_000 - 50 - 15_000 + 50);
    assert!(town.files("orders").is_empty());
    let wrong = town.run(&["pay", "--leg", &format!("{ours}={theirs}"), "--leg", "x"]).ends(2);
    assert!(wrong.err.contains("linha 1") && wrong.err.contains("linha 2"), "{wrong:?}");

    // Looking at it afterwards.
    assert_eq!(town.json(&["package", "show", id])["settled"], true);
    assert_eq!(town.json(&["package", "wait", id])["status"], "committed");
    assert_eq!(town.json(&["package", "list", "--bank", "aurora", "--limit", "1"])["packages"][0]["id"], id);
    town.run(&["package", "show", "0190f000-0000-7000-8000-000000000009"]).ends(3);
    town.run(&["package", "show", "x"]).ends(2);
    town.run(&["package", "wait", id, "--wait", "18446744073709551615"]).ends(2);
    town.run(&["statement", &ours, "--limit", "0"]).ends(2);
    let statement = town.json(&["statement", &ours, "--all"]);
    assert_eq!(statement["postings"].as_array().map(Vec::len), Some(4));
    let csv = town.run(&["statement", &ours, "--limit", "1", "--output", "csv"]).ends(0).out;
    assert!(
        csv.starts_with("number,at,package,leg,amount,balance_after,counterparty,description\n"),
        "{csv}"
    );
    assert_eq!(csv.lines().count(), 2);
    town.run(&["statement", &ours, "--spreadsheet"]).ends(0).says(&["data;hora;conta", "-150,00"]);
    let file = town.state.path().join("recibo.txt");
    let save = ["receipt", id, "--save", file.to_str().unwrap()];
    let receipt = town.run(&save).ends(0);
    receipt.says(&[id, "R$ 150,00", "aluguel"]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), receipt.out);
    receipt.says(&["Por", "Banco Aurora", "Banco Boreal", "A** S****"]);
    assert!(!receipt.out.contains("✓ boreal"), "banks go by their names: {receipt:?}");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let again = town.run(&save).ends(1);
    assert!(again.err.contains("já existe, e ficou como estava"), "{again:?}");
    town.run(&["payee", &theirs, "--bank", "aurora"]).ends(0).says(&["A** S****"]);

    // Consents end; the consortium is everybody's to see.
    let id = consent["id"].as_str().unwrap();
    town.run(&["consents", "revoke", id, "--bank", "boreal"]).ends(0);
    assert_eq!(town.json(&["consents", "list"])["consents"].as_array().map(Vec::len), Some(0));
    assert_eq!(town.json(&["consortium", "--bank", &boreal])["banks"].as_array().map(Vec::len), Some(2));
    let doctor = town.json(&["doctor"]);
    let found = doctor["checks"].as_array().unwrap();
    assert!(found.iter().any(|c| c["check"] == "banco Banco Aurora" && c["state"] == "ok"), "{doctor}");
    assert!(found.iter().any(|c| c["check"] == "relógio de Banco Aurora" && c["state"] == "ok"), "{doctor}");

    // Out, at one bank and at all.
    town.run(&["logout", "--bank", "boreal"]).ends(0).says(&["Banco Boreal"]);
    town.run(&["accounts", "--bank", "boreal"]).ends(4);
    town.run(&["logout"]).ends(0);
    assert!(town.files("sessions").is_empty());
    town.run(&["whoami"]).ends(4);
}

/// A bank gives its own name and its customers': with a line break in one, a line of its own would say anything.
#[test]
fn a_name_with_a_line_break_forges_no_line() {
    let town = Town::open();
    town.sign_up(0, ANA, "Ana Souza");
    let [file] = &town.files("sessions")[..] else { panic!("one session") };
    let kept = std::fs::read_to_string(file).unwrap();
    let lying =
        kept.replace("Banco Aurora", "Banco Aurora\\nok: saldo").replace("Ana Souza", "Ana\\nok: saldo");
    assert_eq!(lying.matches("ok: saldo").count(), 2, "{lying}");
    std::fs::write(file, lying).unwrap();
    let honest = |ran: Ran| {
        ran.says(&["ok: saldo"]);
        assert!(!ran.out.lines().any(|line| line.starts_with("ok: saldo")), "{}", ran.out);
    };
    let who = town.run(&["whoami"]).ends(0);
    assert_eq!(who.out.lines().count(), 1, "{}", who.out);
    honest(who);
    std::fs::remove_file(town.state.path().join("remembered.json")).unwrap();
    honest(town.run(&["doctor"]));
    honest(town.run(&["logout"]).ends(0));
}

#[test]
fn invitations_are_answered_by_command() {
    let town = Town::open();
    town.sign_up(0, ANA, "Ana Souza");
    let bruno =
        Town { consortium: town.consortium, state: tempfile::tempdir().unwrap(), _books: town._books };
    bruno.sign_up(0, BRUNO, "Bruno Lima");
    let ana = |args: &[&str]| finish(command(town.state.path(), args).spawn().unwrap(), "");
    let opened = ana(&["open", "joint", "--holder", BRUNO, "--output", "json"]).ends(0).json();
    let company = ["open", "business", "--cnpj", "12.ABC.345/01DE-35", "--company", "Ipê", "--holder", BRUNO];
    let shop = ana(&[&company[..], &["--output", "json"]].concat()).ends(0).json();
    ana(&["open", "joint"]).ends(2);
    let (joint, shop) = (opened["account"].as_str().unwrap(), shop["account"].as_str().unwrap());
    let waiting = bruno.json(&["invitations", "list"]);
    assert_eq!(waiting["invitations"].as_array().map(Vec::len), Some(2));
    bruno.run(&["invitations", "accept", joint]).ends(0).says(&[joint]);
    bruno.run(&["invitations", "decline", shop]).ends(0);
    bruno.run(&["invitations", "accept", shop]).ends(3);
    assert_eq!(bruno.json(&["accounts"])["accounts"][0]["account"], joint);
    bruno.run(&["invitations", "list"]).ends(0).says(&["Nada."]);
}

#[test]
fn many_commands_at_once_share_one_state_directory() {
    let town = Town::open();
    town.sign_up(0, ANA, "Ana Souza");
    let account = town.account("aurora", "1,00");
    let running: Vec<_> =
        (0..6).map(|_| town.command(&["deposit", &account, "1,00"]).spawn().expect("it starts")).collect();
    for child in running {
        finish(child, "").ends(0);
    }
    assert_eq!(town.json(&["accounts"])["accounts"][0]["balance"], 700);
    assert!(town.files("orders").is_empty());
}

#[test]
fn a_password_that_the_bank_has_set_is_changed_at_the_log_in() {
    let town = Town::open();
    town.sign_up(0, ANA, "Ana Souza");
    let (bank, set) = (town.address(0), town.reset_password(ANA));
    let login = ["login", "--bank", &bank, "--cpf", ANA, "--password-stdin"];
    assert_eq!(town.run(&["accounts"]).code, 4, "the operator's reset has ended the session");
    let alone = town.run_with(&login, &set).ends(2);
    assert!(alone.err.contains("--password-stdin"), "{alone:#?}");
    town.run_with(&login, &format!("{set}\n{set}\n")).ends(3);
    town.run_with(&login, &format!("{set}\ncurta\n")).ends(2);
    assert_eq!(town.run(&["accounts"]).code, 4, "none of these has left a session");
    let changed = town.run_with(&login, &format!("{set}\nminha senha nova\n")).ends(0);
    assert!(!changed.out.contains(&set) && !changed.err.contains(&set), "{changed:#?}");
    town.run(&["accounts"]).ends(0);
    town.run_with(&login, "minha senha nova\n").ends(0);
    town.run_with(&login, &set).ends(3);
}
