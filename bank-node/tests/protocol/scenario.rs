//! Reads a scenario file and plays it: one thing happens, or is looked at, a line. `tests/scenarios/README.md` has the words.

use bank_node::desk::DeskRequest;
use bank_node::protocol::output::{Input, Ticket};
use bank_node::protocol::records::{AttemptState, Balance, PortionState};
use bank_node::protocol::settings::Guards;
use shared::ids::{BankId, PackageId};
use shared::money::Amount;
use shared::package::{End, Leg, Legs};

use super::brief;
use super::names::{account, bank, customer, package};
use super::world::{FUNDS, World};

/// The words that begin a clause; anything else goes on with the clause before it.
const WORDS: [&str; 33] = [
    "banks",
    "begin",
    "file",
    "cap",
    "submit",
    "deliver",
    "drop",
    "repeat",
    "cut",
    "heal",
    "silent",
    "crash",
    "restart",
    "backup",
    "restore",
    "advance",
    "run",
    "shutdown",
    "close",
    "revoke",
    "unwatched",
    "books",
    "holds",
    "incoming",
    "decision",
    "told",
    "record",
    "doubt",
    "alarms",
    "sent",
    "recovering",
    "prepared",
    "idle",
];

/// Plays `text`.
///
/// # Errors
/// The line that was not as it says, its number first.
pub fn play(text: &str) -> Result<(), String> {
    play_with(text, Guards::all())
}

/// Plays `text` with a guard switched off, to see that the story notices.
///
/// # Errors
/// As [`play`].
pub fn play_with(text: &str, guards: Guards) -> Result<(), String> {
    let mut stage = Stage { world: None, last: None, guards };
    for (line, number) in text.lines().zip(1..) {
        let line = line.split('#').next().unwrap_or_default().trim();
        for clause in clauses(line) {
            stage.act(&clause).map_err(|why| format!("line {number}: `{clause}`: {why}"))?;
        }
    }
    if stage.world.is_some() { Ok(()) } else { Err("line 1: no banks".to_owned()) }
}

/// Clauses are parted by two blanks or more.
fn clauses(line: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for part in line.split("  ").map(str::trim).filter(|part| !part.is_empty()) {
        let first = part.split([' ', ':']).next().unwrap_or_default();
        match found.last_mut() {
            Some(clause) if !WORDS.contains(&first) => {
                clause.push(' ');
                clause.push_str(part);
            }
            _ => found.push(part.to_owned()),
        }
    }
    found
}

struct Stage {
    guards: Guards,
    world: Option<World>,
    /// The package that was submitted last, and where.
    last: Option<(PackageId, BankId)>,
}

fn same(what: &str, found: &str, expect: &str) -> Result<(), String> {
    let expect = if expect == "none" { "" } else { expect };
    if found == expect {
        Ok(())
    } else {
        Err(format!("{what}: {}", if found.is_empty() { "none" } else { found }))
    }
}

fn package_named(name: &str) -> Result<PackageId, String> {
    let number = name.strip_prefix('P').and_then(|digits| digits.parse().ok());
    number.map(package).ok_or_else(|| format!("no package {name}"))
}

/// `A 2 A,B,C,D leaving=D`: at which bank, the version, who is in it, and what follows.
#[allow(clippy::type_complexity, reason = "four words of one line")]
fn consortium_file(text: &str) -> Result<(BankId, u64, Vec<BankId>, Vec<&str>), String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [at, version, banks, after @ ..] = words.as_slice() else {
        return Err("file A 2 A,B,C,D".to_owned());
    };
    let version = version.parse().map_err(|_| format!("no version: {version}"))?;
    Ok((bank(at), version, banks.split(',').map(bank).collect(), after.to_vec()))
}

fn milliseconds(text: &str) -> Result<u64, String> {
    let (digits, unit) = match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(digits), _) => (digits, 1),
        (None, Some(digits)) => (digits, 1_000),
        (None, None) => (text, 1),
    };
    digits.parse::<u64>().map(|n| n * unit).map_err(|_| format!("no time: {text}"))
}

/// `A:-100 B:+60` as accounts with signed centavos, in the order written.
fn flows(text: &str) -> Result<Vec<(String, i64)>, String> {
    text.split_whitespace()
        .map(|part| {
            let (name, centavos) = part.split_once(':').ok_or_else(|| format!("no flow: {part}"))?;
            Ok((name.to_owned(), centavos.parse().map_err(|_| format!("no centavos: {part}"))?))
        })
        .collect()
}

/// Pays who receives from who pays, in the order written, as many legs as it takes.
fn legs_of(flows: &[(String, i64)]) -> Result<Legs, String> {
    let end = |name: &str| if name == "cash" { End::Cash } else { End::Account(account(name)) };
    let mut payers: Vec<(&str, i64)> =
        flows.iter().filter(|(_, c)| *c < 0).map(|(name, c)| (name.as_str(), -c)).collect();
    let mut legs = Vec::new();
    for (name, centavos) in flows.iter().filter(|(_, centavos)| *centavos > 0) {
        let mut wanted = *centavos;
        while wanted > 0 {
            let (payer, left) = payers.first_mut().ok_or("more is received than paid")?;
            let amount = wanted.min(*left);
            let centavos = Amount::new(amount).map_err(|why| why.to_string())?;
            legs.push(Leg::new(end(payer), end(name), centavos, None).map_err(|why| why.to_string())?);
            wanted -= amount;
            *left -= amount;
            if *left == 0 {
                payers.remove(0);
            }
        }
    }
    if !payers.is_empty() {
        return Err("more is paid than received".to_owned());
    }
    Legs::new(legs).map_err(|why| why.to_string())
}

/// `A:-100` as the world prints it: `A1:-100`.
fn full_names(text: &str) -> Result<String, String> {
    if text == "none" || text == "unchanged" {
        return Ok(String::new());
    }
    let mut named: Vec<String> = flows(text)?
        .into_iter()
        .map(|(name, c)| if name.len() == 1 { format!("{name}1:{c:+}") } else { format!("{name}:{c:+}") })
        .collect();
    named.sort();
    Ok(named.join(" "))
}

impl Stage {
    fn world(&mut self) -> Result<&mut World, String> {
        self.world.as_mut().ok_or_else(|| "a story begins with its banks".to_owned())
    }

    fn last(&self) -> Result<(PackageId, BankId), String> {
        self.last.clone().ok_or_else(|| "nothing was submitted yet".to_owned())
    }

    fn act(&mut self, clause: &str) -> Result<(), String> {
        let (word, rest) = clause.split_once([' ', ':']).unwrap_or((clause, ""));
        let rest = rest.trim();
        match word {
            "banks" => {
                let banks: Vec<BankId> = rest.split(',').map(|letter| bank(letter.trim())).collect();
                self.world = Some(World::new(&banks, self.guards)?);
                Ok(())
            }
            "submit" => self.submit(rest),
            "deliver" => self.deliver(rest),
            "drop" if rest == "all" => {
                self.world()?.drop_all();
                Ok(())
            }
            "drop" => self.world()?.drop_one(rest),
            "repeat" => self.world()?.repeat(rest),
            "cut" => {
                let (one, other) = rest.split_once('-').ok_or("cut A-B")?;
                self.world()?.cut(&bank(one), &bank(other));
                Ok(())
            }
            "heal" => {
                self.world()?.heal();
                Ok(())
            }
            "silent" => {
                let (at, other) = rest.split_once('>').ok_or("silent A>B")?;
                (0..3).try_for_each(|_| self.world()?.step(&bank(at), Input::PeerSilent(bank(other))))
            }
            "crash" => match rest.split_once(' ') {
                Some((at, "storing")) => self.world()?.die_storing(&bank(at)),
                _ => self.world()?.crash(&bank(rest)),
            },
            "restart" => self.world()?.restart(&bank(rest)),
            "backup" => self.world()?.back_up(&bank(rest)),
            "restore" => self.world()?.restore(&bank(rest)),
            "advance" => self.world()?.pass(milliseconds(rest)?, false),
            "run" => self.world()?.pass(milliseconds(rest)?, true),
            "shutdown" => self.world()?.step(&bank(rest), Input::Shutdown),
            "close" => {
                let at = account(rest);
                let request = DeskRequest::CloseAccount { caller: customer(1), number: at.number };
                self.world()?.step(&at.bank, Input::Desk { ticket: Ticket(0), request })
            }
            "revoke" => self.revoke(rest),
            // `cap A>B 50`: A lets B owe it no more than that, from its next life on, which begins at once.
            "cap" => {
                let (line, centavos) = rest.split_once(' ').ok_or("cap A>B 50")?;
                let (at, other) = line.split_once('>').ok_or("cap A>B 50")?;
                let centavos = centavos.parse().map_err(|_| "cap A>B 50")?;
                self.world()?.cap(&bank(at), &bank(other), centavos)?;
                self.world()?.crash(&bank(at))?;
                self.world()?.restart(&bank(at))?;
                self.world()?.deliver_all()
            }
            // `begin D 2 A,B,C,D`: a bank that never lived starts under version 2 of the consortium file.
            "begin" => {
                let (at, version, banks, _) = consortium_file(rest)?;
                let guards = self.guards;
                self.world()?.begin(&at, version, &banks, guards)
            }
            // `file A 2 A,B,C,D`: A takes version 2 of the consortium file; or, with `refused`, does not.
            "file" => {
                let (at, version, banks, after) = consortium_file(rest)?;
                let leaving = after.iter().find_map(|word| word.strip_prefix("leaving=")).map(bank);
                let expect_refused = after.contains(&"refused");
                let taken = self.world()?.bring(&at, version, &banks, leaving.as_ref())?;
                match taken {
                    Err(_) if expect_refused => Ok(()),
                    Ok(()) if expect_refused => Err("it is taken".to_owned()),
                    taken => taken,
                }
            }
            "unwatched" => {
                self.world()?.watched = false;
                Ok(())
            }
            _ => self.look(word, rest),
        }
    }

    /// `P1 banks=A,B  A:-5 B:+5`, perhaps `by=9`: the first bank takes the order.
    fn submit(&mut self, rest: &str) -> Result<(), String> {
        let (name, rest) = rest.split_once(' ').ok_or("submit P1 banks=A,B  A:-5 B:+5")?;
        let id = package_named(name)?;
        let (mut banks, mut by, mut rest) = (Vec::new(), 1, rest.trim());
        while let Some((key, after)) = rest.split_once('=') {
            let (value, after) = after.split_once(' ').ok_or("no flows")?;
            match key {
                "banks" => banks = value.split(',').map(bank).collect(),
                "by" => by = value.parse().map_err(|_| "by=1 or by=9")?,
                _ => return Err(format!("no {key} of an order")),
            }
            rest = after.trim();
        }
        let legs = legs_of(&flows(rest)?)?;
        let at = banks.first().cloned().ok_or("banks=A,B")?;
        if banks.iter().any(|bank| *bank != at && !legs.participants(&at).contains(bank)) {
            return Err("a bank is named that has no part".to_owned());
        }
        self.last = Some((id, at.clone()));
        self.world()?.submit(&at, customer(by), id, legs)
    }

    fn deliver(&mut self, rest: &str) -> Result<(), String> {
        let last = self.last();
        let world = self.world()?;
        let reached = match rest.split_once(' ') {
            _ if rest == "all" => return world.deliver_all(),
            _ if rest == "until-decided" => {
                let (id, at) = last?;
                world.deliver_until(|world| decision(world, id, &at) != "none")?
            }
            _ if rest == "until-told" => {
                let (id, _) = last?;
                world.deliver_until(|world| world.told(id) != "nothing")?
            }
            Some(("until-prepared", at)) => {
                let (id, _) = last?;
                let at = bank(at);
                world.deliver_until(|world| portion(world, id, &at) == "prepared")?
            }
            _ => return world.deliver(rest),
        };
        if reached { Ok(()) } else { Err("it never comes".to_owned()) }
    }

    /// `revoke B>A`: customer 1 of B takes back what A may do.
    fn revoke(&mut self, rest: &str) -> Result<(), String> {
        let (at, asker) = rest.split_once('>').ok_or("revoke B>A")?;
        let world = self.world()?;
        let given = world.disk(&bank(at))?.consents.values().find(|c| c.bank == bank(asker)).map(|c| c.id);
        let id = given.ok_or("no such consent")?;
        let request = DeskRequest::RevokeConsent { giver: customer(1), id };
        world.step(&bank(at), Input::Desk { ticket: Ticket(0), request })
    }

    fn look(&mut self, word: &str, rest: &str) -> Result<(), String> {
        let last = self.last();
        let world = self.world()?;
        match word {
            "books" => {
                let moved = world.money(|money: &Balance| money.balance - FUNDS);
                same("moved", &moved, &full_names(rest)?)
            }
            "holds" => same("held", &world.money(|money| money.held), &full_names(rest)?),
            "incoming" => same("incoming", &world.money(|money| money.incoming), &full_names(rest)?),
            "decision" => {
                let (id, at) = last?;
                let found = decision(world, id, &at);
                if found == rest { Ok(()) } else { Err(format!("decided: {found}")) }
            }
            "told" => {
                let (name, expect) = rest.split_once(' ').ok_or("told P1 committed")?;
                let told = world.told(package_named(name)?);
                same("told", told, expect)
            }
            "record" => {
                let (of, expect) = rest.split_once(' ').ok_or("record P1@B spent")?;
                let (name, at) = of.split_once('@').ok_or("record P1@B spent")?;
                let record = world.disk(&bank(at))?.packages.get(&package_named(name)?);
                let found = record.map_or("none".to_owned(), |record| brief::package(&record.state));
                if found == expect || found.starts_with(&format!("{expect} ")) { Ok(()) } else { Err(found) }
            }
            "prepared" => {
                let (id, _) = last?;
                let found: Vec<&str> = world
                    .disks()
                    .filter(|disk| portion(world, id, &disk.bank) == "prepared")
                    .map(|disk| super::names::letter(&disk.bank))
                    .collect();
                same("prepared", &found.join(","), rest)
            }
            "doubt" => same("in doubt", &world.banks_where(|turn| turn.bank().in_doubt() > 0), rest),
            "recovering" => same("recovering", &world.banks_where(|turn| !turn.bank().is_ready()), rest),
            "idle" => {
                let busy = world.banks_where(|turn| !turn.bank().is_idle());
                if busy.is_empty() { Ok(()) } else { Err(format!("busy: {busy}")) }
            }
            "alarms" => same("alarmed", &world.alarmed(), rest),
            "sent" if rest == "nothing" => same("on the wire", &world.on_the_wire(), "none"),
            "sent" if world.has(rest) => Ok(()),
            "sent" => Err(format!("on the wire: {}", world.on_the_wire())),
            _ => Err("no such word".to_owned()),
        }
    }
}

/// What `at` decided in its last attempt of a package: `commit`, `abort`, `none`.
fn decision(world: &World, id: PackageId, at: &BankId) -> &'static str {
    let mut attempts = world.disk(at).ok().into_iter().flat_map(|disk| disk.attempts.values());
    match attempts.rfind(|attempt| attempt.package == id).map(|attempt| &attempt.state) {
        None | Some(AttemptState::Begun) => "none",
        Some(AttemptState::Committed { .. }) => "commit",
        Some(AttemptState::Aborted { .. }) => "abort",
    }
}

/// How the last portion of a package stands at a bank.
fn portion(world: &World, id: PackageId, at: &BankId) -> &'static str {
    let portions = world.disk(at).ok().into_iter().flat_map(|disk| disk.portions.values());
    let of_package = portions.filter(|portion| portion.package == Some(id));
    let mut states = of_package.map(|portion| match &portion.state {
        PortionState::Prepared(_) => "prepared",
        PortionState::Committed(_) => "committed",
        PortionState::Aborted { .. } => "aborted",
    });
    states.next_back().unwrap_or("unknown")
}
