//! Calls of the core as calls of `shared::client`, one for one. Nothing is sent twice here.

use std::collections::HashMap;

use shared::api::requests::OrderPackage;
use shared::client::{BankClient, ClientError, Deadlines, OrderOutcome, Page, Trust};
use tokio::time::Instant;

use crate::app::recent::RECENT_POSTINGS;
use crate::app::wire::{Answer, BankAddress, Call, Distrust, Reply, Seat, Token, Trouble};
use crate::ids;

/// One client per bank: its connections are kept.
pub(super) struct Banks {
    clients: HashMap<String, BankClient>,
    trust: Trust,
}

impl Banks {
    /// None yet; each will be taken for what it is by `trust`.
    pub(super) fn new(trust: Trust) -> Self {
        Self { clients: HashMap::new(), trust }
    }

    /// Lets go of every connection to this host and port.
    pub(super) fn forget(&mut self, address: &BankAddress) {
        let authority = address.authority();
        self.clients.retain(|_, client| client.address().authority() != authority);
    }

    /// The client of the bank at `address`; none where it cannot be set up.
    pub(super) fn client(&mut self, address: &BankAddress) -> Option<BankClient> {
        let key = address.to_string();
        if let Some(client) = self.clients.get(&key) {
            return Some(client.clone());
        }
        let made = BankClient::with_trust(address.clone(), Deadlines::default(), self.trust.clone());
        let client = made.ok()?;
        self.clients.insert(key, client.clone());
        Some(client)
    }
}

/// Performs one call and gives what became of it.
pub(super) async fn perform(bank: Option<BankClient>, to: Seat, call: Call) -> Answer {
    // One trace for each thing that is asked for, so that its way through all banks is found in their logs.
    let Some(bank) = bank.map(|bank| bank.traced(ids::trace())) else { return Err(Trouble::Unreachable) };
    match to.token {
        Some(token) => as_customer(&bank, &token, call).await,
        None => as_stranger(&bank, call).await,
    }
    .map_err(trouble)
}

async fn as_stranger(bank: &BankClient, call: Call) -> Result<Reply, ClientError> {
    match call {
        Call::Bank => {
            let began = Instant::now();
            let reply = bank.bank().await?;
            let took = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
            Ok(Reply::Bank(reply, took))
        }
        Call::Consortium => bank.consortium().await.map(Reply::Consortium),
        Call::SignUp(body) => bank.sign_up(&body).await.map(Reply::SignedUp),
        Call::LogIn(body) => bank.log_in(&body).await.map(Reply::LoggedIn),
        Call::LogOut
        | Call::Me
        | Call::ChangeCustomer(_)
        | Call::Sessions
        | Call::EndSession(_)
        | Call::RecentPostings(_)
        | Call::Accounts
        | Call::AccountsInConsortium
        | Call::Account(_)
        | Call::Statement { .. }
        | Call::Payee(_)
        | Call::OpenAccount(_)
        | Call::CloseAccount(_)
        | Call::OrderPackage { .. }
        | Call::Preview(_)
        | Call::Package(_)
        | Call::Packages { .. }
        | Call::Invitations
        | Call::AnswerInvitation { .. }
        | Call::GiveConsent(_)
        | Call::Consents
        | Call::RevokeConsent(_) => {
            // Without a session there is nothing to send; the core never asks for it.
            debug_assert!(false, "a call of a customer without a session");
            Err(ClientError::Unreachable { detail: "no session".to_owned() })
        }
    }
}

async fn as_customer(bank: &BankClient, token: &Token, call: Call) -> Result<Reply, ClientError> {
    let page = |before| Page { limit: None, before };
    match call {
        Call::Bank | Call::Consortium | Call::SignUp(_) | Call::LogIn(_) => as_stranger(bank, call).await,
        Call::LogOut => bank.log_out(token).await.map(|()| Reply::Done),
        Call::Me => bank.me(token).await.map(Reply::Customer),
        Call::ChangeCustomer(change) => bank.change_customer(token, &change).await.map(Reply::Customer),
        Call::Sessions => bank.sessions(token).await.map(Reply::Sessions),
        Call::EndSession(id) => bank.end_session(token, id).await.map(|()| Reply::Done),
        Call::Accounts => bank.accounts(token).await.map(Reply::Accounts),
        Call::AccountsInConsortium => bank.accounts_in_consortium(token).await.map(Reply::Accounts),
        Call::Account(account) => bank.account(token, &account).await.map(Reply::Account),
        Call::Statement { account, before } => {
            bank.statement(token, &account, page(before)).await.map(Reply::Statement)
        }
        Call::RecentPostings(account) => {
            let few = Page { limit: Some(RECENT_POSTINGS), before: None };
            bank.statement(token, &account, few).await.map(Reply::Statement)
        }
        Call::Payee(account) => bank.payee(token, &account).await.map(Reply::Payee),
        Call::OpenAccount(body) => bank.open_account(token, &body).await.map(Reply::Opened),
        Call::CloseAccount(account) => bank.close_account(token, account.number).await.map(Reply::Account),
        Call::OrderPackage { id, legs } => {
            match bank.order_package(token, id, &OrderPackage { legs }).await? {
                OrderOutcome::Committed(package) | OrderOutcome::InProgress(package) => {
                    Ok(Reply::Package(package))
                }
                OrderOutcome::Refused(problem) | OrderOutcome::Aborted(problem) => {
                    Err(ClientError::Problem(Box::new(problem)))
                }
            }
        }
        Call::Preview(legs) => bank.preview(token, &OrderPackage { legs }).await.map(Reply::Preview),
        Call::Package(id) => bank.package(token, id).await.map(Reply::Package),
        Call::Packages { before } => bank.packages(token, page(before)).await.map(Reply::Packages),
        Call::Invitations => bank.invitations(token).await.map(Reply::Invitations),
        Call::AnswerInvitation { account, accept: true } => {
            bank.accept_invitation(token, account.number).await.map(|()| Reply::Done)
        }
        Call::AnswerInvitation { account, accept: false } => {
            bank.decline_invitation(token, account.number).await.map(|()| Reply::Done)
        }
        Call::GiveConsent(body) => bank.give_consent(token, &body).await.map(Reply::Consented),
        Call::Consents => bank.consents(token).await.map(Reply::Consents),
        Call::RevokeConsent(id) => bank.revoke_consent(token, id).await.map(|()| Reply::Done),
    }
}

/// What a failed call means for the core.
#[must_use]
pub fn trouble(error: ClientError) -> Trouble {
    match error {
        ClientError::Unreachable { .. } => Trouble::Unreachable,
        ClientError::KeyChanged { known, shown } => {
            Trouble::Distrusted(Distrust::KeyChanged { known, shown })
        }
        ClientError::PasswordInClear => Trouble::Distrusted(Distrust::PasswordInClear),
        ClientError::OutcomeUnknown { .. } => Trouble::OutcomeUnknown,
        ClientError::Problem(problem) => Trouble::Problem(problem),
        ClientError::Garbage { .. } => Trouble::Garbage,
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::net::TcpListener;

    use shared::trace::TraceContext;

    use super::*;

    /// A bank that notes the trace of each of `count` requests, and answers none well.
    fn listen(count: usize) -> (BankAddress, std::thread::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let heard = std::thread::spawn(move || {
            let mut traces = Vec::new();
            for _ in 0..count {
                let (stream, _) = listener.accept().unwrap();
                let mut reader = BufReader::new(stream);
                let mut line = String::new();
                while reader.read_line(&mut line).unwrap() > 2 {
                    traces.extend(line.strip_prefix("traceparent: ").map(|text| text.trim().to_owned()));
                    line.clear();
                }
                reader.into_inner().write_all(b"HTTP/1.1 503 ?\r\nconnection: close\r\n\r\n").unwrap();
            }
            traces
        });
        (address, heard)
    }

    #[tokio::test]
    async fn each_thing_that_is_asked_for_begins_a_trace() {
        let (address, heard) = listen(2);
        let bank = BankClient::new(address.clone()).unwrap();
        for _ in 0..2 {
            let to = Seat { address: address.clone(), token: None };
            let _answered_badly = perform(Some(bank.clone()), to, Call::Bank).await;
        }
        let traces: Vec<TraceContext> =
            heard.join().unwrap().iter().map(|text| text.parse().unwrap()).collect();
        assert_eq!(traces.len(), 2);
        assert_ne!(traces[0].trace_id(), traces[1].trace_id());
    }
}
