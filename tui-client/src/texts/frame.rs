//! Sentences of the frame: bars, popups, help, notices.

use crate::app::world::WhyNot;

sentences! {
    /// Bars, popups, help, notices.
    Frame {
        product = "Consórcio", "Consortium";
        connected = "ligado", "connected";
        reconnecting = "sem resposta", "no answer";
        session_ended = "sessão encerrada", "session ended";
        not_logged_in = "sem sessão", "not logged in";
        too_small(width: u16, height: u16) = "Aumente o terminal para {width}×{height} ou mais. Nada do que foi digitado se perde.", "Enlarge the terminal to {width}×{height} or more. Nothing you typed is lost.";
        help_title = "Teclas desta tela", "Keys on this screen";
        help_here = "Aqui", "Here";
        help_everywhere = "Em qualquer lugar", "Everywhere";
        help_close = "Qualquer tecla fecha; ↑ ↓ rolam", "Any key closes; ↑ ↓ scroll";
        yes = "Sim", "Yes";
        no = "Não", "No";
        back = "Voltar", "Back";
        leave_form_title = "Sair desta tela?", "Leave this screen?";
        leave_form = "O que você digitou aqui será descartado.", "What you typed here will be discarded.";
        leave_form_stay = "Continuar preenchendo", "Keep filling in";
        leave_form_leave = "Descartar e sair", "Discard and leave";
        quit_title = "Fechar o programa?", "Close the program?";
        quit = "Nada se perde: ordens enviadas seguem nos bancos.", "Nothing is lost: orders already sent go on at the banks.";
        quit_unknown = "Há uma ordem sem resposta ainda. Os bancos decidem sozinhos; ao entrar de novo, mostramos o fim.", "An order has no answer yet. The banks decide on their own; log in again and you will see how it ended.";
        quit_stay = "Ficar", "Stay";
        quit_leave = "Fechar", "Close";
        log_out_title = "Sair desta conta?", "Log out?";
        log_out = "Todas as sessões abertas nesta tela serão encerradas.", "All sessions opened on this screen will end.";
        log_out_stay = "Ficar", "Stay";
        log_out_leave = "Sair", "Log out";
        money_title = "Quanto, exatamente?", "How much, exactly?";
        money_question(typed: &str) = "“{typed}” pode querer dizer duas coisas.", "“{typed}” can mean two things.";
        money_neither = "Nenhum dos dois: volto a digitar", "Neither: I will type it again";
        language_now = "Idioma: português.", "Language: English.";
        copied(what: &str) = "Copiado: {what}", "Copied: {what}";
        state_not_kept(reason: &str) = "Não foi possível gravar no disco: {reason}", "Could not write to disk: {reason}";
    }
}

impl Frame {
    /// Why something cannot be done now.
    #[must_use]
    pub const fn why_not(self, why: WhyNot) -> &'static str {
        match why {
            WhyNot::NotLoggedIn => self.0.pick("Entre primeiro.", "Log in first."),
            WhyNot::SessionEnded => {
                self.0.pick("A sessão terminou: entre de novo.", "The session has ended: log in again.")
            }
            WhyNot::BankAway => self.0.pick(
                "O banco não responde agora: mover dinheiro fica desligado até ele voltar.",
                "The bank does not answer now: moving money is off until it is back.",
            ),
            WhyNot::NoAccount => {
                self.0.pick("Você ainda não tem conta: abra uma.", "You have no account yet: open one.")
            }
            WhyNot::OneSession => self.0.pick(
                "Você só entrou em um banco: entre em outro para trocar.",
                "You are logged in at one bank only: log in at another to switch.",
            ),
            WhyNot::NamesComing => self.0.pick(
                "Ainda procurando os nomes de quem recebe: um instante.",
                "Still looking up the payees' names: one moment.",
            ),
            WhyNot::LegsFull => self
                .0
                .pick("Um pacote tem no máximo 64 transferências.", "A package has at most 64 transfers."),
            WhyNot::NoLegs => self.0.pick(
                "Escreva pelo menos uma transferência antes de revisar.",
                "Write at least one transfer before the review.",
            ),
            WhyNot::TooManyBanks => {
                self.0.pick("Um pacote alcança no máximo 16 bancos.", "A package reaches at most 16 banks.")
            }
            WhyNot::NotInDemo => self.0.pick(
                "Parar e religar bancos só existe na demonstração.",
                "Stopping and starting banks exists in the demo only.",
            ),
            WhyNot::NoConsent => {
                self.0.pick("Escolha uma autorização para revogar.", "Choose an authorisation to revoke.")
            }
            WhyNot::NotAgain => {
                self.0.pick("Esta ordem não pode ser enviada de novo.", "This order cannot be sent again.")
            }
            WhyNot::NotAside => self.0.pick(
                "Só uma ordem que nunca chegou ao banco pode ser deixada de lado.",
                "Only an order that never reached the bank can be set aside.",
            ),
            WhyNot::Waiting => self.0.pick("Já está a caminho.", "It is on its way already."),
        }
    }
}
