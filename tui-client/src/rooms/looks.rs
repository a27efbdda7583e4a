//! How rooms look: every room in five states, two sizes and two languages, each a snapshot; none missing, none too many,
//! and all of them drawn at every size.
//!
//! A room's own tests say how it comes into a state (`shown`), and assert what [`looks`] gives; more states may be added
//! there with [`looks_of`]. Where a room cannot be in a state, [`EXCEPTIONS`] says why.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ratatui::backend::TestBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use shared::api::replies::AccountsReply;

use super::{
    account, builder, change, connect, connections, consortium, home, invitations, log_in, me, open_account,
    package, packages, pay, receipt, review, settings, sign_up, welcome,
};
use crate::app::streams::StreamNews;
use crate::app::wire::{Call, Reply, Trouble};
use crate::app::{App, Event};
use crate::testing::{Client, account as account_reply, every_room};
use crate::texts::Language;

/// In what state a room is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// There is nothing to show, or nothing typed.
    Empty,
    /// Something was asked and is waited for.
    Loading,
    /// With all there is.
    Full,
    /// Something went wrong, or is wrong.
    Error,
    /// Under a question, a list or the help.
    Popup,
}

impl State {
    const ALL: [Self; 5] = [Self::Empty, Self::Loading, Self::Full, Self::Error, Self::Popup];

    const fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Loading => "loading",
            Self::Full => "full",
            Self::Error => "error",
            Self::Popup => "popup",
        }
    }
}

/// A client in a room in this state; none where the room has no such state.
pub type Shown = fn(State, Language) -> Option<Client>;

/// The rooms by the names of their folders.
const ROOMS: &[(&str, Shown)] = &[
    ("welcome", welcome::tests::shown),
    ("sign_up", sign_up::tests::shown),
    ("log_in", log_in::tests::shown),
    ("home", home::tests::shown),
    ("pay", pay::tests::shown),
    ("review", review::tests::shown),
    ("account", account::tests::shown),
    ("package", package::tests::shown),
    ("packages", packages::tests::shown),
    ("receipt", receipt::tests::shown),
    ("builder", builder::tests::shown),
    ("open_account", open_account::tests::shown),
    ("connections", connections::tests::shown),
    ("connect", connect::tests::shown),
    ("consortium", consortium::tests::shown),
    ("me", me::tests::shown),
    ("change", change::tests::shown),
    ("invitations", invitations::tests::shown),
    ("settings", settings::tests::shown),
];

/// States that a room cannot be in.
const EXCEPTIONS: &[(&str, State, &str)] = &[
    ("review", State::Empty, "a package has at least one transfer, and without a package there is no review"),
    ("consortium", State::Empty, "a consortium has at least the bank of the session"),
    ("me", State::Empty, "whoever is logged in has a name and a session"),
    ("settings", State::Loading, "settings are the client's own: nobody is asked for them"),
];

const SIZES: [(u16, u16); 2] = [(80, 24), (120, 40)];

const LANGUAGES: [(Language, &str); 2] = [(Language::PtBr, "pt"), (Language::En, "en")];

/// A screen, and the name of its snapshot.
#[derive(Debug)]
pub struct Look {
    /// `full_pt_80x24`.
    pub name: String,
    /// The screen, as text.
    pub screen: String,
}

/// The room in all of its states, sizes and languages.
pub fn looks(shown: Shown) -> Vec<Look> {
    let mut looks = Vec::new();
    for state in State::ALL {
        for (language, short) in LANGUAGES {
            let client = shown(state, language);
            looks.extend(client.iter().flat_map(|client| at_each_size(state.name(), short, client)));
        }
    }
    looks
}

/// One state more, in all sizes and languages.
pub fn looks_of(state: &str, shown: impl Fn(Language) -> Client) -> Vec<Look> {
    let look = |(language, short): &(Language, &str)| at_each_size(state, short, &shown(*language));
    LANGUAGES.iter().flat_map(look).collect()
}

fn at_each_size(state: &str, language: &str, client: &Client) -> Vec<Look> {
    let look = |(width, height): (u16, u16)| Look {
        name: format!("{state}_{language}_{width}x{height}"),
        screen: client.screen(width, height),
    };
    SIZES.map(look).into()
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// `OpenAccount(…)` as `open_account`, as its folder is called.
fn folder_of(variant: &str) -> String {
    let name = variant.split('(').next().unwrap_or_default();
    let mut words = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !words.is_empty() {
            words.push('_');
        }
        words.extend(c.to_lowercase());
    }
    words
}

#[test]
fn every_room_of_the_enum_is_drawn_in_every_state_or_says_why_not() {
    let (_, rest) = include_str!("../rooms.rs").split_once("pub enum Room {\n").expect("the enum");
    let (variants, _) = rest.split_once("\n}\n").expect("its end");
    let variants = variants.lines().map(str::trim).filter(|line| !line.starts_with("//"));
    let there: BTreeSet<String> = variants.map(folder_of).collect();
    let shown: BTreeSet<String> = ROOMS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(there, shown, "the rooms of the enum, and those that are shown here");

    for (room, shown) in ROOMS {
        for state in State::ALL {
            let exception = EXCEPTIONS.iter().find(|(r, s, _)| r == room && *s == state);
            for (language, short) in LANGUAGES {
                let client = shown(state, language);
                assert_eq!(client.is_none(), exception.is_some(), "{room} {state:?}: {exception:?}");
                for (width, height) in SIZES {
                    let name = format!("{}_{short}_{width}x{height}", state.name());
                    let file =
                        format!("rooms/{room}/snapshots/tui_client__rooms__{room}__tests__{name}.snap");
                    assert_eq!(source().join(&file).exists(), exception.is_none(), "{file}");
                }
                let Some(client) = client else { continue };
                let stands_in = folder_of(&format!("{:?}", client.app.room()));
                assert_eq!(stands_in, *room, "{state:?} shows another room");
                assert_eq!(client.app.has_popup(), state == State::Popup, "{room} {state:?}");
                assert!(state != State::Loading || !client.open.is_empty(), "{room}: nothing is waited for");
            }
        }
    }
}

/// Asked of insta: where to note which snapshots were looked at.
const REFERENCES: &str = "INSTA_SNAPSHOT_REFERENCES_FILE";

fn snapshots(folder: &Path, found: &mut BTreeSet<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            snapshots(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "snap") {
            found.insert(path.canonicalize().expect("a path"));
        }
    }
}

/// Runs these tests once more, without the long ones, and has insta note which snapshots they look at.
#[test]
fn no_snapshot_is_an_orphan() {
    let folder = tempfile::tempdir().expect("a directory");
    let list = folder.path().join("references");
    let mut run = Command::new(std::env::current_exe().expect("the tests' own program"));
    run.args(["--skip", "no_snapshot_is_an_orphan", "--skip", "draws_at_every_size"]);
    // It looks and changes nothing; a snapshot that differs is another test's failure.
    let run = run.env(REFERENCES, &list).env("INSTA_UPDATE", "no").env("INSTA_FORCE_PASS", "1");
    let output = run.output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let list = fs::read_to_string(list).expect("insta's list");
    let looked_at: BTreeSet<PathBuf> =
        list.lines().filter_map(|line| Path::new(line).canonicalize().ok()).collect();
    let mut there = BTreeSet::new();
    snapshots(&source(), &mut there);
    assert!(looked_at.len() > 400, "only {} snapshots were looked at", looked_at.len());
    let orphans: Vec<&PathBuf> = there.difference(&looked_at).collect();
    assert!(orphans.is_empty(), "no test looks at these: {orphans:#?}");
}

/// Whoever is lost presses F1: the bar below says so, however long it is.
#[test]
fn the_bar_below_always_names_the_help() {
    for (room, shown) in ROOMS {
        for (state, (language, _)) in State::ALL.iter().flat_map(|s| LANGUAGES.map(|l| (*s, l))) {
            let Some(client) = shown(state, language) else { continue };
            for width in [60, 80, 120] {
                let screen = client.screen(width, 24);
                let bar = screen.lines().last().expect("a bar");
                assert!(bar.contains(" F1 "), "{room} {state:?} at {width}: {bar}");
            }
        }
    }
}

/// The bank of the session does not answer, and comes back: whatever room one waits in says so, with and without a stream.
#[test]
fn in_every_room_a_bank_that_comes_back_is_found_again() {
    let accounts = |call: &Call| *call == Call::Accounts;
    for (room, shown) in ROOMS {
        for lives in [true, false] {
            let Some(mut client) = shown(State::Full, Language::PtBr) else { continue };
            if client.app.world.banks.main().is_none() {
                continue;
            }
            for (id, ..) in client.streams() {
                let broken = StreamNews::Broken(Trouble::Unreachable);
                let news = if lives { StreamNews::Opened } else { broken };
                client.event(Event::Streamed(id, news));
            }
            client.app.world.look();
            client.pass(0);
            for _ in 0..client.open.iter().filter(|(_, _, call)| accounts(call)).count() {
                client.answer(accounts, Err(Trouble::Unreachable));
            }
            assert!(client.shows("× sem resposta"), "{room}: {}", client.screen(80, 24));
            // As long as nobody's screen locks, it is asked again.
            for _ in 0..100 {
                client.pass(1_000);
                if client.asks(accounts) {
                    let own = vec![account_reply("aurora", 1042, 123_456)];
                    client
                        .answer(accounts, Ok(Reply::Accounts(AccountsReply { accounts: own, banks: None })));
                }
                if !client.shows("× sem resposta") {
                    break;
                }
            }
            assert!(!client.shows("× sem resposta"), "{room}, stream {lives}: {}", client.screen(80, 24));
        }
    }
}

/// Draws without comparing with what was drawn before: thousands of screens are drawn, and none is shown.
struct Easel {
    terminal: Terminal<TestBackend>,
}

impl Easel {
    fn new() -> Self {
        let viewport = Viewport::Fixed(Rect::new(0, 0, 1, 1));
        let options = TerminalOptions { viewport };
        Self { terminal: Terminal::with_options(TestBackend::new(120, 40), options).expect("a terminal") }
    }

    fn draw(&mut self, app: &App, width: u16, height: u16) {
        self.terminal.resize(Rect::new(0, 0, width, height)).expect("resized");
        app.view(&mut self.terminal.get_frame());
    }
}

/// Every size that is too small for a room, and of the others all narrow and low ones, then some: between two breakpoints
/// of the layout nothing new happens.
fn sizes() -> impl Iterator<Item = (u16, u16)> {
    let wide = |w: &u16| *w < 64 || w % 7 == 4 || (98..=101).contains(w) || *w > 117;
    let high = |h: u16| h < 22 || h.is_multiple_of(5) || h > 38;
    (1..=120).filter(wide).flat_map(move |w| (1..=40).filter(move |h| high(*h)).map(move |h| (w, h)))
}

#[test]
fn every_room_draws_at_every_size_in_every_state() {
    let mut easel = Easel::new();
    let mut drawn: BTreeMap<&str, usize> = BTreeMap::new();
    for (room, shown) in ROOMS {
        for (state, (language, _)) in State::ALL.iter().flat_map(|s| LANGUAGES.map(|l| (*s, l))) {
            let Some(client) = shown(state, language) else { continue };
            for (width, height) in sizes() {
                easel.draw(&client.app, width, height);
                *drawn.entry(room).or_default() += 1;
            }
        }
    }
    assert!(drawn.values().all(|count| *count > 10_000), "{drawn:?}");
}

/// What lies over rooms, and the steps within them.
#[test]
fn everything_else_draws_at_every_size() {
    let mut easel = Easel::new();
    for (_, mut client) in every_room() {
        for (width, height) in sizes() {
            easel.draw(&client.app, width, height);
        }
        client.press(crossterm::event::KeyCode::F(2));
        easel.draw(&client.app, 80, 24);
    }
}
