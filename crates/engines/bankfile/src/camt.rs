//! camt.053 (the day's account statement) and camt.054 (what was booked, as it is booked):
//! the same entries under two roofs.

use kernel::{Day, Money, Zone};

use crate::fault::Problem;
use crate::item::{AccountStatement, Head, Item, Kind, Line, Says};
use crate::read::Heading;
use crate::value::{self, count, day, id, instant, money};

pub(crate) struct Reading {
    kind: Kind,
    zone: Zone,
    pub(crate) heading: Heading,
    statement: AccountStatement,
    entry: Entry,
    balance: Balance,
}

#[derive(Default)]
struct Entry {
    amount: Option<Money>,
    currency: Option<String>,
    is_debit: Option<bool>,
    is_booked: bool,
    day: Option<Day>,
    value_day: Option<Day>,
    reference: Option<String>,
    /// Details given out, and their sum where each has one.
    lines: u64,
    told: Option<Money>,
    /// The details that are being read.
    held: Option<Details>,
}

struct Details {
    line: Line,
    is_debit: Option<bool>,
}

#[derive(Default)]
struct Balance {
    code: String,
    amount: Option<Money>,
    is_debit: bool,
    day: Option<Day>,
}

impl Reading {
    pub(crate) fn new(kind: Kind, zone: Zone) -> Reading {
        Reading {
            kind,
            zone,
            heading: Heading::default(),
            statement: AccountStatement::default(),
            entry: Entry::default(),
            balance: Balance::default(),
        }
    }

    pub(crate) fn head(&self) -> Result<Head, Problem> {
        self.heading.head(self.kind)
    }

    pub(crate) fn opened(&mut self, path: &str, out: &mut Vec<Item>) -> Result<(), Problem> {
        match within(path) {
            "" => self.statement = AccountStatement::default(),
            "Bal" => self.balance = Balance::default(),
            "Ntry" => {
                self.entry = Entry {
                    told: Some(Money::ZERO),
                    ..Entry::default()
                };
            }
            "Ntry/NtryDtls/TxDtls" => {
                self.give(false, out)?;
                self.entry.held = Some(Details {
                    line: Line::new(Says::Pending),
                    is_debit: None,
                });
            }
            _ => {}
        }
        Ok(())
    }

    pub(crate) fn field(
        &mut self,
        path: &str,
        text: &str,
        currency: Option<&str>,
    ) -> Result<(), Problem> {
        if path.starts_with("GrpHdr/") {
            return self.heading.field(path, text, self.zone);
        }
        let path = within(path);
        if let Some(path) = path.strip_prefix("Ntry/NtryDtls/TxDtls/") {
            return self.details(path, text, currency);
        }
        if let Some(path) = path.strip_prefix("Ntry/") {
            return self.entry(path, text, currency);
        }
        if let Some(path) = path.strip_prefix("Bal/") {
            return self.balance(path, text);
        }
        let statement = &mut self.statement;
        match path {
            "ElctrncSeqNb" => statement.number = Some(number(text)?),
            // The paper's number stands in where the file has none of its own.
            "LglSeqNb" if statement.number.is_none() => statement.number = Some(number(text)?),
            "FrToDt/ToDtTm" => statement.day = Some(instant(text, self.zone)?.day(self.zone)),
            "Acct/Id/IBAN" | "Acct/Id/Othr/Id" => statement.account = Some(id(text)?),
            "Acct/Ccy" => statement.currency = Some(id(text)?),
            "TxsSummry/TtlNtries/NbOfNtries" => statement.said_entries = Some(count(text)?),
            _ => {}
        }
        Ok(())
    }

    fn entry(&mut self, path: &str, text: &str, currency: Option<&str>) -> Result<(), Problem> {
        let zone = self.zone;
        let entry = &mut self.entry;
        match path {
            "Amt" => {
                entry.amount = Some(money(text)?);
                entry.currency = currency.map(str::to_owned);
            }
            "CdtDbtInd" => entry.is_debit = Some(is_debit(text)?),
            // A code since version 08, the text itself before.
            "Sts" | "Sts/Cd" => entry.is_booked = text == "BOOK",
            "BookgDt/Dt" => entry.day = Some(day(text)?),
            "BookgDt/DtTm" => entry.day = Some(instant(text, zone)?.day(zone)),
            "ValDt/Dt" => entry.value_day = Some(day(text)?),
            "ValDt/DtTm" => entry.value_day = Some(instant(text, zone)?.day(zone)),
            "AcctSvcrRef" => entry.reference = Some(id(text)?),
            _ => {}
        }
        Ok(())
    }

    fn details(&mut self, path: &str, text: &str, currency: Option<&str>) -> Result<(), Problem> {
        let Some(held) = &mut self.entry.held else {
            return Ok(());
        };
        let line = &mut held.line;
        match path {
            "Refs/EndToEndId" => line.end_to_end = Some(id(text)?),
            "Refs/MsgId" => line.original = Some(id(text)?),
            "Refs/AcctSvcrRef" => line.reference = Some(id(text)?),
            "Amt" | "AmtDtls/TxAmt/Amt" | "AmtDtls/InstdAmt/Amt" if line.amount.is_none() => {
                line.amount = Some(money(text)?);
                line.currency = currency.map(str::to_owned);
            }
            "CdtDbtInd" => held.is_debit = Some(is_debit(text)?),
            "RltdPties/CdtrAcct/Id/IBAN" | "RltdPties/CdtrAcct/Id/Othr/Id" => {
                line.creditor = Some(id(text)?);
            }
            "RtrInf/Rsn/Cd" | "RtrInf/Rsn/Prtry" => line.reason = Some(id(text)?),
            _ => {}
        }
        Ok(())
    }

    fn balance(&mut self, path: &str, text: &str) -> Result<(), Problem> {
        let balance = &mut self.balance;
        match path {
            "Tp/CdOrPrtry/Cd" => text.clone_into(&mut balance.code),
            "Amt" => balance.amount = Some(money(text)?),
            "CdtDbtInd" => balance.is_debit = is_debit(text)?,
            "Dt/Dt" => balance.day = Some(day(text)?),
            "Dt/DtTm" => balance.day = Some(instant(text, self.zone)?.day(self.zone)),
            _ => {}
        }
        Ok(())
    }

    pub(crate) fn closed(&mut self, path: &str, out: &mut Vec<Item>) -> Result<(), Problem> {
        match within(path) {
            "Bal" => self.keep_balance(),
            "Ntry" => self.end_entry(out)?,
            "" if self.kind == Kind::Camt053 => {
                out.push(Item::Statement(std::mem::take(&mut self.statement)));
            }
            _ => {}
        }
        Ok(())
    }

    fn keep_balance(&mut self) {
        let balance = std::mem::take(&mut self.balance);
        let amount = balance
            .amount
            .map(|amount| if balance.is_debit { -amount } else { amount });
        match balance.code.as_str() {
            // Opening, or what the one before closed with.
            "OPBD" | "PRCD" => self.statement.opening = amount,
            "CLBD" => {
                self.statement.closing = amount;
                self.statement.day = self.statement.day.or(balance.day);
            }
            _ => {}
        }
    }

    /// Gives out the details read before. `alone`: the entry has no others.
    fn give(&mut self, alone: bool, out: &mut Vec<Item>) -> Result<(), Problem> {
        let Some(mut details) = self.entry.held.take() else {
            return Ok(());
        };
        let entry = &mut self.entry;
        if alone && details.line.amount.is_none() {
            details.line.amount = entry.amount;
        }
        entry.told = match (entry.told, details.line.amount) {
            (Some(told), Some(amount)) => Some(value::sum(told, amount)?),
            _ => None,
        };
        entry.lines += 1;
        let mut line = details.line;
        line.says = entry.says(details.is_debit)?;
        line.currency = line.currency.or_else(|| entry.currency.clone());
        line.reference = line.reference.or_else(|| entry.reference.clone());
        line.day = entry.day.or(entry.value_day);
        line.account = self.statement.account.clone();
        out.push(Item::Line(line));
        Ok(())
    }

    fn end_entry(&mut self, out: &mut Vec<Item>) -> Result<(), Problem> {
        let alone = self.entry.lines == 0;
        self.give(alone, out)?;
        let amount = self.entry.amount.ok_or(Problem::Missing("Amt"))?;
        let says = self.entry.says(None)?;
        // What no details explain is a line of its own: nothing of an entry is lost.
        let untold = match self.entry.told {
            Some(told) => amount.checked_sub(told).filter(|rest| !rest.is_zero()),
            None => None,
        };
        if let Some(rest) = untold {
            self.entry.held = Some(Details {
                line: Line {
                    amount: Some(Money(rest.minor().saturating_abs())),
                    ..Line::new(Says::Pending)
                },
                is_debit: None,
            });
            self.give(false, out)?;
        }
        let statement = &mut self.statement;
        statement.entries += 1;
        match says {
            Says::Debited => statement.debits = value::sum(statement.debits, amount)?,
            Says::CameBack => statement.credits = value::sum(statement.credits, amount)?,
            _ => {}
        }
        Ok(())
    }
}

impl Entry {
    fn says(&self, own: Option<bool>) -> Result<Says, Problem> {
        let is_debit = own.or(self.is_debit).ok_or(Problem::Missing("CdtDbtInd"))?;
        Ok(match (self.is_booked, is_debit) {
            (false, _) => Says::Pending,
            (true, true) => Says::Debited,
            (true, false) => Says::CameBack,
        })
    }
}

/// The path inside of a statement or notification; the roof itself is empty.
fn within(path: &str) -> &str {
    match path.split_once('/') {
        Some(("Stmt" | "Ntfctn", rest)) => rest,
        None if matches!(path, "Stmt" | "Ntfctn") => "",
        _ => "elsewhere",
    }
}

fn is_debit(text: &str) -> Result<bool, Problem> {
    match text {
        "DBIT" => Ok(true),
        "CRDT" => Ok(false),
        _ => Err(Problem::Form("DBIT or CRDT")),
    }
}

fn number(text: &str) -> Result<i64, Problem> {
    i64::try_from(count(text)?).map_err(|_| Problem::Form("a number"))
}
