//! `daftar budget`: the money of districts for a programme and month, one line from flags or a
//! whole plan from a file. A plan with one wrong row is not taken at all.

use std::collections::BTreeSet;
use std::path::Path;

use app::Daftar;
use kernel::{Money, Month, territory};
use payments::appropriation::{self, SetLimit};
use serde::{Deserialize, Serialize};

use crate::args::{Budget, Common};
use crate::config;
use crate::failure::Failure;
use crate::show::{Show, som};

/// Rows of one plan: every district, with room for programmes and months.
const ROWS_MAX: usize = 200_000;
/// Wrong rows that are told at once.
const WRONG_SHOWN_MAX: usize = 20;

/// One line of the plan, as a file or the flags give it.
#[derive(Debug, Deserialize)]
struct Row {
    district: u32,
    programme: String,
    month: String,
    som: i64,
}

#[derive(Serialize)]
struct Set {
    lines: usize,
    limit_minor: i64,
}

pub async fn run(common: &Common, args: &Budget) -> Result<(), Failure> {
    let daftar = Daftar::open(config::existing(common)).await?;
    let plan = match &args.file {
        Some(path) => read(path)?,
        None => vec![(0, flags(args)?)],
    };
    let commands = commands(&daftar, &plan)?;
    let mut tx = daftar.platform.db.begin().await?;
    for command in &commands {
        appropriation::set(&mut tx, &daftar.platform.ids, command).await?;
    }
    tx.commit().await?;
    let total: i64 = commands.iter().map(|command| command.limit.minor()).sum();
    let text = match &commands[..] {
        [one] => format!(
            "{} so'm for {} in {} ({})",
            som(total),
            one.programme,
            one.district,
            one.month
        ),
        many => format!("{} lines set, {} so'm in all", many.len(), som(total)),
    };
    let set = Set {
        lines: commands.len(),
        limit_minor: total,
    };
    Show::new(common).result(&text, &set);
    Ok(())
}

/// Clap asks for all four where no file is named.
fn flags(args: &Budget) -> Result<Row, Failure> {
    let missing = || Failure::argument("budget", "give --file, or all of the four flags");
    Ok(Row {
        district: args.district.ok_or_else(missing)?,
        programme: args.programme.clone().ok_or_else(missing)?,
        month: args.month.clone().ok_or_else(missing)?,
        som: args.som.ok_or_else(missing)?,
    })
}

/// The rows with their lines in the file.
fn read(path: &Path) -> Result<Vec<(u64, Row)>, Failure> {
    let named = |why: csv::Error| Failure::Failed(format!("{}: {why}", path.display()));
    let mut reader = csv::Reader::from_path(path).map_err(named)?;
    let mut rows = Vec::new();
    for (index, row) in reader.deserialize::<Row>().enumerate() {
        if index == ROWS_MAX {
            let why = format!("{}: more than {ROWS_MAX} rows", path.display());
            return Err(Failure::Failed(why));
        }
        // The heading is line 1.
        rows.push((index as u64 + 2, row.map_err(named)?));
    }
    if rows.is_empty() {
        let why = format!("{}: no rows under the heading", path.display());
        return Err(Failure::Failed(why));
    }
    Ok(rows)
}

/// Every wrong row is told, not only the first.
fn commands(daftar: &Daftar, plan: &[(u64, Row)]) -> Result<Vec<SetLimit>, Failure> {
    let packs = daftar.shelf.current();
    let programmes: BTreeSet<&str> = packs
        .iter()
        .flat_map(|pack| pack.programmes().map(|programme| programme.id.as_str()))
        .collect();
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    let mut total = 0_i64;
    let mut commands = Vec::with_capacity(plan.len());
    for (line, row) in plan {
        match command(daftar, row, &programmes) {
            Ok(command) if !seen.insert((row.district, &row.programme, &row.month)) => {
                let (programme, month) = (&command.programme, command.month);
                let district = command.district;
                wrong.push(format!(
                    "line {line}, district: {district} has {programme} in {month} twice"
                ));
            }
            Ok(command) => match total.checked_add(command.limit.minor()) {
                Some(sum) => {
                    total = sum;
                    commands.push(command);
                }
                None => wrong.push(format!(
                    "line {line}, som: the sum of the plan is too large"
                )),
            },
            Err(why) if *line == 0 => wrong.push(why),
            Err(why) => wrong.push(format!("line {line}, {why}")),
        }
    }
    if wrong.is_empty() {
        return Ok(commands);
    }
    let more = wrong.len().saturating_sub(WRONG_SHOWN_MAX);
    wrong.truncate(WRONG_SHOWN_MAX);
    if more > 0 {
        wrong.push(format!("and {more} more"));
    }
    wrong.push("nothing was set".to_owned());
    Err(Failure::Argument {
        what: "the budget",
        why: wrong.join("\n"),
    })
}

fn command(daftar: &Daftar, row: &Row, programmes: &BTreeSet<&str>) -> Result<SetLimit, String> {
    let month = Month::parse(&row.month).map_err(|why| format!("month: {why}"))?;
    territory::district(row.district, month.last_day())
        .map_err(|why| format!("district: {why}"))?;
    if !programmes.contains(row.programme.as_str()) {
        let known: Vec<&str> = programmes.iter().copied().collect();
        let (given, known) = (&row.programme, known.join(", "));
        return Err(format!("programme: {given} is none of {known}"));
    }
    if row.som < 0 {
        return Err(format!(
            "som: a limit is zero or more, {} was given",
            row.som
        ));
    }
    let limit_minor = row.som.checked_mul(100).ok_or("som: too large")?;
    Ok(SetLimit {
        id: daftar.platform.ids.uuid(),
        district: row.district,
        programme: row.programme.clone(),
        month,
        limit: Money(limit_minor),
        set_by: None,
    })
}
