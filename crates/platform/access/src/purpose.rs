//! Why personal data is looked at; the citizen reads it on "who looked".

use kernel::lang::Text3;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Purpose {
    /// Taking in and following an application.
    Intake,
    /// Establishing what the law gives.
    Assessment,
    /// Looking after a case that waits.
    Casework,
    /// The home questionnaire or the conclusion of the Seven.
    Visit,
    /// Paying, returning, paying again.
    Payment,
    /// The person's own information.
    OwnInformation,
    /// Keeping the register true: births, deaths, moves.
    Registration,
    /// Figures without persons.
    Statistics,
    /// Audit and complaint.
    Oversight,
    /// Running the installation.
    Upkeep,
    /// Another system asks under its own law or agreement.
    Exchange,
}

use Purpose::*;

impl Purpose {
    pub const ALL: [Purpose; 11] = [
        Intake,
        Assessment,
        Casework,
        Visit,
        Payment,
        OwnInformation,
        Registration,
        Statistics,
        Oversight,
        Upkeep,
        Exchange,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Intake => "intake",
            Assessment => "assessment",
            Casework => "casework",
            Visit => "visit",
            Payment => "payment",
            OwnInformation => "own_information",
            Registration => "registration",
            Statistics => "statistics",
            Oversight => "oversight",
            Upkeep => "upkeep",
            Exchange => "exchange",
        }
    }

    pub fn from_name(name: &str) -> Option<Purpose> {
        Purpose::ALL
            .into_iter()
            .find(|purpose| purpose.name() == name)
    }

    pub fn label(self) -> Text3 {
        let (uz, ru, en) = match self {
            Intake => (
                "Ariza qabul qilish",
                "Приём заявления",
                "Taking in an application",
            ),
            Assessment => (
                "Huquqni aniqlash",
                "Определение права",
                "Establishing the right",
            ),
            Casework => ("Ish yuritish", "Ведение дела", "Looking after the case"),
            Visit => ("Xonadonga tashrif", "Посещение на дому", "Home visit"),
            Payment => ("Toʻlov", "Выплата", "Payment"),
            OwnInformation => (
                "Shaxsning oʻz maʼlumoti",
                "Собственные сведения",
                "Own information",
            ),
            Registration => (
                "Reyestrni yuritish",
                "Ведение реестра",
                "Keeping the register",
            ),
            Statistics => ("Statistika", "Статистика", "Statistics"),
            Oversight => ("Nazorat", "Контроль", "Oversight"),
            Upkeep => (
                "Tizim xizmati",
                "Обслуживание системы",
                "Running the system",
            ),
            Exchange => (
                "Boshqa tizim soʻrovi",
                "Запрос другой системы",
                "Question of another system",
            ),
        };
        Text3::fixed(uz, ru, en)
    }

    /// The act under which data is looked at for this purpose. Titles are recalled from the acts
    /// named in the glossary, not read in the gazette.
    pub fn law(self) -> Text3 {
        let (uz, ru, en) = match self {
            Intake | Assessment | Casework | Visit => (
                "VMQ-35-son qarori, 2026 yil",
                "Постановление КМ № 35, 2026 год",
                "Cabinet resolution 35 of 2026 (PKM-35)",
            ),
            Payment => (
                "VMQ-654-son qarori, 2020 yil",
                "Постановление КМ № 654, 2020 год",
                "Cabinet resolution 654 of 2020 (PKM-654)",
            ),
            Registration => (
                "PF-258-son farmoni, 2025 yil",
                "Указ УП-258, 2025 год",
                "Decree UP-258 of 2025",
            ),
            OwnInformation | Statistics | Oversight | Upkeep | Exchange => (
                "Shaxsga doir maʼlumotlar toʻgʻrisidagi OʻRQ-547-son Qonun",
                "Закон о персональных данных ЗРУ-547",
                "Law on personal data ZRU-547",
            ),
        };
        Text3::fixed(uz, ru, en)
    }
}
