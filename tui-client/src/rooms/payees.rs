//! Who is behind the accounts that are paid, as their banks tell: asked once for each account, said in words.

use std::collections::BTreeMap;

use shared::account::AccountRef;
use shared::api::problem::ProblemCode;
use shared::api::replies::PayeeReply;
use shared::package::End;

use super::{Cx, Seen};
use crate::app::requests::Slot;
use crate::app::wire::{Answer, Call, Reply, Trouble};
use crate::theme::Meaning;

/// What is known of a payee.
#[derive(Clone, Debug, PartialEq)]
pub enum Payee {
    /// Their bank is being asked.
    Asking,
    /// It told.
    Found(PayeeReply),
    /// There is no such account.
    Unknown,
    /// It could not be found out.
    Failed(Trouble),
}

/// Payees by account.
#[derive(Clone, Debug)]
pub struct Payees {
    /// Under which slot they are asked: two in one room must not take each other's answers.
    slot: &'static str,
    /// By row of the slot.
    asked: Vec<AccountRef>,
    told: BTreeMap<AccountRef, Payee>,
}

impl Default for Payees {
    fn default() -> Self {
        Self { slot: "payee", asked: Vec::new(), told: BTreeMap::new() }
    }
}

impl Payees {
    /// The same, asking under another slot.
    #[must_use]
    pub const fn under(mut self, slot: &'static str) -> Self {
        self.slot = slot;
        self
    }

    /// Takes over who was found elsewhere.
    pub fn learn(&mut self, other: &Self) {
        self.told.extend(other.handed_on().told);
    }

    /// Asks for an account's holder, unless it is in sight, known or being asked.
    pub fn look_up(&mut self, account: &AccountRef, cx: &mut Cx<'_>) {
        let known = match self.told.get(account) {
            Some(Payee::Asking | Payee::Found(_) | Payee::Unknown) => true,
            Some(Payee::Failed(_)) | None => cx.world.banks.account(account).is_some(),
        };
        let seat = cx.world.banks.main().filter(|(_, s)| s.alive).map(|(_, s)| s.seat.clone());
        let Some(seat) = seat.filter(|_| !known) else { return };
        let row = self.asked.iter().position(|a| a == account).unwrap_or(self.asked.len());
        if row == self.asked.len() {
            self.asked.push(account.clone());
        }
        self.told.insert(account.clone(), Payee::Asking);
        cx.ask(Slot(self.slot, row), seat, Call::Payee(account.clone()));
    }

    /// An answer came; tells whether it was one to a look-up.
    pub fn answered(&mut self, slot: Slot, answer: &Answer) -> bool {
        let Some(account) = self.asked.get(slot.1).filter(|_| slot.0 == self.slot) else { return false };
        let told = match answer {
            Ok(Reply::Payee(payee)) if payee.account == *account => Payee::Found(payee.clone()),
            Ok(_) => Payee::Failed(Trouble::Garbage),
            Err(Trouble::Problem(problem)) if problem.code == ProblemCode::NotFound => Payee::Unknown,
            Err(trouble) => Payee::Failed(trouble.clone()),
        };
        self.told.insert(account.clone(), told);
        true
    }

    /// What is known, for another room: that asks anew for what is not.
    #[must_use]
    pub fn handed_on(&self) -> Self {
        let found = |payee: &Payee| matches!(payee, Payee::Found(_));
        let told = self.told.iter().filter(|(_, p)| found(p)).map(|(a, p)| (a.clone(), p.clone())).collect();
        Self { told, ..Self::default() }
    }

    /// What is known of an account's holder.
    #[must_use]
    pub fn of(&self, account: &AccountRef) -> Option<&Payee> {
        self.told.get(account)
    }

    /// The name that an account's bank told.
    #[must_use]
    pub fn name(&self, account: &AccountRef) -> Option<&str> {
        match self.told.get(account) {
            Some(Payee::Found(payee)) => Some(&payee.name),
            Some(Payee::Asking | Payee::Unknown | Payee::Failed(_)) | None => None,
        }
    }

    /// Whether any look-up is under way.
    #[must_use]
    pub fn any_asked(&self) -> bool {
        self.told.values().any(|p| *p == Payee::Asking)
    }

    /// Who is behind an end of a leg, in words.
    #[must_use]
    pub fn words(&self, end: &End, seen: &Seen<'_>) -> (String, Meaning) {
        let t = seen.texts.pay;
        let Some(account) = end.account() else { return (t.cash().to_owned(), Meaning::Text) };
        if let Some(own) = seen.world.banks.account(account) {
            let words = match &own.company {
                Some(company) => company.clone(),
                None => t.yours(seen.texts.home.account_kind(own.kind)),
            };
            return (words, Meaning::Text);
        }
        match self.told.get(account) {
            Some(Payee::Found(payee)) => (payee.name.clone(), Meaning::Good),
            Some(Payee::Asking) => (format!("{} {}", seen.spinner(), t.looking_up()), Meaning::Warning),
            Some(Payee::Unknown) => (format!("× {}", t.payee_unknown()), Meaning::Bad),
            Some(Payee::Failed(Trouble::Problem(problem)))
                if problem.code == ProblemCode::BankUnavailable =>
            {
                (format!("? {}", t.payee_bank_away()), Meaning::Warning)
            }
            Some(Payee::Failed(_)) => (format!("? {}", t.payee_not_told()), Meaning::Warning),
            None => (String::new(), Meaning::Quiet),
        }
    }
}
