//! Sentences of the frame: bars, popups, help, notices.

use crate::app::saving::{NotSaved, Saved, SavedAt, WhyNotSaved};
use crate::app::why_not::WhyNot;

sentences! {
    /// Bars, popups, help, notices.
    Frame {
        product = "Consórcio", "Consortium";
        connected = "ligado", "connected";
        asking = "ligado, sem avisos", "connected, no news";
        reconnecting = "sem resposta", "no answer";
        session_ended = "sessão encerrada", "session ended";
        not_logged_in = "sem sessão", "not logged in";
        too_small(width: u16, height: u16) = "Aumente o terminal para {width}×{height} ou mais. Nada do que foi digitado se perde.", "Enlarge the terminal to {width}×{height} or more. Nothing you typed is lost.";
        help_title = "Teclas desta tela", "Keys on this screen";
        palette_title = "O que você quer fazer?", "What do you want to do?";
        palette_room = "sala", "room";
        palette_off = "agora não", "not now";
        count_of(shown: usize, all: usize) = "{shown} de {all}", "{shown} of {all}";
        nothing_fits = "Nada com este texto.", "Nothing with this text.";
        delete_hint = "Delete apaga a linha escolhida da lista", "Delete removes the chosen line from the list";
        help_close = "Esc fecha · / procura · ↑ ↓ PgUp PgDn rolam", "Esc closes · / searches · ↑ ↓ PgUp PgDn scroll";
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
        saved_at(path: &str) = "Salvo em {path}", "Saved to {path}";
        not_saved_no_room(directory: &str) = "O disco está cheio: nada foi salvo em {directory}.", "The disk is full: nothing was saved to {directory}.";
        not_saved_not_allowed(directory: &str) = "Sem permissão para gravar em {directory}: nada foi salvo. Escolha outro lugar com --save-dir.", "Not allowed to write to {directory}: nothing was saved. Choose another place with --save-dir.";
        not_saved_no_directory = "Não há onde salvar neste sistema: escolha um lugar com --save-dir.", "There is nowhere to save on this system: choose a place with --save-dir.";
        not_saved(directory: &str, reason: &str) = "Não foi possível salvar em {directory}: {reason}", "Could not save to {directory}: {reason}";
        state_not_kept(reason: &str) = "Não foi possível gravar no disco: {reason}", "Could not write to disk: {reason}";
    }
}

impl Frame {
    /// What became of a file.
    #[must_use]
    pub fn saved(self, saved: &Saved) -> String {
        match saved {
            Ok(SavedAt(path)) => self.saved_at(path),
            Err(NotSaved { directory, why }) => match why {
                WhyNotSaved::NoRoom => self.not_saved_no_room(directory),
                WhyNotSaved::NotAllowed => self.not_saved_not_allowed(directory),
                WhyNotSaved::NoDirectory => self.not_saved_no_directory().to_owned(),
                WhyNotSaved::Other(reason) => self.not_saved(directory, reason),
            },
        }
    }

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
            WhyNot::TemplatesFull => self.0.pick(
                "São no máximo 100 modelos: apague um.",
                "There are at most 100 templates: delete one.",
            ),
            WhyNot::NoTemplate => self.0.pick(
                "Nenhum modelo guardado ainda: T guarda a lista como modelo.",
                "No template yet: T keeps the list as one.",
            ),
            WhyNot::FormOpen => self.0.pick(
                "Antes, termine ou deixe o que está preenchendo.",
                "First finish or leave what you are filling in.",
            ),
            WhyNot::TooManyBanks => {
                self.0.pick("Um pacote alcança no máximo 16 bancos.", "A package reaches at most 16 banks.")
            }
            WhyNot::NotInDemo => self.0.pick(
                "Parar e religar bancos só existe na demonstração.",
                "Stopping and starting banks exists in the demo only.",
            ),
            WhyNot::NotCorrected => self.0.pick(
                "Só uma ordem recusada se corrige em uma ordem nova.",
                "Only an order that was refused is corrected in a new order.",
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
            WhyNot::AllConnected => self
                .0
                .pick("Todos os bancos que respondem estão ligados.", "All banks that answer are connected."),
            WhyNot::NoSession => {
                self.0.pick("Escolha com ↑ ↓ a sessão a encerrar.", "Choose the session to end with ↑ ↓.")
            }
            WhyNot::NoInvitation => {
                self.0.pick("Nenhum convite espera por você.", "No invitation waits for you.")
            }
            WhyNot::SetOutside => self.0.pick(
                "Vem de fora do programa: mude lá (linha de comando, ambiente ou arquivo).",
                "It comes from outside the program: change it there (command line, environment or file).",
            ),
            WhyNot::NoKey => self.0.pick(
                "Nenhuma chave guardada: escolha um banco que já foi visitado por https.",
                "No key is kept: choose a bank that was reached by https before.",
            ),
            WhyNot::NoBankChosen => {
                self.0.pick("Escolha com ↑ ↓ um banco da lista.", "Choose a bank of the list with ↑ ↓.")
            }
            WhyNot::BanksFull => self.0.pick(
                "A lista de bancos está cheia: retire um antes.",
                "The list of banks is full: remove one first.",
            ),
            WhyNot::NeedsSessionThere => self.0.pick(
                "Só com sessão aberta no próprio banco da conta: entre nele antes.",
                "Only with a session at the account's own bank: log in there first.",
            ),
            WhyNot::ClosedAlready => {
                self.0.pick("Esta conta já está encerrada.", "This account is closed already.")
            }
            WhyNot::NotEmpty => self.0.pick(
                "Uma conta só se encerra vazia: saldo, reservado e a receber em zero.",
                "An account is closed only when empty: balance, held and incoming at nought.",
            ),
            WhyNot::NothingToSave => {
                self.0.pick("Não há lançamento para salvar.", "There is no posting to save.")
            }
            WhyNot::NoQr => self.0.pick(
                "Só o que foi realizado tem QR: isto não é um comprovante.",
                "Only what was done has a QR code: this is not a receipt.",
            ),
            WhyNot::Waiting => self.0.pick("Já está a caminho.", "It is on its way already."),
        }
    }
}
