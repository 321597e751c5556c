//! Runs the story: at each step the clock, then people, then the machine.

use std::collections::BTreeMap;

use access::{Action, Area, Purpose, Scope, permit};
use kernel::{Instant, Money, Month, RunId};
use payments::appropriation::{self, SetLimit};
use payments::run::{self as payment_run, BuildRun, Kind};

use super::plan::{self, Action as Deed, Step};
use super::sandbox::{SandboxClient, Stepped};
use crate::daftar::Daftar;
use crate::error::{Error, Result};

/// The programmes of the two regimes, and the money of a month for so many families of the
/// district, in soums a family of the register: nearly enough, so that some have to wait.
const BUDGETS: [(&str, i64, i64); 2] = [
    ("child_benefit", 24_000, 44_000),
    ("material_assistance", 3_300, 6_000),
];

/// What is told while the story runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    Step {
        at: Instant,
        title: &'static str,
        of: usize,
        done: usize,
    },
    People(Stepped),
    Note(String),
    Difference(String),
}

/// What came of the story; the keys of its last line.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize)]
pub struct Totals {
    pub families: usize,
    pub applications: usize,
    pub awarded: usize,
    pub refused: usize,
    pub waiting_budget: usize,
    pub waiting_agency: usize,
    pub paid: u64,
    pub returned: u64,
    pub ordered_minor: i64,
    pub funded_minor: i64,
    pub credited_minor: i64,
    pub differences: usize,
    pub seconds: f64,
}

/// Plays the whole story on an empty demonstration database. The pages and interfaces of
/// `daftar` have to be served meanwhile: the sandbox's people come through them.
pub async fn run(
    daftar: &Daftar,
    sandbox: &SandboxClient,
    mut told: impl FnMut(Told) + Send,
) -> Result<Totals> {
    let started = std::time::Instant::now();
    let mut story = Story::begin(daftar, sandbox).await?;
    let steps = plan::plan();
    for (done, step) in steps.iter().enumerate() {
        let (at, title) = (step.at, step.title);
        told(Told::Step {
            at,
            title,
            of: steps.len(),
            done,
        });
        story.play(step, &mut told).await?;
    }
    let mut totals = story.end(&mut told).await?;
    totals.seconds = started.elapsed().as_secs_f64();
    Ok(totals)
}

struct Story<'a> {
    daftar: &'a Daftar,
    sandbox: &'a SandboxClient,
    district: u32,
    families: usize,
    /// What was free before each month's close.
    budgets: BTreeMap<Month, Vec<(String, Money)>>,
    totals: Totals,
}

impl<'a> Story<'a> {
    async fn begin(daftar: &'a Daftar, sandbox: &'a SandboxClient) -> Result<Story<'a>> {
        let (district, families) = sandbox.district().await?;
        let totals = Totals {
            families,
            ..Totals::default()
        };
        Ok(Story {
            daftar,
            sandbox,
            district,
            families,
            budgets: BTreeMap::new(),
            totals,
        })
    }

    async fn play(&mut self, step: &Step, told: &mut (impl FnMut(Told) + Send)) -> Result<()> {
        self.daftar.set_clock(step.at)?;
        let stepped = self.sandbox.clock(step.at).await?;
        self.totals.applications += stepped.lodged;
        told(Told::People(stepped));
        // A close meets the answers of the days before it, not those of its own night.
        if !step
            .actions
            .iter()
            .any(|deed| matches!(deed, Deed::Close(_)))
        {
            self.daftar.settle().await?;
        }
        for deed in &step.actions {
            self.act(*deed, told).await?;
        }
        self.daftar.settle().await?;
        Ok(())
    }

    async fn act(&mut self, deed: Deed, told: &mut (impl FnMut(Told) + Send)) -> Result<()> {
        match deed {
            Deed::Import => self.import(told).await,
            Deed::Close(month) => self.close(month, told).await,
            Deed::Compare(month) => self.compare(month, told).await,
            Deed::Begin(month) => {
                let opened = self.daftar.begin_month(month).await?;
                told(Told::Note(format!(
                    "{opened} families are asked about again"
                )));
                Ok(())
            }
            Deed::ChangeLaw => {
                let moved = self.daftar.change_of_law(self.daftar.today()).await?;
                let (awards, cases) = (moved.awards, moved.cases);
                told(Told::Note(format!(
                    "{awards} families and {cases} cases moved"
                )));
                Ok(())
            }
            Deed::StartRun(month) => self.start(month, Kind::Regular, told).await,
            Deed::Reissue(month) => self.start(month, Kind::Reissue, told).await,
            Deed::Collect(_) => Ok(()), // settling drives every run as far as it goes
            Deed::EndRun(month) => self.end_run(month, told).await,
        }
    }

    async fn import(&mut self, told: &mut (impl FnMut(Told) + Send)) -> Result<()> {
        let file = self.sandbox.persons().await?;
        let permit = self
            .daftar
            .permit(Action::ImportRegister, Purpose::Registration, 0)
            .await?;
        let report = registry::import::run(&self.daftar.platform, &permit, file, &mut ())
            .await
            .map_err(|e| Error::Damaged {
                what: "the register's file",
                why: e.to_string(),
            })?;
        told(Told::Note(format!(
            "{} persons taken, {} rejected",
            report.accepted, report.rejected
        )));
        self.appropriate().await
    }

    /// The money of the two months that are paid.
    async fn appropriate(&self) -> Result<()> {
        let months = [Month::new(2026, 2), Month::new(2026, 3)];
        let families = i64::try_from(self.families).unwrap_or(i64::MAX);
        let ids = &self.daftar.platform.ids;
        let mut tx = self.daftar.platform.db.begin().await?;
        for (place, month) in months.into_iter().flatten().enumerate() {
            for (programme, first, second) in BUDGETS {
                let soums = if place == 0 { first } else { second };
                let command = SetLimit {
                    id: ids.uuid(),
                    district: self.district,
                    programme: programme.to_owned(),
                    month,
                    limit: Money::from_major(soums * families),
                    set_by: None,
                };
                appropriation::set(&mut tx, ids, &command).await?;
            }
        }
        Ok(tx.commit().await?)
    }

    async fn close(&mut self, month: Month, told: &mut (impl FnMut(Told) + Send)) -> Result<()> {
        let closed = self.daftar.month_close(month).await?;
        told(Told::Note(format!(
            "{month} closed: {} awarded, {} wait for the budget, {} doubled",
            closed.awards, closed.waiting, closed.doubled
        )));
        let free = closed
            .envelopes
            .into_iter()
            .filter(|(district, ..)| *district == self.district);
        let free = free
            .map(|(_, programme, limit)| (programme, limit))
            .collect();
        self.budgets.insert(month, free);
        Ok(())
    }

    async fn compare(&mut self, month: Month, told: &mut (impl FnMut(Told) + Send)) -> Result<()> {
        let budgets = self.budgets.get(&month).cloned().unwrap_or_default();
        let compared = self.daftar.compare(self.sandbox, month, &budgets).await?;
        self.totals.awarded += compared.awarded;
        self.totals.refused += compared.refused;
        self.totals.waiting_budget += compared.waiting_budget;
        self.totals.waiting_agency += compared.waiting_agency;
        self.totals.differences += compared.differences.len();
        compared
            .differences
            .into_iter()
            .for_each(|difference| told(Told::Difference(difference)));
        Ok(())
    }

    /// Built by the calendar, approved by two treasurers; settling sends it.
    async fn start(
        &mut self,
        month: Month,
        kind: Kind,
        told: &mut (impl FnMut(Told) + Send),
    ) -> Result<()> {
        let platform = &self.daftar.platform;
        let built = {
            let id = RunId(platform.ids.uuid());
            let permit = self.daftar.permit_for_run(Action::BuildRun, id).await?;
            let command = BuildRun { id, month, kind };
            payment_run::build(platform, &permit, command, |_| {}).await?
        };
        told(Told::Note(format!(
            "a run of {} lines over {}",
            built.lines, built.total
        )));
        if built.lines == 0 {
            return Ok(());
        }
        for login in ["treasurer-1", "treasurer-2"] {
            self.approve(built.id, login).await?;
        }
        Ok(())
    }

    async fn approve(&self, run: RunId, login: &str) -> Result<()> {
        let platform = &self.daftar.platform;
        let mut tx = platform.db.read().await?;
        let subject = access::account::find_by_login(&mut tx, login).await?;
        let sheet = payment_run::load_sheet(&mut tx, run).await?;
        drop(tx);
        let missing = || Error::Damaged {
            what: "the demonstration",
            why: format!("no {login}"),
        };
        let subject = subject.ok_or_else(missing)?;
        let seen = sheet.order.ok_or_else(missing)?.sha256;
        let scope = Scope::run(run, Area::Country);
        let permit = permit(
            platform,
            &subject,
            Action::ApproveRun,
            Purpose::Payment,
            scope,
        )
        .await?;
        payment_run::approve(platform, &permit, run, seen).await?;
        Ok(())
    }

    async fn end_run(&mut self, month: Month, told: &mut (impl FnMut(Told) + Send)) -> Result<()> {
        let budgets = self.budgets.get(&month).cloned().unwrap_or_default();
        let differences = self
            .daftar
            .compare_payments(self.sandbox, month, &budgets)
            .await?;
        self.totals.differences += differences.len();
        differences
            .into_iter()
            .for_each(|difference| told(Told::Difference(difference)));
        let mut tx = self.daftar.platform.db.read().await?;
        for run in payment_run::of_month(&mut tx, month).await? {
            let sheet = payment_run::load_sheet(&mut tx, run.id).await?;
            self.totals.ordered_minor += run.total.minor();
            for statement in &sheet.statements {
                self.totals.paid += statement.credited;
                self.totals.returned += statement.returned;
                self.totals.credited_minor += statement.credited_total.minor();
            }
            if run.state >= payment_run::State::Funded {
                self.totals.funded_minor += run.total.minor();
            }
            told(Told::Note(format!(
                "run of {month} is {}",
                run.state.as_str()
            )));
        }
        Ok(())
    }

    /// The banks' books and everything that data can break.
    async fn end(mut self, told: &mut (impl FnMut(Told) + Send)) -> Result<Totals> {
        for check in self.daftar.verify_with_banks().await? {
            self.totals.differences += usize::try_from(check.differences).unwrap_or(usize::MAX);
            // What a check that holds does not cover is told by `daftar verify`.
            let differing = check.examples.iter().filter(|_| !check.holds());
            for example in differing {
                told(Told::Difference(format!("{}: {example}", check.name)));
            }
        }
        Ok(self.totals)
    }
}
