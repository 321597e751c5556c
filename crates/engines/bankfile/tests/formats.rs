//! Each format, as a bank writes it, read into words that no format owns. What is expected
//! was read off the samples by eye; the samples of ISO 20022 validate against the published
//! schemas (`tests/mock-bank/run`).

use bankfile::pain001::{self, Credit, Unwritten};
use bankfile::{AccountStatement, BankFile, FileStatus, Form, Head, Item, Kind, Line, Said, Says};
use kernel::ids::Uuid;
use kernel::{Currency, Day, Instant, Mfo, Money, Zone};

fn read(text: &str) -> (Head, Vec<Item>) {
    let mut file = BankFile::open(text.as_bytes(), Zone::tashkent()).expect("a bank's file");
    let mut items = Vec::new();
    while let Some(item) = file.next_item().expect("readable") {
        items.push(item);
    }
    (file.head().clone(), items)
}

fn head(kind: Kind, message: &str, made_at: &str) -> Head {
    Head {
        kind,
        message: Some(message.to_owned()),
        made_at: Some(Instant::parse_rfc3339(made_at).expect("an instant")),
    }
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn name(end: &str) -> Option<String> {
    Some(format!("0197c0de0000700080000000000000{end}"))
}

fn day(text: &str) -> Option<Day> {
    Some(Day::parse(text).expect("a day"))
}

fn line(says: Says, end: &str) -> Line {
    Line {
        says,
        end_to_end: name(end),
        original: None,
        account: None,
        creditor: None,
        amount: None,
        currency: None,
        reason: None,
        reference: None,
        day: None,
    }
}

const OURS: &str = "0197c0de000070008000000000000001";

#[test]
fn a_status_report_speaks_of_the_file_and_of_each_line() {
    let (found, items) = read(include_str!("samples/pain.002.001.10.xml"));
    assert_eq!(found, head(Kind::Pain002, "STS-1", "2026-11-23T04:00:01Z"));
    let told = |says, end| Line {
        original: text(OURS),
        ..line(says, end)
    };
    let expected = vec![
        Item::File(FileStatus {
            original: OURS.to_owned(),
            said: Said::Accepted,
            reason: None,
        }),
        Item::Line(told(Says::Accepted, "a1")),
        Item::Line(Line {
            creditor: text("22618000900000000002"),
            amount: Some(Money(50_000_000)),
            currency: text("UZS"),
            reason: text("AC04"),
            ..told(Says::Rejected, "a2")
        }),
        Item::Line(told(Says::Pending, "a3")),
    ];
    assert_eq!(items, expected);
}

#[test]
fn a_file_that_is_rejected_whole_says_why() {
    let told = |status: &str| {
        let whole = include_str!("samples/pain.002.001.10.xml");
        let (before, _) = whole.split_once("<GrpSts>").expect("the sample's status");
        let text = format!("{before}{status}</OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>");
        read(&text).1
    };
    let reason = |code| format!("<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>");
    for (code, is_duplicate) in [("FF01", false), ("DUPL", true), ("AM05", true)] {
        let items = told(&format!("<GrpSts>RJCT</GrpSts>{}", reason(code)));
        let expected = FileStatus {
            original: OURS.to_owned(),
            said: Said::Rejected,
            reason: text(code),
        };
        assert_eq!(expected.is_duplicate(), is_duplicate, "{code}");
        assert_eq!(items, [Item::File(expected)]);
    }
    let batch = told(
        "</OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>x</OrgnlPmtInfId>\
        <PmtInfSts>RJCT</PmtInfSts></OrgnlPmtInfAndSts><OrgnlGrpInfAndSts><OrgnlMsgId>y</OrgnlMsgId>",
    );
    assert!(matches!(&batch[..], [Item::File(file)] if file.said == Said::Rejected));
}

#[test]
fn a_notification_gives_each_line_of_a_batch_and_what_no_line_explains() {
    let (found, items) = read(include_str!("samples/camt.054.001.08.xml"));
    assert_eq!(found, head(Kind::Camt054, "NTF-1", "2026-11-24T13:00:00Z"));
    let booked = |end, minor, reference| Line {
        account: text("23402000300100001010"),
        amount: Some(Money(minor)),
        currency: text("UZS"),
        reference: text(reference),
        day: day("2026-11-24"),
        ..line(Says::Debited, end)
    };
    let expected = vec![
        Item::Line(booked("a1", 65_000_000, "BATCH-7")),
        Item::Line(booked("a2", 49_999_999, "LINE-2")),
        Item::Line(Line {
            end_to_end: None,
            ..booked("", 1, "BATCH-7")
        }),
        Item::Line(Line {
            says: Says::Pending,
            reference: None,
            ..booked("a3", 100, "")
        }),
    ];
    assert_eq!(items, expected);
}

#[test]
fn a_statement_ends_with_its_balances() {
    let (found, items) = read(include_str!("samples/camt.053.001.08.xml"));
    assert_eq!(found, head(Kind::Camt053, "STM-2", "2026-11-24T20:00:00Z"));
    let booked = |says, end, minor, reference: Option<&str>| Line {
        account: text("UZ1423402000300100001010"),
        amount: Some(Money(minor)),
        currency: text("UZS"),
        reference: reference.map(str::to_owned),
        day: day("2026-11-24"),
        ..line(says, end)
    };
    let statement = AccountStatement {
        account: text("UZ1423402000300100001010"),
        currency: text("UZS"),
        number: Some(2),
        day: day("2026-11-24"),
        opening: Some(Money(500_000_000)),
        closing: Some(Money(-10_000_000)),
        debits: Money(515_000_000),
        credits: Money(5_000_000),
        entries: 3,
        said_entries: Some(3),
    };
    assert_eq!(statement.missing(), Some(Money(0)));
    let expected = vec![
        Item::Line(Line {
            original: text(OURS),
            creditor: text("22618000900000000001"),
            ..booked(Says::Debited, "a1", 65_000_000, Some("PMT-1"))
        }),
        Item::Line(Line {
            reason: text("MD07"),
            ..booked(Says::CameBack, "a9", 5_000_000, Some("RTR-9"))
        }),
        Item::Line(Line {
            end_to_end: None,
            ..booked(Says::Debited, "", 450_000_000, None)
        }),
        Item::Statement(statement),
    ];
    assert_eq!(items, expected);
}

#[test]
fn a_return_names_payment_and_reason_and_its_sums_must_be_right() {
    let sample = include_str!("samples/pacs.004.001.09.xml");
    let (found, items) = read(sample);
    assert_eq!(found, head(Kind::Pacs004, "RTN-1", "2026-11-29T04:00:01Z"));
    let expected = Line {
        original: text(OURS),
        account: text("UZ1423402000300100001010"),
        creditor: text("22618000900000000001"),
        amount: Some(Money(65_000_000)),
        currency: text("UZS"),
        reason: text("AC04"),
        reference: text("RTR-1"),
        day: day("2026-11-26"),
        ..line(Says::Returned, "a1")
    };
    assert_eq!(items, [Item::Line(expected)]);
    for (right, wrong) in [
        ("<NbOfTxs>1<", "<NbOfTxs>2<"),
        ("<CtrlSum>650000.00<", "<CtrlSum>650000.01<"),
    ] {
        let text = sample.replace(right, wrong);
        let mut file = BankFile::open(text.as_bytes(), Zone::tashkent()).expect("its head");
        let fault = loop {
            match file.next_item() {
                Ok(Some(_)) => {}
                Ok(None) => panic!("{wrong} was believed"),
                Err(fault) => break fault.to_string(),
            }
        };
        assert!(fault.contains("the lines come to"), "{fault}");
    }
}

#[test]
fn an_old_statement_is_read_by_its_tags() {
    let (found, items) = read(include_str!("samples/statement.mt940"));
    assert_eq!((found.kind, found.message), (Kind::Mt940, None));
    let booked = |says, minor, reference: Option<&str>, on| Line {
        account: text("23402000300100001010"),
        amount: Some(Money(minor)),
        currency: text("UZS"),
        reference: reference.map(str::to_owned),
        day: day(on),
        ..line(says, "a1")
    };
    let expected = vec![
        Item::Line(booked(
            Says::Debited,
            65_000_000,
            Some("PMT-1"),
            "2026-12-31",
        )),
        Item::Line(Line {
            end_to_end: name("a9"),
            reason: text("AC04"),
            ..booked(Says::CameBack, 5_000_000, Some("RTR-9"), "2027-01-01")
        }),
        Item::Line(Line {
            end_to_end: None,
            ..booked(Says::CameBack, 101, None, "2026-12-31")
        }),
        Item::Statement(AccountStatement {
            account: text("23402000300100001010"),
            currency: text("UZS"),
            number: Some(2),
            day: day("2026-12-31"),
            opening: Some(Money(500_000_000)),
            closing: Some(Money(440_000_101)),
            debits: Money(65_000_000),
            credits: Money(5_000_101),
            entries: 3,
            said_entries: None,
        }),
    ];
    assert_eq!(items, expected);
}

fn order(lines: u64, total: i64) -> pain001::Head {
    pain001::Head {
        message: OURS.to_owned(),
        made_at: Instant::parse_rfc3339("2026-11-23T04:00:00Z").expect("an instant"),
        pay_on: Day::parse("2026-11-23").expect("a day"),
        owner: "Agency <for> social & other protection".to_owned(),
        account: "23402000300100001010".to_owned(),
        form: Form::Iban,
        bank: Mfo::parse("00014").expect("an MFO"),
        currency: Currency::Uzs,
        lines,
        total: Money(total),
    }
}

fn write(head: pain001::Head) -> Result<String, Unwritten> {
    let mut writer = pain001::Writer::begin(Vec::new(), head)?;
    let cash = pain001::Cashed {
        pinfl: "31399990000000",
        name: "Oʻktamova Oygul & Co <Самад қизи>",
    };
    for (payment, account, amount, cash) in [
        (0xa1, "22618000900000000001", 65_000_001, None),
        (0xa2, "22618000900000000002", 50_000_000, None),
        (0xa3, "17302000400000873001", 40_000_000, Some(cash)),
    ] {
        writer.credit(&Credit {
            payment: Uuid::from_u128(0x0197c0de_0000_7000_8000_000000000000 + payment),
            account,
            amount: Money(amount),
            note: "Ijtimoiy nafaqa, 2026-11",
            cash,
        })?;
    }
    Ok(String::from_utf8(writer.end()?).expect("UTF-8"))
}

#[test]
fn a_file_for_a_bank_is_the_golden_one_byte_by_byte() {
    let written = write(order(3, 155_000_001)).expect("written");
    assert_eq!(
        written,
        include_str!("samples/pain.001.001.09.xml").trim_end()
    );
    let domestic = write(pain001::Head {
        form: Form::Domestic,
        ..order(3, 155_000_001)
    });
    let domestic = domestic.expect("written");
    assert!(domestic.contains("<DbtrAcct><Id><Othr><Id>23402000300100001010</Id></Othr></Id>"));
    assert!(domestic.contains("<CdtrAcct><Id><Othr><Id>22618000900000000002</Id></Othr></Id>"));
    assert!(!domestic.contains("IBAN"));
}

#[test]
fn a_file_that_is_not_what_its_head_promises_is_never_ended() {
    for (lines, total) in [(4, 155_000_001), (2, 155_000_001), (3, 155_000_000)] {
        let wrong = write(order(lines, total));
        assert!(
            matches!(wrong, Err(Unwritten::Differs { .. })),
            "{lines} {total}"
        );
    }
}
