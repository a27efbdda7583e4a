//! `doctor`: is everything here as it should be? Each finding is a line, with what to do where something is not.

use std::fs;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::json;
use tokio::time::Instant;

use super::desk::Desk;
use super::exit::{Exit, Stop};
use super::output::{Cell, Sheet};
use crate::app::settings::NamedBank;
use crate::app::wire::{BankAddress, Trouble};
use crate::clock;
use crate::rooms::log_in::shown;

/// Columns and rows below which the screens do not fit.
const SCREEN_MIN: (u16, u16) = (60, 18);
/// Less free room than this is warned of, in MiB; less than the second is bad.
const SPACE_WARN_MIB: u64 = 64;
const SPACE_BAD_MIB: u64 = 1;
/// A difference of clocks beyond this is warned of: times on receipts would look wrong.
const SKEW_WARN_S: i64 = 5;

/// What became of the configuration file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Configuration {
    /// Where it is, or would be.
    pub path: Option<PathBuf>,
    /// What is wrong with it.
    pub wrong: Option<String>,
}

/// How a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Mark {
    Ok,
    Warn,
    Bad,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Finding {
    check: String,
    state: Mark,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
}

/// The findings so far.
#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn ok(&mut self, check: impl Into<String>, detail: impl Into<String>) {
        self.0.push(Finding { check: check.into(), state: Mark::Ok, detail: detail.into(), remedy: None });
    }

    fn not_ok(&mut self, state: Mark, check: impl Into<String>, detail: impl Into<String>, remedy: &str) {
        let remedy = Some(remedy.to_owned());
        self.0.push(Finding { check: check.into(), state, detail: detail.into(), remedy });
    }
}

impl Desk {
    pub(super) async fn doctor(&mut self, configuration: Configuration) -> Result<Exit, Stop> {
        let mut findings = Findings::default();
        self.look_at_configuration(&configuration, &mut findings);
        self.look_at_state(&mut findings);
        self.look_at_terminal(&mut findings);
        for bank in self.banks_to_ask() {
            self.look_at_bank(&bank, &mut findings).await;
        }
        self.look_at_sessions_and_orders(&mut findings);
        let t = self.texts.doctor;
        let mut sheet = Sheet::new(&[
            ("check", t.check()),
            ("state", t.found()),
            ("detail", t.detail()),
            ("remedy", t.remedy()),
        ]);
        let mut lines = Vec::new();
        for finding in &findings.0 {
            let (code, word) = match finding.state {
                Mark::Ok => ("ok", t.ok()),
                Mark::Warn => ("warn", t.warn()),
                Mark::Bad => ("bad", t.bad()),
            };
            sheet.row(vec![
                Cell::of(&finding.check),
                Cell::coded(code, word),
                Cell::of(&finding.detail),
                Cell::maybe(finding.remedy.as_ref()),
            ]);
            let said = format!("{word}: {}: {}", finding.check, finding.detail);
            // What is wrong with the configuration is this program's own drawing of it; the others name what banks say.
            if finding.check == t.configuration() {
                lines.extend(said.lines().map(str::to_owned));
            } else {
                lines.push(said);
            }
            if let Some(remedy) = &finding.remedy {
                lines.push(format!("    {remedy}"));
            }
        }
        self.print(&json!({ "checks": findings.0 }), &sheet, &lines)?;
        let bad = findings.0.iter().any(|finding| finding.state == Mark::Bad);
        Ok(if bad { Exit::Failed } else { Exit::Done })
    }

    fn look_at_configuration(&self, configuration: &Configuration, findings: &mut Findings) {
        let t = self.texts.doctor;
        let path = configuration.path.as_deref().unwrap_or(Path::new("config.toml"));
        let shown = path.display().to_string();
        match &configuration.wrong {
            Some(wrong) => {
                findings.not_ok(Mark::Bad, t.configuration(), wrong.as_str(), t.configuration_remedy());
            }
            None if path.exists() => findings.ok(t.configuration(), t.configuration_read(&shown)),
            None => findings.ok(t.configuration(), t.no_configuration(&shown)),
        }
    }

    fn look_at_state(&self, findings: &mut Findings) {
        let t = self.texts.doctor;
        let directory = match self.places.try_writing() {
            Ok(directory) => directory,
            Err(error) => {
                return findings.not_ok(Mark::Bad, t.state(), error.to_string(), t.state_remedy());
            }
        };
        let shown = directory.display().to_string();
        findings.ok(t.state(), t.state_writes(&shown));
        match open_to_others(&directory) {
            Some(path) => {
                let open = t.rights_open(&path.display().to_string());
                findings.not_ok(Mark::Warn, t.rights(), open, &t.rights_remedy(&shown));
            }
            None => findings.ok(t.rights(), t.rights_kept()),
        }
        match free_mebibytes(&directory) {
            Some(free) if free < SPACE_BAD_MIB => {
                findings.not_ok(Mark::Bad, t.space(), t.space_free(free), t.space_remedy());
            }
            Some(free) if free < SPACE_WARN_MIB => {
                findings.not_ok(Mark::Warn, t.space(), t.space_free(free), t.space_remedy());
            }
            Some(free) => findings.ok(t.space(), t.space_free(free)),
            None => findings.ok(t.space(), t.space_unknown()),
        }
    }

    fn look_at_terminal(&self, findings: &mut Findings) {
        let t = self.texts.doctor;
        match crossterm::terminal::size().ok().filter(|_| io::stdout().is_terminal()) {
            None => findings.not_ok(Mark::Warn, t.terminal(), t.no_terminal(), t.no_terminal_remedy()),
            Some((width, height)) if width < SCREEN_MIN.0 || height < SCREEN_MIN.1 => {
                let small = t.terminal_small(width, height);
                findings.not_ok(Mark::Warn, t.terminal(), small, t.terminal_small_remedy());
            }
            Some((width, height)) => findings.ok(t.terminal(), t.terminal_size(width, height)),
        }
        let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
        let colour = self.teller.world.settings.colour && !dumb;
        findings.ok(t.colour(), if colour { t.colour_on() } else { t.colour_off() });
        let set = |name: &&str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(set).unwrap_or_default();
        let plain = locale.to_lowercase().replace('-', "");
        if plain.contains("utf8") {
            findings.ok(t.locale(), t.locale_utf8(&locale));
        } else {
            findings.not_ok(Mark::Warn, t.locale(), t.locale_other(&locale), t.locale_remedy());
        }
    }

    /// Every bank that is known, by configuration, memory or session, once.
    fn banks_to_ask(&self) -> Vec<NamedBank> {
        let mut banks = self.teller.world.settings.known_banks();
        for session in self.places.sessions().0 {
            let address = shown(&session.address);
            if !banks.iter().any(|bank| bank.address == address) {
                banks.push(NamedBank { name: session.bank.name, address });
            }
        }
        banks
    }

    async fn look_at_bank(&mut self, bank: &NamedBank, findings: &mut Findings) {
        let t = self.texts.doctor;
        let check = t.bank(&bank.name);
        let Ok(address) = bank.address.parse::<BankAddress>() else {
            let silent = t.bank_silent(&bank.address);
            return findings.not_ok(Mark::Bad, check, silent, t.bank_silent_remedy());
        };
        let began = Instant::now();
        match self.teller.stranger(&address, async |bank| bank.bank().await).await {
            Ok(told) => {
                let ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
                findings.ok(check, t.bank_answers(&told.version, ms));
            }
            Err(Trouble::Unreachable | Trouble::OutcomeUnknown) => {
                let silent = t.bank_silent(&bank.address);
                return findings.not_ok(Mark::Bad, check, silent, t.bank_silent_remedy());
            }
            Err(trouble @ Trouble::Distrusted(_)) => {
                let why = self.texts.codes.trouble(&trouble);
                return findings.not_ok(Mark::Bad, check, why, t.bank_key_remedy());
            }
            Err(Trouble::Garbage | Trouble::Problem(_)) => {
                let other = t.bank_other(&bank.address);
                return findings.not_ok(Mark::Bad, check, other, t.bank_other_remedy());
            }
        }
        // A header to the second, sent a moment ago: what is left over is a difference of clocks.
        if let Ok(Some(theirs)) = self.teller.stranger(&address, async |bank| bank.clock().await).await {
            let seconds = theirs.as_second() - clock::now().as_second();
            let check = t.clock(&bank.name);
            if seconds.abs() > SKEW_WARN_S {
                findings.not_ok(Mark::Warn, check, t.clock_differs(seconds), t.clock_remedy());
            } else {
                findings.ok(check, t.clock_same());
            }
        }
    }

    fn look_at_sessions_and_orders(&self, findings: &mut Findings) {
        let t = self.texts.doctor;
        if self.banks_to_ask().is_empty() {
            findings.not_ok(Mark::Warn, t.banks(), t.no_banks(), t.no_banks_remedy());
        }
        let (sessions, unread) = self.places.sessions();
        if let Some(reason) = unread {
            findings.not_ok(Mark::Bad, t.sessions(), reason, t.unread_remedy());
        }
        let (open, ended): (Vec<_>, Vec<_>) =
            sessions.iter().partition(|session| session.expires_at > clock::now());
        let ids = |of: &[&crate::node::SessionFile]| {
            of.iter().map(|session| session.bank.id.as_str()).collect::<Vec<_>>().join(", ")
        };
        match (open.as_slice(), ended.as_slice()) {
            ([], []) => findings.ok(t.sessions(), t.no_sessions()),
            (open, []) => findings.ok(t.sessions(), t.sessions_open(&ids(open))),
            (_, ended) => {
                let words = t.sessions_ended(&ids(ended));
                findings.not_ok(Mark::Warn, t.sessions(), words, t.sessions_remedy());
            }
        }
        let (orders, unread) = self.places.orders();
        if let Some(reason) = unread {
            findings.not_ok(Mark::Bad, t.orders(), reason, t.unread_remedy());
        }
        if orders.is_empty() {
            findings.ok(t.orders(), t.no_orders());
        } else {
            let ids: Vec<String> = orders.iter().map(|order| order.id.to_string()).collect();
            let words = t.open_orders(ids.len(), &ids.join(", "));
            findings.not_ok(Mark::Warn, t.orders(), words, t.orders_remedy());
        }
    }
}

/// The first file or directory of the state that others may read.
fn open_to_others(directory: &Path) -> Option<PathBuf> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let is_open =
            |path: &Path| fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0);
        if is_open(directory) {
            return Some(directory.to_path_buf());
        }
        let entries = fs::read_dir(directory).ok()?;
        entries.flatten().map(|entry| entry.path()).find_map(|path| {
            if path.is_dir() { open_to_others(&path) } else { Some(path).filter(|path| is_open(path)) }
        })
    }
    #[cfg(not(unix))]
    {
        let _no_rights_to_look_at = directory;
        None
    }
}

fn free_mebibytes(directory: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(directory).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize) / (1024 * 1024))
}
