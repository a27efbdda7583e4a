//! Sentences of opening an account.

sentences! {
    /// Opening an account.
    OpenAccount {
        title = "Abrir conta", "Open an account";
        bank = "Banco", "Bank";
        kind = "Tipo", "Kind";
        personal = "pessoal", "personal";
        joint = "conjunta", "joint";
        business = "empresa", "business";
        personal_hint = "Só sua. Uma por pessoa em cada banco.", "Yours alone. One per person at each bank.";
        joint_hint = "Você e mais 1 a 3 pessoas. Cada uma recebe um convite e só então é titular.", "You and 1 to 3 others. Each gets an invitation and holds it only after accepting.";
        business_hint = "De uma empresa, movimentada por você e até 3 sócios.", "A company's, moved by you and up to 3 partners.";
        choose_hint = "← → escolhem", "← → choose";
        cnpj = "CNPJ", "CNPJ";
        company = "Nome da empresa", "Company name";
        holder(number: usize) = "CPF do titular {number}", "CPF of holder {number}";
        partner(number: usize) = "CPF do sócio {number}", "CPF of partner {number}";
        holder_hint = "Precisa ser cliente deste banco", "Must be a customer of this bank";
        optional = "Opcional", "Optional";
        pay_in = "Primeiro depósito", "First pay-in";
        pay_in_hint(bank: &str) = "Opcional, em dinheiro no caixa de~{bank}; vai depois, como uma ordem à parte", "Optional, cash at {bank}'s counter; sent afterwards, as an order of its own";
        submit = "Abrir a conta", "Open the account";
        opening = "Abrindo a conta…", "Opening the account…";
        unknown = "O banco não respondeu: a conta pode ter sido aberta. Confira no início antes de tentar de novo.", "The bank did not answer: the account may be open. Look at home before you try again.";
        opened = "Conta aberta", "Account opened";
        number = "Número da conta", "Account number";
        copy_how = "c copia o número · Enter volta ao início", "c copies the number · Enter goes back home";
        one_invited = "1 convite enviado: a pessoa só movimenta a conta depois de aceitar.", "1 invitation sent: the person may move its money only after accepting.";
        several_invited(count: usize) = "{count} convites enviados: cada pessoa só movimenta a conta depois de aceitar.", "{count} invitations sent: each person may move its money only after accepting.";
        first_pay_in = "Primeiro depósito", "First pay-in";
        no_pay_in = "Sem primeiro depósito. A conta começa com R$ 0,00.", "No first pay-in. The account begins with R$ 0,00.";
    }
}

impl OpenAccount {
    /// How many were asked to hold the account too.
    #[must_use]
    pub fn invited(self, count: usize) -> String {
        if count == 1 { self.one_invited().to_owned() } else { self.several_invited(count) }
    }
}
