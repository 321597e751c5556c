//! What excuses each adult from work: the part of the questionnaire at home that no agency can
//! answer. The fields of an adult carry the adult's place in the family.

use casework::step::{Exemption, ExemptionReason, WorkAnswer};
use kernel::{Day, PersonId};

use super::visit::{read_day, read_past_day};
use crate::form::{Choice, Field, Problems, Typed};
use crate::i18n::T;

/// The answer that there is no reason.
const NONE: &str = "none";

/// An adult who is asked.
#[derive(Clone, Debug)]
pub struct Asked {
    pub person: PersonId,
    pub name: String,
}

/// The three fields of one adult.
#[derive(Debug)]
pub struct Question {
    pub reason: Choice,
    pub since: Field,
    pub until: Field,
}

pub fn questions(t: T, asked: &[Asked], typed: &Typed, problems: &Problems) -> Vec<Question> {
    let question = |(place, adult): (usize, &Asked)| {
        let about = |words: &str| format!("{}: {words}", adult.name);
        let day = |field, words| Field::text(of(field, place), about(words), typed, problems).day();
        Question {
            reason: Choice::new(
                of("exemption", place),
                about(t.exemption_reason()),
                options(t),
                typed,
                problems,
            ),
            since: day("exemption_since", t.exemption_since()),
            until: day("exemption_until", t.exemption_until()),
        }
    };
    asked.iter().enumerate().map(question).collect()
}

fn options(t: T) -> Vec<(String, String)> {
    let none = (NONE.to_owned(), t.exemption_none().to_owned());
    let reason = |reason: &ExemptionReason| {
        let code = reason.code();
        let words = code
            .label()
            .map_or_else(|| code.name().to_owned(), |l| t.three(l));
        (code.name().to_owned(), words)
    };
    let reasons = ExemptionReason::ALL.iter().map(reason);
    std::iter::once(none).chain(reasons).collect()
}

/// One answer of each adult, or the problems beside the fields.
pub fn read(
    t: T,
    asked: &[Asked],
    typed: &Typed,
    today: Day,
    problems: &mut Problems,
) -> Option<Vec<WorkAnswer>> {
    let answers: Vec<Option<WorkAnswer>> = asked
        .iter()
        .enumerate()
        .map(|(place, adult)| read_one(t, place, adult.person, typed, today, problems))
        .collect();
    answers.into_iter().collect()
}

fn read_one(
    t: T,
    place: usize,
    person: PersonId,
    typed: &Typed,
    today: Day,
    problems: &mut Problems,
) -> Option<WorkAnswer> {
    let field = of("exemption", place);
    let exemption = match typed.get(&field) {
        NONE => None,
        word => match word.parse::<ExemptionReason>() {
            Ok(reason) => Some(read_days(t, place, reason, typed, today, problems)?),
            Err(_) => {
                problems.add(field, t.choose_one());
                return None;
            }
        },
    };
    Some(WorkAnswer { person, exemption })
}

fn read_days(
    t: T,
    place: usize,
    reason: ExemptionReason,
    typed: &Typed,
    today: Day,
    problems: &mut Problems,
) -> Option<Exemption> {
    let since = read_past_day(t, typed, of("exemption_since", place), today, problems);
    let field = of("exemption_until", place);
    let until = if typed.get(&field).is_empty() && !reason.ends() {
        None
    } else {
        Some(read_day(t, typed, field.clone(), problems)?)
    };
    let since = since?;
    if until.is_some_and(|until| until < since) {
        problems.add(field, t.exemption_ends_first());
        return None;
    }
    Some(Exemption {
        reason,
        since,
        until,
    })
}

fn of(field: &str, place: usize) -> String {
    format!("{field}-{place}")
}

#[cfg(test)]
mod tests {
    use kernel::Lang;

    use super::*;

    /// What is read of one adult's fields on 4 February 2026, or the fields with a problem.
    fn check(fields: &[(&str, &str)], expected: Result<Option<&str>, &[&str]>) {
        let asked = [Asked {
            person: PersonId::from_u128(7),
            name: "Karimova Dilnoza".to_owned(),
        }];
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let typed = Typed::new(fields.iter().map(owned));
        let today = Day::parse("2026-02-04").expect("a day");
        let mut problems = Problems::none();
        let read = read(T::new(Lang::En), &asked, &typed, today, &mut problems);
        let told = |answer: &WorkAnswer| {
            let exemption = answer.exemption?;
            let until = exemption
                .until
                .map_or("-".to_owned(), |day| day.to_string());
            Some(format!("{} {} {until}", exemption.reason, exemption.since))
        };
        let wrong: Vec<&str> = problems.list().iter().map(|p| &*p.field).collect();
        match read {
            Some(answers) => {
                assert_eq!(answers[0].person, asked[0].person);
                let said = told(&answers[0]);
                assert_eq!(Ok(said.as_deref()), expected, "{fields:?}");
            }
            None => assert_eq!(Err(&wrong[..]), expected, "{fields:?}"),
        }
    }

    #[test]
    fn each_adult_names_a_reason_with_its_days_or_says_that_there_is_none() {
        let reason = |word| ("exemption-0", word);
        let since = |day| ("exemption_since-0", day);
        let until = |day| ("exemption_until-0", day);
        check(&[reason("none")], Ok(None));
        check(&[], Err(&["exemption-0"]));
        check(&[reason("laziness")], Err(&["exemption-0"]));
        let study = [
            reason("full_time_study"),
            since("2025-09-01"),
            until("2026-06-30"),
        ];
        check(&study, Ok(Some("full_time_study 2025-09-01 2026-06-30")));
        let care = [reason("care_of_disabled"), since("2026-02-04")];
        check(&care, Ok(Some("care_of_disabled 2026-02-04 -")));
        let to_come = [reason("care_of_disabled"), since("2026-02-05")];
        check(&to_come, Err(&["exemption_since-0"]));
        let endless = [reason("pregnancy"), since("2026-01-01")];
        check(&endless, Err(&["exemption_until-0"]));
        let turned = [
            reason("pregnancy"),
            since("2026-01-01"),
            until("2025-12-31"),
        ];
        check(&turned, Err(&["exemption_until-0"]));
    }
}
