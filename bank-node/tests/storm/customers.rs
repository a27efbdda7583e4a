//! Customers who order without end: many legs over all banks, from the same accounts at once, from accounts at other banks
//! by consent, more than there is, and again under the same id when nobody answered. They write down what they were told.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bank_node::simulation::chance::Chance;
use shared::account::AccountRef;
use shared::api::replies::{PackageStatus, Permission};
use shared::api::requests::{GiveConsent, OrderPackage};
use shared::client::{BankClient, ClientError, Deadlines, OrderOutcome};
use shared::ids::PackageId;

use super::history::{Money, Notebook, Word};
use super::tally::Tally;
use crate::real::{Person, fresh_package, order};

/// What each account has at first, in centavos.
const PURSE: i64 = 30_000;
/// More than any account ever has.
const TOO_MUCH: i64 = 900_000_000;
/// Beyond the 3 s in which a bank says what it knows.
const DEADLINES: Deadlines =
    Deadlines { connect: Duration::from_millis(1_500), whole: Duration::from_millis(3_500) };
/// A consent that never stands in the way.
const CONSENT: i64 = 900_000_000_000;
/// How long an order may be without an end once nothing is wrong any more: twice the longest timer, and its jitter.
pub const REST: Duration = Duration::from_secs(90);

/// A client of a bank, as these customers use it.
pub fn client(address: &str) -> BankClient {
    BankClient::with_deadlines(address.parse().unwrap(), DEADLINES).unwrap()
}

/// A package that somebody ordered.
pub struct Ordered {
    person: usize,
    id: PackageId,
    package: OrderPackage,
    /// Whether its end was told.
    ended: bool,
}

/// Everybody, and what they have written down.
pub struct Town {
    pub people: Vec<Person>,
    /// Accounts at other banks that each may pay from.
    may_pay_from: Vec<Vec<AccountRef>>,
    pub notebook: Notebook,
    /// Answers of whatever kind.
    pub answered: AtomicU64,
    pub committed: AtomicU64,
    pub again: AtomicU64,
    /// Orders that were without an end when it turned calm, and have one.
    ended: AtomicU64,
    /// Why attempts were aborted.
    tally: Tally,
    pub over: AtomicBool,
}

impl Town {
    /// `count` people at the banks in turn, each with a purse and a consent for somebody at the next bank.
    pub async fn found(banks: &[BankClient], count: usize, tally: &Tally) -> Self {
        let mut people = Vec::new();
        for index in 0..count {
            let base = 600_000_000 + u32::try_from(index).unwrap() * 7_919;
            let bank = banks[index % banks.len()].clone();
            people.push(Person::join(bank, base, &format!("Cliente {index}")).await);
        }
        let mut may_pay_from = vec![Vec::new(); count];
        for (index, giver) in people.iter().enumerate() {
            let taker = (index + 1) % count;
            if people[taker].account.bank == giver.account.bank {
                continue;
            }
            let consent = GiveConsent {
                bank: people[taker].account.bank.clone(),
                customer: people[taker].bank.me(&people[taker].session.token).await.unwrap().id,
                permissions: vec![Permission::View, Permission::Pay],
                limit_per_package: Some(CONSENT),
                limit_per_day: Some(CONSENT),
                expires_at: None,
            };
            giver.bank.give_consent(&giver.session.token, &consent).await.unwrap();
            may_pay_from[taker].push(giver.account.clone());
        }
        let town = Self {
            people,
            may_pay_from,
            notebook: Notebook::default(),
            answered: AtomicU64::new(0),
            committed: AtomicU64::new(0),
            again: AtomicU64::new(0),
            ended: AtomicU64::new(0),
            tally: tally.clone(),
            over: AtomicBool::new(false),
        };
        for person in 0..count {
            let pay_in = order(vec![(None, Some(&town.people[person].account), PURSE)]);
            let id = town.new_order(person, &pay_in);
            assert!(matches!(town.send(person, id, &pay_in).await, Word::Committed { .. }), "no purse");
        }
        town
    }

    /// Orders and looks until it is over; hands back what was ordered.
    pub async fn live(&self, person: usize, mut chance: Chance) -> Vec<Ordered> {
        let mut ordered = Vec::new();
        while !self.over.load(Ordering::Acquire) {
            if chance.permille(100) {
                self.look(person).await;
                continue;
            }
            let package = self.draw(person, &mut chance);
            let id = self.new_order(person, &package);
            let mut word = self.send(person, id, &package).await;
            // Whoever has no end asks, or sends the same again, at once or two at a time, or leaves it for later.
            for _ in 0..3 {
                if is_end(word) || chance.permille(300) || self.over.load(Ordering::Acquire) {
                    break;
                }
                word = match chance.between(0, 9) {
                    0..=1 => self.ask(person, id).await,
                    2..=3 => {
                        self.again.fetch_add(2, Ordering::Relaxed);
                        let both =
                            tokio::join!(self.send(person, id, &package), self.send(person, id, &package));
                        if is_end(both.0) { both.0 } else { both.1 }
                    }
                    _ => {
                        self.again.fetch_add(1, Ordering::Relaxed);
                        self.send(person, id, &package).await
                    }
                };
            }
            ordered.push(Ordered { person, id, package, ended: is_end(word) });
        }
        ordered
    }

    /// Orders something, and sends it until it has an end.
    pub async fn order_drawn(&self, person: usize, chance: &mut Chance) {
        let package = self.draw(person, chance);
        let id = self.new_order(person, &package);
        self.settle(vec![Ordered { person, id, package, ended: false }]).await;
    }

    /// In a calm: what has no end is sent until it has one, what has is asked for again. Hands back how many had none.
    pub async fn settle(&self, ordered: Vec<Ordered>) -> usize {
        let mut open = 0;
        for Ordered { person, id, package, ended } in ordered {
            if ended {
                self.ask(person, id).await;
                continue;
            }
            open += 1;
            // On a machine that is busy with other things all are slow; what must not be is that nobody's order ends.
            let (mut since, mut seen) = (Instant::now(), self.ended.load(Ordering::Acquire));
            while !is_end(self.send(person, id, &package).await) {
                let ended = self.ended.load(Ordering::Acquire);
                if ended != seen {
                    (since, seen) = (Instant::now(), ended);
                }
                assert!(since.elapsed() < REST, "package {id} has no end, nor has any other in a calm");
                self.again.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            self.ended.fetch_add(1, Ordering::AcqRel);
        }
        open
    }

    /// Looks at the own account.
    pub async fn look(&self, person: usize) {
        let person = &self.people[person];
        let call = self.notebook.note(|history| history.looks(person.account.clone()));
        match person.bank.account(&person.session.token, &person.account).await {
            Ok(seen) => {
                let money = Money { balance: seen.balance, held: seen.held, incoming: seen.incoming };
                self.notebook.note(|history| history.saw(call, money));
            }
            Err(error) => expected(&error).await,
        }
        self.answered.fetch_add(1, Ordering::AcqRel);
    }

    /// Asks how a package stands.
    pub async fn ask(&self, person: usize, id: PackageId) -> Word {
        let call = self.notebook.note(|history| history.asks(id));
        let person = &self.people[person];
        let word = match person.bank.package(&person.session.token, id).await {
            Ok(package) => match package.status {
                PackageStatus::Committed => Word::Committed { settled: package.settled },
                PackageStatus::Refused => Word::Refused,
                PackageStatus::Aborted => Word::Aborted,
                PackageStatus::InProgress => Word::InProgress,
            },
            Err(ClientError::Problem(problem)) if problem.status == 404 => Word::NotFound,
            Err(error) => {
                expected(&error).await;
                Word::Nothing
            }
        };
        self.heard(call, word)
    }

    fn new_order(&self, person: usize, package: &OrderPackage) -> PackageId {
        let id = fresh_package();
        let bank = self.people[person].account.bank.clone();
        self.notebook.note(|history| history.order(id, bank, package.legs.clone()));
        id
    }

    async fn send(&self, person: usize, id: PackageId, package: &OrderPackage) -> Word {
        let call = self.notebook.note(|history| history.asks(id));
        let person = &self.people[person];
        let word = match person.bank.order_package(&person.session.token, id, package).await {
            Ok(OrderOutcome::Committed(package)) => Word::Committed { settled: package.settled },
            Ok(OrderOutcome::Refused(_)) => Word::Refused,
            Ok(OrderOutcome::Aborted(problem)) => {
                let why = problem.refusals.first().map_or("no reason", |refusal| refusal.code.as_str());
                self.tally.count("attempts told aborted");
                self.tally.count(why);
                Word::Aborted
            }
            Ok(OrderOutcome::InProgress(_)) => Word::InProgress,
            Err(error) => {
                expected(&error).await;
                Word::Nothing
            }
        };
        self.heard(call, word)
    }

    fn heard(&self, call: u64, word: Word) -> Word {
        self.notebook.note(|history| history.told(call, word));
        self.answered.fetch_add(1, Ordering::AcqRel);
        self.committed.fetch_add(u64::from(matches!(word, Word::Committed { .. })), Ordering::AcqRel);
        word
    }

    /// What `person` orders next.
    fn draw(&self, person: usize, chance: &mut Chance) -> OrderPackage {
        let own = &self.people[person].account;
        let amount = |chance: &mut Chance, low, high| i64::try_from(chance.between(low, high)).unwrap();
        let kind = chance.between(0, 99);
        if kind < 5 {
            return order(vec![(None, Some(own), amount(chance, 1, 2_000))]);
        }
        if kind < 8 {
            return order(vec![(Some(own), None, amount(chance, 1, 500))]);
        }
        let count = if kind < 20 { chance.between(8, 40) } else { chance.between(1, 4) };
        let mut legs = Vec::new();
        for _ in 0..count {
            let from = match self.may_pay_from[person].first() {
                Some(other) if chance.permille(200) => other,
                _ => own,
            };
            let others: Vec<_> =
                self.people.iter().map(|person| &person.account).filter(|to| *to != from).collect();
            let to = *chance.pick(&others);
            let amount =
                if chance.permille(50) { amount(chance, 2_000, 9_000) } else { amount(chance, 1, 200) };
            legs.push((Some(from), Some(to), amount));
        }
        if (20..28).contains(&kind) {
            let last = chance.place(legs.len());
            legs[last].2 = TOO_MUCH;
        }
        order(legs)
    }
}

/// Whether nothing can come after it.
const fn is_end(word: Word) -> bool {
    matches!(word, Word::Committed { .. } | Word::Refused)
}

/// Only what banks that die and lines that lose may bring about; a bank that is down refuses at once and is not spun on.
async fn expected(error: &ClientError) {
    assert!(error.may_pass() || error.leaves_outcome_open(), "a customer was answered with {error:?}");
    tokio::time::sleep(Duration::from_millis(5)).await;
}
