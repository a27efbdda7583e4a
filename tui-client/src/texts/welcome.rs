//! Sentences of the welcome room.

use std::collections::BTreeSet;

use crate::app::orders::OrderFile;

impl Welcome {
    /// Orders that wait for a log-in at their banks; nothing where there are none.
    #[must_use]
    pub fn waiting_for_log_in<'a>(self, orders: impl Iterator<Item = &'a OrderFile>) -> Option<String> {
        let orders: Vec<&OrderFile> = orders.collect();
        let banks: BTreeSet<&str> = orders.iter().map(|o| o.bank.as_str()).collect();
        let banks = banks.into_iter().collect::<Vec<_>>().join(", ");
        match orders.len() {
            0 => None,
            1 => Some(self.order_waiting(&banks)),
            count => Some(self.orders_waiting(count, &banks)),
        }
    }
}

sentences! {
    /// The welcome room.
    Welcome {
        title = "Boas-vindas", "Welcome";
        greeting = "Suas contas em todos os bancos do consórcio, em uma tela só.", "Your accounts at every bank of the consortium, on one screen.";
        promise = "Um envio acontece por inteiro ou não acontece.", "A transfer happens completely or not at all.";
        menu = "O que você quer fazer?", "What would you like to do?";
        bank = "Endereço do seu banco", "Your bank's address";
        bank_hint = "Pergunte ao seu banco; por exemplo 127.0.0.1:7001", "Ask your bank; for example 127.0.0.1:7001";
        bank_hint_or_later = "Pergunte ao seu banco; por exemplo 127.0.0.1:7001. Vazio: decidir depois", "Ask your bank; for example 127.0.0.1:7001. Empty: decide later";
        step(place: usize, count: usize) = "passo {place} de {count}", "step {place} of {count}";
        theme = "Cores da tela", "Colours of the screen";
        theme_how = "↑ ↓ mostram cada uma; Enter escolhe. F4 muda depois.", "↑ ↓ show each one; Enter chooses. F4 changes it later.";
        test = "Testar", "Test it";
        testing(address: &str) = "Procurando {address}…", "Looking for {address}…";
        found(bank: &str, ms: u64) = "{bank} responde em {ms} ms", "{bank} answers in {ms} ms";
        banks = "Bancos conhecidos", "Known banks";
        no_banks = "Nenhum banco ainda. Digite o endereço do seu.", "No bank yet. Type the address of yours.";
        hints = "Para experimentar", "To try it out";
        hints_how = "Escolha uma pessoa com ↑ ↓ e tecle Enter: CPF e senha já vêm preenchidos.", "Choose a person with ↑ ↓ and press Enter: CPF and password come filled in.";
        hints_password(password: &str) = "A senha de todos é {password}.", "Everybody's password is {password}.";
        password = "senha", "password";
        order_waiting(banks: &str) = "Uma ordem de antes ainda sem resposta: entre em~{banks} para saber como terminou.", "An earlier order has no answer yet: log in at {banks} to see how it ended.";
        orders_waiting(count: usize, banks: &str) = "{count} ordens de antes ainda sem resposta: entre em~{banks} para saber como terminaram.", "{count} earlier orders have no answer yet: log in at {banks} to see how they ended.";
    }
}
