//! Reasons that excuse an adult from work, of those that no agency tells of: the questionnaire
//! at home asks each adult of the family, and "none" is an answer too.

use kernel::facts::{Cell, Code, FactKind, ValueType, code};
use kernel::kin::Role;
use kernel::{Day, PersonId};

use super::StepRefusal;
use crate::case::{Case, words};
use crate::fault::Result;
use crate::roster;
use crate::shelf::Shelf;

words! {
    /// Age, disability and the care of a small child are not among them: of these the civil
    /// registry and the disability register tell.
    ExemptionReason {
        CareOfDisabled = "care_of_disabled",
        FullTimeStudy = "full_time_study",
        Pregnancy = "pregnancy",
    }
}

impl ExemptionReason {
    /// Whether it is over one day that can be named now.
    pub const fn ends(self) -> bool {
        match self {
            ExemptionReason::FullTimeStudy | ExemptionReason::Pregnancy => true,
            ExemptionReason::CareOfDisabled => false,
        }
    }

    /// As the catalogue of facts holds it: its name and its words.
    pub fn code(self) -> Code {
        let kind = kind();
        let column = kind.field("reason").map(|at| kind.fields[at].ty);
        let Some(ValueType::Code(list)) = column else {
            unreachable!("a reason is a code, not {column:?}");
        };
        Code::of(list, self.place()).expect("a place in the list")
    }

    fn place(self) -> i64 {
        let place = kind().place("reason", self.word());
        place.expect("one of the catalogue's own reasons")
    }
}

fn kind() -> &'static FactKind {
    kernel::facts::kind(code::WORK_EXEMPTION).expect("the catalogue has exemptions")
}

/// A reason with its first and last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exemption {
    pub reason: ExemptionReason,
    pub since: Day,
    /// None when nobody can say.
    pub until: Option<Day>,
}

/// What was said of one adult: a reason, or that there is none. Of whom nothing is said the law
/// goes on knowing nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkAnswer {
    pub person: PersonId,
    pub exemption: Option<Exemption>,
}

/// Of whom the questionnaire asks: the adults of the family, where the law of the case reads
/// exemptions; nobody elsewhere.
pub fn asked_of(shelf: &Shelf, case: &Case) -> Result<Vec<PersonId>> {
    let pack = shelf.regime(&case.regime)?;
    let reads = pack.required_kinds().iter();
    if !reads
        .map(|(kind, _)| *kind)
        .any(|kind| kind == code::WORK_EXEMPTION)
    {
        return Ok(Vec::new());
    }
    adults(case)
}

fn adults(case: &Case) -> Result<Vec<PersonId>> {
    let roster = roster::of(case)?;
    let members = roster.iter().flat_map(|roster| &roster.members);
    let adults = members.filter(|member| member.role != Role::Child);
    Ok(adults.map(|adult| adult.person).collect())
}

/// Why the answers are not taken, if they are not.
pub(super) fn refusal(
    case: &Case,
    answers: &[WorkAnswer],
    asked_on: Day,
) -> Result<Option<StepRefusal>> {
    let adults = adults(case)?;
    let wrong = answers.iter().find_map(|answer| {
        if !adults.contains(&answer.person) {
            return Some(StepRefusal::NotOfFamily {
                person: answer.person,
            });
        }
        wrong_days(answer.exemption?, asked_on)
    });
    Ok(wrong)
}

fn wrong_days(exemption: Exemption, asked_on: Day) -> Option<StepRefusal> {
    let Exemption {
        reason,
        since,
        until,
    } = exemption;
    if since > asked_on {
        return Some(StepRefusal::ExemptionToCome { since, asked_on });
    }
    match until {
        Some(until) if until < since => Some(StepRefusal::ExemptionEndsFirst { since, until }),
        None if reason.ends() => Some(StepRefusal::NoEndOfExemption { reason }),
        _ => None,
    }
}

/// The rows of the fact: none says that there is no reason.
pub(super) fn rows(answer: &WorkAnswer) -> Vec<Vec<Cell>> {
    let day = |day: Day| Cell::Int(i64::from(day.0));
    let row = |exemption: Exemption| {
        vec![
            Cell::Int(exemption.reason.place()),
            day(exemption.since),
            exemption.until.map_or(Cell::Missing, day),
        ]
    };
    answer.exemption.map(row).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_stands_in_the_catalogue_with_words_for_people() {
        for reason in ExemptionReason::ALL {
            assert_eq!(reason.code().name(), reason.word());
            assert!(reason.code().label().is_some(), "{reason}");
        }
    }

    #[test]
    fn an_exemption_begins_before_it_is_told_of_and_study_and_pregnancy_end() {
        use ExemptionReason::{CareOfDisabled, FullTimeStudy, Pregnancy};
        let day = |text: &str| Day::parse(text).expect(text);
        let check = |reason, since, until: Option<&str>, expected| {
            let (since, until) = (day(since), until.map(day));
            let exemption = Exemption {
                reason,
                since,
                until,
            };
            let code = wrong_days(exemption, day("2026-02-04")).map(|wrong| wrong.code());
            assert_eq!(code, expected, "{exemption:?}");
        };
        check(CareOfDisabled, "2026-02-04", None, None);
        check(
            CareOfDisabled,
            "2026-02-05",
            None,
            Some("exemption_to_come"),
        );
        check(FullTimeStudy, "2025-09-01", Some("2026-06-30"), None);
        check(
            FullTimeStudy,
            "2025-09-01",
            None,
            Some("no_end_of_exemption"),
        );
        check(Pregnancy, "2025-12-01", None, Some("no_end_of_exemption"));
        check(Pregnancy, "2025-12-01", Some("2025-12-01"), None);
        let ended = Some("exemption_ends_first");
        check(Pregnancy, "2025-12-01", Some("2025-11-30"), ended);
    }
}
