//! When accounts, banks and invitations are asked for: where no stream tells of them, and no more often than somebody looks.

use shared::ids::BankId;

use super::World;
use crate::app::banks::Link;
use crate::app::requests::Owner;
use crate::app::wire::{Call, Seat, milliseconds_between};

/// Milliseconds between two looks at the accounts while money is on its way.
const LOOK_BUSY_MS: i64 = 2_000;
/// Milliseconds between two looks while nothing is: money of others may come in at any time.
const LOOK_IDLE_MS: i64 = 10_000;

/// Milliseconds between two looks for invitations: nobody waits for them.
const LOOK_FOR_INVITATIONS_MS: i64 = 30_000;

impl World {
    /// How many invitations wait for an answer.
    #[must_use]
    pub fn invitations_waiting(&self) -> usize {
        self.invitations.values().map(Vec::len).sum()
    }

    /// Asks for what stands beside the accounts at home, where it is time to: invitations now and then, movements when a
    /// balance has changed.
    pub fn look_around_when_due(&mut self) {
        let since = self.invitations_at.map(|at| milliseconds_between(at, self.now));
        // Streams tell of invitations too.
        let untold = self.banks.sessions().any(|(id, s)| s.alive && !self.streams.is_live(id));
        if untold && since.is_none_or(|since| since >= LOOK_FOR_INVITATIONS_MS) {
            self.look_for_invitations();
        }
        for account in self.recent.wanted(self.banks.iter().flat_map(|b| b.accounts.iter())) {
            let own = self.banks.session(&account.bank).filter(|s| s.alive).map(|s| s.seat.clone());
            if let Some(seat) = own.or_else(|| self.banks.seer().map(|(_, s)| s.seat.clone())) {
                self.ask(Owner::Recent(account.clone()), seat, Call::RecentPostings(account));
            }
        }
    }

    /// Asks every bank with a session for invitations, now.
    pub fn look_for_invitations(&mut self) {
        let away = |bank: &BankId| self.banks.bank(bank).is_some_and(|b| b.trouble.is_some());
        let seats: Vec<(BankId, Seat)> = self
            .banks
            .sessions()
            .filter(|(id, s)| s.alive && !away(id))
            .map(|(id, s)| (id.clone(), s.seat.clone()))
            .collect();
        if seats.is_empty() {
            return;
        }
        self.invitations_at = Some(self.now);
        for (bank, seat) in seats {
            self.ask(Owner::InvitationsAt(bank), seat, Call::Invitations);
        }
    }

    /// Looks at the accounts and the banks now; what was being asked is asked anew.
    pub fn look(&mut self) {
        self.look_at(true, |_| true);
    }

    /// Looks at what no stream tells of, unless it is being asked already.
    pub(in crate::app) fn look_where_blind(&mut self) {
        // A question still open is left to its end: asked anew each time, a bank that hangs would never be found out.
        self.look_at(false, |waits| !waits);
    }

    /// Asks a bank with a session for its accounts now.
    pub(in crate::app) fn ask_accounts_at(&mut self, bank: &BankId) {
        let Some(session) = self.banks.session(bank).filter(|s| s.alive) else { return };
        let seat = session.seat.clone();
        self.streams.asking(bank);
        self.ask(Owner::AccountsAt(bank.clone()), seat, Call::Accounts);
    }

    /// Whether a bank with a session tells nothing by a stream.
    fn is_blind(&self) -> bool {
        self.banks.sessions().any(|(id, s)| s.alive && !self.streams.is_live(id))
    }

    /// Whether some account in sight is seen by a consent: no stream tells of it.
    fn sees_by_consent(&self) -> bool {
        self.banks.iter().any(|view| view.link == Link::Consent)
    }

    pub(super) fn look_at(&mut self, all: bool, anew: impl Fn(bool) -> bool) {
        self.looked_at = Some(self.now);
        // A bank that did not answer is left alone for a while, longer each time.
        let due = |bank: &BankId| {
            let ask_at = self.banks.bank(bank).and_then(|b| b.ask_at);
            ask_at.is_none_or(|at| milliseconds_between(at, self.now) >= 0)
        };
        let blind = |bank: &BankId| all || !self.streams.is_live(bank);
        let asked: Vec<BankId> = self
            .banks
            .sessions()
            .filter(|(id, s)| s.alive && due(id) && blind(id))
            .map(|(id, _)| id.clone())
            .collect();
        let seer = self.banks.seer().filter(|(id, _)| due(id));
        let tells_banks = seer.is_some_and(|(id, _)| !blind(id));
        let by_consent = self.sees_by_consent();
        let seer = seer.map(|(_, s)| s.seat.clone());
        for bank in asked {
            if anew(self.requests.waits(&Owner::AccountsAt(bank.clone()))) {
                self.ask_accounts_at(&bank);
            }
        }
        if let Some(seat) = seer {
            for (owner, call, wanted) in [
                (Owner::Consortium, Call::Consortium, !tells_banks),
                (Owner::AccountsSeen, Call::AccountsInConsortium, !tells_banks || by_consent),
            ] {
                if wanted && anew(self.requests.waits(&owner)) {
                    self.ask(owner, seat.clone(), call);
                }
            }
        }
    }

    /// Looks again when it is time to; called on each tick while the accounts are on the screen. Where streams tell of
    /// everything in sight, nothing is asked.
    pub fn look_when_due(&mut self) {
        // Others' money may come in where a consent lets this client look: that is looked after while somebody is at the
        // keys, and while money of one's own moves. Left alone, the client asks nothing where nothing is told.
        let attended = self.looked_at.is_none_or(|at| milliseconds_between(at, self.active_at) > 0);
        let by_consent = self.sees_by_consent() && (attended || self.money_moves());
        if !self.is_blind() && !by_consent {
            return;
        }
        // A bank with a session that is away has its own, growing pause; here it only may not wait longer than that.
        let away = self.banks.sessions().any(|(id, _)| self.banks.bank(id).is_some_and(|b| b.failures > 0));
        let pause = if self.money_moves() || away { LOOK_BUSY_MS } else { LOOK_IDLE_MS };
        let due = self.looked_at.is_none_or(|at| milliseconds_between(at, self.now) >= pause);
        if due && self.banks.main().is_some() {
            self.look_where_blind();
        }
    }

    /// Looks for a bank with a session that did not answer, in whatever room: each is asked after its own growing pause,
    /// also where a stream of it lives.
    pub fn look_for_lost(&mut self) {
        let lost = self
            .banks
            .sessions()
            .any(|(id, s)| s.alive && self.banks.bank(id).is_some_and(|view| view.trouble.is_some()));
        let due = self.looked_at.is_none_or(|at| milliseconds_between(at, self.now) >= LOOK_BUSY_MS);
        if lost && due {
            self.look_at(true, |waits| !waits);
        }
    }
}
