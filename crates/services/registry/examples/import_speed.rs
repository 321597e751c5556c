//! How fast the register takes in persons and incomes, and how fast the batch reads units.
//!
//! `cargo run --release -p registry --example import_speed -- [PERSONS] [DATABASE]`
//! prints each step and, last, one line of JSON.

#![allow(clippy::print_stdout)] // a bench prints its figures

use kernel::kin::UnitBlock;
use kernel::{Day, Pinfl, Sex, Zone};
use registry::import::{self, ImportReport};
use std::fmt::Write as _;
use std::io::Cursor;
use std::time::Instant;
use store::{Clock, Db, Ids, Platform};

const DISTRICT: u32 = 1_726_262;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let persons: usize = arguments.next().map_or(Ok(200_000), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let default = format!("sqlite:{}", folder.path().join("speed.db").display());
    let db = Db::open(&arguments.next().unwrap_or(default)).await?;
    store::migrate(&db, &[access::SCHEMA, registry::SCHEMA]).await?;
    let morning = kernel::Instant::parse_rfc3339("2026-01-05T09:00:00+05:00")?;
    let clock = Clock::standing_at(morning);
    let platform = Platform::with_ids(db, clock.clone(), Ids::seeded(clock, 1));
    let permit = access::Permit::batch(
        &platform,
        &access::Subject::system(),
        access::Action::ImportRegister,
        access::Purpose::Registration,
        None,
        persons as u64,
    )
    .await?;
    let today = morning.day(Zone::tashkent());
    registry::unit::ensure_block(&platform, &permit, &UnitBlock::nuclear_family(), today).await?;
    let (register, incomes) = files(persons);
    let (first, first_s) = timed(&platform, &permit, register.clone()).await?;
    let (second, second_s) = timed(&platform, &permit, incomes.clone()).await?;
    let (again, again_s) = timed(&platform, &permit, register).await?;
    assert_eq!(
        (first.rejected, second.rejected, again.accepted),
        (0, 0, 0),
        "{:?}",
        first.rejects
    );
    let (units, page_s) = read_all(&platform, &permit).await?;
    let rate = |count: u64, seconds: f64| (count as f64 / seconds) as u64;
    println!(
        "{{\"persons\":{},\"income_lines\":{},\"import_persons_per_s\":{},\"persons_file_per_s\":{},\"income_lines_per_s\":{},\"again_per_s\":{},\"units\":{units},\"page_units_per_s\":{},\"peak_mib\":{}}}",
        first.accepted,
        second.accepted,
        rate(first.accepted, first_s + second_s),
        rate(first.accepted, first_s),
        rate(second.accepted, second_s),
        rate(again.unchanged, again_s),
        rate(units, page_s),
        peak_mib(),
    );
    Ok(())
}

async fn timed(
    platform: &Platform,
    permit: &access::Permit,
    file: String,
) -> Result<(ImportReport, f64), import::ImportError> {
    let began = Instant::now();
    let report = import::run(platform, permit, Cursor::new(file), &mut ()).await?;
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "accepted {} unchanged {} in {seconds:.2} s",
        report.accepted, report.unchanged
    );
    Ok((report, seconds))
}

async fn read_all(platform: &Platform, permit: &access::Permit) -> registry::Result<(u64, f64)> {
    let began = Instant::now();
    let (mut units, mut after) = (0, None);
    let mut tx = platform.db.read().await?;
    loop {
        let page = registry::unit::page(&mut tx, permit, "nuclear_family", after, 10_000).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.unit);
        units += page.len() as u64;
    }
    let seconds = began.elapsed().as_secs_f64();
    println!("{units} units read in {seconds:.2} s");
    Ok((units, seconds))
}

/// Families of four: head, spouse, two children; three wages for each adult.
fn files(persons: usize) -> (String, String) {
    let mut register = String::from(
        "family,dwelling,district,mahalla,pinfl,role,tie,family_name,given_name,patronymic,sex,born,died,phone\n",
    );
    let mut incomes = String::from("pinfl,kind,detail,payer,month,amount_minor,source,as_of\n");
    for family in 0..persons / 4 {
        let mahalla = DISTRICT * 1_000 + 1 + (family % 30) as u32;
        for (place, role) in ["head", "spouse", "child", "child"].into_iter().enumerate() {
            let number = family * 4 + place;
            let (sex, letter) = if place % 2 == 0 {
                (Sex::Male, 'm')
            } else {
                (Sex::Female, 'f')
            };
            let year = if place < 2 {
                1970 + number % 30
            } else {
                2010 + number % 15
            };
            let day = Day::new(
                year as i32,
                1 + (number / 30 % 12) as u32,
                1 + (number / 360 % 28) as u32,
            )
            .expect("a day of the calendar");
            let serial = number / 10_080;
            let pinfl = Pinfl::make(
                sex,
                day,
                (serial / 1_000 % 1_000) as u16,
                (serial % 1_000) as u16,
            );
            let tie = if place < 2 { "" } else { "own" };
            let _ = writeln!(
                register,
                "F-{family:07},D-{family:07},{DISTRICT},{mahalla},{pinfl},{role},{tie},Karimova,Gulnoza{number},Anvar qizi,{letter},{day},,+998901234567"
            );
            for month in ["2025-10", "2025-11", "2025-12"]
                .iter()
                .filter(|_| place < 2)
            {
                let _ = writeln!(
                    incomes,
                    "{pinfl},wage,,Paxta MCHJ,{month},{},tax,2026-01-01",
                    100_000_000 + number
                );
            }
        }
    }
    (register, incomes)
}

fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    let kib = line
        .and_then(|line| line.split_whitespace().nth(1))
        .and_then(|kib| kib.parse().ok());
    kib.unwrap_or(0u64) / 1024
}
