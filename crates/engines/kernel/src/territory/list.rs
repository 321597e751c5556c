//! The list, read once from the data file that is part of the program.

use std::sync::LazyLock;

use super::{Level, Territory};
use crate::day::{Day, Period};
use crate::lang::Text3;

const FILE: &str = include_str!("../../../../../data/uz/soato.csv");

struct List {
    regions: Vec<Territory>,
    districts: Vec<Territory>,
}

// A row that does not read is a bug of the data file, which a test reads whole.
static LIST: LazyLock<List> = LazyLock::new(|| {
    let mut rows: Vec<Territory> = data_lines().map(row).collect();
    rows.sort_by_key(|territory| territory.code);
    let (regions, districts) = rows.into_iter().partition(|row| row.level == Level::Region);
    List { regions, districts }
});

pub(super) fn data_lines() -> impl Iterator<Item = &'static str> {
    FILE.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .skip(1)
}

/// code,level,name_uz,name_uz_cyrl,name_ru,name_en,valid_from,valid_to,names
fn row(line: &'static str) -> Territory {
    let fields: Vec<&'static str> = line.split(',').collect();
    let [code, level, uz, uz_cyrl, ru, en, from, to, _] = fields[..] else {
        panic!("soato.csv: nine fields expected: {line}");
    };
    let day =
        |text: &str| Day::parse(text).unwrap_or_else(|wrong| panic!("soato.csv: {wrong}: {line}"));
    let level = match level {
        "region" => Level::Region,
        "district" => Level::District,
        other => panic!("soato.csv: no level is called `{other}`: {line}"),
    };
    Territory {
        code: code
            .parse()
            .unwrap_or_else(|_| panic!("soato.csv: not a code: {line}")),
        level,
        name: Text3::fixed(uz, ru, en),
        uz_cyrl,
        valid: Period {
            from: day(from),
            to: (!to.is_empty()).then(|| day(to)),
        },
    }
}

pub(super) fn find(code: u32) -> Option<&'static Territory> {
    let rows = if code < 10_000 {
        &LIST.regions
    } else {
        &LIST.districts
    };
    rows.binary_search_by_key(&code, |row| row.code)
        .ok()
        .map(|at| &rows[at])
}

pub(super) fn regions() -> &'static [Territory] {
    &LIST.regions
}

pub(super) fn districts(region: u32) -> &'static [Territory] {
    let rows = &LIST.districts;
    let start = rows.partition_point(|row| row.region_code() < region);
    let end = rows.partition_point(|row| row.region_code() <= region);
    &rows[start..end]
}
