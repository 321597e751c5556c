use std::path::{Path, PathBuf};

use kernel::facts::{CATALOGUE, FactKind};
use kernel::{Day, Portrait, UnitId};
use rules::{Batch, CaseFacts, Origin, Outcomes, Pack, Plan, SourceFile, Stage, read_pack};

use super::file::{Input, Output, Values};
use super::schema;
use super::{GROUP_UNITS, Manifest, Members, Snapshot, SnapshotError, Splitter, Subject, Writer};
use crate::synthetic::wild;

fn day() -> Day {
    Day::new(2026, 3, 10).expect("a day")
}

fn kinds() -> Vec<&'static FactKind> {
    CATALOGUE.iter().collect()
}

pub(crate) fn subject() -> Subject {
    Subject {
        taken_on: day(),
        country: "uz".to_owned(),
        unit_block: "nuclear_family".to_owned(),
        kinds: kinds(),
    }
}

pub(crate) fn pack(id: &str) -> Pack {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../packs/uz");
    let read = read_pack(id, &markdown(&folder.join(id)), &markdown(&folder));
    read.unwrap_or_else(|errors| panic!("{id}: {}", errors[0]))
}

/// The regime, with the imported file before the tax authority.
fn believing_the_import(id: &str) -> Pack {
    const ROW: &str = "| wage            | adults |";
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../packs/uz");
    let mut own = markdown(&folder.join(id));
    let file = own.iter_mut().find(|file| file.text.contains(ROW));
    let file = file.expect("a pack that reads wages");
    file.text = file.text.replacen(ROW, &format!("{ROW} import |"), 1);
    let read = read_pack(id, &own, &markdown(&folder));
    read.unwrap_or_else(|errors| panic!("{id}: {}", errors[0]))
}

fn markdown(folder: &Path) -> Vec<SourceFile> {
    let entries = std::fs::read_dir(folder).expect("the folder of packs");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("one").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "md"));
    paths.sort();
    let read = |path: &PathBuf| SourceFile {
        path: path.to_string_lossy().into_owned(),
        text: std::fs::read_to_string(path).expect("a file"),
    };
    paths.iter().map(read).collect()
}

pub(crate) fn portraits(seed: u64, count: u64) -> Vec<Portrait> {
    let kinds = kinds();
    (0..count)
        .map(|number| wild::family(&kinds, day(), seed, number))
        .collect()
}

/// What is compared of a decision.
pub(crate) type Row = (
    UnitId,
    rules::Verdict,
    Option<String>,
    Option<String>,
    Option<i64>,
    Option<i64>,
    Vec<u8>,
);

fn rows(outcomes: &Outcomes, ids: impl Fn(UnitId) -> UnitId) -> Vec<Row> {
    let row = |i: usize| {
        (
            ids(outcomes.unit(i)),
            outcomes.verdict(i),
            outcomes.programme(i).map(str::to_owned),
            outcomes.category(i).map(str::to_owned),
            outcomes.amount(i).map(|money| money.0),
            outcomes.per_capita_minor(i),
            outcomes.trace_bytes(i).to_vec(),
        )
    };
    (0..outcomes.len()).map(row).collect()
}

pub(crate) fn from_portraits(plan: &Plan, portraits: &[Portrait], case: &CaseFacts) -> Vec<Row> {
    let (mut batch, mut outcomes) = (Batch::new(plan), Outcomes::new());
    for portrait in portraits {
        // A unit that cannot be decided on is left out on both sides.
        let _ = batch.push(&portrait.pack(), case);
    }
    plan.decide(&batch, &mut outcomes);
    rows(&outcomes, |unit| unit)
}

fn from_snapshot(plan: &Plan, folder: &Path, case: &CaseFacts) -> Vec<Row> {
    let snapshot = Snapshot::open(folder).expect("a snapshot");
    let mut what = snapshot.what(plan).expect("all kinds");
    what.ids = true;
    let fresh = || (Batch::new(plan), Outcomes::new(), Vec::new());
    let states = snapshot.each(&what, 2, fresh, |(batch, outcomes, found), _, group| {
        batch.clear();
        batch.append_stretch(&what.columns(group), case);
        plan.decide(batch, outcomes);
        let id = |unit: UnitId| {
            let place = unit.0.as_u128() as i64 - group.first_unit;
            UnitId::from_bytes(group.units.id[place as usize])
        };
        found.extend(rows(outcomes, id));
        Ok(())
    });
    let states = states.expect("a sound snapshot");
    let mut rows: Vec<Row> = states.into_iter().flat_map(|(.., found)| found).collect();
    rows.sort_by_key(|row| row.0);
    rows
}

pub(crate) fn cases(plan: &Plan) -> Vec<CaseFacts> {
    let application = CaseFacts::application(plan.decided_on(), plan.pack().cut_off_day());
    vec![
        CaseFacts {
            stage: Stage::PreAssessment,
            ..application
        },
        application,
        CaseFacts {
            origin: Origin::Migration,
            former_category: Some(1),
            ..application
        },
    ]
}

#[test]
fn deciding_from_a_snapshot_equals_deciding_from_the_portraits() {
    for (id, on) in [("uz-654b", Day::new(2025, 7, 10)), ("uz-sr26", Some(day()))] {
        let plan = pack(id).plan(on.expect("a day")).expect("a plan");
        for seed in 0..3 {
            let portraits = portraits(seed, 700);
            let folder = tempfile::tempdir().expect("a folder");
            let mut writer = Writer::create(folder.path(), &subject()).expect("a new folder");
            for portrait in &portraits {
                writer.push(&portrait.pack()).expect("a sound portrait");
            }
            writer.finish().expect("a snapshot");
            for case in cases(&plan) {
                let expected = from_portraits(&plan, &portraits, &case);
                assert_eq!(from_snapshot(&plan, folder.path(), &case), expected);
                let entitled = expected.iter().filter(|row| row.4.is_some()).count();
                let silent = expected
                    .iter()
                    .filter(|row| row.1 == rules::Verdict::Unknown);
                assert!(
                    silent.count() > 10 && expected.len() > 600,
                    "{entitled} entitled"
                );
            }
        }
    }
}

#[test]
fn a_split_snapshot_decides_as_the_whole_one() {
    let portraits = portraits(9, 900);
    let plan = pack("uz-sr26").plan(day()).expect("a plan");
    let folder = tempfile::tempdir().expect("a folder");
    let mut splitter = Splitter::create(folder.path(), &subject()).expect("a new folder");
    for portrait in &portraits {
        splitter.push(&portrait.pack()).expect("a sound portrait");
    }
    let manifest = splitter.finish().expect("a snapshot");
    let mut districts: Vec<String> = portraits.iter().map(|p| p.district.to_string()).collect();
    districts.sort();
    districts.dedup();
    assert_eq!(manifest.parts, districts);
    assert_eq!(manifest.units, 900);
    let case = cases(&plan)[1];
    let expected = from_portraits(&plan, &portraits, &case);
    assert_eq!(from_snapshot(&plan, folder.path(), &case), expected);
    assert!(
        !folder.path().join("aside").exists(),
        "nothing is left aside"
    );
}

#[test]
fn what_lies_aside_is_nobody_elses_to_read_and_gone_after_a_failure() {
    let folder = tempfile::tempdir().expect("a folder");
    let aside = folder.path().join("aside");
    let mut splitter = Splitter::create(folder.path(), &subject()).expect("a new folder");
    for portrait in portraits(9, 900) {
        splitter.push(&portrait.pack()).expect("a sound portrait");
    }
    let laid = std::fs::read_dir(&aside).expect("it is there").count();
    assert!(laid > 0, "nothing was laid aside");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&aside)
            .expect("it is there")
            .permissions();
        assert_eq!(mode.mode() & 0o777, 0o700);
    }
    splitter.push(b"rubbish").expect_err("a damaged portrait");
    drop(splitter);
    assert!(!aside.exists(), "portraits are left aside");
}

/// Writes the file of members again with a change.
fn with_member(folder: &Path, change: impl Fn(&mut Members)) {
    let (kinds, name) = (kinds(), "member.parquet");
    let columns = schema::member(&kinds);
    let input = Input::open(folder.join(name), &columns).expect("its columns");
    let group = input.group(0).expect("a row group");
    let (mut numbers, mut of, mut asked) = (Vec::new(), Members::default(), Vec::new());
    group.large(0, &mut numbers).expect("numbers");
    group
        .large(schema::MEMBER_UNIT, &mut of.unit)
        .expect("units");
    group.small(schema::ROLE, &mut of.role).expect("roles");
    group.small(schema::TIE, &mut of.tie).expect("ties");
    group.small(schema::SEX, &mut of.sex).expect("sexes");
    group.small(schema::BORN, &mut of.born).expect("births");
    group
        .maybe_small(schema::DIED, &mut of.died)
        .expect("deaths");
    for place in schema::MEMBER_ASKED..columns.len() {
        let mut yes = Vec::new();
        group.yes(place, &mut yes).expect("who was asked");
        asked.push(yes);
    }
    change(&mut of);
    std::fs::remove_file(folder.join(name)).expect("removed");
    let mut output = Output::create(folder.join(name), "member", &columns).expect("a new file");
    let mut values = vec![
        Values::Large(&numbers),
        Values::Large(&of.unit),
        Values::Small(&of.role),
        Values::Small(&of.tie),
        Values::Small(&of.sex),
        Values::Small(&of.born),
        Values::MaybeSmall(&of.died),
    ];
    values.extend(asked.iter().map(|yes| Values::Yes(yes)));
    output.write(numbers.len(), &values).expect("written");
    output.finish().expect("written");
}

#[test]
fn a_code_that_is_none_is_refused_with_file_column_and_row() {
    let plan = pack("uz-sr26").plan(day()).expect("a plan");
    type Change = fn(&mut Members);
    let changes: [(Change, &str); 5] = [
        (|of| of.role[6] = 4, "column `role`, row 7: 4 is no role"),
        (|of| of.role[0] = -1, "column `role`, row 1: -1 is no role"),
        (|of| of.tie[2] = 9, "column `tie`, row 3: 9 is no tie"),
        (|of| of.sex[5] = 2, "column `sex`, row 6: 2 is no sex"),
        (
            |of| of.born[3] = i32::MAX,
            "column `born`, row 4: 2147483647 is beyond the calendar",
        ),
    ];
    for (change, expected) in changes {
        let folder = tempfile::tempdir().expect("a folder");
        let mut writer = Writer::create(folder.path(), &subject()).expect("a new folder");
        for portrait in portraits(3, 20) {
            writer.push(&portrait.pack()).expect("a sound portrait");
        }
        writer.finish().expect("a snapshot");
        with_member(folder.path(), change);
        let snapshot = Snapshot::open(folder.path()).expect("a snapshot");
        let what = snapshot.what(&plan).expect("all kinds");
        let read = snapshot.each(&what, 1, || (), |(), _, _| Ok(()));
        let error = read.expect_err("a code that is none").to_string();
        assert!(error.contains("member.parquet"), "{error}");
        assert!(error.ends_with(expected), "{error}");
    }
}

#[test]
fn more_families_than_a_stretch_become_several() {
    let kinds = kinds();
    let portrait = wild::family(&kinds, day(), 1, 1).pack();
    let folder = tempfile::tempdir().expect("a folder");
    let mut writer = Writer::create(folder.path(), &subject()).expect("a new folder");
    let count = GROUP_UNITS as u64 + 5;
    for _ in 0..count {
        writer.push(&portrait).expect("a sound portrait");
    }
    let manifest = writer.finish().expect("a snapshot");
    assert_eq!((manifest.groups, manifest.units), (2, count));
    assert_eq!(Manifest::read(folder.path()).expect("a manifest"), manifest);
    let plan = pack("uz-sr26").plan(day()).expect("a plan");
    let snapshot = Snapshot::open(folder.path()).expect("a snapshot");
    let what = snapshot.what(&plan).expect("all kinds");
    let read = snapshot.each(&what, 2, Vec::new, |seen, place, group| {
        seen.push((place, group.first_unit, group.units.count));
        Ok(())
    });
    let mut read: Vec<_> = read.expect("sound").into_iter().flatten().collect();
    read.sort();
    let large = GROUP_UNITS as i64;
    assert_eq!(read, [(0, 0, GROUP_UNITS), (1, large, 5)]);
}

#[test]
fn the_manifest_has_the_hash_of_every_file() {
    use sha2::{Digest, Sha256};
    let folder = tempfile::tempdir().expect("a folder");
    let mut writer = Writer::create(folder.path(), &subject()).expect("a new folder");
    for portrait in portraits(3, 50) {
        writer.push(&portrait.pack()).expect("a sound portrait");
    }
    let manifest = writer.finish().expect("a snapshot");
    assert_eq!(manifest.files.len(), CATALOGUE.len() + 2);
    for entry in &manifest.files {
        let bytes = std::fs::read(folder.path().join(&entry.name)).expect("a file");
        assert_eq!(bytes.len() as u64, entry.bytes);
        assert_eq!(hex::encode(Sha256::digest(&bytes)), entry.sha256);
    }
}

#[test]
fn a_snapshot_is_refused_where_it_does_not_fit() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut without_wages = subject();
    without_wages.kinds.retain(|kind| kind.name != "wage");
    let mut writer = Writer::create(folder.path(), &without_wages).expect("a new folder");
    for portrait in portraits(3, 20) {
        writer.push(&portrait.pack()).expect("a sound portrait");
    }
    writer.finish().expect("a snapshot");
    let again = Writer::create(folder.path(), &subject());
    assert!(matches!(again, Err(SnapshotError::Taken(_))));
    let plan = pack("uz-sr26").plan(day()).expect("a plan");
    let snapshot = Snapshot::open(folder.path()).expect("a snapshot");
    let lacks = snapshot.what(&plan);
    assert!(matches!(lacks, Err(SnapshotError::Lacks(kind)) if kind == "wage"));
    let own_order = believing_the_import("uz-sr26").plan(day()).expect("a plan");
    let prevails = snapshot.what(&own_order).expect_err("an order of its own");
    assert!(matches!(
        prevails,
        SnapshotError::Prevails {
            kind: "wage",
            first: "import"
        }
    ));
    let mut households = snapshot.clone();
    households.manifest.unit_block = "household".to_owned();
    let other = households.what(&plan);
    assert!(matches!(other, Err(SnapshotError::OtherUnit { .. })));
}

#[test]
fn a_damaged_file_is_an_error_with_its_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut writer = Writer::create(folder.path(), &subject()).expect("a new folder");
    for portrait in portraits(3, 20) {
        writer.push(&portrait.pack()).expect("a sound portrait");
    }
    writer.finish().expect("a snapshot");
    let plan = pack("uz-sr26").plan(day()).expect("a plan");
    let read = || {
        let snapshot = Snapshot::open(folder.path())?;
        let what = snapshot.what(&plan)?;
        snapshot.each(&what, 1, || (), |(), _, _| Ok(()))
    };
    read().expect("sound as yet");
    let other = folder.path().join("pension.parquet");
    std::fs::copy(&other, folder.path().join("wage.parquet")).expect("a copy");
    let error = read()
        .expect_err("the columns are another kind's")
        .to_string();
    assert!(error.contains("wage.parquet"), "{error}");
    std::fs::write(&other, b"PAR1 and then nothing").expect("a write");
    std::fs::remove_file(folder.path().join("wage.parquet")).expect("removed");
    assert!(read().is_err());
}
