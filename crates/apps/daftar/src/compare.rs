//! `daftar assess --compare`: what a newer run over the register says otherwise than an older
//! one, as a table, before anything is awarded.

use std::fs::{self, File};
use std::path::Path;

use access::{Action, Purpose};
use app::Daftar;
use casework::assessment::difference::{self, Difference, Differences, Kind, Sum};
use kernel::ids::Uuid;
use serde::Serialize;

use crate::args::Common;
use crate::config;
use crate::failure::Failure;
use crate::show::{Show, som};

#[derive(Serialize)]
struct Compared {
    older: String,
    newer: String,
    families: u64,
    same: u64,
    change_minor: i64,
    groups: Vec<Group>,
}

#[derive(Serialize)]
struct Group {
    district: u32,
    programme: String,
    kind: &'static str,
    families: u64,
    before_minor: i64,
    after_minor: i64,
}

pub async fn run(common: &Common, runs: &[Uuid], out: Option<&Path>) -> Result<(), Failure> {
    let [older, newer] = runs else {
        return Err(Failure::argument("--compare", "it takes two runs"));
    };
    let daftar = Daftar::open(config::existing(common)).await?;
    let permit = daftar
        .permit(Action::AssessRegister, Purpose::Assessment, 0)
        .await?;
    let show = Show::new(common);
    let bar = show.count_bar(0, "families that differ");
    let mut list = out.map(families_file).transpose()?;
    let mut wrong = None;
    let mut each = |one: &Difference| {
        bar.inc(1);
        if let Some(list) = &mut list {
            wrong = wrong.take().or(list.write_record(fields(one)).err());
        }
    };
    let found = difference::compare(&daftar.platform, &permit, *older, *newer, &mut each).await?;
    bar.finish_and_clear();
    if let Some(wrong) = wrong {
        return Err(Failure::Failed(format!("families.csv: {wrong}")));
    }
    if let Some(list) = &mut list {
        list.flush()?;
    }
    let compared = compared(*older, *newer, &found);
    if let Some(folder) = out {
        write_groups(folder, &compared.groups)?;
    }
    show.result(&told(&compared, &found), &compared);
    Ok(())
}

fn compared(older: Uuid, newer: Uuid, found: &Differences) -> Compared {
    let group = |((district, programme, kind), sum): (&(u32, String, Kind), &Sum)| Group {
        district: *district,
        programme: programme.clone(),
        kind: kind.word(),
        families: sum.units,
        before_minor: sum.before_minor,
        after_minor: sum.after_minor,
    };
    let groups: Vec<Group> = found.groups.iter().map(group).collect();
    Compared {
        older: older.to_string(),
        newer: newer.to_string(),
        families: found.compared,
        same: found.same,
        change_minor: groups
            .iter()
            .map(|one| one.after_minor - one.before_minor)
            .sum(),
        groups,
    }
}

type List = csv::Writer<File>;

fn families_file(folder: &Path) -> Result<List, Failure> {
    fs::create_dir_all(folder)?;
    let mut list = csv::Writer::from_writer(File::create(folder.join("families.csv"))?);
    list.write_record([
        "family",
        "district",
        "kind",
        "programme_before",
        "som_before",
        "programme_after",
        "som_after",
    ])
    .map_err(unwritten)?;
    Ok(list)
}

fn fields(one: &Difference) -> [String; 7] {
    let side = |side: &Option<(String, kernel::Money)>| match side {
        Some((programme, amount)) => (programme.clone(), plain(amount.0)),
        None => (String::new(), String::new()),
    };
    let (before, after) = (side(&one.before), side(&one.after));
    [
        one.unit.to_string(),
        one.district.to_string(),
        one.kind.word().to_owned(),
        before.0,
        before.1,
        after.0,
        after.1,
    ]
}

fn write_groups(folder: &Path, groups: &[Group]) -> Result<(), Failure> {
    let mut table = csv::Writer::from_writer(File::create(folder.join("differences.csv"))?);
    table
        .write_record([
            "district",
            "programme",
            "kind",
            "families",
            "som_before",
            "som_after",
            "som_change",
        ])
        .map_err(unwritten)?;
    for group in groups {
        let row = [
            group.district.to_string(),
            group.programme.clone(),
            group.kind.to_owned(),
            group.families.to_string(),
            plain(group.before_minor),
            plain(group.after_minor),
            plain(group.after_minor - group.before_minor),
        ];
        table.write_record(row).map_err(unwritten)?;
    }
    Ok(table.flush()?)
}

fn unwritten(wrong: csv::Error) -> Failure {
    Failure::Failed(format!("the table cannot be written: {wrong}"))
}

/// So'm for a machine: digits and a point.
fn plain(minor: i64) -> String {
    som(minor).replace(' ', "")
}

fn told(compared: &Compared, found: &Differences) -> String {
    let mut text = format!(
        "{} families compared, {} as before; {} so'm a month more in all\n",
        compared.families,
        compared.same,
        som(compared.change_minor)
    );
    for kind in Kind::ALL {
        let sum = found.total(kind);
        if sum.units > 0 {
            text.push_str(&format!(
                "{:20} {:>9} families, {} -> {} so'm a month\n",
                kind.word().replace('_', " "),
                sum.units,
                som(sum.before_minor),
                som(sum.after_minor)
            ));
        }
    }
    text.push_str("\ndistrict  programme             what                  families  so'm before  so'm after\n");
    for group in &compared.groups {
        text.push_str(&format!(
            "{:8}  {:20}  {:20}  {:>8}  {:>11}  {:>10}\n",
            group.district,
            if group.programme.is_empty() {
                "-"
            } else {
                &group.programme
            },
            group.kind.replace('_', " "),
            group.families,
            som(group.before_minor),
            som(group.after_minor)
        ));
    }
    text
}
