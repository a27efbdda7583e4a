//! What is ordered, and what follows from the steps of an order.

use shared::ids::PackageId;
use shared::package::Legs;

use super::World;
use crate::app::effect::Effect;
use crate::app::orders::{OrderFile, Step};
use crate::app::requests::Owner;
use crate::app::switch::BankSwitch;
use crate::app::wire::{Call, Kept};

impl World {
    /// Orders a package, at the bank of the session. `None` without a session.
    pub fn order(&mut self, legs: Legs) -> Option<PackageId> {
        let (bank, session) = self.banks.main()?;
        let file = OrderFile {
            id: self.ids.package(),
            bank: bank.clone(),
            customer: session.customer.id,
            legs,
            made_at: self.now,
            sent_again_at: None,
        };
        let id = file.id;
        let steps = self.orders.begin(file);
        self.perform(steps);
        Some(id)
    }

    /// Orders a package under an id that is made already; with `again`, one that an earlier run may have sent.
    pub fn order_as(&mut self, file: OrderFile, again: bool) {
        let steps = if again { self.orders.begin_again(file) } else { self.orders.begin(file) };
        self.perform(steps);
    }

    /// Sends an order again, under its own id, where that is allowed.
    pub fn send_again(&mut self, id: PackageId) {
        let steps = self.orders.send_again(id, self.now);
        self.perform(steps);
    }

    /// Lets go of an order of an earlier run that never arrived.
    pub fn give_up(&mut self, id: PackageId) {
        let steps = self.orders.give_up(id);
        self.perform(steps);
    }

    /// The file of an order was written, or could not be.
    pub fn order_kept(&mut self, id: PackageId, kept: Kept) {
        let steps = self.orders.kept(id, kept);
        self.perform(steps);
    }

    /// Asks how orders stand, where it is time to.
    pub fn follow_orders(&mut self) {
        let streams = &self.streams;
        let steps = self.orders.due(self.now, |bank| streams.is_live(bank));
        self.perform(steps);
    }

    pub(in crate::app) fn perform(&mut self, steps: Vec<Step>) {
        for step in steps {
            match step {
                Step::Keep(file) => self.wish(Effect::KeepOrder(Box::new(file))),
                Step::Drop(id) => self.wish(Effect::DropOrder(id)),
                Step::Send(file) => {
                    // Before it leaves: it is among the banks within a millisecond or two.
                    if let Some(bank) = self.armed.take() {
                        self.wish(Effect::Switch(BankSwitch::StopMidPackage(bank)));
                    }
                    let call = Call::OrderPackage { id: file.id, legs: file.legs.clone() };
                    self.tell_bank(&file, true, call);
                }
                Step::Ask(file) => self.tell_bank(&file, false, Call::Package(file.id)),
            }
        }
    }

    fn tell_bank(&mut self, file: &OrderFile, sends: bool, call: Call) {
        // Without a session there the order waits for the next log-in, which asks about it.
        if let Some(session) = self.banks.session(&file.bank).filter(|s| s.customer.id == file.customer) {
            let seat = session.seat.clone();
            self.ask(Owner::Order { id: file.id, sends }, seat, call);
        }
    }
}
