//! Before and between log-ins: the welcome menu, signing up, logging in, at the first bank and at others.

use shared::api::requests::{ChangeCustomer, ChangePassword, LogIn, SignUp};
use shared::client::{BankClient, Token};
use shared::cpf::Cpf;
use shared::text::{Name, Password};
use zeroize::Zeroizing;

use super::lines::Over;
use super::menus::{Chosen, Menu};
use super::questions::Question;
use super::{Answered, Talk};
use crate::actions::{Action, Scope};
use crate::app::effect::Effect;
use crate::app::settings::{NamedBank, Settings};
use crate::app::wire::{BankAddress, LoggedIn, Seat, Trouble};
use crate::clock;
use crate::rooms::log_in::shown;
use crate::widgets::complaint::Complaint;
use crate::widgets::field::Kind;

/// What the welcome menu offers, of the table of actions.
pub(super) const WELCOME: Menu = Menu {
    scope: Scope::Welcome,
    actions: &[Action::GoLogIn, Action::GoSignUp, Action::SwitchLanguage, Action::Quit],
    extras: &[],
};

impl Talk {
    /// The welcome menu, until somebody is logged in.
    pub(super) async fn as_stranger(&mut self) -> Result<(), Over> {
        if let Some(waiting) = self.texts.welcome.waiting_for_log_in(self.teller.world.orders.found().iter())
        {
            self.say(&waiting);
        }
        let hints = self.teller.world.settings.hints.clone();
        for hint in &hints {
            let password = self.texts.welcome.password();
            self.say(&format!(
                "{}: CPF {}, {password} {}, {} {}",
                hint.name, hint.cpf, hint.password, hint.bank, hint.address
            ));
        }
        while self.teller.world.banks.main().is_none() {
            let chosen = self.choose_line(&WELCOME).await?;
            self.in_welcome(chosen).await?;
        }
        Ok(())
    }

    pub(super) async fn in_welcome(&mut self, chosen: Chosen) -> Result<(), Over> {
        match chosen {
            Chosen::Action(Action::GoLogIn) => self.log_in("").await?,
            Chosen::Action(Action::GoSignUp) => self.sign_up().await?,
            Chosen::Action(Action::SwitchLanguage) => self.switch_language(),
            Chosen::Action(Action::Quit) => return Err(Over::Quit),
            Chosen::Action(_) | Chosen::Extra(_) => self.nowhere(),
        }
        Ok(())
    }

    /// Which bank: by address, by name or number of those that are known.
    async fn ask_bank(&mut self, first: Option<&str>) -> Answered<BankAddress> {
        let known = self.teller.world.settings.known_banks();
        for (n, bank) in known.iter().enumerate() {
            let line = if bank.name == bank.address {
                bank.name.clone()
            } else {
                self.texts.plain.chosen_bank(&bank.name, &bank.address)
            };
            self.say(&format!("{}. {line}", n + 1));
        }
        let suggestion = first.map(str::to_owned).or_else(|| known.first().map(|b| b.address.clone()));
        loop {
            let words = self.texts.log_in.bank();
            let question =
                Question::new(words, Kind::Text(400)).suggesting(suggestion.clone().unwrap_or_default());
            let Some(typed) = self.ask(question).await? else { return Ok(None) };
            let text = Settings::address_by_text(&known, &typed).unwrap_or_else(|| typed.to_string());
            match text.parse() {
                Ok(address) => return Ok(Some(address)),
                Err(_) => {
                    let complaint = if text.trim().is_empty() {
                        Complaint::Required
                    } else {
                        Complaint::AddressMalformed
                    };
                    self.say(&self.texts.forms.complaint(&complaint));
                }
            }
        }
    }

    /// Logs in; `cpf` is suggested.
    pub(super) async fn log_in(&mut self, cpf: &str) -> Result<(), Over> {
        let first = self.another_bank();
        let Some(address) = self.ask_bank(first.as_deref()).await? else { return Ok(()) };
        let question = Question::new(self.texts.log_in.cpf(), Kind::Cpf).suggesting(cpf);
        let Some(typed) = self.ask(question).await? else { return Ok(()) };
        let Ok(cpf) = typed.parse::<Cpf>() else { return Ok(()) };
        let Some(password) = self.ask(Question::new(self.texts.log_in.password(), Kind::Password)).await?
        else {
            return Ok(());
        };
        let _logged_in = self.open_session(address, cpf, password).await?;
        Ok(())
    }

    /// The address of a bank of the consortium where nobody is logged in yet, for whoever is logged in somewhere.
    fn another_bank(&self) -> Option<String> {
        let banks = &self.teller.world.banks;
        banks.main()?;
        let alive = |id| banks.session(id).is_some_and(|s| s.alive);
        banks.iter().find(|b| !alive(&b.id)).and_then(|b| b.address.as_ref()).map(shown)
    }

    /// Opens a session and enters; tells whether it was.
    pub(super) async fn open_session(
        &mut self,
        address: BankAddress,
        cpf: Cpf,
        password: Zeroizing<String>,
    ) -> Result<bool, Over> {
        let body = LogIn { cpf, password: Password::new(password.to_string()) };
        let answer = self.teller.stranger(&address, async move |bank| bank.log_in(&body).await).await;
        match answer {
            Ok(opened)
                if opened.must_change_password
                    && !self.change_first(&address, &opened, &password).await? =>
            {
                Ok(false)
            }
            Ok(opened) => {
                self.enter(address, opened).await?;
                Ok(true)
            }
            Err(trouble) => {
                self.trouble(&trouble);
                Ok(false)
            }
        }
    }

    /// Changes a password that the bank has set: the session does nothing else. Tells whether it is changed.
    async fn change_first(
        &mut self,
        address: &BankAddress,
        opened: &LoggedIn,
        current: &Zeroizing<String>,
    ) -> Result<bool, Over> {
        let t = self.texts.change;
        self.say(self.texts.log_in.must_change());
        let seat = Seat { address: address.clone(), token: Some(opened.token.clone()) };
        loop {
            let Some(new) = self.ask(Question::new(t.wanted(), Kind::NewPassword)).await? else { break };
            let Some(again) = self.ask(Question::new(t.again(), Kind::Password)).await? else { break };
            if new != again {
                self.say(self.texts.forms.passwords_differ());
                continue;
            }
            if new == *current {
                self.say(self.texts.forms.password_of_the_bank());
                continue;
            }
            let password = Some(ChangePassword {
                current: Password::new(current.to_string()),
                new: Password::new(new.to_string()),
            });
            let body = ChangeCustomer { name: None, password };
            let call = async move |bank: BankClient, token: Token| bank.change_customer(&token, &body).await;
            match self.teller.at(&seat, call).await {
                Ok(_) => return Ok(true),
                Err(trouble) => self.trouble(&trouble),
            }
        }
        // Nobody holds it any more.
        let call = async move |bank: BankClient, token: Token| bank.log_out(&token).await;
        let _ends_by_itself = self.teller.at(&seat, call).await;
        Ok(false)
    }

    async fn enter(&mut self, address: BankAddress, opened: LoggedIn) -> Result<(), Over> {
        let done = self.texts.log_in.done(&opened.customer.name, &opened.bank.name);
        let remembered = NamedBank { name: opened.bank.name.clone(), address: shown(&address) };
        let world = &mut self.teller.world;
        world.clock_shows(clock::now());
        let bank = world.logged_in(address, opened);
        let is_main = world.banks.main().is_some_and(|(main, _)| *main == bank);
        let settings = &mut world.settings;
        let changed = if is_main {
            settings.remember_bank(remembered)
        } else {
            settings.remember_other_bank(remembered)
        };
        if changed {
            let remembered = settings.remembered.clone();
            world.wish(Effect::KeepRemembered(remembered));
        }
        self.say(&done);
        let resumed = self.teller.world.orders.iter().filter(|o| !o.state.is_over()).count();
        if resumed > 0 {
            self.say(&self.texts.home.resumed(resumed));
        }
        self.look().await;
        Ok(())
    }

    /// Signs up, and logs in at once.
    async fn sign_up(&mut self) -> Result<(), Over> {
        let t = self.texts.sign_up;
        self.say(t.intro());
        let Some(address) = self.ask_bank(None).await? else { return Ok(()) };
        let Some(name) = self.ask(Question::new(t.name(), Kind::Name)).await? else { return Ok(()) };
        let Some(typed) = self.ask(Question::new(t.cpf(), Kind::Cpf)).await? else { return Ok(()) };
        let Some(cpf) = typed.parse::<Cpf>().ok() else { return Ok(()) };
        let _signed_up = self.sign_up_as(address, cpf, &name).await?;
        Ok(())
    }

    /// The rest of signing up; tells whether a session is open afterwards.
    pub(super) async fn sign_up_as(
        &mut self,
        address: BankAddress,
        cpf: Cpf,
        name: &str,
    ) -> Result<bool, Over> {
        let t = self.texts.sign_up;
        let Ok(name) = Name::new(name) else { return Ok(false) };
        let password = loop {
            let words = format!("{} ({})", t.password(), t.password_hint());
            let Some(first) = self.ask(Question::new(&words, Kind::NewPassword)).await? else {
                return Ok(false);
            };
            let Some(again) = self.ask(Question::new(t.again(), Kind::Password)).await? else {
                return Ok(false);
            };
            if first == again {
                break first;
            }
            self.say(self.texts.forms.passwords_differ());
        };
        self.say(t.signing_up());
        let body = SignUp { cpf, name: name.clone(), password: Password::new(password.to_string()) };
        let answer = self.teller.stranger(&address, async move |bank| bank.sign_up(&body).await).await;
        match answer {
            Ok(_) => {
                self.say(&t.done(name.as_str()));
                self.open_session(address, cpf, password).await
            }
            Err(Trouble::OutcomeUnknown) => {
                self.say(t.unknown());
                Ok(false)
            }
            Err(trouble) => {
                self.trouble(&trouble);
                Ok(false)
            }
        }
    }

    /// The other language, from the next sentence on.
    pub(super) fn switch_language(&mut self) {
        let settings = &mut self.teller.world.settings;
        settings.language = settings.language.other();
        settings.remembered.language = Some(settings.language);
        self.texts = crate::texts::Texts::new(settings.language);
        let remembered = settings.remembered.clone();
        self.teller.world.wish(Effect::KeepRemembered(remembered));
        self.say(self.texts.frame.language_now());
    }
}
