//! pacs.004: payments that come back after they were booked, each with its reason.

use kernel::{Money, Zone};

use crate::fault::Problem;
use crate::item::{Head, Item, Kind, Line, Says};
use crate::read::Heading;
use crate::value::{self, count, day, id, money};

pub(crate) struct Reading {
    zone: Zone,
    pub(crate) heading: Heading,
    original: Option<String>,
    said_lines: Option<u64>,
    said_total: Option<Money>,
    lines: u64,
    total: Money,
    line: Line,
}

impl Reading {
    pub(crate) fn new(zone: Zone) -> Reading {
        Reading {
            zone,
            heading: Heading::default(),
            original: None,
            said_lines: None,
            said_total: None,
            lines: 0,
            total: Money::ZERO,
            line: Line::new(Says::Returned),
        }
    }

    pub(crate) fn head(&self) -> Result<Head, Problem> {
        self.heading.head(Kind::Pacs004)
    }

    pub(crate) fn opened(&mut self, path: &str) {
        if path == "TxInf" {
            self.line = Line::new(Says::Returned);
        }
    }

    pub(crate) fn field(
        &mut self,
        path: &str,
        text: &str,
        currency: Option<&str>,
    ) -> Result<(), Problem> {
        if let Some(path) = path.strip_prefix("TxInf/") {
            return self.transaction(path, text, currency);
        }
        match path {
            "GrpHdr/NbOfTxs" => self.said_lines = Some(count(text)?),
            "GrpHdr/CtrlSum" => self.said_total = Some(money(text)?),
            "OrgnlGrpInf/OrgnlMsgId" => self.original = Some(id(text)?),
            _ if path.starts_with("GrpHdr/") => self.heading.field(path, text, self.zone)?,
            _ => {}
        }
        Ok(())
    }

    fn transaction(
        &mut self,
        path: &str,
        text: &str,
        currency: Option<&str>,
    ) -> Result<(), Problem> {
        let line = &mut self.line;
        match path {
            "RtrId" => line.reference = Some(id(text)?),
            "OrgnlGrpInf/OrgnlMsgId" => line.original = Some(id(text)?),
            "OrgnlEndToEndId" => line.end_to_end = Some(id(text)?),
            "RtrdIntrBkSttlmAmt" => {
                line.amount = Some(money(text)?);
                line.currency = currency.map(str::to_owned);
            }
            "IntrBkSttlmDt" => line.day = Some(day(text)?),
            "RtrRsnInf/Rsn/Cd" | "RtrRsnInf/Rsn/Prtry" if line.reason.is_none() => {
                line.reason = Some(id(text)?);
            }
            "OrgnlTxRef/DbtrAcct/Id/IBAN" | "OrgnlTxRef/DbtrAcct/Id/Othr/Id" => {
                line.account = Some(id(text)?);
            }
            "OrgnlTxRef/CdtrAcct/Id/IBAN" | "OrgnlTxRef/CdtrAcct/Id/Othr/Id" => {
                line.creditor = Some(id(text)?);
            }
            _ => {}
        }
        Ok(())
    }

    pub(crate) fn closed(&mut self, path: &str, out: &mut Vec<Item>) -> Result<(), Problem> {
        if path != "TxInf" {
            return Ok(());
        }
        let mut line = std::mem::replace(&mut self.line, Line::new(Says::Returned));
        let amount = line.amount.ok_or(Problem::Missing("RtrdIntrBkSttlmAmt"))?;
        self.lines += 1;
        self.total = value::sum(self.total, amount)?;
        line.original = line.original.or_else(|| self.original.clone());
        out.push(Item::Line(line));
        Ok(())
    }

    /// The sums at the top are those of the lines.
    pub(crate) fn end(&self) -> Result<(), Problem> {
        if let Some(said) = self.said_lines.filter(|said| *said != self.lines) {
            let (said, found) = (format!("{said} lines"), self.lines.to_string());
            return Err(Problem::Differs { said, found });
        }
        if let Some(said) = self.said_total.filter(|said| *said != self.total) {
            let (said, found) = (said.to_string(), self.total.to_string());
            return Err(Problem::Differs { said, found });
        }
        Ok(())
    }
}
