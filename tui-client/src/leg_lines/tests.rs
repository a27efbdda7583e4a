//! Packages as text, read and printed.

use proptest::prelude::*;
use rstest::rstest;
use shared::account::{AccountNumber, AccountRef};
use shared::limits::{AMOUNT_MAX, LEGS_MAX};
use shared::text::Description;

use super::*;
use crate::testing::{account_ref, bank};

fn read(text: &str) -> LegText {
    Reading::default().read(text)
}

fn amounts(found: &LegText) -> Vec<i64> {
    found.legs.iter().map(|leg| leg.amount().centavos()).collect()
}

fn bad(found: &LegText) -> Vec<(usize, Complaint)> {
    found.bad.iter().map(|line| (line.number, line.why.clone())).collect()
}

#[test]
fn each_line_is_a_leg_or_is_named() {
    let text = "# folha\n\naurora/1042-8=boreal/2001-0:150,00 aluguel\n  \nnada\naurora/1042-9=boreal/2001-0:1\r\n\
                aurora/1042-8=boreal/2001-0:2,5\n";
    let found = read(text);
    assert_eq!(amounts(&found), [15_000, 250]);
    assert_eq!(found.legs[0].description().map(Description::as_str), Some("aluguel"));
    assert_eq!(bad(&found), [(5, Complaint::LineMalformed), (6, Complaint::CheckDigit)]);
    assert_eq!(found.bad[0].text, "nada");
}

#[rstest]
#[case("de;para;valor;descricao\naurora/1042-8;boreal/2001-0;1.150,00;aluguel\n")]
#[case("\u{FEFF}De;Para;Valor;Descrição\r\naurora/1042-8;boreal/2001-0;1150,00;aluguel\r\n")]
#[case("from,to,amount,description\naurora/1042-8,boreal/2001-0,\"1.150,00\",aluguel\n")]
#[case("from,to,amount\naurora/1042-8,boreal/2001-0,1150\n")]
#[case("valor;x;para;de\n\"R$ 1.150,00\";y;boreal/2001-0;aurora/1042-8\n")]
#[case("de\tpara\tvalor\n\n# nota\naurora/1042-8\tboreal/2001-0\t1.150\n")]
fn tables_are_read_as_spreadsheets_write_them(#[case] text: &str) {
    let found = read(text);
    assert_eq!((amounts(&found), bad(&found)), (vec![115_000], Vec::new()), "{text}");
    assert_eq!(leg_line::end_text(found.legs[0].from()), "aurora/1042-8");
}

#[test]
fn rows_are_named_by_their_line_in_the_file() {
    let text = "# folha de novembro\nde;para;valor;descricao\n\n# a casa\naurora/1042-8;boreal/2001-0;1\n\n;;;\n\
                aurora/1042-8;boreal/2001-0\naurora/1042-8;boreal/2001-0;x;\"de \"\"tudo\"\" ; um pouco\"\n\
                aurora/1042-8;boreal/2001-0;2;\"de \"\"tudo\"\" ; um pouco\"\n";
    let found = read(text);
    assert_eq!(amounts(&found), [100, 200]);
    assert_eq!(bad(&found), [(8, Complaint::RowMalformed), (9, Complaint::MoneyMalformed)]);
    assert_eq!(found.legs[1].description().map(Description::as_str), Some("de \"tudo\" ; um pouco"));
}

#[test]
fn an_amount_in_two_cells_is_not_guessed_together() {
    let found = read("from,to,amount\naurora/1042-8,boreal/2001-0,150,00\n");
    assert_eq!((amounts(&found), bad(&found)), (vec![], vec![(2, Complaint::RowMalformed)]));
}

#[test]
fn a_quote_that_is_not_closed_takes_no_line_along_unnamed() {
    let row = "aurora/1042-8;boreal/2001-0;1;";
    let found = read(&format!("de;para;valor;descricao\n{row}a\n{row}\"b\n{row}c\n{row}d\n"));
    assert_eq!(found.legs.len(), 1);
    let open = |number| (number, Complaint::QuoteOpen);
    assert_eq!(bad(&found), [open(3), open(4), open(5)]);
}

#[test]
fn a_table_without_its_columns_is_refused_as_a_whole() {
    let found = read("de;valor\naurora/1042-8;1\n");
    assert_eq!((found.legs.len(), bad(&found)), (0, vec![(1, Complaint::ColumnsMissing)]));
}

#[test]
fn what_points_mean_is_asked_and_then_holds_for_the_whole_text() {
    let text = "from,to,amount\naurora/1042-8,boreal/2001-0,150.25\naurora/1042-8,boreal/2001-0,1.500\n\
                aurora/1042-8,boreal/2001-0,7\naurora/1042-8,boreal/2001-0,\"1.234,56\"\n";
    let asked = read(text);
    assert_eq!(asked.ambiguous.as_deref(), Some("150.25"));
    assert_eq!(bad(&asked), [(2, Complaint::MoneyAmbiguous)]);
    let centavos = Reading { points: Points::Centavos, ..Reading::default() }.read(text);
    assert_eq!(amounts(&centavos), [15_025, 700, 123_456]);
    assert_eq!(bad(&centavos), [(3, Complaint::MoneyMalformed)]);
    let thousands = Reading { points: Points::Thousands, ..Reading::default() }.read(text);
    assert_eq!(amounts(&thousands), [1_502_500, 150_000, 700, 123_456]);
}

#[test]
fn what_has_no_room_is_named() {
    let found = read(&"aurora/1042-8=boreal/2001-0:1,00\n".repeat(70));
    assert_eq!((found.legs.len(), found.bad.len()), (LEGS_MAX, 6));
    assert_eq!(bad(&found)[0], (65, Complaint::TooManyLegs));
}

#[test]
fn who_reads_may_know_more_names() {
    let by_name = |text: &str| leg_line::end(&text.replace("Banco Aurora", "aurora"));
    let found =
        Reading { end: &by_name, ..Reading::default() }.read("Banco Aurora/1042-8=boreal/2001-0:1,00\n");
    assert_eq!(found.legs[0].from().account(), Some(&account_ref("aurora", 1042)));
}

fn any_end() -> impl Strategy<Value = End> {
    let banks = prop_oneof![Just("aurora"), Just("boreal"), Just("cerrado")];
    let account = (banks, 1u64..1_000_000_000).prop_map(|(id, base)| {
        End::Account(AccountRef::new(bank(id), AccountNumber::new(base).expect("in range")))
    });
    prop_oneof![6 => account, 1 => Just(End::Cash)]
}

fn any_legs() -> impl Strategy<Value = Vec<Leg>> {
    let leg = (any_end(), any_end(), 1..=AMOUNT_MAX, proptest::option::of(".{0,160}"));
    let leg = leg.prop_filter_map("no leg", |(from, to, centavos, text)| {
        let description = text.and_then(|text| Description::new(&text).ok().flatten());
        Leg::new(from, to, Amount::new(centavos).ok()?, description).ok()
    });
    proptest::collection::vec(leg, 1..=LEGS_MAX)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_printed_is_read_again(legs in any_legs()) {
        for text in [print(&legs), print_table(&legs)] {
            let found = read(&text);
            prop_assert_eq!(&found.bad, &Vec::new());
            prop_assert_eq!(&found.legs, &legs, "{}", text);
        }
    }

    #[test]
    fn any_text_at_all_is_read_without_a_panic_and_nothing_is_dropped(text in "(.|[\n;,=:#\"]){0,400}") {
        let found = read(&text);
        let held = content(&text.replace('\r', "\n")).count();
        prop_assert!(found.legs.len() + found.bad.len() <= held);
    }
}
