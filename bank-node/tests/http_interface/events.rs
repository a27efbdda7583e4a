//! Event streams: what is told to whom, that nothing is missed, and when they end.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use shared::api::events::BankEvent;
use shared::api::problem::ProblemCode;
use shared::api::replies::{BankStatus, PackageReply, PackageStatus};
use shared::client::{BankClient, EventStream, Token};

use super::world::{PASSWORD, Person, World, number, package};

const PATIENCE: Duration = Duration::from_secs(10);

/// Somebody who listens.
struct Ear(EventStream);

impl Ear {
    async fn open(world: &World, who: &Person, last_id: Option<&str>) -> Self {
        Self(open(world, who, last_id).await.expect("a stream"))
    }

    /// The next event, or the end.
    async fn next(&mut self) -> Option<BankEvent> {
        let next = tokio::time::timeout(PATIENCE, self.0.next()).await;
        next.expect("an event in time").expect("a sound stream")
    }

    /// What `wanted` makes of the first event that it takes.
    async fn until<T>(&mut self, mut wanted: impl FnMut(&BankEvent) -> Option<T>) -> T {
        loop {
            let event = self.next().await.expect("the stream goes on");
            if let Some(found) = wanted(&event) {
                return found;
            }
        }
    }

    /// The package `id`, once it is settled.
    async fn settled(&mut self, id: &str) -> PackageReply {
        self.until(|event| match event {
            BankEvent::Package(package) if package.id.to_string() == id && package.settled => {
                Some((**package).clone())
            }
            BankEvent::Package(_)
            | BankEvent::Account(_)
            | BankEvent::Invitations(_)
            | BankEvent::Bank(_) => None,
        })
        .await
    }

    /// Reads to the end of the stream.
    async fn ends(mut self) {
        while self.next().await.is_some() {}
    }
}

async fn open(
    world: &World,
    who: &Person,
    last_id: Option<&str>,
) -> Result<EventStream, shared::client::ClientError> {
    let address = world.banks.banks()[who.bank].address.clone();
    let client = BankClient::new(address).expect("a client");
    client.events(&Token::new(who.token.clone()).expect("a token"), last_id).await
}

/// What the event `account` says, and what GET says, alike.
fn money(event: &BankEvent) -> Option<Value> {
    match event {
        BankEvent::Account(account) => Some(serde_json::to_value(account).expect("JSON")),
        BankEvent::Package(_) | BankEvent::Invitations(_) | BankEvent::Bank(_) => None,
    }
}

async fn shown(world: &World, who: &Person, account: &str) -> Value {
    let whole = world.get(who, &format!("/v1/accounts/{account}")).await.expect(200);
    let mut money = serde_json::Map::new();
    for field in ["account", "status", "balance", "held", "available", "incoming", "holders"] {
        money.insert(field.to_owned(), whole[field].clone());
    }
    Value::Object(money)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_begins_with_what_is_and_tells_what_changes() {
    let world = World::start(2);
    let (ana, bia) = (world.person(0, 1).await, world.person(1, 2).await);
    let (anas, bias) = (world.account(&ana, 1_000).await, world.account(&bia, 0).await);
    let (mut at_ana, mut at_bia) = (Ear::open(&world, &ana, None).await, Ear::open(&world, &bia, None).await);
    let mut banks = BTreeSet::new();
    let first = at_ana
        .until(|event| match event {
            BankEvent::Bank(bank) => {
                banks.insert(bank.id.to_string());
                None
            }
            other => money(other),
        })
        .await;
    assert_eq!(banks.into_iter().collect::<Vec<_>>(), ["aurora", "boreal"]);
    assert_eq!(first, shown(&world, &ana, &anas).await);

    let id = package();
    let legs = json!([{ "from": anas, "to": bias, "amount": 300, "description": "aluguel" }]);
    world.order(&ana, &id, legs).await.expect(201);
    let mut seen = Vec::new();
    let told = at_ana
        .until(|event| match event {
            BankEvent::Package(package) if package.id.to_string() == id => {
                seen.push(package.status);
                package.settled.then(|| serde_json::to_value(package).expect("JSON"))
            }
            BankEvent::Account(account) => {
                assert!([700, 1_000].contains(&account.balance));
                None
            }
            BankEvent::Package(_) | BankEvent::Invitations(_) | BankEvent::Bank(_) => None,
        })
        .await;
    assert!(seen.is_sorted(), "it goes forwards: {seen:?}");
    assert_eq!(told, world.get(&ana, &format!("/v1/packages/{id}")).await.expect(200));

    // At the other bank the payee hears of the money, and sees its own leg with the payer masked.
    let here = at_bia.until(|event| money(event).filter(|money| money["balance"] == 300)).await;
    assert_eq!(here, shown(&world, &bia, &bias).await);
    let seen = at_bia.settled(&id).await;
    assert_eq!(seen.legs.len(), 1);
    assert_eq!(seen.legs[0].from.as_deref(), Some(format!("aurora/***{}", &number(&anas)[3..]).as_str()));
    assert_eq!(
        serde_json::to_value(&seen).unwrap(),
        world.get(&bia, &format!("/v1/packages/{id}")).await.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_comes_and_goes_misses_nothing() {
    const ORDERS: usize = 60;
    let world = World::start(2);
    let (ana, bia) = (world.person(0, 1).await, world.person(1, 2).await);
    let (anas, bias) = (world.account(&ana, 1_000).await, world.account(&bia, 0).await);
    let ids: Vec<String> = (0..ORDERS).map(|_| package()).collect();
    let ordering = async {
        for pair in ids.chunks(4) {
            let orders = pair
                .iter()
                .map(|id| world.order(&ana, id, json!([{ "from": anas, "to": bias, "amount": 1 }])));
            for answer in futures_util::future::join_all(orders).await {
                answer.expect(201);
            }
        }
    };
    let listening = async {
        let mut waited: BTreeSet<String> = ids.iter().cloned().collect();
        let mut last_id: Option<String> = None;
        let (mut streams, mut balance) = (0, 1_000);
        while !waited.is_empty() || balance != 1_000 - ORDERS as i64 {
            streams += 1;
            let mut ear = Ear::open(&world, &ana, last_id.as_deref()).await;
            // It goes away in the middle of whatever it is told.
            for _ in 0..3 + streams * 7 % 40 {
                match ear.next().await.expect("the stream goes on") {
                    BankEvent::Package(package) => {
                        if package.settled {
                            assert_eq!(package.status, PackageStatus::Committed);
                            waited.remove(&package.id.to_string());
                        }
                    }
                    BankEvent::Account(account) => balance = account.balance,
                    BankEvent::Invitations(_) | BankEvent::Bank(_) => {}
                }
                last_id = ear.0.last_id().map(str::to_owned).or(last_id);
                if waited.is_empty() && balance == 1_000 - ORDERS as i64 {
                    break;
                }
            }
        }
        streams
    };
    let both = async { tokio::join!(ordering, listening) };
    let ((), streams) = tokio::time::timeout(Duration::from_secs(60), both).await.expect("all is told");
    assert!(streams > 3, "only {streams} streams: nothing was resumed");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_of_another_life_brings_the_present_state() {
    let mut world = World::start(1);
    let ana = world.person(0, 1).await;
    let anas = world.account(&ana, 1_000).await;
    let mut ear = Ear::open(&world, &ana, None).await;
    let id = package();
    world.order(&ana, &id, json!([{ "from": anas, "amount": 1 }])).await.expect(201);
    ear.settled(&id).await;
    let before = ear.0.last_id().expect("an id").to_owned();
    world.banks.stop_as_crash(0);
    world.banks.start_bank(0).expect("it starts again");
    for last_id in [before.as_str(), "nobody's", ""] {
        let mut ear = Ear::open(&world, &ana, Some(last_id)).await;
        let money = ear.until(money).await;
        assert_eq!(money, shown(&world, &ana, &anas).await, "{last_id:?}");
        assert_eq!(ear.settled(&id).await.status, PackageStatus::Committed, "{last_id:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_hears_of_what_is_not_theirs() {
    let world = World::start(1);
    let (ana, bia, caio) = (world.person(0, 1).await, world.person(0, 2).await, world.person(0, 3).await);
    let (anas, bias) = (world.account(&ana, 1_000).await, world.account(&bia, 0).await);
    let caios = world.account(&caio, 0).await;
    let (mut at_bia, mut at_caio) =
        (Ear::open(&world, &bia, None).await, Ear::open(&world, &caio, None).await);
    let joint = world.post(&ana, "/v1/accounts", json!({ "kind": "joint", "holders": [bia.cpf] })).await;
    let joint = joint.expect(201)["account"].as_str().expect("an account").to_owned();
    let invited = |wanted: usize| {
        move |event: &BankEvent| match event {
            BankEvent::Invitations(reply) if reply.invitations.len() == wanted => Some(reply.clone()),
            BankEvent::Account(_)
            | BankEvent::Package(_)
            | BankEvent::Invitations(_)
            | BankEvent::Bank(_) => None,
        }
    };
    let told = at_bia.until(invited(1)).await;
    let asked = world.get(&bia, "/v1/invitations").await.expect(200);
    assert_eq!(serde_json::to_value(told).unwrap(), asked);

    // Two legs: one into the joint account, which Bia is only invited to, and one that is nobody's but Ana's.
    let (before, after) = (package(), package());
    let legs = json!([{ "from": anas, "to": joint, "amount": 5 }, { "from": anas, "amount": 7 }]);
    world.order(&ana, &before, legs.clone()).await.expect(201);
    world.post(&bia, &format!("/v1/invitations/{}/accept", number(&joint)), json!({})).await.expect(204);
    let accepted =
        at_bia.until(|event| money(event).filter(|money| money["account"] == joint.as_str())).await;
    assert_eq!(accepted["balance"], 5, "the first that Bia hears of it is that it is hers");

    // Now she holds it: she hears of its money, and of the package sees its own leg alone, Ana's side masked.
    world.order(&ana, &after, legs).await.expect(201);
    let held = at_bia.until(|event| money(event).filter(|money| money["balance"] == 10)).await;
    assert_eq!(held, shown(&world, &bia, &joint).await);
    let seen = at_bia.settled(&after).await;
    let masked = format!("aurora/***{}", &number(&anas)[3..]);
    let leg = json!({ "leg": 0, "from": masked, "to": joint, "amount": 5 });
    assert_eq!(serde_json::to_value(&seen.legs).unwrap(), json!([leg]));

    // Caio hears of his own, and of nothing else that happened before it.
    let his = package();
    world.order(&caio, &his, json!([{ "to": caios, "amount": 3 }])).await.expect(201);
    let mut heard = Vec::new();
    at_caio
        .until(|event| match event {
            BankEvent::Account(account) => {
                heard.push(account.account.to_string());
                None
            }
            BankEvent::Package(package) => {
                heard.push(package.id.to_string());
                (package.id.to_string() == his && package.settled).then_some(())
            }
            BankEvent::Invitations(_) | BankEvent::Bank(_) => None,
        })
        .await;
    heard.sort();
    heard.dedup();
    let mut own = vec![caios, his];
    own.sort();
    assert_eq!(heard, own);
    drop(bias);
}

#[tokio::test(flavor = "multi_thread")]
async fn holders_hear_who_has_joined_and_that_an_account_was_closed() {
    let world = World::start(1);
    let (ana, bia) = (world.person(0, 1).await, world.person(0, 2).await);
    let body = json!({ "kind": "joint", "holders": [bia.cpf] });
    let joint = world.post(&ana, "/v1/accounts", body).await.expect(201)["account"].clone();
    let joint = joint.as_str().expect("an account");
    let mut at_ana = Ear::open(&world, &ana, None).await;
    let of_joint = |event: &BankEvent| money(event).filter(|told| told["account"] == joint);
    let opened = at_ana.until(of_joint).await;
    let standing = |told: &Value| {
        let holders = told["holders"].as_array().expect("holders").iter();
        holders.map(|holder| holder["status"].as_str().expect("a status").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        (opened["status"].as_str(), standing(&opened)),
        (Some("open"), vec!["holder".into(), "invited".into()])
    );
    let mut at_bia = Ear::open(&world, &bia, None).await;
    world.post(&bia, &format!("/v1/invitations/{}/accept", number(joint)), json!({})).await.expect(204);
    let both: Vec<String> = vec!["holder".into(), "holder".into()];
    let joined = |event: &BankEvent| of_joint(event).filter(|told| standing(told) == both);
    for ear in [&mut at_ana, &mut at_bia] {
        assert_eq!(ear.until(joined).await, shown(&world, &ana, joint).await);
    }
    world.post(&bia, &format!("/v1/accounts/{}/close", number(joint)), json!({})).await.expect(200);
    let closed = |event: &BankEvent| of_joint(event).filter(|told| told["status"] == "closed");
    for ear in [&mut at_ana, &mut at_bia] {
        assert_eq!(ear.until(closed).await, shown(&world, &ana, joint).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_that_goes_and_comes_is_told_of() {
    let mut world = World::start(2);
    let ana = world.person(0, 1).await;
    let mut ear = Ear::open(&world, &ana, None).await;
    let boreal = |status| {
        move |event: &BankEvent| match event {
            BankEvent::Bank(bank) if bank.id.as_str() == "boreal" && bank.status == status => {
                assert!(bank.address.starts_with("http://127.0.0.1:"), "as in /v1/consortium: {bank:?}");
                Some(())
            }
            BankEvent::Bank(_)
            | BankEvent::Account(_)
            | BankEvent::Invitations(_)
            | BankEvent::Package(_) => None,
        }
    };
    ear.until(boreal(BankStatus::Up)).await;
    world.banks.stop_as_crash(1);
    ear.until(boreal(BankStatus::Down)).await;
    world.banks.start_bank(1).expect("it starts again");
    ear.until(boreal(BankStatus::Up)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_its_session() {
    let world = World::start(1);
    let ana = world.person(0, 1).await;
    let again = |token| Person { token, ..ana.clone() };
    let (other, third) = (again(world.log_in(0, &ana.cpf).await), again(world.log_in(0, &ana.cpf).await));
    let ears = [
        Ear::open(&world, &ana, None).await,
        Ear::open(&world, &other, None).await,
        Ear::open(&world, &third, None).await,
    ];
    let [of_ana, of_other, of_third] = ears;
    // Logged out; and by a new password, which ends the others.
    world.delete(&third, "/v1/sessions/current").await.expect(204);
    of_third.ends().await;
    let change = json!({ "password": { "current": PASSWORD, "new": "bateria cavalo" } });
    world.patch(&ana, "/v1/customers/me", change).await.expect(200);
    of_other.ends().await;
    let refused = open(&world, &other, None).await.expect_err("no session");
    assert_eq!(refused.code(), Some(ProblemCode::Unauthenticated));
    // The session that changed it goes on.
    let mut of_ana = of_ana;
    let opened = world.account(&ana, 0).await;
    of_ana.until(|event| money(event).filter(|money| money["account"] == opened.as_str())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_that_closes_ends_its_streams_at_once() {
    let mut world = World::start(1);
    let ana = world.person(0, 1).await;
    let mut ears = Vec::new();
    for _ in 0..3 {
        let mut ear = Ear::open(&world, &ana, None).await;
        ear.next().await.expect("it has begun");
        ears.push(ear);
    }
    let begun = tokio::time::Instant::now();
    world.banks.stop(0).expect("it ends well");
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}: streams were waited for", begun.elapsed());
    for ear in ears {
        ear.ends().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_has_eight_streams_and_no_more() {
    let world = World::start(1);
    let (ana, bia) = (world.person(0, 1).await, world.person(0, 2).await);
    let mut ears = Vec::new();
    for _ in 0..shared::limits::EVENT_STREAMS_PER_CUSTOMER_MAX {
        ears.push(Ear::open(&world, &ana, None).await);
    }
    let refused = open(&world, &ana, None).await.expect_err("one too many");
    assert_eq!(refused.code(), Some(ProblemCode::TooManyRequests));
    Ear::open(&world, &bia, None).await.next().await.expect("others have theirs");
    ears.pop();
    // That a reader has gone is noticed at the connection's end.
    let freed = async {
        while open(&world, &ana, None).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, freed).await.expect("the seat is free again");
    let nobody = world.request(reqwest::Method::GET, 0, "/v1/events", None);
    world.send(nobody).await.expect_problem(401, "unauthenticated");
    world.get(&ana, "/v1/events?x=1").await.expect_problem(400, "malformed_query");
}
