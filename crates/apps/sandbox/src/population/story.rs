//! The cast: families that carry an error of section 6.3 of the facts, or stand
//! exactly on a threshold of the law. Every story appears once at the start of
//! the country (so a small one has them too), then at random.
//!
//! The implemented law asks for neither prison, work abroad nor cattle as such:
//! those stories act only through the incomes they leave.

use kernel::Day;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::household::{Adults, Draft, Generation, Plan};
use super::person::Role;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Story {
    Ordinary,
    /// The register still lists a husband whose divorce the civil registry knows.
    StaleMarriage,
    /// Two families of the register whose heads have married.
    NewMarriage,
    /// Divorced on paper, one dwelling, two families.
    FictitiousDivorce,
    /// The register has not heard of the husband's death.
    UnclosedDeath,
    /// The youngest child stands in the register without a personal number.
    MissingPinfl,
    Migrant,
    Prison,
    /// Nobody is at home when the social worker comes.
    Absent,
    /// A shop that only the questionnaire finds.
    InformalShop,
    /// Cattle that only the Seven know of.
    Cattle,
    /// Sold, never re-registered: counts against the family by the records.
    CarSold,
    CarBroken,
    CarExactlySeven,
    CarEight,
    TwoCars,
    SecondDwelling,
    Nonresidential,
    /// Balances exactly five minimum wages, and one soʻm less.
    BalanceExactly,
    BalanceUnder,
    Service,
    Exactly100,
    Exactly125,
    Exactly150,
    /// A wage raised in January that brings the next window to exactly 1.25 and 1.5.
    RaisedTo125,
    RaisedTo150,
    /// Between 1.0 and 1.5, and the Seven see a difficult life situation.
    HardLife,
    Twins,
    TurningEighteen,
    Ward,
    Adopted,
    /// Both parents unable to work.
    NobodyAble,
    /// A mother alone with a child under three.
    InfantMother,
    /// One person, no children.
    Alone,
}

/// How many dwellings of 20,000 live each story.
const CAST: [(Story, u32); 33] = [
    (Story::StaleMarriage, 30),
    (Story::NewMarriage, 12),
    (Story::FictitiousDivorce, 16),
    (Story::UnclosedDeath, 24),
    (Story::MissingPinfl, 20),
    (Story::Migrant, 38),
    (Story::Prison, 8),
    (Story::Absent, 16),
    (Story::InformalShop, 30),
    (Story::Cattle, 12),
    (Story::CarSold, 20),
    (Story::CarBroken, 20),
    (Story::CarExactlySeven, 8),
    (Story::CarEight, 8),
    (Story::TwoCars, 12),
    (Story::SecondDwelling, 16),
    (Story::Nonresidential, 12),
    (Story::BalanceExactly, 6),
    (Story::BalanceUnder, 6),
    (Story::Service, 12),
    (Story::Exactly100, 8),
    (Story::Exactly125, 8),
    (Story::Exactly150, 8),
    (Story::RaisedTo125, 8),
    (Story::RaisedTo150, 8),
    (Story::HardLife, 20),
    (Story::Twins, 10),
    (Story::TurningEighteen, 10),
    (Story::Ward, 10),
    (Story::Adopted, 8),
    (Story::NobodyAble, 16),
    (Story::InfantMother, 16),
    (Story::Alone, 16),
];

/// The story of the dwelling drawn next.
pub fn draw(rng: &mut ChaCha8Rng, dwelling: usize) -> Story {
    if let Some((story, _)) = CAST.get(dwelling) {
        return *story;
    }
    let mut ticket = rng.random_range(0..20_000);
    for (story, share) in CAST {
        if ticket < share {
            return story;
        }
        ticket -= share;
    }
    Story::Ordinary
}

impl Story {
    pub fn all() -> impl Iterator<Item = Story> {
        CAST.into_iter().map(|(story, _)| story)
    }

    /// The families such a dwelling has; the first one lives the story.
    pub fn plans(self) -> Vec<Plan> {
        let mother = |children| Plan::young(Adults::Mother, children);
        match self {
            Story::NewMarriage | Story::FictitiousDivorce => {
                vec![mother(2), Plan::young(Adults::Father, 0)]
            }
            Story::Twins => vec![Plan::young(Adults::Couple, 3)],
            Story::InfantMother => vec![mother(1)],
            Story::Alone => vec![Plan {
                generation: Generation::Young,
                ..mother(0)
            }],
            _ => vec![Plan::young(Adults::Couple, 2)],
        }
    }

    /// Ages of the children where the story needs them, eldest first.
    pub fn child_ages(self) -> Option<&'static [i32]> {
        match self {
            Story::Twins => Some(&[5, 1, 1]),
            Story::InfantMother => Some(&[1]),
            Story::TurningEighteen => Some(&[17, 11]),
            Story::NewMarriage | Story::FictitiousDivorce => Some(&[9, 4]),
            _ => None,
        }
    }

    /// Twins share a birthday; a child turns 18 in January, February or March 2026.
    pub fn set_birthdays(self, people: &mut [Draft], nth: usize) {
        let mut children = people
            .iter_mut()
            .filter(|person| person.role == Role::Child);
        match self {
            Story::Twins => {
                let mut twins = children.skip(1);
                if let (Some(first), Some(second)) = (twins.next(), twins.next()) {
                    second.born = first.born;
                }
            }
            Story::TurningEighteen => {
                let month = nth % 3 + 1;
                if let (Some(child), Some(day)) =
                    (children.next(), Day::new(2008, month as u32, 20))
                {
                    child.born = day;
                }
            }
            _ => {}
        }
    }

    /// The wife comes to the mahalla where the husband cannot.
    pub fn wife_applies(self) -> bool {
        matches!(
            self,
            Story::StaleMarriage | Story::UnclosedDeath | Story::Migrant | Story::Prison
        )
    }

    /// The wage must be the old one at the application, so these come in January.
    pub fn comes_in_january(self) -> bool {
        matches!(self, Story::RaisedTo125 | Story::RaisedTo150)
    }

    /// Only the law of February sends people to the home and hears the Seven.
    pub fn comes_in_february(self) -> bool {
        matches!(
            self,
            Story::Absent
                | Story::InformalShop
                | Story::Cattle
                | Story::Exactly125
                | Story::Exactly150
                | Story::HardLife
        )
    }
}
