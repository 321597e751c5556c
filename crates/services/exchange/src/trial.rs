//! One question to one agency, for whoever sets a connector up: what is sent, what comes back, and
//! the facts it would make. Nothing of it is kept as evidence and no fact is recorded. That somebody
//! asked is: the agency has heard the number, so the person reads of it.

use access::{Action, Permit, Purpose, Scope, Subject};
use kernel::{Cell, Day, EvidenceId, FactBody, Instant, Month, PersonId, Pinfl, Source};
use registry::civil::CivilAnswer;
use registry::{RegisterError, person, unit};

use crate::answer::{self, AnswerRefusal, Said};
use crate::asked::{self, NewUnanswered};
use crate::dci::area_of;
use crate::dialect::{Reply, Sent, Stamp};
use crate::evidence::{self, AsReceived};
use crate::failure::CallFailure;
use crate::wire::Question;
use crate::{Connector, Exchange, ExchangeError, consent};
use uuid::Uuid;

/// What the list of questions says became of it.
const NOT_KEPT: &str = "tried out by an administrator: what came was shown and not kept";

/// Reads bytes as the answer to a question about these persons, received now: of how many what is said
/// would be believed, and of how many refused. Nothing is asked and nothing kept. For files of answers,
/// and for the fuzzer.
pub fn read_bytes(
    connector: &Connector,
    (request, now): (Uuid, Instant),
    (persons, as_of): (&[Pinfl], Day),
    body: &[u8],
) -> Result<(usize, usize), AnswerRefusal> {
    let question = Question {
        legal_basis: &connector.legal_basis,
        consent: None,
        as_of,
        window: (as_of.month().plus(-3), as_of.month()),
        persons,
        issue: None,
    };
    let stamp = Stamp {
        xroad_id: Some(request.to_string()),
        xroad_request_hash: Some(NO_HASH.to_owned()),
        signature: None,
    };
    let reply = Reply {
        request,
        received_at: now,
        body,
        stamp: &stamp,
        now,
    };
    let read = answer::read(connector, &question, &reply)?;
    Ok((read.said.len(), read.refused.len()))
}

/// A SHA-512 of the right form.
const NO_HASH: &str =
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==";

/// What is to be asked.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub agency: Source,
    pub person: Pinfl,
    /// By the name under which it stands, as `RECORD/REVISION`.
    pub consent: Option<String>,
    pub as_of: Day,
    /// First and last month, both included.
    pub window: (Month, Month),
}

/// What was said on both sides.
#[derive(Debug)]
pub struct Trial {
    pub sent: Sent,
    pub came: Result<Came, CallFailure>,
}

#[derive(Debug)]
pub struct Came {
    /// As received.
    pub body: Vec<u8>,
    pub told: Told,
}

/// What would become of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// Facts, which would hold until a day. `found` false: the agency holds nothing of this person.
    Facts {
        found: bool,
        as_of: Day,
        valid_until: Day,
        bodies: Vec<(u16, FactBody)>,
    },
    Civil(Box<CivilAnswer>),
    /// The civil registry does not know the number.
    NotFound,
    Pending {
        ready_at: Instant,
    },
    PassedOver,
    Refused(AnswerRefusal),
}

#[derive(Debug, thiserror::Error)]
pub enum TrialRefused {
    #[error("no connector is configured for {}; see `daftar connector list`", .0.name())]
    NoConnector(Source),
    #[error(
        "{} may be asked only with the person's consent: name it with --consent, as RECORD/REVISION",
        .0.name()
    )]
    NoConsent(Source),
    #[error("no consent {named} of this person to asking {} stands", .agency.name())]
    ConsentDoesNotStand { agency: Source, named: String },
    #[error("nothing was asked: {0}")]
    Unasked(CallFailure),
    #[error(transparent)]
    Denied(#[from] access::Denied),
    #[error(transparent)]
    Register(#[from] RegisterError),
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    #[error(transparent)]
    Fault(#[from] store::Fault),
}

impl Exchange {
    /// Asks once, in the name of `subject`. The log has the look before anything is sent.
    pub async fn try_out(&self, subject: &Subject, wanted: Wanted) -> Result<Trial, TrialRefused> {
        let agency = wanted.agency;
        let line = self
            .lines
            .get(&agency)
            .ok_or(TrialRefused::NoConnector(agency))?;
        let (permit, person) = self.look(subject, wanted.person).await?;
        if line.connector.needs_consent {
            self.check_consent(&permit, person, &wanted).await?;
        }
        let consent = wanted.consent.as_deref();
        let persons = [wanted.person];
        let question = Question {
            legal_basis: &line.connector.legal_basis,
            consent: consent.filter(|_| line.connector.needs_consent),
            as_of: wanted.as_of,
            window: wanted.window,
            persons: &persons,
            issue: None,
        };
        if let Some(person) = person {
            self.note_tried(person, agency, &question).await?;
        }
        // Nobody waits for an answer that comes later: the registry is asked at its other address.
        let connector = line.connector.at_once();
        let asked = line.ask_once(&self.platform, (&connector, &question));
        let (sent, received) = asked.await.map_err(TrialRefused::Unasked)?;
        let came = received.map(|received| {
            let read = answer::read(&connector, &question, &Reply::of(&received));
            let valid_days = connector.valid_days;
            Came {
                told: told(read, valid_days),
                body: received.body,
            }
        });
        Ok(Trial { sent, came })
    }

    /// The permit that opens this person, or, for a number that the register does not know, the one to
    /// have looked.
    async fn look(
        &self,
        subject: &Subject,
        number: Pinfl,
    ) -> Result<(Permit, Option<PersonId>), TrialRefused> {
        let (platform, action, purpose) = (&self.platform, Action::AssessCase, Purpose::Upkeep);
        let permit = access::batch(platform, subject, action, purpose, None, 1).await?;
        let mut tx = platform.db.read().await?;
        let Some(person) = person::find_by_pinfl(&mut tx, &permit, number).await? else {
            return Ok((permit, None));
        };
        drop(tx);
        let permit = self.look_at(subject, &permit, person).await?;
        Ok((permit, Some(person)))
    }

    async fn look_at(
        &self,
        subject: &Subject,
        permit: &Permit,
        person: PersonId,
    ) -> Result<Permit, TrialRefused> {
        let (platform, action, purpose) = (&self.platform, Action::AssessCase, Purpose::Upkeep);
        let mut tx = platform.db.read().await?;
        let mut area = access::Area::Country;
        if let Some(block) = unit::blocks(&mut tx).await?.into_iter().next() {
            let home = unit::of_person(&mut tx, permit, &block.block.name, person).await?;
            area = home.map_or(area, |home| area_of(home.district, home.mahalla));
        }
        drop(tx);
        let scope = Scope::person(person, area);
        Ok(access::permit(platform, subject, action, purpose, scope).await?)
    }

    /// An answer as it was received, for a quarrel with the agency or an auditor. The person it is
    /// evidence about finds the look on the own page.
    pub async fn show_answer(
        &self,
        subject: &Subject,
        evidence: EvidenceId,
    ) -> Result<Option<AsReceived>, TrialRefused> {
        let (platform, action, purpose) = (&self.platform, Action::AssessCase, Purpose::Upkeep);
        let permit = access::batch(platform, subject, action, purpose, None, 1).await?;
        let mut tx = platform.db.read().await?;
        let Some(person) = evidence::person_of(&mut tx, &permit, evidence).await? else {
            return Ok(None);
        };
        drop(tx);
        let permit = self.look_at(subject, &permit, person).await?;
        let mut tx = platform.db.read().await?;
        Ok(self.answer_as_received(&mut tx, &permit, evidence).await?)
    }

    async fn check_consent(
        &self,
        permit: &Permit,
        person: Option<PersonId>,
        wanted: &Wanted,
    ) -> Result<(), TrialRefused> {
        let agency = wanted.agency;
        let named = wanted
            .consent
            .clone()
            .ok_or(TrialRefused::NoConsent(agency))?;
        let persons: Vec<PersonId> = person.into_iter().collect();
        let mut tx = self.platform.db.read().await?;
        let standing = consent::standing(&mut tx, permit, agency, &persons).await?;
        match standing.values().any(|stands| stands.name == named) {
            true => Ok(()),
            false => Err(TrialRefused::ConsentDoesNotStand { agency, named }),
        }
    }

    async fn note_tried(
        &self,
        person: PersonId,
        agency: Source,
        question: &Question<'_>,
    ) -> Result<(), TrialRefused> {
        let row = NewUnanswered {
            id: self.platform.ids.uuid(),
            person,
            agency,
            legal_basis: question.legal_basis.to_owned(),
            consent: question.consent.map(str::to_owned),
            sent_at: self.platform.clock.now(),
            reason: NOT_KEPT.to_owned(),
        };
        let mut tx = self.platform.db.begin().await?;
        asked::insert_unanswered(&mut tx, &[row]).await?;
        Ok(tx.commit().await?)
    }
}

fn told(read: Result<answer::Read, AnswerRefusal>, valid_days: i32) -> Told {
    let mut read = match read {
        Ok(read) => read,
        Err(refusal) => return Told::Refused(refusal),
    };
    if let Some((_, refusal)) = read.refused.pop() {
        return Told::Refused(refusal);
    }
    match read.said.pop().map(|(_, said)| said) {
        None => Told::PassedOver,
        Some(Said::NotFound) => Told::NotFound,
        Some(Said::Pending { ready_at }) => Told::Pending { ready_at },
        Some(Said::Civil(answer)) => Told::Civil(answer),
        Some(Said::Facts { found, bodies }) => Told::Facts {
            found,
            as_of: read.as_of,
            valid_until: read.as_of.plus_days(valid_days),
            bodies,
        },
    }
}

/// A value of a fact for people: money in soʻm, dates as they are written, words of the catalogue.
pub fn written(field: &kernel::facts::Field, cell: &Cell) -> String {
    use kernel::facts::ValueType;
    let number = match cell {
        Cell::Missing => return "not told".to_owned(),
        Cell::Text(text) => return text.clone(),
        Cell::Int(number) => *number,
    };
    let small = i32::try_from(number).unwrap_or_default();
    match field.ty {
        ValueType::Money => format!("{}.{:02} soʻm", number / 100, number % 100),
        ValueType::Day => Day(small).to_string(),
        ValueType::Month => Month(small).to_string(),
        ValueType::YesNo if number == 0 => "no".to_owned(),
        ValueType::YesNo => "yes".to_owned(),
        ValueType::Code(list) => {
            let place = usize::try_from(number).unwrap_or(usize::MAX);
            list.get(place).copied().unwrap_or("?").to_owned()
        }
        ValueType::Integer | ValueType::Text => number.to_string(),
    }
}
