//! The one table of what can be done: action, where, keys, label in both languages, and when. Dispatch, the footer, the
//! `?` help and the home menu's digits all read it, so that none of them can disagree with another.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::app::world::{WhyNot, World};
use crate::texts::Language;

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

/// A key to press.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// A character.
    Char(char),
    /// With Ctrl.
    Ctrl(char),
    /// With Alt.
    Alt(char),
    /// A function key.
    F(u8),
    /// Enter.
    Enter,
    /// Esc.
    Esc,
    /// Tab.
    Tab,
    /// Shift and Tab.
    BackTab,
    /// The arrow up.
    Up,
    /// The arrow down.
    Down,
    /// The arrow to the left.
    Left,
    /// The arrow to the right.
    Right,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Home.
    Home,
    /// End.
    End,
}

/// When an action can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// At any time.
    Always,
    /// While somebody is logged in.
    LoggedIn,
    /// While there are sessions at several banks.
    SeveralSessions,
    /// While money can be moved: logged in, and the bank answers.
    MoneyMoves,
    /// In the demo.
    Demo,
    /// While money can be moved and there is an account in sight to move it from.
    HasAccount,
}

impl When {
    /// The reason why not now, if there is one.
    #[must_use]
    pub fn why_not(self, world: &World) -> Option<WhyNot> {
        match self {
            Self::Always => None,
            Self::LoggedIn => world.banks.main().is_none().then_some(WhyNot::NotLoggedIn),
            Self::SeveralSessions => {
                let alive = world.banks.sessions().filter(|(_, s)| s.alive).count();
                (alive < 2).then_some(WhyNot::OneSession)
            }
            Self::MoneyMoves => world.why_no_money_moves(),
            Self::Demo => (!world.settings.breaks_banks).then_some(WhyNot::NotInDemo),
            Self::HasAccount => world
                .why_no_money_moves()
                .or_else(|| world.banks.has_no_account().then_some(WhyNot::NoAccount)),
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

const fn row(
    scope: Scope,
    action: Action,
    keys: &'static [Key],
    label: (&'static str, &'static str),
    footer: bool,
    when: When,
) -> Row {
    Row { action, scope, keys, label, footer, when }
}

/// The table. The footer shows what it shows in this order.
#[rustfmt::skip]
pub const ACTIONS: &[Row] = &[
    row(Scope::Welcome, Action::GoLogIn, &[Key::Char('1')], ("Entrar", "Log in"), false, When::Always),
    row(Scope::Welcome, Action::GoSignUp, &[Key::Char('2')], ("Fazer cadastro", "Sign up"), false, When::Always),
    row(Scope::Welcome, Action::ChangeBank, &[Key::Char('3')], ("Outro endereço de banco", "Another bank address"), false, When::Always),
    row(Scope::Welcome, Action::Quit, &[Key::Char('q')], ("Fechar", "Quit"), true, When::Always),

    // The menu of home: the digits are the menu's numbers, in the order of `rooms::doors::HOME_MENU`.
    row(Scope::Home, Action::Pay, &[Key::Char('1')], ("Pagar", "Pay"), false, When::HasAccount),
    row(Scope::Home, Action::BuildPackage, &[Key::Char('2')], ("Montar pacote", "Build a package"), false, When::MoneyMoves),
    row(Scope::Home, Action::PayIn, &[Key::Char('3')], ("Depositar", "Pay in"), false, When::MoneyMoves),
    row(Scope::Home, Action::PayOut, &[Key::Char('4')], ("Sacar", "Pay out"), false, When::HasAccount),
    row(Scope::Home, Action::OpenAccount, &[Key::Char('5')], ("Abrir conta", "Open an account"), false, When::LoggedIn),
    row(Scope::Home, Action::Orders, &[Key::Char('6')], ("Ordens", "Orders"), false, When::LoggedIn),
    row(Scope::Home, Action::ConnectBanks, &[Key::Char('7')], ("Ligar bancos", "Connect banks"), false, When::LoggedIn),
    row(Scope::Home, Action::SeeConsortium, &[Key::Char('8')], ("Consórcio", "Consortium"), false, When::LoggedIn),
    row(Scope::Home, Action::SeeMe, &[Key::Char('9')], ("Eu", "Me"), false, When::LoggedIn),
    row(Scope::Home, Action::SeeSettings, &[Key::Char('0')], ("Ajustes", "Settings"), false, When::Always),
    row(Scope::Home, Action::SeeInvitations, &[Key::Char('i')], ("Convites", "Invitations"), false, When::LoggedIn),
    row(Scope::Home, Action::OtherPanel, &[Key::Tab, Key::BackTab, Key::Left, Key::Right], ("Contas ou menu", "Accounts or menu"), true, When::LoggedIn),
    row(Scope::Home, Action::SwitchBank, &[Key::Char('b')], ("Trocar de banco", "Switch bank"), true, When::SeveralSessions),
    row(Scope::Home, Action::Refresh, &[Key::Char('r')], ("Atualizar", "Refresh"), true, When::LoggedIn),
    row(Scope::Home, Action::Quit, &[Key::Char('q')], ("Fechar", "Quit"), true, When::Always),

    row(Scope::LogIn, Action::TakeBank(1), &[Key::Alt('1')], ("Banco 1 da lista", "Bank 1 of the list"), false, When::Always),
    row(Scope::LogIn, Action::TakeBank(2), &[Key::Alt('2')], ("Banco 2 da lista", "Bank 2 of the list"), false, When::Always),
    row(Scope::LogIn, Action::TakeBank(3), &[Key::Alt('3')], ("Banco 3 da lista", "Bank 3 of the list"), false, When::Always),
    row(Scope::LogIn, Action::TakeBank(4), &[Key::Alt('4')], ("Banco 4 da lista", "Bank 4 of the list"), false, When::Always),
    row(Scope::LogIn, Action::TakeBank(5), &[Key::Alt('5')], ("Banco 5 da lista", "Bank 5 of the list"), false, When::Always),
    row(Scope::LogIn, Action::TakeBank(6), &[Key::Alt('6')], ("Banco 6 da lista", "Bank 6 of the list"), false, When::Always),
    row(Scope::LogIn, Action::TakeBank(7), &[Key::Alt('7')], ("Banco 7 da lista", "Bank 7 of the list"), false, When::Always),
    row(Scope::LogIn, Action::TakeBank(8), &[Key::Alt('8')], ("Banco 8 da lista", "Bank 8 of the list"), false, When::Always),
    row(Scope::LogIn, Action::TakeBank(9), &[Key::Alt('9')], ("Banco 9 da lista", "Bank 9 of the list"), false, When::Always),

    row(Scope::Review, Action::Choose, &[Key::Enter], ("Escolher", "Choose"), true, When::Always),
    row(Scope::Review, Action::OtherButton, &[Key::Tab, Key::BackTab, Key::Left, Key::Right], ("Outro botão", "Other button"), true, When::Always),
    row(Scope::Review, Action::Up, &[Key::Up, Key::Char('k')], ("Acima", "Up"), false, When::Always),
    row(Scope::Review, Action::Down, &[Key::Down, Key::Char('j')], ("Abaixo", "Down"), false, When::Always),
    row(Scope::Review, Action::PageUp, &[Key::PageUp], ("Uma página acima", "A page up"), false, When::Always),
    row(Scope::Review, Action::PageDown, &[Key::PageDown], ("Uma página abaixo", "A page down"), false, When::Always),
    row(Scope::Review, Action::First, &[Key::Home], ("Ao começo", "To the beginning"), false, When::Always),
    row(Scope::Review, Action::Last, &[Key::End], ("Ao fim", "To the end"), false, When::Always),

    row(Scope::Account, Action::Choose, &[Key::Enter], ("Comprovante", "Receipt"), true, When::Always),
    row(Scope::Account, Action::Filter, &[Key::Char('/')], ("Filtrar", "Filter"), true, When::Always),
    row(Scope::Account, Action::SaveStatement, &[Key::Char('s')], ("Salvar CSV", "Save as CSV"), true, When::Always),
    row(Scope::Account, Action::PayFromHere, &[Key::Char('p')], ("Pagar daqui", "Pay from here"), true, When::HasAccount),
    row(Scope::Account, Action::ShowDetails, &[Key::Char('d')], ("Detalhes", "Details"), true, When::Always),
    row(Scope::Account, Action::CopyNumber, &[Key::Char('c')], ("Copiar o número", "Copy the number"), false, When::Always),
    row(Scope::Account, Action::CloseAccount, &[Key::Char('x')], ("Encerrar a conta", "Close the account"), false, When::Always),
    row(Scope::Account, Action::Refresh, &[Key::Char('r')], ("Atualizar", "Refresh"), false, When::Always),
    row(Scope::Account, Action::Up, &[Key::Up, Key::Char('k')], ("Acima", "Up"), false, When::Always),
    row(Scope::Account, Action::Down, &[Key::Down, Key::Char('j')], ("Abaixo", "Down"), false, When::Always),

    row(Scope::Packages, Action::Choose, &[Key::Enter], ("Abrir", "Open"), true, When::Always),
    row(Scope::Packages, Action::Filter, &[Key::Char('/')], ("Filtrar", "Filter"), true, When::Always),
    row(Scope::Packages, Action::OpenById, &[Key::Char('o')], ("Abrir pelo código", "Open by id"), true, When::Always),
    row(Scope::Packages, Action::CopyId, &[Key::Char('c')], ("Copiar o código", "Copy the id"), false, When::Always),
    row(Scope::Packages, Action::Refresh, &[Key::Char('r')], ("Atualizar", "Refresh"), true, When::Always),
    row(Scope::Packages, Action::Up, &[Key::Up, Key::Char('k')], ("Acima", "Up"), false, When::Always),
    row(Scope::Packages, Action::Down, &[Key::Down, Key::Char('j')], ("Abaixo", "Down"), false, When::Always),

    row(Scope::Filter, Action::KeepFilter, &[Key::Enter], ("Manter o filtro", "Keep the filter"), true, When::Always),
    row(Scope::Filter, Action::Up, &[Key::Up], ("Acima", "Up"), false, When::Always),
    row(Scope::Filter, Action::Down, &[Key::Down], ("Abaixo", "Down"), false, When::Always),

    row(Scope::PackageId, Action::GoOn, &[Key::Enter], ("Abrir", "Open"), true, When::Always),

    row(Scope::Receipt, Action::SaveReceipt, &[Key::Char('s')], ("Salvar em arquivo", "Save to a file"), true, When::Always),
    row(Scope::Receipt, Action::CopyReceipt, &[Key::Char('c')], ("Copiar", "Copy"), true, When::Always),
    row(Scope::Receipt, Action::ShowQr, &[Key::Char('g')], ("QR", "QR"), true, When::Always),
    row(Scope::Receipt, Action::Up, &[Key::Up, Key::Char('k')], ("Acima", "Up"), false, When::Always),
    row(Scope::Receipt, Action::Down, &[Key::Down, Key::Char('j')], ("Abaixo", "Down"), false, When::Always),

    row(Scope::Pages, Action::PageUp, &[Key::PageUp], ("Uma página acima", "A page up"), false, When::Always),
    row(Scope::Pages, Action::PageDown, &[Key::PageDown], ("Uma página abaixo", "A page down"), false, When::Always),
    row(Scope::Pages, Action::First, &[Key::Home], ("Ao começo", "To the beginning"), false, When::Always),
    row(Scope::Pages, Action::Last, &[Key::End], ("Ao fim", "To the end"), false, When::Always),

    row(Scope::Package, Action::Choose, &[Key::Enter], ("Comprovante da transferência", "Receipt of the transfer"), false, When::Always),
    row(Scope::Package, Action::ShowReceipt, &[Key::Char('v')], ("Comprovante", "Receipt"), true, When::Always),
    row(Scope::Package, Action::Refresh, &[Key::Char('r')], ("Atualizar", "Refresh"), false, When::Always),
    row(Scope::Package, Action::SendAgain, &[Key::Char('e')], ("Enviar de novo", "Send again"), false, When::Always),
    row(Scope::Package, Action::CorrectLegs, &[Key::Char('m')], ("Corrigir em uma ordem nova", "Correct in a new order"), false, When::Always),
    row(Scope::Package, Action::SetAside, &[Key::Char('x')], ("Deixar de lado", "Set aside"), false, When::Always),
    row(Scope::Package, Action::CopyId, &[Key::Char('c')], ("Copiar o código", "Copy the id"), true, When::Always),
    row(Scope::Package, Action::Up, &[Key::Up, Key::Char('k')], ("Acima", "Up"), false, When::Always),
    row(Scope::Package, Action::Down, &[Key::Down, Key::Char('j')], ("Abaixo", "Down"), false, When::Always),
    row(Scope::Package, Action::PageUp, &[Key::PageUp], ("Uma página acima", "A page up"), false, When::Always),
    row(Scope::Package, Action::PageDown, &[Key::PageDown], ("Uma página abaixo", "A page down"), false, When::Always),
    row(Scope::Package, Action::First, &[Key::Home], ("Ao começo", "To the beginning"), false, When::Always),
    row(Scope::Package, Action::Last, &[Key::End], ("Ao fim", "To the end"), false, When::Always),

    row(Scope::Builder, Action::ReviewLegs, &[Key::Ctrl('s')], ("Revisar", "Review"), true, When::Always),
    row(Scope::Builder, Action::NewLeg, &[Key::Char('n')], ("Nova", "New"), true, When::Always),
    row(Scope::Builder, Action::DuplicateLeg, &[Key::Char('d')], ("Duplicar", "Duplicate"), false, When::Always),
    row(Scope::Builder, Action::TakeBack, &[Key::Char('u')], ("Desfazer a retirada", "Take the removal back"), false, When::Always),
    row(Scope::Builder, Action::RemoveAll, &[Key::Char('X')], ("Retirar todas", "Remove all"), false, When::Always),
    row(Scope::Builder, Action::Find, &[Key::Char('/')], ("Procurar", "Find"), false, When::Always),
    row(Scope::Builder, Action::LoadFile, &[Key::Char('o')], ("Abrir arquivo", "Open a file"), true, When::Always),
    row(Scope::Builder, Action::SaveFile, &[Key::Char('w')], ("Gravar arquivo", "Write a file"), false, When::Always),
    row(Scope::Builder, Action::Templates, &[Key::Char('t')], ("Modelos", "Templates"), true, When::Always),
    row(Scope::Builder, Action::RemoveLeg, &[Key::Char('x')], ("Retirar", "Remove"), true, When::Always),
    row(Scope::Builder, Action::KeepTemplate, &[Key::Char('T')], ("Guardar como modelo", "Keep as a template"), false, When::Always),
    row(Scope::Builder, Action::Sums, &[Key::Tab], ("Somas", "Sums"), false, When::Always),
    row(Scope::Builder, Action::LegUp, &[Key::Char('K')], ("Mover para cima", "Move up"), false, When::Always),
    row(Scope::Builder, Action::LegDown, &[Key::Char('J')], ("Mover para baixo", "Move down"), false, When::Always),

    row(Scope::Import, Action::Choose, &[Key::Enter], ("Escolher", "Choose"), true, When::Always),
    row(Scope::Import, Action::OtherButton, &[Key::Tab, Key::BackTab, Key::Left, Key::Right], ("Outro botão", "Other button"), true, When::Always),
    row(Scope::Import, Action::Up, &[Key::Up, Key::Char('k')], ("Acima", "Up"), false, When::Always),
    row(Scope::Import, Action::Down, &[Key::Down, Key::Char('j')], ("Abaixo", "Down"), false, When::Always),
    row(Scope::Import, Action::PageUp, &[Key::PageUp], ("Uma página acima", "A page up"), false, When::Always),
    row(Scope::Import, Action::PageDown, &[Key::PageDown], ("Uma página abaixo", "A page down"), false, When::Always),
    row(Scope::Import, Action::First, &[Key::Home], ("Ao começo", "To the beginning"), false, When::Always),
    row(Scope::Import, Action::Last, &[Key::End], ("Ao fim", "To the end"), false, When::Always),

    row(Scope::Opened, Action::Choose, &[Key::Enter], ("Voltar ao início", "Back home"), true, When::Always),
    row(Scope::Opened, Action::CopyNumber, &[Key::Char('c')], ("Copiar o número", "Copy the number"), true, When::Always),
    row(Scope::Opened, Action::SendAgain, &[Key::Char('e')], ("Enviar o depósito de novo", "Send the pay-in again"), false, When::Always),

    row(Scope::Connections, Action::ConnectAll, &[Key::Char('a')], ("Ligar todos", "Connect all"), true, When::MoneyMoves),
    row(Scope::Connections, Action::Revoke, &[Key::Char('x')], ("Revogar", "Revoke"), true, When::Always),
    row(Scope::Connections, Action::Refresh, &[Key::Char('r')], ("Atualizar", "Refresh"), true, When::Always),

    row(Scope::Connect, Action::SkipBank, &[Key::Ctrl('n')], ("Pular este banco", "Leave this bank out"), false, When::Always),

    row(Scope::Connected, Action::Choose, &[Key::Enter], ("Continuar", "Continue"), true, When::Always),

    row(Scope::Consortium, Action::StopBank, &[Key::Char('s')], ("Derrubar o banco", "Take the bank down"), true, When::Demo),
    row(Scope::Consortium, Action::StartBank, &[Key::Char('i')], ("Ligar o banco", "Start the bank"), true, When::Demo),
    row(Scope::Consortium, Action::ArmBank, &[Key::Char('m')], ("Derrubar no meio do próximo pacote", "Take down in mid-package"), false, When::Demo),
    row(Scope::Consortium, Action::Refresh, &[Key::Char('r')], ("Atualizar", "Refresh"), true, When::Always),

    row(Scope::Me, Action::ChangeName, &[Key::Char('1')], ("Mudar o nome", "Change the name"), false, When::MoneyMoves),
    row(Scope::Me, Action::ChangePassword, &[Key::Char('2')], ("Mudar a senha", "Change the password"), false, When::MoneyMoves),
    row(Scope::Me, Action::SeeInvitations, &[Key::Char('3')], ("Convites", "Invitations"), false, When::LoggedIn),
    row(Scope::Me, Action::LogInElsewhere, &[Key::Char('4')], ("Entrar em outro banco", "Log in elsewhere"), false, When::Always),
    row(Scope::Me, Action::LogInAsAnother, &[Key::Char('5')], ("Entrar com outro CPF", "Log in with another CPF"), false, When::Always),
    row(Scope::Me, Action::LogOutHere, &[Key::Char('6')], ("Sair deste banco", "Log out of this bank"), false, When::LoggedIn),
    row(Scope::Me, Action::LogOut, &[Key::Char('7')], ("Sair da conta", "Log out"), false, When::Always),
    row(Scope::Me, Action::EndSession, &[Key::Char('x')], ("Encerrar a sessão", "End the session"), true, When::LoggedIn),
    row(Scope::Me, Action::Refresh, &[Key::Char('r')], ("Atualizar", "Refresh"), true, When::LoggedIn),

    row(Scope::Invitations, Action::AcceptInvitation, &[Key::Char('a')], ("Aceitar", "Accept"), true, When::LoggedIn),
    row(Scope::Invitations, Action::DeclineInvitation, &[Key::Char('x')], ("Recusar", "Decline"), true, When::LoggedIn),
    row(Scope::Invitations, Action::Refresh, &[Key::Char('r')], ("Atualizar", "Refresh"), true, When::Always),

    row(Scope::Settings, Action::NextValue, &[Key::Right], ("Próximo valor", "Next value"), true, When::Always),
    row(Scope::Settings, Action::PreviousValue, &[Key::Left], ("Valor anterior", "Value before"), false, When::Always),
    row(Scope::Settings, Action::AddBank, &[Key::Char('a')], ("Acrescentar banco", "Add a bank"), true, When::Always),
    row(Scope::Settings, Action::EditBank, &[Key::Char('e')], ("Mudar o banco", "Change the bank"), true, When::Always),
    row(Scope::Settings, Action::RemoveBank, &[Key::Char('x')], ("Retirar o banco", "Remove the bank"), true, When::Always),

    row(Scope::Lock, Action::LogOut, &[Key::Ctrl('q')], ("Sair da conta", "Log out"), true, When::Always),

    row(Scope::Changed, Action::Choose, &[Key::Enter], ("Continuar", "Continue"), true, When::Always),

    row(Scope::List, Action::Up, &[Key::Up, Key::Char('k')], ("Acima", "Up"), false, When::Always),
    row(Scope::List, Action::Down, &[Key::Down, Key::Char('j')], ("Abaixo", "Down"), false, When::Always),
    row(Scope::List, Action::PageUp, &[Key::PageUp], ("Uma página acima", "A page up"), false, When::Always),
    row(Scope::List, Action::PageDown, &[Key::PageDown], ("Uma página abaixo", "A page down"), false, When::Always),
    row(Scope::List, Action::First, &[Key::Home], ("Ao começo", "To the beginning"), false, When::Always),
    row(Scope::List, Action::Last, &[Key::End], ("Ao fim", "To the end"), false, When::Always),
    row(Scope::List, Action::Choose, &[Key::Enter], ("Escolher", "Choose"), true, When::Always),

    row(Scope::Form, Action::GoOn, &[Key::Enter], ("Continuar", "Continue"), true, When::Always),
    row(Scope::Form, Action::NextField, &[Key::Tab, Key::Down], ("Próximo", "Next"), true, When::Always),
    row(Scope::Form, Action::PreviousField, &[Key::BackTab, Key::Up], ("Campo anterior", "Previous field"), false, When::Always),
    row(Scope::Form, Action::Submit, &[Key::Ctrl('s')], ("Concluir", "Submit"), true, When::Always),
    row(Scope::Form, Action::ShowPassword, &[Key::F(3)], ("Mostrar ou esconder a senha", "Show or hide the password"), false, When::Always),

    row(Scope::Leg, Action::PickAccount, &[Key::F(5)], ("Contas", "Accounts"), true, When::Always),

    row(Scope::Everywhere, Action::Back, &[Key::Esc], ("Voltar", "Back"), true, When::Always),
    row(Scope::Everywhere, Action::SwitchLanguage, &[Key::F(2)], ("English", "Português"), true, When::Always),
    row(Scope::Everywhere, Action::Help, &[Key::F(1), Key::Char('?')], ("Ajuda", "Help"), true, When::Always),
    row(Scope::Everywhere, Action::Palette, &[Key::Ctrl('p'), Key::Char(':')], ("Tudo o que se pode fazer", "Everything that can be done"), false, When::Always),
    row(Scope::Everywhere, Action::GoHome, &[Key::Alt('h')], ("Ao início", "Home"), false, When::LoggedIn),
    row(Scope::Everywhere, Action::NextTheme, &[Key::F(4)], ("Próximo tema de cores", "Next colour theme"), false, When::Always),
    row(Scope::Everywhere, Action::HideBalances, &[Key::F(6)], ("Esconder ou mostrar saldos", "Hide or show balances"), false, When::Always),
    row(Scope::Everywhere, Action::LockNow, &[Key::Ctrl('o')], ("Travar a tela", "Lock the screen"), false, When::LoggedIn),
    row(Scope::Everywhere, Action::Redraw, &[Key::Ctrl('l')], ("Redesenhar a tela", "Redraw the screen"), false, When::Always),
    row(Scope::Everywhere, Action::Suspend, &[Key::Ctrl('z')], ("Suspender", "Suspend"), false, When::Always),
    row(Scope::Everywhere, Action::QuitNow, &[Key::Ctrl('c')], ("Fechar já", "Quit now"), false, When::Always),
];

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

impl Key {
    /// The key of an event, if the table can speak of it.
    #[must_use]
    pub fn of(event: &KeyEvent) -> Option<Self> {
        let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        let alt = event.modifiers.contains(KeyModifiers::ALT);
        match event.code {
            KeyCode::Char(c) if ctrl && alt => Some(Self::Char(c)),
            KeyCode::Char(c) if ctrl => Some(Self::Ctrl(c.to_ascii_lowercase())),
            KeyCode::Char(c) if alt => Some(Self::Alt(c)),
            KeyCode::Char(c) => Some(Self::Char(c)),
            KeyCode::F(n) => Some(Self::F(n)),
            KeyCode::Enter => Some(Self::Enter),
            KeyCode::Esc => Some(Self::Esc),
            KeyCode::BackTab => Some(Self::BackTab),
            KeyCode::Tab if event.modifiers.contains(KeyModifiers::SHIFT) => Some(Self::BackTab),
            KeyCode::Tab => Some(Self::Tab),
            KeyCode::Up => Some(Self::Up),
            KeyCode::Down => Some(Self::Down),
            KeyCode::Left => Some(Self::Left),
            KeyCode::Right => Some(Self::Right),
            KeyCode::PageUp => Some(Self::PageUp),
            KeyCode::PageDown => Some(Self::PageDown),
            KeyCode::Home => Some(Self::Home),
            KeyCode::End => Some(Self::End),
            _ => None,
        }
    }

    /// The event of it, as if it was pressed.
    #[must_use]
    pub fn event(self) -> KeyEvent {
        let (code, modifiers) = match self {
            Self::Char(c) => (KeyCode::Char(c), KeyModifiers::NONE),
            Self::Ctrl(c) => (KeyCode::Char(c), KeyModifiers::CONTROL),
            Self::Alt(c) => (KeyCode::Char(c), KeyModifiers::ALT),
            Self::F(n) => (KeyCode::F(n), KeyModifiers::NONE),
            Self::Enter => (KeyCode::Enter, KeyModifiers::NONE),
            Self::Esc => (KeyCode::Esc, KeyModifiers::NONE),
            Self::Tab => (KeyCode::Tab, KeyModifiers::NONE),
            Self::BackTab => (KeyCode::BackTab, KeyModifiers::SHIFT),
            Self::Up => (KeyCode::Up, KeyModifiers::NONE),
            Self::Down => (KeyCode::Down, KeyModifiers::NONE),
            Self::Left => (KeyCode::Left, KeyModifiers::NONE),
            Self::Right => (KeyCode::Right, KeyModifiers::NONE),
            Self::PageUp => (KeyCode::PageUp, KeyModifiers::NONE),
            Self::PageDown => (KeyCode::PageDown, KeyModifiers::NONE),
            Self::Home => (KeyCode::Home, KeyModifiers::NONE),
            Self::End => (KeyCode::End, KeyModifiers::NONE),
        };
        KeyEvent::new(code, modifiers)
    }

    /// How it is written on screen.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Char(' ') => "␣".to_owned(),
            Self::Char(c) => c.to_string(),
            Self::Ctrl(c) => format!("Ctrl-{}", c.to_ascii_uppercase()),
            Self::Alt(c) => format!("Alt-{c}"),
            Self::F(n) => format!("F{n}"),
            Self::Enter => "Enter".to_owned(),
            Self::Esc => "Esc".to_owned(),
            Self::Tab => "Tab".to_owned(),
            Self::BackTab => "Shift-Tab".to_owned(),
            Self::Up => "↑".to_owned(),
            Self::Down => "↓".to_owned(),
            Self::Left => "←".to_owned(),
            Self::Right => "→".to_owned(),
            Self::PageUp => "PgUp".to_owned(),
            Self::PageDown => "PgDn".to_owned(),
            Self::Home => "Home".to_owned(),
            Self::End => "End".to_owned(),
        }
    }
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
