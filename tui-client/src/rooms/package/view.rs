//! How an order looks on its way and at its end. In progress and done never look alike.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use shared::api::problem::RefusalReply;
use shared::api::replies::{PackageBank, PackageBankState, PackageReply, PackageStatus};
use shared::money::Reais;

use super::{Package, newest_first};
use crate::app::orders::{Order, OrderState};
use crate::rooms::{Seen, draw_words};
use crate::theme::Meaning;
use crate::widgets::list::{self, Piece};
use crate::widgets::{leg_line, panel, text};

impl Package {
    pub(super) fn draw(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let t = seen.texts.package;
        let ids = newest_first(seen.world);
        let Some(order) = self.order(seen.world) else {
            let inside = panel::panel(frame, area, seen, t.orders(), true);
            text::line(frame.buffer_mut(), inside, t.none(), seen.style(Meaning::Text));
            let below = text::below(inside, 1);
            text::line(frame.buffer_mut(), below, t.none_how(), seen.style(Meaning::Quiet));
            return;
        };
        let several = ids.len() > 1;
        let [side, rest] = if several && area.width >= 100 {
            Layout::horizontal([Constraint::Length(36), Constraint::Min(0)]).areas(area)
        } else {
            let rows = if several { u16::try_from(ids.len().min(4) + 2).unwrap_or(6) } else { 0 };
            Layout::vertical([Constraint::Length(rows), Constraint::Min(0)]).areas(area)
        };
        if several {
            let inside = panel::panel(frame, side, seen, t.orders(), true);
            let orders = ids.iter().filter_map(|id| seen.world.orders.order(*id));
            let rows: Vec<Vec<Piece>> = orders.map(|o| order_row(o, seen)).collect();
            let chosen = ids.iter().position(|id| Some(*id) == self.chosen);
            list::rows(frame, inside, seen, &rows, chosen, true);
        }
        let inside = panel::panel(frame, rest, seen, t.title(), !several);
        draw_order(frame, inside, seen, order);
    }
}

fn order_row(order: &Order, seen: &Seen<'_>) -> Vec<Piece> {
    let Said { sign, word, meaning, .. } = said(order, seen);
    vec![
        (format!("{sign} "), meaning),
        (format!("{} ", seen.texts.hour(order.file.made_at)), Meaning::Quiet),
        (format!("{} ", Reais(total(order))), Meaning::Money),
        (word, meaning),
    ]
}

fn total(order: &Order) -> i64 {
    order.file.legs.as_slice().iter().fold(0i64, |sum, leg| sum.saturating_add(leg.amount().centavos()))
}

/// Where an order stands: sign, word, and a sentence.
struct Said {
    sign: String,
    word: String,
    how: String,
    meaning: Meaning,
}

fn said(order: &Order, seen: &Seen<'_>) -> Said {
    let t = seen.texts.package;
    let say = |sign: &str, word: &str, how: String, meaning| Said {
        sign: sign.to_owned(),
        word: word.to_owned(),
        how,
        meaning,
    };
    let turning = seen.spinner();
    match &order.state {
        OrderState::Keeping => say(turning, t.keeping(), t.keeping_how().to_owned(), Meaning::Warning),
        OrderState::Sending => say(turning, t.sending(), t.sending_how().to_owned(), Meaning::Warning),
        OrderState::NotKept(reason) => say("×", t.not_sent(), t.not_kept_how(reason), Meaning::Bad),
        OrderState::NotSent(_) => say("×", t.not_sent(), t.not_sent_how().to_owned(), Meaning::Bad),
        OrderState::NeverArrived => {
            say("○", t.never_arrived(), t.never_arrived_how().to_owned(), Meaning::Warning)
        }
        OrderState::Unknown(_) => {
            let alive = seen.world.banks.session(&order.file.bank).is_some_and(|s| s.alive);
            let how = if alive {
                t.unknown_how().to_owned()
            } else {
                let bank = seen.world.banks.name(&order.file.bank);
                format!("{} {}", t.unknown_how(), t.waits_for_log_in(&bank))
            };
            say("?", t.unknown(), how, Meaning::Warning)
        }
        OrderState::NotTaken(problem) => {
            let words = seen.texts.codes.problem(problem.code);
            say("×", t.not_taken(), format!("{words} {}", t.not_taken_how()), Meaning::Bad)
        }
        OrderState::Told(package) => match package.status {
            PackageStatus::InProgress => {
                say(turning, t.in_progress(), t.in_progress_how().to_owned(), Meaning::Warning)
            }
            PackageStatus::Committed if package.settled => {
                say("✓", t.committed(), t.committed_how().to_owned(), Meaning::Good)
            }
            PackageStatus::Committed => {
                say("✓", t.unsettled(), t.unsettled_how(&not_yet(package, seen)), Meaning::Good)
            }
            PackageStatus::Refused => say("×", t.refused(), t.refused_how().to_owned(), Meaning::Bad),
            PackageStatus::Aborted => say("!", t.aborted(), t.aborted_how().to_owned(), Meaning::Warning),
        },
    }
}

/// The banks that have not confirmed a committed package.
fn not_yet(package: &PackageReply, seen: &Seen<'_>) -> String {
    let open = package.banks.iter().filter(|b| b.state != PackageBankState::Committed);
    let names: Vec<String> = open.map(|b| seen.world.banks.name(&b.bank)).collect();
    if names.is_empty() { seen.texts.package.unsettled_some().to_owned() } else { names.join(", ") }
}

/// Draws one order: where it stands, bank by bank, leg by leg.
pub fn draw_order(frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, order: &Order) {
    let t = seen.texts.package;
    let Said { sign, word, how, meaning } = said(order, seen);
    let head = format!("{sign} {word}");
    text::line(frame.buffer_mut(), text::row(area, 0), &head, seen.style(meaning));
    let how_lines = u16::try_from(text::wrap(&how, area.width).len()).unwrap_or(1);
    draw_words(frame, text::below(area, 1), seen, &how, Meaning::Text);
    let banks = banks_of(order);
    let mut facts = 2 + how_lines;
    if order.state.may_send_again() {
        let mut keys = t.again_key().to_owned();
        if order.state == OrderState::NeverArrived {
            keys = format!("{keys} · {}", t.aside_key());
        }
        let at = text::row(area, facts - 1);
        text::line(frame.buffer_mut(), at, &keys, seen.style(Meaning::Key));
        facts += 1;
    }
    let place = text::below(area, facts);
    let made = format!(
        "{} {} · {} {} · {} {}",
        t.total(),
        Reais(total(order)),
        t.made_at(),
        seen.texts.time(order.file.made_at),
        t.through(),
        seen.world.banks.name(&order.file.bank)
    );
    text::line(frame.buffer_mut(), text::row(place, 0), &made, seen.style(Meaning::Money));
    let id = format!("{} {}", t.id(), order.file.id);
    text::line(frame.buffer_mut(), text::row(place, 1), &id, seen.style(Meaning::Quiet));
    let bank_rows = u16::try_from(banks.len()).unwrap_or(u16::MAX);
    let place = text::below(place, 3);
    let [banks_area, legs_area] =
        Layout::vertical([Constraint::Length((bank_rows + 2).min(place.height / 2)), Constraint::Min(0)])
            .areas(place);
    draw_banks(frame, banks_area, seen, &banks);
    draw_legs(frame, legs_area, seen, order);
}

/// Where each bank stands; before the first answer every one is waited for.
fn banks_of(order: &Order) -> Vec<PackageBank> {
    if let OrderState::Told(package) = &order.state
        && !package.banks.is_empty()
    {
        return package.banks.clone();
    }
    let waited_for = matches!(order.state, OrderState::Sending | OrderState::Unknown(_));
    let all = order.file.legs.participants(&order.file.bank);
    let banks = all.into_iter().filter(|_| waited_for);
    banks.map(|bank| PackageBank { bank, state: PackageBankState::Waiting }).collect()
}

fn draw_banks(frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, banks: &[PackageBank]) {
    if banks.is_empty() {
        return;
    }
    let t = seen.texts.package;
    text::line(frame.buffer_mut(), text::row(area, 0), t.banks(), seen.style(Meaning::Title));
    let names: Vec<String> = banks.iter().map(|b| seen.world.banks.name(&b.bank)).collect();
    let widest = names.iter().map(|n| text::width(n)).max().unwrap_or(0);
    let rows: Vec<Vec<Piece>> = banks
        .iter()
        .zip(&names)
        .map(|(bank, name)| {
            let (sign, word) = t.bank_state(bank.state);
            let meaning = match bank.state {
                PackageBankState::Waiting => Meaning::Quiet,
                PackageBankState::Prepared => Meaning::Held,
                PackageBankState::Refused => Meaning::Bad,
                PackageBankState::Committed => Meaning::Good,
                PackageBankState::Aborted => Meaning::Warning,
            };
            let pad = " ".repeat(usize::from(widest - text::width(name)) + 2);
            vec![
                (format!("{sign} "), meaning),
                (format!("{name}{pad}"), Meaning::Text),
                (word.to_owned(), meaning),
            ]
        })
        .collect();
    list::rows(frame, text::below(area, 1), seen, &rows, None, false);
}

/// Failing legs come first: what stopped a package of 64 legs is not searched for.
fn draw_legs(frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, order: &Order) {
    let t = seen.texts.package;
    text::line(frame.buffer_mut(), text::row(area, 0), t.legs(), seen.style(Meaning::Title));
    let (refusals, faults) = reasons(order, seen);
    let legs = order.file.legs.as_slice();
    let failing = |n: usize| refusals.iter().find(|r| usize::from(r.leg) == n);
    let mut order_of: Vec<usize> = (0..legs.len()).collect();
    order_of.sort_by_key(|n| (failing(*n).is_none(), *n));
    let mut rows: Vec<Vec<Piece>> = Vec::new();
    for words in faults {
        rows.push(vec![(words, Meaning::Bad)]);
    }
    for n in order_of {
        let leg = &legs[n];
        let end = |end| {
            if leg_line::end_text(end) == leg_line::CASH_WORD {
                t.cash().to_owned()
            } else {
                leg_line::end_text(end)
            }
        };
        let mut row = vec![
            (format!("{:>2} ", n + 1), Meaning::Quiet),
            (format!("{} → {}  ", end(leg.from()), end(leg.to())), Meaning::Text),
            (leg.amount().to_string(), Meaning::Money),
        ];
        if let Some(description) = leg.description() {
            row.push((format!("  {}", description.as_str()), Meaning::Quiet));
        }
        rows.push(row);
        if let Some(refusal) = failing(n) {
            let reason = seen.texts.codes.refusal_with_missing(refusal.code, refusal.missing);
            let words = format!("× {}: {reason}. {}", t.leg(n + 1), t.nothing_debited());
            let width = area.width.saturating_sub(7);
            for line in text::wrap(&words, width) {
                rows.push(vec![(format!("   {line}"), Meaning::Bad)]);
            }
        }
    }
    list::rows(frame, text::below(area, 1), seen, &rows, None, false);
}

/// The refused legs, and what the bank finds wrong with the order itself.
fn reasons(order: &Order, seen: &Seen<'_>) -> (Vec<RefusalReply>, Vec<String>) {
    match &order.state {
        OrderState::Told(package) => (package.refusals.clone(), Vec::new()),
        OrderState::NotTaken(problem) => {
            let faults = problem.errors.iter().map(|error| {
                let words = seen.texts.codes.field(error.code);
                match leg_of(&error.field) {
                    Some(n) => format!("× {}: {words}", seen.texts.package.leg(n + 1)),
                    None => format!("× {words}"),
                }
            });
            (Vec::new(), faults.collect())
        }
        OrderState::Keeping
        | OrderState::NotKept(_)
        | OrderState::Sending
        | OrderState::NotSent(_)
        | OrderState::Unknown(_)
        | OrderState::NeverArrived => (Vec::new(), Vec::new()),
    }
}

/// The leg that a field like `legs[2].amount` speaks of.
fn leg_of(field: &str) -> Option<usize> {
    field.strip_prefix("legs[")?.split(']').next()?.parse().ok()
}
