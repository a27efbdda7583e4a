//! Sentences of the package builder.

sentences! {
    /// The package builder.
    Builder {
        title = "Montar pacote", "Build a package";
        legs(count: usize) = "Transferências: {count} de 64", "Transfers: {count} of 64";
        empty = "Nenhuma transferência ainda.", "No transfer yet.";
        empty_how = "n escreve uma; ou cole linhas como aurora/1042-8=boreal/2001-0:150,00", "n writes one; or paste lines like aurora/1042-8=boreal/2001-0:150,00";
        empty_files = "o abre um arquivo (linhas ou planilha CSV); t, um modelo guardado.", "o opens a file (lines or a CSV table); t, a template that was kept.";
        empty_promise = "O pacote acontece por inteiro ou não acontece.", "The package happens completely or not at all.";
        from = "De", "From";
        to = "Para", "To";
        name = "Quem recebe", "Payee";
        amount = "Valor", "Amount";
        totals = "Somas", "Totals";
        by_bank = "Por banco", "By bank";
        by_account = "Por conta", "By account";
        total = "Total", "Total";
        out = "sai", "out";
        into = "entra", "in";
        left(amount: &str) = "fica {amount}", "leaves {amount}";
        taken(count: usize) = "Incluídas na lista: {count}", "Added to the list: {count}";
        back_again(count: usize) = "De volta na lista: {count}.", "Back in the list: {count}.";
        nothing_removed = "Nada foi retirado que possa voltar.", "Nothing was removed that could come back.";
        nothing_found = "Nenhuma transferência neste texto.", "No transfer in this text.";
        find_title = "Procurar transferência", "Find a transfer";
        legs_in(count: usize) = "transferências: {count}", "transfers: {count}";
        load_title = "Abrir pacote de um arquivo", "Open a package from a file";
        save_title(count: usize) = "Gravar pacote em arquivo (transferências: {count})", "Write the package to a file (transfers: {count})";
        file_name = "pacote", "package";
        template_title = "Guardar como modelo", "Keep as a template";
        template_hint = "Um nome, por exemplo Folha de pagamento. Fica só nesta máquina, só para você.", "A name, for example Payroll. It stays on this machine only, for you only.";
        templates_title = "Modelos guardados", "Templates";
        template_kept(name: &str) = "Modelo guardado: {name}", "Template kept: {name}";
        template_not_kept(name: &str, reason: &str) = "O modelo “{name}” não ficou como pedido no disco: {reason}", "The template “{name}” is not on disk as you asked: {reason}";
        import_paste = "Texto colado", "Pasted text";
        import_good(count: usize) = "✓ Entendidas: {count}", "✓ Understood: {count}";
        import_bad(count: usize) = "× Não entendidas: {count}. Nada foi incluído ainda.", "× Not understood: {count}. Nothing was added yet.";
        line(number: usize) = "Linha {number}", "Line {number}";
        import_nothing = "Não incluir nada", "Add nothing";
        import_take(count: usize) = "Incluir só as entendidas ({count})", "Add only those understood ({count})";
        load_over_title = "Já há transferências na lista", "There are transfers in the list already";
        load_over(count: usize) = "São {count}. O que fazer com as que vêm?", "There are {count}. What about those that come?";
        load_over_no = "Nada: deixar a lista como está", "Nothing: leave the list as it is";
        load_over_append = "Acrescentar ao fim", "Add them at the end";
        load_over_replace = "Substituir as que estão na lista", "Replace those in the list";
        points_title = "O que os pontos querem dizer?", "What do the points mean?";
        points(typed: &str) = "Este texto traz “{typed}”. A resposta vale para todos os valores assim.", "This text has “{typed}”. The answer holds for all amounts like it.";
        points_neither = "Nenhum dos dois: mostrar estas linhas", "Neither: show me those lines";
        corrects = "Transferências de uma ordem recusada. Corrija e revise: vai como ordem nova, com código novo.", "Transfers of an order that was refused. Correct and review them: they go as a new order, with a new id.";
        paste_lines_title(count: usize) = "O texto colado tem {count} linhas", "The pasted text has {count} lines";
        paste_lines = "Este formulário é de uma transferência só.", "This form is for one transfer.";
        paste_first = "Usar só a primeira, aqui", "Take only the first, here";
        paste_all = "Levar todas para a lista e deixar o formulário", "Take all into the list, and leave the form";
        remove_all_title = "Retirar todas?", "Remove all?";
        remove_all(count: usize) = "São {count} transferências. A tecla u as traz de volta.", "These are {count} transfers. The key u brings them back.";
        remove_all_no = "Deixar na lista", "Leave them in the list";
        remove_all_yes = "Retirar todas", "Remove all";
        replace_template_title = "Já existe um modelo com este nome", "There is a template of this name already";
        replace_template(name: &str) = "“{name}” será substituído pelas transferências da lista.", "“{name}” will be replaced by the transfers in the list.";
        replace_template_no = "Deixar como está", "Leave it as it is";
        replace_template_yes = "Substituir", "Replace it";
        drop_template_title = "Apagar o modelo?", "Delete the template?";
        drop_template(name: &str) = "“{name}” não volta depois de apagado.", "“{name}” does not come back once deleted.";
        drop_template_no = "Deixar", "Leave it";
        drop_template_yes = "Apagar", "Delete it";
        new_leg = "Nova transferência", "New transfer";
        change_leg(number: usize) = "Transferência {number}", "Transfer {number}";
        keep_leg = "Guardar na lista", "Keep in the list";
        leg_intro = "De uma conta sua ou do dinheiro no caixa, para qualquer conta do consórcio.", "From an account of yours or cash at the counter, to any account of the consortium.";
        drop_title = "Descartar esta transferência?", "Discard this transfer?";
        drop = "O que você digitou nela não será guardado.", "What you typed for it will not be kept.";
        drop_stay = "Continuar preenchendo", "Keep filling in";
        drop_leave = "Descartar", "Discard";
    }
}
