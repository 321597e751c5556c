//! The mapper from persons to accounts, in the protocol of G2P Connect: link, update, unlink and
//! resolve. Envelope, signature, callbacks and status are those of every other question.
//!
//! No link takes effect by itself. It asks for an [`account_change`], which waits for 72 hours and
//! can be stopped by its person: the answer is `pdng` until then. Telephone numbers of a message are
//! not taken: the person is told by the number that the register has.

use std::collections::{BTreeSet, HashMap};

use access::{Action, Permit, Subject};
use kernel::lang::Text3;
use kernel::{BankAccount, Mfo, Pinfl};
use payments::account_change::{self, Ask, Asked, Destination};
use serde_json::{Map, Value, json};
use store::{Fault, Tx};
use uuid::Uuid;

use super::answer::Unanswered;
use super::envelope::{self, Envelope};
use super::outgoing::{Reply, Told};
use super::partner::Partner;
use super::question::Question;
use super::refusal::Refusal;
use super::status::{self, Outcome};
use super::wanted::Rejected;
use super::words;
use crate::Exchange;
use crate::payee::Payee;

/// The name of a person's number in an id.
const ID_SCHEMES: &[&str] = &["pinfl", "jshshir", "nin", "uin"];
/// The name of a bank account in a financial address.
const FA_SCHEME: &str = "account";

/// What one item asks.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Wish {
    Link {
        id: Pinfl,
        to: Destination,
    },
    Unlink {
        id: Pinfl,
        from: Option<Destination>,
    },
    Resolve {
        id: Option<Pinfl>,
        at: Option<Destination>,
        details: bool,
    },
}

/// A message whose persons were looked up.
#[derive(Debug)]
pub(super) struct Prepared {
    question: Question,
    items: Vec<(Map<String, Value>, Result<Wish, Rejected>)>,
    payees: HashMap<Pinfl, Payee>,
    look: Permit,
}

/// How one item ends: `succ`, `pdng` or `rjct`, the standard's code, words, and what is told.
struct End {
    status: &'static str,
    code: Option<&'static str>,
    words: Option<Text3>,
    told: Map<String, Value>,
}

impl End {
    fn new(status: &'static str, code: Option<&'static str>) -> End {
        End {
            status,
            code,
            words: None,
            told: Map::new(),
        }
    }

    fn refused(code: &'static str, why: impl ToString) -> End {
        End::from(rejected(code, why))
    }
}

impl From<Rejected> for End {
    fn from(rejected: Rejected) -> End {
        End {
            words: Some(words::text_of(&rejected)),
            ..End::new("rjct", Some(rejected.code))
        }
    }
}

fn rejected(code: &'static str, message: impl ToString) -> Rejected {
    Rejected {
        code,
        message: message.to_string(),
    }
}

/// `scheme:value@provider`, of which the standard's own examples leave out the one or the other.
fn parts(text: &str) -> (Option<&str>, &str, Option<&str>) {
    let (scheme, rest) = match text.split_once(':') {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, text),
    };
    match rest.split_once('@') {
        Some((value, provider)) => (scheme, value, Some(provider)),
        None => (scheme, rest, None),
    }
}

fn read_id(item: &Map<String, Value>) -> Result<Option<Pinfl>, Rejected> {
    let wrong = |why: String| rejected("rjct.id.invalid", format!("id: {why}"));
    let Some(id) = item.get("id") else {
        return Ok(None);
    };
    let text = id.as_str().ok_or_else(|| wrong("is no text".to_owned()))?;
    let (scheme, value, _) = parts(text);
    let known = |scheme: &str| ID_SCHEMES.contains(&scheme.to_ascii_lowercase().as_str());
    if !scheme.is_none_or(known) {
        return Err(wrong("is no pinfl:14 digits@provider".to_owned()));
    }
    let number = Pinfl::parse(value).map_err(|why| wrong(why.to_string()))?;
    Ok(Some(number))
}

fn read_fa(item: &Map<String, Value>) -> Result<Option<Destination>, Rejected> {
    match item.get("fa") {
        None => Ok(None),
        Some(fa) => {
            let read = fa.as_str().ok_or("is no text".to_owned());
            let read = read.and_then(read_destination);
            read.map(Some)
                .map_err(|why| rejected("rjct.fa.invalid", format!("fa: {why}")))
        }
    }
}

/// `account:20 digits@MFO of 5 digits`.
pub fn read_destination(text: &str) -> Result<Destination, String> {
    let (scheme, account, provider) = parts(text);
    if !scheme.is_none_or(|scheme| scheme.eq_ignore_ascii_case(FA_SCHEME)) {
        return Err("is no account:20 digits@MFO".to_owned());
    }
    let provider = provider.ok_or("has no bank: write account:20 digits@MFO")?;
    let account = BankAccount::parse(account).map_err(|why| why.to_string())?;
    let mfo = Mfo::parse(provider).map_err(|why| why.to_string())?;
    if !account.is_in_soum() {
        return Err(account_change::Refusal::NotInSoum.to_string());
    }
    Ok(Destination { mfo, account })
}

fn fa_of(to: &Destination) -> String {
    format!("{FA_SCHEME}:{}@{}", to.account, to.mfo)
}

impl Wish {
    fn read_item(question: Question, item: &Map<String, Value>) -> Result<Wish, Rejected> {
        envelope::check_alone(item, "rjct.other.error")?;
        Wish::read(question, item)
    }

    fn read(question: Question, item: &Map<String, Value>) -> Result<Wish, Rejected> {
        let missing = |name: &str| rejected(missing_code(name), format!("{name} is missing"));
        let (id, fa) = (read_id(item)?, read_fa(item)?);
        match question {
            Question::Resolve => {
                let details = match item.get("scope").map(Value::as_str) {
                    None | Some(Some("yes_no")) => false,
                    Some(Some("details")) => true,
                    _ => {
                        let code = "rjct.resolve_type.not_supported";
                        return Err(rejected(code, "scope is yes_no or details"));
                    }
                };
                if (id, fa) == (None, None) {
                    return Err(missing("id"));
                }
                let at = fa;
                Ok(Wish::Resolve { id, at, details })
            }
            Question::Unlink => Ok(Wish::Unlink {
                id: id.ok_or_else(|| missing("id"))?,
                from: fa,
            }),
            _ => Ok(Wish::Link {
                id: id.ok_or_else(|| missing("id"))?,
                to: fa.ok_or_else(|| missing("fa"))?,
            }),
        }
    }

    fn id(&self) -> Option<Pinfl> {
        match self {
            Wish::Link { id, .. } | Wish::Unlink { id, .. } => Some(*id),
            Wish::Resolve { id, .. } => *id,
        }
    }
}

fn missing_code(name: &str) -> &'static str {
    match name {
        "fa" => "rjct.fa.invalid",
        _ => "rjct.id.invalid",
    }
}

impl Exchange {
    pub(super) async fn map_at_once(
        &self,
        (partner, subject): (&Partner, &Subject),
        question: Question,
        envelope: &Envelope,
    ) -> Result<Reply, Unanswered> {
        let prepared = self.prepare(subject, question, &envelope.message).await?;
        let correlation = self.platform.ids.uuid();
        let within = (envelope.transaction_id.as_str(), correlation);
        let mut tx = self.platform.db.begin().await?;
        self.take(&mut tx, partner, envelope, (question, correlation, None))
            .await?;
        let told = self.map(&mut tx, &prepared, within).await?;
        tx.commit().await?;
        Ok(self.seal(partner, self.platform.ids.uuid(), &told))
    }

    /// Reads the items and looks their persons up: permits are written before the transaction.
    pub(super) async fn prepare(
        &self,
        subject: &Subject,
        question: Question,
        message: &Map<String, Value>,
    ) -> Result<Prepared, Fault> {
        let listed = message.get(question.items()).and_then(Value::as_array);
        let listed = listed.into_iter().flatten().filter_map(Value::as_object);
        let items: Vec<_> = listed
            .map(|item| (item.clone(), Wish::read_item(question, item)))
            .collect();
        let numbers: BTreeSet<Pinfl> = items
            .iter()
            .filter_map(|(_, wish)| wish.as_ref().ok()?.id())
            .collect();
        let action = Action::LinkAccount;
        let payees = self.find_payees(subject, action, &numbers).await?;
        let look = self.permit_to_look(subject, action, items.len()).await?;
        Ok(Prepared {
            question,
            items,
            payees,
            look,
        })
    }

    /// Does what every item asks, one after the other, and notes how each ended.
    pub(super) async fn map(
        &self,
        tx: &mut Tx,
        prepared: &Prepared,
        (transaction_id, correlation): (&str, Uuid),
    ) -> Result<Told, Fault> {
        let question = prepared.question;
        let (mut answers, mut outcomes) = (Vec::new(), Vec::new());
        for (item, wish) in &prepared.items {
            let end = match wish {
                Ok(wish) => self.fulfil(tx, prepared, wish).await?,
                Err(rejected) => End::from(rejected.clone()),
            };
            outcomes.push(Outcome {
                reference_id: envelope::id(item, "reference_id").unwrap_or_default(),
                status: end.status,
                reason: end.code,
                records: 0,
            });
            answers.push(self.answer_of(item, end));
        }
        let now = self.platform.wall.now();
        status::note(tx, correlation, now, &outcomes).await?;
        let every = |status: &str| outcomes.iter().all(|outcome| outcome.status == status);
        let (total, rejected) = (answers.len(), every("rjct"));
        let message = json!({
            "transaction_id": transaction_id,
            "correlation_id": correlation.to_string(),
            question.answers(): answers,
        });
        Ok(Told {
            action: question.answer_action().to_owned(),
            status: if rejected { "rjct" } else { "succ" }.to_owned(),
            total,
            completed: outcomes.iter().filter(|one| one.status != "pdng").count(),
            meta: None,
            message,
        })
    }

    fn answer_of(&self, item: &Map<String, Value>, end: End) -> Value {
        let mut told = end.told;
        told.insert("status".to_owned(), end.status.into());
        told.insert(
            "timestamp".to_owned(),
            self.platform.wall.now().to_string().into(),
        );
        for name in ["reference_id", "id", "fa"] {
            if let Some(value) = item.get(name) {
                told.entry(name).or_insert_with(|| value.clone());
            }
        }
        if let Some(locale) = words::locale_of(item) {
            told.insert("locale".to_owned(), locale.into());
        }
        if let Some(code) = end.code {
            told.insert("status_reason_code".to_owned(), code.into());
        }
        if let Some(text) = &end.words {
            let words = words::of_text(item, text);
            told.insert("status_reason_message".to_owned(), words.into());
        }
        Value::Object(told)
    }

    async fn fulfil(&self, tx: &mut Tx, prepared: &Prepared, wish: &Wish) -> Result<End, Fault> {
        let payee = wish.id().and_then(|id| prepared.payees.get(&id));
        match (wish, payee) {
            (Wish::Resolve { id, at, details }, payee) => {
                let resolved = Resolve {
                    known: payee.filter(|_| id.is_some()),
                    by_id: id.is_some(),
                    at: at.as_ref(),
                    details: *details,
                };
                resolved.end(tx, &prepared.look).await
            }
            (_, None) => Ok(End::refused(
                "rjct.id.invalid",
                "the register knows nobody with this number whom you may ask about",
            )),
            (Wish::Link { to, .. }, Some(payee)) => self.ask_change(tx, payee, Some(*to)).await,
            (Wish::Unlink { from, .. }, Some(payee)) => {
                let now = account_change::current(tx, &[payee.person]).await;
                let now = now.map_err(fault)?.get(&payee.person).copied();
                if from.is_some() && now != *from {
                    let why = "another account, or none, is linked to this person";
                    return Ok(End::refused("rjct.fa.invalid", why));
                }
                self.ask_change(tx, payee, None).await
            }
        }
    }

    async fn ask_change(
        &self,
        tx: &mut Tx,
        payee: &Payee,
        to: Option<Destination>,
    ) -> Result<End, Fault> {
        let ids = &self.platform.ids;
        let ask = Ask {
            id: ids.uuid(),
            person: payee.person,
            district: payee.district,
            to,
        };
        match account_change::ask(tx, ids, &payee.permit, &ask).await {
            Ok(Asked::Already) => Ok(End::new("succ", None)),
            Ok(Asked::Change(change)) => {
                let at = change.due_at;
                let why = Text3::new(
                    format!("Egasi toʻxtatmasa, {at} da kuchga kiradi"),
                    format!("вступит в силу {at}, если владелец не остановит"),
                    format!("takes effect at {at} unless its person stops it"),
                );
                Ok(End {
                    words: Some(why),
                    ..End::new("pdng", None)
                })
            }
            Err(payments::Error::AccountChange(refusal)) => {
                Ok(End::refused("rjct.other.error", refusal))
            }
            Err(other) => Err(fault(other)),
        }
    }
}

/// What is asked about an account.
struct Resolve<'a> {
    known: Option<&'a Payee>,
    by_id: bool,
    at: Option<&'a Destination>,
    details: bool,
}

impl Resolve<'_> {
    async fn end(&self, tx: &mut Tx, look: &Permit) -> Result<End, Fault> {
        if !self.by_id {
            let at = self.at.expect("an item names an id or an account");
            let holders = account_change::holders(tx, look, at).await.map_err(fault)?;
            let code = match holders.is_empty() {
                true => "succ.fa.not_found",
                false => "succ.fa.active",
            };
            return Ok(End::new("succ", Some(code)));
        }
        let Some(payee) = self.known else {
            return Ok(End::new("succ", Some("succ.id.not_found")));
        };
        let now = account_change::current(tx, &[payee.person]).await;
        let now = now.map_err(fault)?.get(&payee.person).copied();
        let open = account_change::open_of(tx, &payee.permit, payee.person).await;
        let asked = open.map_err(fault)?.and_then(|change| change.to);
        let code = match (self.at, now) {
            (None, Some(_)) => "succ.id.active",
            (None, None) if asked.is_some() => "succ.id.inactive",
            (None, None) => "succ.id.not_found",
            (Some(at), Some(now)) if *at == now => "succ.fa.active",
            (Some(at), _) if asked == Some(*at) => "succ.fa.inactive",
            (Some(_), _) => "succ.fa.not_linked_to_id",
        };
        let mut end = End::new("succ", Some(code));
        if let Some(now) = now.filter(|now| self.details && self.at.is_none_or(|at| at == now)) {
            end.told.insert("fa".to_owned(), fa_of(&now).into());
            let provider = json!({ "name": format!("MFO {}", now.mfo), "code": now.mfo });
            end.told
                .insert("account_provider_info".to_owned(), provider);
        }
        Ok(end)
    }
}

/// What payments cannot do for reasons of its own.
pub(crate) fn fault(error: payments::Error) -> Fault {
    match error {
        payments::Error::Fault(fault) => fault,
        other => Fault::Stored {
            what: "payments",
            reason: other.to_string(),
        },
    }
}

/// A partner that was not entered as one that maps accounts does not.
pub(super) fn allowed(partner: &Partner) -> Result<(), Refusal> {
    if partner.account_mapper {
        return Ok(());
    }
    let why = "you are not entered as one who links accounts";
    Err(Refusal::new(403, "err.request.forbidden", why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_financial_address_names_an_account_in_soum_and_its_bank() {
        let account = "22618000123456789001";
        for good in [
            format!("account:{account}@00014"),
            format!("ACCOUNT:{account}@00014"),
            format!("{account}@00014"),
        ] {
            let read = read_destination(&good).expect(&good);
            assert_eq!(fa_of(&read), format!("account:{account}@00014"));
        }
        for bad in [
            account.to_owned(),
            format!("{account}@14"),
            format!("token:{account}@00014"),
            format!("account:{account}1@00014"),
            "account:22618840123456789001@00014".to_owned(),
            "account:@00014".to_owned(),
            String::new(),
        ] {
            assert!(read_destination(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_item_says_whom_and_where_or_what_is_wrong_with_it() {
        use Question::*;
        let (id, fa) = (
            "pinfl:30101900000000@uz",
            "account:22618000123456789001@00014",
        );
        let code = |question, item: Value| {
            let read = Wish::read(question, item.as_object().expect("an object"));
            read.err().map(|rejected| rejected.code)
        };
        let pinfl = Pinfl::make(kernel::Sex::Female, kernel::Day(10), 1, 2).to_string();
        let good = format!("pinfl:{pinfl}@uz");
        assert_eq!(code(Link, json!({ "id": good, "fa": fa })), None);
        assert_eq!(code(Link, json!({ "id": pinfl, "fa": fa })), None);
        let (bad_id, bad_fa) = (Some("rjct.id.invalid"), Some("rjct.fa.invalid"));
        for (question, item, expected) in [
            (Link, json!({ "id": good }), bad_fa),
            (Update, json!({ "fa": fa }), bad_id),
            (Link, json!({ "id": id, "fa": fa }), bad_id),
            (
                Link,
                json!({ "id": format!("vid:{pinfl}"), "fa": fa }),
                bad_id,
            ),
            (Link, json!({ "id": 7, "fa": fa }), bad_id),
            (Link, json!({ "id": good, "fa": ["x"] }), bad_fa),
            (Unlink, json!({ "fa": fa }), bad_id),
            (Unlink, json!({ "id": good }), None),
            (Resolve, json!({}), bad_id),
            (Resolve, json!({ "fa": fa, "scope": "yes_no" }), None),
            (Resolve, json!({ "id": good, "scope": "details" }), None),
            (
                Resolve,
                json!({ "id": good, "scope": "all" }),
                Some("rjct.resolve_type.not_supported"),
            ),
        ] {
            assert_eq!(code(question, item.clone()), expected, "{item}");
        }
    }
}
