//! Beneficiaries: whom a payer wants to pay, and where. What it writes is the mapper's, and waits as
//! every change of an account does.

use std::collections::{BTreeSet, HashMap};

use access::Action;
use kernel::Pinfl;
use payments::account_change::{self, Ask, Asked, Destination};
use serde_json::Value;
use store::Tx;
use store::idempotency::{self, Begun};

use super::form::{Fields, Wrong};
use super::{Asker, REQUEST_CHARS, Refused, Sent, hash_of, response};
use crate::Exchange;
use crate::dci::mapper::{self, read_destination};
use crate::payee::Payee;

/// Beneficiaries of one request.
const BENEFICIARIES_MAX: usize = 500;
pub(super) const SOURCE_CHARS: usize = 12;
const ADDRESS_CHARS_MAX: usize = 99;
/// What we pay to: an account in a bank.
const ACCOUNTS: &[&str] = &["00", "01"];
const MODALITIES: &[&str] = &["00", "01", "02", "03", "04"];

/// The number of a person: our PINFL, or another register's twenty characters, which nobody here has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub text: String,
    /// Or what is wrong with it.
    pub number: Result<Pinfl, String>,
}

/// Digits of a PINFL; any other functional id has twenty characters.
const PINFL_DIGITS: usize = 14;
const FUNCTIONAL_CHARS: usize = 20;

pub(super) fn payee_of(fields: &Fields) -> Result<Named, Wrong> {
    const FIELD: &str = "PayeeFunctionalID";
    let text = fields.text(FIELD)?;
    let is_pinfl = text.len() == PINFL_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
    let text = match is_pinfl {
        true => text.to_owned(),
        false => fields.id(FIELD, FUNCTIONAL_CHARS)?,
    };
    let number = match is_pinfl {
        true => Pinfl::parse(&text).map_err(|why| why.to_string()),
        false => Err("is no PINFL, and the register has no other numbers".to_owned()),
    };
    Ok(Named { text, number })
}

/// A person of the register, or why there is none.
pub(super) fn known<'a>(
    named: &Named,
    payees: &'a HashMap<Pinfl, Payee>,
) -> Result<&'a Payee, String> {
    let number = named.number.clone()?;
    let found = payees.get(&number);
    found.ok_or_else(|| "the register knows nobody with this PINFL in your territory".to_owned())
}

struct Beneficiary {
    named: Named,
    to: Result<Option<Destination>, String>,
}

impl Beneficiary {
    fn read(fields: &Fields) -> Result<Beneficiary, Wrong> {
        let named = payee_of(fields)?;
        let modality = fields.remark("PaymentModality", 2)?;
        if let Some(modality) = &modality
            && !MODALITIES.contains(&modality.as_str())
        {
            return Err(fields.wrong("PaymentModality", "is none of 00 to 04"));
        }
        let address = fields.remark("FinancialAddress", ADDRESS_CHARS_MAX)?;
        let paid_here = modality.is_none_or(|modality| ACCOUNTS.contains(&modality.as_str()));
        let to = match address {
            None => Ok(None),
            Some(_) if !paid_here => Err("only accounts in banks are paid to here".to_owned()),
            Some(address) => read_destination(&address).map(Some),
        };
        Ok(Beneficiary { named, to })
    }
}

/// What came of the beneficiaries of one request.
#[derive(Default)]
struct Tally {
    all: usize,
    waiting: usize,
    failed: usize,
    first: Option<String>,
}

impl Tally {
    fn words(&self) -> String {
        let mut words = format!("received {}", self.all);
        if self.waiting > 0 {
            words.push_str(&format!("; {} take effect after 72 hours", self.waiting));
        }
        if let Some(first) = &self.first {
            words.push_str(&format!("; {} not entered: {first}", self.failed));
        }
        words
    }
}

impl Exchange {
    pub(super) async fn beneficiaries(
        &self,
        asker: &Asker,
        sent: &Sent<'_>,
        way: &str,
    ) -> Result<(u16, Value), Refused> {
        let fields = Fields::read(sent.body)?;
        let request = fields.id("RequestID", REQUEST_CHARS)?;
        fields.id("SourceBBID", SOURCE_CHARS)?;
        let listed = fields.list("Beneficiaries", BENEFICIARIES_MAX)?;
        let listed: Vec<Beneficiary> = listed
            .iter()
            .map(Beneficiary::read)
            .collect::<Result<_, _>>()?;
        let numbers = listed
            .iter()
            .filter_map(|one| one.named.number.clone().ok());
        let numbers: BTreeSet<Pinfl> = numbers.collect();
        let action = Action::LinkAccount;
        let payees = self.find_payees(&asker.subject, action, &numbers).await?;
        let scope = format!("govstack.{way} {}", asker.subject.account.0);
        let mut tx = self.platform.db.begin().await?;
        let hash = hash_of(sent);
        let clock = &self.platform.clock;
        match idempotency::begin(&mut tx, clock, &scope, &request, &hash).await? {
            Begun::Fresh => {}
            Begun::Different => {
                let why = format!("RequestID {request} belongs to another request");
                return Err(Refused::Request(why));
            }
            Begun::Seen { response: words } => {
                let words = words.unwrap_or_default();
                return Ok((200, response("00", &words, &request)));
            }
        }
        let words = self.enter_all(&mut tx, &listed, &payees).await?.words();
        idempotency::finish(&mut tx, &scope, &request, &words).await?;
        tx.commit().await?;
        Ok((200, response("00", &words, &request)))
    }

    async fn enter_all(
        &self,
        tx: &mut Tx,
        listed: &[Beneficiary],
        payees: &HashMap<Pinfl, Payee>,
    ) -> Result<Tally, Refused> {
        let mut tally = Tally::default();
        for one in listed {
            tally.all += 1;
            match self.enter_one(tx, one, payees).await? {
                Ok(waits) => tally.waiting += usize::from(waits),
                Err(why) => {
                    tally.failed += 1;
                    let why = format!("{}: {why}", one.named.text);
                    tally.first.get_or_insert(why);
                }
            }
        }
        Ok(tally)
    }

    /// True when a change waits now.
    async fn enter_one(
        &self,
        tx: &mut Tx,
        one: &Beneficiary,
        payees: &HashMap<Pinfl, Payee>,
    ) -> Result<Result<bool, String>, Refused> {
        let (payee, to) = match (known(&one.named, payees), &one.to) {
            (Err(why), _) => return Ok(Err(why)),
            (Ok(_), Err(why)) => return Ok(Err(why.clone())),
            (Ok(_), Ok(None)) => return Ok(Ok(false)),
            (Ok(payee), Ok(Some(to))) => (payee, *to),
        };
        let ids = &self.platform.ids;
        let ask = Ask {
            id: ids.uuid(),
            person: payee.person,
            district: payee.district,
            to: Some(to),
        };
        match account_change::ask(tx, ids, &payee.permit, &ask).await {
            Ok(asked) => Ok(Ok(matches!(asked, Asked::Change(_)))),
            Err(payments::Error::AccountChange(refusal)) => Ok(Err(refusal.to_string())),
            Err(other) => Err(mapper::fault(other).into()),
        }
    }
}
