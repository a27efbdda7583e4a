//! Whom money goes to, line by line: payees paid before, offered and forgotten; and who is behind an account.

use shared::account::AccountRef;
use shared::api::problem::ProblemCode;
use shared::api::replies::PayeeReply;
use shared::package::End;

use super::questions::Question;
use super::{Answered, Talk};
use crate::app::book::KnownPayee;
use crate::app::wire::Trouble;
use crate::rooms::leg_form::{end_in, known_fitting};
use crate::widgets::field::Kind;

/// So many payees paid before are said before a question; the others are found by a part of their name or number.
const PAYEES_SAID: usize = 9;

impl Talk {
    /// The end of a transfer that gets the money: an account by number, or a payee paid before by place or by a part of
    /// the name. `cash`: or cash at the counter.
    pub(super) async fn ask_payee(&mut self, words: &str, suggestion: &str, cash: bool) -> Answered<End> {
        let mut offered: Vec<KnownPayee> = self.known_payees().into_iter().take(PAYEES_SAID).collect();
        self.tell_payees(&offered);
        loop {
            let question = Question::new(words, Kind::Text(400)).suggesting(suggestion);
            let Some(typed) = self.ask(question).await? else { return Ok(None) };
            let typed = typed.trim();
            if let Some(known) = Self::place(typed, offered.len()).and_then(|n| offered.get(n)) {
                return Ok(Some(End::Account(known.account.clone())));
            }
            let forgotten = typed.strip_prefix(['x', 'X']).and_then(|rest| Self::place(rest, offered.len()));
            if let Some(n) = forgotten {
                let account = offered.remove(n).account;
                let t = self.texts.pay;
                self.say(&t.forget(&account.to_string()));
                if self.confirm(t.forget_title()).await? {
                    self.teller.world.forget_payee(&account);
                }
                self.tell_payees(&offered);
                continue;
            }
            match end_in(&self.teller.world, typed) {
                Ok(End::Cash) if !cash => self.say(self.texts.plain.not_among()),
                Ok(end) => return Ok(Some(end)),
                Err(complaint) => {
                    let fitting: Vec<KnownPayee> =
                        known_fitting(&self.teller.world, typed).into_iter().cloned().collect();
                    match fitting.as_slice() {
                        [] => self.say(&self.texts.forms.complaint(&complaint)),
                        [one] => return Ok(Some(End::Account(one.account.clone()))),
                        [_, ..] => {
                            offered = fitting;
                            self.tell_payees(&offered);
                        }
                    }
                }
            }
        }
    }

    /// Payees paid before that are not the customer's own accounts.
    fn known_payees(&self) -> Vec<KnownPayee> {
        let world = &self.teller.world;
        let others = world.book.payees().iter().filter(|known| world.banks.account(&known.account).is_none());
        others.cloned().collect()
    }

    fn tell_payees(&mut self, offered: &[KnownPayee]) {
        if offered.is_empty() {
            return;
        }
        self.say(&format!("{}:", self.texts.plain.paid_before()));
        for (n, known) in offered.iter().enumerate() {
            let bank = self.teller.world.banks.name(&known.account.bank);
            let name = if known.name.is_empty() { String::new() } else { format!(", {}", known.name) };
            let last = self.texts.day(known.last_paid);
            self.say(&format!("{}. {}{name}, {bank}, {last}", n + 1, known.account));
        }
        self.say(self.texts.plain.forget_how());
    }

    /// Who is behind an account, as its bank tells.
    pub(super) async fn payee(&mut self, account: &AccountRef) -> Result<PayeeReply, Trouble> {
        let Some((_, session)) = self.teller.world.banks.main() else { return Err(Trouble::Unreachable) };
        let (seat, asked) = (session.seat.clone(), account.clone());
        let payee = self.teller.at(&seat, async move |bank, token| bank.payee(&token, &asked).await).await?;
        self.teller.world.book.name_told(account, &payee.name);
        Ok(payee)
    }

    /// The same in words: oneself, or as their bank tells, masked.
    pub(super) async fn payee_words(&mut self, account: &AccountRef) -> String {
        let t = self.texts.pay;
        if let Some(own) = self.teller.world.banks.account(account) {
            return t.yours(self.texts.home.account_kind(own.kind));
        }
        match self.payee(account).await {
            Ok(payee) => payee.name,
            Err(Trouble::Problem(problem)) if problem.code == ProblemCode::NotFound => {
                t.payee_unknown().to_owned()
            }
            Err(Trouble::Problem(problem)) if problem.code == ProblemCode::BankUnavailable => {
                t.payee_bank_away().to_owned()
            }
            Err(_) => t.payee_not_told().to_owned(),
        }
    }
}
