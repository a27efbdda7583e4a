//! Several real banks and the wire between them: messages wait until the story delivers, drops or repeats them.

use std::collections::{BTreeMap, BTreeSet};

use bank_node::engine::turn::Turn;
use bank_node::ledger::memory::MemoryLedger;
use bank_node::protocol::attempt::EpochNonce;
use bank_node::protocol::invariants;
use bank_node::protocol::membership::Members;
use bank_node::protocol::message::{BatchHeader, Message};
use bank_node::protocol::output::{Input, Mono, Now, Output, Reply, Send, Submit, Ticket};
use bank_node::protocol::records::LedgerAccount;
use bank_node::protocol::settings::{Guards, Settings};
use bank_node::protocol::snapshot::Snapshot;
use shared::ids::{BankId, CustomerId, PackageId};
use shared::limits::EXPOSURE_CAP_DEFAULT;
use shared::package::Legs;

use super::bench::{DAY, WALL_MS, furnished};
use super::brief;
use super::names::{customer, legs, letter, package};

/// What each of a bank's accounts has when a story begins, in centavos.
pub const FUNDS: i64 = 1_000;

/// A message on its way.
#[derive(Clone)]
pub struct Letter {
    header: BatchHeader,
    message: Message,
}

impl Letter {
    /// `commit A>B`.
    pub fn label(&self) -> String {
        format!("{} {}>{}", brief::message(&self.message), letter(&self.header.from), letter(&self.header.to))
    }
}

struct Site {
    settings: Settings,
    /// None while the process is dead.
    turn: Option<Turn<MemoryLedger>>,
    disk: MemoryLedger,
    backup: Option<MemoryLedger>,
    lives: u64,
    /// The next step is lost with the process: told `early`, and never stored.
    dies_storing: bool,
    alarmed: bool,
}

/// The banks, the wire, and the one clock.
pub struct World {
    sites: BTreeMap<BankId, Site>,
    wire: Vec<Letter>,
    cut: BTreeSet<(BankId, BankId)>,
    mono: u64,
    tickets: BTreeMap<Ticket, PackageId>,
    told: BTreeMap<PackageId, String>,
    /// Whether the version of the consortium file that was brought last was taken, or why not.
    members: Option<Result<(), String>>,
    /// Off in stories about banks that lie or whose disk was put back.
    pub watched: bool,
}

impl World {
    /// Banks that have met, each with three accounts of customer 1 and one of customer 9, all with money.
    pub fn new(banks: &[BankId], guards: Guards) -> Result<Self, String> {
        let mut world = Self {
            sites: BTreeMap::new(),
            wire: Vec::new(),
            cut: BTreeSet::new(),
            mono: 0,
            tickets: BTreeMap::new(),
            told: BTreeMap::new(),
            members: None,
            watched: true,
        };
        for me in banks {
            world.found(me, 1, banks, guards);
        }
        for me in banks {
            world.restart(me)?;
        }
        world.deliver_all()?;
        for me in banks {
            world.fund(me)?;
        }
        world.told.clear();
        Ok(world)
    }

    /// A bank's books before its first life, in a consortium of `banks`.
    fn found(&mut self, me: &BankId, version: u64, banks: &[BankId], guards: Guards) {
        let others: Vec<BankId> = banks.iter().filter(|bank| *bank != me).cloned().collect();
        let site = Site {
            settings: Settings { guards, ..Settings::new(me.clone(), version, others.clone()) },
            turn: None,
            disk: furnished(letter(me), &others),
            backup: None,
            lives: 0,
            dies_storing: false,
            alarmed: false,
        };
        self.sites.insert(me.clone(), site);
    }

    fn fund(&mut self, me: &BankId) -> Result<(), String> {
        let pay_in = |digit: &str| format!("cash>{}{digit} {FUNDS}", letter(me));
        let text = ["1", "2", "3", "9"].map(pay_in).join(", ");
        let n = self.tickets.len().try_into().unwrap_or(u128::MAX);
        self.submit(me, customer(1), package(1_000_000 + n), legs(&text))
    }

    /// A bank that never lived starts under a version of the consortium file.
    pub fn begin(
        &mut self,
        me: &BankId,
        version: u64,
        banks: &[BankId],
        guards: Guards,
    ) -> Result<(), String> {
        self.found(me, version, banks, guards);
        self.restart(me)?;
        self.fund(me)
    }

    /// Brings a bank a version of the consortium file; says why, if it is not taken.
    pub fn bring(
        &mut self,
        me: &BankId,
        version: u64,
        banks: &[BankId],
        leaving: Option<&BankId>,
    ) -> Result<Result<(), String>, String> {
        let others = banks.iter().filter(|bank| *bank != me);
        let others = others.map(|bank| (bank.clone(), EXPOSURE_CAP_DEFAULT)).collect();
        let leaving = leaving.map(|bank| (bank.clone(), version)).into_iter().collect();
        let members = Members { version, others, leaving };
        self.step(me, Input::Members { ticket: Ticket(0), members: members.clone() })?;
        let taken = self.members.take().ok_or("no answer")?;
        if taken.is_ok() {
            let settings = &mut self.site(me)?.settings;
            settings.consortium = members.version;
            settings.others = members.others;
            settings.leaving = members.leaving;
        }
        Ok(taken)
    }

    fn now(&self) -> Now {
        let wall_ms = WALL_MS + i64::try_from(self.mono).unwrap_or(i64::MAX);
        Now { mono: Mono(self.mono), wall_ms, day: DAY, dice: self.mono }
    }

    fn site(&mut self, bank: &BankId) -> Result<&mut Site, String> {
        self.sites.get_mut(bank).ok_or_else(|| format!("no bank {bank}"))
    }

    /// Steps and stores one input, and puts what it tells on the wire.
    pub fn step(&mut self, at: &BankId, input: Input) -> Result<(), String> {
        let now = self.now();
        let asker = match &input {
            Input::Received { header, .. } => Some(header.from.clone()),
            _ => None,
        };
        let site = self.site(at)?;
        let Some(turn) = site.turn.as_mut() else { return Err(format!("{at} is dead")) };
        let output = turn.step(now, input).map_err(|fault| fault.to_string())?;
        let lost = std::mem::take(&mut site.dies_storing);
        if !lost {
            turn.store().map_err(|fault| fault.to_string())?;
            site.disk = turn.ledger().clone();
            site.alarmed |= !output.alarms.is_empty();
        }
        let Output { early, writes: _, sends, replies, alarms: _, wake_at: _ } = output;
        let mut letters = Vec::new();
        let mut post = |turn: &Turn<MemoryLedger>, send: Send| {
            let header = turn.bank().header(&send.to, now);
            letters.push(Letter { header, message: send.message });
        };
        for send in early {
            post(turn, send);
        }
        if lost {
            site.turn = None;
            self.wire.append(&mut letters);
            return self.check();
        }
        for send in sends {
            post(turn, send);
        }
        let mut told = Vec::new();
        let mut members = None;
        for reply in replies {
            match reply {
                Reply::Peer(message) => {
                    let to = asker.clone().ok_or("a reply to nobody")?;
                    post(turn, Send { to, message });
                }
                Reply::Order(ticket, answer) => told.push((ticket, brief::told(&answer))),
                Reply::Desk(_, answer) => told.push((Ticket(0), format!("{answer:?}"))),
                Reply::Standing(_, statuses) => told.push((Ticket(0), format!("{statuses:?}"))),
                Reply::Decided(_, answer) => told.push((Ticket(0), format!("{answer:?}"))),
                Reply::Members(_, taken) => members = Some(taken.map_err(|why| why.to_string())),
            }
        }
        self.wire.append(&mut letters);
        self.members = members;
        for (ticket, answer) in told {
            if let Some(package) = self.tickets.get(&ticket) {
                self.told.insert(*package, answer);
            }
        }
        self.check()
    }

    /// Every invariant that disks can show.
    fn check(&self) -> Result<(), String> {
        if !self.watched {
            return Ok(());
        }
        let disks: Vec<&Snapshot> = self.sites.values().map(|site| site.disk.snapshot()).collect();
        let found: Vec<String> = disks
            .iter()
            .flat_map(|disk| invariants::of_bank(disk))
            .chain(invariants::across(&disks))
            .map(|violation| violation.to_string())
            .collect();
        if found.is_empty() { Ok(()) } else { Err(found.join("; ")) }
    }

    pub fn submit(
        &mut self,
        at: &BankId,
        by: CustomerId,
        package: PackageId,
        legs: Legs,
    ) -> Result<(), String> {
        let ticket = Ticket(1 + u64::try_from(self.tickets.len()).unwrap_or(u64::MAX));
        self.tickets.insert(ticket, package);
        self.told.remove(&package);
        self.step(at, Input::Submit(Submit { ticket, package, customer: by, legs }))
    }

    // The wire.

    fn take(&mut self, label: &str) -> Result<Letter, String> {
        let found = self
            .wire
            .iter()
            .position(|letter| letter.label().starts_with(label) || ends_alike(letter, label));
        let place = found.ok_or_else(|| format!("no {label} on the wire: {}", self.on_the_wire()))?;
        Ok(self.wire.remove(place))
    }

    pub fn on_the_wire(&self) -> String {
        self.wire.iter().map(Letter::label).collect::<Vec<_>>().join(", ")
    }

    pub fn has(&self, label: &str) -> bool {
        self.wire.iter().any(|letter| ends_alike(letter, label))
    }

    /// Delivers the first message with this label; one to a dead bank, or over a cut line, is lost.
    pub fn deliver(&mut self, label: &str) -> Result<(), String> {
        let letter = self.take(label)?;
        self.hand_over(letter)
    }

    pub fn repeat(&mut self, label: &str) -> Result<(), String> {
        let letter = self.take(label)?;
        self.wire.push(letter.clone());
        self.wire.push(letter);
        Ok(())
    }

    pub fn drop_one(&mut self, label: &str) -> Result<(), String> {
        self.take(label).map(drop)
    }

    pub fn drop_all(&mut self) {
        self.wire.clear();
    }

    fn hand_over(&mut self, letter: Letter) -> Result<(), String> {
        let Letter { header, message } = letter;
        let to = header.to.clone();
        let line = (header.from.clone(), to.clone());
        if self.cut.contains(&line) || self.site(&to)?.turn.is_none() {
            return Ok(());
        }
        self.step(&to, Input::Received { header, message })
    }

    /// Delivers one message after the other until `enough`, or until there is none.
    pub fn deliver_until(&mut self, enough: impl Fn(&Self) -> bool) -> Result<bool, String> {
        for _ in 0..10_000 {
            if enough(self) {
                return Ok(true);
            }
            if self.wire.is_empty() {
                return Ok(false);
            }
            let letter = self.wire.remove(0);
            self.hand_over(letter)?;
        }
        Err("the banks talk without end".to_owned())
    }

    pub fn deliver_all(&mut self) -> Result<(), String> {
        self.deliver_until(|_| false).map(drop)
    }

    pub fn cut(&mut self, one: &BankId, other: &BankId) {
        self.cut.insert((one.clone(), other.clone()));
        self.cut.insert((other.clone(), one.clone()));
    }

    pub fn heal(&mut self) {
        self.cut.clear();
    }

    // Processes and disks.

    pub fn crash(&mut self, bank: &BankId) -> Result<(), String> {
        self.site(bank)?.turn = None;
        Ok(())
    }

    pub fn die_storing(&mut self, bank: &BankId) -> Result<(), String> {
        self.site(bank)?.dies_storing = true;
        Ok(())
    }

    pub fn restart(&mut self, bank: &BankId) -> Result<(), String> {
        let site = self.site(bank)?;
        site.lives += 1;
        let nonce = EpochNonce(format!("{bank}-{}", site.lives));
        let turn = Turn::recover(site.settings.clone(), site.disk.clone(), nonce);
        site.turn = Some(turn.map_err(|fault| fault.to_string())?);
        self.step(bank, Input::Start)
    }

    pub fn cap(&mut self, bank: &BankId, other: &BankId, centavos: i64) -> Result<(), String> {
        self.site(bank)?.settings.others.insert(other.clone(), centavos);
        Ok(())
    }

    pub fn back_up(&mut self, bank: &BankId) -> Result<(), String> {
        let site = self.site(bank)?;
        site.backup = Some(site.disk.clone());
        Ok(())
    }

    pub fn restore(&mut self, bank: &BankId) -> Result<(), String> {
        let site = self.site(bank)?;
        site.disk = site.backup.clone().ok_or("there is no backup")?;
        site.turn = None;
        Ok(())
    }

    /// Lets time pass, delivering meanwhile or not.
    pub fn pass(&mut self, milliseconds: u64, delivering: bool) -> Result<(), String> {
        let end = self.mono + milliseconds;
        loop {
            if delivering {
                self.deliver_all()?;
            }
            let due = self.sites.iter().filter_map(|(bank, site)| {
                let wake = site.turn.as_ref()?.bank().wake_at()?;
                Some((wake.0.max(self.mono), bank.clone()))
            });
            let Some((at, bank)) = due.min().filter(|(at, _)| *at <= end) else { break };
            self.mono = at;
            self.step(&bank, Input::Tick)?;
        }
        self.mono = end;
        Ok(())
    }

    // What a story looks at.

    pub fn disk(&self, bank: &BankId) -> Result<&Snapshot, String> {
        self.sites.get(bank).map(|site| site.disk.snapshot()).ok_or_else(|| format!("no bank {bank}"))
    }

    pub fn disks(&self) -> impl Iterator<Item = &Snapshot> {
        self.sites.values().map(|site| site.disk.snapshot())
    }

    pub fn told(&self, package: PackageId) -> &str {
        self.told.get(&package).map_or("nothing", String::as_str)
    }

    /// Every account with money of the kind that `of` takes from it, as `A1:60 B2:-5`.
    pub fn money(&self, of: impl Fn(&bank_node::protocol::records::Balance) -> i64) -> String {
        let mut found = Vec::new();
        for disk in self.disks() {
            for number in disk.accounts.keys() {
                let centavos = of(&disk.balance(&LedgerAccount::Customer(*number)));
                if centavos != 0 {
                    found.push(format!("{}{}:{centavos:+}", letter(&disk.bank), number.base() - 1_000));
                }
            }
        }
        found.join(" ")
    }

    /// Banks for which `of` holds, living ones only.
    pub fn banks_where(&self, of: impl Fn(&Turn<MemoryLedger>) -> bool) -> String {
        let found = self.sites.iter().filter(|(_, site)| site.turn.as_ref().is_some_and(&of));
        found.map(|(bank, _)| letter(bank)).collect::<Vec<_>>().join(",")
    }

    pub fn alarmed(&self) -> String {
        let found = self.sites.iter().filter(|(_, site)| site.alarmed);
        found.map(|(bank, _)| letter(bank)).collect::<Vec<_>>().join(",")
    }
}

/// `commit A>B` is also found as `commit A>B` when more stands before it, and `vote B>A` whatever the vote.
fn ends_alike(letter: &Letter, label: &str) -> bool {
    let whole = letter.label();
    match (label.split_once(' '), whole.rsplit_once(' ')) {
        (Some((kind, line)), Some((said, on))) if !line.contains(' ') => {
            line == on && (said == kind || said.split(' ').next() == Some(kind))
        }
        _ => whole == label,
    }
}
