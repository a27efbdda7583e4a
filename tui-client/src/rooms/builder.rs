//! A package of many legs, put together: add, change, duplicate, remove, reorder, paste. Nothing moves here.

mod view;

#[cfg(test)]
mod tests;

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;
use shared::limits::LEGS_MAX;
use shared::package::{Leg, Legs};

use super::leg_form::{LegForm, Way};
use super::payees::Payees;
use super::review::Review;
use super::{Cx, Room, Screen, Seen};
use crate::actions::{Action, Scope};
use crate::app::notice::Notice;
use crate::app::requests::Slot;
use crate::app::wire::Answer;
use crate::app::world::WhyNot;
use crate::popups::Answered;
use crate::popups::question::Ask;
use crate::texts::Texts;
use crate::widgets::complaint::Complaint;
use crate::widgets::leg_line;
use crate::widgets::list::moved;

/// Where this room is in the table of actions, while the legs are listed.
pub const SCOPES: &[Scope] = &[Scope::Builder, Scope::List];

/// The same while one leg is written.
pub const LEG_SCOPES: &[Scope] = &[Scope::Leg, Scope::Form];

/// Lines shown of what was pasted and could not be read.
const UNREAD_LINES_MAX: usize = 64;

/// A line that was pasted and is no leg.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Unread {
    line: String,
    why: Complaint,
}

/// A leg being written; `at` is the one that is changed, none for a new one.
#[derive(Debug)]
struct Writing {
    at: Option<usize>,
    form: LegForm,
}

/// A package being put together.
#[derive(Debug, Default)]
pub struct Builder {
    legs: Vec<Leg>,
    chosen: usize,
    payees: Payees,
    unread: Vec<Unread>,
    writing: Option<Writing>,
}

impl Builder {
    fn write(&mut self, at: Option<usize>, cx: &mut Cx<'_>) {
        if at.is_none() && self.legs.len() >= LEGS_MAX {
            return cx.notice(Notice::Off(WhyNot::LegsFull));
        }
        let payees = self.payees.handed_on();
        let form = match at.and_then(|at| self.legs.get(at)) {
            Some(leg) => LegForm::of(leg, payees),
            None => LegForm::new(Way::Any, cx.world, payees),
        };
        self.writing = Some(Writing { at, form });
    }

    fn written(&mut self, leg: Leg, cx: &mut Cx<'_>) {
        let Some(writing) = self.writing.take() else { return };
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

    fn remove(&mut self) {
        if self.chosen < self.legs.len() {
            self.legs.remove(self.chosen);
            self.chosen = self.chosen.min(self.legs.len().saturating_sub(1));
        }
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

    /// Each line becomes a leg, or is shown with what is wrong with it. Nothing is sent.
    fn take_lines(&mut self, pasted: &str, cx: &mut Cx<'_>) {
        self.unread.clear();
        for line in pasted.lines().map(shared::text::clean).filter(|l| !l.is_empty()) {
            let read = leg_line::leg(&line).and_then(|leg| {
                let known = |id| cx.world.banks.known_at.is_none() || cx.world.banks.bank(id).is_some();
                let ends = [leg.from(), leg.to()];
                let sound = ends.iter().filter_map(|end| end.account()).all(|a| known(&a.bank));
                if self.legs.len() >= LEGS_MAX {
                    Err(Complaint::TooManyLegs)
                } else if sound {
                    Ok(leg)
                } else {
                    Err(Complaint::UnknownBank)
                }
            });
            match read {
                Ok(leg) => self.legs.push(leg),
                Err(why) if self.unread.len() < UNREAD_LINES_MAX => self.unread.push(Unread { line, why }),
                Err(_) => {}
            }
        }
        self.look_up_all(cx);
    }
}

impl Screen for Builder {
    fn title(&self, texts: &Texts) -> String {
        texts.builder.title().to_owned()
    }

    fn scopes(&self) -> &'static [Scope] {
        if self.writing.is_some() { LEG_SCOPES } else { SCOPES }
    }

    fn takes_text(&self) -> bool {
        self.writing.as_ref().is_some_and(|w| w.form.takes_text())
    }

    fn is_dirty(&self) -> bool {
        !self.legs.is_empty()
    }

    fn leaves_on_esc(&self) -> bool {
        self.writing.is_none()
    }

    fn act(&mut self, action: Action, cx: &mut Cx<'_>) {
        if let Some(writing) = &mut self.writing {
            match action {
                Action::Back if writing.form.is_dirty() => cx.question(Ask::DropLeg),
                Action::Back => self.writing = None,
                action => {
                    if let Some(leg) = writing.form.act(action, cx) {
                        self.written(leg, cx);
                    }
                }
            }
            return;
        }
        match action {
            Action::Up | Action::Down => {
                self.chosen = moved(self.chosen, self.legs.len(), action == Action::Down);
            }
            Action::Choose if self.legs.is_empty() => self.write(None, cx),
            Action::Choose => self.write(Some(self.chosen), cx),
            Action::NewLeg => self.write(None, cx),
            Action::DuplicateLeg => self.duplicate(cx),
            Action::RemoveLeg => self.remove(),
            Action::LegUp => self.shift(false),
            Action::LegDown => self.shift(true),
            Action::ReviewLegs => self.review(cx),
            _ => {}
        }
    }

    fn key(&mut self, event: &KeyEvent, _cx: &mut Cx<'_>) {
        if let Some(writing) = &mut self.writing {
            writing.form.key(event);
        }
    }

    fn paste(&mut self, pasted: &str, cx: &mut Cx<'_>) {
        match &mut self.writing {
            Some(writing) => writing.form.paste(pasted, cx),
            None => self.take_lines(pasted, cx),
        }
    }

    fn answered(&mut self, slot: Slot, answer: Answer, _cx: &mut Cx<'_>) {
        if let Some(writing) = &mut self.writing {
            writing.form.answered(slot, &answer);
        }
        self.payees.answered(slot, &answer);
    }

    fn popup_answered(&mut self, answered: &Answered, cx: &mut Cx<'_>) {
        if *answered == Answered::Question(Ask::DropLeg, 1) {
            self.writing = None;
        } else if let Some(writing) = &mut self.writing {
            writing.form.popup_answered(answered, cx);
        }
    }

    fn view(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        self.draw(frame, area, seen);
    }
}
