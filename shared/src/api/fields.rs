//! Reads a JSON object field by field and reports every wrong field, not the first only.

use serde_json::{Map, Value};

use super::problem::{FieldCode, FieldError};
use crate::account::{AccountRef, AccountTextError};
use crate::cnpj::Cnpj;
use crate::cpf::Cpf;

/// A request body that can be read from JSON.
pub trait FromJson: Sized {
    /// Reads the whole body.
    ///
    /// # Errors
    /// One entry per wrong field.
    fn from_json(body: Value) -> Result<Self, Vec<FieldError>>;
}

/// A JSON object being read: each field is taken once, what is left over is unknown.
pub struct Fields {
    /// Where this object stands in the body: empty, or `legs[2].`.
    prefix: String,
    object: Map<String, Value>,
    /// Whether there is an object at all. What is none has said so, and has nothing missing or amiss inside.
    is_object: bool,
    errors: Vec<FieldError>,
}

impl Fields {
    /// Begins to read the body itself.
    #[must_use]
    pub fn of_body(body: Value) -> Self {
        Self::of_object("", body)
    }

    /// Begins to read an object at `place` inside the body.
    #[must_use]
    pub fn of_object(place: &str, value: Value) -> Self {
        let prefix = if place.is_empty() { String::new() } else { format!("{place}.") };
        match value {
            Value::Object(object) => Self { prefix, object, is_object: true, errors: Vec::new() },
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                let errors = vec![FieldError::new(place, FieldCode::WrongType)];
                Self { prefix, object: Map::new(), is_object: false, errors }
            }
        }
    }

    /// The path of `field` in the body.
    #[must_use]
    pub fn path(&self, field: &str) -> String {
        format!("{}{field}", self.prefix)
    }

    /// Notes that `field` is wrong.
    pub fn refuse(&mut self, field: &str, code: FieldCode) {
        self.errors.push(FieldError::new(self.path(field), code));
    }

    /// Notes that this object as a whole is wrong.
    pub fn refuse_here(&mut self, code: FieldCode) {
        if self.is_object {
            self.errors.push(FieldError::new(self.prefix.trim_end_matches('.'), code));
        }
    }

    /// Whether `field` was given and not yet taken.
    #[must_use]
    pub fn has(&self, field: &str) -> bool {
        self.object.contains_key(field)
    }

    /// Notes wrong fields found further inside.
    pub fn refuse_all(&mut self, errors: Vec<FieldError>) {
        self.errors.extend(errors);
    }

    /// The field as it stands, if it was given.
    pub fn take(&mut self, field: &str) -> Option<Value> {
        self.object.remove(field)
    }

    /// A field that must be there.
    pub fn required(&mut self, field: &str) -> Option<Value> {
        let value = self.take(field);
        if value.is_none() && self.is_object {
            self.refuse(field, FieldCode::Required);
        }
        value
    }

    /// Notes a wrong type unless `value` is a string.
    pub fn string(&mut self, field: &str, value: Value) -> Option<String> {
        if let Value::String(text) = value {
            Some(text)
        } else {
            self.refuse(field, FieldCode::WrongType);
            None
        }
    }

    /// A required string.
    pub fn required_string(&mut self, field: &str) -> Option<String> {
        let value = self.required(field)?;
        self.string(field, value)
    }

    /// An optional string.
    pub fn optional_string(&mut self, field: &str) -> Option<String> {
        let value = self.take(field)?;
        self.string(field, value)
    }

    /// A whole number of centavos from 1 to `max`, else `range` is noted. A fraction is of the wrong type.
    pub fn centavos(&mut self, field: &str, value: &Value, max: i64, range: FieldCode) -> Option<i64> {
        let Value::Number(number) = value else {
            self.refuse(field, FieldCode::WrongType);
            return None;
        };
        if let Some(centavos) = number.as_i64().filter(|c| (1..=max).contains(c)) {
            return Some(centavos);
        }
        let whole = number.is_i64() || number.is_u64() || number.as_f64().is_some_and(|f| f.fract() == 0.0);
        // `100.0` is a float to every JSON reader, and money is never one, however whole it looks.
        let huge = number.as_f64().is_some_and(|f| f.abs() >= 9.2e18);
        let code = if whole && (!number.is_f64() || huge) { range } else { FieldCode::WrongType };
        self.refuse(field, code);
        None
    }

    /// A required CPF.
    pub fn required_cpf(&mut self, field: &str) -> Option<Cpf> {
        let text = self.required_string(field)?;
        text.parse().map_err(|_| self.refuse(field, FieldCode::InvalidCpf)).ok()
    }

    /// A required CNPJ.
    pub fn required_cnpj(&mut self, field: &str) -> Option<Cnpj> {
        let text = self.required_string(field)?;
        text.parse().map_err(|_| self.refuse(field, FieldCode::InvalidCnpj)).ok()
    }

    /// An optional account reference.
    pub fn optional_account(&mut self, field: &str) -> Option<AccountRef> {
        let text = self.optional_string(field)?;
        match text.parse() {
            Ok(account) => Some(account),
            Err(AccountTextError::Malformed) => {
                self.refuse(field, FieldCode::MalformedAccount);
                None
            }
            Err(AccountTextError::CheckDigit) => {
                self.refuse(field, FieldCode::CheckDigit);
                None
            }
        }
    }

    /// Ends the reading: what was not taken is unknown. `built` is the value that the fields make, when all were right.
    ///
    /// # Errors
    /// Every wrong field, in the order of reading; of one object, the unknown ones last.
    pub fn finish<T>(mut self, built: Option<T>) -> Result<T, Vec<FieldError>> {
        let unknown: Vec<String> = self.object.keys().cloned().collect();
        for field in unknown {
            self.refuse(&field, FieldCode::UnknownField);
        }
        match built {
            Some(value) if self.errors.is_empty() => Ok(value),
            Some(_) | None => {
                debug_assert!(!self.errors.is_empty(), "a body that was not built names a wrong field");
                Err(self.errors)
            }
        }
    }
}
