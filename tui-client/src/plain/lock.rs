//! Locking line by line: nothing more is said or done until the password is proved at a bank. What was said before stands
//! where the terminal keeps it; clearing that is the terminal's.

use jiff::Timestamp;
use shared::api::problem::ProblemCode;
use shared::api::requests::LogIn;
use shared::text::Password;

use super::Talk;
use super::lines::Over;
use super::questions::Question;
use crate::app::requests::Owner;
use crate::app::why_not::WhyNot;
use crate::app::wire::{Call, Seat, Trouble, milliseconds_between};
use crate::clock;
use crate::widgets::field::Kind;

impl Talk {
    /// Whether a question waited so long for its answer that somebody else may have given it. Lines that nobody types
    /// are a program's: it does not walk away.
    pub(super) fn was_left_alone(&self, asked_at: Timestamp) -> bool {
        let minutes = i64::from(self.teller.world.settings.lock_after_minutes);
        let idle = milliseconds_between(asked_at, clock::now());
        let watched = self.lines.are_typed() && self.teller.world.banks.main().is_some();
        watched && minutes > 0 && idle >= minutes * 60_000
    }

    /// Asks for the password until it is right, or the customer logs out.
    pub(super) async fn lock(&mut self) -> Result<(), Over> {
        let t = self.texts.lock;
        let Some((bank, session)) = self.teller.world.banks.main() else {
            self.say(self.texts.frame.why_not(WhyNot::NotLoggedIn));
            return Ok(());
        };
        let (bank, cpf) = (bank.clone(), session.customer.cpf);
        let address = session.seat.address.clone();
        let name = self.teller.world.banks.name(&bank);
        self.say(&format!("{}. {} {}", t.title(), t.how(&name), t.goes_on()));
        loop {
            let Some(typed) = self.ask(Question::new(t.password(), Kind::Password)).await? else {
                if Box::pin(self.confirm(self.texts.frame.log_out_title())).await? {
                    self.log_out().await;
                    return Ok(());
                }
                continue;
            };
            let body = LogIn { cpf, password: Password::new(typed.to_string()) };
            match self.teller.stranger(&address, async move |bank| bank.log_in(&body).await).await {
                Ok(opened) if self.teller.world.banks.session(&bank).is_some_and(|s| s.alive) => {
                    // It was opened for the proof alone.
                    let seat = Seat { address, token: Some(opened.token) };
                    self.teller.world.ask(Owner::Nobody, seat, Call::LogOut);
                    break;
                }
                Ok(opened) => {
                    self.teller.world.logged_in(address, opened);
                    break;
                }
                Err(Trouble::Problem(problem)) if problem.code == ProblemCode::InvalidCredentials => {
                    self.say(t.wrong());
                }
                Err(Trouble::Unreachable | Trouble::OutcomeUnknown) => self.say(t.away()),
                Err(trouble) => self.trouble(&trouble),
            }
        }
        self.say(self.texts.plain.unlocked());
        Ok(())
    }
}
