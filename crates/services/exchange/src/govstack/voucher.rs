//! Vouchers over the wire: statuses between 452 and 464 say what is wrong, as the suite has them.

use kernel::{Money, Month};
use payments::voucher::{self, Issue, Redeem, Refusal, State, Voucher};
use serde_json::{Value, json};

use super::form::Fields;
use super::{Asker, Refused, Sent, of_payments};
use crate::Exchange;

const GROUP_CHARS_MAX: usize = 64;
const TEXT_CHARS_MAX: usize = 200;
const SERIAL_CHARS_MAX: usize = 25;
/// Digits of a serial before its check digit.
const SERIAL_DIGITS: u32 = 15;
const NUMBER_DIGITS: u32 = 20;

const WRONG_AMOUNT: u16 = 452;
const WRONG_CURRENCY: u16 = 453;
const WRONG_GROUP: u16 = 454;
const WRONG_SERIAL: u16 = 456;
const USED: u16 = 458;
const EXPIRED: u16 = 459;
const WRONG_BLOCK: u16 = 460;
const WRONG_NUMBER: u16 = 461;
const NO_MONEY: u16 = 462;
/// In a cancellation: no such voucher, or no such building block.
const NO_MERCHANT: u16 = 463;
const NOTHING_TO_CANCEL: u16 = 463;
const CANCELLED_ALREADY: u16 = 464;

/// A refusal of the noun, outside of a cancellation.
pub(super) fn refused(refusal: &Refusal) -> Refused {
    let status = match refusal {
        Refusal::NoGroup(_) => WRONG_GROUP,
        Refusal::WrongCurrency { .. } => WRONG_CURRENCY,
        Refusal::Amount => WRONG_AMOUNT,
        Refusal::NoMoney(_) => NO_MONEY,
        Refusal::IssuedAlready { .. } => 409,
        Refusal::NoSerial => WRONG_SERIAL,
        Refusal::Ended(State::Expired) => EXPIRED,
        Refusal::Ended(State::Redeemed) => USED,
        Refusal::NoNumber | Refusal::NotActivated | Refusal::OtherGroup(_) | Refusal::Ended(_) => {
            WRONG_NUMBER
        }
        Refusal::NoMerchant => NO_MERCHANT,
        Refusal::Row { .. } => 400,
    };
    Refused::with(status, refusal)
}

/// A serial or a number, which some write as a number of JSON.
fn digits(fields: &Fields, field: &str, status: u16) -> Result<String, Refused> {
    fields.has(field)?;
    let text = match fields.get(field) {
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::String(text)) => text.clone(),
        _ => return Err(Refused::with(status, fields.wrong(field, "is no number"))),
    };
    match is_serial(&text) {
        true => Ok(text),
        false => Err(Refused::with(status, fields.wrong(field, "is no number"))),
    }
}

fn is_serial(text: &str) -> bool {
    (1..=SERIAL_CHARS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn block(asker: &Asker, fields: &Fields, status: u16) -> Result<(), Refused> {
    let known = fields
        .text("Gov_Stack_BB")
        .is_ok_and(|name| asker.speaks_as(name));
    if known {
        return Ok(());
    }
    let why = fields.wrong("Gov_Stack_BB", "is no building block that you named");
    Err(Refused::with(status, why))
}

/// A yes or no, which some write as a text; left out it is no.
fn yes(fields: &Fields, field: &str) -> Result<bool, Refused> {
    let words = [("true", true), ("false", false)];
    match fields.get(field) {
        None => Ok(false),
        Some(Value::Bool(yes)) => Ok(*yes),
        Some(said) => words
            .iter()
            .find(|(word, _)| said == word)
            .map(|(_, yes)| *yes)
            .ok_or_else(|| fields.wrong(field, "is neither true nor false").into()),
    }
}

fn all_there(fields: &Fields, names: &[&str]) -> Result<(), Refused> {
    for name in names {
        fields.has(name)?;
    }
    Ok(())
}

/// Digits that nobody guesses.
fn secret_digits(digits: u32) -> String {
    let random = u128::from_le_bytes(store::secret());
    let width = digits as usize;
    format!("{:0width$}", random % 10_u128.pow(digits))
}

/// A serial with its check digit (Luhn), so that a mistyped one is nobody else's.
fn serial() -> String {
    let digits = secret_digits(SERIAL_DIGITS);
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0');
            let weighed = if place % 2 == 0 { digit * 2 } else { digit };
            weighed / 10 + weighed % 10
        })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

impl Exchange {
    pub(super) async fn preactivate(
        &self,
        asker: &Asker,
        sent: &Sent<'_>,
        month: Month,
    ) -> Result<(u16, Value), Refused> {
        let command = self.read_issue(asker, sent)?;
        let (ids, permit) = (&self.platform.ids, &asker.permit);
        let mut tx = self.platform.db.begin().await?;
        let issued = voucher::issue(&mut tx, ids, permit, (&command, month)).await;
        let issued = issued.map_err(of_payments)?;
        tx.commit().await?;
        let told = json!({
            "voucher_number": command.number,
            "voucher_serial_number": issued.serial,
            "expiry_date_time": issued.expires_at.to_string(),
        });
        Ok((200, told))
    }

    fn read_issue(&self, asker: &Asker, sent: &Sent<'_>) -> Result<Issue, Refused> {
        let fields = Fields::read(sent.body)?;
        let names = [
            "voucher_amount",
            "voucher_currency",
            "voucher_group",
            "Gov_Stack_BB",
        ];
        all_there(&fields, &names)?;
        let with = |status| move |why| Refused::with(status, why);
        let face = fields.sum("voucher_amount").map_err(with(WRONG_AMOUNT))?;
        let currency = fields.currency("voucher_currency");
        let group = fields.remark("voucher_group", GROUP_CHARS_MAX);
        let (currency, group) = (
            currency.map_err(with(WRONG_CURRENCY))?,
            group.map_err(with(WRONG_GROUP))?,
        );
        block(asker, &fields, WRONG_BLOCK)?;
        let note = fields.remark("voucher_comment", TEXT_CHARS_MAX)?;
        Ok(Issue {
            request: self.request_of(sent)?,
            group: group.unwrap_or_default(),
            currency,
            face,
            serial: serial(),
            number: secret_digits(NUMBER_DIGITS),
            note: note.unwrap_or_default(),
        })
    }

    /// The sender's own id of the command, or one of ours when it has none.
    fn request_of(&self, sent: &Sent<'_>) -> Result<String, Refused> {
        match sent.correlation {
            None => Ok(self.platform.ids.uuid().to_string()),
            Some(id) if (1..=64).contains(&id.len()) && !id.contains(char::is_control) => {
                Ok(id.to_owned())
            }
            Some(_) => Err(Refused::Request(
                "X-CorrelationID: must have 1 to 64 characters".to_owned(),
            )),
        }
    }

    pub(super) async fn activate(
        &self,
        asker: &Asker,
        sent: &Sent<'_>,
    ) -> Result<(u16, Value), Refused> {
        let fields = Fields::read(sent.body)?;
        all_there(&fields, &["voucher_serial_number", "Gov_Stack_BB"])?;
        block(asker, &fields, WRONG_BLOCK)?;
        let serial = digits(&fields, "voucher_serial_number", WRONG_SERIAL)?;
        let (ids, permit) = (&self.platform.ids, &asker.permit);
        let mut tx = self.platform.db.begin().await?;
        let activated = voucher::activate(&mut tx, ids, permit, &serial).await;
        activated.map_err(of_payments)?;
        tx.commit().await?;
        Ok((200, json!({ "result_status": "Activated" })))
    }

    pub(super) async fn redeem(
        &self,
        asker: &Asker,
        sent: &Sent<'_>,
        month: Month,
    ) -> Result<(u16, Value), Refused> {
        let fields = Fields::read(sent.body)?;
        let names = [
            "voucher_number",
            "Gov_Stack_BB",
            "merchant_name",
            "merchant_bank_details",
            "merchant_voucher_group",
        ];
        all_there(&fields, &names)?;
        block(asker, &fields, WRONG_BLOCK)?;
        let any_group = yes(&fields, "override")?;
        let text =
            |field, chars| Ok::<_, Refused>(fields.remark(field, chars)?.unwrap_or_default());
        let command = Redeem {
            number: digits(&fields, "voucher_number", WRONG_NUMBER)?,
            merchant: text("merchant_name", TEXT_CHARS_MAX)?,
            bank_details: text("merchant_bank_details", TEXT_CHARS_MAX)?,
            group: text("merchant_voucher_group", GROUP_CHARS_MAX)?,
            any_group,
        };
        let (ids, permit) = (&self.platform.ids, &asker.permit);
        let mut tx = self.platform.db.begin().await?;
        let redeemed = voucher::redeem(&mut tx, ids, permit, (&command, month)).await;
        let redeemed = redeemed.map_err(of_payments)?;
        tx.commit().await?;
        let told = json!({
            "result_status": "Redeemed",
            "voucher_serial_number": redeemed.serial,
            "voucher_amount": decimal(redeemed.face),
        });
        Ok((200, told))
    }

    pub(super) async fn voucher_status(
        &self,
        asker: &Asker,
        serial: &str,
    ) -> Result<(u16, Value), Refused> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if !serial.bytes().all(plain) {
            let why = "voucherserialnumber: has characters that no serial has";
            return Err(Refused::Request(why.to_owned()));
        }
        if !is_serial(serial) {
            return Err(refused(&Refusal::NoSerial));
        }
        let (ids, permit) = (&self.platform.ids, &asker.permit);
        let mut tx = self.platform.db.begin().await?;
        let found = voucher::status(&mut tx, ids, permit, serial).await;
        drop(tx);
        standing(&found.map_err(of_payments)?)
    }

    pub(super) async fn cancel(
        &self,
        asker: &Asker,
        sent: &Sent<'_>,
        serial: &str,
    ) -> Result<(u16, Value), Refused> {
        let fields = Fields::read(sent.body)?;
        all_there(&fields, &["voucherserialnumber", "Gov_Stack_BB"])?;
        block(asker, &fields, NOTHING_TO_CANCEL)?;
        let named = digits(&fields, "voucherserialnumber", NOTHING_TO_CANCEL)?;
        if named != serial {
            let why = fields.wrong("voucherserialnumber", "is not the serial of the address");
            return Err(why.into());
        }
        let (ids, permit) = (&self.platform.ids, &asker.permit);
        let mut tx = self.platform.db.begin().await?;
        match voucher::cancel(&mut tx, ids, permit, serial).await {
            Ok(_) => {}
            Err(payments::Error::Voucher(Refusal::NoSerial)) => {
                return Err(Refused::with(NOTHING_TO_CANCEL, Refusal::NoSerial));
            }
            Err(payments::Error::Voucher(ended @ Refusal::Ended(_))) => {
                return Err(Refused::with(CANCELLED_ALREADY, ended));
            }
            Err(other) => return Err(of_payments(other)),
        }
        tx.commit().await?;
        Ok((200, json!({ "message": "the voucher is cancelled" })))
    }
}

fn standing(voucher: &Voucher) -> Result<(u16, Value), Refused> {
    let word = match voucher.state {
        State::Preactivated => "Pre-Activated",
        State::Activated => "Activated",
        State::Cancelled => "Blocked",
        ended => return Err(refused(&Refusal::Ended(ended))),
    };
    let told = json!({ "voucher_status": word, "voucher_amount": decimal(voucher.face) });
    Ok((200, told))
}

fn decimal(amount: Money) -> String {
    format!("{}.{:02}", amount.minor() / 100, amount.minor() % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_has_sixteen_digits_that_luhn_holds_and_a_number_twenty() {
        let luhn = |digits: &str| {
            let weigh = |(place, byte): (usize, u8)| {
                let digit = u32::from(byte - b'0');
                let weighed = if place % 2 == 1 { digit * 2 } else { digit };
                if weighed > 9 { weighed - 9 } else { weighed }
            };
            digits.bytes().rev().enumerate().map(weigh).sum::<u32>() % 10
        };
        assert_eq!(luhn("79927398713"), 0, "the published example");
        for _ in 0..100 {
            let (serial, number) = (serial(), secret_digits(NUMBER_DIGITS));
            assert_eq!((serial.len(), luhn(&serial)), (16, 0), "{serial}");
            assert!(is_serial(&serial) && is_serial(&number) && number.len() == 20);
        }
    }
}
