//! One value of every reply, for the tests that send them and read them back. Checks nothing.
#![allow(dead_code, reason = "each test binary takes the values that it needs")]

use std::fmt::Debug;
use std::str::FromStr;

use jiff::Timestamp;
use shared::account::{AccountKind, AccountRef, AccountStatus};
use shared::api::problem::{Problem, ProblemCode, RefusalReply};
use shared::api::replies::*;
use shared::api::requests::OrderPackage;
use shared::cnpj::Cnpj;
use shared::cpf::Cpf;
use shared::ids::PackageId;
use shared::money::Amount;
use shared::package::{End, Leg, Legs};
use shared::refusal::{Refusal, RefusalCode};
use shared::text::Description;

/// Reads a value whose text is known to be good.
pub fn of<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

pub const UUID: &str = "0190f2a0-0000-7000-8000-000000000001";

pub fn package_id() -> PackageId {
    of(UUID)
}

pub fn cpf() -> Cpf {
    of("52998224725")
}

pub fn cnpj() -> Cnpj {
    of("12ABC34501DE35")
}

pub fn at() -> Timestamp {
    of("2026-11-20T12:00:00Z")
}

/// An account whose check digit holds.
pub fn account(bank: &str, base: u64) -> AccountRef {
    AccountRef::new(of(bank), shared::account::AccountNumber::new(base).unwrap())
}

pub fn order() -> OrderPackage {
    let leg = |from, to, centavos, text: &str| {
        Leg::new(from, to, Amount::new(centavos).unwrap(), Description::new(text).unwrap()).unwrap()
    };
    let legs = vec![
        leg(End::Account(account("aurora", 1042)), End::Account(account("bonanza", 77)), 12_345, "aluguel"),
        leg(End::Cash, End::Account(account("aurora", 1042)), 1, ""),
        leg(End::Account(account("bonanza", 77)), End::Cash, 500, ""),
    ];
    OrderPackage { legs: Legs::new(legs).unwrap() }
}

pub fn bank() -> BankReply {
    BankReply {
        id: of("aurora"),
        name: "Banco Aurora".into(),
        version: "0.1.0".into(),
        public_key: "ed25519:AAAA".into(),
    }
}

pub fn consortium() -> ConsortiumReply {
    let bank = |id: &str, status, latency_ms| BankHealth {
        id: of(id),
        name: format!("Banco {id}"),
        address: "http://127.0.0.1:7001".into(),
        status,
        latency_ms,
        leaving: id == "bonanza",
    };
    ConsortiumReply {
        version: 3,
        banks: vec![
            bank("aurora", BankStatus::Up, Some(2)),
            bank("bonanza", BankStatus::Down, None),
            bank("cerrado", BankStatus::Unknown, None),
        ],
    }
}

pub fn customer(created_at: Option<Timestamp>) -> CustomerReply {
    CustomerReply { id: of(UUID), cpf: cpf(), name: "Maria Souza".into(), created_at }
}

pub fn session_opened() -> SessionOpened {
    SessionOpened {
        token: "tok-secret".into(),
        expires_at: at(),
        customer: customer(None),
        bank: BankName { id: of("aurora"), name: "Banco Aurora".into() },
        must_change_password: false,
    }
}

pub fn sessions() -> SessionsReply {
    let session =
        SessionReply { id: of(UUID), created_at: at(), last_used_at: at(), expires_at: at(), current: true };
    SessionsReply { sessions: vec![session] }
}

pub fn personal() -> AccountReply {
    AccountReply {
        account: account("aurora", 1042),
        kind: AccountKind::Personal,
        status: AccountStatus::Open,
        holders: vec![holder(HolderStatus::Holder)],
        cnpj: None,
        company: None,
        balance: 100_000,
        held: 12_345,
        available: 87_655,
        incoming: 0,
        opened_at: at(),
    }
}

pub fn business() -> AccountReply {
    AccountReply {
        kind: AccountKind::Business,
        status: AccountStatus::Frozen,
        holders: vec![holder(HolderStatus::Holder), holder(HolderStatus::Invited)],
        cnpj: Some(cnpj()),
        company: Some("Padaria Pão Quente".into()),
        balance: -5,
        ..personal()
    }
}

fn holder(status: HolderStatus) -> HolderReply {
    HolderReply { cpf: "52998224725".into(), name: "Maria Souza".into(), status }
}

pub fn accounts() -> AccountsReply {
    AccountsReply { accounts: vec![personal(), business()], banks: None }
}

pub fn accounts_in_consortium() -> AccountsReply {
    let bank = |id: &str, status| ScopeBank { bank: of(id), status };
    AccountsReply {
        accounts: Vec::new(),
        banks: Some(vec![
            bank("aurora", ScopeStatus::Ok),
            bank("bonanza", ScopeStatus::Unreachable),
            bank("cerrado", ScopeStatus::NoConsent),
        ]),
    }
}

pub fn statement() -> StatementReply {
    let posting = |number, amount, counterparty: &str, description| PostingReply {
        number,
        at: at(),
        package: package_id(),
        leg: 0,
        amount,
        balance_after: 100_000,
        counterparty: counterparty.into(),
        description,
    };
    StatementReply {
        postings: vec![
            posting(9, -12_345, "bonanza/***7-0", Some("aluguel".into())),
            posting(4, 1, "cash", None),
        ],
        next: Some(4),
    }
}

pub fn invitations() -> InvitationsReply {
    let invitation = |kind, company| InvitationReply {
        account: account("aurora", 1043),
        kind,
        company,
        invited_by: InviterReply { name: "Maria Souza".into() },
        at: at(),
    };
    InvitationsReply {
        invitations: vec![
            invitation(AccountKind::Joint, None),
            invitation(AccountKind::Business, Some("Padaria Pão Quente".into())),
        ],
    }
}

pub fn payee() -> PayeeReply {
    PayeeReply { account: account("bonanza", 77), kind: AccountKind::Joint, name: "M**** S****".into() }
}

pub fn package(status: PackageStatus) -> PackageReply {
    let decided = status != PackageStatus::InProgress;
    let refused = matches!(status, PackageStatus::Refused | PackageStatus::Aborted);
    let state = |id: &str, state| PackageBank { bank: of(id), state };
    PackageReply {
        id: package_id(),
        status,
        settled: decided,
        legs: vec![
            LegReply {
                leg: None,
                from: Some("aurora/1042-8".into()),
                to: Some("bonanza/0077-1".into()),
                amount: 12_345,
                description: Some("aluguel".into()),
            },
            LegReply { leg: Some(1), from: None, to: None, amount: 1, description: None },
        ],
        refusals: if refused { vec![refusal(Some(700)), refusal(None)] } else { Vec::new() },
        created_at: at(),
        decided_at: decided.then(at),
        banks: vec![
            state("a", PackageBankState::Waiting),
            state("b", PackageBankState::Prepared),
            state("c", PackageBankState::Refused),
            state("d", PackageBankState::Committed),
            state("e", PackageBankState::Aborted),
        ],
    }
}

pub fn refusal(missing: Option<i64>) -> RefusalReply {
    RefusalReply::from(&Refusal { missing, ..Refusal::new(2, RefusalCode::InsufficientFunds) })
}

/// The problem that ends a package in `status`.
pub fn ended(code: ProblemCode, status: PackageStatus) -> Problem {
    let mut problem = Problem::new(code);
    problem.package = Some(Box::new(package(status)));
    problem.refusals = vec![refusal(Some(700))];
    problem
}

pub fn packages() -> PackagesReply {
    PackagesReply { packages: vec![package(PackageStatus::Committed)], next: Some(12) }
}

pub fn consent() -> ConsentReply {
    ConsentReply {
        id: of(UUID),
        bank: of("bonanza"),
        customer: of(UUID),
        permissions: vec![Permission::View, Permission::Pay],
        limit_per_package: 500_000,
        limit_per_day: 2_000_000,
        used_today: 0,
        expires_at: at(),
        created_at: at(),
    }
}

pub fn consents() -> ConsentsReply {
    ConsentsReply { consents: vec![consent()] }
}

pub fn preview() -> PreviewReply {
    PreviewReply {
        legs: vec![
            PreviewLeg { leg: 0, ok: true, refusal: None },
            PreviewLeg { leg: 1, ok: false, refusal: Some(refusal(None)) },
        ],
        accounts: vec![PreviewAccount { account: account("aurora", 1042), available_after: -3 }],
    }
}
