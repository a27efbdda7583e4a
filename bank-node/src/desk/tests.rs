//! The counter's rules, as rows over books in memory.

use rstest::rstest;
use shared::account::{AccountKind, AccountNumber, AccountStatus};
use shared::api::problem::FieldCode;
use shared::api::replies::{HolderStatus, Permission};
use shared::api::requests::OpenAccount;
use shared::cnpj::Cnpj;
use shared::cpf::Cpf;
use shared::ids::{ConsentId, CustomerId, SessionId};
use shared::limits::ACCOUNTS_PER_CUSTOMER_MAX;
use shared::text::Name;
use uuid::Uuid;

use super::*;
use crate::protocol::operators_log::OperatorsHead;
use crate::protocol::output::Mono;
use crate::protocol::records::{LedgerAccount, PostingHead};

const ANA: u32 = 1;
const BIA: u32 = 2;
const CAIO: u32 = 3;
const DUDA: u32 = 4;
const EVA: u32 = 5;
const NOBODY: u32 = 99;

/// A bank that knows nothing but what was done at its counter: every key not there is known to be absent.
struct Bank {
    books: Books,
    now: Now,
}

fn customer(person: u32) -> CustomerId {
    CustomerId(Uuid::from_u128(u128::from(person)))
}

fn cpf(person: u32) -> Cpf {
    Cpf::from_base(100_000_000 + person).unwrap()
}

fn cnpj() -> Cnpj {
    Cnpj::from_base("12ABC34501DE").unwrap()
}

fn number(base: u64) -> AccountNumber {
    AccountNumber::new(base).unwrap()
}

impl Bank {
    /// With five customers and no account.
    fn new() -> Self {
        let now = Now { mono: Mono(0), wall_ms: 1_000_000, day: 10, dice: 0 };
        let mut bank = Self { books: Books::new(PostingHead::default(), 0), now };
        for person in [ANA, BIA, CAIO, DUDA, EVA] {
            assert!(matches!(bank.sign_up(person), DeskAnswer::Customer(_)));
        }
        bank
    }

    fn serve(&mut self, request: DeskRequest) -> DeskAnswer {
        loop {
            let missing: Vec<Key> =
                keys(&self.books, &request).into_iter().filter(|key| !self.books.has(key)).collect();
            if missing.is_empty() {
                return serve(&mut self.books, self.now, request);
            }
            for key in missing {
                match key {
                    Key::Account(number) => {
                        self.books.know_account(number, None);
                        self.books.know_balance(LedgerAccount::Customer(number), None);
                    }
                    Key::Cpf(cpf) => self.books.know_cpf(cpf, None),
                    Key::Customer(id) => self.books.know_customer(id, None),
                    Key::AccountsOf(id) => self.books.know_accounts_of(id, Vec::new()),
                    Key::Cnpj(cnpj) => self.books.know_cnpj(cnpj, None),
                    Key::ConsentsOf(id) => self.books.know_consents_of(id, Vec::new()),
                    Key::Consent(id) => self.books.know_consent(id, None),
                    Key::OperatorsLog => self.books.know_operators_head(OperatorsHead::default()),
                    other => panic!("the counter has no business with {other:?}"),
                }
            }
        }
    }

    fn sign_up(&mut self, person: u32) -> DeskAnswer {
        let name = Name::new("Maria Silva").unwrap();
        let id = CustomerId(Uuid::from_u128(u128::from(person)));
        self.serve(DeskRequest::SignUp { id, cpf: cpf(person), name, password_hash: "$argon2id$".into() })
    }

    fn open(&mut self, caller: u32, request: OpenAccount) -> DeskAnswer {
        self.serve(DeskRequest::OpenAccount { caller: customer(caller), request })
    }

    fn joint(&mut self, caller: u32, others: &[u32]) -> DeskAnswer {
        let holders = others.iter().map(|person| cpf(*person)).collect();
        self.open(caller, OpenAccount::Joint { holders })
    }

    fn business(&mut self, caller: u32, others: &[u32]) -> DeskAnswer {
        let holders = others.iter().map(|person| cpf(*person)).collect();
        let company = Name::new("Padaria").unwrap();
        self.open(caller, OpenAccount::Business { cnpj: cnpj(), company, holders })
    }

    fn close(&mut self, caller: u32, base: u64) -> DeskAnswer {
        self.serve(DeskRequest::CloseAccount { caller: customer(caller), number: number(base) })
    }

    fn answer(&mut self, caller: u32, base: u64, accept: bool) -> DeskAnswer {
        let (caller, number) = (customer(caller), number(base));
        self.serve(DeskRequest::AnswerInvitation { caller, number, accept })
    }

    fn consent(&mut self, id: u128, giver: u32, customer_there: u32, expires_ms: i64) -> DeskAnswer {
        self.serve(DeskRequest::GiveConsent {
            id: ConsentId(Uuid::from_u128(id)),
            giver: customer(giver),
            bank: "boreal".parse().unwrap(),
            customer: customer(customer_there),
            permissions: [Permission::Pay].into(),
            limit_per_package: 100,
            limit_per_day: 1000,
            expires_ms,
        })
    }

    /// An operator acts; what is answered, and the line that was written of it.
    fn act(&mut self, act: OperatorAct) -> (String, String) {
        let answer = self.serve(DeskRequest::Operator { operator: "maria (1000)".into(), act });
        let entry = self.books.take_writes().into_iter().rev().find_map(|write| match write {
            Write::OperatorEntry(entry) => Some(entry),
            _ => None,
        });
        let entry = entry.expect("every act is written down");
        assert_eq!(entry.operator, "maria (1000)");
        let subject = entry.subject.unwrap_or_default();
        (short(&answer), format!("{} {subject} {}", entry.action, entry.outcome))
    }

    fn revoke(&mut self, giver: u32, id: u128) -> DeskAnswer {
        let (giver, id) = (customer(giver), ConsentId(Uuid::from_u128(id)));
        self.serve(DeskRequest::RevokeConsent { giver, id })
    }
}

/// An answer in short, to compare rows by.
fn short(answer: &DeskAnswer) -> String {
    match answer {
        DeskAnswer::Done => "done".into(),
        DeskAnswer::Customer(_) => "customer".into(),
        DeskAnswer::Account(account, balance, people) => {
            assert_eq!(*balance, Balance::default());
            assert_eq!(people.len(), account.holders.len());
            let holders: Vec<String> = account
                .holders
                .iter()
                .zip(people)
                .map(|(holder, person)| {
                    assert_eq!(holder.customer, person.id);
                    let mark = if holder.status == HolderStatus::Holder { "" } else { "?" };
                    format!("{}{mark}", person.id.0.as_u128())
                })
                .collect();
            format!("{} {:?} {:?} {}", account.number, account.kind, account.status, holders.join(","))
        }
        DeskAnswer::Consent(consent) => format!("consent used {}", consent.used),
        DeskAnswer::CustomerExists => "customer exists".into(),
        DeskAnswer::PersonalAccountExists => "personal exists".into(),
        DeskAnswer::AccountNotEmpty => "not empty".into(),
        DeskAnswer::AccountFrozen => "frozen".into(),
        DeskAnswer::AccountClosed => "closed".into(),
        DeskAnswer::AlreadyAnswered => "already answered".into(),
        DeskAnswer::NotFound => "not found".into(),
        DeskAnswer::PasswordChanged => "password changed".into(),
        DeskAnswer::Recovering => "recovering".into(),
        DeskAnswer::Invalid(errors) => {
            let errors: Vec<_> = errors.iter().map(|e| format!("{} {}", e.field, e.code.as_str())).collect();
            errors.join("; ")
        }
    }
}

#[test]
fn a_cpf_signs_up_once() {
    let mut bank = Bank::new();
    assert_eq!(short(&bank.sign_up(ANA)), "customer exists");
    assert_eq!(short(&bank.sign_up(6)), "customer");
}

#[test]
fn a_customer_changes_what_they_say_and_no_more() {
    let mut bank = Bank::new();
    bank.books.take_writes().clear();
    let id = customer(ANA);
    let name = Some(Name::new("Ana Lima").unwrap());
    let answer = bank.serve(DeskRequest::ChangeCustomer { customer: id, name, password: None });
    let DeskAnswer::Customer(changed) = answer else { panic!("{answer:?}") };
    assert_eq!((changed.name.as_str(), changed.password_hash.as_str()), ("Ana Lima", "$argon2id$"));
    assert_eq!(bank.books.take_writes().len(), 1);

    let keep = SessionId(Uuid::from_u128(7));
    let new = |proved: &str, hash: &str| {
        Some(NewPassword { proved: proved.to_owned(), hash: hash.to_owned(), keep })
    };
    let password = new("$argon2id$", "new");
    let answer = bank.serve(DeskRequest::ChangeCustomer { customer: id, name: None, password });
    let DeskAnswer::Customer(changed) = answer else { panic!("{answer:?}") };
    assert_eq!((changed.name.as_str(), changed.password_hash.as_str()), ("Ana Lima", "new"));
    let ended = Write::EndOtherSessions { customer: id, keep: Some(keep) };
    assert!(bank.books.take_writes().contains(&ended));

    // Proved before the other change, stored after it: of changes at once one is made.
    let password = new("$argon2id$", "newer");
    let answer = bank.serve(DeskRequest::ChangeCustomer { customer: id, name: None, password });
    assert_eq!(short(&answer), "password changed");
    assert!(bank.books.take_writes().is_empty(), "and nobody's session ends");
}

#[test]
fn a_personal_account_is_held_once_and_may_come_again_after_closing() {
    let mut bank = Bank::new();
    let first = format!("{} Personal Open 1", number(1001));
    assert_eq!(short(&bank.open(ANA, OpenAccount::Personal)), first);
    assert_eq!(short(&bank.open(ANA, OpenAccount::Personal)), "personal exists");
    assert_eq!(short(&bank.open(BIA, OpenAccount::Personal)), format!("{} Personal Open 2", number(1002)));
    assert_eq!(short(&bank.close(ANA, 1001)), format!("{} Personal Closed 1", number(1001)));
    assert_eq!(short(&bank.open(ANA, OpenAccount::Personal)), format!("{} Personal Open 1", number(1003)));
}

#[rstest]
#[case::two(&[BIA], "1,2?")]
#[case::four(&[BIA, CAIO, DUDA], "1,2?,3?,4?")]
#[case::the_caller_named_too(&[BIA, ANA], "1,2?")]
#[case::alone(&[], "holders holders_range")]
#[case::alone_by_name(&[ANA], "holders holders_range")]
#[case::five(&[BIA, CAIO, DUDA, EVA], "holders holders_range")]
#[case::a_stranger(&[BIA, NOBODY], "holders[1] holder_not_customer")]
fn joint_accounts(#[case] others: &[u32], #[case] expect: &str) {
    let answer = short(&Bank::new().joint(ANA, others));
    assert!(answer.ends_with(expect), "{answer} instead of {expect}");
}

#[rstest]
#[case::alone(&[], "1")]
#[case::four(&[BIA, CAIO, DUDA], "1,2?,3?,4?")]
#[case::five(&[BIA, CAIO, DUDA, EVA], "holders holders_range")]
#[case::a_stranger(&[NOBODY], "holders[0] holder_not_customer")]
fn business_accounts(#[case] others: &[u32], #[case] expect: &str) {
    let answer = short(&Bank::new().business(ANA, others));
    assert!(answer.ends_with(expect), "{answer} instead of {expect}");
}

#[test]
fn a_company_has_one_account_that_is_not_closed() {
    let mut bank = Bank::new();
    assert!(matches!(bank.business(ANA, &[]), DeskAnswer::Account(..)));
    assert_eq!(short(&bank.business(BIA, &[])), "cnpj accounts_range");
    assert!(matches!(bank.close(ANA, 1001), DeskAnswer::Account(..)));
    assert!(matches!(bank.business(BIA, &[]), DeskAnswer::Account(..)));
}

#[test]
fn accounts_are_counted_for_those_who_hold_them() {
    let mut bank = Bank::new();
    for _ in 0..ACCOUNTS_PER_CUSTOMER_MAX {
        assert!(matches!(bank.joint(ANA, &[BIA]), DeskAnswer::Account(..)));
    }
    assert_eq!(short(&bank.joint(ANA, &[BIA])), "kind accounts_range");
    // Twenty invitations are no accounts yet.
    assert!(matches!(bank.open(BIA, OpenAccount::Personal), DeskAnswer::Account(..)));
    for base in 1001..1020 {
        assert_eq!(short(&bank.answer(BIA, base, true)), "done");
    }
    assert_eq!(short(&bank.answer(BIA, 1020, true)), "number accounts_range");
    assert!(matches!(bank.close(BIA, 1001), DeskAnswer::Account(..)));
    assert_eq!(short(&bank.answer(BIA, 1020, true)), "done");
    assert!(matches!(bank.joint(ANA, &[BIA]), DeskAnswer::Account(..)), "a closed one does not count");
}

#[rstest]
#[case::balance(Balance { balance: 1, held: 0, incoming: 0 })]
#[case::held(Balance { balance: 1, held: 1, incoming: 0 })]
#[case::incoming(Balance { balance: 0, held: 0, incoming: 1 })]
fn an_account_with_money_stays(#[case] balance: Balance) {
    let mut bank = Bank::new();
    assert!(matches!(bank.open(ANA, OpenAccount::Personal), DeskAnswer::Account(..)));
    bank.books.put_balance(LedgerAccount::Customer(number(1001)), balance);
    assert_eq!(short(&bank.close(ANA, 1001)), "not empty");
    assert_eq!(bank.books.account(number(1001)).map(|account| account.status), Some(AccountStatus::Open));
}

#[test]
fn closing_is_for_holders_and_ends_invitations() {
    let mut bank = Bank::new();
    assert!(matches!(bank.joint(ANA, &[BIA, CAIO]), DeskAnswer::Account(..)));
    assert_eq!(short(&bank.answer(CAIO, 1001, true)), "done");
    for (caller, base) in [(BIA, 1001), (DUDA, 1001), (ANA, 1002)] {
        assert_eq!(short(&bank.close(caller, base)), "not found");
    }
    let closed = format!("{} Joint Closed 1,3", number(1001));
    assert_eq!(short(&bank.close(CAIO, 1001)), closed);
    assert_eq!(short(&bank.close(ANA, 1001)), closed, "a repetition changes nothing");
    assert_eq!(short(&bank.answer(BIA, 1001, true)), "not found");
}

#[test]
fn an_invitation_is_answered_once_by_the_invited() {
    let mut bank = Bank::new();
    assert!(matches!(bank.joint(ANA, &[BIA, CAIO]), DeskAnswer::Account(..)));
    assert_eq!(bank.books.account(number(1001)).map(|account| account.kind), Some(AccountKind::Joint));
    assert!(!bank.books.account(number(1001)).unwrap().is_held_by(customer(BIA)));
    assert_eq!(short(&bank.answer(ANA, 1001, true)), "not found", "the opener was not invited");
    assert_eq!(short(&bank.answer(DUDA, 1001, true)), "not found");
    assert_eq!(short(&bank.answer(BIA, 1001, true)), "done");
    assert!(bank.books.account(number(1001)).unwrap().is_held_by(customer(BIA)));
    assert_eq!(short(&bank.answer(BIA, 1001, true)), "already answered");
    assert_eq!(short(&bank.answer(BIA, 1001, false)), "already answered");
    assert_eq!(short(&bank.answer(CAIO, 1001, false)), "done");
    assert_eq!(short(&bank.answer(CAIO, 1001, true)), "not found");
    assert_eq!(bank.books.account(number(1001)).unwrap().holders.len(), 2);
}

#[test]
fn a_new_consent_replaces_the_old_and_keeps_the_days_use() {
    let mut bank = Bank::new();
    assert_eq!(short(&bank.consent(1, ANA, 77, 2_000_000)), "consent used 0");
    let used = Consent { used: 40, ..bank.books.consent(ConsentId(Uuid::from_u128(1))).unwrap().clone() };
    bank.books.put_consent(used);
    assert_eq!(short(&bank.consent(2, ANA, 77, 2_000_000)), "consent used 40");
    let standing: Vec<u128> =
        bank.books.consents_of(customer(ANA)).map(|consent| consent.id.0.as_u128()).collect();
    assert_eq!(standing, [2]);
    assert_eq!(short(&bank.consent(3, ANA, 78, 2_000_000)), "consent used 0", "another customer there");
    assert_eq!(bank.books.consents_of(customer(ANA)).count(), 2);
    bank.now.day += 1;
    assert_eq!(short(&bank.consent(4, ANA, 77, 2_000_000)), "consent used 0", "another day");
}

#[test]
fn a_consent_ends_in_time_and_by_its_giver_alone() {
    let mut bank = Bank::new();
    assert_eq!(short(&bank.consent(1, ANA, 77, bank.now.wall_ms)), "expires_at expired");
    assert_eq!(short(&bank.consent(1, ANA, 77, bank.now.wall_ms + 1)), "consent used 0");
    assert_eq!(short(&bank.revoke(BIA, 1)), "not found");
    assert_eq!(short(&bank.revoke(ANA, 2)), "not found");
    assert_eq!(short(&bank.revoke(ANA, 1)), "done");
    assert_eq!(short(&bank.revoke(ANA, 1)), "not found");
    assert_eq!(bank.books.consents_of(customer(ANA)).count(), 0);
}

#[test]
fn consents_of_one_giver_are_bounded() {
    let mut bank = Bank::new();
    for id in 0..CONSENTS_PER_CUSTOMER_MAX {
        let there = u32::try_from(id).unwrap();
        assert!(matches!(bank.consent(id as u128, ANA, there, 2_000_000), DeskAnswer::Consent(_)));
    }
    let answer = bank.consent(1000, ANA, 1000, 2_000_000);
    assert_eq!(short(&answer), format!("customer {}", FieldCode::LimitRange.as_str()));
    assert!(matches!(bank.consent(1001, ANA, 5, 2_000_000), DeskAnswer::Consent(_)), "a replacement fits");
}

#[test]
fn an_operator_freezes_unfreezes_and_closes_and_all_of_it_is_written_down() {
    let mut bank = Bank::new();
    bank.open(ANA, OpenAccount::Personal);
    let account = number(1001);
    let standing = |status: &str| format!("{account} Personal {status} 1");
    for (act, answer, line) in [
        (OperatorAct::Freeze(account), standing("Frozen"), "account_freeze 1001-# done"),
        (OperatorAct::Freeze(account), standing("Frozen"), "account_freeze 1001-# unchanged"),
        (OperatorAct::Unfreeze(account), standing("Open"), "account_unfreeze 1001-# done"),
        (OperatorAct::Close(number(1002)), "not found".into(), "account_close 1002-# not_found"),
        (OperatorAct::Freeze(number(1002)), "not found".into(), "account_freeze 1002-# not_found"),
    ] {
        let line = line.replace("1001-#", &account.to_string()).replace("1002-#", &number(1002).to_string());
        assert_eq!(bank.act(act), (answer, line));
    }
    // Its holder does not end a freeze by closing, nor opens another account beside it.
    bank.act(OperatorAct::Freeze(account));
    assert_eq!(short(&bank.close(ANA, 1001)), "frozen");
    assert_eq!(short(&bank.open(ANA, OpenAccount::Personal)), "personal exists");

    let money = Balance { balance: 5, held: 0, incoming: 0 };
    bank.books.put_balance(LedgerAccount::Customer(account), money);
    let line = |outcome: &str| format!("account_close {account} {outcome}");
    assert_eq!(bank.act(OperatorAct::Close(account)), ("not empty".into(), line("account_not_empty")));
    // Money that another bank's package brings binds too.
    bank.books.put_balance(LedgerAccount::Customer(account), Balance { balance: 0, held: 0, incoming: 5 });
    assert_eq!(bank.act(OperatorAct::Close(account)), ("not empty".into(), line("account_not_empty")));
    bank.books.put_balance(LedgerAccount::Customer(account), Balance::default());
    assert_eq!(bank.act(OperatorAct::Close(account)), (standing("Closed"), line("done")));
    assert_eq!(bank.act(OperatorAct::Close(account)), (standing("Closed"), line("unchanged")));
    let line = format!("account_unfreeze {account} account_closed");
    assert_eq!(bank.act(OperatorAct::Unfreeze(account)), ("closed".into(), line));
}

#[test]
fn a_password_that_an_operator_sets_has_to_be_changed_and_ends_every_session() {
    let mut bank = Bank::new();
    let id = customer(ANA);
    let set = || OperatorAct::ResetPassword { customer: id, password_hash: "$argon2id$set".into() };
    let _ = bank.books.take_writes();
    let answer = bank.serve(DeskRequest::Operator { operator: "maria (1000)".into(), act: set() });
    let DeskAnswer::Customer(ana) = answer else { panic!("{answer:?}") };
    assert!(ana.must_change_password);
    let writes = bank.books.take_writes();
    assert!(writes.contains(&Write::EndOtherSessions { customer: id, keep: None }), "{writes:?}");
    assert!(!format!("{:?}", writes.last()).contains("argon2"), "no hash in the log: {writes:?}");

    // What the customer proved before the reset is no password any more.
    let change = |proved: &str| DeskRequest::ChangeCustomer {
        customer: id,
        name: None,
        password: Some(NewPassword {
            proved: proved.into(),
            hash: "$argon2id$own".into(),
            keep: SessionId(Uuid::from_u128(9)),
        }),
    };
    assert_eq!(short(&bank.serve(change("$argon2id$"))), "password changed");
    let answer = bank.serve(change("$argon2id$set"));
    let DeskAnswer::Customer(ana) = answer else { panic!("{answer:?}") };
    assert!(!ana.must_change_password);

    let nobody = customer(77);
    let (answer, line) =
        bank.act(OperatorAct::ResetPassword { customer: nobody, password_hash: String::new() });
    assert_eq!((answer.as_str(), line), ("not found", format!("password_reset {nobody} not_found")));
    let (answer, line) = bank.act(OperatorAct::EndSessions(id));
    assert_eq!((answer.as_str(), line), ("customer", format!("sessions_end {id} done")));
}
