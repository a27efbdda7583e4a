//! The menu of home: one line for each way on. Its number and label stand in the table of actions.

use super::Room;
use super::builder::Builder;
use super::connections::Connections;
use super::consortium::Consortium;
use super::log_in::LogIn;
use super::open_account::OpenAccount;
use super::package::Package;
use super::pay::Pay;
use crate::actions::Action;
use crate::app::world::World;

/// A way on from home.
#[derive(Clone, Copy, Debug)]
pub struct Door {
    /// Its line in the table of actions: digit, labels, when.
    pub action: Action,
    /// The room behind it; none where the action does something else.
    pub open: fn(&World) -> Option<Room>,
}

/// The menu, in order.
pub const HOME_MENU: &[Door] = &[
    Door { action: Action::Pay, open: |world| Some(Room::Pay(Pay::transfer(world))) },
    Door { action: Action::BuildPackage, open: |_| Some(Room::Builder(Builder::default())) },
    Door { action: Action::PayIn, open: |world| Some(Room::Pay(Pay::pay_in(world))) },
    Door { action: Action::PayOut, open: |world| Some(Room::Pay(Pay::pay_out(world))) },
    Door { action: Action::OpenAccount, open: |world| Some(Room::OpenAccount(OpenAccount::new(world))) },
    Door { action: Action::Orders, open: |world| Some(Room::Package(Package::all(world))) },
    Door { action: Action::ConnectBanks, open: |_| Some(Room::Connections(Connections::default())) },
    Door { action: Action::LogInElsewhere, open: |world| Some(Room::LogIn(LogIn::elsewhere(world))) },
    Door { action: Action::SeeConsortium, open: |_| Some(Room::Consortium(Consortium::default())) },
    Door { action: Action::LogOut, open: |_| None },
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
