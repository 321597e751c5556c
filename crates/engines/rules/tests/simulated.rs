//! A reform is a pack with a change: it decides by the changed value, has a hash of its own and
//! is never taken for law.

mod packs;

use kernel::Day;
use rules::{OverlayError, Pack};

fn sr26() -> Pack {
    packs::pack("uz-sr26")
}

fn mce(pack: &Pack, day: &str) -> i64 {
    let named = pack.parameters().iter().find(|one| one.name == "mce");
    let day = Day::parse(day).unwrap();
    named.unwrap().at(day).unwrap().value
}

#[test]
fn a_changed_parameter_holds_on_every_day_and_the_others_stay() {
    let base = sr26();
    let reform = base.with_parameters(&[("mce", "800 000.50")]).unwrap();
    for day in ["2026-02-10", "2026-11-01", "2030-01-01"] {
        assert_eq!(mce(&reform, day), 80_000_050, "{day}");
    }
    let same = |name: &str| {
        let of = |pack: &Pack| {
            let found = pack.parameters().iter().find(|one| one.name == name);
            found.unwrap().values.clone()
        };
        of(&base) == of(&reform)
    };
    assert!(same("min_wage") && !same("mce"));
}

#[test]
fn a_reform_has_a_hash_of_its_own_and_reads_back_bit_for_bit() {
    let base = sr26();
    let reform = base
        .with_parameters(&[("mce", "800000"), ("share_near", "0.60")])
        .unwrap()
        .with_steps_passed();
    assert!(!base.is_simulated() && reform.is_simulated());
    assert_ne!(base.hash(), reform.hash());
    let other = base.with_parameters(&[("mce", "800001")]).unwrap();
    assert_ne!(other.hash(), reform.hash());
    let again = Pack::from_canonical(&reform.canonical_text()).unwrap();
    assert_eq!(again.hash(), reform.hash());
    assert_eq!(again.canonical_text(), reform.canonical_text());
    assert!(again.is_simulated() && again.steps().is_empty());
    assert_eq!(mce(&again, "2026-03-10"), 80_000_000);
    let base_again = Pack::from_canonical(&base.canonical_text()).unwrap();
    assert_eq!(base_again.hash(), base.hash());
}

#[test]
fn a_change_that_cannot_be_made_says_what_to_write() {
    let base = sr26();
    let told = |name: &str, value: &str| {
        let refused = base.with_parameters(&[(name, value)]);
        refused.expect_err("refused").to_string()
    };
    assert_eq!(
        told("mse", "1"),
        "uz-sr26 has no parameter `mse`; did you mean `mce`?"
    );
    assert!(told("mce", "a lot").contains("digits"));
    assert!(told("mce", "1.234").contains("fewer digits"));
    assert!(matches!(
        base.with_parameters(&[("mce", "1\nsimulated mce=2")]),
        Err(OverlayError::Value { .. })
    ));
}

#[test]
fn no_pack_can_be_written_with_the_status_of_a_simulation() {
    let (mut own, shared) = packs::pack_files("uz-654b");
    let file = own
        .iter_mut()
        .find(|file| file.text.contains("| verified |"));
    let file = file.expect("a verified value");
    file.text = file.text.replacen("| verified |", "| simulated |", 1);
    let errors = rules::read_pack("uz-654b", &own, &shared).expect_err("no such status");
    assert!(errors[0].message.contains("without a status"), "{errors:?}");
}
