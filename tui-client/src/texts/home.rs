//! Sentences of the home room.

use shared::account::{AccountKind, AccountStatus};
use shared::api::replies::{PackageReply, PackageStatus};

use crate::app::banks::{Health, Link};
use crate::app::orders::OrderState;
use crate::theme::Meaning;

sentences! {
    /// The home room.
    Home {
        title = "Início", "Home";
        menu = "Menu", "Menu";
        accounts = "Suas contas", "Your accounts";
        banks = "Bancos", "Banks";
        account = "Conta", "Account";
        kind = "Tipo", "Kind";
        balance = "Saldo", "Balance";
        held = "Reservado", "Held";
        available = "Disponível", "Available";
        came_in(amount: &str) = "▲ entrou {amount}", "▲ in {amount}";
        went_out(amount: &str) = "▼ saiu {amount}", "▼ out {amount}";
        incoming = "A receber", "Incoming";
        recent = "Últimos movimentos", "Last movements";
        when = "Quando", "When";
        amount = "Valor", "Amount";
        other_side = "De ou para", "From or to";
        description = "Descrição", "Description";
        cash = "dinheiro", "cash";
        total = "Total", "Total";
        loading = "Buscando suas contas…", "Fetching your accounts…";
        none = "Nenhuma conta ainda.", "No account yet.";
        none_how = "Abra a primeira pelo menu.", "Open the first one from the menu.";
        as_of(time: &str) = "dados de {time}", "as of {time}";
        not_connected(bank: &str) = "{bank} não está ligado a esta tela", "{bank} is not connected to this screen";
        unreachable(bank: &str) = "{bank} não responde", "{bank} does not answer";
        session_ended(bank: &str) = "{bank}: a sessão terminou, entre de novo", "{bank}: the session has ended, log in again";
        resumed(count: usize) = "Ordens de antes ainda sem resposta: {count}. Estamos perguntando aos bancos.", "Earlier orders still without an answer: {count}. The banks are being asked.";
        orders = "Suas ordens", "Your orders";
        one_leg = "1 transferência", "1 transfer";
        legs(count: usize) = "{count} transferências", "{count} transfers";
        order_sending = "enviando", "sending";
        order_in_progress = "os bancos estão decidindo", "the banks are deciding";
        order_unknown = "sem resposta ainda; perguntando", "no answer yet; asking";
        order_done = "concluída", "done";
        order_settling = "concluída; um banco ainda será avisado", "done; a bank is still to be told";
        order_refused = "recusada: nada foi debitado", "refused: nothing was debited";
        order_aborted = "parou: nada foi debitado; pode ser enviada de novo", "stopped: nothing was debited; may be sent again";
        order_not_sent = "não foi enviada: nada foi debitado", "was not sent: nothing was debited";
        personal = "pessoal", "personal";
        joint = "conjunta", "joint";
        business = "empresa", "business";
        frozen = "bloqueada", "frozen";
        closed = "encerrada", "closed";
        up = "responde", "up";
        down = "fora do ar", "down";
        unknown = "não se sabe", "unknown";
        linked_session = "sessão aberta", "logged in";
        linked_consent = "autorizado", "authorised";
        linked_none = "não ligado", "not connected";
        here = "aqui", "here";
        connected(bank: &str) = "{bank} também está nesta tela agora.", "{bank} is on this screen too now.";
        switched(bank: &str) = "Seus envios passam agora por~{bank}.", "What you send goes through {bank} now.";
    }
}

impl Home {
    /// What an account is for.
    #[must_use]
    pub const fn account_kind(self, kind: AccountKind) -> &'static str {
        match kind {
            AccountKind::Personal => self.personal(),
            AccountKind::Joint => self.joint(),
            AccountKind::Business => self.business(),
        }
    }

    /// Whether money may move on it; nothing to say where it may.
    #[must_use]
    pub const fn account_status(self, status: AccountStatus) -> Option<&'static str> {
        match status {
            AccountStatus::Open => None,
            AccountStatus::Frozen => Some(self.frozen()),
            AccountStatus::Closed => Some(self.closed()),
        }
    }

    /// How an order stands: sign, words, meaning.
    #[must_use]
    pub const fn order(self, state: &OrderState) -> (&'static str, &'static str, Meaning) {
        match state {
            OrderState::Keeping | OrderState::Sending => ("…", self.order_sending(), Meaning::Warning),
            OrderState::Unknown(_) => ("?", self.order_unknown(), Meaning::Warning),
            OrderState::NotKept(_)
            | OrderState::NotSent(_)
            | OrderState::NeverArrived
            | OrderState::NotTaken(_) => ("!", self.order_not_sent(), Meaning::Warning),
            OrderState::Told(package) => self.package(package),
        }
    }

    /// How a package stands: sign, words, meaning.
    #[must_use]
    pub const fn package(self, package: &PackageReply) -> (&'static str, &'static str, Meaning) {
        match package.status {
            PackageStatus::InProgress => ("…", self.order_in_progress(), Meaning::Warning),
            PackageStatus::Committed if package.settled => ("✓", self.order_done(), Meaning::Good),
            PackageStatus::Committed => ("✓", self.order_settling(), Meaning::Good),
            PackageStatus::Refused => ("×", self.order_refused(), Meaning::Bad),
            PackageStatus::Aborted => ("!", self.order_aborted(), Meaning::Warning),
        }
    }

    /// Whether a bank answers: sign and word.
    #[must_use]
    pub const fn health(self, health: Health) -> (&'static str, &'static str) {
        match health {
            Health::Up => ("●", self.up()),
            Health::Down => ("×", self.down()),
            Health::Unknown => ("?", self.unknown()),
        }
    }

    /// How a bank is connected.
    #[must_use]
    pub const fn link(self, link: Link) -> &'static str {
        match link {
            Link::Session => self.linked_session(),
            Link::Consent => self.linked_consent(),
            Link::None => self.linked_none(),
            Link::Unknown => self.unknown(),
        }
    }
}
