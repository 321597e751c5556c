//! Every order of a schedule in which messages come twice, mended and late ends in the same.

use std::collections::BTreeMap;

use super::super::*;
use super::registry::{Awaiting, Message, awaiting, places};

/// What happens while a family waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// Each message comes twice.
    OfTheAdults,
    /// The same said again in another message.
    OfTheAdultsAnew,
    OfTheChild,
    /// The husband's group was wrong.
    Mended,
    /// The tax authority, which had promised it, answers.
    Tax,
}

const MOMENTS: [Moment; 5] = [
    Moment::OfTheAdults,
    Moment::OfTheAdultsAnew,
    Moment::OfTheChild,
    Moment::Mended,
    Moment::Tax,
];

fn orders<T: Copy>(of: &[T]) -> Vec<Vec<T>> {
    if of.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (place, first) in of.iter().enumerate() {
        let mut rest = of.to_vec();
        rest.remove(place);
        for mut order in orders(&rest) {
            order.insert(0, *first);
            all.push(order);
        }
    }
    all
}

/// What is known at the end, read from the tables by itself: each person's newest facts with their
/// bodies, and until when which agency need not be asked again.
async fn end_state(platform: &Platform, awaiting: &Awaiting, number: u16) -> String {
    let mut tx = platform.db.read().await.unwrap();
    let mut state: BTreeMap<String, String> = BTreeMap::new();
    for (name, who) in [
        ("he", husband(number)),
        ("she", wife(number)),
        ("child", child(number)),
    ] {
        let permit = &awaiting.story.permit;
        let id = person::find_by_pinfl(&mut tx, permit, who)
            .await
            .unwrap()
            .unwrap();
        let facts = store::fetch_all!(
            tx,
            (i64, i64, i64, Vec<u8>),
            "SELECT kind, source, as_of, body FROM fact f WHERE owner = $1 AND NOT EXISTS
               (SELECT 1 FROM fact n WHERE n.owner = f.owner AND n.kind = f.kind
                  AND n.source = f.source AND (n.as_of > f.as_of OR (n.as_of = f.as_of AND n.id > f.id)))
             ORDER BY kind, source",
            id.0
        );
        let held = store::fetch_all!(
            tx,
            (i64, i64),
            "SELECT agency, MAX(valid_until) FROM evidence WHERE person = $1
             GROUP BY agency ORDER BY agency",
            id.0
        );
        state.insert(
            name.to_owned(),
            format!("{:?} {:?}", facts.unwrap(), held.unwrap()),
        );
    }
    format!("{state:?}")
}

async fn play(platform: &Platform, awaiting: &Awaiting, number: u16, order: &[Moment]) -> String {
    know_family(&awaiting.story.partner, number);
    let tax = |manner| awaiting.story.partner.set("tax", manner);
    tax(Manner::Pending("2026-01-08T09:00:00+05:00"));
    awaiting.registry.questions.lock().unwrap().clear();
    awaiting.silent(ask_about(number)).await;
    awaiting.correspond().await;
    let asked = awaiting.questions().remove(0);
    let [he, she, child] = places(&asked, number);
    let adults = [(he, "II"), (she, "none")];
    let message = |name: &str, after_s, told: &[(usize, &'static str)]| {
        Message::new(&format!("{number}-{name}"), after_s, told).of(&asked)
    };
    let mut messages = Vec::new();
    for moment in order {
        match moment {
            Moment::OfTheAdults => messages.push(message("adults", 1, &adults)),
            Moment::OfTheAdultsAnew => messages.push(message("anew", 2, &adults)),
            Moment::OfTheChild => messages.push(message("child", 3, &[(child, "child")])),
            Moment::Mended => messages.push(message("mended", 4, &[(he, "I")])),
            Moment::Tax => tax(Manner::Answers),
        }
        if let Some(last) = messages.last() {
            awaiting.taken(last).await;
        }
        awaiting.silent(ask_about(number)).await; // as the worker looks again
    }
    for message in &messages {
        awaiting.taken(message).await;
    }
    assert_eq!(awaiting.silent(ask_about(number)).await, [], "{order:?}");
    assert_eq!(
        awaiting.groups(platform, number).await,
        [Some(1), Some(0), Some(4)],
        "{order:?}"
    );
    end_state(platform, awaiting, number).await
}

/// All orders of a schedule in which messages come twice, mended and late.
#[tokio::test]
async fn order_repetition_and_delay_of_answers_never_change_what_is_known_in_the_end() {
    each_db(SCHEMAS, async |platform| {
        let awaiting = awaiting(&platform).await;
        let orders = orders(&MOMENTS);
        assert_eq!(orders.len(), 120);
        let mut expected: Option<String> = None;
        for (place, order) in orders.iter().enumerate() {
            let number = u16::try_from(place + 1).unwrap();
            let state = play(&platform, &awaiting, number, order).await;
            let expected = expected.get_or_insert_with(|| state.clone());
            assert_eq!(&state, expected, "{order:?}");
        }
        let verified = unit::verify(&platform, &awaiting.story.permit, NUCLEAR)
            .await
            .unwrap();
        assert_eq!(verified.differences, 0, "{:?}", verified.examples);
    })
    .await;
}
