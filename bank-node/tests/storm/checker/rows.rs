//! Each kind of lie, told once, and found; and the truth, in which nothing is.

use shared::account::{AccountNumber, AccountRef};
use shared::money::Amount;
use shared::package::{End, Leg, Legs};
use uuid::Uuid;

use super::*;
use crate::storm::books::Line;

fn bank(name: &str) -> BankId {
    name.parse().unwrap()
}

fn account(name: &str) -> AccountRef {
    AccountRef { bank: bank(name), number: AccountNumber::new(1).unwrap() }
}

const PAY_IN: PackageId = PackageId(Uuid::from_u128(1));
const PAYMENT: PackageId = PackageId(Uuid::from_u128(2));
const TOO_MUCH: PackageId = PackageId(Uuid::from_u128(3));
const COMMITTED: Word = Word::Committed { settled: true };
const DECIDED: Word = Word::Committed { settled: false };

/// Three packages at aurora: a pay-in of 1,000, 100 to boreal and 50 to cerrado in one, and one that is refused.
struct Town {
    history: History,
    books: Vec<Books>,
}

impl Town {
    fn found() -> Self {
        let mut history = History::default();
        let leg = |from: End, to: &str, centavos| {
            Leg::new(from, End::Account(account(to)), Amount::new(centavos).unwrap(), None).unwrap()
        };
        let from = |name| End::Account(account(name));
        let orders = [
            (PAY_IN, vec![leg(End::Cash, "aurora", 1_000)], COMMITTED),
            (
                PAYMENT,
                vec![leg(from("aurora"), "boreal", 100), leg(from("aurora"), "cerrado", 50)],
                COMMITTED,
            ),
            (TOO_MUCH, vec![leg(from("aurora"), "boreal", 5_000)], Word::Refused),
        ];
        for (package, legs, end) in orders {
            history.order(package, bank("aurora"), Legs::new(legs).unwrap());
            let call = history.asks(package);
            history.told(call, end);
        }
        let books = ["aurora", "boreal", "cerrado"].map(|name| Books {
            bank: bank(name),
            lines: Vec::new(),
            balances: [(account(name), Money::default())].into(),
            records: BTreeMap::new(),
            unrest: Vec::new(),
        });
        let mut town = Self { history, books: books.into() };
        town.book(0, Place::Till(bank("aurora")), PAY_IN, Some(0), -1_000);
        town.book(0, Place::Account(account("aurora")), PAY_IN, Some(0), 1_000);
        town.book(0, Place::Account(account("aurora")), PAYMENT, Some(0), -100);
        town.book(0, Place::Account(account("aurora")), PAYMENT, Some(1), -50);
        town.book(0, Place::Own(bank("aurora"), "due-to/boreal".to_owned()), PAYMENT, None, 100);
        town.book(0, Place::Own(bank("aurora"), "due-to/cerrado".to_owned()), PAYMENT, None, 50);
        town.book(1, Place::Account(account("boreal")), PAYMENT, Some(0), 100);
        town.book(1, Place::Own(bank("boreal"), "due-from/aurora".to_owned()), PAYMENT, None, -100);
        town.book(2, Place::Account(account("cerrado")), PAYMENT, Some(1), 50);
        town.book(2, Place::Own(bank("cerrado"), "due-from/aurora".to_owned()), PAYMENT, None, -50);
        for books in &mut town.books {
            books.records.insert(PAYMENT, Record::Spent);
        }
        town.books[0].records.insert(PAY_IN, Record::Spent);
        town.books[0].records.insert(TOO_MUCH, Record::Closed);
        town
    }

    fn book(&mut self, at: usize, place: Place, package: PackageId, leg: Option<u16>, amount: i64) {
        if let Place::Account(account) = &place {
            self.books[at].balances.get_mut(account).unwrap().balance += amount;
        }
        self.books[at].lines.push(Line { place, package, leg, amount });
    }

    /// Takes back what is booked at a bank for a package, as if it had never been.
    fn unbook(&mut self, at: usize, package: PackageId) {
        let books = &mut self.books[at];
        let (gone, kept) = books.lines.drain(..).partition(|line: &Line| line.package == package);
        books.lines = kept;
        for line in gone {
            if let Place::Account(account) = &line.place {
                books.balances.get_mut(account).unwrap().balance -= line.amount;
            }
        }
    }

    fn tell(&mut self, package: PackageId, word: Word) {
        let call = self.history.asks(package);
        self.history.told(call, word);
    }

    fn see(&mut self, name: &str, money: Money) {
        let call = self.history.looks(account(name));
        self.history.saw(call, money);
    }

    /// Forgets the end that a package was told.
    fn untell(&mut self, package: PackageId) {
        let index = self.history.orders.keys().position(|known| *known == package).unwrap();
        let Event::Told { word, .. } = &mut self.history.events[index * 2 + 1] else { panic!("an answer") };
        *word = Word::Nothing;
    }

    fn lies(&self) -> Vec<Lie> {
        check(&self.history, &self.books)
    }
}

#[test]
fn the_truth_holds() {
    let mut town = Town::found();
    town.tell(PAYMENT, COMMITTED);
    town.tell(TOO_MUCH, Word::Refused);
    town.see("boreal", Money { balance: 100, held: 0, incoming: 0 });
    assert_eq!(town.lies(), []);
    assert_eq!(count_ends(&town.history), (2, 1));
}

#[test]
fn told_committed_and_not_there() {
    let mut town = Town::found();
    for at in 0..3 {
        town.unbook(at, PAYMENT);
    }
    let lies = town.lies();
    let missing = |lie: &&Lie| matches!(lie, Lie::MissingLeg { package: PAYMENT, .. });
    assert_eq!(lies.iter().filter(missing).count(), 4, "{lies:?}");
    // Nothing is lost by it: the money is where it was, and not where it was said to be.
    assert_eq!(lies.iter().filter(|lie| matches!(lie, Lie::Balance { .. })).count(), 3, "{lies:?}");
    assert!(!lies.iter().any(|lie| matches!(lie, Lie::Money { .. })), "{lies:?}");
}

#[test]
fn told_refused_and_moved() {
    let mut town = Town::found();
    town.book(0, Place::Account(account("aurora")), TOO_MUCH, Some(0), -5_000);
    let lies = town.lies();
    let place = Place::Account(account("aurora"));
    assert!(lies.contains(&Lie::Moved { package: TOO_MUCH, place, amount: -5_000 }), "{lies:?}");
    assert!(lies.contains(&Lie::Unbalanced { package: TOO_MUCH, bank: bank("aurora"), sum: -5_000 }));
    assert!(
        lies.contains(&Lie::Money { books: -4_000, counted: 1_000, lost: 5_000, created: 0 }),
        "{lies:?}"
    );
}

#[test]
fn half_of_the_legs_whatever_was_told() {
    for told in [true, false] {
        let mut town = Town::found();
        town.unbook(2, PAYMENT);
        if !told {
            town.untell(PAYMENT);
        }
        let lies = town.lies();
        let (package, place) = (PAYMENT, Place::Account(account("cerrado")));
        let wanted = if told {
            Lie::MissingLeg { package, leg: 1, place }
        } else {
            Lie::Half { package, leg: 1, place }
        };
        assert!(lies.contains(&wanted), "{lies:?}");
        assert_eq!(lies.contains(&Lie::NoEnd { package: PAYMENT }), !told, "{lies:?}");
    }
}

#[test]
fn all_of_it_or_nothing_is_no_lie_while_no_end_was_told() {
    for booked in [true, false] {
        let mut town = Town::found();
        town.untell(PAYMENT);
        if !booked {
            for at in 0..3 {
                town.unbook(at, PAYMENT);
            }
        }
        let mut lies = town.lies();
        // It is counted by what was told, and here nothing was.
        lies.retain(|lie| !matches!(lie, Lie::Balance { .. }));
        assert_eq!(lies, [Lie::NoEnd { package: PAYMENT }]);
    }
}

#[test]
fn a_balance_that_is_off_by_one() {
    for (change, lost, created) in [(1, 0, 1), (-1, 1, 0)] {
        let mut town = Town::found();
        town.books[1].balances.get_mut(&account("boreal")).unwrap().balance += change;
        let (books, counted) = (100 + change, 100);
        let off = Lie::Balance { account: account("boreal"), books, counted };
        let sum = Lie::Money { books: 1_000 + change, counted: 1_000, lost, created };
        assert_eq!(town.lies(), [off, sum]);
    }
}

#[test]
fn told_two_ends() {
    for (package, then) in [(PAYMENT, Word::Refused), (TOO_MUCH, COMMITTED), (TOO_MUCH, DECIDED)] {
        let mut town = Town::found();
        town.tell(package, then);
        assert_eq!(town.lies(), [Lie::TwoEnds { package }]);
    }
}

#[test]
fn an_end_taken_back() {
    for (package, before) in [(PAYMENT, COMMITTED), (TOO_MUCH, Word::Refused)] {
        for then in [Word::Aborted, Word::InProgress, Word::NotFound] {
            let mut town = Town::found();
            town.tell(package, then);
            assert_eq!(town.lies(), [Lie::TakenBack { package, before, then }]);
        }
    }
    // An answer to a question of before may come late, and then it is old and not false.
    let mut town = Town::found();
    let events = &mut town.history.events;
    let late = 99;
    events.insert(2, Event::Asks { call: late, package: PAYMENT });
    events.push(Event::Told { call: late, word: Word::InProgress });
    assert_eq!(town.lies(), []);
}

#[test]
fn booked_again_otherwise_and_for_nobody() {
    let mut town = Town::found();
    let place = Place::Account(account("boreal"));
    let again = |town: &mut Town, package, amount| {
        town.book(1, Place::Account(account("boreal")), package, Some(0), amount);
        town.book(1, Place::Own(bank("boreal"), "due-from/aurora".to_owned()), package, None, -amount);
    };
    again(&mut town, PAYMENT, 100);
    let twice = Lie::BookedAgain { package: PAYMENT, leg: 0, place: place.clone(), times: 2 };
    let lies = town.lies();
    assert!(lies.contains(&twice), "{lies:?}");
    assert!(lies.contains(&Lie::Money { books: 1_100, counted: 1_000, lost: 0, created: 100 }), "{lies:?}");

    let mut town = Town::found();
    town.unbook(1, PAYMENT);
    again(&mut town, PAYMENT, 99);
    let wrong = Lie::WrongAmount { package: PAYMENT, leg: 0, place: place.clone(), booked: 99, ordered: 100 };
    let lies = town.lies();
    assert!(lies.contains(&wrong), "{lies:?}");

    let mut town = Town::found();
    let nobodys = PackageId(Uuid::from_u128(4));
    again(&mut town, nobodys, 7);
    let lies = town.lies();
    assert!(lies.contains(&Lie::Stray { package: nobodys, place, amount: 7 }), "{lies:?}");
}

#[test]
fn a_record_that_says_something_else() {
    let rows = [
        (1, PAYMENT, None, COMMITTED),
        (1, PAYMENT, Some(Record::Open), COMMITTED),
        (2, PAYMENT, Some(Record::Closed), COMMITTED),
        (0, TOO_MUCH, Some(Record::Spent), Word::Refused),
        (1, TOO_MUCH, Some(Record::Live), Word::Refused),
    ];
    for (at, package, record, end) in rows {
        let mut town = Town::found();
        match record {
            Some(record) => town.books[at].records.insert(package, record),
            None => town.books[at].records.remove(&package),
        };
        let bank = town.books[at].bank.clone();
        assert_eq!(town.lies(), [Lie::WrongRecord { package, bank, record, end }]);
    }
}

#[test]
fn what_has_not_come_to_rest() {
    let mut town = Town::found();
    let what = "attempt boreal.1.7 is in doubt".to_owned();
    town.books[2].unrest.push(what.clone());
    assert_eq!(town.lies(), [Lie::Unrest { bank: bank("cerrado"), what }]);
}

#[test]
fn a_look_that_misses_what_is_booked_or_has_what_is_not() {
    let money = |balance| Money { balance, held: 0, incoming: 0 };
    // Settled everywhere: 850 at aurora and 100 at boreal, nothing else.
    for (name, right) in [("aurora", 850), ("boreal", 100)] {
        for wrong in [right - 1, right + 1] {
            let mut town = Town::found();
            town.see(name, money(wrong));
            let seen = Lie::Seen { account: account(name), seen: wrong, low: right, high: right };
            assert_eq!(town.lies(), [seen]);
        }
    }
    // Decided at aurora, where it is booked with the decision; at boreal it may be on its way.
    let mut town = Town::found();
    let Event::Told { word, .. } = &mut town.history.events[3] else { panic!("an answer") };
    *word = DECIDED;
    for balance in [0, 100] {
        town.see("boreal", money(balance));
    }
    assert_eq!(town.lies(), []);
    town.see("aurora", money(1_000));
    assert_eq!(town.lies(), [Lie::Seen { account: account("aurora"), seen: 1_000, low: 850, high: 850 }]);
    // Ordered while the look was under way: seen or not.
    for balance in [1_000, 850] {
        let mut town = Town::found();
        let events = &mut town.history.events;
        events.insert(2, Event::Looks { call: 99, account: account("aurora") });
        events.push(Event::Saw { call: 99, money: money(balance) });
        assert_eq!(town.lies(), []);
    }
    // More set aside than there is.
    let mut town = Town::found();
    let money = Money { balance: 100, held: 101, incoming: 0 };
    town.see("boreal", money);
    assert_eq!(town.lies(), [Lie::Impossible { account: account("boreal"), money }]);
}
