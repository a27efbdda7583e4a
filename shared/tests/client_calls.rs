//! What the client puts on the wire for each call of the interface, and what it makes of each answer.

use serde::Serialize;
use serde_json::{Value, json};
use shared::account::AccountNumber;
use shared::api::problem::{Problem, ProblemCode};
use shared::api::replies::{PackageReply, PackageStatus, Permission};
use shared::api::requests::{ChangeCustomer, ChangePassword, GiveConsent, LogIn, OpenAccount, SignUp};
use shared::client::{ANSWER_BYTES_MAX, BankClient, ClientError, OrderOutcome, Page, Token};
use shared::text::{Name, Password};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

mod samples;

use samples::{UUID, account, at, of, order, package, package_id};

/// A bank that gives every request one answer.
struct Bank {
    server: MockServer,
    client: BankClient,
    token: Token,
}

async fn answering(answer: ResponseTemplate) -> Bank {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let client = BankClient::new(of(&server.uri())).unwrap();
    Bank { server, client, token: Token::new("tok-secret".to_owned()).unwrap() }
}

async fn saying(status: u16, body: &impl Serialize) -> Bank {
    answering(ResponseTemplate::new(status).set_body_json(body)).await
}

impl Bank {
    /// The one request that came: `METHOD path?query`, who asked, and the body.
    async fn asked(&self) -> (String, Option<String>, Value) {
        let mut requests = self.server.received_requests().await.unwrap();
        assert_eq!(requests.len(), 1, "one call is one request");
        let request = requests.remove(0);
        let header = |name: &str| request.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
        let query = request.url.query().map_or_else(String::new, |query| format!("?{query}"));
        let body = if request.body.is_empty() {
            Value::Null
        } else {
            assert_eq!(header("content-type").as_deref(), Some("application/json"));
            serde_json::from_slice(&request.body).unwrap()
        };
        (format!("{} {}{query}", request.method, request.url.path()), header("authorization"), body)
    }

    async fn was_asked(&self, line: &str, body: Value) {
        assert_eq!(self.asked().await, (line.to_owned(), Some("Bearer tok-secret".to_owned()), body));
    }

    async fn was_asked_by_anyone(&self, line: &str, body: Value) {
        assert_eq!(self.asked().await, (line.to_owned(), None, body));
    }
}

fn number() -> AccountNumber {
    AccountNumber::new(1042).unwrap()
}

#[tokio::test]
async fn asks_who_the_banks_are_without_a_log_in() {
    let bank = saying(200, &samples::bank()).await;
    assert_eq!(bank.client.bank().await, Ok(samples::bank()));
    bank.was_asked_by_anyone("GET /v1/bank", Value::Null).await;

    let bank = saying(200, &samples::consortium()).await;
    assert_eq!(bank.client.consortium().await, Ok(samples::consortium()));
    bank.was_asked_by_anyone("GET /v1/consortium", Value::Null).await;
}

#[tokio::test]
async fn signs_up_and_logs_in_with_the_password_in_the_body_only() {
    let password = || Password::new("correct horse".to_owned());
    let bank = saying(201, &samples::customer(None)).await;
    let who = SignUp { cpf: samples::cpf(), name: Name::new("Maria Souza").unwrap(), password: password() };
    assert_eq!(bank.client.sign_up(&who).await, Ok(samples::customer(None)));
    let body = json!({"cpf": "52998224725", "name": "Maria Souza", "password": "correct horse"});
    bank.was_asked_by_anyone("POST /v1/customers", body).await;

    let bank = saying(201, &samples::session_opened()).await;
    let login = bank.client.log_in(&LogIn { cpf: samples::cpf(), password: password() }).await.unwrap();
    assert_eq!(login.token.reveal(), "tok-secret");
    assert_eq!((login.customer.clone(), login.expires_at), (samples::customer(None), at()));
    assert!(!format!("{login:?}").contains("tok-secret"), "a token is never printed");
    let body = json!({"cpf": "52998224725", "password": "correct horse"});
    bank.was_asked_by_anyone("POST /v1/sessions", body).await;
}

#[tokio::test]
async fn a_token_that_no_header_takes_is_garbage() {
    let mut opened = samples::session_opened();
    opened.token = "tok\r\nHost: elsewhere".to_owned();
    let bank = saying(201, &opened).await;
    let who = LogIn { cpf: samples::cpf(), password: Password::new("x".to_owned()) };
    assert!(matches!(bank.client.log_in(&who).await, Err(ClientError::Garbage { status: 201, .. })));
}

#[tokio::test]
async fn keeps_the_customer_and_their_sessions() {
    let me = samples::customer(Some(at()));
    let bank = saying(200, &me).await;
    assert_eq!(bank.client.me(&bank.token).await, Ok(me.clone()));
    bank.was_asked("GET /v1/customers/me", Value::Null).await;

    let bank = saying(200, &me).await;
    let password = ChangePassword {
        current: Password::new("correct horse".to_owned()),
        new: Password::new("battery staple".to_owned()),
    };
    let change = ChangeCustomer { name: None, password: Some(password) };
    assert_eq!(bank.client.change_customer(&bank.token, &change).await, Ok(me));
    let body = json!({"password": {"current": "correct horse", "new": "battery staple"}});
    bank.was_asked("PATCH /v1/customers/me", body).await;

    let bank = saying(200, &samples::sessions()).await;
    assert_eq!(bank.client.sessions(&bank.token).await, Ok(samples::sessions()));
    bank.was_asked("GET /v1/sessions", Value::Null).await;

    let bank = answering(ResponseTemplate::new(204)).await;
    assert_eq!(bank.client.end_session(&bank.token, of(UUID)).await, Ok(()));
    bank.was_asked(&format!("DELETE /v1/sessions/{UUID}"), Value::Null).await;

    let bank = answering(ResponseTemplate::new(204)).await;
    assert_eq!(bank.client.log_out(&bank.token).await, Ok(()));
    bank.was_asked("DELETE /v1/sessions/current", Value::Null).await;
}

#[tokio::test]
async fn opens_lists_shows_and_closes_accounts() {
    let bank = saying(201, &samples::business()).await;
    let open = OpenAccount::Business {
        cnpj: samples::cnpj(),
        company: Name::new("Padaria Pão Quente").unwrap(),
        holders: Vec::new(),
    };
    assert_eq!(bank.client.open_account(&bank.token, &open).await, Ok(samples::business()));
    let body = json!({"kind": "business", "cnpj": "12ABC34501DE35", "company": "Padaria Pão Quente"});
    bank.was_asked("POST /v1/accounts", body).await;

    let bank = saying(200, &samples::accounts()).await;
    assert_eq!(bank.client.accounts(&bank.token).await, Ok(samples::accounts()));
    bank.was_asked("GET /v1/accounts", Value::Null).await;

    let bank = saying(200, &samples::accounts_in_consortium()).await;
    let answer = bank.client.accounts_in_consortium(&bank.token).await;
    assert_eq!(answer, Ok(samples::accounts_in_consortium()));
    bank.was_asked("GET /v1/accounts?scope=consortium", Value::Null).await;

    let bank = saying(200, &samples::personal()).await;
    assert_eq!(bank.client.account(&bank.token, &account("aurora", 1042)).await, Ok(samples::personal()));
    bank.was_asked(&format!("GET /v1/accounts/aurora/{}", number()), Value::Null).await;

    let bank = saying(200, &samples::personal()).await;
    assert_eq!(bank.client.close_account(&bank.token, number()).await, Ok(samples::personal()));
    bank.was_asked(&format!("POST /v1/accounts/{}/close", number()), Value::Null).await;
}

#[tokio::test]
async fn turns_the_pages_of_a_listing() {
    let of_account = account("aurora", 1042);
    let bank = saying(200, &samples::statement()).await;
    let answer = bank.client.statement(&bank.token, &of_account, Page::default()).await;
    assert_eq!(answer, Ok(samples::statement()));
    bank.was_asked(&format!("GET /v1/accounts/{of_account}/statement"), Value::Null).await;

    let bank = saying(200, &samples::statement()).await;
    let page = Page { limit: Some(20), before: Some(4) };
    assert_eq!(bank.client.statement(&bank.token, &of_account, page).await, Ok(samples::statement()));
    let line = format!("GET /v1/accounts/{of_account}/statement?limit=20&before=4");
    bank.was_asked(&line, Value::Null).await;

    let bank = saying(200, &samples::packages()).await;
    let page = Page { limit: None, before: Some(12) };
    assert_eq!(bank.client.packages(&bank.token, page).await, Ok(samples::packages()));
    bank.was_asked("GET /v1/packages?before=12", Value::Null).await;
}

#[tokio::test]
async fn answers_invitations_and_looks_payees_up() {
    let bank = saying(200, &samples::invitations()).await;
    assert_eq!(bank.client.invitations(&bank.token).await, Ok(samples::invitations()));
    bank.was_asked("GET /v1/invitations", Value::Null).await;

    let bank = answering(ResponseTemplate::new(204)).await;
    assert_eq!(bank.client.accept_invitation(&bank.token, number()).await, Ok(()));
    bank.was_asked(&format!("POST /v1/invitations/{}/accept", number()), Value::Null).await;

    let bank = answering(ResponseTemplate::new(204)).await;
    assert_eq!(bank.client.decline_invitation(&bank.token, number()).await, Ok(()));
    bank.was_asked(&format!("POST /v1/invitations/{}/decline", number()), Value::Null).await;

    let bank = saying(200, &samples::payee()).await;
    assert_eq!(bank.client.payee(&bank.token, &account("bonanza", 77)).await, Ok(samples::payee()));
    bank.was_asked(&format!("GET /v1/payees/{}", account("bonanza", 77)), Value::Null).await;
}

#[tokio::test]
async fn gives_lists_and_revokes_consents() {
    let bank = saying(201, &samples::consent()).await;
    let consent = GiveConsent {
        bank: of("bonanza"),
        customer: of(UUID),
        permissions: vec![Permission::View],
        limit_per_package: Some(5),
        limit_per_day: None,
        expires_at: Some(at()),
    };
    assert_eq!(bank.client.give_consent(&bank.token, &consent).await, Ok(samples::consent()));
    let body = json!({"bank": "bonanza", "customer": UUID, "permissions": ["view"], "limit_per_package": 5,
        "expires_at": "2026-11-20T12:00:00Z"});
    bank.was_asked("POST /v1/consents", body).await;

    let bank = saying(200, &samples::consents()).await;
    assert_eq!(bank.client.consents(&bank.token).await, Ok(samples::consents()));
    bank.was_asked("GET /v1/consents", Value::Null).await;

    let bank = answering(ResponseTemplate::new(204)).await;
    assert_eq!(bank.client.revoke_consent(&bank.token, of(UUID)).await, Ok(()));
    bank.was_asked(&format!("DELETE /v1/consents/{UUID}"), Value::Null).await;
}

fn legs_in_json() -> Value {
    let (payer, payee) = (account("aurora", 1042).to_string(), account("bonanza", 77).to_string());
    json!({"legs": [
        {"from": payer, "to": payee, "amount": 12_345, "description": "aluguel"},
        {"to": payer, "amount": 1},
        {"from": payee, "amount": 500},
    ]})
}

#[tokio::test]
async fn previews_orders_and_asks_for_a_package() {
    let bank = saying(200, &samples::preview()).await;
    assert_eq!(bank.client.preview(&bank.token, &order()).await, Ok(samples::preview()));
    bank.was_asked("POST /v1/packages/preview", legs_in_json()).await;

    let bank = saying(200, &package(PackageStatus::Refused)).await;
    assert_eq!(bank.client.package(&bank.token, package_id()).await, Ok(package(PackageStatus::Refused)));
    bank.was_asked(&format!("GET /v1/packages/{UUID}"), Value::Null).await;

    let done = package(PackageStatus::Committed);
    for status in [200, 201] {
        let bank = saying(status, &done).await;
        let outcome = bank.client.order_package(&bank.token, package_id(), &order()).await;
        assert_eq!(outcome, Ok(OrderOutcome::Committed(done.clone())));
        bank.was_asked(&format!("PUT /v1/packages/{UUID}"), legs_in_json()).await;
    }

    let under_way = package(PackageStatus::InProgress);
    let bank = saying(202, &under_way).await;
    let outcome = bank.client.order_package(&bank.token, package_id(), &order()).await;
    assert_eq!(outcome, Ok(OrderOutcome::InProgress(under_way)));
}

#[tokio::test]
async fn a_refused_and_an_aborted_package_are_outcomes_and_not_errors() {
    let refused = samples::ended(ProblemCode::PackageRefused, PackageStatus::Refused);
    let bank = saying(422, &refused).await;
    let outcome = bank.client.order_package(&bank.token, package_id(), &order()).await;
    assert_eq!(outcome, Ok(OrderOutcome::Refused(refused)));

    let aborted = samples::ended(ProblemCode::PackageAborted, PackageStatus::Aborted);
    let bank = saying(503, &aborted).await;
    let outcome = bank.client.order_package(&bank.token, package_id(), &order()).await;
    assert_eq!(outcome, Ok(OrderOutcome::Aborted(aborted)));
}

#[tokio::test]
async fn every_other_problem_of_an_order_speaks_of_this_sending_only() {
    for code in ProblemCode::ALL {
        let bank = saying(code.status(), &Problem::new(*code).retry_after(250)).await;
        let asked = bank.client.me(&bank.token).await.unwrap_err();
        assert_eq!(asked.code(), Some(*code), "a question gets the bank's problem, whatever it is");
        // A bank that is ending, or waits for its own books, may have taken what it answers so.
        let may_be_taken = matches!(code, ProblemCode::BankUnavailable | ProblemCode::Overloaded);
        assert_eq!(asked.leaves_outcome_open(), may_be_taken, "{code:?}");
        assert_eq!(asked.may_pass(), matches!(code.status(), 408 | 429 | 503), "{code:?}");

        match bank.client.order_package(&bank.token, package_id(), &order()).await {
            Ok(OrderOutcome::Refused(problem)) => {
                assert_eq!((*code, problem.code), (ProblemCode::PackageRefused, ProblemCode::PackageRefused));
            }
            Ok(OrderOutcome::Aborted(problem)) => {
                assert_eq!((*code, problem.code), (ProblemCode::PackageAborted, ProblemCode::PackageAborted));
            }
            Err(ClientError::Problem(problem)) => {
                assert_eq!(problem.code, *code);
                assert_eq!(problem.retry_after_ms, Some(250));
                assert!(!matches!(code, ProblemCode::PackageRefused | ProblemCode::PackageAborted));
            }
            other => panic!("{code:?} became {other:?}"),
        }
    }
}

/// The outcome of an order is asked for by its id: an answer about another package would end the asking with a lie.
#[tokio::test]
async fn an_answer_about_another_package_says_nothing_of_the_one_asked_for() {
    let mut other = package(PackageStatus::Committed);
    other.id = of("0190f2a0-0000-7000-8000-000000000002");
    let bank = answering(ResponseTemplate::new(200).set_body_json(&other)).await;
    let error = bank.client.package(&bank.token, package_id()).await.unwrap_err();
    assert!(matches!(error, ClientError::Garbage { .. }), "{error:?}");
}

/// Answers to an order that are not this interface's: nobody can tell what became of it.
#[tokio::test]
async fn garbage_leaves_the_outcome_of_an_order_open() {
    let other_id = {
        let mut reply = package(PackageStatus::Committed);
        reply.id = of("0190f2a0-0000-7000-8000-000000000002");
        reply
    };
    let mut other_refused = samples::ended(ProblemCode::PackageRefused, PackageStatus::Refused);
    other_refused.package =
        Some(Box::new(PackageReply { id: other_id.id, ..package(PackageStatus::Refused) }));
    let refused_but_done = samples::ended(ProblemCode::PackageRefused, PackageStatus::Committed);
    let mut lying = Problem::new(ProblemCode::Unauthenticated);
    lying.status = 500;
    let mut unknown_code = serde_json::to_value(Problem::new(ProblemCode::NotFound)).unwrap();
    unknown_code["code"] = json!("teapot");
    let json = |status, body: &dyn erased::Body| ResponseTemplate::new(status).set_body_json(body.value());
    let rows = [
        ("html", ResponseTemplate::new(500).set_body_string("<html>Internal Server Error</html>")),
        ("html of a proxy", ResponseTemplate::new(502).set_body_string("<html>Bad Gateway</html>")),
        ("nothing", ResponseTemplate::new(201)),
        ("no JSON", ResponseTemplate::new(201).set_body_string("ok")),
        ("another body", json(201, &samples::bank())),
        ("another package", json(201, &other_id)),
        ("done, and not done", json(201, &package(PackageStatus::InProgress))),
        ("not done, and done", json(202, &package(PackageStatus::Committed))),
        ("created, and refused", json(201, &package(PackageStatus::Refused))),
        ("no content", ResponseTemplate::new(204)),
        ("a redirect", ResponseTemplate::new(307).insert_header("location", "/v1/elsewhere")),
        ("a problem of another package", json(422, &other_refused)),
        ("a refusal of a package that is done", json(422, &refused_but_done)),
        ("a problem under another status", json(404, &Problem::new(ProblemCode::Unauthenticated))),
        ("a status that is not the problem's", json(401, &lying)),
        ("a code under a status that is not its own", json(500, &lying)),
        ("a code from the future", json(404, &unknown_code)),
        ("too much", ResponseTemplate::new(201).set_body_bytes(vec![b' '; ANSWER_BYTES_MAX + 1])),
    ];
    for (what, answer) in rows {
        let bank = answering(answer).await;
        let error = bank.client.order_package(&bank.token, package_id(), &order()).await.unwrap_err();
        assert!(matches!(error, ClientError::Garbage { .. }), "{what} became {error:?}");
        assert!(error.leaves_outcome_open(), "{what}");
        assert!(!error.to_string().contains("html"), "an error quotes nothing of the answer");
        bank.was_asked(&format!("PUT /v1/packages/{UUID}"), legs_in_json()).await;
    }
}

/// Rows of different bodies in one table.
mod erased {
    pub trait Body {
        fn value(&self) -> serde_json::Value;
    }

    impl<T: serde::Serialize> Body for T {
        fn value(&self) -> serde_json::Value {
            serde_json::to_value(self).unwrap()
        }
    }
}

#[tokio::test]
async fn an_answer_is_read_up_to_the_largest_size_and_no_further() {
    let mut body = serde_json::to_vec(&samples::bank()).unwrap();
    body.resize(ANSWER_BYTES_MAX, b' ');
    let bank = answering(ResponseTemplate::new(200).set_body_bytes(body.clone())).await;
    assert_eq!(bank.client.bank().await, Ok(samples::bank()));

    body.push(b' ');
    let bank = answering(ResponseTemplate::new(200).set_body_bytes(body)).await;
    assert!(matches!(bank.client.bank().await, Err(ClientError::Garbage { status: 200, .. })));
}

#[tokio::test]
async fn an_event_stream_is_read_event_by_event_and_resumed_by_its_id() {
    let money = json!({ "account": "aurora/1042-8", "balance": 5, "held": 0, "available": 5, "incoming": 0 });
    let text = format!(
        "retry: 1000\n\nevent: account\ndata: {money}\nid: a-1\n\n: here\nid: a-2\n\n\
         event: later\ndata: ?\n\nevent: account\ndata: {money}\nid: a-3"
    );
    let body = ResponseTemplate::new(200).set_body_raw(text, "text/event-stream");
    let bank = answering(body).await;
    let mut stream = bank.client.events(&bank.token, Some("a-0")).await.unwrap();
    assert_eq!(stream.last_id(), Some("a-0"));
    let event = stream.next().await.unwrap().expect("an event");
    assert_eq!((event.name(), stream.last_id()), ("account", Some("a-1")));
    assert_eq!(serde_json::from_str::<Value>(&event.to_json().unwrap()).unwrap(), money);
    assert_eq!(stream.next().await.unwrap(), None, "of the last one the end is missing");
    assert_eq!(stream.last_id(), Some("a-2"), "what was cut short is told again");
    let requests = bank.server.received_requests().await.unwrap();
    assert_eq!(requests[0].headers["last-event-id"], "a-0");
    bank.was_asked("GET /v1/events", Value::Null).await;

    let page = answering(ResponseTemplate::new(200).set_body_raw("<html>", "text/html")).await;
    let error = page.client.events(&page.token, None).await.unwrap_err();
    assert!(matches!(error, ClientError::Garbage { .. }), "{error:?}");
    let no = saying(401, &Problem::new(ProblemCode::Unauthenticated)).await;
    let error = no.client.events(&no.token, None).await.unwrap_err();
    assert_eq!(error.code(), Some(ProblemCode::Unauthenticated));
}
