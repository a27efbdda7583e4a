//! The rooms of the client: one folder each, all behind one closed enum.
//!
//! A room keeps its own state, reads the [`World`], and wishes for things through [`Cx`]. It performs nothing.

pub mod doors;

pub mod welcome;

pub mod sign_up;

pub mod log_in;

pub mod home;

pub mod payees;

pub mod leg_form;

mod leg_table;

pub mod pay;

pub mod review;

pub mod look_up;

pub mod account;

pub mod package;

pub mod packages;

pub mod receipt;

pub mod builder;

pub mod open_account;

pub mod connections;

pub mod connect;

pub mod consortium;

pub mod me;

pub mod change;

pub mod invitations;

pub mod settings;

#[cfg(test)]
pub mod looks;

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use shared::api::events::BankEvent;
use shared::ids::{BankId, PackageId};
use shared::package::Legs;

use crate::actions::{Action, Scope};
use crate::app::effect::Effect;
use crate::app::notice::Notice;
use crate::app::requests::{Owner, RoomSerial, Slot};
use crate::app::saving::{NewFile, Saved};
use crate::app::wire::{Answer, Call, Seat};
use crate::app::world::World;
use crate::popups::path::PathPrompt;
use crate::popups::question::{Ask, Question};
use crate::popups::{Answered, Popup};
use crate::texts::Texts;
use crate::theme::{Meaning, Theme};
use crate::widgets::hits::{Hits, Rows};

/// A room. A new one takes a line here, one in [`Room::screen`], one in [`Room::screen_mut`] and one in [`ROOM_SCOPES`].
#[derive(Debug)]
pub enum Room {
    /// The first room.
    Welcome(welcome::Welcome),
    /// Becoming a customer.
    SignUp(sign_up::SignUp),
    /// Opening a session.
    LogIn(log_in::LogIn),
    /// All accounts, and the menu.
    Home(home::Home),
    /// Paying one leg, cash in and out too.
    Pay(pay::Pay),
    /// The last look before money moves.
    Review(review::Review),
    /// An account: its statement and its details.
    Account(Box<account::Account>),
    /// One order and how it ends.
    Package(package::Package),
    /// All packages ordered.
    Packages(packages::Packages),
    /// A receipt.
    Receipt(Box<receipt::Receipt>),
    /// A package of many legs, put together.
    Builder(builder::Builder),
    /// Opening an account.
    OpenAccount(open_account::OpenAccount),
    /// The consents.
    Connections(connections::Connections),
    /// Connecting one bank.
    Connect(Box<connect::Connect>),
    /// The banks.
    Consortium(consortium::Consortium),
    /// Oneself: name, password, sessions.
    Me(me::Me),
    /// Another name or password.
    Change(change::Change),
    /// Invitations to accounts.
    Invitations(invitations::Invitations),
    /// What the customer has chosen.
    Settings(settings::SettingsRoom),
}

/// The scopes of every room, for the test that no key has two meanings.
pub const ROOM_SCOPES: &[&[Scope]] = &[
    welcome::SCOPES,
    sign_up::SCOPES,
    log_in::SCOPES,
    home::SCOPES,
    pay::SCOPES,
    review::SCOPES,
    account::SCOPES,
    account::FILTER_SCOPES,
    package::SCOPES,
    packages::SCOPES,
    packages::FILTER_SCOPES,
    packages::ID_SCOPES,
    receipt::SCOPES,
    builder::SCOPES,
    builder::LEG_SCOPES,
    builder::IMPORT_SCOPES,
    open_account::SCOPES,
    open_account::OPENED_SCOPES,
    connections::SCOPES,
    connect::SCOPES,
    connect::DONE_SCOPES,
    consortium::SCOPES,
    me::SCOPES,
    change::SCOPES,
    change::DONE_SCOPES,
    invitations::SCOPES,
    settings::SCOPES,
    settings::BANK_SCOPES,
    crate::app::lock::SCOPES,
];

impl Room {
    /// The room, to look at.
    #[must_use]
    pub fn screen(&self) -> &dyn Screen {
        match self {
            Self::Welcome(room) => room,
            Self::SignUp(room) => room,
            Self::LogIn(room) => room,
            Self::Home(room) => room,
            Self::Pay(room) => room,
            Self::Review(room) => room,
            Self::Account(room) => room.as_ref(),
            Self::Package(room) => room,
            Self::Packages(room) => room,
            Self::Receipt(room) => room.as_ref(),
            Self::Builder(room) => room,
            Self::OpenAccount(room) => room,
            Self::Connections(room) => room,
            Self::Connect(room) => room.as_ref(),
            Self::Consortium(room) => room,
            Self::Me(room) => room,
            Self::Change(room) => room,
            Self::Invitations(room) => room,
            Self::Settings(room) => room,
        }
    }

    /// The room, to change.
    pub fn screen_mut(&mut self) -> &mut dyn Screen {
        match self {
            Self::Welcome(room) => room,
            Self::SignUp(room) => room,
            Self::LogIn(room) => room,
            Self::Home(room) => room,
            Self::Pay(room) => room,
            Self::Review(room) => room,
            Self::Account(room) => room.as_mut(),
            Self::Package(room) => room,
            Self::Packages(room) => room,
            Self::Receipt(room) => room.as_mut(),
            Self::Builder(room) => room,
            Self::OpenAccount(room) => room,
            Self::Connections(room) => room,
            Self::Connect(room) => room.as_mut(),
            Self::Consortium(room) => room,
            Self::Me(room) => room,
            Self::Change(room) => room,
            Self::Invitations(room) => room,
            Self::Settings(room) => room,
        }
    }
}

/// What every room can do. What a room does not need it leaves as it is here.
pub trait Screen {
    /// Its name in the path above.
    fn title(&self, texts: &Texts) -> String;

    /// Where it is in the table of actions: one of [`ROOM_SCOPES`], which may change with what the room shows.
    fn scopes(&self) -> &'static [Scope];

    /// Whether letters are text now, because a field has focus.
    fn takes_text(&self) -> bool {
        false
    }

    /// Whether leaving it would lose something that was typed.
    fn is_dirty(&self) -> bool {
        false
    }

    /// Whether Enter does something with the chosen row. Where it does not, the bar below does not offer it.
    fn takes_choice(&self) -> bool {
        true
    }

    /// Whether Esc leads out of it. Where it does not, the room gets [`Action::Back`] itself.
    fn leaves_on_esc(&self) -> bool {
        true
    }

    /// Whether it takes page keys itself; where it does not, they are as many steps up or down. Long lists do: their
    /// steps are dear.
    fn takes_pages(&self) -> bool {
        false
    }

    /// It came on top: it was entered, or the room above it was left.
    fn entered(&mut self, _cx: &mut Cx<'_>) {}

    /// An action of its scopes was asked for, and nothing in the table speaks against it.
    fn act(&mut self, action: Action, cx: &mut Cx<'_>);

    /// A key that is no action here.
    fn key(&mut self, _event: &KeyEvent, _cx: &mut Cx<'_>) {}

    /// Text was pasted.
    fn paste(&mut self, _pasted: &str, _cx: &mut Cx<'_>) {}

    /// What it asked under `slot` ended.
    fn answered(&mut self, _slot: Slot, _answer: Answer, _cx: &mut Cx<'_>) {}

    /// A bank told something by itself while this room was on top; accounts, orders and banks know it already.
    fn told(&mut self, _bank: &BankId, _event: &BankEvent, _cx: &mut Cx<'_>) {}

    /// A file that it asked for was written, or could not be.
    fn saved(&mut self, _saved: &Saved, _cx: &mut Cx<'_>) {}

    /// A popup that it opened was answered. A popup that was closed with Esc is not heard of.
    fn popup_answered(&mut self, _answered: &Answered, _cx: &mut Cx<'_>) {}

    /// Time has passed while it is on top. Gives whether the screen changed by that alone.
    fn ticked(&mut self, _cx: &mut Cx<'_>) {}

    /// Draws it.
    fn view(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>);
}

/// A change of rooms. Performed after the room's step.
#[derive(Debug)]
pub enum Move {
    /// Into a room; Esc comes back here.
    Go(Box<Room>),
    /// One level back.
    Back,
    /// Another room in this one's place.
    Instead(Box<Room>),
    /// All rooms are left for this one.
    Reset(Box<Room>),
    /// Back to the lowest room: home, or welcome.
    Home,
}

/// What a room acts through.
pub struct Cx<'a> {
    /// Everything shared.
    pub world: &'a mut World,
    pub(crate) serial: RoomSerial,
    pub(crate) moves: &'a mut Vec<Move>,
    pub(crate) popups: &'a mut Vec<Popup>,
    pub(crate) notice: &'a mut Option<Notice>,
}

impl Cx<'_> {
    /// Sends a request; its answer comes to [`Screen::answered`] under `slot`. A read still under way there is forgotten.
    pub fn ask(&mut self, slot: Slot, to: Seat, call: Call) {
        self.world.ask(Owner::Room(self.serial, slot), to, call);
    }

    /// Whether an answer is waited for under `slot`.
    #[must_use]
    pub fn waits(&self, slot: Slot) -> bool {
        self.world.requests.waits(&Owner::Room(self.serial, slot))
    }

    /// Orders a package at the bank of the session. `None` without a session.
    pub fn order(&mut self, legs: Legs) -> Option<PackageId> {
        self.world.order(legs)
    }

    /// Writes a file for the customer; where it is comes to [`Screen::saved`].
    pub fn save(&mut self, file: NewFile) {
        self.world.wish(Effect::SaveFile { room: self.serial, file });
    }

    /// Puts text on the clipboard, and says what.
    pub fn copy(&mut self, text: String, what: &str) {
        self.world.wish(Effect::Copy(text));
        self.notice(Notice::Copied(what.to_owned()));
    }

    /// Into a room; Esc comes back here.
    pub fn go(&mut self, room: Room) {
        self.moves.push(Move::Go(Box::new(room)));
    }

    /// One level back, without asking.
    pub fn back(&mut self) {
        self.moves.push(Move::Back);
    }

    /// Another room in this one's place.
    pub fn instead(&mut self, room: Room) {
        self.moves.push(Move::Instead(Box::new(room)));
    }

    /// All rooms are left for this one.
    pub fn reset(&mut self, room: Room) {
        self.moves.push(Move::Reset(Box::new(room)));
    }

    /// Back to the lowest room: home, or welcome.
    pub fn home(&mut self) {
        self.moves.push(Move::Home);
    }

    /// Asks the customer a question.
    pub fn question(&mut self, ask: Ask) {
        self.popups.push(Popup::Question(Question::new(ask)));
    }

    /// Opens a popup.
    pub fn popup(&mut self, popup: Popup) {
        self.popups.push(popup);
    }

    /// Asks for a file to read or to write; what was read or written comes to [`Screen::popup_answered`].
    pub fn path(&mut self, prompt: PathPrompt) {
        self.world.wish(Effect::File(prompt.list()));
        self.popups.push(Popup::Path(Box::new(prompt)));
    }

    /// Says something in the line above the keys. For what may be missed: results land on a screen.
    pub fn notice(&mut self, notice: Notice) {
        *self.notice = Some(notice);
    }
}

/// What drawing may look at.
pub struct Seen<'a> {
    /// Everything shared.
    pub world: &'a World,
    /// The sentences.
    pub texts: &'a Texts,
    /// The styles.
    pub theme: Theme,
    /// The visit that is drawn.
    pub serial: RoomSerial,
    /// Whether no popup lies above: only then a cursor is shown.
    pub top: bool,
    /// What clicks mean on what is drawn.
    pub hits: &'a Hits,
    /// What a click on a row of a list does here.
    pub rows: Rows,
}

impl Seen<'_> {
    /// How `meaning` looks.
    #[must_use]
    pub const fn style(&self, meaning: Meaning) -> Style {
        self.theme.style(meaning)
    }

    /// A balance, or an amount that would give one away: itself, unless the customer hides balances.
    #[must_use]
    pub fn balance(&self, centavos: i64) -> String {
        self.world.settings.balance(centavos)
    }

    /// Whether the room drawn waits for an answer under `slot`.
    #[must_use]
    pub fn waits(&self, slot: Slot) -> bool {
        self.world.requests.waits(&Owner::Room(self.serial, slot))
    }

    /// A sign that turns as time passes, for what is being waited for.
    #[must_use]
    pub fn spinner(&self) -> &'static str {
        const SIGNS: [&str; 4] = ["◐", "◓", "◑", "◒"];
        let step = self.world.now.as_millisecond().div_euclid(200).rem_euclid(4);
        SIGNS[usize::try_from(step).unwrap_or(0)]
    }
}

/// A form beside a smaller panel where the width allows, else above it.
#[must_use]
pub fn form_and_side(area: Rect, form_height: u16) -> (Rect, Rect) {
    use ratatui::layout::{Constraint, Layout};
    if area.width >= 100 {
        let [form, side] =
            Layout::horizontal([Constraint::Percentage(58), Constraint::Percentage(42)]).areas(area);
        (form, side)
    } else {
        let [form, side] =
            Layout::vertical([Constraint::Length(form_height), Constraint::Min(0)]).areas(area);
        (form, side)
    }
}

/// What went wrong, ready to be said under a form.
#[must_use]
pub fn trouble_words(seen: &Seen<'_>, trouble: &crate::app::wire::Trouble) -> (String, Meaning) {
    (format!("× {}", seen.texts.codes.trouble(trouble)), Meaning::Bad)
}

/// Writes what went wrong, over as many lines as there are.
pub fn draw_trouble(frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, trouble: &crate::app::wire::Trouble) {
    let (words, meaning) = trouble_words(seen, trouble);
    draw_words(frame, area, seen, &words, meaning);
}

/// Writes words over as many lines as there are.
pub fn draw_words(frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, words: &str, meaning: Meaning) {
    use crate::widgets::text;
    for (n, line) in text::wrap(words, area.width).iter().enumerate() {
        let at = text::row(area, u16::try_from(n).unwrap_or(u16::MAX));
        text::line(frame.buffer_mut(), at, line, seen.style(meaning));
    }
}
