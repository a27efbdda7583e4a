//! A question with a few answers, the harmless one in focus.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::Frame;
use ratatui::layout::Rect;
use shared::ids::{BankId, ConsentId};
use shared::money::parse_reais;

use super::{Answered, Outcome};
use crate::rooms::Seen;
use crate::theme::Meaning;
use crate::widgets::{panel, text};

/// What is asked. Add a variant for a new question; its words stand in `Ask::words`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Leave a form with something typed in it? 0 stays, 1 leaves.
    LeaveForm,
    /// Leave the program? 0 stays, 1 leaves. Tells whether an order has no answer yet.
    Quit {
        /// Whether an order has no answer yet.
        unknown: bool,
    },
    /// Log out? 0 stays, 1 logs out.
    LogOut,
    /// Leave a leg with something typed in it? 0 stays, 1 drops it.
    DropLeg,
    /// Revoke a consent? 0 keeps it, 1 revokes it.
    Revoke {
        /// At which bank.
        at: BankId,
        /// Which.
        id: ConsentId,
    },
    /// `1.23`: [`Ask::money_meanings`] in order, then neither.
    Money {
        /// What was typed.
        typed: String,
    },
}

/// A question on screen.
#[derive(Debug)]
pub struct Question {
    ask: Ask,
    focus: usize,
}

/// A question in one language.
struct Words {
    title: String,
    body: String,
    answers: Vec<String>,
}

impl Ask {
    /// What `1.23` may mean, as texts that can be typed: with centavos, and without the point.
    #[must_use]
    pub fn money_meanings(typed: &str) -> Vec<String> {
        let readings = [typed.replace('.', ","), typed.replace('.', "")];
        readings.into_iter().filter(|text| parse_reais(text).is_ok()).collect()
    }

    fn count(&self) -> usize {
        match self {
            Self::LeaveForm | Self::Quit { .. } | Self::LogOut | Self::DropLeg | Self::Revoke { .. } => 2,
            Self::Money { typed } => Self::money_meanings(typed).len() + 1,
        }
    }

    fn words(&self, seen: &Seen<'_>) -> Words {
        let t = seen.texts.frame;
        let words = |title: &str, body: &str, answers: &[&str]| Words {
            title: title.to_owned(),
            body: body.to_owned(),
            answers: answers.iter().map(|a| (*a).to_owned()).collect(),
        };
        match self {
            Self::LeaveForm => {
                words(t.leave_form_title(), t.leave_form(), &[t.leave_form_stay(), t.leave_form_leave()])
            }
            Self::Quit { unknown } => words(
                t.quit_title(),
                if *unknown { t.quit_unknown() } else { t.quit() },
                &[t.quit_stay(), t.quit_leave()],
            ),
            Self::LogOut => words(t.log_out_title(), t.log_out(), &[t.log_out_stay(), t.log_out_leave()]),
            Self::DropLeg => {
                let t = seen.texts.builder;
                words(t.drop_title(), t.drop(), &[t.drop_stay(), t.drop_leave()])
            }
            Self::Revoke { at, .. } => {
                let t = seen.texts.connections;
                let body = t.revoke_question(&seen.world.banks.name(at));
                words(t.revoke_title(), &body, &[t.revoke_stay(), t.revoke_leave()])
            }
            Self::Money { typed } => {
                let meanings = Self::money_meanings(typed);
                let mut answers: Vec<String> = meanings
                    .iter()
                    .filter_map(|text| parse_reais(text).ok())
                    .map(|amount| amount.to_string())
                    .collect();
                answers.push(t.money_neither().to_owned());
                Words { title: t.money_title().to_owned(), body: t.money_question(typed), answers }
            }
        }
    }
}

impl Question {
    /// Asks. The first answer has the focus; for money it is the last, which decides nothing.
    #[must_use]
    pub fn new(ask: Ask) -> Self {
        let focus = match &ask {
            Ask::Money { .. } => ask.count() - 1,
            Ask::LeaveForm | Ask::Quit { .. } | Ask::LogOut | Ask::DropLeg | Ask::Revoke { .. } => 0,
        };
        Self { ask, focus }
    }

    pub(super) fn key(&mut self, event: &KeyEvent) -> Outcome {
        let count = self.ask.count();
        match event.code {
            KeyCode::Esc => return Outcome::Closed,
            KeyCode::Enter => return Outcome::Answered(Answered::Question(self.ask.clone(), self.focus)),
            KeyCode::Down | KeyCode::Tab | KeyCode::Right | KeyCode::Char('j') => {
                self.focus = (self.focus + 1) % count;
            }
            KeyCode::Up | KeyCode::BackTab | KeyCode::Left | KeyCode::Char('k') => {
                self.focus = (self.focus + count - 1) % count;
            }
            KeyCode::Char(c) => {
                let number = c.to_digit(10).and_then(|d| usize::try_from(d).ok());
                if let Some(n) = number.filter(|n| (1..=count).contains(n)) {
                    return Outcome::Answered(Answered::Question(self.ask.clone(), n - 1));
                }
            }
            _ => {}
        }
        Outcome::Open
    }

    pub(super) fn view(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let words = self.ask.words(seen);
        let answers = words.answers.iter().map(|a| text::width(a) + 7).max().unwrap_or(0);
        let width = answers.max(56).min(area.width);
        let body = text::wrap(&words.body, width.saturating_sub(4));
        let rows = body.len() + words.answers.len() + 3;
        let height = u16::try_from(rows).unwrap_or(u16::MAX);
        let inside = panel::popup(frame, area, seen, &words.title, (width, height));
        for (n, line) in body.iter().enumerate() {
            let at = text::row(inside, u16::try_from(n).unwrap_or(u16::MAX));
            text::line(frame.buffer_mut(), at, line, seen.style(Meaning::Text));
        }
        let below = text::below(inside, u16::try_from(body.len() + 1).unwrap_or(u16::MAX));
        for (n, answer) in words.answers.iter().enumerate() {
            let at = text::row(below, u16::try_from(n).unwrap_or(u16::MAX));
            let focused = n == self.focus;
            let mark = if focused { "▸" } else { " " };
            let meaning = if focused { Meaning::Chosen } else { Meaning::Text };
            let words = format!("{mark} {} {answer} ", n + 1);
            text::line(frame.buffer_mut(), at, &words, seen.style(meaning));
        }
    }
}
