//! Sentences of an order's way to its end: sending, deciding, done, refused, given up, not known yet.

use shared::api::problem::ProblemCode;
use shared::api::replies::PackageBankState;

sentences! {
    /// An order and its end.
    Package {
        title = "Ordem", "Order";
        none = "Nenhuma ordem nesta sessão.", "No order in this session.";
        none_how = "O que você enviar aparece aqui, e fica até o fim ser conhecido.", "What you send appears here, and stays until its end is known.";
        looking_up = "Perguntando aos bancos por este código…", "Asking the banks for this id…";
        not_found = "Nenhum banco em que você entrou conhece este código para você. Confira o código, ou entre no banco por onde foi enviado.", "No bank that you are logged in at knows this id for you. Check the id, or log in at the bank that it was sent through.";
        partly = "Você vê as transferências das suas contas; o outro lado vem mascarado.", "You see the transfers of your accounts; the other side is masked.";
        total_seen = "Total visível", "Total in sight";
        legs_seen = "Transferências que você pode ver", "Transfers that you may see";
        id = "Código", "Id";
        made_at = "Enviada", "Sent";
        correct_key = "m corrige estas transferências em uma ordem nova, com código novo", "m corrects these transfers in a new order, with a new id";
        through(bank: &str) = "Por~{bank}", "Through {bank}";
        total = "Total", "Total";
        banks = "Bancos", "Banks";
        legs = "Transferências", "Transfers";
        cash = "dinheiro", "cash";
        leg(number: usize) = "Transferência {number}", "Transfer {number}";
        keeping = "Guardando a ordem…", "Keeping the order…";
        keeping_how = "Ela vai ao disco antes de ir ao banco.", "It goes to disk before it goes to the bank.";
        sending = "Enviando…", "Sending…";
        sending_how = "O banco está falando com os outros bancos.", "The bank is talking to the other banks.";
        in_progress = "Em andamento", "In progress";
        in_progress_how = "Os bancos ainda estão decidindo. Acontece por inteiro ou não acontece.", "The banks are still deciding. It happens completely or not at all.";
        committed = "Realizado", "Done";
        committed_how = "Aconteceu por inteiro, e todos os bancos confirmaram.", "It happened completely, and every bank has confirmed.";
        unsettled = "Decidido: vai acontecer por inteiro", "Decided: it will happen completely";
        unsettled_how(banks: &str) = "Falta a confirmação de~{banks}. Nada se perde: o banco é avisado assim que voltar.", "Confirmation from {banks} is still to come. Nothing is lost: the bank is told as soon as it is back.";
        unsettled_some = "um banco", "a bank";
        refused = "Recusado", "Refused";
        refused_how = "Nada foi debitado, e nada será.", "Nothing was debited, and nothing will be.";
        aborted = "Parou antes de acontecer", "Stopped before it happened";
        aborted_how = "Nada foi debitado. Você pode enviar de novo: vai com o mesmo código, e paga uma vez só.", "Nothing was debited. You can send it again: it goes under the same id, and pays only once.";
        unknown = "Ainda não se sabe", "Not known yet";
        unknown_how = "Os bancos ainda estão decidindo. Não envie outra vez: esta tela pergunta pelo mesmo código até saber.", "The banks are still deciding. Do not send another: this screen asks under the same id until it is known.";
        waits_for_log_in(bank: &str) = "Entre de novo em~{bank} para continuar perguntando.", "Log in again at {bank} to go on asking.";
        not_sent = "Não foi enviado", "Not sent";
        not_sent_how = "O banco não respondeu, e não recebeu nada. Nada foi debitado. Você pode enviar agora.", "The bank did not answer, and received nothing. Nothing was debited. You can send it now.";
        not_kept_how(reason: &str) = "Não foi possível guardar a ordem no disco, e sem isso ela não é enviada: {reason}. Nada foi debitado.", "The order could not be kept on disk, and without that it is not sent: {reason}. Nothing was debited.";
        never_arrived = "Nunca chegou ao banco", "It never reached the bank";
        never_arrived_how = "É de uma vez anterior, e o banco não a conhece. Nada foi debitado. Envie agora, ou deixe de lado.", "It is from an earlier time, and the bank does not know it. Nothing was debited. Send it now, or set it aside.";
        not_taken = "O banco não aceitou a ordem", "The bank did not take the order";
        not_taken_how = "Nada foi registrado, e nada foi debitado.", "Nothing was recorded, and nothing was debited.";
        earlier_stands = "Esta ordem não vale; a anterior, com este código, continua como está.", "This order does not count; the earlier one with this id stands as it was.";
        see_earlier = "Para ver a anterior, procure o código em Ordens.", "To see the earlier one, look for the id under Orders.";
        nothing_debited = "Nada foi debitado.", "Nothing was debited.";
        waiting_state = "esperando", "waiting";
        prepared_state = "valor prometido", "prepared";
        refused_state = "recusou", "refused";
        committed_state = "lançado", "committed";
        aborted_state = "nada lançado", "nothing booked";
        again_key = "e envia de novo", "e sends it again";
        aside_key = "x deixa de lado", "x sets it aside";
        the_id = "código da ordem", "order id";
    }
}

impl Package {
    /// What an order leaves behind that the bank did not take. Under an id that was used before, another order may well
    /// have moved money: nothing is claimed of that one.
    #[must_use]
    pub const fn not_taken_leaves(self, code: ProblemCode) -> &'static str {
        if matches!(code, ProblemCode::IdReused) { self.earlier_stands() } else { self.not_taken_how() }
    }

    /// Where a bank stands: sign and word.
    #[must_use]
    pub const fn bank_state(self, state: PackageBankState) -> (&'static str, &'static str) {
        match state {
            PackageBankState::Waiting => ("○", self.waiting_state()),
            PackageBankState::Prepared => ("◐", self.prepared_state()),
            PackageBankState::Refused => ("×", self.refused_state()),
            PackageBankState::Committed => ("✓", self.committed_state()),
            PackageBankState::Aborted => ("–", self.aborted_state()),
        }
    }
}
