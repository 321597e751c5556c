//! What somebody is to the system. An account has one role.

use kernel::lang::Text3;

use crate::Area;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Sees the own case, payments and who looked.
    Citizen,
    /// Takes in and follows applications of the own mahalla; cannot decide.
    MahallaWorker,
    /// Visits families and records what is seen.
    SocialWorker,
    /// A member of the Mahalla Seven: records its conclusion.
    SevenMember,
    /// Looks after the cases of a district that wait.
    DistrictOfficer,
    /// Appropriations, payment runs, approvals.
    Treasurer,
    /// Figures without persons.
    Analyst,
    /// Reads cases, runs and the log; changes nothing.
    Auditor,
    /// Keeps a look from the person it concerns, for a time and on a lawful ground; reads nothing
    /// else.
    SecrecyOfficer,
    /// An agency's system that sends messages.
    Partner,
    /// Runs the installation: imports, accounts, the demonstration's clock.
    Operator,
    /// The program itself: gathers, assesses, closes the month.
    System,
}

use Role::*;

impl Role {
    pub const ALL: [Role; 12] = [
        Citizen,
        MahallaWorker,
        SocialWorker,
        SevenMember,
        DistrictOfficer,
        Treasurer,
        Analyst,
        Auditor,
        SecrecyOfficer,
        Partner,
        Operator,
        System,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Citizen => "citizen",
            MahallaWorker => "mahalla_worker",
            SocialWorker => "social_worker",
            SevenMember => "seven_member",
            DistrictOfficer => "district_officer",
            Treasurer => "treasurer",
            Analyst => "analyst",
            Auditor => "auditor",
            SecrecyOfficer => "secrecy_officer",
            Partner => "partner",
            Operator => "operator",
            System => "system",
        }
    }

    pub fn from_name(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name() == name)
    }

    pub fn label(self) -> Text3 {
        let (uz, ru, en) = match self {
            Citizen => ("Fuqaro", "Гражданин", "Citizen"),
            MahallaWorker => ("Mahalla xodimi", "Работник махалли", "Mahalla worker"),
            SocialWorker => ("Ijtimoiy xodim", "Социальный работник", "Social worker"),
            SevenMember => (
                "“Mahalla yettiligi” aʼzosi",
                "Член «махаллинской семёрки»",
                "Member of the Mahalla Seven",
            ),
            DistrictOfficer => ("Tuman mutaxassisi", "Специалист района", "District officer"),
            Treasurer => ("Gʻaznachi", "Казначей", "Treasurer"),
            Analyst => ("Tahlilchi", "Аналитик", "Analyst"),
            Auditor => ("Auditor", "Аудитор", "Auditor"),
            SecrecyOfficer => (
                "Maxfiylik boʻyicha masʼul",
                "Ответственный за режим тайны",
                "Secrecy officer",
            ),
            Partner => ("Hamkor idora", "Ведомство-партнёр", "Partner agency"),
            Operator => ("Tizim operatori", "Оператор системы", "Operator"),
            System => ("Tizim", "Система", "The system"),
        };
        Text3::fixed(uz, ru, en)
    }

    /// True when an account of this role may have this territory: a mahalla worker is
    /// never given a district; a Seven may sit for several mahallas.
    pub const fn fits(self, area: Area) -> bool {
        match self {
            MahallaWorker => matches!(area, Area::Mahalla(_)),
            // One secretary may keep the conclusions of all mahallas of a district.
            SocialWorker | SevenMember => matches!(area, Area::Mahalla(_) | Area::District(_)),
            DistrictOfficer => matches!(area, Area::District(_)),
            Treasurer => !matches!(area, Area::Mahalla(_)),
            // A partner asks about whom its agreement names.
            Partner => true,
            Citizen | Analyst | Auditor | SecrecyOfficer | Operator | System => {
                matches!(area, Area::Country)
            }
        }
    }
}
