//! What a turn will tell once it is stored, in the order in which the engine tells it.
//!
//! Never here: what becomes of it on its way.

use std::collections::BTreeMap;

use shared::ids::BankId;

use super::node::Asker;
use crate::desk::DeskAnswer;
use crate::protocol::attempt::AttemptId;
use crate::protocol::membership::MembersRefused;
use crate::protocol::message::{Message, Status};
use crate::protocol::output::{Alarm, OrderAnswer, Output, Reply, Ticket};
use crate::protocol::restoration::DecideAnswer;

/// One thing that a turn tells.
#[derive(Clone, Debug)]
pub(super) enum Telling {
    Batch { to: BankId, messages: Vec<Message>, answers: Option<Asker> },
    Order(Ticket, OrderAnswer),
    Desk(Ticket, DeskAnswer),
    Standing(Ticket, BTreeMap<AttemptId, Status>),
    Decided(Ticket, DecideAnswer),
}

/// What a turn will tell once it is stored.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    sends: BTreeMap<BankId, Vec<Message>>,
    batches: Vec<(BankId, Vec<Message>, Option<Asker>)>,
    orders: Vec<(Ticket, OrderAnswer)>,
    desk: Vec<(Ticket, DeskAnswer)>,
    standing: Vec<(Ticket, BTreeMap<AttemptId, Status>)>,
    decided: Vec<(Ticket, DecideAnswer)>,
    /// Versions of the consortium file that were taken, or not.
    pub members: Vec<Result<(), MembersRefused>>,
    pub alarms: Vec<Alarm>,
}

impl Told {
    /// Opens the answer to a batch of `from`.
    pub fn answer_to(&mut self, from: BankId, asker: Option<Asker>) {
        self.batches.push((from, Vec::new(), asker));
    }

    /// Keeps what `output` says; answers to a bank go with the batch opened last.
    pub fn take(&mut self, output: Output) {
        for send in output.sends {
            self.sends.entry(send.to).or_default().push(send.message);
        }
        for reply in output.replies {
            match reply {
                Reply::Peer(message) => {
                    if let Some((_, messages, _)) = self.batches.last_mut() {
                        messages.push(message);
                    }
                }
                Reply::Order(ticket, answer) => self.orders.push((ticket, answer)),
                Reply::Desk(ticket, answer) => self.desk.push((ticket, answer)),
                Reply::Standing(ticket, statuses) => self.standing.push((ticket, statuses)),
                Reply::Decided(ticket, answer) => self.decided.push((ticket, answer)),
                Reply::Members(_, taken) => self.members.push(taken),
            }
        }
        self.alarms.extend(output.alarms);
    }

    /// Everything, in the order in which the engine tells it.
    pub fn into_list(self) -> Vec<Telling> {
        let sends =
            self.sends.into_iter().map(|(to, messages)| Telling::Batch { to, messages, answers: None });
        let answers = self
            .batches
            .into_iter()
            // What an answer gives rise to is said in a batch of its own, if there is anything to say.
            .filter(|(_, messages, asker)| asker.is_some() || !messages.is_empty())
            .map(|(to, messages, answers)| Telling::Batch { to, messages, answers });
        let orders = self.orders.into_iter().map(|(ticket, answer)| Telling::Order(ticket, answer));
        let desk = self.desk.into_iter().map(|(ticket, answer)| Telling::Desk(ticket, answer));
        let standing = self.standing.into_iter().map(|(ticket, told)| Telling::Standing(ticket, told));
        let decided = self.decided.into_iter().map(|(ticket, answer)| Telling::Decided(ticket, answer));
        sends.chain(answers).chain(orders).chain(desk).chain(standing).chain(decided).collect()
    }
}
