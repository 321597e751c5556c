//! What a partner has shown so far: each thing that was agreed with it, when it last did it rightly, and
//! what of its messages was refused. Read out of what is kept anyway; nothing is tried on the partner.

use std::collections::BTreeMap;

use kernel::Instant;
use serde::Serialize;
use store::{Tx, fetch_all};

use super::partner::Partner;
use crate::security::{self, EVENTS_MAX, Wanted};

/// Something that a partner does, and that its agreement asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Point {
    pub what: &'static str,
    /// How often it was done rightly.
    pub times: i64,
    /// When last.
    pub last: Option<Instant>,
}

/// Messages that were refused with one code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefusedAs {
    pub code: String,
    pub times: i64,
    /// The words of the newest one.
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    pub points: Vec<Point>,
    pub refused: Vec<RefusedAs>,
}

impl Report {
    /// Everything that is agreed was shown. What was refused beside it is for people to read: a
    /// partner may have tried on purpose.
    pub fn conforms(&self) -> bool {
        self.points.iter().all(|point| point.times > 0)
    }
}

/// What came from the partner, or went to it and was taken there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Deed {
    /// A question of this action, answered at once.
    AtOnce(&'static str),
    /// A question of this action, answered later.
    Later(&'static str),
    /// A message of ours of this action, which the partner took.
    Took(&'static str),
}

/// The points of an agreement, in the order in which an integrator meets them.
fn agreed(partner: &Partner) -> Vec<(&'static str, Deed)> {
    let mut points = Vec::new();
    if partner.account_mapper {
        points.push(("links an account to a person", Deed::AtOnce("link")));
        points.push(("asks which account is linked", Deed::AtOnce("resolve")));
    }
    if partner.civil_registry {
        points.push(("tells of births, deaths or unions", Deed::AtOnce("notify")));
    }
    if !partner.account_mapper && !partner.civil_registry {
        points.push(("searches, answered at once", Deed::AtOnce("search")));
        points.push((
            "asks for the status of a search",
            Deed::AtOnce("txn-status"),
        ));
    }
    if partner.callback.is_some() && !partner.account_mapper && !partner.civil_registry {
        points.push(("searches, answered later", Deed::Later("search")));
        points.push(("takes a later answer", Deed::Took("on-search")));
        points.push(("subscribes", Deed::Later("subscribe")));
        points.push((
            "takes what its subscription became",
            Deed::Took("on-subscribe"),
        ));
        points.push(("takes a notification", Deed::Took("notify")));
        points.push(("ends a subscription", Deed::Later("unsubscribe")));
    }
    points
}

/// The report on a partner from an instant on.
pub async fn report(tx: &mut Tx, partner: &Partner, since: Instant) -> store::Result<Report> {
    let done = done(tx, &partner.sender_id, since).await?;
    let point = |(what, deed): (&'static str, Deed)| {
        let (times, last) = done.get(&deed).copied().unwrap_or((0, None));
        Point { what, times, last }
    };
    let wanted = Wanted {
        sender: Some(partner.sender_id.clone()),
        since: Some(since),
        limit: EVENTS_MAX,
        ..Wanted::default()
    };
    let mut refused: Vec<RefusedAs> = Vec::new();
    for event in security::list(tx, &wanted).await? {
        match refused.iter_mut().find(|known| known.code == event.code) {
            Some(known) => known.times += 1,
            None => refused.push(RefusedAs {
                code: event.code,
                times: 1,
                reason: event.reason,
            }),
        }
    }
    Ok(Report {
        points: agreed(partner).into_iter().map(point).collect(),
        refused,
    })
}

type Done = BTreeMap<Deed, (i64, Option<Instant>)>;

async fn done(tx: &mut Tx, sender_id: &str, since: Instant) -> store::Result<Done> {
    const ACTIONS: [&str; 7] = [
        "search",
        "txn-status",
        "subscribe",
        "unsubscribe",
        "notify",
        "link",
        "resolve",
    ];
    const TAKEN: [&str; 3] = ["on-search", "on-subscribe", "notify"];
    let mut done = Done::new();
    let came = fetch_all!(
        tx,
        (String, i64, i64, i64),
        "SELECT action, CAST(CASE WHEN answer_id IS NULL THEN 0 ELSE 1 END AS BIGINT), COUNT(*),
           MAX(received_at)
         FROM dci_message WHERE sender_id = $1 AND received_at >= $2 GROUP BY 1, 2",
        sender_id,
        since.0
    )?;
    for (action, later, times, last) in came {
        let Some(action) = ACTIONS.into_iter().find(|known| *known == action) else {
            continue;
        };
        let deed = match later {
            0 => Deed::AtOnce(action),
            _ => Deed::Later(action),
        };
        done.insert(deed, (times, Some(Instant(last))));
    }
    let taken = fetch_all!(
        tx,
        (String, i64, i64),
        "SELECT action, COUNT(*), MAX(at) FROM dci_sent
         WHERE sender_id = $1 AND at >= $2 AND outcome = $3 GROUP BY action",
        sender_id,
        since.0,
        super::send::TAKEN
    )?;
    for (action, times, last) in taken {
        if let Some(action) = TAKEN.into_iter().find(|known| *known == action) {
            done.insert(Deed::Took(action), (times, Some(Instant(last))));
        }
    }
    Ok(done)
}
