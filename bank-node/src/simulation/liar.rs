//! A bank that lies: it runs the same core as everybody, and what leaves it is distorted, kept back, or made up. Its
//! signature proves no more than that it said so.
//!
//! Never here: what the others still owe their customers then (`beside_liar`).

use shared::ids::PackageId;
use shared::money::Amount;
use shared::package::PackageDigest;
use shared::refusal::{Refusal, RefusalCode};
use uuid::Uuid;

use super::customers::customer_id;
use super::world::World;
use crate::protocol::attempt::{Age, AttemptId, EpochNonce, Mark};
use crate::protocol::message::{
    AboutAttempt, Ack, Batch, Decide, Decision, HelloAnswer, Line, Message, Net, No, Outcome, PeerStatus,
    PeerStatusMessage, Portion, Prepare, SeenEpoch, Side, Standing, Status, StatusMessage, Vote, VoteMessage,
};
use crate::protocol::settings::LIVES_MAX;

/// Of a thousand messages, those that are not what the liar's core would say.
const DISTORTED: u64 = 250;
/// Of a thousand batches, those with something made up besides.
const MADE_UP: u64 = 300;
/// Of a thousand batches, those with a header that is not its own.
const HEADERS: u64 = 60;

impl World {
    /// What the liar says in place of `batch`.
    pub(super) fn lie(&mut self, liar: usize, to: usize, batch: &mut Batch) {
        let mut said = Vec::with_capacity(batch.messages.len() + 1);
        for message in std::mem::take(&mut batch.messages) {
            if !self.chance.permille(DISTORTED) {
                said.push(message);
                continue;
            }
            self.tally.lies += 1;
            // Keeping it back is the simplest lie.
            if !self.chance.permille(200) {
                let distorted = self.distort(to, message);
                said.push(distorted);
            }
        }
        if self.chance.permille(MADE_UP) {
            self.tally.lies += 1;
            let made_up = self.make_up(liar, to);
            said.push(made_up);
        }
        batch.messages = said;
        if self.chance.permille(HEADERS) {
            self.tally.lies += 1;
            let header = &mut batch.header;
            match self.chance.place(4) {
                0 => header.epoch = *self.chance.pick(&[0, 1, header.epoch + 1, LIVES_MAX, u64::MAX]),
                1 => header.nonce = EpochNonce("another".to_owned()),
                2 => header.consortium = *self.chance.pick(&[0, 2, 3, u64::MAX]),
                _ => {
                    let sequence = *self.chance.pick(&[0, 3, u64::MAX]);
                    header.low_water = Mark { epoch: header.epoch, sequence };
                }
            }
        }
    }

    /// The same message, and not the same.
    fn distort(&mut self, to: usize, message: Message) -> Message {
        match message {
            Message::Prepare(mut prepare) => {
                match self.chance.place(7) {
                    0 => prepare.portion = self.any_portion(to),
                    1 => prepare.digest = self.any_digest(),
                    2 => prepare.age = self.any_age(prepare.package),
                    3 => {
                        prepare.participants.pop();
                    }
                    4 => prepare.attempt = self.any_attempt(),
                    5 => prepare.package = self.any_package(),
                    _ => {
                        if let Some(line) = prepare.portion.lines.first_mut()
                            && let Ok(amount) = Amount::new(line.amount.centavos() + 1)
                        {
                            line.amount = amount;
                        }
                    }
                }
                Message::Prepare(prepare)
            }
            Message::Vote(vote) => {
                let attempt = vote.attempt;
                Message::Vote(VoteMessage { attempt, vote: self.any_vote() })
            }
            Message::Decide(decide) => Message::Decide(Decide { decision: self.any_decision(), ..decide }),
            Message::Ack(ack) => Message::Ack(Ack { outcome: self.any_outcome(), ..ack }),
            Message::Query(_) | Message::PeerQuery(_) | Message::Hello => self.make_up_about(to),
            Message::Status(status) => Message::Status(StatusMessage { status: self.any_status(), ..status }),
            Message::PeerStatus(status) => {
                Message::PeerStatus(PeerStatusMessage { status: self.any_peer_status(), ..status })
            }
            Message::HelloAnswer(_) => self.any_hello_answer(to),
        }
    }

    /// A message that nothing gave rise to.
    fn make_up(&mut self, liar: usize, to: usize) -> Message {
        if !self.chance.permille(400) {
            return self.make_up_about(to);
        }
        let me = self.nodes[liar].id.clone();
        let package = self.any_package();
        let attempt = if self.chance.permille(700) {
            let epoch = self.nodes[liar].highest_epoch;
            AttemptId { coordinator: me.clone(), epoch, sequence: self.chance.between(1, 60) }
        } else {
            self.any_attempt()
        };
        let mut participants = vec![me, self.nodes[to].id.clone()];
        participants.sort();
        Message::Prepare(Prepare {
            attempt,
            package,
            digest: self.any_digest(),
            age: self.any_age(package),
            participants,
            consortium: 1,
            portion: self.any_portion(to),
            time_left_ms: *self.chance.pick(&[0, 700, 1_500, u64::MAX]),
        })
    }

    /// A short message about any attempt that any bank has on its disk.
    fn make_up_about(&mut self, to: usize) -> Message {
        let attempt = self.any_attempt();
        let about = AboutAttempt { attempt: attempt.clone() };
        match self.chance.place(8) {
            0 => Message::Vote(VoteMessage { attempt, vote: self.any_vote() }),
            1 => Message::Decide(Decide {
                attempt,
                package: self.any_package(),
                digest: self.any_digest(),
                decision: self.any_decision(),
            }),
            2 => Message::Ack(Ack { attempt, outcome: self.any_outcome() }),
            3 => Message::Query(about),
            4 => Message::PeerQuery(about),
            5 => Message::Status(StatusMessage { attempt, status: self.any_status() }),
            6 => Message::PeerStatus(PeerStatusMessage { attempt, status: self.any_peer_status() }),
            _ => self.any_hello_answer(to),
        }
    }

    // Whatever there is to name: a liar may know all of it.

    fn any_attempt(&mut self) -> AttemptId {
        let node = self.chance.place(self.nodes.len());
        let disk = self.nodes[node].disk();
        let known: Vec<AttemptId> = disk.portions.keys().chain(disk.attempts.keys()).cloned().collect();
        if known.is_empty() || self.chance.permille(100) {
            let coordinator = self.nodes[node].id.clone();
            return AttemptId {
                coordinator,
                epoch: self.chance.between(0, 3),
                sequence: self.chance.between(0, 9),
            };
        }
        self.chance.pick(&known).clone()
    }

    fn any_package(&mut self) -> PackageId {
        if self.customers.bodies.is_empty() || self.chance.permille(300) {
            return PackageId(Uuid::from_u128(9_000_000 + u128::from(self.chance.between(1, 20))));
        }
        let body = self.chance.place(self.customers.bodies.len());
        self.customers.bodies[body].package
    }

    fn any_digest(&mut self) -> PackageDigest {
        if self.customers.bodies.is_empty() {
            return PackageDigest([7; 32]);
        }
        let body = self.chance.place(self.customers.bodies.len());
        self.customers.bodies[body].digest
    }

    fn any_age(&mut self, package: PackageId) -> Age {
        let first_ms = *self.chance.pick(&[i64::MIN, 0, super::node::DAWN_MS, i64::MAX]);
        let package = if self.chance.permille(800) { package } else { self.any_package() };
        Age { first_ms, package }
    }

    /// What a package might do at `to`, whoever's accounts they are.
    fn any_portion(&mut self, to: usize) -> Portion {
        let there: Vec<_> = self.customers.purses.iter().filter(|purse| purse.bank == to).cloned().collect();
        let mut lines = Vec::new();
        let mut owed = 0;
        for leg in 0..=self.chance.place(3) {
            let side = if self.chance.permille(600) { Side::Debit } else { Side::Credit };
            let centavos = *self.chance.pick(&[1, 40, 300, 1_000, 1_000_000_000_000]);
            let Ok(amount) = Amount::new(centavos) else { continue };
            let account = if there.is_empty() || self.chance.permille(100) {
                None
            } else {
                Some(self.chance.pick(&there).reference.number)
            };
            owed += if side == Side::Debit { centavos } else { -centavos };
            lines.push(Line {
                leg: u16::try_from(leg).unwrap_or_default(),
                side,
                account,
                amount,
                counterparty: None,
                description: None,
                suspense: self.chance.permille(50),
            });
        }
        let other = self.chance.place(self.nodes.len());
        let off = *self.chance.pick(&[0, 0, 0, 1, -1]);
        let nets = vec![Net { bank: self.nodes[other].id.clone(), amount: owed + off }];
        let person = self.chance.place(self.plan.people);
        Portion { customer: customer_id(self.chance.place(self.nodes.len()), person), lines, nets }
    }

    fn any_vote(&mut self) -> Vote {
        let digest = self.any_digest();
        match self.chance.place(4) {
            0 => Vote::Yes { digest },
            1 => {
                let code = *self.chance.pick(&[RefusalCode::InsufficientFunds, RefusalCode::Overloaded]);
                let refusal = Refusal::new(self.chance.place(70).try_into().unwrap_or(0), code);
                Vote::No { refusals: vec![No { refusal, definite: self.chance.permille(500) }] }
            }
            2 => Vote::No { refusals: Vec::new() },
            _ => {
                let attempt = self.any_attempt();
                let standing = match self.chance.place(3) {
                    0 => Standing::Live { attempt },
                    1 => Standing::Spent { attempt },
                    _ => Standing::Closed,
                };
                Vote::Elsewhere { standing, digest }
            }
        }
    }

    fn any_decision(&mut self) -> Decision {
        if self.chance.permille(500) {
            return Decision::Commit;
        }
        let refusals = vec![Refusal::new(0, RefusalCode::AccountUnknown)];
        Decision::Abort { refusals, closes: self.chance.permille(500) }
    }

    fn any_outcome(&mut self) -> Outcome {
        if self.chance.permille(500) { Outcome::Committed } else { Outcome::Aborted }
    }

    fn any_status(&mut self) -> Status {
        *self.chance.pick(&[
            Status::Pending,
            Status::Committed,
            Status::AbortedRecorded,
            Status::AbortedPresumed,
            Status::Amnesia,
        ])
    }

    fn any_peer_status(&mut self) -> PeerStatus {
        *self.chance.pick(&[PeerStatus::Prepared, PeerStatus::Committed, PeerStatus::Refused])
    }

    /// A word on the lives of `to`.
    fn any_hello_answer(&mut self, to: usize) -> Message {
        let now = self.nodes[to].highest_epoch;
        let epoch = *self.chance.pick(&[0, now, now + 1, now + 5, LIVES_MAX, u64::MAX]);
        let highest =
            self.chance.permille(700).then(|| SeenEpoch { epoch, nonce: EpochNonce("another".to_owned()) });
        let last_commit = self.chance.permille(300).then(|| self.any_attempt());
        Message::HelloAnswer(HelloAnswer { highest, last_commit })
    }
}
