//! The table itself: one line for each action.

use super::{Action, Key, Row, Scope, When};

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
    row(Scope::Consortium, Action::ArmBank, &[Key::Char('m')], ("Cair no meio do pacote", "Take down in mid-package"), true, When::Demo),
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
    row(Scope::Settings, Action::ForgetBankKey, &[Key::Char('f')], ("Esquecer a chave", "Forget the key"), false, When::Always),

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
