//! A bank's event stream as events of the core. It ends at the first fault; the core says when it is opened again.

use shared::client::BankClient;
use tokio::sync::mpsc::UnboundedSender;

use super::requests::trouble;
use crate::app::event::Event;
use crate::app::streams::{StreamId, StreamNews};
use crate::app::wire::{Seat, Trouble};

/// Opens the stream and tells what comes of it until it ends.
pub(super) async fn follow(
    bank: Option<BankClient>,
    id: StreamId,
    to: Seat,
    after: Option<String>,
    events: UnboundedSender<Event>,
) {
    let tell = |news| {
        // The receiver is gone only when the program ends.
        let _ended = events.send(Event::Streamed(id, news));
    };
    let (Some(bank), Some(token)) = (bank, to.token) else {
        return tell(StreamNews::Broken(Trouble::Unreachable));
    };
    let mut stream = match bank.events(&token, after.as_deref()).await {
        Ok(stream) => stream,
        Err(error) => return tell(StreamNews::Broken(trouble(error))),
    };
    tell(StreamNews::Opened);
    loop {
        match stream.next().await {
            Ok(Some(event)) => {
                let last_id = stream.last_id().map(str::to_owned);
                tell(StreamNews::Told { event, last_id });
            }
            Ok(None) => return tell(StreamNews::Ended),
            Err(error) => return tell(StreamNews::Broken(trouble(error))),
        }
    }
}
