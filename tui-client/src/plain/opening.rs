//! Opening an account line by line, with a first pay-in that is an order of its own.

use shared::api::replies::{AccountReply, HolderStatus};
use shared::api::requests::OpenAccount;
use shared::client::{BankClient, Token};
use shared::cnpj::Cnpj;
use shared::cpf::Cpf;
use shared::limits::HOLDERS_MAX;
use shared::package::{End, Leg};
use shared::text::Name;

use super::lines::Over;
use super::questions::Question;
use super::{Answered, Talk};
use crate::app::wire::Trouble;
use crate::widgets::field::Kind;

impl Talk {
    pub(super) async fn open_account(&mut self) -> Result<(), Over> {
        let t = self.texts.open_account;
        let kinds = [
            format!("{}. {}", t.personal(), t.personal_hint()),
            format!("{}. {}", t.joint(), t.joint_hint()),
            format!("{}. {}", t.business(), t.business_hint()),
        ];
        let Some(kind) = self.choose(t.kind(), &kinds).await? else { return Ok(()) };
        let body = match kind {
            0 => OpenAccount::Personal,
            1 => {
                let Some(holders) = self.ask_holders(1).await? else { return Ok(()) };
                OpenAccount::Joint { holders }
            }
            _ => {
                let typed = self.ask(Question::new(t.cnpj(), Kind::Cnpj)).await?;
                let Some(cnpj) = typed.and_then(|typed| typed.parse::<Cnpj>().ok()) else { return Ok(()) };
                let typed = self.ask(Question::new(t.company(), Kind::Name)).await?;
                let Some(company) = typed.and_then(|typed| Name::new(&typed).ok()) else { return Ok(()) };
                let Some(holders) = self.ask_holders(0).await? else { return Ok(()) };
                OpenAccount::Business { cnpj, company, holders }
            }
        };
        let main = self.teller.world.banks.main();
        let Some(seat) = main.map(|(_, session)| session.seat.clone()) else { return Ok(()) };
        self.say(t.opening());
        let call = async move |bank: BankClient, token: Token| bank.open_account(&token, &body).await;
        let account = match self.teller.at(&seat, call).await {
            Ok(account) => account,
            Err(Trouble::OutcomeUnknown) => {
                self.say(t.unknown());
                return Ok(());
            }
            Err(trouble) => {
                self.trouble(&trouble);
                return Ok(());
            }
        };
        self.say(&self.texts.scripts.opened(&account.account.to_string()));
        let invited = account.holders.iter().filter(|h| h.status == HolderStatus::Invited).count();
        if invited > 0 {
            self.say(&t.invited(invited));
        }
        self.look().await;
        self.first_pay_in(account).await
    }

    /// An optional first pay-in, an order of its own with a review of its own.
    async fn first_pay_in(&mut self, account: AccountReply) -> Result<(), Over> {
        let t = self.texts.open_account;
        let question = Question::new(t.pay_in(), Kind::Money).optional();
        let typed = self.ask(question).await?;
        let amount = typed.and_then(|typed| shared::money::parse_reais(&typed).ok());
        let leg =
            amount.and_then(|amount| Leg::new(End::Cash, End::Account(account.account), amount, None).ok());
        match leg {
            Some(leg) => {
                let _sent = self.review(vec![leg]).await?;
            }
            None => self.say(t.no_pay_in()),
        }
        Ok(())
    }

    /// The other holders, at least so many, until an empty line.
    async fn ask_holders(&mut self, at_least: usize) -> Answered<Vec<Cpf>> {
        let t = self.texts.open_account;
        let mut holders: Vec<Cpf> = Vec::new();
        while holders.len() < HOLDERS_MAX - 1 {
            let words = format!("{} ({})", t.holder(holders.len() + 2), t.holder_hint());
            let mut question = Question::new(&words, Kind::Cpf);
            if holders.len() >= at_least {
                question = question.optional();
            }
            let Some(typed) = self.ask(question).await? else { return Ok(None) };
            match typed.parse::<Cpf>() {
                Ok(cpf) => holders.push(cpf),
                // The empty line that ends them.
                Err(_) => break,
            }
        }
        Ok(Some(holders))
    }
}
