//! Packages kept under names on this machine, for this customer: used, kept, deleted, line by line.

use super::Talk;
use super::builder::Draft;
use super::lines::Over;
use super::questions::Question;
use crate::app::book::{TEMPLATE_NAME_CHARS_MAX, TEMPLATES_MAX, Template, check_name};
use crate::app::why_not::WhyNot;
use crate::leg_lines::{Reading, print};
use crate::widgets::field::Kind;

impl Talk {
    /// The list: a number takes one into the package, `x` and a number deletes one.
    pub(super) async fn templates(&mut self, draft: &mut Draft) -> Result<(), Over> {
        let t = self.texts.builder;
        loop {
            let templates = self.teller.world.book.templates().to_vec();
            if templates.is_empty() {
                self.say(self.texts.frame.why_not(WhyNot::NoTemplate));
                return Ok(());
            }
            for (n, template) in templates.iter().enumerate() {
                let count = Reading::default().read(&template.text).legs.len();
                self.say(&format!("{}. {}, {}", n + 1, template.name, t.legs_in(count)));
            }
            let words = self.texts.plain.which_template();
            let Some(typed) = self.ask(Question::new(words, Kind::Text(9)).optional()).await? else {
                return Ok(());
            };
            let typed = typed.trim();
            let deleted = typed.strip_prefix(['x', 'X']).and_then(|rest| Self::place(rest, templates.len()));
            if let Some(template) = deleted.and_then(|n| templates.get(n)) {
                self.say(&t.drop_template(&template.name));
                if self.confirm(t.drop_template_title()).await? {
                    self.teller.world.drop_template(&template.name);
                }
            } else if let Some(template) = Self::place(typed, templates.len()).and_then(|n| templates.get(n))
            {
                if self.take_text(draft, &template.text).await? {
                    draft.name.clone_from(&template.name);
                }
                return Ok(());
            } else if typed.is_empty() {
                return Ok(());
            } else {
                self.say(self.texts.plain.not_among());
            }
        }
    }

    /// Keeps the transfers under a name that is asked for.
    pub(super) async fn keep_template(&mut self, draft: &mut Draft) -> Result<(), Over> {
        let t = self.texts.builder;
        self.say(t.template_hint());
        let name = loop {
            let kind = Kind::Text(TEMPLATE_NAME_CHARS_MAX);
            let question = Question::new(t.template_title(), kind).suggesting(draft.name.clone());
            let Some(typed) = self.ask(question).await? else { return Ok(()) };
            let name = typed.trim().to_owned();
            match check_name(&name) {
                Ok(()) => break name,
                Err(complaint) => self.say(&self.texts.forms.complaint(&complaint)),
            }
        };
        let is_there = self.teller.world.book.template(&name).is_some();
        if !is_there && self.teller.world.book.templates().len() >= TEMPLATES_MAX {
            self.say(self.texts.frame.why_not(WhyNot::TemplatesFull));
            return Ok(());
        }
        if is_there {
            self.say(&t.replace_template(&name));
            if !self.confirm(t.replace_template_title()).await? {
                self.say(self.texts.plain.not_done());
                return Ok(());
            }
        }
        draft.name.clone_from(&name);
        self.teller.world.keep_template(Template { name: name.clone(), text: print(&draft.legs) });
        // What the disk says of it comes at once; where it takes nothing, the complaint follows.
        self.say(&t.template_kept(&name));
        self.pass_on();
        Ok(())
    }
}
