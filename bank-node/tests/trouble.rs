//! Three real processes and what befalls them: down, stopped, ended, doubled. Each time a clear answer comes, nothing is
//! lost or created, and nothing stays held once the banks are back.

#![allow(clippy::disallowed_methods, reason = "tests of real processes measure real time")]

mod real;

use std::fs;
use std::io::Write as _;
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use bank_node::ledger::sqlite::snapshot::read_directory;
use real::{Consortium, PATIENCE, Person, fresh_package, order, plain_http, program};
use shared::api::problem::{Problem, ProblemCode};
use shared::api::replies::Permission;
use shared::api::requests::{GiveConsent, LogIn, OrderPackage, SignUp};
use shared::client::{ClientError, OrderOutcome};
use shared::cpf::Cpf;
use shared::ids::PackageId;
use shared::refusal::RefusalCode;
use shared::text::{Name, Password};

/// A customer is told what is known within 3 s; the rest is for a machine that is busy with other tests.
const ANSWER_WITHIN: Duration = Duration::from_secs(4);
const PURSE: i64 = 100_000;

/// A customer with money at each of three banks.
async fn people(consortium: &Consortium) -> Vec<Person> {
    let mut people = Vec::new();
    for (index, bank) in (0u32..).zip(&consortium.banks) {
        let person =
            Person::join(bank.client(), 410_000_000 + index * 7_919, &format!("Cliente {index}")).await;
        person.pay_in(PURSE).await;
        people.push(person);
    }
    people
}

/// Orders, and expects an answer in time.
async fn ask(person: &Person, id: PackageId, order: &OrderPackage) -> Result<OrderOutcome, ClientError> {
    let began = Instant::now();
    let outcome = person.bank.order_package(&person.session.token, id, order).await;
    assert!(began.elapsed() < ANSWER_WITHIN, "an answer took {:?}: {outcome:?}", began.elapsed());
    outcome
}

/// Sends the same id until it is committed.
async fn commit(person: &Person, id: PackageId, order: &OrderPackage) {
    let began = Instant::now();
    loop {
        match ask(person, id, order).await {
            Ok(OrderOutcome::Committed(_)) => return,
            Ok(OrderOutcome::Refused(problem)) => panic!("{id} was refused: {problem:?}"),
            Ok(OrderOutcome::InProgress(_) | OrderOutcome::Aborted(_)) => {}
            Err(error) => assert!(error.may_pass() || error.leaves_outcome_open(), "{error:?}"),
        }
        assert!(began.elapsed() < PATIENCE, "{id} is not committed");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits until the account has exactly this money, nothing held and nothing incoming.
async fn expect_money(person: &Person, centavos: i64) {
    let began = Instant::now();
    loop {
        let money = person.money().await;
        if money == (centavos, 0, 0) {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "{} should have {centavos} and has {money:?}", person.account);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn aborted_for(outcome: &Result<OrderOutcome, ClientError>, code: RefusalCode) {
    let Ok(OrderOutcome::Aborted(problem)) = outcome else { panic!("not aborted: {outcome:?}") };
    assert!(problem.refusals.iter().any(|refusal| refusal.code == code), "{problem:?}");
}

fn audit(consortium: &Consortium) {
    let audit = consortium.audit();
    assert!(audit.status.success(), "the audit found something: {audit:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bank_down_as_payee_payer_or_bystander() {
    let mut consortium = Consortium::start(3).await;
    let people = people(&consortium).await;
    let (aurora, boreal, cerrado) = (&people[0], &people[1], &people[2]);
    let me = aurora.bank.me(&aurora.session.token).await.unwrap();
    let consent = GiveConsent {
        bank: aurora.session.bank.id.clone(),
        customer: me.id,
        permissions: vec![Permission::View, Permission::Pay],
        limit_per_package: None,
        limit_per_day: None,
        expires_at: None,
    };
    boreal.bank.give_consent(&boreal.session.token, &consent).await.unwrap();
    consortium.banks[1].kill();

    let to_boreal = order(vec![
        (Some(&aurora.account), Some(&boreal.account), 1_000),
        (Some(&aurora.account), Some(&cerrado.account), 500),
    ]);
    let payee = fresh_package();
    aborted_for(&ask(aurora, payee, &to_boreal).await, RefusalCode::BankUnavailable);
    expect_money(aurora, PURSE).await;

    let from_boreal = order(vec![(Some(&boreal.account), Some(&cerrado.account), 2_000)]);
    let payer = fresh_package();
    aborted_for(&ask(aurora, payer, &from_boreal).await, RefusalCode::BankUnavailable);
    let at_home = boreal.bank.order_package(&boreal.session.token, fresh_package(), &from_boreal).await;
    assert!(matches!(at_home, Err(ClientError::Unreachable { .. })), "{at_home:?}");

    let past_it = order(vec![(Some(&aurora.account), Some(&cerrado.account), 300)]);
    commit(aurora, fresh_package(), &past_it).await;
    expect_money(cerrado, PURSE + 300).await;

    consortium.banks[1].start();
    consortium.ready().await;
    commit(aurora, payee, &to_boreal).await;
    commit(aurora, payer, &from_boreal).await;
    expect_money(aurora, PURSE - 1_800).await;
    expect_money(boreal, PURSE + 1_000 - 2_000).await;
    expect_money(cerrado, PURSE + 300 + 500 + 2_000).await;
    audit(&consortium);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bank_that_is_stopped_and_goes_on() {
    let consortium = Consortium::start(3).await;
    let people = people(&consortium).await;
    let (aurora, boreal) = (&people[0], &people[1]);
    let transfer = order(vec![(Some(&aurora.account), Some(&boreal.account), 700)]);

    // The participant accepts connections and never answers.
    consortium.banks[1].signal("STOP");
    let first = fresh_package();
    aborted_for(&ask(aurora, first, &transfer).await, RefusalCode::BankUnavailable);
    consortium.banks[1].signal("CONT");
    commit(aurora, first, &transfer).await;
    expect_money(boreal, PURSE + 700).await;
    expect_money(aurora, PURSE - 700).await;

    // The coordinator stops with orders in its hands, each a little further than the one before.
    let mut ids = Vec::new();
    for round in 0..8 {
        let id = fresh_package();
        ids.push(id);
        let (person, transfer) = (aurora.clone(), transfer.clone());
        let asked = tokio::spawn(async move {
            let _whatever_it_says = person.bank.order_package(&person.session.token, id, &transfer).await;
        });
        for _ in 0..round {
            consortium.banks[0].client().bank().await.unwrap();
        }
        consortium.banks[0].signal("STOP");
        let seen = boreal.money().await;
        assert!(seen.0 >= PURSE + 700, "a credit went away: {seen:?}");
        consortium.banks[0].signal("CONT");
        asked.await.unwrap();
    }
    for id in ids {
        commit(aurora, id, &transfer).await;
    }
    expect_money(boreal, PURSE + 9 * 700).await;
    expect_money(aurora, PURSE - 9 * 700).await;
    audit(&consortium);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_and_a_cut_connection() {
    let consortium = Consortium::start(2).await;
    let people = people(&consortium).await;
    let (aurora, boreal) = (&people[0], &people[1]);
    let transfer = order(vec![(Some(&aurora.account), Some(&boreal.account), 900)]);
    let id = fresh_package();
    // Sent by hand, and the connection cut before an answer can come.
    let body = serde_json::to_string(&transfer).unwrap();
    let host = consortium.banks[0].address.trim_start_matches("http://").to_owned();
    let mut connection = TcpStream::connect(&host).unwrap();
    write!(
        connection,
        "PUT /v1/packages/{id} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        aurora.session.token.reveal(),
        body.len()
    )
    .unwrap();
    drop(connection);
    commit(aurora, id, &transfer).await;
    commit(aurora, id, &transfer).await;
    expect_money(aurora, PURSE - 900).await;
    expect_money(boreal, PURSE + 900).await;
    audit(&consortium);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sigterm_ends_a_node_with_0_and_its_books_whole() {
    let mut consortium = Consortium::start(2).await;
    let people = people(&consortium).await;
    let (aurora, boreal) = (&people[0], &people[1]);
    let transfer = order(vec![(Some(&aurora.account), Some(&boreal.account), 100)]);
    let mut under_way = Vec::new();
    for _ in 0..16 {
        let (person, transfer, id) = (aurora.clone(), transfer.clone(), fresh_package());
        under_way.push(tokio::spawn(async move {
            (id, person.bank.order_package(&person.session.token, id, &transfer).await)
        }));
    }
    // Streams would never end by themselves: nobody waits for their readers.
    let mut streams = Vec::new();
    for _ in 0..3 {
        let mut stream = aurora.bank.events(&aurora.session.token, None).await.unwrap();
        assert!(stream.next().await.unwrap().is_some());
        streams.push(stream);
    }
    let began = Instant::now();
    consortium.banks[0].signal("TERM");
    assert_eq!(consortium.banks[0].wait(), Some(0), "{}", consortium.banks[0].log());
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    for mut stream in streams {
        // What was on its way, then an end, and not the silence of a connection that nobody serves.
        while stream.next().await.unwrap().is_some() {}
    }
    let mut told = Vec::new();
    for asked in under_way {
        told.push(asked.await.unwrap());
    }
    consortium.banks[0].start();
    consortium.ready().await;
    for (id, before) in told {
        if let Ok(OrderOutcome::Refused(problem)) = before {
            panic!("{id} was refused: {problem:?}");
        }
        commit(aurora, id, &transfer).await;
    }
    expect_money(aurora, PURSE - 1_600).await;
    expect_money(boreal, PURSE + 1_600).await;
    audit(&consortium);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_process_on_one_ledger_is_refused_and_the_first_goes_on() {
    let consortium = Consortium::start(2).await;
    let people = people(&consortium).await;
    let second = program()
        .args(["serve", "--config"])
        .arg(&consortium.banks[0].config)
        .env("BANK_LISTEN", "127.0.0.1:0")
        .env("BANK_ADMIN_LISTEN", "127.0.0.1:0")
        .output()
        .unwrap();
    assert!(!second.status.success());
    let complaint = String::from_utf8_lossy(&second.stderr);
    assert!(complaint.contains("aurora"), "it names the ledger: {complaint}");
    let transfer = order(vec![(Some(&people[0].account), Some(&people[1].account), 100)]);
    commit(&people[0], fresh_package(), &transfer).await;
    audit(&consortium);
}

fn copy_directory(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// Every order, and readiness too, answers `recovering` while an old ledger's bank has not heard from all others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bank_on_old_books_takes_no_orders_until_all_others_have_told_it_what_they_know() {
    let mut consortium = Consortium::start(3).await;
    let people = people(&consortium).await;
    let (aurora, boreal) = (&people[0], &people[1]);
    let data = consortium.directory().join("data/aurora");
    let copy = consortium.directory().join("copy");
    let transfer = order(vec![(Some(&aurora.account), Some(&boreal.account), 100)]);

    consortium.banks[0].signal("TERM");
    assert_eq!(consortium.banks[0].wait(), Some(0));
    copy_directory(&data, &copy);
    consortium.banks[0].start();
    consortium.ready().await;
    commit(aurora, fresh_package(), &transfer).await;
    expect_money(boreal, PURSE + 100).await;
    consortium.banks[0].signal("TERM");
    assert_eq!(consortium.banks[0].wait(), Some(0));

    fs::remove_dir_all(&data).unwrap();
    copy_directory(&copy, &data);
    consortium.banks[2].kill();
    consortium.banks[0].start();
    let (http, began) = (plain_http(), Instant::now());
    // Ready on its own word, until the first other bank tells what it has seen.
    let problem = loop {
        let outcome = ask(aurora, fresh_package(), &transfer).await;
        match outcome {
            Err(ClientError::Problem(problem)) if problem.code == ProblemCode::Recovering => break problem,
            _ => assert!(began.elapsed() < PATIENCE, "not recovering: {outcome:?}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(problem.status, 503);
    assert!(problem.retry_after_ms.is_some());
    let readiness = http.get(format!("{}/readyz", consortium.banks[0].admin)).send().await.unwrap();
    assert_eq!(readiness.status(), 503);
    assert!(consortium.banks[0].log().contains("an old ledger was put back"));

    consortium.banks[2].start();
    consortium.ready().await;
    let again = fresh_package();
    commit(aurora, again, &transfer).await;
    // The books that were thrown away had one more payment: nothing hides that from the audit across banks.
    let audit = consortium.audit();
    assert!(!audit.status.success(), "books that were thrown away were not missed: {audit:?}");
}

/// A ledger that was there and is empty or gone is not a new bank's: its account numbers would be given out again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bank_whose_ledger_is_gone_does_not_start() {
    let mut consortium = Consortium::start(1).await;
    let ana = Person::join(consortium.banks[0].client(), 430_000_000, "Ana Souza").await;
    ana.pay_in(100).await;
    consortium.banks[0].signal("TERM");
    assert_eq!(consortium.banks[0].wait(), Some(0));
    let ledger = consortium.directory().join("data/aurora/ledger.db");
    let whole = fs::read(&ledger).unwrap();
    for what in ["emptied", "gone"] {
        if what == "emptied" {
            fs::write(&ledger, []).unwrap();
        } else {
            fs::remove_file(&ledger).unwrap();
        }
        let before = consortium.banks[0].log();
        consortium.banks[0].start();
        assert_eq!(consortium.banks[0].wait(), Some(2), "{what}: {}", consortium.banks[0].log());
        let log = consortium.banks[0].log();
        let said = log.strip_prefix(&before).unwrap();
        assert!(said.contains("ledger.db is missing or empty") && said.contains("backup"), "{what}: {said}");
        assert_eq!(said.lines().count(), 1, "{what}: {said}");
        assert_eq!(fs::metadata(&ledger).map_or(0, |file| file.len()), 0, "{what}: it is left as it is");
    }
    fs::write(&ledger, whole).unwrap();
    consortium.banks[0].start();
    consortium.ready().await;
    expect_money(&ana, 100).await;
}

/// The whole directory is gone, or the wrong volume is mounted: the others know better, and the bank stays closed until
/// its operator has said that the books are lost. Then no account number is given out a second time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bank_that_lost_its_books_stays_closed_until_its_operator_says_so() {
    let mut consortium = Consortium::start(3).await;
    let people = people(&consortium).await;
    let (aurora, boreal) = (&people[0], &people[1]);
    let transfer = order(vec![(Some(&aurora.account), Some(&boreal.account), 100)]);
    commit(aurora, fresh_package(), &transfer).await;
    consortium.banks[0].kill();
    fs::remove_dir_all(consortium.directory().join("data/aurora")).unwrap();

    let client = consortium.banks[0].client();
    let sign_up = |index: u32| SignUp {
        cpf: Cpf::from_base(440_000_000 + index).unwrap(),
        name: Name::new("Quem Vem Depois").unwrap(),
        password: Password::new("correct horse".to_owned()),
    };
    let http = plain_http();
    for life in 1..=2 {
        consortium.banks[0].start();
        let began = Instant::now();
        let alarms = || consortium.banks[0].log().matches("--accept-lost-books").count();
        while alarms() < life {
            assert!(began.elapsed() < PATIENCE, "not found out: {}", consortium.banks[0].log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // Each of the others has answered by then or soon; it stays closed all the same.
        for other in &consortium.banks[1..] {
            other.ready().await;
        }
        let answer = client.sign_up(&sign_up(u32::try_from(life).unwrap())).await;
        let Err(ClientError::Problem(problem)) = answer else { panic!("signed up: {answer:?}") };
        assert_eq!((problem.code, problem.status), (ProblemCode::Recovering, 503));
        let readyz = http.get(format!("{}/readyz", consortium.banks[0].admin)).send().await.unwrap();
        assert_eq!(readyz.status(), 503);
        consortium.banks[0].kill();
    }

    consortium.banks[0].start_with(&["--accept-lost-books"]);
    consortium.ready().await;
    let stranger = Person::join(client, 450_000_000, "Mallory Nova").await;
    assert_ne!(stranger.account, aurora.account, "a number was given out twice");
    assert!(stranger.account.number.base() > 1_000_000, "{} is not beyond the old ones", stranger.account);
    // Known on disk from now on, without the flag.
    consortium.banks[0].kill();
    consortium.banks[0].start();
    consortium.ready().await;
    stranger.pay_in(500).await;
    let later = Person::join(consortium.banks[0].client(), 450_000_001, "Nuno Nunes").await;
    assert_eq!(later.account.number.base(), stranger.account.number.base() + 1);
    commit(&stranger, fresh_package(), &order(vec![(Some(&stranger.account), Some(&boreal.account), 50)]))
        .await;
    expect_money(boreal, PURSE + 150).await;
}

/// The operator's mistake: the bank is started a second time, on an empty ledger, and that one is ended again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_node_under_a_banks_name_is_found_out() {
    let consortium = Consortium::start(3).await;
    let people = people(&consortium).await;
    let (aurora, boreal) = (&people[0], &people[1]);
    let transfer = order(vec![(Some(&aurora.account), Some(&boreal.account), 100)]);
    commit(aurora, fresh_package(), &transfer).await;

    let log = consortium.directory().join("second.log");
    let mut second = program()
        .args(["serve", "--config"])
        .arg(&consortium.banks[0].config)
        .arg("--accept-lost-books")
        .env("BANK_LISTEN", "127.0.0.1:0")
        .env("BANK_ADMIN_LISTEN", "127.0.0.1:0")
        .env("BANK_DATA_DIR", consortium.directory().join("data/second"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let began = Instant::now();
    // It finds out by itself that it is not the first of its name, and takes a life above all that were seen, since its
    // operator insists.
    while !fs::read_to_string(&log).unwrap().contains("recovering has ended") {
        assert!(began.elapsed() < PATIENCE, "{}", fs::read_to_string(&log).unwrap());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // Its greeting in that life is on its way: until it is heard, nobody but itself knows of it.
    let heard = || {
        let books = read_directory(&consortium.directory().join("data/boreal")).unwrap();
        books.peers.values().any(|peer| peer.bank.as_str() == "aurora" && peer.epoch > 1)
    };
    while !heard() {
        assert!(began.elapsed() < PATIENCE, "boreal has not heard of the second aurora");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    second.kill().unwrap();
    second.wait().unwrap();

    commit(aurora, fresh_package(), &transfer).await;
    expect_money(boreal, PURSE + 200).await;
    let log = consortium.banks[0].log();
    assert!(log.contains("has seen more of this bank than its own books hold"), "no alarm at aurora:\n{log}");
    audit(&consortium);
}

/// A disk that is full but for the reserve, here by a reserve that no disk has: no new packages, neither its customers'
/// nor other banks', and all as before once there is room.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bank_with_a_full_disk_takes_nothing_new_and_still_answers() {
    let mut consortium = Consortium::start(2).await;
    let people = people(&consortium).await;
    let (aurora, boreal) = (&people[0], &people[1]);
    let transfer = order(vec![(Some(&aurora.account), Some(&boreal.account), 100)]);
    let done = fresh_package();
    commit(aurora, done, &transfer).await;
    let file = consortium.banks[0].config.clone();
    let roomy = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{roomy}disk_reserve_mib = {}\n", 1i64 << 40)).unwrap();
    consortium.banks[0].kill();
    consortium.banks[0].start();

    let (http, readyz) = (plain_http(), format!("{}/readyz", consortium.banks[0].admin));
    let began = Instant::now();
    loop {
        let said = http.get(&readyz).send().await;
        let body = match said {
            Ok(said) => said.text().await.unwrap(),
            Err(error) => error.to_string(),
        };
        if body.contains("disk_full") {
            break;
        }
        assert!(began.elapsed() < PATIENCE, "not full: {body}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let Err(ClientError::Problem(problem)) = ask(aurora, fresh_package(), &transfer).await else {
        panic!("taken on a full disk")
    };
    assert_eq!((problem.code, problem.status), (ProblemCode::DiskFull, 503));
    assert!(problem.retry_after_ms.is_some());
    let again = ask(aurora, done, &transfer).await;
    assert!(matches!(again, Ok(OrderOutcome::Committed(_))), "what is done is still told: {again:?}");
    let back = order(vec![(Some(&boreal.account), Some(&aurora.account), 50)]);
    let from_elsewhere = fresh_package();
    let began = Instant::now();
    let ended = loop {
        // The link to a bank that has just started may need a moment.
        match ask(boreal, from_elsewhere, &back).await {
            Ok(OrderOutcome::InProgress(_)) => assert!(began.elapsed() < PATIENCE, "it does not end"),
            ended => break ended,
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    aborted_for(&ended, RefusalCode::Overloaded);
    expect_money(boreal, PURSE + 100).await;

    fs::write(&file, roomy).unwrap();
    consortium.banks[0].kill();
    consortium.banks[0].start();
    consortium.ready().await;
    commit(boreal, from_elsewhere, &back).await;
    expect_money(aurora, PURSE - 50).await;
    audit(&consortium);
}

/// Idle connections beyond the limit of one address: they are turned away, the log says so, and who is in is served.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_are_taken_up_to_a_limit() {
    let mut consortium = Consortium::prepare(2);
    let file = consortium.banks[0].config.clone();
    let plain = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{plain}connections_per_address_max = 40\n")).unwrap();
    consortium.banks.iter_mut().for_each(real::BankProcess::start);
    consortium.ready().await;
    let people = people(&consortium).await;
    let (aurora, boreal) = (&people[0], &people[1]);
    let transfer = order(vec![(Some(&aurora.account), Some(&boreal.account), 100)]);
    commit(aurora, fresh_package(), &transfer).await;

    let host = consortium.banks[0].address.trim_start_matches("http://").to_owned();
    let idle: Vec<TcpStream> = (0..200).map(|_| TcpStream::connect(&host).unwrap()).collect();
    let began = Instant::now();
    while !consortium.banks[0].log().contains("a listener is full") {
        assert!(began.elapsed() < PATIENCE, "nothing in the log: {}", consortium.banks[0].log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let descriptors = || fs::read_dir(format!("/proc/{}/fd", consortium.banks[0].pid())).unwrap().count();
    while descriptors() > 120 {
        assert!(began.elapsed() < PATIENCE, "{} descriptors", descriptors());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // On the connections that were there before, aurora's customer and aurora's own link.
    commit(aurora, fresh_package(), &transfer).await;
    drop(idle);
    expect_money(boreal, PURSE + 200).await;
    audit(&consortium);
}

/// More sign-ups at once than the processors can hash: some are told so, none waits for long, and each was told the truth.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bank_with_too_much_to_do_says_so_at_once() {
    let mut consortium = Consortium::prepare(1);
    let file = consortium.banks[0].config.clone();
    let plain = fs::read_to_string(&file).unwrap();
    // It is about what is asked, not about who may come in.
    fs::write(&file, format!("{plain}connections_per_address_max = 100000\nconnections_max = 100000\n"))
        .unwrap();
    consortium.banks[0].start();
    consortium.ready().await;
    let cores = std::thread::available_parallelism().map_or(1, |n| u32::try_from(n.get()).unwrap_or(1));
    let crowd = cores * 32 + 100;
    let (mut asked, bank) = (Vec::new(), consortium.banks[0].client());
    for index in 0..crowd {
        let bank = bank.clone();
        asked.push(tokio::spawn(async move {
            let cpf = Cpf::from_base(510_000_000 + index).unwrap();
            let password = Password::new("correct horse".to_owned());
            (cpf, bank.sign_up(&SignUp { cpf, name: Name::new("Uma Pessoa").unwrap(), password }).await)
        }));
    }
    let (mut taken, mut turned_away) = (0, 0);
    for asked in asked {
        let (cpf, answer) = asked.await.unwrap();
        let signed_up = match answer {
            Ok(_) => true,
            Err(ClientError::Problem(problem)) => {
                assert_eq!(problem.code, ProblemCode::Overloaded, "{problem:?}");
                assert!(problem.retry_after_ms.is_some());
                false
            }
            Err(error) => panic!("{error:?}"),
        };
        if signed_up {
            taken += 1;
        } else {
            turned_away += 1;
            let log_in = LogIn { cpf, password: Password::new("correct horse".to_owned()) };
            if turned_away <= 3 {
                let answer = bank.log_in(&log_in).await;
                let refused = |p: &Problem| p.code == ProblemCode::InvalidCredentials;
                let unknown = matches!(&answer, Err(ClientError::Problem(p)) if refused(p) || p.code == ProblemCode::Overloaded);
                assert!(unknown, "turned away and signed up all the same: {answer:?}");
            }
        }
    }
    println!("{taken} signed up, {turned_away} turned away");
    assert!(taken > 0 && turned_away > 0, "{taken} signed up, {turned_away} turned away");
    Person::join(bank, 520_000_000, "Quem Vem Depois").await.pay_in(1).await;
}
