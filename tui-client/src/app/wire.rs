//! What the client asks of banks and what comes back, as plain values. Nothing here performs anything.

use jiff::Timestamp;
use shared::account::AccountRef;
use shared::api::problem::Problem;
use shared::api::replies::{
    AccountReply, AccountsReply, BankReply, ConsentReply, ConsentsReply, ConsortiumReply, CustomerReply,
    InvitationsReply, PackageReply, PackagesReply, PayeeReply, PreviewReply, SessionsReply, StatementReply,
};
use shared::api::requests::{ChangeCustomer, GiveConsent, LogIn, OpenAccount, SignUp};
use shared::ids::{ConsentId, PackageId, SessionId};
use shared::key_pin::KeyPin;
use shared::package::Legs;

pub use shared::address::BankAddress;
pub use shared::client::{LoggedIn, Token};

/// Names one request on the wire. Made by [`super::requests::Requests`], never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// Whom a request goes to, and as whom.
#[derive(Clone, Debug, PartialEq)]
pub struct Seat {
    /// The bank.
    pub address: BankAddress,
    /// The session there, where one is needed.
    pub token: Option<Token>,
}

impl Seat {
    /// `address` without a session.
    #[must_use]
    pub const fn stranger(address: BankAddress) -> Self {
        Self { address, token: None }
    }
}

/// One request to one bank.
#[derive(Clone, Debug, PartialEq)]
pub enum Call {
    /// Who is this bank?
    Bank,
    /// Which banks are there, and do they answer?
    Consortium,
    /// Become a customer.
    SignUp(SignUp),
    /// Open a session.
    LogIn(LogIn),
    /// End the session.
    LogOut,
    /// Who is logged in?
    Me,
    /// Another name, another password.
    ChangeCustomer(ChangeCustomer),
    /// Where is one logged in?
    Sessions,
    /// End one session of one's own.
    EndSession(SessionId),
    /// One's accounts at this bank.
    Accounts,
    /// One's accounts at every bank, as far as sessions and consents reach.
    AccountsInConsortium,
    /// One account, anywhere.
    Account(AccountRef),
    /// A page of an account's postings, newest first; `before` takes the `next` of the page before.
    Statement {
        /// The account.
        account: AccountRef,
        /// Where the page before ended.
        before: Option<u64>,
    },
    /// The last few postings of an account.
    RecentPostings(AccountRef),
    /// Who is behind an account number?
    Payee(AccountRef),
    /// Open an account.
    OpenAccount(OpenAccount),
    /// Close an account of this bank.
    CloseAccount(AccountRef),
    /// Order a package: the one call that moves money. Only [`super::orders::Orders`] makes it.
    OrderPackage {
        /// Made by this client; the same id is the same order.
        id: PackageId,
        /// The legs.
        legs: Legs,
    },
    /// What would the banks say to such a package now? Moves nothing and binds nobody.
    Preview(Legs),
    /// How does a package stand?
    Package(PackageId),
    /// What was ordered at this bank, newest first.
    Packages {
        /// Where the page before ended.
        before: Option<u64>,
    },
    /// Who is asked to hold an account with somebody?
    Invitations,
    /// Accept or decline an invitation.
    AnswerInvitation {
        /// The account.
        account: AccountRef,
        /// Yes or no.
        accept: bool,
    },
    /// Let another bank see or debit what is held here.
    GiveConsent(GiveConsent),
    /// The consents in force.
    Consents,
    /// End one.
    RevokeConsent(ConsentId),
}

impl Call {
    /// Whether it changes nothing at the bank, so that it may be dropped and asked again at will.
    #[must_use]
    pub const fn is_read(&self) -> bool {
        match self {
            Self::Bank
            | Self::Consortium
            | Self::Me
            | Self::Sessions
            | Self::Accounts
            | Self::AccountsInConsortium
            | Self::Account(_)
            | Self::Statement { .. }
            | Self::RecentPostings(_)
            | Self::Payee(_)
            | Self::Preview(_)
            | Self::Package(_)
            | Self::Packages { .. }
            | Self::Invitations
            | Self::Consents => true,
            Self::SignUp(_)
            | Self::LogIn(_)
            | Self::LogOut
            | Self::ChangeCustomer(_)
            | Self::EndSession(_)
            | Self::OpenAccount(_)
            | Self::CloseAccount(_)
            | Self::OrderPackage { .. }
            | Self::AnswerInvitation { .. }
            | Self::GiveConsent(_)
            | Self::RevokeConsent(_) => false,
        }
    }
}

/// What a bank answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// To [`Call::Bank`], with the round trip in milliseconds.
    Bank(BankReply, u64),
    /// To [`Call::Consortium`].
    Consortium(ConsortiumReply),
    /// To [`Call::SignUp`].
    SignedUp(CustomerReply),
    /// To [`Call::LogIn`].
    LoggedIn(LoggedIn),
    /// To [`Call::Me`] and [`Call::ChangeCustomer`].
    Customer(CustomerReply),
    /// To [`Call::Sessions`].
    Sessions(SessionsReply),
    /// To [`Call::Accounts`] and [`Call::AccountsInConsortium`].
    Accounts(AccountsReply),
    /// To [`Call::Account`] and [`Call::CloseAccount`].
    Account(AccountReply),
    /// To [`Call::OpenAccount`].
    Opened(AccountReply),
    /// To [`Call::Statement`] and [`Call::RecentPostings`].
    Statement(StatementReply),
    /// To [`Call::Payee`].
    Payee(PayeeReply),
    /// To [`Call::OrderPackage`] and [`Call::Package`], however it ended.
    Package(PackageReply),
    /// To [`Call::Preview`].
    Preview(PreviewReply),
    /// To [`Call::Packages`].
    Packages(PackagesReply),
    /// To [`Call::Invitations`].
    Invitations(InvitationsReply),
    /// To [`Call::GiveConsent`].
    Consented(ConsentReply),
    /// To [`Call::Consents`].
    Consents(ConsentsReply),
    /// Done, with nothing to say.
    Done,
}

/// Why this client sent nothing, though the bank is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distrust {
    /// The bank shows another TLS key than it is known by.
    KeyChanged {
        /// The one that it is known by.
        known: KeyPin,
        /// The one that it shows.
        shown: KeyPin,
    },
    /// A password would have gone over plain http to another machine.
    PasswordInClear,
}

/// Why there is no reply.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// Nothing was sent, since who would have read it is not certain.
    Distrusted(Distrust),
    /// The bank could not be reached: it never saw the request.
    Unreachable,
    /// The request may have arrived; no answer came.
    OutcomeUnknown,
    /// The bank said no, and why.
    Problem(Box<Problem>),
    /// Something answered that is no bank of this kind.
    Garbage,
}

/// A reply or the trouble.
pub type Answer = Result<Reply, Trouble>;

/// How far a file of an order is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is on disk.
    Yes,
    /// It could not be written: why.
    No(String),
}

/// The same moment by a clock that was set back by so many milliseconds.
#[must_use]
pub fn set_back(at: Timestamp, by_ms: i64) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond().saturating_sub(by_ms)).unwrap_or(Timestamp::MIN)
}

/// A moment on the wall clock, in milliseconds since 1970, for sums.
#[must_use]
pub fn milliseconds_between(earlier: Timestamp, later: Timestamp) -> i64 {
    later.as_millisecond() - earlier.as_millisecond()
}
