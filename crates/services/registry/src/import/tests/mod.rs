//! An import as a whole on both databases; bad input row by row is in `rows.rs`.

mod rows;

use super::*;
use crate::unit;
use crate::{person, testing};
use kernel::kin::UnitBlock;
use kernel::portrait::{Role, Tie};
use kernel::{Day, Pinfl, Sex};
use std::io::{Cursor, Read as _};
use store::testing::each_db;

pub(crate) const HEADER: &str = "family,dwelling,district,mahalla,pinfl,role,tie,family_name,given_name,patronymic,sex,born,died,phone";

fn pinfl(sex: Sex, born: &str, serial: u16) -> Pinfl {
    Pinfl::make(sex, Day::parse(born).unwrap(), 100, serial)
}

/// A row of family F-1 that is right in every field.
fn row(role: &str, tie: &str, sex: Sex, born: &str, serial: u16) -> String {
    let letter = if sex == Sex::Male { "m" } else { "f" };
    let pinfl = pinfl(sex, born, serial);
    format!(
        "F-1,D-1,1726262,1726262001,{pinfl},{role},{tie},Karimov,Oʻktam,Anvar oʻgʻli,{letter},{born},,+998901234567"
    )
}

fn head() -> String {
    row("head", "", Sex::Male, "1980-05-01", 1)
}

async fn import(platform: &Platform, text: impl AsRef<[u8]>) -> Result<ImportReport, ImportError> {
    let permit = testing::permit(platform).await;
    run(
        platform,
        &permit,
        Cursor::new(text.as_ref().to_vec()),
        &mut (),
    )
    .await
}

fn reasons(report: &ImportReport) -> Vec<(u64, &'static str, String)> {
    let reason = |reject: &Reject| (reject.line, reject.field, reject.reason.to_string());
    report.rejects.iter().map(reason).collect()
}

fn leak(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

/// A couple, their child, their ward (without a PINFL), a grandmother, and in the same
/// dwelling an uncle's family of one.
pub(crate) fn family_file() -> String {
    let ward = row("child", "ward", Sex::Female, "2018-02-02", 8);
    let ward = ward.replace(&pinfl(Sex::Female, "2018-02-02", 8).to_string(), "");
    let rows = [
        head(),
        row("spouse", "", Sex::Female, "1982-01-01", 2),
        row("child", "own", Sex::Male, "2015-01-01", 3),
        ward,
        row("other", "", Sex::Female, "1950-01-01", 4),
        row("head", "", Sex::Male, "1978-01-01", 5).replace("F-1,", "F-2,"),
    ];
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

#[tokio::test]
async fn a_family_becomes_one_unit_and_importing_again_changes_nothing() {
    each_db(&[access::SCHEMA, crate::SCHEMA], async |platform| {
        let permit = testing::permit(&platform).await;
        let today = Day::parse("2026-01-05").unwrap();
        unit::ensure_block(&platform, &permit, &UnitBlock::nuclear_family(), today)
            .await
            .unwrap();
        let file = family_file();
        let report = import(&platform, &file).await.unwrap();
        assert_eq!(
            (report.accepted, report.rejected),
            (6, 0),
            "{:?}",
            report.rejects
        );
        let before = testing::dump(&platform).await;
        let report = import(&platform, &file).await.unwrap();
        assert_eq!(
            (report.accepted, report.unchanged, report.rejected),
            (0, 6, 0)
        );
        assert_eq!(testing::dump(&platform).await, before, "nothing changed");

        let mut tx = platform.db.read().await.unwrap();
        let head = person::find_by_pinfl(&mut tx, &permit, pinfl(Sex::Male, "1980-05-01", 1))
            .await
            .unwrap();
        let row = unit::of_person(&mut tx, &permit, "nuclear_family", head.unwrap())
            .await
            .unwrap()
            .unwrap();
        let portrait = row.portrait().unwrap();
        let members: Vec<(Role, Tie)> = portrait.members.iter().map(|m| (m.role, m.tie)).collect();
        assert_eq!(
            members,
            [
                (Role::Applicant, Tie::None),
                (Role::Spouse, Tie::None),
                (Role::Child, Tie::Own),
                (Role::Child, Tie::Ward)
            ],
        );
        assert_eq!(
            (portrait.district, portrait.mahalla),
            (1_726_262, 1_726_262_001)
        );
        assert_eq!(
            unit::count(&mut tx, "nuclear_family").await.unwrap(),
            3,
            "grandmother and uncle stand alone"
        );
        drop(tx);
        testing::assert_verified(&platform).await;
    })
    .await;
}

#[tokio::test]
async fn a_changed_row_is_taken_up_and_a_rejected_one_can_be_mended_later() {
    each_db(&[access::SCHEMA, crate::SCHEMA], async |platform| {
        let permit = testing::permit(&platform).await;
        let today = Day::parse("2026-01-05").unwrap();
        unit::ensure_block(&platform, &permit, &UnitBlock::nuclear_family(), today)
            .await
            .unwrap();
        let spouse = row("spouse", "", Sex::Female, "1982-01-01", 2);
        let broken = spouse.replace(",f,", ",?,");
        let report = import(&platform, format!("{HEADER}\n{}\n{broken}\n", head()))
            .await
            .unwrap();
        assert_eq!((report.accepted, report.rejected), (1, 1));
        let moved = head()
            .replace("D-1", "D-9")
            .replace("Karimov", "Karimov-Aliyev");
        let report = import(&platform, format!("{HEADER}\n{moved}\n{spouse}\n"))
            .await
            .unwrap();
        assert_eq!(
            (report.accepted, report.unchanged, report.rejected),
            (2, 0, 0),
            "{:?}",
            report.rejects
        );
        let mut tx = platform.db.read().await.unwrap();
        let head = person::find_by_pinfl(&mut tx, &permit, pinfl(Sex::Male, "1980-05-01", 1))
            .await
            .unwrap()
            .unwrap();
        let known = person::load(&mut tx, &permit, head).await.unwrap();
        assert_eq!(known.name.family, "Karimov-Aliyev");
        let row = unit::of_person(&mut tx, &permit, "nuclear_family", head)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(row.portrait().unwrap().members.len(), 2);
        drop(tx);
        testing::assert_verified(&platform).await;
    })
    .await;
}

#[tokio::test]
async fn a_child_of_another_family_of_the_register_is_not_taken_over() {
    let platform = testing::sqlite().await;
    let child = row("child", "own", Sex::Male, "2015-01-01", 3);
    import(&platform, format!("{HEADER}\n{}\n{child}\n", head()))
        .await
        .unwrap();
    let thief = row("head", "", Sex::Female, "1985-01-01", 4);
    let rows = format!("{HEADER}\n{thief}\n{child}\n").replace("F-1,D-1", "F-7,D-7");
    let report = import(&platform, rows).await.unwrap();
    let reason = "child in two families: the register holds the child with other parents";
    assert_eq!(report.accepted, 1);
    assert_eq!(reasons(&report), [(3, "pinfl", reason.to_owned())]);
}

#[tokio::test]
async fn incomes_become_facts_of_persons_and_stand_in_the_portraits() {
    each_db(&[access::SCHEMA, crate::SCHEMA], async |platform| {
        let permit = testing::permit(&platform).await;
        let today = Day::parse("2026-01-05").unwrap();
        unit::ensure_block(&platform, &permit, &UnitBlock::nuclear_family(), today)
            .await
            .unwrap();
        import(&platform, family_file()).await.unwrap();
        let who = pinfl(Sex::Male, "1980-05-01", 1);
        let file = format!(
            "pinfl,kind,detail,payer,month,amount_minor,source,as_of\n\
             {who},wage,,Paxta MCHJ,2025-11,100,tax,2026-01-01\n\
             {who},wage,,Paxta MCHJ,2025-12,200,tax,2026-01-01\n\
             {who},pension,disability,,2025-12,300,pension_fund,2026-01-01\n"
        );
        let report = import(&platform, &file).await.unwrap();
        assert_eq!(
            (report.accepted, report.unchanged, report.rejected),
            (3, 0, 0),
            "{:?}",
            report.rejects
        );
        let report = import(&platform, &file).await.unwrap();
        assert_eq!(
            (report.accepted, report.unchanged, report.rejected),
            (0, 3, 0)
        );
        let mut tx = platform.db.read().await.unwrap();
        let head = person::find_by_pinfl(&mut tx, &permit, who)
            .await
            .unwrap()
            .unwrap();
        let row = unit::of_person(&mut tx, &permit, "nuclear_family", head)
            .await
            .unwrap()
            .unwrap();
        let facts = row.portrait().unwrap().members[0].facts.clone();
        assert_eq!(
            facts.iter().map(|fact| fact.kind).collect::<Vec<_>>(),
            [1, 3]
        );
        assert_eq!(facts[0].unpack_body().unwrap().rows.len(), 2);
        drop(tx);
        testing::assert_verified(&platform).await;
    })
    .await;
}

#[tokio::test]
async fn a_whole_list_is_a_fact_of_every_unit_and_repeating_it_changes_nothing() {
    each_db(&[access::SCHEMA, crate::SCHEMA], async |platform| {
        let permit = testing::permit(&platform).await;
        let today = Day::parse("2026-01-05").unwrap();
        let block = UnitBlock::nuclear_family();
        unit::ensure_block(&platform, &permit, &block, today)
            .await
            .unwrap();
        import(&platform, family_file()).await.unwrap();
        let husband = pinfl(Sex::Male, "1980-05-01", 1);
        let incomes = format!(
            "pinfl,kind,detail,payer,month,amount_minor,source,as_of\n{husband},wage,,,2025-12,100,tax,2026-01-03\n"
        );
        let wage = kernel::facts::code::WAGE;
        let complete = Options {
            complete: vec![wage],
        };
        let mut before = None;
        for _ in 0..2 {
            let file = Cursor::new(incomes.clone());
            run_with(&platform, &permit, file, &complete, &mut ())
                .await
                .unwrap();
            let now = testing::dump(&platform).await;
            assert_eq!(before.get_or_insert_with(|| now.clone()), &now);
        }
        let newcomer = row("head", "", Sex::Male, "1990-01-01", 21).replace("F-1,", "F-9,");
        import(&platform, format!("{HEADER}\n{newcomer}\n"))
            .await
            .unwrap();
        let mut tx = platform.db.read().await.unwrap();
        let rows = unit::page(&mut tx, &permit, "nuclear_family", None, 10)
            .await
            .unwrap();
        assert_eq!(rows.len(), 4);
        for row in rows {
            let facts = row.portrait().unwrap().facts;
            let kinds: Vec<u16> = facts.iter().map(|fact| fact.kind).collect();
            assert_eq!(kinds, [wage]);
        }
        drop(tx);
        testing::assert_verified(&platform).await;
        let visits = Options {
            complete: vec![kernel::facts::code::VISIT],
        };
        let refused = run_with(&platform, &permit, Cursor::new(""), &visits, &mut ()).await;
        assert!(matches!(refused, Err(ImportError::NoWholeList(_))));
    })
    .await;
}

#[tokio::test]
async fn accounts_of_a_person_become_one_fact_and_bad_rows_are_named() {
    each_db(&[access::SCHEMA, crate::SCHEMA], async |platform| {
        let permit = testing::permit(&platform).await;
        import(&platform, family_file()).await.unwrap();
        let husband = pinfl(Sex::Male, "1980-05-01", 1);
        let account = "22618000123456789001";
        let good = format!("{husband},00014,{account},250000,yes,bank,2026-01-03");
        let file = [
            "pinfl,mfo,account,balance_minor,card,source,as_of".to_owned(),
            good.clone(),
            good.replace("yes", "no"),
            good.replace("00014", "14"),
            good.replace(account, "2261"),
            good.replace("250000", "-1"),
            good.replace("bank", "tax"),
        ]
        .join("\n");
        let report = import(&platform, &file).await.unwrap();
        assert_eq!((report.accepted, report.rejected), (2, 4));
        let fields: Vec<&str> = report.rejects.iter().map(|reject| reject.field).collect();
        assert_eq!(fields, ["mfo", "account", "balance_minor", "source"]);
        let report = import(&platform, &file).await.unwrap();
        assert_eq!((report.accepted, report.unchanged), (0, 2));
        let mut tx = platform.db.read().await.unwrap();
        let owner = person::find_by_pinfl(&mut tx, &permit, husband)
            .await
            .unwrap()
            .unwrap();
        let facts = fact::current(&mut tx, &permit, &[owner.0]).await.unwrap();
        assert_eq!(facts.len(), 1);
        assert_eq!(facts[0].kind, kernel::facts::code::ACCOUNT);
        assert_eq!(facts[0].body.rows.len(), 2);
    })
    .await;
}
