//! The banks of the consortium: address, whether each answers, how fast. In the demo, keys that break and mend one.

mod view;

#[cfg(test)]
pub(super) mod tests;

use ratatui::Frame;
use ratatui::layout::Rect;
use shared::ids::BankId;

use super::{Cx, Screen, Seen};
use crate::actions::{Action, Scope};
use crate::app::effect::Effect;
use crate::app::switch::BankSwitch;
use crate::app::world::World;
use crate::texts::Texts;
use crate::widgets::list::moved;

/// Where this room is in the table of actions.
pub const SCOPES: &[Scope] = &[Scope::Consortium, Scope::List];

/// The banks.
#[derive(Debug, Default)]
pub struct Consortium {
    chosen: usize,
}

impl Consortium {
    fn bank(&self, world: &World) -> Option<BankId> {
        world.banks.iter().nth(self.chosen).map(|b| b.id.clone())
    }
}

impl Screen for Consortium {
    fn title(&self, texts: &Texts) -> String {
        texts.consortium.title().to_owned()
    }

    fn scopes(&self) -> &'static [Scope] {
        SCOPES
    }

    fn takes_choice(&self) -> bool {
        false
    }

    fn entered(&mut self, cx: &mut Cx<'_>) {
        cx.world.look();
    }

    fn act(&mut self, action: Action, cx: &mut Cx<'_>) {
        match action {
            Action::Up | Action::Down => {
                let count = cx.world.banks.iter().count();
                self.chosen = moved(self.chosen, count, action == Action::Down);
            }
            Action::Refresh => cx.world.look(),
            // Pressed once more it is taken back.
            Action::ArmBank => {
                let bank = self.bank(cx.world);
                cx.world.armed = if cx.world.armed == bank { None } else { bank };
            }
            Action::StopBank | Action::StartBank => {
                let Some(bank) = self.bank(cx.world) else { return };
                let switch = match action {
                    Action::StopBank => BankSwitch::Stop(bank),
                    _ => BankSwitch::Start(bank),
                };
                cx.world.switching = Some(switch.clone());
                cx.world.wish(Effect::Switch(switch));
            }
            _ => {}
        }
    }

    fn ticked(&mut self, cx: &mut Cx<'_>) {
        cx.world.look_when_due();
    }

    fn view(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        self.draw(frame, area, seen);
    }
}
