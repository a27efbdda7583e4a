//! Sentences of receipts, and of the sheets that are none.

sentences! {
    /// Receipts.
    Receipt {
        title = "Comprovante", "Receipt";
        title_sheet = "Folha", "Sheet";
        title_none = "Não é comprovante", "Not a receipt";
        heading = "COMPROVANTE DE PACOTE", "RECEIPT OF A PACKAGE";
        heading_leg = "COMPROVANTE DE TRANSFERÊNCIA", "RECEIPT OF A TRANSFER";
        heading_unsettled = "COMPROVANTE · FALTA CONFIRMAÇÃO DE UM BANCO", "RECEIPT · A BANK HAS YET TO CONFIRM";
        heading_none = "ISTO NÃO É UM COMPROVANTE", "THIS IS NOT A RECEIPT";
        committed = "✓ Realizado: aconteceu por inteiro, e todos os bancos confirmaram.", "✓ Done: it happened completely, and every bank has confirmed.";
        unsettled(banks: &str) = "✓ Decidido: acontece por inteiro, e não se desfaz. Falta a confirmação de~{banks}; lá o dinheiro ainda pode não aparecer.", "✓ Decided: it happens completely, and is not undone. {banks} has yet to confirm; the money may not show there yet.";
        unsettled_some = "um banco", "a bank";
        in_progress = "… Em andamento: os bancos ainda não decidiram. Nada está pago.", "… In progress: the banks have not decided yet. Nothing is paid.";
        refused = "× Recusado: nada foi debitado, e nada será.", "× Refused: nothing was debited, and nothing will be.";
        aborted = "! Parou antes de acontecer: nada foi debitado.", "! Stopped before it happened: nothing was debited.";
        unknown = "? Ainda não se sabe: o banco não respondeu.", "? Not known yet: the bank has not answered.";
        not_sent = "× Não foi enviado, ou não foi aceito: por esta ordem nada foi debitado.", "× Not sent, or not taken: by this order nothing was debited.";
        posted = "✓ Lançado nesta conta. O pacote foi ordenado em outro banco, que não mostra o resto.", "✓ Booked on this account. The package was ordered at another bank, which does not show the rest.";
        id = "Código", "Id";
        ordered_at = "Enviado", "Sent";
        decided_at = "Decidido", "Decided";
        booked_at = "Lançado", "Booked";
        zone = "horário de Brasília", "Brasília time";
        through = "Por", "Through";
        total = "Total", "Total";
        total_seen = "Total visível", "Total in sight";
        leg(number: usize) = "Transferência {number}", "Transfer {number}";
        leg_of(number: usize, count: usize) = "Transferência {number} de {count}", "Transfer {number} of {count}";
        from = "De", "From";
        to = "Para", "To";
        amount = "Valor", "Amount";
        description = "Descrição", "Message";
        cash = "dinheiro no balcão", "cash at the counter";
        banks = "Bancos", "Banks";
        digest = "Resumo", "Digest";
        qr = "QR", "QR";
        qr_says = "O QR leva o código do pacote e o resumo das transferências.", "The QR holds the package's id and the digest of its transfers.";
        qr_too_small(width: u16, height: u16) = "O QR precisa de {width}×{height} de espaço: aumente o terminal, ou salve o comprovante em arquivo.", "The QR needs {width}×{height} of space: enlarge the terminal, or save the receipt to a file.";
        the_receipt = "comprovante", "receipt";
        the_sheet = "folha (não é comprovante)", "sheet (not a receipt)";
        loading = "Buscando o pacote…", "Fetching the package…";
        file_stem = "comprovante", "receipt";
        file_stem_none = "nao-e-comprovante", "not-a-receipt";
    }
}
