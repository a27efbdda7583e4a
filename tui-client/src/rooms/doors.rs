//! The menu of home: one line for each way on. Its number and label stand in the table of actions.

use super::Room;
use super::builder::Builder;
use super::connections::Connections;
use super::consortium::Consortium;
use super::me::Me;
use super::open_account::OpenAccount;
use super::packages::Packages;
use super::pay::Pay;
use super::settings::SettingsRoom;
use crate::actions::Action;
use crate::app::world::World;

/// A way on from home.
#[derive(Clone, Copy, Debug)]
pub struct Door {
    /// Its line in the table of actions: digit, labels, when.
    pub action: Action,
    /// The room behind it.
    pub open: fn(&World) -> Room,
}

/// The menu, in order.
pub const HOME_MENU: &[Door] = &[
    Door { action: Action::Pay, open: |world| Room::Pay(Pay::transfer(world)) },
    Door { action: Action::BuildPackage, open: |_| Room::Builder(Builder::default()) },
    Door { action: Action::PayIn, open: |world| Room::Pay(Pay::pay_in(world)) },
    Door { action: Action::PayOut, open: |world| Room::Pay(Pay::pay_out(world)) },
    Door { action: Action::OpenAccount, open: |world| Room::OpenAccount(OpenAccount::new(world)) },
    Door { action: Action::Orders, open: |_| Room::Packages(Packages::default()) },
    Door { action: Action::ConnectBanks, open: |_| Room::Connections(Connections::default()) },
    Door { action: Action::SeeConsortium, open: |_| Room::Consortium(Consortium::default()) },
    Door { action: Action::SeeMe, open: |_| Room::Me(Me::default()) },
    Door { action: Action::SeeSettings, open: |_| Room::Settings(SettingsRoom::default()) },
];

/// The door of an action, if it is one of the menu.
#[must_use]
pub fn door(action: Action) -> Option<&'static Door> {
    HOME_MENU.iter().find(|d| d.action == action)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actions::{Key, Scope};

    #[test]
    fn every_door_has_a_digit_at_home() {
        for door in HOME_MENU {
            let row = door.action.row().expect("in the table");
            assert_eq!(row.scope, Scope::Home, "{:?}", door.action);
            assert!(matches!(row.keys[0], Key::Char('0'..='9')), "{:?}", door.action);
        }
    }
}
