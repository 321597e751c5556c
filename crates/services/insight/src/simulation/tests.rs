//! A country of five families, worked out by hand.

use super::*;
use crate::bootstrap::Sample;
use crate::table::Cell;
use kernel::facts::{Cell as FactCell, FactBody, code, kind};
use kernel::kin::{Role, Tie};
use kernel::portrait::{Member, PackedFact};
use kernel::{Day, FactId, PersonId, Portrait, Sex, UnitId};
use rules::{Pack, SourceFile, Verdict, read_pack};
use std::path::Path;

fn pack(id: &str) -> Pack {
    let country = id.split('-').next().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../packs");
    let folder = folder.join(country);
    read_pack(id, &files(&folder.join(id)), &files(&folder)).expect("a sound pack")
}

fn files(folder: &Path) -> Vec<SourceFile> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "md"));
    paths.sort();
    let read = |path: &std::path::PathBuf| SourceFile {
        path: path.file_name().unwrap().to_string_lossy().into_owned(),
        text: std::fs::read_to_string(path).unwrap(),
    };
    paths.iter().map(read).collect()
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

const ON: &str = "2026-01-05";

/// A couple; the husband earns `wage` so'm a month, or nothing is known of anybody.
struct Couple {
    number: u128,
    district: u32,
    wage: Option<i64>,
    children: &'static [&'static str],
}

/// A: 5 people, 200 000 a head. B: 2, 600 000. C: 2, 800 000. D: 3, 700 000. E: 2, unknown.
const COUNTRY: [Couple; 5] = [
    couple(
        1,
        11,
        Some(1_000_000),
        &["2024-06-01", "2020-06-01", "2016-06-01"],
    ),
    couple(2, 11, Some(1_200_000), &[]),
    couple(3, 22, Some(1_600_000), &[]),
    couple(4, 22, Some(2_100_000), &["2020-06-01"]),
    couple(5, 22, None, &[]),
];

const fn couple(
    number: u128,
    district: u32,
    wage: Option<i64>,
    children: &'static [&'static str],
) -> Couple {
    Couple {
        number,
        district,
        wage,
        children,
    }
}

impl Couple {
    fn portrait(&self, pack: &Pack) -> Vec<u8> {
        let born = ["1990-05-01", "1990-05-01"].iter().chain(self.children);
        let members = born.enumerate().map(|(place, born)| Member {
            person: PersonId::from_u128(self.number * 100 + place as u128),
            role: [Role::Applicant, Role::Spouse, Role::Child][place.min(2)],
            tie: if place < 2 { Tie::None } else { Tie::Own },
            sex: if place == 1 { Sex::Male } else { Sex::Female },
            born: day(born),
            died: None,
            facts: self.facts(pack, place),
        });
        let members: Vec<Member> = members.collect();
        Portrait {
            unit: UnitId::from_u128(self.number),
            head: members[0].person,
            district: self.district,
            mahalla: 0,
            members,
            facts: vec![],
        }
        .pack()
    }

    fn facts(&self, pack: &Pack, place: usize) -> Vec<PackedFact> {
        let Some(wage) = self.wage else { return vec![] };
        let asked = pack.required_kinds().iter().map(|(kind, _)| *kind);
        let asked = asked.filter(|kind| !matches!(*kind, code::VISIT | code::SEVEN));
        let fact = |kind_code: u16| {
            let earns = place == 1;
            let body = match kind_code {
                code::WAGE if earns => FactBody::new(wages(wage)),
                code::EMPLOYMENT => FactBody::new(vec![vec![
                    FactCell::Int(i64::from(!earns)),
                    FactCell::Missing,
                    FactCell::Missing,
                    FactCell::Int(0),
                ]]),
                code::DISABILITY => FactBody::new(vec![vec![FactCell::Int(0), FactCell::Int(0)]]),
                _ => FactBody::nothing(),
            };
            PackedFact {
                id: FactId::from_u128(1),
                kind: kind_code,
                source: kind(kind_code).unwrap().agency(),
                as_of: day(ON),
                body: body.pack(),
            }
        };
        asked.map(fact).collect()
    }
}

fn wages(wage: i64) -> Vec<Vec<FactCell>> {
    let month = i64::from(day(ON).month().0);
    let row = |back: i64| {
        vec![
            FactCell::Int(month - back),
            FactCell::Int(wage * 100),
            FactCell::Text("Paxta LLC".into()),
        ]
    };
    (1..=3).map(row).collect()
}

fn decided(base: &Pack, reform: &Pack, steps: Steps, weight: f64) -> Families {
    decided_on(base, reform, ON, steps, weight)
}

fn decided_on(base: &Pack, reform: &Pack, on: &str, steps: Steps, weight: f64) -> Families {
    let laws = Laws::new(base, reform, day(on), steps).unwrap();
    let mut families = Families::new();
    families.weight_of_each = weight;
    let mut worker = laws.worker();
    for couple in &COUNTRY {
        let portrait = couple.portrait(base);
        worker.push(
            UnitId::from_u128(couple.number),
            couple.district,
            None,
            &portrait,
        );
    }
    worker.decide(&mut families);
    families
}

/// The line falls from 715 000 to 650 000 and material assistance rises from 420 000 to
/// 500 000: D loses its 275 000, B gains 80 000.
fn reformed() -> (Pack, Pack) {
    let base = pack("uz-654b");
    let reform = base
        .with_parameters(&[("mce", "650000"), ("assistance", "500000")])
        .unwrap();
    (base, reform)
}

const SOM: f64 = 100.0;
const TITLES: Titles<'_> = Titles {
    base: "uz-654b",
    reform: "a <b> & c",
    currency: kernel::Currency::Uzs,
};

fn close(found: Option<f64>, expected: f64, what: &str) {
    let found = found.unwrap_or_else(|| panic!("{what} says nothing"));
    let wide = 1e-9 * expected.abs().max(1.0);
    assert!(
        (found - expected).abs() < wide,
        "{what}: {found} is not {expected}"
    );
}

#[test]
fn the_country_of_five_comes_out_as_by_hand() {
    let (base, reform) = reformed();
    for weight in [1.0, 10.0] {
        let families = decided(&base, &reform, Steps::Passed, weight);
        assert_eq!(
            families.per_capita[..4],
            [200, 600, 800, 700].map(|k| k * 100_000)
        );
        assert_eq!(families.per_capita[4], UNKNOWN_INCOME);
        assert_eq!(families.people, [5, 2, 2, 3, 2]);
        assert_eq!(families.base.verdict[4], Verdict::Unknown);
        let study = Study::new(&families, 715_000 * 100);
        assert_eq!(study.unknown_incomes(), 1);
        let figures = study.figures();
        let value = |key: &str, column: Column| {
            let found = figures.iter().find(|figure| figure.key == key);
            found.unwrap_or_else(|| panic!("no {key}")).values[column as usize]
        };
        use Column::{Base, Before, Change, Reform};
        let counted = [
            ("winners", Change, 1.0),
            ("losers", Change, 1.0),
            ("newly_entitled", Change, 0.0),
            ("no_longer", Change, 1.0),
            ("gains", Change, 80_000.0 * SOM),
            ("losses", Change, -275_000.0 * SOM),
            ("entitled", Base, 3.0),
            ("entitled", Reform, 2.0),
            ("people", Base, 10.0),
            ("people", Reform, 7.0),
            ("cost", Base, 1_330_000.0 * SOM),
            ("cost", Reform, 1_135_000.0 * SOM),
            ("cost", Change, -195_000.0 * SOM),
            ("gap_cost", Before, 2_850_000.0 * SOM),
            ("gap_cost", Base, 1_940_000.0 * SOM),
            ("gap_cost", Reform, 1_985_000.0 * SOM),
        ];
        for (key, column, expected) in counted {
            close(value(key, column), expected * weight, key);
        }
        let shares = [
            ("mean_gain", Change, 80_000.0 * SOM),
            ("mean_loss", Change, -275_000.0 * SOM),
            ("head_count", Before, 10.0 / 12.0),
            ("head_count", Base, 5.0 / 12.0),
            ("head_count", Reform, 8.0 / 12.0),
            ("gap", Before, 2_850.0 / 715.0 / 12.0),
            ("coverage", Base, 1.0),
            ("coverage", Reform, 0.7),
            ("exclusion_error", Reform, 0.3),
            ("exclusion_error_by_gap", Reform, 45.0 / 2_850.0),
            ("inclusion_error", Base, 0.0),
            ("leakage", Reform, 0.0),
            // Bottom 20 and 40 of 100 are 2.4 and 4.8 people, all of A.
            ("cgh_20", Base, 635.0 * 2.4 / 5.0 / 1_330.0 / 0.2),
            ("cgh_40", Reform, 635.0 * 4.8 / 5.0 / 1_135.0 / 0.4),
            ("benefit_cost", Base, 910.0 / 1_330.0),
            ("benefit_cost", Reform, 865.0 / 1_135.0),
        ];
        for (key, column, expected) in shares {
            close(value(key, column), expected, key);
        }
        // Over all pairs of the twelve people, in exact fractions.
        let gini = |column| format!("{:.6}", value("gini", column).unwrap());
        assert_eq!(
            [Before, Base, Reform].map(gini),
            ["0.275424", "0.192831", "0.204395"].map(str::to_owned)
        );
    }
}

#[test]
fn districts_and_deciles_hold_all_families_and_all_money() {
    let (base, reform) = reformed();
    let families = decided(&base, &reform, Steps::Passed, 1.0);
    let study = Study::new(&families, 715_000 * 100);
    let districts = by_district(&study);
    assert_eq!(districts.rows[0][0], Cell::Text("11".into()));
    assert_eq!(districts.numbers("cost_base"), [1_055_000.0, 275_000.0]);
    assert_eq!(districts.numbers("cost_reform"), [1_135_000.0, 0.0]);
    assert_eq!(districts.numbers("winners"), [1.0, 0.0]);
    assert_eq!(districts.numbers("losers"), [0.0, 1.0]);
    assert_eq!(districts.numbers("poor_before"), [1.0, 3.0 / 5.0]);
    let deciles = by_decile(&study);
    assert_eq!(deciles.rows.len(), 11);
    assert_eq!(deciles.rows[10][0], Cell::Text("unknown".into()));
    for column in ["families", "people", "cost_base", "change", "gains"] {
        let (left, right) = (districts.numbers(column), deciles.numbers(column));
        close(Some(left.iter().sum()), right.iter().sum(), column);
    }
    // People 0 to 5 of 12 have their middle at 2.5: the third decile.
    assert_eq!(deciles.numbers("families")[2], 1.0);
}

/// In Russia a grown child who does not study lives in the family and is not of it: its income
/// is divided by three, and three people are poor or not. The window lags by a month.
const RUSSIAN: &str = "
- name: a grown child who does not study
  decided_on: 2026-03-10
  family:
    applicant: { age: 44, sex: female, wage: 20 000 }
    spouse: { age: 46, sex: male, wage: 20 000 }
    children: [8, { age: 20, wage: 90 000 }]
  expect: {}
";

#[test]
fn people_are_the_members_whom_the_base_counts_and_sums_are_in_its_currency() {
    let base = pack("ru-child");
    let reform = base.with_parameters(&[("benefit_age", "8")]).unwrap();
    let case = rules::cases::read_cases(&base, RUSSIAN).unwrap().remove(0);
    let laws = Laws::new(&base, &reform, case.decided_on, Steps::Passed).unwrap();
    let (mut worker, mut families) = (laws.worker(), Families::new());
    worker.push(case.portrait.unit, 72, None, &case.portrait.pack());
    worker.decide(&mut families);
    assert_eq!(case.portrait.members.len(), 4);
    assert_eq!(families.people, [3]);
    assert_eq!(families.per_capita, [1_333_333]);
    assert_eq!(families.base.amount, [1_837_100]);
    assert_eq!(families.reform.amount, [0]);
    let study = Study::new(&families, 19_000 * 100);
    let head_count = |column: Column| {
        let figures = study.figures();
        let found = figures.iter().find(|one| one.key == "head_count");
        found.unwrap().values[column as usize]
    };
    // 13 333.33 before, 19 457 with 18 371 among three; among four it would be 17 926.
    assert_eq!(head_count(Column::Before), Some(1.0));
    assert_eq!(head_count(Column::Base), Some(0.0));
    let titles = Titles {
        base: base.id(),
        reform: "benefit_age=8",
        currency: base.currency(),
    };
    let report = Report::of(&study, &study.measured(&whole(), &|| ()), &titles);
    let cost = report.figures.rows.iter();
    let mut cost = cost.filter(|row| row[0] == Cell::Text("cost".into()));
    assert_eq!(cost.next().unwrap()[2], Cell::Text("RUB".into()));
    assert!(report.plots[0].svg.contains("millions of roubles"));
    let all: Vec<&str> = report.plots.iter().map(|plot| plot.svg.as_str()).collect();
    assert!(!(all.concat() + &report.figures_text()).contains("so'm"));
}

#[test]
fn a_base_that_ranks_by_age_tells_nobodys_income() {
    let base = pack("uz-elderly");
    assert!(!base.ranks_by_money());
    let families = decided(&base, &base, Steps::Passed, 1.0);
    assert_eq!(families.per_capita, [UNKNOWN_INCOME; 5]);
    let study = Study::new(&families, 715_000 * 100);
    assert_eq!(study.unknown_incomes(), 5);
    let figures = study.figures();
    let poor = figures.iter().find(|one| one.key == "head_count").unwrap();
    assert_eq!(poor.values, [None; 4]);
}

fn whole() -> Sample {
    Sample {
        share: 1.0,
        clusters: None,
        seed: 1,
        replicates: 0,
    }
}

#[test]
fn a_law_against_itself_changes_nothing() {
    let base = pack("uz-654b");
    let families = decided(&base, &base, Steps::Passed, 1.0);
    let study = Study::new(&families, 715_000 * 100);
    for figure in study.figures() {
        let change = figure.values[Column::Change as usize];
        assert!(change.is_none_or(|change| change == 0.0), "{figure:?}");
    }
}

#[test]
fn steps_that_are_ahead_entitle_nobody_and_steps_passed_do() {
    let law = pack("uz-sr26");
    let ahead = decided_on(&law, &law, "2026-03-10", Steps::Ahead, 1.0);
    let passed = decided_on(&law, &law, "2026-03-10", Steps::Passed, 1.0);
    let entitled = |verdict| verdict == Verdict::Entitled;
    assert_eq!(ahead.base.count(entitled), 0);
    assert!(
        ahead
            .base
            .count(|one| matches!(one, Verdict::NeedsVisit(_)))
            > 0
    );
    assert!(passed.base.count(entitled) > 0);
}

#[test]
fn a_damaged_portrait_is_counted_and_the_others_keep_their_places() {
    let (base, reform) = reformed();
    let laws = Laws::new(&base, &reform, day(ON), Steps::Passed).unwrap();
    let (mut worker, mut families) = (laws.worker(), Families::new());
    let couple = &COUNTRY[1];
    worker.push(UnitId::from_u128(9), 33, None, b"rubbish");
    let portrait = couple.portrait(&base);
    worker.push(UnitId::from_u128(couple.number), 11, None, &portrait);
    worker.decide(&mut families);
    assert_eq!((families.malformed, families.len()), (1, 1));
    assert_eq!(
        (families.district[0], families.reform.amount[0]),
        (11, 50_000_000)
    );
}

#[test]
fn a_family_for_whom_a_law_fails_neither_wins_nor_loses() {
    let base = pack("uz-654b");
    let country = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../packs/uz");
    let mut own = files(&country.join("uz-654b"));
    let benefits = own.iter_mut().find(|file| file.path == "benefits.md");
    let benefits = benefits.expect("the file of benefits");
    let text = &benefits.text;
    assert!(text.contains("line base: assistance\n"));
    // 420 000 less 715 000: below zero for B, whose benefit this is.
    benefits.text = text.replace("line base: assistance\n", "line base: assistance - mce\n");
    let reform = read_pack("uz-654b", &own, &files(&country)).expect("a pack that reads");
    let families = decided(&base, &reform, Steps::Passed, 1.0).without_failing();
    assert_eq!(families.people, [5, 2, 3, 2], "B is left out of both");
    let failing: Vec<_> = families.failing.iter().collect();
    let [((side, formula), 1)] = failing.as_slice() else {
        panic!("{failing:?}");
    };
    assert_eq!(*side, Side::Reform);
    assert_eq!(formula, "programme material_assistance");
    let study = Study::new(&families, 715_000 * 100);
    let figures = study.figures();
    for key in ["winners", "losers"] {
        let found = figures.iter().find(|figure| figure.key == key);
        let change = found.expect(key).values[Column::Change as usize];
        assert_eq!(change, Some(0.0), "{key}");
    }
}

#[test]
fn a_sample_has_intervals_around_its_figures_and_a_whole_country_has_none() {
    let (base, reform) = reformed();
    let mut families = Families::new();
    for _ in 0..60 {
        families.append(decided(&base, &reform, Steps::Passed, 1.0));
    }
    families.weight_of_each = 10.0;
    let study = Study::new(&families, 715_000 * 100);
    let sample = |share: f64| Sample {
        share,
        clusters: None,
        seed: 1,
        replicates: 200,
    };
    let measured = study.measured(&sample(0.1), &|| ());
    let cost = measured
        .iter()
        .find(|one| one.figure.key == "cost")
        .unwrap();
    let (value, interval) = (cost.figure.values[1].unwrap(), cost.intervals[1].unwrap());
    assert!(interval.low < value && value < interval.high);
    // The sum over n families of a sum with deviation s errs by N s sqrt((1 - f) / n): the
    // amounts are 635, 420, 0, 275 and 0 thousand, each a fifth; s = 245 959 (n - 1 of 300).
    let expected = 3_000.0 * 245_959.0 * SOM * (0.9_f64 / 300.0).sqrt() * 1.96;
    let half = (interval.high - interval.low) / 2.0;
    assert!(
        (half / expected - 1.0).abs() < 0.2,
        "{half} is not about {expected}"
    );
    let again = study.measured(&sample(0.1), &|| ());
    assert_eq!(again, measured);
    for one in study.measured(&sample(1.0), &|| ()) {
        for (value, interval) in one.figure.values.iter().zip(one.intervals) {
            if let (Some(value), Some(interval)) = (value, interval) {
                let wide = 1e-6 * value.abs().max(1.0);
                assert!(interval.high - interval.low < wide, "{one:?}");
            }
        }
    }
}

#[test]
fn tables_are_the_same_on_screen_in_csv_and_in_parquet() {
    let (base, reform) = reformed();
    let families = decided(&base, &reform, Steps::Passed, 1.0);
    let study = Study::new(&families, 715_000 * 100);
    let whole = Sample {
        share: 1.0,
        clusters: None,
        seed: 1,
        replicates: 50,
    };
    let report = Report::of(&study, &study.measured(&whole, &|| ()), &TITLES);
    for table in report.tables() {
        assert!(
            table
                .rows
                .iter()
                .all(|row| row.len() == table.columns.len())
        );
        let mut text = Vec::new();
        table.write_csv(&mut text).unwrap();
        let mut reader = csv::Reader::from_reader(text.as_slice());
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let file = tempfile::NamedTempFile::new().unwrap();
        table.write_parquet(file.reopen().unwrap()).unwrap();
        let read = parquet::file::reader::SerializedFileReader::new(file.reopen().unwrap());
        let read = read.unwrap();
        let mut count = 0;
        for (row, (in_csv, cells)) in parquet::file::reader::FileReader::get_row_iter(&read, None)
            .unwrap()
            .zip(rows.iter().zip(&table.rows))
        {
            let row = row.unwrap();
            for (at, (name, field)) in row.get_column_iter().enumerate() {
                assert_eq!(*name, table.columns[at]);
                let shown = match field {
                    parquet::record::Field::Null => String::new(),
                    parquet::record::Field::Double(number) => number.to_string(),
                    parquet::record::Field::Str(text) => text.clone(),
                    other => panic!("{other:?}"),
                };
                assert_eq!(
                    (shown.as_str(), &in_csv[at]),
                    (in_csv[at].as_ref(), cells[at].plain().as_str())
                );
            }
            count += 1;
        }
        assert_eq!(count, table.rows.len());
    }
    assert!(report.figures_text().contains("1 330 000"));
}

#[test]
fn every_plot_tells_its_content_to_who_does_not_see_it_and_runs_nothing() {
    let (base, reform) = reformed();
    let families = decided(&base, &reform, Steps::Passed, 1.0);
    let study = Study::new(&families, 715_000 * 100);
    let report = Report::of(&study, &[], &TITLES);
    assert_eq!(report.plots.len(), 5);
    for plot in &report.plots {
        let svg = &plot.svg;
        assert!(
            svg.starts_with("<svg ") && svg.ends_with("</svg>\n"),
            "{}",
            plot.name
        );
        assert!(svg.contains("role=\"img\"") && svg.contains("aria-labelledby=\"title desc\""));
        assert!(svg.contains("<title id=\"title\">") && svg.contains("<desc id=\"desc\">"));
        assert!(!svg.contains("<script") && !svg.contains("NaN") && !svg.contains("inf"));
        assert!(svg.contains("a &lt;b&gt; &amp; c"), "{}", plot.name);
    }
    // District 11 pays 1 055 000 under the base: its bar says so.
    let cost = &report.plots[2].svg;
    assert!(cost.contains("<title>11, uz-654b: 1</title>"), "{cost}");
}

/// Laws that read alike take one pass over a snapshot, others one each; both say what the
/// portraits say.
#[test]
fn a_snapshot_says_what_its_portraits_say() {
    let base = pack("uz-654b");
    let other = pack("uz-sr26");
    let on = "2026-03-10";
    let kinds = base.required_kinds().iter().chain(other.required_kinds());
    let mut kinds: Vec<u16> = kinds.map(|(kind, _)| *kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("snapshot");
    let subject = crate::snapshot::Subject {
        taken_on: day(on),
        country: "uz".to_owned(),
        unit_block: base.unit().name.clone(),
        kinds: kinds.iter().map(|code| kind(*code).unwrap()).collect(),
    };
    let mut writer = crate::snapshot::Writer::create(&folder, &subject).unwrap();
    for couple in &COUNTRY {
        writer.push(&couple.portrait(&base)).unwrap();
    }
    writer.finish().unwrap();
    let snapshot = crate::snapshot::Snapshot::open(&folder).unwrap();
    let changed = base.with_parameters(&[("mce", "650000")]).unwrap();
    for (reform, alike) in [(&changed, true), (&other, false)] {
        let laws = Laws::new(&base, reform, day(on), Steps::Passed).unwrap();
        assert_eq!(laws.read_alike(), alike);
        let done = std::sync::atomic::AtomicU64::new(0);
        let count = |more| {
            done.fetch_add(more, std::sync::atomic::Ordering::Relaxed);
        };
        let read = of_snapshot(&snapshot, &laws, &count).unwrap();
        let told = decided_on(&base, reform, on, Steps::Passed, 1.0);
        assert_eq!(done.into_inner(), 5);
        assert_eq!(read.per_capita, told.per_capita);
        assert_eq!((read.people, read.district), (told.people, told.district));
        for (read, told) in [(read.base, told.base), (read.reform, told.reform)] {
            assert_eq!(read.verdict, told.verdict);
            assert_eq!(read.amount, told.amount);
            assert_eq!(read.programme, told.programme);
        }
    }
}
