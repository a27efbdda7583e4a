//! What the customer has chosen, line by line: every setting with its value, and the banks on offer.

use super::lines::Over;
use super::questions::Question;
use super::{Answered, Talk};
use crate::actions::Action;
use crate::app::bank_keys::BankKey;
use crate::app::effect::Effect;
use crate::app::settings::{NamedBank, Origin, REMEMBERED_BANKS_MAX};
use crate::app::why_not::WhyNot;
use crate::app::wire::BankAddress;
use crate::rooms::settings::{BANK_NAME_CHARS_MAX, LINES, Line, is_given, keep_bank, label, value};
use crate::widgets::field::Kind;

/// What there is to do with the banks on offer, after the settings themselves.
const WITH_BANKS: [Action; 4] =
    [Action::AddBank, Action::EditBank, Action::RemoveBank, Action::ForgetBankKey];

impl Talk {
    /// The settings, one changed after the other, until the customer goes back.
    pub(super) async fn settings(&mut self) -> Result<(), Over> {
        loop {
            let mut options: Vec<String> = LINES.iter().map(|line| self.setting_words(*line)).collect();
            options.extend(WITH_BANKS.iter().map(|action| self.label(*action)));
            let Some(n) = self.choose(self.texts.plain.change_which(), &options).await? else {
                return Ok(());
            };
            match (LINES.get(n), n.checked_sub(LINES.len()).and_then(|n| WITH_BANKS.get(n))) {
                (Some(line), _) => self.change_setting(*line),
                (None, Some(Action::AddBank)) => self.add_bank().await?,
                (None, Some(Action::EditBank)) => self.edit_bank().await?,
                (None, Some(Action::RemoveBank)) => self.remove_bank().await?,
                (None, Some(Action::ForgetBankKey)) => self.forget_bank_key().await?,
                (None, _) => self.nowhere(),
            }
        }
    }

    /// The label of an action, wherever it stands in the table.
    pub(super) fn label(&self, action: Action) -> String {
        action.row().map_or("", |row| row.label(self.texts.language)).to_owned()
    }

    fn setting_words(&self, line: Line) -> String {
        let settings = &self.teller.world.settings;
        let words = format!("{}: {}", label(line, &self.texts), value(line, settings, &self.texts));
        match self.texts.settings.origin(line.origin(settings)) {
            Some(origin) => format!("{words}, {origin}"),
            None => words,
        }
    }

    /// The next value, said.
    fn change_setting(&mut self, line: Line) {
        if line.origin(&self.teller.world.settings) != Origin::Chosen {
            self.say(self.texts.frame.why_not(WhyNot::SetOutside));
            return;
        }
        match line {
            Line::Language => self.switch_language(),
            Line::HideBalances => self.hide_balances(),
            Line::Theme | Line::Plain | Line::Mouse | Line::LockAfter => {
                line.change(&mut self.teller.world.settings, true);
                self.keep_settings();
                let words = self.setting_words(line);
                self.say(&format!("{words}."));
            }
        }
    }

    fn keep_settings(&mut self) {
        let remembered = self.teller.world.settings.remembered.clone();
        self.teller.world.wish(Effect::KeepRemembered(remembered));
    }

    /// Covers or says the amounts of balances, from the next sentence on.
    pub(super) fn hide_balances(&mut self) {
        Line::HideBalances.change(&mut self.teller.world.settings, true);
        self.keep_settings();
        let (t, hidden) = (self.texts.plain, self.teller.world.settings.hide_balances);
        self.say(if hidden { t.amounts_covered() } else { t.amounts_said() });
    }

    async fn add_bank(&mut self) -> Result<(), Over> {
        if self.teller.world.settings.remembered.banks.len() >= REMEMBERED_BANKS_MAX {
            self.say(self.texts.frame.why_not(WhyNot::BanksFull));
            return Ok(());
        }
        self.write_bank(None).await
    }

    async fn edit_bank(&mut self) -> Result<(), Over> {
        match self.choose_bank(self.texts.settings.edit_title()).await? {
            Some(bank) => self.write_bank(Some(&bank)).await,
            None => Ok(()),
        }
    }

    async fn remove_bank(&mut self) -> Result<(), Over> {
        let t = self.texts.settings;
        let Some(bank) = self.choose_bank(t.banks()).await? else { return Ok(()) };
        self.say(&t.remove(&bank.name));
        if self.confirm(t.remove_title()).await? {
            self.teller.world.settings.remembered.banks.retain(|kept| kept.address != bank.address);
            self.keep_settings();
            self.say(&format!("{}: {}.", t.remove_leave(), bank.name));
        }
        Ok(())
    }

    async fn forget_bank_key(&mut self) -> Result<(), Over> {
        let t = self.texts.settings;
        let keys = self.teller.world.bank_keys.clone();
        if keys.is_empty() {
            self.say(t.no_key());
            return Ok(());
        }
        let line = |key: &BankKey| self.texts.plain.chosen_bank(&key.address, &key.key.to_string());
        let lines: Vec<String> = keys.iter().map(line).collect();
        let chosen = self.choose(t.forget_key_title(), &lines).await?;
        let Some(address) = chosen.and_then(|n| keys.get(n)?.address.parse::<BankAddress>().ok()) else {
            return Ok(());
        };
        self.say(&t.forget_key(&address.authority()));
        if self.confirm(t.forget_key_title()).await? {
            self.teller.forget_bank_key(&address);
            self.say(&t.key_forgotten(&address.authority()));
        }
        Ok(())
    }

    /// One of the banks that this program remembers; those that come from outside are not its to change.
    async fn choose_bank(&mut self, words: &str) -> Answered<NamedBank> {
        let settings = &self.teller.world.settings;
        let own: Vec<NamedBank> = settings
            .remembered
            .banks
            .iter()
            .filter(|bank| !is_given(settings, &bank.address))
            .cloned()
            .collect();
        if own.is_empty() {
            self.say(self.texts.plain.no_own_bank());
            return Ok(None);
        }
        let t = self.texts.plain;
        let lines: Vec<String> = own.iter().map(|bank| t.chosen_bank(&bank.name, &bank.address)).collect();
        Ok(self.choose(words, &lines).await?.and_then(|n| own.get(n).cloned()))
    }

    async fn write_bank(&mut self, before: Option<&NamedBank>) -> Result<(), Over> {
        let t = self.texts.settings;
        let address = before.map(|bank| bank.address.clone()).unwrap_or_default();
        let question = Question::new(t.address(), Kind::Address).suggesting(address);
        let Some(address) = self.ask(question).await? else { return Ok(()) };
        let name = before.map(|bank| bank.name.clone()).unwrap_or_default();
        let question = Question::new(t.name(), Kind::Text(BANK_NAME_CHARS_MAX)).optional().suggesting(name);
        let Some(name) = self.ask(question).await? else { return Ok(()) };
        let before = before.map(|bank| bank.address.as_str());
        match keep_bank(&mut self.teller.world.settings, &name, &address, before) {
            Ok(bank) => {
                self.keep_settings();
                self.say(&format!("{}.", self.texts.plain.chosen_bank(&bank.name, &bank.address)));
            }
            Err(complaint) => self.say(&self.texts.forms.complaint(&complaint)),
        }
        Ok(())
    }
}
