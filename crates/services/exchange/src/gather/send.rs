//! Sending inquiries: many at a time, each within its partner's limits.

use super::PERSONS_A_CALL_MAX;
use crate::Exchange;
use crate::answer::{self, AnswerRefusal, Read};
use crate::call::{Received, Unanswered};
use crate::dialect;
use crate::wire::Question;
use futures::StreamExt;
use kernel::{Day, Month, Pinfl, Source};

/// Calls waiting for their place or their answer; a partner's own limit is lower.
const CALLS_AT_A_TIME: usize = 1_024;

/// One call to make.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Inquiry {
    pub agency: Source,
    pub as_of: Day,
    pub window: (Month, Month),
    pub consent: Option<String>,
    pub persons: Vec<Pinfl>,
    /// The run or case that it is asked for.
    pub issue: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Reply<'a> {
    pub inquiry: &'a Inquiry,
    pub result: Result<(Received, Result<Read, AnswerRefusal>), Unanswered>,
}

pub(super) async fn send<'a>(exchange: &Exchange, inquiries: &'a [Inquiry]) -> Vec<Reply<'a>> {
    // Collected first: a closure that borrows may not lie in a future that changes threads.
    let calls: Vec<_> = inquiries
        .iter()
        .map(|inquiry| send_one(exchange, inquiry))
        .collect();
    futures::stream::iter(calls)
        .buffer_unordered(CALLS_AT_A_TIME)
        .collect()
        .await
}

async fn send_one<'a>(exchange: &Exchange, inquiry: &'a Inquiry) -> Reply<'a> {
    debug_assert!(inquiry.persons.len() <= PERSONS_A_CALL_MAX);
    let line = &exchange.lines[&inquiry.agency];
    let question = Question {
        legal_basis: &line.connector.legal_basis,
        consent: inquiry.consent.as_deref(),
        as_of: inquiry.as_of,
        window: inquiry.window,
        persons: &inquiry.persons,
        issue: inquiry.issue.as_deref(),
    };
    let received = match line.ask(&exchange.platform, &question).await {
        Ok(received) => received,
        Err(unanswered) => {
            return Reply {
                inquiry,
                result: Err(unanswered),
            };
        }
    };
    let (agency, request) = (inquiry.agency, received.request);
    let read = answer::read(&line.connector, &question, &dialect::Reply::of(&received));
    match &read {
        Ok(_) => line.breaker.succeeded(),
        Err(refusal) => {
            line.breaker.failed();
            tracing::warn!(agency = agency.name(), %request, %refusal, "answer refused");
        }
    }
    Reply {
        inquiry,
        result: Ok((received, read)),
    }
}
