//! How the first room looks.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};

use super::{Known, LANGUAGES, MENU, Stage, Tested, Welcome};
use crate::rooms::{Seen, trouble_words};
use crate::theme::{Meaning, ThemeName};
use crate::widgets::form::Look;
use crate::widgets::list::{self, Piece};
use crate::widgets::{panel, text};

impl Welcome {
    pub(super) fn draw(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let t = seen.texts.welcome;
        let air = u16::from(area.height > 17);
        let greeting = text::indent(text::below(area, air), 3);
        text::line(frame.buffer_mut(), text::row(greeting, 0), t.greeting(), seen.style(Meaning::Title));
        text::line(frame.buffer_mut(), text::row(greeting, 1), t.promise(), seen.style(Meaning::Quiet));
        let mut taken = 2 + air;
        if let Some(words) = t.waiting_for_log_in(seen.world.orders.found().iter()) {
            let words = format!("! {words}");
            text::line(frame.buffer_mut(), text::row(greeting, 2), &words, seen.style(Meaning::Warning));
            taken += 1;
        }
        let body = text::below(area, taken + air);
        match &self.stage {
            Stage::Language { chosen } => self.draw_languages(frame, body, seen, *chosen),
            Stage::Theme { chosen } => self.draw_themes(frame, body, seen, *chosen),
            Stage::Bank { .. } => self.draw_bank(frame, body, seen),
            Stage::Menu { chosen } => self.draw_menu(frame, body, seen, *chosen),
        }
    }

    /// A panel's title, with the place among the steps of a first run.
    fn step_title(&self, title: &str, seen: &Seen<'_>) -> String {
        match self.steps.place(&self.stage) {
            Some(place) => {
                format!("{title} · {}", seen.texts.welcome.step(place, self.steps.count()))
            }
            None => title.to_owned(),
        }
    }

    fn draw_themes(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, chosen: usize) {
        let t = seen.texts.welcome;
        let [themes, known] = Layout::vertical([Constraint::Length(8), Constraint::Min(0)]).areas(area);
        let inside = panel::panel(frame, themes, seen, &self.step_title(t.theme(), seen), true);
        let rows: Vec<Vec<Piece>> = ThemeName::ALL
            .iter()
            .map(|theme| vec![(seen.texts.settings.theme_name(*theme).to_owned(), Meaning::Text)])
            .collect();
        text::line(frame.buffer_mut(), inside, t.theme_how(), seen.style(Meaning::Quiet));
        list::rows(frame, text::below(inside, 2), seen, &rows, Some(chosen), true);
        self.draw_known(frame, known, seen);
    }

    fn draw_languages(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, chosen: usize) {
        let area = Rect { height: area.height.min(4), ..area };
        let inside = panel::panel(frame, area, seen, &self.step_title("Idioma · Language", seen), true);
        let rows: Vec<Vec<Piece>> = LANGUAGES
            .iter()
            .enumerate()
            .map(|(n, l)| {
                vec![(format!("{} ", n + 1), Meaning::Key), (l.own_name().to_owned(), Meaning::Text)]
            })
            .collect();
        list::rows(frame, inside, seen, &rows, Some(chosen), true);
    }

    fn draw_bank(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let Stage::Bank { form, tested } = &self.stage else { return };
        let t = seen.texts.welcome;
        let [form_area, known_area] =
            Layout::vertical([Constraint::Length(9), Constraint::Min(0)]).areas(area);
        let inside = panel::panel(frame, form_area, seen, &self.step_title(t.bank(), seen), true);
        let hint = if self.steps.under_way { t.bank_hint_or_later() } else { t.bank_hint() };
        let look = |()| Look::label(t.bank()).hint(hint);
        let waiting = t.testing(form.text(()));
        let waiting = (*tested == Some(Tested::Waiting)).then_some(waiting.as_str());
        let said = match tested {
            Some(Tested::Failed(trouble)) => Some(trouble_words(seen, trouble)),
            Some(Tested::Waiting | Tested::Found(..)) | None => None,
        };
        form.view_saying(frame, inside, seen, look, t.test(), waiting, said);
        if !self.known.is_empty() {
            self.draw_known(frame, known_area, seen);
        }
    }

    fn draw_menu(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, chosen: usize) {
        let t = seen.texts.welcome;
        let menu_height = u16::try_from(MENU.len()).unwrap_or(3) + 2;
        // Side by side only where both sides show whole addresses.
        let wide = area.width >= 116;
        let (menu_area, known_area, hints_area) = if wide {
            let [left, right] =
                Layout::horizontal([Constraint::Percentage(42), Constraint::Percentage(58)]).areas(area);
            let [menu, known] =
                Layout::vertical([Constraint::Length(menu_height), Constraint::Min(0)]).areas(left);
            (menu, known, right)
        } else {
            let known_height = u16::try_from(self.known.len().max(1)).unwrap_or(u16::MAX).min(4) + 2;
            let hints = u16::try_from(self.hints.len()).unwrap_or(u16::MAX).saturating_add(4);
            let hints = if self.hints.is_empty() { 0 } else { hints };
            let [menu, hints, known] = Layout::vertical([
                Constraint::Length(menu_height),
                Constraint::Length(hints),
                Constraint::Length(known_height),
            ])
            .areas(area);
            (menu, known, hints)
        };
        let inside = panel::panel(frame, menu_area, seen, t.menu(), true);
        let rows: Vec<Vec<Piece>> = MENU
            .iter()
            .filter_map(|a| a.row())
            .map(|row| {
                let key = row.keys.first().map(|k| k.name()).unwrap_or_default();
                vec![
                    (format!("{key} "), Meaning::Key),
                    (row.label(seen.texts.language).to_owned(), Meaning::Text),
                ]
            })
            .collect();
        list::rows(frame, inside, seen, &rows, (chosen < MENU.len()).then_some(chosen), true);
        self.draw_known(frame, known_area, seen);
        if !self.hints.is_empty() {
            self.draw_hints(frame, hints_area, seen, chosen.checked_sub(MENU.len()));
        }
    }

    fn draw_known(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let t = seen.texts.welcome;
        let inside = panel::panel(frame, area, seen, t.banks(), false);
        if self.known.is_empty() {
            text::line(frame.buffer_mut(), inside, t.no_banks(), seen.style(Meaning::Quiet));
            return;
        }
        let rows: Vec<Vec<Piece>> = self.known.iter().map(|known| known_row(known, seen)).collect();
        list::rows(frame, inside, seen, &rows, None, false);
    }

    fn draw_hints(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, chosen: Option<usize>) {
        let t = seen.texts.welcome;
        let inside = panel::panel(frame, area, seen, t.hints(), chosen.is_some());
        // One password for all is said once: the rows have room for their addresses.
        let mut passwords = self.hints.iter().map(|h| h.password.as_str());
        let same = passwords.next().filter(|first| passwords.all(|other| other == *first));
        let how = match same {
            Some(password) => format!("{} {}", t.hints_how(), t.hints_password(password)),
            None => t.hints_how().to_owned(),
        };
        let how = text::wrap(&how, inside.width);
        let mut taken = 0;
        for line in how.iter().take(2) {
            text::line(frame.buffer_mut(), text::row(inside, taken), line, seen.style(Meaning::Quiet));
            taken += 1;
        }
        let name = self.hints.iter().map(|h| text::width(&h.name)).max().unwrap_or(0);
        let rows: Vec<Vec<Piece>> = self
            .hints
            .iter()
            .map(|h| {
                let pad = usize::from(name - text::width(&h.name)) + 2;
                let mut row = vec![
                    (format!("{}{}", h.name, " ".repeat(pad)), Meaning::Title),
                    (format!("{}  ", h.cpf), Meaning::Text),
                    (format!("{}  ", h.bank), Meaning::Text),
                ];
                if same.is_none() {
                    row.push((format!("{} {}  ", t.password(), h.password), Meaning::Quiet));
                }
                row.push((brief(&h.address).to_owned(), Meaning::Quiet));
                row
            })
            .collect();
        list::rows(frame, text::below(inside, taken), seen, &rows, chosen, true);
    }
}

/// A known bank in a row: sign, name, address, and what the test says.
pub(in crate::rooms) fn known_row(known: &Known, seen: &Seen<'_>) -> Vec<Piece> {
    let t = seen.texts.log_in;
    let (sign, words, meaning) = match &known.tested {
        Tested::Waiting => (seen.spinner(), t.checking().to_owned(), Meaning::Warning),
        Tested::Found(_, ms) => ("●", t.answers(*ms), Meaning::Good),
        Tested::Failed(_) => ("×", t.silent().to_owned(), Meaning::Bad),
    };
    vec![
        (format!("{sign} "), meaning),
        (format!("{}  ", known.named().name), Meaning::Title),
        (format!("{words}  "), meaning),
        (brief(&known.bank.address).to_owned(), Meaning::Quiet),
    ]
}

/// An address without what goes without saying: a row is short.
fn brief(address: &str) -> &str {
    address.strip_prefix("http://").unwrap_or(address)
}
