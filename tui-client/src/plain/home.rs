//! The menu of whoever is logged in. Its lines, their order and the reasons why not come from the table of actions.

use super::lines::Over;
use super::questions::BACK;
use super::{LOOK, Talk};
use crate::actions::{ACTIONS, Action, Key, Row, Scope};
use crate::app::world::WhyNot;
use crate::clock;
use crate::rooms::doors::HOME_MENU;

/// What is done here and needs no room on the screens, after the doors of home.
const MORE: [Action; 5] =
    [Action::SeeInvitations, Action::SwitchBank, Action::Refresh, Action::SwitchLanguage, Action::Quit];

/// What has a menu read out once more.
const MENU: &str = "?";

/// What the screens have a key for in some room, and the menu here a line of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extra {
    Statement,
    Receipt,
}

impl Extra {
    pub(super) const ALL: [Self; 2] = [Self::Statement, Self::Receipt];

    const fn letter(self) -> char {
        match self {
            Self::Statement => 'e',
            Self::Receipt => 'c',
        }
    }
}

/// A line of a menu that was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chosen {
    Action(Action),
    Extra(Extra),
}

/// The line of an action where it is offered: in this scope, else wherever it stands.
fn row_in(scope: Scope, action: Action) -> Option<&'static Row> {
    ACTIONS.iter().find(|row| row.action == action && row.scope == scope).or_else(|| action.row())
}

/// What is typed for an action: the key's name, in small letters; a full stop goes back, as at every question.
fn typed_key(key: &Key) -> String {
    match key {
        Key::Esc => BACK.to_owned(),
        Key::Char(c) => c.to_string(),
        key => key.name().to_lowercase(),
    }
}

impl Talk {
    /// The menu, until the customer logs out.
    pub(super) async fn as_customer(&mut self) -> Result<(), Over> {
        self.tell_accounts();
        let actions: Vec<Action> = HOME_MENU.iter().map(|door| door.action).chain(MORE).collect();
        while self.teller.world.banks.main().is_some() {
            self.pass_on();
            match self.choose_line(Scope::Home, &actions, &Extra::ALL).await? {
                Chosen::Action(action) => self.perform(action).await?,
                Chosen::Extra(Extra::Statement) => self.statement().await?,
                Chosen::Extra(Extra::Receipt) => self.receipt().await?,
            }
        }
        Ok(())
    }

    /// A menu of actions only.
    pub(super) async fn choose_action(&mut self, scope: Scope, actions: &[Action]) -> Result<Action, Over> {
        loop {
            if let Chosen::Action(action) = self.choose_line(scope, actions, &[]).await? {
                return Ok(action);
            }
        }
    }

    async fn choose_line(
        &mut self,
        scope: Scope,
        actions: &[Action],
        extras: &[Extra],
    ) -> Result<Chosen, Over> {
        let t = self.texts.plain;
        let mut offered: Vec<(String, String, Chosen, Option<WhyNot>)> = Vec::new();
        for action in actions {
            let Some(row) = row_in(scope, *action) else { continue };
            let Some(key) = row.keys.first() else { continue };
            let label = row.label(self.texts.language).to_owned();
            let why = row.when.why_not(&self.teller.world);
            offered.push((typed_key(key), label, Chosen::Action(*action), why));
        }
        for extra in extras {
            let label = match extra {
                Extra::Statement => t.statement(),
                Extra::Receipt => t.receipt_menu(),
            };
            offered.push((extra.letter().to_string(), label.to_owned(), Chosen::Extra(*extra), None));
        }
        // A menu that was heard is not read out again until somebody asks for it.
        let mut reads_out = self.heard != Some(scope);
        loop {
            if reads_out {
                self.heard = Some(scope);
                for (key, label, _, why) in &offered {
                    let label = match why {
                        Some(why) => t.off(label, self.texts.frame.why_not(*why)),
                        None => label.clone(),
                    };
                    self.say(&format!("{key}. {label}"));
                }
            }
            self.lines.ask(t.choose());
            let line = self.line().await?;
            let typed = line.trim().to_lowercase();
            reads_out = typed == MENU;
            let found =
                offered.iter().find(|(key, label, ..)| *key == typed || label.to_lowercase() == typed);
            match found {
                Some((_, _, chosen, None)) => return Ok(*chosen),
                Some((_, _, _, Some(why))) => self.say(self.texts.frame.why_not(*why)),
                None if typed.is_empty() || reads_out => {}
                None => self.say(t.not_among()),
            }
        }
    }

    async fn perform(&mut self, action: Action) -> Result<(), Over> {
        match action {
            Action::Pay => self.pay().await,
            Action::BuildPackage => self.build_package().await,
            Action::PayIn => self.pay_in().await,
            Action::PayOut => self.pay_out().await,
            Action::OpenAccount => self.open_account().await,
            Action::Orders => self.orders().await,
            Action::ConnectBanks => self.connections().await,
            Action::SeeInvitations => self.invitations().await,
            Action::SeeMe => self.me().await,
            Action::SeeSettings => self.settings().await,
            Action::SeeConsortium => self.consortium().await,
            Action::SwitchBank => {
                if let Some(bank) = self.teller.world.banks.switch_main() {
                    self.say(&self.texts.home.switched(&bank));
                }
                Ok(())
            }
            Action::Refresh => {
                self.look().await;
                self.tell_accounts();
                Ok(())
            }
            Action::SwitchLanguage => {
                self.switch_language();
                Ok(())
            }
            Action::Quit => Err(Over::Quit),
            _ => {
                self.say(self.texts.plain.only_screens());
                Ok(())
            }
        }
    }

    /// Looks at the accounts and waits for what the banks say.
    pub(super) async fn look(&mut self) {
        self.teller.world.clock_shows(clock::now());
        self.teller.world.look();
        self.teller.settle(LOOK).await;
    }
}

/// Whether an action of the menu can be done here.
#[cfg(test)]
const fn is_done_here(action: Action) -> bool {
    matches!(
        action,
        Action::Pay
            | Action::BuildPackage
            | Action::PayIn
            | Action::PayOut
            | Action::OpenAccount
            | Action::Orders
            | Action::ConnectBanks
            | Action::SeeInvitations
            | Action::SeeMe
            | Action::SeeSettings
            | Action::SeeConsortium
            | Action::SwitchBank
            | Action::Refresh
            | Action::SwitchLanguage
            | Action::Quit
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_door_of_home_opens_here_too_and_no_two_lines_are_typed_alike() {
        let mut typed = BTreeSet::new();
        for action in HOME_MENU.iter().map(|door| door.action).chain(MORE) {
            assert!(is_done_here(action), "{action:?} cannot be done line by line");
            let row = row_in(Scope::Home, action).expect("in the table");
            let key = row.keys.first().expect("a key");
            assert!(typed.insert(typed_key(key)), "{action:?}");
        }
        for extra in Extra::ALL {
            assert!(typed.insert(extra.letter().to_string()), "{extra:?}");
        }
    }
}
