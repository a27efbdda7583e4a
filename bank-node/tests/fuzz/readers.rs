//! What every kind of reader promises: of texts and of JSON, what is taken is printed and read back the same.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::api::fields::FromJson;

use crate::fuzz::driver::Reader;

/// A value that is read from a text and printed as one.
pub fn text<T>(name: &'static str, samples: &[&str]) -> Reader
where
    T: FromStr + Display + PartialEq,
{
    by(name, samples, |bytes| {
        let Some(read) = std::str::from_utf8(bytes).ok().and_then(|text| text.parse::<T>().ok()) else {
            return Ok(false);
        };
        let printed = read.to_string();
        match printed.parse::<T>() {
            Ok(again) if again == read => Ok(true),
            Ok(_) => Err(format!("printed as {printed:?}, which is read as another")),
            Err(_) => Err(format!("printed as {printed:?}, which is not read")),
        }
    })
}

/// A value that crosses the wire as JSON, both ways.
pub fn json<T>(name: &'static str, samples: Vec<Vec<u8>>) -> Reader
where
    T: DeserializeOwned + Serialize + PartialEq + Debug,
{
    let read = |bytes: &[u8]| {
        let Ok(read) = serde_json::from_slice::<T>(bytes) else { return Ok(false) };
        let printed = serde_json::to_vec(&read).map_err(|error| format!("not printed: {error}: {read:?}"))?;
        match serde_json::from_slice::<T>(&printed) {
            Ok(again) if again == read => Ok(true),
            Ok(again) => Err(format!("{read:?} is read back as {again:?}")),
            Err(error) => Err(format!("{read:?} is not read back: {error}")),
        }
    };
    Reader { name, samples, read: Box::new(read), share: 1000 }
}

/// A body that is asked with, whose wrong fields are named.
pub fn body<T>(name: &'static str, samples: &[&str]) -> Reader
where
    T: FromJson + Serialize + PartialEq + Debug,
{
    by(name, samples, |bytes| {
        let Ok(value) = serde_json::from_slice::<Value>(bytes) else { return Ok(false) };
        match T::from_json(value) {
            Ok(read) => {
                let printed = serde_json::to_value(&read).map_err(|error| error.to_string())?;
                match T::from_json(printed) {
                    Ok(again) if again == read => Ok(true),
                    Ok(again) => Err(format!("{read:?} is read back as {again:?}")),
                    Err(errors) => Err(format!("{read:?} is not read back: {errors:?}")),
                }
            }
            Err(errors) if errors.is_empty() => Err("refused, and no field is named".to_owned()),
            Err(_) => Ok(false),
        }
    })
}

/// Whatever reads bytes.
pub fn by(
    name: &'static str,
    samples: &[&str],
    read: impl Fn(&[u8]) -> Result<bool, String> + 'static,
) -> Reader {
    let samples = samples.iter().map(|sample| sample.as_bytes().to_vec()).collect();
    Reader { name, samples, read: Box::new(read), share: 1000 }
}
