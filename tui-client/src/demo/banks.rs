//! The demonstration's banks: the client's only hold on `bank-node`.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result};
use bank_node::audit::report::AuditReport;
use bank_node::audit::{self, Subject};
use bank_node::local::{LocalConsortium, LocalOptions};
use shared::address::BankAddress;
use shared::client::BankClient;
use shared::ids::BankId;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;

use crate::app::event::Event;
use crate::app::switch::BankSwitch;
use crate::node::Switch;

/// Banks of the demonstration.
const BANKS: usize = 3;
/// How long a package may take to reach the bank that goes down in the middle of it: longer than any order is decided in.
/// One that it has no part in does not save it.
const MID_PACKAGE: Duration = Duration::from_secs(3);
/// Between two looks at a bank that is about to go down; what it has said last leaves meanwhile.
const LOOK: Duration = Duration::from_millis(5);
/// The first bank's port, when it is free.
const PORT: u16 = 7001;

/// Three banks in this process. Cheap to clone; the banks crash with the last one dropped.
#[derive(Clone)]
pub struct DemoBanks {
    consortium: Arc<Mutex<LocalConsortium>>,
    list: Arc<[DemoBank]>,
}

/// One of them.
pub struct DemoBank {
    /// Its id.
    pub id: BankId,
    /// Its name.
    pub name: String,
    /// Where it is reached.
    pub address: BankAddress,
    data_dir: PathBuf,
}

impl DemoBank {
    /// A client of it, with connections of its own.
    ///
    /// # Errors
    /// When HTTP cannot be set up at all.
    pub fn client(&self) -> Result<BankClient> {
        BankClient::new(self.address.clone()).context("setting up HTTP")
    }
}

impl DemoBanks {
    /// Starts them with their books in `dir`, on fixed ports or, where those are taken, others. Blocks.
    ///
    /// # Errors
    /// When a bank does not start.
    pub fn start_all(dir: PathBuf, fixed_ports: bool) -> Result<Self> {
        let at = dir.clone();
        let options = LocalOptions { banks: BANKS, dir, port: fixed_ports.then_some(PORT) };
        let consortium = LocalConsortium::start(&options)?;
        let list = consortium.banks().iter().map(|bank| DemoBank {
            id: bank.id.clone(),
            name: bank.name.clone(),
            address: bank.address.clone(),
            data_dir: at.join(bank.id.as_str()),
        });
        let list = list.collect();
        Ok(Self { consortium: Arc::new(Mutex::new(consortium)), list })
    }

    /// All of them, in order.
    #[must_use]
    pub fn list(&self) -> &[DemoBank] {
        &self.list
    }

    /// Their names.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.list.iter().map(|bank| bank.name.as_str()).collect()
    }

    /// Stops one as a crash does: nothing drained, nothing said. Blocks for a moment.
    pub fn stop_as_crash(&self, place: usize) {
        self.lock().stop_as_crash(place);
    }

    /// Starts one that is stopped. Blocks until it takes packages.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(&self, place: usize) -> Result<()> {
        Ok(self.lock().start_bank(place)?)
    }

    /// Ends all of them as SIGTERM does. Blocks.
    ///
    /// # Errors
    /// When one does not end as it should.
    pub fn stop_all(&self) -> Result<()> {
        let mut consortium = self.lock();
        for place in 0..self.list.len() {
            consortium.stop(place)?;
        }
        Ok(())
    }

    /// What the client may do to them: its two keys in the consortium room. Each is done on a thread of its own.
    #[must_use]
    pub fn switch(&self) -> Switch {
        let banks = self.clone();
        Box::new(move |wish: BankSwitch, tell: UnboundedSender<Event>| {
            let banks = banks.clone();
            std::thread::spawn(move || {
                let done = banks.switched(&wish).map_err(|error| format!("{error:#}"));
                let _client_gone = tell.send(Event::Switched(wish, done));
            });
        })
    }

    fn switched(&self, wish: &BankSwitch) -> Result<()> {
        let place = self.list.iter().position(|bank| bank.id == *wish.bank());
        let place = place.context("not a bank of the demo")?;
        match wish {
            BankSwitch::Stop(_) => self.stop_as_crash(place),
            BankSwitch::StopMidPackage(_) => {
                self.lock().crash_mid_package(place);
                let deadline = Instant::now() + MID_PACKAGE;
                while !self.lock().has_crashed(place) && Instant::now() < deadline {
                    std::thread::sleep(LOOK);
                }
                self.stop_as_crash(place);
            }
            BankSwitch::Start(_) => self.start(place)?,
        }
        Ok(())
    }

    /// Holds every invariant against the books of all of them, running as they are. Blocks.
    #[must_use]
    pub fn audit(&self) -> AuditReport {
        let subject = |bank: &DemoBank| Subject { bank: bank.id.clone(), data_dir: bank.data_dir.clone() };
        let subjects: Vec<Subject> = self.list.iter().map(subject).collect();
        let consortium: Vec<BankId> = self.list.iter().map(|bank| bank.id.clone()).collect();
        audit::run(&subjects, &consortium)
    }

    fn lock(&self) -> MutexGuard<'_, LocalConsortium> {
        self.consortium.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
