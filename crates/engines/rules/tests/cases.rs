//! The cases beside the packs.

mod packs;

use std::fs;

/// Cases that a pack has at least: below, on and above each of its thresholds.
const CASES_MIN: usize = 8;

fn run(id: &str, at_least: usize) {
    let pack = packs::pack(id);
    let folder = packs::folder().join(id).join("cases");
    let (mut ran, mut wrong) = (0, Vec::new());
    for entry in fs::read_dir(folder).expect("the folder of cases") {
        let path = entry.expect("an entry").path();
        let yaml = fs::read_to_string(&path).expect("a readable file");
        let reports = rules::run_cases(&pack, &yaml)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for report in reports {
            ran += 1;
            if !report.differences.is_empty() {
                wrong.push(format!(
                    "{}: {}",
                    report.name,
                    report.differences.join("; ")
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {ran} cases of {id}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(ran >= at_least, "only {ran} cases of {id} were found");
}

#[test]
fn the_cases_of_uz_654b_come_out_as_the_law_says() {
    run("uz-654b", 20);
}

#[test]
fn the_cases_of_uz_sr26_come_out_as_the_law_says() {
    run("uz-sr26", 20);
}

#[test]
fn the_cases_of_every_pack_of_uzbekistan_come_out_as_the_law_says() {
    let ids = packs::ids();
    assert!(ids.len() >= 12, "{ids:?}");
    for id in ids {
        run(&id, CASES_MIN);
    }
}
