//! The first room: language and bank at the first run, then the ways in. In the demo it offers log-ins to try.

mod view;

pub(super) use self::view::known_row;

#[cfg(test)]
pub(super) mod tests;

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Cx, Room, Screen, Seen};
use crate::actions::{Action, Scope};
use crate::app::effect::Effect;
use crate::app::requests::Slot;
use crate::app::settings::{Hint, NamedBank, Origin, Settings};
use crate::app::wire::{Answer, BankAddress, Call, Reply, Seat, Trouble};
use crate::rooms::log_in::LogIn;
use crate::rooms::sign_up::SignUp;
use crate::texts::{Language, Texts};
use crate::theme::ThemeName;
use crate::widgets::field::{Field, Kind};
use crate::widgets::form::{Form, Step};
use crate::widgets::list::moved;

/// Where this room is in the table of actions.
pub const SCOPES: &[Scope] = &[Scope::Welcome, Scope::List];

/// The test of the address that was typed.
const TEST: &str = "test";
/// The tests of known banks, by row.
const PING: &str = "ping";

/// The menu's actions, in order.
pub(super) const MENU: [Action; 3] = [Action::GoLogIn, Action::GoSignUp, Action::ChangeBank];

/// What a test of a bank's address has brought.
#[derive(Clone, Debug, PartialEq)]
pub enum Tested {
    /// Nothing yet.
    Waiting,
    /// The bank's name and the round trip in milliseconds.
    Found(String, u64),
    /// Nothing that is a bank.
    Failed(Trouble),
}

/// A known bank and its test.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// The bank.
    pub bank: NamedBank,
    /// Its test.
    pub tested: Tested,
}

impl Known {
    /// By the name that it gives itself, once it has.
    #[must_use]
    pub fn named(&self) -> NamedBank {
        let name = match &self.tested {
            Tested::Found(name, _) => name.clone(),
            Tested::Waiting | Tested::Failed(_) => self.bank.name.clone(),
        };
        NamedBank { name, address: self.bank.address.clone() }
    }
}

#[derive(Debug)]
enum Stage {
    /// First run: which language?
    Language { chosen: usize },
    /// Which bank?
    Bank { form: Form<()>, tested: Option<Tested> },
    /// First run: which colours?
    Theme { chosen: usize },
    /// The ways in.
    Menu { chosen: usize },
}

/// The steps of a first run: those that nothing outside the program has settled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Steps {
    language: bool,
    theme: bool,
    /// Whether they are being gone through.
    under_way: bool,
}

impl Steps {
    fn of(settings: &Settings) -> Self {
        Self {
            language: settings.origins.language == Origin::Chosen,
            // Where there are no colours, there are none to choose.
            theme: settings.origins.theme == Origin::Chosen && settings.colour,
            under_way: true,
        }
    }

    /// How many there are.
    const fn count(self) -> usize {
        1 + self.language as usize + self.theme as usize
    }

    /// The place of a stage among them, from 1; none outside a first run.
    fn place(self, stage: &Stage) -> Option<usize> {
        let place = match stage {
            Stage::Language { .. } => 1,
            Stage::Bank { .. } => 1 + usize::from(self.language),
            Stage::Theme { .. } => self.count(),
            Stage::Menu { .. } => return None,
        };
        self.under_way.then_some(place)
    }
}

/// The first room.
#[derive(Debug)]
pub struct Welcome {
    stage: Stage,
    steps: Steps,
    known: Vec<Known>,
    hints: Vec<Hint>,
}

const LANGUAGES: [Language; 2] = [Language::PtBr, Language::En];

impl Welcome {
    /// The room as a run begins.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        let known = settings
            .known_banks()
            .into_iter()
            .map(|bank| Known { bank, tested: Tested::Waiting })
            .collect::<Vec<_>>();
        let first_run = settings.remembered.language.is_none() && known.is_empty();
        let steps = if first_run { Steps::of(settings) } else { Steps::default() };
        let stage = if steps.language {
            let chosen = LANGUAGES.iter().position(|l| *l == settings.language).unwrap_or(0);
            Stage::Language { chosen }
        } else if known.is_empty() {
            Self::ask_bank()
        } else {
            // In the demo the first row to take is a log-in that works.
            let chosen = if settings.hints.is_empty() { 0 } else { MENU.len() };
            Stage::Menu { chosen }
        };
        Self { stage, steps, known, hints: settings.hints.clone() }
    }

    fn ask_bank() -> Stage {
        // Left empty, it is asked for at the log-in.
        Stage::Bank { form: Form::new(vec![Field::new((), Kind::Address).optional()]), tested: None }
    }

    fn rows(&self) -> usize {
        MENU.len() + self.hints.len()
    }

    fn ping_known(&mut self, cx: &mut Cx<'_>) {
        for (row, known) in self.known.iter_mut().enumerate() {
            match known.bank.address.parse::<BankAddress>() {
                Ok(address) => cx.ask(Slot(PING, row), Seat::stranger(address), Call::Bank),
                Err(_) => known.tested = Tested::Failed(Trouble::Unreachable),
            }
        }
    }

    fn choose_row(&mut self, chosen: usize, cx: &mut Cx<'_>) {
        if let Some(action) = MENU.get(chosen) {
            self.way_in(*action, cx);
        } else if let Some(hint) = self.hints.get(chosen - MENU.len()) {
            cx.go(Room::LogIn(LogIn::hinted(cx.world, hint)));
        }
    }

    fn way_in(&mut self, action: Action, cx: &mut Cx<'_>) {
        match action {
            Action::GoLogIn => cx.go(Room::LogIn(LogIn::new(cx.world))),
            Action::GoSignUp => cx.go(Room::SignUp(SignUp::new(cx.world))),
            Action::ChangeBank => self.stage = Self::ask_bank(),
            _ => {}
        }
    }

    fn choose_language(&mut self, chosen: usize, cx: &mut Cx<'_>) {
        let settings = &mut cx.world.settings;
        settings.language = LANGUAGES[chosen.min(LANGUAGES.len() - 1)];
        settings.remembered.language = Some(settings.language);
        let remembered = settings.remembered.clone();
        cx.world.wish(Effect::KeepRemembered(remembered));
        let asks = self.known.is_empty() || self.steps.under_way;
        self.stage = if asks { Self::ask_bank() } else { Stage::Menu { chosen: 0 } };
    }

    fn test_address(&mut self, cx: &mut Cx<'_>) {
        let Stage::Bank { form, tested } = &mut self.stage else { return };
        if form.act(Action::Submit) != Step::Submit {
            return;
        }
        match form.parsed::<BankAddress>(()) {
            Some(address) => {
                *tested = Some(Tested::Waiting);
                cx.ask(Slot(TEST, 0), Seat::stranger(address), Call::Bank);
            }
            None => self.stage = self.after_bank(&cx.world.settings),
        }
    }

    fn after_bank(&mut self, settings: &Settings) -> Stage {
        if self.steps.under_way && self.steps.theme {
            let chosen = ThemeName::ALL.iter().position(|t| *t == settings.theme).unwrap_or(0);
            Stage::Theme { chosen }
        } else {
            self.steps.under_way = false;
            Stage::Menu { chosen: 0 }
        }
    }

    /// One step back; from the first there is none.
    fn step_back(&mut self, cx: &mut Cx<'_>) {
        let language = self.steps.under_way && self.steps.language;
        self.stage = match &self.stage {
            Stage::Bank { .. } if language => {
                let now = cx.world.settings.language;
                Stage::Language { chosen: LANGUAGES.iter().position(|l| *l == now).unwrap_or(0) }
            }
            Stage::Theme { .. } => Self::ask_bank(),
            Stage::Bank { .. } | Stage::Language { .. } | Stage::Menu { .. } => Stage::Menu { chosen: 0 },
        };
    }

    /// The theme under the mark is the screen's at once: there is no better way to choose one.
    fn try_theme(&mut self, down: bool, cx: &mut Cx<'_>) {
        if let Stage::Theme { chosen } = &mut self.stage {
            *chosen = moved(*chosen, ThemeName::ALL.len(), down);
            cx.world.settings.theme = ThemeName::ALL[*chosen];
        }
    }

    fn choose_theme(&mut self, cx: &mut Cx<'_>) {
        let settings = &mut cx.world.settings;
        settings.remembered.theme = Some(settings.theme);
        let remembered = settings.remembered.clone();
        cx.world.wish(Effect::KeepRemembered(remembered));
        self.steps.under_way = false;
        self.stage = Stage::Menu { chosen: 0 };
    }

    fn address_tested(&mut self, answer: Answer, cx: &mut Cx<'_>) {
        let Stage::Bank { form, tested } = &mut self.stage else { return };
        match told(answer) {
            Tested::Found(name, ms) => {
                let bank = NamedBank { name: name.clone(), address: form.text(()).to_owned() };
                cx.world.settings.remember_bank(bank.clone());
                let remembered = cx.world.settings.remembered.clone();
                cx.world.wish(Effect::KeepRemembered(remembered));
                self.known.retain(|k| k.bank.address != bank.address);
                self.known.insert(0, Known { bank, tested: Tested::Found(name, ms) });
                self.stage = self.after_bank(&cx.world.settings);
            }
            failed @ (Tested::Failed(_) | Tested::Waiting) => *tested = Some(failed),
        }
    }
}

/// What an answer to [`Call::Bank`] says.
pub(super) fn told(answer: Answer) -> Tested {
    match answer {
        Ok(Reply::Bank(bank, ms)) => Tested::Found(bank.name, ms),
        Ok(_) => Tested::Failed(Trouble::Garbage),
        Err(trouble) => Tested::Failed(trouble),
    }
}

impl Screen for Welcome {
    fn title(&self, texts: &Texts) -> String {
        texts.welcome.title().to_owned()
    }

    fn scopes(&self) -> &'static [Scope] {
        SCOPES
    }

    fn takes_text(&self) -> bool {
        matches!(self.stage, Stage::Bank { .. })
    }

    fn leaves_on_esc(&self) -> bool {
        !matches!(self.stage, Stage::Bank { .. } | Stage::Theme { .. })
    }

    fn entered(&mut self, cx: &mut Cx<'_>) {
        for bank in cx.world.settings.known_banks() {
            if !self.known.iter().any(|k| k.bank.address == bank.address) {
                self.known.push(Known { bank, tested: Tested::Waiting });
            }
        }
        self.ping_known(cx);
    }

    fn act(&mut self, action: Action, cx: &mut Cx<'_>) {
        let rows = self.rows();
        match (&mut self.stage, action) {
            (Stage::Language { chosen }, Action::Up | Action::Down) => {
                *chosen = moved(*chosen, LANGUAGES.len(), action == Action::Down);
            }
            (Stage::Language { chosen }, Action::Choose) => {
                let chosen = *chosen;
                self.choose_language(chosen, cx);
            }
            (Stage::Language { .. }, Action::GoLogIn) => self.choose_language(0, cx),
            (Stage::Language { .. }, Action::GoSignUp) => self.choose_language(1, cx),
            (Stage::Bank { .. }, Action::Choose) => self.test_address(cx),
            (Stage::Bank { .. } | Stage::Theme { .. }, Action::Back) => self.step_back(cx),
            (Stage::Theme { .. }, Action::Up | Action::Down) => self.try_theme(action == Action::Down, cx),
            (Stage::Theme { .. }, Action::Choose) => self.choose_theme(cx),
            (Stage::Menu { chosen }, Action::Up | Action::Down) => {
                *chosen = moved(*chosen, rows, action == Action::Down);
            }
            (Stage::Menu { chosen }, Action::Choose) => {
                let chosen = *chosen;
                self.choose_row(chosen, cx);
            }
            (Stage::Menu { .. }, way) => self.way_in(way, cx),
            (Stage::Language { .. } | Stage::Bank { .. } | Stage::Theme { .. }, _) => {}
        }
    }

    fn key(&mut self, event: &KeyEvent, _cx: &mut Cx<'_>) {
        if let Stage::Bank { form, tested } = &mut self.stage {
            form.key(event);
            *tested = None;
        }
    }

    fn paste(&mut self, pasted: &str, _cx: &mut Cx<'_>) {
        if let Stage::Bank { form, tested } = &mut self.stage {
            form.paste(pasted);
            *tested = None;
        }
    }

    fn answered(&mut self, slot: Slot, answer: Answer, cx: &mut Cx<'_>) {
        match slot {
            Slot(TEST, _) => self.address_tested(answer, cx),
            Slot(_, row) => {
                if let Some(known) = self.known.get_mut(row) {
                    known.tested = told(answer);
                }
            }
        }
    }

    fn view(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        self.draw(frame, area, seen);
    }
}
