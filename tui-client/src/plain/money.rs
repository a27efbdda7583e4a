//! Paying line by line: one transfer, cash in and out. Nothing moves before the review.

use shared::account::AccountRef;
use shared::money::{Amount, parse_reais};
use shared::package::{End, Leg};
use shared::text::Description;

use super::lines::Over;
use super::questions::Question;
use super::{Answered, Talk};
use crate::widgets::field::Kind;

impl Talk {
    pub(super) async fn pay(&mut self) -> Result<(), Over> {
        self.say(self.texts.pay.pay_intro());
        self.pay_from(None).await
    }

    /// A transfer from this account, or from one that is asked for.
    pub(super) async fn pay_from(&mut self, from: Option<AccountRef>) -> Result<(), Over> {
        let t = self.texts.pay;
        let from = match from {
            Some(from) => from,
            None => match self.own_account(t.pick_from()).await? {
                Some(from) => from,
                None => return Ok(()),
            },
        };
        let Some(to) = self.ask_payee(t.to(), "", false).await? else { return Ok(()) };
        if let Some(account) = to.account() {
            let name = self.payee_words(account).await;
            self.say(&self.texts.plain.payee(&account.to_string(), &name));
        }
        self.order_one(End::Account(from), to).await
    }

    pub(super) async fn pay_in(&mut self) -> Result<(), Over> {
        let t = self.texts.pay;
        self.say(&t.pay_in_intro(&self.main_name()));
        let own = self.first_account();
        let Some(to) = self.ask_payee(t.to(), &own, false).await? else { return Ok(()) };
        self.order_one(End::Cash, to).await
    }

    pub(super) async fn pay_out(&mut self) -> Result<(), Over> {
        let t = self.texts.pay;
        self.say(&t.pay_out_intro(&self.main_name()));
        let Some(from) = self.own_account(t.pick_from()).await? else { return Ok(()) };
        self.order_one(End::Account(from), End::Cash).await
    }

    /// Amount and description, then the review.
    async fn order_one(&mut self, from: End, to: End) -> Result<(), Over> {
        if let Some(leg) = self.ask_rest(from, to, "", "").await? {
            let _sent = self.review(vec![leg]).await?;
        }
        Ok(())
    }

    /// A transfer between two ends, once its amount and description are known.
    pub(super) async fn ask_rest(
        &mut self,
        from: End,
        to: End,
        amount: &str,
        description: &str,
    ) -> Answered<Leg> {
        let t = self.texts.pay;
        let question = Question::new(t.amount(), Kind::Money).suggesting(amount);
        let typed = self.ask(question).await?;
        let Some(amount) = typed.and_then(|typed| parse_reais(&typed).ok()) else { return Ok(None) };
        let amount: Amount = amount;
        let question = Question::new(t.description(), Kind::Description).optional().suggesting(description);
        let Some(described) = self.ask(question).await? else { return Ok(None) };
        let description = Description::new(&described).ok().flatten();
        match Leg::new(from, to, amount, description) {
            Ok(leg) => Ok(Some(leg)),
            Err(_) => {
                self.say(self.texts.forms.same_account());
                Ok(None)
            }
        }
    }

    fn first_account(&self) -> String {
        let mut accounts = self.teller.world.banks.accounts();
        accounts.next().map(|account| account.account.to_string()).unwrap_or_default()
    }

    pub(super) fn main_name(&self) -> String {
        let banks = &self.teller.world.banks;
        banks.main().map(|(id, _)| banks.name(id)).unwrap_or_default()
    }
}
