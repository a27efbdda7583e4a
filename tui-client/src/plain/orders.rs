//! Orders line by line: sent once the customer has said yes, followed until their end is known, sent again only under
//! their own id.

use shared::api::replies::PackageStatus;
use shared::ids::PackageId;
use shared::money::Reais;
use shared::package::Legs;
use tokio::time::{Duration, Instant, sleep_until};

use super::lines::Over;
use super::{Talk, is_open};
use crate::app::orders::OrderState;
use crate::clock;
use crate::teller::words::Words;

/// So long an outcome is waited for before the customer is asked whether to go on.
const PATIENCE: Duration = Duration::from_secs(60);

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
            self.follow_once(id).await?;
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

    async fn follow_once(&mut self, id: PackageId) -> Result<(), Over> {
        let mut said = String::new();
        let mut until = Instant::now() + PATIENCE;
        loop {
            let Some(state) = self.teller.state(id).cloned() else { return Ok(()) };
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
                over = self.lines.signalled() => return Err(over),
                () = sleep_until(until) => {
                    if !self.confirm_unless_no(self.texts.plain.keep_waiting()).await? {
                        return Ok(());
                    }
                    until = Instant::now() + PATIENCE;
                }
                () = self.teller.turn() => self.pass_on(),
            }
        }
        let lines = {
            let Some(order) = self.teller.world.orders.order(id) else { return Ok(()) };
            self.with_words(|words| words.order(order))
        };
        // The first line was said already.
        for line in lines.iter().skip(1) {
            self.say(line);
        }
        Ok(())
    }

    /// The orders of this run and those that were found; one of them in full.
    pub(super) async fn orders(&mut self) -> Result<(), Over> {
        let t = self.texts.package;
        let mut orders: Vec<(PackageId, String)> = self
            .teller
            .world
            .orders
            .iter()
            .map(|order| {
                let legs = order.file.legs.as_slice();
                let total = legs.iter().fold(0i64, |sum, leg| sum.saturating_add(leg.amount().centavos()));
                let at = self.texts.day_and_hour(order.file.made_at);
                let (_, status, _) = self.texts.home.order(&order.state);
                (order.file.id, self.texts.plain.package(&at, &Reais(total).to_string(), status))
            })
            .collect();
        orders.reverse();
        if orders.is_empty() {
            self.say(t.none());
            self.say(t.none_how());
            return Ok(());
        }
        let lines: Vec<String> = orders.iter().map(|(_, line)| line.clone()).collect();
        let Some(chosen) = self.choose(self.texts.plain.which_package(), &lines).await? else {
            return Ok(());
        };
        match orders.get(chosen) {
            Some((id, _)) => self.follow(*id).await,
            None => Ok(()),
        }
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
