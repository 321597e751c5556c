//! pain.001.001.09: the credits that a bank is asked to carry out, as one batch. Written
//! line by line; the counts and sums at the top are promised first and proven at the end.
//!
//! No name of a person stands in it, but where the bank pays at its cash desks: it knows its client
//! by the account, and what is not sent cannot leak.

use std::io::{self, Write};

use kernel::{Currency, Day, Instant, Mfo, Money};
use quick_xml::Writer as Xml;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use uuid::Uuid;

use crate::account::{Form, iban};
use crate::value::name_of;

/// The version that is written.
pub const VERSION: &str = "pain.001.001.09";
/// Social security benefit, of the standard's external purpose codes.
const PURPOSE: &str = "SSBE";

/// Hold the money for the person, who comes for it; pay on identification.
const HOLD: &str = "HOLD";

/// What stands above the lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// `MsgId`, and the name of the one batch.
    pub message: String,
    pub made_at: Instant,
    /// When the bank is asked to pay.
    pub pay_on: Day,
    /// In whose name the account is kept.
    pub owner: String,
    /// The account that pays.
    pub account: String,
    pub form: Form,
    /// The bank that keeps it: the very bank of the persons.
    pub bank: Mfo,
    pub currency: Currency,
    pub lines: u64,
    pub total: Money,
}

/// One line.
#[derive(Clone, Copy, Debug)]
pub struct Credit<'a> {
    pub payment: Uuid,
    pub account: &'a str,
    pub amount: Money,
    /// What the person reads on the own account.
    pub note: &'a str,
    /// Of a line that is paid at a cash desk, against the passport.
    pub cash: Option<Cashed<'a>>,
}

/// How the cashier knows the person.
#[derive(Clone, Copy, Debug)]
pub struct Cashed<'a> {
    /// A national identity number (code NIDN of the standard).
    pub pinfl: &'a str,
    pub name: &'a str,
}

/// Why a file did not become one.
#[derive(Debug, thiserror::Error)]
pub enum Unwritten {
    #[error("the file cannot be written: {0}")]
    Io(#[from] io::Error),
    #[error("{lines} lines of {total} were promised, {found} of {found_total} came")]
    Differs {
        lines: u64,
        total: Money,
        found: u64,
        found_total: Money,
    },
}

/// A file that is being written. It is whole only after [`Writer::end`].
pub struct Writer<W: Write> {
    xml: Xml<W>,
    head: Head,
    lines: u64,
    total: Money,
}

impl<W: Write> std::fmt::Debug for Writer<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer")
            .field("lines", &self.lines)
            .finish_non_exhaustive()
    }
}

impl<W: Write> Writer<W> {
    /// Writes all that stands above the lines.
    pub fn begin(out: W, head: Head) -> io::Result<Writer<W>> {
        let mut writer = Writer {
            xml: Xml::new(out),
            head,
            lines: 0,
            total: Money::ZERO,
        };
        let declaration = BytesDecl::new("1.0", Some("UTF-8"), None);
        writer.xml.write_event(Event::Decl(declaration))?;
        let mut document = BytesStart::new("Document");
        let namespace = format!("urn:iso:std:iso:20022:tech:xsd:{VERSION}");
        document.push_attribute(("xmlns", namespace.as_str()));
        writer.xml.write_event(Event::Start(document))?;
        writer.open("CstmrCdtTrfInitn")?;
        writer.group()?;
        writer.batch()?;
        Ok(writer)
    }

    fn group(&mut self) -> io::Result<()> {
        let head = self.head.clone();
        self.open("GrpHdr")?;
        self.field("MsgId", &head.message)?;
        self.field("CreDtTm", &head.made_at.to_string())?;
        self.counts(&head)?;
        self.nested(&["InitgPty", "Nm"], &head.owner)?;
        self.close("GrpHdr")
    }

    fn batch(&mut self) -> io::Result<()> {
        let head = self.head.clone();
        self.open("PmtInf")?;
        self.field("PmtInfId", &head.message)?;
        self.field("PmtMtd", "TRF")?;
        // Each line is booked by itself, so that each comes back by itself.
        self.field("BtchBookg", "false")?;
        self.counts(&head)?;
        self.nested(&["PmtTpInf", "CtgyPurp", "Cd"], PURPOSE)?;
        self.nested(&["ReqdExctnDt", "Dt"], &head.pay_on.to_string())?;
        self.nested(&["Dbtr", "Nm"], &head.owner)?;
        self.open("DbtrAcct")?;
        self.account(&head.account)?;
        self.field("Ccy", head.currency.code())?;
        self.close("DbtrAcct")?;
        let bank = head.bank.to_string();
        self.nested(&["DbtrAgt", "FinInstnId", "ClrSysMmbId", "MmbId"], &bank)
    }

    fn counts(&mut self, head: &Head) -> io::Result<()> {
        self.field("NbOfTxs", &head.lines.to_string())?;
        self.field("CtrlSum", &head.total.to_string())
    }

    pub fn credit(&mut self, credit: &Credit<'_>) -> Result<(), Unwritten> {
        self.lines += 1;
        self.total = match self.total.checked_add(credit.amount) {
            Some(total) => total,
            None => return Err(self.differs()),
        };
        self.open("CdtTrfTxInf")?;
        self.nested(&["PmtId", "EndToEndId"], &name_of(credit.payment))?;
        self.open("Amt")?;
        let mut amount = BytesStart::new("InstdAmt");
        amount.push_attribute(("Ccy", self.head.currency.code()));
        self.xml.write_event(Event::Start(amount))?;
        let sum = credit.amount.to_string();
        self.xml.write_event(Event::Text(BytesText::new(&sum)))?;
        self.close("InstdAmt")?;
        self.close("Amt")?;
        let bank = self.head.bank.to_string();
        self.nested(&["CdtrAgt", "FinInstnId", "ClrSysMmbId", "MmbId"], &bank)?;
        if let Some(cash) = &credit.cash {
            self.creditor(cash)?;
        }
        self.open("CdtrAcct")?;
        self.account(credit.account)?;
        self.close("CdtrAcct")?;
        if credit.cash.is_some() {
            self.nested(&["InstrForCdtrAgt", "Cd"], HOLD)?;
        }
        self.nested(&["Purp", "Cd"], PURPOSE)?;
        self.nested(&["RmtInf", "Ustrd"], credit.note)?;
        Ok(self.close("CdtTrfTxInf")?)
    }

    fn creditor(&mut self, cash: &Cashed<'_>) -> io::Result<()> {
        self.open("Cdtr")?;
        self.field("Nm", cash.name)?;
        for name in ["Id", "PrvtId", "Othr"] {
            self.open(name)?;
        }
        self.field("Id", cash.pinfl)?;
        self.nested(&["SchmeNm", "Cd"], "NIDN")?;
        for name in ["Othr", "PrvtId", "Id", "Cdtr"] {
            self.close(name)?;
        }
        Ok(())
    }

    /// Closes the file, if its lines are those that its head promises.
    pub fn end(mut self) -> Result<W, Unwritten> {
        if (self.lines, self.total) != (self.head.lines, self.head.total) {
            return Err(self.differs());
        }
        for name in ["PmtInf", "CstmrCdtTrfInitn", "Document"] {
            self.close(name)?;
        }
        Ok(self.xml.into_inner())
    }

    fn differs(&self) -> Unwritten {
        Unwritten::Differs {
            lines: self.head.lines,
            total: self.head.total,
            found: self.lines,
            found_total: self.total,
        }
    }

    fn account(&mut self, account: &str) -> io::Result<()> {
        match self.head.form {
            Form::Iban => self.nested(&["Id", "IBAN"], &iban(account)),
            Form::Domestic => self.nested(&["Id", "Othr", "Id"], account),
        }
    }

    fn open(&mut self, name: &str) -> io::Result<()> {
        self.xml.write_event(Event::Start(BytesStart::new(name)))
    }

    fn close(&mut self, name: &str) -> io::Result<()> {
        self.xml.write_event(Event::End(BytesEnd::new(name)))
    }

    fn field(&mut self, name: &str, text: &str) -> io::Result<()> {
        self.nested(&[name], text)
    }

    /// A text in elements inside of each other.
    fn nested(&mut self, names: &[&str], text: &str) -> io::Result<()> {
        names.iter().try_for_each(|name| self.open(name))?;
        self.xml.write_event(Event::Text(BytesText::new(text)))?;
        names.iter().rev().try_for_each(|name| self.close(name))
    }
}
