//! Why something cannot be done now: what a key that is dark says when it is pressed.

/// Why something cannot be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyNot {
    /// Nobody is logged in.
    NotLoggedIn,
    /// The session has ended.
    SessionEnded,
    /// The bank of the session does not answer.
    BankAway,
    /// The customer has no account in sight yet.
    NoAccount,
    /// Something is being waited for already.
    Waiting,
    /// There is no session at another bank.
    OneSession,
    /// Payees are still being looked up.
    NamesComing,
    /// This order may not be sent again.
    NotAgain,
    /// A package has its most legs already.
    LegsFull,
    /// A package has no leg yet.
    NoLegs,
    /// As many templates as may be are kept.
    TemplatesFull,
    /// No template is kept yet.
    NoTemplate,
    /// A form with something typed in it is open.
    FormOpen,
    /// A package touches more banks than one may.
    TooManyBanks,
    /// Only in the demo.
    NotInDemo,
    /// Nothing there to revoke.
    NoConsent,
    /// Only an order that never arrived can be set aside.
    NotAside,
    /// Only an order that was refused is corrected in another.
    NotCorrected,
    /// Every bank that answers is connected.
    AllConnected,
    /// No session of the list is chosen.
    NoSession,
    /// No invitation is chosen.
    NoInvitation,
    /// A flag, the environment or the configuration file says so.
    SetOutside,
    /// No bank of the list is chosen.
    NoBankChosen,
    /// No key of the chosen bank is kept.
    NoKey,
    /// As many banks are remembered as can be.
    BanksFull,
    /// Only at the bank itself, with a session there.
    NeedsSessionThere,
    /// The account is closed already.
    ClosedAlready,
    /// The account holds money, or money is on its way.
    NotEmpty,
    /// The statement has nothing to save.
    NothingToSave,
    /// What is not committed has no QR code.
    NoQr,
}
