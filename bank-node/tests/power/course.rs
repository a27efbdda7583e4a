//! What happens in the town, step by step, when nothing goes wrong: a customer's day at aurora.

use std::collections::BTreeSet;

use bank_node::desk::DeskRequest;
use bank_node::protocol::output::{Input, Submit, Ticket};
use bank_node::protocol::records::Session;
use bank_node::protocol::snapshot::Snapshot;
use shared::account::AccountRef;
use shared::api::replies::Permission;
use shared::api::requests::OpenAccount;
use shared::cpf::Cpf;
use shared::ids::{ConsentId, SessionId};
use shared::money::Amount;
use shared::package::{End, Leg, Legs};
use shared::text::Name;
use uuid::Uuid;

use crate::names::{account, bank, customer, package};
use crate::town::WALL_MS;

/// One thing that is done.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// Aurora's process is started, if it is not up.
    Open,
    /// It is ended in order.
    Close,
    /// This customer signs up at aurora and opens an account.
    SignUp(u8),
    /// Aurora's customer 1 lets boreal's act for them.
    Consent,
    /// Customer 1 logs in with this session.
    LogIn(u8),
    /// And out.
    LogOut(u8),
    /// An order of customer 1 at aurora, `true`, or at boreal, of this package.
    Order(bool, u128, &'static str),
    /// The same order again, and again until it is decided.
    Settle(bool, u128, &'static str),
}

use Step::{Close, Consent, LogIn, LogOut, Open, Order, Settle, SignUp};

/// Founding; a life in which customers come; a life of packages; and one in which all is asked for again.
pub const DAY: &[Step] = &[
    Open,
    SignUp(1),
    SignUp(2),
    Consent,
    LogIn(1),
    Settle(true, 1, "cash>A1 1000, cash>A2 500"),
    Settle(false, 2, "cash>B1 1000"),
    Close,
    Open,
    Order(true, 3, "A1>B1 60"),
    Order(true, 4, "A1>B1 5000"),
    Order(true, 5, "B1>A1 40"),
    Order(false, 6, "A1>B1 30"),
    LogIn(2),
    Order(false, 7, "A1>B1 9999"),
    Order(true, 8, "A1>A2 10"),
    LogOut(1),
    Order(true, 9, "cash>A1 5, A1>B1 7, B1>A2 3"),
    Close,
    Open,
    Settle(true, 3, "A1>B1 60"),
    Settle(true, 4, "A1>B1 5000"),
    Settle(true, 5, "B1>A1 40"),
    Settle(false, 6, "A1>B1 30"),
    Settle(false, 7, "A1>B1 9999"),
    Settle(true, 8, "A1>A2 10"),
    Settle(true, 9, "cash>A1 5, A1>B1 7, B1>A2 3"),
    Close,
];

/// What a step gives to which bank, by what aurora's books say so far; nothing where that is done already.
pub fn inputs(step: Step, aurora: &Snapshot) -> Vec<(bool, Input)> {
    let desk = |request| (true, Input::Desk { ticket: Ticket(0), request });
    match step {
        Open | Close => Vec::new(),
        SignUp(n) => {
            let id = customer(u128::from(n));
            let cpf = Cpf::from_base(529_982_240 + u32::from(n)).expect("a CPF");
            let name = Name::new("Maria").expect("a name");
            let sign_up = DeskRequest::SignUp { id, cpf, name, password_hash: "$argon2id$".to_owned() };
            let open = DeskRequest::OpenAccount { caller: id, request: OpenAccount::Personal };
            vec![desk(sign_up), desk(open)]
        }
        Consent => {
            let give = DeskRequest::GiveConsent {
                id: ConsentId(Uuid::from_u128(0xC1)),
                giver: customer(1),
                bank: bank("B"),
                customer: customer(1),
                permissions: BTreeSet::from([Permission::View, Permission::Pay]),
                limit_per_package: 1_500,
                limit_per_day: 150_000,
                expires_ms: WALL_MS + 86_400_000,
            };
            let is_given = aurora.consents.contains_key(&ConsentId(Uuid::from_u128(0xC1)));
            if is_given { Vec::new() } else { vec![desk(give)] }
        }
        LogIn(n) => {
            let session = Session {
                id: SessionId(Uuid::from_u128(0x5E00 + u128::from(n))),
                token_hash: [n; 32],
                customer: customer(1),
                created_ms: WALL_MS,
                used_ms: WALL_MS,
                expires_ms: WALL_MS + 1_000,
            };
            vec![desk(DeskRequest::PutSession(session))]
        }
        LogOut(n) => vec![desk(DeskRequest::EndSession(SessionId(Uuid::from_u128(0x5E00 + u128::from(n)))))],
        Order(at_aurora, number, text) | Settle(at_aurora, number, text) => {
            let (package, customer, legs) = (package(number), customer(1), legs(text, aurora));
            vec![(at_aurora, Input::Submit(Submit { ticket: Ticket(1), package, customer, legs }))]
        }
    }
}

/// `A1` is the account of aurora's customer 1, by the number that aurora gave it.
pub fn account_named(name: &str, aurora: &Snapshot) -> AccountRef {
    let holder = match name {
        "A1" => customer(1),
        "A2" => customer(2),
        other => return account(other),
    };
    let held = aurora.accounts.values().find(|account| account.opened_by == holder);
    AccountRef::new(bank("A"), held.expect("an account was opened").number)
}

fn legs(text: &str, aurora: &Snapshot) -> Legs {
    let end = |name: &str| if name == "cash" { End::Cash } else { End::Account(account_named(name, aurora)) };
    let leg = |part: &str| {
        let (ends, amount) = part.trim().split_once(' ').expect("from>to amount");
        let (from, to) = ends.split_once('>').expect("from>to");
        let amount = Amount::new(amount.parse().expect("centavos")).expect("an amount");
        Leg::new(end(from), end(to), amount, None).expect("a leg")
    };
    Legs::new(text.split(',').map(leg).collect()).expect("legs")
}
