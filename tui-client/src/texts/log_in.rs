//! Sentences of the log-in room.

sentences! {
    /// The log-in room.
    LogIn {
        title = "Entrar", "Log in";
        cpf = "CPF", "CPF";
        password = "Senha", "Password";
        bank = "Endereço do banco", "Bank address";
        bank_hint = "Ex.: 127.0.0.1:7001, ou o nome dele", "E.g. 127.0.0.1:7001, or its name";
        submit = "Entrar", "Log in";
        logging_in = "Entrando…", "Logging in…";
        known = "Bancos conhecidos", "Known banks";
        known_how = "Digite o número, o nome, ou Alt+número", "Type the number, the name, or Alt+number";
        done(name: &str, bank: &str) = "Olá, {name}. Você está em~{bank}.", "Hello, {name}. You are at {bank}.";
        must_change = "O banco definiu esta senha. Escolha a sua para continuar.", "The bank has set this password. Choose your own to go on.";
        checking = "testando…", "testing…";
        answers(ms: u64) = "{ms} ms", "{ms} ms";
        silent = "não responde", "does not answer";
    }
}
