//! The kinds of facts. A code and a field's place are never reused or moved: packed
//! bodies of past decisions refer to them.

use super::{FactKind, Field, Owner, Source, ValueType, russia, uzbekistan};
use crate::lang::Text3;

/// Codes of the kinds.
pub mod code {
    pub const WAGE: u16 = 1;
    pub const SELF_EMPLOYMENT: u16 = 2;
    pub const PENSION: u16 = 3;
    pub const EMPLOYMENT: u16 = 4;
    pub const PROPERTY: u16 = 5;
    pub const VEHICLE: u16 = 6;
    pub const ACCOUNT: u16 = 7;
    pub const DISABILITY: u16 = 8;
    pub const VISIT: u16 = 9;
    pub const SEVEN: u16 = 10;
    pub const OTHER_INCOME: u16 = 11;
    // 40 to 59: what the further programmes of Uzbekistan ask for.
    pub const WORK_RECORD: u16 = 40;
    pub const AID: u16 = 41;
    pub const COMMISSION: u16 = 42;
    pub const CARE: u16 = 43;
    pub const WORK_EXEMPTION: u16 = 44;
    pub const INSTITUTION: u16 = 45;
    pub const LOST_BREADWINNER: u16 = 46;
    pub const BIRTH: u16 = 47;
    pub const LONELY: u16 = 48;
    pub const FARM: u16 = 49;
    pub const INSURANCE_PAYMENT: u16 = 50;
    // 60 to 89: what the programmes of Russia ask for.
    pub const STUDY: u16 = 60;
    pub const EXCUSED_MONTH: u16 = 61;
    pub const BENEFIT: u16 = 62;
    pub const DEPOSIT_INTEREST: u16 = 63;
    pub const REAL_ESTATE: u16 = 64;
    pub const TRANSPORT: u16 = 65;
    pub const PENSION_RIGHT: u16 = 66;
    pub const PENSION_SAVING: u16 = 67;
    pub const MEDICAL_INSURANCE: u16 = 68;
    pub const CORPORATE_PENSION: u16 = 69;
    pub const MARITAL: u16 = 70;
    pub const SERVICE_RECORD: u16 = 71;
    pub const CIRCUMSTANCE: u16 = 72;
    pub const SERVICE_REQUEST: u16 = 73;
    pub const CONTRACT_PLAN: u16 = 74;
    pub const PREGNANCY: u16 = 75;
    pub const ABSENCE: u16 = 76;
}

pub fn kind(code: u16) -> Option<&'static FactKind> {
    let at = CATALOGUE
        .binary_search_by_key(&code, |kind| kind.code)
        .ok()?;
    CATALOGUE.get(at)
}

/// Every kind, in the order of codes.
pub fn kinds() -> impl Iterator<Item = &'static FactKind> {
    CATALOGUE.iter()
}

pub fn kind_named(name: &str) -> Option<&'static FactKind> {
    CATALOGUE.iter().find(|kind| kind.name == name)
}

pub(super) const fn field(
    name: &'static str,
    ty: ValueType,
    uz: &'static str,
    ru: &'static str,
    en: &'static str,
) -> Field {
    Field {
        name,
        ty,
        label: Text3::fixed(uz, ru, en),
    }
}

pub(super) const MONTH: Field = field("month", ValueType::Month, "oy", "месяц", "month");
pub(super) const AMOUNT: Field = field("amount", ValueType::Money, "summa", "сумма", "amount");
const INFORMAL: Field = field(
    "informal_income",
    ValueType::Money,
    "norasmiy daromad (oyiga, butun oila)",
    "неофициальный доход (в месяц, вся семья)",
    "informal income (a month, whole family)",
);

/// Ordered by code; a country's own kinds have a stretch of codes of their own.
pub static CATALOGUE: &[FactKind] = &[
    FactKind {
        code: code::WAGE,
        name: "wage",
        owner: Owner::Person,
        many: true,
        fields: &[
            MONTH,
            AMOUNT,
            field(
                "payer",
                ValueType::Text,
                "ish beruvchi",
                "работодатель",
                "employer",
            ),
        ],
        sources: &[Source::Tax, Source::Import],
        label: Text3::fixed("ish haqi", "заработная плата", "wage"),
    },
    FactKind {
        code: code::SELF_EMPLOYMENT,
        name: "self_employment",
        owner: Owner::Person,
        many: true,
        fields: &[MONTH, AMOUNT],
        sources: &[Source::Tax, Source::Import],
        label: Text3::fixed(
            "tadbirkorlik va oʻzini oʻzi band qilishdan daromad",
            "доход от предпринимательства и самозанятости",
            "income from business and self-employment",
        ),
    },
    FactKind {
        code: code::PENSION,
        name: "pension",
        owner: Owner::Person,
        many: true,
        fields: &[
            field(
                "kind",
                ValueType::Code(&["old_age", "disability", "survivor", "allowance"]),
                "turi",
                "вид",
                "kind",
            ),
            MONTH,
            AMOUNT,
        ],
        sources: &[Source::PensionFund, Source::Import],
        label: Text3::fixed(
            "pensiya va nafaqalar",
            "пенсии и пособия",
            "pensions and allowances",
        ),
    },
    FactKind {
        code: code::EMPLOYMENT,
        name: "employment",
        owner: Owner::Person,
        many: false,
        fields: &[
            field(
                "status",
                ValueType::Code(&["employed", "job_seeker", "none"]),
                "holati",
                "статус",
                "status",
            ),
            field(
                "employer",
                ValueType::Text,
                "ish beruvchi",
                "работодатель",
                "employer",
            ),
            field(
                "since",
                ValueType::Day,
                "qachondan",
                "с какого дня",
                "since",
            ),
            field(
                "service_employer",
                ValueType::YesNo,
                "harbiy yoki huquqni muhofaza qiluvchi tuzilma",
                "силовая структура",
                "military or law-enforcement employer",
            ),
        ],
        sources: &[Source::Employment, Source::Import],
        label: Text3::fixed("bandlik", "занятость", "employment"),
    },
    FactKind {
        code: code::PROPERTY,
        name: "property",
        owner: Owner::Person,
        many: true,
        fields: &[
            field(
                "use",
                ValueType::Code(&["dwelling", "nonresidential", "land"]),
                "maqsadi",
                "назначение",
                "use",
            ),
            field(
                "cadastre_no",
                ValueType::Text,
                "kadastr raqami",
                "кадастровый номер",
                "cadastral number",
            ),
            field(
                "area_m2",
                ValueType::Integer,
                "maydoni, m²",
                "площадь, м²",
                "area, m²",
            ),
        ],
        sources: &[Source::Cadastre, Source::Import],
        label: Text3::fixed("koʻchmas mulk", "недвижимость", "real estate"),
    },
    FactKind {
        code: code::VEHICLE,
        name: "vehicle",
        owner: Owner::Person,
        many: true,
        fields: &[
            field(
                "plate",
                ValueType::Text,
                "davlat raqami",
                "госномер",
                "plate",
            ),
            field("model", ValueType::Text, "rusumi", "марка", "model"),
            field(
                "made_year",
                ValueType::Integer,
                "ishlab chiqarilgan yili",
                "год выпуска",
                "year made",
            ),
            field(
                "serviceable",
                ValueType::YesNo,
                "texnik soz",
                "исправен",
                "serviceable",
            ),
        ],
        sources: &[Source::Vehicles, Source::Import],
        label: Text3::fixed("transport vositalari", "транспортные средства", "vehicles"),
    },
    FactKind {
        code: code::ACCOUNT,
        name: "account",
        owner: Owner::Person,
        many: true,
        fields: &[
            field("mfo", ValueType::Text, "MFO", "МФО", "bank code (MFO)"),
            field("account", ValueType::Text, "hisobraqam", "счёт", "account"),
            field("balance", ValueType::Money, "qoldiq", "остаток", "balance"),
            field("card", ValueType::YesNo, "karta", "карта", "card"),
        ],
        sources: &[Source::Bank, Source::Import],
        label: Text3::fixed("bankdagi mablagʻlar", "средства в банках", "bank balances"),
    },
    FactKind {
        code: code::DISABILITY,
        name: "disability",
        owner: Owner::Person,
        many: false,
        fields: &[
            field(
                "group",
                ValueType::Code(&["none", "I", "II", "III", "child"]),
                "guruhi",
                "группа",
                "group",
            ),
            field(
                "unable_to_work",
                ValueType::YesNo,
                "mehnatga layoqatsiz",
                "нетрудоспособен",
                "unable to work",
            ),
        ],
        sources: &[Source::Disability, Source::Import],
        label: Text3::fixed("nogironlik", "инвалидность", "disability"),
    },
    FactKind {
        code: code::VISIT,
        name: "visit",
        owner: Owner::Unit,
        many: false,
        fields: &[
            field(
                "at_home",
                ValueType::YesNo,
                "uyda boʻlgan",
                "были дома",
                "at home",
            ),
            field(
                "confirmed",
                ValueType::YesNo,
                "soʻrovnoma tasdiqlangan",
                "опросник подтверждён",
                "questionnaire confirmed",
            ),
            INFORMAL,
        ],
        sources: &[Source::Visit],
        label: Text3::fixed("uyga tashrif", "посещение на дому", "home visit"),
    },
    FactKind {
        code: code::SEVEN,
        name: "seven",
        owner: Owner::Unit,
        many: false,
        fields: &[
            INFORMAL,
            field(
                "difficult_situation",
                ValueType::YesNo,
                "ogʻir hayotiy vaziyat",
                "трудная жизненная ситуация",
                "difficult life situation",
            ),
        ],
        sources: &[Source::MahallaSeven],
        label: Text3::fixed(
            "mahalla yettiligi xulosasi",
            "заключение махаллинской семёрки",
            "conclusion of the Mahalla Seven",
        ),
    },
    FactKind {
        code: code::OTHER_INCOME,
        name: "other_income",
        owner: Owner::Person,
        many: true,
        fields: &[
            MONTH,
            AMOUNT,
            field(
                "source",
                ValueType::Code(&["alimony", "stipend", "rent", "remittance", "farm"]),
                "manbasi",
                "источник",
                "source",
            ),
        ],
        sources: &[Source::Declaration, Source::Import],
        label: Text3::fixed("boshqa daromadlar", "прочие доходы", "other income"),
    },
    uzbekistan::WORK_RECORD,
    uzbekistan::AID,
    uzbekistan::COMMISSION,
    uzbekistan::CARE,
    uzbekistan::WORK_EXEMPTION,
    uzbekistan::INSTITUTION,
    uzbekistan::LOST_BREADWINNER,
    uzbekistan::BIRTH,
    uzbekistan::LONELY,
    uzbekistan::FARM,
    uzbekistan::INSURANCE_PAYMENT,
    russia::STUDY,
    russia::EXCUSED_MONTH,
    russia::BENEFIT,
    russia::DEPOSIT_INTEREST,
    russia::REAL_ESTATE,
    russia::TRANSPORT,
    russia::PENSION_RIGHT,
    russia::PENSION_SAVING,
    russia::MEDICAL_INSURANCE,
    russia::CORPORATE_PENSION,
    russia::MARITAL,
    russia::SERVICE_RECORD,
    russia::CIRCUMSTANCE,
    russia::SERVICE_REQUEST,
    russia::CONTRACT_PLAN,
    russia::PREGNANCY,
    russia::ABSENCE,
];
