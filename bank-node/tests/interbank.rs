//! Both interbank routes from outside: a stranger's bank, written here with nothing but the protocol's JSON and
//! signatures, against a real bank with a real ledger.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::HeaderMap;
use bank_node::local::{LocalConsortium, LocalOptions};
use bank_node::peers::keys::PrivateKey;
use bank_node::peers::signature::{self, Kind, Nonce, SignedHeaders, Stamp};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use shared::account::{AccountNumber, AccountRef};
use shared::api::paths::{INTERBANK_MESSAGES, INTERBANK_READS};
use shared::ids::BankId;

const CUSTOMER_THERE: &str = "0192e4a8-0000-7000-8000-0000000000c1";
const STRANGER_THERE: &str = "0192e4a8-0000-7000-8000-0000000000c2";

fn bank(id: &str) -> BankId {
    id.parse().unwrap()
}

/// Aurora, which runs, and boreal, whose process is stopped and whose key this test holds.
struct Stage {
    // Dropped before the directory that it writes to.
    _consortium: LocalConsortium,
    dir: tempfile::TempDir,
    url: String,
    http: Client,
    now_s: i64,
    nonce: AtomicU64,
}

/// A request to aurora as boreal would sign it, to be spoilt at will.
#[derive(Clone)]
struct Letter {
    method: Method,
    path: String,
    body: Vec<u8>,
    signed: SignedHeaders,
}

/// What aurora answered.
#[derive(Debug)]
struct Answered {
    status: u16,
    body: Value,
    /// Whether it was signed by aurora, for boreal, as the answer to this very request.
    proved: bool,
}

impl Stage {
    /// Blocks while the banks start, so it comes before the async part of a test.
    fn new() -> Self {
        // Others may have done so before in this process.
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let dir = tempfile::tempdir().unwrap();
        let options = LocalOptions { banks: 2, dir: dir.path().to_owned(), port: None };
        let mut consortium = LocalConsortium::start(&options).unwrap();
        consortium.stop(1).unwrap();
        let url = consortium.banks()[0].address.to_string();
        let http = Client::builder().http2_prior_knowledge().no_proxy().build().unwrap();
        let now_s = bank_node::clock::Clock::start().wall_ms() / 1000;
        Self { _consortium: consortium, dir, url, http, now_s, nonce: AtomicU64::new(1) }
    }

    fn key(&self, bank: &str) -> PrivateKey {
        PrivateKey::read_file(&self.dir.path().join(format!("{bank}.key"))).unwrap()
    }

    fn stamp(&self) -> Stamp {
        let mut bytes = [0; 16];
        bytes[8..].copy_from_slice(&self.nonce.fetch_add(1, Ordering::SeqCst).to_be_bytes());
        Stamp { created_s: self.now_s, nonce: Nonce::new(bytes) }
    }

    fn letter(&self, path: &str, body: &[u8]) -> Letter {
        self.letter_at(self.stamp(), path, body)
    }

    fn letter_at(&self, stamp: Stamp, path: &str, body: &[u8]) -> Letter {
        let kind = Kind::Request { method: "POST", path };
        let signed =
            signature::sign(&self.key("boreal"), kind, &bank("boreal"), &bank("aurora"), body, &stamp);
        Letter { method: Method::POST, path: path.to_owned(), body: body.to_vec(), signed }
    }

    async fn send(&self, letter: &Letter) -> Answered {
        let mut headers = HeaderMap::new();
        letter.signed.put_into(&mut headers);
        self.send_with(letter, headers).await
    }

    async fn send_with(&self, letter: &Letter, headers: HeaderMap) -> Answered {
        let request = self.http.request(letter.method.clone(), format!("{}{}", self.url, letter.path));
        let response = request.headers(headers).body(letter.body.clone()).send().await.unwrap();
        let status = response.status().as_u16();
        let kind = Kind::Response { status, request_signature: &letter.signed.signature };
        let aurora = self.key("aurora").public_key();
        let proven = signature::verify(response.headers(), kind, &bank("boreal"), |_| Some(aurora.into()));
        let bytes = response.bytes().await.unwrap();
        let proved = proven.is_ok_and(|proven| proven.check_body(&bytes).is_ok());
        Answered { status, body: serde_json::from_slice(&bytes).unwrap_or_default(), proved }
    }

    fn header(&self) -> Value {
        json!({
            "from": "boreal", "to": "aurora", "epoch": 100, "nonce": "00112233445566778899aabbccddeeff",
            "consortium": 1, "clock_ms": self.now_s * 1000, "low_water": { "epoch": 100, "sequence": 1 },
        })
    }

    async fn messages(&self, messages: Value) -> Answered {
        let body = json!({ "header": self.header(), "messages": messages }).to_string();
        self.send(&self.letter(INTERBANK_MESSAGES, body.as_bytes())).await
    }

    /// The answering messages to a sound batch.
    async fn told(&self, messages: Value) -> Vec<Value> {
        let answered = self.messages(messages).await;
        assert_eq!((answered.status, answered.proved), (200, true), "{answered:?}");
        assert_eq!(answered.body["header"]["from"], "aurora");
        assert_eq!(answered.body["header"]["to"], "boreal");
        answered.body["messages"].as_array().unwrap().clone()
    }

    async fn read(&self, question: Value) -> Value {
        let answered = self.send(&self.letter(INTERBANK_READS, question.to_string().as_bytes())).await;
        assert_eq!((answered.status, answered.proved), (200, true), "{question}: {answered:?}");
        answered.body
    }

    /// A customer's request at aurora.
    async fn call(&self, method: Method, path: &str, token: Option<&str>, body: Value) -> Value {
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if !body.is_null() {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let response: Response = request.send().await.unwrap();
        assert!(response.status().is_success(), "{path}: {response:?}");
        serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default()
    }

    /// Signs Maria up at aurora, with R$ 1.000,00 on a personal account: her token and her account.
    async fn maria(&self) -> (String, AccountRef) {
        let who = json!({ "cpf": "52998224725", "name": "Maria Souza", "password": "segredo-123" });
        self.call(Method::POST, "/v1/customers", None, who).await;
        let who = json!({ "cpf": "52998224725", "password": "segredo-123" });
        let session = self.call(Method::POST, "/v1/sessions", None, who).await;
        let token = session["token"].as_str().unwrap().to_owned();
        let opened =
            self.call(Method::POST, "/v1/accounts", Some(&token), json!({ "kind": "personal" })).await;
        let account: AccountRef = opened["account"].as_str().unwrap().parse().unwrap();
        let path = "/v1/packages/0192e4a8-7c1b-7d30-9f55-000000000001";
        let legs = json!({ "legs": [{ "to": account, "amount": 100_000 }] });
        self.call(Method::PUT, path, Some(&token), legs).await;
        (token, account)
    }

    async fn consent(&self, token: &str, permissions: Value) {
        let consent = json!({ "bank": "boreal", "customer": CUSTOMER_THERE, "permissions": permissions });
        self.call(Method::POST, "/v1/consents", Some(token), consent).await;
    }

    async fn balance(&self, token: &str, account: &AccountRef) -> i64 {
        let path = format!("/v1/accounts/{}", account.number);
        let shown = self.call(Method::GET, &path, Some(token), Value::Null).await;
        shown["balance"].as_i64().unwrap()
    }
}

fn run(test: impl AsyncFnOnce(&Stage)) {
    let stage = Stage::new();
    tokio::runtime::Runtime::new().unwrap().block_on(test(&stage));
}

const PING: &[u8] = br#"{"read":"ping"}"#;

#[test]
fn whoever_proves_nothing_is_told_nothing() {
    run(async |stage| {
        let fresh = || stage.letter(INTERBANK_READS, PING);
        let refused = async |what: &str, letter: Letter| {
            let answered = stage.send(&letter).await;
            assert_eq!(answered.status, 401, "{what}: {answered:?}");
            assert_eq!(answered.body["code"], "unauthenticated", "{what}");
            assert!(!answered.proved, "{what}: there is nobody to address");
        };

        let answered = stage.send(&fresh()).await;
        assert_eq!((answered.status, answered.proved), (200, true), "what is spoilt below is sound");

        let mut letter = fresh();
        letter.body = br#"{"read":"pong"}"#.to_vec();
        refused("another body", letter).await;
        let mut letter = fresh();
        letter.path = INTERBANK_MESSAGES.to_owned();
        refused("another path", letter).await;
        let mut letter = fresh();
        letter.path.push_str("?more");
        refused("a query", letter).await;
        let mut letter = fresh();
        letter.signed.from = bank("nobody");
        refused("a stranger", letter).await;
        let mut letter = fresh();
        letter.signed.from = bank("aurora");
        refused("the bank itself", letter).await;
        let mut letter = fresh();
        letter.signed.to = bank("boreal");
        refused("for another bank", letter).await;

        let kind = Kind::Request { method: "POST", path: INTERBANK_READS };
        let (from, to) = (bank("boreal"), bank("aurora"));
        let mut letter = fresh();
        letter.signed = signature::sign(&stage.key("aurora"), kind, &from, &to, PING, &stage.stamp());
        refused("another bank's key", letter).await;
        let mut letter = fresh();
        let elsewhere = bank("cerrado");
        letter.signed = signature::sign(&stage.key("boreal"), kind, &from, &elsewhere, PING, &stage.stamp());
        letter.signed.to = to;
        refused("signed for another bank", letter).await;

        let letter = fresh();
        assert_eq!(stage.send(&letter).await.status, 200);
        refused("a nonce used before", letter).await;

        let off = |seconds: i64| {
            let mut stamp = stage.stamp();
            stamp.created_s += seconds;
            stage.letter_at(stamp, INTERBANK_READS, PING)
        };
        refused("two days old", off(-48 * 3600)).await;
        refused("of the day after tomorrow", off(48 * 3600)).await;
        for hours in [-14, -1, 1, 14] {
            let answered = stage.send(&off(hours * 3600)).await;
            assert_eq!(answered.status, 200, "a clock {hours} hours off is no reason");
        }

        let bare = stage.send_with(&fresh(), HeaderMap::new()).await;
        assert_eq!(bare.status, 401);
        let (token, _) = stage.maria().await;
        let mut with_token = HeaderMap::new();
        with_token.insert("authorization", format!("Bearer {token}").parse().unwrap());
        assert_eq!(stage.send_with(&fresh(), with_token).await.status, 401, "no customer's token opens this");
    });
}

#[test]
fn what_a_proved_bank_sends_wrongly_is_answered_with_a_signed_problem() {
    run(async |stage| {
        let rejected = async |path: &str, body: &[u8], status: u16, code: &str| {
            let answered = stage.send(&stage.letter(path, body)).await;
            let what = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
            assert_eq!((answered.status, answered.proved), (status, true), "{path} {what}: {answered:?}");
            assert_eq!(answered.body["code"], code, "{path} {what}");
        };
        let deep = "[".repeat(100_000);
        for body in ["", "{}", "7", "not json", deep.as_str(), r#"{"header":{},"messages":[]}"#] {
            rejected(INTERBANK_MESSAGES, body.as_bytes(), 400, "malformed_json").await;
            rejected(INTERBANK_READS, body.as_bytes(), 400, "malformed_json").await;
        }
        let rows = [
            json!({ "read": "everything" }),
            json!({ "read": "ping", "more": 1 }),
            json!({ "read": "payee", "number": "1042-9" }),
            json!({ "read": "account", "number": "1042-8" }),
            json!({ "read": "preview", "portion": { "customer": CUSTOMER_THERE, "lines": [], "nets": [] } }),
            json!({ "read": "preview", "portion": { "customer": CUSTOMER_THERE, "lines": [
                { "leg": 0, "side": "credit", "account": "1001-4", "amount": 5, "counterparty": "boreal/1042-8" }
            ], "nets": [{ "bank": "boreal", "amount": i64::MIN }] } }),
        ];
        for question in rows {
            rejected(INTERBANK_READS, question.to_string().as_bytes(), 400, "malformed_json").await;
        }
        let large = vec![b' '; 1024 * 1024 + 1];
        rejected(INTERBANK_MESSAGES, &large, 413, "body_too_large").await;
        let query = json!({ "type": "query", "attempt": "aurora.1.1" });
        let many = json!({ "header": stage.header(), "messages": vec![query; 513] }).to_string();
        rejected(INTERBANK_MESSAGES, many.as_bytes(), 400, "malformed_json").await;
        for (field, name) in [("from", "cerrado"), ("to", "boreal"), ("from", "aurora")] {
            let mut header = stage.header();
            header[field] = json!(name);
            let body = json!({ "header": header, "messages": [] }).to_string();
            rejected(INTERBANK_MESSAGES, body.as_bytes(), 401, "unauthenticated").await;
        }
        let mut letter = stage.letter(INTERBANK_READS, PING);
        letter.method = Method::GET;
        assert_eq!(stage.send(&letter).await.status, 405);
    });
}

#[test]
fn one_bad_message_fails_alone() {
    run(async |stage| {
        let query = |sequence: u64| json!({ "type": "query", "attempt": format!("aurora.1.{sequence}") });
        let batch = json!([query(7001), { "type": "nonsense" }, 7, query(7002), { "type": "ack" }]);
        let told = stage.told(batch).await;
        // Attempts that aurora has yet to make have not ended.
        let status = |sequence: u64| {
            let attempt = format!("aurora.1.{sequence}");
            json!({ "type": "status", "attempt": attempt, "status": "pending" })
        };
        assert_eq!(told, [status(7001), status(7002)]);
        assert_eq!(stage.told(json!([])).await, Vec::<Value>::new());
    });
}

#[test]
fn a_bank_says_hello() {
    run(async |stage| {
        let told = stage.told(json!([{ "type": "hello" }])).await;
        assert_eq!(told.len(), 1);
        assert_eq!(told[0]["type"], "hello_answer");
        assert_eq!(told[0]["highest"]["epoch"], 1, "aurora has met boreal's own process: {told:?}");
    });
}

#[test]
fn reads_show_what_a_consent_with_view_shows_and_nothing_more() {
    run(async |stage| {
        let (token, account) = stage.maria().await;
        let number = account.number;
        let ask = async |question: &str, customer: &str| {
            let mut read = json!({ "read": question, "customer": customer });
            if question != "accounts" {
                read["number"] = json!(number);
            }
            if question == "statement" {
                read["limit"] = json!(10);
            }
            stage.read(read).await
        };
        let hidden = async |customer: &str| {
            assert_eq!(ask("accounts", customer).await, json!({ "answer": "no_consent" }));
            assert_eq!(ask("account", customer).await, json!({ "answer": "not_found" }));
            assert_eq!(ask("statement", customer).await, json!({ "answer": "not_found" }));
        };
        hidden(CUSTOMER_THERE).await;
        stage.consent(&token, json!(["pay"])).await;
        hidden(CUSTOMER_THERE).await;
        stage.consent(&token, json!(["view"])).await;
        hidden(STRANGER_THERE).await;

        let shown = ask("account", CUSTOMER_THERE).await;
        let path = format!("/v1/accounts/{number}");
        let mut own = stage.call(Method::GET, &path, Some(&token), Value::Null).await;
        own["answer"] = json!("account");
        assert_eq!(shown, own, "the body that its holder sees");
        let listed = ask("accounts", CUSTOMER_THERE).await;
        assert_eq!(listed["accounts"].as_array().unwrap().len(), 1);
        assert_eq!(listed["accounts"][0]["account"], account.to_string());
        let statement = ask("statement", CUSTOMER_THERE).await;
        assert_eq!(statement["postings"][0]["amount"], 100_000);
        assert_eq!(statement["postings"][0]["counterparty"], "cash");

        let consents = stage.call(Method::GET, "/v1/consents", Some(&token), Value::Null).await;
        for consent in consents["consents"].as_array().unwrap() {
            let path = format!("/v1/consents/{}", consent["id"].as_str().unwrap());
            stage.call(Method::DELETE, &path, Some(&token), Value::Null).await;
        }
        hidden(CUSTOMER_THERE).await;
    });
}

#[test]
fn a_payee_is_masked_and_a_closed_account_is_none() {
    run(async |stage| {
        let (token, account) = stage.maria().await;
        let payee = async |number: &str| stage.read(json!({ "read": "payee", "number": number })).await;
        let shown = payee(&account.number.to_string()).await;
        let expected = json!({
            "answer": "payee", "account": account.to_string(), "kind": "personal", "name": "M**** S****",
        });
        assert_eq!(shown, expected);
        let nobodys = AccountNumber::new(9999).unwrap().to_string();
        assert_eq!(payee(&nobodys).await, json!({ "answer": "not_found" }));

        let body = json!({ "kind": "business", "cnpj": "12.ABC.345/01DE-35", "company": "Padaria Sol" });
        let opened = stage.call(Method::POST, "/v1/accounts", Some(&token), body).await;
        let company: AccountRef = opened["account"].as_str().unwrap().parse().unwrap();
        let number = company.number.to_string();
        assert_eq!(payee(&number).await["name"], "Padaria Sol");
        stage.call(Method::POST, &format!("/v1/accounts/{number}/close"), Some(&token), Value::Null).await;
        assert_eq!(payee(&number).await, json!({ "answer": "not_found" }));
    });
}

#[test]
fn a_preview_judges_as_a_vote_would_and_shows_only_what_may_be_viewed() {
    run(async |stage| {
        let (token, account) = stage.maria().await;
        let preview = async |side: &str, amount: i64| {
            let net = if side == "debit" { amount } else { -amount };
            let portion = json!({
                "customer": CUSTOMER_THERE,
                "lines": [{
                    "leg": 3, "side": side, "account": account.number, "amount": amount,
                    "counterparty": "boreal/1042-8",
                }],
                "nets": [{ "bank": "boreal", "amount": net }],
            });
            stage.read(json!({ "read": "preview", "portion": portion })).await
        };
        let expect = |refusals: Value, accounts: Value| json!({ "answer": "preview", "refusals": refusals, "accounts": accounts });
        let no = |refusal: Value| json!([{ "refusal": refusal, "definite": true }]);
        let left = |centavos: i64| json!([{ "account": account, "available_after": centavos }]);

        assert_eq!(preview("credit", 500).await, expect(json!([]), json!([])), "anyone may pay Maria");
        let missing = no(json!({ "leg": 3, "code": "consent_missing" }));
        assert_eq!(preview("debit", 500).await, expect(missing, json!([])));
        stage.consent(&token, json!(["pay"])).await;
        assert_eq!(preview("debit", 500).await, expect(json!([]), json!([])));
        let poor = no(json!({ "leg": 3, "code": "insufficient_funds" }));
        assert_eq!(
            preview("debit", 100_001).await,
            expect(poor, json!([])),
            "how much is missing is not shown"
        );
        stage.consent(&token, json!(["pay", "view"])).await;
        assert_eq!(preview("debit", 500).await, expect(json!([]), left(99_500)));
        assert_eq!(preview("credit", 500).await, expect(json!([]), left(100_500)));
        let poor = no(json!({ "leg": 3, "code": "insufficient_funds", "missing": 1 }));
        assert_eq!(preview("debit", 100_001).await, expect(poor, left(-1)));
        assert_eq!(stage.balance(&token, &account).await, 100_000, "nothing was bound");
    });
}

/// The whole protocol from a stranger's side: prepare, vote, decide, ack, each again.
#[test]
fn a_bank_written_by_a_stranger_pays_into_an_account_here() {
    run(async |stage| {
        let (token, account) = stage.maria().await;
        let package = "0192e4a8-7c1b-7d30-9f55-3b6c1a2d4e5f";
        let digest = "695bd2c2bf417a0d6b8c07310cf950b52179bb090162a3e2ee8e720b4e0d585e";
        let attempt = "boreal.100.1";
        let prepare = json!({
            "type": "prepare", "attempt": attempt, "package": package, "digest": digest,
            "age": { "first_ms": stage.now_s * 1000, "package": package },
            "participants": ["aurora", "boreal"], "consortium": 1,
            "portion": {
                "customer": CUSTOMER_THERE,
                "lines": [{
                    "leg": 0, "side": "credit", "account": account.number, "amount": 777,
                    "counterparty": "boreal/1042-8", "description": "Aluguel de março",
                }],
                "nets": [{ "bank": "boreal", "amount": -777 }],
            },
            "time_left_ms": 1500,
        });
        let yes = json!({ "type": "vote", "attempt": attempt, "vote": { "vote": "yes", "digest": digest } });
        let known = async || {
            let mut answer =
                stage.read(json!({ "read": "package", "package": package, "digest": digest })).await;
            answer.as_object_mut().unwrap().remove("answer");
            answer
        };
        assert_eq!(known().await, json!({ "state": "unknown" }));
        assert_eq!(stage.told(json!([prepare])).await, std::slice::from_ref(&yes));
        assert_eq!(stage.told(json!([prepare])).await, [yes], "the same vote again");
        assert_eq!(known().await, json!({ "state": "live", "attempt": attempt }));
        assert_eq!(stage.balance(&token, &account).await, 100_000, "no credit before the commit");

        let other = digest.replace("695b", "ffff");
        let answer = stage.read(json!({ "read": "package", "package": package, "digest": other })).await;
        assert_eq!(answer["state"], "unknown", "the package is the id with its digest");

        let decide = json!({
            "type": "decide", "attempt": attempt, "package": package, "digest": digest,
            "decision": { "decision": "commit" },
        });
        let ack = json!({ "type": "ack", "attempt": attempt, "outcome": "committed" });
        assert_eq!(stage.told(json!([decide])).await, std::slice::from_ref(&ack));
        assert_eq!(stage.told(json!([decide])).await, [ack]);
        assert_eq!(stage.balance(&token, &account).await, 100_777, "booked once");
        assert_eq!(known().await, json!({ "state": "spent", "attempt": attempt, "outcome": "committed" }));
    });
}
