//! Sentences of the invitations.

sentences! {
    /// The invitations.
    Invitations {
        title = "Convites", "Invitations";
        intro = "Quem aceita passa a ver a conta, a receber e a pagar com ela, como quem convidou.", "Whoever accepts may see the account, be paid on it and pay with it, as whoever invited them.";
        none = "Nenhum convite espera por você.", "No invitation waits for you.";
        loading = "Buscando os convites…", "Fetching the invitations…";
        invited_by(name: &str) = "convite de {name}", "invited by {name}";
        one_waits = "1 convite espera resposta", "1 invitation waits for an answer";
        wait(count: usize) = "{count} convites esperam resposta", "{count} invitations wait for an answer";
        answers = "Suas respostas", "Your answers";
        answering = "respondendo…", "answering…";
        accepted = "aceito; a conta é sua também.", "accepted; the account is yours too.";
        declined = "recusado; você não tem parte nesta conta.", "declined; you have no part in this account.";
        answered_before = "este convite já tinha resposta.", "this invitation was answered already.";
        gone = "o convite não vale mais: a conta foi encerrada, ou o convite, recusado.", "the invitation no longer holds: the account was closed, or the invitation declined.";
        title_one = "Aceitar este convite?", "Accept this invitation?";
        question(account: &str) = "Conta {account}. Aceitando, você e os outros titulares veem e usam todo o dinheiro dela.", "Account {account}. If you accept, you and the other holders see and use all of its money.";
        later = "Decidir depois", "Decide later";
        accept = "Aceitar", "Accept";
        decline = "Recusar", "Decline";
        decline_title = "Recusar este convite?", "Decline this invitation?";
        decline_question(account: &str) = "Conta {account}. Recusado, o convite não volta: quem abriu a conta teria de abrir outra.", "Account {account}. Once declined it does not come back: whoever opened the account would have to open another.";
        decline_stay = "Não recusar", "Do not decline";
    }
}

impl Invitations {
    /// How many wait, in a sentence.
    #[must_use]
    pub fn waiting(self, count: usize) -> String {
        if count == 1 { self.one_waits().to_owned() } else { self.wait(count) }
    }
}
