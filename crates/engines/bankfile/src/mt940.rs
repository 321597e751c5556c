//! MT940, the account statement of before ISO 20022: lines that begin with a tag.
//!
//! ```text
//! :20:STATEMENT                          the bank's reference
//! :25:00014/23402000300100001010         our account
//! :28C:2/1                               the number of the statement
//! :60F:C261124UZS5000000,00              the opening balance
//! :61:2611241124D650000,00NTRFNONREF//MB-PMT-1
//! :86:/EREF/0197c0de0000700080000000000000a1/
//! :62F:C261124UZS4350000,00              the closing balance
//! ```
//! The id of a payment is longer than the reference of `:61:`, so it is looked for in the
//! free text: behind `EREF`, else as the one run of 32 hexadecimal digits.

use std::collections::VecDeque;
use std::io::BufRead;

use kernel::{Day, Money};

use crate::fault::{Fault, Problem};
use crate::item::{AccountStatement, Item, Line, Says};
use crate::limits::{ID_CHARS_MAX, NARRATIVE_LINES_MAX};
use crate::value::{self, count, id, money};
use crate::xml::Guarded;

/// Digits of our name of a payment.
const NAME_DIGITS: usize = 32;
/// Statements of this century only: the year has two digits.
const CENTURY: i32 = 2000;

pub(crate) struct Reading<R> {
    input: Guarded<R>,
    /// The line that was read last, and the one where its field began.
    line: u64,
    begun: u64,
    tag: String,
    text: Vec<String>,
    statement: Option<AccountStatement>,
    entry: Option<Line>,
    ended: bool,
}

impl<R: BufRead> Reading<R> {
    /// Refuses what does not begin as MT940 does.
    pub(crate) fn open(input: Guarded<R>) -> Result<Reading<R>, Fault> {
        let mut reading = Reading {
            line: input.line() - 1,
            input,
            begun: 0,
            tag: String::new(),
            text: Vec::new(),
            statement: None,
            entry: None,
            ended: false,
        };
        while reading.tag.is_empty() {
            let line = reading.next_line()?;
            let envelope = line.as_deref().is_some_and(is_envelope);
            match line.as_deref().and_then(tag_of) {
                Some(("20", text)) => reading.begin("20", text),
                None if envelope => {}
                _ => return Err(reading.fault("the file", Problem::NotABankFile)),
            }
        }
        Ok(reading)
    }

    pub(crate) fn fault(&self, field: &str, problem: Problem) -> Fault {
        Fault {
            line: self.line.max(1),
            field: field.to_owned(),
            problem,
        }
    }

    /// One line; true at the end.
    pub(crate) fn read(&mut self, out: &mut VecDeque<Item>) -> Result<bool, Fault> {
        if self.ended {
            return Ok(true);
        }
        let Some(line) = self.next_line()? else {
            self.end_field(out)?;
            self.ended = true;
            return match self.statement.is_some() {
                true => Err(self.fault(":62F:", Problem::CutOff)),
                false => Ok(true),
            };
        };
        if let Some((tag, text)) = tag_of(&line) {
            self.end_field(out)?;
            self.begin(tag, text);
        } else if is_envelope(&line) {
            self.end_field(out)?;
        } else if self.text.len() == NARRATIVE_LINES_MAX {
            return Err(self.fault(&format!(":{}:", self.tag), Problem::NarrativeTooLong));
        } else {
            self.text.push(line);
        }
        Ok(false)
    }

    fn begin(&mut self, tag: &str, text: &str) {
        tag.clone_into(&mut self.tag);
        self.begun = self.line;
        self.text = vec![text.to_owned()];
    }

    fn next_line(&mut self) -> Result<Option<String>, Fault> {
        self.line += 1;
        self.input.mark();
        let mut bytes = Vec::new();
        if let Err(error) = self.input.read_until(b'\n', &mut bytes) {
            let problem = self.input.problem(&error);
            return Err(self.fault("the file", problem));
        }
        // Old code pages: what we look for is ASCII, the rest may be garbled.
        let text = String::from_utf8_lossy(&bytes);
        Ok((!bytes.is_empty()).then(|| text.trim_end().to_owned()))
    }

    /// Understands the field that was read.
    fn end_field(&mut self, out: &mut VecDeque<Item>) -> Result<(), Fault> {
        let tag = std::mem::take(&mut self.tag);
        let text = std::mem::take(&mut self.text);
        let done = self.field(&tag, &text, out);
        done.map_err(|problem| Fault {
            line: self.begun,
            field: format!(":{tag}:"),
            problem,
        })
    }

    fn field(
        &mut self,
        tag: &str,
        text: &[String],
        out: &mut VecDeque<Item>,
    ) -> Result<(), Problem> {
        let first = text.first().map(String::as_str).unwrap_or_default();
        if tag == "20" {
            self.give(out);
            if self
                .statement
                .replace(AccountStatement::default())
                .is_some()
            {
                return Err(Problem::Missing(":62F: of the statement before"));
            }
            return Ok(());
        }
        let Some(statement) = &mut self.statement else {
            return Ok(());
        };
        match tag {
            "25" | "25P" => {
                let account = first.rsplit('/').next().unwrap_or_default();
                statement.account = Some(id(account)?);
            }
            "28C" | "28" => {
                let number = first.split('/').next().unwrap_or_default();
                let number = i64::try_from(count(number)?).ok();
                statement.number = Some(number.ok_or(Problem::Form("a number"))?);
            }
            "60F" | "60M" => {
                let (balance, currency, _) = balance(first)?;
                statement.opening = Some(balance);
                statement.currency = Some(currency);
            }
            "61" => {
                self.give(out);
                self.begin_entry(first)?;
            }
            "86" => {
                if let Some(line) = &mut self.entry {
                    tell(line, text);
                }
            }
            "62F" | "62M" => self.close(first, out)?,
            _ => {}
        }
        Ok(())
    }

    fn begin_entry(&mut self, text: &str) -> Result<(), Problem> {
        let mut line = entry(text)?;
        let Some(statement) = &mut self.statement else {
            return Ok(());
        };
        let amount = line.amount.unwrap_or_default();
        statement.entries += 1;
        match line.says {
            Says::Debited => statement.debits = value::sum(statement.debits, amount)?,
            _ => statement.credits = value::sum(statement.credits, amount)?,
        }
        line.account.clone_from(&statement.account);
        line.currency.clone_from(&statement.currency);
        self.entry = Some(line);
        Ok(())
    }

    fn give(&mut self, out: &mut VecDeque<Item>) {
        out.extend(self.entry.take().map(Item::Line));
    }

    fn close(&mut self, text: &str, out: &mut VecDeque<Item>) -> Result<(), Problem> {
        self.give(out);
        let (closing, _, day) = balance(text)?;
        if let Some(mut statement) = self.statement.take() {
            statement.closing = Some(closing);
            statement.day = Some(day);
            out.push_back(Item::Statement(statement));
        }
        Ok(())
    }
}

/// `:61:text` is the tag 61 and its text.
fn tag_of(line: &str) -> Option<(&str, &str)> {
    let (tag, text) = line.strip_prefix(':')?.split_once(':')?;
    let digits = tag.get(..2)?.bytes().all(|byte| byte.is_ascii_digit());
    let letter = tag.get(2..)?;
    let known =
        letter.is_empty() || (letter.len() == 1 && letter.as_bytes()[0].is_ascii_uppercase());
    (digits && known).then_some((tag, text))
}

/// The blocks of the network around a message, and its end.
fn is_envelope(line: &str) -> bool {
    line.is_empty() || line.starts_with('{') || matches!(line, "-" | "-}")
}

/// `C261124UZS5000000,00`: sign, day, currency, sum.
fn balance(text: &str) -> Result<(Money, String, Day), Problem> {
    let wrong = || Problem::Form("a balance");
    let (sign, rest) = text.split_at_checked(1).ok_or_else(wrong)?;
    let (date, rest) = rest.split_at_checked(6).ok_or_else(wrong)?;
    let (currency, amount) = rest.split_at_checked(3).ok_or_else(wrong)?;
    let amount = decimal(amount)?;
    let balance = match sign {
        "C" => amount,
        "D" => -amount,
        _ => return Err(wrong()),
    };
    Ok((balance, currency.to_owned(), day(date)?))
}

/// `2611241124D650000,00NTRFNONREF//MB-PMT-1`: value day, day of booking, mark, sum, kind,
/// our reference, the bank's.
fn entry(text: &str) -> Result<Line, Problem> {
    let wrong = || Problem::Form("an entry");
    let (value_day, rest) = text.split_at_checked(6).ok_or_else(wrong)?;
    let value_day = day(value_day)?;
    let booked = rest
        .get(..4)
        .filter(|date| date.bytes().all(|byte| byte.is_ascii_digit()));
    let rest = if booked.is_some() { &rest[4..] } else { rest };
    let marks = [
        ("RC", Says::Debited),
        ("RD", Says::CameBack),
        ("EC", Says::CameBack),
        ("ED", Says::Debited),
        ("C", Says::CameBack),
        ("D", Says::Debited),
    ];
    let mark = marks.into_iter().find(|(mark, _)| rest.starts_with(mark));
    let (mark, says) = mark.ok_or_else(wrong)?;
    let rest = &rest[mark.len()..];
    // The third letter of the currency may stand here.
    let rest = rest
        .strip_prefix(|letter: char| letter.is_ascii_uppercase())
        .unwrap_or(rest);
    let end = rest
        .find(|c: char| !c.is_ascii_digit() && c != ',')
        .unwrap_or(rest.len());
    let (amount, rest) = rest.split_at(end);
    // Four letters of the kind, then the references.
    let (kind, references) = rest.split_at_checked(4).ok_or_else(wrong)?;
    let is_kind = |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit();
    if !kind.starts_with(['N', 'F', 'S']) || !kind.chars().all(is_kind) {
        return Err(wrong());
    }
    let reference = references.split_once("//").map(|(_, bank)| bank);
    Ok(Line {
        amount: Some(decimal(amount)?),
        day: Some(booked.map_or(Ok(value_day), |date| booking_day(value_day, date))?),
        reference: reference.map(id).transpose()?,
        ..Line::new(says)
    })
}

fn decimal(text: &str) -> Result<Money, Problem> {
    // The comma always stands there.
    match text.contains('.') || !text.contains(',') {
        true => Err(Problem::Form("a sum")),
        false => money(&text.replacen(',', ".", 1)),
    }
}

fn day(text: &str) -> Result<Day, Problem> {
    let parts = [text.get(..2), text.get(2..4), text.get(4..)];
    let [year, month, day] = parts.map(|part| part.and_then(|part| count(part).ok()));
    let found = match (year, month, day) {
        (Some(year), Some(month), Some(day)) => {
            Day::new(CENTURY + year as i32, month as u32, day as u32)
        }
        _ => None,
    };
    found.ok_or(Problem::Form("a date"))
}

/// The booking has no year: it is the one that brings it nearest to the value day.
fn booking_day(value_day: Day, date: &str) -> Result<Day, Problem> {
    let (year, month, _) = value_day.ymd();
    let booked = count(&date[..2])? as u32;
    let year = match (month, booked) {
        (12, 1) => year + 1,
        (1, 12) => year - 1,
        _ => year,
    };
    let found = Day::new(year, booked, count(&date[2..])? as u32);
    found.ok_or(Problem::Form("a date"))
}

/// What the free text tells of the payment.
fn tell(line: &mut Line, text: &[String]) {
    let text = without_subfields(&text.concat());
    let marked = behind(&text, "EREF", ID_CHARS_MAX);
    let name = marked
        .as_deref()
        .and_then(name_in)
        .or_else(|| name_in(&text));
    line.end_to_end = name.or(marked);
    line.reason = behind(&text, "RTRN", 4);
}

/// `?20`, `?21`, ... cut a text wherever they fall.
fn without_subfields(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('?') {
        let (before, after) = rest.split_at(at);
        whole.push_str(before);
        let is_code = after
            .get(1..3)
            .is_some_and(|code| code.bytes().all(|b| b.is_ascii_digit()));
        rest = if is_code { &after[3..] } else { &after[1..] };
    }
    whole.push_str(rest);
    whole
}

/// The letters and digits behind a mark and its `+`, `/` or `:`.
fn behind(text: &str, mark: &str, chars_max: usize) -> Option<String> {
    let at = text.find(mark)? + mark.len();
    let found = text[at..].strip_prefix(['+', '/', ':'])?;
    let fits = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
    let found: String = found.chars().take_while(fits).take(chars_max).collect();
    (!found.is_empty()).then_some(found)
}

/// A run of hexadecimal digits that is long enough to be our name of a payment.
fn name_in(text: &str) -> Option<String> {
    let runs = text.split(|c: char| !c.is_ascii_hexdigit());
    let long = runs.filter(|run| run.len() >= NAME_DIGITS);
    long.map(|run| run[..NAME_DIGITS].to_ascii_lowercase())
        .next()
}
