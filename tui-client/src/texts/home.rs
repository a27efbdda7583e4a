//! Sentences of the home room.

use shared::account::{AccountKind, AccountStatus};

use crate::app::banks::{Health, Link};

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
        incoming = "A receber", "Incoming";
        total = "Total", "Total";
        loading = "Buscando suas contas…", "Fetching your accounts…";
        none = "Nenhuma conta ainda.", "No account yet.";
        none_how = "Abra a primeira pelo menu.", "Open the first one from the menu.";
        as_of(time: &str) = "dados de {time}", "as of {time}";
        not_connected(bank: &str) = "{bank} não está ligado a esta tela", "{bank} is not connected to this screen";
        unreachable(bank: &str) = "{bank} não responde", "{bank} does not answer";
        session_ended(bank: &str) = "{bank}: a sessão terminou, entre de novo", "{bank}: the session has ended, log in again";
        resumed(count: usize) = "{count} ordem(ns) de antes ainda sem resposta: acompanhando.", "{count} earlier order(s) still without an answer: following up.";
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
        switched(bank: &str) = "Seus envios passam agora por {bank}.", "What you send goes through {bank} now.";
        under_way(count: usize) = "{count} ordem(ns) em andamento", "{count} order(s) under way";
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
