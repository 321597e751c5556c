//! The words of codes: what a reader sees where a fact holds `old_age` or `II`.
//!
//! The same code means different things in different lists (`none` of the employed, of the
//! disabled), so a code is read together with its list.

use serde::{Serialize, Serializer};

use crate::lang::Text3;

/// One code of a closed list. Machines read its name, people its label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    list: &'static [&'static str],
    at: usize,
}

impl Code {
    /// `None` outside the list.
    pub fn of(list: &'static [&'static str], value: i64) -> Option<Code> {
        let at = usize::try_from(value).ok()?;
        (at < list.len()).then_some(Code { list, at })
    }

    pub fn name(self) -> &'static str {
        self.list[self.at]
    }

    /// `None` for a code without words: a list that was added and not yet written down here.
    pub fn label(self) -> Option<&'static Text3> {
        let words = WORDS.iter().find(|words| words.list == self.list)?;
        words.labels.get(self.at)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.name())
    }
}

struct Words {
    list: &'static [&'static str],
    labels: &'static [Text3],
}

const fn word(uz: &'static str, ru: &'static str, en: &'static str) -> Text3 {
    Text3::fixed(uz, ru, en)
}

/// Every list of codes that may be shown: those of the catalogue, then those that formulas
/// know of a case and its members.
static WORDS: &[Words] = &[
    Words {
        list: &["old_age", "disability", "survivor", "allowance"],
        labels: &[
            word(
                "yoshga doir pensiya",
                "пенсия по возрасту",
                "old-age pension",
            ),
            word(
                "nogironlik pensiyasi",
                "пенсия по инвалидности",
                "disability pension",
            ),
            word(
                "boquvchisini yoʻqotganlik pensiyasi",
                "пенсия по случаю потери кормильца",
                "survivor's pension",
            ),
            word("nafaqa", "пособие", "allowance"),
        ],
    },
    Words {
        list: &["employed", "job_seeker", "none"],
        labels: &[
            word("ishlaydi", "работает", "employed"),
            word(
                "ish izlovchi sifatida roʻyxatda turadi",
                "состоит на учёте как ищущий работу",
                "registered as a job seeker",
            ),
            word(
                "ishlamaydi va roʻyxatda turmaydi",
                "не работает и на учёте не состоит",
                "neither employed nor registered",
            ),
        ],
    },
    Words {
        list: &["dwelling", "nonresidential", "land"],
        labels: &[
            word("turar joy", "жилое помещение", "dwelling"),
            word(
                "noturar joy",
                "нежилое помещение",
                "non-residential premises",
            ),
            word("yer uchastkasi", "земельный участок", "plot of land"),
        ],
    },
    Words {
        list: &["none", "I", "II", "III", "child"],
        labels: &[
            word("nogironlik yoʻq", "инвалидности нет", "no disability"),
            word("birinchi guruh", "I группа", "group I"),
            word("ikkinchi guruh", "II группа", "group II"),
            word("uchinchi guruh", "III группа", "group III"),
            word(
                "nogironligi boʻlgan bola",
                "ребёнок с инвалидностью",
                "child with a disability",
            ),
        ],
    },
    Words {
        list: &["sickness", "maternity", "unemployment", "employment_injury"],
        labels: &[
            word(
                "vaqtincha mehnatga layoqatsizlik",
                "временная нетрудоспособность",
                "sickness",
            ),
            word(
                "homiladorlik va tugʻish",
                "беременность и роды",
                "maternity",
            ),
            word("ishsizlik", "безработица", "unemployment"),
            word(
                "ishlab chiqarishdagi jarohat",
                "производственная травма",
                "employment injury",
            ),
        ],
    },
    Words {
        list: &["alimony", "stipend", "rent", "remittance", "farm"],
        labels: &[
            word("aliment", "алименты", "alimony"),
            word("stipendiya", "стипендия", "stipend"),
            word("ijara daromadi", "доход от аренды", "income from rent"),
            word(
                "chet eldan pul oʻtkazmalari",
                "денежные переводы из-за рубежа",
                "remittances from abroad",
            ),
            word(
                "shaxsiy tomorqa daromadi",
                "доход от подсобного хозяйства",
                "income from a household plot",
            ),
        ],
    },
    Words {
        list: &[
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
        ],
        labels: &[
            word("bolalar nafaqasi", "детское пособие", "child benefit"),
            word(
                "moddiy yordam",
                "материальная помощь",
                "material assistance",
            ),
            word(
                "stajsiz keksalarga nafaqa",
                "пособие престарелым без стажа",
                "allowance of the elderly without service",
            ),
            word(
                "yolgʻiz keksalarga yordam",
                "помощь одиноким престарелым",
                "assistance of the lonely elderly",
            ),
            word(
                "parvarish qiluvchiga nafaqa",
                "пособие ухаживающему",
                "allowance of a carer",
            ),
            word(
                "boquvchisini yoʻqotganlik nafaqasi",
                "пособие по потере кормильца",
                "survivor allowance",
            ),
            word(
                "bola tugʻilganda nafaqa",
                "пособие при рождении",
                "birth grant",
            ),
            word(
                "«Saxovat va koʻmak» jamgʻarmasi",
                "фонд «Саховат ва кумак»",
                "Saxovat va koʻmak fund",
            ),
            word("ayollar daftari", "женская тетрадь", "women notebook"),
            word("yoshlar daftari", "молодёжная тетрадь", "youth notebook"),
        ],
    },
    Words {
        list: &[
            "income",
            "care",
            "birth",
            "food",
            "clothing",
            "utilities",
            "housing",
            "treatment",
            "emergency",
        ],
        labels: &[
            word("daromad", "доход", "income support"),
            word("parvarish", "уход", "care of a person"),
            word("tugʻilish", "рождение", "birth of a child"),
            word("oziq-ovqat", "продукты", "food"),
            word("kiyim", "одежда", "clothing"),
            word("kommunal toʻlovlar", "коммунальные услуги", "utilities"),
            word("uy-joy", "жильё", "housing"),
            word("davolanish", "лечение", "treatment"),
            word("favqulodda holat", "чрезвычайная ситуация", "emergency"),
        ],
    },
    Words {
        list: &[
            "child_under_3",
            "disabled_child",
            "disabled_adult",
            "elderly",
        ],
        labels: &[
            word("3 yoshgacha bola", "ребёнок до 3 лет", "child under 3"),
            word(
                "nogironligi boʻlgan bola",
                "ребёнок с инвалидностью",
                "disabled child",
            ),
            word(
                "nogironligi boʻlgan kishi",
                "взрослый с инвалидностью",
                "disabled adult",
            ),
            word("keksa kishi", "престарелый", "elderly person"),
        ],
    },
    Words {
        list: &[
            "care_of_child",
            "care_of_disabled",
            "full_time_study",
            "pregnancy",
            "disability",
            "age",
        ],
        labels: &[
            word("bola parvarishi", "уход за ребёнком", "care of a child"),
            word(
                "nogironligi boʻlgan shaxs parvarishi",
                "уход за лицом с инвалидностью",
                "care of a disabled person",
            ),
            word("kunduzgi taʼlim", "очная учёба", "full-time study"),
            word("homiladorlik", "беременность", "pregnancy"),
            word("nogironlik", "инвалидность", "disability"),
            word("yosh", "возраст", "age"),
        ],
    },
    Words {
        list: &["residential", "prison", "hospital"],
        labels: &[
            word(
                "internat muassasasi",
                "интернатное учреждение",
                "residential home",
            ),
            word(
                "jazoni oʻtash muassasasi",
                "место лишения свободы",
                "prison",
            ),
            word("shifoxona", "больница", "hospital"),
        ],
    },
    Words {
        list: &["father", "mother", "other"],
        labels: &[
            word("otasi", "отец", "father"),
            word("onasi", "мать", "mother"),
            word("boshqa boquvchi", "другой кормилец", "another breadwinner"),
        ],
    },
    Words {
        list: &["death", "missing", "prison"],
        labels: &[
            word("vafot", "смерть", "death"),
            word("bedarak yoʻqolgan", "безвестное отсутствие", "missing"),
            word("qamoq", "лишение свободы", "prison"),
        ],
    },
    Words {
        list: &["application", "migration", "reassessment", "renewal"],
        labels: &[
            word("ariza", "заявление", "application"),
            word(
                "yangi tartibga oʻtkazish",
                "перевод на новый порядок",
                "move to the new rules",
            ),
            word("qayta baholash", "переоценка", "reassessment"),
            word("uzaytirish", "продление", "renewal"),
        ],
    },
    Words {
        list: &["pre_assessment", "final"],
        labels: &[
            word(
                "dastlabki baholash",
                "предварительная оценка",
                "first assessment",
            ),
            word(
                "yakuniy baholash",
                "окончательная оценка",
                "final assessment",
            ),
        ],
    },
    Words {
        list: &["applicant", "spouse", "child", "resident"],
        labels: &[
            word("ariza beruvchi", "заявитель", "applicant"),
            word("turmush oʻrtogʻi", "супруг или супруга", "spouse"),
            word("farzand", "ребёнок", "child"),
            word("birga yashovchi", "проживающий вместе", "resident"),
        ],
    },
    Words {
        list: &["none", "own", "adopted", "ward"],
        labels: &[
            word("farzand emas", "не ребёнок семьи", "no child of the family"),
            word("oʻz farzandi", "родной ребёнок", "own child"),
            word(
                "farzandlikka olingan",
                "усыновлённый ребёнок",
                "adopted child",
            ),
            word("vasiylikdagi bola", "ребёнок под опекой", "child in care"),
        ],
    },
    Words {
        list: &["male", "female"],
        labels: &[
            word("erkak", "мужской", "male"),
            word("ayol", "женский", "female"),
        ],
    },
    Words {
        list: &[
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
        ],
        labels: &[
            word("bola parvarishi", "уход за ребёнком", "care of a child"),
            word("koʻp bolali oila", "многодетная семья", "large family"),
            word("yolgʻiz ota-ona", "единственный родитель", "single parent"),
            word("oʻqish", "учёба", "study"),
            word("parvarish", "уход", "care"),
            word("ishsiz", "безработица", "unemployed"),
            word("kasallik", "болезнь", "illness"),
            word("homiladorlik", "беременность", "pregnancy"),
            word(
                "muddatli harbiy xizmat",
                "служба по призыву",
                "conscription",
            ),
            word("qamoq", "заключение", "prison"),
        ],
    },
    Words {
        list: &[
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
        ],
        labels: &[
            word(
                "oylik pul toʻlovi",
                "ежемесячная денежная выплата",
                "monthly cash payment",
            ),
            word(
                "ijtimoiy xizmatlar toʻplami",
                "набор социальных услуг",
                "set of social services",
            ),
            word(
                "hududiy oylik toʻlov",
                "региональная ежемесячная выплата",
                "monthly payment of the region",
            ),
            word("telefon", "телефон", "phone"),
            word("uy-joy xarajatlari", "жильё", "housing"),
            word("transport xarajatlari", "транспорт", "transport"),
            word("yagona nafaqa", "единое пособие", "unified benefit"),
            word("parvarish toʻlovi", "выплата по уходу", "payment for care"),
            word(
                "ota-onalik shuhrati toʻlovi",
                "выплата «Родительская слава»",
                "Parental Glory payment",
            ),
            word(
                "onalik kapitali",
                "материнский капитал",
                "maternity capital",
            ),
            word(
                "ijtimoiy shartnoma",
                "социальный контракт",
                "social contract",
            ),
            word(
                "bir martalik toʻlov",
                "единовременная выплата",
                "one-off payment",
            ),
            word("soliq qaytarilishi", "возврат налога", "tax refund"),
            word(
                "vositalar uchun tovon",
                "компенсация за средства реабилитации",
                "compensation for aids",
            ),
        ],
    },
    Words {
        list: &[
            "flat",
            "house",
            "dacha",
            "garage",
            "nonresidential",
            "land_town",
            "land_rural",
        ],
        labels: &[
            word("kvartira", "квартира", "flat"),
            word("uy", "дом", "house"),
            word("dala hovli", "дача", "dacha"),
            word("garaj", "гараж", "garage"),
            word(
                "noturar bino",
                "нежилое помещение",
                "non-residential building",
            ),
            word("shahardagi yer", "земля в городе", "land in town"),
            word("qishloqdagi yer", "земля на селе", "rural land"),
        ],
    },
    Words {
        list: &["car", "motorcycle", "boat", "machine"],
        labels: &[
            word("avtomobil", "автомобиль", "car"),
            word("mototsikl", "мотоцикл", "motorcycle"),
            word("qayiq", "катер или лодка", "boat"),
            word(
                "oʻziyurar mashina",
                "самоходная машина",
                "self-propelled machine",
            ),
        ],
    },
    Words {
        list: &["none", "far_north", "equated"],
        labels: &[
            word("yoʻq", "нет", "none"),
            word("Uzoq Shimol", "Крайний Север", "Far North"),
            word(
                "tenglashtirilgan joylar",
                "приравненные местности",
                "equated places",
            ),
        ],
    },
    Words {
        list: &["funded", "cofinanced", "voluntary"],
        labels: &[
            word("jamgʻarib boriladigan", "накопительная", "funded"),
            word(
                "hamkorlikda moliyalashtirilgan",
                "софинансируемая",
                "co-financed",
            ),
            word("ixtiyoriy", "добровольная", "voluntary"),
        ],
    },
    Words {
        list: &["single", "married", "divorced", "widowed"],
        labels: &[
            word("turmush qurmagan", "не в браке", "single"),
            word("turmush qurgan", "в браке", "married"),
            word("ajrashgan", "в разводе", "divorced"),
            word("beva", "вдовство", "widowed"),
        ],
    },
    Words {
        list: &["none", "military", "interior"],
        labels: &[
            word("yoʻq", "нет", "none"),
            word("harbiy xizmat", "военная служба", "military service"),
            word(
                "ichki ishlar organlari",
                "органы внутренних дел",
                "interior ministry",
            ),
        ],
    },
    Words {
        list: &[
            "loss_of_self_care",
            "disabled_member",
            "child_adaptation",
            "no_carer",
            "family_conflict",
            "no_home",
            "no_means",
            "regional",
        ],
        labels: &[
            word(
                "oʻz-oʻziga xizmat qila olmaslik",
                "утрата самообслуживания",
                "loss of self-care",
            ),
            word("oilada nogiron bor", "инвалид в семье", "disabled member"),
            word(
                "bolaning moslashuvi qiyin",
                "трудности адаптации ребёнка",
                "child's trouble to adapt",
            ),
            word(
                "parvarish qiluvchi yoʻq",
                "некому ухаживать",
                "nobody to care",
            ),
            word(
                "oilaviy nizo",
                "внутрисемейный конфликт",
                "conflict in the family",
            ),
            word("uy-joysiz", "нет жилья", "no home"),
            word(
                "ish va vositasiz",
                "нет работы и средств",
                "no work and means",
            ),
            word(
                "hududiy holat",
                "региональное обстоятельство",
                "set by the region",
            ),
        ],
    },
    Words {
        list: &["home", "semi_residential", "residential"],
        labels: &[
            word("uyda", "на дому", "at home"),
            word("yarim statsionar", "полустационарная", "semi-residential"),
            word("statsionar", "стационарная", "residential"),
        ],
    },
    Words {
        list: &["job", "training", "business", "farm", "hardship"],
        labels: &[
            word("ish qidirish", "поиск работы", "job search"),
            word("oʻqish", "обучение", "training"),
            word("oʻz biznesi", "собственное дело", "own business"),
            word(
                "shaxsiy xoʻjalik",
                "личное подсобное хозяйство",
                "household farm",
            ),
            word(
                "ogʻir hayotiy vaziyat",
                "трудная ситуация",
                "hard situation",
            ),
        ],
    },
    Words {
        list: &["none", "prison", "conscript", "state_care"],
        labels: &[
            word("yoʻq", "нет", "none"),
            word("qamoq", "заключение", "prison"),
            word("muddatli harbiy xizmatda", "служит по призыву", "conscript"),
            word(
                "davlat taʼminotida",
                "на полном гособеспечении",
                "in full state care",
            ),
        ],
    },
];
