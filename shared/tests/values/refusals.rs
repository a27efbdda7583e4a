//! Refusals: their order of precedence, and the one that each leg keeps.

use proptest::prelude::*;
use serde_json::json;
use shared::api::problem::RefusalReply;
use shared::refusal::{Refusal, RefusalCode, one_per_leg};

/// The code after this one, by precedence. Written as a match, so that a new code has to find its place here.
fn next(code: RefusalCode) -> Option<RefusalCode> {
    match code {
        RefusalCode::BankUnavailable => Some(RefusalCode::AccountUnknown),
        RefusalCode::AccountUnknown => Some(RefusalCode::ConsentMissing),
        RefusalCode::ConsentMissing => Some(RefusalCode::ConsentLimit),
        RefusalCode::ConsentLimit => Some(RefusalCode::AccountClosed),
        RefusalCode::AccountClosed => Some(RefusalCode::AccountFrozen),
        RefusalCode::AccountFrozen => Some(RefusalCode::BalanceLimit),
        RefusalCode::BalanceLimit => Some(RefusalCode::InsufficientFunds),
        RefusalCode::InsufficientFunds => Some(RefusalCode::FundsHeld),
        RefusalCode::FundsHeld => Some(RefusalCode::ExposureLimit),
        RefusalCode::ExposureLimit => Some(RefusalCode::Overloaded),
        RefusalCode::Overloaded => None,
    }
}

#[test]
fn all_lists_every_code_once_in_order_of_precedence() {
    let walked: Vec<_> =
        std::iter::successors(Some(RefusalCode::BankUnavailable), |code| next(*code)).collect();
    assert_eq!(RefusalCode::ALL.to_vec(), walked);
    assert!(RefusalCode::ALL.windows(2).all(|pair| pair[0] < pair[1]), "Ord is the precedence");
}

/// The interface's own list, word by word.
#[test]
fn codes_are_written_as_the_interface_has_them() {
    let words = "bank_unavailable account_unknown consent_missing consent_limit account_closed account_frozen \
        balance_limit insufficient_funds funds_held exposure_limit overloaded";
    let written: Vec<&str> = RefusalCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(written.join(" "), words);
    for code in RefusalCode::ALL {
        assert_eq!(serde_json::to_value(code).unwrap(), json!(code.as_str()));
        assert_eq!(serde_json::from_value::<RefusalCode>(json!(code.as_str())).unwrap(), code);
        assert!(code.sentence().ends_with('.'));
    }
    assert!(serde_json::from_value::<RefusalCode>(json!("Overloaded")).is_err());
}

#[test]
fn what_is_lacking_is_left_out_where_it_is_not_known() {
    let plain = Refusal::new(3, RefusalCode::InsufficientFunds);
    assert_eq!(serde_json::to_value(&plain).unwrap(), json!({"leg": 3, "code": "insufficient_funds"}));
    let reply = RefusalReply::from(&Refusal { missing: Some(70), ..plain });
    let detail = RefusalCode::InsufficientFunds.sentence();
    let expect = json!({"leg": 3, "code": "insufficient_funds", "detail": detail, "missing": 70});
    assert_eq!(serde_json::to_value(reply).unwrap(), expect);
}

proptest! {
    #[test]
    fn each_leg_keeps_the_first_that_applies(
        refusals in prop::collection::vec((0u16..6, prop::sample::select(RefusalCode::ALL.to_vec()), prop::option::of(1i64..100)), 0..20)
    ) {
        let refusals: Vec<_> = refusals.into_iter().map(|(leg, code, missing)| Refusal { leg, code, missing }).collect();
        let kept = one_per_leg(refusals.clone());
        prop_assert!(kept.windows(2).all(|pair| pair[0].leg < pair[1].leg));
        for refusal in &refusals {
            let mine = kept.iter().find(|other| other.leg == refusal.leg).unwrap();
            prop_assert!(mine.code <= refusal.code);
            prop_assert!(refusals.contains(mine));
        }
    }
}
