//! What registries say to our subscriptions, and what they tell of by them.

use access::{Action, Purpose, Scope, Subject};
use kernel::{Day, Source};
use serde_json::Value;
use store::Tx;
use uuid::Uuid;

use super::store::{self as rows, State, Subscribed, newest};
use crate::dci::Reply;
use crate::dci::envelope::{self, ITEMS_MAX};
use crate::dci::life::Life;
use crate::dci::refusal::Refusal;
use crate::dialect::dci::{Dci, Opened};
use crate::heard::{Heard, NotHeard};
use crate::{Exchange, ExchangeError};

const CODE_CHARS_MAX: usize = 99;
const ALREADY: &str = "rjct.event.already_subscribed";

impl Exchange {
    /// How a subscribing of ours ended.
    pub(crate) async fn hear_subscribed(
        &self,
        (agency, dci): (Source, &Dci),
        opened: &Opened,
        message_id: &str,
    ) -> Result<Reply, NotHeard> {
        let id = transaction(opened).ok_or_else(unknown)?;
        let items = items(opened, "subscribe_response")?;
        let said = items
            .iter()
            .find(|item| item["reference_id"] == id.to_string());
        let said = said.ok_or_else(unknown)?;
        let mut tx = self.platform.db.begin().await?;
        tx.alone(&format!("subscribing {}", agency.name())).await?;
        let all = rows::of_agency(&mut tx, agency).await?;
        let ours = all.iter().find(|one| one.id == id).ok_or_else(unknown)?;
        let action = Heard::OnSubscribe.action();
        if !self
            .take_once(&mut tx, dci, (message_id, action), id)
            .await?
        {
            return Ok(self.acknowledged(id));
        }
        // Said twice in two messages it is the same; what has ended since stays so.
        if matches!(ours.state, State::Kept | State::Sent) {
            let became = ours.heard(said, self.platform.clock.now());
            let (event, state) = (became.event.name(), became.state.word());
            tracing::info!(
                agency = agency.name(),
                event,
                state,
                "a subscription was answered"
            );
            rows::insert(&mut tx, &became).await?;
            self.end_older(&mut tx, &all, &became).await?;
        }
        tx.commit().await?;
        Ok(self.acknowledged(id))
    }

    /// A new code: what it stood under before stands no more.
    async fn end_older(
        &self,
        tx: &mut Tx,
        all: &[Subscribed],
        new: &Subscribed,
    ) -> store::Result<()> {
        let is_new = new.state == State::Stands && new.reason.is_none();
        let older = all.iter().filter(|one| {
            is_new && one.event == new.event && one.code != new.code && one.state == State::Stands
        });
        for one in older {
            let event = one.event.name();
            tracing::warn!(
                agency = one.agency.name(),
                event,
                "the registry had ended a subscription"
            );
            let ended = Subscribed {
                reason: Some("the registry had ended it".to_owned()),
                ..one.becomes(State::Ended, new.at)
            };
            rows::insert(tx, &ended).await?;
        }
        Ok(())
    }

    /// Ours that end: by us, as we know, or by the registry.
    pub(crate) async fn hear_unsubscribed(
        &self,
        (agency, dci): (Source, &Dci),
        opened: &Opened,
        message_id: &str,
    ) -> Result<Reply, NotHeard> {
        if envelope::id(&opened.message, "transaction_id").is_none() {
            let why = "message.transaction_id must have 1 to 99 characters";
            return Err(Refusal::bad(why).into());
        }
        let id = transaction(opened).unwrap_or_default();
        let said = opened.message.get("subscription_status");
        let said = said.and_then(Value::as_array).into_iter().flatten();
        let codes: Vec<&str> = said
            .filter_map(|one| one["code"].as_str())
            .take(ITEMS_MAX)
            .collect();
        let mut tx = self.platform.db.begin().await?;
        tx.alone(&format!("subscribing {}", agency.name())).await?;
        let all = rows::of_agency(&mut tx, agency).await?;
        let named = |one: &&Subscribed| {
            one.code
                .as_deref()
                .is_some_and(|code| codes.contains(&code))
        };
        if !codes.is_empty() && !all.iter().any(|one| named(&one)) {
            return Err(unknown().into());
        }
        let action = Heard::OnUnsubscribe.action();
        if !self
            .take_once(&mut tx, dci, (message_id, action), id)
            .await?
        {
            return Ok(self.acknowledged(id));
        }
        let now = self.platform.clock.now();
        for one in all
            .iter()
            .filter(named)
            .filter(|one| one.state == State::Stands)
        {
            let event = one.event.name();
            tracing::warn!(
                agency = agency.name(),
                event,
                "the registry has ended a subscription"
            );
            let ended = Subscribed {
                reason: Some("the registry has ended it".to_owned()),
                ..one.becomes(State::Ended, now)
            };
            rows::insert(&mut tx, &ended).await?;
        }
        tx.commit().await?;
        Ok(self.acknowledged(id))
    }

    /// Something has happened: it is entered whole or not at all, as what a partner tells.
    pub(crate) async fn hear_notified(
        &self,
        (agency, dci): (Source, &Dci),
        opened: &Opened,
        message_id: &str,
        today: Day,
    ) -> Result<Reply, NotHeard> {
        let told = items(opened, "notify_event")?;
        let told = told
            .iter()
            .map(|item| Life::read(item, today).map_err(Refusal::bad));
        let told: Vec<Life> = told.collect::<Result<_, _>>()?;
        let mut tx = self.platform.db.read().await?;
        let all = rows::of_agency(&mut tx, agency).await?;
        drop(tx);
        let code = opened
            .header
            .get("meta")
            .and_then(|meta| meta["subscription_code"].as_str());
        let id = transaction(opened);
        let is_ours = |one: &Subscribed| {
            let named = Some(one.id) == id || (code.is_some() && one.code.as_deref() == code);
            let has_left = newest(&all)[one.event.name()].state == State::Left;
            named && !has_left && one.state != State::Refused
        };
        if agency != Source::CivilRegistry || !all.iter().any(is_ours) {
            return Err(unknown().into());
        }
        let system = Subject::system();
        let (action, purpose) = (Action::SendCivilEvent, Purpose::Registration);
        let permit = access::permit(&self.platform, &system, action, purpose, Scope::country());
        let permit = permit.await.map_err(ExchangeError::from)?;
        let correlation = self.platform.ids.uuid();
        let mut tx = self.platform.db.begin().await?;
        let heard = (message_id, Heard::Notify.action());
        if !self.take_once(&mut tx, dci, heard, correlation).await? {
            return Ok(self.acknowledged(correlation));
        }
        for life in told {
            self.enter_life(&mut tx, &permit, life).await?;
        }
        tx.commit().await?;
        Ok(self.acknowledged(correlation))
    }
}

impl Subscribed {
    /// As the registry's item has it.
    fn heard(&self, said: &Value, at: kernel::Instant) -> Subscribed {
        let text = |name: &str| said[name].as_str();
        let code = said["subscriptions"][0]["code"]
            .as_str()
            .or(said["code"].as_str());
        let code = code.filter(|code| (1..=CODE_CHARS_MAX).contains(&code.chars().count()));
        let reason = text("status_reason_code").unwrap_or("it gave no reason");
        let stands = text("status") == Some("succ") || reason == ALREADY;
        let reason = (text("status") != Some("succ")).then(|| {
            reason
                .chars()
                .filter(|c| !c.is_control())
                .take(60)
                .collect::<String>()
        });
        Subscribed {
            code: code.map(str::to_owned).or(self.code.clone()),
            reason,
            ..self.becomes(
                if stands {
                    State::Stands
                } else {
                    State::Refused
                },
                at,
            )
        }
    }
}

fn transaction(opened: &Opened) -> Option<Uuid> {
    let id = envelope::id(&opened.message, "transaction_id")?;
    id.parse().ok()
}

fn items<'a>(opened: &'a Opened, name: &str) -> Result<&'a [Value], Refusal> {
    let items = opened.message.get(name).and_then(Value::as_array);
    let items = items.filter(|items| (1..=ITEMS_MAX).contains(&items.len()));
    let why = format!("message.{name} is a list of 1 to {ITEMS_MAX}");
    items.map(Vec::as_slice).ok_or_else(|| Refusal::bad(why))
}

fn unknown() -> Refusal {
    let why = "no subscription of ours with you has this transaction or code";
    Refusal::new(404, "err.request.not_found", why)
}
