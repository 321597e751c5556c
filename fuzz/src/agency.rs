//! Bytes as what an agency answers, in each dialect, and as the file of a connector.

use std::path::Path;

use exchange::trial::read_bytes;
use exchange::{Connector, Places};
use kernel::{Day, Instant, Pinfl, Sex};

fn places() -> Places<'static> {
    Places {
        base: "http://127.0.0.1:9",
        keys: Path::new("no-keys"),
    }
}

/// The id of the question that every answer is read for.
pub const REQUEST: &str = "0197f0c0-0000-7000-8000-000000000001";

fn persons() -> Vec<Pinfl> {
    let born = Day::new(1990, 5, 5).expect("a day");
    (1..4u16)
        .map(|serial| Pinfl::make(Sex::Male, born, 7, serial))
        .collect()
}

/// The first byte names the agency. Of nobody but whom was asked about anything is believed.
pub fn answer(data: &[u8]) {
    let Some((choice, body)) = data.split_first() else {
        return;
    };
    let connectors = Connector::shipped(&places()).expect("what is shipped is good");
    let connector = &connectors[usize::from(*choice) % connectors.len()];
    let request = REQUEST.parse().expect("a uuid");
    let now = Instant::parse_rfc3339("2026-01-05T04:00:00Z").expect("a time");
    let as_of = Day::new(2026, 1, 5).expect("a day");
    let persons = persons();
    if let Ok((believed, _)) = read_bytes(connector, (request, now), (&persons, as_of), body) {
        assert!(believed <= persons.len(), "{believed} of {}", persons.len());
    }
}

/// What is accepted is bounded; what is refused says where.
pub fn connector_file(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match Connector::parse("fuzz.toml", text, &places()) {
        Ok(connector) => {
            assert!((1..=366).contains(&connector.valid_days));
            assert!((1..=1_000).contains(&connector.persons_max));
        }
        Err(refused) => assert!(refused.to_string().contains("fuzz.toml")),
    }
}
