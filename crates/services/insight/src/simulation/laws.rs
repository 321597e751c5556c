//! The two laws on one day, and a worker that decides batches under both.

use super::families::{Families, UNKNOWN_INCOME};
use kernel::{Day, UnitId};
use rules::{Batch, CaseFacts, Outcomes, Pack, Plan, PlanError, Stage};

/// What is assumed of the steps that people do (visit, conclusion).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Steps {
    /// They found nothing against any family: who has no known ground of refusal is entitled.
    Passed,
    /// They are still ahead: who needs one is not entitled yet.
    Ahead,
}

/// Why there is nothing to simulate.
#[derive(Debug, thiserror::Error)]
pub enum LawsError {
    #[error("{pack} cannot be applied on {on}: {reason}")]
    Plan {
        pack: String,
        on: Day,
        reason: PlanError,
    },
    #[error(
        "the laws assess different families: {base} assesses `{base_unit}`, {reform} \
         `{reform_unit}`; a snapshot holds one kind"
    )]
    Units {
        base: String,
        base_unit: String,
        reform: String,
        reform_unit: String,
    },
}

/// Base and reform on a day, as if every family had applied on it.
#[derive(Debug)]
pub struct Laws {
    pub base: Law,
    pub reform: Law,
}

/// One law and the case that it decides.
#[derive(Debug)]
pub struct Law {
    pub plan: Plan,
    case: CaseFacts,
}

impl Law {
    fn new(pack: &Pack, on: Day, steps: Steps) -> Result<Law, LawsError> {
        Ok(Law {
            plan: plan(pack, on, steps)?,
            case: CaseFacts {
                stage: Stage::PreAssessment,
                ..pack.application(on)
            },
        })
    }
}

impl Laws {
    pub fn new(base: &Pack, reform: &Pack, on: Day, steps: Steps) -> Result<Laws, LawsError> {
        if base.unit() != reform.unit() {
            return Err(LawsError::Units {
                base: base.id().to_owned(),
                base_unit: base.unit().name.clone(),
                reform: reform.id().to_owned(),
                reform_unit: reform.unit().name.clone(),
            });
        }
        Ok(Laws {
            base: Law::new(base, on, steps)?,
            reform: Law::new(reform, on, steps)?,
        })
    }

    /// True when both read the same facts of the same case, so that a family is read once.
    pub fn read_alike(&self) -> bool {
        let fits = Batch::new(&self.base.plan).fits(&self.reform.plan);
        fits && self.base.case == self.reform.case
    }

    /// A worker for both laws.
    pub fn worker(&self) -> Worker<'_> {
        let mut worker = Worker::new(&self.base, Some(&self.reform));
        if !self.read_alike() {
            worker.apart = Some(Batch::new(&self.reform.plan));
        }
        worker
    }
}

fn plan(pack: &Pack, on: Day, steps: Steps) -> Result<Plan, LawsError> {
    let planned = match steps {
        Steps::Passed => pack.with_steps_passed().plan(on),
        Steps::Ahead => pack.plan(on),
    };
    planned.map_err(|reason| LawsError::Plan {
        pack: pack.id().to_owned(),
        on,
        reason,
    })
}

/// One thread's batches, kept and refilled.
#[derive(Debug)]
pub struct Worker<'a> {
    base: &'a Law,
    /// Nothing for a pass that decides one law alone, as the base.
    reform: Option<&'a Law>,
    batch: Batch,
    /// Only when the reform reads other facts, or reads them otherwise.
    apart: Option<Batch>,
    outcomes: [Outcomes; 2],
    waiting: Vec<Waiting>,
}

#[derive(Debug, Clone, Copy)]
struct Waiting {
    unit: UnitId,
    district: u32,
    weight: Option<f64>,
}

impl<'a> Worker<'a> {
    /// `reform` must read alike.
    pub(super) fn new(base: &'a Law, reform: Option<&'a Law>) -> Worker<'a> {
        Worker {
            base,
            reform,
            batch: Batch::new(&base.plan),
            apart: None,
            outcomes: [Outcomes::new(), Outcomes::new()],
            waiting: Vec::new(),
        }
    }

    /// A family to decide, as its packed portrait. A weight is given to all or to none.
    pub fn push(&mut self, unit: UnitId, district: u32, weight: Option<f64>, portrait: &[u8]) {
        // A damaged portrait leaves a batch as it was; `decide` sees that it is not there.
        let _ = self.batch.push(portrait, &self.base.case);
        if let (Some(apart), Some(reform)) = (&mut self.apart, self.reform) {
            let _ = apart.push(portrait, &reform.case);
        }
        self.expect(unit, district, weight);
    }

    /// The batch and its case, for who fills it whole; each family is to be announced too.
    pub(super) fn batch(&mut self) -> (&mut Batch, &CaseFacts) {
        (&mut self.batch, &self.base.case)
    }

    /// Announces a family, in the order of the batch.
    pub(super) fn expect(&mut self, unit: UnitId, district: u32, weight: Option<f64>) {
        self.waiting.push(Waiting {
            unit,
            district,
            weight,
        });
    }

    /// Decides all that wait and adds their rows.
    pub fn decide(&mut self, families: &mut Families) {
        let [base, other] = &mut self.outcomes;
        self.base.plan.decide(&self.batch, base);
        if let Some(reform) = self.reform {
            let batch = self.apart.as_ref().unwrap_or(&self.batch);
            reform.plan.decide(batch, other);
        }
        let by_income = self.base.plan.pack().ranks_by_money();
        let base_names = Names::of(&self.base.plan);
        let reform = self.reform.map(|reform| Names::of(&reform.plan));
        let (mut of_base, mut of_other) = (0, 0);
        for waiting in &self.waiting {
            let is = |outcomes: &Outcomes, at: usize| {
                at < outcomes.len() && outcomes.unit(at) == waiting.unit
            };
            let in_base = is(base, of_base);
            let in_other = reform.is_some() && is(other, of_other);
            if in_base && (in_other || reform.is_none()) {
                let income = base.per_capita_minor(of_base).filter(|_| by_income);
                families.per_capita.push(income.unwrap_or(UNKNOWN_INCOME));
                let people = u16::try_from(base.members(of_base));
                families.people.push(people.unwrap_or(u16::MAX));
                families.district.push(waiting.district);
                families.weights.extend(waiting.weight);
                families.base.push(base, of_base, &base_names);
                if let Some(names) = &reform {
                    families.reform.push(other, of_other, names);
                }
            } else {
                families.malformed += 1;
            }
            of_base += usize::from(in_base);
            of_other += usize::from(in_other);
        }
        self.waiting.clear();
        self.batch.clear();
        if let Some(apart) = &mut self.apart {
            apart.clear();
        }
    }
}

/// Programmes of a pack by their place.
pub(super) struct Names<'a> {
    pub plan: &'a Plan,
    programmes: Vec<&'a str>,
}

impl<'a> Names<'a> {
    fn of(plan: &'a Plan) -> Names<'a> {
        let programmes = plan.pack().programmes();
        Names {
            plan,
            programmes: programmes.map(|one| one.id.as_str()).collect(),
        }
    }

    /// One more than the place; 0 for none.
    pub(super) fn place(&self, outcomes: &Outcomes, at: usize) -> u8 {
        let name = outcomes.programme(at);
        let found = name.and_then(|name| self.programmes.iter().position(|one| *one == name));
        found.map_or(0, |place| place as u8 + 1)
    }
}
