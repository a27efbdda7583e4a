//! What is wrong with what was typed, said under the field.

use crate::widgets::complaint::Complaint;

sentences! {
    /// Complaints and hints of fields.
    Forms {
        required = "Preencha este campo.", "Fill in this field.";
        too_short(characters: usize) = "No mínimo {characters} caracteres.", "At least {characters} characters.";
        too_long(characters: usize) = "No máximo {characters} caracteres.", "At most {characters} characters.";
        name_characters = "Use letras, algarismos, espaços, - e _.", "Use letters, digits, blanks, - and _.";
        no_letter = "Escreva com letras.", "Use letters.";
        cpf_length = "Um CPF tem 11 dígitos.", "A CPF has 11 digits.";
        invalid_cpf = "CPF inválido: confira os dígitos.", "Not a valid CPF: check the digits.";
        cnpj_given = "Isto é um CNPJ. Entre com o CPF de um dos sócios: a conta da empresa aparece para ele.", "This is a CNPJ. Use the CPF of one of the partners: the company's account shows up for them.";
        invalid_cnpj = "CNPJ inválido: confira os caracteres.", "Not a valid CNPJ: check the characters.";
        money_malformed = "Escreva o valor assim: 1.234,56", "Write the amount like this: 1.234,56";
        money_ambiguous = "Escreva os centavos com vírgula: 1,23", "Write the centavos with a comma: 1,23";
        money_range = "O valor vai de R$ 0,01 a R$ 10.000.000.000,00.", "An amount is from R$ 0,01 to R$ 10.000.000.000,00.";
        account_malformed = "Escreva a conta assim: aurora/1042-8", "Write the account like this: aurora/1042-8";
        check_digit = "O dígito não confere: há um algarismo trocado.", "The check digit does not match: a digit is mistyped.";
        address_malformed = "Escreva o endereço assim: 127.0.0.1:7001", "Write the address like this: 127.0.0.1:7001";
        unknown_bank = "Nenhum banco do consórcio tem este nome, código ou endereço.", "No bank of the consortium has this name, id or address.";
        password_of_the_bank = "Escolha uma senha diferente da que o banco definiu.", "Choose another password than the one that the bank has set.";
        passwords_differ = "As duas senhas não são iguais.", "The two passwords are not the same.";
        same_account = "A conta que paga e a que recebe são a mesma.", "The payer and the payee are the same account.";
        payee_unknown = "Não existe conta com este número neste banco.", "There is no account with this number at this bank.";
        no_own_account = "Você ainda não tem conta à vista: abra uma, ou ligue o banco dela.", "You have no account in sight yet: open one, or connect its bank.";
        line_malformed = "Escreva a linha assim: aurora/1042-8=boreal/2001-0:150,00", "Write the line like this: aurora/1042-8=boreal/2001-0:150,00";
        row_malformed = "Falta uma coluna nesta linha, ou sobra: são as do cabeçalho.", "A column is missing in this line, or one too many: they are those of the heading.";
        columns_missing = "O cabeçalho pede as colunas de;para;valor (e descricao, se houver).", "The heading wants the columns from,to,amount (and description, if any).";
        quote_open = "Aspas abertas nesta linha ou antes dela, e não fechadas na mesma linha.", "A quote was opened in this line or before it, and not closed in the same line.";
        too_many_legs = "Um pacote tem no máximo 64 transferências.", "A package has at most 64 transfers.";
        over_day_limit = "Mais do que o limite por dia: nenhum pacote chegaria a tanto.", "More than the limit per day: no package could reach it.";
        own_cpf = "Este é o seu CPF: você já está incluído.", "This is your own CPF: you are included already.";
        choose = "Escolha uma opção.", "Choose an option.";
        wrong_password = "Não é a senha atual.", "This is not the current password.";
        bank_known = "Este endereço já está na lista.", "This address is on the list already.";
        shown = "F3 esconde a senha", "F3 hides the password";
        hidden = "F3 mostra a senha", "F3 shows the password";
    }
}

impl Forms {
    /// How passwords are shown or hidden.
    #[must_use]
    pub const fn secret_hint(self, shown: bool) -> &'static str {
        if shown { self.shown() } else { self.hidden() }
    }

    /// A complaint in a sentence.
    #[must_use]
    pub fn complaint(self, complaint: &Complaint) -> String {
        match complaint {
            Complaint::Required => self.required().to_owned(),
            Complaint::TooShort(n) => self.too_short(*n),
            Complaint::TooLong(n) => self.too_long(*n),
            Complaint::NameCharacters => self.name_characters().to_owned(),
            Complaint::NoLetter => self.no_letter().to_owned(),
            Complaint::CpfLength => self.cpf_length().to_owned(),
            Complaint::InvalidCpf => self.invalid_cpf().to_owned(),
            Complaint::CnpjGiven => self.cnpj_given().to_owned(),
            Complaint::InvalidCnpj => self.invalid_cnpj().to_owned(),
            Complaint::MoneyMalformed => self.money_malformed().to_owned(),
            Complaint::MoneyAmbiguous => self.money_ambiguous().to_owned(),
            Complaint::MoneyRange => self.money_range().to_owned(),
            Complaint::AccountMalformed => self.account_malformed().to_owned(),
            Complaint::CheckDigit => self.check_digit().to_owned(),
            Complaint::AddressMalformed => self.address_malformed().to_owned(),
            Complaint::UnknownBank => self.unknown_bank().to_owned(),
            Complaint::PasswordsDiffer => self.passwords_differ().to_owned(),
            Complaint::PasswordOfTheBank => self.password_of_the_bank().to_owned(),
            Complaint::SameAccount => self.same_account().to_owned(),
            Complaint::PayeeUnknown => self.payee_unknown().to_owned(),
            Complaint::NoOwnAccount => self.no_own_account().to_owned(),
            Complaint::LineMalformed => self.line_malformed().to_owned(),
            Complaint::RowMalformed => self.row_malformed().to_owned(),
            Complaint::ColumnsMissing => self.columns_missing().to_owned(),
            Complaint::QuoteOpen => self.quote_open().to_owned(),
            Complaint::TooManyLegs => self.too_many_legs().to_owned(),
            Complaint::OwnCpf => self.own_cpf().to_owned(),
            Complaint::OverDayLimit => self.over_day_limit().to_owned(),
            Complaint::Choose => self.choose().to_owned(),
            Complaint::WrongPassword => self.wrong_password().to_owned(),
            Complaint::BankKnown => self.bank_known().to_owned(),
            Complaint::Bank(code) => super::codes::Codes(self.0).field(*code).to_owned(),
        }
    }
}
