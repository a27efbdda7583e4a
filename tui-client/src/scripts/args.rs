//! What scripts may ask for, as the command line reads it. Passwords are never among the arguments.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, value_parser};

/// In which form results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// The bodies of the banks' own interface.
    Json,
    /// A header line and one line per row; money in centavos.
    Csv,
}

/// A command waits a day at most; an order goes on without it.
const WAIT_MAX_S: u64 = 86_400;

/// One command of a script. Without one, the screens open.
#[derive(Clone, Debug, Subcommand)]
pub enum Script {
    /// Log in at a bank and keep the session for later commands.
    Login(Login),
    /// End the kept session at --bank, or all of them.
    Logout,
    /// Become a customer of a bank, and log in.
    Signup(Signup),
    /// Who is logged in, and where.
    Whoami,
    /// Your accounts with their balances.
    Accounts(Accounts),
    /// Open an account.
    #[command(subcommand)]
    Open(Open),
    /// Order a package: all of its transfers happen, or none does.
    Pay(Pay),
    /// Pay cash in at the counter of the bank of the session.
    Deposit(Cash),
    /// Pay cash out at the counter of the bank of the session.
    Withdraw(Cash),
    /// Look at packages, or wait for one.
    #[command(subcommand)]
    Package(Package),
    /// The postings of an account, newest first.
    Statement(Statement),
    /// The receipt of a package.
    Receipt(Receipt),
    /// Who is behind an account: the masked name, as its bank tells it.
    Payee {
        /// The account: boreal/2001-0.
        account: String,
    },
    /// Let another bank see or debit what you hold at --bank.
    #[command(subcommand)]
    Consents(Consents),
    /// Accounts that you are asked to hold with somebody.
    #[command(subcommand)]
    Invitations(Invitations),
    /// The keys by which this machine knows banks.
    #[command(subcommand)]
    Keys(Keys),
    /// Every bank of the consortium, and whether it answers.
    Consortium,
    /// Check configuration, state directory, terminal and banks; 0 when nothing is bad, else 1.
    Doctor,
    /// Print the completions of a shell.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page.
    Man {
        /// Write a page for each command into this directory instead.
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
    },
}

/// How to log in.
#[derive(Clone, Debug, Args)]
pub struct Login {
    /// Your CPF.
    #[arg(long)]
    pub cpf: String,
    /// Read the password from the first line of the standard input; else it is asked for.
    #[arg(long)]
    pub password_stdin: bool,
}

/// How to become a customer.
#[derive(Clone, Debug, Args)]
pub struct Signup {
    /// Your name.
    #[arg(long)]
    pub name: String,
    /// CPF and password.
    #[command(flatten)]
    pub login: Login,
}

/// Which accounts.
#[derive(Clone, Debug, Args)]
pub struct Accounts {
    /// All that the bank of the session may see, at every bank, by your consents.
    #[arg(long)]
    pub consortium: bool,
}

/// Which account to open.
#[derive(Clone, Debug, Subcommand)]
pub enum Open {
    /// Yours alone.
    Personal,
    /// With one to three others, who are invited.
    Joint {
        /// The CPF of another holder; once for each.
        #[arg(long = "holder", value_name = "CPF", required = true)]
        holders: Vec<String>,
    },
    /// A company's.
    Business {
        /// The company's CNPJ.
        #[arg(long)]
        cnpj: String,
        /// The company's name.
        #[arg(long)]
        company: String,
        /// The CPF of another partner; once for each.
        #[arg(long = "holder", value_name = "CPF")]
        holders: Vec<String>,
    },
}

/// How an order is sent.
#[derive(Clone, Debug, Args)]
pub struct Order {
    /// The order's own id, a UUID. The same id with the same transfers pays once, however often it is sent.
    #[arg(long, value_name = "UUID")]
    pub id: Option<String>,
    /// Wait at most so long for the end.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = value_parser!(u64).range(..=WAIT_MAX_S))]
    pub wait: u64,
    /// Ask every bank what would happen, and move nothing.
    #[arg(long)]
    pub preview: bool,
}

/// What to pay.
#[derive(Clone, Debug, Args)]
pub struct Pay {
    /// One transfer: PAYER=PAYEE:AMOUNT, for example aurora/1042-8=boreal/2001-0:150,00; the word `cash` stands for cash at
    /// the counter.
    #[arg(long = "leg", value_name = "LEG", required_unless_present = "from_file")]
    pub legs: Vec<String>,
    /// A file with one transfer per line, - for the standard input. Empty lines and lines that begin with # are left out.
    #[arg(long, value_name = "FILE")]
    pub from_file: Option<PathBuf>,
    /// How it is sent.
    #[command(flatten)]
    pub order: Order,
}

/// What to pay in or out.
#[derive(Clone, Debug, Args)]
pub struct Cash {
    /// The account: aurora/1042-8.
    pub account: String,
    /// The amount: 1.234,56.
    pub amount: String,
    /// How it is sent.
    #[command(flatten)]
    pub order: Order,
}

/// What to do with packages.
#[derive(Clone, Debug, Subcommand)]
pub enum Package {
    /// How a package stands.
    Show {
        /// Its id.
        id: String,
    },
    /// Wait until a package's end is known; goes on with an order of this machine whose answer was lost.
    Wait {
        /// Its id.
        id: String,
        /// Wait at most so long.
        #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = value_parser!(u64).range(..=WAIT_MAX_S))]
        wait: u64,
    },
    /// What you ordered at the bank of the session, newest first.
    List(Pages),
}

/// How much of a list.
#[derive(Clone, Copy, Debug, Args)]
pub struct Pages {
    /// So many rows at most.
    #[arg(long, value_name = "N", default_value_t = 50, conflicts_with = "all", value_parser = value_parser!(u32).range(1..))]
    pub limit: u32,
    /// All rows.
    #[arg(long)]
    pub all: bool,
}

/// Which statement.
#[derive(Clone, Debug, Args)]
pub struct Statement {
    /// The account: aurora/1042-8.
    pub account: String,
    /// Print it as a file for spreadsheets, whatever --output says: parted by semicolons, amounts with a comma.
    #[arg(long)]
    pub spreadsheet: bool,
    /// How much of it.
    #[command(flatten)]
    pub pages: Pages,
}

/// Which receipt.
#[derive(Clone, Debug, Args)]
pub struct Receipt {
    /// The package's id.
    pub id: String,
    /// Write it into this file too; one that is there is not overwritten.
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
}

/// What to do with consents.
#[derive(Clone, Debug, Subcommand)]
pub enum Consents {
    /// Those in force at the bank of the session.
    List,
    /// Let another bank see, or see and debit, what you hold at the bank of the session.
    Give {
        /// The other bank's id.
        #[arg(long, value_name = "BANK")]
        to: String,
        /// Your customer id at the other bank; known already when you are logged in there.
        #[arg(long, value_name = "UUID")]
        customer: Option<String>,
        /// It may look only, not debit.
        #[arg(long)]
        view_only: bool,
        /// At most so much in one package.
        #[arg(long, value_name = "AMOUNT")]
        per_package: Option<String>,
        /// At most so much in one day.
        #[arg(long, value_name = "AMOUNT")]
        per_day: Option<String>,
        /// Until when: 2027-12-31T23:59:59Z.
        #[arg(long, value_name = "TIME")]
        expires_at: Option<String>,
    },
    /// End one.
    Revoke {
        /// Its id.
        id: String,
    },
}

/// What to do with banks' keys.
#[derive(Clone, Debug, Subcommand)]
pub enum Keys {
    /// Each bank's address with the fingerprint of its TLS key.
    List,
    /// Forget a bank's key: the next one that it shows is taken as at first contact. Have the bank confirm it before.
    Forget {
        /// The bank's address: 10.0.0.5:7001.
        address: String,
    },
}

/// What to do with invitations.
#[derive(Clone, Debug, Subcommand)]
pub enum Invitations {
    /// Those that wait for an answer.
    List,
    /// Become a holder of the account.
    Accept {
        /// The account: aurora/1042-8.
        account: String,
    },
    /// Decline it.
    Decline {
        /// The account: aurora/1042-8.
        account: String,
    },
}
