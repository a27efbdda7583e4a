//! A leg as one line of text, `aurora/1042-8=boreal/2001-0:150,00 aluguel`, as people paste it. Reads and prints; decides
//! nothing.

use shared::account::AccountRef;
use shared::api::problem::FieldCode;
use shared::limits::DESCRIPTION_CHARS_MAX;
use shared::money::{Amount, Reais, parse_reais};
use shared::package::{End, Leg, LegError};
use shared::text::Description;

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
    let parts = Parts::of(line)?;
    let (from, to) = (end(parts.from)?, end(parts.to)?);
    let amount = parse_reais(parts.amount).map_err(Complaint::from)?;
    made(from, to, amount, parts.description)
}

/// A line taken apart, nothing of it read yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts<'a> {
    /// Who pays.
    pub from: &'a str,
    /// Who is paid.
    pub to: &'a str,
    /// How much.
    pub amount: &'a str,
    /// What is written beside it; may be empty.
    pub description: &'a str,
}

impl<'a> Parts<'a> {
    /// Takes `from=to:amount description` apart.
    ///
    /// # Errors
    /// [`Complaint::LineMalformed`]; [`Complaint::MoneyMalformed`] where an amount is followed by what may belong to it.
    pub fn of(line: &'a str) -> Result<Self, Complaint> {
        let (from, rest) = line.trim().split_once('=').ok_or(Complaint::LineMalformed)?;
        let (to, rest) = rest.split_once(':').ok_or(Complaint::LineMalformed)?;
        let rest = rest.trim();
        let sign = ["R$", "r$"].iter().find_map(|sign| rest.strip_prefix(sign)).unwrap_or(rest).trim_start();
        let (amount, description) = sign.split_once(char::is_whitespace).unwrap_or((sign, ""));
        let description = description.trim();
        // `1 150,00` is no real and a description: digits may follow only what has its centavos.
        if description.starts_with(|c: char| c.is_ascii_digit()) && !amount.contains(',') {
            return Err(Complaint::MoneyMalformed);
        }
        Ok(Self { from: from.trim(), to: to.trim(), amount, description })
    }
}

/// A leg of what was read.
///
/// # Errors
/// What is wrong with the two ends together, or with the description.
pub fn made(from: End, to: End, amount: Amount, description: &str) -> Result<Leg, Complaint> {
    let description = Description::new(description).map_err(|_| Complaint::TooLong(DESCRIPTION_CHARS_MAX))?;
    Leg::new(from, to, amount, description).map_err(|error| match error {
        LegError::Empty => Complaint::Bank(FieldCode::LegEmpty),
        LegError::SameAccount => Complaint::SameAccount,
    })
}

/// The line of a leg; [`leg`] reads the same leg from it.
#[must_use]
pub fn line(leg: &Leg) -> String {
    let (from, to) = (end_text(leg.from()), end_text(leg.to()));
    let description = leg.description().map(|d| format!(" {}", d.as_str())).unwrap_or_default();
    format!("{from}={to}:{}{description}", amount_text(leg.amount()))
}

/// An amount without the sign of its money: `1.150,00`.
#[must_use]
pub fn amount_text(amount: Amount) -> String {
    Reais(amount.centavos()).to_string().trim_start_matches("R$ ").to_owned()
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
    #[case(
        "aurora/1042-8=boreal/2001-0:150,00 aluguel 3/4: casa = praia",
        "aurora/1042-8",
        "boreal/2001-0",
        15_000
    )]
    #[case("aurora/1042-8=boreal/2001-0:1.150,00 13º", "aurora/1042-8", "boreal/2001-0", 115_000)]
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
    #[case("aurora/1042-8=boreal/2001-0:1 150,00", Complaint::MoneyMalformed)]
    fn what_is_wrong_is_said(#[case] line: &str, #[case] complaint: Complaint) {
        assert_eq!(leg(line), Err(complaint));
    }

    #[test]
    fn what_stands_behind_the_amount_is_the_description() {
        let leg = leg("aurora/1042-8=boreal/2001-0:R$ 150,00  aluguel:  casa = praia").unwrap();
        assert_eq!(leg.description().map(Description::as_str), Some("aluguel: casa = praia"));
        assert_eq!(line(&leg), "aurora/1042-8=boreal/2001-0:150,00 aluguel: casa = praia");
        let long = format!("aurora/1042-8=boreal/2001-0:150,00 {}", "a".repeat(DESCRIPTION_CHARS_MAX + 1));
        assert_eq!(super::leg(&long), Err(Complaint::TooLong(DESCRIPTION_CHARS_MAX)));
    }
}
