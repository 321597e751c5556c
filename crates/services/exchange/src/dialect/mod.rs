//! How an agency is spoken to: what a question looks like on the wire, and what frame its answer
//! comes in. What is in the frame, one part a person, is believed or not in `answer.rs`, the same for
//! every dialect.

pub mod basic;
pub mod dci;
mod dci_sealed;
pub mod gateway;
pub mod key_file;
mod plain;
pub mod secret;
pub mod token;
pub mod xroad;

use std::borrow::Cow;

use hyper::header::HeaderMap;
use kernel::{Day, Instant, Pinfl};
use uuid::Uuid;

use crate::answer::AnswerRefusal;
use crate::call::Received;
use crate::connector::Connector;
use crate::failure::CallFailure;
use crate::wire::Question;

/// Bytes of one header of an answer that are kept: a detached JWS is the longest.
const HEADER_BYTES_MAX: usize = 2_000;

/// The dialects, each with what its file says beside the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dialect {
    /// JSON of our own: many persons a call, the answer names the request.
    Plain,
    /// The national gateway: a token, then one person a call.
    Gateway(Box<gateway::Gateway>),
    /// The plain question through security servers.
    Xroad(Box<xroad::Xroad>),
    /// A registry asked over DCI, both sides signed.
    Dci(Box<dci::Dci>),
}

/// A question on its way.
#[derive(Clone, PartialEq, Eq)]
pub struct Sent {
    pub address: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Sent {
    /// Its headers for people: what lets us in is not shown.
    pub fn shown_headers(&self) -> Vec<(&str, &str)> {
        let headers = self.headers.iter();
        let shown = headers.map(|(name, value)| match *name {
            "authorization" => (*name, "(not shown)"),
            _ => (*name, value.as_str()),
        });
        shown.collect()
    }
}

/// Neither a person's number nor a token goes into a log.
impl std::fmt::Debug for Sent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sent({} bytes to {})", self.body.len(), self.address)
    }
}

/// What came with an answer beside its body, and is kept with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stamp {
    /// The id of the message at the security servers.
    pub xroad_id: Option<String>,
    /// The hash of our question as the security server signed it.
    pub xroad_request_hash: Option<String>,
    /// The HTTP header `Signature` of a registry that signs there.
    pub signature: Option<String>,
}

/// A header that is text and not too long.
fn header_text(headers: &HeaderMap, name: &str) -> Option<String> {
    let text = headers.get(name)?.to_str().ok()?;
    (text.len() <= HEADER_BYTES_MAX).then(|| text.to_owned())
}

/// An answer taken out of its frame.
#[derive(Debug)]
pub(crate) struct Frame<'a> {
    /// The day it speaks for.
    pub as_of: Day,
    pub parts: Vec<Part<'a>>,
}

/// What stands in the frame.
#[derive(Debug)]
pub(crate) enum Part<'a> {
    About {
        person: Pinfl,
        told: Told<'a>,
    },
    /// Nobody knows of whom it speaks.
    Unreadable(AnswerRefusal),
}

/// What is told of one person.
#[derive(Debug)]
pub(crate) enum Told<'a> {
    /// The person's part: JSON.
    Found(Cow<'a, str>),
    /// The agency knows nothing of this person.
    Nothing,
    Pending {
        ready_at: Option<Instant>,
    },
    Neither,
    /// The frame itself says that it cannot be believed.
    Refused(AnswerRefusal),
}

/// An answer and the question that it must fit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reply<'a> {
    pub request: Uuid,
    pub received_at: Instant,
    pub body: &'a [u8],
    pub stamp: &'a Stamp,
    /// When it came by the system's clock, by which signatures are dated.
    pub now: Instant,
}

impl<'a> Reply<'a> {
    pub fn of(received: &'a Received) -> Reply<'a> {
        Reply {
            request: received.request,
            received_at: received.received_at,
            body: &received.body,
            stamp: &received.stamp,
            now: received.wall_at,
        }
    }
}

impl Dialect {
    pub const NAMES: [&'static str; 4] = ["plain", "gateway", "xroad", "dci"];

    /// As files and people write it.
    pub fn name(&self) -> &'static str {
        match self {
            Dialect::Plain => "plain",
            Dialect::Gateway(_) => "gateway",
            Dialect::Xroad(_) => "xroad",
            Dialect::Dci(_) => "dci",
        }
    }

    /// Persons that one question of it can speak of.
    pub(crate) fn persons_max(&self) -> usize {
        match self {
            Dialect::Plain | Dialect::Xroad(_) => usize::MAX,
            Dialect::Gateway(_) => 1,
            Dialect::Dci(_) => dci::PERSONS_MAX,
        }
    }

    /// A registry whose answers come later, in messages of its own.
    pub(crate) fn later(&self) -> Option<(&dci::Dci, &dci::Later)> {
        match self {
            Dialect::Dci(dci) => dci.later.as_ref().map(|later| (&**dci, later)),
            Dialect::Plain | Dialect::Gateway(_) | Dialect::Xroad(_) => None,
        }
    }

    /// A registry that tells us something in messages of its own.
    pub(crate) fn told_by(&self) -> Option<&dci::Dci> {
        match self {
            Dialect::Dci(dci) if dci.callback.is_some() => Some(&**dci),
            _ => None,
        }
    }

    /// Where the token comes from that its messages carry.
    pub(crate) fn grant(&self) -> Option<&token::Grant> {
        match self {
            Dialect::Gateway(gateway) => Some(&gateway.grant),
            Dialect::Dci(dci) => dci.grant.as_ref(),
            Dialect::Plain | Dialect::Xroad(_) => None,
        }
    }

    /// What carries the message may fail where the agency does not.
    pub(crate) fn fault_of_carrier(&self, headers: &HeaderMap) -> Option<CallFailure> {
        match self {
            Dialect::Xroad(_) => xroad::fault(headers),
            Dialect::Plain | Dialect::Gateway(_) | Dialect::Dci(_) => None,
        }
    }

    pub(crate) fn stamp(&self, headers: &HeaderMap) -> Stamp {
        match self {
            Dialect::Xroad(_) => xroad::stamp(headers),
            Dialect::Dci(_) => Stamp {
                signature: header_text(headers, "signature"),
                ..Stamp::default()
            },
            Dialect::Plain | Dialect::Gateway(_) => Stamp::default(),
        }
    }

    /// `now` dates what is signed. `Err`: there is no key to sign with, and nothing leaves us.
    pub(crate) fn write(
        connector: &Connector,
        (request, now): (Uuid, Instant),
        question: &Question<'_>,
    ) -> Result<Sent, CallFailure> {
        match &connector.dialect {
            Dialect::Plain => Ok(plain::write(connector, request, question)),
            Dialect::Gateway(gateway) => Ok(gateway::write(connector, gateway, request, question)),
            Dialect::Xroad(xroad) => Ok(xroad::write(connector, xroad, request, question)),
            Dialect::Dci(dci) => dci::write(connector, dci, (request, now), question),
        }
    }

    /// `Err` refuses the whole answer.
    pub(crate) fn frame<'a>(
        connector: &Connector,
        reply: &Reply<'a>,
        question: &Question<'_>,
    ) -> Result<Frame<'a>, AnswerRefusal> {
        match &connector.dialect {
            Dialect::Plain => plain::frame(connector, reply),
            Dialect::Gateway(gateway) => gateway::frame(gateway, reply),
            Dialect::Xroad(_) => xroad::frame(connector, reply),
            Dialect::Dci(dci) => dci::frame(dci, reply, question),
        }
    }
}
