//! What a partner has shown so far: each thing that was agreed with it, when it last did it rightly, and
//! what of its messages was refused: as a whole, or one of its questions. Read out of what is kept anyway;
//! nothing is tried on the partner.

use std::collections::BTreeMap;

use kernel::Instant;
use serde::Serialize;
use store::{Tx, fetch_all};

use super::catalogue;
use super::partner::Partner;
use super::status::REJECTED;
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

/// Messages, and questions of messages, that were refused with one code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefusedAs {
    pub code: String,
    pub times: i64,
    /// The words of the newest message; of questions the words are not kept: what the code means.
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
    if partner.callback.is_some() {
        points.extend(agreed_with_callback(partner.account_mapper));
    }
    points
}

/// Whatever else a partner is entered as, for these a callback is agreed. What one that maps accounts
/// is answered later is its own question.
fn agreed_with_callback(account_mapper: bool) -> [(&'static str, Deed); 6] {
    let [asked, answered] = match account_mapper {
        true => [
            ("links an account, answered later", Deed::Later("link")),
            ("takes a later answer", Deed::Took("on-link")),
        ],
        false => [
            ("searches, answered later", Deed::Later("search")),
            ("takes a later answer", Deed::Took("on-search")),
        ],
    };
    [
        asked,
        answered,
        ("subscribes", Deed::Later("subscribe")),
        (
            "takes what its subscription became",
            Deed::Took("on-subscribe"),
        ),
        ("takes a notification", Deed::Took("notify")),
        ("ends a subscription", Deed::Later("unsubscribe")),
    ]
}

/// The report on a partner from an instant on.
pub async fn report(tx: &mut Tx, partner: &Partner, since: Instant) -> store::Result<Report> {
    let done = done(tx, &partner.sender_id, since).await?;
    let point = |(what, deed): (&'static str, Deed)| {
        let (times, last) = done.get(&deed).copied().unwrap_or((0, None));
        Point { what, times, last }
    };
    let mut refused = Vec::new();
    for message in refused_messages(tx, &partner.sender_id, since).await? {
        add(&mut refused, message);
    }
    for question in rejected_questions(tx, &partner.sender_id, since).await? {
        add(&mut refused, question);
    }
    Ok(Report {
        points: agreed(partner).into_iter().map(point).collect(),
        refused,
    })
}

/// The words of the first one stay.
fn add(refused: &mut Vec<RefusedAs>, more: RefusedAs) {
    match refused.iter_mut().find(|known| known.code == more.code) {
        Some(known) => known.times += more.times,
        None => refused.push(more),
    }
}

/// Messages that were refused as a whole, the newest first.
async fn refused_messages(
    tx: &mut Tx,
    sender_id: &str,
    since: Instant,
) -> store::Result<impl Iterator<Item = RefusedAs> + use<>> {
    let wanted = Wanted {
        sender: Some(sender_id.to_owned()),
        since: Some(since),
        limit: EVENTS_MAX,
        ..Wanted::default()
    };
    let events = security::list(tx, &wanted).await?;
    Ok(events.into_iter().map(|event| RefusedAs {
        code: event.code,
        times: 1,
        reason: event.reason,
    }))
}

/// Questions that were answered with a refusal, by code; the code of the newest first.
async fn rejected_questions(
    tx: &mut Tx,
    sender_id: &str,
    since: Instant,
) -> store::Result<impl Iterator<Item = RefusedAs> + use<>> {
    let rejected = fetch_all!(
        tx,
        (String, i64),
        "SELECT o.reason, COUNT(*) FROM dci_message m
           JOIN dci_outcome o ON o.correlation_id = m.correlation_id
         WHERE m.sender_id = $1 AND m.received_at >= $2 AND o.status = $3 AND o.reason IS NOT NULL
         GROUP BY o.reason ORDER BY MAX(o.at) DESC, o.reason",
        sender_id,
        since.0,
        REJECTED
    )?;
    Ok(rejected.into_iter().map(|(code, times)| RefusedAs {
        reason: catalogue::meaning(&code).unwrap_or_default().to_owned(),
        code,
        times,
    }))
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
    const TAKEN: [&str; 4] = ["on-search", "on-link", "on-subscribe", "notify"];
    let mut done = Done::new();
    // A message is done rightly when one of its questions was not refused; what is told asks nothing,
    // and is taken as a whole or not at all.
    let came = fetch_all!(
        tx,
        (String, i64, i64, i64),
        "SELECT m.action, CAST(CASE WHEN m.answer_id IS NULL THEN 0 ELSE 1 END AS BIGINT), COUNT(*),
           MAX(m.received_at)
         FROM dci_message m WHERE m.sender_id = $1 AND m.received_at >= $2
           AND (m.action = 'notify' OR EXISTS (SELECT 1 FROM dci_outcome o
             WHERE o.correlation_id = m.correlation_id AND o.status <> $3))
         GROUP BY 1, 2",
        sender_id,
        since.0,
        REJECTED
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
