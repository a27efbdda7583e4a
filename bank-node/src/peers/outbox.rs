//! What waits to be told to one bank, bounded; what matters first. No clock, no network: time is an argument.
//!
//! Invariant: what is let go here is only ever a message that its sender's timers say again, or whose time is over.

use std::collections::VecDeque;

use shared::ids::PackageId;
use shared::limits::INTERBANK_BODY_BYTES_MAX;
use tokio::time::Instant;

use crate::protocol::message::{BatchHeader, Message};

/// What may wait, in parts: a message is one, and one more for each line or refusal in it.
pub const OUTBOX_PARTS_MAX: usize = 65_536;
/// Messages of one batch.
pub const BATCH_MESSAGES_MAX: usize = 512;

/// The messages that wait for one bank.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    header: Option<BatchHeader>,
    /// Decisions, acks, queries and their answers.
    first: VecDeque<Waiting>,
    /// Prepares.
    second: VecDeque<Waiting>,
    parts: usize,
    dropped: u64,
    /// What the last batch was about.
    packages: Vec<PackageId>,
}

#[derive(Debug)]
struct Waiting {
    message: Message,
    since: Instant,
}

impl Outbox {
    /// Queues `messages`, to go out under `header` or a newer one.
    pub(super) fn post(&mut self, header: BatchHeader, messages: Vec<Message>, now: Instant) {
        self.header = Some(header);
        for message in messages {
            self.push(Waiting { message, since: now });
        }
    }

    /// How many messages were let go for want of room since the last call.
    pub(super) fn take_dropped(&mut self) -> u64 {
        std::mem::take(&mut self.dropped)
    }

    /// The packages that the last batch was about.
    pub(super) fn take_packages(&mut self) -> Vec<PackageId> {
        std::mem::take(&mut self.packages)
    }

    /// The next batch as JSON: at most [`BATCH_MESSAGES_MAX`] messages and [`INTERBANK_BODY_BYTES_MAX`] bytes.
    pub(super) fn take_batch(&mut self, now: Instant) -> Option<Vec<u8>> {
        let header = serde_json::to_vec(self.header.as_ref()?).ok()?;
        let mut body = [b"{\"header\":".as_slice(), &header, b",\"messages\":["].concat();
        let mut count = 0;
        while count < BATCH_MESSAGES_MAX
            && let Some(waiting) = self.pop()
        {
            let Some(message) = waiting.message_at(now) else { continue };
            let Ok(json) = serde_json::to_vec(&message) else { continue };
            // A comma before it, two brackets behind it.
            if body.len() + json.len() + 3 > INTERBANK_BODY_BYTES_MAX {
                if count == 0 {
                    // The limits of a package keep every message far below; were one not, it would block all others.
                    self.dropped += 1;
                    continue;
                }
                self.push_back_in_front(waiting);
                break;
            }
            if count > 0 {
                body.push(b',');
            }
            body.extend_from_slice(&json);
            self.packages.extend(message.package());
            count += 1;
        }
        body.extend_from_slice(b"]}");
        (count > 0).then_some(body)
    }

    fn push(&mut self, waiting: Waiting) {
        let parts = parts(&waiting.message);
        if waiting.message.precedence() == 0 {
            // A decision frees money and a prepare binds it; and the oldest prepare has the least time left.
            while self.parts + parts > OUTBOX_PARTS_MAX
                && let Some(prepare) = self.second.pop_front()
            {
                self.parts -= self::parts(&prepare.message);
                self.dropped += 1;
            }
        }
        if self.parts + parts > OUTBOX_PARTS_MAX {
            self.dropped += 1;
            return;
        }
        self.parts += parts;
        self.queue_of(&waiting).push_back(waiting);
    }

    fn pop(&mut self) -> Option<Waiting> {
        let waiting = self.first.pop_front().or_else(|| self.second.pop_front())?;
        self.parts -= parts(&waiting.message);
        Some(waiting)
    }

    fn push_back_in_front(&mut self, waiting: Waiting) {
        self.parts += parts(&waiting.message);
        self.queue_of(&waiting).push_front(waiting);
    }

    fn queue_of(&mut self, waiting: &Waiting) -> &mut VecDeque<Waiting> {
        if waiting.message.precedence() == 0 { &mut self.first } else { &mut self.second }
    }
}

impl Waiting {
    /// The message as it is true `now`: a prepare has less time left by what it waited. None once it has none.
    fn message_at(&self, now: Instant) -> Option<Message> {
        let Message::Prepare(prepare) = &self.message else { return Some(self.message.clone()) };
        let waited = u64::try_from(now.saturating_duration_since(self.since).as_millis()).unwrap_or(u64::MAX);
        let time_left_ms = prepare.time_left_ms.checked_sub(waited).filter(|left| *left > 0)?;
        let mut prepare = prepare.clone();
        prepare.time_left_ms = time_left_ms;
        Some(Message::Prepare(prepare))
    }
}

/// How much room a message takes.
fn parts(message: &Message) -> usize {
    use crate::protocol::message::{Decision, Vote};
    1 + match message {
        Message::Prepare(prepare) => prepare.portion.lines.len() + prepare.portion.nets.len(),
        Message::Vote(message) => match &message.vote {
            Vote::No { refusals } => refusals.len(),
            Vote::Yes { .. } | Vote::Elsewhere { .. } => 0,
        },
        Message::Decide(decide) => match &decide.decision {
            Decision::Abort { refusals, .. } => refusals.len(),
            Decision::Commit => 0,
        },
        Message::Ack(_)
        | Message::Query(_)
        | Message::Status(_)
        | Message::PeerQuery(_)
        | Message::PeerStatus(_)
        | Message::Hello
        | Message::HelloAnswer(_) => 0,
    }
}

#[cfg(test)]
mod tests;
