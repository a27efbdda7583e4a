//! Orders and packages as sentences, one fact a line, without signs: for people who listen, and for logs of scripts.

use shared::api::problem::RefusalReply;
use shared::api::replies::{LegReply, PackageBankState, PackageReply, PackageStatus};
use shared::ids::BankId;
use shared::money::Reais;
use shared::package::{End, Leg};

use crate::app::orders::{Order, OrderState};
use crate::texts::Texts;

/// The sentences of one language, and the names of banks.
#[derive(Clone, Copy)]
pub struct Words<'a> {
    /// The language.
    pub texts: &'a Texts,
    /// A bank's name, or its id.
    pub name: &'a dyn Fn(&BankId) -> String,
}

impl Words<'_> {
    /// Where a package stands, in two sentences.
    #[must_use]
    pub fn status(&self, package: &PackageReply) -> String {
        let t = self.texts.package;
        match package.status {
            PackageStatus::InProgress => format!("{}. {}", t.in_progress(), t.in_progress_how()),
            PackageStatus::Committed if package.settled => {
                format!("{}. {}", t.committed(), t.committed_how())
            }
            PackageStatus::Committed => {
                format!("{}. {}", t.unsettled(), t.unsettled_how(&self.not_yet(package)))
            }
            PackageStatus::Refused => format!("{}. {}", t.refused(), t.refused_how()),
            PackageStatus::Aborted => format!("{}. {}", t.aborted(), t.aborted_how()),
        }
    }

    /// The same in one word.
    #[must_use]
    pub const fn status_word(&self, package: &PackageReply) -> &'static str {
        let t = self.texts.package;
        match package.status {
            PackageStatus::InProgress => t.in_progress(),
            PackageStatus::Committed if package.settled => t.committed(),
            PackageStatus::Committed => t.unsettled(),
            PackageStatus::Refused => t.refused(),
            PackageStatus::Aborted => t.aborted(),
        }
    }

    /// The banks that have not confirmed a committed package.
    fn not_yet(&self, package: &PackageReply) -> String {
        let open = package.banks.iter().filter(|b| b.state != PackageBankState::Committed);
        let names: Vec<String> = open.map(|b| (self.name)(&b.bank)).collect();
        if names.is_empty() { self.texts.package.unsettled_some().to_owned() } else { names.join(", ") }
    }

    /// A package: where it stands, its id, each bank, each leg, and under a failing leg its reason.
    #[must_use]
    pub fn package(&self, package: &PackageReply) -> Vec<String> {
        let t = self.texts.package;
        let total = package.legs.iter().fold(0i64, |sum, leg| sum.saturating_add(leg.amount));
        let mut lines = vec![
            self.status(package),
            format!("{}: {}", t.id(), package.id),
            format!("{}: {}", t.made_at(), self.texts.day_and_hour(package.created_at)),
            format!("{}: {}", t.total(), Reais(total)),
        ];
        for bank in &package.banks {
            lines.push(format!("{}: {}", (self.name)(&bank.bank), t.bank_state(bank.state).1));
        }
        for (n, leg) in package.legs.iter().enumerate() {
            let number = leg.leg.map_or(n, usize::from);
            lines.push(self.leg(number, leg));
            lines.extend(self.reason(number, &package.refusals));
        }
        lines
    }

    /// Each of a package's legs.
    #[must_use]
    pub fn legs(&self, legs: &[LegReply]) -> Vec<String> {
        let number = |n: usize, leg: &LegReply| leg.leg.map_or(n, usize::from);
        legs.iter().enumerate().map(|(n, leg)| self.leg(number(n, leg), leg)).collect()
    }

    fn leg(&self, number: usize, leg: &LegReply) -> String {
        let end = |end: &Option<String>| end.clone().unwrap_or_else(|| self.texts.pay.cash().to_owned());
        let words = self.texts.plain.leg(&end(&leg.from), &end(&leg.to), &Reais(leg.amount).to_string());
        let described = leg.description.as_ref().map(|d| format!(". {d}")).unwrap_or_default();
        format!("{}: {words}{described}", self.texts.package.leg(number + 1))
    }

    /// A leg that is not ordered yet.
    #[must_use]
    pub fn own_leg(&self, number: usize, leg: &Leg) -> String {
        let end = |end: &End| end.account().map(ToString::to_string);
        let reply = LegReply {
            leg: None,
            from: end(leg.from()),
            to: end(leg.to()),
            amount: leg.amount().centavos(),
            description: leg.description().map(|d| d.as_str().to_owned()),
        };
        self.leg(number, &reply)
    }

    /// Why a leg was refused, if it was.
    #[must_use]
    pub fn reason(&self, number: usize, refusals: &[RefusalReply]) -> Option<String> {
        let refusal = refusals.iter().find(|r| usize::from(r.leg) == number)?;
        let reason = self.texts.codes.refusal_with_missing(refusal.code, refusal.missing);
        let t = self.texts.package;
        Some(format!("{}: {reason}. {}", t.leg(number + 1), t.nothing_debited()))
    }

    /// Where an order of this client stands, in its first sentence.
    #[must_use]
    pub fn order_status(&self, state: &OrderState) -> String {
        let t = self.texts.package;
        match state {
            OrderState::Keeping => t.keeping().to_owned(),
            OrderState::Sending => format!("{} {}", t.sending(), t.sending_how()),
            OrderState::NotKept(reason) => format!("{}. {}", t.not_sent(), t.not_kept_how(reason)),
            OrderState::NotSent(_) => format!("{}. {}", t.not_sent(), t.not_sent_how()),
            OrderState::Unknown(_) => format!("{}. {}", t.unknown(), self.texts.plain.unknown_how()),
            OrderState::NeverArrived => {
                format!("{}. {}", t.never_arrived(), t.never_arrived_how())
            }
            OrderState::NotTaken(problem) => {
                let words = self.texts.codes.problem(problem.code);
                format!("{}. {words} {}", t.not_taken(), t.not_taken_leaves(problem.code))
            }
            OrderState::Told(package) => self.status(package),
        }
    }

    /// An order: as a package where the bank has told one, else as it was ordered.
    #[must_use]
    pub fn order(&self, order: &Order) -> Vec<String> {
        if let OrderState::Told(package) = &order.state {
            return self.package(package);
        }
        let t = self.texts.package;
        let mut lines = vec![self.order_status(&order.state), format!("{}: {}", t.id(), order.file.id)];
        for (n, leg) in order.file.legs.as_slice().iter().enumerate() {
            lines.push(self.own_leg(n, leg));
        }
        if let OrderState::NotTaken(problem) = &order.state {
            for error in &problem.errors {
                let words = self.texts.codes.field(error.code);
                lines.push(match leg_of(&error.field) {
                    Some(n) => format!("{}: {words}", t.leg(n + 1)),
                    None => words.to_owned(),
                });
            }
        }
        lines
    }
}

/// The leg that a field like `legs[2].amount` speaks of.
fn leg_of(field: &str) -> Option<usize> {
    field.strip_prefix("legs[")?.split(']').next()?.parse().ok()
}
