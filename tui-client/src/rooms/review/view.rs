//! How the review looks.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use shared::money::Reais;

use super::{Review, cash, totals};
use crate::rooms::{Seen, leg_table};
use crate::theme::Meaning;
use crate::widgets::list::{self, Column, Line, Piece};
use crate::widgets::{panel, text};

impl Review {
    pub(super) fn draw(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let t = seen.texts.review;
        let inside = panel::panel(frame, area, seen, t.title(), true);
        let payers = self.payer_lines(seen);
        let shown = u16::try_from(payers.len()).unwrap_or(u16::MAX).min(inside.height / 4).max(1);
        let [top, legs, bottom] =
            Layout::vertical([Constraint::Length(shown + 2), Constraint::Min(3), Constraint::Length(5)])
                .areas(inside);
        text::line(frame.buffer_mut(), text::row(top, 0), t.accounts(), seen.style(Meaning::Title));
        let place = Rect { height: shown, ..text::below(top, 1) };
        list::rows(frame, place, seen, &payers, None, false);
        self.draw_legs(frame, legs, seen);
        self.draw_end(frame, bottom, seen);
    }

    /// Payers first, with what is left to each where that is in sight.
    fn payer_lines(&self, seen: &Seen<'_>) -> Vec<Vec<Piece>> {
        let t = seen.texts.review;
        let mut lines = Vec::new();
        for (account, (out, into)) in totals(self.legs.as_slice()) {
            if out == 0 {
                continue;
            }
            let mut line = vec![
                (format!("{account}  "), Meaning::Title),
                (t.takes(&Reais(out).to_string()), Meaning::Money),
            ];
            if into > 0 {
                line.push((format!(", {}", t.gets(&Reais(into).to_string())), Meaning::Incoming));
            }
            match seen.world.banks.account(&account) {
                Some(own) => {
                    let here = own.available.saturating_sub(out).saturating_add(into);
                    // The bank knows what else has moved since the balance was told.
                    let after = self.preview.available_after(&account).unwrap_or(here);
                    let words = t.after(&seen.balance(own.available), &seen.balance(after));
                    let meaning = if after < 0 { Meaning::Bad } else { Meaning::Quiet };
                    line.push((format!(" · {words}"), meaning));
                    if out > own.available {
                        let missing = seen.balance(out - own.available);
                        line.push((format!(" · ! {}", t.short(&missing)), Meaning::Bad));
                    }
                }
                None => match self.preview.available_after(&account) {
                    Some(after) => {
                        line.push((format!(" · {}", t.arrives(&seen.balance(after))), Meaning::Quiet));
                    }
                    None => line.push((format!(" · {}", t.not_in_sight()), Meaning::Quiet)),
                },
            }
            lines.push(line);
        }
        // Own accounts that only receive, once their bank has said what they will have.
        for (account, (out, into)) in totals(self.legs.as_slice()) {
            if let Some(after) = self.preview.available_after(&account).filter(|_| out == 0) {
                lines.push(vec![
                    (format!("{account}  "), Meaning::Title),
                    (t.gets(&Reais(into).to_string()), Meaning::Incoming),
                    (format!(" · {}", t.arrives(&seen.balance(after))), Meaning::Quiet),
                ]);
            }
        }
        if let Some((counter, words)) = cash(self.legs.as_slice(), seen) {
            lines.push(vec![(format!("{counter}  "), Meaning::Title), (words, Meaning::Money)]);
        }
        lines
    }

    fn draw_legs(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let t = seen.texts.review;
        text::line(frame.buffer_mut(), text::row(area, 0), t.transfers(), seen.style(Meaning::Title));
        let mut columns = vec![
            Column::left("", 0),
            Column::left(t.from(), 1),
            Column::left(t.to(), 0),
            Column::left(t.name(), 0),
            Column::right(t.amount(), 0),
        ];
        let mut lines = Vec::new();
        // A name is cut before the payer is left out.
        let names = if area.width >= 100 { 44 } else { 24 };
        let mut chosen = 0;
        for (n, leg) in self.legs.as_slice().iter().enumerate() {
            let (name, meaning) = self.payees.words(leg.to(), seen);
            if n == self.at {
                chosen = lines.len();
            }
            let (sign, sign_meaning) = match self.preview.passes(n) {
                Some(true) => (" ✓", Meaning::Good),
                Some(false) => (" ×", Meaning::Bad),
                None => ("", Meaning::Quiet),
            };
            lines.push(Line::Cells(vec![
                (format!("{}{sign}", n + 1), sign_meaning),
                (leg_table::end_words(leg.from(), seen), Meaning::Text),
                (leg_table::end_words(leg.to(), seen), Meaning::Title),
                (text::cut(&name, names), meaning),
                (leg.amount().to_string(), Meaning::Money),
            ]));
            if let Some(refusal) = self.preview.refusal(n) {
                // What is lacking tells what is there.
                let missing = refusal.missing.filter(|_| !seen.world.settings.hide_balances);
                let words = seen.texts.codes.refusal_with_missing(refusal.code, missing);
                lines.push(Line::Whole((format!("    {words}"), Meaning::Bad)));
            }
        }
        let legs = self.legs.as_slice();
        let chosen = (legs.len() > 1).then_some(chosen);
        let place = text::below(area, 1);
        let title = seen.texts.pay.description();
        let described = leg_table::describe(&mut columns, &mut lines, legs, place.width, title);
        let place = leg_table::draw_whole(frame, place, seen, legs.get(self.at), described);
        list::table(frame, place, seen, &columns, &lines, chosen);
    }

    fn draw_end(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let t = seen.texts.review;
        let legs = self.legs.as_slice();
        let total = legs.iter().fold(0i64, |sum, leg| sum.saturating_add(leg.amount().centavos()));
        let bank = seen.world.banks.main().map(|(id, _)| seen.world.banks.name(id)).unwrap_or_default();
        let words = format!("{} {} · {}", t.total(), Reais(total), t.through(&bank));
        text::line(frame.buffer_mut(), text::row(area, 0), &words, seen.style(Meaning::Money));
        let promise = match legs.len() {
            1 => t.nothing_yet().to_owned(),
            count => format!("{} {}", t.all_or_nothing(count), t.nothing_yet()),
        };
        text::line(frame.buffer_mut(), text::row(area, 1), &promise, seen.style(Meaning::Quiet));
        if let Some((words, meaning)) = self.preview.words(legs.len(), seen) {
            text::line(frame.buffer_mut(), text::row(area, 2), &words, seen.style(meaning));
        }
        let buttons = text::row(area, 3);
        let back = panel::button(frame, buttons, seen, seen.texts.frame.back(), !self.sends);
        let send = text::indent(buttons, back + 3);
        let why = seen.world.why_no_money_moves().map(|why| seen.texts.frame.why_not(why));
        let why = why.or_else(|| self.payees.any_asked().then_some(t.names_coming()));
        match why {
            Some(why) if !self.sends => {
                let off = format!("( {} )", t.send());
                text::line(frame.buffer_mut(), send, &off, seen.style(Meaning::Off));
                text::line(frame.buffer_mut(), text::row(area, 4), why, seen.style(Meaning::Warning));
            }
            Some(why) => {
                panel::button(frame, send, seen, t.send(), true);
                text::line(frame.buffer_mut(), text::row(area, 4), why, seen.style(Meaning::Warning));
            }
            None => {
                panel::button(frame, send, seen, t.send(), self.sends);
            }
        }
    }
}
