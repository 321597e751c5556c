//! pain.002: what a bank says of a file of ours, of its batch and of its lines.

use kernel::Zone;

use crate::fault::Problem;
use crate::item::{FileStatus, Head, Item, Kind, Line, Said, Says};
use crate::read::Heading;
use crate::value::{id, money};

pub(crate) struct Reading {
    zone: Zone,
    pub(crate) heading: Heading,
    original: Option<String>,
    group: Status,
    batch: Status,
    batch_lines: u64,
    status: Status,
    line: Line,
}

#[derive(Default)]
struct Status {
    code: Option<String>,
    reason: Option<String>,
}

impl Status {
    fn said(&self) -> Option<Said> {
        self.code.as_deref().map(Said::of_status)
    }

    /// The first reason is kept.
    fn field(&mut self, path: &str, text: &str) -> Result<(), Problem> {
        match path {
            "StsRsnInf/Rsn/Cd" | "StsRsnInf/Rsn/Prtry" if self.reason.is_none() => {
                self.reason = Some(id(text)?);
            }
            "GrpSts" | "PmtInfSts" | "TxSts" => self.code = Some(id(text)?),
            _ => {}
        }
        Ok(())
    }
}

impl Reading {
    pub(crate) fn new(zone: Zone) -> Reading {
        Reading {
            zone,
            heading: Heading::default(),
            original: None,
            group: Status::default(),
            batch: Status::default(),
            batch_lines: 0,
            status: Status::default(),
            line: Line::new(Says::Pending),
        }
    }

    pub(crate) fn head(&self) -> Result<Head, Problem> {
        self.heading.head(Kind::Pain002)
    }

    pub(crate) fn opened(&mut self, path: &str) {
        match path {
            "OrgnlPmtInfAndSts" => {
                self.batch = Status::default();
                self.batch_lines = 0;
            }
            "OrgnlPmtInfAndSts/TxInfAndSts" => {
                self.status = Status::default();
                self.line = Line::new(Says::Pending);
            }
            _ => {}
        }
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
        if let Some(path) = path.strip_prefix("OrgnlPmtInfAndSts/TxInfAndSts/") {
            return self.transaction(path, text, currency);
        }
        if let Some(path) = path.strip_prefix("OrgnlPmtInfAndSts/") {
            return self.batch.field(path, text);
        }
        match path.strip_prefix("OrgnlGrpInfAndSts/") {
            Some("OrgnlMsgId") => self.original = Some(id(text)?),
            Some(path) => self.group.field(path, text)?,
            None => {}
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
            "OrgnlEndToEndId" => line.end_to_end = Some(id(text)?),
            "OrgnlTxRef/Amt/InstdAmt" => {
                line.amount = Some(money(text)?);
                line.currency = currency.map(str::to_owned);
            }
            "OrgnlTxRef/CdtrAcct/Id/IBAN" | "OrgnlTxRef/CdtrAcct/Id/Othr/Id" => {
                line.creditor = Some(id(text)?);
            }
            _ => self.status.field(path, text)?,
        }
        Ok(())
    }

    pub(crate) fn closed(&mut self, path: &str, out: &mut Vec<Item>) -> Result<(), Problem> {
        match path {
            "OrgnlGrpInfAndSts" => {
                let original = self
                    .original
                    .clone()
                    .ok_or(Problem::Missing("OrgnlMsgId"))?;
                let said = self.group.said();
                out.extend(said.map(|said| self.file(original, said, &self.group)));
            }
            "OrgnlPmtInfAndSts/TxInfAndSts" => {
                self.batch_lines += 1;
                out.push(Item::Line(self.end_line()));
            }
            // A batch that is refused whole says it once; a file of ours has one batch.
            "OrgnlPmtInfAndSts" => {
                let refused = self.batch.said() == Some(Said::Rejected);
                let is_news = self.group.said() != Some(Said::Rejected);
                if refused && is_news && self.batch_lines == 0 {
                    let original = self
                        .original
                        .clone()
                        .ok_or(Problem::Missing("OrgnlMsgId"))?;
                    out.push(self.file(original, Said::Rejected, &self.batch));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn file(&self, original: String, said: Said, status: &Status) -> Item {
        Item::File(FileStatus {
            original,
            said,
            reason: status.reason.clone(),
        })
    }

    /// A line without a status of its own has its batch's, or its file's.
    fn end_line(&mut self) -> Line {
        let mut line = std::mem::replace(&mut self.line, Line::new(Says::Pending));
        let statuses = [&self.status, &self.batch, &self.group];
        let status = statuses.into_iter().find(|status| status.code.is_some());
        line.says = match status.and_then(Status::said) {
            Some(Said::Accepted) => Says::Accepted,
            Some(Said::Rejected) => Says::Rejected,
            Some(Said::Pending) | None => Says::Pending,
        };
        line.reason = status.and_then(|status| status.reason.clone());
        line.original.clone_from(&self.original);
        line
    }
}
