//! The country template on synthetic households: our engine, a loop written by hand
//! for just these formulas, and the comparison with what OpenFisca computed.
//!
//! `template_speed make PERSONS FOLDER` writes the people as columns that numpy reads;
//! `template_speed measure FOLDER PACKS` prints the figures of ours and of the loop;
//! `template_speed compare FOLDER PACKS` reads OpenFisca's results and compares each.
#![allow(clippy::print_stdout, reason = "a measurement prints its figures")]
#![allow(
    clippy::disallowed_methods,
    reason = "a measurement reads the clock, the packs and the people"
)]

#[path = "template/hand.rs"]
mod hand;
#[path = "template/ours.rs"]
mod ours;
#[path = "template/people.rs"]
mod people;

use people::People;
use std::path::Path;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["make", persons, folder] => {
            let persons = persons.parse().expect("a number of persons");
            People::synthetic(persons).write(Path::new(folder));
        }
        ["measure", folder, packs] => measure(Path::new(folder), Path::new(packs)),
        ["compare", folder, packs] => compare(Path::new(folder), Path::new(packs)),
        _ => panic!("make PERSONS FOLDER, measure FOLDER PACKS or compare FOLDER PACKS"),
    }
}

/// The best of several runs, alternating, so that none has the warmer machine.
fn measure(folder: &Path, packs: &Path) {
    let people = People::read(folder);
    let plan = ours::plan(packs);
    let mut best = [f64::INFINITY; 3];
    let (mut by_engine, mut by_hand) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        let started = people::now();
        by_engine = ours::totals(&plan, &people, 1);
        best[0] = best[0].min(started.elapsed().as_secs_f64());
        let started = people::now();
        let in_two = ours::totals(&plan, &people, 2);
        best[1] = best[1].min(started.elapsed().as_secs_f64());
        assert_eq!(by_engine, in_two, "two threads give what one gives");
        let started = people::now();
        by_hand = hand::totals(&people);
        best[2] = best[2].min(started.elapsed().as_secs_f64());
    }
    assert_eq!(
        by_engine, by_hand,
        "the loop by hand gives what the engine gives"
    );
    // Processor time comes in hundredths of a second: enough runs for a second of it.
    let runs = (1.0 / best[0]).ceil() as u32;
    let before = people::cpu_seconds();
    (0..runs).for_each(|_| by_engine = ours::totals(&plan, &people, 1));
    let cpu = (people::cpu_seconds() - before) / f64::from(runs);
    println!(
        "{{\"ours_wall_1\": {:.6}, \"ours_cpu_1\": {cpu:.6}, \"ours_wall_2\": {:.6}, \"hand_wall_1\": {:.6}}}",
        best[0], best[1], best[2]
    );
}

fn compare(folder: &Path, packs: &Path) {
    let people = People::read(folder);
    let found = ours::compare(&ours::plan(packs), &people, folder);
    println!(
        "{{\"compared\": {}, \"max_abs_diff\": {:.9}, \"beyond_tolerance\": {}}}",
        found.compared, found.greatest, found.beyond
    );
    assert_eq!(found.beyond, 0, "results differ from OpenFisca's");
}
