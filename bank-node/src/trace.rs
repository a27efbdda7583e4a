//! Which trace a request belongs to, and the packages of it: so that the log lines of all banks that had a hand in a
//! package are found by one id.
//!
//! Never here: a word to the core. No decision knows of a trace; what is kept here is kept in memory, bounded, and gone with
//! the process, and a package without a trace is handled as any other.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use shared::ids::PackageId;
use shared::trace::TraceContext;

use crate::ids;

/// Packages whose traces are remembered; an older one's is forgotten for a newer one's.
const PACKAGES_MAX: usize = 16_384;
/// Traces that go with one batch to another bank: so many leave room for its other headers.
const PER_BATCH_MAX: usize = 64;

/// The header of a batch between banks that says to which trace each package of it belongs: `PACKAGE=TRACEPARENT`, with
/// commas between.
pub const PACKAGE_TRACES: &str = "package-traces";

tokio::task_local! {
    static CURRENT: TraceContext;
}

/// Runs `future` as a part of `trace`.
pub async fn within<F: Future>(trace: TraceContext, future: F) -> F::Output {
    CURRENT.scope(trace, future).await
}

/// The trace of the request under way; none outside of one.
#[must_use]
pub fn current() -> Option<TraceContext> {
    CURRENT.try_with(|trace| *trace).ok()
}

/// The trace that a request names in its `traceparent`, from here on; else one that begins here.
#[must_use]
pub fn taken_or_begun(traceparent: Option<&str>) -> TraceContext {
    match traceparent.and_then(|text| text.parse::<TraceContext>().ok()) {
        Some(given) => given.from_here(ids::bytes()),
        None => TraceContext::new(ids::bytes(), ids::bytes()),
    }
}

/// The traces of packages that this bank had to do with lately. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Traces(Arc<Mutex<Lately>>);

#[derive(Debug, Default)]
struct Lately {
    by_package: HashMap<PackageId, TraceContext>,
    oldest_first: VecDeque<PackageId>,
}

impl Traces {
    /// Remembers that `package` belongs to `trace`; of several, the last one holds.
    pub fn note(&self, package: PackageId, trace: TraceContext) {
        let mut lately = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lately.by_package.insert(package, trace).is_none() {
            lately.oldest_first.push_back(package);
        }
        while lately.oldest_first.len() > PACKAGES_MAX {
            if let Some(oldest) = lately.oldest_first.pop_front() {
                lately.by_package.remove(&oldest);
            }
        }
    }

    /// The trace of `package`.
    #[must_use]
    pub fn of(&self, package: PackageId) -> Option<TraceContext> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).by_package.get(&package).copied()
    }

    /// What [`PACKAGE_TRACES`] says of these packages; none where nothing is known of any.
    #[must_use]
    pub fn header(&self, mut packages: Vec<PackageId>) -> Option<String> {
        packages.sort();
        packages.dedup();
        let entries: Vec<String> = packages
            .into_iter()
            .filter_map(|package| Some(format!("{package}={}", self.of(package)?.from_here(ids::bytes()))))
            .take(PER_BATCH_MAX)
            .collect();
        (!entries.is_empty()).then(|| entries.join(","))
    }
}

/// Reads [`PACKAGE_TRACES`]. What is no entry is passed over: no message is worse for a bad one.
#[must_use]
pub fn read_header(text: &str) -> HashMap<PackageId, TraceContext> {
    let entries = text.split(',').take(PER_BATCH_MAX).filter_map(|entry| {
        let (package, trace) = entry.split_once('=')?;
        Some((package.parse().ok()?, trace.parse().ok()?))
    });
    entries.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(number: u128) -> PackageId {
        PackageId(uuid::Uuid::from_u128(number))
    }

    fn trace(number: u8) -> TraceContext {
        TraceContext::new([number; 16], [1; 8])
    }

    #[test]
    fn a_batch_says_the_traces_of_its_packages_and_no_others() {
        let traces = Traces::default();
        traces.note(package(1), trace(1));
        traces.note(package(2), trace(2));
        assert_eq!(traces.header(vec![package(3)]), None);
        let said = traces.header(vec![package(2), package(3), package(2)]).unwrap();
        let read = read_header(&said);
        assert_eq!(read.len(), 1);
        assert_eq!(read[&package(2)].trace_id(), trace(2).trace_id());
        let garbled = format!("nonsense,=,{},{}={}", package(1), package(1), "00-zz");
        assert_eq!(read_header(&format!("{garbled},{said}")).len(), 1, "what is no entry is passed over");
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let traces = Traces::default();
        for number in 0..=PACKAGES_MAX as u128 {
            traces.note(package(number), trace(1));
        }
        assert_eq!(traces.of(package(0)), None);
        assert!(traces.of(package(1)).is_some());
        let all = (1..=PACKAGES_MAX as u128).map(package).collect();
        let said = traces.header(all).unwrap();
        assert_eq!(read_header(&said).len(), PER_BATCH_MAX);
        assert!(said.len() < 8 * 1024, "a batch's headers have room for it: {}", said.len());
    }

    #[tokio::test]
    async fn a_request_goes_on_with_the_trace_that_it_names() {
        let given = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let taken = taken_or_begun(Some(given));
        assert_eq!(taken.trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_ne!(taken.to_string(), given, "from this step on");
        assert_ne!(taken_or_begun(Some("00-nonsense")), taken_or_begun(None), "each begins one of its own");
        assert_eq!(current(), None);
        assert_eq!(within(taken, async { current() }).await, Some(taken));
    }
}
