//! What a PREPARE of a portion would be answered now, and what it would leave: the same judgement as the vote's, on
//! what is on disk, binding nobody.

use shared::account::AccountRef;
use shared::api::replies::{Permission, PreviewAccount};
use shared::ids::{BankId, PackageId};

use super::answers::NoAnswer;
use crate::ledger::reader::Reader;
use crate::peers::reads::PreviewAnswer;
use crate::protocol::attempt::Age;
use crate::protocol::books::{Books, Key};
use crate::protocol::claims::Claims;
use crate::protocol::funds::{Asking, Judged, judge};
use crate::protocol::message::Portion;
use crate::protocol::output::Now;
use crate::protocol::portion::{self, flows};
use crate::protocol::records::{Account, LedgerAccount, PostingHead};
use crate::protocol::settings::Settings;

/// Judges `portion` as if `coordinator` had sent it in a PREPARE. Blocks: for threads that may.
///
/// # Errors
/// When the books cannot be read, or the portion makes no sense.
pub fn preview(
    reader: &Reader,
    settings: &Settings,
    now: Now,
    coordinator: &BankId,
    portion: &Portion,
) -> Result<PreviewAnswer, NoAnswer> {
    let participants = settings.others.keys().chain([&settings.me]).cloned().collect();
    portion::check(portion, coordinator, &settings.me, &participants)?;
    let mut keys = portion::keys(portion, coordinator, &settings.me);
    // Whoever may view an account learns what is left on it, also where it is only credited.
    keys.push(Key::ConsentsFor(coordinator.clone(), portion.customer));
    let mut books = Books::new(PostingHead::default(), 0);
    reader.load(&keys, &mut books)?;
    // Whether it would wait for what is held is for the deciding thread alone to know: held it is.
    let age = Age { first_ms: now.wall_ms, package: PackageId(uuid::Uuid::max()) };
    let asking = Asking { coordinator, version: settings.consortium, age };
    let refusals = match judge(&books, now, settings, &Claims::default(), asking, portion) {
        Judged::Granted(_) => Vec::new(),
        Judged::Waits(refusals) | Judged::Refused(refusals) => refusals,
    };
    let accounts = flows(portion).into_iter().filter_map(|(account, flow)| {
        let LedgerAccount::Customer(number) = account else { return None };
        let shown = books.account(number).filter(|account| {
            if *coordinator == settings.me {
                account.is_held_by(portion.customer)
            } else {
                is_shown(&books, now, coordinator, portion, account)
            }
        });
        let available = books.balance(&LedgerAccount::Customer(shown?.number)).available();
        let available_after = available.saturating_sub(flow.takes).saturating_add(flow.brings);
        Some(PreviewAccount { account: AccountRef::new(settings.me.clone(), number), available_after })
    });
    Ok(PreviewAnswer { refusals, accounts: accounts.collect() })
}

/// Whether a consent shows `account` to the customer of `coordinator`.
fn is_shown(books: &Books, now: Now, coordinator: &BankId, portion: &Portion, account: &Account) -> bool {
    let mut consents = books.consents_for(coordinator, portion.customer);
    consents.any(|consent| consent.allows(Permission::View, now.wall_ms) && account.is_held_by(consent.giver))
}
