//! A month of two banks on paper: read back by another hand, and held against the payments.

mod paper;
mod village;

use kernel::Money;
use kernel::lang::Lang;
use payments::CURRENCY;
use store::Platform;
use store::testing::each_db;

use self::paper::{cells, figure, pages};
use self::village::{LINES, Village, cash_bank, mfo};
use super::*;

const SCHEMAS: &[&[store::Migration]] = &[access::SCHEMA, registry::SCHEMA, payments::SCHEMA];

async fn each_village(story: impl AsyncFn(&Village, Platform)) {
    each_db(SCHEMAS, async |platform| {
        let village = Village::new(&platform).await;
        story(&village, platform).await;
    })
    .await;
}

#[tokio::test]
async fn every_cell_of_the_workbook_and_the_sum_are_those_of_the_payments() {
    each_village(async |village, platform| {
        for frozen in village.frozen(&platform).await {
            let file = village.paper(&platform, &frozen, Format::Xlsx, Lang::UzLatn);
            let rows = cells(file.await.path());
            let payments = village.payments(&platform, &frozen).await;
            let first = rows.iter().position(|row| row[0] == "№");
            let first = first.expect("the names of the columns") + 1;
            let mut sum = Money::ZERO;
            for (number, (row, paid)) in (1..).zip(rows[first..].iter().zip(&payments)) {
                let mut expected = paid.cells(Lang::UzLatn);
                expected.insert(0, number.to_string());
                // What a spreadsheet would run is written with an apostrophe.
                if expected[1].starts_with('=') {
                    expected[1].insert(0, '\'');
                }
                expected[4] = figure(paid.amount);
                assert_eq!(row[..6], expected[..]);
                sum += paid.amount;
            }
            let total = &rows[first + payments.len()];
            assert_eq!(payments.len() as u64, frozen.statement.lines);
            assert_eq!((total[1].as_str(), &total[4]), ("Jami", &figure(sum)));
            assert_eq!(sum, frozen.statement.total);
            let head: Vec<&str> = rows[..first].iter().map(|row| row[2].as_str()).collect();
            assert!(head.contains(&village.sha256(&frozen).as_str()), "{head:?}");
            let words = kernel::lang::in_words(sum, CURRENCY, Lang::UzLatn);
            assert!(head.contains(&words.as_str()), "{head:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn every_line_stands_in_the_pdf_and_each_page_says_what_came_so_far() {
    each_village(async |village, platform| {
        for frozen in village.frozen(&platform).await {
            let file = village.paper(&platform, &frozen, Format::Pdf, Lang::UzLatn);
            let Some(pages) = pages(file.await.path()) else {
                return;
            };
            let payments = village.payments(&platform, &frozen).await;
            let (mut number, mut sum) = (0, Money::ZERO);
            for (at, page) in (1..).zip(&pages) {
                while let Some(paid) = payments.get(number) {
                    let cells = paid.cells(Lang::UzLatn);
                    let starts = format!("{} {}", number + 1, cells[0]);
                    let Some(line) = page.lines().find(|line| line.starts_with(&starts)) else {
                        break;
                    };
                    for cell in &cells {
                        assert!(line.contains(cell), "{cell} in {line}");
                    }
                    number += 1;
                    sum += paid.amount;
                }
                let carried = kernel::lang::money(sum, CURRENCY, Lang::UzLatn);
                let carried = format!("Boshidan: {number} qator, {carried}").replace('\u{a0}', " ");
                assert!(page.contains(&carried), "{carried} in {page}");
                assert!(page.contains(&format!("Sahifa {at} / {}", pages.len())));
            }
            assert_eq!((number, sum), (payments.len(), frozen.statement.total));
            let last = pages.last().expect("a page");
            let total = kernel::lang::figures(sum, Lang::UzLatn).replace('\u{a0}', " ");
            assert!(
                last.contains(&format!("Jami: {number} qator {total}")),
                "{last}"
            );
            assert!(last.contains("Bosh hisobchi"), "{last}");
            let head = pages[0].replace('\n', " ");
            assert!(head.contains(&village.sha256(&frozen)), "{head}");
            for approved in &frozen.approvals {
                assert!(head.contains(&approved.login), "{head}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn each_language_has_its_words_its_letters_and_the_total_spelt() {
    each_village(async |village, platform| {
        let frozen = of_one(village, &platform).await;
        let titles = [
            (Lang::UzLatn, "Toʻlov vedomosti"),
            (Lang::UzCyrl, "Тўлов ведомости"),
            (Lang::Ru, "Платёжная ведомость"),
            (Lang::En, "Payment statement"),
        ];
        for (lang, title) in titles {
            let file = village.paper(&platform, &frozen, Format::Pdf, lang).await;
            let Some(pages) = pages(file.path()) else {
                return;
            };
            let text = pages.join(" ").replace('\n', " ");
            let words = kernel::lang::in_words(frozen.statement.total, CURRENCY, lang);
            for wanted in [title, &words, "Oʻrinboyeva", "Ҳақназарова"] {
                assert!(text.contains(wanted), "{lang}: {wanted} in {text}");
            }
            let file = village.paper(&platform, &frozen, Format::Xlsx, lang).await;
            assert_eq!(cells(file.path())[0][0], title);
        }
    })
    .await;
}

#[tokio::test]
async fn the_statements_together_are_the_order_and_made_again_they_are_the_same_bytes() {
    each_village(async |village, platform| {
        let all = village.frozen(&platform).await;
        assert_eq!(all.len(), 2);
        assert_eq!(total(&all), all[0].order.total);
        let lines: u64 = all.iter().map(|one| one.statement.lines).sum();
        assert_eq!(lines, LINES as u64);
        for format in Format::ALL {
            let mut twice = Vec::new();
            for _ in 0..2 {
                let file = village.paper(&platform, &all[0], format, Lang::Ru).await;
                twice.push(std::fs::read(file.path()).expect("a file"));
            }
            assert!(twice[0] == twice[1], "{format:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn lines_that_are_not_those_that_were_sealed_are_never_put_on_paper() {
    each_village(async |village, platform| {
        let mut frozen = of_one(village, &platform).await;
        frozen.sha256[31] ^= 1;
        for format in Format::ALL {
            let refused = village.try_paper(&platform, &frozen, format, Lang::En);
            let refused = refused.await.expect_err("another file").to_string();
            assert!(refused.contains("sealed with"), "{refused}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_bank_without_a_statement_and_a_run_without_an_order_are_told() {
    each_village(async |village, platform| {
        let mut tx = platform.db.read().await.unwrap();
        let other = mfo("99999");
        let refused = of_bank(&mut tx, village.run, other).await;
        assert!(
            matches!(refused, Err(Error::NoStatement { .. })),
            "{refused:?}"
        );
        let unknown = of_run(&mut tx, RunId::from_u128(9)).await;
        assert!(
            matches!(unknown, Err(Error::Payments(payments::Error::Run(_)))),
            "{unknown:?}"
        );
    })
    .await;
}

async fn of_one(village: &Village, platform: &Platform) -> Frozen {
    let all = village.frozen(platform).await;
    let mut by_card = all
        .into_iter()
        .filter(|one| one.statement.mfo != cash_bank());
    by_card.next().expect("the bank of the cards")
}
