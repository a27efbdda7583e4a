//! What customers do at the counter while their packages fly: accounts closed and opened, consents given and taken back.
//!
//! Never here: orders.

use shared::account::AccountRef;
use shared::api::requests::OpenAccount;

use super::customers::{Purse, customer_id};
use super::node::Call;
use super::world::World;
use crate::desk::{DeskAnswer, DeskRequest};
use crate::protocol::output::Ticket;

impl World {
    pub(super) fn visit_desk(&mut self) {
        let request = match self.chance.place(5) {
            0 | 1 => self.draw_closing(),
            2 => {
                let (bank, person) =
                    (self.chance.place(self.plan.banks), self.chance.place(self.plan.people));
                let caller = customer_id(bank, person);
                Some((bank, person, DeskRequest::OpenAccount { caller, request: OpenAccount::Personal }))
            }
            3 => {
                let given = (!self.customers.consents.is_empty())
                    .then(|| self.chance.pick(&self.customers.consents).clone());
                given.map(|given| {
                    let giver = customer_id(given.at, given.giver);
                    (given.at, given.giver, DeskRequest::RevokeConsent { giver, id: given.id })
                })
            }
            _ => {
                let at = self.chance.place(self.plan.banks);
                let bank = (at + 1 + self.chance.place(self.plan.banks - 1)) % self.plan.banks;
                let giver = self.chance.place(self.plan.people);
                let consent = self.draw_consent(at, giver, bank);
                let request = DeskRequest::GiveConsent {
                    id: consent.id,
                    giver: consent.giver,
                    bank: consent.bank,
                    customer: consent.customer,
                    permissions: consent.permissions,
                    limit_per_package: consent.limit_per_package,
                    limit_per_day: consent.limit_per_day,
                    expires_ms: consent.expires_ms,
                };
                Some((at, giver, request))
            }
        };
        let Some((bank, person, request)) = request else { return };
        self.customers.desk.push((bank, person));
        let ticket = Ticket(self.customers.desk.len() as u64);
        self.call(bank, Call::Desk { ticket, request });
    }

    /// Closes an account, if there is one that looks empty: with money on its way to it, perhaps.
    fn draw_closing(&mut self) -> Option<(usize, usize, DeskRequest)> {
        let empty: Vec<usize> = (0..self.customers.purses.len())
            .filter(|index| self.money(&self.customers.purses[*index]).balance == 0)
            .collect();
        if empty.is_empty() {
            return None;
        }
        let purse = self.customers.purses[*self.chance.pick(&empty)].clone();
        let (bank, person) = (purse.bank, purse.owners[0]);
        let caller = customer_id(bank, person);
        Some((bank, person, DeskRequest::CloseAccount { caller, number: purse.reference.number }))
    }

    /// What the counter answered: a new account is one to use.
    pub fn served(&mut self, bank: usize, ticket: Ticket, answer: DeskAnswer) {
        let asked = usize::try_from(ticket.0).ok().and_then(|number| self.customers.desk.get(number - 1));
        let Some(&(_, person)) = asked else { return };
        match answer {
            DeskAnswer::Account(account, _, _) => {
                self.tally.desk_done += 1;
                let reference = AccountRef::new(self.nodes[bank].id.clone(), account.number);
                let known = self.customers.purses.iter().any(|purse| purse.reference == reference);
                if !known {
                    self.customers.purses.push(Purse { bank, reference, owners: vec![person] });
                }
            }
            DeskAnswer::Done | DeskAnswer::Customer(_) | DeskAnswer::Consent(_) => self.tally.desk_done += 1,
            DeskAnswer::CustomerExists
            | DeskAnswer::PersonalAccountExists
            | DeskAnswer::AccountNotEmpty
            | DeskAnswer::AccountFrozen
            | DeskAnswer::AccountClosed
            | DeskAnswer::AlreadyAnswered
            | DeskAnswer::NotFound
            | DeskAnswer::PasswordChanged
            | DeskAnswer::Recovering
            | DeskAnswer::Invalid(_) => {}
        }
    }
}
