//! How a schedule begins: people, their accounts, their consents, and the first money.
//!
//! Never here: anything that can go wrong.

use std::collections::BTreeSet;

use shared::account::{AccountKind, AccountNumber, AccountRef, AccountStatus};
use shared::api::replies::{HolderStatus, Permission};
use shared::cpf::Cpf;
use shared::ids::{ConsentId, PackageId};
use shared::limits::BALANCE_MAX;
use shared::package::{End, Legs};
use shared::text::Name;
use uuid::Uuid;

use super::customers::{Given, OPENING, Purse, customer_id};
use super::node::DAWN_MS;
use super::orders::leg;
use super::world::World;
use crate::protocol::attempt::AttemptId;
use crate::protocol::posting::chain;
use crate::protocol::records::{
    Account, Balance, Consent, Customer, Holder, LedgerAccount, Posting, PostingHead, Write,
};

const FIRST_ACCOUNT: u64 = 1001;
/// When a consent that lasts ends.
const FAR_MS: i64 = 400 * 86_400_000;

impl World {
    pub(super) fn opening_writes(&mut self, bank: usize) -> Vec<Write> {
        let mut writes = Vec::new();
        let banks = self.plan.banks;
        for person in 0..self.plan.people {
            let base = u32::try_from(100_000_000 + person).unwrap_or_default();
            let (Ok(cpf), Ok(name)) = (Cpf::from_base(base), Name::new("Ana")) else { continue };
            let id = customer_id(bank, person);
            let password_hash = String::new();
            writes.push(Write::Customer(Customer {
                id,
                cpf,
                name,
                password_hash,
                created_ms: DAWN_MS,
                must_change_password: false,
            }));
            for other in (0..banks).filter(|other| *other != bank) {
                if self.chance.permille(self.plan.consents) {
                    let consent = self.draw_consent(bank, person, other);
                    writes.push(Write::Consent(consent));
                }
            }
        }
        let mut number = FIRST_ACCOUNT;
        for person in 0..self.plan.people {
            // The first has an account everywhere, so that there is always something to move.
            let accounts = if person == 0 { 1 } else { self.chance.place(3) };
            for place in 0..accounts {
                let mut owners = vec![person];
                if place > 0 && self.chance.permille(300) {
                    owners.push((person + 1) % self.plan.people);
                }
                // One personal account per customer; of others there may be several.
                let kind = if place == 0 { AccountKind::Personal } else { AccountKind::Joint };
                writes.push(Write::Account(self.new_account(bank, number, kind, owners)));
                number += 1;
            }
        }
        if bank == 0 && self.plan.near_max {
            writes.extend(self.near_the_largest());
        }
        writes
    }

    fn new_account(&mut self, bank: usize, base: u64, kind: AccountKind, owners: Vec<usize>) -> Account {
        let number = AccountNumber::new(base).unwrap_or_else(|_| unreachable!("a small number is one"));
        let named = |person: &usize| Holder {
            customer: customer_id(bank, *person),
            status: HolderStatus::Holder,
            named_ms: DAWN_MS,
        };
        let account = Account {
            number,
            kind,
            status: AccountStatus::Open,
            opened_by: customer_id(bank, owners[0]),
            opened_ms: DAWN_MS,
            company: None,
            holders: owners.iter().map(named).collect(),
        };
        let reference = AccountRef::new(self.nodes[bank].id.clone(), number);
        self.customers.purses.push(Purse { bank, reference, owners });
        account
    }

    /// The first account of the first bank holds all but a little of what an account can hold.
    fn near_the_largest(&mut self) -> Vec<Write> {
        let gap = i64::try_from(self.chance.between(100, 1500)).unwrap_or_default();
        let (Ok(number), Ok(attempt)) = (AccountNumber::new(FIRST_ACCOUNT), OPENING.parse::<AttemptId>())
        else {
            return Vec::new();
        };
        let package = PackageId(Uuid::from_u128(1));
        let mut head = PostingHead::default();
        let mut writes = Vec::new();
        for (account, amount) in [
            (LedgerAccount::Till, -(BALANCE_MAX - gap)),
            (LedgerAccount::Customer(number), BALANCE_MAX - gap),
        ] {
            let mut posting = Posting {
                number: head.number + 1,
                at_ms: DAWN_MS,
                account: account.clone(),
                package,
                attempt: attempt.clone(),
                leg: None,
                amount,
                balance_after: amount,
                counterparty: None,
                description: None,
                hash: [0; 32],
            };
            posting.hash = chain(&head, &posting);
            head = PostingHead { number: posting.number, hash: posting.hash };
            writes.push(Write::Posting(posting));
            writes.push(Write::Balance(account, Balance { balance: amount, held: 0, incoming: 0 }));
        }
        writes
    }

    pub(super) fn draw_consent(&mut self, at: usize, giver: usize, bank: usize) -> Consent {
        self.customers.ids += 1;
        let id = ConsentId(Uuid::from_u128(2_000_000 + self.customers.ids));
        // Mostly for the giver's own login there; now and then for somebody else's.
        let person = if self.chance.permille(800) { giver } else { self.chance.place(self.plan.people) };
        let per_package = *self.chance.pick(&[60, 200, 500_000]);
        let per_day = per_package * *self.chance.pick(&[1, 1, 2, 10]);
        let lasts = if self.chance.permille(150) { 4_000 } else { FAR_MS };
        self.customers.consents.push(Given { id, at, giver, bank, person, per_package });
        Consent {
            id,
            giver: customer_id(at, giver),
            bank: self.nodes[bank].id.clone(),
            customer: customer_id(bank, person),
            permissions: BTreeSet::from([Permission::View, Permission::Pay]),
            limit_per_package: per_package,
            limit_per_day: per_day,
            expires_ms: DAWN_MS + i64::try_from(self.now).unwrap_or_default() + lasts,
            created_ms: DAWN_MS,
            used_day: 0,
            used: 0,
            ended_ms: None,
        }
    }

    pub(super) fn pay_in_first(&mut self, bank: usize) {
        let mut legs = Vec::new();
        let mine: Vec<AccountRef> = self.purses_at(bank).map(|purse| purse.reference.clone()).collect();
        for reference in mine {
            // Some begin empty: those can be closed.
            if self.chance.permille(800) {
                let amount = self.chance.between(1, self.plan.funds);
                let most = if self.plan.near_max && bank == 0 { 20 } else { amount };
                legs.extend(leg(
                    End::Cash,
                    End::Account(reference),
                    i64::try_from(amount.min(most)).unwrap_or(1),
                ));
            }
        }
        if let Ok(legs) = Legs::new(legs) {
            let body = self.new_body(legs);
            self.ask(bank, 0, body, 0);
        }
    }

    fn purses_at(&self, bank: usize) -> impl Iterator<Item = &Purse> {
        self.customers.purses.iter().filter(move |purse| purse.bank == bank)
    }
}
