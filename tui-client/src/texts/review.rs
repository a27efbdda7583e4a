//! Sentences of the review: the last look before money moves.

sentences! {
    /// The review.
    Review {
        title = "Revisar", "Review";
        nothing_yet = "Nada se move antes de você escolher Enviar.", "Nothing moves before you choose Send.";
        all_or_nothing(count: usize) = "As {count} transferências acontecem todas, ou nenhuma.", "All {count} transfers happen, or none does.";
        payers = "Quem paga", "Who pays";
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
        through(bank: &str) = "por {bank}", "through {bank}";
        send = "Enviar", "Send";
        names_coming = "Ainda procurando os nomes de quem recebe.", "Still looking up the payees' names.";
    }
}
