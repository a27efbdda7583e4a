//! Draws the client: bar, room, notice, keys, popups. Changes nothing.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::App;
use super::notice::Notice;
use super::streams::Hearing;
use crate::actions::{Action, Key, Scope, find, rows_of};
use crate::rooms::Seen;
use crate::texts::Texts;
use crate::theme::{Meaning, Theme};
use crate::widgets::bars::{self, Connection, FooterKey, HEIGHT_MIN, Top, WIDTH_MIN};
use crate::widgets::hits::{Hits, Rows, Target};
use crate::widgets::text;

impl App {
    /// Draws all of it.
    pub fn view(&self, frame: &mut Frame<'_>) {
        let _clicked_by_nobody = self.view_with_targets(frame);
    }

    /// Draws all of it and tells what clicks mean on it.
    #[must_use]
    pub fn view_with_targets(&self, frame: &mut Frame<'_>) -> Vec<Target> {
        let hits = Hits::default();
        self.draw(frame, &hits);
        hits.into_targets()
    }

    fn draw(&self, frame: &mut Frame<'_>, hits: &Hits) {
        let area = frame.area();
        let Some(placed) = self.rooms.last() else { return };
        let settings = &self.world.settings;
        let texts = Texts::new(settings.language);
        let seen = Seen {
            world: &self.world,
            texts: &texts,
            theme: Theme::new(settings.theme, settings.colour),
            serial: placed.serial,
            top: self.popups.is_empty(),
            hits,
            rows: rows_in(placed.room.screen().scopes()),
        };
        frame.buffer_mut().set_style(area, seen.style(Meaning::Text));
        if area.width < WIDTH_MIN || area.height < HEIGHT_MIN {
            bars::too_small(frame, area, &seen);
            return;
        }
        if let Some(lock) = &self.lock {
            return lock.draw(frame, area, &Seen { top: true, ..seen });
        }
        self.view_top(frame, text::row(area, 0), &seen);
        let body = Rect { y: area.y + 1, height: area.height - 3, ..area };
        placed.room.screen().view(frame, body, &seen);
        let notice = text::row(area, area.height - 2);
        if let Some(words) = &self.notice {
            view_notice(frame, notice, &seen, words);
        }
        self.view_footer(frame, text::row(area, area.height - 1), &seen);
        for popup in &self.popups {
            hits.clear();
            popup.view(frame, body, &Seen { rows: Rows::Choose, ..seen });
        }
    }

    fn view_top(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let t = seen.texts.frame;
        let main = self.world.banks.main();
        let brand = main.map_or_else(|| t.product().to_owned(), |(bank, _)| self.world.banks.name(bank));
        let path: Vec<String> = self.rooms.iter().map(|p| p.room.screen().title(seen.texts)).collect();
        let who = main.map(|(_, session)| short_name(&session.customer.name)).unwrap_or_default();
        let connection = match main {
            None => Connection { sign: "○", word: t.not_logged_in(), meaning: Meaning::Quiet },
            Some((_, session)) if !session.alive => {
                Connection { sign: "×", word: t.session_ended(), meaning: Meaning::Bad }
            }
            Some((bank, _)) if self.world.banks.bank(bank).is_some_and(|b| b.trouble.is_some()) => {
                Connection { sign: "×", word: t.reconnecting(), meaning: Meaning::Bad }
            }
            // It answers, and does not tell by itself: what is shown is as old as the last asking.
            Some(_) if self.world.hearing() == Some(Hearing::Asking) => {
                Connection { sign: "◐", word: t.asking(), meaning: Meaning::Warning }
            }
            Some(_) => Connection { sign: "●", word: t.connected(), meaning: Meaning::Good },
        };
        let time = seen.texts.hour(self.world.now);
        bars::top(frame, area, seen, &Top { brand, path, who, connection, time });
    }

    fn view_footer(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let screen = self.room().screen();
        let shown = |action: Action| match action {
            Action::Back => self.rooms.len() > 1 || !screen.leaves_on_esc(),
            Action::Choose => screen.takes_choice(),
            _ => true,
        };
        let keys: Vec<FooterKey> = rows_of(screen.scopes())
            // While letters are text, a letter is no key.
            .filter(|r| !(screen.takes_text() && matches!(r.keys.first(), Some(Key::Char(_)))))
            .filter(|r| r.footer && shown(r.action) && r.when.why_not(&self.world).is_none())
            .filter_map(|r| {
                let label = r.label(seen.texts.language).to_owned();
                let always = matches!(r.action, Action::Back | Action::Help);
                r.keys.first().map(|key| FooterKey { key: *key, label, always })
            })
            .collect();
        bars::footer(frame, area, seen, &keys);
    }
}

/// Whether arrows move among rows in these scopes, and Enter takes one. In the review Enter presses a button: a click on a
/// row must not.
fn rows_in(scopes: &'static [Scope]) -> Rows {
    let moves = |key| find(scopes, key).is_some_and(|row| matches!(row.action, Action::Up | Action::Down));
    if scopes.contains(&Scope::List) {
        Rows::Choose
    } else if moves(Key::Down) {
        Rows::Move
    } else {
        Rows::Still
    }
}

fn view_notice(frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, notice: &Notice) {
    let (sign, meaning) = notice.look();
    let words = format!("{sign} {}", notice.words(seen.texts));
    text::line(frame.buffer_mut(), text::indent(area, 1), &words, seen.style(meaning));
}

/// `Ana Souza` as `Ana S.`.
fn short_name(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().unwrap_or_default();
    match words.next_back().and_then(|last| last.chars().next()) {
        Some(initial) => format!("{first} {initial}."),
        None => first.to_owned(),
    }
}
