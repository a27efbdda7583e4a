//! How one value stands in one column, read and written. What cannot be what was written is told as damage, by table
//! and column, never with the value: it may be personal.

use std::str::FromStr;

use rusqlite::types::FromSql;
use rusqlite::{Connection, Params, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::text::Name;
use uuid::Uuid;

use crate::ledger::LedgerFault;

/// Makes the database's word on a failed `action` a fault.
pub(crate) fn fault(action: &'static str) -> impl Fn(rusqlite::Error) -> LedgerFault {
    move |cause| LedgerFault::Storage { action, cause: cause.to_string() }
}

/// A count as the database holds numbers.
pub(crate) fn int(count: u64) -> Result<i64, LedgerFault> {
    i64::try_from(count).map_err(|_| LedgerFault::Storage {
        action: "store a number",
        cause: format!("{count} is beyond 2^63"),
    })
}

/// A nested value as JSON.
pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> Result<String, LedgerFault> {
    serde_json::to_string(value)
        .map_err(|cause| LedgerFault::Storage { action: "write a record as JSON", cause: cause.to_string() })
}

/// One row, being read by the places of its columns.
pub(crate) struct Cells<'row, 'statement> {
    row: &'row Row<'statement>,
    table: &'static str,
}

impl Cells<'_, '_> {
    fn damaged(&self, place: usize, how: &str) -> LedgerFault {
        let column = self.row.as_ref().column_name(place).unwrap_or("a column");
        LedgerFault::Damaged { what: format!("{}.{column} {how}", self.table) }
    }

    fn plain<T: FromSql>(&self, place: usize) -> Result<T, LedgerFault> {
        self.row.get(place).map_err(|_| self.damaged(place, "is of the wrong type"))
    }

    /// A number.
    pub(crate) fn number(&self, place: usize) -> Result<i64, LedgerFault> {
        self.plain(place)
    }

    /// A number, or null.
    pub(crate) fn number_if(&self, place: usize) -> Result<Option<i64>, LedgerFault> {
        self.plain(place)
    }

    /// A number that has to fit the type wanted.
    pub(crate) fn count<T: TryFrom<i64>>(&self, place: usize) -> Result<T, LedgerFault> {
        T::try_from(self.number(place)?).map_err(|_| self.damaged(place, "is out of range"))
    }

    /// A number that has to fit the type wanted, or null.
    pub(crate) fn count_if<T: TryFrom<i64>>(&self, place: usize) -> Result<Option<T>, LedgerFault> {
        let number = self.number_if(place)?;
        number
            .map(|number| T::try_from(number).map_err(|_| self.damaged(place, "is out of range")))
            .transpose()
    }

    /// A yes or no.
    pub(crate) fn flag(&self, place: usize) -> Result<bool, LedgerFault> {
        Ok(self.number(place)? != 0)
    }

    /// An id.
    pub(crate) fn uuid(&self, place: usize) -> Result<Uuid, LedgerFault> {
        Ok(Uuid::from_bytes(self.plain(place)?))
    }

    /// An id, or null.
    pub(crate) fn uuid_if(&self, place: usize) -> Result<Option<Uuid>, LedgerFault> {
        Ok(self.plain::<Option<[u8; 16]>>(place)?.map(Uuid::from_bytes))
    }

    /// A SHA-256.
    pub(crate) fn hash(&self, place: usize) -> Result<[u8; 32], LedgerFault> {
        self.plain(place)
    }

    /// A text as it stands.
    pub(crate) fn text(&self, place: usize) -> Result<String, LedgerFault> {
        self.plain(place)
    }

    /// A text as it stands, or null.
    pub(crate) fn text_if(&self, place: usize) -> Result<Option<String>, LedgerFault> {
        self.plain(place)
    }

    /// A text that names a value.
    pub(crate) fn parsed<T: FromStr>(&self, place: usize) -> Result<T, LedgerFault> {
        let text = self.row.get_ref(place).ok().and_then(|value| value.as_str().ok());
        let text = text.ok_or_else(|| self.damaged(place, "is of the wrong type"))?;
        text.parse().map_err(|_| self.damaged(place, "is malformed"))
    }

    /// A text that names a value, or null.
    pub(crate) fn parsed_if<T: FromStr>(&self, place: usize) -> Result<Option<T>, LedgerFault> {
        let value = self.row.get_ref(place).ok().and_then(|value| value.as_str_or_null().ok());
        let text = value.ok_or_else(|| self.damaged(place, "is of the wrong type"))?;
        text.map(|text| text.parse().map_err(|_| self.damaged(place, "is malformed"))).transpose()
    }

    /// A text that stands for one of several words; `read` knows them.
    pub(crate) fn word<T>(
        &self,
        place: usize,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, LedgerFault> {
        let text = self.text(place)?;
        read(&text).ok_or_else(|| self.damaged(place, "is no word that is known"))
    }

    /// A person's or company's name.
    pub(crate) fn name(&self, place: usize) -> Result<Name, LedgerFault> {
        Name::new(&self.text(place)?).map_err(|_| self.damaged(place, "is no name"))
    }

    /// A nested value.
    pub(crate) fn json<T: DeserializeOwned>(&self, place: usize) -> Result<T, LedgerFault> {
        self.json_if(place)?.ok_or_else(|| self.damaged(place, "is missing"))
    }

    /// A nested value, or null.
    pub(crate) fn json_if<T: DeserializeOwned>(&self, place: usize) -> Result<Option<T>, LedgerFault> {
        let value = self.row.get_ref(place).ok().and_then(|value| value.as_str_or_null().ok());
        let text = value.ok_or_else(|| self.damaged(place, "is of the wrong type"))?;
        // The parser's own words are left out: they may quote what a person wrote.
        text.map(|text| serde_json::from_str(text).map_err(|_| self.damaged(place, "is malformed JSON")))
            .transpose()
    }

    /// What a column must not lack, given the rest of the row.
    pub(crate) fn needed<T>(&self, place: usize, value: Option<T>) -> Result<T, LedgerFault> {
        value.ok_or_else(|| self.damaged(place, "is missing"))
    }
}

/// What [`each`], [`all`] and [`first`] read a row with.
pub(crate) type Read<T> = fn(&Cells<'_, '_>) -> Result<T, LedgerFault>;

/// Hands every row of a query to `take`, in the query's order.
pub(crate) fn each<T>(
    connection: &Connection,
    table: &'static str,
    sql: &str,
    params: impl Params,
    read: Read<T>,
    mut take: impl FnMut(T),
) -> Result<(), LedgerFault> {
    let failed = fault("read records");
    let mut statement = connection.prepare_cached(sql).map_err(&failed)?;
    let mut rows = statement.query(params).map_err(&failed)?;
    while let Some(row) = rows.next().map_err(&failed)? {
        take(read(&Cells { row, table })?);
    }
    Ok(())
}

/// Every row of a query, in its order.
pub(crate) fn all<T>(
    connection: &Connection,
    table: &'static str,
    sql: &str,
    params: impl Params,
    read: Read<T>,
) -> Result<Vec<T>, LedgerFault> {
    let mut found = Vec::new();
    each(connection, table, sql, params, read, |record| found.push(record))?;
    Ok(found)
}

/// The first row of a query, if it has one.
pub(crate) fn first<T>(
    connection: &Connection,
    table: &'static str,
    sql: &str,
    params: impl Params,
    read: Read<T>,
) -> Result<Option<T>, LedgerFault> {
    let failed = fault("read a record");
    let mut statement = connection.prepare_cached(sql).map_err(&failed)?;
    let mut rows = statement.query(params).map_err(&failed)?;
    rows.next().map_err(&failed)?.map(|row| read(&Cells { row, table })).transpose()
}
