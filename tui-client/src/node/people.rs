//! What is kept for each customer of this machine, under a name that tells nobody's CPF: payees paid before, and templates.

use std::path::PathBuf;
use std::{fs, io};

use shared::cpf::Cpf;

use super::places::{Places, write_first, write_whole};
use crate::app::book::{BookFiles, Keep, KeepAnswer, KnownPayee, TEMPLATES_MAX, Template, check_name};
use crate::ids;

pub(super) const PEOPLE: &str = "people";
const SALT: &str = "salt";
const PAYEES: &str = "payees.json";
pub(super) const TEMPLATES: &str = "templates";
const EXTENSION: &str = "txt";

/// Templates are as large as the files that they come from may be, at most.
const TEMPLATE_BYTES_MAX: u64 = 1024 * 1024;

impl Places {
    /// Performs one wish. `None` where there is nothing to tell.
    #[must_use]
    pub fn keep(&self, cpf: Cpf, wish: Keep) -> Option<KeepAnswer> {
        match wish {
            Keep::Open => Some(KeepAnswer::Opened(self.open_book(cpf))),
            Keep::Payees(payees) => {
                self.keep_payees(cpf, &payees).err().map(|error| KeepAnswer::PayeesLost(error.to_string()))
            }
            Keep::Template(template) => Some(match self.keep_template(cpf, &template) {
                Ok(()) => KeepAnswer::TemplateKept(template.name),
                Err(error) => KeepAnswer::TemplateLost { name: template.name, reason: error.to_string() },
            }),
            Keep::DropTemplate(name) => match self.drop_template(cpf, &name) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    Some(KeepAnswer::TemplateLost { name, reason: error.to_string() })
                }
                Ok(()) | Err(_) => None,
            },
        }
    }

    /// The directory of one customer. A CPF has so few digits that a bare digest of it would tell it; the salt is this
    /// machine's own.
    fn person(&self, cpf: Cpf) -> io::Result<PathBuf> {
        let people = self.state()?.join(PEOPLE);
        let salt = match fs::read(people.join(SALT)) {
            Ok(salt) if !salt.is_empty() => salt,
            Ok(_) => self.new_salt(&people)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.new_salt(&people)?,
            Err(error) => return Err(error),
        };
        let mut keyed = salt;
        keyed.extend(cpf.to_string().into_bytes());
        let digest = ring::digest::digest(&ring::digest::SHA256, &keyed);
        let name: String = digest.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Ok(people.join(name))
    }

    #[expect(clippy::unused_self, reason = "only who holds the places writes in them")]
    fn new_salt(&self, people: &std::path::Path) -> io::Result<Vec<u8>> {
        // Two clients may start at once: both go on with the salt of the first.
        write_first(people, SALT, &ids::fresh_salt())?;
        let salt = fs::read(people.join(SALT))?;
        if !salt.is_empty() {
            return Ok(salt);
        }
        let salt = ids::fresh_salt().to_vec();
        write_whole(people, SALT, &salt)?;
        Ok(salt)
    }

    fn open_book(&self, cpf: Cpf) -> BookFiles {
        let mut book = BookFiles::default();
        let read = self.person(cpf).and_then(|person| {
            match fs::read_to_string(person.join(PAYEES)) {
                Ok(text) => book.payees = serde_json::from_str(&text)?,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
            book.templates = templates(&person.join(TEMPLATES))?;
            Ok(())
        });
        book.unread = read.err().map(|error| error.to_string());
        book
    }

    fn keep_payees(&self, cpf: Cpf, payees: &[KnownPayee]) -> io::Result<()> {
        write_whole(&self.person(cpf)?, PAYEES, &serde_json::to_vec_pretty(payees)?)
    }

    fn keep_template(&self, cpf: Cpf, template: &Template) -> io::Result<()> {
        let name = file_name(&template.name)?;
        write_whole(&self.person(cpf)?.join(TEMPLATES), &name, template.text.as_bytes())
    }

    fn drop_template(&self, cpf: Cpf, name: &str) -> io::Result<()> {
        fs::remove_file(self.person(cpf)?.join(TEMPLATES).join(file_name(name)?))
    }
}

/// Checked here once more: whatever asks for it, no name leads out of the directory.
fn file_name(name: &str) -> io::Result<String> {
    check_name(name).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    Ok(format!("{name}.{EXTENSION}"))
}

fn templates(directory: &std::path::Path) -> io::Result<Vec<Template>> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in entries.flatten() {
        let path = entry.path();
        let name = path.file_stem().and_then(|n| n.to_str()).unwrap_or_default().to_owned();
        let is_template = path.extension().is_some_and(|e| e == EXTENSION) && check_name(&name).is_ok();
        let fits = fs::metadata(&path).is_ok_and(|m| m.is_file() && m.len() <= TEMPLATE_BYTES_MAX);
        if is_template && fits {
            found.push(Template { name, text: fs::read_to_string(&path)? });
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found.truncate(TEMPLATES_MAX);
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{account_ref, ana, start_time};

    fn bruno() -> Cpf {
        "111.444.777-35".parse().expect("a CPF")
    }

    fn payee() -> KnownPayee {
        KnownPayee {
            account: account_ref("boreal", 2001),
            name: "B**** L***".to_owned(),
            last_paid: start_time(),
            times: 2,
        }
    }

    fn folha() -> Template {
        Template {
            name: "Folha de novembro".to_owned(),
            text: "aurora/1042-8=boreal/2001-0:1,00\n".to_owned(),
        }
    }

    #[test]
    fn clients_that_start_at_once_find_the_same_book() {
        let directory = tempfile::tempdir().unwrap();
        let places = Places::find(Some(directory.path().join("state")));
        let start = std::sync::Barrier::new(8);
        let found: Vec<PathBuf> = std::thread::scope(|scope| {
            let client = || {
                start.wait();
                places.person(ana()).unwrap()
            };
            let clients: Vec<_> = (0..8).map(|_| scope.spawn(client)).collect();
            clients.into_iter().map(|client| client.join().unwrap()).collect()
        });
        assert!(found.iter().all(|person| *person == found[0]), "{found:?}");
        assert_eq!(fs::read_dir(directory.path().join("state/people")).unwrap().count(), 1, "the salt alone");
    }

    #[test]
    fn each_customer_finds_their_own_and_nobody_elses() {
        let directory = tempfile::tempdir().unwrap();
        let places = Places::find(Some(directory.path().join("state")));
        assert_eq!(places.keep(ana(), Keep::Payees(vec![payee()])), None);
        let kept = places.keep(ana(), Keep::Template(folha()));
        assert_eq!(kept, Some(KeepAnswer::TemplateKept("Folha de novembro".to_owned())));
        let again = Places::find(Some(directory.path().join("state")));
        let expected = BookFiles { payees: vec![payee()], templates: vec![folha()], unread: None };
        assert_eq!(again.keep(ana(), Keep::Open), Some(KeepAnswer::Opened(expected)));
        assert_eq!(again.keep(bruno(), Keep::Open), Some(KeepAnswer::Opened(BookFiles::default())));
        assert_eq!(again.keep(ana(), Keep::DropTemplate(folha().name)), None);
        assert_eq!(again.keep(ana(), Keep::DropTemplate(folha().name)), None);
        assert!(again.open_book(ana()).templates.is_empty());
        let mut names = String::new();
        for entry in fs::read_dir(directory.path().join("state/people")).unwrap() {
            names.push_str(&entry.unwrap().path().display().to_string());
        }
        assert!(!names.contains("52998224725") && !names.contains("529.982"), "{names}");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_customers_user_can_read_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let places = Places::find(Some(directory.path().join("state")));
        let _kept = places.keep(ana(), Keep::Template(folha()));
        let _kept = places.keep(ana(), Keep::Payees(vec![payee()]));
        let person = places.person(ana()).unwrap();
        for file in [person.join(PAYEES), person.join(TEMPLATES).join("Folha de novembro.txt")] {
            assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn what_cannot_be_kept_is_said_and_no_name_leads_outside() {
        let directory = tempfile::tempdir().unwrap();
        let places = Places::find(Some(directory.path().to_path_buf()));
        let outside = Template { name: "../fora".to_owned(), text: String::new() };
        assert!(matches!(places.keep(ana(), Keep::Template(outside)), Some(KeepAnswer::TemplateLost { .. })));
        assert!(!directory.path().join("fora.txt").exists());
        fs::write(directory.path().join(PEOPLE), "in the way").unwrap();
        assert!(matches!(places.keep(ana(), Keep::Payees(vec![payee()])), Some(KeepAnswer::PayeesLost(_))));
        assert!(matches!(places.keep(ana(), Keep::Template(folha())), Some(KeepAnswer::TemplateLost { .. })));
        assert!(places.open_book(ana()).unread.is_some());
    }
}
