//! Keeping questions that will be answered later, none twice.

use std::collections::HashMap;

use kernel::{CaseId, Instant, Pinfl};
use store::job::{self, NewJob};
use store::{Result, Tx};
use uuid::Uuid;

use super::ask::ASK;
use super::model::{Awaited, Became, State, UnderWay};
use super::overdue::OVERDUE;
use super::store as rows;
use crate::Exchange;
use crate::connector::Connector;
use crate::gather::{Inquiry, is_by_month};

/// Attempts to ask: with waits that double up to an hour, about eight hours. Then the deadline comes.
const ASK_ATTEMPTS_MAX: i64 = 16;
/// Whoever waits looks again so long after the deadline, when the registry has been asked about it.
const GRACE_S: i64 = 60;

/// How the question about a person stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Asked; whoever waits looks again at this moment.
    Awaited {
        look_at: Instant,
    },
    Nothing,
    Refused {
        reason: String,
        again: Instant,
    },
}

impl Exchange {
    /// Keeps what is not under way already. `cases` are those that wait, by person.
    pub(crate) async fn keep(
        &self,
        tx: &mut Tx,
        inquiry: &Inquiry,
        cases: &HashMap<Pinfl, Vec<CaseId>>,
    ) -> Result<Vec<(Pinfl, Standing)>> {
        let line = &self.lines[&inquiry.agency];
        let (_, later) = line.connector.dialect.later().expect("it answers later");
        tx.alone(&format!("awaited {}", inquiry.agency.name()))
            .await?;
        let now = self.platform.clock.now();
        let under_way = rows::under_way(tx, inquiry.agency, &inquiry.persons).await?;
        let (mut standing, mut waits, mut fresh) = (Vec::new(), Vec::new(), Vec::new());
        for person in &inquiry.persons {
            let known = under_way.iter().filter(|one| one.pinfl == *person);
            match best(&line.connector, inquiry, known, now) {
                None => fresh.push(*person),
                Some((question, found)) => {
                    waits.extend(waiting(cases, *person, question));
                    standing.push((*person, found));
                }
            }
        }
        if !fresh.is_empty() {
            let question = self.question(inquiry, now, now.plus_seconds(later.within_s));
            rows::insert(tx, &question, &fresh).await?;
            job::enqueue(tx, &self.platform.ids, &jobs(&question)).await?;
            let look_at = question.deadline.plus_seconds(GRACE_S);
            for person in fresh {
                waits.extend(waiting(cases, person, question.id));
                standing.push((person, Standing::Awaited { look_at }));
            }
        }
        rows::wait_for(tx, &waits).await?;
        Ok(standing)
    }

    fn question(&self, inquiry: &Inquiry, now: Instant, deadline: Instant) -> Awaited {
        Awaited {
            id: self.platform.ids.uuid(),
            agency: inquiry.agency,
            as_of: inquiry.as_of,
            window: inquiry.window,
            legal_basis: self.lines[&inquiry.agency].connector.legal_basis.clone(),
            consent: inquiry.consent.clone(),
            issue: inquiry.issue.clone(),
            asked_at: now,
            deadline,
            prolonged: 0,
            state: State::Kept,
            sent_at: None,
            correlation: None,
        }
    }
}

fn jobs(question: &Awaited) -> [NewJob; 2] {
    let key = question.id.to_string();
    let ask = NewJob {
        attempts_max: ASK_ATTEMPTS_MAX,
        ..NewJob::new(ASK, key.clone(), "{}")
    };
    [ask, NewJob::new(OVERDUE, key, "{}").at(question.deadline)]
}

fn waiting(
    cases: &HashMap<Pinfl, Vec<CaseId>>,
    person: Pinfl,
    question: Uuid,
) -> impl Iterator<Item = (Uuid, CaseId)> {
    let cases = cases.get(&person).cloned().unwrap_or_default();
    cases.into_iter().map(move |case| (question, case))
}

/// The question that spares us another one: one under way before one that ended.
fn best<'a>(
    connector: &Connector,
    inquiry: &Inquiry,
    known: impl Iterator<Item = &'a UnderWay>,
    now: Instant,
) -> Option<(Uuid, Standing)> {
    let fits = known.filter(|one| fits(connector, inquiry, one));
    let standing = fits.filter_map(|one| {
        let standing = standing(connector, one, now)?;
        Some((one.became != Became::Awaited, one.question, standing))
    });
    let first = standing.min_by_key(|(ended, question, _)| (*ended, *question));
    first.map(|(_, question, standing)| (question, standing))
}

/// Whether its answer would be used for this question: as of an answer that is held.
fn fits(connector: &Connector, inquiry: &Inquiry, known: &UnderWay) -> bool {
    let by_month = is_by_month(inquiry.agency);
    known.as_of.plus_days(connector.valid_days) > inquiry.as_of
        && (!by_month || known.window == inquiry.window)
        && known.consent == inquiry.consent
}

fn standing(connector: &Connector, known: &UnderWay, now: Instant) -> Option<Standing> {
    match known.became {
        Became::Awaited => Some(Standing::Awaited {
            look_at: known.deadline.plus_seconds(GRACE_S),
        }),
        Became::Nothing => Some(Standing::Nothing),
        Became::Refused => {
            let settled_at = known.settled_at.unwrap_or(now);
            let again = settled_at.plus_seconds(connector.retry_after_s);
            let reason = known.reason.clone().unwrap_or_default();
            (again > now).then_some(Standing::Refused { reason, again })
        }
        Became::Told | Became::GivenUp => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Day, Month, Source};

    fn inquiry(agency: Source, as_of: i32, consent: Option<&str>) -> Inquiry {
        Inquiry {
            agency,
            as_of: Day(as_of),
            window: (Month(10), Month(12)),
            consent: consent.map(str::to_owned),
            persons: Vec::new(),
            issue: None,
        }
    }

    /// Another question about the same person is spared exactly where its answer would be used.
    #[test]
    fn a_question_spares_another_one_while_its_answer_would_hold() {
        let connector = Connector::all_at("http://127.0.0.1:9")
            .into_iter()
            .find(|one| one.agency == Source::Disability)
            .unwrap();
        let valid = connector.valid_days;
        let known = |window: (i32, i32), consent: Option<&str>| UnderWay {
            pinfl: Pinfl::make(kernel::Sex::Male, Day(3_000), 100, 1),
            question: Uuid::nil(),
            became: Became::Awaited,
            settled_at: None,
            reason: None,
            as_of: Day(1_000),
            window: (Month(window.0), Month(window.1)),
            consent: consent.map(str::to_owned),
            deadline: Instant(0),
        };
        let check = |agency, as_of, consent, known: &UnderWay, expected: bool| {
            let asked = inquiry(agency, as_of, consent);
            assert_eq!(
                fits(&connector, &asked, known),
                expected,
                "{asked:?} {known:?}"
            );
        };
        let same = known((10, 12), None);
        check(Source::Disability, 1_000, None, &same, true);
        check(Source::Disability, 1_000 + valid - 1, None, &same, true);
        check(Source::Disability, 1_000 + valid, None, &same, false);
        check(Source::Disability, 1_000, Some("c/1"), &same, false);
        let other_months = known((9, 11), None);
        check(Source::Disability, 1_000, None, &other_months, true);
        check(Source::Tax, 1_000, None, &other_months, false);
    }
}
