//! Postings: how a portion is booked, and the chain of hashes that shows that no line was changed afterwards.

use ring::digest::{Context, SHA256};
use shared::ids::PackageId;

use super::attempt::AttemptId;
use super::books::Books;
use super::message::{Portion, Side};
use super::portion::{line_account, net_account};
use super::records::{Balance, Posting, PostingHead};

/// The hash of `posting`, whose own `hash` is not looked at, after the posting that `before` describes.
///
/// SHA-256 over the hash before and one line of text: number, time, account, package, attempt, leg, amount, balance after,
/// counterparty, and the description with its length, parted by blanks; `-` where there is none.
#[must_use]
pub fn chain(before: &PostingHead, posting: &Posting) -> [u8; 32] {
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let description = posting.description.as_ref().map(|d| format!("{}:{}", d.as_str().len(), d.as_str()));
    let text = format!(
        "{} {} {} {} {} {} {} {} {} {}\n",
        posting.number,
        posting.at_ms,
        posting.account,
        posting.package,
        posting.attempt,
        or_dash(posting.leg.map(|leg| leg.to_string())),
        posting.amount,
        posting.balance_after,
        or_dash(posting.counterparty.as_ref().map(ToString::to_string)),
        or_dash(description),
    );
    let mut context = Context::new(&SHA256);
    context.update(&before.hash);
    context.update(text.as_bytes());
    let mut hash = [0u8; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

/// Books every line and net of `portion`: balances move, postings are chained. Holds are not touched here.
pub fn book(books: &mut Books, at_ms: i64, package: PackageId, attempt: &AttemptId, portion: &Portion) {
    for line in &portion.lines {
        let amount = match line.side {
            Side::Debit => -line.amount.centavos(),
            Side::Credit => line.amount.centavos(),
        };
        let posting = Posting {
            number: 0,
            at_ms,
            account: line_account(line),
            package,
            attempt: attempt.clone(),
            leg: Some(line.leg),
            amount,
            balance_after: 0,
            counterparty: line.counterparty.clone(),
            description: line.description.clone(),
            hash: [0; 32],
        };
        append(books, posting);
    }
    for net in &portion.nets {
        let posting = Posting {
            number: 0,
            at_ms,
            account: net_account(net),
            package,
            attempt: attempt.clone(),
            leg: None,
            amount: net.amount,
            balance_after: 0,
            counterparty: None,
            description: None,
            hash: [0; 32],
        };
        append(books, posting);
    }
}

/// Puts a posting at the end of the chain: number, balance after and hash are given here.
fn append(books: &mut Books, mut posting: Posting) {
    let money = books.balance(&posting.account);
    let balance = money.balance.checked_add(posting.amount);
    let balance =
        balance.unwrap_or_else(|| panic!("I7: {} overflows; the vote had to refuse", posting.account));
    books.put_balance(posting.account.clone(), Balance { balance, ..money });
    let head = books.head();
    posting.number = head.number + 1;
    posting.balance_after = balance;
    posting.hash = chain(&head, &posting);
    books.put_posting(posting);
}
