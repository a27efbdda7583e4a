//! Sentences of the locked screen.

sentences! {
    /// The locked screen.
    Lock {
        title = "Tela travada", "Screen locked";
        locked = "travada", "locked";
        who(name: &str, cpf: &str) = "{name} · CPF {cpf}", "{name} · CPF {cpf}";
        how(bank: &str) = "Digite a sua senha de~{bank} para continuar de onde parou.", "Type your password at {bank} to go on where you stopped.";
        goes_on = "O que já foi enviado segue enquanto isso.", "What was sent already goes on meanwhile.";
        password = "Senha", "Password";
        bank = "Conferir em", "Check it at";
        unlock = "Destravar", "Unlock";
        proving = "Conferindo…", "Checking…";
        wrong = "A senha não confere.", "The password is wrong.";
        away = "O banco não responde agora, e só ele confere a senha: a tela continua travada. Tente de novo, saia da conta ou feche.", "The bank does not answer now, and only it can check the password: the screen stays locked. Try again, log out or quit.";
        again_title = "A sua sessão terminou", "Your session has ended";
        again(bank: &str) = "{bank} encerrou esta sessão. Entre de novo para continuar: o que você digitou fica.", "{bank} has ended this session. Log in again to go on: what you typed stays.";
        again_now = "Entrar de novo", "Log in again";
        again_later = "Agora não", "Not now";
    }
}
