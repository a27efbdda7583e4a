//! When an action can be done, and the reason why not now.

use crate::app::why_not::WhyNot;
use crate::app::world::World;

/// When an action can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// At any time.
    Always,
    /// While somebody is logged in.
    LoggedIn,
    /// While there are sessions at several banks.
    SeveralSessions,
    /// While money can be moved: logged in, and the bank answers.
    MoneyMoves,
    /// In the demo.
    Demo,
    /// While money can be moved and there is an account in sight to move it from.
    HasAccount,
}

impl When {
    /// The reason why not now, if there is one.
    #[must_use]
    pub fn why_not(self, world: &World) -> Option<WhyNot> {
        match self {
            Self::Always => None,
            Self::LoggedIn => world.banks.main().is_none().then_some(WhyNot::NotLoggedIn),
            Self::SeveralSessions => {
                let alive = world.banks.sessions().filter(|(_, s)| s.alive).count();
                (alive < 2).then_some(WhyNot::OneSession)
            }
            Self::MoneyMoves => world.why_no_money_moves(),
            Self::Demo => (!world.settings.breaks_banks).then_some(WhyNot::NotInDemo),
            Self::HasAccount => world
                .why_no_money_moves()
                .or_else(|| world.banks.has_no_account().then_some(WhyNot::NoAccount)),
        }
    }
}
