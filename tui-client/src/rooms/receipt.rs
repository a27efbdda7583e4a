//! The receipt of a package, of one of its legs, or of a line of a statement: on screen, on the clipboard, in a file.

mod view;

#[cfg(test)]
pub(super) mod tests;

use std::collections::BTreeMap;

use ratatui::Frame;
use ratatui::layout::Rect;
use shared::account::AccountRef;
use shared::api::events::BankEvent;
use shared::api::replies::{AccountReply, PostingReply};
use shared::ids::{BankId, PackageId};
use shared::text::Name;

use super::look_up::LookUp;
use super::payees::{Payee, Payees};
use super::{Cx, Screen, Seen};
use crate::actions::{Action, Scope};
use crate::app::notice::Notice;
use crate::app::requests::Slot;
use crate::app::saving::{NewFile, Saved};
use crate::app::why_not::WhyNot;
use crate::app::wire::Answer;
use crate::app::world::World;
use crate::receipt::{Facts, Sheet};
use crate::texts::Texts;
use crate::widgets::list::{moved, paged};

/// Where this room is in the table of actions.
pub const SCOPES: &[Scope] = &[Scope::Receipt, Scope::Pages];

/// A receipt.
#[derive(Debug)]
pub struct Receipt {
    id: PackageId,
    /// The one leg that it is about, counted from 0.
    leg: Option<u16>,
    /// The line of a statement that it was asked for from, where no bank shows more.
    posting: Option<(AccountRef, PostingReply)>,
    look_up: LookUp,
    /// Whether everything that was asked about the package has been answered.
    looked_up: bool,
    payees: Payees,
    first: usize,
    /// What it was found to be last: the path above must not call a sheet a receipt that is none.
    is_receipt: bool,
    shows_qr: bool,
    saved: Option<Saved>,
}

impl Receipt {
    /// Of a package, or of one of its legs.
    #[must_use]
    pub fn of_package(id: PackageId, leg: Option<u16>) -> Self {
        Self {
            id,
            leg,
            posting: None,
            look_up: LookUp::new(id),
            looked_up: false,
            payees: Payees::default().under("payee-of-receipt"),
            first: 0,
            is_receipt: false,
            shows_qr: false,
            saved: None,
        }
    }

    /// Of a line of a statement.
    #[must_use]
    pub fn of_posting(account: AccountRef, posting: PostingReply) -> Self {
        let receipt = Self::of_package(posting.package, Some(posting.leg));
        Self { posting: Some((account, posting)), ..receipt }
    }

    fn facts(&self, world: &World) -> Option<Facts> {
        let order = world.orders.order(self.id).map(Facts::of_order);
        let told = || {
            let (bank, package) = self.look_up.told()?;
            let facts = Facts::of_package(package);
            let whole = facts.legs.iter().all(|leg| leg.leg.is_none());
            Some(Facts { through: whole.then(|| bank.clone()), ..facts })
        };
        let facts = order.or_else(told).map(|facts| facts.only(self.leg));
        let posted = || {
            let (account, posting) = self.posting.as_ref().filter(|_| self.looked_up)?;
            Some(Facts::of_posting(account, posting))
        };
        let mut facts = facts.filter(Facts::shows_any_leg).or_else(posted)?;
        facts.names = self.names(&facts, world);
        Some(facts)
    }

    /// Names for the accounts on the sheet, masked: one's own as they stand here, others' as their banks tell.
    fn names(&self, facts: &Facts, world: &World) -> BTreeMap<AccountRef, String> {
        facts
            .accounts()
            .into_iter()
            .filter_map(|account| {
                let name = match (world.banks.account(&account), self.payees.of(&account)) {
                    (Some(own), _) => Some(own_name(own)),
                    (None, Some(Payee::Found(payee))) => Some(payee.name.clone()),
                    (None, Some(Payee::Asking | Payee::Unknown | Payee::Failed(_)) | None) => None,
                };
                Some((account, name?))
            })
            .collect()
    }

    fn sheet(&self, world: &World) -> Option<Sheet> {
        let texts = Texts::new(world.settings.language);
        let bank = |id: &BankId| world.banks.name(id);
        self.facts(world).map(|facts| Sheet::new(&texts, &facts, &bank))
    }

    fn find_out(&mut self, world: &World) {
        self.is_receipt = self.sheet(world).is_some_and(|sheet| sheet.is_receipt);
    }

    /// Payees are named on a receipt; each is asked for once.
    fn look_up_payees(&mut self, cx: &mut Cx<'_>) {
        for account in self.facts(cx.world).map(|facts| facts.accounts()).unwrap_or_default() {
            if self.payees.of(&account).is_none() {
                self.payees.look_up(&account, cx);
            }
        }
    }
}

/// How an account of one's own is named on a sheet: its company, or its holders, masked.
#[must_use]
pub fn own_name(own: &AccountReply) -> String {
    let masked = |name: &str| Name::new(name).ok().map(|name| name.masked());
    own.company.clone().unwrap_or_else(|| {
        own.holders.iter().filter_map(|holder| masked(&holder.name)).collect::<Vec<_>>().join(", ")
    })
}

impl Screen for Receipt {
    fn title(&self, texts: &Texts) -> String {
        let t = texts.receipt;
        if self.is_receipt { t.title() } else { t.title_sheet() }.to_owned()
    }

    fn scopes(&self) -> &'static [Scope] {
        SCOPES
    }

    fn leaves_on_esc(&self) -> bool {
        !self.shows_qr
    }

    fn takes_pages(&self) -> bool {
        true
    }

    fn entered(&mut self, cx: &mut Cx<'_>) {
        if cx.world.orders.order(self.id).is_none() {
            self.look_up.ask(cx);
            self.looked_up = self.look_up.has_ended(cx);
        }
        self.look_up_payees(cx);
        self.find_out(cx.world);
    }

    fn act(&mut self, action: Action, cx: &mut Cx<'_>) {
        let Some(sheet) = self.sheet(cx.world) else {
            if action == Action::Back {
                cx.back();
            }
            return;
        };
        let texts = Texts::new(cx.world.settings.language);
        match action {
            Action::Up | Action::Down => {
                self.first = moved(self.first, sheet.lines.len(), action == Action::Down);
            }
            Action::PageUp | Action::PageDown | Action::First | Action::Last => {
                self.first = paged(self.first, sheet.lines.len(), action);
            }
            Action::SaveReceipt => {
                self.saved = None;
                cx.save(NewFile { stem: sheet.file_stem.clone(), ending: "txt", text: sheet.to_file() });
            }
            Action::CopyReceipt => {
                let t = texts.receipt;
                cx.copy(sheet.to_text(), if sheet.is_receipt { t.the_receipt() } else { t.the_sheet() });
            }
            Action::ShowQr if sheet.qr.is_none() => cx.notice(Notice::Off(WhyNot::NoQr)),
            Action::ShowQr => self.shows_qr = !self.shows_qr,
            Action::Back => self.shows_qr = false,
            _ => {}
        }
    }

    fn answered(&mut self, slot: Slot, answer: Answer, cx: &mut Cx<'_>) {
        if !self.payees.answered(slot, &answer) {
            self.look_up.answered(slot, answer, cx.world.now);
            self.looked_up = self.look_up.has_ended(cx);
            self.look_up_payees(cx);
        }
        self.find_out(cx.world);
    }

    fn told(&mut self, bank: &BankId, event: &BankEvent, cx: &mut Cx<'_>) {
        if self.look_up.heard(bank, event, cx.world.now) {
            self.look_up_payees(cx);
            self.find_out(cx.world);
        }
    }

    fn saved(&mut self, saved: &Saved, _cx: &mut Cx<'_>) {
        self.saved = Some(saved.clone());
    }

    fn ticked(&mut self, cx: &mut Cx<'_>) {
        if cx.world.orders.order(self.id).is_none() {
            self.look_up.ask_when_due(cx);
        }
        self.find_out(cx.world);
    }

    fn view(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        self.draw(frame, area, seen);
    }
}
