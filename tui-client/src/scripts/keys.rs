//! The keys by which this machine knows banks: listed, and forgotten one at a time.

use serde_json::json;

use super::args::Keys;
use super::desk::Desk;
use super::exit::{Exit, Stop};
use super::output::{Cell, Sheet};
use crate::app::bank_keys::BankKey;
use crate::app::wire::BankAddress;

impl Desk {
    pub(super) fn keys(&mut self, what: &Keys) -> Result<Exit, Stop> {
        match what {
            Keys::List => self.list_keys(),
            Keys::Forget { address } => self.forget_key(address),
        }
    }

    fn list_keys(&mut self) -> Result<Exit, Stop> {
        let (keys, unread) = self.places.bank_keys();
        if let Some(reason) = unread {
            self.warn(&self.texts.scripts.not_read(&reason));
        }
        let row = |key: &BankKey| {
            let BankKey { address, key, vouched, bank } = key;
            json!({ "address": address, "tls_key": key, "vouched": vouched, "bank": bank })
        };
        let t = self.texts.settings;
        let heads = [("bank", self.texts.log_in.bank()), ("address", t.address()), ("tls_key", "TLS")];
        let mut sheet = Sheet::new(&heads);
        for BankKey { address, key, bank, .. } in &keys {
            let bank = bank.as_ref().map(ToString::to_string).unwrap_or_default();
            sheet.row(vec![Cell::of(bank), Cell::of(address), Cell::of(key)]);
        }
        self.print_sheet(&json!({ "keys": keys.iter().map(row).collect::<Vec<_>>() }), &sheet)?;
        Ok(Exit::Done)
    }

    fn forget_key(&mut self, typed: &str) -> Result<Exit, Stop> {
        let bad = || Stop::usage(self.texts.scripts.bad_address(typed));
        let address: BankAddress = typed.parse().map_err(|_| bad())?;
        let had = self.places.forget_bank_key(&address).map_err(|error| self.disk(&error))?;
        if !had {
            return Err(Stop::usage(self.texts.settings.no_key()));
        }
        let authority = address.authority();
        let mut sheet = Sheet::new(&[("address", self.texts.settings.address())]);
        sheet.row(vec![Cell::of(&authority)]);
        let said = self.texts.settings.key_forgotten(&authority);
        self.print(&json!({ "address": authority }), &sheet, &[said])?;
        Ok(Exit::Done)
    }
}
