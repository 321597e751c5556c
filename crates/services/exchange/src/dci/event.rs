//! What partners can be told of, in the standard's words, and which events of the register it is.

use registry::events;

use super::wanted::Rejected;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Somebody has entered the register.
    Register,
    /// A family has changed: its members, its home, or what is known of one of them.
    Update,
    NewHouseholdMember,
    LiveBirth,
    Death,
    /// A death is taken back: our own word, the standard has none.
    DeathAnnulled,
    Marriage,
    Divorce,
}

/// Topics of the register that partners can hear of.
pub const TOPICS: [&str; 6] = [
    events::PERSON_BORN,
    events::PERSON_DIED,
    events::DEATH_ANNULLED,
    events::MARRIED,
    events::DIVORCED,
    events::ROSTER_CHANGED,
];

impl Event {
    const ALL: [Event; 8] = [
        Event::Register,
        Event::Update,
        Event::NewHouseholdMember,
        Event::LiveBirth,
        Event::Death,
        Event::DeathAnnulled,
        Event::Marriage,
        Event::Divorce,
    ];

    /// The first and the third are the social registry's words, those of life the civil registry's.
    pub fn name(self) -> &'static str {
        match self {
            Event::Register => "REGISTER",
            Event::Update => "UPDATE",
            Event::NewHouseholdMember => "NewHouseHoldMember",
            Event::LiveBirth => "live_birth",
            Event::Death => "death",
            Event::DeathAnnulled => "death_annulled",
            Event::Marriage => "marriage",
            Event::Divorce => "divorce",
        }
    }

    /// `LiveBirth`, `live_birth` and `spdci-common:RegistryEventType:LiveBirth` are one word.
    pub fn from_name(name: &str) -> Result<Event, Rejected> {
        let plain = |name: &str| name.replace('_', "").to_ascii_lowercase();
        let last = plain(name.rsplit(':').next().unwrap_or(name));
        let mut all = Event::ALL.into_iter();
        all.find(|event| plain(event.name()) == last)
            .ok_or_else(|| Rejected {
                code: "rjct.notify_types.invalid",
                message: format!("'{name:.40}' is no event here; {}", names()),
            })
    }

    /// What an event of the register is to partners.
    pub fn of_topic(topic: &str) -> &'static [Event] {
        use Event::*;
        match topic {
            events::PERSON_BORN => &[Register, Update, NewHouseholdMember, LiveBirth],
            events::PERSON_DIED => &[Update, Death],
            events::DEATH_ANNULLED => &[Update, DeathAnnulled],
            events::MARRIED => &[Update, Marriage],
            events::DIVORCED => &[Update, Divorce],
            events::ROSTER_CHANGED => &[Update],
            _ => &[],
        }
    }
}

fn names() -> String {
    let names = Event::ALL.map(Event::name);
    format!("these are: {}", names.join(", "))
}
