//! The configuration read again while the bank runs. What can change is taken, whole or not at all: the consortium file, the
//! bank's own key, the cap on exposure. What cannot is named, and waits for the next start.
//!
//! Invariant: after a refusal the bank goes on with what it had, links and all.

use std::sync::Arc;

use tokio::sync::Mutex;

use super::{Current, Membership, peer_banks};
use crate::config::consortium::Consortium;
use crate::config::{self, Config, ConfigError};
use crate::engine::handle::{Engine, EngineGone};
use crate::peers::{Peers, PeersSetupError};
use crate::protocol::membership::MembersRefused;
use crate::tls::TlsIdentity;

/// Why nothing was taken.
#[derive(Debug, thiserror::Error)]
pub enum ReloadFault {
    /// A file is wrong, or contradicts what the bank has.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The consortium file cannot be taken now.
    #[error("{file}: {why}")]
    Members {
        /// Which.
        file: String,
        /// Why.
        why: MembersRefused,
    },
    /// A link cannot be set up.
    #[error(transparent)]
    Peers(#[from] PeersSetupError),
    /// Too much is under way.
    #[error("the bank has too much under way to take a configuration: ask again")]
    Overloaded,
    /// The bank is ending.
    #[error(transparent)]
    Gone(#[from] EngineGone),
}

/// Takes a changed configuration. Cheap to clone.
#[derive(Clone)]
pub struct Reloader {
    /// What the bank runs by; locked while it is changed, so that one change follows the other.
    config: Arc<Mutex<Config>>,
    current: Current,
    peers: Peers,
    engine: Engine,
}

impl Reloader {
    /// For a bank that runs by `config`.
    #[must_use]
    pub fn new(config: Config, current: Current, peers: Peers, engine: Engine) -> Self {
        Self { config: Arc::new(Mutex::new(config)), current, peers, engine }
    }

    /// What the bank runs by now.
    pub async fn config(&self) -> Config {
        self.config.lock().await.clone()
    }

    /// Reads bank.toml, the key and the consortium file again, and takes what has changed. Says what that is, a line each,
    /// and what waits for the next start; none when nothing has changed.
    ///
    /// # Errors
    /// As [`ReloadFault`] says; then nothing has changed.
    pub async fn reload(&self) -> Result<Vec<String>, ReloadFault> {
        let mut running = self.config.lock().await;
        let origin = running.origin.clone();
        let read = move || config::load(&origin.file, origin.overrides);
        let read = tokio::task::spawn_blocking(read)
            .await
            .map_err(|panic| ConfigError::new(format!("the configuration could not be read: {panic}")))??;
        if read.id != running.id {
            let why = format!(
                "{}: id is {}, and this is the bank {}: a bank keeps its id; put {} back",
                read.origin.file.display(),
                read.id,
                running.id,
                running.id
            );
            return Err(ConfigError::new(why).into());
        }
        read.consortium.follows(&running.consortium)?;
        let mut changed = changes(&running, &read);
        for setting in waiting_for_a_start(&running, &read) {
            changed.push(format!("{setting} has changed, and is taken at the next start: restart the bank"));
        }
        let membership = Membership::of(&read);
        let change = self.peers.plan(read.key.clone(), peer_banks(&read))?;
        // Those who join have their links before the deciding thread greets them, those who are gone keep theirs until it
        // has let go of them.
        let met = self.peers.meet(&change);
        let taken = match self.engine.take_members(membership.members()).await {
            Ok(Some(Ok(()))) => Ok(()),
            Ok(Some(Err(why))) => {
                Err(ReloadFault::Members { file: read.consortium.file.display().to_string(), why })
            }
            Ok(None) => Err(ReloadFault::Overloaded),
            Err(gone) => Err(gone.into()),
        };
        if let Err(fault) = taken {
            self.peers.let_go(&met);
            return Err(fault);
        }
        self.peers.make(change);
        self.current.replace(membership);
        running.key = read.key;
        running.consortium = read.consortium;
        running.exposure_cap = read.exposure_cap;
        Ok(changed)
    }
}

/// What a running bank takes, a line for each change.
fn changes(before: &Config, after: &Config) -> Vec<String> {
    let mut lines = consortium_changes(&before.consortium, &after.consortium);
    if before.key.public_key() != after.key.public_key() {
        lines.push(format!("this bank signs with the key {}", after.key.public_key()));
    }
    if before.exposure_cap != after.exposure_cap {
        lines.push(format!("each other bank may owe this one {} centavos", after.exposure_cap));
    }
    lines
}

fn consortium_changes(before: &Consortium, after: &Consortium) -> Vec<String> {
    let mut lines = Vec::new();
    if before.version != after.version {
        lines.push(format!("the consortium file is version {}, after {}", after.version, before.version));
        if after.version > before.version + 1 {
            lines.push(
                "versions were skipped: no package with a bank that is two or more behind comes about until it has this one"
                    .to_owned(),
            );
        }
    }
    for bank in &after.banks {
        let id = &bank.id;
        let Some(known) = before.bank(id) else {
            lines.push(format!("{id} has joined, at {}", bank.address));
            continue;
        };
        if known.name != bank.name {
            lines.push(format!("{id} is called {}", bank.name.as_str()));
        }
        if known.address != bank.address {
            lines.push(format!("{id} has the address {}, after {}", bank.address, known.address));
        }
        if known.interbank_address != bank.interbank_address {
            let (new, old) = (&bank.interbank_address, &known.interbank_address);
            lines.push(format!("{id} has the interbank address {new}, after {old}"));
        }
        if known.tls_keys != bank.tls_keys {
            let keys: Vec<String> = bank.tls_keys.iter().map(ToString::to_string).collect();
            lines.push(format!("{id} shows other banks the TLS key {}", keys.join(" or ")));
        }
        if known.keys != bank.keys {
            let keys: Vec<String> = bank.keys.iter().map(|key| key.to_string()).collect();
            lines.push(format!("{id} signs with {}", keys.join(" or ")));
        }
        match (known.leaving_since, bank.leaving_since) {
            (None, Some(_)) => lines.push(format!("{id} is leaving: with it only what settles passes")),
            (Some(_), None) => lines.push(format!("{id} is not leaving any more")),
            (None, None) | (Some(_), Some(_)) => {}
        }
    }
    for bank in before.banks.iter().filter(|bank| after.bank(&bank.id).is_none()) {
        lines.push(format!("{} has left", bank.id));
    }
    lines
}

/// The settings that have changed and that a running bank does not take.
fn waiting_for_a_start(before: &Config, after: &Config) -> Vec<&'static str> {
    let files = |identity: &Option<TlsIdentity>| identity.as_ref().map(|identity| identity.files().clone());
    let changed = [
        ("listen", before.listen.to_string() != after.listen.to_string()),
        (
            "interbank_listen",
            before.interbank_listen.as_ref().map(ToString::to_string)
                != after.interbank_listen.as_ref().map(ToString::to_string),
        ),
        ("tls_cert or tls_key", files(&before.tls) != files(&after.tls)),
        (
            "interbank_tls_cert or interbank_tls_key",
            files(&before.interbank_tls) != files(&after.interbank_tls),
        ),
        ("admin_listen", before.admin_listen.to_string() != after.admin_listen.to_string()),
        ("admin_socket", before.admin_socket != after.admin_socket),
        ("data_dir", before.data_dir != after.data_dir),
        ("disk_reserve_mib", before.disk_reserve_bytes != after.disk_reserve_bytes),
        ("connections_max", before.connections_max != after.connections_max),
        (
            "connections_per_address_max",
            before.connections_per_address_max != after.connections_per_address_max,
        ),
        (
            "backup_dir, backup_every_minutes or backup_keep",
            before.backups.as_ref().map(|plan| (&plan.dir, plan.every, plan.keep))
                != after.backups.as_ref().map(|plan| (&plan.dir, plan.every, plan.keep)),
        ),
    ];
    changed.into_iter().filter(|(_, changed)| *changed).map(|(setting, _)| setting).collect()
}
