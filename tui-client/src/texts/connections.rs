//! Sentences of connecting banks: consents, given and revoked.

sentences! {
    /// Connecting banks.
    Connections {
        title = "Ligar bancos", "Connect banks";
        intro(bank: &str) = "O que você ordena passa por~{bank}. Ligue outro banco para ver e pagar com as contas de lá.", "What you order goes through {bank}. Connect another bank to see and pay with your accounts there.";
        here(bank: &str) = "{bank}: é por ele que você ordena", "{bank}: what you order goes through it";
        connected = "ligado", "connected";
        not_connected = "não ligado", "not connected";
        not_connected_how = "Enter liga este banco", "Enter connects it";
        unreachable = "não responde", "does not answer";
        not_known = "ainda não se sabe", "not known yet";
        session = "sessão aberta", "logged in";
        no_session = "sem sessão aqui", "no session here";
        consent_here = "autoriza o seu banco", "authorises your bank";
        consent_missing = "falta autorizar o seu banco: Enter autoriza", "your bank is not authorised yet: Enter authorises it";
        allows(bank: &str) = "autoriza {bank}", "authorises {bank}";
        view = "ver", "view";
        pay = "pagar", "pay";
        limits(package: &str, day: &str) = "{package}/pacote, {day}/dia", "{package}/package, {day}/day";
        used(used: &str) = "hoje {used}", "today {used}";
        until(day: &str) = "até {day}", "until {day}";
        detail(there: &str, here: &str) = "Em~{there}, o~{here} pode:", "At {there}, {here} may:";
        detail_limits(package: &str, day: &str) = "até {package} por pacote e {day} por dia", "up to {package} per package and {day} a day";
        detail_used(used: &str, day: &str) = "usado hoje: {used} de {day}", "used today: {used} of {day}";
        detail_dates(given: &str, until: &str) = "dada em {given}, vale até {until}", "given on {given}, holds until {until}";
        detail_keys = "Enter muda os termos; x revoga.", "Enter changes the terms; x revokes it.";
        pass(count: usize) = "Bancos ainda não ligados: {count}. a liga todos, um depois do outro.", "Banks not connected yet: {count}. a connects them all, one after the other.";
        loading = "Buscando as autorizações…", "Fetching the authorisations…";
        revoke_title = "Revogar esta autorização?", "Revoke this authorisation?";
        revoke_question(bank: &str) = "O outro banco deixa de ver e de debitar as suas contas em~{bank}. O que já foi decidido continua.", "The other bank can no longer see or debit your accounts at {bank}. What is decided already goes on.";
        revoke_stay = "Manter", "Keep";
        revoke_leave = "Revogar", "Revoke";
    }
}

sentences! {
    /// Connecting one bank.
    Connect {
        title(bank: &str) = "Ligar {bank}", "Connect {bank}";
        intro(there: &str, here: &str) = "Você autoriza, em~{there}, que o~{here} veja suas contas de lá e pague com elas, até os limites abaixo. Pode revogar quando quiser.", "You authorise, at {there}, that {here} may see your accounts there and pay with them, up to the limits below. You can revoke it at any time.";
        change_title = "Mudar a autorização", "Change the authorisation";
        change_intro(there: &str, here: &str) = "O que o~{here} pode fazer com suas contas em~{there}. A nova autorização toma o lugar da antiga.", "What {here} may do with your accounts at {there}. The new authorisation takes the old one's place.";
        permissions = "Pode", "May";
        see_and_pay = "ver e pagar", "see and pay";
        only_see = "só ver", "only see";
        expiry = "Vale", "Holds";
        as_it_is = "como está", "as it is";
        until(day: &str) = "como está: até {day}", "as it is: until {day}";
        month = "1 mês", "1 month";
        half_year = "6 meses", "6 months";
        year = "1 ano", "1 year";
        change = "Mudar", "Change it";
        changed(bank: &str) = "A autorização em~{bank} foi mudada.", "The authorisation at {bank} was changed.";
        only_sees_now = "Pode ver as contas, e não pode pagar com elas.", "It may see the accounts, and may not pay with them.";
        holds(day: &str) = "Vale até {day}.", "It holds until {day}.";
        customer = "Já é cliente de lá?", "A customer there?";
        customer_yes = "sim, entrar", "yes, log in";
        customer_no = "não, me cadastrar", "no, sign me up";
        cpf(cpf: &str) = "CPF {cpf}", "CPF {cpf}";
        name = "Nome completo", "Full name";
        password_label = "Senha de lá", "Password there";
        again = "Senha, outra vez", "Password, once more";
        per_package = "Limite por pacote", "Limit per package";
        per_day = "Limite por dia", "Limit per day";
        both_ways = "Nos dois sentidos?", "Both ways?";
        both_ways_hint(there: &str, here: &str) = "deixar o~{there} ver e pagar com as contas de~{here}", "let {there} see and pay with the accounts at {here}";
        yes = "sim", "yes";
        no = "não", "no";
        submit = "Ligar", "Connect";
        logged_in_already = "Você já entrou neste banco: falta só autorizar.", "You are logged in there already: only the authorisation is missing.";
        signing_up = "Fazendo o cadastro…", "Signing you up…";
        logging_in = "Entrando…", "Logging in…";
        consenting = "Autorizando…", "Authorising…";
        consenting_back = "Autorizando o contrário…", "Authorising the other way…";
        done(bank: &str) = "{bank} está ligado.", "{bank} is connected.";
        done_limits(package: &str, day: &str) = "Até {package} por pacote e {day} por dia.", "Up to {package} per package and {day} a day.";
        done_back(bank: &str) = "E o~{bank} pode ver e pagar com as contas daqui.", "And {bank} may see and pay with the accounts here.";
        back_failed = "O contrário não foi autorizado:", "The other way was not authorised:";
        next(bank: &str) = "Enter liga o próximo: {bank}. Esc volta.", "Enter connects the next one: {bank}. Esc goes back.";
        finished = "Enter ou Esc volta.", "Enter or Esc goes back.";
        unknown = "O banco não respondeu: pode ter sido feito. Tente de novo, não faz mal repetir.", "The bank did not answer: it may have been done. Try again, repeating does no harm.";
        no_address = "O endereço deste banco ainda não é conhecido.", "This bank's address is not known yet.";
    }
}
