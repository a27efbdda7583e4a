//! Invitations line by line: those at every bank one is logged in to, accepted or declined.

use shared::client::{BankClient, Token};

use super::Talk;
use super::lines::Over;
use crate::actions::Action;
use crate::app::wire::Seat;

impl Talk {
    /// The invitations at every bank one is logged in to; accepts or declines.
    pub(super) async fn invitations(&mut self) -> Result<(), Over> {
        let seats: Vec<Seat> = self
            .teller
            .world
            .banks
            .sessions()
            .filter(|(_, s)| s.alive)
            .map(|(_, s)| s.seat.clone())
            .collect();
        let mut found = Vec::new();
        for seat in seats {
            match self.teller.at(&seat, async |bank, token| bank.invitations(&token).await).await {
                Ok(reply) => found.extend(reply.invitations.into_iter().map(|one| (seat.clone(), one))),
                Err(trouble) => self.trouble(&trouble),
            }
        }
        if found.is_empty() {
            self.say(self.texts.invitations.none());
            return Ok(());
        }
        let lines: Vec<String> = found
            .iter()
            .map(|(_, one)| {
                let kind = self.texts.home.account_kind(one.kind);
                self.texts.plain.invitation(&one.account.to_string(), kind, &one.invited_by.name)
            })
            .collect();
        let Some(n) = self.choose(self.texts.plain.which_invitation(), &lines).await? else { return Ok(()) };
        let Some((seat, one)) = found.get(n).cloned() else { return Ok(()) };
        let answers = [self.label(Action::AcceptInvitation), self.label(Action::DeclineInvitation)];
        let Some(answer) = self.choose(&one.account.to_string(), &answers).await? else { return Ok(()) };
        let (accepts, number) = (answer == 0, one.account.number);
        let call = async move |bank: BankClient, token: Token| {
            if accepts {
                bank.accept_invitation(&token, number).await
            } else {
                bank.decline_invitation(&token, number).await
            }
        };
        match self.teller.at(&seat, call).await {
            Ok(()) => {
                let account = one.account.to_string();
                let t = self.texts.plain;
                self.say(&if accepts { t.accepted(&account) } else { t.declined(&account) });
                self.look().await;
            }
            Err(trouble) => self.trouble(&trouble),
        }
        Ok(())
    }
}
