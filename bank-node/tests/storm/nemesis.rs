//! What befalls the banks: processes killed and stopped at moments that chance draws, in weather that changes.
//!
//! Never here: what is right or wrong afterwards.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bank_node::simulation::chance::Chance;

use super::customers::{REST, Town};
use super::line::Line;
use super::plan::Weather;
use super::tally::Tally;
use crate::real::Consortium;

/// After so many kills the weather is calm for a while: packages have to be committed again.
const KILLS_TO_AN_EYE: u64 = 50;
/// So many, in that calm.
const COMMITTED_IN_AN_EYE: u64 = 20;
/// Customers always hear something, if only that nobody answers.
const PATIENCE: Duration = Duration::from_secs(60);

/// All lines there are.
pub struct Lines {
    /// From a bank to another, by their places.
    pub between: Vec<(usize, usize, Line)>,
    /// From customers to each bank.
    pub customers: Vec<Line>,
}

impl Lines {
    /// Nothing is wrong from now on.
    pub fn calm(&self) {
        self.all(Weather::Calm);
        self.customers(Weather::Calm);
    }

    fn all(&self, weather: Weather) {
        self.between.iter().for_each(|(_, _, line)| line.set(weather));
    }

    fn customers(&self, weather: Weather) {
        self.customers.iter().for_each(|line| line.set(weather));
    }

    fn some(&self, which: impl Fn(usize, usize) -> bool, weather: Weather) {
        let those = self.between.iter().filter(|(from, to, _)| which(*from, *to));
        those.for_each(|(_, _, line)| line.set(weather));
    }

    fn change(&self, chance: &mut Chance, tally: &Tally) {
        let (one, other) = (chance.place(3), 1 + chance.place(2));
        let other = (one + other) % 3;
        self.all(if chance.permille(500) { Weather::Rain } else { Weather::Calm });
        self.customers(if chance.permille(500) { Weather::Rain } else { Weather::Calm });
        match chance.between(0, 99) {
            0..=54 => tally.count("weather: calm or rain"),
            55..=69 => {
                tally.count("weather: storm");
                self.all(Weather::Storm);
            }
            70..=79 => {
                tally.count("weather: a partition of one direction");
                self.some(|from, to| (from, to) == (one, other), Weather::Deaf);
                self.some(|from, to| (from, to) == (other, one), Weather::Mute);
            }
            80..=84 => {
                tally.count("weather: a bank cut off");
                self.some(|from, to| from == one || to == one, Weather::Deaf);
            }
            85..=92 => {
                tally.count("weather: a black hole before a bank");
                self.some(|_, to| to == one, Weather::Silent);
            }
            _ => {
                tally.count("weather: slow");
                self.some(|from, to| from == one || to == one, Weather::Slow);
            }
        }
    }
}

/// Kills until `kills` processes have been killed, and leaves all banks running in a calm.
pub async fn rage(
    consortium: &mut Consortium,
    lines: &Lines,
    town: &Town,
    kills: u64,
    mut chance: Chance,
    tally: &Tally,
) {
    let count = consortium.banks.len();
    let mut eyes = 0;
    while tally.of("processes killed") < kills {
        if chance.permille(400) {
            lines.change(&mut chance, tally);
        }
        moment(town, &mut chance, 25).await;
        let victim = chance.place(count);
        match chance.between(0, 99) {
            0..=54 => {
                kill(consortium, victim, tally);
                moment(town, &mut chance, 15).await;
                consortium.banks[victim].start();
                consortium.banks[victim].ready().await;
            }
            // Again while it starts: at any step from the lock to the first HELLO.
            55..=72 => {
                kill(consortium, victim, tally);
                consortium.banks[victim].start();
                let wait = Duration::from_millis(chance.between(0, 250));
                tokio::time::sleep(wait).await;
                kill(consortium, victim, tally);
                tally.count("of them while starting");
                consortium.banks[victim].start();
                consortium.banks[victim].ready().await;
            }
            73..=84 => {
                let all = chance.permille(300);
                let dead: Vec<usize> = (0..count).filter(|bank| all || *bank != victim).collect();
                dead.iter().for_each(|bank| kill(consortium, *bank, tally));
                moment(town, &mut chance, 5).await;
                dead.iter().for_each(|bank| consortium.banks[*bank].start());
                consortium.ready().await;
            }
            _ => {
                tally.count("processes stopped");
                consortium.banks[victim].signal("STOP");
                moment(town, &mut chance, 5).await;
                // Longer than a batch is waited for, at times, and longer than an order.
                let wait = Duration::from_millis(chance.between(0, 3_200));
                tokio::time::sleep(wait).await;
                if chance.permille(300) {
                    kill(consortium, victim, tally);
                    tally.count("of them while stopped");
                    consortium.banks[victim].start();
                    consortium.banks[victim].ready().await;
                } else {
                    consortium.banks[victim].signal("CONT");
                }
            }
        }
        if tally.of("processes killed") / KILLS_TO_AN_EYE > eyes {
            eyes = tally.of("processes killed") / KILLS_TO_AN_EYE;
            lines.calm();
            let killed = tally.of("processes killed");
            let committed = town.committed.load(Ordering::Acquire);
            println!("{killed} killed, {committed} times told committed");
            wait_for(&town.committed, COMMITTED_IN_AN_EYE, REST, "nothing is committed in a calm").await;
        }
    }
    lines.calm();
}

fn kill(consortium: &mut Consortium, bank: usize, tally: &Tally) {
    let bank = &mut consortium.banks[bank];
    assert!(bank.is_alive(), "{} ended by itself; its log:\n{}", bank.id, bank.log());
    bank.kill();
    tally.count("processes killed");
}

/// Some answers later, and a little: anywhere in what a bank does.
async fn moment(town: &Town, chance: &mut Chance, answers: u64) {
    wait_for(&town.answered, chance.between(0, answers), PATIENCE, "the customers are stuck").await;
    let wait = Duration::from_micros(chance.between(0, 20_000));
    tokio::time::sleep(wait).await;
}

/// Waits until it has happened so many times more.
pub async fn wait_for(count: &AtomicU64, more: u64, within: Duration, otherwise: &str) {
    let goal = count.load(Ordering::Acquire) + more;
    let began = Instant::now();
    while count.load(Ordering::Acquire) < goal {
        assert!(began.elapsed() < within, "{otherwise}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
