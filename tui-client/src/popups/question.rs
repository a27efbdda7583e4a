//! A question with a few answers, the harmless one in focus.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::Frame;
use ratatui::layout::Rect;
use shared::account::AccountRef;
use shared::ids::{BankId, ConsentId, SessionId};
use shared::money::{Amount, parse_reais};

use super::{Answered, Outcome};
use crate::app::settings::NamedBank;
use crate::app::wire::BankAddress;
use crate::leg_lines::{self, Points};
use crate::rooms::Seen;
use crate::theme::Meaning;
use crate::widgets::{panel, text};

/// What is asked. Add a variant for a new question; its words stand in `Ask::words`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Leave a form with something typed in it? 0 stays, 1 leaves.
    LeaveForm,
    /// Leave the program? 0 stays, 1 leaves. Tells whether an order has no answer yet.
    Quit {
        /// Whether an order has no answer yet.
        unknown: bool,
    },
    /// Log out? 0 stays, 1 logs out.
    LogOut,
    /// A bank has ended the session: log in there again? 0 does, 1 does not now.
    LogInAgain {
        /// Which bank.
        bank: BankId,
    },
    /// Log out of one bank? 0 stays, 1 logs out.
    LogOutHere {
        /// Which.
        bank: BankId,
    },
    /// Log in as another person, which ends all sessions? 0 stays, 1 does.
    LogInAsAnother,
    /// End another session of one's own? 0 keeps it, 1 ends it.
    EndSession {
        /// At which bank.
        at: BankId,
        /// Which.
        id: SessionId,
    },
    /// Accept an invitation? 0 later, 1 accepts, 2 asks about declining.
    Invitation {
        /// To which account.
        account: AccountRef,
    },
    /// Decline an invitation? 0 does not, 1 declines.
    Decline {
        /// To which account.
        account: AccountRef,
    },
    /// Remember a bank no more? 0 keeps it, 1 removes it.
    RemoveBank {
        /// Which.
        bank: NamedBank,
    },
    /// Forget the key by which a bank is known? 0 keeps it, 1 forgets it.
    ForgetBankKey {
        /// Where the bank is reached.
        address: BankAddress,
    },
    /// Leave a bank's form with something typed in it? 0 stays, 1 leaves.
    DropBank,
    /// Leave a leg with something typed in it? 0 stays, 1 drops it.
    DropLeg,
    /// Revoke a consent? 0 keeps it, 1 revokes it.
    Revoke {
        /// At which bank.
        at: BankId,
        /// Which.
        id: ConsentId,
    },
    /// Take a text into a list that is not empty? 0 does nothing, 1 adds, 2 replaces.
    LoadOver {
        /// How many legs are in the list.
        count: usize,
    },
    /// What do points mean in a whole text? [`Ask::point_meanings`] in order, then neither.
    Points {
        /// The first amount in doubt.
        typed: String,
    },
    /// Several lines were pasted into the form of one leg: 0 takes the first there, 1 all of them into the list.
    PasteLines {
        /// How many.
        count: usize,
    },
    /// Remove all legs? 0 leaves them, 1 removes them.
    RemoveAll {
        /// How many.
        count: usize,
    },
    /// Replace a template? 0 leaves it, 1 replaces it.
    ReplaceTemplate {
        /// Which.
        name: String,
    },
    /// Delete a template? 0 leaves it, 1 deletes it.
    DropTemplate {
        /// Which.
        name: String,
    },
    /// Forget a payee paid before? 0 leaves it, 1 forgets it.
    ForgetPayee {
        /// Which.
        account: AccountRef,
    },
    /// Close an account? 0 keeps it, 1 closes it.
    CloseAccount(AccountRef),
    /// `1.23`: [`Ask::money_meanings`] in order, then neither.
    Money {
        /// What was typed.
        typed: String,
    },
}

/// A question on screen.
#[derive(Debug)]
pub struct Question {
    ask: Ask,
    focus: usize,
}

/// A question in one language.
struct Words {
    title: String,
    body: String,
    answers: Vec<String>,
}

impl Ask {
    /// What `1.23` may mean, as texts that can be typed: with centavos, and without the point.
    #[must_use]
    pub fn money_meanings(typed: &str) -> Vec<String> {
        let readings = [typed.replace('.', ","), typed.replace('.', "")];
        readings.into_iter().filter(|text| parse_reais(text).is_ok()).collect()
    }

    /// What points may mean in a text with this amount, and what it then is.
    #[must_use]
    pub fn point_meanings(typed: &str) -> Vec<(Points, Amount)> {
        let meanings = [Points::Centavos, Points::Thousands];
        meanings.into_iter().filter_map(|p| leg_lines::amount(p, typed).ok().map(|a| (p, a))).collect()
    }

    fn count(&self) -> usize {
        match self {
            Self::LeaveForm
            | Self::Quit { .. }
            | Self::LogOut
            | Self::LogInAgain { .. }
            | Self::LogOutHere { .. }
            | Self::LogInAsAnother
            | Self::EndSession { .. }
            | Self::Decline { .. }
            | Self::RemoveBank { .. }
            | Self::ForgetBankKey { .. }
            | Self::DropBank
            | Self::DropLeg
            | Self::PasteLines { .. }
            | Self::Revoke { .. }
            | Self::CloseAccount(_) => 2,
            Self::Invitation { .. } => 3,
            Self::LoadOver { .. } => 3,
            Self::Points { typed } => Self::point_meanings(typed).len() + 1,
            Self::RemoveAll { .. }
            | Self::ReplaceTemplate { .. }
            | Self::DropTemplate { .. }
            | Self::ForgetPayee { .. } => 2,
            Self::Money { typed } => Self::money_meanings(typed).len() + 1,
        }
    }

    fn words(&self, seen: &Seen<'_>) -> Words {
        let t = seen.texts.frame;
        let words = |title: &str, body: &str, answers: &[&str]| Words {
            title: title.to_owned(),
            body: body.to_owned(),
            answers: answers.iter().map(|a| (*a).to_owned()).collect(),
        };
        match self {
            Self::LeaveForm | Self::DropBank => {
                words(t.leave_form_title(), t.leave_form(), &[t.leave_form_stay(), t.leave_form_leave()])
            }
            Self::Quit { unknown } => words(
                t.quit_title(),
                if *unknown { t.quit_unknown() } else { t.quit() },
                &[t.quit_stay(), t.quit_leave()],
            ),
            Self::LogOut => words(t.log_out_title(), t.log_out(), &[t.log_out_stay(), t.log_out_leave()]),
            Self::LogInAgain { bank } => {
                let t = seen.texts.lock;
                let body = t.again(&seen.world.banks.name(bank));
                words(t.again_title(), &body, &[t.again_now(), t.again_later()])
            }
            Self::LogOutHere { bank } => {
                let t = seen.texts.me;
                let body = t.leave(&seen.world.banks.name(bank));
                words(t.leave_title(), &body, &[t.leave_stay(), t.leave_leave()])
            }
            Self::LogInAsAnother => {
                let t = seen.texts.me;
                words(t.another_title(), t.another(), &[t.another_stay(), t.another_leave()])
            }
            Self::EndSession { at, .. } => {
                let t = seen.texts.me;
                let body = t.end(&seen.world.banks.name(at));
                words(t.end_title(), &body, &[t.end_stay(), t.end_leave()])
            }
            Self::Invitation { account } => {
                let t = seen.texts.invitations;
                let body = t.question(&account.to_string());
                words(t.title_one(), &body, &[t.later(), t.accept(), t.decline()])
            }
            Self::Decline { account } => {
                let t = seen.texts.invitations;
                let body = t.decline_question(&account.to_string());
                words(t.decline_title(), &body, &[t.decline_stay(), t.decline()])
            }
            Self::RemoveBank { bank } => {
                let t = seen.texts.settings;
                words(t.remove_title(), &t.remove(&bank.name), &[t.remove_stay(), t.remove_leave()])
            }
            Self::ForgetBankKey { address } => {
                let t = seen.texts.settings;
                let body = t.forget_key(&address.authority());
                words(t.forget_key_title(), &body, &[t.remove_stay(), t.forget_key_leave()])
            }
            Self::DropLeg => {
                let t = seen.texts.builder;
                words(t.drop_title(), t.drop(), &[t.drop_stay(), t.drop_leave()])
            }
            Self::Revoke { at, .. } => {
                let t = seen.texts.connections;
                let body = t.revoke_question(&seen.world.banks.name(at));
                words(t.revoke_title(), &body, &[t.revoke_stay(), t.revoke_leave()])
            }
            Self::LoadOver { count } => {
                let t = seen.texts.builder;
                let answers = [t.load_over_no(), t.load_over_append(), t.load_over_replace()];
                words(t.load_over_title(), &t.load_over(*count), &answers)
            }
            Self::Points { typed } => {
                let t = seen.texts.builder;
                let meanings = Self::point_meanings(typed);
                let mut answers: Vec<String> =
                    meanings.iter().map(|(_, a)| format!("{typed} = {a}")).collect();
                answers.push(t.points_neither().to_owned());
                Words { title: t.points_title().to_owned(), body: t.points(typed), answers }
            }
            Self::PasteLines { count } => {
                let t = seen.texts.builder;
                words(&t.paste_lines_title(*count), t.paste_lines(), &[t.paste_first(), t.paste_all()])
            }
            Self::RemoveAll { count } => {
                let t = seen.texts.builder;
                words(t.remove_all_title(), &t.remove_all(*count), &[t.remove_all_no(), t.remove_all_yes()])
            }
            Self::ReplaceTemplate { name } => {
                let t = seen.texts.builder;
                let answers = [t.replace_template_no(), t.replace_template_yes()];
                words(t.replace_template_title(), &t.replace_template(name), &answers)
            }
            Self::DropTemplate { name } => {
                let t = seen.texts.builder;
                let answers = [t.drop_template_no(), t.drop_template_yes()];
                words(t.drop_template_title(), &t.drop_template(name), &answers)
            }
            Self::ForgetPayee { account } => {
                let t = seen.texts.pay;
                let body = t.forget(&account.to_string());
                words(t.forget_title(), &body, &[t.forget_no(), t.forget_yes()])
            }
            Self::CloseAccount(account) => {
                let t = seen.texts.account;
                let body = t.close_question(&account.to_string());
                words(t.close_title(), &body, &[t.close_stay(), t.close_leave()])
            }
            Self::Money { typed } => {
                let meanings = Self::money_meanings(typed);
                let mut answers: Vec<String> = meanings
                    .iter()
                    .filter_map(|text| parse_reais(text).ok())
                    .map(|amount| amount.to_string())
                    .collect();
                answers.push(t.money_neither().to_owned());
                Words { title: t.money_title().to_owned(), body: t.money_question(typed), answers }
            }
        }
    }
}

impl Question {
    /// Asks. The first answer has the focus; for money it is the last, which decides nothing.
    #[must_use]
    pub fn new(ask: Ask) -> Self {
        let focus = match &ask {
            Ask::Money { .. } | Ask::Points { .. } => ask.count() - 1,
            Ask::LoadOver { .. }
            | Ask::PasteLines { .. }
            | Ask::RemoveAll { .. }
            | Ask::ReplaceTemplate { .. }
            | Ask::DropTemplate { .. }
            | Ask::ForgetPayee { .. }
            | Ask::LeaveForm
            | Ask::Quit { .. }
            | Ask::LogOut
            | Ask::LogInAgain { .. }
            | Ask::LogOutHere { .. }
            | Ask::LogInAsAnother
            | Ask::EndSession { .. }
            | Ask::Invitation { .. }
            | Ask::Decline { .. }
            | Ask::RemoveBank { .. }
            | Ask::ForgetBankKey { .. }
            | Ask::DropBank
            | Ask::DropLeg
            | Ask::Revoke { .. }
            | Ask::CloseAccount(_) => 0,
        };
        Self { ask, focus }
    }

    /// Whether it offers to log in again.
    pub(crate) const fn is_about_log_in(&self) -> bool {
        matches!(self.ask, Ask::LogInAgain { .. })
    }

    pub(crate) fn key(&mut self, event: &KeyEvent) -> Outcome {
        let count = self.ask.count();
        match event.code {
            KeyCode::Esc => return Outcome::Closed,
            KeyCode::Enter => return Outcome::Answered(Answered::Question(self.ask.clone(), self.focus)),
            KeyCode::Down | KeyCode::Tab | KeyCode::Right | KeyCode::Char('j') => {
                self.focus = (self.focus + 1) % count;
            }
            KeyCode::Up | KeyCode::BackTab | KeyCode::Left | KeyCode::Char('k') => {
                self.focus = (self.focus + count - 1) % count;
            }
            KeyCode::Char(c) => {
                let number = c.to_digit(10).and_then(|d| usize::try_from(d).ok());
                if let Some(n) = number.filter(|n| (1..=count).contains(n)) {
                    return Outcome::Answered(Answered::Question(self.ask.clone(), n - 1));
                }
            }
            _ => {}
        }
        Outcome::Open
    }

    pub(crate) fn view(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let words = self.ask.words(seen);
        let answers = words.answers.iter().map(|a| text::width(a) + 7).max().unwrap_or(0);
        let width = answers.max(56).min(area.width);
        let body = text::wrap(&words.body, width.saturating_sub(4));
        let rows = body.len() + words.answers.len() + 3;
        let height = u16::try_from(rows).unwrap_or(u16::MAX);
        let inside = panel::popup(frame, area, seen, &words.title, (width, height));
        for (n, line) in body.iter().enumerate() {
            let at = text::row(inside, u16::try_from(n).unwrap_or(u16::MAX));
            text::line(frame.buffer_mut(), at, line, seen.style(Meaning::Text));
        }
        let below = text::below(inside, u16::try_from(body.len() + 1).unwrap_or(u16::MAX));
        for (n, answer) in words.answers.iter().enumerate() {
            let at = text::row(below, u16::try_from(n).unwrap_or(u16::MAX));
            let focused = n == self.focus;
            let mark = if focused { "▸" } else { " " };
            let meaning = if focused { Meaning::Chosen } else { Meaning::Text };
            let words = format!("{mark} {} {answer} ", n + 1);
            text::line(frame.buffer_mut(), at, &words, seen.style(meaning));
            if let Some(digit) = u32::try_from(n + 1).ok().and_then(|n| char::from_digit(n, 10)) {
                seen.hits.note(at, KeyCode::Char(digit), 1);
            }
        }
    }
}
