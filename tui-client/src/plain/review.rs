//! The last look before money moves, line by line: payers, each transfer with its payee, the total; what the banks would
//! say to it now. The answer is no unless it is yes.

use std::collections::BTreeMap;

use shared::account::AccountRef;
use shared::api::problem::ProblemCode;
use shared::api::requests::OrderPackage;
use shared::client::{BankClient, Token};
use shared::money::Reais;
use shared::package::Leg;
use shared::package::Legs;

use super::Talk;
use super::lines::Over;
use crate::app::why_not::WhyNot;
use crate::app::wire::{Reply, Trouble};
use crate::rooms::review::preview::Preview;
use crate::rooms::review::totals;

impl Talk {
    /// Tells whether it was sent. Nothing moves without a yes.
    pub(super) async fn review(&mut self, legs: Vec<Leg>) -> Result<bool, Over> {
        let none = legs.is_empty();
        let Ok(legs) = Legs::new(legs) else {
            let why = if none { WhyNot::NoLegs } else { WhyNot::TooManyBanks };
            self.say(self.texts.frame.why_not(why));
            return Ok(false);
        };
        let t = self.texts.review;
        self.say(self.texts.plain.to_review());
        let preview = self.preview(&legs).await;
        self.tell_payers(&legs, &preview);
        self.tell_legs(&legs, &preview).await;
        let total = legs.as_slice().iter().fold(0i64, |sum, leg| sum.saturating_add(leg.amount().centavos()));
        self.say(&format!("{} {}, {}.", t.total(), Reais(total), t.through(&self.main_name())));
        let count = legs.as_slice().len();
        if count > 1 {
            self.say(&t.all_or_nothing(count));
        }
        self.tell_preview(&preview, count);
        if !self.confirm(self.texts.plain.review_send()).await? {
            self.say(self.texts.plain.not_sent());
            return Ok(false);
        }
        self.send(legs).await?;
        Ok(true)
    }

    /// What the banks would say now. It binds nobody, and never stands in the way of sending.
    async fn preview(&mut self, legs: &Legs) -> Preview {
        let Some((_, session)) = self.teller.world.banks.main().filter(|(_, session)| session.alive) else {
            return Preview::NotAsked;
        };
        let seat = session.seat.clone();
        let body = OrderPackage { legs: legs.clone() };
        let call = async move |bank: BankClient, token: Token| bank.preview(&token, &body).await;
        Preview::of(self.teller.at(&seat, call).await.map(Reply::Preview))
    }

    fn tell_payers(&mut self, legs: &Legs, preview: &Preview) {
        let t = self.texts.review;
        for (account, (out, into)) in totals(legs.as_slice()) {
            let own = self.teller.world.banks.account(&account).map(|own| own.available);
            let told = preview.available_after(&account);
            if out == 0 {
                // What comes into an account of one's own is worth a word too.
                if let (Some(after), false) = (told, self.teller.world.settings.hide_balances) {
                    let after = Reais(after).to_string();
                    self.say(&self.texts.scripts.preview_after(&account.to_string(), &after));
                }
                continue;
            }
            let mut line = self.texts.plain.payer(&account.to_string(), &Reais(out).to_string());
            let computed = own.map(|available| available.saturating_sub(out).saturating_add(into));
            match told.or(computed) {
                Some(after) if !self.teller.world.settings.hide_balances => {
                    let words =
                        self.texts.scripts.preview_after(&account.to_string(), &Reais(after).to_string());
                    line = format!("{line}. {words}");
                }
                Some(_) => {}
                None => line = format!("{line}. {}", t.not_in_sight()),
            }
            if let Some(available) = own.filter(|available| out > *available) {
                line = format!("{line}. {}", t.short(&Reais(out - available).to_string()));
            }
            self.say(&line);
        }
    }

    /// Each transfer with its payee, and under one that would fail the reason.
    async fn tell_legs(&mut self, legs: &Legs, preview: &Preview) {
        let mut names: BTreeMap<AccountRef, String> = BTreeMap::new();
        for (n, leg) in legs.as_slice().iter().enumerate() {
            let words = self.with_words(|words| words.own_leg(n, leg));
            let line = match leg.to().account() {
                Some(account) => {
                    if !names.contains_key(account) {
                        let name = self.payee_words(account).await;
                        names.insert(account.clone(), name);
                    }
                    let name = names.get(account).cloned().unwrap_or_default();
                    self.texts.plain.payee(&words, &name)
                }
                None => words,
            };
            self.say(&line);
            if let Some(refusal) = preview.refusal(n) {
                let reason = self.texts.codes.refusal_with_missing(refusal.code, refusal.missing);
                self.say(&self.texts.plain.would_fail(n + 1, &reason));
            }
        }
    }

    fn tell_preview(&mut self, preview: &Preview, legs: usize) {
        let t = self.texts.review;
        match preview {
            Preview::NotAsked | Preview::Asked => {}
            Preview::Told(_) => match preview.failing() {
                0 => self.say(t.preview_passes()),
                _ if legs == 1 => self.say(t.preview_fails_alone()),
                failing => self.say(&t.preview_fails(failing, legs)),
            },
            Preview::NotHad(trouble) => {
                // Too many look-ups within a minute: worth knowing, and no reason to wait.
                if let Trouble::Problem(problem) = trouble
                    && problem.code == ProblemCode::TooManyRequests
                {
                    self.trouble(trouble);
                }
                self.say(preview.why_not_had(t).unwrap_or_default());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use shared::api::problem::Problem;

    use super::*;
    use crate::plain::testing::Scene;
    use crate::testing::order_file;

    #[tokio::test]
    async fn a_bank_that_does_not_preview_now_is_said_and_stands_in_nobodys_way() {
        // Sent; and not once more, since the bank is away.
        let mut scene = Scene::alone(&["y", "n"], false);
        let t = scene.talk.texts;
        let too_many = Trouble::Problem(Box::new(Problem::new(ProblemCode::TooManyRequests)));
        scene.talk.tell_preview(&Preview::NotHad(too_many.clone()), 1);
        let said = scene.said.text();
        assert!(
            said.contains(&t.codes.trouble(&too_many)) && said.contains(t.review.preview_not_had()),
            "{said}"
        );
        // Asked in vain: the order is kept and tried all the same.
        let legs = order_file(1).legs.as_slice().to_vec();
        assert_eq!(scene.talk.review(legs).await, Ok(true));
        assert_eq!(scene.talk.teller.world.orders.iter().count(), 1);
    }

    #[tokio::test]
    async fn only_a_yes_sends() {
        for answer in ["n", "", "no", "."] {
            let mut scene = Scene::alone(&[answer], false);
            let legs = order_file(1).legs.as_slice().to_vec();
            assert_eq!(scene.talk.review(legs).await, Ok(false), "{answer:?}");
            assert_eq!(scene.talk.teller.world.orders.iter().count(), 0, "{answer:?}");
            assert!(scene.said.text().contains(scene.talk.texts.plain.not_sent()), "{answer:?}");
        }
    }
}
