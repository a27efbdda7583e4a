//! What the client says when the connection fails at each step, and that it sends an order once whatever happens.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use shared::api::replies::{PackageReply, PackageStatus};
use shared::client::{BankClient, ClientError, Deadlines, OrderOutcome, Token};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

mod samples;

use samples::{order, package, package_id};

/// What the bank does with the next request; a new connection goes on where the last one left off.
#[derive(Clone, Debug)]
enum Act {
    /// Closes the connection before reading anything.
    CloseUnread,
    /// Reads the request and closes.
    CloseRead,
    /// Reads the request, answers with these bytes, and keeps the connection.
    Say(Vec<u8>),
    /// The same, and closes.
    SayAndClose(Vec<u8>),
    /// Reads the request and says no more; the connection stays open.
    Hang,
}

/// A bank that follows a script, and keeps the first line of each request that reached it whole.
struct Scripted {
    client: BankClient,
    token: Token,
    seen: Arc<Mutex<Vec<String>>>,
}

const SHORT: Deadlines = Deadlines { connect: Duration::from_secs(2), whole: Duration::from_millis(300) };
const LONG: Deadlines = Deadlines { connect: Duration::from_secs(10), whole: Duration::from_secs(30) };

async fn scripted(deadlines: Deadlines, script: impl IntoIterator<Item = Act>) -> Scripted {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let script: VecDeque<Act> = script.into_iter().collect();
    tokio::spawn(serve(listener, script, seen.clone()));
    Scripted {
        client: BankClient::with_deadlines(address.into(), deadlines).unwrap(),
        token: Token::new("tok".to_owned()).unwrap(),
        seen,
    }
}

async fn serve(listener: TcpListener, mut script: VecDeque<Act>, seen: Arc<Mutex<Vec<String>>>) {
    let mut hanging = Vec::new();
    while let Ok((mut stream, _)) = listener.accept().await {
        loop {
            // Beyond the script every order is taken, so that one sent twice is seen twice.
            let act = script.pop_front().unwrap_or_else(|| Act::Say(done()));
            if matches!(act, Act::CloseUnread) {
                break;
            }
            let Some(line) = read_request(&mut stream).await else {
                script.push_front(act);
                break;
            };
            seen.lock().unwrap().push(line);
            match act {
                Act::Say(bytes) => stream.write_all(&bytes).await.unwrap(),
                Act::SayAndClose(bytes) => {
                    stream.write_all(&bytes).await.unwrap();
                    break;
                }
                Act::Hang => {
                    hanging.push(stream);
                    break;
                }
                Act::CloseRead | Act::CloseUnread => break,
            }
        }
    }
}

/// Reads one request; its first line, or `None` when the connection ends before.
async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut read = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                line.to_ascii_lowercase()
                    .strip_prefix("content-length: ")
                    .map(|n| n.parse::<usize>().unwrap())
            });
            if body.len() >= length.unwrap_or(0) {
                return head.lines().next().map(str::to_owned);
            }
        }
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => read.extend_from_slice(&buffer[..count]),
        }
    }
}

fn answer(status: u16, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn telling(status: u16, package: &PackageReply) -> Vec<u8> {
    answer(status, &serde_json::to_vec(package).unwrap())
}

fn done() -> Vec<u8> {
    telling(201, &package(PackageStatus::Committed))
}

impl Scripted {
    async fn order(&self) -> Result<OrderOutcome, ClientError> {
        self.client.order_package(&self.token, package_id(), &order()).await
    }

    fn orders_seen(&self) -> usize {
        self.seen.lock().unwrap().iter().filter(|line| line.starts_with("PUT ")).count()
    }
}

#[tokio::test]
async fn nobody_listening_means_nothing_was_sent() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let client = BankClient::new(address.into()).unwrap();
    let token = Token::new("tok".to_owned()).unwrap();
    let error = client.order_package(&token, package_id(), &order()).await.unwrap_err();
    assert!(matches!(error, ClientError::Unreachable { .. }), "{error:?}");
    assert!(!error.leaves_outcome_open());
    assert!(!error.to_string().contains(samples::UUID), "an error does not carry the request's path");
}

/// From the moment a connection stands, a failure may hide an order that was carried out.
#[tokio::test]
async fn a_failure_after_connecting_leaves_the_outcome_open_and_the_order_is_sent_once() {
    let whole = done();
    let in_head = whole[..20].to_vec();
    let in_body = whole[..whole.len() - 1].to_vec();
    let rows = [
        ("closed unread", Act::CloseUnread, 0),
        ("closed after reading", Act::CloseRead, 1),
        ("cut in the head", Act::SayAndClose(in_head.clone()), 1),
        ("cut in the body", Act::SayAndClose(in_body.clone()), 1),
        ("not HTTP", Act::SayAndClose(b"SSH-2.0-OpenSSH_9.9\r\n".to_vec()), 1),
        ("no word", Act::Hang, 1),
        ("stopped in the head", Act::Say(in_head), 1),
        ("stopped in the body", Act::Say(in_body), 1),
    ];
    for (what, act, orders) in rows {
        let bank = scripted(SHORT, [act]).await;
        let error = bank.order().await.unwrap_err();
        assert!(matches!(error, ClientError::OutcomeUnknown { .. }), "{what} became {error:?}");
        assert!(error.leaves_outcome_open() && error.may_pass());
        assert_eq!(bank.orders_seen(), orders, "{what}");
    }
}

#[tokio::test]
async fn an_order_lost_on_a_kept_connection_is_not_sent_again() {
    let question = telling(200, &package(PackageStatus::InProgress));
    let bank = scripted(LONG, [Act::Say(question), Act::CloseRead]).await;
    bank.client.package(&bank.token, package_id()).await.unwrap();
    let error = bank.order().await.unwrap_err();
    assert!(matches!(error, ClientError::OutcomeUnknown { .. }), "{error:?}");
    assert_eq!(bank.orders_seen(), 1, "the bank would have taken the second");
}

/// The bank closes a kept connection while the order is on its way to it: whoever wins, the order goes out once at most.
#[tokio::test]
async fn a_kept_connection_that_closes_under_an_order_never_doubles_it() {
    let question = telling(200, &package(PackageStatus::InProgress));
    for round in 0..100 {
        let bank = scripted(LONG, [Act::SayAndClose(question.clone())]).await;
        bank.client.package(&bank.token, package_id()).await.unwrap();
        for _ in 0..round % 7 {
            tokio::task::yield_now().await;
        }
        match bank.order().await {
            Ok(OrderOutcome::Committed(_)) => assert_eq!(bank.orders_seen(), 1, "round {round}"),
            Err(ClientError::OutcomeUnknown { .. }) => assert!(bank.orders_seen() <= 1, "round {round}"),
            other => panic!("round {round}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn waiting_ends_with_the_package_decided_through_failures_that_pass() {
    let under_way = || Act::Say(telling(200, &package(PackageStatus::InProgress)));
    let decided = package(PackageStatus::Refused);
    let busy = shared::api::problem::Problem::new(shared::api::problem::ProblemCode::Recovering);
    let script = [
        Act::CloseRead,
        under_way(),
        Act::Say(answer(503, &serde_json::to_vec(&busy).unwrap())),
        under_way(),
        Act::SayAndClose(telling(200, &decided)),
    ];
    let bank = scripted(LONG, script).await;
    let mut pauses = 0;
    let waited = bank
        .client
        .wait_for_package(&bank.token, package_id(), Duration::from_secs(30), async || pauses += 1)
        .await;
    assert_eq!(waited, Ok(decided));
    assert_eq!(pauses, 4, "one pause between two questions");
}

#[tokio::test]
async fn waiting_gives_up_with_what_it_saw_last() {
    let under_way = package(PackageStatus::InProgress);
    let bank = scripted(LONG, [Act::Say(telling(200, &under_way)), Act::Hang]).await;
    let within = Duration::from_millis(200);
    let waited = bank.client.wait_for_package(&bank.token, package_id(), within, async || {}).await;
    assert_eq!(waited, Ok(under_way));

    let bank = scripted(LONG, [Act::Hang]).await;
    let waited = bank.client.wait_for_package(&bank.token, package_id(), within, async || {}).await;
    assert!(matches!(waited, Err(ClientError::OutcomeUnknown { .. })), "{waited:?}");
}

#[tokio::test]
async fn waiting_ends_at_once_where_asking_again_is_no_use() {
    let problem = shared::api::problem::Problem::new(shared::api::problem::ProblemCode::NotFound);
    let bank = scripted(LONG, [Act::Say(answer(404, &serde_json::to_vec(&problem).unwrap()))]).await;
    let pause = async || panic!("nothing to wait for");
    let waited =
        bank.client.wait_for_package(&bank.token, package_id(), Duration::from_secs(30), pause).await;
    assert_eq!(waited, Err(ClientError::Problem(Box::new(problem))));
}
