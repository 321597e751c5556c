//! The way to each partner: how many messages are on it at once, and whether it is open. A partner that
//! is down or slow holds up nobody's messages but its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::breaker::{Breaker, Gate};

/// Messages on their way to one partner at once.
pub const PLACES_MAX: usize = 4;
/// Failures in a row after which a partner is left alone, and for how long.
pub const FAILURES_MAX: u32 = 5;
pub const LEFT_ALONE: Duration = Duration::from_secs(30);
/// When somebody looks again whether a place has become free.
const NO_PLACE: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub struct Road {
    pub breaker: Breaker,
    places: Arc<Semaphore>,
}

/// All roads of this process, by partner.
#[derive(Debug, Default)]
pub struct Roads(Mutex<HashMap<String, Arc<Road>>>);

impl Roads {
    /// Partners are entered by officers, so there are not many.
    pub fn to(&self, partner: &str) -> Arc<Road> {
        let mut roads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let road = roads.entry(partner.to_owned()).or_insert_with(|| {
            Arc::new(Road {
                breaker: Breaker::new(FAILURES_MAX, LEFT_ALONE),
                places: Arc::new(Semaphore::new(PLACES_MAX)),
            })
        });
        Arc::clone(road)
    }
}

impl Road {
    /// A place on it, or how long to wait before looking again.
    pub fn take(&self) -> Result<OwnedSemaphorePermit, Duration> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        let place = place.map_err(|_| NO_PLACE)?;
        match self.breaker.gate() {
            Gate::Go => Ok(place),
            Gate::Wait(wait) => Err(wait),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_partner_that_fails_is_left_alone_and_no_other() {
        let roads = Roads::default();
        let (down, up) = (roads.to("down"), roads.to("up"));
        let places: Vec<_> = (0..PLACES_MAX).map(|_| down.take().unwrap()).collect();
        assert_eq!(down.take().unwrap_err(), NO_PLACE, "no more at once");
        assert!(up.take().is_ok());
        drop(places);
        for _ in 0..FAILURES_MAX {
            assert!(down.take().is_ok());
            down.breaker.failed();
        }
        assert!(down.take().unwrap_err() > NO_PLACE);
        assert!(roads.to("up").take().is_ok());
        tokio::time::advance(LEFT_ALONE).await;
        assert!(down.take().is_ok(), "one message tries whether it is back");
        assert!(down.take().is_err(), "and only one");
        roads.to("down").breaker.succeeded();
        assert!(down.take().is_ok());
    }
}
