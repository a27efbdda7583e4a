//! What is kept on this machine for the customer: payees and templates.

use shared::account::AccountRef;

use super::World;
use crate::app::book::{Keep, Template};
use crate::app::effect::Effect;

impl World {
    /// Keeps the payees of packages that have committed since it was last called.
    pub fn note_payees(&mut self) {
        let banks = &self.banks;
        let noted = self.book.note(self.orders.iter(), |account| banks.account(account).is_some(), self.now);
        if let Some(payees) = noted {
            self.keep(Keep::Payees(payees));
        }
    }

    /// Forgets a payee paid before.
    pub fn forget_payee(&mut self, account: &AccountRef) {
        let left = self.book.forget(account);
        self.keep(Keep::Payees(left));
    }

    /// Keeps a template; one of the same name is replaced.
    pub fn keep_template(&mut self, template: Template) {
        let before = self.book.template(&template.name).map(|t| t.name.clone());
        if let Some(before) = before.filter(|before| *before != template.name) {
            self.keep(Keep::DropTemplate(before));
        }
        self.book.keep_template(template.clone());
        self.keep(Keep::Template(template));
    }

    /// Drops a template.
    pub fn drop_template(&mut self, name: &str) {
        self.book.drop_template(name);
        self.keep(Keep::DropTemplate(name.to_owned()));
    }

    fn keep(&mut self, wish: Keep) {
        if let Some(cpf) = self.book.owner() {
            self.wish(Effect::Keep(cpf, wish));
        }
    }
}
