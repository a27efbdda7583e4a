//! What happens to an event stream at the end of a wait: its signs of life, its session's expiry, a reader who reads no
//! more, an id that is too old. One bank, whose waits are short.

use std::collections::BTreeSet;
use std::time::Duration;

use bank_node::config::pace::Pace;
use bank_node::config::{Overrides, load};
use bank_node::run::{RunFault, run_watched};
use serde_json::{Value, json};
use shared::api::events::BankEvent;
use shared::client::{BankClient, EventStream, Token};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::world::{Person, World, package};

/// Less than a bank of the usual pace takes to cut a reader.
const PATIENCE: Duration = Duration::from_secs(25);

/// A bank of its own pace, as long as it lives.
struct Bank {
    world: World,
    stop: Option<oneshot::Sender<()>>,
    task: Option<JoinHandle<Result<(), RunFault>>>,
}

impl Bank {
    async fn run(pace: Pace) -> Self {
        let mut world = World::start(1);
        world.banks.stop(0).expect("it ends well");
        let mut config = load(&world.banks.banks()[0].config, Overrides::default()).expect("its own files");
        config.pace = pace;
        let (stop, stopped) = oneshot::channel::<()>();
        let (say_started, has_started) = oneshot::channel();
        let on_start = move |started: bank_node::run::Started| {
            let _nobody_waits = say_started.send(started.readiness);
        };
        let task = tokio::spawn(run_watched(config, on_start, async {
            let _dropped_or_told = stopped.await;
        }));
        let readiness = has_started.await.expect("it starts");
        let ready = async {
            while !readiness.is_ready() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, ready).await.expect("it is ready");
        Self { world, stop: Some(stop), task: Some(task) }
    }

    async fn follow(&self, who: &Person, last_id: Option<&str>) -> EventStream {
        let address = self.world.banks.banks()[0].address.clone();
        let client = BankClient::new(address).expect("a client");
        let token = Token::new(who.token.clone()).expect("a token");
        client.events(&token, last_id).await.expect("a stream")
    }

    /// The text of a stream as it comes, comments and all.
    async fn raw(&self, who: &Person) -> reqwest::Response {
        let request = self.world.request(reqwest::Method::GET, 0, "/v1/events", Some(&who.token));
        // No limit of its own: the stream's end is what is looked at.
        request.timeout(PATIENCE).send().await.expect("a stream")
    }

    /// Ends it, as an operator does.
    async fn close(mut self) {
        drop(self.stop.take());
        let ended = self.task.take().expect("it runs").await.expect("no panic");
        ended.expect("it ends well");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_without_news_gives_signs_of_life() {
    let bank = Bank::run(Pace { heartbeat: Duration::from_millis(50), ..Pace::default() }).await;
    let ana = bank.world.person(0, 1).await;
    let mut stream = bank.raw(&ana).await;
    let mut text = String::new();
    while text.matches("\n: here\n").count() < 3 {
        let piece = stream.chunk().await.expect("a sound stream").expect("it goes on");
        text.push_str(std::str::from_utf8(&piece).expect("UTF-8"));
    }
    // A sign of life says up to where the stream has been told: who comes back goes on from there.
    let last = text.split("\n\n").filter(|piece| piece.starts_with(": here")).last().expect("counted above");
    let id = last.lines().find_map(|line| line.strip_prefix("id: ")).expect("an id");
    let mut resumed = bank.follow(&ana, Some(id)).await;
    let event = resumed.next().await.expect("a sound stream");
    assert!(matches!(event, Some(BankEvent::Bank(_))), "the banks, and nothing of what was told: {event:?}");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_expires_ends_its_stream_though_the_stream_is_open() {
    let pace = Pace { heartbeat: Duration::from_millis(100), session_idle_ms: 3_000, ..Pace::default() };
    let bank = Bank::run(pace).await;
    let ana = bank.world.person(0, 1).await;
    let mut stream = bank.raw(&ana).await;
    assert_eq!(stream.status(), 200);
    while stream.chunk().await.expect("an orderly end").is_some() {}
    bank.world.get(&ana, "/v1/customers/me").await.expect_problem(401, "unauthenticated");
    bank.close().await;
}

/// A reader who asks for a stream, gets it, and takes nothing more of it.
async fn deaf(bank: &Bank, who: &Person) -> TcpStream {
    let address = bank.world.url(0, "").replace("http://", "").parse().expect("an address");
    let socket = TcpSocket::new_v4().expect("a socket");
    // As little as the system allows: the rest waits at the bank.
    socket.set_recv_buffer_size(1).expect("a small buffer");
    let mut stream = socket.connect(address).await.expect("a connection");
    let request =
        format!("GET /v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\r\n", who.token);
    stream.write_all(request.as_bytes()).await.expect("it is taken");
    let mut begun = [0; 12];
    stream.read_exact(&mut begun).await.expect("an answer");
    assert_eq!(&begun, b"HTTP/1.1 200");
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_who_reads_no_more_is_cut_and_its_place_is_free() {
    let bank = Bank::run(Pace { stall: Duration::from_millis(300), ..Pace::default() }).await;
    let ana = bank.world.person(0, 1).await;
    let account = bank.world.account(&ana, 0).await;
    let leg = json!({ "to": account, "amount": 1, "description": "é".repeat(140) });
    let large = || std::iter::repeat_n(leg.clone(), 64).collect::<Value>();
    for _ in 0..60 {
        bank.world.order(&ana, &package(), large()).await.expect(201);
    }
    let mut readers = Vec::new();
    for _ in 0..shared::limits::EVENT_STREAMS_PER_CUSTOMER_MAX {
        readers.push(deaf(&bank, &ana).await);
    }
    // They have every place there is, and none of them goes away. How much the system takes in on its way to a reader is
    // the system's to say: there is more news until it takes no more.
    let freed = async {
        while bank.raw(&ana).await.status() != 200 {
            bank.world.order(&ana, &package(), large()).await.expect(201);
        }
    };
    tokio::time::timeout(PATIENCE, freed).await.expect("a place is free again");
    drop(readers);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_is_too_old_brings_the_present_state() {
    const REMEMBERED: usize = 8;
    let bank = Bank::run(Pace { notices_max: REMEMBERED, ..Pace::default() }).await;
    let ana = bank.world.person(0, 1).await;
    let account = bank.world.account(&ana, 1_000).await;
    let pay_in = async |amount: i64| {
        let id = package();
        let legs = json!([{ "to": account, "amount": amount }]);
        bank.world.order(&ana, &id, legs).await.expect(201);
        id
    };
    let first = pay_in(1).await;
    // Its confirmation is stored with a later turn, and is news of its own until then.
    let settled = async {
        let path = format!("/v1/packages/{first}");
        while bank.world.get(&ana, &path).await.expect(200)["settled"] != true {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, settled).await.expect("it is settled");
    let mut stream = bank.follow(&ana, None).await;
    let id = loop {
        let _told = stream.next().await.expect("a sound stream").expect("it goes on");
        if let Some(id) = stream.last_id() {
            break id.to_owned();
        }
    };
    drop(stream);
    let told = async |id: &str, until: &str| {
        let mut stream = bank.follow(&ana, Some(id)).await;
        let mut packages = BTreeSet::new();
        loop {
            let event = stream.next().await.expect("a sound stream").expect("it goes on");
            if let BankEvent::Package(package) = event
                && package.settled
            {
                packages.insert(package.id.to_string());
            }
            // An id of its own says that everything before it has been told.
            if packages.contains(until) && stream.last_id() != Some(id) {
                return packages;
            }
        }
    };
    // Soon after, it still reaches back: what was told before is not told again.
    let second = pay_in(1).await;
    let packages = tokio::time::timeout(PATIENCE, told(&id, &second)).await.expect("it is told");
    assert!(!packages.contains(&first), "{packages:?}");
    let mut last = second;
    for _ in 0..REMEMBERED * 2 {
        last = pay_in(1).await;
    }
    let packages = tokio::time::timeout(PATIENCE, told(&id, &last)).await.expect("it is told");
    assert!(packages.contains(&first) && packages.len() > REMEMBERED * 2, "all of it: {packages:?}");
    bank.close().await;
}
