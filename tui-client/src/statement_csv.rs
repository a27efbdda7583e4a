//! A statement as a file for spreadsheets: one form for both languages, which Brazilian spreadsheets open as it is.
//!
//! UTF-8 with a byte order mark, fields parted by `;`, lines ended as RFC 4180 says, money with a decimal comma and
//! without thousands. What people wrote is text to a spreadsheet, never a formula.

use jiff::Timestamp;
use shared::account::AccountRef;
use shared::api::replies::PostingReply;
use shared::text::clean;

use crate::texts::brazil;

/// The first line.
pub const HEADING: &str = "data;hora;conta;contraparte;descricao;valor;saldo;lancamento;pacote;transferencia";

/// Spreadsheets take a file without it for an older encoding.
const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// The file for these postings of an account, in the order given. Transfers count from 1, as people count.
#[must_use]
pub fn statement_csv<'a>(
    account: &AccountRef,
    postings: impl IntoIterator<Item = &'a PostingReply>,
) -> String {
    let mut file = format!("{BYTE_ORDER_MARK}{HEADING}\r\n");
    for posting in postings {
        let at = brazil(posting.at);
        let fields = [
            at.strftime("%d/%m/%Y").to_string(),
            at.strftime("%H:%M:%S").to_string(),
            account.to_string(),
            text_field(&posting.counterparty),
            text_field(posting.description.as_deref().unwrap_or_default()),
            decimal(posting.amount),
            decimal(posting.balance_after),
            posting.number.to_string(),
            posting.package.to_string(),
            (u32::from(posting.leg) + 1).to_string(),
        ];
        file.push_str(&fields.join(";"));
        file.push_str("\r\n");
    }
    file
}

/// The name of the file, without its ending: `extrato-aurora-1042-8-2026-11-20`.
#[must_use]
pub fn file_stem(account: &AccountRef, now: Timestamp) -> String {
    format!("extrato-{}-{}-{}", account.bank, account.number, brazil(now).strftime("%Y-%m-%d"))
}

/// `-123456` centavos as `-1234,56`.
#[must_use]
pub fn decimal(centavos: i64) -> String {
    let sign = if centavos < 0 { "-" } else { "" };
    let whole = centavos.unsigned_abs();
    format!("{sign}{},{:02}", whole / 100, whole % 100)
}

/// A text as a field: a spreadsheet would run what begins like a formula, so that begins with an apostrophe here.
#[must_use]
pub fn text_field(text: &str) -> String {
    let text = clean(text);
    let text = if text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) {
        format!("'{text}")
    } else {
        text
    };
    if text.contains([';', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{account_ref, posting, start_time};
    use rstest::rstest;

    #[test]
    fn a_statement_is_a_heading_and_a_line_for_each_posting() {
        let mut paid = posting(7, -123_456, 5);
        paid.description = Some("aluguel; \"casa\"".to_owned());
        let got = posting(6, 5, 123_461);
        let file = statement_csv(&account_ref("aurora", 1042), [&paid, &got]);
        let lines: Vec<&str> = file.trim_start_matches(BYTE_ORDER_MARK).split("\r\n").collect();
        assert_eq!(lines[0], HEADING);
        assert_eq!(
            lines[1],
            "20/11/2026;14:32:05;aurora/1042-8;boreal/2001-0;\"aluguel; \"\"casa\"\"\";-1234,56;0,05;7;\
             00000000-0000-0000-0000-000000000007;1"
        );
        assert!(lines[2].starts_with("20/11/2026;14:32:05;aurora/1042-8;boreal/***1-0;;0,05;1234,61;6;"));
        assert_eq!((lines[3], lines.len()), ("", 4));
        assert!(file.starts_with(BYTE_ORDER_MARK));
    }

    #[rstest]
    #[case("aluguel", "aluguel")]
    #[case("=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\"")]
    #[case("  +1", "'+1")]
    #[case("-2+3", "'-2+3")]
    #[case("@SUM(1)", "'@SUM(1)")]
    #[case("\t=1", "'=1")]
    #[case("\u{200B}=1", "'=1")]
    #[case("a\nb", "a b")]
    #[case("dois;três", "\"dois;três\"")]
    fn text_is_text_to_a_spreadsheet(#[case] text: &str, #[case] field: &str) {
        assert_eq!(text_field(text), field);
    }

    #[test]
    fn money_has_a_comma_and_the_file_a_day() {
        assert_eq!([decimal(0), decimal(-5), decimal(100_000_050)], ["0,00", "-0,05", "1000000,50"]);
        assert_eq!(file_stem(&account_ref("aurora", 1042), start_time()), "extrato-aurora-1042-8-2026-11-20");
    }
}
