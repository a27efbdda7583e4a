//! Messages, packages and answers in a few words, for people who read a trace.

use shared::ids::PackageId;
use shared::package::{End, Legs};

use crate::protocol::message::{Decision, Message, Standing, Vote};
use crate::protocol::output::{Input, OrderAnswer};
use crate::protocol::records::OrderState;

pub(super) fn package(id: PackageId) -> String {
    format!("P{}", id.0.as_u128())
}

pub(super) fn legs(legs: &Legs) -> String {
    let end = |end: &End| end.account().map_or_else(|| "cash".to_owned(), ToString::to_string);
    let leg = |leg: &shared::package::Leg| {
        format!("{} > {} {}", end(leg.from()), end(leg.to()), leg.amount().centavos())
    };
    legs.as_slice().iter().map(leg).collect::<Vec<_>>().join(", ")
}

fn vote(vote: &Vote) -> String {
    match vote {
        Vote::Yes { .. } => "yes".to_owned(),
        Vote::No { refusals } => {
            let no = |no: &crate::protocol::message::No| {
                let kind = if no.definite { "definite" } else { "retryable" };
                format!("{} {} {kind}", no.refusal.leg, no.refusal.code.as_str())
            };
            format!("no ({})", refusals.iter().map(no).collect::<Vec<_>>().join(", "))
        }
        Vote::Elsewhere { standing, .. } => match standing {
            Standing::Live { attempt } => format!("elsewhere, live in {attempt}"),
            Standing::Spent { attempt } => format!("elsewhere, spent in {attempt}"),
            Standing::Closed => "elsewhere, closed".to_owned(),
        },
    }
}

pub(super) fn message(message: &Message) -> String {
    match message {
        Message::Prepare(said) => format!("PREPARE {} {}", said.attempt, package(said.package)),
        Message::Vote(said) => format!("VOTE {} {}", said.attempt, vote(&said.vote)),
        Message::Decide(said) => match &said.decision {
            Decision::Commit => format!("DECIDE {} commit", said.attempt),
            Decision::Abort { closes, .. } => format!("DECIDE {} abort, closes: {closes}", said.attempt),
        },
        Message::Ack(said) => format!("ACK {} {:?}", said.attempt, said.outcome),
        Message::Query(said) => format!("QUERY {}", said.attempt),
        Message::Status(said) => format!("STATUS {} {:?}", said.attempt, said.status),
        Message::PeerQuery(said) => format!("PEER-QUERY {}", said.attempt),
        Message::PeerStatus(said) => format!("PEER-STATUS {} {:?}", said.attempt, said.status),
        Message::Hello => "HELLO".to_owned(),
        Message::HelloAnswer(said) => format!("HELLO-ANSWER last commit {:?}", said.last_commit),
    }
}

pub(super) fn answer(answer: &OrderAnswer) -> String {
    match answer {
        OrderAnswer::Standing(view) => {
            let state = match &view.order.state {
                OrderState::InProgress { attempt } => format!("in progress {attempt:?}"),
                OrderState::Elsewhere { attempt } => format!("elsewhere {attempt}"),
                OrderState::Committed { attempt, .. } => format!("committed {attempt}"),
                OrderState::Refused { refusals, .. } => format!("refused {refusals:?}"),
                OrderState::Aborted { attempt, refusals, .. } => format!("aborted {attempt:?} {refusals:?}"),
            };
            format!("{} {state}", package(view.order.package))
        }
        OrderAnswer::IdReused => "id reused".to_owned(),
        OrderAnswer::NotFound => "not found".to_owned(),
        OrderAnswer::NotTaken(why) => format!("not taken: {why:?}"),
    }
}

/// An input.
pub(super) fn input(input: &Input) -> String {
    match input {
        Input::Start => "start".to_owned(),
        Input::Submit(submit) => format!(
            "{:?} submit {} by {} [{}]",
            submit.ticket,
            package(submit.package),
            submit.customer.0.as_u128(),
            legs(&submit.legs)
        ),
        Input::Look { package: id, .. } => format!("look {}", package(*id)),
        Input::Desk { request, .. } => format!("desk {request:?}"),
        Input::Received { header, message: said } => {
            format!("{}@{} {}", header.from, header.epoch, message(said))
        }
        Input::Standing { from, attempts, .. } => {
            format!("{from} asks how {} attempts stand", attempts.len())
        }
        Input::AskNow { attempts } => format!("ask now about {} attempts", attempts.len()),
        Input::PeerSilent(bank) => format!("{bank} is silent"),
        Input::PeerAnswered(bank) => format!("{bank} answers"),
        Input::Missed(missed) => format!("missed, by {} banks", missed.told.len()),
        Input::Differs { bank, attempt, .. } => format!("{bank} differs in {attempt}"),
        Input::Decide { attempt, commit, .. } => format!("decide {attempt}: {commit}"),
        Input::Tick => "tick".to_owned(),
        Input::PeerRestored { bank, fence } => format!("{bank} was restored, its lives lost below {fence}"),
        Input::Room { enough } => format!("room {enough}"),
        Input::Members { members, .. } => format!("consortium version {}", members.version),
        Input::Shutdown => "shutdown".to_owned(),
    }
}
