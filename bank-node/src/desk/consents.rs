//! Consents: a customer lets another bank, for one customer of it, see or debit what they hold here.

use shared::api::problem::{FieldCode, FieldError};
use shared::ids::{ConsentId, CustomerId};

use super::DeskAnswer;
use crate::protocol::books::Books;
use crate::protocol::output::Now;
use crate::protocol::records::Consent;

/// Consents of one customer that stand at the same time: more than one may have logins at other banks, and few enough
/// to look through at each vote.
pub const CONSENTS_PER_CUSTOMER_MAX: usize = 100;

/// Gives a consent. There is one per bank and customer of it: the earlier one ends, and what was used of it today still
/// counts, or a new one would be a way around the daily limit for whoever sends its legs.
pub(super) fn give(books: &mut Books, now: Now, mut consent: Consent) -> DeskAnswer {
    if consent.expires_ms <= now.wall_ms {
        return DeskAnswer::Invalid(vec![FieldError::new("expires_at", FieldCode::Expired)]);
    }
    let standing: Vec<Consent> = books.consents_of(consent.giver).cloned().collect();
    let same = |other: &Consent| other.bank == consent.bank && other.customer == consent.customer;
    let in_force = standing.iter().filter(|other| !same(other) && now.wall_ms < other.expires_ms).count();
    if in_force >= CONSENTS_PER_CUSTOMER_MAX {
        return DeskAnswer::Invalid(vec![FieldError {
            detail: format!("At most {CONSENTS_PER_CUSTOMER_MAX} consents of one customer stand at a time."),
            ..FieldError::new("customer", FieldCode::LimitRange)
        }]);
    }
    for earlier in standing.iter().filter(|other| same(other)) {
        if earlier.used_day == now.day {
            consent.used = consent.used.saturating_add(earlier.used);
        }
        books.put_consent(Consent { ended_ms: Some(now.wall_ms), ..earlier.clone() });
    }
    books.put_consent(consent.clone());
    DeskAnswer::Consent(consent)
}

/// Takes a consent back. What was promised under it before stays promised.
pub(super) fn revoke(books: &mut Books, now: Now, giver: CustomerId, id: ConsentId) -> DeskAnswer {
    let standing = |consent: &&Consent| consent.giver == giver && consent.ended_ms.is_none();
    let Some(consent) = books.consent(id).filter(standing).cloned() else {
        return DeskAnswer::NotFound;
    };
    books.put_consent(Consent { ended_ms: Some(now.wall_ms), ..consent });
    DeskAnswer::Done
}
