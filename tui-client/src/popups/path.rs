//! Asks for a path, has the file read or written, and closes once that is done. What is wrong is said under the path, and
//! what was typed stays; a file that is there is replaced only after a yes.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Answered, Outcome};
use crate::app::files::{FileAnswer, FileCall, FileTrouble};
use crate::rooms::Seen;
use crate::theme::Meaning;
use crate::widgets::field::{Field, Kind};
use crate::widgets::{form, list, panel, text};

/// Names shown at once.
const NAMES_SHOWN: u16 = 7;

/// What is done with the file.
#[derive(Debug)]
enum Purpose {
    Read,
    Write(String),
}

/// Another text for names that end so.
type Otherwise = Option<(&'static str, String)>;

#[derive(Debug, PartialEq)]
enum Stage {
    Asking,
    Waiting,
    /// There is such a file already. Whether the focus is on replacing it.
    Exists(bool),
}

/// A path being asked for.
#[derive(Debug)]
pub struct PathPrompt {
    tag: &'static str,
    title: String,
    purpose: Purpose,
    otherwise: Otherwise,
    field: Field<()>,
    names: Vec<String>,
    chosen: Option<usize>,
    trouble: Option<FileTrouble>,
    stage: Stage,
}

impl PathPrompt {
    /// Asks which file to read. The room that opens it gets [`Answered::FileRead`] with `tag`.
    #[must_use]
    pub fn read(tag: &'static str, title: String) -> Self {
        Self::new(tag, title, Purpose::Read, "")
    }

    /// Asks where to write a text. The room that opens it gets [`Answered::FileWritten`] with `tag`.
    #[must_use]
    pub fn write(tag: &'static str, title: String, name: &str, text: String) -> Self {
        Self::new(tag, title, Purpose::Write(text), name)
    }

    fn new(tag: &'static str, title: String, purpose: Purpose, name: &str) -> Self {
        let field = Field::new((), Kind::Text(form::PATH_CHARS_MAX)).with(name);
        Self {
            tag,
            title,
            purpose,
            otherwise: None,
            field,
            names: Vec::new(),
            chosen: None,
            trouble: None,
            stage: Stage::Asking,
        }
    }

    /// The same, writing another text where the name ends so.
    #[must_use]
    pub fn or_under(mut self, ending: &'static str, text: String) -> Self {
        self.otherwise = Some((ending, text));
        self
    }

    /// The names to offer first.
    #[must_use]
    pub fn list(&self) -> FileCall {
        FileCall::List { typed: self.field.text().to_owned() }
    }

    pub(super) fn key(&mut self, event: &KeyEvent) -> Outcome {
        match self.stage {
            // The disk answers at once, or the trouble is shown when it does.
            Stage::Waiting => match event.code {
                KeyCode::Esc => Outcome::Closed,
                _ => Outcome::Open,
            },
            Stage::Exists(replaces) => self.key_exists(event, replaces),
            Stage::Asking => self.key_asking(event),
        }
    }

    fn key_exists(&mut self, event: &KeyEvent, replaces: bool) -> Outcome {
        match event.code {
            KeyCode::Esc | KeyCode::Char('1') => self.stage = Stage::Asking,
            KeyCode::Enter if !replaces => self.stage = Stage::Asking,
            KeyCode::Enter | KeyCode::Char('2') => return self.go(true),
            KeyCode::Tab
            | KeyCode::BackTab
            | KeyCode::Up
            | KeyCode::Down
            | KeyCode::Left
            | KeyCode::Right => {
                self.stage = Stage::Exists(!replaces);
            }
            _ => {}
        }
        Outcome::Open
    }

    fn key_asking(&mut self, event: &KeyEvent) -> Outcome {
        match event.code {
            KeyCode::Esc => return Outcome::Closed,
            KeyCode::Enter if self.field.text().trim().is_empty() => {}
            // What ends in a slash is a directory to look into.
            KeyCode::Enter if self.field.text().ends_with('/') => return self.typed(),
            KeyCode::Enter => return self.go(false),
            KeyCode::Up | KeyCode::Down if !self.names.is_empty() => {
                let down = event.code == KeyCode::Down;
                let at = self.chosen.map_or(0, |at| list::moved(at, self.names.len(), down));
                self.chosen = Some(at);
                self.field.set_text(&self.names[at]);
            }
            KeyCode::Tab => {
                self.complete();
                return self.typed();
            }
            _ => {
                let before = self.field.text().to_owned();
                self.field.key(event);
                let ctrl = event.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
                if before != self.field.text() || (ctrl && event.code == KeyCode::Char('u')) {
                    return self.typed();
                }
            }
        }
        Outcome::Open
    }

    /// As far as all names agree.
    fn complete(&mut self) {
        let Some(first) = self.names.first() else { return };
        let agreed = self.names.iter().skip(1).fold(first.as_str(), |agreed, name| {
            let same = agreed.char_indices().zip(name.chars()).find(|((_, a), b)| a != b);
            let end = same.map_or(agreed.len().min(name.len()), |((at, _), _)| at);
            &agreed[..end]
        });
        if agreed.chars().count() > self.field.text().chars().count() {
            self.field.set_text(agreed);
        }
    }

    fn typed(&mut self) -> Outcome {
        self.trouble = None;
        self.chosen = None;
        Outcome::File(self.list())
    }

    fn go(&mut self, replaces: bool) -> Outcome {
        self.stage = Stage::Waiting;
        self.trouble = None;
        let path = self.field.text().trim().to_owned();
        Outcome::File(match &self.purpose {
            Purpose::Read => FileCall::Read { path },
            Purpose::Write(text) => {
                let other = self.otherwise.as_ref().filter(|(e, _)| path.to_lowercase().ends_with(e));
                let text = other.map_or(text, |(_, text)| text).clone();
                FileCall::Write { path, text, replaces }
            }
        })
    }

    pub(super) fn paste(&mut self, pasted: &str) -> Outcome {
        let line = pasted.lines().map(str::trim).find(|l| !l.is_empty()).unwrap_or_default();
        if self.stage == Stage::Asking && self.field.paste(line) {
            return self.typed();
        }
        Outcome::Open
    }

    pub(super) fn answered(&mut self, answer: FileAnswer) -> Outcome {
        let path = self.field.text().trim().to_owned();
        match answer {
            FileAnswer::Listed { typed, names } => {
                if typed == self.field.text() {
                    self.names = names;
                }
            }
            FileAnswer::Read(Ok(text)) if self.stage == Stage::Waiting => {
                return Outcome::Answered(Answered::FileRead { tag: self.tag, path, text });
            }
            FileAnswer::Written(Ok(path)) if self.stage == Stage::Waiting => {
                return Outcome::Answered(Answered::FileWritten { tag: self.tag, path });
            }
            FileAnswer::Written(Err(FileTrouble::Exists)) => self.stage = Stage::Exists(false),
            FileAnswer::Read(Err(trouble)) | FileAnswer::Written(Err(trouble)) => {
                self.stage = Stage::Asking;
                self.trouble = Some(trouble);
            }
            FileAnswer::Read(Ok(_)) | FileAnswer::Written(Ok(_)) => {}
        }
        Outcome::Open
    }

    pub(super) fn view(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let t = seen.texts.files;
        let inside = panel::popup(frame, area, seen, &self.title, (76, NAMES_SHOWN + 7));
        let label = text::row(inside, 0);
        let taken = text::line(frame.buffer_mut(), label, t.path(), seen.style(Meaning::Key)) + 1;
        form::view_line(frame, text::indent(label, taken), seen, &self.field, self.stage == Stage::Asking);
        let said = text::below(inside, 1);
        let under = match (&self.stage, &self.trouble) {
            (Stage::Waiting, _) => (format!("{} {}", seen.spinner(), t.waiting()), Meaning::Warning),
            (Stage::Exists(_), _) => (format!("! {}", t.exists()), Meaning::Warning),
            (Stage::Asking, Some(trouble)) => (format!("× {}", t.trouble(trouble)), Meaning::Bad),
            (Stage::Asking, None) => match self.purpose {
                Purpose::Read => (t.read_hint().to_owned(), Meaning::Quiet),
                Purpose::Write(_) => (t.write_hint().to_owned(), Meaning::Quiet),
            },
        };
        crate::rooms::draw_words(frame, Rect { height: said.height.min(2), ..said }, seen, &under.0, under.1);
        let below = text::below(inside, 4);
        if let Stage::Exists(replaces) = self.stage {
            for (n, (words, focused)) in (0..).zip([(t.other_name(), !replaces), (t.replace(), replaces)]) {
                let mark = if focused { "▸" } else { " " };
                let meaning = if focused { Meaning::Chosen } else { Meaning::Text };
                let words = format!("{mark} {} {words} ", n + 1);
                text::line(frame.buffer_mut(), text::row(below, n), &words, seen.style(meaning));
                seen.hits.note(text::row(below, n), KeyCode::Char(if n == 0 { '1' } else { '2' }), 1);
            }
            return;
        }
        let rows: Vec<Vec<list::Piece>> =
            self.names.iter().map(|name| vec![(name.clone(), Meaning::Text)]).collect();
        let names = Rect { height: below.height.min(NAMES_SHOWN), ..below };
        list::rows(frame, names, seen, &rows, self.chosen, true);
        let last = text::row(inside, inside.height.saturating_sub(1));
        text::line(frame.buffer_mut(), last, t.keys(), seen.style(Meaning::Quiet));
    }
}
