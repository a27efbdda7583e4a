//! `bank-node reconcile`: the books of a bank that runs, held against the other banks', now and anew.

use std::process::ExitCode;
use std::time::Duration;

use bank_node::http::back_office::api::{Pair, PairOutcome, Pairs, RECONCILE};
use clap::Args;
use shared::money::Reais;

use super::admin::client::in_path;
use super::admin::table::table;
use super::admin::{Whom, show};
use super::{EXIT_AUDIT, EXIT_SURROUNDINGS};

/// How long it may take: all postings are read, here and perhaps there.
const DEADLINE: Duration = Duration::from_secs(15 * 60);

/// Whose books, and with whom.
#[derive(Args)]
pub struct Reconcile {
    #[command(flatten)]
    whom: Whom,
    /// The other bank; all of them without it.
    #[arg(long)]
    with: Option<String>,
    /// Print JSON, for scripts.
    #[arg(long)]
    json: bool,
}

impl Reconcile {
    /// Ends with 0 where all agree, 4 where two differ, 1 where a bank could not be asked.
    pub fn run(self) -> ExitCode {
        let Self { whom, with, json } = self;
        let with = with.map(|with| in_path("?with={}", "{}", &with)).unwrap_or_default();
        whom.ask(async |bank| {
            let found: Pairs = bank.post_within(&format!("{RECONCILE}{with}"), DEADLINE).await?;
            show(json, &found, text)?;
            let any = |outcome| found.pairs.iter().any(|pair| pair.outcome == outcome);
            Ok(if any(PairOutcome::Differ) {
                ExitCode::from(EXIT_AUDIT)
            } else if any(PairOutcome::Unanswered) {
                ExitCode::from(EXIT_SURROUNDINGS)
            } else {
                ExitCode::SUCCESS
            })
        })
    }
}

fn text(found: &Pairs) -> String {
    let both = |here: i64, there: i64| {
        if here == there {
            Reais(here).to_string()
        } else {
            format!("{} (there {})", Reais(here), Reais(there))
        }
    };
    let rows = found.pairs.iter().map(|pair| {
        let of = |text: String| if pair.outcome == PairOutcome::Unanswered { "-".to_owned() } else { text };
        [
            pair.bank.to_string(),
            outcome(pair),
            of(pair.packages.to_string()),
            of(both(pair.due_to, pair.due_to_there)),
            of(both(pair.due_from, pair.due_from_there)),
        ]
    });
    let mut text =
        table(["bank", "books", "packages", "due to", "due from"], rows.collect(), "this bank is alone");
    for pair in &found.pairs {
        for difference in &pair.differences {
            text.push_str(&format!("\n{}: {}", pair.bank, difference.describe(&pair.bank)));
        }
        let unnamed = pair.differing.saturating_sub(pair.differences.len());
        if unnamed > 0 {
            text.push_str(&format!("\n{}: and {unnamed} more", pair.bank));
        }
    }
    text
}

fn outcome(pair: &Pair) -> String {
    match pair.outcome {
        PairOutcome::Agree if pair.in_transit => "agree, some on its way".to_owned(),
        PairOutcome::Agree => "agree".to_owned(),
        PairOutcome::Differ => format!("differ in {}", pair.differing),
        PairOutcome::Unanswered => pair.why.clone().unwrap_or_else(|| "not answered".to_owned()),
    }
}
