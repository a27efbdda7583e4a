//! Receipts line by line, of a package, of one of its transfers or of a line of a statement; and files for the customer.

use std::collections::BTreeMap;

use shared::account::AccountRef;
use shared::api::replies::PackageReply;
use shared::ids::BankId;

use super::Talk;
use super::accounts::Look;
use super::lines::Over;
use super::questions::Question;
use crate::app::files::{FileAnswer, FileCall, FileTrouble};
use crate::receipt::{Facts, Sheet};
use crate::rooms::receipt::own_name;
use crate::widgets::field::Kind;

impl Talk {
    /// The receipt of a package of the list, or of any by its id.
    pub(super) async fn receipt(&mut self) -> Result<(), Over> {
        let Some(id) = self.choose_package().await? else { return Ok(()) };
        match self.find_package(id).await {
            Some((_, package)) => self.receipt_of_package(&package, false).await,
            None => Ok(()),
        }
    }

    /// The receipt of a package, or of one of its transfers that the customer names.
    pub(super) async fn receipt_of_package(
        &mut self,
        package: &PackageReply,
        of_leg: bool,
    ) -> Result<(), Over> {
        let facts = Facts::of_package(package);
        if !of_leg {
            return self.tell_receipt(facts).await;
        }
        let places: Vec<u16> = package.legs.iter().zip(0u16..).map(|(leg, n)| leg.leg.unwrap_or(n)).collect();
        let lines = self.with_words(|words| words.legs(&package.legs));
        let Some(n) = self.choose(self.texts.plain.which_leg(), &lines).await? else { return Ok(()) };
        self.tell_receipt(facts.only(places.get(n).copied())).await
    }

    /// The receipt of a line of a statement: of its package where a bank shows it, else of the line alone.
    pub(super) async fn receipt_of_posting(&mut self, look: &Look) -> Result<(), Over> {
        let Some(typed) = self.ask(Question::new(self.texts.plain.which_posting(), Kind::Text(9))).await?
        else {
            return Ok(());
        };
        let wanted = look.wanted();
        let posting = Self::place(&typed, wanted.len()).and_then(|n| wanted.get(n).cloned());
        let Some(posting) = posting else {
            self.say(self.texts.plain.not_among());
            return Ok(());
        };
        let told = self.ask_package(posting.package).await.ok().flatten();
        let facts = told.map(|(_, package)| Facts::of_package(&package).only(Some(posting.leg)));
        let facts = facts.filter(Facts::shows_any_leg);
        self.tell_receipt(facts.unwrap_or_else(|| Facts::of_posting(&look.account, &posting))).await
    }

    async fn tell_receipt(&mut self, mut facts: Facts) -> Result<(), Over> {
        facts.names = self.names_on(&facts).await;
        let sheet = {
            let name = |bank: &BankId| self.teller.world.banks.name(bank);
            Sheet::new(&self.texts, &facts, &name)
        };
        // The drawing of a code is of no use to who listens: it goes into the file.
        sheet.to_text().lines().for_each(|line| self.say(line));
        self.save(&sheet.to_file(), "").await
    }

    /// Who holds the accounts on a sheet, masked.
    async fn names_on(&mut self, facts: &Facts) -> BTreeMap<AccountRef, String> {
        let mut names = BTreeMap::new();
        for account in facts.accounts() {
            let own = self.teller.world.banks.account(&account).map(own_name);
            let name = match own {
                Some(name) => Some(name),
                None => self.payee(&account).await.ok().map(|payee| payee.name),
            };
            names.extend(name.map(|name| (account, name)));
        }
        names
    }

    /// Writes a text where the customer says; nowhere when they say nothing.
    pub(super) async fn save(&mut self, text: &str, suggestion: &str) -> Result<(), Over> {
        self.save_as(suggestion, |_| text.to_owned()).await
    }

    /// The same for a text that its file's name decides on. Never over another file without a yes.
    pub(super) async fn save_as(
        &mut self,
        suggestion: &str,
        text: impl Fn(&str) -> String,
    ) -> Result<(), Over> {
        let question = Question::new(self.texts.plain.save_to(), Kind::Text(400)).optional();
        let typed = self.ask(question.suggesting(suggestion)).await?;
        let Some(path) = typed.filter(|path| !path.trim().is_empty()) else { return Ok(()) };
        let mut replaces = false;
        loop {
            let call = FileCall::Write { path: path.to_string(), text: text(path.trim()), replaces };
            match self.teller.file(call) {
                Some(FileAnswer::Written(Ok(path))) => self.say(&self.texts.files.written(&path)),
                Some(FileAnswer::Written(Err(FileTrouble::Exists))) => {
                    self.say(self.texts.files.exists());
                    if self.confirm(self.texts.files.replace()).await? {
                        replaces = true;
                        continue;
                    }
                    self.say(self.texts.plain.not_done());
                }
                Some(FileAnswer::Written(Err(trouble))) => self.say(&self.texts.files.trouble(&trouble)),
                Some(FileAnswer::Read(_) | FileAnswer::Listed { .. }) | None => {}
            }
            return Ok(());
        }
    }

    /// The text of a file that the customer names.
    pub(super) async fn read_file(&mut self) -> super::Answered<String> {
        let t = self.texts.files;
        let words = format!("{} ({})", t.path(), t.read_hint());
        let Some(path) = self.ask(Question::new(&words, Kind::Text(400))).await? else { return Ok(None) };
        match self.teller.file(FileCall::Read { path: path.to_string() }) {
            Some(FileAnswer::Read(Ok(text))) => Ok(Some(text)),
            Some(FileAnswer::Read(Err(trouble))) => {
                self.say(&t.trouble(&trouble));
                Ok(None)
            }
            Some(FileAnswer::Written(_) | FileAnswer::Listed { .. }) | None => Ok(None),
        }
    }
}
