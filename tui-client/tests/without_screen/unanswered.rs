//! Banks that are away, and banks that take a request and never answer: exit codes 5 and 6, and the way back from 6.

use std::fs;
use std::net::TcpListener;
use std::process::Command;

use super::{ANA, Town, finish};

/// A bank that takes what comes and says nothing. Its connections are open until it is dropped.
struct Silent {
    address: String,
}

impl Silent {
    fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        std::thread::spawn(move || {
            let mut kept = Vec::new();
            for stream in listener.incoming().flatten() {
                kept.push(stream);
            }
        });
        Self { address }
    }
}

/// Points the kept session at another address; gives what stood there before.
fn redirect(town: &Town, address: &str) -> String {
    let path = town.state.path().join("sessions/aurora.json");
    let text = fs::read_to_string(&path).expect("a session");
    let mut session: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let before = session["address"].as_str().expect("an address").to_owned();
    // As it was found to be spoken to when the session was opened.
    let address = if address.contains("://") { address.to_owned() } else { format!("http://{address}") };
    session["address"] = address.into();
    fs::write(&path, session.to_string()).expect("written");
    before
}

#[test]
fn a_bank_that_is_away_got_nothing() {
    let mut town = Town::open();
    town.sign_up(0, ANA, "Ana Souza");
    let account = town.account("aurora", "10,00");
    town.consortium.stop_as_crash(0);
    town.run(&["accounts"]).ends(5);
    let paid = town.run(&["withdraw", &account, "1,00"]).ends(5);
    assert!(paid.err.contains("--id "), "{paid:?}");
    assert!(town.files("orders").is_empty());
    let doctor = town.run(&["doctor"]).ends(1);
    doctor.says(&["errado: banco Banco Aurora"]);
}

#[test]
fn an_order_without_an_answer_is_kept_and_goes_on_under_its_id() {
    let town = Town::open();
    town.sign_up(0, ANA, "Ana Souza");
    let account = town.account("aurora", "10,00");
    let silent = Silent::open();
    let real = redirect(&town, &silent.address);
    // A question without an answer harms nobody.
    town.run(&["payee", &account]).ends(5);
    let sent = town.run(&["withdraw", &account, "1,00", "--wait", "0"]).ends(6);
    let files = town.files("orders");
    assert_eq!(files.len(), 1);
    let id = files[0].file_stem().unwrap().to_str().unwrap().to_owned();
    assert!(sent.err.contains(&format!("package wait {id}")), "{sent:?}");
    assert!(sent.out.is_empty());
    town.run(&["doctor"]).says(&[&id]);
    // Waiting goes on asking, in vain.
    assert!(town.run(&["package", "wait", &id, "--wait", "0"]).ends(6).err.contains(&id));
    // Under its id, it cannot become another order on the way.
    town.run(&["withdraw", &account, "2,00", "--id", &id]).ends(3);
    redirect(&town, &real);
    let done = town.run(&["withdraw", &account, "1,00", "--id", &id]).ends(0);
    done.says(&["Realizado", &id]);
    assert!(town.files("orders").is_empty());
    assert_eq!(town.json(&["accounts"])["accounts"][0]["balance"], 900);
}

#[test]
fn a_signal_while_it_waits_leaves_the_id_behind() {
    let town = Town::open();
    town.sign_up(0, ANA, "Ana Souza");
    let account = town.account("aurora", "10,00");
    let silent = Silent::open();
    redirect(&town, &silent.address);
    for signal in ["-TERM", "-INT"] {
        let before = town.files("orders");
        let child = town.command(&["withdraw", &account, "1,00"]).spawn().expect("it starts");
        // Once the file is there, the order is as good as sent.
        let tries = 6_000;
        let found = (0..tries).find_map(|_| {
            let new = town
                .files("orders")
                .into_iter()
                .find(|path| path.extension().is_some_and(|e| e == "json") && !before.contains(path));
            if new.is_none() {
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
            new
        });
        let id = found.expect("an order on disk").file_stem().unwrap().to_str().unwrap().to_owned();
        let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill runs");
        assert!(sent.success());
        let ended = finish(child, "").ends(6);
        assert!(ended.err.contains(&id), "{ended:?}");
    }
}
