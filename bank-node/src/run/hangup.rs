//! What SIGHUP does: the configuration is read again, and certificates with their keys, which serve every connection from
//! then on. Connections that are open go on with what they began with.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::clock::Clock;
use crate::config::{Config, certificates};
use crate::membership::Reloader;
use crate::tls::{TlsFault, TlsIdentity};

/// SIGHUP as it is heard from the call on: without, it ends a process.
pub(super) fn heard() -> io::Result<Signal> {
    signal(SignalKind::hangup())
}

/// Reads them again at each SIGHUP; what is no good is told in the log, and what was there stays.
pub(super) async fn read_again(hangups: io::Result<Signal>, reloader: Reloader) {
    let mut hangups = match hangups {
        Ok(hangups) => hangups,
        Err(error) => {
            tracing::error!(%error, "SIGHUP cannot be waited for: what changes is read at the next start");
            return;
        }
    };
    while hangups.recv().await.is_some() {
        read_configuration(&reloader).await;
        // By the consortium file as it is now: it says which keys may be shown.
        let config = reloader.config().await;
        // It reads files.
        let reading = tokio::task::spawn_blocking(move || reload_all(&config));
        if let Err(panic) = reading.await {
            tracing::error!(%panic, "reading the certificates again ended by a bug");
        }
    }
}

async fn read_configuration(reloader: &Reloader) {
    match reloader.reload().await {
        Ok(changes) if changes.is_empty() => {
            tracing::info!("the configuration was read again: nothing has changed");
        }
        Ok(changes) => {
            for change in changes {
                tracing::info!("the configuration was read again: {change}");
            }
        }
        Err(fault) => {
            tracing::error!("the configuration is not taken, and the bank goes on as before: {fault}");
        }
    }
}

fn reload_all(config: &Config) {
    let customers = config.tls.as_ref().map(|identity| (identity, config.interbank_listen.is_none()));
    let banks = config.interbank_tls.as_ref().map(|identity| (identity, true));
    for (identity, serves_banks) in customers.into_iter().chain(banks) {
        reload(config, identity, serves_banks);
    }
}

fn reload(config: &Config, identity: &TlsIdentity, serves_banks: bool) {
    // Another key would be refused by every other bank.
    let takes = |pin| match serves_banks {
        true => certificates::check_pin(config.own(), pin, identity.files()).map_err(TlsFault::new),
        false => Ok(()),
    };
    let file = identity.files().certificate.display();
    match identity.reload(Clock::start().wall_ms(), takes) {
        Ok(pin) => tracing::info!(%file, tls_key = %pin, "the certificate was read again"),
        Err(fault) => {
            tracing::error!(%fault, tls_key = %identity.pin(), "the certificate was read again and is not taken: the old one stays");
        }
    }
}
