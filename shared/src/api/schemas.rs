//! How the values that prove themselves look in JSON Schema, for the interface's OpenAPI document (feature `openapi`).
//!
//! Never here: a rule. A pattern says the form of a text; whether its check digits hold, only the value's own parser says.

use std::borrow::Cow;

use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{KnownFormat, Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::account::{AccountNumber, AccountRef};
use crate::api::problem::{FieldCode, ProblemCode};
use crate::cnpj::Cnpj;
use crate::cpf::Cpf;
use crate::ids::{BankId, ConsentId, CustomerId, PackageId, SessionId};
use crate::limits::{AMOUNT_MAX, DESCRIPTION_CHARS_MAX, LEGS_MAX, NAME_CHARS_MAX, PASSWORD_CHARS_MAX};
use crate::money::Amount;
use crate::package::{Leg, Legs};
use crate::text::{Description, Name, Password};

/// A text of a form, as a schema of its own name.
macro_rules! text_schemas {
    ($($type:ident $words:literal $schema:expr;)*) => {
        $(
            impl PartialSchema for $type {
                fn schema() -> RefOr<Schema> {
                    let text = ObjectBuilder::new().schema_type(Type::String).description(Some($words));
                    let make: fn(ObjectBuilder) -> ObjectBuilder = $schema;
                    make(text).into()
                }
            }

            impl ToSchema for $type {
                fn name() -> Cow<'static, str> {
                    stringify!($type).into()
                }
            }
        )*
    };
}

fn form(text: ObjectBuilder, pattern: &str, example: &str) -> ObjectBuilder {
    text.pattern(Some(pattern)).examples([example])
}

fn uuid(text: ObjectBuilder) -> ObjectBuilder {
    text.format(Some(SchemaFormat::Custom("uuid".into())))
}

text_schemas! {
    BankId "A bank of the consortium." |text| form(text, "^[a-z](?:[a-z0-9-]{0,30}[a-z0-9])?$", "aurora");
    AccountNumber "An account at its bank; the last digit is a check digit (ISO 7064 MOD 11,10)."
        |text| form(text, "^[0-9]{4,12}-[0-9]$", "1042-8");
    AccountRef "An account anywhere in the consortium: its bank, and its number there."
        |text| form(text, "^[a-z](?:[a-z0-9-]{0,30}[a-z0-9])?/[0-9]{4,12}-[0-9]$", "aurora/1042-8");
    Cpf "A CPF whose check digits hold. Taken with its mask or without, given as eleven digits."
        |text| form(text, r"^(?:[0-9]{11}|[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2})$", "529.982.247-25");
    Cnpj "A CNPJ whose check digits hold, letters included. Taken with its mask or without, given without."
        |text| form(
            text,
            r"^(?:[0-9A-Za-z]{12}[0-9]{2}|[0-9A-Za-z]{2}\.[0-9A-Za-z]{3}\.[0-9A-Za-z]{3}/[0-9A-Za-z]{4}-[0-9]{2})$",
            "12.ABC.345/01DE-35",
        );
    PackageId "A package, by the UUID that the customer's client made." uuid;
    CustomerId "A customer at one bank: opaque, that bank's own." uuid;
    ConsentId "A consent, at the bank where it was given." uuid;
    SessionId "A log-in, as its owner sees it in the list of sessions. Not the token." uuid;
    Name "A person's or a company's name, with a letter in it."
        |text| text.min_length(Some(1)).max_length(Some(NAME_CHARS_MAX));
    Description "What a customer writes beside a leg." |text| text.max_length(Some(DESCRIPTION_CHARS_MAX));
    Password "A password. A new one has 8 characters at least."
        |text| text
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Password)))
            .max_length(Some(PASSWORD_CHARS_MAX));
}

/// Codes as they stand in JSON; the types' own lists of all of them.
macro_rules! code_schemas {
    ($($type:ident $words:literal;)*) => {
        $(
            impl PartialSchema for $type {
                fn schema() -> RefOr<Schema> {
                    let codes = $type::ALL.iter().map(|code| code.as_str());
                    let text = ObjectBuilder::new().schema_type(Type::String).description(Some($words));
                    text.enum_values(Some(codes)).into()
                }
            }

            impl ToSchema for $type {}
        )*
    };
}

code_schemas! {
    ProblemCode "What went wrong with a request, as a stable code.";
    FieldCode "What is wrong with a field, as a stable code.";
}

impl PartialSchema for Amount {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
            .description(Some("Centavos: 12345 is R$ 123,45."))
            .minimum(Some(1))
            .maximum(Some(AMOUNT_MAX))
            .into()
    }
}

impl ToSchema for Amount {}

impl PartialSchema for Legs {
    fn schema() -> RefOr<Schema> {
        ArrayBuilder::new()
            .items(Ref::from_schema_name(Leg::name()))
            .min_items(Some(1))
            .max_items(Some(LEGS_MAX))
            .into()
    }
}

impl ToSchema for Legs {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((Leg::name().into(), Leg::schema()));
        Leg::schemas(schemas);
    }
}
