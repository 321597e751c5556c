//! The header: which kind of file this is and where each column stands.
//! Columns may stand in any order; unknown ones are ignored.

use super::lines::Fields;
use super::report::ImportError;

pub const PERSON_COLUMNS: [&str; 14] = [
    "family",
    "dwelling",
    "district",
    "mahalla",
    "pinfl",
    "role",
    "tie",
    "family_name",
    "given_name",
    "patronymic",
    "sex",
    "born",
    "died",
    "phone",
];
pub const INCOME_COLUMNS: [&str; 8] = [
    "pinfl",
    "kind",
    "detail",
    "payer",
    "month",
    "amount_minor",
    "source",
    "as_of",
];

pub const ACCOUNT_COLUMNS: [&str; 7] = [
    "pinfl",
    "mfo",
    "account",
    "balance_minor",
    "card",
    "source",
    "as_of",
];

pub const AID_COLUMNS: [&str; 8] = [
    "pinfl",
    "case_number",
    "programme",
    "purpose",
    "first_month",
    "last_month",
    "amount_minor",
    "as_of",
];

/// The four documented kinds of file, told apart by the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    Persons,
    Incomes,
    Accounts,
    /// What a regional aid system pays.
    Aid,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    pub kind: FileKind,
    /// Position in the row of each documented column, in documented order.
    pub at: Vec<usize>,
    pub width: usize,
}

pub fn read_header(fields: &Fields) -> Result<Columns, ImportError> {
    let names = (0..fields.len())
        .map(|index| std::str::from_utf8(fields.get(index)).map(str::trim))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| ImportError::HeaderNotText)?;
    let (kind, wanted) = if names.contains(&"family") || names.contains(&"family_name") {
        (FileKind::Persons, &PERSON_COLUMNS[..])
    } else if names.contains(&"case_number") || names.contains(&"programme") {
        (FileKind::Aid, &AID_COLUMNS[..])
    } else if names.contains(&"amount_minor") || names.contains(&"kind") {
        (FileKind::Incomes, &INCOME_COLUMNS[..])
    } else if names.contains(&"balance_minor") || names.contains(&"mfo") {
        (FileKind::Accounts, &ACCOUNT_COLUMNS[..])
    } else {
        return Err(ImportError::UnknownKind);
    };
    let at = wanted
        .iter()
        .map(|name| find_column(&names, name))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Columns {
        kind,
        at,
        width: names.len(),
    })
}

fn find_column(names: &[&str], wanted: &'static str) -> Result<usize, ImportError> {
    let mut places = names
        .iter()
        .enumerate()
        .filter(|(_, name)| **name == wanted);
    let (place, _) = places.next().ok_or(ImportError::MissingColumn(wanted))?;
    match places.next() {
        Some(_) => Err(ImportError::ColumnTwice(wanted)),
        None => Ok(place),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(header: &str, expected: Result<(FileKind, &[usize]), &str>) {
        let mut fields = Fields::default();
        fields.split(header.as_bytes()).unwrap();
        let got = read_header(&fields).map(|columns| (columns.kind, columns.at));
        match (got, expected) {
            (Ok((kind, at)), Ok((kind_expected, at_expected))) => {
                assert_eq!((kind, &at[..]), (kind_expected, at_expected), "{header}");
            }
            (Err(error), Err(text)) => assert_eq!(error.to_string(), text, "{header}"),
            (got, expected) => panic!("{header}: got {got:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn columns_are_found_in_any_order_and_a_missing_one_is_named() {
        check(
            "pinfl,kind,detail,payer,month,amount_minor,source,as_of",
            Ok((FileKind::Incomes, &[0, 1, 2, 3, 4, 5, 6, 7])),
        );
        check(
            "note,as_of,source,amount_minor,month,payer,detail,kind,pinfl",
            Ok((FileKind::Incomes, &[8, 7, 6, 5, 4, 3, 2, 1])),
        );
        check(
            "pinfl,mfo,account,balance_minor,card,source,as_of",
            Ok((FileKind::Accounts, &[0, 1, 2, 3, 4, 5, 6])),
        );
        check("family,dwelling", Err("line 1: column district is missing"));
        check(
            "pinfl,pinfl,kind,detail,payer,month,amount_minor,source,as_of",
            Err("line 1: column pinfl stands twice"),
        );
        check(
            "familiya;ism",
            Err(
                "line 1: the header fits neither persons (family,dwelling,...) nor incomes (pinfl,kind,...); fields must be separated by commas",
            ),
        );
    }
}
