//! Sentences of an account's room: statement, details, closing.

use shared::api::replies::HolderStatus;

sentences! {
    /// An account and its statement.
    Account {
        statement_of(account: &str) = "Extrato de {account}", "Statement of {account}";
        details_of(account: &str) = "Detalhes de {account}", "Details of {account}";
        loading = "Buscando o extrato…", "Fetching the statement…";
        none = "Nenhum lançamento nesta conta ainda.", "No posting on this account yet.";
        none_fits = "Nenhum lançamento cabe no filtro.", "No posting fits the filter.";
        at = "Data", "Date";
        counterparty = "Contraparte", "Counterparty";
        description = "Descrição", "Message";
        amount = "Valor", "Amount";
        way = "Sentido", "Way";
        balance_after = "Saldo", "Balance";
        came_in = "entrou", "in";
        went_out = "saiu", "out";
        cash = "dinheiro", "cash";
        filter_hint = "nome, valor, >100, entrou, saiu, 20/11", "name, amount, >100, in, out, 2026-11-20";
        all_shown(count: usize) = "{count} lançamentos", "{count} postings";
        one_shown = "1 lançamento", "1 posting";
        shown(shown: usize, count: usize) = "{shown} de {count} lançamentos", "{shown} of {count} postings";
        older_still = "há mais antigos", "older ones remain";
        older_coming = "buscando mais antigos…", "fetching older ones…";
        totals(coming: &str, going: &str) = "Entrou {coming} · saiu {going}", "In {coming} · out {going}";
        totals_of_shown = "do que se vê", "of what is shown";
        balance_went(days: &str, began: &str, ended: &str) = "{days}: saldo de {began} para {ended}", "{days}: balance from {began} to {ended}";
        balance_between(low: &str, high: &str) = "menor {low}, maior {high}", "lowest {low}, highest {high}";
        days(first: &str, last: &str) = "{first} a {last}", "{first} to {last}";
        leg_of_package(leg: usize, package: &str) = "transferência {leg} do pacote {package}", "transfer {leg} of package {package}";
        saving_so_far(count: usize) = "Buscando o resto do extrato para salvar: {count} até agora…", "Fetching the rest of the statement to save it: {count} so far…";
        not_saved = "O resto do extrato não veio: nada foi salvo.", "The rest of the statement did not come: nothing was saved.";
        kind = "Tipo", "Kind";
        status = "Situação", "Status";
        open = "aberta", "open";
        company = "Empresa", "Company";
        cnpj = "CNPJ", "CNPJ";
        holders = "Titulares", "Holders";
        holder = "titular", "holder";
        invited = "convidado, ainda sem resposta", "invited, no answer yet";
        opened_at = "Abertura", "Opened";
        held_how = "por pacotes em andamento", "by packages under way";
        incoming_how = "de pacotes em andamento; ainda não é dinheiro", "from packages under way; not money yet";
        details_loading = "Buscando a conta…", "Fetching the account…";
        the_number = "número da conta", "account number";
        close_title = "Encerrar esta conta?", "Close this account?";
        close_question(account: &str) = "{account} não recebe nem paga mais depois disso, e não volta a abrir. O extrato fica.", "After this {account} neither receives nor pays, and does not open again. Its statement stays.";
        close_stay = "Manter a conta", "Keep the account";
        close_leave = "Encerrar", "Close it";
        closing = "Encerrando…", "Closing…";
        closed = "Conta encerrada.", "The account is closed.";
        not_closed(why: &str) = "A conta não foi encerrada: {why}", "The account was not closed: {why}";
        not_known_closed = "O banco não respondeu a tempo: ainda não se sabe se a conta foi encerrada. Atualize com r.", "The bank did not answer in time: it is not known yet whether the account is closed. Refresh with r.";
        no_reader(bank: &str) = "Nada aqui pode ler esta conta: entre em~{bank}, ou ligue-o.", "Nothing here may read this account: log in at {bank}, or connect it.";
    }
}

impl Account {
    /// Whether a person named as holder has accepted.
    #[must_use]
    pub const fn holder_status(self, status: HolderStatus) -> &'static str {
        match status {
            HolderStatus::Holder => self.holder(),
            HolderStatus::Invited => self.invited(),
        }
    }
}
