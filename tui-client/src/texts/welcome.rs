//! Sentences of the welcome room.

sentences! {
    /// The welcome room.
    Welcome {
        title = "Boas-vindas", "Welcome";
        greeting = "Suas contas em todos os bancos do consórcio, em uma tela só.", "Your accounts at every bank of the consortium, on one screen.";
        promise = "Um envio acontece por inteiro ou não acontece.", "A transfer happens completely or not at all.";
        menu = "O que você quer fazer?", "What would you like to do?";
        bank = "Endereço do seu banco", "Your bank's address";
        bank_hint = "Pergunte ao seu banco; por exemplo 127.0.0.1:7001", "Ask your bank; for example 127.0.0.1:7001";
        test = "Testar", "Test it";
        testing(address: &str) = "Procurando {address}…", "Looking for {address}…";
        found(bank: &str, ms: u64) = "{bank} responde em {ms} ms", "{bank} answers in {ms} ms";
        banks = "Bancos conhecidos", "Known banks";
        no_banks = "Nenhum banco ainda. Digite o endereço do seu.", "No bank yet. Type the address of yours.";
        hints = "Para experimentar", "To try it out";
        hints_how = "Escolha uma pessoa com ↑ ↓ e tecle Enter: CPF e senha já vêm preenchidos.", "Choose a person with ↑ ↓ and press Enter: CPF and password come filled in.";
        password = "senha", "password";
        orders_waiting(count: usize) = "{count} ordem(ns) sem resposta de uma vez anterior: entre, e mostramos como terminou.", "{count} order(s) without an answer from an earlier time: log in to see how they ended.";
    }
}
