//! Kinds that the packs of Russia read: codes 60 to 76. They stand in the one
//! catalogue, in the order of their codes.

use super::catalogue::{AMOUNT, MONTH, code, field};
use super::{FactKind, Owner, Source, ValueType};
use crate::lang::Text3;

pub(super) const STUDY: FactKind = FactKind {
    code: code::STUDY,
    name: "study",
    owner: Owner::Person,
    many: false,
    fields: &[
        field(
            "full_time",
            ValueType::YesNo,
            "kunduzgi taʼlim",
            "очная форма",
            "full-time",
        ),
        field(
            "until",
            ValueType::Day,
            "tugash kuni",
            "по какой день",
            "until",
        ),
    ],
    sources: &[Source::Education, Source::Declaration, Source::Import],
    label: Text3::fixed("oʻqish", "учёба", "study"),
};

pub(super) const EXCUSED_MONTH: FactKind = FactKind {
    code: code::EXCUSED_MONTH,
    name: "excused_month",
    owner: Owner::Person,
    many: true,
    fields: &[
        MONTH,
        field(
            "reason",
            ValueType::Code(&[
                "child_care",
                "large_family",
                "single_parent",
                "study",
                "care",
                "unemployed",
                "illness",
                "pregnancy",
                "conscription",
                "prison",
            ]),
            "sababi",
            "причина",
            "reason",
        ),
    ],
    sources: &[Source::PensionFund, Source::Declaration, Source::Import],
    label: Text3::fixed(
        "uzrli sababli daromadsiz oylar",
        "месяцы без дохода по уважительной причине",
        "months excused from earning",
    ),
};

pub(super) const BENEFIT: FactKind = FactKind {
    code: code::BENEFIT,
    name: "benefit",
    owner: Owner::Person,
    many: true,
    fields: &[
        field(
            "kind",
            ValueType::Code(&[
                "monthly_cash",
                "social_set",
                "regional_monthly",
                "phone",
                "housing",
                "transport",
                "unified_benefit",
                "care_pay",
                "parental_glory",
                "maternity_capital",
                "social_contract",
                "one_off",
                "tax_refund",
                "aid_compensation",
            ]),
            "turi",
            "вид",
            "kind",
        ),
        MONTH,
        AMOUNT,
    ],
    sources: &[Source::PensionFund, Source::Import],
    label: Text3::fixed(
        "ijtimoiy qoʻllab-quvvatlash choralari",
        "меры социальной поддержки",
        "social support held",
    ),
};

pub(super) const DEPOSIT_INTEREST: FactKind = FactKind {
    code: code::DEPOSIT_INTEREST,
    name: "deposit_interest",
    owner: Owner::Person,
    many: true,
    fields: &[
        field("year", ValueType::Integer, "yili", "год", "year"),
        AMOUNT,
        field(
            "ward_account",
            ValueType::YesNo,
            "vasiylikdagining nominal hisobi",
            "номинальный счёт подопечного",
            "account of a ward",
        ),
    ],
    sources: &[Source::Tax, Source::Import],
    label: Text3::fixed(
        "omonatlar boʻyicha foizlar",
        "проценты по вкладам",
        "interest on deposits",
    ),
};

pub(super) const REAL_ESTATE: FactKind = FactKind {
    code: code::REAL_ESTATE,
    name: "real_estate",
    owner: Owner::Person,
    many: true,
    fields: &[
        field(
            "use",
            ValueType::Code(&[
                "flat",
                "house",
                "dacha",
                "garage",
                "nonresidential",
                "land_town",
                "land_rural",
            ]),
            "turi",
            "вид",
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
        field(
            "share_percent",
            ValueType::Integer,
            "ulushi, foiz",
            "доля, процентов",
            "share, per cent",
        ),
        field(
            "unfit",
            ValueType::YesNo,
            "yashashga yaroqsiz deb topilgan",
            "признано непригодным",
            "found unfit to live in",
        ),
    ],
    sources: &[Source::Cadastre, Source::Import],
    label: Text3::fixed(
        "koʻchmas mulk va ulushlar",
        "недвижимость и доли",
        "real estate and shares",
    ),
};

pub(super) const TRANSPORT: FactKind = FactKind {
    code: code::TRANSPORT,
    name: "transport",
    owner: Owner::Person,
    many: true,
    fields: &[
        field(
            "kind",
            ValueType::Code(&["car", "motorcycle", "boat", "machine"]),
            "turi",
            "вид",
            "kind",
        ),
        field(
            "plate",
            ValueType::Text,
            "davlat raqami",
            "госномер",
            "plate",
        ),
        field(
            "made_year",
            ValueType::Integer,
            "ishlab chiqarilgan yili",
            "год выпуска",
            "year made",
        ),
        field(
            "power_hp",
            ValueType::Integer,
            "quvvati, ot kuchi",
            "мощность, л. с.",
            "power, hp",
        ),
        field(
            "support_granted",
            ValueType::YesNo,
            "davlat tomonidan berilgan",
            "получен как мера поддержки",
            "granted as support",
        ),
    ],
    sources: &[Source::Vehicles, Source::Import],
    label: Text3::fixed(
        "transport va texnika",
        "транспорт и техника",
        "vehicles and machines",
    ),
};

pub(super) const PENSION_RIGHT: FactKind = FactKind {
    code: code::PENSION_RIGHT,
    name: "pension_right",
    owner: Owner::Person,
    many: false,
    fields: &[
        field(
            "service_years",
            ValueType::Integer,
            "sugʻurta staji, yil",
            "страховой стаж, лет",
            "insured service, years",
        ),
        field(
            "points_milli",
            ValueType::Integer,
            "pensiya koeffitsiyenti, mingdan",
            "пенсионный коэффициент, тысячных",
            "pension points, thousandths",
        ),
        field(
            "late_years",
            ValueType::Integer,
            "kechiktirib murojaat, toʻliq yil",
            "отсрочка обращения, полных лет",
            "full years of a late claim",
        ),
        field(
            "dependants",
            ValueType::Integer,
            "qaramogʻidagilar",
            "иждивенцы",
            "dependants",
        ),
        field(
            "north",
            ValueType::Code(&["none", "far_north", "equated"]),
            "Uzoq Shimol staji",
            "северный стаж",
            "northern service",
        ),
        field("working", ValueType::YesNo, "ishlaydi", "работает", "works"),
    ],
    sources: &[Source::PensionFund, Source::Import],
    label: Text3::fixed(
        "sugʻurta pensiyasi huquqlari",
        "пенсионные права",
        "pension rights",
    ),
};

pub(super) const PENSION_SAVING: FactKind = FactKind {
    code: code::PENSION_SAVING,
    name: "pension_saving",
    owner: Owner::Person,
    many: true,
    fields: &[
        field(
            "part",
            ValueType::Code(&["funded", "cofinanced", "voluntary"]),
            "qismi",
            "часть",
            "part",
        ),
        field("balance", ValueType::Money, "qoldiq", "остаток", "balance"),
        field(
            "months",
            ValueType::Integer,
            "tanlangan toʻlov davri, oy",
            "выбранный срок выплаты, месяцев",
            "chosen months of payment",
        ),
    ],
    sources: &[Source::PensionFund, Source::Import],
    label: Text3::fixed(
        "pensiya jamgʻarmalari",
        "пенсионные накопления",
        "pension savings",
    ),
};

pub(super) const MEDICAL_INSURANCE: FactKind = FactKind {
    code: code::MEDICAL_INSURANCE,
    name: "medical_insurance",
    owner: Owner::Person,
    many: false,
    fields: &[
        field("additional", ValueType::YesNo, "bor", "есть", "held"),
        field(
            "insurer",
            ValueType::Text,
            "sugʻurtachi",
            "страховщик",
            "insurer",
        ),
        field(
            "until",
            ValueType::Day,
            "tugash kuni",
            "по какой день",
            "until",
        ),
    ],
    sources: &[
        Source::VoluntaryInsurer,
        Source::Declaration,
        Source::Import,
    ],
    label: Text3::fixed(
        "qoʻshimcha tibbiy sugʻurta",
        "дополнительное медицинское страхование",
        "additional medical insurance",
    ),
};

pub(super) const CORPORATE_PENSION: FactKind = FactKind {
    code: code::CORPORATE_PENSION,
    name: "corporate_pension",
    owner: Owner::Person,
    many: true,
    fields: &[
        MONTH,
        AMOUNT,
        field("payer", ValueType::Text, "toʻlovchi", "плательщик", "payer"),
    ],
    sources: &[
        Source::NonStatePensionFund,
        Source::PensionFund,
        Source::Declaration,
        Source::Import,
    ],
    label: Text3::fixed(
        "korporativ pensiya",
        "корпоративная пенсия",
        "corporate pension",
    ),
};

pub(super) const MARITAL: FactKind = FactKind {
    code: code::MARITAL,
    name: "marital",
    owner: Owner::Person,
    many: false,
    fields: &[field(
        "status",
        ValueType::Code(&["single", "married", "divorced", "widowed"]),
        "holati",
        "статус",
        "status",
    )],
    sources: &[Source::CivilRegistry, Source::Declaration, Source::Import],
    label: Text3::fixed("oilaviy holati", "семейное положение", "marital status"),
};

pub(super) const SERVICE_RECORD: FactKind = FactKind {
    code: code::SERVICE_RECORD,
    name: "service_record",
    owner: Owner::Person,
    many: false,
    fields: &[
        field(
            "force",
            ValueType::Code(&["none", "military", "interior"]),
            "tuzilma",
            "ведомство",
            "force",
        ),
        field(
            "retired",
            ValueType::YesNo,
            "isteʼfoda",
            "в отставке",
            "retired",
        ),
    ],
    sources: &[Source::PensionFund, Source::Import],
    label: Text3::fixed("davlat xizmati", "государственная служба", "public service"),
};

pub(super) const CIRCUMSTANCE: FactKind = FactKind {
    code: code::CIRCUMSTANCE,
    name: "circumstance",
    owner: Owner::Person,
    many: true,
    fields: &[
        field(
            "kind",
            ValueType::Code(&[
                "loss_of_self_care",
                "disabled_member",
                "child_adaptation",
                "no_carer",
                "family_conflict",
                "no_home",
                "no_means",
                "regional",
            ]),
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
    ],
    sources: &[Source::Visit, Source::Declaration, Source::Import],
    label: Text3::fixed(
        "ijtimoiy xizmatga muhtojlik holatlari",
        "обстоятельства нуждаемости",
        "circumstances of need",
    ),
};

pub(super) const SERVICE_REQUEST: FactKind = FactKind {
    code: code::SERVICE_REQUEST,
    name: "service_request",
    owner: Owner::Person,
    many: false,
    fields: &[
        field(
            "form",
            ValueType::Code(&["home", "semi_residential", "residential"]),
            "shakli",
            "форма",
            "form",
        ),
        field(
            "emergency",
            ValueType::YesNo,
            "favqulodda vaziyat, qurolli nizo",
            "чрезвычайная ситуация, конфликт",
            "emergency or armed conflict",
        ),
        field(
            "tariff",
            ValueType::Money,
            "oylik tarif",
            "тариф за месяц",
            "tariff a month",
        ),
    ],
    sources: &[Source::Declaration, Source::Import],
    label: Text3::fixed(
        "soʻralgan ijtimoiy xizmat",
        "запрошенное социальное обслуживание",
        "social service asked for",
    ),
};

pub(super) const CONTRACT_PLAN: FactKind = FactKind {
    code: code::CONTRACT_PLAN,
    name: "contract_plan",
    owner: Owner::Person,
    many: false,
    fields: &[
        field(
            "measure",
            ValueType::Code(&["job", "training", "business", "farm", "hardship"]),
            "chora",
            "мероприятие",
            "measure",
        ),
        field(
            "cost",
            ValueType::Money,
            "dastur boʻyicha xarajat",
            "расходы по программе",
            "cost by the plan",
        ),
        field(
            "agreed",
            ValueType::YesNo,
            "dastur kelishilgan",
            "программа согласована",
            "plan agreed",
        ),
        field(
            "beyond_control",
            ValueType::YesNo,
            "kambagʻallik oilaga bogʻliq boʻlmagan sababdan",
            "бедность по независящим причинам",
            "poor for reasons beyond control",
        ),
    ],
    sources: &[Source::Declaration, Source::Import],
    label: Text3::fixed(
        "ijtimoiy shartnoma dasturi",
        "программа социального контракта",
        "plan of a social contract",
    ),
};

pub(super) const PREGNANCY: FactKind = FactKind {
    code: code::PREGNANCY,
    name: "pregnancy",
    owner: Owner::Person,
    many: false,
    fields: &[
        field(
            "weeks",
            ValueType::Integer,
            "muddati, hafta",
            "срок, недель",
            "weeks",
        ),
        field(
            "registered_weeks",
            ValueType::Integer,
            "hisobga turgan haftasi",
            "поставлена на учёт, недель",
            "registered in week",
        ),
    ],
    sources: &[Source::HealthInsurance, Source::Declaration, Source::Import],
    label: Text3::fixed("homiladorlik", "беременность", "pregnancy"),
};

pub(super) const ABSENCE: FactKind = FactKind {
    code: code::ABSENCE,
    name: "absence",
    owner: Owner::Person,
    many: false,
    fields: &[field(
        "kind",
        ValueType::Code(&["none", "prison", "conscript", "state_care"]),
        "sababi",
        "причина",
        "reason",
    )],
    sources: &[Source::Declaration, Source::Import],
    label: Text3::fixed(
        "oila tarkibida hisobga olinmaslik sababi",
        "причина исключения из состава семьи",
        "reason not to be counted",
    ),
};
