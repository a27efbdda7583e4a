//! Sentences of the settings.

use crate::app::settings::Origin;

sentences! {
    /// The settings.
    Settings {
        title = "Ajustes", "Settings";
        choices = "Como esta tela se comporta", "How this screen behaves";
        language = "Idioma", "Language";
        theme = "Tema de cores", "Colour theme";
        plain = "Perguntas numeradas, sem desenho", "Numbered questions, nothing drawn";
        mouse = "Mouse", "Mouse";
        lock_after = "Travar a tela depois de", "Lock the screen after";
        hide_balances = "Esconder saldos", "Hide balances";
        yes = "sim", "yes";
        no = "não", "no";
        one_minute = "1 minuto parado", "1 idle minute";
        minutes(count: u16) = "{count} minutos parado", "{count} idle minutes";
        never = "nunca", "never";
        dark = "escuro", "dark";
        light = "claro", "light";
        high_contrast = "alto contraste", "high contrast";
        mono = "sem cores", "mono";
        no_colour = "sem cores: NO_COLOR ou --no-color", "no colours: NO_COLOR or --no-color";
        next_start = "na próxima vez", "from the next start";
        how = "← → mudam. O que vem de fora do programa não se muda aqui.", "← → change it. What comes from outside the program is not changed here.";
        by_flag = "da linha de comando", "from the command line";
        by_environment = "do ambiente (TUI_…)", "from the environment (TUI_…)";
        by_file = "do arquivo", "from the file";
        file(path: &str) = "Arquivo: {path}", "File: {path}";
        saves_in(path: &str) = "Extratos e comprovantes vão para {path}", "Statements and receipts go to {path}";
        banks = "Bancos conhecidos", "Known banks";
        no_banks = "Nenhum ainda. a acrescenta um.", "None yet. a adds one.";
        bank_fixed = "de fora", "from outside";
        name = "Nome", "Name";
        address = "Endereço", "Address";
        add_title = "Acrescentar um banco", "Add a bank";
        edit_title = "Mudar o banco", "Change the bank";
        save = "Guardar", "Keep it";
        remove_title = "Retirar este banco da lista?", "Remove this bank from the list?";
        remove(name: &str) = "{name} deixa de ser oferecido aqui. Suas contas e sessões lá não mudam.", "{name} is no longer offered here. Your accounts and sessions there do not change.";
        remove_stay = "Manter", "Keep it";
        remove_leave = "Retirar", "Remove";
        key_of(key: &str) = "Chave TLS: {key}", "TLS key: {key}";
        key_vouched = "atestada no primeiro contato", "vouched for at first contact";
        no_key = "Nenhuma chave guardada deste banco.", "No key of this bank is kept.";
        forget_key_title = "Esquecer a chave deste banco?", "Forget this bank's key?";
        forget_key(address: &str) = "A próxima chave que {address} mostrar será aceita como no primeiro contato. Antes, confirme com o banco que ela mudou.", "The next key that {address} shows will be taken as at first contact. Before that, have the bank confirm that it changed.";
        forget_key_leave = "Esquecer", "Forget it";
        key_forgotten(address: &str) = "Chave de {address} esquecida.", "Key of {address} forgotten.";
        hidden = "Saldos escondidos. F6 mostra.", "Balances hidden. F6 shows them.";
        shown = "Saldos à vista. F6 esconde.", "Balances shown. F6 hides them.";
    }
}

impl Settings {
    /// Where a setting comes from, when it cannot be changed in the program.
    #[must_use]
    pub const fn origin(self, origin: Origin) -> Option<&'static str> {
        match origin {
            Origin::Chosen => None,
            Origin::Flag => Some(self.by_flag()),
            Origin::Environment => Some(self.by_environment()),
            Origin::File => Some(self.by_file()),
        }
    }

    /// After how long the screen locks.
    #[must_use]
    pub fn lock(self, minutes: u16) -> String {
        match minutes {
            0 => self.never().to_owned(),
            1 => self.one_minute().to_owned(),
            minutes => self.minutes(minutes),
        }
    }

    /// A theme's name.
    #[must_use]
    pub const fn theme_name(self, theme: crate::theme::ThemeName) -> &'static str {
        use crate::theme::ThemeName;
        match theme {
            ThemeName::Dark => self.dark(),
            ThemeName::Light => self.light(),
            ThemeName::HighContrast => self.high_contrast(),
            ThemeName::Mono => self.mono(),
        }
    }
}
