//! `daftar budget`: the money of a district for a programme and month.

use app::Daftar;
use kernel::{Money, Month};
use payments::appropriation::{self, SetLimit};
use serde::Serialize;

use crate::args::{Budget, Common};
use crate::config;
use crate::failure::Failure;
use crate::show::{Show, som};

#[derive(Serialize)]
struct Set<'a> {
    district: u32,
    programme: &'a str,
    month: String,
    limit_minor: i64,
}

pub async fn run(common: &Common, args: &Budget) -> Result<(), Failure> {
    let month = Month::parse(&args.month).map_err(|why| Failure::argument("--month", why))?;
    let limit_minor = args
        .som
        .checked_mul(100)
        .ok_or(Failure::argument("--som", "too large"))?;
    let daftar = Daftar::open(config::existing(common)).await?;
    let ids = &daftar.platform.ids;
    let command = SetLimit {
        id: ids.uuid(),
        district: args.district,
        programme: args.programme.clone(),
        month,
        limit: Money(limit_minor),
        set_by: None,
    };
    let mut tx = daftar.platform.db.begin().await?;
    appropriation::set(&mut tx, ids, &command).await?;
    tx.commit().await?;
    let text = format!(
        "{} so'm for {} in {} ({})",
        som(limit_minor),
        args.programme,
        args.district,
        args.month
    );
    let set = Set {
        district: args.district,
        programme: &args.programme,
        month: args.month.clone(),
        limit_minor,
    };
    Show::new(common).result(&text, &set);
    Ok(())
}
