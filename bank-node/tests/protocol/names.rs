//! Short names for the things of the tests: bank `A` is aurora, account `A1` is held there by customer 1.

use bank_node::protocol::attempt::AttemptId;
use shared::account::{AccountNumber, AccountRef};
use shared::ids::{BankId, CustomerId, PackageId};
use shared::money::Amount;
use shared::package::{End, Leg, Legs};
use uuid::Uuid;

const BANKS: [(&str, &str); 5] =
    [("A", "aurora"), ("B", "boreal"), ("C", "cerrado"), ("D", "dourado"), ("X", "xenon")];

/// The bank that a letter stands for.
#[track_caller]
pub fn bank(letter: &str) -> BankId {
    let (_, name) = BANKS.iter().find(|(short, _)| *short == letter).expect("a bank is A, B, C, D or X");
    name.parse().expect("a bank's name")
}

/// The letter of a bank.
pub fn letter(bank: &BankId) -> &'static str {
    BANKS.iter().find(|(_, name)| *name == bank.as_str()).map_or("?", |(short, _)| short)
}

/// Customer `n` of whichever bank.
pub const fn customer(n: u128) -> CustomerId {
    CustomerId(Uuid::from_u128(0xC000 + n))
}

/// Package `n`.
pub const fn package(n: u128) -> PackageId {
    PackageId(Uuid::from_u128(0xFACE_0000 + n))
}

/// `attempt("A", 1, 2)` is aurora.1.2.
pub fn attempt(coordinator: &str, epoch: u64, sequence: u64) -> AttemptId {
    AttemptId { coordinator: bank(coordinator), epoch, sequence }
}

/// `A1` is the account 1001 of aurora, `B` the same as `B1`.
#[track_caller]
pub fn account(name: &str) -> AccountRef {
    let (letter, digit) = name.split_at(1);
    let digit: u64 = if digit.is_empty() { 1 } else { digit.parse().expect("an account is A1 to A9") };
    AccountRef::new(bank(letter), AccountNumber::new(1000 + digit).expect("a number"))
}

/// `A1>B1 60, cash>A2 5, B1>cash 7`.
#[track_caller]
pub fn legs(text: &str) -> Legs {
    let end = |name: &str| if name == "cash" { End::Cash } else { End::Account(account(name)) };
    let leg = |part: &str| {
        let (ends, amount) = part.trim().split_once(' ').expect("from>to amount");
        let (from, to) = ends.split_once('>').expect("from>to");
        let amount = Amount::new(amount.trim().parse().expect("centavos")).expect("an amount");
        Leg::new(end(from), end(to), amount, None).expect("a leg")
    };
    Legs::new(text.split(',').map(leg).collect()).expect("legs")
}
