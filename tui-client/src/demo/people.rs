//! The four customers of the demonstration, and what they find at their banks the first time.

use anyhow::{Context as _, Result, anyhow};
use shared::account::{AccountKind, AccountRef};
use shared::api::problem::ProblemCode;
use shared::api::replies::Permission;
use shared::api::requests::{GiveConsent, LogIn, OpenAccount, OrderPackage, SignUp};
use shared::client::{BankClient, LoggedIn, OrderOutcome};
use shared::cnpj::Cnpj;
use shared::cpf::Cpf;
use shared::money::Amount;
use shared::package::{End, Leg, Legs};
use shared::text::{Name, Password};

use crate::ids;

/// What all four type as their password.
pub const PASSWORD: &str = "demo-2026";

/// A customer of the demonstration.
pub struct Person {
    /// Their name.
    pub name: &'static str,
    /// The first nine digits of their CPF.
    cpf_base: u32,
    /// Where they are customers, by place in the consortium; the first is their own bank.
    pub banks: &'static [usize],
}

/// Ana is everywhere and has connected her banks; Bruno and Carla have one bank each, Davi shares an account with Ana.
pub const PEOPLE: [Person; 4] = [
    Person { name: "Ana Souza", cpf_base: 529_982_247, banks: &[0, 1, 2] },
    Person { name: "Bruno Lima", cpf_base: 111_444_777, banks: &[1] },
    Person { name: "Carla Dias", cpf_base: 390_533_447, banks: &[2] },
    Person { name: "Davi Rocha", cpf_base: 746_971_314, banks: &[0] },
];

impl Person {
    /// Their CPF.
    ///
    /// # Errors
    /// Never for the four above.
    pub fn cpf(&self) -> Result<Cpf> {
        Cpf::from_base(self.cpf_base).map_err(|_| anyhow!("{} has no CPF", self.name))
    }
}

/// Signs everyone up, opens their accounts, pays money in and connects Ana's banks, unless an earlier run has.
///
/// # Errors
/// When a bank does not answer as it should.
pub async fn settle_in(banks: &[BankClient]) -> Result<()> {
    for person in &PEOPLE {
        for (place, bank) in person.banks.iter().filter_map(|place| Some((place, banks.get(*place)?))) {
            sign_up(bank, person.cpf()?, person.name).await?;
            let session = log_in(bank, person.cpf()?).await?;
            let held = bank.accounts(&session.token).await?.accounts;
            if !held.iter().any(|account| account.kind == AccountKind::Personal) {
                let account = open(bank, &session, &OpenAccount::Personal).await?;
                let amount = if *place == person.banks[0] { 500_000 } else { 150_000 };
                pay_in(bank, &session, &account, amount).await?;
            }
            log_out(bank, &session).await?;
        }
    }
    share_an_account(banks).await?;
    open_a_bakery(banks).await?;
    connect(banks, &PEOPLE[0]).await
}

/// Signs a customer up, unless they are one.
async fn sign_up(bank: &BankClient, cpf: Cpf, name: &str) -> Result<()> {
    let who = SignUp { cpf, name: Name::new(name)?, password: Password::new(PASSWORD.to_owned()) };
    match bank.sign_up(&who).await {
        Ok(_) => Ok(()),
        Err(error) if error.code() == Some(ProblemCode::CustomerExists) => Ok(()),
        Err(error) => Err(error).context("signing a customer up"),
    }
}

async fn log_in(bank: &BankClient, cpf: Cpf) -> Result<LoggedIn> {
    let who = LogIn { cpf, password: Password::new(PASSWORD.to_owned()) };
    bank.log_in(&who).await.context("logging a customer in")
}

/// Left open, it would look to the customer like somebody else who is logged in as them.
async fn log_out(bank: &BankClient, session: &LoggedIn) -> Result<()> {
    bank.log_out(&session.token).await.context("logging a customer out")
}

async fn open(bank: &BankClient, session: &LoggedIn, what: &OpenAccount) -> Result<AccountRef> {
    Ok(bank.open_account(&session.token, what).await.context("opening an account")?.account)
}

async fn pay_in(bank: &BankClient, session: &LoggedIn, account: &AccountRef, centavos: i64) -> Result<()> {
    let leg = Leg::new(End::Cash, End::Account(account.clone()), Amount::new(centavos)?, None)?;
    let order = OrderPackage { legs: Legs::new(vec![leg])? };
    match bank.order_package(&session.token, ids::fresh_package(), &order).await? {
        OrderOutcome::Committed(_) => Ok(()),
        OrderOutcome::InProgress(_) | OrderOutcome::Refused(_) | OrderOutcome::Aborted(_) => {
            Err(anyhow!("a pay-in was not committed"))
        }
    }
}

/// Ana and Davi's joint account at the first bank; Davi accepts at once.
async fn share_an_account(banks: &[BankClient]) -> Result<()> {
    let Some(bank) = banks.first() else { return Ok(()) };
    let (ana, davi) = (log_in(bank, PEOPLE[0].cpf()?).await?, log_in(bank, PEOPLE[3].cpf()?).await?);
    let held = bank.accounts(&ana.token).await?.accounts;
    if !held.iter().any(|account| account.kind == AccountKind::Joint) {
        let holders = vec![PEOPLE[0].cpf()?, PEOPLE[3].cpf()?];
        let account = open(bank, &ana, &OpenAccount::Joint { holders }).await?;
        bank.accept_invitation(&davi.token, account.number).await.context("accepting an invitation")?;
        pay_in(bank, &ana, &account, 80_000).await?;
    }
    log_out(bank, &ana).await?;
    log_out(bank, &davi).await
}

/// Carla's bakery at the third bank.
async fn open_a_bakery(banks: &[BankClient]) -> Result<()> {
    let Some(bank) = banks.get(2) else { return Ok(()) };
    let carla = log_in(bank, PEOPLE[2].cpf()?).await?;
    let held = bank.accounts(&carla.token).await?.accounts;
    if !held.iter().any(|account| account.kind == AccountKind::Business) {
        let cnpj = Cnpj::from_base("12ABC34501DE").map_err(|_| anyhow!("the bakery has no CNPJ"))?;
        let company = Name::new("Padaria Carla Ltda")?;
        let business = OpenAccount::Business { cnpj, company, holders: Vec::new() };
        let account = open(bank, &carla, &business).await?;
        pay_in(bank, &carla, &account, 250_000).await?;
    }
    log_out(bank, &carla).await
}

/// Every bank of `person` learns, from their own log-in there, that their other banks may see and debit for them.
async fn connect(banks: &[BankClient], person: &Person) -> Result<()> {
    let mut sessions = Vec::new();
    for bank in person.banks.iter().filter_map(|place| banks.get(*place)) {
        sessions.push((bank, log_in(bank, person.cpf()?).await?));
    }
    for (holding, at_home) in &sessions {
        let given = holding.consents(&at_home.token).await?.consents;
        for (_, asking) in &sessions {
            let own = asking.bank.id == at_home.bank.id;
            if own || given.iter().any(|consent| consent.bank == asking.bank.id) {
                continue;
            }
            let consent = GiveConsent {
                bank: asking.bank.id.clone(),
                customer: asking.customer.id,
                permissions: vec![Permission::View, Permission::Pay],
                limit_per_package: None,
                limit_per_day: None,
                expires_at: None,
            };
            holding.give_consent(&at_home.token, &consent).await.context("giving a consent")?;
        }
    }
    for (bank, session) in &sessions {
        log_out(bank, session).await?;
    }
    Ok(())
}
