//! Legs from a paste, a file or a template. All right, they go into the list; else each bad line is shown with its number
//! and reason, and the customer chooses. Nothing is taken in part without a yes.

use shared::limits::LEGS_MAX;

use super::{Builder, Mode};
use crate::app::notice::Notice;
use crate::leg_lines::{LegText, Points, Reading};
use crate::popups::question::Ask;
use crate::rooms::Cx;
use crate::rooms::leg_form::end_in;

/// Where a text comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Paste,
    /// By its path.
    File(String),
    /// By its name.
    Template(String),
}

/// A text on its way into the list.
#[derive(Clone, Debug)]
pub(super) struct Incoming {
    pub source: Source,
    text: String,
    points: Points,
    /// Whether it takes the place of what is in the list.
    replaces: bool,
}

/// What was found in a text that is not all right.
#[derive(Debug)]
pub(super) struct Import {
    pub incoming: Incoming,
    pub found: LegText,
    /// The bad line in sight.
    pub at: usize,
    /// Whether the focus is on taking what is right.
    pub takes: bool,
}

impl Builder {
    /// A text has come in.
    pub(super) fn take_text(&mut self, source: Source, text: String, cx: &mut Cx<'_>) {
        let asks = source != Source::Paste && !self.legs.is_empty();
        let incoming = Incoming { source, text, points: Points::Unsaid, replaces: false };
        if asks {
            self.incoming = Some(incoming);
            return cx.question(Ask::LoadOver { count: self.legs.len() });
        }
        self.read(incoming, cx);
    }

    /// The answer to [`Ask::LoadOver`].
    pub(super) fn load_over(&mut self, replaces: bool, cx: &mut Cx<'_>) {
        if let Some(incoming) = self.incoming.take() {
            self.read(Incoming { replaces, ..incoming }, cx);
        }
    }

    /// The answer to [`Ask::Points`]; `None` leaves the amounts in doubt among the bad lines.
    pub(super) fn points_meant(&mut self, points: Option<Points>, cx: &mut Cx<'_>) {
        let Some(incoming) = self.incoming.take() else { return };
        match points {
            Some(points) => self.read(Incoming { points, ..incoming }, cx),
            None => {
                let found = self.found_in(&incoming, cx);
                self.settle(incoming, found, cx);
            }
        }
    }

    fn found_in(&self, incoming: &Incoming, cx: &Cx<'_>) -> LegText {
        let taken = if incoming.replaces { 0 } else { self.legs.len() };
        let end = |text: &str| end_in(cx.world, text);
        Reading { points: incoming.points, room: LEGS_MAX - taken, end: &end }.read(&incoming.text)
    }

    fn read(&mut self, incoming: Incoming, cx: &mut Cx<'_>) {
        let found = self.found_in(&incoming, cx);
        if let Some(typed) = found.ambiguous.clone().filter(|_| incoming.points == Points::Unsaid) {
            self.incoming = Some(incoming);
            return cx.question(Ask::Points { typed });
        }
        self.settle(incoming, found, cx);
    }

    fn settle(&mut self, incoming: Incoming, found: LegText, cx: &mut Cx<'_>) {
        if found.bad.is_empty() && found.legs.is_empty() {
            cx.notice(Notice::NothingFound);
        } else if found.bad.is_empty() {
            self.take_legs(&incoming, found, cx);
        } else {
            self.mode = Mode::Import(Import { incoming, found, at: 0, takes: false });
        }
    }

    /// The customer has chosen among the bad lines' buttons.
    pub(super) fn import_chosen(&mut self, cx: &mut Cx<'_>) {
        if let Mode::Import(import) = std::mem::replace(&mut self.mode, Mode::List)
            && import.takes
        {
            self.take_legs(&import.incoming, import.found, cx);
        }
    }

    fn take_legs(&mut self, incoming: &Incoming, found: LegText, cx: &mut Cx<'_>) {
        if incoming.replaces {
            self.remove(0..self.legs.len());
        }
        // What was pasted is seen at once; what comes from elsewhere is said.
        if incoming.source != Source::Paste {
            cx.notice(Notice::LegsTaken(found.legs.len()));
        }
        self.chosen = self.legs.len();
        self.legs.extend(found.legs);
        if let Source::Template(name) = &incoming.source {
            self.name.clone_from(name);
        }
        self.look_up_all(cx);
    }
}
