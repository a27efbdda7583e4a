//! What is kept on this machine for one customer: payees paid before, and packages kept as templates. Filled from
//! committed packages only; another customer of the same machine does not see it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::account::AccountRef;
use shared::api::replies::PackageStatus;
use shared::cpf::Cpf;
use shared::ids::PackageId;

use super::orders::{Order, OrderState};
use crate::widgets::complaint::Complaint;
use crate::widgets::search::fold;

/// Payees remembered, at most; those paid longest ago go first.
pub const PAYEES_MAX: usize = 500;
/// Templates kept, at most.
pub const TEMPLATES_MAX: usize = 100;
/// A template's name, in characters.
pub const TEMPLATE_NAME_CHARS_MAX: usize = 40;

/// A payee paid before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownPayee {
    /// The account that was paid.
    pub account: AccountRef,
    /// Who holds it, masked, as their bank told; empty where it was never asked.
    #[serde(default)]
    pub name: String,
    /// When it was paid last.
    pub last_paid: Timestamp,
    /// How many transfers it got.
    pub times: u32,
}

/// A package kept under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// Its name: see [`check_name`].
    pub name: String,
    /// Its legs, one a line.
    pub text: String,
}

/// What is on disk for one customer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BookFiles {
    /// Payees paid before.
    pub payees: Vec<KnownPayee>,
    /// Templates.
    pub templates: Vec<Template>,
    /// What could not be read, in the system's words.
    pub unread: Option<String>,
}

/// A wish about what is kept for a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Read all of it.
    Open,
    /// Write the payees.
    Payees(Vec<KnownPayee>),
    /// Write a template; one of the same name is replaced.
    Template(Template),
    /// Remove a template.
    DropTemplate(String),
}

/// What became of such a wish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeepAnswer {
    /// It was read.
    Opened(BookFiles),
    /// A template was written.
    TemplateKept(String),
    /// The payees could not be written: in the system's words.
    PayeesLost(String),
    /// A template could not be written, or not be removed.
    TemplateLost {
        /// Which.
        name: String,
        /// In the system's words.
        reason: String,
    },
}

/// What is kept for the customer who is logged in.
#[derive(Debug, Default)]
pub struct Book {
    /// Whose it is; none while nobody is logged in.
    owner: Option<Cpf>,
    opened: bool,
    payees: Vec<KnownPayee>,
    templates: Vec<Template>,
    /// Names that banks have told in this run.
    names: BTreeMap<AccountRef, String>,
    /// Packages whose payees are in it.
    noted: BTreeSet<PackageId>,
}

impl Book {
    /// Whose it is.
    #[must_use]
    pub const fn owner(&self) -> Option<Cpf> {
        self.owner
    }

    /// Somebody logged in. Tells whether their book has to be read.
    #[must_use]
    pub fn logged_in(&mut self, cpf: Cpf) -> bool {
        let anew = self.owner != Some(cpf);
        if anew {
            *self = Self { owner: Some(cpf), ..Self::default() };
        }
        anew
    }

    /// Nobody is logged in any more.
    pub fn log_out(&mut self) {
        *self = Self::default();
    }

    /// What was on disk for `cpf`. Somebody else's is not taken.
    pub fn opened(&mut self, cpf: Cpf, files: &BookFiles) {
        if self.owner == Some(cpf) && !self.opened {
            self.opened = true;
            self.payees = files.payees.clone();
            self.templates = files.templates.clone();
            self.sort();
        }
    }

    /// Payees paid before, those paid last first.
    #[must_use]
    pub fn payees(&self) -> &[KnownPayee] {
        &self.payees
    }

    /// Templates, by name.
    #[must_use]
    pub fn templates(&self) -> &[Template] {
        &self.templates
    }

    /// The template of this name, capitals and accents aside.
    #[must_use]
    pub fn template(&self, name: &str) -> Option<&Template> {
        self.templates.iter().find(|t| fold(&t.name) == fold(name))
    }

    /// A bank told who holds an account.
    pub fn name_told(&mut self, account: &AccountRef, name: &str) {
        self.names.insert(account.clone(), name.to_owned());
    }

    /// Takes the payees of packages that have committed and are not in it yet. Gives them all when any was new.
    /// `is_own` tells the customer's own accounts: those are no payees.
    #[must_use]
    pub fn note<'a>(
        &mut self,
        orders: impl Iterator<Item = &'a Order>,
        is_own: impl Fn(&AccountRef) -> bool,
        now: Timestamp,
    ) -> Option<Vec<KnownPayee>> {
        if !self.opened {
            return None;
        }
        let mut changed = false;
        for order in orders {
            let committed =
                matches!(&order.state, OrderState::Told(p) if p.status == PackageStatus::Committed);
            if !committed || !self.noted.insert(order.file.id) {
                continue;
            }
            for account in order.file.legs.as_slice().iter().filter_map(|leg| leg.to().account()) {
                if !is_own(account) {
                    self.paid(account, now);
                    changed = true;
                }
            }
        }
        changed.then(|| {
            self.sort();
            self.payees.truncate(PAYEES_MAX);
            self.payees.clone()
        })
    }

    fn paid(&mut self, account: &AccountRef, now: Timestamp) {
        let name = self.names.get(account).cloned();
        match self.payees.iter_mut().find(|p| p.account == *account) {
            Some(known) => {
                known.last_paid = now;
                known.times = known.times.saturating_add(1);
                known.name = name.unwrap_or_else(|| std::mem::take(&mut known.name));
            }
            None => self.payees.push(KnownPayee {
                account: account.clone(),
                name: name.unwrap_or_default(),
                last_paid: now,
                times: 1,
            }),
        }
    }

    /// Forgets a payee. Gives those that are left.
    #[must_use]
    pub fn forget(&mut self, account: &AccountRef) -> Vec<KnownPayee> {
        self.payees.retain(|p| p.account != *account);
        self.payees.clone()
    }

    /// Keeps a template, for this run at least.
    pub fn keep_template(&mut self, template: Template) {
        self.templates.retain(|t| fold(&t.name) != fold(&template.name));
        self.templates.push(template);
        self.sort();
    }

    /// Drops a template.
    pub fn drop_template(&mut self, name: &str) {
        self.templates.retain(|t| t.name != name);
    }

    fn sort(&mut self) {
        self.payees.sort_by(|a, b| b.last_paid.cmp(&a.last_paid).then_with(|| a.account.cmp(&b.account)));
        self.templates.sort_by_key(|t| fold(&t.name));
    }
}

/// Whether a template may have this name: it becomes a file's, so letters, digits, blanks, `-` and `_` only.
///
/// # Errors
/// What is wrong with it.
pub fn check_name(name: &str) -> Result<(), Complaint> {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    if name.trim().is_empty() {
        Err(Complaint::Required)
    } else if name.chars().count() > TEMPLATE_NAME_CHARS_MAX {
        Err(Complaint::TooLong(TEMPLATE_NAME_CHARS_MAX))
    } else if name.chars().all(fits) && name.trim() == name {
        Ok(())
    } else {
        Err(Complaint::NameCharacters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{account_ref, ana, order_file, start_time};
    use rstest::rstest;
    use shared::api::replies::PackageReply;

    fn order(n: u128, status: PackageStatus) -> Order {
        let file = order_file(n);
        let mut orders = super::super::orders::Orders::default();
        let _keep = orders.begin(file.clone());
        let mut order = orders.order(file.id).expect("begun").clone();
        order.state = OrderState::Told(PackageReply {
            id: file.id,
            status,
            settled: true,
            legs: Vec::new(),
            refusals: Vec::new(),
            created_at: start_time(),
            decided_at: None,
            banks: Vec::new(),
        });
        order
    }

    #[test]
    fn payees_come_from_committed_packages_once_each() {
        let mut book = Book::default();
        let nobody = |_: &AccountRef| false;
        let done = order(1, PackageStatus::Committed);
        assert!(book.logged_in(ana()) && !book.logged_in(ana()));
        assert_eq!(book.note([&done].into_iter(), nobody, start_time()), None, "not before it was read");
        book.opened(ana(), &BookFiles::default());
        book.name_told(&account_ref("boreal", 2001), "B**** L***");
        let refused = order(2, PackageStatus::Refused);
        let under_way = order(3, PackageStatus::InProgress);
        assert_eq!(book.note([&refused, &under_way].into_iter(), nobody, start_time()), None);
        assert!(book.note([&done].into_iter(), nobody, start_time()).is_some());
        assert_eq!(book.note([&done].into_iter(), nobody, start_time()), None);
        let more = order(4, PackageStatus::Committed);
        let kept = book.note([&done, &more].into_iter(), nobody, start_time()).expect("one more");
        assert_eq!((kept.len(), kept[0].times, kept[0].name.as_str()), (1, 2, "B**** L***"));
        let own = order(5, PackageStatus::Committed);
        assert_eq!(book.note([&own].into_iter(), |_| true, start_time()), None);
        assert_eq!(book.forget(&account_ref("boreal", 2001)), Vec::new());
    }

    #[test]
    fn a_book_is_only_its_owners() {
        let mut book = Book::default();
        let files = BookFiles {
            templates: vec![Template { name: "Folha".to_owned(), text: String::new() }],
            ..BookFiles::default()
        };
        assert!(book.logged_in(ana()));
        let other: Cpf = "111.444.777-35".parse().expect("a CPF");
        book.opened(other, &files);
        assert!(book.templates().is_empty());
        book.opened(ana(), &files);
        assert!(book.template("FOLHA").is_some());
        assert!(book.logged_in(other));
        assert!(book.templates().is_empty());
    }

    #[rstest]
    #[case("Folha de novembro", Ok(()))]
    #[case("13º_salário-2", Ok(()))]
    #[case("", Err(Complaint::Required))]
    #[case("../fora", Err(Complaint::NameCharacters))]
    #[case("a/b", Err(Complaint::NameCharacters))]
    #[case(".oculto", Err(Complaint::NameCharacters))]
    #[case("a\0b", Err(Complaint::NameCharacters))]
    #[case(" a", Err(Complaint::NameCharacters))]
    fn names_lead_nowhere_else(#[case] name: &str, #[case] expect: Result<(), Complaint>) {
        assert_eq!(check_name(name), expect);
    }
}
