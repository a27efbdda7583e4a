//! Reading the books beside the deciding thread: for customers who look, and for what banks ask each other unbound.
//!
//! Invariant: each method answers from one moment of what is on disk. Never here: a write, and any right to see; who may
//! see what is asked where the question comes in. Methods block: call them from a thread that may.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use shared::account::{AccountKind, AccountNumber};
use shared::api::replies::Permission;
use shared::cpf::Cpf;
use shared::ids::{BankId, CustomerId, PackageId};
use shared::text::Name;

use super::LedgerFault;
use super::sqlite::OpenFault;
use super::sqlite::cells::fault;
use super::sqlite::tables::{
    account, attempt, balance, consent, customer, epoch, evidence, operator_entry, order, package, peer,
    portion, posting, restoration, session,
};
use super::sqlite::{load, open, snapshot};
use crate::protocol::attempt::{AttemptId, EpochRecord, Mark};
use crate::protocol::books::{Books, Key};
use crate::protocol::missed::asking::Lacking;
use crate::protocol::operators_log::OperatorEntry;
use crate::protocol::records::{
    Account, Attempt, Balance, Consent, Customer, Evidence, LedgerAccount, Order, PackageRecord, PeerRecord,
    PortionRecord, PortionState, Posting, PostingHead, Session,
};
use crate::protocol::restoration::{RecoveryReport, Restoration};
use crate::protocol::snapshot::Snapshot;

/// How long a read waits for a connection before it fails.
const CONNECTION_WAIT: Duration = Duration::from_secs(5);

/// An account with its money and its people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountView {
    /// The account.
    pub account: Account,
    /// Its money.
    pub balance: Balance,
    /// The customers named on it, in the order of `account.holders`.
    pub holders: Vec<Customer>,
}

/// An invitation that waits for an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The account.
    pub account: AccountNumber,
    /// What it is for.
    pub kind: AccountKind,
    /// A business account's company.
    pub company: Option<Name>,
    /// The name of the one who opened it.
    pub invited_by: Name,
    /// Since when, in milliseconds since 1970.
    pub named_ms: i64,
}

/// One page of a listing, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// Its rows.
    pub rows: Vec<T>,
    /// By which the next page is asked for, when there is one.
    pub next: Option<u64>,
}

/// What a bank knows of a package that touches its accounts, whoever ordered it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageHere {
    /// How it stands here; none where no account here is named.
    pub record: Option<PackageRecord>,
    /// What each attempt of it does here, in order of attempts.
    pub portions: Vec<PortionRecord>,
}

/// A stretch of the postings, looked at for those of the bank's own accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Those, in order.
    pub postings: Vec<Posting>,
    /// The number up to which was looked.
    pub up_to: u64,
    /// Whether there are postings after it.
    pub more: bool,
}

/// What is booked of a package here, and what each attempt of it does here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookedAndPromised {
    /// In order.
    pub postings: Vec<Posting>,
    /// In order of attempts.
    pub portions: Vec<PortionRecord>,
}

/// What the bank's books come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totals {
    /// All customers' accounts together.
    pub customers: Balance,
    /// The till, and what is due to and from each bank.
    pub others: Vec<(LedgerAccount, Balance)>,
}

impl Totals {
    /// The sum over all accounts: 0, or money was lost or created.
    #[must_use]
    pub fn sum(&self) -> i64 {
        self.others
            .iter()
            .map(|(_, balance)| balance.balance)
            .fold(self.customers.balance, i64::saturating_add)
    }
}

/// What a bank has promised to other banks' packages, their outcome unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Promised {
    /// How many portions.
    pub count: usize,
    /// Since when the oldest waits, in milliseconds since 1970.
    pub since_ms: Option<i64>,
}

/// A bounded number of connections that read. Cheap to clone.
#[derive(Clone)]
pub struct Reader {
    pool: Arc<Pool>,
}

struct Pool {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    returned: Condvar,
}

/// A connection on loan; it goes back when dropped, come what may.
struct Loan<'pool> {
    pool: &'pool Pool,
    connection: Option<Connection>,
}

impl Drop for Loan<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            self.pool.returned.notify_one();
        }
    }
}

impl Reader {
    /// Opens `connections` connections (at least one) to the ledger at `path`, which a writer has opened before.
    ///
    /// # Errors
    /// As [`OpenFault`] says.
    pub fn open(path: &Path, connections: usize) -> Result<Self, OpenFault> {
        let idle: Result<Vec<_>, _> = (0..connections.max(1)).map(|_| open::open_reader(path)).collect();
        let idle = idle.map_err(|cause| open::database_fault(path, &cause))?;
        let pool = Pool { path: path.to_owned(), idle: Mutex::new(idle), returned: Condvar::new() };
        Ok(Self { pool: Arc::new(pool) })
    }

    /// The ledger's file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.pool.path
    }

    /// Runs `look` on a connection of its own, inside one read transaction.
    fn read<T>(&self, look: impl FnOnce(&Connection) -> Result<T, LedgerFault>) -> Result<T, LedgerFault> {
        let idle = self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut idle, _timed_out) = self
            .pool
            .returned
            .wait_timeout_while(idle, CONNECTION_WAIT, |idle| idle.is_empty())
            .unwrap_or_else(PoisonError::into_inner);
        let loan = Loan { pool: &self.pool, connection: idle.pop() };
        drop(idle);
        let Some(connection) = &loan.connection else {
            let cause = "every reading connection is busy".to_owned();
            return Err(LedgerFault::Storage { action: "read", cause });
        };
        // Dropped, it rolls back: a read has nothing to commit.
        let _one_moment = connection.unchecked_transaction().map_err(fault("begin a read"))?;
        look(connection)
    }

    /// Makes `books` know the records under `keys`, exactly as for a step.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn load(&self, keys: &[Key], books: &mut Books) -> Result<(), LedgerFault> {
        self.read(|connection| load::load(connection, keys, books))
    }

    /// The log-in whose token has this SHA-256, expired or not, and whether its customer has to change the password
    /// before anything else.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn session(&self, token_hash: &[u8; 32]) -> Result<Option<(Session, bool)>, LedgerFault> {
        self.read(|connection| {
            let Some(session) = session::find_by_token(connection, token_hash)? else { return Ok(None) };
            let owner = customer::find(connection, session.customer)?;
            Ok(Some((session, owner.is_some_and(|owner| owner.must_change_password))))
        })
    }

    /// A customer's log-ins, newest first, expired ones too.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn sessions_of(&self, customer: CustomerId) -> Result<Vec<Session>, LedgerFault> {
        self.read(|connection| session::of_customer(connection, customer))
    }

    /// A customer.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn customer(&self, id: CustomerId) -> Result<Option<Customer>, LedgerFault> {
        self.read(|connection| customer::find(connection, id))
    }

    /// The customer with this CPF.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn customer_by_cpf(&self, cpf: Cpf) -> Result<Option<Customer>, LedgerFault> {
        self.read(|connection| customer::find_by_cpf(connection, cpf))
    }

    /// The accounts that a customer holds: open and frozen ones first, then closed ones, each by number.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn accounts_of(&self, customer: CustomerId) -> Result<Vec<AccountView>, LedgerFault> {
        self.read(|connection| views(connection, account::held_by(connection, customer)?))
    }

    /// An account, whoever holds it.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn account(&self, number: AccountNumber) -> Result<Option<AccountView>, LedgerFault> {
        self.read(|connection| view(connection, number))
    }

    /// An account's postings, newest first: `limit` of those with numbers below `before`, or the newest.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn statement(
        &self,
        number: AccountNumber,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Page<Posting>, LedgerFault> {
        let money = LedgerAccount::Customer(number);
        let before = before.unwrap_or(u64::MAX);
        let rows = self.read(|connection| posting::page(connection, &money, before, limit + 1))?;
        Ok(page(rows, limit, |posting| posting.number))
    }

    /// What a customer is invited to hold and has not answered, oldest first.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn invitations_of(&self, customer: CustomerId) -> Result<Vec<Invitation>, LedgerFault> {
        self.read(|connection| {
            let found = account::inviting(connection, customer)?;
            Ok(found
                .into_iter()
                .map(|(account, kind, company, invited_by, named_ms)| Invitation {
                    account,
                    kind,
                    company,
                    invited_by,
                    named_ms,
                })
                .collect())
        })
    }

    /// What a customer ordered here, newest first: `limit` of those before the place `before`, or the newest.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn orders_of(
        &self,
        customer: CustomerId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Page<Order>, LedgerFault> {
        let before = before.unwrap_or(u64::MAX);
        let rows = self.read(|connection| order::page(connection, customer, before, limit + 1))?;
        let Page { rows, next } = page(rows, limit, |(place, _)| *place);
        Ok(Page { rows: rows.into_iter().map(|(_, order)| order).collect(), next })
    }

    /// What a customer ordered here that is in progress, in order of packages.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn orders_in_progress_of(&self, customer: CustomerId) -> Result<Vec<Order>, LedgerFault> {
        self.read(|connection| order::in_progress_of(connection, customer))
    }

    /// What is known here of a package, whoever ordered it and wherever.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn package_here(&self, id: PackageId) -> Result<PackageHere, LedgerFault> {
        self.read(|connection| {
            let record = package::find(connection, id)?;
            Ok(PackageHere { record, portions: portion::of_package(connection, id)? })
        })
    }

    /// A package's postings here, in order.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn postings_of(&self, package: PackageId) -> Result<Vec<Posting>, LedgerFault> {
        self.read(|connection| posting::of_package(connection, package))
    }

    /// The consents that a customer gave and that still stand at `wall_ms` (milliseconds since 1970), oldest first.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn consents_of(&self, giver: CustomerId, wall_ms: i64) -> Result<Vec<Consent>, LedgerFault> {
        let mut stand = self.read(|connection| consent::standing_of(connection, giver))?;
        stand.retain(|given| wall_ms < given.expires_ms);
        stand.sort_by_key(|given| (given.created_ms, given.id));
        Ok(stand)
    }

    /// The accounts that a consent shows to `customer` of `bank` at `wall_ms`, open ones first, each by number; `None`
    /// when no consent with *view* stands for them.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn shown_to(
        &self,
        bank: &BankId,
        customer: CustomerId,
        wall_ms: i64,
    ) -> Result<Option<Vec<AccountView>>, LedgerFault> {
        self.read(|connection| {
            let stand = consent::standing_for(connection, bank, customer)?;
            let mut shown = BTreeSet::new();
            let mut any = false;
            for given in stand.iter().filter(|given| given.allows(Permission::View, wall_ms)) {
                any = true;
                shown.extend(account::held_by(connection, given.giver)?);
            }
            if !any {
                return Ok(None);
            }
            let mut views = views(connection, shown)?;
            views.sort_by_key(|view| (view.account.status, view.account.number));
            Ok(Some(views))
        })
    }

    /// One account, if a consent shows it to `customer` of `bank` at `wall_ms`.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn one_shown_to(
        &self,
        bank: &BankId,
        customer: CustomerId,
        number: AccountNumber,
        wall_ms: i64,
    ) -> Result<Option<AccountView>, LedgerFault> {
        self.read(|connection| {
            let stand = consent::standing_for(connection, bank, customer)?;
            let Some(found) = view(connection, number)? else { return Ok(None) };
            let shows = |given: &Consent| {
                given.allows(Permission::View, wall_ms) && found.account.is_held_by(given.giver)
            };
            Ok(stand.iter().any(shows).then_some(found))
        })
    }

    /// Evidence of what must not have happened, oldest first.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn evidence(&self) -> Result<Vec<Evidence>, LedgerFault> {
        self.read(evidence::every)
    }

    /// How an attempt stands here: as this bank's own, and as what it does at this bank.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn attempt_here(
        &self,
        id: &AttemptId,
    ) -> Result<(Option<Attempt>, Option<PortionRecord>), LedgerFault> {
        self.read(|connection| Ok((attempt::find(connection, id)?, portion::find(connection, id)?)))
    }

    /// What `own`, whose books these are, has promised to other banks' attempts and not heard the end of.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn in_doubt(&self, own: &BankId) -> Result<Vec<PortionRecord>, LedgerFault> {
        let mut prepared = self.read(portion::prepared)?;
        prepared.retain(|portion| portion.attempt.coordinator != *own);
        Ok(prepared)
    }

    /// The packages that were ordered here or touch an account here: `limit` of those with ids below `before`, or the
    /// highest; highest first, which is newest first for ids that hold a time.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn packages(&self, before: Option<PackageId>, limit: usize) -> Result<Vec<PackageId>, LedgerFault> {
        self.read(|connection| package::page(connection, before, limit))
    }

    /// Customers, in order of ids: `limit` of those with ids above `after`.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn customers(&self, after: Option<CustomerId>, limit: usize) -> Result<Vec<Customer>, LedgerFault> {
        self.read(|connection| customer::page(connection, after, limit))
    }

    /// Accounts, newest first: `limit` of those with numbers below `before`, check digits aside.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn accounts(&self, before: Option<u64>, limit: usize) -> Result<Page<AccountView>, LedgerFault> {
        let before = before.unwrap_or(u64::MAX);
        let rows =
            self.read(|connection| views(connection, account::page(connection, before, limit + 1)?))?;
        Ok(page(rows, limit, |view| view.account.number.base()))
    }

    /// What operators did, newest first: `limit` lines with numbers below `before`, or the newest.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn operators_log(
        &self,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Page<OperatorEntry>, LedgerFault> {
        let before = before.unwrap_or(u64::MAX);
        let rows = self.read(|connection| operator_entry::page(connection, before, limit + 1))?;
        Ok(page(rows, limit, |entry| entry.number))
    }

    /// What the books come to.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn totals(&self) -> Result<Totals, LedgerFault> {
        self.read(|connection| {
            let customers = balance::of_customers(connection)?;
            Ok(Totals { customers, others: balance::of_the_bank(connection)? })
        })
    }

    /// What `own`, whose books these are, has promised to other banks.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn promised(&self, own: &BankId) -> Result<Promised, LedgerFault> {
        let prepared = self.read(portion::prepared)?;
        let mut promised = Promised::default();
        for portion in prepared.into_iter().filter(|portion| portion.attempt.coordinator != *own) {
            let PortionState::Prepared(promise) = portion.state else { continue };
            promised.count += 1;
            let since = promised.since_ms.map_or(promise.prepared_ms, |since| since.min(promise.prepared_ms));
            promised.since_ms = Some(since);
        }
        Ok(promised)
    }

    /// The newest life, if one has begun.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn life(&self) -> Result<Option<EpochRecord>, LedgerFault> {
        self.read(epoch::newest)
    }

    /// The last posting.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn head(&self) -> Result<PostingHead, LedgerFault> {
        self.read(posting::head)
    }

    /// The next postings that are no customer's leg, of numbers above `after`: `rows` numbers are looked at, at most.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn of_the_bank(&self, after: u64, rows: u64) -> Result<Stretch, LedgerFault> {
        self.read(|connection| {
            let head = posting::head(connection)?.number;
            let up_to = after.saturating_add(rows).min(head);
            Ok(Stretch {
                postings: posting::of_the_bank(connection, after, up_to)?,
                up_to,
                more: up_to < head,
            })
        })
    }

    /// What is booked of each of `packages`, and what each attempt of it does here, all at one moment.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn booked_and_promised(
        &self,
        packages: &BTreeSet<PackageId>,
    ) -> Result<Vec<BookedAndPromised>, LedgerFault> {
        self.read(|connection| {
            let both = |package: &PackageId| {
                let postings = posting::of_package(connection, *package)?;
                Ok(BookedAndPromised { postings, portions: portion::of_package(connection, *package)? })
            };
            packages.iter().map(both).collect()
        })
    }

    /// What has to be asked of the other banks, while a backup has taken this ledger's place and they have not said what it
    /// lacks.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn lacking(&self, own: &BankId) -> Result<Option<Lacking>, LedgerFault> {
        self.read(|connection| {
            let Some(restoration) = restoration::pending(connection)? else { return Ok(None) };
            let unended = attempt::unended(connection)?;
            let mut peers = peer::every(connection)?;
            peers.retain(|peer| peer.bank != *own);
            Ok(Some(Lacking::of(&restoration, &unended, &peers)))
        })
    }

    /// Each time that a backup took the ledger's place, oldest first, with what was recovered from other banks after it.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn restorations(&self) -> Result<Vec<(Restoration, Option<RecoveryReport>)>, LedgerFault> {
        self.read(restoration::every)
    }

    /// What this bank knows of `bank`; none before they have met.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn peer(&self, bank: &BankId) -> Result<Option<PeerRecord>, LedgerFault> {
        self.read(|connection| Ok(peer::every(connection)?.into_iter().find(|peer| peer.bank == *bank)))
    }

    /// Portions here of attempts that `coordinator` runs, from the place `from` on, at most `rows`, in order.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn portions_of(
        &self,
        coordinator: &BankId,
        from: Mark,
        rows: usize,
    ) -> Result<Vec<PortionRecord>, LedgerFault> {
        self.read(|connection| portion::of_coordinator(connection, coordinator, from, rows))
    }

    /// Attempts of this bank, from the place `from` on, at most `rows`, in order, each with its order.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn attempts_from(
        &self,
        from: Mark,
        rows: usize,
    ) -> Result<Vec<(Attempt, Option<Order>)>, LedgerFault> {
        self.read(|connection| {
            let found = attempt::from(connection, from, rows)?;
            found
                .into_iter()
                .map(|one| order::find(connection, one.package).map(|order| (one, order)))
                .collect()
        })
    }

    /// Orders refused for good, of places above `after`, at most `rows`, oldest first, each with its place.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn refused_orders(&self, after: u64, rows: usize) -> Result<Vec<(u64, Order)>, LedgerFault> {
        self.read(|connection| order::refused(connection, after, rows))
    }

    /// Everything, for the audit of `bank`'s books and for tests.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn snapshot(&self, bank: BankId) -> Result<Snapshot, LedgerFault> {
        self.read(|connection| snapshot::read(connection, bank))
    }
}

/// Cuts a listing that was read one row too far.
fn page<T>(mut rows: Vec<T>, limit: usize, place: impl Fn(&T) -> u64) -> Page<T> {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = if more { rows.last().map(place) } else { None };
    Page { rows, next }
}

fn views(
    connection: &Connection,
    numbers: impl IntoIterator<Item = AccountNumber>,
) -> Result<Vec<AccountView>, LedgerFault> {
    let found: Result<Vec<_>, _> = numbers.into_iter().map(|number| view(connection, number)).collect();
    Ok(found?.into_iter().flatten().collect())
}

fn view(connection: &Connection, number: AccountNumber) -> Result<Option<AccountView>, LedgerFault> {
    let Some(account) = account::find(connection, number)? else { return Ok(None) };
    let balance = balance::find(connection, &LedgerAccount::Customer(number))?.unwrap_or_default();
    let mut holders = Vec::with_capacity(account.holders.len());
    for holder in &account.holders {
        let person = customer::find(connection, holder.customer)?;
        holders.push(person.ok_or_else(|| LedgerFault::Damaged {
            what: format!("a holder of account {number} is no customer"),
        })?);
    }
    Ok(Some(AccountView { account, balance, holders }))
}
