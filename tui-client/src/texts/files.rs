//! Sentences about files that the customer names.

use crate::app::files::FileTrouble;

sentences! {
    /// Files.
    Files {
        path = "Arquivo", "File";
        read_hint = "Pode começar com ~/, a sua pasta pessoal.", "May begin with ~/, your home directory.";
        write_hint = "Só você poderá ler o arquivo. Com nome em .csv, sai como planilha.", "Only you will be able to read the file. A name in .csv makes it a table.";
        keys = "Tab completa · ↑ ↓ escolhem · Enter confirma · Esc desiste", "Tab completes · ↑ ↓ choose · Enter confirms · Esc gives up";
        waiting = "um instante…", "one moment…";
        exists = "Já existe um arquivo com este nome.", "There is a file of this name already.";
        other_name = "Escolher outro nome", "Choose another name";
        replace = "Substituir o que está lá", "Replace what is there";
        not_found = "Não há arquivo, ou pasta, com este nome.", "There is no file, or no directory, of this name.";
        not_a_file = "Isto é uma pasta, ou não é um arquivo comum.", "This is a directory, or no ordinary file.";
        too_large = "O arquivo passa de 1 MiB: é grande demais para um pacote.", "The file is larger than 1 MiB: too much for a package.";
        not_text = "O arquivo não é texto em UTF-8. Na planilha, salve como “CSV UTF-8”.", "The file is not text in UTF-8. In the spreadsheet, save as “CSV UTF-8”.";
        not_allowed = "O sistema não permite ler ou gravar aí.", "The system does not allow reading or writing there.";
        disk_full = "O disco está cheio: nada foi gravado.", "The disk is full: nothing was written.";
        other(reason: &str) = "Não deu certo: {reason}", "It did not work: {reason}";
        written(path: &str) = "Gravado em {path}", "Written to {path}";
    }
}

impl Files {
    /// Why a file was not read or not written.
    #[must_use]
    pub fn trouble(self, trouble: &FileTrouble) -> String {
        match trouble {
            FileTrouble::NotFound => self.not_found().to_owned(),
            FileTrouble::NotAFile => self.not_a_file().to_owned(),
            FileTrouble::TooLarge => self.too_large().to_owned(),
            FileTrouble::NotText => self.not_text().to_owned(),
            FileTrouble::Exists => self.exists().to_owned(),
            FileTrouble::NotAllowed => self.not_allowed().to_owned(),
            FileTrouble::DiskFull => self.disk_full().to_owned(),
            FileTrouble::Other(reason) => self.other(reason),
        }
    }
}
