//! Instants and the zones in which they become days.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::{DateError, Day, Month, civil};

/// Microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Instant(pub i64);

const MICROS_A_SECOND: i64 = 1_000_000;
const MICROS_A_DAY: i64 = 86_400 * MICROS_A_SECOND;

impl Instant {
    /// Reads `2026-01-16T09:30:00+05:00` or `...Z`; finer than a microsecond is cut off.
    pub fn parse_rfc3339(text: &str) -> Result<Instant, DateError> {
        let form = DateError::Form {
            text: civil::excerpt(text),
            form: "YYYY-MM-DDThh:mm:ss with an offset or Z",
        };
        if text.len() > 40 {
            return Err(form);
        }
        let stamp: Timestamp = text.parse().map_err(|_| form)?;
        Ok(Instant(stamp.as_microsecond()))
    }

    /// The civil day of this instant in a zone.
    pub fn day(self, zone: Zone) -> Day {
        let local = self.0.saturating_add(zone.offset_micros(self));
        Day(local
            .div_euclid(MICROS_A_DAY)
            .clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32)
    }

    pub fn month(self, zone: Zone) -> Month {
        self.day(zone).month()
    }

    /// Hour and minute of the local clock, for people to read.
    pub fn hour_minute(self, zone: Zone) -> (u32, u32) {
        let local = self.0.saturating_add(zone.offset_micros(self));
        let minutes = local.rem_euclid(MICROS_A_DAY) / (60 * MICROS_A_SECOND);
        ((minutes / 60) as u32, (minutes % 60) as u32)
    }

    /// The first instant of a civil day in a zone.
    pub fn start_of(day: Day, zone: Zone) -> Instant {
        let utc = Instant(i64::from(day.0).saturating_mul(MICROS_A_DAY));
        // Twice, because the offset is asked at a guess and may change on the way.
        let guess = Instant(utc.0.saturating_sub(zone.offset_micros(utc)));
        Instant(utc.0.saturating_sub(zone.offset_micros(guess)))
    }

    pub fn plus_seconds(self, seconds: i64) -> Instant {
        Instant(
            self.0
                .saturating_add(seconds.saturating_mul(MICROS_A_SECOND)),
        )
    }

    pub fn plus_millis(self, millis: i64) -> Instant {
        Instant(self.0.saturating_add(millis.saturating_mul(1_000)))
    }

    /// Microseconds from `earlier` to this instant.
    pub fn micros_since(self, earlier: Instant) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = self.day(Zone::utc());
        let micros = self.0.rem_euclid(MICROS_A_DAY);
        let seconds = micros / MICROS_A_SECOND;
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(f, "{day}T{hour:02}:{minute:02}:{second:02}")?;
        match micros % MICROS_A_SECOND {
            0 => write!(f, "Z"),
            fraction => write!(f, ".{fraction:06}Z"),
        }
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Instant {
    type Err = DateError;
    fn from_str(text: &str) -> Result<Instant, DateError> {
        Instant::parse_rfc3339(text)
    }
}

/// A time zone out of a closed list: the zones of the countries we serve.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Zone(u8);

/// The name is not in the list of zones.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is not a time zone we know; known: {}", NAMES.join(", "))]
pub struct UnknownZone {
    pub name: String,
}

const NAMES: [&str; 14] = [
    "UTC",
    "Asia/Tashkent",
    "Asia/Samarkand",
    "Europe/Kaliningrad",
    "Europe/Moscow",
    "Europe/Samara",
    "Asia/Yekaterinburg",
    "Asia/Omsk",
    "Asia/Krasnoyarsk",
    "Asia/Irkutsk",
    "Asia/Yakutsk",
    "Asia/Vladivostok",
    "Asia/Magadan",
    "Asia/Kamchatka",
];

// The bundled data, not the machine's: two machines must agree on a day for ever.
static ZONES: LazyLock<Vec<TimeZone>> = LazyLock::new(|| {
    let bundled = TimeZoneDatabase::bundled();
    let load = |name: &&str| bundled.get(name).expect("a bundled zone");
    NAMES.iter().map(load).collect()
});

impl Zone {
    pub fn utc() -> Zone {
        Zone(0)
    }

    pub fn tashkent() -> Zone {
        Zone(1)
    }

    pub fn moscow() -> Zone {
        Zone(4)
    }

    /// By its IANA name, as `country.md` gives it.
    pub fn named(name: &str) -> Result<Zone, UnknownZone> {
        let place = NAMES.iter().position(|known| *known == name);
        let unknown = || UnknownZone {
            name: civil::excerpt(name),
        };
        place.map(|place| Zone(place as u8)).ok_or_else(unknown)
    }

    pub fn name(self) -> &'static str {
        NAMES[usize::from(self.0)]
    }

    fn offset_micros(self, at: Instant) -> i64 {
        if self == Zone::utc() {
            return 0;
        }
        let micros = at.0.clamp(
            Timestamp::MIN.as_microsecond(),
            Timestamp::MAX.as_microsecond(),
        );
        let stamp = Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH);
        let offset = ZONES[usize::from(self.0)].to_offset(stamp);
        i64::from(offset.seconds()) * MICROS_A_SECOND
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
