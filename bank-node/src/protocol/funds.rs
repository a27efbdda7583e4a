//! Rights and funds: whether a portion can be promised, and every leg of it that cannot, with the reason.
//!
//! Never here: the package's record, tombstones, and what a yes or a no does to the books.

use std::collections::{BTreeMap, BTreeSet};

use shared::account::{AccountNumber, AccountStatus};
use shared::api::replies::Permission;
use shared::ids::{BankId, ConsentId};
use shared::limits::BALANCE_MAX;
use shared::refusal::{Refusal, RefusalCode};

use super::attempt::Age;
use super::books::Books;
use super::claims::Claims;
use super::message::{Line, No, Portion, Side};
use super::output::Now;
use super::portion::{flows, holds_accounts, line_account};
use super::records::{Account, Consent, ConsentUse, LedgerAccount};
use super::settings::{Guard, Settings};

/// Who asks for a portion.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// The bank that took the package.
    pub coordinator: &'a BankId,
    /// The version of the consortium file that the attempt began under.
    pub version: u64,
    /// How old the package is: money that younger packages hold is waited for.
    pub age: Age,
}

/// What can be promised of a portion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judged {
    /// All of it; it draws on these consents.
    Granted(Vec<ConsentUse>),
    /// Nothing now; but all that it lacks is held by younger packages, or brought by them. The refusals are said if it
    /// cannot wait: all of them `funds_held`, by leg.
    Waits(Vec<No>),
    /// Nothing: every failing leg with its first reason by precedence, in order of legs.
    Refused(Vec<No>),
}

/// Judges `portion` against the loaded books, and against what others have a claim on.
#[must_use]
pub fn judge(
    books: &Books,
    now: Now,
    settings: &Settings,
    claims: &Claims,
    asking: Asking<'_>,
    portion: &Portion,
) -> Judged {
    let Asking { coordinator, version, age } = asking;
    let bench = Bench { books, now, settings, claims, coordinator, version, age, portion };
    let (consents, mut failing) = bench.rights();
    failing.extend(bench.standing());
    let (lacking, held_by_younger) = bench.balances();
    failing.extend(lacking);
    failing.extend(bench.exposure());
    if failing.is_empty() {
        return Judged::Granted(consents);
    }
    let for_cash_alone = !holds_accounts(portion);
    let mut nos: Vec<No> = failing
        .into_iter()
        .map(|refusal| No { definite: !for_cash_alone && is_definite(refusal.code), refusal })
        .collect();
    nos.sort_by(|a, b| a.refusal.cmp(&b.refusal));
    nos.dedup_by_key(|no| no.refusal.leg);
    let held = nos.iter().all(|no| no.refusal.code == RefusalCode::FundsHeld);
    if held && held_by_younger { Judged::Waits(nos) } else { Judged::Refused(nos) }
}

/// Whether no later attempt can fare better once what is in flight has ended.
#[must_use]
pub const fn is_definite(code: RefusalCode) -> bool {
    match code {
        RefusalCode::BankUnavailable | RefusalCode::FundsHeld | RefusalCode::Overloaded => false,
        RefusalCode::AccountUnknown
        | RefusalCode::ConsentMissing
        | RefusalCode::ConsentLimit
        | RefusalCode::AccountClosed
        | RefusalCode::AccountFrozen
        | RefusalCode::BalanceLimit
        | RefusalCode::InsufficientFunds
        | RefusalCode::ExposureLimit => true,
    }
}

/// How much of `consent` is used on the day that counts now. A clock that goes back does not give a day twice.
#[must_use]
pub const fn used_on(consent: &Consent, day: i32) -> (i32, i64) {
    if consent.used_day >= day { (consent.used_day, consent.used) } else { (day, 0) }
}

/// What the questions about one portion have in common.
struct Bench<'a> {
    books: &'a Books,
    now: Now,
    settings: &'a Settings,
    claims: &'a Claims,
    coordinator: &'a BankId,
    version: u64,
    age: Age,
    portion: &'a Portion,
}

impl Bench<'_> {
    /// Whether the customer may debit each account, by holding it here or by a consent given here.
    fn rights(&self) -> (Vec<ConsentUse>, Vec<Refusal>) {
        let mut debits: BTreeMap<AccountNumber, i64> = BTreeMap::new();
        for line in self.portion.lines.iter().filter(|line| line.side == Side::Debit) {
            if let Some(number) = line.account {
                *debits.entry(number).or_default() += line.amount.centavos();
            }
        }
        let mut drawn: BTreeMap<ConsentId, ConsentUse> = BTreeMap::new();
        let mut failing = Vec::new();
        for (number, amount) in debits {
            let account = self.books.account(number);
            let verdict = if *self.coordinator == self.settings.me {
                let held = account.is_some_and(|account| account.is_held_by(self.portion.customer));
                if held { Ok(()) } else { Err(RefusalCode::AccountUnknown) }
            } else {
                self.draw_consent(account, amount, &mut drawn)
            };
            if let Err(code) = verdict {
                let account = LedgerAccount::Customer(number);
                failing.extend(self.lines_of(&account, Side::Debit).map(|line| Refusal::new(line.leg, code)));
            }
        }
        (drawn.into_values().collect(), failing)
    }

    /// Finds a consent that covers a debit of `account`, and draws on it.
    ///
    /// With no consent at all for this customer, an account that exists and one that does not are answered alike.
    fn draw_consent(
        &self,
        account: Option<&Account>,
        amount: i64,
        drawn: &mut BTreeMap<ConsentId, ConsentUse>,
    ) -> Result<(), RefusalCode> {
        let standing: Vec<&Consent> = self
            .books
            .consents_for(self.coordinator, self.portion.customer)
            .filter(|consent| consent.allows(Permission::Pay, self.now.wall_ms))
            .collect();
        if standing.is_empty() {
            return Err(RefusalCode::ConsentMissing);
        }
        let account = account.ok_or(RefusalCode::AccountUnknown)?;
        let mut of_holders =
            standing.into_iter().filter(|consent| account.is_held_by(consent.giver)).peekable();
        if of_holders.peek().is_none() {
            return Err(RefusalCode::AccountUnknown);
        }
        for consent in of_holders {
            let (day, used) = used_on(consent, self.now.day);
            let already = drawn.get(&consent.id).map_or(0, |draw| draw.amount);
            let package = already + amount;
            let fits_day = used.checked_add(package).is_some_and(|total| total <= consent.limit_per_day);
            if package <= consent.limit_per_package && fits_day {
                drawn.insert(consent.id, ConsentUse { consent: consent.id, day, amount: package });
                return Ok(());
            }
        }
        Err(RefusalCode::ConsentLimit)
    }

    /// Whether each account is there and open.
    fn standing(&self) -> Vec<Refusal> {
        let verdict = |line: &Line| {
            let number = line.account?;
            let code = match self.books.account(number).map(|account| account.status) {
                // Of a debit, `rights` has said what there is to say; more would tell strangers apart from strangers.
                None if line.side == Side::Debit => return None,
                None => RefusalCode::AccountUnknown,
                Some(AccountStatus::Open) => return None,
                Some(AccountStatus::Closed) => RefusalCode::AccountClosed,
                Some(AccountStatus::Frozen) => RefusalCode::AccountFrozen,
            };
            Some(Refusal::new(line.leg, code))
        };
        self.portion.lines.iter().filter_map(verdict).collect()
    }

    /// Whether every balance stays within its bounds with all that is prepared, and each debited account has the funds
    /// beside what older packages wait for; and if not, whether younger ones hold, or bring, all that is lacking.
    fn balances(&self) -> (Vec<Refusal>, bool) {
        let mut failing = Vec::new();
        let mut held_by_younger = true;
        for (account, flow) in flows(self.portion) {
            let money = self.books.balance(&account);
            let highest = i128::from(money.balance) + i128::from(money.incoming) + i128::from(flow.brings);
            let lowest = i128::from(money.balance) - i128::from(money.held) - i128::from(flow.takes);
            let limit = i128::from(BALANCE_MAX);
            if self.settings.guards.hold(Guard::BalanceMaxAtVote) {
                if flow.brings > 0 && highest > limit {
                    failing.extend(self.touching(&account, Side::Credit, RefusalCode::BalanceLimit));
                }
                let floored = matches!(account, LedgerAccount::Customer(_));
                if !floored && flow.takes > 0 && lowest < -limit {
                    failing.extend(self.touching(&account, Side::Debit, RefusalCode::BalanceLimit));
                }
            }
            if let LedgerAccount::Customer(number) = account {
                let mut available = money.available() - self.reserved(number);
                if !self.settings.guards.hold(Guard::NoCreditBeforeCommit) {
                    available += money.incoming;
                }
                // What is only paid in is in nobody's way, however much others wait for there.
                if flow.takes > 0 && flow.takes > available {
                    held_by_younger &= flow.takes <= available.saturating_add(self.waited_for(number));
                    failing.extend(self.lacking(
                        number,
                        flow.takes,
                        money.balance + money.incoming,
                        available,
                    ));
                }
            }
        }
        (failing, held_by_younger)
    }

    /// What older packages wait for, in centavos.
    fn reserved(&self, number: AccountNumber) -> i64 {
        let goes_first = self.settings.guards.hold(Guard::OlderGoesFirst);
        if goes_first { self.claims.reserved(number, self.age) } else { 0 }
    }

    /// What younger packages hold and bring, in centavos.
    fn waited_for(&self, number: AccountNumber) -> i64 {
        if self.settings.guards.hold(Guard::WaitsForYounger) {
            self.claims.younger(number, self.age)
        } else {
            let all = self.claims.promised(number);
            all.takes + all.brings
        }
    }

    /// The refusals of an account that has less available than the portion takes.
    fn lacking(&self, number: AccountNumber, takes: i64, once_ended: i64, available: i64) -> Vec<Refusal> {
        let code = if takes <= once_ended { RefusalCode::FundsHeld } else { RefusalCode::InsufficientFunds };
        let missing = self.may_view(number).then_some(takes - available);
        let account = LedgerAccount::Customer(number);
        let lines = self.lines_of(&account, Side::Debit);
        lines.map(|line| Refusal { leg: line.leg, code, missing }).collect()
    }

    /// Whether the customer may know the account's money.
    fn may_view(&self, number: AccountNumber) -> bool {
        let Some(account) = self.books.account(number) else { return false };
        if *self.coordinator == self.settings.me {
            return account.is_held_by(self.portion.customer);
        }
        let mut consents = self.books.consents_for(self.coordinator, self.portion.customer);
        consents.any(|consent| {
            consent.allows(Permission::View, self.now.wall_ms) && account.is_held_by(consent.giver)
        })
    }

    /// Whether what each bank owes here, prepared credits included, stays below its cap. With a bank that leaves, neither
    /// side owes more than nothing: only what brings their position towards 0 passes.
    fn exposure(&self) -> Vec<Refusal> {
        let mut failing: Vec<Refusal> = self.cancelling().collect();
        for net in &self.portion.nets {
            let due_from = self.books.balance(&LedgerAccount::DueFrom(net.bank.clone()));
            let due_to = self.books.balance(&LedgerAccount::DueTo(net.bank.clone()));
            let owed_there = i128::from(due_from.balance) + i128::from(due_to.balance);
            let leaves = self.settings.parts_from(&net.bank, self.version);
            if net.amount < 0 {
                let exposed = -owed_there + i128::from(due_from.held) + i128::from(-net.amount);
                let cap = self.settings.others.get(&net.bank).filter(|_| !leaves).copied().unwrap_or(0);
                if exposed > i128::from(cap) {
                    let account = LedgerAccount::DueFrom(net.bank.clone());
                    failing.extend(self.touching(&account, Side::Debit, RefusalCode::ExposureLimit));
                }
            } else if leaves && owed_there + i128::from(due_to.incoming) + i128::from(net.amount) > 0 {
                let account = LedgerAccount::DueTo(net.bank.clone());
                failing.extend(self.touching(&account, Side::Credit, RefusalCode::ExposureLimit));
            }
        }
        failing
    }

    /// The legs with a bank that leaves, or of this one that does, which cancel each other out: they settle nothing.
    fn cancelling(&self) -> impl Iterator<Item = Refusal> {
        let settles = |bank: &BankId| self.portion.nets.iter().any(|net| net.bank == *bank);
        let cancels = move |line: &&Line| {
            let bank = self.counterpart(line);
            *bank != self.settings.me && self.settings.parts_from(bank, self.version) && !settles(bank)
        };
        let lines = self.portion.lines.iter().filter(cancels);
        lines.map(|line| Refusal::new(line.leg, RefusalCode::ExposureLimit))
    }

    /// The lines that move `account` on `side`.
    fn lines_of<'a>(&'a self, account: &'a LedgerAccount, side: Side) -> impl Iterator<Item = &'a Line> {
        self.portion.lines.iter().filter(move |line| line.side == side && line_account(line) == *account)
    }

    /// The refusals of the legs that move `account` on `side`; for what is due between banks, of the legs that net it.
    fn touching(&self, account: &LedgerAccount, side: Side, code: RefusalCode) -> Vec<Refusal> {
        let legs: BTreeSet<u16> = match account {
            LedgerAccount::Customer(_) | LedgerAccount::Till | LedgerAccount::Suspense => {
                self.lines_of(account, side).map(|line| line.leg).collect()
            }
            // What is due to a bank grows by debits here, what is due from it by credits here.
            LedgerAccount::DueTo(bank) => self.with_counterpart(bank, Side::Debit),
            LedgerAccount::DueFrom(bank) => self.with_counterpart(bank, Side::Credit),
        };
        legs.into_iter().map(|leg| Refusal::new(leg, code)).collect()
    }

    /// The legs on `side` whose other end is at `bank`.
    fn with_counterpart(&self, bank: &BankId, side: Side) -> BTreeSet<u16> {
        let at = |line: &&Line| line.side == side && self.counterpart(line) == bank;
        self.portion.lines.iter().filter(at).map(|line| line.leg).collect()
    }

    /// Where the leg's other end is; cash is at the coordinator's counter.
    fn counterpart<'a>(&'a self, line: &'a Line) -> &'a BankId {
        line.counterparty.as_ref().map_or(self.coordinator, |account| &account.bank)
    }
}
