//! The banks of the consortium, said line by line; in the demo one may be taken down or started.

use super::lines::Over;
use super::{LOOK, Talk};
use crate::actions::Action;
use crate::app::banks::Health;
use crate::app::effect::Effect;
use crate::app::switch::BankSwitch;

impl Talk {
    /// Every bank as the bank of the session sees it; in the demo one may be taken down or started.
    pub(super) async fn consortium(&mut self) -> Result<(), Over> {
        self.look().await;
        let mut lines = Vec::new();
        for bank in self.teller.world.banks.iter() {
            let health = match bank.latency_ms {
                Some(ms) if bank.health == Health::Up => self.texts.plain.latency(ms),
                Some(_) | None => self.texts.home.health(bank.health).1.to_owned(),
            };
            lines.push(self.texts.plain.bank(&bank.name, &health, self.texts.home.link(bank.link)));
        }
        lines.iter().for_each(|line| self.say(line));
        if !self.teller.world.settings.breaks_banks {
            return Ok(());
        }
        let banks: Vec<_> = self.teller.world.banks.iter().map(|b| (b.id.clone(), b.name.clone())).collect();
        let names: Vec<String> = banks.iter().map(|(_, name)| name.clone()).collect();
        let Some(n) = self.choose(self.texts.plain.stop_or_start(), &names).await? else { return Ok(()) };
        if let Some((bank, name)) = banks.get(n).cloned() {
            let switch = if self.teller.world.stopped.contains(&bank) {
                BankSwitch::Start(bank)
            } else {
                let ways = [self.label(Action::StopBank), self.label(Action::ArmBank)];
                match self.choose(&name, &ways).await? {
                    Some(0) => BankSwitch::Stop(bank),
                    Some(_) => {
                        // Chosen once more it is taken back.
                        let world = &mut self.teller.world;
                        let is_armed = world.armed.as_ref() == Some(&bank);
                        world.armed = (!is_armed).then_some(bank);
                        let words = if is_armed {
                            self.texts.plain.not_armed()
                        } else {
                            self.texts.consortium.armed()
                        };
                        self.say(&format!("{name}: {words}."));
                        return Ok(());
                    }
                    None => return Ok(()),
                }
            };
            self.teller.world.switching = Some(switch.clone());
            self.teller.world.wish(Effect::Switch(switch));
            while self.teller.world.switching.is_some() {
                tokio::select! {
                    biased;
                    over = self.lines.signalled() => return Err(over),
                    () = self.teller.turn() => {}
                }
            }
            self.teller.settle(LOOK).await;
            self.pass_on();
        }
        Ok(())
    }
}
