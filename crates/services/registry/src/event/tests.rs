//! Messages in every order, doubled and late: the register ends the same.

use super::*;
use crate::{import, testing};
use kernel::kin::UnitBlock;
use std::io::Cursor;
use store::Platform;
use store::testing::each_db;

const MESSAGES: usize = 5;
/// 5!
const ORDERS: usize = 120;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// A woman and a man who live apart at first, and the child that they will have.
#[derive(Clone, Copy)]
struct Family {
    number: usize,
    woman: Pinfl,
    man: Pinfl,
    child: Pinfl,
}

impl Family {
    fn of(number: usize) -> Family {
        let pinfl = |sex, born, serial| Pinfl::make(sex, day(born), serial, number as u16);
        Family {
            number,
            woman: pinfl(Sex::Female, "1990-05-12", 100),
            man: pinfl(Sex::Male, "1988-08-08", 101),
            child: pinfl(Sex::Female, "2025-08-01", 102),
        }
    }

    fn rows(&self) -> String {
        let Family {
            number, woman, man, ..
        } = self;
        format!(
            "W-{number},D-W-{number},1726262,1726262001,{woman},head,,Karimova,Dilnoza,Rustam,f,1990-05-12,,\n\
             M-{number},D-M-{number},1726262,1726262001,{man},head,,Karimov,Botir,Rustam,m,1988-08-08,,\n"
        )
    }
}

/// Married, divorced, married again; a child, who dies after two days.
async fn told(platform: &Platform, permit: &Permit, family: Family, message: usize) {
    platform.clock.step(1_000_000).unwrap();
    let id = Uuid::from_u128(((family.number as u128) << 64) + message as u128 + 1);
    let union = |on: &str| Union {
        id,
        person: family.woman,
        spouse: family.man,
        on: day(on),
    };
    let ids = &platform.ids;
    let mut tx = platform.db.begin().await.unwrap();
    let heard = match message {
        0 => marriage(&mut tx, ids, permit, &union("2025-01-10")).await,
        1 => divorce(&mut tx, ids, permit, &union("2025-03-10")).await,
        2 => marriage(&mut tx, ids, permit, &union("2025-06-10")).await,
        3 => {
            let birth = Birth {
                id,
                mother: family.woman,
                father: Some(family.man),
                child: family.child,
                name: Name::new("Karimova", "Zilola", ""),
                sex: Sex::Female,
                born: day("2025-08-01"),
            };
            super::birth(&mut tx, ids, permit, &birth).await
        }
        _ => {
            let death = Death {
                id,
                person: family.child,
                on: day("2025-08-03"),
            };
            super::death(&mut tx, ids, permit, &death).await
        }
    };
    heard.unwrap();
    tx.commit().await.unwrap();
}

/// What the register holds of a family, without what differs by number or hour.
#[derive(Debug, PartialEq)]
struct State {
    marriages: Vec<(Day, Option<Day>)>,
    died: Option<Day>,
    of_the_woman: usize,
    of_the_man: usize,
    events: i64,
}

async fn state(platform: &Platform, permit: &Permit, family: Family) -> State {
    let mut tx = platform.db.read().await.unwrap();
    let find = async |tx: &mut Tx, pinfl: Pinfl| {
        let found = person::find_by_pinfl(tx, permit, pinfl).await.unwrap();
        found.expect("a person")
    };
    let woman = find(&mut tx, family.woman).await;
    let man = find(&mut tx, family.man).await;
    let child = find(&mut tx, family.child).await;
    let kinship = kin::load(&mut tx, &[woman, man], 0, false).await.unwrap();
    let spouses = kinship
        .bonds
        .iter()
        .filter(|bond| bond.relation == Relation::Spouse);
    let mut marriages: Vec<_> = spouses
        .map(|bond| (bond.valid.from, bond.valid.to))
        .collect();
    marriages.sort_unstable();
    marriages.dedup();
    let members = async |tx: &mut Tx, person: PersonId| {
        let row = unit::of_person(tx, permit, "nuclear_family", person)
            .await
            .unwrap();
        row.map_or(0, |row| row.portrait().unwrap().members.len())
    };
    State {
        marriages,
        died: person::load(&mut tx, permit, child).await.unwrap().died,
        of_the_woman: members(&mut tx, woman).await,
        of_the_man: members(&mut tx, man).await,
        events: store::fetch_value!(
            tx,
            i64,
            "SELECT COUNT(*) FROM life_event WHERE person IN ($1, $2, $3)",
            woman.0,
            man.0,
            child.0
        )
        .unwrap(),
    }
}

/// The order of a number below 5!, each number another one.
fn order(mut number: usize) -> Vec<usize> {
    let mut left: Vec<usize> = (0..MESSAGES).collect();
    let mut order = Vec::with_capacity(MESSAGES);
    for places in (1..=MESSAGES).rev() {
        order.push(left.remove(number % places));
        number /= places;
    }
    order
}

#[tokio::test]
async fn in_every_order_and_doubled_the_messages_end_in_one_register() {
    each_db(&[access::SCHEMA, crate::SCHEMA], async |platform| {
        let permit = testing::permit(&platform).await;
        let block = UnitBlock::nuclear_family();
        let since = day("2026-01-05");
        unit::ensure_block(&platform, &permit, &block, since).await.unwrap();
        let head = "family,dwelling,district,mahalla,pinfl,role,tie,family_name,given_name,patronymic,sex,born,died,phone\n";
        let rows: String = (0..ORDERS).map(|n| Family::of(n).rows()).collect();
        let report = import::run(&platform, &permit, Cursor::new(head.to_owned() + &rows), &mut ())
            .await
            .unwrap();
        assert_eq!(report.rejected, 0, "{report:?}");
        let registry = testing::partner(&platform).await;
        let expected = State {
            marriages: vec![
                (day("2025-01-10"), Some(day("2025-03-10"))),
                (day("2025-06-10"), None),
            ],
            died: Some(day("2025-08-03")),
            // The two, one family again; the child lives no more.
            of_the_woman: 2,
            of_the_man: 2,
            events: 5,
        };
        for number in 0..ORDERS {
            let (family, order) = (Family::of(number), order(number));
            for message in &order {
                told(&platform, &registry, family, *message).await;
            }
            assert_eq!(state(&platform, &permit, family).await, expected, "{order:?}");
            for message in order.iter().rev() {
                told(&platform, &registry, family, *message).await;
            }
            let again = state(&platform, &permit, family).await;
            assert_eq!(again, expected, "{order:?}, and again backwards");
        }
        testing::assert_verified(&platform).await;
    })
    .await;
}

#[tokio::test]
async fn of_a_stranger_s_death_nothing_is_kept_unless_it_is_an_infant_s() {
    each_db(&[access::SCHEMA, crate::SCHEMA], async |platform| {
        let registry = testing::partner(&platform).await;
        let table = [
            ("1990-05-12", false),
            ("2024-07-31", false),
            ("2024-08-03", true),
            ("2025-08-03", true),
        ];
        for (serial, (born, is_kept)) in table.into_iter().enumerate() {
            let mut tx = platform.db.begin().await.unwrap();
            let stranger = Death {
                id: platform.ids.uuid(),
                person: Pinfl::make(Sex::Male, day(born), 7, serial as u16),
                on: day("2025-08-03"),
            };
            let heard = death(&mut tx, &platform.ids, &registry, &stranger).await;
            let kept = store::fetch_value!(
                tx,
                i64,
                "SELECT COUNT(*) FROM deaths_ahead WHERE pinfl = $1",
                stranger.person.to_string()
            );
            assert_eq!(kept.unwrap(), i64::from(is_kept), "{born}");
            match is_kept {
                true => assert_eq!(heard.unwrap(), Heard::default()),
                false => assert!(matches!(heard, Err(RegisterError::UnknownPinfl)), "{born}"),
            }
            tx.commit().await.unwrap();
        }
        // After some time it is forgotten.
        platform.clock.step(401 * 86_400 * 1_000_000).unwrap();
        let mut tx = platform.db.begin().await.unwrap();
        let newest = Death {
            id: platform.ids.uuid(),
            person: Pinfl::make(Sex::Male, day("2026-12-01"), 7, 99),
            on: day("2026-12-02"),
        };
        death(&mut tx, &platform.ids, &registry, &newest)
            .await
            .unwrap();
        let kept = store::fetch_value!(tx, i64, "SELECT COUNT(*) FROM deaths_ahead").unwrap();
        assert_eq!(kept, 1);
    })
    .await;
}
