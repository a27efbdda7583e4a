//! Sentences of the list of packages.

sentences! {
    /// The packages ordered.
    Packages {
        title = "Ordens", "Orders";
        loading = "Buscando o que você enviou…", "Fetching what you sent…";
        none = "Nenhuma ordem ainda.", "No order yet.";
        none_how = "O que você enviar aparece aqui, e fica.", "What you send appears here, and stays.";
        none_fits = "Nenhuma ordem cabe no filtro.", "No order fits the filter.";
        made_at = "Enviada", "Sent";
        total = "Total", "Total";
        legs = "Transf.", "Legs";
        standing = "Situação", "Status";
        bank = "Banco", "Bank";
        filter_hint = "conta, valor, dia, situação, código", "account, amount, day, status, id";
        all_shown(count: usize) = "{count} ordens", "{count} orders";
        one_shown = "1 ordem", "1 order";
        shown(shown: usize, count: usize) = "{shown} de {count} ordens", "{shown} of {count} orders";
        older_still = "há mais antigas", "older ones remain";
        older_coming = "buscando mais antigas…", "fetching older ones…";
        waits_for_log_in(bank: &str) = "sem resposta: entre em~{bank} para saber", "no answer: log in at {bank} to know";
        id_hint = "o código da ordem, digitado ou colado", "the order's id, typed or pasted";
        not_an_id = "Isto não é um código de ordem: são 32 algarismos e letras de a a f, em cinco grupos.", "This is no order id: it is 32 digits and letters from a to f, in five groups.";
        unread(bank: &str) = "{bank} não responde", "{bank} does not answer";
        id_label = "Código:", "Id:";
    }
}
