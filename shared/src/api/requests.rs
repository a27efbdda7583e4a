//! Bodies that a bank is asked with. Reading one yields every wrong field at once.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::fields::{Fields, FromJson};
use super::problem::{FieldCode, FieldError};
use super::replies::Permission;
use crate::cnpj::Cnpj;
use crate::cpf::Cpf;
use crate::ids::{BankId, CustomerId};
use crate::limits::{AMOUNT_MAX, BALANCE_MAX, HOLDERS_MAX, LEGS_MAX, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN};
use crate::money::Amount;
use crate::package::{End, Leg, LegError, Legs};
use crate::text::{Description, Name, Password, TextError};

/// `POST /v1/customers`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignUp {
    /// Who.
    pub cpf: Cpf,
    /// Their name.
    pub name: Name,
    /// Their new password.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password, min_length = 8, max_length = 256))]
    pub password: Password,
}

/// `POST /v1/sessions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogIn {
    /// Who.
    pub cpf: Cpf,
    /// Their password.
    pub password: Password,
}

/// `PATCH /v1/customers/me`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeCustomer {
    /// A new name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// A new password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<ChangePassword>,
}

/// The password of a customer, changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangePassword {
    /// The one in force.
    pub current: Password,
    /// The one to be.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password, min_length = 8, max_length = 256))]
    pub new: Password,
}

/// `POST /v1/accounts`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OpenAccount {
    /// One holder: the caller.
    Personal,
    /// The caller and one to three others.
    Joint {
        /// CPFs of the holders; the caller's own may be among them.
        #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 4))]
        holders: Vec<Cpf>,
    },
    /// A company's, the caller one of its partners.
    Business {
        /// The company.
        cnpj: Cnpj,
        /// The company's name.
        company: Name,
        /// CPFs of the partners; the caller's own may be among them.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        #[cfg_attr(feature = "openapi", schema(max_items = 4))]
        holders: Vec<Cpf>,
    },
}

/// `PUT /v1/packages/{id}` and `POST /v1/packages/preview`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderPackage {
    /// The legs.
    pub legs: Legs,
}

/// `POST /v1/consents`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GiveConsent {
    /// The bank that may ask.
    pub bank: BankId,
    /// For which customer of that bank.
    pub customer: CustomerId,
    /// What it allows; at least one.
    #[cfg_attr(feature = "openapi", schema(min_items = 1))]
    pub permissions: Vec<Permission>,
    /// Centavos.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 100_000_000_000_000_000i64))]
    pub limit_per_package: Option<i64>,
    /// Centavos a day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 100_000_000_000_000_000i64))]
    pub limit_per_day: Option<i64>,
    /// When it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

impl FromJson for SignUp {
    fn from_json(body: Value) -> Result<Self, Vec<FieldError>> {
        let mut fields = Fields::of_body(body);
        let cpf = fields.required_cpf("cpf");
        let name = required_name(&mut fields, "name");
        let password = new_password(&mut fields, "password");
        let built = cpf.zip(name).zip(password).map(|((cpf, name), password)| Self { cpf, name, password });
        fields.finish(built)
    }
}

impl FromJson for LogIn {
    fn from_json(body: Value) -> Result<Self, Vec<FieldError>> {
        let mut fields = Fields::of_body(body);
        let cpf = fields.required_cpf("cpf");
        let password = tried_password(&mut fields, "password");
        fields.finish(cpf.zip(password).map(|(cpf, password)| Self { cpf, password }))
    }
}

impl FromJson for ChangeCustomer {
    fn from_json(body: Value) -> Result<Self, Vec<FieldError>> {
        let mut fields = Fields::of_body(body);
        let name = fields.optional_string("name").and_then(|text| name(&mut fields, "name", &text));
        let password = fields.take("password").and_then(|value| {
            let mut inner = Fields::of_object("password", value);
            let current = tried_password(&mut inner, "current");
            let new = new_password(&mut inner, "new");
            let built = current.zip(new).map(|(current, new)| ChangePassword { current, new });
            inner.finish(built).map_err(|errors| fields.refuse_all(errors)).ok()
        });
        fields.finish(Some(Self { name, password }))
    }
}

impl FromJson for OpenAccount {
    fn from_json(body: Value) -> Result<Self, Vec<FieldError>> {
        let mut fields = Fields::of_body(body);
        let kind = fields.required_string("kind");
        let built = match kind.as_deref() {
            Some("personal") => Some(Self::Personal),
            Some("joint") => {
                let value = fields.required("holders");
                value.and_then(|value| holders(&mut fields, value)).map(|holders| Self::Joint { holders })
            }
            Some("business") => {
                let cnpj = fields.required_cnpj("cnpj");
                let company = required_name(&mut fields, "company");
                let holders = match fields.take("holders") {
                    Some(value) => holders(&mut fields, value),
                    None => Some(Vec::new()),
                };
                let built = cnpj.zip(company).zip(holders);
                built.map(|((cnpj, company), holders)| Self::Business { cnpj, company, holders })
            }
            unknown => {
                if unknown.is_some() {
                    fields.refuse("kind", FieldCode::WrongType);
                }
                // Which of them belong to the kind that was meant, nobody can say: none is called unknown.
                for field in ["holders", "cnpj", "company"] {
                    fields.take(field);
                }
                None
            }
        };
        fields.finish(built)
    }
}

impl FromJson for OrderPackage {
    fn from_json(body: Value) -> Result<Self, Vec<FieldError>> {
        let mut fields = Fields::of_body(body);
        let legs = match fields.required("legs") {
            Some(Value::Array(values)) if values.is_empty() || values.len() > LEGS_MAX => {
                fields.refuse("legs", FieldCode::LegsRange);
                None
            }
            Some(Value::Array(values)) => legs(&mut fields, values),
            Some(_) => {
                fields.refuse("legs", FieldCode::WrongType);
                None
            }
            None => None,
        };
        fields.finish(legs.map(|legs| Self { legs }))
    }
}

impl FromJson for GiveConsent {
    fn from_json(body: Value) -> Result<Self, Vec<FieldError>> {
        let mut fields = Fields::of_body(body);
        let bank = fields.required_string("bank").and_then(|text| {
            // A text that cannot name a bank names none of the consortium.
            text.parse::<BankId>().map_err(|_| fields.refuse("bank", FieldCode::UnknownBank)).ok()
        });
        let customer = fields.required_string("customer").and_then(|text| {
            text.parse::<CustomerId>().map_err(|_| fields.refuse("customer", FieldCode::BadCharacters)).ok()
        });
        let permissions = match fields.required("permissions") {
            Some(value) => permissions(&mut fields, value),
            None => None,
        };
        let limit_per_package = limit(&mut fields, "limit_per_package");
        let limit_per_day = limit(&mut fields, "limit_per_day");
        let expires_at = fields.optional_string("expires_at").and_then(|text| {
            text.parse::<Timestamp>().map_err(|_| fields.refuse("expires_at", FieldCode::WrongType)).ok()
        });
        let built = bank.zip(customer).zip(permissions).map(|((bank, customer), permissions)| Self {
            bank,
            customer,
            permissions,
            limit_per_package,
            limit_per_day,
            expires_at,
        });
        fields.finish(built)
    }
}

fn required_name(fields: &mut Fields, field: &str) -> Option<Name> {
    let text = fields.required_string(field)?;
    name(fields, field, &text)
}

fn name(fields: &mut Fields, field: &str, text: &str) -> Option<Name> {
    let refuse = |error| match error {
        TextError::Empty => fields.refuse(field, FieldCode::TooShort),
        TextError::TooLong => fields.refuse(field, FieldCode::TooLong),
        TextError::BadCharacters => fields.refuse(field, FieldCode::BadCharacters),
    };
    Name::new(text).map_err(refuse).ok()
}

fn new_password(fields: &mut Fields, field: &str) -> Option<Password> {
    let text = fields.required_string(field)?;
    let characters = text.chars().count();
    let password = Password::new(text);
    if characters < PASSWORD_CHARS_MIN {
        fields.refuse(field, FieldCode::TooShort);
        None
    } else if characters > PASSWORD_CHARS_MAX {
        fields.refuse(field, FieldCode::TooLong);
        None
    } else {
        Some(password)
    }
}

fn tried_password(fields: &mut Fields, field: &str) -> Option<Password> {
    let password = Password::new(fields.required_string(field)?);
    if password.reveal().chars().count() > PASSWORD_CHARS_MAX {
        fields.refuse(field, FieldCode::TooLong);
        return None;
    }
    Some(password)
}

fn holders(fields: &mut Fields, value: Value) -> Option<Vec<Cpf>> {
    let Value::Array(values) = value else {
        fields.refuse("holders", FieldCode::WrongType);
        return None;
    };
    if values.len() > HOLDERS_MAX {
        fields.refuse("holders", FieldCode::HoldersRange);
        return None;
    }
    let count = values.len();
    let mut read = Vec::with_capacity(count);
    for (index, value) in values.into_iter().enumerate() {
        let place = format!("holders[{index}]");
        let Some(text) = fields.string(&place, value) else { continue };
        match text.parse::<Cpf>() {
            Ok(cpf) if read.contains(&cpf) => fields.refuse(&place, FieldCode::HolderDuplicate),
            Ok(cpf) => read.push(cpf),
            Err(_) => fields.refuse(&place, FieldCode::InvalidCpf),
        }
    }
    (read.len() == count).then_some(read)
}

fn legs(fields: &mut Fields, values: Vec<Value>) -> Option<Legs> {
    let count = values.len();
    let mut read = Vec::with_capacity(count);
    for (index, value) in values.into_iter().enumerate() {
        match leg(&format!("legs[{index}]"), value) {
            Ok(leg) => read.push(leg),
            Err(errors) => fields.refuse_all(errors),
        }
    }
    if read.len() < count {
        return None;
    }
    Legs::new(read).map_err(|_| fields.refuse("legs", FieldCode::LegsRange)).ok()
}

fn leg(place: &str, value: Value) -> Result<Leg, Vec<FieldError>> {
    let mut fields = Fields::of_object(place, value);
    let amount = fields.required("amount").and_then(|value| {
        let centavos = fields.centavos("amount", &value, AMOUNT_MAX, FieldCode::AmountRange)?;
        Amount::new(centavos).ok()
    });
    let given = |fields: &mut Fields, field: &str| {
        let before = fields.has(field);
        (before, fields.optional_account(field))
    };
    let (from_given, from) = given(&mut fields, "from");
    let (to_given, to) = given(&mut fields, "to");
    let description = match fields.optional_string("description").map(|text| Description::new(&text)) {
        Some(Ok(description)) => description,
        Some(Err(_)) => {
            fields.refuse("description", FieldCode::TooLong);
            None
        }
        None => None,
    };
    let ends_read = from_given == from.is_some() && to_given == to.is_some();
    let end = |account: Option<_>| account.map_or(End::Cash, End::Account);
    let (from, to) = (end(from), end(to));
    // An end that was given and not read is no cash; it has said so, and the pair says nothing more.
    let sound = ends_read
        && Leg::check_ends(&from, &to)
            .map_err(|error| match error {
                LegError::Empty => fields.refuse_here(FieldCode::LegEmpty),
                LegError::SameAccount => fields.refuse_here(FieldCode::SameAccount),
            })
            .is_ok();
    let built = amount.filter(|_| sound).and_then(|amount| Leg::new(from, to, amount, description).ok());
    fields.finish(built)
}

fn permissions(fields: &mut Fields, value: Value) -> Option<Vec<Permission>> {
    let Value::Array(values) = value else {
        fields.refuse("permissions", FieldCode::WrongType);
        return None;
    };
    let mut read = Vec::new();
    for (index, value) in values.iter().enumerate() {
        match value.as_str() {
            Some("view") => read.push(Permission::View),
            Some("pay") => read.push(Permission::Pay),
            Some(_) | None => {
                fields.refuse(&format!("permissions[{index}]"), FieldCode::WrongType);
                return None;
            }
        }
    }
    read.sort();
    read.dedup();
    if read.is_empty() {
        fields.refuse("permissions", FieldCode::Required);
        return None;
    }
    Some(read)
}

fn limit(fields: &mut Fields, field: &str) -> Option<i64> {
    let value = fields.take(field)?;
    fields.centavos(field, &value, BALANCE_MAX, FieldCode::LimitRange)
}
