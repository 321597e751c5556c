//! Bulk payments, and checking them before.

use std::collections::{BTreeSet, HashMap};

use access::Action;
use kernel::{Money, Month, Pinfl};
use payments::CURRENCY;
use payments::batch::{self, INSTRUCTIONS_MAX, Instruction, NewBatch, Standing, State};
use serde_json::{Number, Value, json};

use super::beneficiary::{Named, SOURCE_CHARS, known, payee_of};
use super::form::{Fields, Wrong, is_id};
use super::{Asker, REQUEST_CHARS, Refused, Sent, hash_of, of_payments, response};
use crate::Exchange;
use crate::payee::Payee;

const BATCH_CHARS: usize = 12;
const INSTRUCTION_CHARS: usize = 16;
const NARRATION_CHARS_MAX: usize = 50;

/// One instruction as it was written.
struct Written {
    name: String,
    named: Named,
    amount: Money,
    currency: String,
}

impl Written {
    /// A list that is only checked needs the narration too: so says the suite.
    fn read(fields: &Fields, with_narration: bool) -> Result<Written, Wrong> {
        let name = fields.id("InstructionID", INSTRUCTION_CHARS)?;
        let named = payee_of(fields)?;
        let amount = fields.sum("Amount")?;
        let currency = fields.currency("Currency")?;
        if with_narration {
            fields.has("Narration")?;
        }
        fields.remark("Narration", NARRATION_CHARS_MAX)?;
        Ok(Written {
            name,
            named,
            amount,
            currency,
        })
    }

    fn instruction(&self, payees: &HashMap<Pinfl, Payee>) -> Instruction {
        let asked = match self.currency == CURRENCY.code() {
            true => known(&self.named, payees).map(|payee| (payee.person, self.amount)),
            false => Err(format!(
                "{} is paid here, not {}",
                CURRENCY.code(),
                self.currency
            )),
        };
        Instruction {
            name: self.name.clone(),
            asked,
        }
    }
}

impl Exchange {
    pub(super) async fn bulk(
        &self,
        asker: &Asker,
        sent: &Sent<'_>,
        month: Month,
    ) -> Result<(u16, Value), Refused> {
        let new = self.read_batch(asker, sent, false).await?;
        let (ids, permit, payer) = (&self.platform.ids, &asker.permit, &asker.payer);
        let mut tx = self.platform.db.begin().await?;
        let received = batch::receive(&mut tx, ids, permit, payer, (&new, month)).await;
        let received = received.map_err(of_payments)?;
        tx.commit().await?;
        let words = format!(
            "received {}; {} cannot be paid: ask for the detail of the batch",
            received.instructions, received.failed
        );
        Ok((200, response("00", &words, &new.request)))
    }

    pub(super) async fn validate(
        &self,
        asker: &Asker,
        sent: &Sent<'_>,
    ) -> Result<(u16, Value), Refused> {
        let new = self.read_batch(asker, sent, true).await?;
        let (ids, permit, payer) = (&self.platform.ids, &asker.permit, &asker.payer);
        let mut tx = self.platform.db.begin().await?;
        let checked = batch::check(&mut tx, ids, permit, payer, &new).await;
        checked.map_err(of_payments)?;
        tx.commit().await?;
        let words = format!("received {}; ask for the result", new.instructions.len());
        Ok((200, response("00", &words, &new.request)))
    }

    /// What was wrong with a list that was checked.
    pub(super) async fn validated(
        &self,
        asker: &Asker,
        sent: &Sent<'_>,
    ) -> Result<(u16, Value), Refused> {
        let fields = Fields::read(sent.body)?;
        let request = fields.id("RequestID", REQUEST_CHARS)?;
        let batch = fields.id("Source_BatchID", BATCH_CHARS)?;
        let mut tx = self.platform.db.read().await?;
        let payer = asker.payer.account;
        let found = batch::failures(&mut tx, &asker.permit, payer, (&request, &batch)).await;
        let failures = found
            .map_err(of_payments)?
            .ok_or_else(|| Refused::with(404, "no such list was sent to be checked"))?;
        let failed = failures.iter().map(|failure| {
            json!({ "InstructionID": failure.instruction, "FailureReason": failure.reason })
        });
        let failed: Vec<Value> = failed.collect();
        let told = json!({
            "RequestID": request,
            "Source_BatchID": batch,
            "NumberFailedCases": failed.len(),
            "FailedAccounts": failed,
        });
        Ok((200, told))
    }

    async fn read_batch(
        &self,
        asker: &Asker,
        sent: &Sent<'_>,
        with_narration: bool,
    ) -> Result<NewBatch, Refused> {
        let fields = Fields::read(sent.body)?;
        let request = fields.id("RequestID", REQUEST_CHARS)?;
        let source = fields.id("SourceBBID", SOURCE_CHARS)?;
        let batch = fields.id("BatchID", BATCH_CHARS)?;
        let listed = fields.list("CreditInstructions", INSTRUCTIONS_MAX)?;
        let written = listed.iter().map(|one| Written::read(one, with_narration));
        let written: Vec<Written> = written.collect::<Result<_, _>>()?;
        let mut names = BTreeSet::new();
        if let Some(twice) = written.iter().find(|one| !names.insert(&one.name)) {
            let why = format!(
                "CreditInstructions: InstructionID {} stands twice",
                twice.name
            );
            return Err(Refused::Request(why));
        }
        let numbers = written
            .iter()
            .filter_map(|one| one.named.number.clone().ok());
        let numbers: BTreeSet<Pinfl> = numbers.collect();
        let action = Action::HandOverPayments;
        let payees = self.find_payees(&asker.subject, action, &numbers).await?;
        Ok(NewBatch {
            request,
            source,
            batch,
            sha256: hash_of(sent),
            instructions: written.iter().map(|one| one.instruction(&payees)).collect(),
        })
    }

    /// Where every instruction of a list is.
    pub(super) async fn detail(&self, asker: &Asker, batch: &str) -> Result<(u16, Value), Refused> {
        if !is_id(batch, BATCH_CHARS) {
            return Err(Refused::with(404, "no such batch was received from you"));
        }
        let mut tx = self.platform.db.read().await?;
        let payer = asker.payer.account;
        let found = batch::standing(&mut tx, &asker.permit, payer, batch).await;
        let standing = found
            .map_err(of_payments)?
            .ok_or_else(|| Refused::with(404, "no such batch was received from you"))?;
        let lines = standing.iter().map(|one| line(batch, one));
        Ok((200, Value::Array(lines.collect())))
    }
}

fn line(batch: &str, one: &Standing) -> Value {
    let (status, detail) = match one.state {
        State::Failed => ("FAILED", "not paid"),
        State::Accepted => ("IN_PROGRESS", "waits for the run of its month"),
        State::InRun => ("IN_PROGRESS", "in a run"),
        State::Credited => ("COMPLETED", "credited"),
        State::Returned => (
            "IN_PROGRESS",
            "returned by the bank, waits for a new account",
        ),
    };
    let mut line = json!({
        "batchId": batch,
        "transactionId": one.name,
        "status": status,
        "statusDetail": detail,
        "amount": one.amount.map(number),
        "currency": CURRENCY.code(),
        "startedAt": one.received_at.to_string(),
        "direction": "OUTGOING",
    });
    if !one.reason.is_empty() {
        line["errorInformation"] = one.reason.clone().into();
    }
    if one.state == State::Credited {
        line["completedAt"] = one.since.to_string().into();
    }
    line
}

/// Units and hundredths, as the shape wants them.
fn number(amount: Money) -> Number {
    let (units, hundredths) = (amount.minor() / 100, amount.minor() % 100);
    let text = match hundredths {
        0 => units.to_string(),
        hundredths => format!("{units}.{hundredths:02}"),
    };
    serde_json::from_str(&text).unwrap_or_else(|_| units.into())
}
