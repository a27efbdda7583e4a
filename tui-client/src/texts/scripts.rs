//! Sentences of scripts and of `doctor`.

sentences! {
    /// What scripts are told.
    Scripts {
        no_session = "Nenhuma sessão aberta. Entre antes: tui-client login --bank ENDEREÇO --cpf CPF", "No session is open. Log in first: tui-client login --bank ADDRESS --cpf CPF";
        no_session_at(bank: &str) = "Nenhuma sessão aberta em {bank}. Entre antes: tui-client login --bank {bank} --cpf CPF", "No session is open at {bank}. Log in first: tui-client login --bank {bank} --cpf CPF";
        log_in_again(bank: &str) = "Entre de novo: tui-client login --bank {bank} --cpf CPF", "Log in again: tui-client login --bank {bank} --cpf CPF";
        which_bank(banks: &str) = "Há sessões em mais de um banco. Escolha com --bank: {banks}", "There are sessions at several banks. Choose with --bank: {banks}";
        no_address = "Diga o endereço do banco com --bank, por exemplo --bank 127.0.0.1:7001", "Name the bank's address with --bank, for example --bank 127.0.0.1:7001";
        bad_address(typed: &str) = "“{typed}” não é endereço, nome nem código de um banco conhecido.", "“{typed}” is no address, name or id of a known bank.";
        bad_id(typed: &str) = "“{typed}” não é um código (UUID).", "“{typed}” is not an id (UUID).";
        bad_time(typed: &str) = "“{typed}” não é um momento; escreva assim: 2027-12-31T23:59:59Z", "“{typed}” is no moment in time; write 2027-12-31T23:59:59Z";
        bad_line(number: usize, text: &str, why: &str) = "linha {number}: {text}: {why}", "line {number}: {text}: {why}";
        bad_argument(argument: &str, why: &str) = "{argument}: {why}", "{argument}: {why}";
        password_prompt = "Senha: ", "Password: ";
        new_password_prompt = "Senha nova: ", "New password: ";
        no_new_password = "O banco definiu esta senha, e ela só serve para ser trocada: --password-stdin lê a senha nova da segunda linha da entrada padrão.", "The bank has set this password, and it only opens its own change: --password-stdin reads the new one from the second line of the standard input.";
        no_password = "Falta a senha: --password-stdin lê a primeira linha da entrada padrão.", "The password is missing: --password-stdin reads the first line of the standard input.";
        logged_out(bank: &str) = "Sessão em~{bank} encerrada.", "Session at {bank} ended.";
        nothing_open = "Nenhuma sessão estava aberta.", "No session was open.";
        customer_of(name: &str, bank: &str) = "{name} é cliente de~{bank}.", "{name} is a customer of {bank}.";
        signed_up = "Cadastro feito.", "Signed up.";
        opened(account: &str) = "Conta aberta: {account}", "Account opened: {account}";
        another_order = "Este código já é de outra ordem desta máquina, com outras transferências, e essa continua como está. Nada foi enviado agora.", "This id belongs to another order of this machine, with other transfers, and that one stands as it was. Nothing was sent now.";
        order_of_other = "Esta ordem é de outro cliente ou de outro banco: entre como quem a enviou.", "This order is another customer's or another bank's: log in as whoever sent it.";
        not_kept(reason: &str) = "Não foi possível guardar no disco: {reason}", "It could not be kept on disk: {reason}";
        not_read(reason: &str) = "Não foi possível ler: {reason}", "It could not be read: {reason}";
        still_open(id: &str) = "O resultado de {id} ainda não é conhecido. Continue com: tui-client package wait {id}", "The outcome of {id} is not known yet. Go on with: tui-client package wait {id}";
        send_again(id: &str) = "Para enviar de novo, repita o comando com --id {id}: com o mesmo código, paga uma vez só.", "To send it again, repeat the command with --id {id}: under the same id it pays only once.";
        see_earlier(id: &str) = "Veja a ordem anterior: tui-client package show {id}", "Look at the earlier order: tui-client package show {id}";
        preview_ok = "Tudo passaria. Nada foi enviado.", "All of it would pass. Nothing was sent.";
        preview_leg_ok = "passaria", "would pass";
        preview_after(account: &str, amount: &str) = "{account}: disponível depois {amount}", "{account}: available afterwards {amount}";
        answered(account: &str) = "Respondido: {account}", "Answered: {account}";
        consent_given(id: &str) = "Autorização dada: {id}", "Consent given: {id}";
        consent_revoked(id: &str) = "Autorização revogada: {id}", "Consent revoked: {id}";
        unreachable_bank(bank: &str) = "{bank} não responde: as contas de lá faltam nesta lista.", "{bank} does not answer: its accounts are missing from this list.";
        no_consent_bank(bank: &str) = "{bank} não está ligado: as contas de lá faltam nesta lista.", "{bank} is not connected: its accounts are missing from this list.";
        need_customer(bank: &str) = "Falta o seu código de cliente em {bank}: entre lá, ou diga --customer.", "Your customer id at {bank} is missing: log in there, or give --customer.";
        none = "Nada.", "Nothing.";
        file_exists(file: &str) = "{file} já existe, e ficou como estava. Dê outro nome em --save, ou tire esse arquivo de lá.", "{file} exists already, and stays as it was. Give another name with --save, or move that file away.";
        saved(file: &str) = "Guardado em {file}", "Saved to {file}";
        when = "Quando", "When";
        package = "Pacote", "Package";
        leg = "Transferência", "Transfer";
        counterparty = "Com quem", "Counterparty";
        description = "Descrição", "Description";
        company = "Empresa", "Company";
        invited_by = "Convite de", "Invited by";
        status = "Situação", "Status";
        customer = "Cliente", "Customer";
        permissions = "Permite", "Permits";
        used_today = "Usado hoje", "Used today";
        expires = "Até", "Until";
        legs = "Transferências", "Transfers";
    }
}

sentences! {
    /// What `doctor` finds.
    Doctor {
        ok = "certo", "ok";
        warn = "atenção", "warn";
        bad = "errado", "bad";
        configuration = "configuração", "configuration";
        no_configuration(path: &str) = "sem arquivo em {path}; não é preciso", "no file at {path}; none is needed";
        configuration_read(path: &str) = "{path} lido", "{path} was read";
        configuration_remedy = "Corrija a linha indicada, ou aponte outro arquivo com --config.", "Correct the line that is named, or point to another file with --config.";
        state = "diretório de estado", "state directory";
        state_writes(path: &str) = "{path} aceita escrita", "{path} can be written";
        state_remedy = "Dê permissão de escrita, ou aponte outro diretório com --state-dir.", "Make it writable, or point to another one with --state-dir.";
        rights = "permissões", "rights";
        rights_kept = "só você lê o que está guardado", "only you can read what is kept";
        rights_open(path: &str) = "{path} pode ser lido por outras pessoas", "{path} can be read by others";
        rights_remedy(path: &str) = "chmod -R go-rwx {path}", "chmod -R go-rwx {path}";
        space = "espaço em disco", "disk space";
        space_free(mebibytes: u64) = "{mebibytes} MiB livres", "{mebibytes} MiB free";
        space_unknown = "não foi possível saber", "it could not be found out";
        space_remedy = "Libere espaço: sem ele nenhuma ordem é enviada.", "Make room: without it no order is sent.";
        terminal = "terminal", "terminal";
        terminal_size(width: u16, height: u16) = "{width}×{height}", "{width}×{height}";
        terminal_small(width: u16, height: u16) = "{width}×{height}, menos que 60×18", "{width}×{height}, less than 60×18";
        terminal_small_remedy = "Aumente a janela, ou use --plain.", "Enlarge the window, or use --plain.";
        no_terminal = "a saída não é um terminal", "the output is not a terminal";
        no_terminal_remedy = "Para as telas, rode em um terminal; sem ele, use --plain ou os comandos de script.", "For the screens, run it in a terminal; without one, use --plain or the commands for scripts.";
        colour = "cor", "colour";
        colour_on = "16 cores", "16 colours";
        colour_off = "sem cor; sinais e palavras dizem tudo", "no colour; signs and words say everything";
        locale = "caracteres", "characters";
        locale_utf8(locale: &str) = "UTF-8 ({locale})", "UTF-8 ({locale})";
        locale_other(locale: &str) = "o locale não diz UTF-8 ({locale})", "the locale does not say UTF-8 ({locale})";
        locale_remedy = "export LC_ALL=C.UTF-8", "export LC_ALL=C.UTF-8";
        banks = "bancos", "banks";
        no_banks = "nenhum banco conhecido ainda", "no bank is known yet";
        no_banks_remedy = "Diga um com --bank, ou escreva um em banks, no arquivo de configuração.", "Name one with --bank, or write one under banks in the configuration file.";
        bank(name: &str) = "banco {name}", "bank {name}";
        bank_answers(version: &str, ms: u64) = "responde em {ms} ms, versão {version}", "answers in {ms} ms, version {version}";
        bank_silent(address: &str) = "não responde em {address}", "does not answer at {address}";
        bank_silent_remedy = "Confira o endereço e a rede; se estiverem certos, o banco está fora do ar.", "Check address and network; if they are right, the bank is down.";
        bank_other(address: &str) = "quem responde em {address} não é um banco, ou é de outra versão", "what answers at {address} is no bank, or is of another version";
        bank_other_remedy = "Confira o endereço; atualize este programa.", "Check the address; update this program.";
        bank_key_remedy = "Pergunte ao banco, por outro meio, qual é a chave dele.", "Ask the bank, by another way, which its key is.";
        clock(name: &str) = "relógio de {name}", "clock of {name}";
        clock_same = "como o desta máquina", "as this machine's";
        clock_differs(seconds: i64) = "difere do desta máquina em {seconds} s", "differs from this machine's by {seconds} s";
        clock_remedy = "Acerte o relógio desta máquina (NTP), ou avise o banco.", "Set this machine's clock (NTP), or tell the bank.";
        orders = "ordens", "orders";
        no_orders = "nenhuma sem resposta", "none without an answer";
        open_orders(count: usize, ids: &str) = "{count} com resultado ainda desconhecido: {ids}", "{count} with an outcome not known yet: {ids}";
        orders_remedy = "tui-client package wait CÓDIGO", "tui-client package wait ID";
        unread_remedy = "Guarde o arquivo em outro lugar e avise quem cuida deste programa.", "Move the file elsewhere and tell whoever looks after this program.";
        sessions = "sessões", "sessions";
        sessions_open(banks: &str) = "abertas para scripts em {banks}", "open for scripts at {banks}";
        no_sessions = "nenhuma aberta para scripts", "none open for scripts";
        sessions_ended(banks: &str) = "terminada em {banks}", "ended at {banks}";
        sessions_remedy = "Entre de novo: tui-client login", "Log in again: tui-client login";
        check = "Verificação", "Check";
        found = "Situação", "State";
        detail = "Detalhe", "Detail";
        remedy = "O que fazer", "Remedy";
    }
}
