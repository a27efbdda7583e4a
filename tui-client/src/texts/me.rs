//! Sentences of the room of oneself, and of changing name or password.

sentences! {
    /// Oneself.
    Me {
        title = "Eu", "Me";
        who = "Quem é você", "Who you are";
        cpf(cpf: &str) = "CPF {cpf}", "CPF {cpf}";
        customer_since(bank: &str, day: &str) = "{bank}: cliente desde {day}", "{bank}: customer since {day}";
        named(name: &str) = "lá seu nome é {name}", "your name there is {name}";
        sessions = "Sessões abertas", "Open sessions";
        loading = "Buscando as suas sessões…", "Fetching your sessions…";
        began(at: &str) = "desde {at}", "since {at}";
        used(at: &str) = "usada {at}", "used {at}";
        this_one = "esta", "this one";
        end_title = "Encerrar esta sessão?", "End this session?";
        end(bank: &str) = "Quem estiver usando esta sessão de~{bank} terá de entrar de novo. Ordens já enviadas seguem.", "Whoever is using this session of {bank} will have to log in again. Orders already sent go on.";
        end_stay = "Manter", "Keep it";
        end_leave = "Encerrar", "End it";
        leave_title = "Sair deste banco?", "Log out of this bank?";
        leave(bank: &str) = "A sua sessão em~{bank} termina. As dos outros bancos ficam; ordens já enviadas seguem.", "Your session at {bank} ends. Those at other banks stay; orders already sent go on.";
        leave_stay = "Ficar", "Stay";
        leave_leave = "Sair", "Log out";
        another_title = "Entrar com outro CPF?", "Log in with another CPF?";
        another = "Todas as suas sessões desta tela terminam: uma tela, uma pessoa. Ordens já enviadas seguem nos bancos.", "All your sessions on this screen end: one screen, one person. Orders already sent go on at the banks.";
        another_stay = "Ficar", "Stay";
        another_leave = "Sair e entrar com outro", "Log out and use another";
    }
}

sentences! {
    /// Another name, another password.
    Change {
        name_title = "Mudar o nome", "Change the name";
        password_title = "Mudar a senha", "Change the password";
        name_intro = "Cada banco guarda o seu nome. Quem paga a você o vê mascarado.", "Each bank keeps your name. Whoever pays you sees it masked.";
        password_intro = "As outras sessões abertas no banco terminam; esta continua.", "Other sessions open at the bank end; this one goes on.";
        name = "Nome completo", "Full name";
        current = "Senha atual", "Current password";
        wanted = "Senha nova", "New password";
        again = "Senha nova, outra vez", "New password, again";
        place = "Onde?", "Where?";
        here(bank: &str) = "só em~{bank}", "only at {bank}";
        everywhere(count: usize) = "nos {count} bancos", "at the {count} banks";
        everywhere_hint = "Em todos só se a senha atual for a mesma.", "At all only if the current password is the same.";
        submit = "Mudar", "Change it";
        changing = "Mudando…", "Changing…";
        name_done(bank: &str) = "{bank}: o nome foi mudado.", "{bank}: the name was changed.";
        password_done(bank: &str) = "{bank}: a senha foi mudada, e as outras sessões terminaram.", "{bank}: the password was changed, and the other sessions have ended.";
        failed(bank: &str, why: &str) = "{bank}: {why}", "{bank}: {why}";
        unknown(bank: &str) = "{bank} não respondeu: pode ter sido mudado. Tente de novo; se a senha atual não valer mais, a nova já vale.", "{bank} did not answer: it may have been changed. Try again; if the current password no longer works, the new one already does.";
        finished = "Enter ou Esc volta.", "Enter or Esc goes back.";
    }
}
