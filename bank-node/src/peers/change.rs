//! Links changed while the bank runs: banks are met, reached elsewhere, known by other keys, let go of. What is queued for a
//! bank that stays is not touched.
//!
//! Never here: who is in the consortium, which the deciding thread takes.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use shared::ids::BankId;

use super::keys::PrivateKey;
use super::transport::Transport;
use super::{Peer, PeerBank, Peers, PeersSetupError};

/// A change that has been set up and not been made.
pub struct Change {
    key: PrivateKey,
    ways: BTreeMap<BankId, (PeerBank, Arc<Transport>)>,
}

impl Peers {
    /// Sets up the ways to `banks`, signing with `key`, and changes nothing yet. Ways that stay as they are keep their
    /// connections.
    ///
    /// # Errors
    /// When the HTTP library does not take an address.
    pub fn plan(&self, key: PrivateKey, banks: Vec<PeerBank>) -> Result<Change, PeersSetupError> {
        let inner = &self.0;
        let signs_as_before =
            inner.key.read().unwrap_or_else(PoisonError::into_inner).public_key() == key.public_key();
        let mut ways = BTreeMap::new();
        for bank in banks.into_iter().filter(|bank| bank.id != inner.own) {
            let known = self.peer(&bank.id).filter(|peer| signs_as_before && peer.way.bank() == bank);
            let transport = match known {
                Some(peer) => peer.way.transport(),
                None => Arc::new(Transport::new(inner.own.clone(), key.clone(), inner.clock.clone(), &bank)?),
            };
            ways.insert(bank.id.clone(), (bank, transport));
        }
        Ok(Change { key, ways })
    }

    /// Opens links to the banks of `change` that have none, so that what the deciding thread says to them goes out; names
    /// them. Nothing else changes.
    #[must_use]
    pub fn meet(&self, change: &Change) -> Vec<BankId> {
        let mut met = Vec::new();
        for (id, (bank, transport)) in &change.ways {
            let mut peers = self.0.peers.write().unwrap_or_else(PoisonError::into_inner);
            if peers.contains_key(id) {
                continue;
            }
            let peer = Peer::new(bank.clone(), Arc::clone(transport));
            peers.insert(id.clone(), peer.clone());
            drop(peers);
            self.0.health.add(id);
            if let Some(engine) = self.0.engine.get() {
                self.run_link(id, &peer, engine.clone());
            }
            met.push(id.clone());
        }
        met
    }

    /// Closes the links to `banks` once what waits has been tried. Their signatures prove nothing any more.
    pub fn let_go(&self, banks: &[BankId]) {
        for bank in banks {
            let peer = self.0.peers.write().unwrap_or_else(PoisonError::into_inner).remove(bank);
            self.0.health.remove(bank);
            if let Some(peer) = peer {
                peer.link.drain();
            }
        }
    }

    /// Makes the change: from now on this bank signs with its key, and knows its banks alone, where it says.
    pub fn make(&self, change: Change) {
        let _met_before = self.meet(&change);
        let gone: Vec<BankId> =
            self.all().into_keys().filter(|bank| !change.ways.contains_key(bank)).collect();
        self.let_go(&gone);
        *self.0.key.write().unwrap_or_else(PoisonError::into_inner) = change.key;
        for (id, (bank, transport)) in change.ways {
            if let Some(peer) = self.peer(&id) {
                peer.way.replace(bank, transport);
                // Reached elsewhere, it may be there at once.
                peer.link.probe_now();
            }
        }
    }
}
