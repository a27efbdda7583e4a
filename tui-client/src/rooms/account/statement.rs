//! The postings of an account as far as they have come, and the part of them that a filter shows. Plain data.

use jiff::Timestamp;
use shared::api::replies::{PostingReply, StatementReply};
use shared::money::{Reais, parse_reais};

use crate::texts::brazil;
use crate::widgets::search::fold;

/// Postings, newest first, without gaps from the newest known to the oldest loaded.
#[derive(Debug, Default)]
pub struct Statement {
    /// The postings.
    pub postings: Vec<PostingReply>,
    next: Option<u64>,
    /// When the newest page was told last; none before the first.
    pub known_at: Option<Timestamp>,
}

impl Statement {
    /// The newest page came, for the first time or again.
    pub fn told_newest(&mut self, reply: StatementReply, now: Timestamp) {
        self.known_at = Some(now);
        let newest = self.postings.first().map(|p| p.number);
        let reaches = newest.is_some_and(|newest| reply.postings.iter().any(|p| p.number <= newest));
        if reaches {
            let newer = reply.postings.into_iter().take_while(|p| newest.is_none_or(|n| p.number > n));
            self.postings.splice(0..0, newer);
        } else {
            // More came in meanwhile than a page holds: what lies between is not known, so all is read anew.
            self.postings = reply.postings;
            self.next = reply.next;
        }
    }

    /// The page before the oldest came.
    pub fn told_older(&mut self, reply: StatementReply) {
        let oldest = self.postings.last().map_or(u64::MAX, |p| p.number);
        let came = self.postings.len();
        self.postings.extend(reply.postings.into_iter().filter(|p| p.number < oldest));
        // A page that brings nothing older is the last, whatever it says of a next one.
        self.next = reply.next.filter(|_| self.postings.len() > came);
    }

    /// Where the next older page begins, if there is one.
    #[must_use]
    pub const fn older(&self) -> Option<u64> {
        self.next
    }

    /// Whether every posting of the account is here.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.known_at.is_some() && self.next.is_none()
    }

    /// The postings that `typed` asks for.
    #[must_use]
    pub fn wanted(&self, typed: &str) -> Vec<&PostingReply> {
        let words: Vec<Word> = typed.split_whitespace().map(Word::read).collect();
        self.postings.iter().filter(|p| words.iter().all(|word| word.fits(p))).collect()
    }
}

/// One word of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Word {
    In,
    Out,
    MoreThan(i64),
    LessThan(i64),
    Text(String),
}

impl Word {
    fn read(typed: &str) -> Self {
        let word = fold(typed);
        let money = |text: &str| parse_reais(text).ok().map(|amount| amount.centavos());
        match word.as_str() {
            "entrou" | "entrada" | "entradas" | "in" | "+" => return Self::In,
            "saiu" | "saida" | "saidas" | "out" | "-" => return Self::Out,
            _ => {}
        }
        let more = word.strip_prefix('>').and_then(money).map(Self::MoreThan);
        let less = || word.strip_prefix('<').and_then(money).map(Self::LessThan);
        more.or_else(less).unwrap_or(Self::Text(word))
    }

    fn fits(&self, posting: &PostingReply) -> bool {
        match self {
            Self::In => posting.amount > 0,
            Self::Out => posting.amount < 0,
            Self::MoreThan(centavos) => posting.amount.saturating_abs() > *centavos,
            Self::LessThan(centavos) => posting.amount.saturating_abs() < *centavos,
            Self::Text(word) => searched(posting).contains(word.as_str()),
        }
    }
}

/// All that a posting can be found by, in both languages: a filter outlives a switch of language.
fn searched(posting: &PostingReply) -> String {
    let at = brazil(posting.at);
    let amount = Reais(posting.amount).to_string();
    let cash = if posting.counterparty == "cash" { "dinheiro" } else { "" };
    fold(&format!(
        "{} {cash} {} {amount} {} {} {} {}",
        posting.counterparty,
        posting.description.as_deref().unwrap_or_default(),
        amount.replace('.', ""),
        at.strftime("%d/%m/%Y %H:%M"),
        at.strftime("%Y-%m-%d"),
        posting.package,
    ))
}

/// What came in and what went out over some postings, both without a sign.
#[must_use]
pub fn totals(postings: &[&PostingReply]) -> (i64, i64) {
    postings.iter().fold((0, 0), |(came, went), p| {
        if p.amount >= 0 {
            (i64::saturating_add(came, p.amount), went)
        } else {
            (came, i64::saturating_add(went, p.amount.saturating_abs()))
        }
    })
}

/// How the balance went, oldest first, in at most `columns` steps of 1 to 8; the last balance of each step.
#[must_use]
pub fn balance_steps(postings: &[&PostingReply], columns: usize) -> Vec<u64> {
    let balances: Vec<i64> = postings.iter().rev().map(|p| p.balance_after).collect();
    let count = balances.len();
    let columns = columns.min(count);
    let (Some(low), Some(high)) = (balances.iter().min(), balances.iter().max()) else { return Vec::new() };
    let range = i128::from(*high) - i128::from(*low);
    let step = |column: usize| {
        let at = ((column + 1) * count).div_ceil(columns).clamp(1, count) - 1;
        let above = i128::from(balances[at]) - i128::from(*low);
        let level = if range == 0 { 4 } else { 1 + above * 7 / range };
        u64::try_from(level).unwrap_or(1)
    };
    (0..columns).map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{posting, start_time};
    use rstest::rstest;

    fn page(numbers: &[u64], next: Option<u64>) -> StatementReply {
        let postings = numbers.iter().map(|n| posting(*n, 100, 100)).collect();
        StatementReply { postings, next }
    }

    fn numbers(statement: &Statement) -> Vec<u64> {
        statement.postings.iter().map(|p| p.number).collect()
    }

    #[test]
    fn pages_join_without_gaps_or_repeats() {
        let mut statement = Statement::default();
        assert!(!statement.is_whole());
        statement.told_newest(page(&[9, 8, 7], Some(7)), start_time());
        assert!(!statement.is_whole());
        statement.told_older(page(&[7, 5, 3], Some(3)));
        assert_eq!((numbers(&statement), statement.older()), (vec![9, 8, 7, 5, 3], Some(3)));
        statement.told_newest(page(&[11, 10, 9], Some(9)), start_time());
        assert_eq!((numbers(&statement), statement.older()), (vec![11, 10, 9, 8, 7, 5, 3], Some(3)));
        statement.told_older(page(&[1], None));
        assert!(statement.is_whole());
        // A page that no longer reaches what is known begins anew.
        statement.told_newest(page(&[30, 29, 28], Some(28)), start_time());
        assert_eq!((numbers(&statement), statement.is_whole()), (vec![30, 29, 28], false));
        // A bank that gives the same page for ever is not asked for ever.
        statement.told_older(page(&[30, 29, 28], Some(28)));
        assert!(statement.is_whole());
    }

    #[rstest]
    #[case("", &[4, 3, 2, 1])]
    #[case("aluguel", &[4])]
    #[case("ALUGUÉL", &[4])]
    #[case("entrou", &[2, 1])]
    #[case("saída", &[4, 3])]
    #[case("in", &[2, 1])]
    #[case("boreal saiu", &[4, 3])]
    #[case("1.500,00", &[4])]
    #[case("1500,00", &[4])]
    #[case(">200", &[4, 2])]
    #[case("<200,00 saiu", &[3])]
    #[case("20/11", &[4, 3, 2, 1])]
    #[case("2026-11-20", &[4, 3, 2, 1])]
    #[case("11/2026 dinheiro", &[1])]
    #[case("cash", &[1])]
    #[case("21/11", &[])]
    fn a_filter_finds_by_text_amount_way_and_day(#[case] typed: &str, #[case] found: &[u64]) {
        let mut rent = posting(4, -150_000, 0);
        rent.description = Some("Aluguel".to_owned());
        let mut cash = posting(1, 500, 0);
        cash.counterparty = "cash".to_owned();
        let statement = Statement {
            postings: vec![rent, posting(3, -1_000, 0), posting(2, 25_000, 0), cash],
            ..Statement::default()
        };
        let wanted: Vec<u64> = statement.wanted(typed).iter().map(|p| p.number).collect();
        assert_eq!(wanted, found, "{typed}");
    }

    #[test]
    fn totals_and_steps_are_of_what_is_given() {
        let postings: Vec<PostingReply> = [(4, -100, 50), (3, 100, 150), (2, -50, 50), (1, 100, 100)]
            .map(|(n, a, b)| posting(n, a, b))
            .to_vec();
        let all: Vec<&PostingReply> = postings.iter().collect();
        assert_eq!(totals(&all), (200, 150));
        assert_eq!(totals(&[]), (0, 0));
        assert_eq!(balance_steps(&all, 10), [4, 1, 8, 1]);
        assert_eq!(balance_steps(&all, 2), [1, 1]);
        assert_eq!(balance_steps(&all[..1], 10), [4]);
        assert!(balance_steps(&[], 10).is_empty());
    }
}
