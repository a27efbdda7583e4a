//! Sentences of paying, paying in and paying out, and of the payees looked up.

sentences! {
    /// Paying, paying in, paying out.
    Pay {
        pay = "Pagar", "Pay";
        pay_in = "Depositar", "Pay in";
        pay_out = "Sacar", "Pay out";
        pay_intro = "Uma transferência, para qualquer conta do consórcio.", "One transfer, to any account of the consortium.";
        pay_in_intro(bank: &str) = "Dinheiro entregue no caixa de~{bank}, para qualquer conta.", "Cash handed in at {bank}'s counter, into any account of the consortium.";
        pay_out_intro(bank: &str) = "Dinheiro retirado no caixa de~{bank}, de uma conta sua.", "Cash handed out at {bank}'s counter, from an account of yours.";
        from = "Conta que paga", "From account";
        to = "Conta que recebe", "To account";
        amount = "Valor", "Amount";
        description = "Descrição", "Description";
        from_hint = "Enter abre a lista das suas contas", "Enter opens the list of your accounts";
        to_hint = "Por exemplo boreal/2001-0; F5 abre a lista", "For example boreal/2001-0; F5 opens the list";
        amount_hint = "Por exemplo 1.234,56", "For example 1.234,56";
        description_hint = "Opcional, até 140 letras", "Optional, up to 140 letters";
        available(amount: &str) = "disponível {amount}", "available {amount}";
        not_in_sight = "Não está entre as suas contas à vista: confira, ou ligue o banco.", "Not among your accounts in sight: check it, or connect the bank.";
        more_than(available: &str) = "a conta tem {available} disponível agora", "the account has {available} available now";
        pick_from = "De qual conta?", "From which account?";
        pick_to = "Para qual conta?", "To which account?";
        cash_row = "dinheiro, no caixa do banco", "cash, at the bank's counter";
        cash = "dinheiro no caixa", "cash at the counter";
        yours(kind: &str) = "sua conta {kind}", "your {kind} account";
        looking_up = "procurando quem recebe…", "looking up the payee…";
        payee_unknown = "esta conta não existe", "this account does not exist";
        payee_bank_away = "o banco desta conta não responde agora: sem o nome", "this account's bank does not answer now: no name";
        payee_not_told = "nome não veio agora", "no name told now";
        paid_before(day: &str, times: u32) = "pago em {day} ({times}×)", "paid on {day} ({times}×)";
        known_one(account: &str, name: &str) = "Enter usa {account} {name}, já pago antes", "Enter takes {account} {name}, paid before";
        known_several(count: usize) = "Já pagos antes com este texto: {count}. Enter abre a lista", "Paid before with this text: {count}. Enter opens the list";
        forget_title = "Esquecer quem já foi pago?", "Forget this payee?";
        forget(account: &str) = "{account} sai da sua lista. Pagamentos feitos continuam feitos.", "{account} leaves your list. Payments made stay made.";
        forget_no = "Deixar na lista", "Leave it in the list";
        forget_yes = "Esquecer", "Forget it";
        payees_not_kept(reason: &str) = "A lista de quem já foi pago vale só até fechar, não foi gravada no disco: {reason}", "The list of payees holds until you close, it was not written to disk: {reason}";
        book_not_read(reason: &str) = "Não foi possível ler do disco quem já foi pago e os modelos: {reason}", "Payees and templates could not be read from disk: {reason}";
        first_line_only(count: usize) = "Das {count} linhas coladas entrou só a primeira. Várias vão em Montar pacote.", "Of the {count} lines pasted only the first was taken. Build a package takes several.";
        go_on = "Revisar", "Review";
    }
}
