//! What cannot have happened, in a table: refused, again when it comes again, and nothing is changed.

use super::*;
use crate::{import, testing};
use kernel::kin::UnitBlock;
use std::io::Cursor;
use store::Platform;
use store::testing::each_db;

/// One message, whose id is given when it is sent.
#[derive(Debug, Clone)]
enum Told {
    Birth(Birth),
    Death(Death),
    Marriage(Union),
    Divorce(Union),
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn pinfl(sex: Sex, born: &str, serial: u16) -> Pinfl {
    Pinfl::make(sex, day(born), 300, serial)
}

fn mother() -> Pinfl {
    pinfl(Sex::Female, "1988-03-03", 1)
}

fn father() -> Pinfl {
    pinfl(Sex::Male, "1987-07-07", 2)
}

/// Of the two above.
fn son() -> Pinfl {
    pinfl(Sex::Male, "2009-09-09", 3)
}

/// The head of another family, and her child.
fn neighbour() -> Pinfl {
    pinfl(Sex::Female, "1990-01-01", 4)
}

fn neighbours_child() -> Pinfl {
    pinfl(Sex::Female, "2015-05-05", 5)
}

fn bachelor() -> Pinfl {
    pinfl(Sex::Male, "1985-05-05", 6)
}

/// Grown up, and nobody's child in the register.
fn lonely() -> Pinfl {
    pinfl(Sex::Female, "2007-02-02", 7)
}

const ROWS: &str = "family,dwelling,district,mahalla,pinfl,role,tie,family_name,given_name,patronymic,sex,born,died,phone\n";

async fn imported(platform: &Platform) {
    let permit = testing::permit(platform).await;
    let (block, since) = (UnitBlock::nuclear_family(), day("2026-01-05"));
    unit::ensure_block(platform, &permit, &block, since)
        .await
        .unwrap();
    let row = |family: &str, who: Pinfl, role: &str| {
        let tie = if role == "child" { "own" } else { "" };
        let (sex, born) = (if who.sex() == Sex::Male { "m" } else { "f" }, who.born());
        format!(
            "{family},D-{family},1726262,1726262001,{who},{role},{tie},Karimov,Nodir,Anvar,{sex},{born},,\n"
        )
    };
    let rows = [
        row("A", father(), "head"),
        row("A", mother(), "spouse"),
        row("A", son(), "child"),
        row("B", neighbour(), "head"),
        row("B", neighbours_child(), "child"),
        row("C", bachelor(), "head"),
        row("D", lonely(), "head"),
    ];
    let file = Cursor::new(ROWS.to_owned() + &rows.concat());
    let report = import::run(platform, &permit, file, &mut ()).await.unwrap();
    assert_eq!(report.rejected, 0, "{report:?}");
}

fn birth(child: Pinfl, mother: Pinfl, father: Option<Pinfl>) -> Birth {
    Birth {
        id: Uuid::nil(),
        mother,
        father,
        child,
        name: Name::new("Karimov", "Anvar", ""),
        sex: child.sex(),
        born: child.born(),
    }
}

fn born(child: Pinfl, mother: Pinfl, father: Option<Pinfl>) -> Told {
    Told::Birth(birth(child, mother, father))
}

fn died(person: Pinfl, on: &str) -> Told {
    let (id, on) = (Uuid::nil(), day(on));
    Told::Death(Death { id, person, on })
}

fn of_two(person: Pinfl, spouse: Pinfl, on: &str) -> Union {
    Union {
        id: Uuid::nil(),
        person,
        spouse,
        on: day(on),
    }
}

fn wed(person: Pinfl, spouse: Pinfl, on: &str) -> Told {
    Told::Marriage(of_two(person, spouse, on))
}

fn parted(person: Pinfl, spouse: Pinfl, on: &str) -> Told {
    Told::Divorce(of_two(person, spouse, on))
}

async fn tell(platform: &Platform, permit: &Permit, id: u128, told: &Told) -> Result<Heard> {
    platform.clock.step(1_000_000).unwrap();
    let (ids, id) = (&platform.ids, Uuid::from_u128(id));
    let mut tx = platform.db.begin().await.unwrap();
    let heard = match told.clone() {
        Told::Birth(one) => super::birth(&mut tx, ids, permit, &Birth { id, ..one }).await,
        Told::Death(one) => super::death(&mut tx, ids, permit, &Death { id, ..one }).await,
        Told::Marriage(one) => super::marriage(&mut tx, ids, permit, &Union { id, ..one }).await,
        Told::Divorce(one) => super::divorce(&mut tx, ids, permit, &Union { id, ..one }).await,
    };
    // Even whoever forgot to roll back enters nothing of what was refused.
    tx.commit().await.unwrap();
    heard
}

async fn events(platform: &Platform) -> i64 {
    let mut tx = platform.db.read().await.unwrap();
    store::fetch_value!(tx, i64, "SELECT COUNT(*) FROM life_event").unwrap()
}

fn impossible() -> Vec<(Told, Impossible)> {
    let newborn = pinfl(Sex::Male, "2025-12-12", 20);
    let of_1900 = pinfl(Sex::Male, "1900-01-01", 21);
    // The day before she is ten.
    let too_early = pinfl(Sex::Male, "2025-05-04", 28);
    let old = pinfl(Sex::Female, "1959-12-12", 22);
    let on_another_day = Birth {
        born: day("2025-12-13"),
        ..birth(newborn, mother(), None)
    };
    let of_another_sex = Birth {
        sex: Sex::Female,
        ..birth(newborn, mother(), None)
    };
    let young_father = pinfl(Sex::Male, "2015-12-13", 23);
    let mother_and_child = pinfl(Sex::Female, "1988-03-03", 24);
    vec![
        (died(father(), "1950-01-01"), Impossible::DeadBeforeBirth),
        (died(father(), "1987-07-06"), Impossible::DeadBeforeBirth),
        (
            died(pinfl(Sex::Male, "2025-12-12", 25), "2025-12-11"),
            Impossible::DeadBeforeBirth,
        ),
        (died(father(), "2999-01-01"), Impossible::ToCome),
        (Told::Birth(on_another_day), Impossible::AnotherDay),
        (Told::Birth(of_another_sex), Impossible::AnotherSex),
        (born(of_1900, mother(), None), Impossible::AgeOfMother),
        (
            born(too_early, neighbours_child(), None),
            Impossible::AgeOfMother,
        ),
        (born(newborn, old, None), Impossible::AgeOfMother),
        (
            born(newborn, mother(), Some(young_father)),
            Impossible::AgeOfFather,
        ),
        (born(newborn, father(), None), Impossible::MotherIsNoWoman),
        (
            born(newborn, mother(), Some(neighbour())),
            Impossible::FatherIsNoMan,
        ),
        (
            born(mother_and_child, mother_and_child, None),
            Impossible::OwnParent,
        ),
        (
            born(newborn, mother(), Some(newborn)),
            Impossible::OwnParent,
        ),
        (
            born(neighbours_child(), mother(), Some(father())),
            Impossible::OtherParents,
        ),
        (
            born(son(), neighbour(), Some(father())),
            Impossible::OtherParents,
        ),
        (
            born(son(), mother(), Some(bachelor())),
            Impossible::OtherParents,
        ),
        // The father is a stranger to the register, but not the one whom it knows.
        (
            born(son(), mother(), Some(pinfl(Sex::Male, "1980-01-01", 26))),
            Impossible::OtherParents,
        ),
        (wed(mother(), mother(), "2025-01-01"), Impossible::Oneself),
        (
            wed(pinfl(Sex::Male, "2025-12-12", 27), mother(), "2025-12-20"),
            Impossible::TooYoungToWed,
        ),
        (
            wed(bachelor(), neighbours_child(), "2025-12-20"),
            Impossible::TooYoungToWed,
        ),
        (
            wed(son(), mother(), "2025-12-20"),
            Impossible::ParentAndChild,
        ),
        (
            wed(father(), bachelor(), "1999-01-01"),
            Impossible::TooYoungToWed,
        ),
        (
            parted(father(), mother(), "1950-01-01"),
            Impossible::TooYoungToWed,
        ),
        (
            parted(father(), mother(), "2003-03-02"),
            Impossible::TooYoungToWed,
        ),
        (
            parted(mother(), mother(), "2025-01-01"),
            Impossible::Oneself,
        ),
        (parted(father(), mother(), "2999-01-01"), Impossible::ToCome),
    ]
}

#[tokio::test]
async fn what_cannot_have_happened_is_refused_as_often_as_it_comes_and_changes_nothing() {
    each_db(&[access::SCHEMA, crate::SCHEMA], async |platform| {
        imported(&platform).await;
        let registry = testing::partner(&platform).await;
        let before = testing::dump(&platform).await;
        for (place, (told, why)) in impossible().into_iter().enumerate() {
            for _ in 0..2 {
                let heard = tell(&platform, &registry, place as u128, &told).await;
                let is_refused = matches!(&heard, Err(RegisterError::Impossible(no)) if *no == why);
                assert!(is_refused, "{told:?}: {heard:?}, not {why}");
            }
        }
        assert_eq!(testing::dump(&platform).await, before);
        assert_eq!(events(&platform).await, 0);
        testing::assert_verified(&platform).await;
    })
    .await;
}

/// The nearest to each limit that can have happened.
#[tokio::test]
async fn what_is_rare_but_possible_is_entered() {
    each_db(&[access::SCHEMA, crate::SCHEMA], async |platform| {
        imported(&platform).await;
        let registry = testing::partner(&platform).await;
        let possible = [
            // Of the parents that the register knows, told again; with less; and of whom none is known.
            born(son(), mother(), Some(father())),
            born(son(), mother(), None),
            born(lonely(), pinfl(Sex::Female, "1988-03-03", 1), None),
            born(pinfl(Sex::Male, "2025-05-05", 30), neighbours_child(), None),
            died(lonely(), "2007-02-02"),
            wed(son(), neighbour(), "2024-09-09"),
            parted(father(), mother(), "2003-03-03"),
            died(father(), "2026-01-05"),
        ];
        for (place, told) in possible.iter().enumerate() {
            for fresh in [true, false] {
                let heard = tell(&platform, &registry, place as u128, told).await;
                assert_eq!(heard.unwrap().fresh, fresh, "{told:?}");
            }
        }
        testing::assert_verified(&platform).await;
    })
    .await;
}

/// A birth that is told of somebody known moves nobody out of a home.
#[tokio::test]
async fn a_person_whose_parents_come_to_be_known_stays_at_home() {
    each_db(&[access::SCHEMA, crate::SCHEMA], async |platform| {
        imported(&platform).await;
        let registry = testing::partner(&platform).await;
        let stays = async || {
            let mut tx = platform.db.read().await.unwrap();
            store::fetch_value!(tx, i64, "SELECT COUNT(*) FROM residence").unwrap()
        };
        let before = stays().await;
        let told = born(lonely(), mother(), Some(bachelor()));
        assert!(tell(&platform, &registry, 1, &told).await.unwrap().fresh);
        assert_eq!(stays().await, before);
        let other = born(lonely(), neighbour(), None);
        let refused = tell(&platform, &registry, 2, &other).await;
        assert!(matches!(
            refused,
            Err(RegisterError::Impossible(Impossible::OtherParents))
        ));
        testing::assert_verified(&platform).await;
    })
    .await;
}

/// A marriage of somebody who was dead is refused after the death, and is none when the death comes later.
#[tokio::test]
async fn a_marriage_of_after_a_death_never_was_in_either_order() {
    each_db(&[access::SCHEMA, crate::SCHEMA], async |platform| {
        imported(&platform).await;
        let registry = testing::partner(&platform).await;
        let married = async || {
            let mut tx = platform.db.read().await.unwrap();
            let permit = testing::permit(&platform).await;
            let of = person::find_by_pinfl(&mut tx, &permit, bachelor())
                .await
                .unwrap()
                .unwrap();
            let kinship = kin::load(&mut tx, &[of], 0, false).await.unwrap();
            kinship
                .bonds
                .iter()
                .filter(|bond| bond.relation == Relation::Spouse)
                .count()
        };
        let (early, late) = ("2025-11-11", "2025-12-12");
        tell(&platform, &registry, 1, &wed(bachelor(), neighbour(), late))
            .await
            .unwrap();
        assert_eq!(married().await, 1);
        tell(&platform, &registry, 2, &died(neighbour(), early))
            .await
            .unwrap();
        assert_eq!(married().await, 0);
        for id in [1, 3] {
            let again = tell(
                &platform,
                &registry,
                id,
                &wed(bachelor(), neighbour(), late),
            )
            .await;
            assert!(matches!(
                again,
                Err(RegisterError::Impossible(Impossible::DeadSpouse))
            ));
        }
        // On the day of the death itself one may still have married.
        tell(
            &platform,
            &registry,
            4,
            &wed(bachelor(), neighbour(), early),
        )
        .await
        .unwrap();
        assert_eq!(married().await, 1);
        testing::assert_verified(&platform).await;
    })
    .await;
}
