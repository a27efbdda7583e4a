//! How the settings look.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};

use super::{Id, LINES, Line, SettingsRoom, Writing, is_given};
use crate::app::bank_keys::key_at;
use crate::app::settings::{Origin, Settings};
use crate::rooms::{Seen, draw_words};
use crate::texts::Texts;
use crate::theme::Meaning;
use crate::widgets::form::Look;
use crate::widgets::list::{self, Piece};
use crate::widgets::{panel, text};

impl SettingsRoom {
    pub(super) fn draw(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        if let Some(writing) = &self.writing {
            return Self::draw_writing(frame, area, seen, writing);
        }
        let lines = u16::try_from(LINES.len()).unwrap_or(u16::MAX);
        if area.width >= 100 {
            let [left, right] =
                Layout::horizontal([Constraint::Percentage(58), Constraint::Percentage(42)]).areas(area);
            self.draw_lines(frame, left, seen);
            self.draw_banks(frame, right, seen);
        } else {
            let [above, below] =
                Layout::vertical([Constraint::Length(lines + 5), Constraint::Min(0)]).areas(area);
            self.draw_lines(frame, above, seen);
            self.draw_banks(frame, below, seen);
        }
    }

    fn draw_lines(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let t = seen.texts.settings;
        let settings = &seen.world.settings;
        let focused = self.chosen < LINES.len();
        let inside = panel::panel(frame, area, seen, t.choices(), focused);
        let labels = LINES.iter().map(|line| text::width(label(*line, seen.texts))).max().unwrap_or(0);
        let rows: Vec<Vec<Piece>> = LINES
            .iter()
            .map(|line| {
                let origin = line.origin(settings);
                let fixed = origin != Origin::Chosen;
                let label = label(*line, seen.texts);
                let pad = " ".repeat(usize::from(labels - text::width(label)) + 2);
                let meaning = if fixed { Meaning::Quiet } else { Meaning::Title };
                let mut row = vec![
                    (format!("{label}{pad}"), Meaning::Text),
                    (value(*line, settings, seen.texts), meaning),
                ];
                let plain_waits =
                    *line == Line::Plain && settings.remembered.plain.is_some_and(|p| p != settings.plain);
                if let Some(words) = t.origin(origin) {
                    row.push((format!(" · {words}"), Meaning::Off));
                } else if plain_waits {
                    row.push((format!(" · {}", t.next_start()), Meaning::Warning));
                }
                row
            })
            .collect();
        let chosen = focused.then_some(self.chosen);
        let count = u16::try_from(rows.len()).unwrap_or(u16::MAX);
        let list_area = Rect { height: count.min(inside.height), ..inside };
        list::rows(frame, list_area, seen, &rows, chosen, true);
        let below = text::below(inside, count + u16::from(inside.height > count + 3));
        let mut words = t.how().to_owned();
        if let Some(path) = &settings.config_file {
            words = format!("{words} {}", t.file(path));
        }
        if let Some((path, origin)) = &settings.save_dir {
            let origin = t.origin(*origin).map(|words| format!(" · {words}")).unwrap_or_default();
            words = format!("{}{origin}. {words}", t.saves_in(path));
        }
        draw_words(frame, below, seen, &words, Meaning::Quiet);
    }

    fn draw_banks(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let t = seen.texts.settings;
        let settings = &seen.world.settings;
        let inside = panel::panel(frame, area, seen, t.banks(), self.chosen >= LINES.len());
        let known = settings.known_banks();
        if known.is_empty() {
            draw_words(frame, inside, seen, t.no_banks(), Meaning::Quiet);
            return;
        }
        let names = known.iter().map(|b| text::width(&b.name)).max().unwrap_or(0).min(24);
        let rows: Vec<Vec<Piece>> = known
            .iter()
            .map(|bank| {
                let name = text::cut(&bank.name, names);
                let pad = " ".repeat(usize::from(names - text::width(&name)) + 2);
                let mut row =
                    vec![(format!("{name}{pad}"), Meaning::Title), (bank.address.clone(), Meaning::Text)];
                if is_given(settings, &bank.address) {
                    row.push((format!(" · {}", t.bank_fixed()), Meaning::Off));
                }
                row
            })
            .collect();
        let chosen = self.chosen.checked_sub(LINES.len());
        let key = chosen.and_then(|n| known.get(n)).and_then(|b| key_at(&seen.world.bank_keys, &b.address));
        let Some(key) = key else { return list::rows(frame, inside, seen, &rows, chosen, true) };
        let mut words = t.key_of(&key.key.to_string());
        if key.vouched {
            words = format!("{words} · {}", t.key_vouched());
        }
        let foot = u16::try_from(text::wrap(&words, inside.width).len()).unwrap_or(1).min(inside.height / 2);
        let place = Rect { height: inside.height - foot, ..inside };
        list::rows(frame, place, seen, &rows, chosen, true);
        draw_words(frame, text::below(inside, place.height), seen, &words, Meaning::Quiet);
    }

    fn draw_writing(frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, writing: &Writing) {
        let t = seen.texts.settings;
        let title = if writing.before.is_some() { t.edit_title() } else { t.add_title() };
        let inside = panel::panel(frame, area, seen, title, true);
        let look = |id| match id {
            Id::Name => Look::label(t.name()),
            Id::Address => Look::label(t.address()).hint(seen.texts.welcome.bank_hint()),
        };
        writing.form.view(frame, inside, seen, look, t.save(), None);
    }
}

/// What a setting is called.
#[must_use]
pub const fn label(line: Line, texts: &Texts) -> &'static str {
    let t = texts.settings;
    match line {
        Line::Language => t.language(),
        Line::Theme => t.theme(),
        Line::Plain => t.plain(),
        Line::Mouse => t.mouse(),
        Line::LockAfter => t.lock_after(),
        Line::HideBalances => t.hide_balances(),
    }
}

/// What it is set to.
#[must_use]
pub fn value(line: Line, settings: &Settings, texts: &Texts) -> String {
    let t = texts.settings;
    let yes = |yes: bool| if yes { t.yes() } else { t.no() }.to_owned();
    match line {
        Line::Language => settings.language.own_name().to_owned(),
        Line::Theme if !settings.colour => t.no_colour().to_owned(),
        Line::Theme => t.theme_name(settings.theme).to_owned(),
        Line::Plain => match line.origin(settings) {
            Origin::Chosen => yes(settings.remembered.plain.unwrap_or(settings.plain)),
            Origin::Flag | Origin::Environment | Origin::File => yes(settings.plain),
        },
        Line::Mouse => yes(settings.mouse),
        Line::LockAfter => t.lock(settings.lock_after_minutes),
        Line::HideBalances => yes(settings.hide_balances),
    }
}
