//! Deaths and what takes them back, in every order, doubled and late: the register ends the same.

use super::*;
use crate::{import, testing};
use kernel::kin::UnitBlock;
use std::io::Cursor;
use store::Platform;
use store::testing::each_db;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn id(number: usize, message: u128) -> Uuid {
    Uuid::from_u128(((number as u128) << 64) + message)
}

const BIRTH: u128 = 1;
const FIRST: u128 = 2;
const SECOND: u128 = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Birth,
    /// A death by its message and day.
    Dead(u128, &'static str),
    /// The same is taken back.
    Alive(u128, &'static str),
}

use Told::{Alive, Dead};

/// What is told, and the day of death in the end.
type Schedule = (&'static [Told], Option<&'static str>);

const JANUARY: &str = "2026-01-02";
const LATER: &str = "2026-01-04";

/// Of a child that the register knows from the beginning.
const OF_THE_KNOWN: [Schedule; 6] = [
    (&[Dead(FIRST, LATER), Alive(FIRST, LATER)], None),
    // Told again after it was taken back, and taken back twice: it stays taken back.
    (
        &[
            Dead(FIRST, LATER),
            Alive(FIRST, LATER),
            Dead(FIRST, LATER),
            Alive(FIRST, LATER),
        ],
        None,
    ),
    // Another message of the same day, or of another, is another death.
    (
        &[Dead(FIRST, LATER), Alive(FIRST, LATER), Dead(SECOND, LATER)],
        Some(LATER),
    ),
    (
        &[
            Dead(FIRST, JANUARY),
            Alive(FIRST, JANUARY),
            Dead(SECOND, LATER),
        ],
        Some(LATER),
    ),
    // Of two that stand the first day counts.
    (
        &[
            Dead(FIRST, LATER),
            Dead(SECOND, JANUARY),
            Dead(FIRST, LATER),
        ],
        Some(JANUARY),
    ),
    (
        &[
            Dead(FIRST, LATER),
            Dead(SECOND, JANUARY),
            Alive(FIRST, LATER),
            Alive(SECOND, JANUARY),
        ],
        None,
    ),
];

/// Of a child whose birth is told among them.
const OF_THE_NEWBORN: [Schedule; 2] = [
    (
        &[Told::Birth, Dead(FIRST, LATER), Alive(FIRST, LATER)],
        None,
    ),
    (
        &[
            Told::Birth,
            Dead(FIRST, JANUARY),
            Alive(FIRST, JANUARY),
            Dead(SECOND, LATER),
        ],
        Some(LATER),
    ),
];

/// A mother, and a child of another number than that of any other family.
#[derive(Clone, Copy)]
struct Family {
    number: usize,
    mother: Pinfl,
    child: Pinfl,
}

impl Family {
    fn of(number: usize) -> Family {
        let serial = u16::try_from(number).unwrap();
        Family {
            number,
            mother: Pinfl::make(Sex::Female, day("1990-05-12"), 100, serial),
            child: Pinfl::make(Sex::Female, day("2026-01-01"), 102, serial),
        }
    }

    fn rows(&self, with_child: bool) -> String {
        let Family {
            number,
            mother,
            child,
        } = self;
        let home = format!("W-{number},D-W-{number},1726262,1726262001");
        let row = format!("{home},{mother},head,,Karimova,Dilnoza,Rustam,f,1990-05-12,,\n");
        let child = format!("{home},{child},child,own,Karimova,Zilola,,f,2026-01-01,,\n");
        row + if with_child { &child } else { "" }
    }

    async fn told(&self, platform: &Platform, permit: &Permit, told: Told) -> Result<Heard> {
        platform.clock.step(1_000_000).unwrap();
        let ids = &platform.ids;
        let mut tx = platform.db.begin().await.unwrap();
        let heard = match told {
            Told::Birth => {
                let birth = Birth {
                    id: id(self.number, BIRTH),
                    mother: self.mother,
                    father: None,
                    child: self.child,
                    name: Name::new("Karimova", "Zilola", ""),
                    sex: Sex::Female,
                    born: day("2026-01-01"),
                };
                birth_of(&mut tx, ids, permit, &birth).await
            }
            Dead(message, on) => {
                let death = Death {
                    id: id(self.number, message),
                    person: self.child,
                    on: day(on),
                };
                death_of(&mut tx, ids, permit, &death).await
            }
            Alive(message, on) => {
                let annulled = Annulment {
                    id: id(self.number, message + 100),
                    death: id(self.number, message),
                    person: self.child,
                    on: day(on),
                };
                annulment(&mut tx, ids, permit, &annulled).await
            }
        };
        tx.commit().await.unwrap();
        heard
    }

    /// The day of death, and how many the mother's family has.
    async fn state(&self, platform: &Platform, permit: &Permit) -> (Option<Day>, usize) {
        let mut tx = platform.db.read().await.unwrap();
        let child = person::find_by_pinfl(&mut tx, permit, self.child)
            .await
            .unwrap();
        let child = child.expect("a child");
        let mother = person::find_by_pinfl(&mut tx, permit, self.mother)
            .await
            .unwrap();
        let unit = unit::of_person(&mut tx, permit, "nuclear_family", mother.unwrap()).await;
        let members = unit
            .unwrap()
            .map_or(0, |row| row.portrait().unwrap().members.len());
        (
            person::load(&mut tx, permit, child).await.unwrap().died,
            members,
        )
    }
}

use super::{birth as birth_of, death as death_of};

/// Every order of the messages.
fn orders(told: &[Told]) -> Vec<Vec<Told>> {
    let Some((first, rest)) = told.split_first() else {
        return vec![Vec::new()];
    };
    let mut all = Vec::new();
    for order in orders(rest) {
        for place in 0..=order.len() {
            let mut longer = order.clone();
            longer.insert(place, *first);
            all.push(longer);
        }
    }
    all
}

const HEAD: &str = "family,dwelling,district,mahalla,pinfl,role,tie,family_name,given_name,\
                    patronymic,sex,born,died,phone\n";

async fn imported(platform: &Platform, families: usize, with_child: bool) -> Permit {
    let permit = testing::permit(platform).await;
    let block = UnitBlock::nuclear_family();
    unit::ensure_block(platform, &permit, &block, day("2026-01-05"))
        .await
        .unwrap();
    let rows: String = (0..families)
        .map(|n| Family::of(n).rows(with_child))
        .collect();
    let rows = Cursor::new(HEAD.to_owned() + &rows);
    let report = import::run(platform, &permit, rows, &mut ()).await.unwrap();
    assert_eq!(report.rejected, 0, "{report:?}");
    permit
}

async fn in_every_order(platform: &Platform, schedules: &[Schedule], with_child: bool) {
    let all: Vec<(Vec<Told>, Option<&str>)> = schedules
        .iter()
        .flat_map(|(told, died)| orders(told).into_iter().map(move |order| (order, *died)))
        .collect();
    let permit = imported(platform, all.len(), with_child).await;
    let registry = testing::partner(platform).await;
    for (number, (order, died)) in all.iter().enumerate() {
        let family = Family::of(number);
        let died = died.map(day);
        let expected = (died, if died.is_some() { 1 } else { 2 });
        for told in order {
            family.told(platform, &registry, *told).await.unwrap();
        }
        assert_eq!(family.state(platform, &permit).await, expected, "{order:?}");
        for told in order.iter().rev() {
            family.told(platform, &registry, *told).await.unwrap();
        }
        let again = family.state(platform, &permit).await;
        assert_eq!(again, expected, "{order:?}, and again backwards");
    }
    testing::assert_verified(platform).await;
}

#[tokio::test]
async fn in_every_order_and_doubled_deaths_and_what_takes_them_back_end_the_same() {
    each_db(&[access::SCHEMA, crate::SCHEMA], async |platform| {
        in_every_order(&platform, &OF_THE_KNOWN, true).await;
    })
    .await;
}

#[tokio::test]
async fn a_death_of_an_infant_may_be_told_and_taken_back_before_its_birth() {
    each_db(&[access::SCHEMA, crate::SCHEMA], async |platform| {
        in_every_order(&platform, &OF_THE_NEWBORN, false).await;
    })
    .await;
}

#[tokio::test]
async fn what_is_no_death_of_that_person_on_that_day_is_not_taken_back() {
    each_db(&[access::SCHEMA, crate::SCHEMA], async |platform| {
        let permit = imported(&platform, 2, true).await;
        let registry = testing::partner(&platform).await;
        let (one, other) = (Family::of(0), Family::of(1));
        let died = (Some(day(LATER)), 1);
        let stolen = Annulment {
            id: id(0, 50),
            death: id(0, FIRST),
            person: other.child,
            on: day(LATER),
        };
        let enter = async |annulled: Annulment| {
            let mut tx = platform.db.begin().await.unwrap();
            let heard = annulment(&mut tx, &platform.ids, &registry, &annulled).await;
            tx.commit().await.unwrap();
            heard
        };
        // Heard before the death it has no effect on it, and after it is refused.
        assert!(enter(stolen).await.unwrap().fresh);
        one.told(&platform, &registry, Dead(FIRST, LATER))
            .await
            .unwrap();
        assert_eq!(one.state(&platform, &permit).await, died);
        for wrong in [
            Annulment {
                id: id(0, 51),
                on: day(JANUARY),
                person: one.child,
                ..stolen
            },
            Annulment {
                id: id(0, 52),
                on: day("2026-01-03"),
                ..stolen
            },
        ] {
            let refused = enter(wrong).await;
            let refused = refused.expect_err("it is no such death").to_string();
            assert!(refused.contains("no death of this person"), "{refused}");
        }
        assert_eq!(one.state(&platform, &permit).await, died);
        // The right one still takes it back.
        one.told(&platform, &registry, Alive(FIRST, LATER))
            .await
            .unwrap();
        assert_eq!(one.state(&platform, &permit).await, (None, 2));
        let before_birth = Annulment {
            id: id(0, 53),
            on: day("2025-12-31"),
            person: one.child,
            ..stolen
        };
        assert!(matches!(
            enter(before_birth).await,
            Err(RegisterError::Impossible(_))
        ));
        let stranger = Pinfl::make(Sex::Male, day("1970-01-01"), 7, 7);
        let stranger = Annulment {
            id: id(0, 54),
            person: stranger,
            death: id(9, 9),
            ..stolen
        };
        assert!(matches!(
            enter(stranger).await,
            Err(RegisterError::UnknownPinfl)
        ));
        testing::assert_verified(&platform).await;
    })
    .await;
}

/// A marriage of after the death never was; it is again when the death is taken back.
#[tokio::test]
async fn a_marriage_that_a_wrong_death_undid_stands_again() {
    each_db(&[access::SCHEMA, crate::SCHEMA], async |platform| {
        let permit = imported(&platform, 2, false).await;
        let registry = testing::partner(&platform).await;
        let (she, other) = (Family::of(0).mother, Family::of(1).mother);
        let wed = Union {
            id: id(0, 9),
            person: she,
            spouse: other,
            on: day(LATER),
        };
        let dead = Death {
            id: id(0, 10),
            person: she,
            on: day(JANUARY),
        };
        let annulled = Annulment {
            id: id(0, 11),
            death: dead.id,
            person: she,
            on: dead.on,
        };
        let married = async || {
            let mut tx = platform.db.read().await.unwrap();
            let she = person::find_by_pinfl(&mut tx, &permit, she)
                .await
                .unwrap()
                .unwrap();
            let kinship = kin::load(&mut tx, &[she], 0, false).await.unwrap();
            let mut bonds = kinship.bonds.iter();
            bonds.any(|bond| bond.relation == Relation::Spouse && bond.valid.to.is_none())
        };
        let ids = &platform.ids;
        let mut tx = platform.db.begin().await.unwrap();
        marriage(&mut tx, ids, &registry, &wed).await.unwrap();
        tx.commit().await.unwrap();
        assert!(married().await);
        platform.clock.step(1_000_000).unwrap();
        let mut tx = platform.db.begin().await.unwrap();
        death(&mut tx, ids, &registry, &dead).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!married().await);
        platform.clock.step(1_000_000).unwrap();
        let mut tx = platform.db.begin().await.unwrap();
        annulment(&mut tx, ids, &registry, &annulled).await.unwrap();
        tx.commit().await.unwrap();
        assert!(married().await);
    })
    .await;
}
