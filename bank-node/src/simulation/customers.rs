//! The customers: what they own, what they order, how they ask again, and what they were told.
//!
//! They pay in and out, order packages within one bank and across several, debit accounts elsewhere by consent, use one
//! id twice (at the same bank, at another, as another, for another body), close accounts, and move amounts near every
//! limit. Never here: whether what they were told is true, which `ending` checks.

use shared::account::AccountRef;
use shared::ids::{ConsentId, CustomerId, PackageId};
use shared::package::{Legs, PackageDigest};
use uuid::Uuid;

use super::node::Call;
use super::world::{Event, World, note};
use crate::protocol::invariants::Fact;
use crate::protocol::output::{OrderAnswer, Submit, Ticket};
use crate::protocol::records::OrderState;

/// The attempt to which an opening balance near the largest is booked; no bank ever ran it.
pub(super) const OPENING: &str = "opening.0.0";
pub(super) const TRIES_MAX: u32 = 4;

/// An account that customers know of.
#[derive(Clone, Debug)]
pub(super) struct Purse {
    pub bank: usize,
    pub reference: AccountRef,
    pub owners: Vec<usize>,
}

/// One package under one id; an id can have several.
#[derive(Clone, Debug)]
pub(super) struct Body {
    pub package: PackageId,
    pub legs: Legs,
    pub digest: PackageDigest,
}

/// One request of a customer.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub bank: usize,
    pub person: usize,
    pub body: usize,
    /// The bank's life that took it; none when nobody listened.
    pub life: Option<u32>,
    pub answered: bool,
    tries: u32,
}

/// A consent that customers know of.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub id: ConsentId,
    pub at: usize,
    pub giver: usize,
    pub bank: usize,
    pub person: usize,
    pub per_package: i64,
}

/// Everyone who has an account, and all they know.
#[derive(Default)]
pub(super) struct Customers {
    pub purses: Vec<Purse>,
    pub bodies: Vec<Body>,
    pub asked: Vec<Asked>,
    /// What was told to whom: the request, and the body that the answer was about.
    pub facts: Vec<(usize, usize, Fact)>,
    pub consents: Vec<Given>,
    /// Who asked at which counter.
    pub desk: Vec<(usize, usize)>,
    acts_left: usize,
    pub ids: u128,
}

/// The id of a person at a bank.
pub(super) fn customer_id(bank: usize, person: usize) -> CustomerId {
    CustomerId(Uuid::from_u128(1_000_000 + (bank as u128) * 100 + person as u128))
}

impl World {
    /// People sign up, open accounts, give consents; then all banks start, and money is paid in.
    pub fn set_up(&mut self) {
        self.customers.acts_left = self.plan.acts;
        for bank in 0..self.plan.banks {
            let writes = self.opening_writes(bank);
            if let Err(fault) = self.nodes[bank].load(&writes) {
                return self.fault(bank, &fault);
            }
        }
        // Up to here nothing can go wrong.
        let sync_ms = std::mem::replace(&mut self.plan.sync_ms, 0);
        self.calm = true;
        for bank in (0..self.plan.banks).filter(|bank| self.consortium.has(*bank)).collect::<Vec<_>>() {
            self.start(bank);
        }
        for bank in (0..self.plan.banks).filter(|bank| self.consortium.has(*bank)).collect::<Vec<_>>() {
            self.pay_in_first(bank);
        }
        self.calm = false;
        self.plan.sync_ms = sync_ms;
        self.schedule_faults();
        self.at(1, Event::Act);
    }

    fn schedule_faults(&mut self) {
        let span = self.plan.acts as u64 * self.plan.spacing_ms + 1_500;
        let banks = self.plan.banks;
        for _ in 0..self.plan.crashes {
            let (bank, at) = (self.chance.place(banks), self.chance.between(5, span));
            self.at(at, Event::Crash { bank, back: true });
        }
        for _ in 0..self.plan.shutdowns {
            let (bank, at) = (self.chance.place(banks), self.chance.between(5, span));
            self.at(at, Event::Shutdown { bank });
        }
        for _ in 0..self.plan.pauses {
            let (bank, at) = (self.chance.place(banks), self.chance.between(5, span));
            let ms = *self.chance.pick(&[30, 500, 2_000, 6_000]);
            self.at(at, Event::Pause { bank, ms });
        }
        for _ in 0..self.plan.jumps {
            let (bank, at) = (self.chance.place(banks), self.chance.between(5, span));
            let ms = *self.chance.pick(&[-86_400_000, -60_000, -3_000, 3_000, 60_000, 86_400_000]);
            self.at(at, Event::Jump { bank, ms });
        }
        for _ in 0..self.plan.cuts {
            let from = self.chance.place(banks);
            let to = (from + 1 + self.chance.place(banks - 1)) % banks;
            let at = self.chance.between(5, span);
            let mended = at + *self.chance.pick(&[100, 1_000, 4_000, 9_000]);
            self.at(at, Event::Line { from, to, cut: true });
            self.at(mended, Event::Line { from, to, cut: false });
        }
        if let Some(bank) = self.plan.restored {
            if self.plan.apart {
                self.put_back_apart(bank, span);
            } else {
                let copied = self.chance.between(5, span / 2);
                let back = copied + self.chance.between(5, span / 2);
                self.at(copied, Event::Backup { bank });
                self.at(back, Event::PutBack { bank });
            }
        }
        // While customers act: what nobody did since a backup nobody lacks.
        let busy = (span - 1_500) / 2 + 100;
        self.schedule_restores(busy);
        self.schedule_change(busy);
        for _ in 0..self.plan.looks {
            let at = self.chance.between(5, span);
            self.at(at, Event::BeginLook);
        }
        if let Some(bank) = self.plan.gone {
            let at = self.gone_at();
            self.at(at, Event::Crash { bank, back: false });
        }
    }

    /// The books of `bank` are copied and put back around a decision that reaches one other bank and not a third; afterwards
    /// it does not hear of the first.
    fn put_back_apart(&mut self, bank: usize, span: u64) {
        let banks = self.plan.banks;
        let told = (bank + 1 + self.chance.place(banks - 1)) % banks;
        let cut = self.chance.between(100, (span - 1_400).max(200));
        let copied = cut - self.chance.between(5, 60);
        let back = cut + *self.chance.pick(&[60, 200, 600]);
        let mended = back + 9_000;
        self.at(copied, Event::Backup { bank });
        self.at(back, Event::PutBack { bank });
        for other in (0..banks).filter(|other| *other != bank && *other != told) {
            // PREPARE has passed by then; the decision has not.
            self.at(cut, Event::Line { from: bank, to: other, cut: true });
            self.at(back + 20, Event::Line { from: bank, to: other, cut: false });
        }
        for (from, to) in [(bank, told), (told, bank)] {
            self.at(back, Event::Line { from, to, cut: true });
            self.at(mended, Event::Line { from, to, cut: false });
        }
    }

    // What they do.

    /// The next act, or several at one moment; after the last, faults go on for a while and then end.
    pub fn act(&mut self) {
        let several = if self.chance.permille(self.plan.bursts) { 2 + self.chance.place(3) } else { 1 };
        for _ in 0..several.min(self.customers.acts_left) {
            self.customers.acts_left -= 1;
            if self.chance.permille(self.plan.desk) {
                self.visit_desk();
            } else if self.chance.permille(self.plan.reuse) {
                self.use_id_again();
            } else {
                self.order();
            }
        }
        if self.customers.acts_left > 0 {
            let wait = self.chance.between(1, self.plan.spacing_ms);
            let at = self.now + wait;
            self.at(at, Event::Act);
        } else {
            let wait = *self.chance.pick(&[100, 1_000, 4_000, 12_000]);
            let at = self.now + wait;
            self.at(at, Event::Calm);
        }
    }

    fn order(&mut self) {
        let bank = self.chance.place(self.plan.banks);
        let person = self.chance.place(self.plan.people);
        if let Some(legs) = self.draw_legs(bank, person) {
            let body = self.new_body(legs);
            self.ask(bank, person, body, 0);
            // Now and then the same is sent to another bank at the same moment.
            if self.chance.permille(self.plan.reuse / 3) {
                let other = self.chance.place(self.plan.banks);
                self.ask(other, person, body, TRIES_MAX);
            }
        }
    }

    /// An id that was used before: the same body, at the same bank or another, by the same or another, or another body.
    fn use_id_again(&mut self) {
        let Some(known) = (!self.customers.asked.is_empty())
            .then(|| self.customers.asked[self.chance.place(self.customers.asked.len())].clone())
        else {
            return self.order();
        };
        let bank = if self.chance.permille(400) { known.bank } else { self.chance.place(self.plan.banks) };
        let person =
            if self.chance.permille(850) { known.person } else { self.chance.place(self.plan.people) };
        let mut body = known.body;
        if self.chance.permille(250)
            && let Some(legs) = self.draw_legs(bank, person)
        {
            let package = self.customers.bodies[body].package;
            body = self.body_of(package, legs);
        }
        self.ask(bank, person, body, 0);
    }

    pub(super) fn new_body(&mut self, legs: Legs) -> usize {
        self.customers.ids += 1;
        let package = PackageId(Uuid::from_u128(100 + self.customers.ids));
        self.body_of(package, legs)
    }

    fn body_of(&mut self, package: PackageId, legs: Legs) -> usize {
        let digest = legs.digest();
        let bodies = &mut self.customers.bodies;
        if let Some(known) = bodies.iter().position(|body| body.package == package && body.digest == digest) {
            return known;
        }
        bodies.push(Body { package, legs, digest });
        bodies.len() - 1
    }

    pub(super) fn ask(&mut self, bank: usize, person: usize, body: usize, tries: u32) {
        let Body { package, legs, .. } = self.customers.bodies[body].clone();
        self.tally.submits += 1;
        self.history.ordered(package, self.tally.events);
        self.tally.submits_again += u64::from(
            self.customers.asked.iter().any(|asked| self.customers.bodies[asked.body].package == package),
        );
        let life = self.nodes[bank].listens().then_some(self.nodes[bank].life);
        self.customers.asked.push(Asked { bank, person, body, life, answered: false, tries });
        let ticket = Ticket(self.customers.asked.len() as u64);
        if life.is_some() {
            let customer = customer_id(bank, person);
            self.call(bank, Call::Submit(Submit { ticket, package, customer, legs }));
        } else {
            self.perhaps_again(self.customers.asked.len() - 1);
        }
    }

    fn perhaps_again(&mut self, asked: usize) {
        let tries = self.customers.asked[asked].tries;
        if !self.calm && tries < TRIES_MAX && self.chance.permille(self.plan.again) {
            let wait = *self.chance.pick(&[1, 50, 700, 3_000]);
            let at = self.now + wait;
            self.at(at, Event::Again { asked });
        }
    }

    /// The same package once more, mostly at the same bank.
    pub fn ask_again(&mut self, asked: usize) {
        let Asked { bank, person, body, tries, .. } = self.customers.asked[asked];
        let bank = if self.chance.permille(700) { bank } else { self.chance.place(self.plan.banks) };
        self.ask(bank, person, body, tries + 1);
    }

    // What they are told.

    /// An answer reaches its customer, if it does.
    pub fn answered(&mut self, ticket: Ticket, answer: OrderAnswer) {
        let Some(index) = usize::try_from(ticket.0).ok().and_then(|number| number.checked_sub(1)) else {
            return;
        };
        self.customers.asked[index].answered = true;
        self.history.told(&answer, self.tally.events);
        note!(self, "customer <- {ticket:?} {}", super::spelling::answer(&answer));
        if !self.calm && self.chance.permille(self.plan.deaf) {
            self.tally.answers_lost += 1;
            return self.perhaps_again(index);
        }
        self.believe(index, answer);
    }

    /// Notes what a customer was told.
    pub fn believe(&mut self, index: usize, answer: OrderAnswer) {
        let tally = &mut self.tally;
        let mut body = self.customers.asked[index].body;
        let fact = match answer {
            OrderAnswer::Standing(view) => {
                // Who asks how an id stands is told of the body that the bank has under it.
                let same = |b: &Body| b.package == view.order.package && b.digest == view.order.digest;
                body = self.customers.bodies.iter().position(same).unwrap_or(body);
                match view.order.state {
                    OrderState::Committed { attempt, .. } => {
                        tally.told_committed += 1;
                        Some(Fact::Committed(attempt))
                    }
                    OrderState::Refused { .. } => {
                        tally.told_refused += 1;
                        Some(Fact::Refused)
                    }
                    OrderState::Aborted { attempt, .. } => {
                        tally.told_aborted += 1;
                        attempt.map(Fact::Aborted)
                    }
                    OrderState::InProgress { .. } | OrderState::Elsewhere { .. } => {
                        tally.told_in_progress += 1;
                        None
                    }
                }
            }
            OrderAnswer::IdReused => {
                tally.told_id_reused += 1;
                Some(Fact::IdReused)
            }
            OrderAnswer::NotFound => None,
            OrderAnswer::NotTaken(_) => {
                tally.told_not_taken += 1;
                None
            }
        };
        let ended = matches!(fact, Some(Fact::Committed(_) | Fact::Refused | Fact::IdReused));
        if let Some(fact) = fact {
            self.customers.facts.push((index, body, fact));
        }
        if !ended || self.chance.permille(100) {
            self.perhaps_again(index);
        }
    }
}
