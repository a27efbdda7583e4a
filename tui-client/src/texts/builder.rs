//! Sentences of the package builder.

sentences! {
    /// The package builder.
    Builder {
        title = "Montar pacote", "Build a package";
        legs(count: usize) = "Transferências: {count} de 64", "Transfers: {count} of 64";
        empty = "Nenhuma transferência ainda.", "No transfer yet.";
        empty_how = "n escreve uma; ou cole linhas como aurora/1042-8=boreal/2001-0:150,00", "n writes one; or paste lines like aurora/1042-8=boreal/2001-0:150,00";
        empty_promise = "O pacote acontece por inteiro ou não acontece.", "The package happens completely or not at all.";
        from = "De", "From";
        to = "Para", "To";
        name = "Quem recebe", "Payee";
        amount = "Valor", "Amount";
        totals = "Somas", "Totals";
        by_bank = "Por banco", "By bank";
        by_account = "Por conta", "By account";
        total = "Total", "Total";
        out = "sai", "out";
        into = "entra", "in";
        left(amount: &str) = "fica {amount}", "leaves {amount}";
        unread(count: usize) = "{count} linha(s) não entendida(s); nada delas foi incluído", "{count} line(s) not understood; nothing of them was added";
        new_leg = "Nova transferência", "New transfer";
        change_leg(number: usize) = "Transferência {number}", "Transfer {number}";
        keep_leg = "Guardar na lista", "Keep in the list";
        leg_intro = "De uma conta sua ou do dinheiro no caixa, para qualquer conta do consórcio.", "From an account of yours or cash at the counter, to any account of the consortium.";
        drop_title = "Descartar esta transferência?", "Discard this transfer?";
        drop = "O que você digitou nela não será guardado.", "What you typed for it will not be kept.";
        drop_stay = "Continuar preenchendo", "Keep filling in";
        drop_leave = "Descartar", "Discard";
    }
}
