//! What a step wants done, in one line that a row of a table can hold.
//!
//! `early prepare>B` may go before it is stored; `commit>C`, `query>A` go to another bank; `reply …` answers the bank that
//! asked; `told …` answers a customer; `alarm B` concerns a bank. A refusal ends in `!` when it is definite, in `?` when not.

use bank_node::protocol::message::{Decision, Message, Outcome, PeerStatus, Standing, Status, Vote};
use bank_node::protocol::output::{OrderAnswer, Output, Reply};
use bank_node::protocol::records::{OrderState, PackageState, PortionState};
use shared::refusal::Refusal;

use super::names::letter;

/// All that `output` tells, in order.
pub fn brief(output: &Output) -> String {
    let early = output.early.iter().map(|s| format!("early {}>{}", message(&s.message), letter(&s.to)));
    let sends = output.sends.iter().map(|s| format!("{}>{}", message(&s.message), letter(&s.to)));
    let replies = output.replies.iter().map(|reply| match reply {
        Reply::Peer(said) => format!("reply {}", message(said)),
        Reply::Order(_, answer) => format!("told {}", told(answer)),
        Reply::Desk(_, answer) => format!("desk {answer:?}"),
        Reply::Standing(_, statuses) => format!("standing {statuses:?}"),
        Reply::Decided(_, answer) => format!("decided {answer:?}"),
        Reply::Members(_, Ok(())) => "members taken".to_owned(),
        Reply::Members(_, Err(why)) => format!("members refused: {why}"),
    });
    let alarms = output.alarms.iter().map(|alarm| format!("alarm {}", letter(&alarm.bank)));
    early.chain(sends).chain(replies).chain(alarms).collect::<Vec<_>>().join(", ")
}

/// The kind of a message, with what matters of it.
pub fn message(message: &Message) -> String {
    match message {
        Message::Prepare(_) => "prepare".to_owned(),
        Message::Vote(said) => format!("vote {}", vote(&said.vote)),
        Message::Decide(said) => match &said.decision {
            Decision::Commit => "commit".to_owned(),
            Decision::Abort { closes: true, .. } => "abort-closing".to_owned(),
            Decision::Abort { closes: false, .. } => "abort".to_owned(),
        },
        Message::Ack(said) => match said.outcome {
            Outcome::Committed => "ack committed".to_owned(),
            Outcome::Aborted => "ack aborted".to_owned(),
        },
        Message::Query(_) => "query".to_owned(),
        Message::Status(said) => match said.status {
            Status::Pending => "status pending",
            Status::Committed => "status committed",
            Status::AbortedRecorded => "status aborted",
            Status::AbortedPresumed => "status presumed",
            Status::Amnesia => "status amnesia",
        }
        .to_owned(),
        Message::PeerQuery(_) => "peer-query".to_owned(),
        Message::PeerStatus(said) => match said.status {
            PeerStatus::Prepared => "peer-status prepared",
            PeerStatus::Committed => "peer-status committed",
            PeerStatus::Refused => "peer-status refused",
        }
        .to_owned(),
        Message::Hello => "hello".to_owned(),
        Message::HelloAnswer(_) => "hello-answer".to_owned(),
    }
}

/// A vote.
pub fn vote(vote: &Vote) -> String {
    match vote {
        Vote::Yes { .. } => "yes".to_owned(),
        Vote::No { refusals: nos } => {
            let no = |no: &bank_node::protocol::message::No| {
                format!("{}{}", refusal(&no.refusal), if no.definite { '!' } else { '?' })
            };
            format!("no {}", nos.iter().map(no).collect::<Vec<_>>().join(" "))
        }
        Vote::Elsewhere { standing: Standing::Live { attempt }, .. } => format!("elsewhere live {attempt}"),
        Vote::Elsewhere { standing: Standing::Spent { attempt }, .. } => format!("elsewhere spent {attempt}"),
        Vote::Elsewhere { standing: Standing::Closed, .. } => "elsewhere closed".to_owned(),
    }
}

fn refusal(refusal: &Refusal) -> String {
    let missing = refusal.missing.map_or(String::new(), |missing| format!("({missing})"));
    format!("{}:{}{missing}", refusal.leg, refusal.code.as_str())
}

fn refusals(refusals: &[Refusal]) -> String {
    refusals.iter().map(|why| format!(" {}", refusal(why))).collect()
}

/// What a customer is told.
pub fn told(answer: &OrderAnswer) -> String {
    match answer {
        OrderAnswer::Standing(view) => {
            let settled = if view.settled { "" } else { " unsettled" };
            match &view.order.state {
                OrderState::Committed { .. } => format!("committed{settled}"),
                state => order(state),
            }
        }
        OrderAnswer::IdReused => "id-reused".to_owned(),
        OrderAnswer::NotFound => "not-found".to_owned(),
        OrderAnswer::NotTaken(why) => format!("not-taken {why:?}"),
    }
}

/// Where an order stands.
pub fn order(state: &OrderState) -> String {
    match state {
        OrderState::InProgress { .. } => "in-progress".to_owned(),
        OrderState::Elsewhere { attempt } => format!("elsewhere {attempt}"),
        OrderState::Committed { .. } => "committed".to_owned(),
        OrderState::Refused { refusals: why, .. } => format!("refused{}", refusals(why)),
        OrderState::Aborted { refusals: why, .. } => format!("aborted{}", refusals(why)),
    }
}

/// How a package stands at a bank.
pub fn package(state: &PackageState) -> String {
    match state {
        PackageState::Open => "open".to_owned(),
        PackageState::Live(attempt) => format!("live {attempt}"),
        PackageState::Spent(attempt) => format!("spent {attempt}"),
        PackageState::Closed(why) => format!("closed{}", refusals(why)),
    }
}

/// Where a portion stands.
pub const fn portion(state: &PortionState) -> &'static str {
    match state {
        PortionState::Prepared(_) => "prepared",
        PortionState::Committed(_) => "committed",
        PortionState::Aborted { .. } => "aborted",
    }
}
