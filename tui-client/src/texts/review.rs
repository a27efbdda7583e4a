//! Sentences of the review: the last look before money moves.

sentences! {
    /// The review.
    Review {
        title = "Revisar", "Review";
        nothing_yet = "Nada se move antes de Enviar.", "Nothing moves before you choose Send.";
        all_or_nothing(count: usize) = "As {count} transferências: todas, ou nenhuma.", "All {count} transfers happen, or none does.";
        accounts = "Contas envolvidas", "Accounts involved";
        transfers = "Transferências", "Transfers";
        from = "De", "From";
        to = "Para", "To";
        name = "Quem recebe", "Payee";
        amount = "Valor", "Amount";
        total = "Total", "Total";
        takes(amount: &str) = "sai {amount}", "pays {amount}";
        gets(amount: &str) = "entra {amount}", "gets {amount}";
        after(now: &str, after: &str) = "disponível {now} → {after}", "available {now} → {after}";
        short(missing: &str) = "faltam {missing}", "short of {missing}";
        not_in_sight = "saldo não está à vista", "balance not in sight";
        counter(bank: &str) = "No caixa de~{bank}", "At {bank}'s counter";
        hand_in(amount: &str) = "você entrega {amount}", "you hand in {amount}";
        take_out(amount: &str) = "você retira {amount}", "you take out {amount}";
        through(bank: &str) = "por~{bank}", "through {bank}";
        arrives(amount: &str) = "disponível depois {amount}", "available after {amount}";
        preview_asked = "Perguntando aos bancos se tudo passaria…", "Asking the banks whether all of it would pass…";
        preview_passes = "Agora os bancos diriam sim a tudo.", "The banks would say yes to all of it now.";
        preview_fails_alone = "Agora seria recusada: o motivo está acima. Nada foi enviado.", "It would be refused now: the reason is above. Nothing was sent.";
        preview_one_fails(legs: usize) = "Agora o pacote seria recusado: 1 de {legs} não passaria. Nada foi enviado.", "The package would be refused now: 1 of {legs} would not pass. Nothing was sent.";
        preview_several_fail(failing: usize, legs: usize) = "Agora o pacote seria recusado: {failing} de {legs} não passariam. Nada foi enviado.", "The package would be refused now: {failing} of {legs} would not pass. Nothing was sent.";
        preview_not_had = "Não deu para consultar os bancos antes. Você ainda pode enviar.", "The banks could not be asked beforehand. You can still send.";
        preview_not_served = "Este banco não diz antes se passaria. Você ainda pode enviar.", "This bank does not say beforehand whether it would pass. You can still send.";
        send = "Enviar", "Send";
        names_coming = "Ainda procurando os nomes de quem recebe.", "Still looking up the payees' names.";
    }
}

impl Review {
    /// That the preview found `failing` of `legs` failing.
    #[must_use]
    pub fn preview_fails(self, failing: usize, legs: usize) -> String {
        if failing == 1 { self.preview_one_fails(legs) } else { self.preview_several_fail(failing, legs) }
    }
}
