//! A package as text: one leg a line, `aurora/1042-8=boreal/2001-0:150,00 aluguel`, or a table as spreadsheets write it
//! (`de;para;valor;descricao`). Reads pastes and files, prints what it can read again. Touches no file.
//!
//! Invariants: a line is a leg or is named with its number and what is wrong with it, never dropped in silence; an amount
//! that can mean two things is read only once the customer has said what points mean.

use csv::{ReaderBuilder, StringRecord, Trim, WriterBuilder};
use shared::limits::LEGS_MAX;
use shared::money::{Amount, MoneyTextError, parse_reais};
use shared::package::{End, Leg};

use crate::widgets::complaint::Complaint;
use crate::widgets::leg_line;
use crate::widgets::search::fold;

/// What a lone point in `1.23` means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Points {
    /// Nobody has said: such an amount is complained about.
    #[default]
    Unsaid,
    /// It stands before the centavos: R$ 1,23.
    Centavos,
    /// It parts thousands, carelessly: R$ 123,00.
    Thousands,
}

/// A line that is no leg.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Its number in the text, from 1.
    pub number: usize,
    /// As it stands there.
    pub text: String,
    /// What is wrong with it.
    pub why: Complaint,
}

/// What a text holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LegText {
    /// Its legs, in order.
    pub legs: Vec<Leg>,
    /// The lines that are none, in order.
    pub bad: Vec<BadLine>,
    /// The first amount that can mean two things, as it is written: ask what points mean, and read again.
    pub ambiguous: Option<String>,
}

/// How a text is read.
pub struct Reading<'a> {
    /// What a lone point means.
    pub points: Points,
    /// How many legs there is room for.
    pub room: usize,
    /// Reads an end of a leg: [`leg_line::end`], or one that knows names of banks as well.
    pub end: &'a dyn Fn(&str) -> Result<End, Complaint>,
}

impl Default for Reading<'_> {
    fn default() -> Self {
        Self { points: Points::Unsaid, room: LEGS_MAX, end: &leg_line::end }
    }
}

/// A line of a text before its parts are read.
struct Row<'a> {
    number: usize,
    text: String,
    parts: Result<[&'a str; 4], Complaint>,
}

impl Reading<'_> {
    /// Reads a whole text: a table if its first line is a heading, else one leg a line. Blank lines and those that begin
    /// with `#` are passed over.
    #[must_use]
    pub fn read(&self, text: &str) -> LegText {
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n");
        let mut found = LegText::default();
        match content(&text).next().and_then(|(_, line)| separator(line)) {
            Some(separator) => self.read_table(&text, separator, &mut found),
            None => {
                for (number, line) in content(&text) {
                    let parts = leg_line::Parts::of(line).map(|p| [p.from, p.to, p.amount, p.description]);
                    self.take(Row { number, text: line.trim().to_owned(), parts }, &mut found);
                }
            }
        }
        found
    }

    fn read_table(&self, text: &str, separator: u8, found: &mut LegText) {
        let mut reader = ReaderBuilder::new()
            .delimiter(separator)
            .has_headers(false)
            .flexible(true)
            .comment(Some(b'#'))
            .trim(Trim::All)
            .from_reader(text.as_bytes());
        let mut columns: Option<Columns> = None;
        let mut record = StringRecord::new();
        // Text is UTF-8 and rows may be of any length: the reader finds nothing to fail on.
        while reader.read_record(&mut record).unwrap_or(false) {
            if record.iter().all(str::is_empty) {
                continue;
            }
            let (number, line) = place(text, &record);
            if record.iter().any(|cell| cell.contains('\n')) {
                // A quote that is not closed takes the lines after it along: all of them are named.
                let end = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX).min(text.len());
                let last = text.get(..end).map_or(number, |t| t.trim_end().matches('\n').count() + 1);
                let lost = content(text).filter(|(n, _)| (number..=last).contains(n));
                found.bad.extend(lost.map(|(number, line)| BadLine {
                    number,
                    text: line.trim().to_owned(),
                    why: Complaint::QuoteOpen,
                }));
                continue;
            }
            let Some(columns) = &columns else {
                match Columns::of(&record) {
                    Some(named) => columns = Some(named),
                    None => {
                        return found.bad.push(BadLine {
                            number,
                            text: line,
                            why: Complaint::ColumnsMissing,
                        });
                    }
                }
                continue;
            };
            let parts = columns.parts(&record);
            self.take(Row { number, text: line, parts }, found);
        }
    }

    fn take(&self, row: Row<'_>, found: &mut LegText) {
        let read = row.parts.and_then(|[from, to, amount, description]| {
            let (from, to) = ((self.end)(from)?, (self.end)(to)?);
            let amount = crate::leg_lines::amount(self.points, amount).map_err(|error| {
                if error == MoneyTextError::Ambiguous && found.ambiguous.is_none() {
                    found.ambiguous = Some(amount.to_owned());
                }
                Complaint::from(error)
            })?;
            leg_line::made(from, to, amount, description)
        });
        match read {
            Ok(leg) if found.legs.len() < self.room => found.legs.push(leg),
            Ok(_) => {
                found.bad.push(BadLine { number: row.number, text: row.text, why: Complaint::TooManyLegs })
            }
            Err(why) => found.bad.push(BadLine { number: row.number, text: row.text, why }),
        }
    }
}

/// An amount in a text where points mean this. Where they stand before centavos, `1.500` cannot mean thousands.
///
/// # Errors
/// What is wrong with it.
pub fn amount(points: Points, text: &str) -> Result<Amount, MoneyTextError> {
    let lone_point = text.matches('.').count() == 1 && !text.contains(',');
    match points {
        Points::Centavos if lone_point => {
            let (_, centavos) = text.split_once('.').unwrap_or_default();
            if centavos.len() > 2 {
                return Err(MoneyTextError::Malformed);
            }
            parse_reais(&text.replace('.', ","))
        }
        Points::Thousands if lone_point => parse_reais(&text.replace('.', "")),
        Points::Unsaid | Points::Centavos | Points::Thousands => parse_reais(text),
    }
}

/// The lines that hold something, with their numbers from 1.
fn content(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let numbered = text.lines().enumerate().map(|(n, line)| (n + 1, line));
    numbered.filter(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
}

/// The separator of a table whose heading this line is; none where the line is no heading.
fn separator(line: &str) -> Option<u8> {
    let separators = [b';', b',', b'\t'];
    let named = |separator: u8| {
        let names: Vec<Option<Column>> = line.split(char::from(separator)).map(Column::named).collect();
        names.len() > 1 && names.iter().any(Option::is_some)
    };
    separators.into_iter().find(|separator| named(*separator))
}

/// A column by its heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    From,
    To,
    Amount,
    Description,
}

impl Column {
    fn named(heading: &str) -> Option<Self> {
        match fold(heading.trim().trim_matches('"').trim()).as_str() {
            "de" | "from" => Some(Self::From),
            "para" | "to" => Some(Self::To),
            "valor" | "amount" => Some(Self::Amount),
            "descricao" | "description" => Some(Self::Description),
            _ => None,
        }
    }
}

/// Where the columns stand; others are passed over.
struct Columns {
    from: usize,
    to: usize,
    amount: usize,
    description: Option<usize>,
    count: usize,
}

impl Columns {
    fn of(heading: &StringRecord) -> Option<Self> {
        let at = |wanted| heading.iter().position(|name| Column::named(name) == Some(wanted));
        Some(Self {
            from: at(Column::From)?,
            to: at(Column::To)?,
            amount: at(Column::Amount)?,
            description: at(Column::Description),
            count: heading.len(),
        })
    }

    /// A row longer than the heading is not guessed about: `150,00` without quotes in a table parted by commas is two.
    fn parts<'a>(&self, record: &'a StringRecord) -> Result<[&'a str; 4], Complaint> {
        let cell = |at: usize| record.get(at).ok_or(Complaint::RowMalformed);
        if record.iter().skip(self.count).any(|cell| !cell.is_empty()) {
            return Err(Complaint::RowMalformed);
        }
        let description = self.description.and_then(|at| record.get(at)).unwrap_or_default();
        Ok([cell(self.from)?, cell(self.to)?, cell(self.amount)?, description])
    }
}

/// The number of a record's line and the line itself. The reader's own place may lie before blank lines and comments.
fn place(text: &str, record: &StringRecord) -> (usize, String) {
    let from = record.position().map_or(0, |p| usize::try_from(p.byte()).unwrap_or(0));
    let before = text.get(..from).map_or(0, |t| t.matches('\n').count());
    let rest = text.get(from..).unwrap_or_default();
    content(rest).next().map_or((before + 1, String::new()), |(n, line)| (before + n, line.trim().to_owned()))
}

/// The text of a package, one leg a line; [`Reading::read`] reads the same legs from it.
#[must_use]
pub fn print(legs: &[Leg]) -> String {
    legs.iter().map(|leg| leg_line::line(leg) + "\n").collect()
}

/// The same as a table for spreadsheets; [`Reading::read`] reads it too.
#[must_use]
pub fn print_table(legs: &[Leg]) -> String {
    let mut writer = WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
    let mut write = |cells: [&str; 4]| {
        // Memory takes everything.
        let _written = writer.write_record(cells);
    };
    write(["de", "para", "valor", "descricao"]);
    for leg in legs {
        let description = leg.description().map_or("", |d| d.as_str());
        let (from, to) = (leg_line::end_text(leg.from()), leg_line::end_text(leg.to()));
        write([&from, &to, &leg_line::amount_text(leg.amount()), description]);
    }
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
