//! The package as a file, and as a template.

use super::{Builder, Source};
use crate::app::book::{TEMPLATES_MAX, Template, check_name};
use crate::app::notice::Notice;
use crate::app::why_not::WhyNot;
use crate::leg_lines;
use crate::popups::name::NamePrompt;
use crate::popups::path::PathPrompt;
use crate::popups::pick::Pick;
use crate::popups::question::Ask;
use crate::popups::{Answered, Popup};
use crate::rooms::Cx;
use crate::texts::Texts;

pub(super) const FILE: &str = "package";
pub(super) const TEMPLATE: &str = "template";
/// A name in this ending makes a table.
const TABLE_ENDING: &str = ".csv";

impl Builder {
    pub(super) fn ask_load(cx: &mut Cx<'_>) {
        let texts = Texts::new(cx.world.settings.language);
        cx.path(PathPrompt::read(FILE, texts.builder.load_title().to_owned()));
    }

    pub(super) fn ask_save(&self, cx: &mut Cx<'_>) {
        if self.legs.is_empty() {
            return cx.notice(Notice::Off(WhyNot::NoLegs));
        }
        let texts = Texts::new(cx.world.settings.language);
        let name = if self.name.is_empty() { texts.builder.file_name() } else { &self.name };
        let title = texts.builder.save_title(self.legs.len());
        let prompt = PathPrompt::write(FILE, title, &format!("{name}.txt"), leg_lines::print(&self.legs));
        cx.path(prompt.or_under(TABLE_ENDING, leg_lines::print_table(&self.legs)));
    }

    pub(super) fn ask_template(&self, cx: &mut Cx<'_>) {
        if self.legs.is_empty() {
            return cx.notice(Notice::Off(WhyNot::NoLegs));
        }
        let t = Texts::new(cx.world.settings.language).builder;
        let (title, hint) = (t.template_title().to_owned(), t.template_hint().to_owned());
        cx.popup(Popup::Name(Box::new(NamePrompt::new(TEMPLATE, title, hint, &self.name, check_name))));
    }

    pub(super) fn template_named(&mut self, name: &str, cx: &mut Cx<'_>) {
        let before = cx.world.book.template(name).is_some();
        if !before && cx.world.book.templates().len() >= TEMPLATES_MAX {
            return cx.notice(Notice::Off(WhyNot::TemplatesFull));
        }
        name.clone_into(&mut self.name);
        if before {
            return cx.question(Ask::ReplaceTemplate { name: name.to_owned() });
        }
        self.keep_template(name, cx);
    }

    pub(super) fn keep_template(&self, name: &str, cx: &mut Cx<'_>) {
        cx.world.keep_template(Template { name: name.to_owned(), text: leg_lines::print(&self.legs) });
    }

    pub(super) fn list_templates(cx: &mut Cx<'_>) {
        if cx.world.book.templates().is_empty() {
            return cx.notice(Notice::Off(WhyNot::NoTemplate));
        }
        let t = Texts::new(cx.world.settings.language).builder;
        let count = |template: &Template| leg_lines::Reading::default().read(&template.text).legs.len();
        let row = |template: &Template| format!("{} · {}", template.name, t.legs_in(count(template)));
        let rows = cx.world.book.templates().iter().map(row).collect();
        cx.popup(Popup::Pick(Pick::new(TEMPLATE, t.templates_title().to_owned(), rows).deleting(0)));
    }

    /// An answer about files and templates; tells whether it was one.
    pub(super) fn kept_answered(&mut self, answered: &Answered, cx: &mut Cx<'_>) -> bool {
        let template = |row: usize, cx: &Cx<'_>| cx.world.book.templates().get(row).cloned();
        match answered {
            Answered::FileRead { tag: FILE, path, text } => {
                self.take_text(Source::File(path.clone()), text.clone(), cx);
            }
            Answered::FileWritten { tag: FILE, path } => cx.notice(Notice::FileWritten(path.clone())),
            Answered::Name(TEMPLATE, name) => self.template_named(name, cx),
            Answered::Pick(TEMPLATE, row) => {
                if let Some(Template { name, text }) = template(*row, cx) {
                    self.take_text(Source::Template(name), text, cx);
                }
            }
            Answered::Delete(TEMPLATE, row) => {
                if let Some(Template { name, .. }) = template(*row, cx) {
                    cx.question(Ask::DropTemplate { name });
                }
            }
            Answered::Question(Ask::ReplaceTemplate { name }, answer) => {
                if *answer == 1 {
                    self.keep_template(name, cx);
                }
            }
            Answered::Question(Ask::DropTemplate { name }, answer) => {
                if *answer == 1 {
                    cx.world.drop_template(name);
                }
                // The list again, unless that was the last.
                if !cx.world.book.templates().is_empty() {
                    Self::list_templates(cx);
                }
            }
            _ => return false,
        }
        true
    }
}
