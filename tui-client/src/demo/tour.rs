//! The narrated tour: the whole product without a screen, against three banks in this process. Every sentence that it
//! prints was checked first; when something is not as it says, it ends with an error.

use std::fmt::Display;
use std::io::Write;

use anyhow::{Context as _, Result, bail, ensure};
use shared::account::AccountRef;
use shared::api::replies::{PackageReply, PackageStatus, Permission};
use shared::api::requests::{GiveConsent, LogIn, OpenAccount, OrderPackage, SignUp};
use shared::client::{BankClient, ClientError, LoggedIn, OrderOutcome};
use shared::cpf::Cpf;
use shared::ids::PackageId;
use shared::money::{Amount, Reais};
use shared::package::{End, Leg, Legs};
use shared::text::{Description, Name, Password};

use super::banks::DemoBanks;
use super::sentences::Sentences;
use crate::ids;

/// Senders that order one package after the other while a bank is stopped.
const SENDERS: usize = 8;
/// Packages of each of them: enough for some to be caught in the middle.
const EACH: usize = 6;
/// The bank is stopped when so many packages have been answered: every sender then has another one under way.
const STOP_AFTER: usize = 12;
/// How often the tour asks for a state that must come.
const PATIENCE: u32 = 200;

/// Plays the tour.
///
/// # Errors
/// When anything is not as the tour says.
pub async fn play(banks: &DemoBanks, text: &Sentences, out: &mut (impl Write + Send)) -> Result<()> {
    let mut tour = Tour { text, out, step: 0 };
    tour.say(&(text.welcome)(&banks.names().join(", ")))?;
    for bank in banks.list() {
        tour.say(&format!("    {:<16} {}", bank.name, bank.address))?;
    }
    let (ana, bruno) = tour.sign_up_and_open(banks).await?;
    tour.pay_in(&ana).await?;
    tour.send(&ana, &bruno).await?;
    tour.be_refused(&ana, &bruno).await?;
    tour.break_and_mend(banks, &ana, &bruno).await?;
    tour.close_the_books(banks).await
}

/// A customer of the tour at one bank.
struct Customer {
    bank: BankClient,
    session: LoggedIn,
    account: AccountRef,
}

struct Tour<'a, W> {
    text: &'a Sentences,
    out: &'a mut W,
    step: u32,
}

impl<W: Write + Send> Tour<'_, W> {
    fn say(&mut self, line: &dyn Display) -> Result<()> {
        writeln!(self.out, "{line}")?;
        self.out.flush().context("writing the tour")
    }

    fn title(&mut self, title: &str) -> Result<()> {
        self.step += 1;
        let step = self.step;
        self.say(&format!("\n{step}. {title}"))
    }

    fn note(&mut self, line: &str) -> Result<()> {
        self.say(&format!("   {line}"))
    }

    /// Ana becomes a customer of all three banks and connects them; Bruno of the second.
    async fn sign_up_and_open(&mut self, banks: &DemoBanks) -> Result<(Vec<Customer>, Customer)> {
        self.title(self.text.signing_up)?;
        let ana_cpf = ids::fresh_cpf();
        let mut ana = Vec::new();
        for bank in banks.list() {
            let customer = join(bank.client()?, ana_cpf, "Ana Tavares").await?;
            self.note(&(self.text.opened)("Ana Tavares", &bank.name, &customer.account.to_string()))?;
            ana.push(customer);
        }
        let second = banks.list().get(1).context("three banks")?;
        let bruno = join(second.client()?, ids::fresh_cpf(), "Bruno Teles").await?;
        self.note(&(self.text.opened)("Bruno Teles", &second.name, &bruno.account.to_string()))?;
        for holding in &ana[1..] {
            connect(holding, &ana[0]).await?;
        }
        let seen = ana[0].bank.accounts_in_consortium(&ana[0].session.token).await?.accounts.len();
        ensure!(seen == ana.len(), "Ana sees {seen} accounts instead of {}", ana.len());
        self.note(&(self.text.connected)(&ana[0].session.bank.name, seen))?;
        Ok((ana, bruno))
    }

    async fn pay_in(&mut self, ana: &[Customer]) -> Result<()> {
        self.title(self.text.paying_in)?;
        for customer in ana {
            let leg =
                Leg::new(End::Cash, End::Account(customer.account.clone()), Amount::new(100_000)?, None)?;
            let order = OrderPackage { legs: Legs::new(vec![leg])? };
            let package = committed(customer, ids::fresh_package(), &order).await?;
            ensure!(package.status == PackageStatus::Committed, "a pay-in was not committed");
            expect_balance(customer, 100_000).await?;
            self.note(&(self.text.paid_in)(&Reais(100_000).to_string(), &customer.account.to_string()))?;
        }
        Ok(())
    }

    /// One package of four legs over three banks, debiting accounts at two of them.
    async fn send(&mut self, ana: &[Customer], bruno: &Customer) -> Result<()> {
        self.title(self.text.sending)?;
        let order = OrderPackage {
            legs: Legs::new(vec![
                leg(&ana[0], bruno, 25_000, "aluguel")?,
                leg(&ana[1], bruno, 10_000, "luz")?,
                leg(&ana[0], &ana[2], 5_000, "poupança")?,
                leg(&ana[1], &ana[2], 1_500, "poupança")?,
            ])?,
        };
        self.list(&order)?;
        let id = ids::fresh_package();
        let package = committed(&ana[0], id, &order).await?;
        self.note(&(self.text.committed)(&id.to_string(), package.banks.len()))?;
        for (customer, balance) in [(&ana[0], 70_000), (&ana[1], 88_500), (&ana[2], 106_500), (bruno, 35_000)]
        {
            expect_balance(customer, balance).await?;
            self.note(&format!("{:<18} {:>14}", customer.account.to_string(), Reais(balance).to_string()))?;
        }
        let again = committed(&ana[0], id, &order).await?;
        ensure!(again.id == id, "the same order was answered as another");
        expect_balance(bruno, 35_000).await?;
        self.note(self.text.repeated)
    }

    /// A package of which four legs fail: nothing moves, and every reason is told.
    async fn be_refused(&mut self, ana: &[Customer], bruno: &Customer) -> Result<()> {
        self.title(self.text.refusing)?;
        let nobody: AccountRef = AccountRef::new(
            ana[2].account.bank.clone(),
            shared::account::AccountNumber::new(999_999_999_999)?,
        );
        let to_nobody =
            Leg::new(End::Account(ana[0].account.clone()), End::Account(nobody), Amount::new(1_000)?, None)?;
        let order = OrderPackage {
            legs: Legs::new(vec![
                leg(&ana[0], bruno, 1_000, "café")?,
                leg(&ana[1], bruno, 400_000, "moto")?,
                leg(&ana[2], bruno, 99_999_900, "iate")?,
                to_nobody,
                leg(bruno, &ana[0], 1_000, "do Bruno, sem ele saber")?,
            ])?,
        };
        self.list(&order)?;
        let outcome = ana[0].bank.order_package(&ana[0].session.token, ids::fresh_package(), &order).await?;
        let OrderOutcome::Refused(problem) = outcome else { bail!("the package was not refused") };
        ensure!(problem.refusals.len() == 4, "{} legs were refused instead of 4", problem.refusals.len());
        for refusal in &problem.refusals {
            let why = (self.text.refusal)(refusal.code, refusal.missing);
            self.note(&(self.text.leg_refused)(usize::from(refusal.leg) + 1, &why))?;
        }
        for (customer, balance) in [(&ana[0], 70_000), (&ana[1], 88_500), (&ana[2], 106_500), (bruno, 35_000)]
        {
            expect_balance(customer, balance).await?;
        }
        self.note(self.text.nothing_moved)
    }

    /// The second bank is stopped as a crash does while packages are in flight, and started again.
    async fn break_and_mend(&mut self, banks: &DemoBanks, ana: &[Customer], bruno: &Customer) -> Result<()> {
        let victim = banks.list().get(1).context("three banks")?.name.clone();
        self.title(&(self.text.breaking)(&victim))?;
        let order = OrderPackage {
            legs: Legs::new(vec![leg(&ana[0], bruno, 100, "")?, leg(&ana[0], &ana[2], 100, "")?])?,
        };
        let flight = SENDERS * EACH;
        let ids: Vec<PackageId> = (0..flight).map(|_| ids::fresh_package()).collect();
        let (told, mut answers) = tokio::sync::mpsc::channel(flight);
        for own in ids.chunks(EACH).map(<[PackageId]>::to_vec) {
            let (bank, token) = (ana[0].bank.clone(), ana[0].session.token.clone());
            let (order, told) = (order.clone(), told.clone());
            tokio::spawn(async move {
                for id in own {
                    let outcome = bank.order_package(&token, id, &order).await;
                    let _tour_over = told.send((id, outcome)).await;
                }
            });
        }
        drop(told);
        let mut count = Count::default();
        while let Some((id, outcome)) = answers.recv().await {
            count.take(id, outcome)?;
            if count.answered() == STOP_AFTER {
                let victims = banks.clone();
                tokio::task::spawn_blocking(move || victims.stop_as_crash(1)).await?;
                self.note(&(self.text.stopped)(&victim, STOP_AFTER))?;
            }
        }
        self.note(&(self.text.answers)(flight, count.committed, count.aborted.len(), count.open.len()))?;
        let victims = banks.clone();
        tokio::task::spawn_blocking(move || victims.start(1)).await??;
        self.note(&(self.text.started)(&victim))?;
        // The same ids again: what was paid is not paid twice, what was given up is paid now.
        for id in &ids {
            self.settle(&ana[0], *id, &order).await?;
        }
        let sent = i64::try_from(flight)? * 100;
        let second = banks.list().get(1).context("three banks")?;
        let bruno = Customer {
            bank: second.client()?,
            session: bruno.session.clone(),
            account: bruno.account.clone(),
        };
        for (customer, balance) in
            [(&ana[0], 70_000 - 2 * sent), (&ana[2], 106_500 + sent), (&bruno, 35_000 + sent)]
        {
            expect_balance(customer, balance).await?;
        }
        self.note(&(self.text.mended)(flight))
    }

    /// Sends the same id until its end is known, and it must be a commit.
    async fn settle(&mut self, customer: &Customer, id: PackageId, order: &OrderPackage) -> Result<()> {
        for _ in 0..PATIENCE {
            match customer.bank.order_package(&customer.session.token, id, order).await {
                Ok(OrderOutcome::Committed(_)) => return Ok(()),
                Ok(OrderOutcome::Refused(problem)) => bail!("package {id} was refused: {}", problem.detail),
                Ok(OrderOutcome::InProgress(_) | OrderOutcome::Aborted(_)) => {}
                Err(error) if error.may_pass() || error.leaves_outcome_open() => {}
                Err(error) => return Err(error).context("sending a package again"),
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        bail!("package {id} has no end")
    }

    /// The books of every bank, and what the audit says of them together.
    async fn close_the_books(&mut self, banks: &DemoBanks) -> Result<()> {
        self.title(self.text.auditing)?;
        let audited = banks.clone();
        let report = tokio::task::spawn_blocking(move || audited.audit()).await?;
        for bank in &report.banks {
            let books =
                bank.books.as_ref().with_context(|| format!("the books of {} cannot be read", bank.bank))?;
            let customers = Reais(i64::try_from(books.customers_money)?);
            let till = Reais(books.paid_in_less_out);
            self.note(&(self.text.books)(
                bank.bank.as_str(),
                &customers.to_string(),
                &till.to_string(),
                books.postings,
            ))?;
            for between in &books.between_banks {
                let (owes, owed) = (Reais(between.due_to), Reais(between.due_from));
                self.note(&(self.text.between)(between.bank.as_str(), &owes.to_string(), &owed.to_string()))?;
            }
            for violation in &bank.violations {
                self.note(&format!("{}: {}", violation.invariant, violation.what))?;
            }
        }
        ensure!(report.holds, "the audit found something: {}", serde_json::to_string(&report)?);
        let count = report.across.and_then(|across| across.conservation).context("all banks were audited")?;
        ensure!(count.lost == 0 && count.created == 0, "lost {}, created {}", count.lost, count.created);
        self.note(self.text.audited)
    }

    fn list(&mut self, order: &OrderPackage) -> Result<()> {
        let cash = self.text.cash.to_owned();
        for (place, leg) in order.legs.as_slice().iter().enumerate() {
            let end = |end: &End| end.account().map_or_else(|| cash.clone(), ToString::to_string);
            let amount = leg.amount().to_string();
            let what = leg.description().map_or("", Description::as_str);
            let (from, to) = (end(leg.from()), end(leg.to()));
            self.note(&format!("[{}] {from:<18} → {to:<22} {amount:>16}  {what}", place + 1))?;
        }
        Ok(())
    }
}

/// What became of the packages in flight.
#[derive(Default)]
struct Count {
    committed: usize,
    aborted: Vec<PackageId>,
    open: Vec<PackageId>,
}

impl Count {
    const fn answered(&self) -> usize {
        self.committed + self.aborted.len() + self.open.len()
    }

    fn take(&mut self, id: PackageId, outcome: Result<OrderOutcome, ClientError>) -> Result<()> {
        match outcome {
            Ok(OrderOutcome::Committed(_)) => self.committed += 1,
            Ok(OrderOutcome::Aborted(_)) => self.aborted.push(id),
            Ok(OrderOutcome::InProgress(_)) => self.open.push(id),
            Ok(OrderOutcome::Refused(problem)) => bail!("package {id} was refused: {}", problem.detail),
            Err(error) if error.leaves_outcome_open() => self.open.push(id),
            Err(error) => return Err(error).context("sending a package"),
        }
        Ok(())
    }
}

fn leg(from: &Customer, to: &Customer, centavos: i64, what: &str) -> Result<Leg> {
    let (from, to) = (End::Account(from.account.clone()), End::Account(to.account.clone()));
    Ok(Leg::new(from, to, Amount::new(centavos)?, Description::new(what)?)?)
}

/// Signs up, logs in and opens a personal account.
async fn join(bank: BankClient, cpf: Cpf, name: &str) -> Result<Customer> {
    let password = || Password::new("passeio-guiado".to_owned());
    bank.sign_up(&SignUp { cpf, name: Name::new(name)?, password: password() })
        .await
        .context("signing up")?;
    let session = bank.log_in(&LogIn { cpf, password: password() }).await.context("logging in")?;
    let account = bank.open_account(&session.token, &OpenAccount::Personal).await.context("opening")?;
    Ok(Customer { bank, session, account: account.account })
}

/// At the bank of `holding`: lets the bank of `asking` see and debit for the customer, as they are known there.
async fn connect(holding: &Customer, asking: &Customer) -> Result<()> {
    let consent = GiveConsent {
        bank: asking.session.bank.id.clone(),
        customer: asking.session.customer.id,
        permissions: vec![Permission::View, Permission::Pay],
        limit_per_package: None,
        limit_per_day: None,
        expires_at: None,
    };
    holding.bank.give_consent(&holding.session.token, &consent).await.context("connecting a bank")?;
    Ok(())
}

/// Orders a package that must be committed.
async fn committed(customer: &Customer, id: PackageId, order: &OrderPackage) -> Result<PackageReply> {
    match customer.bank.order_package(&customer.session.token, id, order).await? {
        OrderOutcome::Committed(package) => Ok(package),
        OrderOutcome::InProgress(_) => bail!("package {id} is still in progress"),
        OrderOutcome::Refused(problem) | OrderOutcome::Aborted(problem) => {
            bail!("package {id}: {}", problem.detail)
        }
    }
}

/// Waits until an account has settled at `centavos`, with nothing held and nothing incoming.
async fn expect_balance(customer: &Customer, centavos: i64) -> Result<()> {
    let mut last = None;
    for _ in 0..PATIENCE {
        let account = customer.bank.account(&customer.session.token, &customer.account).await?;
        if (account.balance, account.held, account.incoming) == (centavos, 0, 0) {
            return Ok(());
        }
        last = Some(account);
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    bail!("{} should have {} and has {last:?}", customer.account, Reais(centavos))
}
