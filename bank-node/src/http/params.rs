//! The parts of a path and of a query, read by hand, so that a wrong one is a problem body like any other.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use shared::account::{AccountNumber, AccountRef, AccountTextError};
use shared::ids::BankId;
use shared::limits::{PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX};
use utoipa::{IntoParams, ToSchema};

use super::problems::Failure;

/// The varying parts of the path, in order.
pub struct PathParts(Vec<String>);

impl<S: Send + Sync> FromRequestParts<S> for PathParts {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| Failure::path("A part of the path is not UTF-8."))?;
        Ok(Self(params.iter().map(|(_, value)| value.to_owned()).collect()))
    }
}

impl PathParts {
    fn part(&self, index: usize) -> &str {
        self.0.get(index).map_or("", String::as_str)
    }

    /// What stands at this place.
    pub fn text(&self, index: usize) -> &str {
        self.part(index)
    }

    /// The id at this place.
    pub fn id<T: std::str::FromStr>(&self, index: usize) -> Result<T, Failure> {
        self.part(index).parse().map_err(|_| {
            Failure::path(
                "An id in a path is a UUID with hyphens, for example 019a8c5e-0000-7000-8000-000000000001.",
            )
        })
    }

    /// The account number at this place.
    pub fn number(&self, index: usize) -> Result<AccountNumber, Failure> {
        self.part(index).parse().map_err(|error: AccountTextError| Failure::path(format!("{error}.")))
    }

    /// The account whose bank is at this place and whose number at the next.
    pub fn account(&self, index: usize) -> Result<AccountRef, Failure> {
        let bank: BankId = self.part(index).parse().map_err(|error| Failure::path(format!("{error}.")))?;
        Ok(AccountRef::new(bank, self.number(index + 1)?))
    }
}

/// The query: each parameter at most once, and none unknown.
pub struct Query(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let text = parts.uri.query().unwrap_or_default();
        let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
            .map_err(|_| Failure::query(format!("The query cannot be read: {} characters.", text.len())))?;
        Ok(Self(pairs.0))
    }
}

impl Query {
    /// The values of the parameters with these names.
    pub fn only<const N: usize>(self, names: [&str; N]) -> Result<[Option<String>; N], Failure> {
        let mut values = [const { None }; N];
        for (name, value) in self.0 {
            let Some(place) = names.iter().position(|known| *known == name) else {
                return Err(Failure::query(match names.as_slice() {
                    [] => "This path takes no parameters.".to_owned(),
                    names => format!("This path takes no such parameter, only: {}.", names.join(", ")),
                }));
            };
            if values[place].replace(value).is_some() {
                return Err(Failure::query(format!("{} is given twice.", names[place])));
            }
        }
        Ok(values)
    }

    /// `scope`.
    pub fn scope(self) -> Result<AccountsScope, Failure> {
        let [scope] = self.only(["scope"])?;
        match scope.as_deref() {
            None | Some("bank") => Ok(AccountsScope::Bank),
            Some("consortium") => Ok(AccountsScope::Consortium),
            Some(_) => Err(Failure::query("scope is bank or consortium.")),
        }
    }

    /// `fresh`.
    pub fn fresh(self) -> Result<bool, Failure> {
        let [fresh] = self.only(["fresh"])?;
        is_fresh(fresh.as_deref())
    }

    /// `limit` and `before`.
    pub fn page(self) -> Result<Page, Failure> {
        let [limit, before] = self.only(["limit", "before"])?;
        page(limit, before)
    }

    /// `limit`, `before` and `fresh`.
    pub fn fresh_page(self) -> Result<(Page, bool), Failure> {
        let [limit, before, fresh] = self.only(["limit", "before", "fresh"])?;
        Ok((page(limit, before)?, is_fresh(fresh.as_deref())?))
    }
}

fn is_fresh(text: Option<&str>) -> Result<bool, Failure> {
    match text {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(Failure::query("fresh is true or false.")),
    }
}

fn page(limit: Option<String>, before: Option<String>) -> Result<Page, Failure> {
    let limit = match limit {
        None => PAGE_ROWS_DEFAULT,
        Some(text) => digits(&text)
            .and_then(|limit| usize::try_from(limit).ok())
            .filter(|limit| (1..=PAGE_ROWS_MAX).contains(limit))
            .ok_or_else(|| Failure::query(format!("limit is a whole number from 1 to {PAGE_ROWS_MAX}.")))?,
    };
    let before = before
        .map(|text| digits(&text).ok_or_else(|| Failure::query("before is the next of the page before.")))
        .transpose()?;
    Ok(Page { limit, before })
}

/// Where accounts are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum AccountsScope {
    /// Those of this bank.
    Bank,
    /// Those of every bank, where the customer has consented to it.
    Consortium,
}

/// Which rows of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// How many.
    #[param(required = false, minimum = 1, maximum = 100, default = 50)]
    pub limit: usize,
    /// Only those below this: the `next` of the page before.
    pub before: Option<u64>,
}

/// A whole number as people write it: no sign, no blanks, within what the books can hold.
fn digits(text: &str) -> Option<u64> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten().filter(|number| i64::try_from(*number).is_ok())
}
