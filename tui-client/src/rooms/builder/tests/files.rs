//! Files, tables, templates and payees paid before, by keys.

use crossterm::event::KeyCode;
use insta::assert_snapshot;
use shared::api::replies::{PackageReply, PackageStatus};

use super::{amounts, building, filled};
use crate::app::book::{BookFiles, Keep, KeepAnswer, KnownPayee, Template};
use crate::app::files::{FileAnswer, FileCall, FileTrouble};
use crate::app::wire::{Call, Kept, Reply};
use crate::app::{Effect, Event};
use crate::rooms::looks::looks_of;
use crate::testing::{Client, account_ref, ana, payee, start_time, three_lines};
use crate::texts::Language;

/// The last file that was asked for.
fn asked(client: &Client) -> FileCall {
    let last = client.wishes.iter().rev().find_map(|wish| match wish {
        Effect::File(call) => Some(call.clone()),
        _ => None,
    });
    last.expect("a file was asked for")
}

fn kept(client: &Client) -> Keep {
    let last = client.wishes.iter().rev().find_map(|wish| match wish {
        Effect::Keep(_, keep) => Some(keep.clone()),
        _ => None,
    });
    last.expect("something was to be kept")
}

fn read(client: &mut Client, path: &str, text: Result<&str, FileTrouble>) {
    client.keys("o");
    client.type_text(path);
    client.press(KeyCode::Enter);
    assert_eq!(asked(client), FileCall::Read { path: path.to_owned() });
    client.event(Event::File(FileAnswer::Read(text.map(str::to_owned))));
}

/// A payroll of so many rows, as a spreadsheet writes it.
fn payroll(rows: u64) -> String {
    let mut text = "de;para;valor;descricao\n".to_owned();
    for n in 0..rows {
        let payee = account_ref(if n % 2 == 0 { "boreal" } else { "cerrado" }, 3000 + n);
        text.push_str(&format!("aurora/1042-8;{payee};{},50;\"Salário {}\"\n", n + 1, n + 1));
    }
    text
}

#[test]
fn a_payroll_is_one_file() {
    let mut client = building(Language::PtBr);
    read(&mut client, "~/folha.csv", Ok(&payroll(60)));
    assert!(client.shows("Transferências: 60 de 64") && client.shows("Incluídas na lista: 60"));
    client.answer_all_payees();
    client.press(KeyCode::End);
    client.press(KeyCode::Home);
    client.press(KeyCode::PageDown);
    client.press(KeyCode::Enter);
    assert!(client.shows("Transferência 11"), "{}", client.screen(120, 40));
    client.press(KeyCode::Esc);
    client.press(KeyCode::Tab);
    client.press(KeyCode::End);
    assert!(client.shows("boreal/3058"), "the sums scroll: {}", client.screen(120, 40));
}

#[test]
fn a_payroll_is_one_paste() {
    let mut client = building(Language::PtBr);
    client.event(Event::Paste(payroll(64)));
    assert!(client.shows("Transferências: 64 de 64"));
}

#[test]
fn bad_lines_are_named_and_the_customer_chooses() {
    let text = format!("{}aurora/1042-9;boreal/2001-0;1\nzenite/1042-8;boreal/2001-0;1\n", payroll(2));
    let mut client = building(Language::PtBr);
    read(&mut client, "folha.csv", Ok(&text));
    assert!(client.shows("✓ Entendidas: 2") && client.shows("Linha 4") && client.shows("Linha 5"));
    client.press(KeyCode::Down);
    assert!(client.shows("Linha 5: zenite/1042-8;boreal/2001-0;1"), "{}", client.screen(120, 40));
    client.press(KeyCode::Esc);
    assert!(client.shows("Transferências: 0 de 64"));
    read(&mut client, "folha.csv", Ok(&text));
    client.press(KeyCode::Tab);
    client.press(KeyCode::Enter);
    assert!(client.shows("Transferências: 2 de 64"));
}

#[test]
fn what_points_mean_is_asked() {
    let text = "from,to,amount\naurora/1042-8,boreal/2001-0,150.25\naurora/1042-8,boreal/2001-0,7\n";
    let mut client = building(Language::PtBr);
    read(&mut client, "pay.csv", Ok(text));
    assert!(client.shows("O que os pontos querem dizer?") && client.shows("150.25 = R$ 150,25"));
    client.press(KeyCode::Enter);
    assert!(client.shows("× Não entendidas: 1."), "neither is in focus: {}", client.screen(120, 40));
    client.press(KeyCode::Esc);
    client.event(Event::Paste(text.to_owned()));
    client.keys("1");
    assert_eq!(amounts(&client), ["150,25", "7,00"]);
}

#[test]
fn a_file_into_a_list_that_is_not_empty_asks_first() {
    let mut client = filled(Language::PtBr);
    read(&mut client, "folha.csv", Ok(&payroll(2)));
    assert!(client.shows("Já há transferências na lista"));
    client.press(KeyCode::Enter);
    assert!(client.shows("Transferências: 3 de 64"));
    read(&mut client, "folha.csv", Ok(&payroll(2)));
    client.keys("2");
    assert!(client.shows("Transferências: 5 de 64"));
    read(&mut client, "folha.csv", Ok(&payroll(2)));
    client.keys("3");
    assert!(client.shows("Transferências: 2 de 64"));
    client.keys("u");
    assert!(client.shows("Transferências: 7 de 64"), "what was replaced comes back");
}

#[test]
fn a_file_that_cannot_be_read_says_why_and_the_path_stays() {
    let mut client = building(Language::PtBr);
    for (trouble, words) in [
        (FileTrouble::NotFound, "Não há arquivo, ou pasta, com este nome."),
        (FileTrouble::NotAFile, "Isto é uma pasta"),
        (FileTrouble::TooLarge, "passa de 1 MiB"),
        (FileTrouble::NotText, "não é texto em UTF-8"),
        (FileTrouble::NotAllowed, "não permite"),
    ] {
        read(&mut client, "folha.csv", Err(trouble));
        assert!(client.shows(words) && client.shows("folha.csv"), "{}", client.screen(120, 40));
        client.press(KeyCode::Esc);
    }
    assert!(client.shows("Transferências: 0 de 64"));
}

#[test]
fn names_are_completed() {
    let mut client = building(Language::PtBr);
    client.keys("o");
    assert_eq!(asked(&client), FileCall::List { typed: String::new() });
    client.type_text("fol");
    let listed = |typed: &str, names: &[&str]| {
        let names = names.iter().map(|n| (*n).to_owned()).collect();
        Event::File(FileAnswer::Listed { typed: typed.to_owned(), names })
    };
    client.event(listed("fo", &["antigo"]));
    assert!(!client.shows("antigo"), "an answer to less than was typed is old");
    client.event(listed("fol", &["folha-10.csv", "folha-11.csv", "folhas/"]));
    client.press(KeyCode::Tab);
    assert_eq!(asked(&client), FileCall::List { typed: "folha".to_owned() });
    client.press(KeyCode::Down);
    client.press(KeyCode::Down);
    client.press(KeyCode::Enter);
    assert_eq!(asked(&client), FileCall::Read { path: "folha-11.csv".to_owned() });
    client.press(KeyCode::Esc);
    client.event(Event::File(FileAnswer::Read(Ok(three_lines()))));
    assert!(client.shows("Transferências: 0 de 64"), "an answer after giving up is not heard");
}

#[test]
fn a_package_is_written_and_never_over_another_without_a_yes() {
    let mut client = building(Language::PtBr);
    client.keys("w");
    assert!(client.shows("Escreva pelo menos uma transferência"));
    let mut client = filled(Language::PtBr);
    client.keys("w");
    client.press(KeyCode::Enter);
    let FileCall::Write { path, text, replaces } = asked(&client) else { panic!("not written") };
    assert_eq!((path.as_str(), replaces, text.lines().count()), ("pacote.txt", false, 3));
    client.event(Event::File(FileAnswer::Written(Err(FileTrouble::Exists))));
    client.press(KeyCode::Enter);
    assert!(client.shows("Gravar pacote em arquivo"), "the harmless answer leads back to the name");
    client.press(KeyCode::Enter);
    client.event(Event::File(FileAnswer::Written(Err(FileTrouble::Exists))));
    client.keys("2");
    assert!(matches!(asked(&client), FileCall::Write { replaces: true, .. }));
    client.event(Event::File(FileAnswer::Written(Err(FileTrouble::DiskFull))));
    assert!(client.shows("O disco está cheio: nada foi gravado."));
    client.ctrl('u');
    client.type_text("/tmp/folha.CSV");
    client.press(KeyCode::Enter);
    let FileCall::Write { text, .. } = asked(&client) else { panic!("not written") };
    assert!(text.starts_with("de;para;valor;descricao\n"), "{text}");
    client.event(Event::File(FileAnswer::Written(Ok("/tmp/folha.CSV".to_owned()))));
    assert!(client.shows("Gravado em /tmp/folha.CSV") && client.shows("Transferências: 3 de 64"));
}

#[test]
fn templates_are_kept_listed_taken_and_deleted() {
    let mut client = filled(Language::PtBr);
    client.keys("t");
    assert!(client.shows("Nenhum modelo guardado ainda"));
    client.keys("T");
    client.type_text("../fora");
    client.press(KeyCode::Enter);
    assert!(client.shows("Use letras, algarismos"), "{}", client.screen(120, 40));
    client.ctrl('u');
    client.type_text("Folha");
    client.press(KeyCode::Enter);
    let Keep::Template(Template { name, text }) = kept(&client) else { panic!("not kept") };
    assert_eq!((name.as_str(), text.lines().count()), ("Folha", 3));
    client.event(Event::Kept(ana(), KeepAnswer::TemplateKept(name.clone())));
    assert!(client.shows("Modelo guardado: Folha"));

    // The same name in other letters asks.
    client.keys("T");
    client.ctrl('u');
    client.type_text("FOLHA");
    client.press(KeyCode::Enter);
    assert!(client.shows("Já existe um modelo com este nome"));
    client.press(KeyCode::Esc);

    client.keys("X2");
    assert!(client.shows("Transferências: 0 de 64"));
    client.keys("t");
    client.press(KeyCode::Enter);
    assert!(client.shows("Transferências: 3 de 64"));
    client.keys("t");
    client.press(KeyCode::Delete);
    assert!(client.shows("Apagar o modelo?"));
    client.press(KeyCode::Enter);
    assert!(client.shows("Modelos guardados"), "kept, and the list is back");
    client.press(KeyCode::Delete);
    client.keys("2");
    assert_eq!(kept(&client), Keep::DropTemplate("Folha".to_owned()));
    assert!(client.shows("Transferências: 3 de 64"));
}

#[test]
fn a_disk_that_takes_nothing_loses_nothing() {
    let mut client = filled(Language::PtBr);
    client.keys("T");
    client.type_text("Folha");
    client.press(KeyCode::Enter);
    let reason = "No space left on device".to_owned();
    client.event(Event::Kept(ana(), KeepAnswer::TemplateLost { name: "Folha".to_owned(), reason }));
    assert!(client.shows("O modelo “Folha” não ficou") && client.shows("Transferências: 3 de 64"));
    client.keys("t");
    assert!(client.shows("Folha · transferências: 3"), "it holds until the end of this run");
}

fn known() -> BookFiles {
    let known = |id: &str, base, name: &str, times| KnownPayee {
        account: account_ref(id, base),
        name: name.to_owned(),
        last_paid: start_time(),
        times,
    };
    let payees = vec![known("boreal", 2002, "B**** L***", 3), known("cerrado", 3003, "C**** D***", 1)];
    BookFiles { payees, ..BookFiles::default() }
}

fn with_payees(language: Language) -> Client {
    let mut client = Client::at_home(language);
    client.event(Event::Kept(ana(), KeepAnswer::Opened(known())));
    client.keys("1");
    client
}

#[test]
fn payees_paid_before_are_offered_found_and_forgotten() {
    let mut client = with_payees(Language::PtBr);
    client.press(KeyCode::Tab);
    client.type_text("cerr");
    assert!(client.shows("Enter usa cerrado/3003"), "{}", client.screen(120, 40));
    client.press(KeyCode::Enter);
    assert!(client.asks(|c| *c == Call::Payee(account_ref("cerrado", 3003))), "{}", client.screen(120, 40));
    client.press(KeyCode::BackTab);
    client.press(KeyCode::F(5));
    client.type_text("cerrado");
    client.press(KeyCode::Delete);
    assert!(client.shows("Esquecer quem já foi pago?"), "{}", client.screen(120, 40));
    client.keys("2");
    let Keep::Payees(left) = kept(&client) else { panic!("not kept") };
    assert_eq!(left.len(), 1);
    assert!(!client.shows("C**** D***"));
}

#[test]
fn own_accounts_are_no_payees_and_only_what_committed_is_kept() {
    let mut client = Client::at_home(Language::PtBr);
    assert!(client.wishes.contains(&Effect::Keep(ana(), Keep::Open)));
    client.event(Event::Kept(ana(), KeepAnswer::Opened(BookFiles::default())));
    client.keys("2");
    client.event(Event::Paste(three_lines()));
    let stranger = payee("cerrado", 3003, "C**** D***");
    client.answer(|c| matches!(c, Call::Payee(_)), Ok(Reply::Payee(stranger)));
    client.ctrl('s');
    client.press(KeyCode::Tab);
    client.press(KeyCode::Enter);
    let file = client.wishes.iter().find_map(|w| match w {
        Effect::KeepOrder(file) => Some(file.clone()),
        _ => None,
    });
    let id = file.expect("ordered").id;
    client.event(Event::OrderKept(id, Kept::Yes));
    let reply = |status, settled| PackageReply {
        id,
        status,
        settled,
        legs: Vec::new(),
        refusals: Vec::new(),
        created_at: start_time(),
        decided_at: None,
        banks: Vec::new(),
    };
    let none_kept =
        |client: &Client| !client.wishes.iter().any(|w| matches!(w, Effect::Keep(_, Keep::Payees(_))));
    client.answer(
        |c| matches!(c, Call::OrderPackage { .. }),
        Ok(Reply::Package(reply(PackageStatus::InProgress, false))),
    );
    assert!(none_kept(&client), "nothing before it has happened");
    client.pass(1_000);
    client.answer(
        |c| matches!(c, Call::Package(_)),
        Ok(Reply::Package(reply(PackageStatus::Committed, false))),
    );
    let Keep::Payees(payees) = kept(&client) else { panic!("not kept") };
    let names: Vec<(String, &str, u32)> =
        payees.iter().map(|p| (p.account.to_string(), p.name.as_str(), p.times)).collect();
    assert_eq!(names, [(account_ref("cerrado", 3003).to_string(), "C**** D***", 1)]);
    client.event(Event::Kept(ana(), KeepAnswer::PayeesLost("disco cheio".to_owned())));
    assert!(client.shows("A lista de quem já foi pago vale só até fechar"), "{}", client.screen(120, 40));
}

fn picking_a_file(language: Language) -> Client {
    let mut client = building(language);
    client.keys("o");
    client.type_text("fol");
    let names = ["folha-10.csv", "folha-11.csv", "folhas/"].map(str::to_owned).into();
    client.event(Event::File(FileAnswer::Listed { typed: "fol".to_owned(), names }));
    client
}

fn points(language: Language) -> Client {
    let mut client = building(language);
    let text = "from,to,amount\naurora/1042-8,boreal/2001-0,150.25\naurora/1042-8,boreal/2001-0,7\n";
    client.event(Event::Paste(text.to_owned()));
    client
}

fn a_file_in_the_way(language: Language) -> Client {
    let mut client = filled(language);
    client.keys("w");
    client.press(KeyCode::Enter);
    client.event(Event::File(FileAnswer::Written(Err(FileTrouble::Exists))));
    client
}

/// A name that no template can have.
fn naming_a_template(language: Language) -> Client {
    let mut client = filled(language);
    client.keys("T");
    client.type_text("../fora");
    client.press(KeyCode::Enter);
    client
}

fn templates(language: Language) -> Client {
    let mut client = filled(language);
    client.keys("T");
    client.type_text("Folha");
    client.press(KeyCode::Enter);
    client.event(Event::Kept(ana(), KeepAnswer::TemplateKept("Folha".to_owned())));
    client.keys("X2t");
    client
}

fn payees(language: Language) -> Client {
    let mut client = with_payees(language);
    client.press(KeyCode::Tab);
    client.press(KeyCode::F(5));
    client
}

fn sixty_legs(language: Language) -> Client {
    let mut client = building(language);
    client.event(Event::Paste(payroll(60)));
    client.answer_all_payees();
    client.press(KeyCode::End);
    client
}

type Shown = fn(Language) -> Client;

#[test]
fn they_look_like_this() {
    let states: [(&str, Shown); 7] = [
        ("load", picking_a_file),
        ("points", points),
        ("exists", a_file_in_the_way),
        ("template", naming_a_template),
        ("templates", templates),
        ("payees", payees),
        ("payroll", sixty_legs),
    ];
    for look in states.iter().flat_map(|(state, shown)| looks_of(state, shown)) {
        assert_snapshot!(look.name, look.screen);
    }
}
