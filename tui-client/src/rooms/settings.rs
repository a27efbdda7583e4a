//! What the customer has chosen: language, theme, mouse, lock, hidden balances, known banks. What a flag, the environment
//! or the configuration file says holds against what is chosen here, so it is shown with its origin and not changed.

mod view;

pub use self::view::{label, value};

#[cfg(test)]
pub(super) mod tests;

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Cx, Screen, Seen};
use crate::actions::{Action, Scope};
use crate::app::bank_keys::key_at;
use crate::app::effect::Effect;
use crate::app::notice::Notice;
use crate::app::settings::{NamedBank, Origin, REMEMBERED_BANKS_MAX, Settings};
use crate::app::why_not::WhyNot;
use crate::app::wire::BankAddress;
use crate::app::world::World;
use crate::popups::Answered;
use crate::popups::question::Ask;
use crate::texts::{Language, Texts};
use crate::theme::ThemeName;
use crate::widgets::complaint::Complaint;
use crate::widgets::field::{Field, Kind};
use crate::widgets::form::{Form, Step};
use crate::widgets::list::moved;

/// Where this room is in the table of actions.
pub const SCOPES: &[Scope] = &[Scope::Settings, Scope::List];

/// The same while a bank is written.
pub const BANK_SCOPES: &[Scope] = &[Scope::Form];

/// Idle minutes to choose from; 0 is never.
const LOCK_CHOICES: [u16; 8] = [1, 2, 5, 10, 15, 30, 60, 0];

/// A bank's name, at most.
pub const BANK_NAME_CHARS_MAX: usize = 60;

/// One setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// The language.
    Language,
    /// The theme.
    Theme,
    /// Numbered questions from the next start on.
    Plain,
    /// Whether the mouse is listened to.
    Mouse,
    /// After how long the screen locks.
    LockAfter,
    /// Whether balances are covered.
    HideBalances,
}

/// Every setting, in order.
pub const LINES: [Line; 6] =
    [Line::Language, Line::Theme, Line::Plain, Line::Mouse, Line::LockAfter, Line::HideBalances];

impl Line {
    /// Its next value, or the one before; remembered for the next run.
    pub fn change(self, settings: &mut Settings, on: bool) {
        match self {
            Self::Language => {
                let next = next_of(&Language::ALL, settings.language, on);
                settings.language = next.unwrap_or(settings.language);
                settings.remembered.language = Some(settings.language);
            }
            Self::Theme => {
                let next = next_of(&ThemeName::ALL, settings.theme, on);
                settings.theme = next.unwrap_or(settings.theme);
                settings.remembered.theme = Some(settings.theme);
            }
            // How this run draws was settled at its start.
            Self::Plain => {
                let next = !settings.remembered.plain.unwrap_or(settings.plain);
                settings.remembered.plain = Some(next);
            }
            Self::Mouse => {
                settings.mouse = !settings.mouse;
                settings.remembered.mouse = Some(settings.mouse);
            }
            Self::LockAfter => {
                let next = next_of(&LOCK_CHOICES, settings.lock_after_minutes, on);
                settings.lock_after_minutes = next.unwrap_or(settings.lock_after_minutes);
                settings.remembered.lock_after_minutes = Some(settings.lock_after_minutes);
            }
            Self::HideBalances => {
                settings.hide_balances = !settings.hide_balances;
                settings.remembered.hide_balances = Some(settings.hide_balances);
            }
        }
    }

    /// Where it comes from.
    #[must_use]
    pub const fn origin(self, settings: &Settings) -> Origin {
        match self {
            Self::Language => settings.origins.language,
            Self::Theme => settings.origins.theme,
            Self::Plain => settings.origins.plain,
            Self::Mouse => settings.origins.mouse,
            Self::LockAfter => settings.origins.lock_after,
            Self::HideBalances => settings.origins.hide_balances,
        }
    }
}

/// The fields of a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Id {
    Name,
    Address,
}

/// A bank being written.
#[derive(Debug)]
pub(super) struct Writing {
    form: Form<Id>,
    /// The address that it had, when it is one of the list.
    before: Option<String>,
}

/// What the customer has chosen.
#[derive(Debug, Default)]
pub struct SettingsRoom {
    /// The settings first, then the banks.
    chosen: usize,
    writing: Option<Writing>,
}

/// The one after or before `now` in a row that goes round.
fn next_of<T: Copy + PartialEq>(all: &[T], now: T, on: bool) -> Option<T> {
    let at = all.iter().position(|one| *one == now);
    let count = all.len();
    let next = match at {
        Some(at) if on => (at + 1) % count,
        Some(at) => (at + count - 1) % count,
        None => 0,
    };
    all.get(next).copied()
}

impl SettingsRoom {
    fn change(&self, on: bool, cx: &mut Cx<'_>) {
        let Some(line) = LINES.get(self.chosen) else { return };
        let settings = &mut cx.world.settings;
        if line.origin(settings) != Origin::Chosen {
            return cx.notice(Notice::Off(WhyNot::SetOutside));
        }
        line.change(settings, on);
        keep(cx);
    }

    /// The chosen bank, if it is one that this program remembers.
    fn remembered<'a>(&self, settings: &'a Settings) -> Option<&'a NamedBank> {
        let place = self.chosen.checked_sub(LINES.len())?;
        let known = settings.known_banks();
        let address = &known.get(place)?.address;
        settings.remembered.banks.iter().find(|b| b.address == *address && !is_given(settings, address))
    }

    /// Where the chosen bank is reached, if it is known by a key.
    fn known_key(&self, world: &World) -> Option<BankAddress> {
        let place = self.chosen.checked_sub(LINES.len())?;
        let address = world.settings.known_banks().into_iter().nth(place)?.address;
        key_at(&world.bank_keys, &address)?;
        address.parse().ok()
    }

    fn write(&mut self, before: Option<&NamedBank>) {
        let name = before.map_or("", |b| b.name.as_str());
        let address = before.map_or("", |b| b.address.as_str());
        let mut form = Form::new(vec![
            Field::new(Id::Name, Kind::Text(BANK_NAME_CHARS_MAX)).with(name),
            Field::new(Id::Address, Kind::Address).with(address),
        ]);
        form.focus(Id::Name);
        self.writing = Some(Writing { form, before: before.map(|b| b.address.clone()) });
    }

    fn written(&mut self, cx: &mut Cx<'_>) {
        let Some(writing) = &mut self.writing else { return };
        let (name, address) = (writing.form.text(Id::Name), writing.form.text(Id::Address));
        let kept = keep_bank(&mut cx.world.settings, name, address, writing.before.as_deref());
        if let Err(complaint) = kept {
            return writing.form.complain(Id::Address, complaint);
        }
        self.writing = None;
        keep(cx);
    }

    fn add(&mut self, cx: &mut Cx<'_>) {
        if cx.world.settings.remembered.banks.len() < REMEMBERED_BANKS_MAX {
            self.write(None);
        } else {
            cx.notice(Notice::Off(WhyNot::BanksFull));
        }
    }

    fn edit(&mut self, cx: &mut Cx<'_>) {
        match self.remembered(&cx.world.settings).cloned() {
            Some(bank) => self.write(Some(&bank)),
            None => cx.notice(Notice::Off(self.why_not_this_bank())),
        }
    }

    const fn why_not_this_bank(&self) -> WhyNot {
        if self.chosen < LINES.len() { WhyNot::NoBankChosen } else { WhyNot::SetOutside }
    }

    fn choose(&mut self, cx: &mut Cx<'_>) {
        if self.chosen < LINES.len() { self.change(true, cx) } else { self.edit(cx) }
    }
}

/// Remembers a bank, in the place of the one that had the address `before` if there is one.
///
/// # Errors
/// When a bank of this address is known already.
pub fn keep_bank(
    settings: &mut Settings,
    name: &str,
    address: &str,
    before: Option<&str>,
) -> Result<NamedBank, Complaint> {
    let (name, address) = (name.trim().to_owned(), address.to_owned());
    let bank = NamedBank { name: if name.is_empty() { address.clone() } else { name }, address };
    let taken = before != Some(bank.address.as_str())
        && settings.known_banks().iter().any(|known| known.address == bank.address);
    if taken {
        return Err(Complaint::BankKnown);
    }
    let banks = &mut settings.remembered.banks;
    match banks.iter_mut().find(|known| Some(known.address.as_str()) == before) {
        Some(old) => *old = bank.clone(),
        None => banks.push(bank.clone()),
    }
    Ok(bank)
}

/// Whether a bank is there by flag, file or demo, and so comes back whatever is remembered.
#[must_use]
pub fn is_given(settings: &Settings, address: &str) -> bool {
    settings.banks.iter().any(|b| b.address == address) || settings.hints.iter().any(|h| h.address == address)
}

fn keep(cx: &mut Cx<'_>) {
    let remembered = cx.world.settings.remembered.clone();
    cx.world.wish(Effect::KeepRemembered(remembered));
}

impl Screen for SettingsRoom {
    fn title(&self, texts: &Texts) -> String {
        texts.settings.title().to_owned()
    }

    fn scopes(&self) -> &'static [Scope] {
        if self.writing.is_some() { BANK_SCOPES } else { SCOPES }
    }

    fn takes_text(&self) -> bool {
        self.writing.as_ref().is_some_and(|w| w.form.takes_text())
    }

    fn is_dirty(&self) -> bool {
        self.writing.as_ref().is_some_and(|w| w.form.is_dirty())
    }

    fn leaves_on_esc(&self) -> bool {
        self.writing.is_none()
    }

    fn act(&mut self, action: Action, cx: &mut Cx<'_>) {
        if let Some(writing) = &mut self.writing {
            if action == Action::Back {
                if writing.form.is_dirty() {
                    cx.question(Ask::DropBank);
                } else {
                    self.writing = None;
                }
                return;
            }
            if writing.form.act(action) == Step::Submit {
                self.written(cx);
            }
            return;
        }
        match action {
            Action::Up | Action::Down => {
                let rows = LINES.len() + cx.world.settings.known_banks().len();
                self.chosen = moved(self.chosen, rows, action == Action::Down);
            }
            Action::Choose => self.choose(cx),
            Action::NextValue | Action::PreviousValue => self.change(action == Action::NextValue, cx),
            Action::AddBank => self.add(cx),
            Action::EditBank => self.edit(cx),
            Action::RemoveBank => match self.remembered(&cx.world.settings).cloned() {
                Some(bank) => cx.question(Ask::RemoveBank { bank }),
                None => cx.notice(Notice::Off(self.why_not_this_bank())),
            },
            Action::ForgetBankKey => match self.known_key(cx.world) {
                Some(address) => cx.question(Ask::ForgetBankKey { address }),
                None => cx.notice(Notice::Off(WhyNot::NoKey)),
            },
            _ => {}
        }
    }

    fn key(&mut self, event: &KeyEvent, _cx: &mut Cx<'_>) {
        if let Some(writing) = &mut self.writing {
            writing.form.key(event);
        }
    }

    fn paste(&mut self, pasted: &str, _cx: &mut Cx<'_>) {
        if let Some(writing) = &mut self.writing {
            writing.form.paste(pasted);
        }
    }

    fn popup_answered(&mut self, answered: &Answered, cx: &mut Cx<'_>) {
        match answered {
            Answered::Question(Ask::RemoveBank { bank }, 1) => {
                cx.world.settings.remembered.banks.retain(|b| b.address != bank.address);
                let rows = LINES.len() + cx.world.settings.known_banks().len();
                self.chosen = self.chosen.min(rows - 1);
                keep(cx);
            }
            Answered::Question(Ask::ForgetBankKey { address }, 1) => {
                cx.world.wish(Effect::ForgetBankKey(address.clone()));
                cx.notice(Notice::BankKeyForgotten(address.authority()));
            }
            Answered::Question(Ask::DropBank, 1) => self.writing = None,
            Answered::Question(..)
            | Answered::Pick(..)
            | Answered::Delete(..)
            | Answered::Name(..)
            | Answered::FileRead { .. }
            | Answered::FileWritten { .. } => {}
        }
    }

    fn view(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        self.draw(frame, area, seen);
    }
}
