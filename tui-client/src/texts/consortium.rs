//! Sentences of the consortium room.

sentences! {
    /// The consortium.
    Consortium {
        title = "Consórcio", "Consortium";
        bank = "Banco", "Bank";
        id = "Código", "Id";
        address = "Endereço", "Address";
        status = "Situação", "Status";
        latency = "Resposta", "Latency";
        seen_by(bank: &str, time: &str) = "Como o~{bank} vê os outros, às {time}.", "As {bank} sees the others, at {time}.";
        loading = "Perguntando ao seu banco…", "Asking your bank…";
        demo = "Demonstração: s derruba o banco escolhido, como uma queda de energia; i liga de novo; m o derruba no meio do próximo pacote que você enviar.", "Demo: s takes the chosen bank down, as a power cut would; i starts it again; m takes it down in the middle of the next package that you send.";
        stopping(bank: &str) = "Derrubando o~{bank}…", "Taking {bank} down…";
        starting(bank: &str) = "Ligando o~{bank}…", "Starting {bank}…";
        stopped(bank: &str) = "{bank} foi derrubado: nada foi avisado, nada foi salvo na saída.", "{bank} is down: nothing was announced, nothing saved on the way out.";
        started(bank: &str) = "{bank} voltou, e confere os livros.", "{bank} is back, and is checking its books.";
        failed(bank: &str, reason: &str) = "{bank}: não foi possível: {reason}", "{bank}: it could not be done: {reason}";
        leaving = "de saída", "leaving";
        armed = "cai no próximo pacote", "goes down in mid-package";
        stopped_here = "derrubado aqui", "taken down here";
    }
}
