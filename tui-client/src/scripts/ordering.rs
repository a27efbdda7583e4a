//! Ordering from a script: the order is on disk before it is sent, is sent again only under its own id, and is followed
//! until its end is known, the time is up, or somebody ends the command.

use std::io;

use shared::api::problem::ProblemCode;
use shared::api::replies::PackageStatus;
use shared::api::requests::OrderPackage;
use shared::client::{BankClient, Token};
use shared::ids::PackageId;
use shared::package::Legs;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Duration, Instant, sleep_until};

use super::accounts::reais;
use super::args::{Format, Order};
use super::desk::Desk;
use super::exit::{Deed, Exit, Stop, ended_by};
use super::output::{Cell, Sheet, code};
use crate::app::orders::{OrderFile, OrderState};
use crate::app::wire::Trouble;
use crate::clock;
use crate::ids::Ids;
use crate::node::SessionFile;

/// What ends a command that waits.
pub(super) struct Interruption {
    interrupt: Signal,
    terminate: Signal,
}

impl Interruption {
    fn listen() -> io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn came(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

impl Desk {
    /// Orders `legs` through the bank of `session`, and waits for the end; or asks what would happen.
    pub(super) async fn place(
        &mut self,
        session: SessionFile,
        legs: Legs,
        args: &Order,
    ) -> Result<Exit, Stop> {
        if args.preview {
            return self.preview(&session, legs).await;
        }
        let id: PackageId = match &args.id {
            Some(typed) => self.id(typed)?,
            None => Ids::random().package(),
        };
        let kept = self.kept(id);
        if kept.as_ref().is_some_and(|file| file.legs != legs) {
            return Err(Stop::new(Exit::Refused, self.texts.scripts.another_order()));
        }
        let file = OrderFile {
            id,
            bank: session.bank.id.clone(),
            customer: session.customer.id,
            legs,
            made_at: kept.as_ref().map_or_else(clock::now, |file| file.made_at),
            sent_again_at: kept.as_ref().map(|_| clock::now()),
        };
        if kept.as_ref().is_some_and(|kept| kept.bank != file.bank || kept.customer != file.customer) {
            return Err(Stop::new(Exit::NotLoggedIn, self.texts.scripts.order_of_other()));
        }
        self.enter(&session)?;
        // From here on a signal is heard: between the file and the sending nobody may be left without the id.
        let interruption = Interruption::listen().map_err(|error| self.disk(&error))?;
        self.teller.order(file, kept.is_some());
        self.follow(id, Duration::from_secs(args.wait), interruption).await
    }

    /// The order with this id whose end this machine does not know.
    pub(super) fn kept(&self, id: PackageId) -> Option<OrderFile> {
        let (files, unread) = self.places.orders();
        if let Some(reason) = unread {
            self.warn(&self.texts.scripts.not_read(&reason));
        }
        files.into_iter().find(|file| file.id == id)
    }

    /// Makes a kept session the world's, so that orders go through it. Nothing is asked for.
    fn enter(&mut self, session: &SessionFile) -> Result<(), Stop> {
        let again =
            || Stop::new(Exit::NotLoggedIn, self.texts.scripts.log_in_again(session.bank.id.as_str()));
        let opened = session.opened().map_err(|_| again())?;
        let bank = self.teller.world.banks.logged_in(session.address.clone(), opened);
        self.teller.world.banks.make_main(&bank);
        Ok(())
    }

    /// Goes on with an order of an earlier command.
    pub(super) async fn resume(
        &mut self,
        session: &SessionFile,
        file: OrderFile,
        wait: u64,
    ) -> Result<Exit, Stop> {
        let id = file.id;
        self.enter(session)?;
        let interruption = Interruption::listen().map_err(|error| self.disk(&error))?;
        let world = &mut self.teller.world;
        world.orders.found_on_disk(vec![file]);
        world.clock_shows(clock::now());
        let resumed = world.orders.logged_in(&session.bank.id, session.customer.id, world.now);
        if resumed.is_empty() {
            return Err(Stop::new(Exit::NotLoggedIn, self.texts.scripts.order_of_other()));
        }
        world.follow_orders();
        self.follow(id, Duration::from_secs(wait), interruption).await
    }

    async fn follow(
        &mut self,
        id: PackageId,
        wait: Duration,
        mut interruption: Interruption,
    ) -> Result<Exit, Stop> {
        let until = Instant::now() + wait;
        loop {
            let state = self.teller.state(id);
            if state.is_none_or(is_decided) {
                break;
            }
            // The answer to the sending itself is always waited for: without it nobody knows anything.
            let answered = !matches!(state, Some(OrderState::Keeping | OrderState::Sending));
            tokio::select! {
                biased;
                () = interruption.came() => break,
                () = sleep_until(until), if answered => break,
                () = self.teller.turn() => {}
            }
        }
        self.teller.finish();
        for complaint in std::mem::take(&mut self.teller.complaints) {
            self.warn(&self.texts.scripts.not_kept(&complaint));
        }
        self.report(id)
    }

    /// Prints where the order stands, and says how the command ends.
    fn report(&self, id: PackageId) -> Result<Exit, Stop> {
        let t = self.texts.scripts;
        let Some(order) = self.teller.world.orders.order(id) else { return Ok(Exit::Unknown) };
        let exit = exit_of(&order.state);
        let lines = self.words().order(order);
        match &order.state {
            OrderState::Told(package) => self.print(package, &self.package_sheet(package), &lines)?,
            OrderState::NotTaken(problem) => {
                lines.iter().for_each(|line| self.warn(line));
                if self.format == Format::Json {
                    self.print(problem, &Sheet::default(), &[])?;
                }
            }
            OrderState::Keeping
            | OrderState::NotKept(_)
            | OrderState::Sending
            | OrderState::NotSent(_)
            | OrderState::Unknown(_)
            | OrderState::NeverArrived => lines.iter().for_each(|line| self.warn(line)),
        }
        if let OrderState::NotTaken(problem) = &order.state
            && problem.code == ProblemCode::IdReused
        {
            self.warn(&t.see_earlier(&id.to_string()));
        }
        match exit {
            Exit::Unknown => self.warn(&t.still_open(&id.to_string())),
            Exit::Unreachable => self.warn(&t.send_again(&id.to_string())),
            Exit::NotLoggedIn => {
                if let Some(session) = self.sessions().iter().find(|s| s.bank.id == order.file.bank) {
                    self.forget(session);
                }
                self.warn(&t.log_in_again(order.file.bank.as_str()));
            }
            Exit::Refused if order.state.may_send_again() => self.warn(&t.send_again(&id.to_string())),
            Exit::Done | Exit::Failed | Exit::Usage | Exit::Refused => {}
        }
        Ok(exit)
    }

    async fn preview(&mut self, session: &SessionFile, legs: Legs) -> Result<Exit, Stop> {
        let body = OrderPackage { legs: legs.clone() };
        let call = async move |bank: BankClient, token: Token| bank.preview(&token, &body).await;
        let preview = self.call(session, Deed::Asks, call).await?;
        let t = self.texts.scripts;
        let mut sheet = Sheet::new(&[("leg", t.leg()), ("ok", ""), ("refusal", ""), ("missing", "")]);
        let refusals: Vec<_> = preview.legs.iter().filter_map(|leg| leg.refusal.clone()).collect();
        let mut lines = Vec::new();
        for leg in &preview.legs {
            let refusal = leg.refusal.as_ref();
            sheet.row(vec![
                Cell::of(leg.leg),
                Cell::of(leg.ok),
                Cell::of(refusal.map(|r| code(r.code)).unwrap_or_default()),
                Cell::maybe(refusal.and_then(|r| r.missing)),
            ]);
            let number = usize::from(leg.leg);
            if let Some(own) = legs.as_slice().get(number) {
                lines.push(self.words().own_leg(number, own));
            }
            if let Some(reason) = self.words().reason(number, &refusals) {
                lines.push(reason);
            }
        }
        for account in &preview.accounts {
            let after = t.preview_after(&account.account.to_string(), &reais(account.available_after));
            lines.push(after);
        }
        let passes = preview.legs.iter().all(|leg| leg.ok);
        if passes {
            lines.push(t.preview_ok().to_owned());
        }
        self.print(&preview, &sheet, &lines)?;
        Ok(if passes { Exit::Done } else { Exit::Refused })
    }
}

/// Whether nothing more is to be waited for. A package that is decided happens, told everywhere or not.
fn is_decided(state: &OrderState) -> bool {
    match state {
        OrderState::Told(package) => package.status != PackageStatus::InProgress,
        state => state.is_over(),
    }
}

fn exit_of(state: &OrderState) -> Exit {
    match state {
        OrderState::Keeping | OrderState::NotKept(_) => Exit::Failed,
        OrderState::Sending | OrderState::Unknown(_) => Exit::Unknown,
        OrderState::NotSent(_) | OrderState::NeverArrived => Exit::Unreachable,
        OrderState::NotTaken(problem) => ended_by(&Trouble::Problem(problem.clone()), Deed::Asks),
        OrderState::Told(package) => exit_of_status(package.status),
    }
}

/// How a command ends by where a package stands.
pub(super) const fn exit_of_status(status: PackageStatus) -> Exit {
    match status {
        PackageStatus::Committed => Exit::Done,
        PackageStatus::Refused | PackageStatus::Aborted => Exit::Refused,
        PackageStatus::InProgress => Exit::Unknown,
    }
}
