//! Home: every account in sight, bank by bank, with what is held and what is coming in; and the menu.

mod view;

#[cfg(test)]
pub(super) mod tests;

use ratatui::Frame;
use ratatui::layout::Rect;

use super::account::Account;
use super::doors::{HOME_MENU, door};
use super::invitations::Invitations;
use super::{Cx, Room, Screen, Seen};
use crate::actions::{Action, Scope};
use crate::app::notice::Notice;
use crate::texts::Texts;
use crate::widgets::list::moved;

/// Where this room is in the table of actions.
pub const SCOPES: &[Scope] = &[Scope::Home, Scope::List];

/// All accounts, and the menu.
#[derive(Debug, Default)]
pub struct Home {
    chosen: usize,
    /// The account chosen, while the accounts have the focus in place of the menu.
    account: Option<usize>,
}

impl Home {
    fn open_account(&self, cx: &mut Cx<'_>) {
        let account = self.account.and_then(|at| cx.world.banks.accounts().nth(at));
        if let Some(account) = account.map(|a| a.account.clone()) {
            cx.go(Room::Account(Box::new(Account::new(account))));
        }
    }

    fn choose(&self, action: Action, cx: &mut Cx<'_>) {
        let Some(door) = door(action) else { return };
        if let Some(why) = action.row().and_then(|row| row.when.why_not(cx.world)) {
            return cx.notice(Notice::Off(why));
        }
        cx.go((door.open)(cx.world));
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
            Action::OtherPanel => {
                let any = cx.world.banks.accounts().next().is_some();
                self.account = if self.account.is_none() && any { Some(0) } else { None };
            }
            Action::Up | Action::Down if self.account.is_some() => {
                let accounts = cx.world.banks.accounts().count();
                self.account = self.account.map(|at| moved(at, accounts, action == Action::Down));
            }
            Action::Choose if self.account.is_some() => self.open_account(cx),
            Action::Up | Action::Down => {
                self.chosen = moved(self.chosen, HOME_MENU.len(), action == Action::Down);
            }
            Action::Choose => {
                if let Some(door) = HOME_MENU.get(self.chosen) {
                    self.choose(door.action, cx);
                }
            }
            Action::Refresh => {
                cx.world.look();
                cx.world.look_for_invitations();
            }
            Action::SwitchBank => {
                if let Some(bank) = cx.world.banks.switch_main() {
                    cx.notice(Notice::BankSwitched(bank));
                }
            }
            Action::SeeInvitations => cx.go(Room::Invitations(Invitations::default())),
            action => self.choose(action, cx),
        }
    }

    fn ticked(&mut self, cx: &mut Cx<'_>) {
        cx.world.look_when_due();
        cx.world.look_around_when_due();
    }

    fn view(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        self.draw(frame, area, seen);
    }
}
