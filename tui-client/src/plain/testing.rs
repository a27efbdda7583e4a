//! A talk for tests: lines that are there already, and what is wanted and said.

use std::sync::mpsc::Receiver;

use super::Talk;
use super::lines::Wanted;
use super::lines::tests::{Said, scripted};
use crate::app::settings::Settings;
use crate::app::wire::BankAddress;
use crate::node::Places;
use crate::teller::Teller;
use crate::testing::logged_in;
use crate::texts::{Language, Texts};

/// A talk and what comes of it.
pub(super) struct Scene {
    pub(super) talk: Talk,
    pub(super) wanted: Receiver<Wanted>,
    pub(super) said: Said,
    pub(super) state: tempfile::TempDir,
}

impl Scene {
    /// In English, with these lines still to come, Ana logged in at the bank at `address`. `typed`: somebody types.
    pub(super) fn at(address: BankAddress, lines: &[&str], typed: bool) -> Self {
        let state = tempfile::tempdir().expect("a directory");
        let places = Places::find(Some(state.path().to_path_buf()));
        let (lines, wanted, said) = scripted(lines, typed);
        let settings = Settings { language: Language::En, ..Settings::default() };
        let texts = Texts::new(settings.language);
        let mut talk = Talk { teller: Teller::new(settings, places, None), texts, lines, heard: Vec::new() };
        talk.teller.world.logged_in(address, logged_in("aurora", "Banco Aurora"));
        Self { talk, wanted, said, state }
    }

    /// The same at a bank that is away.
    pub(super) fn alone(lines: &[&str], typed: bool) -> Self {
        Self::at("127.0.0.1:1".parse().expect("an address"), lines, typed)
    }
}
