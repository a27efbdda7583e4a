//! Logs: a sentence and fields, to standard error, as text for people or JSON for machines. How much is logged can be
//! changed while the program runs.
//!
//! Never in them: a token, a password, a name, a CPF, a body.

use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, OnceLock, PoisonError};

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::JsonFields;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Registry, reload};

mod json;

/// What of libraries is logged when nobody names one: a library at a finer level may say what this program never would.
const LIBRARIES: LevelFilter = LevelFilter::WARN;
/// The crates whose lines are this program's own.
const OWN: [&str; 2] = ["bank_node", "shared"];
/// What is logged when nobody says.
const LEVEL_DEFAULT: LevelFilter = LevelFilter::INFO;
/// A filter as somebody writes it, in bytes.
const FILTER_BYTES_MAX: usize = 1024;

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// A text that names no format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a log's format is text or json")]
pub struct UnknownFormat;

impl FromStr for LogFormat {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(UnknownFormat),
        }
    }
}

/// How much is logged: a level, and others for parts that are named: `info`, `warn,bank_node::peers=debug`.
///
/// The level without a name is for this program's own lines. Libraries say warnings and errors alone unless they are
/// named themselves.
#[derive(Clone, Debug, PartialEq)]
pub struct LogFilter {
    text: String,
    targets: Targets,
}

/// A text that is no filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a log level is off, error, warn, info, debug or trace, and may be followed by others for named parts: \
     info,bank_node::peers=debug"
)]
pub struct UnknownFilter;

impl FromStr for LogFilter {
    type Err = UnknownFilter;

    fn from_str(text: &str) -> Result<Self, UnknownFilter> {
        if text.len() > FILTER_BYTES_MAX {
            return Err(UnknownFilter);
        }
        let mut own = None;
        let mut named = Vec::new();
        for part in text.split(',').map(str::trim) {
            match part.split_once('=') {
                None if own.is_none() => own = Some(level(part)?),
                None => return Err(UnknownFilter),
                Some((target, word)) if is_target(target) => named.push((target.to_owned(), level(word)?)),
                Some(_) => return Err(UnknownFilter),
            }
        }
        let own = own.unwrap_or(LEVEL_DEFAULT);
        let targets = Targets::new()
            .with_default(own.min(LIBRARIES))
            .with_targets(OWN.map(|name| (name, own)))
            .with_targets(named);
        Ok(Self { text: text.to_owned(), targets })
    }
}

fn level(word: &str) -> Result<LevelFilter, UnknownFilter> {
    let words = ["off", "error", "warn", "info", "debug", "trace"];
    words.contains(&word).then(|| word.parse().ok()).flatten().ok_or(UnknownFilter)
}

fn is_target(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':')
}

impl fmt::Display for LogFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The one log of this process, once it has begun.
static RUNNING: OnceLock<Running> = OnceLock::new();

struct Running {
    filter: reload::Handle<Targets, Registry>,
    text: Mutex<String>,
}

/// The program that runs here has begun no log of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this process keeps no log whose level could be changed")]
pub struct NoLog;

/// Begins to log what `filter` lets through. A second call changes nothing.
pub fn start(format: LogFormat, filter: LogFilter) {
    let LogFilter { text, targets } = filter;
    let (targets, handle) = reload::Layer::new(targets);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let registry = tracing_subscriber::registry().with(targets);
    let started = match format {
        LogFormat::Text => {
            let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
            registry.with(lines.with_ansi(colours).with_target(false)).try_init()
        }
        LogFormat::Json => {
            let lines = lines.with_ansi(false).fmt_fields(JsonFields::new()).event_format(json::JsonLine);
            registry.with(lines).try_init()
        }
    };
    if started.is_ok() {
        let _started_before = RUNNING.set(Running { filter: handle, text: Mutex::new(text) });
    }
}

/// From now on logs what `filter` lets through.
///
/// # Errors
/// [`NoLog`] where [`start`] was not called.
pub fn change(filter: LogFilter) -> Result<(), NoLog> {
    let running = RUNNING.get().ok_or(NoLog)?;
    let mut text = running.text.lock().unwrap_or_else(PoisonError::into_inner);
    running.filter.reload(filter.targets).map_err(|_| NoLog)?;
    *text = filter.text;
    Ok(())
}

/// What is let through now, as it was written; none where [`start`] was not called.
#[must_use]
pub fn current() -> Option<String> {
    RUNNING.get().map(|running| running.text.lock().unwrap_or_else(PoisonError::into_inner).clone())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use tracing::Level;

    use super::*;

    #[rstest]
    #[case("info", &[("bank_node::http", Level::INFO), ("h2", Level::WARN)], &[("bank_node", Level::DEBUG), ("h2", Level::INFO)])]
    #[case("trace", &[("bank_node::http", Level::TRACE), ("shared", Level::TRACE)], &[("h2", Level::INFO)])]
    #[case("error", &[("bank_node", Level::ERROR)], &[("bank_node", Level::WARN), ("h2", Level::WARN)])]
    #[case("off", &[], &[("bank_node", Level::ERROR), ("h2", Level::ERROR)])]
    #[case("warn,bank_node::peers=debug", &[("bank_node::peers::link", Level::DEBUG)], &[("bank_node::http", Level::INFO)])]
    #[case("h2=debug", &[("bank_node", Level::INFO), ("h2::codec", Level::DEBUG)], &[("bank_node", Level::DEBUG)])]
    fn what_a_filter_lets_through(
        #[case] text: &str,
        #[case] through: &[(&str, Level)],
        #[case] not: &[(&str, Level)],
    ) {
        let filter: LogFilter = text.parse().unwrap();
        assert_eq!(filter.to_string(), text);
        for (target, level) in through {
            assert!(filter.targets.would_enable(target, level), "{target} {level}");
        }
        for (target, level) in not {
            assert!(!filter.targets.would_enable(target, level), "{target} {level}");
        }
    }

    #[rstest]
    #[case("")]
    #[case("verbose")]
    #[case("info,debug")]
    #[case("info,")]
    #[case("=info")]
    #[case("bank_node=loud")]
    #[case("bank node=info")]
    #[case("3")]
    fn what_is_no_filter(#[case] text: &str) {
        assert_eq!(text.parse::<LogFilter>(), Err(UnknownFilter));
    }
}
