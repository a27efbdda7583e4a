//! How a package looks on its way and at its end. In progress and done never look alike.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use shared::api::problem::RefusalReply;
use shared::api::replies::{LegReply, PackageBank, PackageBankState, PackageReply, PackageStatus};
use shared::ids::{BankId, PackageId};
use shared::money::Reais;

use super::Package;
use crate::app::orders::{Order, OrderState};
use crate::app::world::World;
use crate::rooms::{Seen, draw_trouble, draw_words};
use crate::theme::Meaning;
use crate::widgets::list::{self, Piece};
use crate::widgets::{panel, text};

/// A package, whether this client ordered it or a bank told of it.
struct Sight {
    id: PackageId,
    legs: Vec<LegReply>,
    banks: Vec<PackageBank>,
    refusals: Vec<RefusalReply>,
    made_at: jiff::Timestamp,
    /// The bank that was asked, where the customer asked it.
    through: Option<BankId>,
    /// Whether its legs may go into another order.
    corrects: bool,
}

impl Sight {
    fn of_order(order: &Order) -> Self {
        let refusals = match &order.state {
            OrderState::Told(package) => package.refusals.clone(),
            OrderState::Keeping
            | OrderState::NotKept(_)
            | OrderState::Sending
            | OrderState::NotSent(_)
            | OrderState::Unknown(_)
            | OrderState::NeverArrived
            | OrderState::NotTaken(_) => Vec::new(),
        };
        Self {
            id: order.file.id,
            legs: order.file.told_legs(),
            banks: banks_of(order),
            refusals,
            made_at: order.file.made_at,
            through: Some(order.file.bank.clone()),
            corrects: false,
        }
    }

    fn of_package(bank: &BankId, package: &PackageReply) -> Self {
        let mut sight = Self {
            id: package.id,
            legs: package.legs.clone(),
            banks: package.banks.clone(),
            refusals: package.refusals.clone(),
            made_at: package.created_at,
            through: None,
            corrects: false,
        };
        if !sight.is_partial() {
            sight.through = Some(bank.clone());
        }
        sight
    }

    /// Whether there are legs that the customer may not see.
    fn is_partial(&self) -> bool {
        self.legs.iter().any(|leg| leg.leg.is_some())
    }

    fn total(&self) -> i64 {
        self.legs.iter().fold(0i64, |sum, leg| sum.saturating_add(leg.amount))
    }

    /// The legs with their places from 0. Failing ones come first: what stopped a package of 64 is not searched for.
    fn placed(&self) -> Vec<(usize, &LegReply, Option<&RefusalReply>)> {
        let failing = |n: usize| self.refusals.iter().find(|r| usize::from(r.leg) == n);
        let placed = self.legs.iter().enumerate().map(|(n, leg)| (leg.leg.map_or(n, usize::from), leg));
        let mut legs: Vec<_> = placed.map(|(n, leg)| (n, leg, failing(n))).collect();
        legs.sort_by_key(|(n, _, refusal)| (refusal.is_none(), *n));
        legs
    }

    /// The leg of each row that the list of legs draws: one line of its own, one for its reason.
    fn leg_rows(&self) -> Vec<usize> {
        let rows = |(n, _, refusal): &(usize, &LegReply, Option<&RefusalReply>)| {
            vec![*n; 1 + usize::from(refusal.is_some())]
        };
        self.placed().iter().flat_map(rows).collect()
    }
}

impl Package {
    fn sight(&self, world: &World) -> Option<Sight> {
        let told = || self.look_up.told().map(|(bank, package)| Sight::of_package(bank, package));
        self.order(world).map(Sight::of_order).or_else(told)
    }

    /// How many rows the list of legs has.
    pub(super) fn row_count(&self, world: &World) -> usize {
        self.sight(world).map_or(0, |sight| sight.leg_rows().len())
    }

    /// The leg of the chosen row, counted from 0.
    pub(super) fn leg_at(&self, world: &World) -> Option<u16> {
        let rows = self.sight(world)?.leg_rows();
        rows.get(self.chosen).and_then(|leg| u16::try_from(*leg).ok())
    }

    pub(super) fn draw(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let t = seen.texts.package;
        let inside = panel::panel(frame, area, seen, t.title(), true);
        if let Some(order) = self.order(seen.world) {
            let said = said(order, seen);
            let corrects = self.to_correct(seen.world).is_some();
            let sight = Sight { corrects, ..Sight::of_order(order) };
            return draw_sight(frame, inside, seen, &sight, &said, &faults(order, seen), Some(self.chosen));
        }
        let Some((bank, package)) = self.look_up.told() else {
            return self.draw_unknown(frame, inside, seen);
        };
        let mut said = said_of(package, seen);
        let corrects = self.to_correct(seen.world).is_some();
        let sight = Sight { corrects, ..Sight::of_package(bank, package) };
        if sight.is_partial() {
            said.how = format!("{} {}", said.how, t.partly());
        }
        if let (Some(_), Some(at)) = (self.look_up.trouble(), self.look_up.known_at()) {
            let name = seen.world.banks.name(bank);
            let away = format!(
                "{} · {}",
                seen.texts.home.unreachable(&name),
                seen.texts.home.as_of(&seen.texts.time(at))
            );
            said.how = format!("{} × {away}", said.how);
        }
        draw_sight(frame, inside, seen, &sight, &said, &[], Some(self.chosen));
    }

    fn draw_unknown(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let t = seen.texts.package;
        let id = format!("{} {}", t.id(), self.id);
        text::line(frame.buffer_mut(), text::row(area, 0), &id, seen.style(Meaning::Quiet));
        let below = text::below(area, 2);
        if self.look_up.waits(seen) {
            let words = format!("{} {}", seen.spinner(), t.looking_up());
            draw_words(frame, below, seen, &words, Meaning::Warning);
        } else if let Some(trouble) = self.look_up.trouble() {
            draw_trouble(frame, below, seen, trouble);
        } else {
            draw_words(frame, below, seen, &format!("○ {}", t.not_found()), Meaning::Warning);
        }
    }
}

/// Where a package stands: sign, word, and a sentence.
pub struct Said {
    /// The sign.
    pub sign: String,
    /// The word.
    pub word: String,
    how: String,
    /// What it means.
    pub meaning: Meaning,
}

fn say(sign: &str, word: &str, how: String, meaning: Meaning) -> Said {
    Said { sign: sign.to_owned(), word: word.to_owned(), how, meaning }
}

/// Where an order stands.
#[must_use]
pub fn said(order: &Order, seen: &Seen<'_>) -> Said {
    let t = seen.texts.package;
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
            say("×", t.not_taken(), format!("{words} {}", t.not_taken_leaves(problem.code)), Meaning::Bad)
        }
        OrderState::Told(package) => said_of(package, seen),
    }
}

/// Where a package stands that a bank told of.
#[must_use]
pub fn said_of(package: &PackageReply, seen: &Seen<'_>) -> Said {
    let t = seen.texts.package;
    match package.status {
        PackageStatus::InProgress => {
            say(seen.spinner(), t.in_progress(), t.in_progress_how().to_owned(), Meaning::Warning)
        }
        PackageStatus::Committed if package.settled => {
            say("✓", t.committed(), t.committed_how().to_owned(), Meaning::Good)
        }
        PackageStatus::Committed => {
            say("✓", t.unsettled(), t.unsettled_how(&not_yet(package, seen)), Meaning::Good)
        }
        PackageStatus::Refused => say("×", t.refused(), t.refused_how().to_owned(), Meaning::Bad),
        PackageStatus::Aborted => say("!", t.aborted(), t.aborted_how().to_owned(), Meaning::Warning),
    }
}

/// The banks that have not confirmed a committed package.
fn not_yet(package: &PackageReply, seen: &Seen<'_>) -> String {
    let open = package.banks.iter().filter(|b| b.state != PackageBankState::Committed);
    let names: Vec<String> = open.map(|b| seen.world.banks.name(&b.bank)).collect();
    if names.is_empty() { seen.texts.package.unsettled_some().to_owned() } else { seen.texts.of_each(&names) }
}

/// Draws one order: where it stands, bank by bank, leg by leg.
pub fn draw_order(frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, order: &Order) {
    let said = said(order, seen);
    draw_sight(frame, area, seen, &Sight::of_order(order), &said, &faults(order, seen), None);
}

fn draw_sight(
    frame: &mut Frame<'_>,
    area: Rect,
    seen: &Seen<'_>,
    sight: &Sight,
    said: &Said,
    faults: &[String],
    chosen: Option<usize>,
) {
    let t = seen.texts.package;
    let head = format!("{} {}", said.sign, said.word);
    text::line(frame.buffer_mut(), text::row(area, 0), &head, seen.style(said.meaning));
    let how_lines = u16::try_from(text::wrap(&said.how, area.width).len()).unwrap_or(1);
    draw_words(frame, text::below(area, 1), seen, &said.how, Meaning::Text);
    let mut facts = 2 + how_lines;
    let correct = sight.corrects.then(|| t.correct_key().to_owned());
    if let Some(keys) = again_keys(sight.id, seen).or(correct) {
        let at = text::row(area, facts - 1);
        text::line(frame.buffer_mut(), at, &keys, seen.style(Meaning::Key));
        facts += 1;
    }
    let place = text::below(area, facts);
    let total = if sight.is_partial() { t.total_seen() } else { t.total() };
    let mut made = format!(
        "{total} {} · {} {}",
        Reais(sight.total()),
        t.made_at(),
        seen.texts.time_or_day(sight.made_at, seen.world.now)
    );
    if let Some(bank) = &sight.through {
        made = format!("{made} · {}", t.through(&seen.world.banks.name(bank)));
    }
    text::line(frame.buffer_mut(), text::row(place, 0), &made, seen.style(Meaning::Money));
    let id = format!("{} {}", t.id(), sight.id);
    text::line(frame.buffer_mut(), text::row(place, 1), &id, seen.style(Meaning::Quiet));
    let bank_rows = u16::try_from(sight.banks.len()).unwrap_or(u16::MAX);
    let place = text::below(place, 3);
    let [banks_area, legs_area] =
        Layout::vertical([Constraint::Length((bank_rows + 2).min(place.height / 2)), Constraint::Min(0)])
            .areas(place);
    draw_banks(frame, banks_area, seen, &sight.banks);
    draw_legs(frame, legs_area, seen, sight, faults, chosen);
}

fn again_keys(id: PackageId, seen: &Seen<'_>) -> Option<String> {
    let t = seen.texts.package;
    let order = seen.world.orders.order(id).filter(|o| o.state.may_send_again())?;
    let again = t.again_key().to_owned();
    Some(if order.state == OrderState::NeverArrived {
        format!("{again} · {}", t.aside_key())
    } else {
        again
    })
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

fn draw_legs(
    frame: &mut Frame<'_>,
    area: Rect,
    seen: &Seen<'_>,
    sight: &Sight,
    faults: &[String],
    chosen: Option<usize>,
) {
    let t = seen.texts.package;
    let title = if sight.is_partial() { t.legs_seen() } else { t.legs() };
    text::line(frame.buffer_mut(), text::row(area, 0), title, seen.style(Meaning::Title));
    let mut area = text::below(area, 1);
    for (n, words) in faults.iter().enumerate() {
        let at = text::row(area, u16::try_from(n).unwrap_or(u16::MAX));
        text::line(frame.buffer_mut(), text::indent(at, 2), words, seen.style(Meaning::Bad));
    }
    area = text::below(area, u16::try_from(faults.len()).unwrap_or(u16::MAX));
    let mut rows: Vec<Vec<Piece>> = Vec::new();
    // The row of the cursor counts legs and their reasons; a long reason takes more lines than one.
    let mut cursor = None;
    let mut at_row = 0;
    let mut cursor_on = |rows: &[Vec<Piece>], at_row: &mut usize| {
        if chosen == Some(*at_row) {
            cursor = Some(rows.len());
        }
        *at_row += 1;
    };
    for (n, leg, refusal) in sight.placed() {
        cursor_on(&rows, &mut at_row);
        let end = |end: Option<&str>| end.unwrap_or_else(|| t.cash()).to_owned();
        let mut row = vec![
            (format!("{:>2} ", n + 1), Meaning::Quiet),
            (format!("{} → {}  ", end(leg.from.as_deref()), end(leg.to.as_deref())), Meaning::Text),
            (Reais(leg.amount).to_string(), Meaning::Money),
        ];
        if let Some(description) = &leg.description {
            row.push((format!("  {description}"), Meaning::Quiet));
        }
        rows.push(row);
        if let Some(refusal) = refusal {
            cursor_on(&rows, &mut at_row);
            let reason = seen.texts.codes.refusal_with_missing(refusal.code, refusal.missing);
            let words = format!("× {}: {reason}. {}", t.leg(n + 1), t.nothing_debited());
            for line in text::wrap(&words, area.width.saturating_sub(7)) {
                rows.push(vec![(format!("   {line}"), Meaning::Bad)]);
            }
        }
    }
    list::rows(frame, area, seen, &rows, cursor, chosen.is_some());
}

/// What the bank finds wrong with the order itself.
fn faults(order: &Order, seen: &Seen<'_>) -> Vec<String> {
    let OrderState::NotTaken(problem) = &order.state else { return Vec::new() };
    let fault = |error: &shared::api::problem::FieldError| {
        let words = seen.texts.codes.field(error.code);
        match leg_of(&error.field) {
            Some(n) => format!("× {}: {words}", seen.texts.package.leg(n + 1)),
            None => format!("× {words}"),
        }
    };
    problem.errors.iter().map(fault).collect()
}

/// The leg that a field like `legs[2].amount` speaks of.
fn leg_of(field: &str) -> Option<usize> {
    field.strip_prefix("legs[")?.split(']').next()?.parse().ok()
}
