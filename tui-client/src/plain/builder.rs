//! A package of many transfers, put together line by line: each line a transfer, or what is to be done with those that
//! are there. An empty line leads to the review; a review that ends in a no leads back here.

use std::collections::BTreeMap;
use std::ops::Range;

use shared::ids::BankId;
use shared::limits::LEGS_MAX;
use shared::money::Reais;
use shared::package::{End, Leg};

use super::lines::Over;
use super::menus::{Chosen, MENU, Menu, Offer, found};
use super::questions::{BACK, Question};
use super::{Answered, Talk};
use crate::actions::{Action, Scope};
use crate::app::why_not::WhyNot;
use crate::leg_lines::{LegText, Points, Reading, print, print_table};
use crate::popups::question::Ask;
use crate::rooms::leg_form::end_in;
use crate::rooms::review::totals;
use crate::widgets::field::Kind;
use crate::widgets::leg_line;
use crate::widgets::search::fold;

/// What there is to do with the transfers of a package.
pub(super) const BUILDER: Menu = Menu {
    scope: Scope::Builder,
    actions: &[
        Action::NewLeg,
        Action::DuplicateLeg,
        Action::RemoveLeg,
        Action::TakeBack,
        Action::RemoveAll,
        Action::Find,
        Action::LegUp,
        Action::LegDown,
        Action::Sums,
        Action::LoadFile,
        Action::SaveFile,
        Action::Templates,
        Action::KeepTemplate,
        Action::ReviewLegs,
    ],
    extras: &[],
};

/// A name in this ending makes a table.
const TABLE_ENDING: &str = ".csv";

/// A package being put together.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) legs: Vec<Leg>,
    /// What was removed, and where it stood.
    removed: Vec<(usize, Vec<Leg>)>,
    /// The name of the template that it was loaded from or kept as.
    pub(super) name: String,
    /// Spreadsheets paste a table: its heading says which column is which for the lines after it.
    heading: String,
}

impl Draft {
    fn remove(&mut self, places: Range<usize>) {
        let at = places.start;
        let legs: Vec<Leg> = self.legs.drain(places).collect();
        if !legs.is_empty() {
            self.removed.push((at, legs));
        }
    }

    /// What was removed last comes back to its place; how many.
    fn take_back(&mut self) -> Result<usize, WhyNot> {
        let Some((at, legs)) = self.removed.pop() else { return Ok(0) };
        if self.legs.len() + legs.len() > LEGS_MAX {
            self.removed.push((at, legs));
            return Err(WhyNot::LegsFull);
        }
        let (at, count) = (at.min(self.legs.len()), legs.len());
        self.legs.splice(at..at, legs);
        Ok(count)
    }
}

impl Talk {
    pub(super) async fn build_package(&mut self) -> Result<(), Over> {
        self.say(self.texts.builder.empty_promise());
        self.build(Vec::new()).await
    }

    /// A package that begins with these transfers.
    pub(super) async fn build(&mut self, legs: Vec<Leg>) -> Result<(), Over> {
        self.say(self.texts.plain.package_how());
        let mut draft = Draft { legs, ..Draft::default() };
        if !draft.legs.is_empty() {
            self.tell_draft(&draft);
        }
        loop {
            self.lines.ask(&self.texts.plain.package_line(draft.legs.len() + 1));
            let line = self.line().await?;
            let typed = line.trim();
            if typed == BACK {
                if draft.legs.is_empty()
                    || self.confirm(&self.texts.plain.drop_draft(draft.legs.len())).await?
                {
                    self.say(self.texts.plain.back());
                    return Ok(());
                }
            } else if typed.is_empty() {
                if draft.legs.is_empty() {
                    self.say(self.texts.plain.not_sent());
                    return Ok(());
                }
                if self.review(draft.legs.clone()).await? {
                    return Ok(());
                }
            } else if self.take_line(&mut draft, typed).await? {
                return Ok(());
            }
        }
    }

    /// A line that is typed: a command, the number of a transfer, or a transfer. Tells whether the package was sent.
    async fn take_line(&mut self, draft: &mut Draft, typed: &str) -> Result<bool, Over> {
        let offers = self.offers(&BUILDER);
        if typed == MENU {
            self.read_out(&offers);
            self.tell_draft(draft);
        } else if self.texts.plain.less_words().split(' ').any(|word| word == typed.to_lowercase()) {
            if let Some(last) = draft.legs.len().checked_sub(1) {
                draft.remove(last..last + 1);
                self.say(&self.texts.plain.removed(last + 1));
            }
        } else if let Some(n) = Self::place(typed, draft.legs.len()) {
            let before = draft.legs.get(n).cloned();
            if let Some(leg) = self.ask_leg(before.as_ref()).await? {
                draft.legs[n] = leg;
                self.tell_leg(draft, n);
            }
        } else if let Some(Offer { chosen, .. }) = found(&offers, typed) {
            return self.in_builder(draft, *chosen).await;
        } else if is_heading(typed) {
            draft.heading = format!("{typed}\n");
        } else {
            let text = format!("{}{typed}\n", draft.heading);
            let room = LEGS_MAX.saturating_sub(draft.legs.len());
            let Some(read) = self.read_legs(&text, room).await? else { return Ok(false) };
            for bad in &read.bad {
                self.say(&self.texts.forms.complaint(&bad.why));
            }
            draft.legs.extend(read.legs);
        }
        Ok(false)
    }

    /// A line of the builder's menu; tells whether the package was sent.
    pub(super) async fn in_builder(&mut self, draft: &mut Draft, chosen: Chosen) -> Result<bool, Over> {
        let Chosen::Action(action) = chosen else {
            self.nowhere();
            return Ok(false);
        };
        let wants_legs = matches!(
            action,
            Action::DuplicateLeg
                | Action::RemoveLeg
                | Action::RemoveAll
                | Action::Find
                | Action::LegUp
                | Action::LegDown
                | Action::Sums
                | Action::SaveFile
                | Action::KeepTemplate
                | Action::ReviewLegs
        );
        if wants_legs && draft.legs.is_empty() {
            self.say(self.texts.builder.empty());
            return Ok(false);
        }
        let full = draft.legs.len() >= LEGS_MAX;
        match action {
            Action::NewLeg | Action::DuplicateLeg if full => {
                self.say(self.texts.frame.why_not(WhyNot::LegsFull));
            }
            Action::NewLeg => {
                if let Some(leg) = self.ask_leg(None).await? {
                    draft.legs.push(leg);
                    self.tell_leg(draft, draft.legs.len() - 1);
                }
            }
            Action::DuplicateLeg => {
                if let Some(n) = self.which_leg(draft).await? {
                    draft.legs.insert(n + 1, draft.legs[n].clone());
                    self.tell_leg(draft, n + 1);
                }
            }
            Action::RemoveLeg => {
                if let Some(n) = self.which_leg(draft).await? {
                    draft.remove(n..n + 1);
                    self.say(&self.texts.plain.removed(n + 1));
                }
            }
            Action::RemoveAll => {
                let t = self.texts.builder;
                self.say(&t.remove_all(draft.legs.len()));
                if self.confirm(t.remove_all_title()).await? {
                    draft.remove(0..draft.legs.len());
                    self.tell_draft(draft);
                }
            }
            Action::TakeBack => match draft.take_back() {
                Ok(0) => self.say(self.texts.builder.nothing_removed()),
                Ok(count) => self.say(&self.texts.builder.back_again(count)),
                Err(why) => self.say(self.texts.frame.why_not(why)),
            },
            Action::LegUp | Action::LegDown => {
                if let Some(n) = self.which_leg(draft).await? {
                    let to = if action == Action::LegUp { n.checked_sub(1) } else { Some(n + 1) };
                    if let Some(to) = to.filter(|to| *to < draft.legs.len()) {
                        draft.legs.swap(n, to);
                    }
                    self.tell_draft(draft);
                }
            }
            Action::Find => self.find_leg(draft).await?,
            Action::Sums => self.tell_sums(draft),
            Action::LoadFile => {
                if let Some(text) = self.read_file().await? {
                    let _taken = self.take_text(draft, &text).await?;
                }
            }
            Action::SaveFile => self.save_package(draft).await?,
            Action::Templates => self.templates(draft).await?,
            Action::KeepTemplate => self.keep_template(draft).await?,
            Action::ReviewLegs => return self.review(draft.legs.clone()).await,
            _ => self.nowhere(),
        }
        Ok(false)
    }

    /// Reads lines of a text; asks what points mean where they may mean two things.
    async fn read_legs(&mut self, text: &str, room: usize) -> Answered<LegText> {
        let read = |talk: &Self, points| {
            let end = |text: &str| end_in(&talk.teller.world, text);
            Reading { points, room, end: &end }.read(text)
        };
        let found = read(self, Points::Unsaid);
        let Some(typed) = found.ambiguous.clone() else { return Ok(Some(found)) };
        let meanings = Ask::point_meanings(&typed);
        self.say(&self.texts.frame.money_question(&typed));
        let options: Vec<String> = meanings.iter().map(|(_, amount)| amount.to_string()).collect();
        let chosen = self.choose(self.texts.frame.money_title(), &options).await?;
        Ok(chosen.and_then(|n| meanings.get(n)).map(|(points, _)| read(self, *points)))
    }

    /// Takes the transfers of a whole text into the list; nothing of it in part without a yes. Tells whether it did.
    pub(super) async fn take_text(&mut self, draft: &mut Draft, text: &str) -> Result<bool, Over> {
        let t = self.texts.builder;
        let mut replaces = false;
        if !draft.legs.is_empty() {
            self.say(&t.load_over(draft.legs.len()));
            let options = [t.load_over_append().to_owned(), t.load_over_replace().to_owned()];
            let Some(n) = self.choose(t.load_over_title(), &options).await? else { return Ok(false) };
            replaces = n == 1;
        }
        let taken = if replaces { 0 } else { draft.legs.len() };
        let Some(read) = self.read_legs(text, LEGS_MAX - taken).await? else { return Ok(false) };
        if read.legs.is_empty() && read.bad.is_empty() {
            self.say(t.nothing_found());
            return Ok(false);
        }
        for bad in &read.bad {
            let why = self.texts.forms.complaint(&bad.why);
            self.say(&self.texts.scripts.bad_line(bad.number, &bad.text, &why));
        }
        if !read.bad.is_empty() {
            let takes = format!("{}?", t.import_take(read.legs.len()));
            if read.legs.is_empty() || !self.confirm(&takes).await? {
                self.say(self.texts.plain.not_done());
                return Ok(false);
            }
        }
        if replaces {
            draft.remove(0..draft.legs.len());
        }
        self.say(&t.taken(read.legs.len()));
        draft.legs.extend(read.legs);
        Ok(true)
    }

    /// A transfer, asked for part by part; `before` stands in brackets.
    async fn ask_leg(&mut self, before: Option<&Leg>) -> Answered<Leg> {
        let t = self.texts.pay;
        let text = |end: Option<&End>| end.map(leg_line::end_text).unwrap_or_default();
        let from = loop {
            let payer = text(before.map(Leg::from));
            let question = Question::new(t.from(), Kind::Text(400)).suggesting(payer);
            let Some(typed) = self.ask(question).await? else { return Ok(None) };
            match end_in(&self.teller.world, &typed) {
                Ok(end) => break end,
                Err(complaint) => self.say(&self.texts.forms.complaint(&complaint)),
            }
        };
        let Some(to) = self.ask_payee(t.to(), &text(before.map(Leg::to)), true).await? else {
            return Ok(None);
        };
        let amount = before.map(|leg| leg.amount().to_string()).unwrap_or_default();
        let described = before.and_then(Leg::description).map(|d| d.as_str()).unwrap_or_default();
        self.ask_rest(from, to, &amount, described).await
    }

    async fn which_leg(&mut self, draft: &Draft) -> Answered<usize> {
        let lines = self.draft_lines(draft);
        self.choose(self.texts.plain.which_leg(), &lines).await
    }

    fn draft_lines(&self, draft: &Draft) -> Vec<String> {
        let legs = draft.legs.iter().enumerate();
        self.with_words(|words| legs.map(|(n, leg)| words.own_leg(n, leg)).collect())
    }

    fn tell_draft(&mut self, draft: &Draft) {
        if draft.legs.is_empty() {
            self.say(self.texts.builder.empty());
        }
        self.draft_lines(draft).iter().for_each(|line| self.say(line));
    }

    fn tell_leg(&mut self, draft: &Draft, n: usize) {
        if let Some(leg) = draft.legs.get(n) {
            let words = self.with_words(|words| words.own_leg(n, leg));
            self.say(&words);
        }
    }

    async fn find_leg(&mut self, draft: &Draft) -> Result<(), Over> {
        let question = Question::new(self.texts.plain.find_what(), Kind::Text(80));
        let Some(typed) = self.ask(question).await? else { return Ok(()) };
        let wanted = fold(&typed);
        let fits = |line: &&String| wanted.split_whitespace().all(|word| fold(line).contains(word));
        let lines: Vec<String> = self.draft_lines(draft).iter().filter(fits).cloned().collect();
        if lines.is_empty() {
            self.say(self.texts.plain.none_fits());
        }
        lines.iter().for_each(|line| self.say(line));
        Ok(())
    }

    /// The total, then what leaves and comes by bank and by account, and what is left.
    fn tell_sums(&mut self, draft: &Draft) {
        let t = self.texts.builder;
        let total = draft.legs.iter().fold(0i64, |sum, leg| sum.saturating_add(leg.amount().centavos()));
        let accounts = totals(&draft.legs);
        let mut banks: BTreeMap<&BankId, (i64, i64)> = BTreeMap::new();
        for (account, (out, into)) in &accounts {
            let sum = banks.entry(&account.bank).or_default();
            *sum = (sum.0.saturating_add(*out), sum.1.saturating_add(*into));
        }
        let moved = |(out, into): (i64, i64)| {
            let part =
                |word: &str, centavos: i64| (centavos > 0).then(|| format!(", {word} {}", Reais(centavos)));
            [part(t.out(), out), part(t.into(), into)].into_iter().flatten().collect::<String>()
        };
        let mut lines = vec![format!("{} {}", t.total(), Reais(total))];
        for (bank, sum) in &banks {
            lines.push(format!("{}{}", self.teller.world.banks.name(bank), moved(*sum)));
        }
        for (account, sum) in &accounts {
            let mut line = format!("{account}{}", moved(*sum));
            if let Some(own) = self.teller.world.banks.account(account) {
                let left = own.available.saturating_sub(sum.0).saturating_add(sum.1);
                line = format!("{line}, {}", t.left(&self.teller.world.settings.balance(left)));
            }
            lines.push(line);
        }
        lines.iter().for_each(|line| self.say(line));
    }

    async fn save_package(&mut self, draft: &Draft) -> Result<(), Over> {
        let name = if draft.name.is_empty() { self.texts.builder.file_name() } else { &draft.name };
        let name = format!("{name}.txt");
        self.save_as(&name, |path| {
            if path.to_lowercase().ends_with(TABLE_ENDING) {
                print_table(&draft.legs)
            } else {
                print(&draft.legs)
            }
        })
        .await
    }
}

/// Whether a line is a table's heading: it has no digit in it.
fn is_heading(line: &str) -> bool {
    line.contains([';', '\t', ',']) && !line.chars().any(|c| c.is_ascii_digit())
}
