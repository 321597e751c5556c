//! Kinds of facts that only the programmes of Uzbekistan ask for: codes 40 to 59.

use super::catalogue::{code, field};
use super::{FactKind, Owner, Source, ValueType};
use crate::lang::Text3;

/// Years of service and whether they give a right to a pension.
pub(super) const WORK_RECORD: FactKind = FactKind {
    code: code::WORK_RECORD,
    name: "work_record",
    owner: Owner::Person,
    many: false,
    fields: &[
        field(
            "years",
            ValueType::Integer,
            "ish staji (yil)",
            "стаж (лет)",
            "years of service",
        ),
        field(
            "pension_right",
            ValueType::YesNo,
            "pensiya huquqi bor",
            "есть право на пенсию",
            "right to a pension",
        ),
    ],
    sources: &[Source::PensionFund, Source::Import],
    label: Text3::fixed("ish staji", "трудовой стаж", "work record"),
};

/// Payments that run or ran under any programme or fund: what excludes another of the same purpose.
pub(super) const AID: FactKind = FactKind {
    code: code::AID,
    name: "aid",
    owner: Owner::Person,
    many: true,
    fields: &[
        field(
            "programme",
            ValueType::Code(&[
                "child_benefit",
                "material_assistance",
                "elderly_assistance",
                "lonely_elderly_assistance",
                "carer_allowance",
                "survivor_allowance",
                "birth_grant",
                "saxovat_fund",
                "women_notebook",
                "youth_notebook",
            ]),
            "dastur",
            "программа",
            "programme",
        ),
        field(
            "purpose",
            ValueType::Code(&[
                "income",
                "care",
                "birth",
                "food",
                "clothing",
                "utilities",
                "housing",
                "treatment",
                "emergency",
            ]),
            "maqsadi",
            "назначение",
            "purpose",
        ),
        field(
            "first_month",
            ValueType::Month,
            "birinchi oy",
            "первый месяц",
            "first month",
        ),
        field(
            "last_month",
            ValueType::Month,
            "oxirgi oy",
            "последний месяц",
            "last month",
        ),
        field("amount", ValueType::Money, "summa", "сумма", "amount"),
        field(
            "case_number",
            ValueType::Text,
            "ish raqami",
            "номер дела",
            "case number",
        ),
    ],
    sources: &[Source::Programmes, Source::RegionalAid, Source::Import],
    label: Text3::fixed(
        "boshqa dasturlar toʻlovlari",
        "выплаты по другим программам",
        "payments of other programmes",
    ),
};

/// The vote of the mahalla commission: a human step whose result is an input, with its author and time.
pub(super) const COMMISSION: FactKind = FactKind {
    code: code::COMMISSION,
    name: "commission",
    owner: Owner::Unit,
    many: false,
    fields: &[
        field(
            "votes_for",
            ValueType::Integer,
            "rozi ovozlar",
            "голосов за",
            "votes for",
        ),
        field(
            "votes_against",
            ValueType::Integer,
            "qarshi ovozlar",
            "голосов против",
            "votes against",
        ),
        field(
            "amount",
            ValueType::Money,
            "komissiya belgilagan miqdor",
            "сумма, названная комиссией",
            "amount named by the commission",
        ),
        field(
            "protocol_no",
            ValueType::Text,
            "bayonnoma raqami",
            "номер протокола",
            "number of the minutes",
        ),
        field(
            "held_on",
            ValueType::Day,
            "yigʻilish kuni",
            "день заседания",
            "day of the meeting",
        ),
    ],
    sources: &[Source::MahallaCommission],
    label: Text3::fixed(
        "mahalla komissiyasi qarori",
        "решение махаллинской комиссии",
        "vote of the mahalla commission",
    ),
};

/// Whom a person cares for and since when: a dated role.
pub(super) const CARE: FactKind = FactKind {
    code: code::CARE,
    name: "care",
    owner: Owner::Person,
    many: true,
    fields: &[
        field(
            "of",
            ValueType::Code(&[
                "child_under_3",
                "disabled_child",
                "disabled_adult",
                "elderly",
            ]),
            "kimni parvarish qiladi",
            "за кем ухаживает",
            "who is cared for",
        ),
        field(
            "since",
            ValueType::Day,
            "qachondan",
            "с какого дня",
            "since",
        ),
        field(
            "until",
            ValueType::Day,
            "qachongacha",
            "по какой день",
            "until",
        ),
    ],
    sources: &[Source::Visit, Source::Declaration, Source::Import],
    label: Text3::fixed("parvarish", "уход", "care"),
};

/// Why an adult who could work need not: the reasons of the law, each with its days.
pub(super) const WORK_EXEMPTION: FactKind = FactKind {
    code: code::WORK_EXEMPTION,
    name: "work_exemption",
    owner: Owner::Person,
    many: true,
    fields: &[
        field(
            "reason",
            ValueType::Code(&[
                "care_of_child",
                "care_of_disabled",
                "full_time_study",
                "pregnancy",
                "disability",
                "age",
            ]),
            "sababi",
            "причина",
            "reason",
        ),
        field(
            "since",
            ValueType::Day,
            "qachondan",
            "с какого дня",
            "since",
        ),
        field(
            "until",
            ValueType::Day,
            "qachongacha",
            "по какой день",
            "until",
        ),
    ],
    sources: &[Source::Visit, Source::Declaration, Source::Import],
    label: Text3::fixed(
        "mehnat majburiyatidan ozod etish",
        "освобождение от условия занятости",
        "exemption from the work condition",
    ),
};

/// Stays in an institution at public expense.
pub(super) const INSTITUTION: FactKind = FactKind {
    code: code::INSTITUTION,
    name: "institution",
    owner: Owner::Person,
    many: true,
    fields: &[
        field(
            "kind",
            ValueType::Code(&["residential", "prison", "hospital"]),
            "turi",
            "вид",
            "kind",
        ),
        field(
            "since",
            ValueType::Day,
            "qachondan",
            "с какого дня",
            "since",
        ),
        field(
            "until",
            ValueType::Day,
            "qachongacha",
            "по какой день",
            "until",
        ),
    ],
    sources: &[Source::Institutions, Source::Import],
    label: Text3::fixed(
        "muassasada turish",
        "пребывание в учреждении",
        "stay in an institution",
    ),
};

/// A breadwinner whom the family lost.
pub(super) const LOST_BREADWINNER: FactKind = FactKind {
    code: code::LOST_BREADWINNER,
    name: "lost_breadwinner",
    owner: Owner::Unit,
    many: true,
    fields: &[
        field(
            "who",
            ValueType::Code(&["father", "mother", "other"]),
            "kim",
            "кто",
            "who",
        ),
        field("lost_on", ValueType::Day, "qachon", "когда", "when"),
        field(
            "cause",
            ValueType::Code(&["death", "missing", "prison"]),
            "sababi",
            "причина",
            "cause",
        ),
    ],
    sources: &[Source::CivilRegistry, Source::Import],
    label: Text3::fixed(
        "boquvchisini yoʻqotish",
        "потеря кормильца",
        "loss of a breadwinner",
    ),
};

/// A child among the children of its mother; twins have successive numbers.
pub(super) const BIRTH: FactKind = FactKind {
    code: code::BIRTH,
    name: "birth",
    owner: Owner::Person,
    many: false,
    fields: &[
        field(
            "order",
            ValueType::Integer,
            "onaning nechanchi farzandi",
            "какой по счёту ребёнок у матери",
            "which child of the mother",
        ),
        field(
            "plural",
            ValueType::YesNo,
            "egizaklardan biri",
            "из двойни или тройни",
            "one of twins or triplets",
        ),
    ],
    sources: &[Source::CivilRegistry, Source::Import],
    label: Text3::fixed("tugʻilish", "рождение", "birth"),
};

/// Listed by the Inson centre as lonely and in need of care; the list is made by the 4th of a month.
pub(super) const LONELY: FactKind = FactKind {
    code: code::LONELY,
    name: "lonely",
    owner: Owner::Person,
    many: false,
    fields: &[
        field(
            "no_close_kin",
            ValueType::YesNo,
            "yaqin qarindoshi yoʻq",
            "нет близких родственников",
            "no close relatives",
        ),
        field(
            "needs_care",
            ValueType::YesNo,
            "parvarishga muhtoj",
            "нуждается в уходе",
            "needs care",
        ),
        field(
            "listed_on",
            ValueType::Day,
            "roʻyxatga olingan kuni",
            "день включения в список",
            "day of listing",
        ),
    ],
    sources: &[Source::SocialService, Source::Import],
    label: Text3::fixed(
        "yolgʻiz va parvarishga muhtoj shaxslar roʻyxati",
        "список одиноких, нуждающихся в уходе",
        "list of lonely persons in need of care",
    ),
};

/// What a household farms, one row a farm (SPDCI farmer registry, `Farmer` and `FarmInfo`).
pub(super) const FARM: FactKind = FactKind {
    code: code::FARM,
    name: "farm",
    owner: Owner::Person,
    many: true,
    fields: &[
        field(
            "land_ares",
            ValueType::Integer,
            "yer maydoni (sotix)",
            "площадь земли (соток)",
            "land (ares)",
        ),
        field(
            "cattle",
            ValueType::Integer,
            "qoramol (bosh)",
            "крупный рогатый скот (голов)",
            "cattle (head)",
        ),
    ],
    sources: &[Source::FarmerRegistry, Source::Import],
    label: Text3::fixed(
        "dehqon va fermer xoʻjaligi",
        "дехканское и фермерское хозяйство",
        "farm",
    ),
};

/// What social insurance pays instead of a wage, by its branch (ILO C102) and month. The tax authority may
/// tell the same money as a wage: a pack that reads both says which one counts.
pub(super) const INSURANCE_PAYMENT: FactKind = FactKind {
    code: code::INSURANCE_PAYMENT,
    name: "insurance_payment",
    owner: Owner::Person,
    many: true,
    fields: &[
        field(
            "branch",
            ValueType::Code(&["sickness", "maternity", "unemployment", "employment_injury"]),
            "sugʻurta turi",
            "вид страхования",
            "branch of insurance",
        ),
        field("month", ValueType::Month, "oy", "месяц", "month"),
        field("amount", ValueType::Money, "summa", "сумма", "amount"),
    ],
    sources: &[Source::SocialInsurance, Source::Import],
    label: Text3::fixed(
        "ijtimoiy sugʻurta toʻlovi",
        "выплата по социальному страхованию",
        "payment of social insurance",
    ),
};
