//! The one error body: `application/problem+json` (RFC 9457) with a stable code.

use serde::{Deserialize, Serialize};

use super::replies::PackageReply;
use crate::refusal::{Refusal, RefusalCode};

/// The media type of [`Problem`].
pub const PROBLEM_MEDIA_TYPE: &str = "application/problem+json";

macro_rules! problem_codes {
    ($($(#[$doc:meta])* $name:ident = $status:literal $code:literal $title:literal,)*) => {
        /// What went wrong with a request, as a stable code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum ProblemCode {
            $($(#[$doc])* #[serde(rename = $code)] $name,)*
        }

        impl ProblemCode {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The HTTP status that goes with it.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// The code as it stands in JSON.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// A short sentence, the same for each occurrence.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

problem_codes! {
    /// Not JSON, or nested too deep.
    MalformedJson = 400 "malformed_json" "The body is not well-formed JSON.",
    /// A bad UUID or account in the path.
    MalformedPath = 400 "malformed_path" "A part of the path is not well formed.",
    /// A bad or unknown parameter in the query.
    MalformedQuery = 400 "malformed_query" "The query is not well formed.",
    /// No session, or one that has ended.
    Unauthenticated = 401 "unauthenticated" "Log in first.",
    /// CPF and password do not belong together.
    InvalidCredentials = 401 "invalid_credentials" "CPF or password is wrong.",
    /// The password was set by the bank: all but its change waits.
    PasswordChangeRequired = 403 "password_change_required" "Change your password first: the bank has set the one that you used.",
    /// Not there, or not yours.
    NotFound = 404 "not_found" "There is no such thing here.",
    /// The path is known, the method is not.
    MethodNotAllowed = 405 "method_not_allowed" "This path does not take this method.",
    /// The body or its headers did not arrive in time.
    RequestTimeout = 408 "request_timeout" "The request took too long.",
    /// The CPF is signed up at this bank.
    CustomerExists = 409 "customer_exists" "This CPF is signed up at this bank already.",
    /// One personal account per customer and bank.
    PersonalAccountExists = 409 "personal_account_exists" "You have a personal account at this bank already.",
    /// The package id was used for something else.
    IdReused = 409 "id_reused" "This package id was used for another order.",
    /// The account is closed for good.
    AccountClosed = 409 "account_closed" "The account is closed for good.",
    /// The bank has frozen the account.
    AccountFrozen = 409 "account_frozen" "The account is frozen by its bank.",
    /// Money is on the account, held or incoming.
    AccountNotEmpty = 409 "account_not_empty" "The account still holds money, or money is on its way.",
    /// The invitation was accepted or declined before.
    AlreadyAnswered = 409 "already_answered" "This invitation was answered already.",
    /// Larger than the limit.
    BodyTooLarge = 413 "body_too_large" "The body is too large.",
    /// The body is not declared as JSON.
    UnsupportedMediaType = 415 "unsupported_media_type" "The body must be application/json.",
    /// At least one field is wrong; `errors` names each.
    InvalidFields = 422 "invalid_fields" "Some fields are wrong.",
    /// Final: nothing moved and nothing will under this id; `refusals` names each failing leg.
    PackageRefused = 422 "package_refused" "The package is refused. Nothing was debited, and nothing will be.",
    /// Too many of these requests; `retry_after_ms` says when again.
    TooManyRequests = 429 "too_many_requests" "Too many requests. Wait a little.",
    /// The request line and headers are larger than the limit.
    HeadersTooLarge = 431 "headers_too_large" "The headers are too large.",
    /// This attempt ended and moved nothing; the same id may be sent again.
    PackageAborted = 503 "package_aborted" "The package was given up for now. Nothing was debited; send it again.",
    /// Another bank did not answer.
    BankUnavailable = 503 "bank_unavailable" "A bank does not answer now.",
    /// What is under way on the account could not be told in time, and a fresh look was asked for.
    NotFresh = 503 "not_fresh" "What is under way on this account cannot be told now.",
    /// Too much under way.
    Overloaded = 503 "overloaded" "The bank has too much under way now.",
    /// The bank is finding out what it may have forgotten.
    Recovering = 503 "recovering" "The bank is recovering its books.",
    /// No room for new packages; decisions are still taken.
    DiskFull = 503 "disk_full" "The bank has no room for new packages now.",
}

/// The body of every error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A URI reference that names the kind of problem: `/problems/CODE`.
    #[serde(rename = "type")]
    pub kind: String,
    /// A short sentence, the same for each occurrence of the code.
    pub title: String,
    /// The HTTP status, as a number.
    pub status: u16,
    /// What happened here.
    pub detail: String,
    /// The stable code.
    pub code: ProblemCode,
    /// One entry per wrong field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// One entry per refused leg.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refusals: Vec<RefusalReply>,
    /// The package that was refused or given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<Box<PackageReply>>,
    /// When it makes sense to ask again, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl Problem {
    /// A problem with the code's own title as its detail.
    #[must_use]
    pub fn new(code: ProblemCode) -> Self {
        Self {
            kind: format!("/problems/{}", code.as_str()),
            title: code.title().to_owned(),
            status: code.status(),
            detail: code.title().to_owned(),
            code,
            errors: Vec::new(),
            refusals: Vec::new(),
            package: None,
            retry_after_ms: None,
        }
    }

    /// The same with a detail of its own.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// The same, to be tried again after so many milliseconds.
    #[must_use]
    pub const fn retry_after(mut self, milliseconds: u64) -> Self {
        self.retry_after_ms = Some(milliseconds);
        self
    }

    /// `invalid_fields` with these entries.
    #[must_use]
    pub fn invalid_fields(errors: Vec<FieldError>) -> Self {
        Self { errors, ..Self::new(ProblemCode::InvalidFields) }
    }
}

/// A refused leg, as it stands in a problem or a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefusalReply {
    /// The leg, counted from 0.
    pub leg: u16,
    /// Why.
    pub code: RefusalCode,
    /// The same in a sentence.
    pub detail: String,
    /// Centavos lacking, where the customer may know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<i64>,
}

impl From<&Refusal> for RefusalReply {
    fn from(refusal: &Refusal) -> Self {
        Self {
            leg: refusal.leg,
            code: refusal.code,
            detail: refusal.code.sentence().to_owned(),
            missing: refusal.missing,
        }
    }
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// The field's path: `password`, `legs[2].amount`, `holders[0]`.
    pub field: String,
    /// What is wrong, as a stable code.
    pub code: FieldCode,
    /// The same in a sentence.
    pub detail: String,
}

macro_rules! field_codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal $sentence:literal,)*) => {
        /// What is wrong with a field, as a stable code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum FieldCode {
            $($(#[$doc])* #[serde(rename = $code)] $name,)*
        }

        impl FieldCode {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The code as it stands in JSON.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// A sentence for people who read JSON.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence,)* }
            }
        }
    };
}

field_codes! {
    /// Left out.
    Required = "required" "This field is required.",
    /// Not a field of this request.
    UnknownField = "unknown_field" "This request has no such field.",
    /// A string where a number is wanted, and the like; a fraction where a whole number is.
    WrongType = "wrong_type" "This field is of another type.",
    /// Check digits do not hold.
    InvalidCpf = "invalid_cpf" "Not a valid CPF.",
    /// Check digits do not hold.
    InvalidCnpj = "invalid_cnpj" "Not a valid CNPJ.",
    /// Fewer characters than needed.
    TooShort = "too_short" "Too short.",
    /// More characters than allowed.
    TooLong = "too_long" "Too long.",
    /// Nothing readable in it, or characters that do not belong.
    BadCharacters = "bad_characters" "It has characters that do not belong here.",
    /// Not from 1 to the largest amount.
    AmountRange = "amount_range" "An amount is a whole number of centavos from 1 to 1000000000000.",
    /// Not 1 to 64 legs, or more than 16 banks.
    LegsRange = "legs_range" "A package has 1 to 64 legs over at most 16 banks.",
    /// Neither end given.
    LegEmpty = "leg_empty" "A leg needs from, to or both.",
    /// Both ends are one account.
    SameAccount = "same_account" "From and to are the same account.",
    /// Not `bank/number`.
    MalformedAccount = "malformed_account" "An account is written bank/number, for example aurora/1042-8.",
    /// A digit is mistyped.
    CheckDigit = "check_digit" "The check digit does not match: a digit is mistyped.",
    /// Not a bank of the consortium.
    UnknownBank = "unknown_bank" "No such bank in the consortium.",
    /// Not signed up at this bank.
    HolderNotCustomer = "holder_not_customer" "This person is not a customer of this bank.",
    /// Named twice.
    HolderDuplicate = "holder_duplicate" "This person is named twice.",
    /// Too few or too many holders for this kind of account.
    HoldersRange = "holders_range" "A joint account has 2 to 4 holders, a business account 1 to 4.",
    /// No more accounts for this customer at this bank.
    AccountsRange = "accounts_range" "A customer has at most 20 accounts at one bank.",
    /// A time that has passed.
    Expired = "expired" "This time has passed.",
    /// A limit that is not positive, or beyond what can be.
    LimitRange = "limit_range" "A limit is a whole number of centavos from 1 to 100000000000000000.",
}

impl FieldError {
    /// `field` is wrong in the way that `code` says.
    #[must_use]
    pub fn new(field: impl Into<String>, code: FieldCode) -> Self {
        Self { field: field.into(), code, detail: code.sentence().to_owned() }
    }
}
