//! Another bank that is away, that hangs, that has another key or a wrong clock: what the log and `peers` say of it, and what
//! to do.

use std::fs;
use std::net::TcpListener;
use std::time::Instant;

use bank_node::clock::Clock;
use bank_node::peers::keys::PrivateKey;
use bank_node::peers::signature::{Kind, Nonce, Stamp, sign};
use reqwest::header::HeaderMap;
use shared::api::paths::INTERBANK_READS;

use super::operator::{says, says_json};
use super::real::{BankProcess, Consortium, PATIENCE, program};

/// Looks at `admin peers` until it says so.
async fn shown(bank: &BankProcess, what: &str) -> String {
    let began = Instant::now();
    loop {
        let said = says(bank, &["peers"]);
        if said.contains(what) {
            return said;
        }
        assert!(began.elapsed() < PATIENCE, "{what} is not in\n{said}\n{}", bank.log());
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_bank_that_is_away_or_hangs_is_shown_with_the_reason() {
    let mut consortium = Consortium::prepare(2);
    consortium.banks[0].start();
    consortium.banks[0].ready().await;
    let aurora = &consortium.banks[0];
    let said = shown(aurora, "boreal does not answer: ").await;
    assert!(said.contains("Connection refused"), "{said}");
    assert!(!said.contains(INTERBANK_READS), "one cause is one sentence: {said}");

    // Takes every connection and says nothing.
    let address = consortium.banks[1].address.trim_start_matches("http://");
    let hanging = TcpListener::bind(address).expect("boreal's address");
    hanging.set_nonblocking(true).expect("a listener");
    let hanging = tokio::net::TcpListener::from_std(hanging).expect("a listener");
    let held = tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((connection, _)) = hanging.accept().await {
            held.push(connection);
        }
    });
    shown(aurora, "it did not answer in time: look whether it runs").await;
    shown(aurora, "boreal  down").await;
    assert!(says_json(aurora, &["peers"])["peers"][0]["why_silent"].is_string());
    held.abort();
    let _ended = held.await;

    consortium.banks[1].start();
    consortium.ready().await;
    let aurora = &consortium.banks[0];
    let said = shown(aurora, "boreal  up").await;
    assert!(!said.contains("does not answer"), "{said}");
    let log = aurora.log();
    let line = log.lines().find(|line| line.contains("to=Down")).expect("its status changed");
    assert!(line.contains("WARN") && line.contains("a bank's status changed: "), "{line}");
}

#[tokio::test]
async fn a_bank_with_another_key_is_named_on_both_sides() {
    let mut consortium = Consortium::prepare(2);
    let made =
        program().arg("keygen").arg(consortium.directory().join("other.key")).output().expect("it runs");
    let other = String::from_utf8(made.stdout).expect("text");
    let other = other.lines().next().expect("a key");
    // Boreal's operator has changed the key in their own file alone.
    let text = fs::read_to_string(consortium.directory().join("consortium.toml")).expect("the file");
    let known = text.lines().filter_map(|line| line.strip_prefix("public_key = ")).nth(1).expect("its key");
    let theirs = text.replace(known, &format!("\"{other}\""));
    fs::write(consortium.directory().join("theirs.toml"), theirs).expect("written");
    let boreal = fs::read_to_string(&consortium.banks[1].config).expect("its file");
    let boreal = boreal.replace("consortium.toml", "theirs.toml").replace("boreal.key", "other.key");
    fs::write(&consortium.banks[1].config, boreal).expect("written");
    for bank in &mut consortium.banks {
        bank.start();
    }
    consortium.ready().await;
    let [aurora, boreal] = &consortium.banks[..] else { panic!("two banks") };
    let wrong_key = "its answer proves nothing: the signature does not hold. Its key is another than its public_key in this \
                     bank's consortium file";
    shown(aurora, wrong_key).await;
    shown(boreal, "it answered with status 401: it does not take what this bank signs. Its log says why")
        .await;
    let log = aurora.log();
    let line =
        log.lines().find(|line| line.contains("proves nothing, and is not taken")).expect("it is told");
    assert!(
        line.contains("bank=boreal") && line.contains("Its key is another than its public_key"),
        "{line}"
    );
    let told = log.matches("proves nothing, and is not taken: the signature does not hold").count();
    assert_eq!(told, 1, "once a minute:\n{log}");
}

/// Aurora's own file says where boreal and cerrado are, and is wrong about both.
#[tokio::test]
async fn an_address_that_leads_elsewhere_is_named_with_what_answers_there() {
    let mut consortium = Consortium::prepare(3);
    let [_, boreal, cerrado] = &consortium.banks[..] else { panic!("three banks") };
    let (boreal, cerrado) = ((boreal.address.clone(), boreal.admin.clone()), cerrado.address.clone());
    let text = fs::read_to_string(consortium.directory().join("consortium.toml")).expect("the file");
    // Boreal at cerrado's address, cerrado at what only boreal's operators ask.
    let wrong = text.replace(&cerrado, &boreal.1).replace(&boreal.0, &cerrado);
    fs::write(consortium.directory().join("wrong.toml"), wrong).expect("written");
    let config = &consortium.banks[0].config;
    let own = fs::read_to_string(config).expect("its file").replace("consortium.toml", "wrong.toml");
    fs::write(config, own).expect("written");
    for bank in &mut consortium.banks {
        bank.start();
    }
    consortium.ready().await;
    let [aurora, _, cerrado] = &consortium.banks[..] else { panic!("three banks") };
    shown(
        aurora,
        "boreal does not answer: it answered with status 401: it does not take what this bank signs",
    )
    .await;
    shown(aurora, "cerrado does not answer: it answered with status 404: what answers there is no bank of this protocol")
        .await;
    let log = cerrado.log();
    let line =
        log.lines().find(|line| line.contains("proves nothing, and is not taken")).expect("it is told");
    assert!(line.contains("bank=aurora") && line.contains("leads to another bank than it says"), "{line}");
}

#[tokio::test]
async fn a_wrong_clock_is_named_and_how_far_it_is_off() {
    let mut consortium = Consortium::prepare(2);
    consortium.banks[0].start();
    consortium.banks[0].ready().await;
    let aurora = &consortium.banks[0];
    let key = PrivateKey::read_file(&consortium.directory().join("boreal.key")).expect("its key");
    let http = reqwest::Client::builder().http2_prior_knowledge().no_proxy().build().expect("a client");
    let mut number = 0_u8;
    // What boreal would send if its clock were so far ahead.
    let mut send = async |ahead_s: i64| {
        number += 1;
        let created_s = Clock::start().wall_ms() / 1_000 + ahead_s;
        let stamp = Stamp { created_s, nonce: Nonce::new([number; 16]) };
        let kind = Kind::Request { method: "POST", path: INTERBANK_READS };
        let [from, to] = ["boreal", "aurora"].map(|id| id.parse().expect("an id"));
        let body = br#"{"read":"ping"}"#;
        let mut headers = HeaderMap::new();
        sign(&key, kind, &from, &to, body, &stamp).put_into(&mut headers);
        let request = http.post(format!("{}{INTERBANK_READS}", aurora.address)).headers(headers);
        request.body(body.to_vec()).send().await.expect("an answer").status().as_u16()
    };
    assert_eq!(send(0).await, 200);
    assert!(!says(aurora, &["peers"]).contains("the clock of"));
    // An hour is no reason not to speak with a bank, and one to tell its operator.
    assert_eq!(send(3_600).await, 200);
    let said = says(aurora, &["peers"]);
    assert!(said.contains("s ahead of this bank's: set the one that is wrong"), "{said}");
    let ahead = says_json(aurora, &["peers"])["peers"][0]["clock_ahead_s"].as_i64();
    assert!(ahead.is_some_and(|ahead| (3_595..=3_605).contains(&ahead)), "{ahead:?}");
    assert_eq!(send(-7_200).await, 200);
    assert!(says(aurora, &["peers"]).contains("s behind this bank's: set the one that is wrong"));
    assert_eq!(send(0).await, 200);
    assert!(!says(aurora, &["peers"]).contains("the clock of"));
    // More than a day is refused, and named.
    assert_eq!(send(26 * 3_600 + 60).await, 401);
    assert!(says(aurora, &["peers"]).contains("the clock of boreal is 936"), "{}", says(aurora, &["peers"]));
    let log = aurora.log();
    assert_eq!(log.matches("the clocks of that bank and of this one differ").count(), 2, "{log}");
    assert_eq!(log.matches("the clocks of that bank and of this one agree again").count(), 1, "{log}");
    let line =
        log.lines().find(|line| line.contains("proves nothing, and is not taken")).expect("it is told");
    assert!(
        line.contains("more than 25 hours apart") && line.contains("Set the clock that is wrong"),
        "{line}"
    );
}
