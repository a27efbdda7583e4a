//! Receipts and the sheets that are none, as text.

use insta::assert_snapshot;
use shared::api::problem::RefusalReply;
use shared::refusal::{Refusal, RefusalCode};

use super::*;
use crate::testing::{account_ref, bank, full_package, order_file, posting, start_time};
use crate::texts::Language;

fn name(id: &BankId) -> String {
    format!("Banco {id}")
}

fn sheet(language: Language, facts: &Facts) -> Sheet {
    Sheet::new(&Texts::new(language), facts, &name)
}

#[test]
fn what_is_done_what_is_decided_and_what_is_neither_never_look_alike() {
    let mut texts = Vec::new();
    for (standing, is_receipt, head) in [
        (Standing::Committed, true, "COMPROVANTE DE PACOTE"),
        (Standing::Unsettled, true, "COMPROVANTE · FALTA CONFIRMAÇÃO DE UM BANCO"),
        (Standing::Posted, true, "COMPROVANTE DE PACOTE"),
        (Standing::InProgress, false, "ISTO NÃO É UM COMPROVANTE"),
        (Standing::Refused, false, "ISTO NÃO É UM COMPROVANTE"),
        (Standing::Aborted, false, "ISTO NÃO É UM COMPROVANTE"),
        (Standing::Unknown, false, "ISTO NÃO É UM COMPROVANTE"),
        (Standing::NotSent, false, "ISTO NÃO É UM COMPROVANTE"),
    ] {
        let facts = Facts { standing, ..Facts::of_package(&full_package(PackageStatus::Committed, true)) };
        let sheet = sheet(Language::PtBr, &facts);
        assert_eq!((sheet.is_receipt, sheet.qr.is_some()), (is_receipt, is_receipt), "{standing:?}");
        assert_eq!(sheet.lines[1].1.trim(), head);
        assert_eq!(sheet.file_stem.starts_with("comprovante-"), is_receipt, "{}", sheet.file_stem);
        let text = sheet.to_text();
        assert_eq!(text.contains("═══"), is_receipt);
        assert!(!texts.contains(&text), "{standing:?} looks like another");
        texts.push(text);
    }
}

#[test]
fn accounts_are_masked_whosever_they_are_and_foreign_text_is_cleaned() {
    let mut package = full_package(PackageStatus::Committed, true);
    package.legs[0].description = Some("alu\u{202E}guel\u{1b}[2J".to_owned());
    let mut facts = Facts::of_package(&package);
    facts.names.insert(account_ref("boreal", 2001), "B**** L***\u{200B}".to_owned());
    let file = sheet(Language::PtBr, &facts).to_file();
    assert!(file.contains("aurora/***2-8") && !file.contains("1042"), "{file}");
    assert!(file.contains("boreal/***1-0 · B**** L***\n") && file.contains("aluguel[2J"), "{file}");
    assert!(!file.contains(|c: char| (c.is_control() && c != '\n') || shared::text::is_invisible(c)));
}

/// A bank says its own name, and a sheet goes to a file and to the clipboard.
#[test]
fn banks_names_are_cleaned_wherever_they_stand() {
    let named = |_: &shared::ids::BankId| "Banco\u{202E} Mau\u{1b}]52;c;aGk=\u{7}\nTotal R$ 1,00".to_owned();
    for settled in [true, false] {
        let mut facts = Facts::of_package(&full_package(PackageStatus::Committed, settled));
        facts.through = Some("aurora".parse().expect("a bank"));
        let file = Sheet::new(&Texts::new(Language::PtBr), &facts, &named).to_file();
        assert!(file.contains("Banco Mau]52;c;aGk= Total R$ 1,00"), "{file}");
        assert!(!file.contains(|c: char| (c.is_control() && c != '\n') || shared::text::is_invisible(c)));
    }
}

#[test]
fn the_qr_names_the_package_its_digest_and_the_leg() {
    let file = order_file(7);
    let mut package = full_package(PackageStatus::Committed, true);
    package.legs = file.told_legs();
    let facts = Facts::of_package(&package);
    let expect = format!("CONSORTIUM:1:{}:{}", package.id, file.legs.digest()).to_uppercase();
    assert_eq!(facts.qr_text(), Some(expect.clone()));
    assert_eq!(facts.clone().only(Some(0)).qr_text(), Some(format!("{expect}:1")));
    // Who sees only some of the legs cannot know the digest of all of them.
    let mut partly = facts.clone();
    partly.legs[0].leg = Some(3);
    assert_eq!(partly.qr_text(), Some(format!("CONSORTIUM:1:{}", package.id).to_uppercase()));
    let mut masked = facts;
    masked.legs[0].to = Some("boreal/***1-0".to_owned());
    assert_eq!(masked.digest(), None);
}

#[test]
fn one_leg_alone_shows_no_other() {
    let facts = Facts::of_package(&full_package(PackageStatus::Committed, true)).only(Some(1));
    let text = sheet(Language::En, &facts).to_text();
    assert!(text.contains("RECEIPT OF A TRANSFER") && text.contains("Transfer 2 of 2"), "{text}");
    assert!(text.contains("R$ 50,00") && !text.contains("R$ 150,00") && !text.contains("Total"), "{text}");
}

#[test]
fn no_line_is_wider_than_the_sheet() {
    let mut package = full_package(PackageStatus::Refused, true);
    package.legs[0].description = Some("palavra ".repeat(17) + &"x".repeat(120));
    let refusal = Refusal { missing: Some(76_544), ..Refusal::new(0, RefusalCode::InsufficientFunds) };
    package.refusals = vec![RefusalReply::from(&refusal)];
    for language in [Language::PtBr, Language::En] {
        let sheet = sheet(language, &Facts::of_package(&package));
        for (_, line) in &sheet.lines {
            assert!(line.chars().count() <= SHEET_COLUMNS, "{line}");
        }
    }
}

#[test]
fn a_line_of_a_statement_is_enough_for_a_receipt_of_it() {
    let facts = Facts::of_posting(&account_ref("aurora", 1042), &posting(7, -15_000, 5));
    let text = sheet(Language::PtBr, &facts).to_text();
    for words in ["COMPROVANTE DE TRANSFERÊNCIA", "Lançado", "aurora/***2-8", "boreal/***1-0", "R$ 150,00"]
    {
        assert!(text.contains(words), "{words}\n{text}");
    }
}

#[test]
fn they_look_like_this() {
    for (language, name) in [(Language::PtBr, "pt"), (Language::En, "en")] {
        let mut facts = Facts::of_package(&full_package(PackageStatus::Committed, true));
        facts.through = Some(bank("aurora"));
        facts.decided_at = Some(start_time());
        facts.names.insert(account_ref("boreal", 2001), "B**** L***".to_owned());
        assert_snapshot!(format!("done_{name}"), sheet(language, &facts).to_file());
        let unsettled = Facts::of_package(&full_package(PackageStatus::Committed, false));
        assert_snapshot!(format!("unsettled_{name}"), sheet(language, &unsettled).to_text());
        let mut package = full_package(PackageStatus::Refused, true);
        let refusal = Refusal { missing: Some(76_544), ..Refusal::new(0, RefusalCode::InsufficientFunds) };
        package.refusals = vec![RefusalReply::from(&refusal)];
        assert_snapshot!(format!("refused_{name}"), sheet(language, &Facts::of_package(&package)).to_text());
    }
}
