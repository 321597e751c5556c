//! `daftar voucher`: what vouchers are for, who takes them, and those that others have printed.

use std::path::Path;

use access::{Action, Permit, Purpose};
use app::Daftar;
use kernel::{BankAccount, Instant, Mfo, Money};
use payments::voucher::{self, Group, Merchant, Printed, State};
use serde::{Deserialize, Serialize};

use crate::args::Common;
use crate::config;
use crate::failure::Failure;
use crate::payer::{account_of, known_budget};
use crate::payer_args::Voucher;
use crate::show::Show;

/// Rows of one import.
const ROWS_MAX: usize = 100_000;
const RATE_PLACES: usize = 4;

#[derive(Serialize)]
struct Done {
    vouchers: usize,
}

#[derive(Debug, Deserialize)]
struct Row {
    serial: String,
    number: String,
    group: String,
    amount: String,
    state: String,
    expires: String,
}

pub async fn run(common: &Common, command: &Voucher) -> Result<(), Failure> {
    let daftar = Daftar::open(config::existing(common)).await?;
    let permit = daftar
        .permit(Action::ManageAccounts, Purpose::Upkeep, 0)
        .await?;
    let (text, vouchers) = match command {
        Voucher::Group { .. } => (group(&daftar, &permit, command).await?, 0),
        Voucher::Merchant { .. } => (merchant(&daftar, &permit, command).await?, 0),
        Voucher::Import { file, payer } => {
            let vouchers = import(&daftar, &permit, file, payer).await?;
            (
                format!("{vouchers} vouchers of {payer} are taken over"),
                vouchers,
            )
        }
    };
    Show::new(common).result(&text, &Done { vouchers });
    Ok(())
}

async fn group(daftar: &Daftar, permit: &Permit, command: &Voucher) -> Result<String, Failure> {
    let Voucher::Group {
        name,
        currency,
        rate,
        programme,
        district,
        days,
    } = command
    else {
        return Ok(String::new());
    };
    known_budget(daftar, programme, *district)?;
    if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(Failure::argument(
            "--currency",
            "write three capital letters",
        ));
    }
    if *days < 1 {
        return Err(Failure::argument(
            "--days",
            "a voucher holds one day or more",
        ));
    }
    let group = Group {
        name: name.clone(),
        currency: currency.clone(),
        rate_e4: rate_e4(rate)?,
        programme: programme.clone(),
        district: *district,
        valid_days: *days,
    };
    let mut tx = daftar.platform.db.begin().await?;
    voucher::set_group(&mut tx, &daftar.platform.ids, permit, &group).await?;
    tx.commit().await?;
    Ok(format!(
        "vouchers of {name} are in {currency}, at {rate} so'm, from {programme} of {district}, for {days} days"
    ))
}

/// `3450.25` so'm a unit, in ten-thousandths: both have a hundred parts.
fn rate_e4(rate: &str) -> Result<i64, Failure> {
    let wrong = || Failure::argument("--rate", "write so'm for one unit, as 3450.25");
    let (whole, places) = rate.split_once('.').unwrap_or((rate, ""));
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(places) || places.len() > RATE_PLACES {
        return Err(wrong());
    }
    let digits = format!("{whole}{places:0<RATE_PLACES$}");
    digits
        .parse()
        .ok()
        .filter(|rate| *rate > 0)
        .ok_or_else(wrong)
}

async fn merchant(daftar: &Daftar, permit: &Permit, command: &Voucher) -> Result<String, Failure> {
    let Voucher::Merchant {
        name,
        bank_details,
        mfo,
        account,
    } = command
    else {
        return Ok(String::new());
    };
    let ids = &daftar.platform.ids;
    let merchant = Merchant {
        id: ids.uuid(),
        name: name.clone(),
        bank_details: bank_details.clone(),
        mfo: Mfo::parse(mfo).map_err(|why| Failure::argument("--mfo", why))?,
        account: BankAccount::parse(account).map_err(|why| Failure::argument("--account", why))?,
    };
    let mut tx = daftar.platform.db.begin().await?;
    voucher::add_merchant(&mut tx, ids, permit, &merchant).await?;
    tx.commit().await?;
    Ok(format!("{name} takes vouchers, paid to bank {mfo}"))
}

async fn import(
    daftar: &Daftar,
    permit: &Permit,
    file: &Path,
    payer: &str,
) -> Result<usize, Failure> {
    let printed = read(file)?;
    let (payer, month) = (account_of(daftar, payer).await?, daftar.today().month());
    let mut tx = daftar.platform.db.begin().await?;
    let ids = &daftar.platform.ids;
    voucher::import(&mut tx, ids, permit, (payer, month), &printed).await?;
    tx.commit().await?;
    Ok(printed.len())
}

fn read(file: &Path) -> Result<Vec<Printed>, Failure> {
    let named = |why: csv::Error| Failure::Failed(format!("{}: {why}", file.display()));
    let mut reader = csv::Reader::from_path(file).map_err(named)?;
    let mut printed = Vec::new();
    for (index, row) in reader.deserialize::<Row>().enumerate() {
        if index == ROWS_MAX {
            let why = format!("{}: more than {ROWS_MAX} rows", file.display());
            return Err(Failure::Failed(why));
        }
        let row = row.map_err(named)?;
        // The heading is line 1.
        let one = voucher_of(row);
        let one = one.map_err(|why| Failure::Failed(format!("line {}, {why}", index + 2)))?;
        printed.push(one);
    }
    Ok(printed)
}

fn voucher_of(row: Row) -> Result<Printed, String> {
    let digits = |name: &str, text: &str| match !text.is_empty()
        && text.len() <= 25
        && text.bytes().all(|byte| byte.is_ascii_digit())
    {
        true => Ok(()),
        false => Err(format!("{name}: write 1 to 25 digits")),
    };
    digits("serial", &row.serial)?;
    digits("number", &row.number)?;
    Ok(Printed {
        face: Money::parse(&row.amount).map_err(|why| format!("amount: {why}"))?,
        state: State::parse(&row.state).ok_or("state: there is no such state")?,
        expires_at: Instant::parse_rfc3339(&row.expires)
            .map_err(|why| format!("expires: {why}"))?,
        serial: row.serial,
        number: row.number,
        group: row.group,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_read_in_ten_thousandths() {
        let check = |text: &str, expected: Option<i64>| {
            assert_eq!(rate_e4(text).ok(), expected, "{text}");
        };
        check("1", Some(10_000));
        check("3450.25", Some(34_502_500));
        check("3450.2545", Some(34_502_545));
        check("0.0001", Some(1));
        check("0", None);
        check("1.00001", None);
        check("-1", None);
        check(".5", None);
        check("", None);
        check("99999999999999999999", None);
    }
}
