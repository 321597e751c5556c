//! A family as the register lists it, and what people who visit it find.

use super::person::PersonNo;
use super::story::Story;
use crate::seed;

pub type FamilyNo = u32;

#[derive(Clone, Copy, Debug)]
pub struct Family {
    /// Its people stand together: `first .. first + people`.
    pub first: PersonNo,
    pub people: u8,
    pub dwelling: u32,
    /// Comes in each month and no agency sees it.
    pub informal_soum: u32,
    pub story: Story,
}

/// What the social worker brings back from the questionnaire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Questionnaire {
    pub at_home: bool,
    pub informal_minor: i64,
}

/// What the Mahalla Seven conclude.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conclusion {
    pub informal_minor: i64,
    pub difficult_situation: bool,
}

const TIYIN: i64 = 100;

impl Family {
    pub fn places(&self) -> std::ops::Range<PersonNo> {
        self.first..self.first + PersonNo::from(self.people)
    }

    pub fn questionnaire(&self, seed: u64) -> Questionnaire {
        let hash = self.hash(seed, 1);
        let absent = self.story == Story::Absent || seed::happens(hash, 6);
        let found = match self.story {
            Story::Cattle => 0,
            Story::InformalShop | Story::Migrant => 100,
            _ => seed::between(hash / 1000, 40, 100),
        };
        Questionnaire {
            at_home: !absent,
            informal_minor: if absent {
                0
            } else {
                self.informal_found(found)
            },
        }
    }

    pub fn conclusion(&self, seed: u64) -> Conclusion {
        let hash = self.hash(seed, 2);
        let found = match self.story {
            Story::Cattle => 100,
            Story::InformalShop => 60,
            _ => seed::between(hash / 1000, 30, 100),
        };
        let difficult = match self.story {
            Story::HardLife | Story::Exactly100 | Story::Exactly125 | Story::Exactly150 => true,
            _ => seed::happens(hash, 150),
        };
        Conclusion {
            informal_minor: self.informal_found(found),
            difficult_situation: difficult,
        }
    }

    /// People round what they are told to ten thousand soʻm.
    fn informal_found(&self, percent: i64) -> i64 {
        i64::from(self.informal_soum) * percent / 100 / 10_000 * 10_000 * TIYIN
    }

    fn hash(&self, seed: u64, what: u64) -> u64 {
        seed::mix(&[seed, seed::of_text("family"), u64::from(self.first), what])
    }
}
