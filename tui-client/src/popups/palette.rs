//! Everything that can be done here and everywhere, and every room, to be found by typing a part of its name. What is
//! chosen goes the same way as its key would.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Outcome, pick};
use crate::actions::{ACTIONS, Action, Row, Scope, rows_of};
use crate::rooms::Seen;
use crate::rooms::doors::door;
use crate::texts::Language;
use crate::theme::Meaning;
use crate::widgets::list::{self, Piece};
use crate::widgets::{panel, search, text};

/// What was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Something of the room below, or of everywhere.
    Do(&'static Row),
    /// A place of home's menu, from another room.
    Go(&'static Row),
}

impl Command {
    /// Its line in the table.
    #[must_use]
    pub const fn row(self) -> &'static Row {
        match self {
            Self::Do(row) | Self::Go(row) => row,
        }
    }
}

/// The palette on screen.
#[derive(Debug)]
pub struct Palette {
    commands: Vec<Command>,
    language: Language,
    filter: String,
    chosen: usize,
}

/// Keys that move within what is on screen: no help in a list of commands.
const fn only_moves(action: Action) -> bool {
    matches!(
        action,
        Action::Up
            | Action::Down
            | Action::PageUp
            | Action::PageDown
            | Action::First
            | Action::Last
            | Action::NextField
            | Action::PreviousField
            | Action::GoOn
            | Action::Choose
            | Action::OtherButton
            | Action::Palette
    )
}

impl Palette {
    /// For a room of these scopes; `from_home` tells whether home lies below, so that its menu leads on from here.
    #[must_use]
    pub fn new(scopes: &'static [Scope], language: Language, from_home: bool) -> Self {
        let here = rows_of(scopes).filter(|row| !only_moves(row.action)).map(Command::Do);
        let places = ACTIONS.iter().filter(|row| row.scope == Scope::Home && door(row.action).is_some());
        let places = places.filter(|_| from_home && !scopes.contains(&Scope::Home)).map(Command::Go);
        Self { commands: here.chain(places).collect(), language, filter: String::new(), chosen: 0 }
    }

    fn shown(&self) -> Vec<Command> {
        let labels = self.commands.iter().map(|command| command.row().label(self.language));
        let fitting = search::fitting(&self.filter, labels);
        fitting.into_iter().filter_map(|n| self.commands.get(n).copied()).collect()
    }

    pub(super) fn key(&mut self, event: &KeyEvent) -> Outcome {
        let shown = self.shown();
        if let Some(chosen) = list::stepped(event.code, self.chosen, shown.len()) {
            self.chosen = chosen;
            return Outcome::Open;
        }
        let ctrl = event.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        match event.code {
            KeyCode::Esc => return Outcome::Closed,
            KeyCode::Enter => {
                if let Some(command) = shown.get(self.chosen) {
                    return Outcome::Command(*command);
                }
            }
            KeyCode::Char('p') if ctrl => return Outcome::Closed,
            KeyCode::Backspace => {
                self.filter.pop();
                self.chosen = 0;
            }
            KeyCode::Char(c) if !ctrl => self.paste(&c.to_string()),
            _ => {}
        }
        Outcome::Open
    }

    pub(super) fn paste(&mut self, pasted: &str) {
        let typed: String = pasted.chars().filter(|c| !c.is_control()).take(60).collect();
        self.filter.push_str(&typed);
        self.chosen = 0;
    }

    pub(super) fn view(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let t = seen.texts.frame;
        let height = u16::try_from(self.commands.len()).unwrap_or(u16::MAX).saturating_add(5);
        let inside = panel::popup(frame, area, seen, t.palette_title(), (76, height));
        let shown = self.shown();
        pick::filter_line(frame, inside, seen, &self.filter, shown.len(), self.commands.len());
        let rows: Vec<Vec<Piece>> = shown.iter().map(|command| self.line(*command, seen)).collect();
        let below = text::below(inside, 1);
        let listed = Rect { height: below.height.saturating_sub(2), ..below };
        if rows.is_empty() {
            text::line(frame.buffer_mut(), listed, t.nothing_fits(), seen.style(Meaning::Quiet));
        }
        list::rows(frame, listed, seen, &rows, (!rows.is_empty()).then_some(self.chosen), true);
        // The reason in full, where the chosen one cannot be done now.
        let why = shown.get(self.chosen).and_then(|command| command.row().when.why_not(seen.world));
        if let Some(why) = why {
            let last = text::below(inside, inside.height.saturating_sub(2));
            crate::rooms::draw_words(frame, last, seen, &format!("! {}", t.why_not(why)), Meaning::Warning);
        }
    }

    fn line(&self, command: Command, seen: &Seen<'_>) -> Vec<Piece> {
        let row = command.row();
        let off = row.when.why_not(seen.world).is_some();
        let meaning = if off { Meaning::Off } else { Meaning::Text };
        let label = text::cut(row.label(self.language), 34);
        let gap = usize::from(36u16.saturating_sub(text::width(&label)));
        let keys = match command {
            Command::Do(row) => row.keys.iter().map(|k| k.name()).collect::<Vec<_>>().join(" · "),
            Command::Go(_) => seen.texts.frame.palette_room().to_owned(),
        };
        let mut pieces = vec![
            (format!("{label}{}", " ".repeat(gap)), meaning),
            (keys, if off { Meaning::Off } else { Meaning::Key }),
        ];
        if off {
            pieces.push((format!("  {}", seen.texts.frame.palette_off()), Meaning::Off));
        }
        pieces
    }
}
