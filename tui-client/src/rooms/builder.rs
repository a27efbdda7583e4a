//! A package of many legs, put together: add, change, duplicate, remove, reorder, paste, load, keep. Nothing moves here.

mod import;

mod keeping;

mod view;

#[cfg(test)]
pub(super) mod tests;

use std::ops::Range;

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;
use shared::limits::LEGS_MAX;
use shared::package::{Leg, Legs};

use self::import::{Import, Incoming, Source};
use super::leg_form::{LegForm, Way, pasted_lines};
use super::payees::Payees;
use super::review::Review;
use super::{Cx, Room, Screen, Seen};
use crate::actions::{Action, Scope};
use crate::app::notice::Notice;
use crate::app::requests::Slot;
use crate::app::why_not::WhyNot;
use crate::app::wire::Answer;
use crate::popups::pick::Pick;
use crate::popups::question::Ask;
use crate::popups::{Answered, Popup};
use crate::texts::Texts;
use crate::widgets::leg_line;
use crate::widgets::list::moved;

/// Where this room is in the table of actions, while the legs are listed.
pub const SCOPES: &[Scope] = &[Scope::Builder, Scope::List];

/// The same while one leg is written.
pub const LEG_SCOPES: &[Scope] = &[Scope::Leg, Scope::Form];

/// The same while bad lines are shown.
pub const IMPORT_SCOPES: &[Scope] = &[Scope::Import];

const FIND: &str = "leg";

/// A leg being written; `at` is the one that is changed, none for a new one.
#[derive(Debug)]
struct Writing {
    at: Option<usize>,
    form: LegForm,
}

/// What the room shows.
#[derive(Debug, Default)]
enum Mode {
    /// The legs, the keys moving among them.
    #[default]
    List,
    /// The same, the keys moving among the sums from this row on.
    Sums(usize),
    /// One leg.
    Writing(Box<Writing>),
    /// Lines that are no legs.
    Import(Import),
}

/// Legs that were removed, and where they stood.
#[derive(Debug)]
struct Removed {
    at: usize,
    legs: Vec<Leg>,
}

/// A package being put together.
#[derive(Debug, Default)]
pub struct Builder {
    legs: Vec<Leg>,
    chosen: usize,
    payees: Payees,
    removed: Vec<Removed>,
    mode: Mode,
    /// A text that waits for an answer.
    incoming: Option<Incoming>,
    /// The name of the template that this was loaded from or kept as.
    name: String,
    /// Whether the legs are those of an order that was refused.
    corrects: bool,
    /// Pasted into the form of a leg, and more than one line: waits for an answer.
    pasted: Option<String>,
}

impl Builder {
    /// The legs of an order that was refused, the cursor on the one to look at first. What is sent is another order.
    #[must_use]
    pub fn correcting(legs: Vec<Leg>, chosen: usize) -> Self {
        Self { chosen: chosen.min(legs.len().saturating_sub(1)), legs, corrects: true, ..Self::default() }
    }

    fn write(&mut self, at: Option<usize>, cx: &mut Cx<'_>) {
        if at.is_none() && self.legs.len() >= LEGS_MAX {
            return cx.notice(Notice::Off(WhyNot::LegsFull));
        }
        let payees = self.payees.handed_on();
        let form = match at.and_then(|at| self.legs.get(at)) {
            Some(leg) => LegForm::of(leg, payees),
            None => LegForm::new(Way::Any, cx.world, payees),
        };
        self.mode = Mode::Writing(Box::new(Writing { at, form }));
    }

    fn written(&mut self, leg: Leg, cx: &mut Cx<'_>) {
        let Mode::Writing(writing) = std::mem::take(&mut self.mode) else { return };
        self.payees.learn(writing.form.payees());
        match writing.at.filter(|at| *at < self.legs.len()) {
            Some(at) => self.legs[at] = leg,
            None => {
                self.legs.push(leg);
                self.chosen = self.legs.len() - 1;
            }
        }
        self.look_up_all(cx);
    }

    fn look_up_all(&mut self, cx: &mut Cx<'_>) {
        for leg in &self.legs {
            if let Some(account) = leg.to().account() {
                self.payees.look_up(account, cx);
            }
        }
    }

    fn duplicate(&mut self, cx: &mut Cx<'_>) {
        if self.legs.len() >= LEGS_MAX {
            return cx.notice(Notice::Off(WhyNot::LegsFull));
        }
        if let Some(leg) = self.legs.get(self.chosen).cloned() {
            self.chosen += 1;
            self.legs.insert(self.chosen, leg);
        }
    }

    fn remove(&mut self, places: Range<usize>) {
        let places = places.start.min(self.legs.len())..places.end.min(self.legs.len());
        if !places.is_empty() {
            let at = places.start;
            self.removed.push(Removed { at, legs: self.legs.drain(places).collect() });
            self.chosen = self.chosen.min(self.legs.len().saturating_sub(1));
        }
    }

    /// What was removed last comes back to its place.
    fn take_back(&mut self, cx: &mut Cx<'_>) {
        let Some(Removed { at, legs }) = self.removed.pop() else {
            return cx.notice(Notice::NothingRemoved);
        };
        if self.legs.len() + legs.len() > LEGS_MAX {
            self.removed.push(Removed { at, legs });
            return cx.notice(Notice::Off(WhyNot::LegsFull));
        }
        let at = at.min(self.legs.len());
        self.chosen = at;
        cx.notice(Notice::LegsBack(legs.len()));
        self.legs.splice(at..at, legs);
        self.look_up_all(cx);
    }

    fn find(&self, cx: &mut Cx<'_>) {
        let texts = Texts::new(cx.world.settings.language);
        let row = |(n, leg): (usize, &Leg)| format!("{}. {}", n + 1, self.leg_words(leg));
        let rows: Vec<String> = self.legs.iter().enumerate().map(row).collect();
        if rows.is_empty() {
            return cx.notice(Notice::Off(WhyNot::NoLegs));
        }
        cx.popup(Popup::Pick(Pick::new(FIND, texts.builder.find_title().to_owned(), rows)));
    }

    fn leg_words(&self, leg: &Leg) -> String {
        let (from, to) = (leg_line::end_text(leg.from()), leg_line::end_text(leg.to()));
        let name = leg.to().account().and_then(|a| self.payees.name(a)).unwrap_or_default();
        let description = leg.description().map_or("", |d| d.as_str());
        let words =
            [from, "→".to_owned(), to, name.to_owned(), leg.amount().to_string(), description.to_owned()];
        words.iter().filter(|w| !w.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    fn shift(&mut self, down: bool) {
        let to = moved(self.chosen, self.legs.len(), down);
        if to != self.chosen && self.chosen < self.legs.len() {
            self.legs.swap(self.chosen, to);
            self.chosen = to;
        }
    }

    fn review(&self, cx: &mut Cx<'_>) {
        if self.legs.is_empty() {
            return cx.notice(Notice::Off(WhyNot::NoLegs));
        }
        match Legs::new(self.legs.clone()) {
            Ok(legs) => cx.go(Room::Review(Review::new(legs, self.payees.handed_on()))),
            Err(_) => cx.notice(Notice::Off(WhyNot::TooManyBanks)),
        }
    }
}

impl Builder {
    fn act_on_list(&mut self, action: Action, cx: &mut Cx<'_>) {
        match action {
            Action::Up | Action::Down => {
                self.chosen = moved(self.chosen, self.legs.len(), action == Action::Down);
            }
            Action::Choose if self.legs.is_empty() => self.write(None, cx),
            Action::Choose => self.write(Some(self.chosen), cx),
            Action::NewLeg => self.write(None, cx),
            Action::DuplicateLeg => self.duplicate(cx),
            // One that was removed comes back with a key: only several are asked about.
            Action::RemoveLeg => self.remove(self.chosen..self.chosen + 1),
            Action::RemoveAll if self.legs.len() > 1 => {
                cx.question(Ask::RemoveAll { count: self.legs.len() });
            }
            Action::RemoveAll => self.remove(0..self.legs.len()),
            Action::TakeBack => self.take_back(cx),
            Action::LegUp => self.shift(false),
            Action::LegDown => self.shift(true),
            Action::Find => self.find(cx),
            Action::Sums if !self.legs.is_empty() => self.mode = Mode::Sums(0),
            Action::SaveFile => self.ask_save(cx),
            Action::LoadFile => Self::ask_load(cx),
            Action::KeepTemplate => self.ask_template(cx),
            Action::Templates => Self::list_templates(cx),
            Action::ReviewLegs => self.review(cx),
            _ => {}
        }
    }
}

impl Screen for Builder {
    fn title(&self, texts: &Texts) -> String {
        texts.builder.title().to_owned()
    }

    fn scopes(&self) -> &'static [Scope] {
        match self.mode {
            Mode::List | Mode::Sums(_) => SCOPES,
            Mode::Writing(_) => LEG_SCOPES,
            Mode::Import(_) => IMPORT_SCOPES,
        }
    }

    fn takes_text(&self) -> bool {
        match &self.mode {
            Mode::Writing(writing) => writing.form.takes_text(),
            Mode::List | Mode::Sums(_) | Mode::Import(_) => false,
        }
    }

    fn is_dirty(&self) -> bool {
        !self.legs.is_empty()
    }

    fn leaves_on_esc(&self) -> bool {
        matches!(self.mode, Mode::List)
    }

    fn entered(&mut self, cx: &mut Cx<'_>) {
        self.look_up_all(cx);
    }

    fn act(&mut self, action: Action, cx: &mut Cx<'_>) {
        let down = action == Action::Down;
        match &mut self.mode {
            Mode::Writing(writing) => match action {
                Action::Back if writing.form.is_dirty() => cx.question(Ask::DropLeg),
                Action::Back => self.mode = Mode::List,
                action => {
                    if let Some(leg) = writing.form.act(action, cx) {
                        self.written(leg, cx);
                    }
                }
            },
            Mode::Import(import) => match action {
                Action::Back => self.mode = Mode::List,
                Action::OtherButton => import.takes = !import.takes && !import.found.legs.is_empty(),
                Action::Up | Action::Down => import.at = moved(import.at, import.found.bad.len(), down),
                Action::Choose => self.import_chosen(cx),
                _ => {}
            },
            Mode::Sums(at) => match action {
                Action::Back | Action::Sums => self.mode = Mode::List,
                Action::Up => *at = at.saturating_sub(1),
                Action::Down => *at = (*at + 1).min(view::sum_rows_max(&self.legs)),
                action => {
                    self.mode = Mode::List;
                    self.act(action, cx);
                }
            },
            Mode::List => self.act_on_list(action, cx),
        }
    }

    fn key(&mut self, event: &KeyEvent, _cx: &mut Cx<'_>) {
        if let Mode::Writing(writing) = &mut self.mode {
            writing.form.key(event);
        }
    }

    fn paste(&mut self, pasted: &str, cx: &mut Cx<'_>) {
        match &mut self.mode {
            Mode::Writing(writing) => match pasted_lines(pasted).count() {
                0 | 1 => writing.form.paste(pasted, cx),
                count => {
                    self.pasted = Some(pasted.to_owned());
                    cx.question(Ask::PasteLines { count });
                }
            },
            Mode::List | Mode::Sums(_) | Mode::Import(_) => {
                self.take_text(Source::Paste, pasted.to_owned(), cx);
            }
        }
    }

    fn answered(&mut self, slot: Slot, answer: Answer, _cx: &mut Cx<'_>) {
        if let Mode::Writing(writing) = &mut self.mode {
            writing.form.answered(slot, &answer);
        }
        self.payees.answered(slot, &answer);
    }

    fn ticked(&mut self, cx: &mut Cx<'_>) {
        if let Mode::Writing(writing) = &mut self.mode {
            writing.form.time_passes(cx.world);
        }
    }

    fn popup_answered(&mut self, answered: &Answered, cx: &mut Cx<'_>) {
        match answered {
            Answered::Question(Ask::DropLeg, 1) => self.mode = Mode::List,
            Answered::Question(Ask::PasteLines { .. }, all) => {
                let Some(pasted) = self.pasted.take() else { return };
                match &mut self.mode {
                    Mode::Writing(writing) if *all == 0 => writing.form.paste(&pasted, cx),
                    _ => {
                        self.mode = Mode::List;
                        self.take_text(Source::Paste, pasted, cx);
                    }
                }
            }
            Answered::Question(Ask::RemoveAll { .. }, 1) => self.remove(0..self.legs.len()),
            // 0 leaves the list as it is.
            Answered::Question(Ask::LoadOver { .. }, 0) => self.incoming = None,
            Answered::Question(Ask::LoadOver { .. }, answer) => self.load_over(*answer == 2, cx),
            Answered::Question(Ask::Points { typed }, answer) => {
                let points = Ask::point_meanings(typed).get(*answer).map(|(points, _)| *points);
                self.points_meant(points, cx);
            }
            Answered::Pick(FIND, row) => self.chosen = (*row).min(self.legs.len().saturating_sub(1)),
            answered => {
                if !self.kept_answered(answered, cx)
                    && let Mode::Writing(writing) = &mut self.mode
                {
                    writing.form.popup_answered(answered, cx);
                }
            }
        }
    }

    fn view(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        self.draw(frame, area, seen);
    }
}
