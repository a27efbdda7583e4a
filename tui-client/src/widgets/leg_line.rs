//! A leg as one line of text, `aurora/1042-8=boreal/2001-0:150,00`, as people paste it. Reads; decides nothing.

use shared::account::AccountRef;
use shared::api::problem::FieldCode;
use shared::money::parse_reais;
use shared::package::{End, Leg, LegError};

use super::complaint::Complaint;

/// Words that stand for cash at the counter, the one that is shown first.
const CASH: [&str; 3] = ["dinheiro", "cash", "caixa"];

/// How cash is written in a field and in a line, whatever the language.
pub const CASH_WORD: &str = CASH[0];

/// Reads one end of a leg: an account, or a word for cash.
///
/// # Errors
/// What is wrong with the account.
pub fn end(text: &str) -> Result<End, Complaint> {
    let text = text.trim();
    if CASH.iter().any(|word| word.eq_ignore_ascii_case(text)) {
        return Ok(End::Cash);
    }
    text.parse::<AccountRef>().map(End::Account).map_err(Complaint::from)
}

/// Reads one line. Money that can mean two things is complained about, never guessed.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn leg(line: &str) -> Result<Leg, Complaint> {
    let (ends, amount) = line.trim().rsplit_once(':').ok_or(Complaint::LineMalformed)?;
    let (from, to) = ends.split_once('=').ok_or(Complaint::LineMalformed)?;
    let (from, to) = (end(from)?, end(to)?);
    let amount = parse_reais(amount).map_err(Complaint::from)?;
    Leg::new(from, to, amount, None).map_err(|error| match error {
        LegError::Empty => Complaint::Bank(FieldCode::LegEmpty),
        LegError::SameAccount => Complaint::SameAccount,
    })
}

/// Whether a text looks like such a line, right or wrong.
#[must_use]
pub fn looks_like_one(text: &str) -> bool {
    text.contains('=') && text.contains('/')
}

/// An end as it is written in a field.
#[must_use]
pub fn end_text(end: &End) -> String {
    end.account().map_or_else(|| CASH_WORD.to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("aurora/1042-8=boreal/2001-0:150,00", "aurora/1042-8", "boreal/2001-0", 15_000)]
    #[case("  aurora/1042-8 = boreal/2001-0 : R$ 1.150,00 ", "aurora/1042-8", "boreal/2001-0", 115_000)]
    #[case("dinheiro=aurora/1042-8:7", "dinheiro", "aurora/1042-8", 700)]
    #[case("aurora/1042-8=CASH:0,05", "aurora/1042-8", "dinheiro", 5)]
    fn lines_are_read(#[case] line: &str, #[case] from: &str, #[case] to: &str, #[case] centavos: i64) {
        let leg = leg(line).unwrap();
        assert_eq!((end_text(leg.from()), end_text(leg.to())), (from.to_owned(), to.to_owned()));
        assert_eq!(leg.amount().centavos(), centavos);
    }

    #[rstest]
    #[case("aurora/1042-8 150,00", Complaint::LineMalformed)]
    #[case("aurora/1042-8:150,00", Complaint::LineMalformed)]
    #[case("aurora/1042-9=boreal/2001-0:150,00", Complaint::CheckDigit)]
    #[case("aurora=boreal/2001-0:150,00", Complaint::AccountMalformed)]
    #[case("aurora/1042-8=boreal/2001-0:1.23", Complaint::MoneyAmbiguous)]
    #[case("aurora/1042-8=boreal/2001-0:", Complaint::Required)]
    #[case("aurora/1042-8=aurora/1042-8:1", Complaint::SameAccount)]
    #[case("dinheiro=caixa:1", Complaint::Bank(FieldCode::LegEmpty))]
    fn what_is_wrong_is_said(#[case] line: &str, #[case] complaint: Complaint) {
        assert_eq!(leg(line), Err(complaint));
    }
}
