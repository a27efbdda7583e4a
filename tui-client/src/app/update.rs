//! The one step: something happens, the client changes, wishes come out.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use jiff::Timestamp;

use super::effect::Effect;
use super::event::Event;
use super::notice::Notice;
use super::requests::{Owner, RoomSerial};
use super::switch::BankSwitch;
use super::wire::{Answer, RequestId, milliseconds_between};
use super::{App, Placed};
use crate::actions::{Action, Key, find};
use crate::popups::help::Help;
use crate::popups::question::{Ask, Question};
use crate::popups::{Answered, Outcome, Popup};
use crate::rooms::{Cx, Move, Screen};
use crate::theme::ThemeName;

/// How long something said in passing stays.
const NOTICE_MS: i64 = 6_000;

/// Takes one event and gives the wishes that it brings.
#[must_use]
pub fn update(app: &mut App, event: Event) -> Vec<Effect> {
    match event {
        Event::Key(key) => app.key(&key),
        // Terminals send the end of a pasted line as a carriage return, files and other programs as a line feed.
        Event::Paste(pasted) => app.paste(&pasted.replace("\r\n", "\n").replace('\r', "\n")),
        Event::Redraw => app.stale = true,
        Event::Tick(now) => app.tick(now),
        Event::Answered(id, answer) => app.answered(id, answer),
        Event::OrderKept(id, kept) => {
            app.world.order_kept(id, kept);
            app.stale = true;
        }
        Event::OrdersFound(files) => {
            app.world.orders.found_on_disk(files);
            app.stale = true;
        }
        Event::StateNotKept(reason) => app.say(Notice::StateNotKept(reason)),
        Event::Switched(switch, done) => app.switched(&switch, done),
        Event::Terminate => app.quit(),
    }
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

    fn act(&mut self, action: Action) {
        match action {
            Action::Help => {
                let scopes = self.room().screen().scopes();
                self.popups.push(Popup::Help(Help::new(scopes)));
            }
            Action::SwitchLanguage => self.switch_language(),
            Action::NextTheme => self.next_theme(),
            Action::Redraw => self.world.wish(Effect::Repaint),
            Action::Suspend => self.world.wish(Effect::Suspend),
            Action::QuitNow => self.quit(),
            Action::Quit => {
                let unknown = self.world.orders.any_under_way();
                self.popups.push(Popup::Question(Question::new(Ask::Quit { unknown })));
            }
            Action::Back if self.room().screen().leaves_on_esc() => self.ask_back(),
            _ => self.in_room(|room, cx| room.act(action, cx)),
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
            Outcome::Closed => {
                self.popups.pop();
            }
            Outcome::Answered(answered) => {
                self.popups.pop();
                match answered {
                    Answered::Question(Ask::LeaveForm, 1) => self.make_moves(vec![Move::Back]),
                    Answered::Question(Ask::Quit { .. }, 1) => self.quit(),
                    Answered::Question(Ask::LeaveForm | Ask::Quit { .. }, _) => {}
                    answered @ (Answered::Question(
                        Ask::LogOut | Ask::Money { .. } | Ask::DropLeg | Ask::Revoke { .. },
                        _,
                    )
                    | Answered::Pick(..)) => {
                        self.in_room(|room, cx| room.popup_answered(&answered, cx));
                    }
                }
            }
        }
    }

    fn paste(&mut self, pasted: &str) {
        self.stale = true;
        match self.popups.last_mut() {
            Some(popup) => popup.paste(pasted),
            None => self.in_room(|room, cx| room.paste(pasted, cx)),
        }
    }

    fn tick(&mut self, now: Timestamp) {
        let minute = |at: Timestamp| at.as_second().div_euclid(60);
        // The clock in the bar, and the turning sign of what is waited for.
        self.stale |= minute(now) != minute(self.world.now) || self.is_waiting();
        self.world.now = now;
        if self.notice_since.is_some_and(|since| milliseconds_between(since, now) > NOTICE_MS) {
            self.notice = None;
            self.notice_since = None;
            self.stale = true;
        }
        self.world.follow_orders();
        self.in_room(|room, cx| room.ticked(cx));
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
            Owner::Consortium | Owner::AccountsAt(_) | Owner::AccountsSeen | Owner::Order { .. } => {
                self.world.answered(owner, answer);
            }
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
                    BankSwitch::Stop(_) => Notice::BankStopped(bank),
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

    fn quit(&mut self) {
        self.over = true;
        self.world.wish(Effect::Quit);
    }
}
