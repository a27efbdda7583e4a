//! People become customers, and change their names and passwords.

use shared::cpf::Cpf;
use shared::ids::CustomerId;
use shared::text::Name;

use super::{DeskAnswer, NewPassword};
use crate::protocol::books::Books;
use crate::protocol::output::Now;
use crate::protocol::records::{Customer, Write};

/// A CPF signs up once at a bank.
pub(super) fn sign_up(
    books: &mut Books,
    now: Now,
    id: CustomerId,
    cpf: Cpf,
    name: Name,
    password_hash: String,
) -> DeskAnswer {
    if books.customer_by_cpf(cpf).is_some() {
        return DeskAnswer::CustomerExists;
    }
    let customer =
        Customer { id, cpf, name, password_hash, created_ms: now.wall_ms, must_change_password: false };
    books.put_customer(customer.clone());
    DeskAnswer::Customer(customer)
}

/// A new password ends the other sessions: whoever knew the old one is out.
pub(super) fn change(
    books: &mut Books,
    id: CustomerId,
    name: Option<Name>,
    password: Option<NewPassword>,
) -> DeskAnswer {
    let Some(mut customer) = books.customer(id).cloned() else {
        return DeskAnswer::NotFound;
    };
    if password.as_ref().is_some_and(|new| new.proved != customer.password_hash) {
        // Of several changes at once one is the first; the others were proved by what is no password any more.
        return DeskAnswer::PasswordChanged;
    }
    if let Some(name) = name {
        customer.name = name;
    }
    if let Some(NewPassword { hash, keep, .. }) = password {
        customer.password_hash = hash;
        customer.must_change_password = false;
        books.put(Write::EndOtherSessions { customer: id, keep: Some(keep) });
    }
    books.put_customer(customer.clone());
    DeskAnswer::Customer(customer)
}
