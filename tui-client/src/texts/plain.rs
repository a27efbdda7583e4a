//! Sentences of `--plain`: numbered questions, and what is said line by line. No signs: they are listened to as well.

sentences! {
    /// Numbered questions.
    Plain {
        welcome = "Consórcio, linha por linha.", "Consortium, line by line.";
        how = "Responda com o número ou a letra. Uma linha vazia aceita o que está entre colchetes. Um ponto volta.", "Answer with the number or letter. An empty line accepts what stands in brackets. A full stop goes back.";
        choose = "Escolha (? lê o menu)", "Choose (? reads the menu)";
        not_among = "Não está na lista.", "Not in the list.";
        yes_no(question: &str) = "{question} s/N", "{question} y/N";
        yes_no_yes(question: &str) = "{question} S/n", "{question} Y/n";
        yes_letters = "sSyY", "yYsS";
        off(label: &str, why: &str) = "{label} (agora não: {why})", "{label} (not now: {why})";
        optional(question: &str) = "{question} (pode ficar vazio)", "{question} (may stay empty)";
        suggested(question: &str, value: &str) = "{question} [{value}]", "{question} [{value}]";
        back = "Voltando.", "Going back.";
        done = "Até logo.", "Goodbye.";
        input_over = "A entrada terminou.", "The input has ended.";
        open_order(id: &str) = "A ordem {id} ainda não tem resultado conhecido. Ela está guardada: ao entrar de novo, este programa continua perguntando.", "The order {id} has no known outcome yet. It is kept: log in again and this program goes on asking.";
        leg(from: &str, to: &str, amount: &str) = "{amount}, de {from}, para {to}", "{amount}, from {from}, to {to}";
        unknown_how = "Os bancos ainda estão decidindo. Não envie outra vez: este programa pergunta pelo mesmo código até saber.", "The banks are still deciding. Do not send another: this program asks under the same id until it is known.";
        keep_waiting = "Continuar esperando?", "Go on waiting?";
        review_send = "Enviar agora?", "Send it now?";
        not_sent = "Nada foi enviado.", "Nothing was sent.";
        send_again = "Enviar de novo, com o mesmo código?", "Send it again, under the same id?";
        set_aside = "Deixar esta ordem de lado?", "Set this order aside?";
        no_accounts_at(bank: &str) = "{bank}: nenhuma conta.", "{bank}: no account.";
        bank(bank: &str, health: &str, link: &str) = "{bank}: {health}, {link}.", "{bank}: {health}, {link}.";
        account(account: &str, kind: &str, balance: &str, available: &str) = "{account}, {kind}: saldo {balance}, disponível {available}", "{account}, {kind}: balance {balance}, available {available}";
        account_hidden(account: &str, kind: &str) = "{account}, {kind}: valores cobertos", "{account}, {kind}: amounts covered";
        held(amount: &str) = "reservado {amount}", "held {amount}";
        incoming(amount: &str) = "a receber {amount}", "incoming {amount}";
        total(balance: &str, available: &str) = "Total: saldo {balance}, disponível {available}.", "Total: balance {balance}, available {available}.";
        to_review = "Revisão", "Review";
        payer(account: &str, takes: &str) = "{account} paga {takes}", "{account} pays {takes}";
        payee(leg: &str, name: &str) = "{leg}. Quem recebe: {name}", "{leg}. Payee: {name}";
        package_how = "Uma transferência por linha, por exemplo aurora/1042-8=boreal/2001-0:150,00. Uma linha vazia termina; “menos” tira a última.", "One transfer a line, for example aurora/1042-8=boreal/2001-0:150,00. An empty line ends; “less” removes the last.";
        package_line(number: usize) = "Transferência {number}", "Transfer {number}";
        less_words = "menos less", "menos less";
        removed(number: usize) = "Transferência {number} retirada.", "Transfer {number} removed.";
        statement = "Extrato", "Statement";
        receipt_menu = "Comprovante", "Receipt";
        change_which = "Mudar o quê?", "Change which?";
        amounts_said = "Os valores são ditos.", "Amounts are said.";
        amounts_covered = "Os valores ficam cobertos.", "Amounts are covered.";
        which_invitation = "Qual convite?", "Which invitation?";
        no_invitations = "Nenhum convite espera por você.", "No invitation waits for you.";
        invitation(account: &str, kind: &str, name: &str) = "{account}, {kind}, convite de {name}", "{account}, {kind}, invited by {name}";
        accepted(account: &str) = "Agora {account} é sua também.", "{account} is yours too now.";
        declined(account: &str) = "Convite para {account} recusado.", "Invitation to {account} declined.";
        which_account = "De qual conta?", "Of which account?";
        no_postings = "Nenhum lançamento ainda.", "No posting yet.";
        posting(at: &str, amount: &str, counterparty: &str, balance: &str) = "{at}: {amount}, {counterparty}, saldo {balance}", "{at}: {amount}, {counterparty}, balance {balance}";
        older = "Ver mais antigos?", "See older ones?";
        which_package = "Qual pacote?", "Which package?";
        package(at: &str, amount: &str, status: &str) = "{at}, {amount}, {status}", "{at}, {amount}, {status}";
        no_packages = "Nenhum pacote ainda.", "No package yet.";
        save_to = "Guardar em qual arquivo?", "Save to which file?";
        how_many_others = "CPF de mais alguém?", "Another person's CPF?";
        which_bank = "Qual banco?", "Which bank?";
        connect_or_revoke = "O que fazer?", "What to do?";
        connect = "Ligar um banco", "Connect a bank";
        consent_at(bank: &str, words: &str) = "em {bank}: {words}", "at {bank}: {words}";
        revoked = "Autorização revogada.", "Authorisation revoked.";
        no_consents = "Nenhuma autorização para revogar.", "No authorisation to revoke.";
        only_screens = "Isto existe nas telas, não aqui.", "This exists on the screens, not here.";
        already = "Já está na sua tela.", "You are logged in there already.";
        latency(ms: u64) = "responde em {ms} ms", "answers in {ms} ms";
        stop_or_start = "Derrubar ou ligar qual banco?", "Take down or start which bank?";
        chosen_bank(bank: &str, address: &str) = "{bank}, {address}", "{bank}, {address}";
    }
}
