//! The translator of the portable schema words. It knows words, strings and
//! comments, no grammar: the database itself judges the rest.

use super::Migration;
use crate::{Fault, Result};

/// One statement, comments gone, white space folded; `line` is where it began.
#[derive(Debug, PartialEq, Eq)]
pub struct Statement {
    pub line: usize,
    pub text: String,
}

/// Words of one dialect or of values this house does not store, and what to
/// write instead.
const REFUSED: &[(&str, &str)] = &[
    ("AUTOINCREMENT", "an id from Ids"),
    ("BIGSERIAL", "an id from Ids"),
    ("BLOB", "BYTEA"),
    ("BOOL", "BOOLEAN"),
    ("CHAR", "TEXT"),
    ("DATE", "BIGINT, days since 1970-01-01"),
    ("DECIMAL", "BIGINT, minor units"),
    ("DOUBLE", "BIGINT, scaled"),
    ("FLOAT", "BIGINT, scaled"),
    ("INT", "BIGINT"),
    ("JSON", "TEXT"),
    ("JSONB", "TEXT"),
    ("NUMERIC", "BIGINT, minor units"),
    ("REAL", "BIGINT, scaled"),
    ("ROWID", "nothing: it is added"),
    ("SERIAL", "an id from Ids"),
    ("SMALLINT", "BIGINT"),
    ("STRICT", "nothing: it is added"),
    ("TIMESTAMP", "BIGINT, microseconds UTC"),
    ("TIMESTAMPTZ", "BIGINT, microseconds UTC"),
    ("VARCHAR", "TEXT"),
];

/// Splits a step into statements and refuses what would not be portable.
pub fn read(step: &Migration) -> Result<Vec<Statement>> {
    let statements = split(step.sql);
    for statement in &statements {
        if let Some(problem) = problem(&statement.text) {
            return Err(Fault::Schema {
                service: step.service.to_owned(),
                name: step.name.to_owned(),
                line: statement.line,
                problem,
            });
        }
    }
    Ok(statements)
}

fn problem(text: &str) -> Option<String> {
    for word in words(text) {
        if let Some((_, instead)) = REFUSED.iter().find(|(refused, _)| *refused == word) {
            return Some(format!("{word} is not portable; write {instead}"));
        }
    }
    let is_table = text.starts_with("CREATE TABLE");
    (is_table && !text.contains("PRIMARY KEY"))
        .then(|| "every table needs a PRIMARY KEY".to_owned())
}

/// The statement in the words of one database.
pub fn translate(statement: &Statement, sqlite: bool) -> String {
    let text = &statement.text;
    if let Some(table) = text.strip_prefix("APPEND ONLY ") {
        return append_only(table.trim(), sqlite);
    }
    let mut sql = replace_words(text, |word| match (word, sqlite) {
        ("UUID" | "BYTEA", true) => "BLOB",
        ("BIGINT" | "BOOLEAN", true) => "INTEGER",
        ("INTEGER", false) => "BIGINT",
        _ => word,
    });
    if sqlite && text.starts_with("CREATE TABLE") {
        sql.push_str(" STRICT, WITHOUT ROWID");
    }
    sql
}

fn append_only(table: &str, sqlite: bool) -> String {
    if sqlite {
        let trigger = |verb: &str, done: &str| {
            format!(
                "CREATE TRIGGER {table}_no_{done} BEFORE {verb} ON {table} \
                 BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;"
            )
        };
        return trigger("UPDATE", "update") + &trigger("DELETE", "delete");
    }
    format!(
        "CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$; \
         CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} \
         FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only();"
    )
}

/// Splits at semicolons outside of strings, drops comments, folds white space.
fn split(sql: &str) -> Vec<Statement> {
    let mut statements = Vec::new();
    let mut text = String::new();
    let mut start = 1;
    let mut in_string = false;
    for (number, line) in sql.lines().enumerate() {
        let mut rest = line.chars().peekable();
        while let Some(c) = rest.next() {
            if text.is_empty() && !c.is_whitespace() {
                start = number + 1;
            }
            match c {
                '\'' => in_string = !in_string,
                '-' if !in_string && rest.peek() == Some(&'-') => break,
                ';' if !in_string => {
                    finish(&mut text, start, &mut statements);
                    continue;
                }
                _ => {}
            }
            if in_string || !c.is_whitespace() {
                text.push(c);
            } else if !text.is_empty() && !text.ends_with(' ') {
                text.push(' ');
            }
        }
        if !text.is_empty() && !text.ends_with(' ') {
            text.push(if in_string { '\n' } else { ' ' });
        }
    }
    finish(&mut text, start, &mut statements);
    statements
}

fn finish(text: &mut String, line: usize, statements: &mut Vec<Statement>) {
    let done = std::mem::take(text).trim().to_owned();
    if !done.is_empty() {
        statements.push(Statement { line, text: done });
    }
}

fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    replace_words(text, |word| {
        words.push(word.to_owned());
        word
    });
    words
}

/// Rewrites every word outside of strings.
fn replace_words<'a>(text: &'a str, mut rewrite: impl FnMut(&'a str) -> &'a str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_string = false;
    let mut word_from = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let in_word = !in_string && (c.is_ascii_alphanumeric() || c == '_');
        match (word_from, in_word) {
            (None, true) => word_from = Some(at),
            (Some(from), false) => {
                out.push_str(rewrite(&text[from..at]));
                word_from = None;
            }
            _ => {}
        }
        if !in_word && at < text.len() {
            out.push(c);
        }
        if c == '\'' {
            in_string = !in_string;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sql: &'static str, sqlite: &str, pg: &str) {
        let statements = split(sql);
        assert_eq!(statements.len(), 1, "{statements:?}");
        assert_eq!(translate(&statements[0], true), sqlite);
        assert_eq!(translate(&statements[0], false), pg);
    }

    #[test]
    fn types_are_translated_and_strings_left_alone() {
        check(
            "CREATE TABLE a ( -- a comment; with UUID\n  id UUID PRIMARY KEY,\n  n INTEGER DEFAULT 1,\n  s TEXT DEFAULT 'UUID; -- x'\n);",
            "CREATE TABLE a ( id BLOB PRIMARY KEY, n INTEGER DEFAULT 1, s TEXT DEFAULT 'UUID; -- x' ) STRICT, WITHOUT ROWID",
            "CREATE TABLE a ( id UUID PRIMARY KEY, n BIGINT DEFAULT 1, s TEXT DEFAULT 'UUID; -- x' )",
        );
        check(
            "CREATE UNIQUE INDEX a_uuid ON a (uuid) WHERE b = TRUE",
            "CREATE UNIQUE INDEX a_uuid ON a (uuid) WHERE b = TRUE",
            "CREATE UNIQUE INDEX a_uuid ON a (uuid) WHERE b = TRUE",
        );
    }

    #[test]
    fn what_is_not_portable_is_refused_with_its_line() {
        let refused = |sql: &'static str| {
            let step = Migration {
                service: "x",
                name: "1",
                sql,
            };
            read(&step).unwrap_err().to_string()
        };
        let said = refused(
            "CREATE TABLE a (id UUID PRIMARY KEY);\n\nCREATE TABLE b (at TIMESTAMP PRIMARY KEY)",
        );
        assert!(
            said.contains("line 3") && said.contains("microseconds UTC"),
            "{said}"
        );
        assert!(refused("CREATE TABLE b (at BIGINT)").contains("PRIMARY KEY"));
    }
}
