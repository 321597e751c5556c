//! A batch from columns decides as a batch from portraits does.

use super::{Batch, Cases, Columns, KNOWN, Members, Misfit, PHANTOM, Rows, Values};
use crate::cases::{ReadyCase, read_cases};
use crate::outcome::Outcomes;
use crate::pack::{Pack, read_pack};
use crate::plan::Plan;
use crate::source::SourceFile;
use kernel::{Day, FactId};
use std::path::{Path, PathBuf};

fn files(folder: &Path, ending: &str) -> Vec<SourceFile> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|end| end == ending))
        .collect();
    paths.sort();
    let read = |path: PathBuf| SourceFile {
        text: std::fs::read_to_string(&path).expect("a readable file"),
        path: path.display().to_string(),
    };
    paths.into_iter().map(read).collect()
}

fn pack_and_cases(id: &str) -> (Pack, Vec<ReadyCase>) {
    let country = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../packs/uz");
    let own = files(&country.join(id), "md");
    let pack = read_pack(id, &own, &files(&country, "md")).expect("a sound pack");
    let cases = files(&country.join(id).join("cases"), "yaml");
    let read = |file: &SourceFile| read_cases(&pack, &file.text).expect("sound cases");
    let cases = cases.iter().flat_map(read).collect();
    (pack, cases)
}

/// The columns of a batch that was read from portraits.
struct Taken {
    roles: Vec<u8>,
    ties: Vec<u8>,
    female: Vec<bool>,
    born: Vec<i32>,
    tables: Vec<TakenTable>,
}

struct TakenTable {
    missing: Vec<bool>,
    facts: Vec<FactId>,
    /// By field of the kind; empty where the plan does not read it.
    fields: Vec<(Vec<i64>, Vec<bool>)>,
}

impl Taken {
    fn of(batch: &Batch) -> Taken {
        let [roles, ties, sexes, born] = &batch.members;
        let codes = |column: &[i64]| column.iter().map(|code| *code as u8).collect();
        let layouts = batch.layout.tables.iter().zip(&batch.tables);
        let tables = layouts.map(|(layout, rows)| {
            let fact = |ordinal: &u32| match *ordinal {
                PHANTOM => FactId::NIL,
                ordinal => FactId::from_bytes(batch.fact_ids.as_chunks::<16>().0[ordinal as usize]),
            };
            let field = |column: &Option<u16>| match column {
                None => (Vec::new(), Vec::new()),
                Some(column) => {
                    let states = rows.states[usize::from(*column)].iter();
                    let known = states.map(|state| *state == KNOWN).collect();
                    (rows.values[usize::from(*column)].clone(), known)
                }
            };
            TakenTable {
                missing: rows.fact.iter().map(|fact| *fact == PHANTOM).collect(),
                facts: rows.fact.iter().map(fact).collect(),
                fields: layout.columns.iter().map(field).collect(),
            }
        });
        Taken {
            roles: codes(roles),
            ties: codes(ties),
            female: sexes.iter().map(|sex| *sex == 1).collect(),
            born: born.iter().map(|day| *day as i32).collect(),
            tables: tables.collect(),
        }
    }

    /// Hands the units from one to another of the batch to a new one.
    fn append(
        &self,
        from: &Batch,
        cases: &[&ReadyCase],
        span: [usize; 2],
        to: &mut Batch,
    ) -> Result<(), Misfit> {
        let [first, last] = span;
        let facts: Vec<_> = cases[first..last].iter().map(|case| case.facts).collect();
        let members = from.member_start[first] as usize..from.member_start[last] as usize;
        let fields: Vec<Vec<Values<'_>>> = (self.tables.iter().zip(&from.tables))
            .map(|(table, rows)| {
                let part = rows.start[first] as usize..rows.start[last] as usize;
                let fields = table.fields.iter().map(|(values, known)| Values {
                    values: values.get(part.clone()).unwrap_or_default(),
                    known: known.get(part.clone()).unwrap_or_default(),
                });
                fields.collect()
            })
            .collect();
        let tables: Vec<Rows<'_>> = (self.tables.iter().zip(&from.tables).zip(&fields))
            .map(|((table, rows), fields)| {
                let part = rows.start[first] as usize..rows.start[last] as usize;
                Rows {
                    owner: &rows.owner[part.clone()],
                    missing: &table.missing[part.clone()],
                    facts: &table.facts[part],
                    fields,
                }
            })
            .collect();
        let territory = &from.cases[super::CASE_WIDTH - 1][first..last];
        let districts: Vec<u32> = territory.iter().map(|code| *code as u32).collect();
        let columns = Columns {
            districts: &districts,
            first_unit: first as u32,
            member_start: &from.member_start[first..=last],
            units: &from.units[first..last],
            cases: Cases::Each(&facts),
            members: Members {
                persons: &from.persons[members.clone()],
                roles: &self.roles[members.clone()],
                ties: &self.ties[members.clone()],
                female: &self.female[members.clone()],
                born: &self.born[members],
            },
            tables: &tables,
            inputs: &[],
        };
        to.append(&columns)
    }
}

fn by_day(cases: &[ReadyCase]) -> Vec<(Day, Vec<&ReadyCase>)> {
    let mut days: Vec<Day> = cases.iter().map(|case| case.decided_on).collect();
    days.sort();
    days.dedup();
    let of = |day: Day| cases.iter().filter(move |case| case.decided_on == day);
    days.into_iter()
        .map(|day| (day, of(day).collect()))
        .collect()
}

#[test]
fn families_from_columns_are_decided_as_from_portraits() {
    for id in ["uz-654b", "uz-sr26"] {
        let (pack, cases) = pack_and_cases(id);
        for (day, cases) in by_day(&cases) {
            let plan = pack.plan(day).expect("a plan");
            let mut read = Batch::new(&plan);
            for case in &cases {
                read.push(&case.portrait.pack(), &case.facts)
                    .expect("a portrait");
            }
            let (taken, mut handed) = (Taken::of(&read), Batch::new(&plan));
            // In two stretches: the second is a slice that begins in the middle.
            let half = cases.len() / 2;
            for span in [[0, half], [half, cases.len()]] {
                let appended = taken.append(&read, &cases, span, &mut handed);
                appended.expect("columns that fit");
            }
            same_outcomes(&plan, &read, &handed);
        }
    }
}

fn same_outcomes(plan: &Plan, read: &Batch, handed: &Batch) {
    let (mut one, mut other) = (Outcomes::new(), Outcomes::new());
    plan.decide(read, &mut one);
    plan.decide(handed, &mut other);
    assert_eq!(one.len(), other.len());
    for index in 0..one.len() {
        assert_eq!(one.unit(index), other.unit(index));
        assert_eq!(one.verdict(index), other.verdict(index));
        assert_eq!(one.amount(index), other.amount(index));
        assert_eq!(one.per_capita_minor(index), other.per_capita_minor(index));
        assert_eq!(one.last_month(index), other.last_month(index));
        assert_eq!(one.trace_bytes(index), other.trace_bytes(index));
        assert_eq!(one.needs(index), other.needs(index));
        // Of facts without a row ("nothing is held") columns tell nothing.
        let known: Vec<FactId> = one.fact_ids(index).collect();
        assert!(other.fact_ids(index).all(|fact| known.contains(&fact)));
    }
}

#[test]
fn rows_out_of_the_order_of_their_owners_are_refused() {
    let (pack, cases) = pack_and_cases("uz-sr26");
    let mut refused = 0;
    for case in &cases {
        let plan = pack.plan(case.decided_on).expect("a plan");
        let mut read = Batch::new(&plan);
        let pushed = read.push(&case.portrait.pack(), &case.facts);
        pushed.expect("a portrait");
        let taken = Taken::of(&read);
        let of_persons = |table: &usize| pack.tables.of_person(*table as u16);
        let several = |table: &usize| read.tables[*table].owner.len() > 1;
        let table = (0..read.tables.len()).filter(of_persons).find(several);
        let (Some(table), true) = (table, read.persons.len() > 1) else {
            continue;
        };
        read.tables[table].owner.fill(0);
        read.tables[table].owner[0] = 1;
        let kind = read.layout.tables[table].table.kind.name;
        let mut handed = Batch::new(&plan);
        let appended = taken.append(&read, &[case], [0, 1], &mut handed);
        assert_eq!(appended, Err(Misfit::Owners(kind)));
        assert!(handed.is_empty());
        refused += 1;
    }
    assert!(refused > 0, "a family of two with several rows");
}
