//! How the consortium looks.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::Consortium;
use crate::app::banks::Health;
use crate::app::switch::BankSwitch;
use crate::rooms::log_in::shown;
use crate::rooms::{Seen, draw_words};
use crate::theme::Meaning;
use crate::widgets::list::{self, Column, Line};
use crate::widgets::{panel, text};

impl Consortium {
    pub(super) fn draw(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let t = seen.texts.consortium;
        let inside = panel::panel(frame, area, seen, t.title(), true);
        let main = seen.world.banks.seer().map(|(id, _)| seen.world.banks.name(id)).unwrap_or_default();
        let head = match seen.world.banks.known_at {
            Some(at) => t.seen_by(&main, &seen.texts.time(at)),
            None => format!("{} {}", seen.spinner(), t.loading()),
        };
        text::line(frame.buffer_mut(), text::row(inside, 0), &head, seen.style(Meaning::Quiet));
        let columns = [
            Column::left(t.bank(), 0),
            Column::left(t.id(), 2),
            Column::left(t.status(), 0),
            Column::right(t.latency(), 1),
            Column::left(t.address(), 0),
        ];
        let lines: Vec<Line> = seen
            .world
            .banks
            .iter()
            .map(|bank| {
                let (sign, word) = seen.texts.home.health(bank.health);
                let meaning = match bank.health {
                    Health::Up => Meaning::Good,
                    Health::Down => Meaning::Bad,
                    Health::Unknown => Meaning::Quiet,
                };
                let mut status = format!("{sign} {word}");
                if bank.leaving {
                    status = format!("{status} · {}", t.leaving());
                }
                if seen.world.stopped.contains(&bank.id) {
                    status = format!("{status} · {}", t.stopped_here());
                }
                if seen.world.armed.as_ref() == Some(&bank.id) {
                    status = format!("{status} · {}", t.armed());
                }
                let latency = bank.latency_ms.map(|ms| format!("{ms} ms")).unwrap_or_else(|| "–".to_owned());
                let address = bank.address.as_ref().map(shown).unwrap_or_else(|| "–".to_owned());
                Line::Cells(vec![
                    (bank.name.clone(), Meaning::Title),
                    (bank.id.to_string(), Meaning::Text),
                    (status, meaning),
                    (latency, Meaning::Quiet),
                    (address, Meaning::Text),
                ])
            })
            .collect();
        let foot = if seen.world.settings.breaks_banks { 4 } else { 0 };
        let table = Rect { height: inside.height.saturating_sub(2 + foot), ..text::below(inside, 2) };
        list::table(frame, table, seen, &columns, &lines, Some(self.chosen));
        if foot > 0 {
            let bottom = text::below(inside, inside.height.saturating_sub(foot));
            match &seen.world.switching {
                Some(switch) => {
                    let name = seen.world.banks.name(switch.bank());
                    let words = match switch {
                        BankSwitch::Stop(_) | BankSwitch::StopMidPackage(_) => t.stopping(&name),
                        BankSwitch::Start(_) => t.starting(&name),
                    };
                    let words = format!("{} {words}", seen.spinner());
                    draw_words(frame, bottom, seen, &words, Meaning::Warning);
                }
                None => draw_words(frame, bottom, seen, t.demo(), Meaning::Quiet),
            }
        }
    }
}
