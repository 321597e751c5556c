use crate::testing::MORNING;
use crate::{Clock, ClockRefused, Ids};
use kernel::day::Instant;

#[test]
fn ids_rise_while_the_clock_stands_still_and_when_it_goes_back() {
    let clock = Clock::standing_at(MORNING);
    let ids = Ids::seeded(clock.clone(), 7);
    let made: Vec<_> = (0..100_000).map(|_| ids.uuid()).collect();
    assert!(made.windows(2).all(|pair| pair[0] < pair[1]));
    assert!(made.iter().all(|id| id.get_version_num() == 7));
    assert!(
        made.iter()
            .all(|id| id.get_variant() == uuid::Variant::RFC4122)
    );
    let ms = made[99_999].as_u128() >> 80;
    assert_eq!(ms as i64, MORNING.0 / 1000);
}

#[test]
fn the_same_seed_and_clock_give_the_same_ids() {
    let ids = |seed| Ids::seeded(Clock::standing_at(MORNING), seed).uuid();
    assert_eq!(ids(3), ids(3));
    assert_ne!(ids(3), ids(4));
}

#[test]
fn a_virtual_clock_goes_forward_only_and_a_real_one_is_never_set() {
    let clock = Clock::standing_at(Instant(5));
    assert_eq!(clock.clone().set(Instant(9)), Ok(()));
    assert_eq!(clock.now(), Instant(9));
    let back = ClockRefused::Backwards {
        now_us: 9,
        asked_us: 8,
    };
    assert_eq!(clock.set(Instant(8)), Err(back));
    assert_eq!(
        Clock::system().set(Instant(8)),
        Err(ClockRefused::NotVirtual)
    );
}
