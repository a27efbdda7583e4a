//! How home looks.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use shared::api::replies::{AccountReply, HolderStatus};
use shared::money::Reais;

use super::Home;
use crate::actions::Action;
use crate::app::banks::{BankView, Health, Link};
use crate::app::orders::Order;
use crate::app::wire::Trouble;
use crate::rooms::Seen;
use crate::rooms::doors::HOME_MENU;
use crate::theme::Meaning;
use crate::widgets::list::{self, Column, Line, Piece};
use crate::widgets::menu::{Way, menu};
use crate::widgets::{panel, text};

impl Home {
    pub(super) fn draw(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let banks = u16::try_from(seen.world.banks.iter().count()).unwrap_or(u16::MAX);
        let entries = u16::try_from(HOME_MENU.len()).unwrap_or(u16::MAX);
        if area.width >= 116 {
            let [left, right] = Layout::horizontal([Constraint::Length(44), Constraint::Min(0)]).areas(area);
            let [menu, health] =
                Layout::vertical([Constraint::Length(entries + 2), Constraint::Min(0)]).areas(left);
            self.draw_menu(frame, menu, seen, 1);
            draw_banks(frame, health, seen);
            self.draw_money(frame, right, seen);
        } else if area.width >= 100 {
            // Five columns of money are wider than what a menu leaves: the accounts have the whole width.
            let rows = entries.div_ceil(2).max(banks.min(6)) + 2;
            let [accounts, below] =
                Layout::vertical([Constraint::Min(0), Constraint::Length(rows)]).areas(area);
            let [menu, health] =
                Layout::horizontal([Constraint::Percentage(56), Constraint::Percentage(44)]).areas(below);
            self.draw_money(frame, accounts, seen);
            self.draw_menu(frame, menu, seen, 2);
            draw_banks(frame, health, seen);
        } else {
            let columns = menu_columns(area.width.saturating_sub(4), seen);
            let menu_rows = entries.div_ceil(columns);
            // Where the rows are few, the accounts say themselves which bank is away.
            let bank_rows = if area.height >= 20 { banks.min(4) + 2 } else { 0 };
            let [accounts, health, menu] = Layout::vertical([
                Constraint::Min(0),
                Constraint::Length(bank_rows),
                Constraint::Length(menu_rows + 2),
            ])
            .areas(area);
            self.draw_money(frame, accounts, seen);
            draw_banks(frame, health, seen);
            self.draw_menu(frame, menu, seen, columns);
        }
    }

    fn draw_menu(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, columns: u16) {
        let inside = panel::panel(frame, area, seen, seen.texts.home.menu(), self.account.is_none());
        let ways: Vec<Way> = HOME_MENU
            .iter()
            .filter_map(|door| door.action.row())
            .map(|row| Way { row, label: row.label(seen.texts.language).to_owned() })
            .collect();
        menu(frame, inside, seen, &ways, columns, self.account.is_none().then_some(self.chosen));
    }
}

/// As many columns as the longest entry allows, three at most.
fn menu_columns(width: u16, seen: &Seen<'_>) -> u16 {
    let labels = HOME_MENU.iter().filter_map(|door| door.action.row());
    let longest = labels.map(|row| text::width(row.label(seen.texts.language)) + 5).max();
    (width / longest.unwrap_or(1).max(1)).clamp(1, 3)
}

fn draw_banks(frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
    let t = seen.texts.home;
    let inside = panel::panel(frame, area, seen, t.banks(), false);
    let main = seen.world.banks.main().map(|(id, _)| id.clone());
    let name = seen.world.banks.iter().map(|b| text::width(&b.name)).max().unwrap_or(0);
    let rows: Vec<Vec<Piece>> = seen
        .world
        .banks
        .iter()
        .map(|bank| {
            let (sign, word) = t.health(bank.health);
            // How fast it answers says that it does.
            let word = match bank.latency_ms.filter(|_| bank.health == Health::Up) {
                Some(ms) => format!("{ms} ms"),
                None => word.to_owned(),
            };
            let meaning = health_meaning(bank);
            let pad = " ".repeat(usize::from(name - text::width(&bank.name)) + 1);
            let mut row = vec![
                (format!("{sign} "), meaning),
                (format!("{}{pad}", bank.name), Meaning::Text),
                (word, meaning),
            ];
            if main.as_ref() == Some(&bank.id) {
                row.push((format!(" · {}", t.here()), Meaning::Quiet));
            } else if bank.link != Link::Unknown {
                row.push((format!(" · {}", t.link(bank.link)), Meaning::Quiet));
            }
            row
        })
        .collect();
    list::rows(frame, inside, seen, &rows, None, false);
}

const fn health_meaning(bank: &BankView) -> Meaning {
    match bank.health {
        Health::Up => Meaning::Good,
        Health::Down => Meaning::Bad,
        Health::Unknown => Meaning::Quiet,
    }
}

impl Home {
    /// The accounts, and under them the orders of this run, where there are any.
    fn draw_money(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let invited = u16::from(seen.world.invitations_waiting() > 0);
        draw_invitations(frame, text::row(area, 0), seen);
        let area = text::below(area, invited);
        let orders = u16::try_from(seen.world.orders.iter().count()).unwrap_or(u16::MAX);
        let most = if area.height >= 24 { 8 } else { 2 };
        let waiting = waiting_elsewhere(seen);
        let wanted = orders.min(most) + u16::from(waiting.is_some());
        let rows = if wanted == 0 || area.height < 10 { 0 } else { wanted + 2 };
        let recent = recent_rows(seen, area.height.saturating_sub(rows));
        let [accounts, middle, below] =
            Layout::vertical([Constraint::Min(0), Constraint::Length(recent), Constraint::Length(rows)])
                .areas(area);
        draw_accounts(frame, accounts, seen, self.account);
        if recent > 0 {
            draw_recent(frame, middle, seen);
        }
        if rows > 0 {
            draw_orders(frame, below, seen, waiting);
        }
    }
}

/// How many invitations wait, and the key that shows them.
fn draw_invitations(frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
    let count = seen.world.invitations_waiting();
    if count > 0 {
        let key = Action::SeeInvitations.row().and_then(|row| row.keys.first()).map(|key| key.name());
        let words = format!("! {} · {}", seen.texts.invitations.waiting(count), key.unwrap_or_default());
        text::line(frame.buffer_mut(), text::indent(area, 1), &words, seen.style(Meaning::Warning));
    }
}

/// Rows for the last movements: none where the accounts would have too few left.
fn recent_rows(seen: &Seen<'_>, height: u16) -> u16 {
    let accounts = seen.world.banks.accounts().count() + seen.world.banks.iter().count() + 6;
    let left = height.saturating_sub(u16::try_from(accounts).unwrap_or(u16::MAX));
    if left < 5 || !seen.world.recent.any() {
        return 0;
    }
    let known = seen.world.recent.newest(usize::from(left.min(9) - 3)).len();
    u16::try_from(known).unwrap_or(0) + 3
}

/// The last movements over all accounts, newest first.
fn draw_recent(frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
    let t = seen.texts.home;
    let inside = panel::panel(frame, area, seen, t.recent(), false);
    let columns = [
        Column::left(t.when(), 2),
        Column::left(t.account(), 0),
        Column::right(t.amount(), 0),
        Column::left(t.other_side(), 1),
        Column::left(t.description(), 3),
    ];
    let lines: Vec<Line> = seen
        .world
        .recent
        .newest(usize::from(inside.height.saturating_sub(1)))
        .into_iter()
        .map(|(account, posting)| {
            let came = posting.amount > 0;
            let amount = format!("{}{}", if came { "+" } else { "" }, Reais(posting.amount));
            let other = match posting.counterparty.as_str() {
                "cash" => t.cash().to_owned(),
                other => other.to_owned(),
            };
            Line::Cells(vec![
                (seen.texts.day_and_hour(posting.at), Meaning::Quiet),
                (account.to_string(), Meaning::Text),
                (amount, if came { Meaning::Good } else { Meaning::Money }),
                (format!("{} {other}", if came { "←" } else { "→" }), Meaning::Text),
                (posting.description.clone().unwrap_or_default(), Meaning::Quiet),
            ])
        })
        .collect();
    list::table(frame, inside, seen, &columns, &lines, None);
}

/// Orders of an earlier run at banks where the customer has not logged in yet.
fn waiting_elsewhere(seen: &Seen<'_>) -> Option<String> {
    let found = seen.world.orders.found().iter();
    seen.texts.welcome.waiting_for_log_in(found.filter(|o| seen.world.banks.session(&o.bank).is_none()))
}

/// The newest orders first, each with when, how much and how it stands.
fn draw_orders(frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, waiting: Option<String>) {
    let t = seen.texts.home;
    let inside = panel::panel(frame, area, seen, t.orders(), false);
    let mut orders: Vec<&Order> = seen.world.orders.iter().collect();
    orders.sort_by_key(|order| std::cmp::Reverse((order.file.made_at, order.file.id)));
    let waiting = waiting.map(|words| vec![(format!("! {words}"), Meaning::Warning)]);
    let rows: Vec<Vec<Piece>> =
        waiting.into_iter().chain(orders.into_iter().map(|order| order_row(order, seen))).collect();
    list::rows(frame, inside, seen, &rows, None, false);
}

fn order_row(order: &Order, seen: &Seen<'_>) -> Vec<Piece> {
    let t = seen.texts.home;
    let legs = order.file.legs.as_slice();
    let total = legs.iter().map(|leg| leg.amount().centavos()).fold(0i64, i64::saturating_add);
    let count = if legs.len() == 1 { t.one_leg().to_owned() } else { t.legs(legs.len()) };
    let (sign, words, meaning) = t.order(&order.state);
    let sign = if sign == "…" { seen.spinner() } else { sign };
    vec![
        (format!("{}  ", seen.texts.hour(order.file.made_at)), Meaning::Quiet),
        (format!("{}  ", Reais(total)), Meaning::Money),
        (format!("{count}  "), Meaning::Text),
        (format!("{sign} {words}"), meaning),
    ]
}

fn draw_accounts(frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, chosen: Option<usize>) {
    let t = seen.texts.home;
    let inside = panel::panel(frame, area, seen, t.accounts(), chosen.is_some());
    let known = seen.world.banks.iter().any(|b| b.known_at.is_some() || b.trouble.is_some());
    if !known {
        let words = format!("{} {}", seen.spinner(), t.loading());
        text::line(frame.buffer_mut(), inside, &words, seen.style(Meaning::Warning));
        return;
    }
    let columns = [
        Column::left(t.account(), 0),
        Column::left(t.kind(), 4),
        Column::right(t.balance(), 2),
        Column::right(t.held(), 3),
        Column::right(t.incoming(), 3),
        Column::right(t.available(), 0),
    ];
    let mut lines = Vec::new();
    let (mut balance, mut held, mut incoming, mut available) = (0i64, 0i64, 0i64, 0i64);
    let mut count = 0;
    // Lines about banks stand among the accounts.
    let mut chosen_line = None;
    for bank in seen.world.banks.iter() {
        for account in &bank.accounts {
            balance = balance.saturating_add(account.balance);
            held = held.saturating_add(account.held);
            incoming = incoming.saturating_add(account.incoming);
            available = available.saturating_add(account.available);
            if chosen == Some(count) {
                chosen_line = Some(lines.len());
            }
            count += 1;
            lines.push(account_line(account, bank, seen));
            lines.extend(moved_line(account, seen));
        }
        lines.extend(bank_line(bank, seen));
    }
    if count == 0 {
        let words = format!("{} {}", t.none(), t.none_how());
        text::line(frame.buffer_mut(), text::row(inside, 0), &words, seen.style(Meaning::Title));
        list::table(frame, text::below(inside, 1), seen, &[], &lines, None);
    } else {
        lines.push(Line::Whole((String::new(), Meaning::Text)));
        lines.push(Line::Cells(vec![
            (t.total().to_owned(), Meaning::Title),
            (String::new(), Meaning::Text),
            (seen.balance(balance), Meaning::Money),
            money_or_nothing(held, Meaning::Held, seen),
            money_or_nothing(incoming, Meaning::Incoming, seen),
            (seen.balance(available), Meaning::Money),
        ]));
    }
    if count > 0 {
        list::table(frame, inside, seen, &columns, &lines, chosen_line);
    }
}

fn money_or_nothing(centavos: i64, meaning: Meaning, seen: &Seen<'_>) -> Piece {
    if centavos == 0 { ("–".to_owned(), Meaning::Quiet) } else { (seen.balance(centavos), meaning) }
}

fn account_line(account: &AccountReply, bank: &BankView, seen: &Seen<'_>) -> Line {
    let t = seen.texts.home;
    // What is old is still true of its time, and looks it.
    let old = bank.trouble.is_some();
    let meaning = |meaning| if old { Meaning::Quiet } else { meaning };
    let mut kind = match &account.company {
        Some(company) => format!("{} {company}", t.account_kind(account.kind)),
        None => t.account_kind(account.kind).to_owned(),
    };
    if let Some(status) = t.account_status(account.status) {
        kind = format!("{kind}, {status}");
    }
    let invited = account.holders.iter().filter(|h| h.status == HolderStatus::Invited).count();
    if invited > 0 {
        kind = format!("{kind} (+{invited})");
    }
    Line::Cells(vec![
        (account.account.to_string(), meaning(Meaning::Title)),
        (text::cut(&kind, 24), meaning(Meaning::Quiet)),
        (seen.balance(account.balance), meaning(Meaning::Text)),
        money_or_nothing(account.held, Meaning::Held, seen),
        money_or_nothing(account.incoming, Meaning::Incoming, seen),
        (seen.balance(account.available), meaning(Meaning::Money)),
    ])
}

/// For a moment, under an account, by how much its balance has just moved.
fn moved_line(account: &AccountReply, seen: &Seen<'_>) -> Option<Line> {
    let t = seen.texts.home;
    let by = seen.world.banks.moved(&account.account)?.by;
    let words = seen.balance(by.saturating_abs());
    Some(Line::Whole(if by > 0 {
        (format!("  {}", t.came_in(&words)), Meaning::Incoming)
    } else {
        (format!("  {}", t.went_out(&words)), Meaning::Warning)
    }))
}

/// What there is to say about a bank under its accounts: away, since when, or not connected.
fn bank_line(bank: &BankView, seen: &Seen<'_>) -> Option<Line> {
    let t = seen.texts.home;
    let ended = seen.world.banks.session(&bank.id).is_some_and(|s| !s.alive);
    if ended {
        return Some(Line::Whole((format!("! {}", t.session_ended(&bank.name)), Meaning::Warning)));
    }
    if let Some(trouble) = &bank.trouble {
        let mut words = match trouble {
            Trouble::Unreachable | Trouble::OutcomeUnknown => t.unreachable(&bank.name),
            Trouble::Problem(_) | Trouble::Garbage | Trouble::Distrusted(_) => {
                format!("{}: {}", bank.name, seen.texts.codes.trouble(trouble))
            }
        };
        if let Some(at) = bank.known_at {
            words = format!("{words} · {}", t.as_of(&seen.texts.time(at)));
        }
        return Some(Line::Whole((format!("× {words}"), Meaning::Bad)));
    }
    match bank.link {
        Link::None => Some(Line::Whole((format!("○ {}", t.not_connected(&bank.name)), Meaning::Quiet))),
        Link::Session | Link::Consent | Link::Unknown => None,
    }
}
