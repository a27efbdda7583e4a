//! What customers order: legs within one bank and across several, in and out of cash, through a bank, near the limits.
//!
//! Never here: when, and at which bank.

use shared::limits::{AMOUNT_MAX, BALANCE_MAX};
use shared::money::Amount;
use shared::package::{End, Leg, Legs};

use super::customers::Purse;
use super::world::World;
use crate::protocol::records::{Balance, LedgerAccount};

impl World {
    pub(super) fn money(&self, purse: &Purse) -> Balance {
        self.nodes[purse.bank].disk().balance(&LedgerAccount::Customer(purse.reference.number))
    }

    /// Accounts that `person` may debit at `bank`, with the largest amount that a consent allows.
    fn debitable(&self, bank: usize, person: usize) -> Vec<(usize, Option<i64>)> {
        let consent = |purse: &Purse| {
            self.customers.consents.iter().find(|given| {
                given.at == purse.bank
                    && purse.owners.contains(&given.giver)
                    && given.bank == bank
                    && given.person == person
            })
        };
        let purses = self.customers.purses.iter().enumerate();
        purses
            .filter_map(|(index, purse)| {
                if purse.bank == bank {
                    purse.owners.contains(&person).then_some((index, None))
                } else {
                    consent(purse).map(|given| (index, Some(given.per_package)))
                }
            })
            .collect()
    }

    pub(super) fn draw_legs(&mut self, bank: usize, person: usize) -> Option<Legs> {
        let mut mine = self.debitable(bank, person);
        if self.plan.crowded {
            mine.truncate(2);
        }
        let all = self.customers.purses.len();
        let mut legs = Vec::new();
        if self.chance.permille(self.plan.passing) {
            self.draw_passing(&mine, &mut legs);
        }
        let count = *self.chance.pick(&[1, 1, 1, 2, 2, 3, 5]);
        let pays_in = mine.is_empty() || self.chance.permille(self.plan.cash / 2);
        for _ in 0..count {
            let to = self.chance.place(all);
            let (from, limit) = if pays_in {
                (None, None)
            } else if self.chance.permille(60) {
                (Some(self.chance.place(all)), None)
            } else {
                let (index, limit) = *self.chance.pick(&mine);
                (Some(index), limit)
            };
            let amount = self.draw_amount(from, to, limit);
            let payer = from.map_or(End::Cash, |from| self.end(from));
            let payee = if from.is_some() && self.chance.permille(self.plan.cash / 2) {
                End::Cash
            } else {
                self.end(to)
            };
            legs.extend(leg(payer, payee, amount));
        }
        Legs::new(legs).ok()
    }

    /// Money that passes through an account of another: in and out again at once.
    fn draw_passing(&mut self, mine: &[(usize, Option<i64>)], legs: &mut Vec<Leg>) {
        if mine.is_empty() {
            return;
        }
        let through = self.chance.pick(mine).0;
        let all = self.customers.purses.len();
        let (first, last) = (self.chance.pick(mine).0, self.chance.place(all));
        let amount = self.draw_amount(Some(through), last, None);
        legs.extend(leg(self.end(first), self.end(through), amount));
        let at = self.customers.purses[through].bank;
        // Out again from the same account, or from another one of that bank.
        let there: Vec<usize> = mine
            .iter()
            .map(|(index, _)| *index)
            .filter(|index| self.customers.purses[*index].bank == at)
            .collect();
        let out = if self.chance.permille(700) { through } else { *self.chance.pick(&there) };
        legs.extend(leg(self.end(out), self.end(last), amount));
    }

    fn end(&self, purse: usize) -> End {
        End::Account(self.customers.purses[purse].reference.clone())
    }

    /// An amount near a limit, or a small one.
    fn draw_amount(&mut self, from: Option<usize>, to: usize, limit: Option<i64>) -> i64 {
        let room = BALANCE_MAX - self.money(&self.customers.purses[to]).balance;
        if room < 5_000 && room > 1 && self.chance.permille(700) {
            return *self.chance.pick(&[room, room + 1, room / 2, room / 2 + 1, room - 1]);
        }
        if let Some(limit) = limit
            && self.chance.permille(400)
        {
            return *self.chance.pick(&[limit, limit / 2, limit / 2 + 1, limit + 1]);
        }
        let has = from.map_or(200, |from| {
            let money = self.money(&self.customers.purses[from]);
            if self.plan.crowded { money.balance } else { money.available() }
        });
        let most = has.clamp(1, AMOUNT_MAX - 1);
        let part = i64::try_from(self.chance.between(1, most.min(1_000).unsigned_abs())).unwrap_or(1);
        match self.chance.place(8) {
            0 => most,
            1 => most + 1,
            2 => most / 2 + 1,
            3 => 1,
            _ => part,
        }
    }
}

/// A leg, unless its ends or its amount make none.
pub(super) fn leg(from: End, to: End, amount: i64) -> Option<Leg> {
    Leg::new(from, to, Amount::new(amount).ok()?, None).ok()
}
