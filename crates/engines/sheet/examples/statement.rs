//! A statement of made-up lines, to look at and to measure:
//! `cargo run --release -p sheet --example statement -- LINES FOLDER`.

use std::fs::File;
use std::time::Instant;

use kernel::lang::{self, Lang};
use kernel::{Currency, Day, Money};
use sheet::{Cell, Column, Design, Kind, Pdf, Row, Words, Xlsx};

const PAGE: u64 = 10_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let lines: u64 = args.next().map_or(Ok(120), |text| text.parse())?;
    let folder = std::path::PathBuf::from(args.next().unwrap_or_else(|| ".".to_owned()));
    let total = (0..lines).map(sum_of).sum();
    let began = Instant::now();
    let mut book = Xlsx::begin(design(lines, total))?;
    for page in 0..lines.div_ceil(PAGE) {
        book.lines(&rows(page * PAGE, lines.min((page + 1) * PAGE)))?;
    }
    book.end(File::create(folder.join("statement.xlsx"))?)?;
    told("xlsx", began);
    let began = Instant::now();
    let mut pages = Pdf::begin(design(lines, total))?;
    for page in 0..lines.div_ceil(PAGE) {
        pages.lines(&rows(page * PAGE, lines.min((page + 1) * PAGE)))?;
    }
    pages.end(File::create(folder.join("statement.pdf"))?)?;
    told("pdf", began);
    Ok(())
}

fn told(what: &str, began: Instant) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap_or("");
    eprintln!("{what}: {:.2} s, {peak}", began.elapsed().as_secs_f64());
}

fn sum_of(line: u64) -> Money {
    Money(63_500_000 + (line % 7) as i64 * 1_250)
}

fn rows(from: u64, to: u64) -> Vec<Row> {
    let names = [
        "Oʻrinboyeva Dilnoza Gʻayrat qizi",
        "Абдураҳмонова Гулчеҳра Абдувоҳид қизи",
        "Toʻxtasinmatova Muhabbatxon Qodirjon qizi",
        "Ли Екатерина Олеговна",
    ];
    let row = |line: u64| {
        vec![
            Cell::Number(line + 1),
            Cell::Text(names[line as usize % names.len()].to_owned()),
            Cell::Text(format!("**********{:04}", line % 10_000)),
            Cell::Text(format!("2261800099{line:010}")),
            Cell::Sum(sum_of(line)),
            Cell::Text("Mirzo Ulugʻbek tumani".to_owned()),
        ]
    };
    (from..to).map(row).collect()
}

fn design(lines: u64, total: Money) -> Design {
    let column = |name: &str, kind, width| Column {
        name: name.to_owned(),
        kind,
        width,
    };
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let in_words = lang::in_words(total, Currency::Uzs, Lang::UzLatn);
    Design {
        lang: Lang::UzLatn,
        currency: Currency::Uzs,
        title: "Toʻlov qaydnomasi (vedomost)".to_owned(),
        subtitle: "2026-yil mart, bank 00014".to_owned(),
        head: vec![
            pair("Davlat", "Oʻzbekiston Respublikasi"),
            pair("Topshiriqnoma", "01890a5d-ac96-774b-bcce-b302099a8057"),
            pair("Jami soʻz bilan", &in_words),
        ],
        columns: vec![
            column("№", Kind::Number, 8),
            column("F.I.Sh.", Kind::Text, 32),
            column("JShShIR", Kind::Code, 16),
            column("Hisobraqam", Kind::Code, 24),
            column("Summa", Kind::Sum, 18),
            column("Tuman", Kind::Text, 24),
        ],
        lines,
        total,
        total_in_words: in_words,
        signatures: vec![
            "Gʻaznachilik rahbari".to_owned(),
            "Bosh hisobchi".to_owned(),
        ],
        words: Words {
            worksheet: "Qaydnoma".to_owned(),
            total: "Jami".to_owned(),
            page: "Sahifa".to_owned(),
            lines: ["qator", "qator", "qator"].map(str::to_owned),
            on_this_page: "Shu sahifada".to_owned(),
            from_the_start: "Boshidan".to_owned(),
            from_pages_before: "Oldingi sahifalardan".to_owned(),
            signature: "imzo, F.I.Sh.".to_owned(),
        },
        made_on: Day(20_000),
    }
}
