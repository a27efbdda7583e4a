//! Home: every account in sight, bank by bank, with what is held and what is coming in; and the menu.

mod view;

#[cfg(test)]
mod tests;

use ratatui::Frame;
use ratatui::layout::Rect;

use super::doors::{HOME_MENU, door};
use super::{Cx, Room, Screen, Seen};
use crate::actions::{Action, Scope};
use crate::app::notice::Notice;
use crate::popups::Answered;
use crate::popups::question::Ask;
use crate::rooms::welcome::Welcome;
use crate::texts::Texts;
use crate::widgets::list::moved;

/// Where this room is in the table of actions.
pub const SCOPES: &[Scope] = &[Scope::Home, Scope::List];

/// All accounts, and the menu.
#[derive(Debug, Default)]
pub struct Home {
    chosen: usize,
}

impl Home {
    fn choose(&self, action: Action, cx: &mut Cx<'_>) {
        let Some(door) = door(action) else { return };
        if let Some(why) = action.row().and_then(|row| row.when.why_not(cx.world)) {
            return cx.notice(Notice::Off(why));
        }
        match (door.open)(cx.world) {
            Some(room) => cx.go(room),
            None => cx.question(Ask::LogOut),
        }
    }
}

impl Screen for Home {
    fn title(&self, texts: &Texts) -> String {
        texts.home.title().to_owned()
    }

    fn scopes(&self) -> &'static [Scope] {
        SCOPES
    }

    fn entered(&mut self, cx: &mut Cx<'_>) {
        cx.world.look();
    }

    fn act(&mut self, action: Action, cx: &mut Cx<'_>) {
        match action {
            Action::Up | Action::Down => {
                self.chosen = moved(self.chosen, HOME_MENU.len(), action == Action::Down);
            }
            Action::Choose => {
                if let Some(door) = HOME_MENU.get(self.chosen) {
                    self.choose(door.action, cx);
                }
            }
            Action::Refresh => cx.world.look(),
            Action::SwitchBank => {
                if let Some(bank) = cx.world.banks.switch_main() {
                    cx.notice(Notice::BankSwitched(bank));
                }
            }
            action => self.choose(action, cx),
        }
    }

    fn popup_answered(&mut self, answered: &Answered, cx: &mut Cx<'_>) {
        if *answered == Answered::Question(Ask::LogOut, 1) {
            cx.world.log_out();
            let welcome = Welcome::new(&cx.world.settings);
            cx.reset(Room::Welcome(welcome));
        }
    }

    fn ticked(&mut self, cx: &mut Cx<'_>) {
        cx.world.look_when_due();
    }

    fn view(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        self.draw(frame, area, seen);
    }
}
