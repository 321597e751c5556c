//! The one table: who may do what, how far. What does not stand here is denied.

use crate::Action::{self, *};
use crate::Role::{self, *};
use Reach::*;

/// How far a role's right goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Not at all.
    Never,
    /// What concerns the person of the account.
    Own,
    /// What lies in the territory of the account.
    Within,
    /// The whole country.
    Everywhere,
}

/// Rows in the order of the work; each action once.
pub const TABLE: [(Action, &[(Role, Reach)]); 34] = [
    (LodgeApplication, &[(Citizen, Own), (MahallaWorker, Within)]),
    (
        FollowApplications,
        &[(MahallaWorker, Within), (DistrictOfficer, Within)],
    ),
    (ReadOwnCase, &[(Citizen, Own)]),
    (ReadOwnPayments, &[(Citizen, Own)]),
    (
        ReadCase,
        &[
            (SocialWorker, Within),
            (SevenMember, Within),
            (DistrictOfficer, Within),
            (Auditor, Everywhere),
        ],
    ),
    (
        ReadWaitingCases,
        &[
            (SocialWorker, Within),
            (SevenMember, Within),
            (DistrictOfficer, Within),
        ],
    ),
    (RecordVisit, &[(SocialWorker, Within)]),
    (RecordConclusion, &[(SevenMember, Within)]),
    (ConfirmRenewal, &[(Citizen, Own), (MahallaWorker, Within)]),
    (
        ReadRun,
        &[
            (Treasurer, Within),
            (Auditor, Everywhere),
            (System, Everywhere),
        ],
    ),
    (BuildRun, &[(Treasurer, Within), (System, Everywhere)]),
    (ApproveRun, &[(Treasurer, Within)]),
    (CloseBankLine, &[(Treasurer, Within)]),
    (
        MendAccount,
        &[
            (Citizen, Own),
            (SocialWorker, Within),
            (DistrictOfficer, Within),
        ],
    ),
    (PlanRecovery, &[(DistrictOfficer, Within)]),
    (StopAccountChange, &[(Citizen, Own)]),
    (GiveConsent, &[(Citizen, Own)]),
    (SetAppropriation, &[(Treasurer, Within)]),
    (
        ReadFigures,
        &[
            (DistrictOfficer, Within),
            (Treasurer, Within),
            (Analyst, Everywhere),
            (Auditor, Everywhere),
        ],
    ),
    (
        SendCivilEvent,
        &[(Partner, Everywhere), (System, Everywhere)],
    ),
    (SearchRegister, &[(Partner, Within)]),
    (LinkAccount, &[(Partner, Within)]),
    (HandOverPayments, &[(Partner, Within)]),
    (
        ImportRegister,
        &[(Operator, Everywhere), (System, Everywhere)],
    ),
    (
        AssessRegister,
        &[(Operator, Everywhere), (System, Everywhere)],
    ),
    (StepClock, &[(Operator, Everywhere)]),
    (
        ManageAccounts,
        &[(Operator, Everywhere), (System, Everywhere)],
    ),
    (
        ReadAccessLog,
        &[(Citizen, Own), (Auditor, Everywhere), (System, Everywhere)],
    ),
    (
        ReadSecurityEvents,
        &[
            (Auditor, Everywhere),
            (Operator, Everywhere),
            (System, Everywhere),
        ],
    ),
    (DelayDisclosure, &[(SecrecyOfficer, Everywhere)]),
    (GatherFacts, &[(System, Everywhere)]),
    (AssessCase, &[(System, Everywhere)]),
    (CloseMonth, &[(System, Everywhere)]),
    (SettleRun, &[(System, Everywhere)]),
];

/// How far `role` may do `action`.
pub fn reach(role: Role, action: Action) -> Reach {
    TABLE
        .iter()
        .filter(|(listed, _)| *listed == action)
        .flat_map(|(_, rights)| rights.iter())
        .find(|(listed, _)| *listed == role)
        .map_or(Never, |(_, reach)| *reach)
}

/// The table as text, a column a role: reviewed as a document, and held by a
/// test (`access-matrix.txt`).
pub fn matrix() -> String {
    let width = Action::ALL
        .iter()
        .map(|a| a.name().len())
        .max()
        .unwrap_or(0);
    let mut text = format!("{:width$}", "");
    for role in Role::ALL {
        text.push_str("  ");
        text.push_str(role.name());
    }
    for action in Action::ALL {
        text.push_str(&format!("\n{:width$}", action.name()));
        for role in Role::ALL {
            let word = match reach(role, action) {
                Never => "-",
                Own => "own",
                Within => "within",
                Everywhere => "all",
            };
            text.push_str(&format!("  {word:w$}", w = role.name().len()));
        }
    }
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n") + "\n"
}
