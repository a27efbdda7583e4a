//! Menus: their lines, what is typed for each, and the reasons why not come from the table of actions.

use super::Talk;
use super::lines::Over;
use super::questions::BACK;
use crate::actions::{ACTIONS, Action, Key, Row, Scope};
use crate::app::why_not::WhyNot;

/// What has a menu read out once more.
pub(super) const MENU: &str = "?";

/// What the screens have a row, a panel or a key on a list for, and a menu here a line of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extra {
    /// An account: its statement and whatever else there is to do with it.
    Accounts,
    /// A receipt: of a package, or of a line of a statement.
    Receipt,
    /// More of a list.
    Older,
    /// The receipt of one transfer.
    LegReceipt,
}

impl Extra {
    const fn letter(self) -> char {
        match self {
            Self::Accounts => 'e',
            Self::Receipt => 'c',
            Self::Older => 'm',
            Self::LegReceipt => 'l',
        }
    }
}

/// A menu: what it offers of the table, and what else.
#[derive(Clone, Copy, Debug)]
pub(super) struct Menu {
    /// Where its lines stand in the table, if they do; else wherever they stand.
    pub(super) scope: Scope,
    pub(super) actions: &'static [Action],
    pub(super) extras: &'static [Extra],
}

/// A line of a menu that was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chosen {
    Action(Action),
    Extra(Extra),
}

/// A line of a menu.
pub(super) struct Offer {
    key: String,
    label: String,
    pub(super) chosen: Chosen,
    pub(super) why: Option<WhyNot>,
}

/// The line of an action where it is offered: in this scope, else wherever it stands.
pub(super) fn row_in(scope: Scope, action: Action) -> Option<&'static Row> {
    ACTIONS.iter().find(|row| row.action == action && row.scope == scope).or_else(|| action.row())
}

/// What is typed for an action: the key's name, in small letters; a full stop goes back, as at every question.
pub(super) fn typed_key(key: &Key) -> String {
    match key {
        Key::Esc => BACK.to_owned(),
        Key::Char(c) => c.to_string(),
        key => key.name().to_lowercase(),
    }
}

/// The line that was typed: by its key, else by its key in the other case, else by its words.
pub(super) fn found<'a>(offers: &'a [Offer], typed: &str) -> Option<&'a Offer> {
    let small = typed.to_lowercase();
    offers
        .iter()
        .find(|offer| offer.key == typed)
        .or_else(|| offers.iter().find(|offer| offer.key == small || offer.label.to_lowercase() == small))
}

impl Talk {
    /// The lines of a menu as they stand now.
    pub(super) fn offers(&self, menu: &Menu) -> Vec<Offer> {
        let t = self.texts.plain;
        let mut offers = Vec::new();
        for action in menu.actions {
            let Some(row) = row_in(menu.scope, *action) else { continue };
            let Some(key) = row.keys.first() else { continue };
            offers.push(Offer {
                key: typed_key(key),
                label: row.label(self.texts.language).to_owned(),
                chosen: Chosen::Action(*action),
                why: row.when.why_not(&self.teller.world),
            });
        }
        for extra in menu.extras {
            let label = match extra {
                Extra::Accounts => t.accounts_menu(),
                Extra::Receipt => t.receipt_menu(),
                Extra::Older => t.older_menu(),
                Extra::LegReceipt => t.leg_receipt_menu(),
            };
            let (key, chosen) = (extra.letter().to_string(), Chosen::Extra(*extra));
            offers.push(Offer { key, label: label.to_owned(), chosen, why: None });
        }
        offers
    }

    /// Reads a menu out.
    pub(super) fn read_out(&mut self, offers: &[Offer]) {
        for Offer { key, label, why, .. } in offers {
            let label = match why {
                Some(why) => self.texts.plain.off(label, self.texts.frame.why_not(*why)),
                None => label.clone(),
            };
            self.say(&format!("{key}. {label}"));
        }
    }

    /// Whether a menu was not heard yet; from now on it was.
    pub(super) fn hears_first(&mut self, scope: Scope) -> bool {
        let first = !self.heard.contains(&scope);
        if first {
            self.heard.push(scope);
        }
        first
    }

    /// Has a menu read out again when it comes next.
    pub(super) fn unhear(&mut self, scope: Scope) {
        self.heard.retain(|heard| *heard != scope);
    }

    /// A line of a menu. One that was heard is not read out again until somebody asks for it.
    pub(super) async fn choose_line(&mut self, menu: &Menu) -> Result<Chosen, Over> {
        let t = self.texts.plain;
        let mut reads_out = self.hears_first(menu.scope);
        loop {
            let offers = self.offers(menu);
            if reads_out {
                self.read_out(&offers);
            }
            self.lines.ask(t.choose());
            let line = self.line().await?;
            let typed = line.trim();
            reads_out = typed == MENU;
            match found(&offers, typed) {
                Some(Offer { chosen, why: None, .. }) => return Ok(*chosen),
                Some(Offer { why: Some(why), .. }) => self.say(self.texts.frame.why_not(*why)),
                None if typed.is_empty() || reads_out => {}
                None => self.say(t.not_among()),
            }
        }
    }

    /// What every menu may lead to that is not its own. A line that leads nowhere is a mistake; a test looks for it.
    pub(super) fn nowhere(&mut self) {
        self.say(self.texts.plain.only_screens());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plain::ways;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_lines_of_a_menu_are_typed_alike() {
        for menu in ways::MENUS {
            let mut typed = BTreeSet::new();
            for action in menu.actions {
                let row = row_in(menu.scope, *action).expect("in the table");
                let key = row.keys.first().expect("a key");
                assert!(typed.insert(typed_key(key)), "{action:?} in {:?}", menu.scope);
            }
            for extra in menu.extras {
                assert!(typed.insert(extra.letter().to_string()), "{extra:?} in {:?}", menu.scope);
            }
        }
    }
}
