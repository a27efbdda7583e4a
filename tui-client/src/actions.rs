//! The one table of what can be done: action, where, keys, label in both languages, and when. Dispatch, the footer, the
//! `?` help and the home menu's digits all read it, so that none of them can disagree with another.

mod key;

mod table;

mod when;

use crate::texts::Language;

pub use self::key::Key;
pub use self::table::ACTIONS;
pub use self::when::When;

/// Something that can be done with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    // Everywhere.
    /// Show the keys of this screen.
    Help,
    /// Everything that can be done, by name.
    Palette,
    /// To the lowest room.
    GoHome,
    /// The other language.
    SwitchLanguage,
    /// The next theme.
    NextTheme,
    /// One level back.
    Back,
    /// Draw everything anew.
    Redraw,
    /// Give the terminal back for a while.
    Suspend,
    /// Leave at once.
    QuitNow,
    /// Lock the screen now.
    LockNow,
    /// Cover or show the amounts of balances.
    HideBalances,
    // Lists and menus.
    /// The row above.
    Up,
    /// The row below.
    Down,
    /// A page of rows up.
    PageUp,
    /// A page of rows down.
    PageDown,
    /// The first row.
    First,
    /// The last row.
    Last,
    /// Take the chosen row.
    Choose,
    // Forms.
    /// The next field.
    NextField,
    /// The field before.
    PreviousField,
    /// On: to the next field, from the last one submit.
    GoOn,
    /// Submit from anywhere in the form.
    Submit,
    /// Show or hide passwords.
    ShowPassword,
    // Welcome.
    /// To the log-in room.
    GoLogIn,
    /// To the sign-up room.
    GoSignUp,
    /// Change the bank's address.
    ChangeBank,
    /// Leave, after asking.
    Quit,
    // Log-in.
    /// Take a known bank's address.
    TakeBank(u8),
    // The form of a leg.
    /// Open the list of accounts: one's own, and payees paid before.
    PickAccount,
    // Review.
    /// The other button.
    OtherButton,
    // Orders.
    /// Send an order again, under its own id.
    SendAgain,
    /// Set aside an order that never arrived.
    SetAside,
    /// The legs of an order that was refused into the builder, for an order of their own.
    CorrectLegs,
    /// Put an order's id on the clipboard.
    CopyId,
    // The package builder.
    /// Write a new leg.
    NewLeg,
    /// The chosen leg once more.
    DuplicateLeg,
    /// The chosen leg away.
    RemoveLeg,
    /// The chosen leg one place up.
    LegUp,
    /// The chosen leg one place down.
    LegDown,
    /// All legs away.
    RemoveAll,
    /// What was removed last comes back.
    TakeBack,
    /// Look for a row.
    Find,
    /// To the sums and back.
    Sums,
    /// Write the package to a file.
    SaveFile,
    /// Read legs from a file.
    LoadFile,
    /// Keep the legs under a name.
    KeepTemplate,
    /// The legs kept under names.
    Templates,
    /// On to the review.
    ReviewLegs,
    // An account just opened.
    /// Put the new number on the clipboard.
    CopyNumber,
    // An account and its statement; packages; receipts.
    /// Narrow a list down by what is typed.
    Filter,
    /// Done with typing the filter; it stays.
    KeepFilter,
    /// The account's details, or its statement again.
    ShowDetails,
    /// Write the statement, as far as the filter shows it, to a file.
    SaveStatement,
    /// Pay from this account.
    PayFromHere,
    /// Close this account.
    CloseAccount,
    /// The receipt of a package.
    ShowReceipt,
    /// Write the receipt to a file.
    SaveReceipt,
    /// Put the receipt on the clipboard.
    CopyReceipt,
    /// The receipt's QR code, or its text again.
    ShowQr,
    /// Open a package by its id.
    OpenById,
    /// From the menu to the accounts, or back.
    OtherPanel,
    // Consents.
    /// End the chosen consent.
    Revoke,
    /// Connect every bank that is not, one after the other.
    ConnectAll,
    /// Leave a bank of the pass out.
    SkipBank,
    // The consortium, in the demo.
    /// Stop the chosen bank as a crash does.
    StopBank,
    /// Have the chosen bank go down in the middle of the next package, or not after all.
    ArmBank,
    /// Start it again.
    StartBank,
    // Home.
    /// To pay one leg.
    Pay,
    /// To pay cash in.
    PayIn,
    /// To pay cash out.
    PayOut,
    /// To the orders.
    Orders,
    /// To the package builder.
    BuildPackage,
    /// To open an account.
    OpenAccount,
    /// To the consents.
    ConnectBanks,
    /// To the banks.
    SeeConsortium,
    /// To oneself: name, password, sessions.
    SeeMe,
    /// To the settings.
    SeeSettings,
    /// To the invitations.
    SeeInvitations,
    // Me.
    /// Change one's name.
    ChangeName,
    /// Change one's password.
    ChangePassword,
    /// Log in at another bank too.
    LogInElsewhere,
    /// Log in as another person.
    LogInAsAnother,
    /// End the session at one bank.
    LogOutHere,
    /// End all sessions.
    LogOut,
    /// End one session of the list.
    EndSession,
    // Invitations.
    /// Accept the chosen one.
    AcceptInvitation,
    /// Decline the chosen one, after asking.
    DeclineInvitation,
    // Settings.
    /// The next value.
    NextValue,
    /// The value before.
    PreviousValue,
    /// Remember another bank.
    AddBank,
    /// Change the chosen bank's name or address.
    EditBank,
    /// Remember the chosen bank no more.
    RemoveBank,
    /// Forget the key by which the chosen bank is known.
    ForgetBankKey,
    /// Look at the accounts now.
    Refresh,
    /// Let another bank of one's sessions run what is ordered.
    SwitchBank,
}

/// Where an action can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// In every room.
    Everywhere,
    /// In rooms with rows to choose from.
    List,
    /// In rooms with a form.
    Form,
    /// In the welcome room.
    Welcome,
    /// In the log-in room.
    LogIn,
    /// At home.
    Home,
    /// In the form of a leg.
    Leg,
    /// In the review.
    Review,
    /// Among the orders.
    Package,
    /// In an account.
    Account,
    /// Among the packages.
    Packages,
    /// On a receipt.
    Receipt,
    /// While a filter is typed.
    Filter,
    /// While a package's id is typed.
    PackageId,
    /// In rooms that are longer than the screen.
    Pages,
    /// In the package builder.
    Builder,
    /// In the package builder, among lines that are no legs.
    Import,
    /// Where an account was just opened.
    Opened,
    /// Among the consents.
    Connections,
    /// Where a bank is connected, or a consent changed.
    Connect,
    /// Where a bank was just connected.
    Connected,
    /// Among the banks.
    Consortium,
    /// Where one's name, password and sessions are.
    Me,
    /// Where something of one's own was just changed.
    Changed,
    /// On the locked screen.
    Lock,
    /// Among the invitations.
    Invitations,
    /// Among the settings.
    Settings,
}

impl Scope {
    /// Where that is, as a heading.
    #[must_use]
    pub const fn heading(self, language: Language) -> &'static str {
        match self {
            Self::Everywhere => language.pick("Em qualquer lugar", "Everywhere"),
            Self::List => language.pick("Nas listas", "In lists"),
            Self::Form => language.pick("Nos formulários", "In forms"),
            Self::Welcome => language.pick("Boas-vindas", "Welcome"),
            Self::LogIn => language.pick("Entrar", "Log in"),
            Self::Home => language.pick("Início", "Home"),
            Self::Leg => language.pick("Nas contas de uma transferência", "In a transfer's accounts"),
            Self::Review => language.pick("Revisar", "Review"),
            Self::Package => language.pick("Ordem", "Order"),
            Self::Builder => language.pick("Montar pacote", "Build a package"),
            Self::Import => language.pick("Linhas não entendidas", "Lines not understood"),
            Self::Opened => language.pick("Conta aberta", "Account opened"),
            Self::Connections => language.pick("Ligar bancos", "Connect banks"),
            Self::Connected => language.pick("Banco ligado", "Bank connected"),
            Self::Consortium => language.pick("Consórcio", "Consortium"),
            Self::Me => language.pick("Eu", "Me"),
            Self::Changed => language.pick("Alteração feita", "Change made"),
            Self::Invitations => language.pick("Convites", "Invitations"),
            Self::Lock => language.pick("Tela bloqueada", "Locked screen"),
            Self::Connect => language.pick("Ligar um banco", "Connect a bank"),
            Self::Settings => language.pick("Ajustes", "Settings"),
            Self::Account => language.pick("Conta", "Account"),
            Self::Packages => language.pick("Ordens", "Orders"),
            Self::Receipt => language.pick("Comprovante", "Receipt"),
            Self::Filter => language.pick("Filtro", "Filter"),
            Self::PackageId => language.pick("Código", "Id"),
            Self::Pages => language.pick("Em telas longas", "In long rooms"),
        }
    }
}

/// One line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// What.
    pub action: Action,
    /// Where.
    pub scope: Scope,
    /// By which keys, the one to show first.
    pub keys: &'static [Key],
    /// Its label in Portuguese and in English.
    pub label: (&'static str, &'static str),
    /// Whether the footer shows it.
    pub footer: bool,
    /// When.
    pub when: When,
}

impl Row {
    /// The label in `language`.
    #[must_use]
    pub const fn label(&self, language: Language) -> &'static str {
        language.pick(self.label.0, self.label.1)
    }
}

impl Action {
    /// Its line in the table. Every action has one; a test says so.
    #[must_use]
    pub fn row(self) -> Option<&'static Row> {
        ACTIONS.iter().find(|r| r.action == self)
    }
}

/// The rows of these scopes and of everywhere, in the table's order.
pub fn rows_of(scopes: &'static [Scope]) -> impl Iterator<Item = &'static Row> {
    ACTIONS.iter().filter(move |r| r.scope == Scope::Everywhere || scopes.contains(&r.scope))
}

/// What `key` does in these scopes.
#[must_use]
pub fn find(scopes: &'static [Scope], key: Key) -> Option<&'static Row> {
    rows_of(scopes).find(|r| r.keys.contains(&key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn no_key_has_two_actions_where_it_can_be_pressed() {
        for scopes in crate::rooms::ROOM_SCOPES {
            let mut taken: HashMap<Key, Action> = HashMap::new();
            for row in rows_of(scopes) {
                for key in row.keys {
                    let before = taken.insert(*key, row.action);
                    assert_eq!(before, None, "{key:?} does {before:?} and {:?} in {scopes:?}", row.action);
                }
            }
        }
    }

    #[test]
    fn every_scope_of_the_table_is_some_rooms() {
        for row in ACTIONS {
            let used = row.scope == Scope::Everywhere
                || crate::rooms::ROOM_SCOPES.iter().any(|scopes| scopes.contains(&row.scope));
            assert!(used, "nobody is ever in {:?}", row.scope);
            assert!(!row.keys.is_empty() && !row.label.0.is_empty() && !row.label.1.is_empty());
        }
    }
}
