//! How questions are asked: the same checks and complaints as in a form, asked again until the answer is right.

use zeroize::Zeroizing;

use super::lines::Over;
use super::{Answered, Talk};
use crate::clock;
use crate::popups::question::Ask;
use crate::widgets::complaint::Complaint;
use crate::widgets::field::{Field, Kind};

/// What goes back, at any question.
pub(super) const BACK: &str = ".";

/// One question.
pub(super) struct Question<'a> {
    pub(super) words: &'a str,
    pub(super) kind: Kind,
    /// What an empty line stands for.
    pub(super) suggestion: Option<String>,
    pub(super) optional: bool,
}

impl<'a> Question<'a> {
    pub(super) const fn new(words: &'a str, kind: Kind) -> Self {
        Self { words, kind, suggestion: None, optional: false }
    }

    pub(super) fn suggesting(mut self, suggestion: impl Into<String>) -> Self {
        let suggestion: String = suggestion.into();
        self.suggestion = Some(suggestion).filter(|s| !s.is_empty());
        self
    }

    pub(super) const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }
}

impl Talk {
    /// The next line, while what is under way goes on. Whoever comes back to a talk that was left alone proves first who
    /// they are; their line is not taken for an answer.
    pub(super) async fn line(&mut self) -> Result<Zeroizing<String>, Over> {
        loop {
            let asked_at = clock::now();
            let line = self.any_line().await?;
            if !self.was_left_alone(asked_at) {
                return Ok(line);
            }
            // The proof asks questions of its own.
            Box::pin(self.lock()).await?;
            self.lines.ask_again();
        }
    }

    async fn any_line(&mut self) -> Result<Zeroizing<String>, Over> {
        loop {
            tokio::select! {
                biased;
                line = self.lines.next() => return line,
                () = self.teller.turn() => self.pass_on(),
            }
        }
    }

    /// Asks until the answer is right; nothing when the customer goes back. What may stay empty may come back empty.
    pub(super) async fn ask(&mut self, question: Question<'_>) -> Answered<Zeroizing<String>> {
        let t = self.texts.plain;
        let mut words = question.words.to_owned();
        if let Some(suggestion) = &question.suggestion {
            words = t.suggested(&words, suggestion);
        } else if question.optional {
            words = t.optional(&words);
        }
        loop {
            let mut field = Field::new((), question.kind);
            if question.optional {
                field = field.optional();
            }
            let line = if field.is_secret() {
                // What is being read already is read with its echo.
                while self.lines.are_typed() && self.lines.are_awaited() {
                    self.say(t.enter_first());
                    let _not_the_password = self.any_line().await?;
                }
                self.lines.ask_secret(&words);
                self.any_line().await?
            } else {
                self.lines.ask(&words);
                self.line().await?
            };
            if line.trim() == BACK {
                self.say(t.back());
                return Ok(None);
            }
            match &question.suggestion {
                Some(suggestion) if line.trim().is_empty() => field.set_text(suggestion),
                Some(_) | None => field.set_text(&line),
            }
            field.check();
            match field.complaint().cloned() {
                None => return Ok(Some(Zeroizing::new(field.text().to_owned()))),
                Some(Complaint::MoneyAmbiguous) => {
                    let typed = field.text().to_owned();
                    if let Some(meant) = self.money_meant(&typed).await? {
                        return Ok(Some(Zeroizing::new(meant)));
                    }
                }
                Some(complaint) => self.say(&self.texts.forms.complaint(&complaint)),
            }
        }
    }

    /// `1.23` may mean two things: which?
    pub(super) async fn money_meant(&mut self, typed: &str) -> Answered<String> {
        let meanings = Ask::money_meanings(typed);
        self.say(&self.texts.frame.money_question(typed));
        let chosen = self.choose(self.texts.frame.money_title(), &meanings).await?;
        Ok(chosen.and_then(|n| meanings.get(n).cloned()))
    }

    /// Numbered options; nothing when the customer goes back.
    pub(super) async fn choose(&mut self, words: &str, options: &[String]) -> Answered<usize> {
        for (n, option) in options.iter().enumerate() {
            self.say(&format!("{}. {option}", n + 1));
        }
        loop {
            self.lines.ask(words);
            let line = self.line().await?;
            let typed = line.trim();
            if typed == BACK || typed.is_empty() {
                return Ok(None);
            }
            let named = options.iter().position(|option| option.to_lowercase() == typed.to_lowercase());
            match Self::place(typed, options.len()).or(named) {
                Some(n) => return Ok(Some(n)),
                None => self.say(self.texts.plain.not_among()),
            }
        }
    }

    /// A yes, or anything else, which is a no.
    pub(super) async fn confirm(&mut self, question: &str) -> Result<bool, Over> {
        let words = self.texts.plain.yes_no(question);
        self.lines.ask(&words);
        let line = self.line().await?;
        Ok(self.starts_with_yes(&line))
    }

    /// A no, or anything else, which is a yes.
    pub(super) async fn confirm_unless_no(&mut self, question: &str) -> Result<bool, Over> {
        let words = self.texts.plain.yes_no_yes(question);
        self.lines.ask(&words);
        let line = self.line().await?;
        Ok(line.trim().is_empty() || self.starts_with_yes(&line))
    }

    /// The row of a numbered list that was typed, counted from 0.
    pub(super) fn place(typed: &str, count: usize) -> Option<usize> {
        typed.trim().parse::<usize>().ok().and_then(|n| n.checked_sub(1)).filter(|n| *n < count)
    }

    fn starts_with_yes(&self, line: &str) -> bool {
        let first = line.trim().chars().next();
        first.is_some_and(|c| self.texts.plain.yes_letters().contains(c))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plain::lines::Wanted;
    use crate::plain::testing::Scene;

    #[tokio::test]
    async fn a_line_that_is_still_being_read_with_its_echo_is_not_taken_for_a_password() {
        let mut scene = Scene::alone(&["typed too early", "uma senha boa"], true);
        let talk = &mut scene.talk;
        // A wait that ended by itself has left a line wanted.
        talk.lines.ask("What to do");
        let typed = talk.ask(Question::new("Password", Kind::Password)).await.expect("no end");
        assert_eq!(typed.as_ref().map(|typed| typed.as_str()), Some("uma senha boa"));
        let wanted: Vec<Wanted> = scene.wanted.try_iter().collect();
        assert_eq!(wanted, [Wanted::Line, Wanted::Secret("Password: ".to_owned())]);
        let said = scene.said.text();
        assert!(
            said.contains(scene.talk.texts.plain.enter_first()) && !said.contains("uma senha boa"),
            "{said}"
        );
    }

    #[tokio::test]
    async fn a_talk_left_alone_is_locked_where_somebody_types_and_only_there() {
        for (typed, minutes, locks) in [(true, 5, true), (true, 0, false), (false, 5, false)] {
            let mut scene = Scene::alone(&[], typed);
            scene.talk.teller.world.settings.lock_after_minutes = minutes;
            let now = clock::now();
            let long_ago = now.checked_sub(jiff::SignedDuration::from_mins(6)).expect("a time");
            assert_eq!(scene.talk.was_left_alone(long_ago), locks, "{typed} {minutes}");
            assert!(!scene.talk.was_left_alone(now));
        }
    }
}
