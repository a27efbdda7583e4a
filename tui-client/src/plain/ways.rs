//! How each line of the table of actions is done without a screen, or why it is not: the table is walked, so that nothing
//! can be added to the screens and forgotten here.

use super::access::WELCOME;
use super::accounts::ACCOUNT;
use super::builder::BUILDER;
use super::home::HOME;
use super::me::ME;
use super::menus::Menu;
use super::packages::PACKAGE;
use crate::actions::{Action, Row, Scope};

/// Every menu there is.
pub(super) const MENUS: [&Menu; 6] = [&WELCOME, &HOME, &ACCOUNT, &BUILDER, &PACKAGE, &ME];

/// A way to do something line by line.
enum Way {
    /// A line of this menu.
    Line(&'static Menu),
    /// An answer at a question, or something said without being asked for.
    Asked(&'static str),
    /// Not at all.
    Never(&'static str),
}

/// A new action does not compile until its way is found.
fn way(row: &Row) -> Way {
    use Way::{Asked, Line, Never};
    match row.action {
        // Everywhere.
        Action::Help => Asked("? reads a menu out"),
        Action::Palette => Asked("every menu takes a line by its words too"),
        Action::GoHome => Asked("full stops lead back to the menu of home"),
        Action::Back => Asked("a full stop at every question"),
        Action::SwitchLanguage | Action::HideBalances | Action::LockNow => Line(&HOME),
        Action::NextTheme => Asked("the settings change it, for the screens"),
        Action::QuitNow => Asked("Ctrl-C, or the end of the input"),
        Action::Redraw => Never("nothing is drawn"),
        Action::Suspend => Never("the terminal was never taken: the shell's own Ctrl-Z works"),
        // Lists, long rooms and forms.
        Action::Up | Action::Down | Action::PageUp | Action::PageDown | Action::First | Action::Last => {
            Never("rows are said in order, each with its number")
        }
        Action::Choose => match row.scope {
            Scope::Account => Asked("c in the account's menu, then the line's number"),
            Scope::Package => Asked("l in the package's menu, then the transfer's number"),
            Scope::Packages => Asked("the number of an order"),
            Scope::Review => Asked("the review's yes or no"),
            Scope::Import => Asked("whether to add only the lines that were understood"),
            _ => Asked("the number of a row, an empty line to go on"),
        },
        Action::NextField | Action::PreviousField | Action::GoOn | Action::Submit => {
            Asked("fields are questions, one after the other")
        }
        Action::ShowPassword => Never("a password is typed with no echo; nothing shows it again"),
        // Welcome and log-in.
        Action::GoLogIn | Action::GoSignUp => Line(&WELCOME),
        Action::ChangeBank => Asked("the first question of log-in and sign-up"),
        Action::Quit => match row.scope {
            Scope::Welcome => Line(&WELCOME),
            _ => Line(&HOME),
        },
        Action::TakeBank(_) => Asked("the bank's number at the question for its address"),
        Action::PickAccount => Asked("accounts and payees paid before are said with their numbers"),
        Action::OtherButton => Asked("yes or no"),
        // Orders.
        Action::SendAgain | Action::SetAside => {
            Asked("after an order that may be sent again, or never arrived")
        }
        Action::CopyId | Action::CopyNumber | Action::CopyReceipt => {
            Never("it is said: the terminal's own copying takes it")
        }
        Action::ShowQr => Never("a drawing; the receipt's file has it"),
        Action::ShowReceipt | Action::CorrectLegs => Line(&PACKAGE),
        Action::SaveReceipt => Asked("after each receipt: which file"),
        Action::OpenById => Asked("the id, where an order is chosen"),
        // The package builder.
        Action::NewLeg
        | Action::DuplicateLeg
        | Action::RemoveLeg
        | Action::LegUp
        | Action::LegDown
        | Action::RemoveAll
        | Action::TakeBack
        | Action::Find
        | Action::Sums
        | Action::SaveFile
        | Action::LoadFile
        | Action::KeepTemplate
        | Action::Templates
        | Action::ReviewLegs => Line(&BUILDER),
        // Accounts and lists of orders.
        Action::Filter => match row.scope {
            Scope::Account => Line(&ACCOUNT),
            _ => Asked("words, where an order is chosen"),
        },
        Action::KeepFilter => Asked("the words are taken with the line"),
        Action::ShowDetails | Action::SaveStatement | Action::PayFromHere | Action::CloseAccount => {
            Line(&ACCOUNT)
        }
        Action::OtherPanel => Asked("e in the menu of home: the accounts"),
        // Consents.
        Action::Revoke | Action::ConnectAll => Asked("what to do, among the connected banks"),
        Action::SkipBank => Asked("a no to a bank of the pass"),
        // The consortium.
        Action::StopBank | Action::ArmBank | Action::StartBank => {
            Asked("which bank, in the demo's list, and how it goes down")
        }
        Action::Pay
        | Action::PayIn
        | Action::PayOut
        | Action::Orders
        | Action::BuildPackage
        | Action::OpenAccount
        | Action::ConnectBanks
        | Action::SeeConsortium
        | Action::SeeMe
        | Action::SeeSettings
        | Action::SwitchBank => Line(&HOME),
        Action::SeeInvitations => match row.scope {
            Scope::Me => Line(&ME),
            _ => Line(&HOME),
        },
        // Me.
        Action::ChangeName
        | Action::ChangePassword
        | Action::LogInElsewhere
        | Action::LogInAsAnother
        | Action::LogOutHere
        | Action::EndSession => Line(&ME),
        Action::LogOut => match row.scope {
            Scope::Lock => Asked("a full stop in place of the password"),
            _ => Line(&ME),
        },
        Action::AcceptInvitation | Action::DeclineInvitation => Asked("what to do with an invitation"),
        // Settings.
        Action::NextValue => Asked("the number of a setting takes its next value"),
        Action::PreviousValue => Never("values go round: the next one comes to it"),
        Action::AddBank | Action::EditBank | Action::RemoveBank | Action::ForgetBankKey => {
            Asked("the settings' last lines")
        }
        Action::Refresh => match row.scope {
            Scope::Account => Line(&ACCOUNT),
            Scope::Package => Line(&PACKAGE),
            Scope::Home => Line(&HOME),
            _ => Asked("lists are asked for anew each time they are said"),
        },
    }
}

mod tests {
    use shared::api::replies::PackageStatus;

    use super::*;
    use crate::actions::ACTIONS;
    use crate::plain::accounts::Look;
    use crate::plain::builder::Draft;
    use crate::plain::lines::Over;
    use crate::plain::menus::Chosen;
    use crate::plain::testing::Scene;
    use crate::testing::{account_ref, full_package, order_file};
    use crate::texts::{Language, Texts};

    #[test]
    fn every_line_of_the_table_has_a_way_without_a_screen_or_a_reason_why_not() {
        let mut walked = 0;
        for row in ACTIONS {
            match way(row) {
                Way::Line(menu) => {
                    assert!(
                        menu.actions.contains(&row.action),
                        "{row:?} is not in the menu of {:?}",
                        menu.scope
                    );
                }
                Way::Asked(how) => assert!(!how.is_empty(), "{row:?}"),
                Way::Never(why) => assert!(!why.is_empty(), "{row:?}"),
            }
            walked += 1;
        }
        assert_eq!(walked, ACTIONS.len());
    }

    #[tokio::test]
    async fn every_line_of_every_menu_leads_somewhere() {
        let nowhere = Texts::new(Language::En).plain.only_screens();
        for menu in MENUS {
            let actions = menu.actions.iter().map(|action| Chosen::Action(*action));
            let extras = menu.extras.iter().map(|extra| Chosen::Extra(*extra));
            for chosen in actions.chain(extras) {
                let mut scene = Scene::alone(&[], false);
                let talk = &mut scene.talk;
                let ended = match menu.scope {
                    Scope::Welcome => talk.in_welcome(chosen).await,
                    Scope::Home => talk.perform(chosen).await,
                    Scope::Me => talk.in_me(chosen).await,
                    Scope::Account => {
                        let mut look = Look::new(account_ref("aurora", 1042));
                        talk.in_account(&mut look, chosen).await.map(|_| ())
                    }
                    Scope::Builder => {
                        let mut draft = Draft::default();
                        draft.legs = order_file(1).legs.as_slice().to_vec();
                        talk.in_builder(&mut draft, chosen).await.map(|_| ())
                    }
                    Scope::Package => {
                        let mut package = full_package(PackageStatus::Committed, true);
                        talk.in_package(&mut package, chosen).await.map(|_| ())
                    }
                    other => panic!("nobody asks the menu of {other:?}"),
                };
                assert_ne!(ended, Err(Over::Signal), "{chosen:?}");
                let said = scene.said.text();
                assert!(!said.contains(nowhere), "{chosen:?} of {:?}: {said}", menu.scope);
            }
        }
    }
}
