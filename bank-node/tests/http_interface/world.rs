//! A consortium to ask things of, and the few things that every test does first.

use std::time::Duration;

use bank_node::local::{LocalConsortium, LocalOptions};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use shared::cpf::Cpf;

use super::document::{Asked, Document};

pub const PASSWORD: &str = "correto cavalo";

pub struct World {
    pub banks: LocalConsortium,
    pub http: reqwest::Client,
    /// What every answer is held against.
    pub document: Document,
    // Last: the books are let go of before their directory is.
    _dir: tempfile::TempDir,
}

/// A customer of one bank, logged in there.
#[derive(Clone)]
pub struct Person {
    pub bank: usize,
    pub cpf: String,
    pub id: String,
    pub token: String,
}

/// An answer: its status, its headers and its JSON (null for none).
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Answer {
    /// `code` of a problem, else its status in digits.
    pub fn code(&self) -> String {
        self.body["code"].as_str().map_or_else(|| self.status.as_u16().to_string(), str::to_owned)
    }

    /// `field code` of each wrong field.
    pub fn fields(&self) -> Vec<String> {
        let errors = self.body["errors"].as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        errors.iter().map(|error| format!("{} {}", text(&error["field"]), text(&error["code"]))).collect()
    }

    /// `leg code` of each refusal.
    pub fn refusals(&self) -> Vec<String> {
        let refusals = self.body["refusals"].as_array().cloned().unwrap_or_default();
        refusals.iter().map(|r| format!("{} {}", r["leg"], r["code"].as_str().unwrap_or_default())).collect()
    }

    /// The answer, which must have this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self.body
    }

    /// The answer, which must be a whole problem with this code.
    #[track_caller]
    pub fn expect_problem(self, status: u16, code: &str) -> Self {
        assert_eq!((self.status.as_u16(), self.code().as_str()), (status, code), "{}", self.body);
        let media_type = self.headers.get("content-type").and_then(|value| value.to_str().ok());
        assert_eq!(media_type, Some("application/problem+json"), "{code}");
        assert_eq!(self.body["status"], status, "{code}");
        assert_eq!(self.body["type"], format!("/problems/{code}"));
        for field in ["title", "detail"] {
            assert!(self.body[field].as_str().is_some_and(|text| !text.is_empty()), "{code}: {field}");
        }
        if matches!(status, 429 | 503) {
            let seconds = self.headers.get("retry-after").and_then(|value| value.to_str().ok());
            assert!(
                seconds.is_some_and(|text| text.parse::<u64>().is_ok_and(|s| s >= 1)),
                "{code}: Retry-After"
            );
        }
        self
    }
}

impl World {
    /// A consortium of so many banks, none of whose books has anything in it.
    pub fn start(banks: usize) -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let options = LocalOptions { banks, dir: dir.path().to_owned(), port: None };
        let banks = LocalConsortium::start(&options).expect("a consortium");
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(no_tls())
            .timeout(Duration::from_secs(15))
            .no_proxy()
            .build()
            .expect("an HTTP client");
        Self { banks, http, document: Document::default(), _dir: dir }
    }

    pub fn url(&self, bank: usize, path: &str) -> String {
        format!("{}{path}", self.banks.banks()[bank].address)
    }

    /// Sends a request that is not made by the rules.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let request = request.build().expect("a request");
        let asked = Asked::by(&request);
        let response = self.http.execute(request).await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.expect("a whole answer");
        let body = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes).expect("every body is JSON")
        };
        let answer = Answer { status, headers, body };
        self.document.hold(&asked, &answer);
        answer
    }

    pub fn request(
        &self,
        method: Method,
        bank: usize,
        path: &str,
        token: Option<&str>,
    ) -> reqwest::RequestBuilder {
        let request = self.http.request(method, self.url(bank, path));
        match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn get(&self, who: &Person, path: &str) -> Answer {
        self.send(self.request(Method::GET, who.bank, path, Some(&who.token))).await
    }

    pub async fn delete(&self, who: &Person, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, who.bank, path, Some(&who.token))).await
    }

    pub async fn post(&self, who: &Person, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, who.bank, path, Some(&who.token)).json(&body)).await
    }

    pub async fn patch(&self, who: &Person, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PATCH, who.bank, path, Some(&who.token)).json(&body)).await
    }

    pub async fn post_as_nobody(&self, bank: usize, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, bank, path, None).json(&body)).await
    }

    /// Orders a package.
    pub async fn order(&self, who: &Person, id: &str, legs: Value) -> Answer {
        let request = self.request(Method::PUT, who.bank, &format!("/v1/packages/{id}"), Some(&who.token));
        self.send(request.json(&json!({ "legs": legs }))).await
    }

    /// Signs somebody up at a bank, and in.
    pub async fn person(&self, bank: usize, number: u32) -> Person {
        let cpf = cpf(number);
        let name = format!("Pessoa Número{}", char::from(b'A' + u8::try_from(number % 26).unwrap()));
        let body = json!({ "cpf": cpf, "name": name, "password": PASSWORD });
        let signed_up = self.post_as_nobody(bank, "/v1/customers", body).await.expect(201);
        let id = signed_up["id"].as_str().expect("an id").to_owned();
        let token = self.log_in(bank, &cpf).await;
        Person { bank, cpf, id, token }
    }

    /// A new token for a customer.
    pub async fn log_in(&self, bank: usize, cpf: &str) -> String {
        let body = json!({ "cpf": cpf, "password": PASSWORD });
        let opened = self.post_as_nobody(bank, "/v1/sessions", body).await.expect(201);
        opened["token"].as_str().expect("a token").to_owned()
    }

    /// Opens a personal account with so much money, paid in at the counter.
    pub async fn account(&self, who: &Person, centavos: i64) -> String {
        let opened = self.post(who, "/v1/accounts", json!({ "kind": "personal" })).await.expect(201);
        let account = opened["account"].as_str().expect("an account").to_owned();
        if centavos > 0 {
            self.order(who, &package(), json!([{ "to": account, "amount": centavos }])).await.expect(201);
        }
        account
    }

    /// What an account has.
    pub async fn balance(&self, who: &Person, account: &str) -> i64 {
        let shown = self.get(who, &format!("/v1/accounts/{account}")).await.expect(200);
        shown["balance"].as_i64().expect("a balance")
    }
}

/// The number in an account reference.
pub fn number(account: &str) -> &str {
    account.split_once('/').expect("bank/number").1
}

pub fn cpf(number: u32) -> String {
    Cpf::from_base(123_000_000 + number).expect("a CPF").to_string()
}

/// A new package's id.
pub fn package() -> String {
    bank_node::ids::package().to_string()
}

/// These tests speak plain HTTP to loopback; the client wants to know how TLS would be all the same.
fn no_tls() -> rustls::ClientConfig {
    rustls::ClientConfig::builder_with_provider(std::sync::Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("TLS versions")
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth()
}
