//! Records of the books as bodies of the interface, with what is not the reader's to see masked.

use shared::account::{AccountKind, AccountRef};
use shared::api::replies::{
    AccountReply, BankName, ConsentReply, CustomerReply, HolderReply, HolderStatus, InvitationReply,
    InvitationsReply, InviterReply, PayeeReply, PostingReply,
};
use shared::ids::BankId;
use shared::refusal::Refusal;

use crate::clock::timestamp;
use crate::config::Config;
use crate::ledger::reader::{AccountView, Invitation};
use crate::protocol::records::{Account, Balance, Consent, Customer, Posting};

/// This bank, briefly.
pub fn bank_name(config: &Config) -> BankName {
    BankName { id: config.id.clone(), name: config.own().name.as_str().to_owned() }
}

/// A customer, for themselves.
pub fn customer(customer: &Customer) -> CustomerReply {
    CustomerReply {
        id: customer.id,
        cpf: customer.cpf,
        name: customer.name.as_str().to_owned(),
        created_at: Some(timestamp(customer.created_ms)),
    }
}

/// A customer, where the reply is about a sign-up or a log-in.
pub fn customer_in_brief(who: &Customer) -> CustomerReply {
    CustomerReply { created_at: None, ..customer(who) }
}

/// An account, for its holders.
pub fn account_view(bank: &BankId, view: &AccountView) -> AccountReply {
    account(bank, &view.account, view.balance, &view.holders)
}

/// An account, for its holders; `people` are the customers named on it, in order.
pub fn account(bank: &BankId, account: &Account, balance: Balance, people: &[Customer]) -> AccountReply {
    let holders = account.holders.iter().zip(people).map(|(holder, person)| HolderReply {
        cpf: person.cpf.to_string(),
        // Whoever named a CPF learns the name behind it only once that person has agreed to hold the account.
        name: match holder.status {
            HolderStatus::Holder => person.name.as_str().to_owned(),
            HolderStatus::Invited => person.name.masked(),
        },
        status: holder.status,
    });
    AccountReply {
        account: AccountRef::new(bank.clone(), account.number),
        kind: account.kind,
        status: account.status,
        holders: holders.collect(),
        cnpj: account.company.as_ref().map(|company| company.cnpj),
        company: account.company.as_ref().map(|company| company.name.as_str().to_owned()),
        balance: balance.balance,
        held: balance.held,
        available: balance.available(),
        incoming: balance.incoming,
        opened_at: timestamp(account.opened_ms),
    }
}

/// Who is behind an account, for anyone: people masked, a company in full.
pub fn payee(bank: &BankId, view: &AccountView) -> PayeeReply {
    let name = match (&view.account.company, view.account.kind) {
        (Some(company), AccountKind::Business) => company.name.as_str().to_owned(),
        (Some(_) | None, AccountKind::Personal | AccountKind::Joint | AccountKind::Business) => {
            let held = view.account.holders.iter().zip(&view.holders);
            let names = held
                .filter(|(holder, _)| holder.status == HolderStatus::Holder)
                .map(|(_, p)| p.name.masked());
            names.collect::<Vec<_>>().join(", ")
        }
    };
    PayeeReply { account: AccountRef::new(bank.clone(), view.account.number), kind: view.account.kind, name }
}

/// A posting of an account, for its holders: whom they paid they named themselves, who paid them stays masked.
pub fn posting(posting: &Posting) -> PostingReply {
    let counterparty = match &posting.counterparty {
        None => "cash".to_owned(),
        Some(account) if posting.amount < 0 => account.to_string(),
        Some(account) => account.masked(),
    };
    PostingReply {
        number: posting.number,
        at: timestamp(posting.at_ms),
        package: posting.package,
        leg: posting.leg.unwrap_or_default(),
        amount: posting.amount,
        balance_after: posting.balance_after,
        counterparty,
        description: posting.description.as_ref().map(|text| text.as_str().to_owned()),
    }
}

/// A consent, for its giver.
pub fn consent(consent: &Consent, today: i32) -> ConsentReply {
    ConsentReply {
        id: consent.id,
        bank: consent.bank.clone(),
        customer: consent.customer,
        permissions: consent.permissions.iter().copied().collect(),
        limit_per_package: consent.limit_per_package,
        limit_per_day: consent.limit_per_day,
        used_today: if consent.used_day == today { consent.used } else { 0 },
        expires_at: timestamp(consent.expires_ms),
        created_at: timestamp(consent.created_ms),
    }
}

/// Invitations, for the one who is invited.
pub fn invitations(bank: &BankId, found: Vec<Invitation>) -> InvitationsReply {
    let invitations = found.into_iter().map(|invitation| InvitationReply {
        account: AccountRef::new(bank.clone(), invitation.account),
        kind: invitation.kind,
        company: invitation.company.map(|name| name.as_str().to_owned()),
        invited_by: InviterReply { name: invitation.invited_by.as_str().to_owned() },
        at: timestamp(invitation.named_ms),
    });
    InvitationsReply { invitations: invitations.collect() }
}

/// Refusals, for people.
pub fn refusals(refusals: &[Refusal]) -> Vec<shared::api::problem::RefusalReply> {
    refusals.iter().map(Into::into).collect()
}
