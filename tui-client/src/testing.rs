//! What the tests of rooms share: a world with banks and accounts, keys, and screens as text.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use shared::account::{AccountKind, AccountNumber, AccountRef, AccountStatus};
use shared::api::events::BankEvent;
use shared::api::replies::{
    AccountReply, AccountsReply, BankHealth, BankName, BankStatus, ConsentReply, ConsortiumReply,
    CustomerReply, HolderReply, HolderStatus, InvitationReply, InviterReply, LegReply, PackageBank,
    PackageBankState, PackageReply, PackageStatus, PayeeReply, Permission, PostingReply, ScopeBank,
    ScopeStatus, StatementReply,
};
use shared::cpf::Cpf;
use shared::ids::{BankId, ConsentId, CustomerId, PackageId};
use shared::money::Amount;
use shared::package::{End, Leg, Legs};
use uuid::Uuid;

use crate::app::orders::OrderFile;
use crate::app::settings::{Hint, NamedBank, Settings};
use crate::app::streams::{StreamId, StreamNews};
use crate::app::wire::{Answer, BankAddress, Call, LoggedIn, Reply, RequestId, Seat, Token};
use crate::app::{App, Effect, Event, update};
use crate::ids::Ids;
use crate::texts::Language;

/// A moment to begin at: 14:32 in Brazil.
pub fn start_time() -> Timestamp {
    "2026-11-20T17:32:05Z".parse().expect("a time")
}

/// A bank's id.
pub fn bank(id: &str) -> BankId {
    id.parse().expect("a bank's id")
}

/// The address of a bank in these tests.
pub fn address(port: u16) -> BankAddress {
    format!("http://127.0.0.1:{port}").parse().expect("an address")
}

/// Account `base` of a bank.
pub fn account_ref(id: &str, base: u64) -> AccountRef {
    AccountRef::new(bank(id), AccountNumber::new(base).expect("a number"))
}

/// Ana's CPF.
pub fn ana() -> Cpf {
    "529.982.247-25".parse().expect("a CPF")
}

/// A personal account of Ana.
pub fn account(id: &str, base: u64, balance: i64) -> AccountReply {
    AccountReply {
        account: account_ref(id, base),
        kind: AccountKind::Personal,
        status: AccountStatus::Open,
        holders: vec![HolderReply {
            cpf: ana().to_string(),
            name: "Ana Souza".to_owned(),
            status: HolderStatus::Holder,
        }],
        cnpj: None,
        company: None,
        balance,
        held: 0,
        available: balance,
        incoming: 0,
        opened_at: start_time(),
    }
}

/// An order of one leg, from Aurora to Boreal.
pub fn order_file(n: u128) -> OrderFile {
    let leg = Leg::new(
        End::Account(account_ref("aurora", 1042)),
        End::Account(account_ref("boreal", 2001)),
        Amount::new(15_000).expect("an amount"),
        None,
    );
    OrderFile {
        id: PackageId(Uuid::from_u128(n)),
        bank: bank("aurora"),
        customer: CustomerId(Uuid::from_u128(900)),
        legs: Legs::new(vec![leg.expect("a leg")]).expect("legs"),
        made_at: start_time(),
        sent_again_at: None,
    }
}

/// Posting `n` of Ana's account at Aurora, to or from Boreal, a minute before the one after it.
pub fn posting(n: u64, amount: i64, balance_after: i64) -> PostingReply {
    let other = account_ref("boreal", 2001);
    PostingReply {
        number: n,
        at: start_time(),
        package: PackageId(Uuid::from_u128(u128::from(n))),
        leg: 0,
        amount,
        balance_after,
        counterparty: if amount < 0 { other.to_string() } else { other.masked() },
        description: None,
    }
}

/// A package of two legs that Ana ordered, everywhere at the same point.
pub fn full_package(status: PackageStatus, settled: bool) -> PackageReply {
    let state = match status {
        PackageStatus::InProgress => PackageBankState::Prepared,
        PackageStatus::Committed => PackageBankState::Committed,
        PackageStatus::Refused | PackageStatus::Aborted => PackageBankState::Aborted,
    };
    let leg = |to: AccountRef, amount, description: Option<&str>| LegReply {
        leg: None,
        from: Some(account_ref("aurora", 1042).to_string()),
        to: Some(to.to_string()),
        amount,
        description: description.map(str::to_owned),
    };
    PackageReply {
        id: PackageId(Uuid::from_u128(0x0191_0000_0000_7000_8000_0000_0000_0001)),
        status,
        settled,
        legs: vec![
            leg(account_ref("boreal", 2001), 15_000, Some("aluguel de novembro")),
            leg(account_ref("cerrado", 3003), 5_000, None),
        ],
        refusals: Vec::new(),
        created_at: start_time(),
        decided_at: None,
        banks: ["aurora", "boreal", "cerrado"]
            .map(|id| PackageBank {
                bank: bank(id),
                state: if settled || id != "cerrado" { state } else { PackageBankState::Prepared },
            })
            .to_vec(),
    }
}

/// Who is behind account `base` of a bank.
pub fn payee(id: &str, base: u64, name: &str) -> PayeeReply {
    PayeeReply { account: account_ref(id, base), kind: AccountKind::Personal, name: name.to_owned() }
}

/// Three legs as lines: two from Ana's account at Aurora, to herself and to a stranger, and a pay-in.
pub fn three_lines() -> String {
    let stranger = account_ref("cerrado", 3003);
    format!("aurora/1042-8=boreal/2001-0:150,00\naurora/1042-8={stranger}:50\ndinheiro=boreal/2001-0:50,00\n")
}

/// What a bank says to Ana's log-in; she has the same id everywhere.
pub fn logged_in(id: &str, name: &str) -> LoggedIn {
    logged_in_as(id, name, 900)
}

/// What a bank says to Ana's log-in, where she is customer `n`.
pub fn logged_in_as(id: &str, name: &str, n: u128) -> LoggedIn {
    LoggedIn {
        token: Token::new(format!("token-{id}")).expect("a token"),
        expires_at: start_time(),
        customer: CustomerReply {
            id: CustomerId(Uuid::from_u128(n)),
            cpf: ana(),
            name: "Ana Souza".to_owned(),
            created_at: None,
        },
        bank: BankName { id: bank(id), name: name.to_owned() },
        must_change_password: false,
        scheme: shared::address::Scheme::Http,
    }
}

/// An invitation to a joint account of a bank.
pub fn invitation(id: &str, base: u64, by: &str) -> InvitationReply {
    InvitationReply {
        account: account_ref(id, base),
        kind: AccountKind::Joint,
        company: None,
        invited_by: InviterReply { name: by.to_owned() },
        at: start_time(),
    }
}

/// A consent for a bank, for Ana's id there.
pub fn consent(for_bank: &str, n: u128) -> ConsentReply {
    ConsentReply {
        id: ConsentId(Uuid::from_u128(n)),
        bank: bank(for_bank),
        customer: CustomerId(Uuid::from_u128(900)),
        permissions: vec![Permission::View, Permission::Pay],
        limit_per_package: 500_000,
        limit_per_day: 2_000_000,
        used_today: 15_000,
        expires_at: "2027-11-20T17:32:05Z".parse().expect("a time"),
        created_at: start_time(),
    }
}

/// At home with sessions at Aurora and at Boreal.
pub fn connected_client(language: Language) -> Client {
    let mut client = Client::at_home(language);
    client.keys("94");
    client.type_text("uma senha boa");
    client.press(KeyCode::Enter);
    let boreal = logged_in("boreal", "Banco Boreal");
    client.answer(|c| matches!(c, Call::LogIn(_)), Ok(Reply::LoggedIn(boreal)));
    client
}

/// Aurora, Boreal and Cerrado, the last away when `cerrado_up` is false.
pub fn consortium(cerrado_up: bool) -> ConsortiumReply {
    let health = |id: &str, name: &str, port: u16, up: bool| BankHealth {
        id: bank(id),
        name: name.to_owned(),
        address: format!("http://127.0.0.1:{port}"),
        status: if up { BankStatus::Up } else { BankStatus::Down },
        latency_ms: up.then_some(3),
        leaving: false,
    };
    ConsortiumReply {
        version: 1,
        banks: vec![
            health("aurora", "Banco Aurora", 7001, true),
            health("boreal", "Banco Boreal", 7002, true),
            health("cerrado", "Banco Cerrado", 7003, cerrado_up),
        ],
    }
}

/// What Aurora sees of Ana's accounts: its own, Boreal's by consent, Cerrado not connected or away.
pub fn seen_from_aurora(cerrado: ScopeStatus) -> AccountsReply {
    let mut savings = account("boreal", 2001, 1_250_000);
    savings.held = 50_000;
    savings.available = 1_200_000;
    savings.incoming = 15_000;
    let scope = |id: &str, status| ScopeBank { bank: bank(id), status };
    AccountsReply {
        accounts: vec![account("aurora", 1042, 123_456), savings],
        banks: Some(vec![
            scope("aurora", ScopeStatus::Ok),
            scope("boreal", ScopeStatus::Ok),
            scope("cerrado", cerrado),
        ]),
    }
}

/// Settings in a language, with one remembered bank.
pub fn settings(language: Language) -> Settings {
    let mut settings = Settings { language, ..Settings::default() };
    settings.remembered.language = Some(language);
    settings.remembered.banks =
        vec![NamedBank { name: "Banco Aurora".to_owned(), address: "127.0.0.1:7001".to_owned() }];
    settings
}

/// The log-ins of a demo.
pub fn hints() -> Vec<Hint> {
    let hint = |name: &str, cpf: &str, bank: &str, port: u16| Hint {
        name: name.to_owned(),
        cpf: cpf.to_owned(),
        password: "aurora-2026".to_owned(),
        bank: bank.to_owned(),
        address: format!("127.0.0.1:{port}"),
    };
    vec![
        hint("Ana Souza", "529.982.247-25", "Banco Aurora", 7001),
        hint("Bruno Lima", "111.444.777-35", "Banco Boreal", 7002),
    ]
}

/// The client under test, its clock, and the requests that it has sent and that are not answered.
pub struct Client {
    /// The client.
    pub app: App,
    /// Its wishes so far, requests aside.
    pub wishes: Vec<Effect>,
    /// Requests without an answer.
    pub open: Vec<(RequestId, Seat, Call)>,
}

impl Client {
    /// In the welcome room.
    pub fn start(settings: Settings) -> Self {
        let (app, effects) = App::start(start_time(), settings, Ids::counted());
        let mut client = Self { app, wishes: Vec::new(), open: Vec::new() };
        client.take(effects);
        client
    }

    /// At home, logged in at Aurora as Ana, nothing told yet.
    pub fn logged_in(language: Language) -> Self {
        let mut client = Self::start(settings(language));
        client.keys("1");
        client.type_text("52998224725");
        client.press(KeyCode::Tab);
        client.type_text("uma senha boa");
        client.press(KeyCode::Enter);
        let answer = Ok(Reply::LoggedIn(logged_in("aurora", "Banco Aurora")));
        client.answer(|call| matches!(call, Call::LogIn(_)), answer);
        client
    }

    /// The same, with everything told.
    pub fn at_home(language: Language) -> Self {
        let mut client = Self::logged_in(language);
        client.tell_accounts(ScopeStatus::NoConsent);
        client
    }

    /// Answers what home asks.
    pub fn tell_accounts(&mut self, cerrado: ScopeStatus) {
        let own = AccountsReply { accounts: vec![account("aurora", 1042, 123_456)], banks: None };
        self.answer(|c| matches!(c, Call::Consortium), Ok(Reply::Consortium(consortium(true))));
        self.answer(
            |c| matches!(c, Call::AccountsInConsortium),
            Ok(Reply::Accounts(seen_from_aurora(cerrado))),
        );
        self.answer(|c| matches!(c, Call::Accounts), Ok(Reply::Accounts(own)));
    }

    /// Something happens.
    pub fn event(&mut self, event: Event) {
        let effects = update(&mut self.app, event);
        self.take(effects);
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Send { id, to, call } => self.open.push((id, to, call)),
                Effect::Forget(id) => self.open.retain(|(open, ..)| *open != id),
                other => self.wishes.push(other),
            }
        }
    }

    /// A key without a character.
    pub fn press(&mut self, code: KeyCode) {
        self.event(Event::Key(KeyEvent::from(code)));
    }

    /// A character with Ctrl.
    pub fn ctrl(&mut self, c: char) {
        self.event(Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL)));
    }

    /// Characters, one key each.
    pub fn keys(&mut self, text: &str) {
        for c in text.chars() {
            self.press(KeyCode::Char(c));
        }
    }

    /// The same, with Tab and Enter as their characters.
    pub fn press_all(&mut self, keys: &str) {
        for key in keys.chars() {
            self.press(match key {
                '\r' => KeyCode::Enter,
                '\t' => KeyCode::Tab,
                key => KeyCode::Char(key),
            });
        }
    }

    /// The same; reads better for what goes into fields.
    pub fn type_text(&mut self, text: &str) {
        self.keys(text);
    }

    /// Milliseconds pass, in one tick.
    pub fn pass(&mut self, milliseconds: i64) {
        let now = self.app.world.now.as_millisecond() + milliseconds;
        self.event(Event::Tick(Timestamp::from_millisecond(now).expect("a time")));
    }

    /// The streams that the client listens to, the newest last: which, as whom, after which event.
    pub fn streams(&self) -> Vec<(StreamId, Seat, Option<String>)> {
        let mut open = Vec::new();
        for wish in &self.wishes {
            match wish {
                Effect::Listen { id, to, after } => open.push((*id, to.clone(), after.clone())),
                Effect::StopListening(gone) => open.retain(|(id, ..)| id != gone),
                _ => {}
            }
        }
        open
    }

    /// The stream that was opened last begins to tell.
    pub fn stream_opens(&mut self) -> StreamId {
        let (id, ..) = self.streams().pop().expect("the client listens");
        self.event(Event::Streamed(id, StreamNews::Opened));
        id
    }

    /// A bank tells something on a stream.
    pub fn told(&mut self, id: StreamId, event: BankEvent, last_id: &str) {
        self.event(Event::Streamed(id, StreamNews::Told { event, last_id: Some(last_id.to_owned()) }));
    }

    /// Whether such a call is open.
    pub fn asks(&self, wanted: impl Fn(&Call) -> bool) -> bool {
        self.open.iter().any(|(_, _, call)| wanted(call))
    }

    /// Answers the oldest open call of a kind.
    pub fn answer(&mut self, wanted: impl Fn(&Call) -> bool, answer: Answer) {
        let at = self.open.iter().position(|(_, _, call)| wanted(call));
        let at = at.unwrap_or_else(|| panic!("no such call is open: {:?}", self.open));
        let (id, ..) = self.open.remove(at);
        self.event(Event::Answered(id, answer));
    }

    /// Answers every payee that is asked for.
    pub fn answer_all_payees(&mut self) {
        while let Some(account) = self.open.iter().find_map(|(_, _, call)| match call {
            Call::Payee(account) => Some(account.clone()),
            _ => None,
        }) {
            let told = PayeeReply { account, kind: AccountKind::Personal, name: "B**** L***".to_owned() };
            self.answer(|c| matches!(c, Call::Payee(_)), Ok(Reply::Payee(told)));
        }
    }

    /// The screen, as text.
    pub fn screen(&self, width: u16, height: u16) -> String {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a test terminal");
        terminal.draw(|frame| self.app.view(frame)).expect("drawn");
        let buffer = terminal.backend().buffer();
        let mut text = String::new();
        for y in 0..height {
            let mut line = String::new();
            let mut skip = 0;
            for x in 0..width {
                let symbol = buffer[(x, y)].symbol();
                if skip == 0 {
                    line.push_str(symbol);
                }
                let taken = usize::from(crate::widgets::text::width(symbol)).max(1);
                skip = if skip > 0 { skip - 1 } else { taken - 1 };
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    /// Whether the screen shows these words.
    pub fn shows(&self, words: &str) -> bool {
        self.screen(120, 40).contains(words)
    }
}

/// Rooms by the keys that lead to them from home; Tab and Enter as their characters.
pub const ROOMS_BY_KEYS: [(&str, &str); 21] = [
    ("pay", "1"),
    ("builder", "2"),
    ("builder writing", "2n"),
    ("pay in", "3"),
    ("pay out", "4"),
    ("open account", "5"),
    ("open joint account", "52"),
    ("orders", "6"),
    ("account", "\t\r"),
    ("account details", "\t\rd"),
    ("account filter", "\t\r/saiu"),
    ("orders by id", "6o123\r"),
    ("connections", "7"),
    ("connect", "7j\r"),
    ("consortium", "8"),
    ("me", "9"),
    ("change name", "91"),
    ("change password", "92"),
    ("invitations", "i"),
    ("settings", "0"),
    ("settings bank", "0a"),
];

/// A client in each room there is, in each of its states worth drawing, by name.
pub fn every_room() -> Vec<(&'static str, Client)> {
    let pt = Language::PtBr;
    let mut rooms = vec![
        ("first run", Client::start(Settings::default())),
        ("welcome", Client::start(settings(pt))),
        ("welcome demo", Client::start(Settings { hints: hints(), ..settings(pt) })),
        ("home loading", Client::logged_in(pt)),
        ("home", Client::at_home(pt)),
    ];
    let open = |name, key: &str| {
        let mut client = Client::start(settings(pt));
        client.keys(key);
        (name, client)
    };
    rooms.push(open("log in", "1"));
    rooms.push(open("sign up", "2"));
    rooms.push(open("bank", "3"));
    let mut help = Client::at_home(pt);
    help.press(KeyCode::F(1));
    rooms.push(("help", help));
    for (name, keys) in ROOMS_BY_KEYS {
        let mut client = Client::at_home(pt);
        client.press_all(keys);
        rooms.push((name, client));
    }
    let mut palette = Client::at_home(pt);
    palette.ctrl('p');
    rooms.push(("palette", palette));
    for (name, keys) in [("load", "o"), ("bad lines", ""), ("template", "T"), ("save", "w")] {
        let mut client = Client::at_home(pt);
        client.keys("2");
        let bad = if keys.is_empty() { "nada\n" } else { "" };
        client.event(Event::Paste(format!("{}{bad}", three_lines())));
        client.keys(keys);
        rooms.push((name, client));
    }
    for (name, sends) in [("review", false), ("package", true)] {
        let mut client = Client::at_home(pt);
        client.keys("2");
        client.event(Event::Paste(three_lines()));
        client.ctrl('s');
        if sends {
            client.answer_all_payees();
            client.press(KeyCode::Tab);
            client.press(KeyCode::Enter);
        }
        rooms.push((name, client));
    }
    let mut locked = Client::at_home(pt);
    locked.ctrl('o');
    rooms.push(("locked", locked));
    let mut statement = Client::at_home(pt);
    statement.press(KeyCode::Tab);
    statement.press(KeyCode::Enter);
    let postings = (1..40).rev().map(|n| posting(n, -15_000, 5)).collect();
    let reply = Ok(Reply::Statement(StatementReply { postings, next: None }));
    statement.answer(|c| matches!(c, Call::Statement { .. }), reply);
    rooms.push(("statement", statement));
    for (name, keys) in [("receipt", "v"), ("receipt code", "vg")] {
        let mut client = Client::at_home(pt);
        let package = full_package(PackageStatus::Committed, true);
        client.keys("6o");
        client.event(Event::Paste(package.id.to_string()));
        client.press(KeyCode::Enter);
        client.answer(|c| matches!(c, Call::Package(_)), Ok(Reply::Package(package.clone())));
        client.keys("v");
        client.answer(|c| matches!(c, Call::Package(_)), Ok(Reply::Package(package)));
        client.keys(&keys[1..]);
        rooms.push((name, client));
    }
    let mut quit = Client::at_home(pt);
    quit.keys("q");
    rooms.push(("question", quit));
    rooms
}
