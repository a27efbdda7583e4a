//! What is wrong with what was typed, as a value; [`crate::texts::forms`] says it in words.

use shared::account::AccountTextError;
use shared::api::problem::FieldCode;
use shared::money::MoneyTextError;

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Complaint {
    /// Nothing was typed.
    Required,
    /// Fewer characters than so many.
    TooShort(usize),
    /// More characters than so many.
    TooLong(usize),
    /// Characters that a name kept on disk may not have.
    NameCharacters,
    /// No letter in a name.
    NoLetter,
    /// Not eleven digits.
    CpfLength,
    /// Check digits do not hold.
    InvalidCpf,
    /// A company's number where a person's is wanted.
    CnpjGiven,
    /// Not a company's number.
    InvalidCnpj,
    /// Not money.
    MoneyMalformed,
    /// `1.23`: could be two things.
    MoneyAmbiguous,
    /// Zero, or too much.
    MoneyRange,
    /// Not `bank/number`.
    AccountMalformed,
    /// A digit is mistyped.
    CheckDigit,
    /// Not an address.
    AddressMalformed,
    /// No such bank in the consortium.
    UnknownBank,
    /// The second password is another one.
    PasswordsDiffer,
    /// The new password is the one that the bank has set.
    PasswordOfTheBank,
    /// Payer and payee are one account.
    SameAccount,
    /// No account of that number.
    PayeeUnknown,
    /// The customer has no account in sight to choose from.
    NoOwnAccount,
    /// Not a line `payer=payee:amount`.
    LineMalformed,
    /// A table's row without what its columns promise.
    RowMalformed,
    /// A table without the columns for payer, payee and amount.
    ColumnsMissing,
    /// A quote that goes over several lines.
    QuoteOpen,
    /// More legs than a package takes.
    TooManyLegs,
    /// One's own CPF where others are named.
    OwnCpf,
    /// More for a package than for a day.
    OverDayLimit,
    /// None of the options is chosen.
    Choose,
    /// Not the password in force.
    WrongPassword,
    /// A bank of this address is on the list.
    BankKnown,
    /// What the bank says.
    Bank(FieldCode),
}

impl From<MoneyTextError> for Complaint {
    fn from(error: MoneyTextError) -> Self {
        match error {
            MoneyTextError::Empty => Self::Required,
            MoneyTextError::Malformed => Self::MoneyMalformed,
            MoneyTextError::Ambiguous => Self::MoneyAmbiguous,
            MoneyTextError::OutOfRange(_) => Self::MoneyRange,
        }
    }
}

impl From<AccountTextError> for Complaint {
    fn from(error: AccountTextError) -> Self {
        match error {
            AccountTextError::Malformed => Self::AccountMalformed,
            AccountTextError::CheckDigit => Self::CheckDigit,
        }
    }
}
