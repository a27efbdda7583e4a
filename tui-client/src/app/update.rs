//! The one step: something happens, the client changes, wishes come out.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use jiff::Timestamp;
use shared::cpf::Cpf;

use super::book::KeepAnswer;
use super::effect::Effect;
use super::event::Event;
use super::lock::Lock;
use super::notice::Notice;
use super::requests::{Owner, RoomSerial};
use super::saving::Saved;
use super::streams::{StreamId, StreamNews};
use super::switch::BankSwitch;
use super::why_not::WhyNot;
use super::wire::{Answer, RequestId, Seat, milliseconds_between, set_back};
use super::{App, Placed, lock};
use crate::actions::{Action, Key, find};
use crate::popups::help::Help;
use crate::popups::palette::{Command, Palette};
use crate::popups::question::{Ask, Question};
use crate::popups::{Answered, Outcome, Popup};
use crate::rooms::doors::door;
use crate::rooms::log_in::LogIn;
use crate::rooms::welcome::Welcome;
use crate::rooms::{Cx, Move, Room, Screen};
use crate::theme::ThemeName;

/// How long something said in passing stays.
const NOTICE_MS: i64 = 6_000;

/// Rows that one turn of the wheel moves.
const WHEEL_ROWS: usize = 3;
/// Steps of a page key.
const PAGE_STEPS: usize = 10;
/// Steps of Home and End: more than any list on screen has rows.
const END_STEPS: usize = 1_000;

/// Takes one event and gives the wishes that it brings.
#[must_use]
pub fn update(app: &mut App, event: Event) -> Vec<Effect> {
    match event {
        Event::Key(key) => app.key(&key),
        Event::Click(press) => {
            for _ in 0..press.times {
                app.key(&press.key);
            }
        }
        Event::Wheel { down } => app.wheel(down),
        // Terminals send the end of a pasted line as a carriage return, files and other programs as a line feed.
        Event::Paste(pasted) => app.paste(&pasted.replace("\r\n", "\n").replace('\r', "\n")),
        Event::Redraw => app.stale = true,
        Event::Tick(now) => app.tick(now),
        Event::Answered(id, answer) => app.answered(id, answer),
        Event::Streamed(id, news) => app.streamed(id, news),
        Event::OrderKept(id, kept) => {
            app.world.order_kept(id, kept);
            app.stale = true;
        }
        Event::OrdersFound(files) => {
            app.world.orders.found_on_disk(files);
            app.stale = true;
        }
        Event::FileSaved(room, saved) => app.saved(room, saved),
        Event::StateNotKept(reason) => app.say(Notice::StateNotKept(reason)),
        Event::BankKeyMet(key) => {
            app.world.met_bank_key(key.clone());
            app.say(Notice::BankKeyMet(key));
        }
        Event::BankKeysKnown(keys) => {
            app.world.bank_keys = keys;
            app.stale = true;
        }
        Event::Kept(cpf, answer) => app.kept(cpf, answer),
        Event::File(answer) => {
            app.stale = true;
            // Only a prompt asks for files; what came above it meanwhile waits. One that was closed is not heard.
            if let Some(at) = app.popups.iter().rposition(|popup| matches!(popup, Popup::Path(_))) {
                let mut prompt = app.popups.remove(at);
                let outcome = prompt.file_answered(answer);
                app.popups.push(prompt);
                app.popup_outcome(outcome);
            }
        }
        Event::Switched(switch, done) => app.switched(&switch, done),
        Event::Terminate => app.quit(),
    }
    app.offer_log_in();
    app.world.note_payees();
    std::mem::take(&mut app.world.effects)
}

impl App {
    fn key(&mut self, event: &KeyEvent) {
        if event.kind == KeyEventKind::Release {
            return;
        }
        self.stale = true;
        if event.code == KeyCode::Char('c') && event.modifiers.contains(KeyModifiers::CONTROL) {
            return self.quit();
        }
        self.world.active_at = self.world.now;
        if self.lock.is_some() {
            return self.locked_key(event);
        }
        let locks =
            Action::LockNow.row().is_some_and(|row| Key::of(event).is_some_and(|k| row.keys.contains(&k)));
        // Above any question: whoever leaves the room does not answer it first.
        if locks {
            return self.lock_now();
        }
        if let Some(popup) = self.popups.last_mut() {
            let outcome = popup.key(event);
            return self.popup_outcome(outcome);
        }
        let Some(placed) = self.rooms.last() else { return };
        let screen = placed.room.screen();
        let key = Key::of(event);
        // While a field has focus, letters are text.
        let is_text = matches!(key, Some(Key::Char(_))) && screen.takes_text();
        let row = key.filter(|_| !is_text).and_then(|key| find(screen.scopes(), key));
        match row {
            Some(row) => match row.when.why_not(&self.world) {
                None => self.act(row.action),
                Some(why) => self.say(Notice::Off(why)),
            },
            None => self.in_room(|room, cx| room.key(event, cx)),
        }
    }

    /// The wheel moves where arrows move among rows; in a form they would leave fields.
    fn wheel(&mut self, down: bool) {
        let key = if down { Key::Down } else { Key::Up };
        let moves = find(self.room().screen().scopes(), key)
            .is_some_and(|row| matches!(row.action, Action::Up | Action::Down));
        if self.lock.is_none() && (moves || !self.popups.is_empty()) {
            for _ in 0..WHEEL_ROWS {
                self.key(&key.event());
            }
        }
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Help => {
                let scopes = self.room().screen().scopes();
                self.popups.push(Popup::Help(Help::new(scopes)));
            }
            Action::Palette => {
                let scopes = self.room().screen().scopes();
                let from_home = matches!(self.rooms.first(), Some(Placed { room: Room::Home(_), .. }));
                let palette = Palette::new(scopes, self.world.settings.language, from_home);
                self.popups.push(Popup::Palette(palette));
            }
            Action::GoHome if self.any_dirty() => self.say(Notice::Off(WhyNot::FormOpen)),
            Action::GoHome => self.make_moves(vec![Move::Home]),
            Action::SwitchLanguage => self.switch_language(),
            Action::NextTheme => self.next_theme(),
            Action::HideBalances => self.hide_balances(),
            Action::Redraw => self.world.wish(Effect::Repaint),
            Action::Suspend => self.world.wish(Effect::Suspend),
            Action::LockNow => self.lock_now(),
            Action::QuitNow => self.quit(),
            Action::Quit => {
                let unknown = self.world.orders.any_under_way();
                self.popups.push(Popup::Question(Question::new(Ask::Quit { unknown })));
            }
            // Rooms know one step up and down; a page is several, and an end more than any list has.
            Action::PageUp | Action::PageDown | Action::First | Action::Last
                if !self.room().screen().takes_pages() =>
            {
                let down = matches!(action, Action::PageDown | Action::Last);
                let page = matches!(action, Action::PageUp | Action::PageDown);
                let step = if down { Action::Down } else { Action::Up };
                for _ in 0..if page { PAGE_STEPS } else { END_STEPS } {
                    self.in_room(|room, cx| room.act(step, cx));
                }
            }
            Action::Back if self.room().screen().leaves_on_esc() => self.ask_back(),
            _ => self.in_room(|room, cx| room.act(action, cx)),
        }
    }

    fn any_dirty(&self) -> bool {
        self.rooms.iter().any(|placed| placed.room.screen().is_dirty())
    }

    /// Something was chosen by its name.
    fn command(&mut self, command: Command) {
        if let Some(why) = command.row().when.why_not(&self.world) {
            return self.say(Notice::Off(why));
        }
        let action = command.row().action;
        match command {
            Command::Do(_) => self.act(action),
            Command::Go(_) => {
                let Some(room) = door(action).map(|door| (door.open)(&self.world)) else { return };
                // What is half filled in stays below: Esc leads back to it.
                if !self.any_dirty() {
                    self.make_moves(vec![Move::Home]);
                }
                self.make_moves(vec![Move::Go(Box::new(room))]);
            }
        }
    }

    fn ask_back(&mut self) {
        if self.room().screen().is_dirty() {
            self.popups.push(Popup::Question(Question::new(Ask::LeaveForm)));
        } else {
            self.make_moves(vec![Move::Back]);
        }
    }

    fn popup_outcome(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Open => {}
            Outcome::Command(command) => {
                self.popups.pop();
                self.command(command);
            }
            Outcome::File(call) => self.world.wish(Effect::File(call)),
            Outcome::Closed => {
                self.popups.pop();
            }
            Outcome::Answered(answered) => {
                self.popups.pop();
                match answered {
                    Answered::Question(Ask::LeaveForm, 1) => self.make_moves(vec![Move::Back]),
                    Answered::Question(Ask::Quit { .. }, 1) => self.quit(),
                    Answered::Question(Ask::LogInAgain { bank }, 0) => {
                        if let Some(room) = LogIn::again(&self.world, &bank) {
                            self.make_moves(vec![Move::Go(Box::new(Room::LogIn(room)))]);
                        }
                    }
                    Answered::Question(Ask::LeaveForm | Ask::Quit { .. } | Ask::LogInAgain { .. }, _) => {}
                    answered @ (Answered::Question(
                        Ask::LogOut
                        | Ask::LogOutHere { .. }
                        | Ask::LogInAsAnother
                        | Ask::EndSession { .. }
                        | Ask::Invitation { .. }
                        | Ask::Decline { .. }
                        | Ask::RemoveBank { .. }
                        | Ask::ForgetBankKey { .. }
                        | Ask::DropBank
                        | Ask::Money { .. }
                        | Ask::DropLeg
                        | Ask::Revoke { .. }
                        | Ask::LoadOver { .. }
                        | Ask::PasteLines { .. }
                        | Ask::Points { .. }
                        | Ask::RemoveAll { .. }
                        | Ask::ReplaceTemplate { .. }
                        | Ask::DropTemplate { .. }
                        | Ask::ForgetPayee { .. }
                        | Ask::CloseAccount(_),
                        _,
                    )
                    | Answered::Pick(..)
                    | Answered::Delete(..)
                    | Answered::Name(..)
                    | Answered::FileRead { .. }
                    | Answered::FileWritten { .. }) => {
                        self.in_room(|room, cx| room.popup_answered(&answered, cx));
                    }
                }
            }
        }
    }

    fn paste(&mut self, pasted: &str) {
        self.stale = true;
        self.world.active_at = self.world.now;
        if let Some(lock) = &mut self.lock {
            return lock.paste(pasted);
        }
        match self.popups.last_mut() {
            Some(popup) => {
                let outcome = popup.paste(pasted);
                self.popup_outcome(outcome);
            }
            None => self.in_room(|room, cx| room.paste(pasted, cx)),
        }
    }

    fn tick(&mut self, now: Timestamp) {
        let minute = |at: Timestamp| at.as_second().div_euclid(60);
        // The clock in the bar, and the turning sign of what is waited for.
        self.stale |= minute(now) != minute(self.world.now) || self.is_waiting();
        if let Some(back) = self.world.clock_shows(now) {
            self.notice_since = self.notice_since.map(|since| set_back(since, back));
        }
        self.lock_when_idle();
        if self.notice_since.is_some_and(|since| milliseconds_between(since, now) > NOTICE_MS) {
            self.notice = None;
            self.notice_since = None;
            self.stale = true;
        }
        self.stale |= self.world.banks.forget_moves(now);
        self.world.follow_orders();
        self.world.follow_streams();
        self.world.look_for_lost();
        self.in_room(|room, cx| room.ticked(cx));
    }

    fn streamed(&mut self, id: StreamId, news: StreamNews) {
        if let Some((bank, event)) = self.world.streamed(id, news) {
            self.in_room(|room, cx| room.told(&bank, &event, cx));
        }
        self.stale = true;
    }

    fn answered(&mut self, id: RequestId, answer: Answer) {
        // Nobody waits for it any more: what it says is old.
        let Some((owner, from)) = self.world.requests.answered(id) else { return };
        self.stale = true;
        self.world.heard(&from, &answer);
        match owner {
            Owner::Room(serial, slot) => {
                if let Some(at) = self.rooms.iter().position(|p| p.serial == serial) {
                    self.in_placed(at, |room, cx| room.answered(slot, answer, cx));
                }
            }
            Owner::Nobody => self.world.answered_nobody(from, answer),
            Owner::Lock => self.lock_answered(from, answer),
            Owner::Consortium
            | Owner::AccountsAt(_)
            | Owner::AccountsSeen
            | Owner::InvitationsAt(_)
            | Owner::Recent(_)
            | Owner::Order { .. } => self.world.answered(owner, answer),
        }
    }

    /// Said in passing as well: the room that asked for it may have been left.
    fn saved(&mut self, room: RoomSerial, saved: Saved) {
        self.say(Notice::Saved(saved.clone()));
        if let Some(at) = self.rooms.iter().position(|p| p.serial == room) {
            self.in_placed(at, |room, cx| room.saved(&saved, cx));
        }
    }

    fn in_room(&mut self, step: impl FnOnce(&mut dyn Screen, &mut Cx<'_>)) {
        let top = self.rooms.len().saturating_sub(1);
        self.in_placed(top, step);
    }

    fn in_placed(&mut self, at: usize, step: impl FnOnce(&mut dyn Screen, &mut Cx<'_>)) {
        let mut moves = Vec::new();
        let said_before = self.notice.clone();
        if let Some(placed) = self.rooms.get_mut(at) {
            let mut cx = Cx {
                world: &mut self.world,
                serial: placed.serial,
                moves: &mut moves,
                popups: &mut self.popups,
                notice: &mut self.notice,
            };
            step(placed.room.screen_mut(), &mut cx);
        }
        if self.notice != said_before {
            self.notice_since = Some(self.world.now);
            self.stale = true;
        }
        self.make_moves(moves);
    }

    /// Performs changes of rooms. A room that is left forgets its reads; the room that comes on top is entered.
    pub(super) fn make_moves(&mut self, moves: Vec<Move>) {
        for change in moves {
            self.stale = true;
            match change {
                Move::Go(room) => self.place(*room),
                Move::Instead(room) => {
                    self.leave_top();
                    self.place(*room);
                }
                Move::Reset(room) => {
                    while !self.rooms.is_empty() {
                        self.leave_top();
                    }
                    self.place(*room);
                }
                Move::Back if self.rooms.len() > 1 => {
                    self.leave_top();
                    self.in_room(|room, cx| room.entered(cx));
                }
                Move::Home if self.rooms.len() > 1 => {
                    while self.rooms.len() > 1 {
                        self.leave_top();
                    }
                    self.in_room(|room, cx| room.entered(cx));
                }
                // The lowest room is not left.
                Move::Back | Move::Home => {}
            }
        }
    }

    fn leave_top(&mut self) {
        if let Some(left) = self.rooms.pop() {
            self.world.requests.leave(left.serial, &mut self.world.effects);
        }
    }

    fn place(&mut self, room: crate::rooms::Room) {
        self.last_serial += 1;
        self.rooms.push(Placed { serial: RoomSerial(self.last_serial), room });
        self.in_room(|room, cx| room.entered(cx));
    }

    fn kept(&mut self, cpf: Cpf, answer: KeepAnswer) {
        match answer {
            KeepAnswer::Opened(files) => {
                self.world.book.opened(cpf, &files);
                if let Some(reason) = files.unread {
                    self.say(Notice::BookNotRead(reason));
                }
            }
            KeepAnswer::TemplateKept(name) => self.say(Notice::TemplateKept(name)),
            KeepAnswer::PayeesLost(reason) => self.say(Notice::PayeesNotKept(reason)),
            KeepAnswer::TemplateLost { name, reason } => self.say(Notice::TemplateNotKept { name, reason }),
        }
        self.stale = true;
    }

    fn say(&mut self, notice: Notice) {
        self.notice = Some(notice);
        self.notice_since = Some(self.world.now);
        self.stale = true;
    }

    fn switched(&mut self, switch: &BankSwitch, done: Result<(), String>) {
        self.world.switching = None;
        let bank = self.world.banks.name(switch.bank());
        match done {
            Ok(()) => {
                self.world.switched(switch);
                self.say(match switch {
                    BankSwitch::Stop(_) | BankSwitch::StopMidPackage(_) => Notice::BankStopped(bank),
                    BankSwitch::Start(_) => Notice::BankStarted(bank),
                });
            }
            Err(reason) => self.say(Notice::SwitchFailed { bank, reason }),
        }
    }

    fn switch_language(&mut self) {
        let settings = &mut self.world.settings;
        settings.language = settings.language.other();
        settings.remembered.language = Some(settings.language);
        let remembered = settings.remembered.clone();
        self.world.wish(Effect::KeepRemembered(remembered));
        self.say(Notice::LanguageSwitched);
    }

    fn next_theme(&mut self) {
        let settings = &mut self.world.settings;
        let at = ThemeName::ALL.iter().position(|t| *t == settings.theme).unwrap_or(0);
        settings.theme = ThemeName::ALL[(at + 1) % ThemeName::ALL.len()];
        settings.remembered.theme = Some(settings.theme);
        let remembered = settings.remembered.clone();
        self.world.wish(Effect::KeepRemembered(remembered));
    }

    /// Locks the screen, if anybody is logged in.
    fn lock_now(&mut self) {
        match Lock::new(&self.world) {
            Some(lock) => self.lock = Some(lock),
            None => self.say(Notice::Off(WhyNot::NotLoggedIn)),
        }
        self.stale = true;
    }

    fn lock_when_idle(&mut self) {
        let minutes = i64::from(self.world.settings.lock_after_minutes);
        let idle = milliseconds_between(self.world.active_at, self.world.now);
        let due = minutes > 0 && idle >= minutes * 60_000 && self.world.banks.main().is_some();
        if due && self.lock.is_none() {
            self.lock_now();
        }
    }

    fn locked_key(&mut self, event: &KeyEvent) {
        let Some(lock) = &mut self.lock else { return };
        if let Some(change) = lock.asked(event) {
            return self.lock_changed(change);
        }
        let key = Key::of(event);
        let is_text = matches!(key, Some(Key::Char(_))) && lock.takes_text();
        let row = key.filter(|_| !is_text).and_then(|key| find(lock::SCOPES, key));
        match row.map(|row| row.action) {
            // Of what can be done everywhere, what shows nothing and changes nothing of the customer's.
            Some(Action::SwitchLanguage) => self.switch_language(),
            Some(Action::NextTheme) => self.next_theme(),
            Some(Action::Redraw) => self.world.wish(Effect::Repaint),
            Some(Action::Suspend) => self.world.wish(Effect::Suspend),
            Some(Action::QuitNow) => self.quit(),
            Some(action) => lock.act(action, &mut self.world),
            None => lock.key(event),
        }
    }

    fn lock_answered(&mut self, from: Seat, answer: Answer) {
        match &mut self.lock {
            Some(lock) => {
                let change = lock.answered(&from, answer, &mut self.world);
                self.lock_changed(change);
            }
            // Logged out meanwhile: a session that was opened for the proof is closed.
            None => self.world.answered_nobody(from, answer),
        }
    }

    fn lock_changed(&mut self, change: lock::Change) {
        match change {
            lock::Change::Locked => {}
            lock::Change::Unlocked => self.lock = None,
            lock::Change::LoggedOut => {
                self.lock = None;
                self.popups.clear();
                self.world.log_out();
                let welcome = Room::Welcome(Welcome::new(&self.world.settings));
                self.make_moves(vec![Move::Reset(Box::new(welcome))]);
            }
        }
    }

    /// A bank has ended a session: says so, and offers the log-in there.
    fn offer_log_in(&mut self) {
        for bank in std::mem::take(&mut self.world.ended) {
            // One question at a time: the bar above says of the others that they have ended.
            let asked = |p: &Popup| matches!(p, Popup::Question(q) if q.is_about_log_in());
            if !self.popups.iter().any(asked) {
                self.popups.push(Popup::Question(Question::new(Ask::LogInAgain { bank })));
            }
        }
    }

    fn hide_balances(&mut self) {
        let settings = &mut self.world.settings;
        settings.hide_balances = !settings.hide_balances;
        settings.remembered.hide_balances = Some(settings.hide_balances);
        let hidden = settings.hide_balances;
        let remembered = settings.remembered.clone();
        self.world.wish(Effect::KeepRemembered(remembered));
        self.say(if hidden { Notice::BalancesHidden } else { Notice::BalancesShown });
    }

    fn quit(&mut self) {
        self.over = true;
        self.world.wish(Effect::Quit);
    }
}
