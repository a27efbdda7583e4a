//! Sentences of the sign-up room.

sentences! {
    /// The sign-up room.
    SignUp {
        title = "Fazer cadastro", "Sign up";
        intro = "O cadastro vale para este banco. Em cada banco você se cadastra uma vez.", "Signing up is for this bank. You sign up once at each bank.";
        name = "Nome completo", "Full name";
        cpf = "CPF", "CPF";
        password = "Senha", "Password";
        password_hint = "Pelo menos 8 caracteres", "At least 8 characters";
        again = "Senha, outra vez", "Password, once more";
        bank = "Endereço do banco", "Bank address";
        submit = "Cadastrar", "Sign up";
        signing_up = "Fazendo o cadastro…", "Signing you up…";
        done(name: &str) = "Cadastro feito, {name}. Entrando…", "You are signed up, {name}. Logging in…";
        done_log_in = "Cadastro feito. Entre com a sua senha.", "You are signed up. Log in with your password.";
        unknown = "O banco não respondeu: o cadastro pode ter sido feito. Tente entrar com a senha que você escolheu.", "The bank did not answer: you may be signed up. Try to log in with the password you chose.";
    }
}
