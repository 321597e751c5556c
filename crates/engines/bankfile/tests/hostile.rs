//! Files that want to do harm, and files that were cut or mangled on their way: each ends in
//! a fault that says where, within its limits, and never shows what stood there.

use std::io::{BufRead, BufReader, Read};

use bankfile::limits::{DEPTH_MAX, FIELD_CHARS_MAX, PIECE_BYTES_MAX};
use bankfile::{BankFile, Fault, Problem};
use kernel::Zone;

/// A field of four-byte letters fits a piece.
const _: () = assert!(PIECE_BYTES_MAX > FIELD_CHARS_MAX * 4);

fn fault_of(input: impl BufRead) -> Option<Fault> {
    let mut file = match BankFile::open(input, Zone::tashkent()) {
        Ok(file) => file,
        Err(fault) => return Some(fault),
    };
    loop {
        match file.next_item() {
            Ok(Some(_)) => {}
            Ok(None) => return None,
            Err(fault) => return Some(fault),
        }
    }
}

const CAMT: &str = include_str!("samples/camt.053.001.08.xml");
const SAMPLES: &[&str] = &[
    CAMT,
    include_str!("samples/camt.054.001.08.xml"),
    include_str!("samples/pain.002.001.10.xml"),
    include_str!("samples/pacs.004.001.09.xml"),
    include_str!("samples/statement.mt940"),
];

#[test]
fn what_is_no_bank_file_is_named() {
    fn check(text: &str, expected: impl Fn(&Problem) -> bool) {
        let fault = fault_of(text.as_bytes()).unwrap_or_else(|| panic!("{text} was read"));
        assert!(expected(&fault.problem), "{text}: {fault}");
    }
    let unknown = |problem: &Problem| matches!(problem, Problem::UnknownMessage(_));
    check("", |p| *p == Problem::NotABankFile);
    check("   \n", |p| *p == Problem::NotABankFile);
    check("hello", |p| *p == Problem::NotABankFile);
    check(":61:2611241124D1,00NTRFNONREF", |p| {
        *p == Problem::NotABankFile
    });
    check("<?xml version=\"1.0\"?>", |p| *p == Problem::NotABankFile);
    check("<html/>", unknown);
    check(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\"/>",
        unknown,
    );
    check(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053\"/>",
        unknown,
    );
    check(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"/>",
        |p| *p == Problem::Missing("GrpHdr"),
    );
}

#[test]
fn entities_doctypes_and_other_encodings_are_refused() {
    fn check(from: &str, to: &str, expected: Problem) {
        let text = CAMT.replacen(from, to, 1);
        assert_ne!(text, CAMT);
        assert_eq!(
            fault_of(text.as_bytes()).map(|f| f.problem),
            Some(expected),
            "{to}"
        );
    }
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><Document";
    check("<Document", bomb, Problem::Doctype);
    check(
        "<Document",
        "<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><Document",
        Problem::Doctype,
    );
    check("<MsgId>STM-2", "<MsgId>&a;", Problem::Entity);
    check("\"UTF-8\"", "\"UTF-16\"", Problem::Encoding);
    let mut bytes = CAMT.as_bytes().to_vec();
    let at = CAMT.find("STM-2").expect("the sample's id");
    bytes[at] = 0xff;
    assert_eq!(
        fault_of(&bytes[..]).map(|f| f.problem),
        Some(Problem::Encoding)
    );
    // The five of XML, and characters by their number, are fine.
    let fine = CAMT.replacen("STM-2", "&#83;T&amp;2", 1);
    assert_eq!(fault_of(fine.as_bytes()), None);
}

#[test]
fn every_limit_holds() {
    let head = "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\">";
    let deep = format!("{head}{}", "<a>".repeat(DEPTH_MAX));
    assert_eq!(
        fault_of(deep.as_bytes()).map(|f| f.problem),
        Some(Problem::TooDeep)
    );
    let long = format!("{head}<a><b>{}", "x".repeat(FIELD_CHARS_MAX + 1) + "</b>");
    assert_eq!(
        fault_of(long.as_bytes()).map(|f| f.problem),
        Some(Problem::FieldTooLong)
    );
    // Pieces that never end, of every kind; the reader sees only so much of them.
    for opening in ["", "<", "<a b=\"", "<!--", "<![CDATA[", "<?", "<a>", "&"] {
        let start = format!("{head}{opening}");
        let endless = start.as_bytes().chain(std::io::repeat(b'x'));
        let fault = fault_of(BufReader::new(endless)).expect("an end");
        assert!(
            matches!(
                fault.problem,
                Problem::PieceTooLarge | Problem::FieldTooLong
            ),
            "{opening}: {fault}"
        );
    }
    let tag = ":20:X\n:25:1\n:86:".as_bytes().chain(std::io::repeat(b'x'));
    let fault = fault_of(BufReader::new(tag)).expect("an end");
    assert_eq!(fault.problem, Problem::PieceTooLarge);
    let narrative = format!(":20:X\n:86:{}", "x\n".repeat(1_000));
    let fault = fault_of(narrative.as_bytes()).expect("an end");
    assert_eq!(fault.problem, Problem::NarrativeTooLong);
}

#[test]
fn a_file_that_is_cut_anywhere_is_not_believed() {
    for sample in SAMPLES {
        let whole = sample.trim_end();
        // What may be missing without harm: the end mark of the old format's envelope.
        let needed = whole
            .strip_suffix("\n:86:of the whole statement\n-}")
            .unwrap_or(whole);
        for end in (0..needed.len()).filter(|end| needed.is_char_boundary(*end)) {
            let cut = &needed[..end];
            // An old file that is cut inside of its last number reads as another number: its
            // statement then does not add up, which is seen as a gap.
            let last_line = cut.rfind('\n').map_or("", |at| &cut[at..]);
            if last_line.starts_with("\n:62F:C261231UZS") {
                continue;
            }
            assert!(
                fault_of(cut.as_bytes()).is_some(),
                "cut to {end} bytes was believed"
            );
        }
        assert_eq!(fault_of(whole.as_bytes()), None);
    }
}

#[test]
fn a_fault_says_where_and_not_what() {
    let wrong = CAMT.replacen(
        "<Amt Ccy=\"UZS\">650000.00",
        "<Amt Ccy=\"UZS\">650,000.00",
        1,
    );
    let fault = fault_of(wrong.as_bytes()).expect("a fault").to_string();
    assert_eq!(
        fault,
        "line 13, Document/BkToCstmrStmt/Stmt/Ntry/Amt: a sum is not written like this"
    );
    let wrong = CAMT.replacen("22618000900000000001", &"2".repeat(36), 1);
    let fault = fault_of(wrong.as_bytes()).expect("a fault").to_string();
    assert!(!fault.contains("222"), "{fault}");
    let wrong = include_str!("samples/statement.mt940").replacen("D650000,00", "D6.50,00", 1);
    let fault = fault_of(wrong.as_bytes()).expect("a fault").to_string();
    assert!(fault.starts_with("line 6, :61:"), "{fault}");
}

/// Every byte of every sample changed to letters that a parser trips over: no panic.
#[test]
fn a_mangled_file_never_ends_in_a_panic() {
    for sample in SAMPLES {
        for at in 0..sample.len() {
            for letter in [b'<', b'>', b'&', b':', b'/', b'?', b'\n', 0, 0xc3, 0xff] {
                let mut bytes = sample.as_bytes().to_vec();
                bytes[at] = letter;
                let _ = fault_of(&bytes[..]);
            }
        }
    }
}
