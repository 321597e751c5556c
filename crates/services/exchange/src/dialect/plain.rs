//! The dialect `plain`: one JSON question about many persons, one JSON answer with a part for each.

use std::borrow::Cow;

use super::{Frame, Part, Reply, Sent, Told};
use crate::answer::{AnswerRefusal, not_the_format};
use crate::connector::Connector;
use crate::wire::{AnswerJson, PartJson, Question};
use uuid::Uuid;

pub fn write(connector: &Connector, request: Uuid, question: &Question<'_>) -> Sent {
    Sent {
        address: connector.address.clone(),
        headers: vec![("content-type", "application/json".to_owned())],
        body: question.to_json(request),
    }
}

pub fn frame<'a>(connector: &Connector, reply: &Reply<'a>) -> Result<Frame<'a>, AnswerRefusal> {
    let answer: AnswerJson<'a> =
        serde_json::from_slice(reply.body).map_err(|error| not_the_format(&error))?;
    if answer.request_id != reply.request {
        return Err(AnswerRefusal::AnotherRequest {
            found: answer.request_id.to_string(),
        });
    }
    if answer.agency != connector.agency.name() {
        return Err(AnswerRefusal::AnotherAgency);
    }
    Ok(Frame {
        as_of: answer.as_of,
        parts: answer
            .answers
            .into_iter()
            .map(|raw| part(raw.get()))
            .collect(),
    })
}

fn part(raw: &str) -> Part<'_> {
    let part: PartJson = match serde_json::from_str(raw) {
        Ok(part) => part,
        Err(error) => return Part::Unreadable(not_the_format(&error)),
    };
    let told = match (part.pending, part.found) {
        (Some(true), _) => Told::Pending {
            ready_at: part.ready_at,
        },
        (_, Some(true)) => Told::Found(Cow::Borrowed(raw)),
        (_, Some(false)) => Told::Nothing,
        (_, None) => Told::Neither,
    };
    Part::About {
        person: part.pinfl,
        told,
    }
}
