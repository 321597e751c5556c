//! A pack: one regime of the law, read from Markdown.
//!
//! [`read_pack`] turns files into a [`Pack`] or into diagnostics; a pack keeps
//! its canonical text, from which it can be read back bit for bit, and its hash
//! goes with every decision. [`Pack::plan`] fixes the day of the decision and
//! gives the plan that decides.

mod blocks;
mod canonical;
mod country;
mod formulas;
mod groups;
mod head;
mod input_block;
mod outcome_blocks;
mod parameter;
mod read;
mod scale_block;
mod simulated;
mod standing;
pub(crate) mod tables;
mod texts;
mod unit_block;
mod whole;

pub use canonical::{CanonicalError, hash as canonical_hash};
pub use country::{Country, Territory};
pub use groups::Group;
pub(crate) use input_block::value as input_value;
pub use input_block::{Entities, Input, Names, Stretch};
pub(crate) use parameter::ENDS;
pub use parameter::{Parameter, ParameterEnd, ParameterValue, Status};
pub use read::read_pack;
pub use scale_block::{Bracket, Scale, ScaleKind, ScaleVersion};
pub use simulated::OverlayError;
pub use standing::{OpenedBy, Standing, WhenUnmet, check_country};
pub use texts::LetterTexts;
pub(crate) use texts::slots_of;

use crate::batch::CaseFacts;
use crate::source::{Place, SourceFile};
use crate::syntax::Comparison;
use crate::typed::{INTEGER, Level, Tables, Tree, Type, Unit, Who};
use kernel::kin::UnitBlock;
use kernel::{Currency, Day, Lang, Period, Text3};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The version of the rule language that this engine speaks.
pub const LANGUAGE: u32 = 1;

#[derive(Debug, Clone)]
pub struct Pack {
    pub(crate) id: String,
    pub(crate) title: Text3,
    pub(crate) law: Text3,
    pub(crate) in_force: Period<Day>,
    /// Where the day it begins is written.
    pub(crate) placed: Place,
    pub(crate) standing: Standing,
    pub(crate) opened_by: OpenedBy,
    pub(crate) territory: Vec<u32>,
    pub(crate) cut_off_day: u32,
    pub(crate) country: Country,
    pub(crate) window: Window,
    pub(crate) unit: UnitBlock,
    pub(crate) tables: Tables,
    /// What a calculation is given; empty in a regime.
    pub(crate) inputs: Vec<Input>,
    pub(crate) entities: Entities,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) scales: Vec<Scale>,
    /// Ordered so that each stands behind what it uses.
    pub(crate) variables: Vec<Variable>,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) categories: Vec<Category>,
    pub(crate) programmes: Vec<Programme>,
    pub(crate) terms: Vec<(String, Term)>,
    pub(crate) steps: Vec<HumanStep>,
    /// When the steps are needed; never, if there are none.
    pub(crate) steps_when: Option<Tree>,
    /// The variable by which families are ranked: income per member. A calculation
    /// decides nothing and ranks nobody: its results are its variables.
    pub(crate) rank: Option<u16>,
    pub(crate) letters: BTreeMap<LetterKind, LetterTexts>,
    pub(crate) groups: Vec<Group>,
    /// Variables that an overview puts before people, in the pack's order.
    pub(crate) shown: Vec<u16>,
    pub(crate) required: Vec<(u16, Who)>,
    pub(crate) files: Vec<SourceFile>,
    pub(crate) shared: Vec<SourceFile>,
    /// What was changed of the law for a simulation; nothing, if this is the law.
    pub(crate) simulated: Vec<String>,
    pub(crate) hash: [u8; 32],
}

/// The months whose incomes count, before the month of the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub months: u32,
    /// Months between the window and the month of the application.
    pub lag: u32,
}

/// A named formula, with one version for each stretch of time.
#[derive(Debug, Clone)]
pub struct Variable {
    pub name: String,
    pub label: Text3,
    pub level: Level,
    pub ty: Type,
    /// What stretch of time the value is of.
    pub period: Stretch,
    /// From which decision day each version counts, ascending.
    pub versions: Vec<(Day, Tree)>,
}

/// The name that every pack gives the number of a unit's members.
const MEMBERS: &str = "members";

impl Variable {
    /// Is this how many people the unit has, as the pack counts them?
    pub(crate) fn counts_members(&self) -> bool {
        self.name == MEMBERS && self.level == Level::Unit && self.ty == INTEGER
    }

    /// The formula in force on a day.
    pub fn at(&self, day: Day) -> Option<&Tree> {
        self.versions
            .iter()
            .rev()
            .find(|(from, _)| *from <= day)
            .map(|(_, tree)| tree)
    }
}

/// A ground of refusal, said from the good side: met is good for the family.
#[derive(Debug, Clone)]
pub struct Condition {
    pub id: String,
    pub label: Text3,
    /// The clause code that letters and statistics use (`INC_OFFICIAL`).
    pub code: String,
    pub law: Text3,
    pub stage: StageRule,
    pub when_unmet: WhenUnmet,
    pub formula: Tree,
    /// What is shown as value and limit; the sides of the comparison by default.
    pub value: Option<Tree>,
    pub limit: Option<Tree>,
    pub comparison: Option<Comparison>,
    pub met: Text3,
    pub unmet: Text3,
    pub unknown: Text3,
    pub advice: Option<Text3>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StageRule {
    Always,
    /// Only when the human steps have spoken.
    FinalOnly,
}

/// A band of entitlement; the first whose formula is met is taken.
#[derive(Debug, Clone)]
pub struct Category {
    pub id: String,
    pub label: Text3,
    pub law: Text3,
    pub when: Tree,
    pub share: Option<Tree>,
}

/// A benefit: who gets it and how its amount is built.
#[derive(Debug, Clone)]
pub struct Programme {
    pub id: String,
    pub label: Text3,
    pub law: Text3,
    pub when: Tree,
    /// None: a plan or a list, with no money.
    pub lines: Vec<AmountLine>,
    /// The last month it can be paid for, if the law sets one.
    pub until: Option<Tree>,
}

#[derive(Debug, Clone)]
pub struct AmountLine {
    pub id: String,
    pub label: Text3,
    pub formula: Tree,
}

/// A step that people do, with its deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct HumanStep {
    pub step: Step,
    pub deadline_working_days: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The questionnaire at home.
    Visit,
    /// The conclusion of the Mahalla Seven.
    Seven,
}

/// How long an award runs and what happens at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Term {
    pub months: u32,
    pub at_end: AtEnd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AtEnd {
    /// Reassessed by the system, no application needed.
    Reassess,
    /// A renewal is prepared that the family only confirms.
    Renewal,
    Stop,
}

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum LetterKind {
    Awarded,
    Refused,
    WaitingList,
    /// Entitled, but put off as often as the law allows: the money did not reach.
    Postponed,
    WaitingAgency,
    WaitingVisit,
    /// The payment stops until a condition is met again.
    Suspended,
}

/// The name of the term of those for whom the money does not reach.
pub(crate) const WAITING_LIST: &str = "waiting_list";

impl Pack {
    pub fn id(&self) -> &str {
        &self.id
    }

    pub fn hash(&self) -> [u8; 32] {
        self.hash
    }

    pub fn hash_hex(&self) -> String {
        hex::encode(self.hash)
    }

    pub fn title(&self, lang: Lang) -> Cow<'_, str> {
        self.title.get(lang)
    }

    /// The acts the regime rests on.
    pub fn law(&self, lang: Lang) -> Cow<'_, str> {
        self.law.get(lang)
    }

    /// Is it a calculation, whose variables are the results, and not a regime that
    /// decides about people?
    pub fn is_calculation(&self) -> bool {
        self.rank.is_none()
    }

    /// What a calculation must be given.
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// Are families ranked by a sum of money? A programme may rank by age or by members, which
    /// says nothing of who is poor.
    pub fn ranks_by_money(&self) -> bool {
        let rank = self.rank.map(|rank| self.variables[usize::from(rank)].ty);
        let money = |ty| {
            matches!(
                ty,
                Type::Number {
                    unit: Unit::Money,
                    ..
                }
            )
        };
        rank.is_some_and(money)
    }

    /// How tests of other programs call its persons and groups.
    pub fn entities(&self) -> &Entities {
        &self.entities
    }

    /// Ordered so that each stands behind what it uses.
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    pub fn scales(&self) -> &[Scale] {
        &self.scales
    }

    /// Days of application for which this regime is the law.
    pub fn in_force(&self) -> Period<Day> {
        self.in_force
    }

    pub fn unit(&self) -> &UnitBlock {
        &self.unit
    }

    /// Which kinds of facts to ask, and about whom.
    pub fn required_kinds(&self) -> &[(u16, Who)] {
        &self.required
    }

    pub fn steps(&self) -> &[HumanStep] {
        &self.steps
    }

    /// The term of an award: by category if the pack has one for it, else by programme.
    pub fn term(&self, programme: &str, category: Option<&str>) -> Option<Term> {
        let named = |name: &str| {
            self.terms
                .iter()
                .find(|(id, _)| id == name)
                .map(|(_, term)| *term)
        };
        category.and_then(named).or_else(|| named(programme))
    }

    /// For how many months an entitled family may wait for money before it is refused; none where
    /// the law knows no end of the waiting list.
    pub fn waiting_list_months(&self) -> Option<u32> {
        self.term(WAITING_LIST, None).map(|term| term.months)
    }

    /// Applications up to and including this day count for the same month.
    pub fn cut_off_day(&self) -> u32 {
        self.cut_off_day
    }

    /// The case of an application lodged on a day: by the cut-off day it counts
    /// for this month, later for the next.
    pub fn application(&self, applied_on: Day) -> CaseFacts {
        let case = CaseFacts::application(applied_on, self.cut_off_day);
        CaseFacts {
            window_end: case.window_end.plus(-(self.window.lag as i32)),
            ..case
        }
    }

    pub fn window(&self) -> Window {
        self.window
    }

    /// The sources that the pack puts before the others of a kind; none where it keeps the
    /// catalogue's order.
    pub fn prevailing(&self, kind: u16) -> &[kernel::Source] {
        let mut tables = self.tables.0.iter();
        let table = tables.find(|table| table.kind.code == kind);
        table.map_or(&[], |table| &table.prevails)
    }

    /// The currency that all sums of the pack are in.
    pub fn currency(&self) -> Currency {
        self.country.currency
    }

    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.iter()
    }

    /// Every parameter with its dated values, law and status.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    pub fn categories(&self) -> impl Iterator<Item = &Category> {
        self.categories.iter()
    }

    pub fn programmes(&self) -> impl Iterator<Item = &Programme> {
        self.programmes.iter()
    }

    /// Every formula that says what comes out.
    pub(crate) fn outcome_formulas(&self) -> impl Iterator<Item = &Tree> {
        let conditions = self
            .conditions
            .iter()
            .flat_map(|one| [Some(&one.formula), one.value.as_ref(), one.limit.as_ref()]);
        let categories = self
            .categories
            .iter()
            .flat_map(|one| [Some(&one.when), one.share.as_ref()]);
        let programmes = self
            .programmes
            .iter()
            .flat_map(|one| [Some(&one.when), one.until.as_ref()]);
        let lines = self
            .programmes
            .iter()
            .flat_map(|one| one.lines.iter().map(|line| Some(&line.formula)));
        conditions
            .chain(categories)
            .chain(programmes)
            .chain(lines)
            .chain([self.steps_when.as_ref()])
            .flatten()
            .chain(self.groups.iter().map(|group| &group.when))
    }

    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        self.conditions.iter()
    }

    /// The place of a category in the pack's list, as `former_category` wants it.
    pub fn category_index(&self, id: &str) -> Option<u8> {
        self.categories
            .iter()
            .position(|category| category.id == id)
            .map(|index| index as u8)
    }
}
