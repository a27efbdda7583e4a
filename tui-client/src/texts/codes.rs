//! What the banks' codes and the client's own failures mean, for a customer. Every match is exhaustive: a new code does
//! not compile until it has its sentence in both languages.

use shared::api::problem::{FieldCode, ProblemCode};
use shared::key_pin::KeyPin;
use shared::money::Reais;
use shared::refusal::RefusalCode;

use crate::app::bank_keys::BankKey;
use crate::app::wire::{Distrust, Trouble};
use crate::texts::Language;

/// Codes of the banks, and failures.
#[derive(Clone, Copy, Debug)]
pub struct Codes(pub super::Language);

impl Codes {
    /// Why a leg was refused. The caller says which leg, and that nothing was debited.
    #[must_use]
    pub const fn refusal(self, code: RefusalCode) -> &'static str {
        let (pt, en) = match code {
            RefusalCode::BankUnavailable => (
                "um banco desta transferência não está respondendo agora",
                "a bank of this transfer is not answering now",
            ),
            RefusalCode::AccountUnknown => (
                "esta conta não existe, ou não é sua para debitar",
                "this account does not exist, or is not yours to debit",
            ),
            RefusalCode::ConsentMissing => (
                "o banco desta conta ainda não tem a sua autorização: ligue os bancos",
                "this account's bank has no authorisation from you yet: connect the banks",
            ),
            RefusalCode::ConsentLimit => (
                "passa do limite que você autorizou no banco desta conta",
                "it exceeds the limit you authorised at this account's bank",
            ),
            RefusalCode::AccountClosed => ("a conta está encerrada", "the account is closed"),
            RefusalCode::AccountFrozen => {
                ("a conta está bloqueada pelo banco dela", "the account is frozen by its bank")
            }
            RefusalCode::BalanceLimit => (
                "o saldo passaria do máximo que o banco guarda",
                "the balance would pass the most a bank can hold",
            ),
            RefusalCode::InsufficientFunds => {
                ("saldo insuficiente na conta", "not enough money in the account")
            }
            RefusalCode::FundsHeld => (
                "parte do saldo está reservada para outro pacote em andamento; tente de novo em instantes",
                "part of the balance is set aside for another package under way; try again in a moment",
            ),
            RefusalCode::ExposureLimit => (
                "o banco pagador deveria demais ao banco que recebe; divida em partes ou espere",
                "the paying bank would owe the receiving bank too much; split it or wait",
            ),
            RefusalCode::Overloaded => (
                "o banco está com muitos pedidos agora; tente de novo em instantes",
                "the bank has too many requests now; try again in a moment",
            ),
        };
        self.0.pick(pt, en)
    }

    /// The same, with what is lacking where the bank told it.
    #[must_use]
    pub fn refusal_with_missing(self, code: RefusalCode, missing: Option<i64>) -> String {
        let sentence = self.refusal(code);
        match missing {
            Some(centavos) => {
                let lacking = self.0.pick("faltam", "short of");
                format!("{sentence} ({lacking} {})", Reais(centavos))
            }
            None => sentence.to_owned(),
        }
    }

    /// Why a bank did not do what it was asked.
    #[must_use]
    pub const fn problem(self, code: ProblemCode) -> &'static str {
        let (pt, en) = match code {
            ProblemCode::MalformedJson
            | ProblemCode::MalformedPath
            | ProblemCode::MalformedQuery
            | ProblemCode::MethodNotAllowed
            | ProblemCode::UnsupportedMediaType
            | ProblemCode::HeadersTooLarge => (
                "O banco não entendeu este programa: as versões não combinam. Nada foi feito.",
                "The bank did not understand this program: their versions do not match. Nothing was done.",
            ),
            ProblemCode::Unauthenticated => (
                "A sua sessão neste banco terminou. Entre de novo.",
                "Your session at this bank has ended. Log in again.",
            ),
            ProblemCode::InvalidCredentials => (
                "CPF ou senha não conferem neste banco. Ainda não é cliente dele? Faça o cadastro.",
                "CPF or password is wrong at this bank. Not a customer of it yet? Sign up.",
            ),
            ProblemCode::NotFound => (
                "Não existe, ou não é seu: confira o que foi digitado.",
                "It does not exist, or is not yours: check what was typed.",
            ),
            ProblemCode::RequestTimeout => (
                "O pedido demorou demais para chegar ao banco. Tente de novo.",
                "The request took too long to reach the bank. Try again.",
            ),
            ProblemCode::CustomerExists => (
                "Este CPF já tem cadastro neste banco. Entre com a sua senha.",
                "This CPF is already signed up at this bank. Log in with your password.",
            ),
            ProblemCode::PersonalAccountExists => (
                "Você já tem uma conta pessoal neste banco: é uma por pessoa.",
                "You already have a personal account at this bank: it is one per person.",
            ),
            ProblemCode::IdReused => (
                "Este código já é de outra ordem, anterior.",
                "This id already belongs to another, earlier order.",
            ),
            ProblemCode::AccountClosed => ("A conta está encerrada.", "The account is closed."),
            ProblemCode::AccountFrozen => {
                ("A conta está bloqueada pelo banco.", "The account is frozen by its bank.")
            }
            ProblemCode::PasswordChangeRequired => (
                "O banco definiu a sua senha. Troque-a antes de continuar: saia e entre de novo.",
                "The bank has set your password. Change it before anything else: log out and in again.",
            ),
            ProblemCode::AccountNotEmpty => (
                "A conta ainda tem dinheiro, ou dinheiro a caminho.",
                "The account still holds money, or money is on its way.",
            ),
            ProblemCode::AlreadyAnswered => {
                ("Este convite já foi respondido.", "This invitation was already answered.")
            }
            ProblemCode::BodyTooLarge => (
                "O pedido é grande demais para o banco. Nada foi feito.",
                "The request is too large for the bank. Nothing was done.",
            ),
            ProblemCode::InvalidFields => ("Confira os campos marcados.", "Check the marked fields."),
            ProblemCode::PackageRefused => (
                "O pacote foi recusado. Nada foi debitado, e nada será.",
                "The package was refused. Nothing was debited, and nothing will be.",
            ),
            ProblemCode::TooManyRequests => (
                "Tentativas demais em pouco tempo. Espere um pouco e tente de novo.",
                "Too many attempts in a short time. Wait a little and try again.",
            ),
            ProblemCode::PackageAborted => (
                "O pacote parou antes de acontecer. Nada foi debitado; pode ser enviado de novo.",
                "The package stopped before it happened. Nothing was debited; it can be sent again.",
            ),
            ProblemCode::BankUnavailable => {
                ("O outro banco não está respondendo agora.", "The other bank is not answering now.")
            }
            ProblemCode::NotFresh => (
                "Há movimentos a caminho nesta conta, e ainda não se sabe como terminam. Tente de novo em instantes.",
                "Money is on its way on this account, and how that ends is not known yet. Try again in a moment.",
            ),
            ProblemCode::Overloaded => (
                "O banco está com muitos pedidos agora. Tente de novo em instantes.",
                "The bank has too many requests now. Try again in a moment.",
            ),
            ProblemCode::Recovering => (
                "O banco acabou de voltar e está conferindo os livros. Tente de novo em instantes.",
                "The bank has just come back and is checking its books. Try again in a moment.",
            ),
            ProblemCode::DiskFull => (
                "O banco não pode aceitar ordens novas agora: falta espaço nele. Nada foi feito.",
                "The bank cannot take new orders now: it has run out of room. Nothing was done.",
            ),
        };
        self.0.pick(pt, en)
    }

    /// What the bank finds wrong with a field.
    #[must_use]
    pub const fn field(self, code: FieldCode) -> &'static str {
        let (pt, en) = match code {
            FieldCode::Required => ("Preencha este campo.", "Fill in this field."),
            FieldCode::UnknownField | FieldCode::WrongType => (
                "O banco não entende este campo: as versões não combinam.",
                "The bank does not understand this field: versions do not match.",
            ),
            FieldCode::InvalidCpf => {
                ("CPF inválido: confira os dígitos.", "Not a valid CPF: check the digits.")
            }
            FieldCode::InvalidCnpj => {
                ("CNPJ inválido: confira os caracteres.", "Not a valid CNPJ: check the characters.")
            }
            FieldCode::TooShort => ("Curto demais.", "Too short."),
            FieldCode::TooLong => ("Longo demais.", "Too long."),
            FieldCode::BadCharacters => {
                ("Há caracteres que não podem estar aqui.", "It has characters that do not belong here.")
            }
            FieldCode::AmountRange => (
                "O valor vai de R$ 0,01 a R$ 10.000.000.000,00.",
                "An amount is from R$ 0,01 to R$ 10.000.000.000,00.",
            ),
            FieldCode::LegsRange => (
                "Um pacote tem de 1 a 64 transferências, em até 16 bancos.",
                "A package has 1 to 64 transfers, over at most 16 banks.",
            ),
            FieldCode::LegEmpty => (
                "Diga de onde o dinheiro sai ou para onde vai.",
                "Say where the money comes from or where it goes.",
            ),
            FieldCode::SameAccount => (
                "A conta que paga e a que recebe são a mesma.",
                "The payer and the payee are the same account.",
            ),
            FieldCode::MalformedAccount => (
                "Escreva a conta como banco/número, por exemplo aurora/1042-8.",
                "Write the account as bank/number, for example aurora/1042-8.",
            ),
            FieldCode::CheckDigit => (
                "O dígito não confere: há um algarismo trocado.",
                "The check digit does not match: a digit is mistyped.",
            ),
            FieldCode::UnknownBank => {
                ("Este banco não faz parte do consórcio.", "This bank is not part of the consortium.")
            }
            FieldCode::HolderNotCustomer => (
                "Esta pessoa ainda não é cliente deste banco: precisa se cadastrar nele antes.",
                "This person is not a customer of this bank yet: they must sign up there first.",
            ),
            FieldCode::HolderDuplicate => ("Este CPF está repetido.", "This CPF is named twice."),
            FieldCode::HoldersRange => (
                "Conta conjunta tem de 2 a 4 titulares; de empresa, de 1 a 4.",
                "A joint account has 2 to 4 holders, a business account 1 to 4.",
            ),
            FieldCode::AccountsRange => (
                "Cada cliente pode ter até 20 contas em um banco.",
                "A customer has at most 20 accounts at one bank.",
            ),
            FieldCode::Expired => ("Esta data já passou.", "This date has passed."),
            FieldCode::LimitRange => (
                "O limite vai de R$ 0,01 a R$ 1.000.000.000.000.000,00.",
                "A limit is from R$ 0,01 to R$ 1.000.000.000.000.000,00.",
            ),
        };
        self.0.pick(pt, en)
    }

    /// Why there is no reply.
    #[must_use]
    pub fn trouble(self, trouble: &Trouble) -> String {
        let (pt, en) = match trouble {
            Trouble::Unreachable => (
                "O banco não está respondendo neste endereço. Nada foi enviado.",
                "The bank does not answer at this address. Nothing was sent.",
            ),
            Trouble::Distrusted(Distrust::KeyChanged { known, shown }) => {
                return self.key_changed(*known, *shown);
            }
            Trouble::Distrusted(Distrust::PasswordInClear) => (
                "Este endereço é http sem proteção: a senha seria lida no caminho e não foi enviada. Use https, ou permita com --passwords-in-clear.",
                "This address is http without protection: the password would be read on its way and was not sent. Use https, or allow it by --passwords-in-clear.",
            ),
            Trouble::OutcomeUnknown => (
                "O banco não respondeu a tempo: ainda não se sabe se o pedido chegou.",
                "The bank did not answer in time: it is not known yet whether the request arrived.",
            ),
            Trouble::Garbage => (
                "Quem respondeu neste endereço não é um banco do consórcio, ou é de outra versão.",
                "What answered at this address is not a bank of the consortium, or is of another version.",
            ),
            Trouble::Problem(problem) => {
                let sentence = self.problem(problem.code);
                return match problem.retry_after_ms.filter(|_| problem.code == ProblemCode::TooManyRequests) {
                    Some(wait) => format!("{sentence} ({} s)", wait.div_ceil(1_000)),
                    None => sentence.to_owned(),
                };
            }
        };
        self.0.pick(pt, en).to_owned()
    }

    /// A bank's key was seen for the first time: what to do about it. The key stands first, where no narrow line cuts it.
    #[must_use]
    pub fn key_met(self, met: &BankKey) -> String {
        let BankKey { address, key, vouched, bank: _ } = met;
        match (self.0, vouched) {
            (Language::PtBr, false) => {
                format!(
                    "{key} é a chave de {address}, vista pela primeira vez: compare com o que o banco diz"
                )
            }
            (Language::PtBr, true) => {
                format!(
                    "{key} é a chave de {address}, vista pela primeira vez; uma autoridade deste sistema a atesta"
                )
            }
            (Language::En, false) => {
                format!(
                    "{key} is the key of {address}, seen for the first time: compare it with what the bank says"
                )
            }
            (Language::En, true) => {
                format!(
                    "{key} is the key of {address}, seen for the first time; an authority of this system vouches for it"
                )
            }
        }
    }

    /// A bank shows another key than it is known by: what it may mean, and what to do.
    fn key_changed(self, known: KeyPin, shown: KeyPin) -> String {
        match self.0 {
            Language::PtBr => format!(
                "A chave deste banco mudou: era {known}, agora é {shown}. Pode ser outro se passando por ele; nada foi \
                 enviado. Pergunte ao banco, por outro meio, qual é a certa. Se for a nova, esqueça a antiga nos \
                 ajustes, ou com `tui-client keys forget`."
            ),
            Language::En => format!(
                "This bank's key has changed: it was {known}, now it is {shown}. Somebody may be posing as the bank; \
                 nothing was sent. Ask the bank, by another way, which is right. If it is the new one, forget the old \
                 one in the settings, or by `tui-client keys forget`."
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::api::problem::Problem;

    /// The compiler sees to it that each code has a sentence; this, that no sentence is a stopgap and that the two
    /// languages differ.
    #[test]
    fn each_code_has_a_sentence_of_its_own_in_both_languages() {
        let (pt, en) = (Codes(Language::PtBr), Codes(Language::En));
        let mut pairs: Vec<(String, String, String)> = Vec::new();
        for code in RefusalCode::ALL {
            pairs.push((code.as_str().into(), pt.refusal(code).into(), en.refusal(code).into()));
        }
        for code in ProblemCode::ALL {
            pairs.push((code.as_str().into(), pt.problem(*code).into(), en.problem(*code).into()));
        }
        for code in FieldCode::ALL {
            pairs.push((code.as_str().into(), pt.field(*code).into(), en.field(*code).into()));
        }
        let (known, shown) = (KeyPin::of_public_key_info(b"1"), KeyPin::of_public_key_info(b"2"));
        let troubles = [
            Trouble::Distrusted(Distrust::KeyChanged { known, shown }),
            Trouble::Distrusted(Distrust::PasswordInClear),
            Trouble::Unreachable,
            Trouble::OutcomeUnknown,
            Trouble::Garbage,
            Trouble::Problem(Box::new(Problem::new(ProblemCode::Overloaded))),
        ];
        for trouble in troubles {
            pairs.push((format!("{trouble:?}"), pt.trouble(&trouble), en.trouble(&trouble)));
        }
        assert_eq!(pairs.len(), 11 + ProblemCode::ALL.len() + FieldCode::ALL.len() + 6);
        for (code, pt, en) in pairs {
            assert!(pt.chars().count() >= 12 && en.chars().count() >= 8, "{code}: {pt} / {en}");
            assert_ne!(pt, en, "{code}");
            assert!(!pt.contains(&code) && !en.contains(&code), "{code} shows its code: {pt} / {en}");
        }
    }
    /// The words in backticks of one part of `docs/api.md`.
    fn quoted(page: &str, from: &str, until: &str) -> Vec<String> {
        let (_, part) = page.split_once(from).expect("where it begins");
        let (part, _) = part.split_once(until).expect("where it ends");
        let words = part.split('`').skip(1).step_by(2).map(str::to_owned);
        words.filter(|word| word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')).collect()
    }

    /// What the page of the interface lists is what has its sentence here, and nothing besides.
    #[test]
    fn every_code_of_the_interfaces_page_has_its_sentence() {
        let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/api.md");
        let page = std::fs::read_to_string(page).expect("docs/api.md");
        let listed = quoted(&page, "| status | codes |", "## Customers");
        let problems = ProblemCode::ALL.iter().map(|c| c.as_str().to_owned());
        let fields = FieldCode::ALL.iter().map(|c| c.as_str().to_owned());
        let said: std::collections::BTreeSet<String> = problems.chain(fields).collect();
        let missing: Vec<&String> = said.iter().filter(|code| !listed.contains(code)).collect();
        assert!(missing.is_empty(), "not on the page: {missing:?}");
        let unknown: Vec<&String> = listed.iter().filter(|code| !said.contains(*code)).collect();
        assert!(unknown.is_empty(), "no sentence: {unknown:?}");
        let listed = quoted(&page, "Refusal codes, one per leg", "make a package `aborted`");
        let refusals: Vec<String> = RefusalCode::ALL.iter().map(|c| c.as_str().to_owned()).collect();
        for code in &refusals {
            assert!(listed.contains(code), "not on the page: {code}");
        }
        let more = ["missing"];
        let unknown: Vec<&String> =
            listed.iter().filter(|c| !refusals.contains(c) && !more.contains(&c.as_str())).collect();
        assert!(unknown.is_empty(), "no sentence: {unknown:?}");
    }
}
