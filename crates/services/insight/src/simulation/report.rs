//! The study as tables and plots.

use super::groups::{by_decile, by_district};
use super::study::{Column, Figure, Measured, Study, Unit};
use crate::bootstrap::Interval;
use crate::plot::{Scale, Words, bars, curves};
use crate::table::{Cell, Table, money_word};
use kernel::Currency;

/// All that is shown of a simulation.
#[derive(Debug, Clone)]
pub struct Report {
    pub figures: Table,
    pub deciles: Table,
    pub districts: Table,
    /// Points of the Lorenz curves.
    pub curves: Table,
    pub plots: Vec<Plot>,
}

/// What the two laws are called, and the money that both speak of.
#[derive(Debug, Clone, Copy)]
pub struct Titles<'a> {
    pub base: &'a str,
    pub reform: &'a str,
    pub currency: Currency,
}

#[derive(Debug, Clone)]
pub struct Plot {
    /// Also the name of its file.
    pub name: &'static str,
    pub svg: String,
}

const FIGURE_COLUMNS: [&str; 15] = [
    "figure",
    "label",
    "unit",
    "before",
    "base",
    "reform",
    "change",
    "before_low",
    "before_high",
    "base_low",
    "base_high",
    "reform_low",
    "reform_high",
    "change_low",
    "change_high",
];

impl Report {
    /// `measured` of the same study.
    pub fn of(study: &Study<'_>, measured: &[Measured], titles: &Titles<'_>) -> Report {
        let curves = curve_table(study);
        let (deciles, districts) = (by_decile(study), by_district(study));
        let plots = plots(&deciles, &districts, &curves, titles);
        Report {
            figures: figure_table(measured, titles.currency),
            deciles,
            districts,
            curves,
            plots,
        }
    }

    /// In the order in which they are read.
    pub fn tables(&self) -> [&Table; 4] {
        [&self.figures, &self.deciles, &self.districts, &self.curves]
    }

    /// The figures for a screen; intervals stand in brackets behind their values.
    pub fn figures_text(&self) -> String {
        let shown = self.figures.rows.iter().map(|row| {
            let mut cells = vec![row[1].clone()];
            for column in 0..4 {
                let value = row[3 + column].shown();
                let (low, high) = (&row[7 + 2 * column], &row[8 + 2 * column]);
                cells.push(Cell::Text(match low {
                    Cell::Nothing => value,
                    _ => format!("{value} [{}; {}]", low.shown(), high.shown()),
                }));
            }
            cells
        });
        let columns = vec!["figure", "before benefits", "base", "reform", "change"];
        let table = Table {
            name: "figures",
            rows: shown.collect(),
            columns: columns.clone(),
        };
        table.text(&columns)
    }
}

fn figure_table(measured: &[Measured], currency: Currency) -> Table {
    let row = |one: &Measured| {
        let Figure {
            key, label, unit, ..
        } = one.figure;
        let cell = |value: Option<f64>| value.map_or(Cell::Nothing, |value| in_unit(value, unit));
        let mut row = vec![
            Cell::Text(key.to_owned()),
            Cell::Text(label.to_owned()),
            Cell::Text(unit_word(unit, currency).to_owned()),
        ];
        row.extend(Column::ALL.map(|column| cell(one.figure.values[column as usize])));
        for interval in one.intervals {
            let bound = |pick: fn(Interval) -> f64| cell(interval.map(pick));
            row.extend([bound(|of| of.low), bound(|of| of.high)]);
        }
        row
    };
    Table {
        name: "figures",
        columns: FIGURE_COLUMNS.to_vec(),
        rows: measured.iter().map(row).collect(),
    }
}

fn in_unit(value: f64, unit: Unit) -> Cell {
    match unit {
        Unit::Families | Unit::People => Cell::Count(value),
        Unit::Money => Cell::Money(value),
        Unit::Share => Cell::Share(value),
        Unit::Index => Cell::Number(value),
    }
}

fn unit_word(unit: Unit, currency: Currency) -> &'static str {
    match unit {
        Unit::Families => "families",
        Unit::People => "people",
        Unit::Money => currency.code(),
        Unit::Share => "share",
        Unit::Index => "index",
    }
}

fn curve_table(study: &Study<'_>) -> Table {
    let curves = study.curves();
    let points = curves.iter().map(Vec::len).max().unwrap_or(0);
    let row = |place: usize| {
        let share = place as f64 / points.saturating_sub(1).max(1) as f64;
        let of = |curve: &Vec<f64>| curve.get(place).map_or(Cell::Nothing, |y| Cell::Share(*y));
        let mut row = vec![Cell::Share(share)];
        row.extend(curves.iter().map(of));
        row
    };
    Table {
        name: "lorenz",
        columns: vec!["people", "before", "base", "reform"],
        rows: (0..points).map(row).collect(),
    }
}

fn plots(deciles: &Table, districts: &Table, lorenz: &Table, titles: &Titles<'_>) -> Vec<Plot> {
    let (base, reform) = (titles.base, titles.reform);
    let cost_title = format!("Cost a month, millions of {}", money_word(titles.currency));
    let names =
        |table: &Table| -> Vec<String> { table.rows.iter().map(|row| row[0].plain()).collect() };
    let two = |table: &Table, base_column: &str, reform_column: &str, by: f64| {
        let of = |column: &str| table.numbers(column).iter().map(|n| n / by).collect();
        [(base, of(base_column)), (reform, of(reform_column))]
    };
    const MILLION: f64 = 1e6;
    let groups = [
        (
            deciles,
            "decile",
            "Tenths of the people by income a head, the poorest first",
        ),
        (districts, "district", "Districts by their codes"),
    ];
    let mut plots = Vec::new();
    for (table, group, across) in groups {
        let words = |title, description, scale| Words {
            title,
            description,
            across,
            scale,
        };
        let cost = words(
            cost_title.as_str(),
            "Bars side by side: what the base and the reform pay to each group in a month.",
            Scale::Whole,
        );
        let cost_bars = two(table, "cost_base", "cost_reform", MILLION);
        let coverage = words(
            "People in families that get a benefit",
            "Bars side by side: the share of each group's people whom the base and the reform reach.",
            Scale::Percent,
        );
        let coverage_bars = two(table, "coverage_base", "coverage_reform", 1.0);
        let [cost_name, coverage_name] = match group {
            "decile" => ["cost_by_decile", "coverage_by_decile"],
            _ => ["cost_by_district", "coverage_by_district"],
        };
        plots.push(Plot {
            name: cost_name,
            svg: bars(&cost, &names(table), &cost_bars),
        });
        plots.push(Plot {
            name: coverage_name,
            svg: bars(&coverage, &names(table), &coverage_bars),
        });
    }
    plots.push(lorenz_plot(lorenz, base, reform));
    plots
}

fn lorenz_plot(lorenz: &Table, base: &str, reform: &str) -> Plot {
    let after = |law: &str| format!("after {law}");
    let (base, reform) = (after(base), after(reform));
    let series = [
        ("before benefits", lorenz.numbers("before")),
        (base.as_str(), lorenz.numbers("base")),
        (reform.as_str(), lorenz.numbers("reform")),
    ];
    let words = Words {
        title: "Lorenz curves of income a head",
        description: "For each share of people, from the poorest, the share of all income that \
                      they have: before benefits and after those of both laws. The straight line \
                      is equality.",
        across: "Share of people, the poorest first",
        scale: Scale::Percent,
    };
    Plot {
        name: "lorenz",
        svg: curves(&words, &series),
    }
}
