//! Ana, her joint account, and everybody who may ask about it; a bank of the consortium whose key the test holds.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::HeaderMap;
use bank_node::peers::keys::PrivateKey;
use bank_node::peers::signature::{self, Kind, Nonce, Stamp};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use shared::ids::BankId;

use crate::books::{self, Books};
use crate::world::{Answer, PASSWORD, Person, World, cpf, number, package};

/// Banks of the stage: Ana's, the one with other customers, and the one whose process is stopped and whose key is held here.
pub const HOME: usize = 0;
pub const ABROAD: usize = 1;
const MEMBER: usize = 2;

/// To whom of the member's customers Ana has given a consent, and somebody who has none.
pub const CONSENTED: &str = "0192e4a8-0000-7000-8000-0000000000c1";
pub const UNCONSENTED: &str = "0192e4a8-0000-7000-8000-0000000000c2";

const PATIENCE: Duration = Duration::from_secs(20);

pub struct Stage {
    pub world: World,
    pub operators: Client,
    pub member: Signer,
    pub nobody: Signer,
    pub joint: String,
    /// Ana's package that paid into the joint account, and her consent to the one at the other bank.
    pub package: String,
    pub consent: String,
    people: BTreeMap<&'static str, Person>,
    next: AtomicU64,
    /// What was made for a row and is still as it was.
    kept: Mutex<BTreeMap<String, String>>,
}

/// Who asks, with what, and where.
#[derive(Clone, Debug)]
pub struct Who {
    pub bank: usize,
    pub token: Option<String>,
    pub cpf: String,
    pub password: String,
}

/// A bank's key, or somebody's who would be one.
pub struct Signer {
    key: PrivateKey,
    from: BankId,
    next: AtomicU64,
}

impl Signer {
    fn new(from: &str, key: PrivateKey) -> Self {
        Self { key, from: from.parse().expect("a bank"), next: AtomicU64::new(1) }
    }

    /// The headers that make these a bank's to Ana's.
    pub fn sign(&self, method: &str, path: &str, body: &[u8]) -> HeaderMap {
        let mut nonce = [0; 16];
        nonce[8..].copy_from_slice(&self.next.fetch_add(1, Ordering::SeqCst).to_be_bytes());
        let created_s = bank_node::clock::Clock::start().wall_ms() / 1000;
        let stamp = Stamp { created_s, nonce: Nonce::new(nonce) };
        let to: BankId = "aurora".parse().expect("a bank");
        let signed =
            signature::sign(&self.key, Kind::Request { method, path }, &self.from, &to, body, &stamp);
        let mut headers = HeaderMap::new();
        signed.put_into(&mut headers);
        headers
    }
}

impl Stage {
    pub async fn set() -> Self {
        // Others may have done so before in this process.
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let mut world = World::start(3);
        let directory = world.banks.banks()[HOME].config.parent().expect("a directory").to_owned();
        world.banks.stop(MEMBER).expect("stopped");
        let key = PrivateKey::read_file(&directory.join("cerrado.key")).expect("a key");
        let operators = Client::builder()
            .unix_socket(directory.join("aurora/admin.sock"))
            .timeout(Duration::from_secs(15))
            .no_proxy()
            .build()
            .expect("a client");
        let mut people = BTreeMap::new();
        for (place, (name, bank)) in [
            ("owner", HOME),
            ("holder", HOME),
            ("invited", HOME),
            ("stranger", HOME),
            ("elsewhere", ABROAD),
            ("connected", ABROAD),
        ]
        .into_iter()
        .enumerate()
        {
            people.insert(name, world.person(bank, u32::try_from(place).expect("few") + 1).await);
        }
        let mut stage = Self {
            world,
            operators,
            member: Signer::new("cerrado", key),
            nobody: Signer::new("nowhere", PrivateKey::from_seed(&[7; 32]).expect("a key")),
            joint: String::new(),
            package: package(),
            consent: String::new(),
            people,
            next: AtomicU64::new(100),
            kept: Mutex::default(),
        };
        // So that the joint account's number is one that the other bank has not given out.
        for _ in 0..3 {
            let opened = stage.world.post(stage.person("owner"), "/v1/accounts", stage.company()).await;
            opened.expect(201);
        }
        stage.joint = stage.open_joint(true).await;
        let legs = json!([{ "to": stage.joint, "amount": 1_000_000 }]);
        stage.world.order(stage.person("owner"), &stage.package, legs).await.expect(201);
        let connected = stage.person("connected").id.clone();
        for (bank, customer) in [("boreal", connected.as_str()), ("cerrado", CONSENTED)] {
            let consent = stage.give_consent(bank, customer).await;
            if bank == "boreal" {
                stage.consent = consent;
            }
        }
        stage
    }

    pub fn person(&self, name: &str) -> &Person {
        self.people.get(name).unwrap_or_else(|| panic!("nobody is called {name}"))
    }

    /// A number that was not given before.
    pub fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::SeqCst)
    }

    /// A CPF that nobody has signed up with.
    pub fn new_cpf(&self) -> String {
        cpf(u32::try_from(self.number()).expect("few"))
    }

    /// The body that opens a company's account.
    pub fn company(&self) -> Value {
        let base = format!("{:012}", self.number());
        let cnpj = shared::cnpj::Cnpj::from_base(&base).expect("a CNPJ").to_string();
        json!({ "kind": "business", "cnpj": cnpj, "company": "Padaria Sol" })
    }

    /// A joint account of Ana's, with one other who has accepted, if so wished, and one who has not answered.
    pub async fn open_joint(&self, accepted: bool) -> String {
        let (owner, holder, invited) = (self.person("owner"), self.person("holder"), self.person("invited"));
        let body = json!({ "kind": "joint", "holders": [holder.cpf, invited.cpf] });
        let opened = self.world.post(owner, "/v1/accounts", body).await.expect(201);
        let account = opened["account"].as_str().expect("an account").to_owned();
        if accepted {
            let accept = format!("/v1/invitations/{}/accept", number(&account));
            self.world.post(holder, &accept, Value::Null).await.expect(204);
        }
        account
    }

    /// Ana's consent, by which a customer of another bank may view and pay.
    pub async fn give_consent(&self, bank: &str, customer: &str) -> String {
        let consent = json!({ "bank": bank, "customer": customer, "permissions": ["view", "pay"] });
        let given = self.world.post(self.person("owner"), "/v1/consents", consent).await.expect(201);
        given["id"].as_str().expect("an id").to_owned()
    }

    /// What was made as `what` and nothing has happened to since, if anything.
    pub fn kept(&self, what: &str) -> Option<String> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(what).cloned()
    }

    pub fn keep(&self, what: &str, made: &str) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).insert(what.to_owned(), made.to_owned());
    }

    /// Something has been done with what was made.
    pub fn let_go(&self) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Who stands behind a column of the page. (Those that sign, and operators, come without a session.)
    pub async fn who(&self, column: &str) -> Who {
        let of = |person: &Person, bank: usize| Who {
            bank,
            token: Some(person.token.clone()),
            cpf: person.cpf.clone(),
            password: PASSWORD.to_owned(),
        };
        match column {
            "reset" => self.reset().await,
            "foreign" => of(self.person("elsewhere"), HOME),
            "nobody" | "operator" | "member" | "no member" => {
                Who { bank: HOME, token: None, cpf: self.new_cpf(), password: PASSWORD.to_owned() }
            }
            name => of(self.person(name), self.person(name).bank),
        }
    }

    /// A new customer whose password an operator has set.
    async fn reset(&self) -> Who {
        let number = u32::try_from(self.number()).expect("few");
        let person = self.world.person(HOME, number).await;
        let path = format!("/admin/v1/customers/{}/reset-password", person.cpf);
        let set = self.ask(self.operators.request(Method::POST, format!("http://bank{path}"))).await;
        let password = set.expect(200)["password"].as_str().expect("a password").to_owned();
        let body = json!({ "cpf": person.cpf, "password": password });
        let opened = self.world.post_as_nobody(HOME, "/v1/sessions", body).await.expect(201);
        assert_eq!(opened["must_change_password"], true);
        let token = opened["token"].as_str().map(str::to_owned);
        Who { bank: HOME, token, cpf: person.cpf, password }
    }

    /// Sends what is not the documented interface's.
    pub async fn ask(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.expect("a whole answer");
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Answer { status, headers, body }
    }

    /// The books of both banks that run, once nothing is under way between them.
    pub async fn books(&self) -> [Books; 2] {
        let directories = [HOME, ABROAD].map(|bank| self.directory(bank));
        let settled = async {
            while !directories.iter().all(|directory| books::are_settled(directory)) {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(PATIENCE, settled).await.expect("everything is confirmed in time");
        directories.map(|directory| books::read(&directory))
    }

    fn directory(&self, bank: usize) -> PathBuf {
        let bank = &self.world.banks.banks()[bank];
        bank.config.parent().expect("a directory").join(bank.id.as_str())
    }

    /// Where operators ask of Ana's bank.
    pub fn operators_address(&self, path: &str) -> String {
        format!("{}{path}", self.world.banks.banks()[HOME].admin_address)
    }
}
