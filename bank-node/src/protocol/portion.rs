//! Portions: how a package is split among its banks, and what each part does to the ledger accounts there.

use std::collections::{BTreeMap, BTreeSet};

use shared::ids::{BankId, CustomerId};
use shared::limits::LEGS_MAX;
use shared::money::Amount;
use shared::package::{End, Leg, Legs};

use super::books::Key;
use super::message::{Line, Net, Portion, Side};
use super::records::LedgerAccount;

/// Splits a package that `coordinator` runs for `customer` into the portions of its participants.
///
/// Both banks of a leg see it mirrored: what one books as due to the other, the other books as due from it.
#[must_use]
pub fn split(legs: &Legs, coordinator: &BankId, customer: CustomerId) -> BTreeMap<BankId, Portion> {
    split_known(legs.as_slice().iter().zip(0u16..), coordinator, customer)
}

/// The same for those legs of a package that are known, each with its number.
#[must_use]
pub fn split_known<'a>(
    legs: impl IntoIterator<Item = (&'a Leg, u16)>,
    coordinator: &BankId,
    customer: CustomerId,
) -> BTreeMap<BankId, Portion> {
    let mut portions: BTreeMap<BankId, Portion> = BTreeMap::new();
    let mut nets: BTreeMap<(BankId, BankId), i64> = BTreeMap::new();
    for (leg, number) in legs {
        let (payer, payee) = (leg.from().bank(coordinator).clone(), leg.to().bank(coordinator).clone());
        for (side, own, other, bank) in
            [(Side::Debit, leg.from(), leg.to(), &payer), (Side::Credit, leg.to(), leg.from(), &payee)]
        {
            let portion = portions.entry(bank.clone()).or_insert_with(|| Portion {
                customer,
                lines: Vec::new(),
                nets: Vec::new(),
            });
            portion.lines.push(Line {
                leg: number,
                side,
                account: own.account().map(|account| account.number),
                amount: leg.amount(),
                counterparty: other.account().cloned(),
                description: leg.description().cloned(),
                suspense: false,
            });
        }
        if payer != payee {
            // At most 64 legs of 10^12 centavos: far from overflowing.
            *nets.entry((payer.clone(), payee.clone())).or_default() += leg.amount().centavos();
            *nets.entry((payee, payer)).or_default() -= leg.amount().centavos();
        }
    }
    for ((bank, counterpart), amount) in nets {
        if amount != 0
            && let Some(portion) = portions.get_mut(&bank)
        {
            portion.nets.push(Net { bank: counterpart, amount });
        }
    }
    portions
}

/// The portion as its package has it: a line that a recovery split between an account and suspense is one line again.
#[must_use]
pub fn unsplit(portion: Portion) -> Portion {
    let mut lines: Vec<Line> = Vec::new();
    for line in portion.lines {
        let twin = lines.last_mut().filter(|last| (last.leg, last.side) == (line.leg, line.side));
        let sum = twin.as_ref().map(|twin| twin.amount.centavos().saturating_add(line.amount.centavos()));
        match (twin, sum.and_then(|sum| Amount::new(sum).ok())) {
            (Some(twin), Some(amount)) => twin.amount = amount,
            _ => lines.push(Line { suspense: false, ..line }),
        }
    }
    Portion { lines, ..portion }
}

/// What a portion takes from and brings to one ledger account, in centavos; neither negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    /// Taken from it.
    pub takes: i64,
    /// Brought to it.
    pub brings: i64,
}

/// The ledger account that a line moves.
#[must_use]
pub fn line_account(line: &Line) -> LedgerAccount {
    match line.account {
        _ if line.suspense => LedgerAccount::Suspense,
        Some(number) => LedgerAccount::Customer(number),
        None => LedgerAccount::Till,
    }
}

/// The ledger account that a net moves.
#[must_use]
pub fn net_account(net: &Net) -> LedgerAccount {
    if net.amount > 0 {
        LedgerAccount::DueTo(net.bank.clone())
    } else {
        LedgerAccount::DueFrom(net.bank.clone())
    }
}

/// What a portion does to each ledger account.
#[must_use]
pub fn flows(portion: &Portion) -> BTreeMap<LedgerAccount, Flow> {
    let mut flows: BTreeMap<LedgerAccount, Flow> = BTreeMap::new();
    for line in &portion.lines {
        let flow = flows.entry(line_account(line)).or_default();
        match line.side {
            Side::Debit => flow.takes += line.amount.centavos(),
            Side::Credit => flow.brings += line.amount.centavos(),
        }
    }
    for net in &portion.nets {
        let flow = flows.entry(net_account(net)).or_default();
        flow.takes += (-net.amount).max(0);
        flow.brings += net.amount.max(0);
    }
    flows
}

/// Whether the portion touches a customer's account: then the bank keeps the package's record (rule R6).
#[must_use]
pub fn holds_accounts(portion: &Portion) -> bool {
    portion.lines.iter().any(|line| line.account.is_some())
}

/// What must be loaded to judge, hold, release or book the portion.
#[must_use]
pub fn keys(portion: &Portion, coordinator: &BankId, me: &BankId) -> Vec<Key> {
    let mut keys: Vec<Key> = Vec::new();
    for line in &portion.lines {
        keys.push(line.account.map_or(Key::Balance(LedgerAccount::Till), Key::Account));
        if line.suspense {
            keys.push(Key::Balance(LedgerAccount::Suspense));
        }
    }
    for net in &portion.nets {
        // Exposure is judged on both.
        keys.push(Key::Balance(LedgerAccount::DueTo(net.bank.clone())));
        keys.push(Key::Balance(LedgerAccount::DueFrom(net.bank.clone())));
    }
    if coordinator != me && portion.lines.iter().any(|line| line.side == Side::Debit) {
        keys.push(Key::ConsentsFor(coordinator.clone(), portion.customer));
    }
    keys.sort();
    keys.dedup();
    keys
}

/// Why a portion that another bank sent makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedPortion {
    /// No lines, more than a package has legs, or one side of a leg twice.
    #[error("its lines are no part of a package")]
    Lines,
    /// Cash of another bank's counter.
    #[error("it moves this bank's till for another bank")]
    ForeignTill,
    /// A counterpart that takes no part, is this bank, or stands twice or out of order; or a net of 0.
    #[error("its nets do not name the other participants")]
    Nets,
    /// Another debtor or creditor than the other ends of its lines, or one side of a leg here that the other is not like.
    #[error("its nets do not follow from its lines")]
    Unmirrored,
    /// Debits, credits and nets do not sum to 0.
    #[error("it would unbalance the books")]
    Unbalanced,
}

/// Checks what the sender of a portion has to have got right, so that nothing it says can unbalance the books here.
///
/// # Errors
/// As [`MalformedPortion`] says.
pub fn check(
    portion: &Portion,
    coordinator: &BankId,
    me: &BankId,
    participants: &BTreeSet<BankId>,
) -> Result<(), MalformedPortion> {
    let sides: BTreeSet<(u16, Side)> = portion.lines.iter().map(|line| (line.leg, line.side)).collect();
    let legs_in_range = portion.lines.iter().all(|line| usize::from(line.leg) < LEGS_MAX && !line.suspense);
    if portion.lines.is_empty() || sides.len() != portion.lines.len() || !legs_in_range {
        return Err(MalformedPortion::Lines);
    }
    if coordinator != me && portion.lines.iter().any(|line| line.account.is_none()) {
        return Err(MalformedPortion::ForeignTill);
    }
    let in_order = portion.nets.windows(2).all(|pair| pair[0].bank < pair[1].bank);
    let sound = |net: &Net| net.amount != 0 && net.bank != *me && participants.contains(&net.bank);
    if !in_order || !portion.nets.iter().all(sound) {
        return Err(MalformedPortion::Nets);
    }
    let signed = |line: &Line| match line.side {
        Side::Debit => -i128::from(line.amount.centavos()),
        Side::Credit => i128::from(line.amount.centavos()),
    };
    let lines: i128 = portion.lines.iter().map(signed).sum();
    let nets: i128 = portion.nets.iter().map(|net| i128::from(net.amount)).sum();
    if lines + nets != 0 {
        return Err(MalformedPortion::Unbalanced);
    }
    // Who owes whom follows from the lines. A coordinator that could name another debtor than the payer would make a
    // third bank owe, and get around its own exposure cap.
    let mut owed: BTreeMap<&BankId, i128> = BTreeMap::new();
    for line in &portion.lines {
        let other = line.counterparty.as_ref().map_or(coordinator, |account| &account.bank);
        if other != me {
            *owed.entry(other).or_default() -= signed(line);
        } else if !portion.lines.iter().any(|twin| is_other_side(line, twin)) {
            return Err(MalformedPortion::Unmirrored);
        }
    }
    owed.retain(|_, amount| *amount != 0);
    let named = portion.nets.iter().map(|net| (&net.bank, i128::from(net.amount)));
    if owed.into_iter().eq(named) { Ok(()) } else { Err(MalformedPortion::Unmirrored) }
}

/// Whether `twin` is the other side, at the same bank, of the leg that `line` is one side of.
fn is_other_side(line: &Line, twin: &Line) -> bool {
    let end = |line: &Line| line.counterparty.as_ref().map(|account| account.number);
    line.leg == twin.leg
        && line.side != twin.side
        && line.amount == twin.amount
        && line.account == end(twin)
        && twin.account == end(line)
}

/// Which legs a participant that did not answer is missing from: every leg with an end at `bank`.
#[must_use]
pub fn legs_at(legs: &Legs, coordinator: &BankId, bank: &BankId) -> Vec<u16> {
    let at = |end: &End| end.bank(coordinator) == bank;
    let numbered = legs.as_slice().iter().zip(0u16..);
    numbered.filter(|(leg, _)| at(leg.from()) || at(leg.to())).map(|(_, number)| number).collect()
}
