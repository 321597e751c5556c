//! One row of a persons file.

use super::cells::Row;
use super::report::{Reason, Reject};
use kernel::kin::Tie;
use kernel::{Day, Name, Phone, Pinfl, Sex};
use sha2::{Digest, Sha256};

const CODE_CHARACTERS_MAX: usize = 40;
const NAME_CHARACTERS_MAX: usize = 100;
/// Nobody is older; such a birth date is a slip.
const AGE_YEARS_MAX: i32 = 130;

/// Columns in documented order (see `columns::PERSON_COLUMNS`).
mod at {
    pub const FAMILY: usize = 0;
    pub const DWELLING: usize = 1;
    pub const DISTRICT: usize = 2;
    pub const MAHALLA: usize = 3;
    pub const PINFL: usize = 4;
    pub const ROLE: usize = 5;
    pub const TIE: usize = 6;
    pub const FAMILY_NAME: usize = 7;
    pub const GIVEN_NAME: usize = 8;
    pub const PATRONYMIC: usize = 9;
    pub const SEX: usize = 10;
    pub const BORN: usize = 11;
    pub const DIED: usize = 12;
    pub const PHONE: usize = 13;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FamilyRole {
    Head,
    Spouse,
    Child,
    Other,
}

#[derive(Debug, Clone, PartialEq)]
pub struct PersonRow {
    pub line: u64,
    pub family: String,
    pub dwelling: String,
    pub district: u32,
    pub mahalla: u32,
    /// A child may come without one.
    pub pinfl: Option<Pinfl>,
    pub role: FamilyRole,
    pub tie: Tie,
    pub name: Name,
    pub sex: Sex,
    pub born: Day,
    pub died: Option<Day>,
    pub phone: Option<Phone>,
    /// Fingerprint of all of the above but the line: an unchanged row has the same.
    pub hash: i64,
}

pub fn read(row: &Row<'_>, today: Day) -> Result<PersonRow, Reject> {
    let family = row.filled(at::FAMILY, CODE_CHARACTERS_MAX)?;
    let dwelling = row.filled(at::DWELLING, CODE_CHARACTERS_MAX)?;
    let (district, mahalla) = place(row, today)?;
    let role = role(row)?;
    let pinfl = match (role, row.text(at::PINFL, 14)?) {
        (FamilyRole::Child, "") => None,
        _ => Some(row.pinfl(at::PINFL)?),
    };
    let name = Name::new(
        row.filled(at::FAMILY_NAME, NAME_CHARACTERS_MAX)?,
        row.filled(at::GIVEN_NAME, NAME_CHARACTERS_MAX)?,
        row.text(at::PATRONYMIC, NAME_CHARACTERS_MAX)?,
    );
    let sex = row.one_of(at::SEX, "m, f", &[("m", Sex::Male), ("f", Sex::Female)])?;
    let born = born(row, pinfl, today)?;
    if pinfl.is_some_and(|pinfl| pinfl.sex() != sex) {
        return Err(row.reject(at::SEX, Reason::SexDiffersFromPinfl));
    }
    let died = died(row, born, today)?;
    let phone = phone(row)?;
    let tie = tie(row, role)?;
    Ok(PersonRow {
        line: row.line,
        family: family.to_owned(),
        dwelling: dwelling.to_owned(),
        district,
        mahalla,
        pinfl,
        role,
        tie,
        name,
        sex,
        born,
        died,
        phone,
        hash: hash(row),
    })
}

fn place(row: &Row<'_>, today: Day) -> Result<(u32, u32), Reject> {
    let district = row.code(at::DISTRICT)?;
    if kernel::territory::district(district, today).is_err() {
        return Err(row.reject(at::DISTRICT, Reason::UnknownDistrict { code: district }));
    }
    let mahalla = row.code(at::MAHALLA)?;
    if !lies_in(mahalla, district) {
        return Err(row.reject(
            at::MAHALLA,
            Reason::MahallaNotInDistrict { mahalla, district },
        ));
    }
    Ok((district, mahalla))
}

/// Ten digits begin with the district; the eight of the health terminologies with
/// the region.
fn lies_in(mahalla: u32, district: u32) -> bool {
    mahalla / 1_000 == district || mahalla / 10_000 == district / 1_000
}

fn role(row: &Row<'_>) -> Result<FamilyRole, Reject> {
    row.one_of(
        at::ROLE,
        "head, spouse, child, other",
        &[
            ("head", FamilyRole::Head),
            ("spouse", FamilyRole::Spouse),
            ("child", FamilyRole::Child),
            ("other", FamilyRole::Other),
        ],
    )
}

fn tie(row: &Row<'_>, role: FamilyRole) -> Result<Tie, Reject> {
    let ties = [
        ("own", Tie::Own),
        ("adopted", Tie::Adopted),
        ("ward", Tie::Ward),
    ];
    match role {
        FamilyRole::Child => row.one_of(at::TIE, "own, adopted, ward", &ties),
        _ => row.one_of(
            at::TIE,
            "none or nothing",
            &[("", Tie::None), ("none", Tie::None)],
        ),
    }
}

fn born(row: &Row<'_>, pinfl: Option<Pinfl>, today: Day) -> Result<Day, Reject> {
    let born = row.day(at::BORN)?;
    if born > today {
        return Err(row.reject(at::BORN, Reason::InTheFuture));
    }
    if kernel::day::completed_years(born, today) > AGE_YEARS_MAX {
        return Err(row.reject(
            at::BORN,
            Reason::BornTooLongAgo {
                years_max: AGE_YEARS_MAX,
            },
        ));
    }
    if pinfl.is_some_and(|pinfl| pinfl.born() != born) {
        return Err(row.reject(at::BORN, Reason::BornDiffersFromPinfl));
    }
    Ok(born)
}

fn died(row: &Row<'_>, born: Day, today: Day) -> Result<Option<Day>, Reject> {
    let died = row.day_if_any(at::DIED)?;
    match died {
        Some(died) if died > today => Err(row.reject(at::DIED, Reason::InTheFuture)),
        Some(died) if died < born => Err(row.reject(at::DIED, Reason::DiedBeforeBorn)),
        died => Ok(died),
    }
}

fn phone(row: &Row<'_>) -> Result<Option<Phone>, Reject> {
    let text = row.text(at::PHONE, 40)?;
    if text.is_empty() {
        return Ok(None);
    }
    let bad = |error: kernel::phone::PhoneError| {
        row.reject(
            at::PHONE,
            Reason::BadPhone {
                rule: error.to_string(),
            },
        )
    };
    Phone::parse(text).map(Some).map_err(bad)
}

fn hash(row: &Row<'_>) -> i64 {
    let mut digest = Sha256::new();
    for column in 0..row.names.len() {
        digest.update(row.fields.get(row.columns.at[column]));
        digest.update([0x1f]);
    }
    let bytes: [u8; 32] = digest.finalize().into();
    i64::from_le_bytes(bytes[..8].try_into().expect("eight bytes"))
}

impl PersonRow {
    /// The made-up identifier of a child without a PINFL: the same row gives the same.
    pub fn temporary_number(&self) -> String {
        let mut digest = Sha256::new();
        for part in [
            self.family.as_str(),
            &self.name.fold(),
            &self.born.to_string(),
        ] {
            digest.update(part.as_bytes());
            digest.update([0x1f]);
        }
        let bytes: [u8; 32] = digest.finalize().into();
        hex::encode(&bytes[..16])
    }
}
