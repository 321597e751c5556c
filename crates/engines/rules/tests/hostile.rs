//! Hostile packs: each ends in an error with a place. Work is bounded by bytes, blocks,
//! nodes and nesting; what the bounds are stands in `rules::limits`.

mod small;

use rules::limits::{BLOCKS_MAX, DIAGNOSTICS_MAX, FILES_MAX, NODES_MAX, PACK_BYTES_MAX};
use rules::{Diagnostic, SourceFile, read_pack};

fn variable(name: &str, formula: &str) -> String {
    format!(
        "```variable {name}\nentity: unit\ntype: integer\nlabel.uz: x\nlabel.ru: x\nlabel.en: x\nformula: {formula}\n```\n"
    )
}

/// The complaint about the small law with a block added; it must point into the file.
#[track_caller]
fn refused(block: &str, message: &str) -> Vec<Diagnostic> {
    let text = format!("{}\n{block}", small::TEXT);
    let errors = small::read(&text).map(|_| ()).expect_err("a hostile pack");
    assert!(errors.len() <= DIAGNOSTICS_MAX, "{} errors", errors.len());
    let lines = text.lines().count();
    for error in &errors {
        assert!((1..=lines).contains(&(error.line as usize)), "{error}");
        assert!(error.column >= 1 && !error.instead.is_empty(), "{error}");
        assert!(
            error.to_string().len() < 10_000,
            "{} bytes",
            error.to_string().len()
        );
    }
    let found = errors.iter().any(|error| error.message.contains(message));
    assert!(found, "no `{message}` in:\n{}", small::told(&errors));
    errors
}

#[test]
fn nesting_ends_in_an_error() {
    let deep = |open: &str, close: &str, times: usize| {
        format!("{}1{} > 0", open.repeat(times), close.repeat(times))
    };
    for formula in [
        deep("(", ")", 100),
        deep("(", ")", 1_900),
        deep("- ", "", 1_300),
        deep("greatest(1, ", ")", 250),
        format!("{}true", "not ".repeat(900)),
        deep("case when true then ", " else 1 end", 100),
    ] {
        let errors = refused(&variable("deep", &formula), "");
        assert!(
            errors.iter().any(|error| error.message.contains("deep")),
            "{}",
            small::told(&errors)
        );
    }
}

#[test]
fn digits_without_end_end_in_an_error() {
    refused(
        &variable("vast", &"9".repeat(16)),
        "not a number the engine can hold",
    );
    refused(
        &variable("vast", &"9".repeat(4_000)),
        "not a number the engine can hold",
    );
    refused(
        &variable("fine", &format!("0.{}", "0".repeat(10))),
        "not a number the engine can hold",
    );
    refused(
        &variable("vast", &"9".repeat(5_000)),
        "the formula is too long",
    );
    let row = |value: &str| {
        format!(
            "```parameter vast\ntype: money\nlabel.uz: x\nlabel.ru: x\nlabel.en: x\n\
             | in force | announced | value | law | status |\n\
             | 2026-01-01 | 2025-12-01 | {value} | x | verified |\n```\n"
        )
    };
    refused(&row(&"9".repeat(18)), "not a number of this type");
    refused(&row(&"9".repeat(100_000)), "not a number of this type");
    refused(&row("-1"), "not a number of this type");
    refused(&row("1e9"), "not a number of this type");
    refused(&row("٣"), "not a number of this type");
    let day = row("1").replace("2026-01-01", "99999999999-01-01");
    refused(&day, "is not a date");
}

#[test]
fn circles_end_in_an_error_also_through_files() {
    let circle: String = (0..300)
        .map(|at| variable(&format!("c{at}"), &format!("c{} + 1", (at + 1) % 300)))
        .collect();
    refused(&circle, "need each other");
    let one = SourceFile {
        path: "small/a.md".into(),
        text: variable("one", "other + 1"),
    };
    let other = SourceFile {
        path: "small/b.md".into(),
        text: variable("other", "one + 1"),
    };
    let errors = read_pack("small", &[one, other, small::file(small::TEXT)], &[])
        .map(|_| ())
        .expect_err("a circle");
    assert!(
        small::told(&errors).contains("small/b.md:1:13: `other` and `one` need each other"),
        "{}",
        small::told(&errors)
    );
}

#[test]
fn too_much_of_anything_ends_in_an_error() {
    let many: String = (0..=BLOCKS_MAX)
        .map(|at| variable(&format!("v{at}"), "1"))
        .collect();
    refused(&many, "too many blocks");
    let files = vec![small::file("# prose\n"); FILES_MAX + 1];
    assert!(read_pack("small", &files, &[]).is_err());
    let large = small::file(&"x".repeat(PACK_BYTES_MAX + 1));
    assert!(read_pack("small", &[large], &[]).is_err());
    // A plan has as much fuel as it may have nodes: 900 variables of seven nodes each.
    let chain: String = (0..900)
        .map(|at| {
            let before = if at == 0 {
                "members".to_owned()
            } else {
                format!("n{}", at - 1)
            };
            variable(
                &format!("n{at}"),
                &format!("({before} + {at}) * 3 - {at} * 2 + 1"),
            )
        })
        .collect();
    let used = small::TEXT.replace("children = 0", "n899 = 0") + &chain;
    let errors = small::read(&used).map(|_| ()).expect_err("too many nodes");
    assert!(
        small::told(&errors).contains(&format!("more than {NODES_MAX} nodes")),
        "{}",
        small::told(&errors)
    );
}

/// `IN` and `BETWEEN` copy their left side: the tree is bounded, not only the text.
#[test]
fn a_tree_that_doubles_ends_in_an_error() {
    let mut doubling = "members".to_owned();
    for _ in 0..30 {
        doubling = format!("case when {doubling} between 1 and 2 then 1 else 2 end");
    }
    refused(&variable("doubling", &doubling), "too deep or too long");
}

#[test]
fn a_wrong_encoding_ends_in_an_error_with_its_line() {
    let check = |bytes: Vec<u8>, line: u32, message: &str| {
        let error = SourceFile::from_bytes("small/pack.md", bytes).expect_err("a wrong encoding");
        assert_eq!((error.file.as_str(), error.line), ("small/pack.md", line));
        assert!(error.message.contains(message), "{error}");
    };
    let utf16 = |mark: [u8; 2]| {
        mark.into_iter()
            .chain(b"`\0`\0`\0".iter().copied())
            .collect()
    };
    check(utf16([0xff, 0xfe]), 1, "UTF-16");
    check(utf16([0xfe, 0xff]), 1, "UTF-16");
    check("\u{feff}# title".as_bytes().to_vec(), 1, "byte order mark");
    check(b"one\ntwo\nthr\xffee\n".to_vec(), 3, "not UTF-8");
    // Cyrillic in the old code page.
    check(b"one\n\xcf\xf0\xe8\n".to_vec(), 2, "not UTF-8");
    assert!(SourceFile::from_bytes("a.md", "Хорошо, oʻzbek".into()).is_ok());
}

#[test]
fn characters_that_nobody_sees_end_in_an_error() {
    for hidden in [
        "\0",
        "\u{202e}",
        "\u{2066}",
        "\u{feff}",
        "\u{7}",
        "\u{1b}[2J",
    ] {
        let block = variable("x", &format!("1 {hidden}+ 1"));
        refused(&block, "a character that nobody sees");
    }
    refused(
        "prose with a \u{202e}turn\n",
        "a character that nobody sees",
    );
}

/// A long line is shown, but not without end.
#[test]
fn endless_lines_and_open_blocks_end_in_an_error() {
    refused("```variable endless\nformula: 1\n", "never closed");
    refused(
        "```variable a\n```variable b\n```\n",
        "a block inside a block",
    );
    refused(
        &format!("```{}\n```\n", "x".repeat(10_000)),
        "there is no block",
    );
    refused(
        &format!("```variable {}\n```\n", "a ".repeat(5_000)),
        "has no",
    );
}
