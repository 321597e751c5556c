//! Where facts come from.

use serde::{Deserialize, Serialize};

use crate::lang::Text3;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    CivilRegistry,
    Tax,
    Employment,
    Cadastre,
    Vehicles,
    PensionFund,
    Bank,
    Disability,
    Visit,
    MahallaSeven,
    Declaration,
    Import,
    HealthInsurance,
    Education,
    NonStatePensionFund,
    VoluntaryInsurer,
    SocialService,
    Institutions,
    MahallaCommission,
    Programmes,
    RegionalAid,
    FarmerRegistry,
    SocialInsurance,
}

impl Source {
    pub const ALL: [Source; 23] = [
        Source::CivilRegistry,
        Source::Tax,
        Source::Employment,
        Source::Cadastre,
        Source::Vehicles,
        Source::PensionFund,
        Source::Bank,
        Source::Disability,
        Source::Visit,
        Source::MahallaSeven,
        Source::Declaration,
        Source::Import,
        Source::HealthInsurance,
        Source::Education,
        Source::NonStatePensionFund,
        Source::VoluntaryInsurer,
        Source::SocialService,
        Source::Institutions,
        Source::MahallaCommission,
        Source::Programmes,
        Source::RegionalAid,
        Source::FarmerRegistry,
        Source::SocialInsurance,
    ];

    /// As it stands in the database; never reused. 20 to 29 are those of Uzbekistan alone.
    pub const fn code(self) -> u8 {
        match self {
            Source::CivilRegistry => 1,
            Source::Tax => 2,
            Source::Employment => 3,
            Source::Cadastre => 4,
            Source::Vehicles => 5,
            Source::PensionFund => 6,
            Source::Bank => 7,
            Source::Disability => 8,
            Source::Visit => 9,
            Source::MahallaSeven => 10,
            Source::Declaration => 11,
            Source::Import => 12,
            Source::HealthInsurance => 13,
            Source::Education => 14,
            Source::NonStatePensionFund => 15,
            Source::VoluntaryInsurer => 16,
            Source::FarmerRegistry => 17,
            Source::SocialInsurance => 18,
            Source::SocialService => 20,
            Source::Institutions => 21,
            Source::MahallaCommission => 22,
            Source::Programmes => 23,
            Source::RegionalAid => 24,
        }
    }

    pub fn from_code(code: u8) -> Option<Source> {
        Source::ALL.into_iter().find(|source| source.code() == code)
    }

    pub const fn name(self) -> &'static str {
        match self {
            Source::CivilRegistry => "civil_registry",
            Source::Tax => "tax",
            Source::Employment => "employment",
            Source::Cadastre => "cadastre",
            Source::Vehicles => "vehicles",
            Source::PensionFund => "pension_fund",
            Source::Bank => "bank",
            Source::Disability => "disability",
            Source::Visit => "visit",
            Source::MahallaSeven => "mahalla_seven",
            Source::Declaration => "declaration",
            Source::Import => "import",
            Source::HealthInsurance => "health_insurance",
            Source::Education => "education",
            Source::NonStatePensionFund => "non_state_pension_fund",
            Source::VoluntaryInsurer => "voluntary_insurer",
            Source::SocialService => "social_service",
            Source::Institutions => "institutions",
            Source::MahallaCommission => "mahalla_commission",
            Source::Programmes => "programmes",
            Source::RegionalAid => "regional_aid",
            Source::FarmerRegistry => "farmer_registry",
            Source::SocialInsurance => "social_insurance",
        }
    }

    pub fn named(name: &str) -> Option<Source> {
        Source::ALL.into_iter().find(|source| source.name() == name)
    }

    pub const fn label(self) -> Text3 {
        match self {
            Source::CivilRegistry => Text3::fixed("FHDYO organi", "органы ЗАГС", "civil registry"),
            Source::Tax => Text3::fixed("soliq organi", "налоговая служба", "tax authority"),
            Source::Employment => {
                Text3::fixed("bandlik organi", "служба занятости", "employment service")
            }
            Source::Cadastre => Text3::fixed("kadastr agentligi", "кадастр", "cadastre"),
            Source::Vehicles => Text3::fixed(
                "yoʻl harakati xavfsizligi xizmati",
                "служба безопасности дорожного движения",
                "vehicle register",
            ),
            Source::PensionFund => {
                // The system itself, as the law calls it; so do the next ones.
                Text3::fixed(
                    "pensiya jamgʻarmasining shaxsiy hisobvaraqlari",
                    "индивидуальные лицевые счета пенсионного фонда",
                    "individual accounts of the pension fund",
                )
            }
            Source::Bank => Text3::fixed("banklar", "банки", "banks"),
            Source::Disability => Text3::fixed(
                "nogironligi boʻlgan shaxslar reyestri",
                "реестр инвалидов",
                "register of disabled persons",
            ),
            Source::Visit => Text3::fixed(
                "uyga tashrif soʻrovnomasi",
                "опросник при посещении дома",
                "home visit questionnaire",
            ),
            Source::MahallaSeven => Text3::fixed(
                "mahalla yettiligi xulosasi",
                "заключение махаллинской семёрки",
                "conclusion of the Mahalla Seven",
            ),
            Source::Declaration => Text3::fixed(
                "ariza beruvchining bayonoti",
                "заявление семьи",
                "the family's own statement",
            ),
            Source::Import => Text3::fixed(
                "koʻchirilgan maʼlumot",
                "перенесённые данные",
                "imported data",
            ),
            Source::HealthInsurance => Text3::fixed(
                "majburiy tibbiy sugʻurta jamgʻarmasi",
                "фонд обязательного медицинского страхования",
                "compulsory medical insurance fund",
            ),
            Source::Education => Text3::fixed(
                "taʼlim tizimi",
                "система учёта обучающихся",
                "register of pupils and students",
            ),
            Source::NonStatePensionFund => Text3::fixed(
                "nodavlat pensiya jamgʻarmasi",
                "негосударственный пенсионный фонд",
                "non-state pension fund",
            ),
            Source::VoluntaryInsurer => Text3::fixed(
                "ixtiyoriy tibbiy sugʻurtachi",
                "страховщик добровольного медицинского страхования",
                "voluntary medical insurer",
            ),
            Source::SocialService => Text3::fixed(
                "ijtimoiy xizmatlar oluvchilar reyestri («Inson» markazi)",
                "регистр получателей социальных услуг (центр «Инсон»)",
                "register of recipients of social services (Inson centre)",
            ),
            Source::Institutions => Text3::fixed(
                "muassasalar reyestri",
                "реестр учреждений",
                "register of institutions",
            ),
            Source::MahallaCommission => Text3::fixed(
                "mahalla komissiyasi",
                "махаллинская комиссия",
                "mahalla commission",
            ),
            Source::Programmes => Text3::fixed(
                "ijtimoiy toʻlovlar reyestri",
                "реестр социальных выплат",
                "register of social payments",
            ),
            Source::RegionalAid => Text3::fixed(
                "hududiy manzilli ijtimoiy yordam tizimi",
                "региональная система адресной социальной помощи",
                "regional system of targeted social assistance",
            ),
            Source::FarmerRegistry => Text3::fixed(
                "fermerlar va dehqonlar reyestri",
                "реестр фермерских и дехканских хозяйств",
                "register of farmers",
            ),
            Source::SocialInsurance => Text3::fixed(
                "ijtimoiy sugʻurta tizimi",
                "система социального страхования",
                "social insurance",
            ),
        }
    }
}
