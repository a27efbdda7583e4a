//! What the bank's own backups are called, when the next one is due, and which are beyond those that are kept. Pure: names
//! and times come in, decisions go out.
//!
//! Invariant: only a name that this bank gives to its own backups is ever told to be old.

use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use shared::ids::BankId;

use crate::clock::timestamp;

/// The moment in a name, always in UTC: `20261121T150811Z`.
const STAMP: &str = "%Y%m%dT%H%M%SZ";
/// However often it has failed, another backup is tried after this.
const AGAIN_MAX: Duration = Duration::from_secs(15 * 60);

/// What the backup of `bank` of this moment is called.
#[must_use]
pub fn name_of(bank: &BankId, wall_ms: i64) -> String {
    format!("{bank}-{}.db", timestamp(wall_ms).strftime(STAMP))
}

/// The moment of a backup of `bank`, in milliseconds since 1970; none for any other file.
#[must_use]
pub fn moment_of(bank: &BankId, name: &str) -> Option<i64> {
    let stamp = name.strip_prefix(bank.as_str())?.strip_prefix('-')?.strip_suffix(".db")?;
    let moment = DateTime::strptime(STAMP, stamp).ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp();
    let wall_ms = moment.as_millisecond();
    // A moment has one name: `2026-1-1`, signs and what else a parser lets pass are somebody else's.
    (name_of(bank, wall_ms) == name).then_some(wall_ms)
}

/// How long from `now_ms` until the next backup is due; nothing when it is now. A backup that lies an interval or more ahead
/// was made by a clock that was wrong, and says nothing.
#[must_use]
pub fn due_in(moments: &[i64], now_ms: i64, every: Duration) -> Duration {
    let every_ms = i64::try_from(every.as_millis()).unwrap_or(i64::MAX);
    let believed = moments.iter().filter(|moment| moment.saturating_sub(now_ms) < every_ms);
    let newest = believed.max().copied();
    let left = newest.map_or(0, |newest| newest.saturating_add(every_ms).saturating_sub(now_ms));
    Duration::from_millis(u64::try_from(left).unwrap_or(0))
}

/// Of the backups of these moments, those to remove once the one of `made_ms` is proved: the oldest beyond the `keep`
/// newest, itself among these. One that bears a later moment was made by a clock that was wrong; it neither counts nor goes
/// before its time has come.
#[must_use]
pub fn beyond(moments: &[i64], made_ms: i64, keep: usize) -> Vec<i64> {
    let mut older: Vec<i64> = moments.iter().copied().filter(|moment| *moment < made_ms).collect();
    older.sort_unstable();
    let goes = older.len().saturating_sub(keep.saturating_sub(1));
    older.truncate(goes);
    older
}

/// How long after so many failures in a row another backup is tried: twice as long after each, from `first` on.
#[must_use]
pub fn again_after(failures: u32, first: Duration, every: Duration) -> Duration {
    let doubled = first.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1)));
    doubled.min(AGAIN_MAX.max(first)).min(every)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const HOUR: i64 = 3_600_000;
    /// 2026-11-21T15:08:11Z.
    const NOW: i64 = 1_795_273_691_000;

    fn bank(id: &str) -> BankId {
        id.parse().expect("a bank's id")
    }

    #[rstest]
    #[case::own("aurora", "aurora-20261121T150811Z.db", Some(NOW))]
    #[case::epoch("aurora", "aurora-19700101T000000Z.db", Some(0))]
    #[case::dashes("banco-do-sul", "banco-do-sul-20261121T150811Z.db", Some(NOW))]
    #[case::another_bank("aurora", "boreal-20261121T150811Z.db", None)]
    #[case::a_bank_whose_id_is_longer("banco", "banco-do-sul-20261121T150811Z.db", None)]
    #[case::a_bank_whose_id_is_shorter("banco-do-sul", "banco-20261121T150811Z.db", None)]
    #[case::by_hand("aurora", "aurora-2026-11-20.db", None)]
    #[case::kept_aside("aurora", "aurora-20261121T150811Z.db.old", None)]
    #[case::renamed("aurora", "before-aurora-20261121T150811Z.db", None)]
    #[case::numbered("aurora", "aurora-20261121T150811Z (1).db", None)]
    #[case::no_such_day("aurora", "aurora-20260231T150811Z.db", None)]
    #[case::no_such_hour("aurora", "aurora-20261121T250811Z.db", None)]
    #[case::leap_second("aurora", "aurora-20261121T150860Z.db", None)]
    #[case::local_time("aurora", "aurora-20261121T150811.db", None)]
    #[case::short("aurora", "aurora-2026112T150811Z.db", None)]
    #[case::spaces("aurora", "aurora- 20261121T15811Z.db", None)]
    #[case::sign("aurora", "aurora-+20261121T150811Z.db", None)]
    #[case::small_letters("aurora", "aurora-20261121t150811z.db", None)]
    #[case::other_digits("aurora", "aurora-２０２６1121T150811Z.db", None)]
    #[case::bare("aurora", "aurora.db", None)]
    #[case::ledger("aurora", "ledger.db", None)]
    #[case::under_way("aurora", ".bank-node-backup-aurora.part", None)]
    #[case::nothing("aurora", "", None)]
    fn only_an_own_name_has_a_moment(#[case] id: &str, #[case] name: &str, #[case] expect: Option<i64>) {
        assert_eq!(moment_of(&bank(id), name), expect);
        if let Some(moment) = expect {
            assert_eq!(name_of(&bank(id), moment), name);
            assert_eq!(name_of(&bank(id), moment + 999), name, "a second has one name");
        }
    }

    #[rstest]
    #[case::none(&[], 0)]
    #[case::just_made(&[NOW], HOUR)]
    #[case::a_restart_does_not_double(&[NOW - 10 * 60_000], 50 * 60_000)]
    #[case::due_to_the_second(&[NOW - HOUR], 0)]
    #[case::one_second_early(&[NOW - HOUR + 1_000], 1_000)]
    #[case::missed_while_it_was_stopped(&[NOW - 9 * HOUR], 0)]
    #[case::the_newest_counts(&[NOW - 9 * HOUR, NOW - HOUR / 2, NOW - 2 * HOUR], HOUR / 2)]
    #[case::set_back_by_a_little(&[NOW + 60_000], HOUR + 60_000)]
    #[case::made_by_a_wrong_clock(&[NOW + HOUR], 0)]
    #[case::made_in_another_century(&[i64::MAX, i64::MIN], 0)]
    #[case::a_wrong_one_hides_no_right_one(&[NOW + 99 * HOUR, NOW - HOUR / 2], HOUR / 2)]
    fn the_next_is_due_an_interval_after_the_newest(#[case] moments: &[i64], #[case] expect_ms: i64) {
        let every = Duration::from_secs(3_600);
        let expect = Duration::from_millis(expect_ms.unsigned_abs());
        assert_eq!(due_in(moments, NOW, every), expect);
    }

    #[rstest]
    #[case::alone(&[NOW], 1, &[])]
    #[case::of_two_the_older(&[NOW - HOUR, NOW], 1, &[NOW - HOUR])]
    #[case::all_are_kept(&[NOW - 2 * HOUR, NOW - HOUR, NOW], 3, &[])]
    #[case::one_too_many(&[NOW - HOUR, NOW - 3 * HOUR, NOW, NOW - 2 * HOUR], 3, &[NOW - 3 * HOUR])]
    #[case::fewer_are_wanted_now(&[1, 2, 3, 4, NOW], 2, &[1, 2, 3])]
    #[case::the_new_one_stays_whatever_is_asked(&[1, NOW], 0, &[1])]
    #[case::the_new_one_is_not_listed_yet(&[1, 2], 2, &[1])]
    #[case::later_ones_neither_count_nor_go(&[1, NOW, NOW + HOUR, NOW + 2 * HOUR], 2, &[])]
    #[case::a_clock_set_far_back_takes_nothing(&[NOW + 1, NOW + 2, NOW], 1, &[])]
    fn the_oldest_go_beyond_those_that_are_kept(
        #[case] moments: &[i64],
        #[case] keep: usize,
        #[case] expect: &[i64],
    ) {
        let goes = beyond(moments, NOW, keep);
        assert_eq!(goes, expect);
        assert!(!goes.contains(&NOW));
    }

    #[rstest]
    #[case::first(1, 3_600, 60)]
    #[case::second(2, 3_600, 120)]
    #[case::fourth(4, 3_600, 480)]
    #[case::no_longer(5, 3_600, 900)]
    #[case::for_ever(u32::MAX, 3_600, 900)]
    #[case::as_often_as_asked_for(4, 120, 120)]
    fn a_failed_one_is_tried_again_soon_and_not_each_second(
        #[case] failures: u32,
        #[case] every_s: u64,
        #[case] expect_s: u64,
    ) {
        let [first, every] = [60, every_s].map(Duration::from_secs);
        assert_eq!(again_after(failures, first, every), Duration::from_secs(expect_s));
    }
}
