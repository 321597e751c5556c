//! Who was of the family of a case, by its frozen roster: by this a person finds the looks at the
//! cases in which the own data was read, in whatever family the person lives now.

use kernel::{CaseId, PersonId, UnitId};
use store::{Platform, Tx, bulk, fetch_all, fetch_values, setting};
use uuid::Uuid;

use super::Case;
use crate::Result;
use crate::roster;

/// Cases of one person at most, the newest.
const CASES_MAX: usize = 500;
/// Rosters entered in one transaction at most.
const ROSTERS_MAX: i64 = 2_000;
/// The setting that holds the last case whose roster was entered.
const ENTERED: &str = "case_members_entered";
/// What stands there when all of them are.
const ALL: &str = "all";

const MEMBER: bulk::Insert = bulk::Insert {
    into: "case_member (case_id, person)",
    on_conflict: "(case_id, person) DO NOTHING",
};

/// Keeps whom the rosters of these cases name. A roster that is frozen anew adds to those before.
pub(super) async fn keep(tx: &mut Tx, cases: &mut [Case]) -> Result<()> {
    let frozen = |case: &&mut Case| case.roster.is_some() && !case.members_kept;
    let mut members: Vec<(Uuid, Uuid)> = Vec::new();
    for case in cases.iter_mut().filter(frozen) {
        members.extend(members_of(case)?);
        case.members_kept = true;
    }
    enter(tx, members).await
}

fn members_of(case: &Case) -> Result<Vec<(Uuid, Uuid)>> {
    let persons = roster::persons(case)?;
    let member = |person: PersonId| (case.id.0, person.0);
    Ok(persons.into_iter().map(member).collect())
}

async fn enter(tx: &mut Tx, mut members: Vec<(Uuid, Uuid)>) -> Result<()> {
    members.sort_unstable();
    members.dedup();
    bulk::insert(tx, &MEMBER, &members, |row, (case, person)| {
        row.push(*case).push(*person);
    })
    .await?;
    Ok(())
}

/// A case of a family that the person lives in, whose roster nobody has frozen yet.
const NOT_FROZEN: bulk::With = bulk::With {
    v: "unit",
    statement: "SELECT c.id FROM v CROSS JOIN case_now c WHERE c.unit = v.unit \
                AND NOT EXISTS (SELECT 1 FROM case_member m WHERE m.case_id = c.id)",
};

/// The newest cases in which the person's data was read: those that the person opened, those whose
/// roster named the person, and those of the `units` the person lives in now that have none yet.
pub async fn that_read(tx: &mut Tx, person: PersonId, units: &[UnitId]) -> Result<Vec<CaseId>> {
    let limit = i64::try_from(CASES_MAX).expect("a page fits");
    let mut cases = fetch_values!(
        tx,
        Uuid,
        "SELECT case_id FROM case_member WHERE person = $1 ORDER BY case_id DESC LIMIT $2",
        person.0,
        limit
    )?;
    cases.extend(fetch_values!(
        tx,
        Uuid,
        "SELECT id FROM case_now WHERE applicant = $1 ORDER BY id DESC LIMIT $2",
        person.0,
        limit
    )?);
    let open: Vec<(Uuid,)> = bulk::select_in(tx, &NOT_FROZEN, units, |row, unit| {
        row.push(unit.0);
    })
    .await?;
    cases.extend(open.into_iter().map(|(case,)| case));
    // Ids rise with time.
    cases.sort_unstable_by(|one, other| other.cmp(one));
    cases.dedup();
    cases.truncate(CASES_MAX);
    Ok(cases.into_iter().map(CaseId).collect())
}

/// A case that is not decided yet, or a payment that is suspended: the person has opened it, or its roster
/// names the person.
const OPEN: bulk::With = bulk::With {
    v: "person",
    statement: "SELECT c.id FROM v CROSS JOIN case_member m JOIN case_now c ON c.id = m.case_id \
                WHERE m.person = v.person AND c.state IN \
                ('gathering', 'visiting', 'assessed', 'waiting_list', 'suspended') \
                UNION SELECT c.id FROM v CROSS JOIN case_now c WHERE c.applicant = v.person \
                AND c.state IN ('gathering', 'visiting', 'assessed', 'waiting_list', 'suspended')",
};

/// Cases of the persons that take new facts, each once.
pub async fn open_of(tx: &mut Tx, persons: &[PersonId]) -> Result<Vec<CaseId>> {
    let rows: Vec<(Uuid,)> = bulk::select_in(tx, &OPEN, persons, |row, person| {
        row.push(person.0);
    })
    .await?;
    let mut cases: Vec<CaseId> = rows.into_iter().map(|(case,)| CaseId(case)).collect();
    cases.sort_unstable();
    cases.dedup();
    Ok(cases)
}

/// Enters the rosters that were frozen before their members were kept; begun again it goes on
/// where it stopped, and once all are in it does nothing.
pub async fn enter_rosters(platform: &Platform) -> Result<()> {
    loop {
        let mut tx = platform.db.read().await?;
        let entered = setting::find(&mut tx, ENTERED).await?.unwrap_or_default();
        drop(tx);
        if entered == ALL {
            return Ok(());
        }
        let after = entered.parse().unwrap_or(Uuid::nil());
        let mut tx = platform.db.begin().await?;
        let last = enter_after(&mut tx, after).await?;
        let entered = last.map_or(ALL.to_owned(), |case| case.to_string());
        setting::set(&mut tx, ENTERED, &entered).await?;
        tx.commit().await?;
    }
}

/// The last case of the page; none when there is no more.
async fn enter_after(tx: &mut Tx, after: Uuid) -> Result<Option<Uuid>> {
    let page = fetch_all!(
        tx,
        (Uuid, Vec<u8>),
        "SELECT id, roster FROM case_now WHERE id > $1 AND roster IS NOT NULL ORDER BY id LIMIT $2",
        after,
        ROSTERS_MAX
    )?;
    let mut members = Vec::new();
    for (case, packed) in &page {
        let roster = roster::unpack(packed)?;
        members.extend(roster.members.iter().map(|member| (*case, member.person.0)));
    }
    enter(tx, members).await?;
    Ok(page.last().map(|(case, _)| *case))
}

#[cfg(test)]
mod tests {
    use kernel::kin::{Role, Tie};
    use kernel::portrait::Member;
    use kernel::{Day, Portrait, Sex};
    use store::execute;

    use super::super::{State, save};
    use super::*;

    const HOME: UnitId = UnitId::from_u128(50);

    fn person(number: u128) -> PersonId {
        PersonId::from_u128(number)
    }

    fn case(number: u128, applicant: u128) -> Case {
        Case {
            number: format!("N{number}"),
            applicant: person(applicant),
            unit: HOME,
            ..Case::blank(CaseId::from_u128(number), State::Gathering)
        }
    }

    fn freeze(case: &mut Case, persons: &[u128]) {
        let member = |number: &u128| Member {
            person: person(*number),
            role: Role::Resident,
            tie: Tie::None,
            sex: Sex::Female,
            born: Day(0),
            died: None,
            facts: Vec::new(),
        };
        let portrait = Portrait {
            unit: HOME,
            head: case.applicant,
            district: 1_726_262,
            mahalla: 1_726_262_001,
            members: persons.iter().map(member).collect(),
            facts: Vec::new(),
        };
        case.roster = Some(portrait.pack());
    }

    async fn cases_of(tx: &mut Tx, who: u128, units: &[UnitId]) -> Vec<u128> {
        let cases = that_read(tx, person(who), units).await.unwrap();
        cases.iter().map(|case| case.0.as_u128()).collect()
    }

    #[tokio::test]
    async fn a_case_stays_with_those_whose_data_was_read_in_it() {
        store::testing::each_db(&[crate::SCHEMA], async |platform| {
            let mut tx = platform.db.begin().await.unwrap();
            // 1 and 2 are married in case 10; after the divorce 1 lives with 3 in the same unit.
            let mut first = [case(10, 1)];
            freeze(&mut first[0], &[1, 2]);
            save(&mut tx, &mut first).await.unwrap();
            let mut second = [case(20, 1)];
            save(&mut tx, &mut second).await.unwrap();
            let home: &[UnitId] = &[HOME];
            for (who, units, expected) in [
                (1, home, vec![20, 10]),
                (2, &[], vec![10]),
                // Not frozen yet: whoever lives there is asked about.
                (3, home, vec![20]),
                (4, &[], vec![]),
            ] {
                assert_eq!(cases_of(&mut tx, who, units).await, expected, "{who}");
            }
            freeze(&mut second[0], &[1, 3]);
            save(&mut tx, &mut second).await.unwrap();
            // 5 moves in after all that.
            for (who, units, expected) in [
                (2, &[][..], vec![10]),
                (3, home, vec![20]),
                (5, home, vec![]),
            ] {
                assert_eq!(cases_of(&mut tx, who, units).await, expected, "{who}");
            }
            // Looked at again with another family: who was read before keeps it.
            first[0].roster = None;
            save(&mut tx, &mut first).await.unwrap();
            let mut again = super::super::load_many(&mut tx, &[first[0].id])
                .await
                .unwrap();
            freeze(&mut again[0], &[1, 3]);
            save(&mut tx, &mut again).await.unwrap();
            assert_eq!(cases_of(&mut tx, 2, &[]).await, [10]);
            assert_eq!(cases_of(&mut tx, 3, home).await, [20, 10]);
        })
        .await;
    }

    #[tokio::test]
    async fn rosters_of_before_are_entered_once() {
        store::testing::each_db(&[crate::SCHEMA], async |platform| {
            let mut tx = platform.db.begin().await.unwrap();
            let mut old = [case(10, 1), case(11, 3)];
            freeze(&mut old[0], &[1, 2]);
            // As they were stored before.
            old[0].members_kept = true;
            save(&mut tx, &mut old).await.unwrap();
            assert_eq!(cases_of(&mut tx, 2, &[]).await, Vec::<u128>::new());
            tx.commit().await.unwrap();
            enter_rosters(&platform).await.unwrap();
            enter_rosters(&platform).await.unwrap();
            let mut tx = platform.db.begin().await.unwrap();
            assert_eq!(cases_of(&mut tx, 2, &[]).await, [10]);
            let all = store::fetch_value!(tx, i64, "SELECT COUNT(*) FROM case_member").unwrap();
            assert_eq!(all, 2);
            let rewritten = execute!(tx, "DELETE FROM case_member");
            assert!(rewritten.is_err(), "rows are appended");
        })
        .await;
    }
}
