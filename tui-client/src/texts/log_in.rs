//! Sentences of the log-in room.

sentences! {
    /// The log-in room.
    LogIn {
        title = "Entrar", "Log in";
        cpf = "CPF", "CPF";
        password = "Senha", "Password";
        bank = "Endereço do banco", "Bank address";
        bank_hint = "Por exemplo 127.0.0.1:7001; sem porta, vale 7001", "For example 127.0.0.1:7001; without a port, 7001";
        submit = "Entrar", "Log in";
        to_sign_up = "Fazer cadastro", "Sign up";
        logging_in = "Entrando…", "Logging in…";
        known = "Bancos conhecidos", "Known banks";
        known_how = "Alt+1 a Alt+9 escolhem", "Alt+1 to Alt+9 choose";
        done(name: &str, bank: &str) = "Olá, {name}. Você está em {bank}.", "Hello, {name}. You are at {bank}.";
        untested = "ainda não testado", "not tested yet";
        checking = "testando…", "testing…";
        answers(ms: u64) = "{ms} ms", "{ms} ms";
        silent = "não responde", "does not answer";
    }
}
