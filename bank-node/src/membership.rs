//! The consortium as this node has it now: the file's version, and what the core, the links and the interfaces take from it.
//! One value, replaced whole.
//!
//! Never here: a decision on who is in it; that is the deciding thread's.

mod reload;

use std::collections::BTreeMap;
use std::sync::Arc;

use shared::ids::BankId;
use tokio::sync::watch;

use crate::config::Config;
use crate::config::consortium::{Consortium, ConsortiumBank};
use crate::peers::PeerBank;
use crate::peers::keys::PublicKey;
use crate::protocol::membership::Members;
use crate::protocol::settings::Settings;

pub use self::reload::{ReloadFault, Reloader};

/// A version of the consortium file, as this node lives by it.
#[derive(Clone, Debug)]
pub struct Membership {
    /// Every bank.
    pub consortium: Consortium,
    /// What the core knows.
    pub settings: Settings,
    /// What this bank signs with.
    pub public_key: PublicKey,
}

impl Membership {
    /// What follows from a configuration.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let others: BTreeMap<BankId, i64> =
            config.consortium.others(&config.id).map(|bank| (bank.id.clone(), config.exposure_cap)).collect();
        let leaving = config.consortium.banks.iter();
        let leaving = leaving.filter_map(|bank| Some((bank.id.clone(), bank.leaving_since?)));
        let version = config.consortium.version;
        let mut settings = Settings::new(config.id.clone(), version, []);
        settings.others = others;
        settings.leaving = leaving.collect();
        settings.accept_lost_books = config.accept_lost_books;
        Self { consortium: config.consortium.clone(), settings, public_key: config.key.public_key() }
    }

    /// The bank itself, as the consortium knows it.
    #[must_use]
    pub fn own(&self) -> &ConsortiumBank {
        self.consortium
            .bank(&self.settings.me)
            .expect("bug: a configuration whose bank is not in its consortium")
    }

    fn members(&self) -> Members {
        let Settings { consortium, others, leaving, .. } = &self.settings;
        Members { version: *consortium, others: others.clone(), leaving: leaving.clone() }
    }
}

/// Every other bank of a configuration, for the links.
#[must_use]
pub fn peer_banks(config: &Config) -> Vec<PeerBank> {
    let others = config.consortium.others(&config.id).map(|bank| PeerBank {
        id: bank.id.clone(),
        address: bank.interbank_address.clone(),
        keys: bank.keys,
        tls_keys: bank.tls_keys.clone(),
    });
    others.collect()
}

/// The newest membership, for whoever looks. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Current(Arc<watch::Sender<Arc<Membership>>>);

impl Current {
    /// Begins with this.
    #[must_use]
    pub fn new(membership: Membership) -> Self {
        Self(Arc::new(watch::channel(Arc::new(membership)).0))
    }

    /// As it stands now.
    #[must_use]
    pub fn now(&self) -> Arc<Membership> {
        Arc::clone(&self.0.borrow())
    }

    /// Marks each change.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<Arc<Membership>> {
        self.0.subscribe()
    }

    fn replace(&self, membership: Membership) {
        self.0.send_replace(Arc::new(membership));
    }
}
