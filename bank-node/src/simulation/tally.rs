//! What happened in schedules, counted: a simulation that injects nothing proves nothing.

use std::ops::AddAssign;

macro_rules! tally {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        /// Counts over one schedule, or over many.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct Tally {
            $($(#[$doc])* pub $name: u64,)*
        }

        impl Tally {
            /// Every count with its name.
            #[must_use]
            pub fn rows(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($name), self.$name)),*]
            }
        }

        impl AddAssign for Tally {
            fn add_assign(&mut self, other: Self) {
                $(self.$name += other.$name;)*
            }
        }
    };
}

tally! {
    /// Events of virtual time.
    events,
    /// Transactions forced to disk.
    stores,
    /// Of those, with attempts that wait for money.
    stores_with_waiters,
    /// Orders sent by customers, repetitions included.
    submits,
    /// Of those, repetitions of an id that was used before.
    submits_again,
    /// Attempts that committed.
    committed,
    /// Attempts that aborted.
    aborted,
    /// Customers told "committed".
    told_committed,
    /// Customers told "refused".
    told_refused,
    /// Customers told "aborted".
    told_aborted,
    /// Customers told "in progress".
    told_in_progress,
    /// Customers told that the id was used for something else.
    told_id_reused,
    /// Customers told that the bank takes no packages now.
    told_not_taken,
    /// Lies that a bank told.
    lies,
    /// Fresh looks that were answered.
    looks_fresh,
    /// Times that one waited for what had been decided, and looked again.
    looks_again,
    /// Fresh looks that were given up.
    looks_not_fresh,
    /// Requests at the counter that were done.
    desk_done,
    /// Batches sent, answers included.
    batches,
    /// Batches lost.
    lost_batches,
    /// Batches that arrived twice.
    duplicated,
    /// Batches of which a copy came much later.
    late_copies,
    /// Of those, copies from a life of the sender that had ended.
    stale_copies,
    /// Batches dropped by a line cut one way.
    cut_off,
    /// Batches to a bank that was down.
    refused_connections,
    /// Crashes with inputs stepped in part, first PREPAREs out.
    crashes_in_steps,
    /// Crashes with all stepped and nothing stored.
    crashes_before_store,
    /// Crashes after the store, nothing told.
    crashes_before_telling,
    /// Crashes with only some of it told.
    crashes_in_telling,
    /// Crashes between turns.
    crashes_between_turns,
    /// Processes that were asked to end, and did.
    shutdowns,
    /// Crashes of a starting bank.
    crashes_at_start,
    /// Starts after a crash.
    restarts,
    /// Banks that went down for good.
    gone_for_good,
    /// Books put back from a backup.
    restores,
    /// Of those, with all that the other banks know booked again.
    recoveries,
    /// Packages that were booked again on other banks' word.
    packages_recovered,
    /// Of those, with legs within the restored bank that were lost.
    recovered_in_part,
    /// Lines that had to go to suspense.
    lines_suspended,
    /// Packages within the restored bank that were lost.
    packages_lost,
    /// Attempts that nothing proved, left to an operator.
    left_to_operators,
    /// Of those, decided by an operator.
    decided_by_operators,
    /// Versions of the consortium file that a bank took.
    versions_taken,
    /// Versions that a bank did not take, because something was open with a bank that leaves, or because it recovered.
    versions_refused,
    /// Banks that joined.
    joins,
    /// Banks that settled, were let go of and stopped.
    leaves,
    /// Orders that settled what a leaving bank and another owed each other.
    settling_orders,
    /// Pauses of a bank.
    pauses,
    /// Jumps of a wall clock.
    clock_jumps,
    /// Lines cut one way for a while.
    cuts,
    /// Answers that the customer never saw.
    answers_lost,
    /// Alarms raised.
    alarms,
}

impl Tally {
    /// Faults injected, whatever their kind.
    #[must_use]
    pub const fn faults(&self) -> u64 {
        self.lost_batches
            + self.duplicated
            + self.late_copies
            + self.cut_off
            + self.refused_connections
            + self.crashes_in_steps
            + self.crashes_before_store
            + self.crashes_before_telling
            + self.crashes_in_telling
            + self.crashes_between_turns
            + self.shutdowns
            + self.crashes_at_start
            + self.gone_for_good
            + self.pauses
            + self.clock_jumps
            + self.answers_lost
    }
}
