//! What the tour says, in both languages. A missing sentence does not compile.

use shared::refusal::RefusalCode;

use crate::texts::{Language, Texts};

/// The tour's sentences.
pub struct Sentences {
    /// Opens the tour; takes the banks' names.
    pub welcome: fn(&str) -> String,
    /// Title.
    pub signing_up: &'static str,
    /// Who, at which bank, with which account.
    pub opened: fn(&str, &str, &str) -> String,
    /// At which bank, how many accounts are seen.
    pub connected: fn(&str, usize) -> String,
    /// Title.
    pub paying_in: &'static str,
    /// How much, to which account.
    pub paid_in: fn(&str, &str) -> String,
    /// Title.
    pub sending: &'static str,
    /// Which package, at how many banks.
    pub committed: fn(&str, usize) -> String,
    /// The same id again paid nothing twice.
    pub repeated: &'static str,
    /// Title.
    pub refusing: &'static str,
    /// Which leg, from 1, and why.
    pub leg_refused: fn(usize, &str) -> String,
    /// What a refusal means; takes the centavos that are lacking, where that is known.
    pub refusal: fn(RefusalCode, Option<i64>) -> String,
    /// After a refusal.
    pub nothing_moved: &'static str,
    /// Title; takes the bank's name.
    pub breaking: fn(&str) -> String,
    /// Which bank, after how many answers.
    pub stopped: fn(&str, usize) -> String,
    /// Sent, committed, given up, unknown.
    pub answers: fn(usize, usize, usize, usize) -> String,
    /// Which bank.
    pub started: fn(&str) -> String,
    /// How many packages are paid once.
    pub mended: fn(usize) -> String,
    /// Title.
    pub auditing: &'static str,
    /// A bank, its customers' money, what passed its till, its postings.
    pub books: fn(&str, &str, &str, u64) -> String,
    /// Another bank, what is owed to it, what it owes.
    pub between: fn(&str, &str, &str) -> String,
    /// The audit holds.
    pub audited: &'static str,
    /// The counter.
    pub cash: &'static str,
}

impl Sentences {
    /// The sentences of a language.
    #[must_use]
    pub const fn of(language: Language) -> &'static Self {
        match language {
            Language::PtBr => &PT_BR,
            Language::En => &EN,
        }
    }
}

static PT_BR: Sentences = Sentences {
    welcome: |names| format!("Um consórcio sem banco central, neste processo: {names}."),
    signing_up: "Cadastro, contas e ligação entre os bancos",
    opened: |who, bank, account| format!("{who} é cliente do {bank} e abriu a conta {account}."),
    connected: |bank, count| {
        format!("Logada no {bank}, Ana vê suas {count} contas: os outros bancos têm o consentimento dela.")
    },
    paying_in: "Depósitos em dinheiro",
    paid_in: |amount, account| format!("{amount} depositados em {account}."),
    sending: "Um pacote de quatro transferências entre três bancos: tudo ou nada",
    committed: |id, banks| format!("Realizado nos {banks} bancos. Pacote {id}."),
    repeated: "Enviado de novo com o mesmo código: a resposta é a mesma, e nada foi pago duas vezes.",
    refusing: "Um pacote que não pode ser realizado",
    leg_refused: |leg, why| format!("Transferência {leg}: {why}"),
    refusal: |code, missing| Texts::new(Language::PtBr).codes.refusal_with_missing(code, missing),
    nothing_moved: "A primeira transferência estava em ordem, e também não aconteceu: nada foi debitado.",
    breaking: |bank| format!("O {bank} cai no meio de vários pacotes"),
    stopped: |bank, answers| {
        format!(
            "Depois de {answers} respostas, o {bank} parou como numa queda: nada encerrado, nada avisado."
        )
    },
    answers: |sent, committed, aborted, open| {
        format!(
            "De {sent} pacotes: {committed} executados, {aborted} desistidos sem debitar nada, {open} ainda sem resposta."
        )
    },
    started: |bank| format!("O {bank} voltou e leu nos seus livros o que tinha prometido."),
    mended: |count| {
        format!("Todos os {count} pacotes, reenviados com os mesmos números, foram pagos exatamente uma vez.")
    },
    auditing: "Os livros de cada banco e a auditoria",
    books: |bank, customers, till, postings| {
        format!("{bank:<8} clientes {customers:>13}   caixa {till:>13}   {postings} lançamentos")
    },
    between: |bank, owes, owed| format!("         a pagar ao {bank} {owes}, a receber {owed}"),
    audited: "Nenhum centavo perdido, nenhum criado.",
    cash: "dinheiro",
};

static EN: Sentences = Sentences {
    welcome: |names| format!("A consortium without a central bank, in this process: {names}."),
    signing_up: "Signing up, opening accounts, connecting banks",
    opened: |who, bank, account| format!("{who} is a customer of {bank} and has opened account {account}."),
    connected: |bank, count| {
        format!("Logged in at {bank}, Ana sees her {count} accounts: the other banks hold her consent.")
    },
    paying_in: "Cash is paid in",
    paid_in: |amount, account| format!("{amount} paid into {account}."),
    sending: "One package of four transfers over three banks: all of it or nothing",
    committed: |id, banks| format!("Done at {banks} banks. Package {id}."),
    repeated: "Sent again under the same id: the same answer, and nothing was paid twice.",
    refusing: "A package that cannot be done",
    leg_refused: |leg, why| format!("Transfer {leg}: {why}"),
    refusal: |code, missing| Texts::new(Language::En).codes.refusal_with_missing(code, missing),
    nothing_moved: "The first transfer was in order, and did not happen either: nothing was debited.",
    breaking: |bank| format!("{bank} goes down in the middle of many packages"),
    stopped: |bank, answers| {
        format!("After {answers} answers {bank} stopped as a crash does: nothing drained, nothing said.")
    },
    answers: |sent, committed, aborted, open| {
        format!(
            "Of {sent} packages: {committed} done, {aborted} given up with nothing debited, {open} not yet answered."
        )
    },
    started: |bank| format!("{bank} is back, and has read in its books what it had promised."),
    mended: |count| format!("All {count} packages, sent again under their ids, were paid exactly once."),
    auditing: "The books of each bank, and the audit",
    books: |bank, customers, till, postings| {
        format!("{bank:<8} customers {customers:>13}   till {till:>13}   {postings} postings")
    },
    between: |bank, owes, owed| format!("         owes {bank} {owes}, is owed {owed}"),
    audited: "Not one centavo lost, not one created.",
    cash: "cash",
};
