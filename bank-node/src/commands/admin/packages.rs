//! `bank-node admin packages`.

use bank_node::http::back_office::api;
use bank_node::peers::testimony::AttemptStanding;
use clap::{Args, Subcommand};
use shared::ids::PackageId;
use shared::money::Reais;

use super::client::Bank;
use super::table::table;
use super::{Done, Paged, show};

/// What is shown of packages.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, arg_required_else_help = true)]
pub struct Packages {
    /// What this bank has promised to other banks' packages and not heard the end of, with what every bank says of it.
    #[arg(long)]
    in_doubt: bool,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Subcommand)]
enum What {
    /// A page of the packages that were ordered here or touch an account here, newest first.
    List {
        #[command(flatten)]
        page: Paged,
    },
    /// All that this bank knows of one.
    Show {
        /// Its id.
        id: PackageId,
    },
}

impl Packages {
    pub async fn run(self, bank: &Bank, json: bool) -> Done {
        match self.what {
            // One of the two is there: nothing at all prints the help.
            None => {
                debug_assert!(self.in_doubt, "bug: neither a subcommand nor --in-doubt");
                let found: api::InDoubt = bank.get(api::PACKAGES_IN_DOUBT).await?;
                show(json, &found, in_doubt)
            }
            Some(What::List { page }) => {
                let found: api::Packages = bank.get(&page.of(api::PACKAGES)).await?;
                show(json, &found, |found| page.with_next(rows(&found.packages), found.next))
            }
            Some(What::Show { id }) => {
                let found: api::PackageShown =
                    bank.get(&api::PACKAGE.replace("{id}", &id.to_string())).await?;
                show(json, &found, shown)
            }
        }
    }
}

fn rows(packages: &[api::Package]) -> String {
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let rows = packages.iter().map(|package| {
        [package.id.to_string(), or_dash(&package.order), or_dash(&package.record), or_dash(&package.attempt)]
    });
    table(["package", "ordered here", "record here", "attempt"], rows.collect(), "no package")
}

fn shown(found: &api::PackageShown) -> String {
    let mut parts = vec![rows(std::slice::from_ref(&found.package))];
    if let Some(customer) = found.customer {
        parts.push(format!("ordered by customer {customer}"));
        let legs = found.legs.iter().map(|leg| {
            [leg.leg.to_string(), leg.from.clone(), leg.to.clone(), Reais(leg.amount).to_string()]
        });
        parts.push(table(["leg", "from", "to", "amount"], legs.collect(), "no leg"));
    }
    if !found.refusals.is_empty() {
        parts.push(format!("refused: {}", found.refusals.join(", ")));
    }
    let portions = found.portions.iter().map(|portion| {
        let at = portion.prepared_at.map_or_else(|| "-".to_owned(), |at| at.to_string());
        [portion.attempt.clone(), portion.state.clone(), at]
    });
    parts.push(table(
        ["attempt", "here", "promised at"],
        portions.collect(),
        "no attempt has reached this bank",
    ));
    let postings = found.postings.iter().map(|posting| {
        [posting.number.to_string(), posting.account.clone(), Reais(posting.amount).to_string()]
    });
    parts.push(table(["posting", "account", "amount"], postings.collect(), "nothing is booked here"));
    parts.join("\n\n")
}

fn in_doubt(found: &api::InDoubt) -> String {
    if found.attempts.is_empty() {
        return "nothing is in doubt".to_owned();
    }
    let one = |doubtful: &api::Doubtful| {
        let said = doubtful.testimonies.iter().map(|testimony| {
            let coordinates = if testimony.bank == doubtful.coordinator { "decides" } else { "" };
            let says = testimony.says.map_or("does not answer", says_word);
            [format!("  {}", testimony.bank), coordinates.to_owned(), says.to_owned()]
        });
        format!(
            "package {}, attempt {}, promised at {}, holds {}\n{}\n{}",
            doubtful.package,
            doubtful.attempt,
            doubtful.prepared_at,
            Reais(doubtful.held),
            table(["  bank", "", "says"], said.collect(), ""),
            doubtful.advice
        )
    };
    found.attempts.iter().map(one).collect::<Vec<_>>().join("\n\n")
}

const fn says_word(standing: AttemptStanding) -> &'static str {
    match standing {
        AttemptStanding::Unknown => "knows nothing of it",
        AttemptStanding::Begun => "has not decided",
        AttemptStanding::Prepared => "has promised, and does not know the outcome",
        AttemptStanding::Committed => "committed",
        AttemptStanding::Aborted => "aborted",
    }
}
