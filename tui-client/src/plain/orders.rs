//! Orders line by line: sent once the customer has said yes, followed until their end is known or the customer has waited
//! enough, sent again only under their own id. Waiting less changes nothing at the banks.

use shared::api::replies::PackageStatus;
use shared::ids::PackageId;
use shared::package::Legs;
use tokio::time::{Duration, Instant, sleep_until};

use super::lines::Over;
use super::questions::BACK;
use super::{Talk, is_open};
use crate::app::orders::OrderState;
use crate::clock;
use crate::teller::words::Words;

/// So long an outcome is waited for before the customer is asked whether to go on.
const PATIENCE: Duration = Duration::from_secs(60);
/// So long it is waited before it is said how to wait no longer: most orders end sooner.
const HINT_AFTER: Duration = Duration::from_secs(2);

impl Talk {
    /// Orders; nothing without a session or while no money moves, with the reason.
    pub(super) async fn send(&mut self, legs: Legs) -> Result<(), Over> {
        if let Some(why) = self.teller.world.why_no_money_moves() {
            self.say(self.texts.frame.why_not(why));
            return Ok(());
        }
        self.teller.world.clock_shows(clock::now());
        match self.teller.world.order(legs) {
            Some(id) => self.follow(id).await,
            None => Ok(()),
        }
    }

    /// Says how an order goes, as it goes, until its end is known or the customer has waited enough.
    pub(super) async fn follow(&mut self, id: PackageId) -> Result<(), Over> {
        loop {
            if !self.follow_once(id).await? {
                return Ok(());
            }
            let Some(order) = self.teller.world.orders.order(id) else { return Ok(()) };
            let (again, never) = (order.state.may_send_again(), order.state == OrderState::NeverArrived);
            self.look().await;
            if !again {
                return Ok(());
            }
            if self.confirm(self.texts.plain.send_again()).await? {
                self.teller.world.send_again(id);
                continue;
            }
            if never && self.confirm(self.texts.plain.set_aside()).await? {
                self.teller.world.give_up(id);
            }
            return Ok(());
        }
    }

    /// Tells whether it was waited for to its end.
    async fn follow_once(&mut self, id: PackageId) -> Result<bool, Over> {
        let mut said = String::new();
        let mut until = Instant::now() + PATIENCE;
        let mut hint_at = Some(Instant::now() + HINT_AFTER);
        loop {
            let Some(state) = self.teller.state(id).cloned() else { return Ok(false) };
            let words = self.with_words(|words| words.order_status(&state));
            if words != said {
                self.say(&words);
                said = words;
            }
            if is_decided(&state) {
                break;
            }
            tokio::select! {
                biased;
                // A full stop goes back, here as everywhere: the order goes on without being waited for. What is not on disk
                // yet has a moment to go before anybody can go back.
                stopped = self.lines.stopped(BACK), if state != OrderState::Keeping => {
                    stopped?;
                    self.say(self.texts.plain.waits_no_longer());
                    return Ok(false);
                }
                () = sleep_until(hint_at.unwrap_or(until)), if hint_at.is_some() => {
                    hint_at = None;
                    self.say(self.texts.plain.wait_how());
                }
                () = sleep_until(until) => {
                    if !self.confirm_unless_no(self.texts.plain.keep_waiting()).await? {
                        return Ok(false);
                    }
                    until = Instant::now() + PATIENCE;
                }
                () = self.teller.turn() => self.pass_on(),
            }
        }
        let lines = {
            let Some(order) = self.teller.world.orders.order(id) else { return Ok(false) };
            self.with_words(|words| words.order(order))
        };
        // The first line was said already.
        for line in lines.iter().skip(1) {
            self.say(line);
        }
        Ok(true)
    }

    /// Sentences about packages, with the banks' names.
    pub(super) fn with_words<T>(&self, say: impl FnOnce(Words<'_>) -> T) -> T {
        let name = |bank: &shared::ids::BankId| self.teller.world.banks.name(bank);
        say(Words { texts: &self.texts, name: &name })
    }
}

/// Whether nothing more is to be waited for.
fn is_decided(state: &OrderState) -> bool {
    match state {
        OrderState::Told(package) => package.status != PackageStatus::InProgress,
        state => state.is_over() && !is_open(state),
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;
    use crate::plain::testing::Scene;
    use crate::testing::order_file;

    /// A bank that takes what comes and says nothing.
    #[tokio::test]
    async fn a_full_stop_ends_the_wait_and_nothing_of_the_order() {
        let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = silent.local_addr().expect("an address").to_string().parse().expect("an address");
        let mut scene = Scene::at(address, &["not a full stop", "."], false);
        // A line that comes first answers the next question, whatever it is: only the one behind it is left to stop by.
        scene.talk.lines.ask("What to do");
        let _not_a_full_stop = scene.talk.line().await.expect("a line");
        let within = Duration::from_secs(20);
        let sent = tokio::time::timeout(within, scene.talk.send(order_file(1).legs)).await;
        sent.expect("long before the patience is over").expect("no end");
        let said = scene.said.text();
        let t = scene.talk.texts;
        assert!(said.contains(t.package.sending()) && said.contains(t.plain.waits_no_longer()), "{said}");
        let open: Vec<_> = scene.talk.teller.world.orders.iter().map(|order| is_open(&order.state)).collect();
        assert_eq!(open, [true]);
        assert_eq!(std::fs::read_dir(scene.state.path().join("orders")).expect("orders").count(), 1);
    }
}
