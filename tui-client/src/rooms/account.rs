//! An account: its statement, page by page as one scrolls, and its details; filter, file, receipt, closing.

pub mod statement;

mod view;

#[cfg(test)]
pub(super) mod tests;

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;
use shared::account::{AccountRef, AccountStatus};
use shared::api::events::BankEvent;
use shared::api::replies::AccountReply;
use shared::ids::BankId;

use self::statement::Statement;
use super::pay::Pay;
use super::receipt::Receipt;
use super::{Cx, Room, Screen, Seen};
use crate::actions::{Action, Scope};
use crate::app::notice::Notice;
use crate::app::requests::Slot;
use crate::app::saving::{NewFile, Saved};
use crate::app::why_not::WhyNot;
use crate::app::wire::{Answer, Call, Reply, Trouble};
use crate::app::world::World;
use crate::popups::Answered;
use crate::popups::question::Ask;
use crate::statement_csv::{file_stem, statement_csv};
use crate::texts::Texts;
use crate::widgets::filter::Filter;
use crate::widgets::list::{moved, paged};

/// Where this room is in the table of actions.
pub const SCOPES: &[Scope] = &[Scope::Account, Scope::Pages];

/// The same while the filter is typed.
pub const FILTER_SCOPES: &[Scope] = &[Scope::Filter, Scope::Pages];

const NEWEST: Slot = Slot("statement", 0);
const OLDER: Slot = Slot("statement", 1);
const CLOSE: Slot = Slot("close", 0);

/// Older postings are asked for when so few are left below the chosen one.
const ROWS_AHEAD: usize = 30;

/// What became of closing the account.
#[derive(Clone, Debug, PartialEq)]
enum Closing {
    Waiting,
    Closed,
    Failed(Trouble),
}

/// An account.
#[derive(Debug)]
pub struct Account {
    account: AccountRef,
    statement: Statement,
    /// Why the last asking failed; what is known is then of its time.
    trouble: Option<Trouble>,
    /// The account itself as it was last in sight.
    last: Option<AccountReply>,
    /// The balance at which the newest page was asked for: another one asks again.
    asked_at: Option<i64>,
    filter: Filter,
    chosen: usize,
    shows_details: bool,
    /// The whole statement is being fetched, to be written to a file.
    saving: bool,
    /// The rest of it did not come.
    not_fetched: bool,
    saved: Option<Saved>,
    closing: Option<Closing>,
}

impl Account {
    /// This account.
    #[must_use]
    pub fn new(account: AccountRef) -> Self {
        Self {
            account,
            statement: Statement::default(),
            trouble: None,
            last: None,
            asked_at: None,
            filter: Filter::default(),
            chosen: 0,
            shows_details: false,
            saving: false,
            not_fetched: false,
            saved: None,
            closing: None,
        }
    }

    /// The account as it is in sight, or was last.
    fn seen<'a>(&'a self, world: &'a World) -> Option<&'a AccountReply> {
        world.banks.account(&self.account).or(self.last.as_ref())
    }

    fn ask_newest(&mut self, cx: &mut Cx<'_>) {
        self.asked_at = cx.world.banks.account(&self.account).map(|a| a.balance);
        if let Some(seat) = cx.world.banks.reader(&self.account.bank).map(|s| s.seat.clone()) {
            let call = Call::Statement { account: self.account.clone(), before: None };
            cx.ask(NEWEST, seat, call);
        }
    }

    fn ask_older(&mut self, cx: &mut Cx<'_>) {
        let Some(before) = self.statement.older().filter(|_| !cx.waits(OLDER)) else { return };
        if let Some(seat) = cx.world.banks.reader(&self.account.bank).map(|s| s.seat.clone()) {
            let call = Call::Statement { account: self.account.clone(), before: Some(before) };
            cx.ask(OLDER, seat, call);
        }
    }

    /// Older postings come as one nears the end of what is shown; all of them, while a file waits for them.
    fn read_ahead(&mut self, cx: &mut Cx<'_>) {
        let shown = self.statement.wanted(self.filter.text()).len();
        self.chosen = self.chosen.min(shown.saturating_sub(1));
        if self.saving || self.chosen + ROWS_AHEAD >= shown {
            self.ask_older(cx);
        }
    }

    fn save(&mut self, cx: &mut Cx<'_>) {
        self.saved = None;
        self.not_fetched = false;
        if self.statement.postings.is_empty() {
            return cx.notice(Notice::Off(WhyNot::NothingToSave));
        }
        self.saving = true;
        self.save_when_whole(cx);
    }

    fn save_when_whole(&mut self, cx: &mut Cx<'_>) {
        if !self.saving {
            return;
        }
        if !self.statement.is_whole() {
            return self.ask_older(cx);
        }
        self.saving = false;
        let shown = self.statement.wanted(self.filter.text());
        if shown.is_empty() {
            return cx.notice(Notice::Off(WhyNot::NothingToSave));
        }
        let text = statement_csv(&self.account, shown);
        cx.save(NewFile { stem: file_stem(&self.account, cx.world.now), ending: "csv", text });
    }

    fn ask_to_close(&self, cx: &mut Cx<'_>) {
        let why = match self.closing {
            Some(Closing::Waiting) => Some(WhyNot::Waiting),
            Some(Closing::Closed | Closing::Failed(_)) | None => {
                why_not_close(cx.world, &self.account, self.seen(cx.world))
            }
        };
        match why {
            Some(why) => cx.notice(Notice::Off(why)),
            None => cx.question(Ask::CloseAccount(self.account.clone())),
        }
    }

    fn closed(&mut self, answer: Answer, cx: &mut Cx<'_>) {
        self.closing = Some(match answer {
            Ok(Reply::Account(account)) => {
                self.last = Some(account);
                Closing::Closed
            }
            Ok(_) => Closing::Failed(Trouble::Garbage),
            Err(trouble) => Closing::Failed(trouble),
        });
        cx.world.look();
    }

    fn told(&mut self, slot: Slot, answer: Answer, cx: &mut Cx<'_>) {
        match answer {
            Ok(Reply::Statement(reply)) => {
                self.trouble = None;
                let newest = self.statement.postings.first().map(|p| p.number);
                if slot == NEWEST {
                    self.statement.told_newest(reply, cx.world.now);
                    // The row that was looked at stays the one looked at.
                    let came =
                        self.statement.postings.iter().take_while(|p| Some(p.number) != newest).count();
                    if self.chosen > 0 && came < self.statement.postings.len() && !self.filter.is_on() {
                        self.chosen += came;
                    }
                } else {
                    self.statement.told_older(reply);
                }
                self.read_ahead(cx);
                self.save_when_whole(cx);
            }
            Ok(_) => self.failed(Trouble::Garbage),
            Err(trouble) => self.failed(trouble),
        }
    }

    fn failed(&mut self, trouble: Trouble) {
        self.trouble = Some(trouble);
        self.not_fetched = std::mem::take(&mut self.saving);
    }

    fn show_receipt(&self, cx: &mut Cx<'_>) {
        let shown = self.statement.wanted(self.filter.text());
        if let Some(posting) = shown.get(self.chosen) {
            let room = Receipt::of_posting(self.account.clone(), (*posting).clone());
            cx.go(Room::Receipt(Box::new(room)));
        }
    }

    fn go_back(&mut self, cx: &mut Cx<'_>) {
        if self.filter.is_on() {
            self.filter.clear();
            self.chosen = 0;
        } else if self.shows_details {
            self.shows_details = false;
        } else {
            cx.back();
        }
    }
}

/// Why an account cannot be closed now, as far as it is `seen`.
#[must_use]
pub fn why_not_close(world: &World, account: &AccountRef, seen: Option<&AccountReply>) -> Option<WhyNot> {
    match seen {
        Some(a) if a.status == AccountStatus::Closed => Some(WhyNot::ClosedAlready),
        _ if world.banks.session(&account.bank).is_none_or(|s| !s.alive) => Some(WhyNot::NeedsSessionThere),
        Some(a) if (a.balance, a.held, a.incoming) != (0, 0, 0) => Some(WhyNot::NotEmpty),
        Some(_) | None => None,
    }
}

impl Screen for Account {
    fn title(&self, _texts: &Texts) -> String {
        self.account.number.to_string()
    }

    fn scopes(&self) -> &'static [Scope] {
        if self.filter.is_typing() { FILTER_SCOPES } else { SCOPES }
    }

    fn takes_text(&self) -> bool {
        self.filter.is_typing()
    }

    fn leaves_on_esc(&self) -> bool {
        !self.filter.is_on() && !self.shows_details
    }

    fn takes_pages(&self) -> bool {
        true
    }

    fn entered(&mut self, cx: &mut Cx<'_>) {
        self.last = cx.world.banks.account(&self.account).cloned().or_else(|| self.last.take());
        self.ask_newest(cx);
        cx.world.look();
    }

    fn act(&mut self, action: Action, cx: &mut Cx<'_>) {
        let rows = self.statement.wanted(self.filter.text()).len();
        match action {
            Action::Up | Action::Down => {
                self.chosen = moved(self.chosen, rows, action == Action::Down);
                self.read_ahead(cx);
            }
            Action::PageUp | Action::PageDown | Action::First | Action::Last => {
                self.chosen = paged(self.chosen, rows, action);
                self.read_ahead(cx);
            }
            Action::Choose => self.show_receipt(cx),
            Action::Filter => {
                self.shows_details = false;
                self.filter.begin();
            }
            Action::KeepFilter => self.filter.keep(),
            Action::SaveStatement => self.save(cx),
            Action::ShowDetails => self.shows_details = !self.shows_details,
            Action::CopyNumber => {
                let what = Texts::new(cx.world.settings.language).account.the_number();
                cx.copy(self.account.to_string(), what);
            }
            Action::PayFromHere => match self.seen(cx.world).map(|a| a.status) {
                Some(AccountStatus::Closed) => cx.notice(Notice::Off(WhyNot::ClosedAlready)),
                Some(AccountStatus::Open | AccountStatus::Frozen) | None => {
                    cx.go(Room::Pay(Pay::transfer_from(&self.account)));
                }
            },
            Action::CloseAccount => self.ask_to_close(cx),
            Action::Refresh => {
                self.ask_newest(cx);
                cx.world.look();
            }
            Action::Back => self.go_back(cx),
            _ => {}
        }
    }

    fn key(&mut self, event: &KeyEvent, cx: &mut Cx<'_>) {
        if self.filter.is_typing() {
            self.filter.key(event);
            self.chosen = 0;
            self.read_ahead(cx);
        }
    }

    fn paste(&mut self, pasted: &str, cx: &mut Cx<'_>) {
        if self.filter.is_typing() {
            self.filter.paste(pasted);
            self.chosen = 0;
            self.read_ahead(cx);
        }
    }

    fn answered(&mut self, slot: Slot, answer: Answer, cx: &mut Cx<'_>) {
        if slot == CLOSE {
            self.closed(answer, cx);
        } else {
            self.told(slot, answer, cx);
        }
    }

    fn saved(&mut self, saved: &Saved, _cx: &mut Cx<'_>) {
        self.saved = Some(saved.clone());
    }

    fn popup_answered(&mut self, answered: &Answered, cx: &mut Cx<'_>) {
        if let Answered::Question(Ask::CloseAccount(account), 1) = answered
            && let Some(seat) = cx.world.banks.session(&account.bank).map(|s| s.seat.clone())
        {
            self.closing = Some(Closing::Waiting);
            cx.ask(CLOSE, seat, Call::CloseAccount(account.clone()));
        }
    }

    fn told(&mut self, _bank: &BankId, event: &BankEvent, cx: &mut Cx<'_>) {
        // Money may have come and gone between two events: the balance alone does not show it.
        if let BankEvent::Account(told) = event
            && told.account == self.account
        {
            self.last = cx.world.banks.account(&self.account).cloned().or_else(|| self.last.take());
            self.ask_newest(cx);
        }
    }

    fn ticked(&mut self, cx: &mut Cx<'_>) {
        cx.world.look_when_due();
        let now = cx.world.banks.account(&self.account);
        if let Some(account) = now {
            let moved = self.asked_at != Some(account.balance);
            self.last = Some(account.clone());
            if moved && !cx.waits(NEWEST) {
                self.ask_newest(cx);
            }
        }
    }

    fn view(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        self.draw(frame, area, seen);
    }
}
