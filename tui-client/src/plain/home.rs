//! The menu of whoever is logged in. Its lines, their order and the reasons why not come from the table of actions.

use super::lines::Over;
use super::menus::{Chosen, Extra, Menu};
use super::{LOOK, Talk};
use crate::actions::{Action, Scope};
use crate::clock;

/// The doors of home, then what is done here and needs no room on the screens.
pub(super) const HOME: Menu = Menu {
    scope: Scope::Home,
    actions: &[
        Action::Pay,
        Action::BuildPackage,
        Action::PayIn,
        Action::PayOut,
        Action::OpenAccount,
        Action::Orders,
        Action::ConnectBanks,
        Action::SeeConsortium,
        Action::SeeMe,
        Action::SeeSettings,
        Action::SeeInvitations,
        Action::SwitchBank,
        Action::Refresh,
        Action::HideBalances,
        Action::LockNow,
        Action::SwitchLanguage,
        Action::Quit,
    ],
    extras: &[Extra::Accounts, Extra::Receipt],
};

impl Talk {
    /// The menu, until the customer logs out.
    pub(super) async fn as_customer(&mut self) -> Result<(), Over> {
        self.tell_accounts();
        while self.teller.world.banks.main().is_some() {
            self.pass_on();
            let chosen = self.choose_line(&HOME).await?;
            self.perform(chosen).await?;
        }
        Ok(())
    }

    pub(super) async fn perform(&mut self, chosen: Chosen) -> Result<(), Over> {
        let action = match chosen {
            Chosen::Action(action) => action,
            Chosen::Extra(Extra::Accounts) => return self.accounts().await,
            Chosen::Extra(Extra::Receipt) => return self.receipt().await,
            Chosen::Extra(Extra::Older | Extra::LegReceipt) => {
                self.nowhere();
                return Ok(());
            }
        };
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
            Action::LockNow => self.lock().await,
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
            Action::HideBalances => {
                self.hide_balances();
                Ok(())
            }
            Action::SwitchLanguage => {
                self.switch_language();
                Ok(())
            }
            Action::Quit => Err(Over::Quit),
            _ => {
                self.nowhere();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rooms::doors::HOME_MENU;

    #[test]
    fn every_door_of_home_opens_here_too_in_the_same_order() {
        let doors: Vec<Action> = HOME_MENU.iter().map(|door| door.action).collect();
        assert_eq!(HOME.actions[..doors.len()], doors);
    }
}
