//! What can be asked of the system. A route or a command names one. A name that
//! stands in a log is never taken away or given another meaning.

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    LodgeApplication,
    FollowApplications,
    ReadOwnCase,
    ReadOwnPayments,
    ReadCase,
    ReadWaitingCases,
    RecordVisit,
    RecordConclusion,
    ConfirmRenewal,
    ReadRun,
    BuildRun,
    ApproveRun,
    /// A line of a bank that fits nothing is looked into by a person, and closed with a note.
    CloseBankLine,
    MendAccount,
    /// The recovery of what a person was paid too much is planned, or waived, with a note.
    PlanRecovery,
    /// A person says no to a change of the own account.
    StopAccountChange,
    /// A person gives or takes back the own consent to a question, and reads what was said.
    GiveConsent,
    SetAppropriation,
    ReadFigures,
    SendCivilEvent,
    /// A partner's system asks about persons and families.
    SearchRegister,
    /// A partner's system says to which account a person is paid, and asks for it.
    LinkAccount,
    /// A partner's system hands over payments and vouchers.
    HandOverPayments,
    ImportRegister,
    AssessRegister,
    StepClock,
    ManageAccounts,
    ReadAccessLog,
    /// Messages and answers that were refused, of whom and why; never what they said.
    ReadSecurityEvents,
    /// An entry of the log is shown to its person only after a day.
    DelayDisclosure,
    /// The system asks the agencies about a family.
    GatherFacts,
    /// The system applies the law to a family's facts.
    AssessCase,
    /// The system shares the month's budget and makes the awards.
    CloseMonth,
    /// The system sends orders and statements and reads the answers.
    SettleRun,
}

use Action::*;

impl Action {
    pub const ALL: [Action; 34] = [
        LodgeApplication,
        FollowApplications,
        ReadOwnCase,
        ReadOwnPayments,
        ReadCase,
        ReadWaitingCases,
        RecordVisit,
        RecordConclusion,
        ConfirmRenewal,
        ReadRun,
        BuildRun,
        ApproveRun,
        CloseBankLine,
        MendAccount,
        PlanRecovery,
        StopAccountChange,
        GiveConsent,
        SetAppropriation,
        ReadFigures,
        SendCivilEvent,
        SearchRegister,
        LinkAccount,
        HandOverPayments,
        ImportRegister,
        AssessRegister,
        StepClock,
        ManageAccounts,
        ReadAccessLog,
        ReadSecurityEvents,
        DelayDisclosure,
        GatherFacts,
        AssessCase,
        CloseMonth,
        SettleRun,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            LodgeApplication => "lodge_application",
            FollowApplications => "follow_applications",
            ReadOwnCase => "read_own_case",
            ReadOwnPayments => "read_own_payments",
            ReadCase => "read_case",
            ReadWaitingCases => "read_waiting_cases",
            RecordVisit => "record_visit",
            RecordConclusion => "record_conclusion",
            ConfirmRenewal => "confirm_renewal",
            ReadRun => "read_run",
            BuildRun => "build_run",
            ApproveRun => "approve_run",
            CloseBankLine => "close_bank_line",
            MendAccount => "mend_account",
            PlanRecovery => "plan_recovery",
            StopAccountChange => "stop_account_change",
            GiveConsent => "give_consent",
            SetAppropriation => "set_appropriation",
            ReadFigures => "read_figures",
            SendCivilEvent => "send_civil_event",
            SearchRegister => "search_register",
            LinkAccount => "link_account",
            HandOverPayments => "hand_over_payments",
            ImportRegister => "import_register",
            AssessRegister => "assess_register",
            StepClock => "step_clock",
            ManageAccounts => "manage_accounts",
            ReadAccessLog => "read_access_log",
            ReadSecurityEvents => "read_security_events",
            DelayDisclosure => "delay_disclosure",
            GatherFacts => "gather_facts",
            AssessCase => "assess_case",
            CloseMonth => "close_month",
            SettleRun => "settle_run",
        }
    }

    pub fn from_name(name: &str) -> Option<Action> {
        Action::ALL.into_iter().find(|action| action.name() == name)
    }
}
