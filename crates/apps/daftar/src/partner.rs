//! `daftar partner`: systems that ask the register. The secret is made here, printed once, and kept
//! only as a hash; the keys are the partner's public ones.

use access::{Action, Area, Purpose};
use app::Daftar;
use exchange::dci::catalogue;
use exchange::dci::partner::{self, NewPartner};
use exchange::dci::signature::Policy;
use exchange::security::{self, SecurityEvent, Wanted};
use kernel::{Instant, printable};
use serde::Serialize;

use crate::args::{Common, Partner};
use crate::config;
use crate::conformance;
use crate::failure::Failure;
use crate::partner_account::{self, WithSecret};
use crate::show::Show;

const NO_KEYS: &str = r#"{"keys":[]}"#;

#[derive(Serialize)]
struct Changed<'a> {
    sender_id: &'a str,
}

#[derive(Serialize)]
struct RefusedMessage {
    at: String,
    sender: String,
    asked: String,
    code: String,
    reason: String,
    sha256: String,
    bytes: i64,
}

impl RefusedMessage {
    fn of(event: SecurityEvent) -> RefusedMessage {
        RefusedMessage {
            at: event.at.to_string(),
            sender: event.sender,
            asked: event.asked,
            code: event.code,
            reason: event.reason,
            sha256: hex::encode(event.sha256),
            bytes: event.bytes,
        }
    }

    fn line(&self) -> String {
        let (at, sender, asked) = (&self.at, &self.sender, &self.asked);
        let sha256 = &self.sha256[..16];
        format!(
            "{at}  {sender}  {asked}  {}: {}  ({} bytes, sha256 {sha256})",
            self.code, self.reason, self.bytes
        )
    }
}

#[derive(Serialize)]
struct Listed {
    sender_id: String,
    policy: &'static str,
    keys: Vec<String>,
    receiver_id: String,
    legal_basis: String,
    callback: Option<String>,
    civil_registry: bool,
    account_mapper: bool,
    encrypted: bool,
    xroad_client: Option<String>,
    closed: bool,
}

pub async fn run(common: &Common, command: &Partner) -> Result<(), Failure> {
    if matches!(command, Partner::Errors) {
        Show::new(common).result(catalogue::table().trim_end(), &catalogue::ERRORS);
        return Ok(());
    }
    let daftar = Daftar::open(config::existing(common)).await?;
    match command {
        Partner::Add { .. } => add(common, &daftar, command).await,
        Partner::List => list(common, &daftar).await,
        Partner::Keys { sender_id, jwks } => keys(common, &daftar, sender_id, jwks).await,
        Partner::Secret { sender_id } => partner_account::secret(common, &daftar, sender_id).await,
        Partner::Close { sender_id } => partner_account::close(common, &daftar, sender_id).await,
        Partner::Conformance { sender_id, since } => {
            let since = since.as_deref();
            conformance::run(common, &daftar, sender_id, since).await
        }
        Partner::Refused { .. } | Partner::Errors => refused(common, &daftar, command).await,
    }
}

async fn keys(
    common: &Common,
    daftar: &Daftar,
    sender_id: &str,
    jwks: &std::path::Path,
) -> Result<(), Failure> {
    let jwks = std::fs::read_to_string(jwks)?;
    let (action, purpose) = (Action::ManageAccounts, Purpose::Upkeep);
    let permit = daftar.permit(action, purpose, 0).await?;
    partner::change_keys(&daftar.platform, &permit, sender_id, &jwks).await?;
    let text = format!("{sender_id} is believed by these keys alone from now on");
    Show::new(common).result(&text, &Changed { sender_id });
    Ok(())
}

async fn refused(common: &Common, daftar: &Daftar, command: &Partner) -> Result<(), Failure> {
    let Partner::Refused {
        sender,
        code,
        since,
        limit,
    } = command
    else {
        return Ok(());
    };
    let since = since.as_deref().map(Instant::parse_rfc3339).transpose();
    let wanted = Wanted {
        sender: sender.clone(),
        code: code.clone(),
        since: since.map_err(|why| Failure::argument("--since", why))?,
        limit: *limit,
    };
    let permit = daftar.permit(Action::ReadSecurityEvents, Purpose::Oversight, 0);
    permit.await?.must_be_for(&[Action::ReadSecurityEvents]);
    let mut tx = daftar.platform.db.read().await?;
    let events = security::list(&mut tx, &wanted).await?;
    let told: Vec<RefusedMessage> = events.into_iter().map(RefusedMessage::of).collect();
    let lines = told.iter().map(RefusedMessage::line);
    let lines: Vec<String> = lines.map(|line| printable::in_one_line(&line)).collect();
    Show::new(common).result(&lines.join("\n"), &told);
    Ok(())
}

/// Names that a person reads hold no character that nobody sees.
fn must_be_seen(what: &'static str, text: &str) -> Result<(), Failure> {
    match text.chars().all(printable::is_printable) {
        true => Ok(()),
        false => {
            let written = printable::in_one_line(text);
            let why = format!("it holds characters that nobody sees: {written}. Leave them out");
            Err(Failure::argument(what, why))
        }
    }
}

/// What is to be entered, its files read.
fn new_partner(command: &Partner, secret: &str) -> Result<Option<NewPartner>, Failure> {
    let Partner::Add {
        sender_id,
        office,
        legal_basis,
        policy,
        jwks,
        receiver_id,
        territory,
        callback,
        civil_registry,
        account_mapper,
        encrypted,
        xroad_client,
    } = command
    else {
        return Ok(None);
    };
    for (name, text) in [
        ("the sender_id", sender_id),
        ("--office", office),
        ("--legal-basis", legal_basis),
        ("--receiver-id", receiver_id),
    ] {
        must_be_seen(name, text)?;
    }
    let policy = Policy::from_name(policy).ok_or_else(|| {
        let names = Policy::ALL.map(Policy::name).join(", ");
        Failure::argument("--policy", format!("{policy} is none of {names}"))
    })?;
    let jwks = match jwks {
        Some(file) => std::fs::read_to_string(file)?,
        None => NO_KEYS.to_owned(),
    };
    let territory = Area::from_code(i64::from(territory.unwrap_or(0)))
        .map_err(|why| Failure::argument("--territory", why))?;
    Ok(Some(NewPartner {
        sender_id: sender_id.clone(),
        office: office.clone(),
        territory,
        receiver_id: receiver_id.clone(),
        policy,
        jwks,
        legal_basis: legal_basis.clone(),
        callback: callback.clone(),
        civil_registry: *civil_registry,
        account_mapper: *account_mapper,
        encrypted: *encrypted,
        xroad_client: xroad_client.clone(),
        secret: partner_account::hash_of(secret)?,
    }))
}

async fn add(common: &Common, daftar: &Daftar, command: &Partner) -> Result<(), Failure> {
    let secret = partner_account::new_secret();
    let Some(new) = new_partner(command, &secret)? else {
        return Ok(());
    };
    let permit = daftar
        .permit(Action::ManageAccounts, Purpose::Upkeep, 0)
        .await?;
    partner::add(&daftar.platform, &permit, &new).await?;
    let text = format!(
        "{} may ask ({}); client_id {}, client_secret {secret}\nThis is shown once.",
        new.office,
        new.policy.name(),
        new.sender_id
    );
    let (sender_id, policy) = (&new.sender_id, new.policy.name());
    let shown = WithSecret {
        sender_id,
        policy,
        secret: &secret,
    };
    Show::new(common).result(&text, &shown);
    Ok(())
}

async fn list(common: &Common, daftar: &Daftar) -> Result<(), Failure> {
    let mut tx = daftar.platform.db.read().await?;
    let partners = partner::list(&mut tx).await?;
    let closed = partner::closed(&mut tx).await?;
    let listed = partners.into_iter().map(|partner| Listed {
        sender_id: partner.sender_id,
        policy: partner.policy.name(),
        keys: partner.keys.kids().map(str::to_owned).collect(),
        receiver_id: partner.receiver_id,
        legal_basis: partner.legal_basis,
        civil_registry: partner.civil_registry,
        account_mapper: partner.account_mapper,
        encrypted: partner.encrypted,
        xroad_client: partner.xroad_client,
        closed: closed.contains(&partner.account),
        callback: partner
            .callback
            .map(|callback| callback.as_str().to_owned()),
    });
    let listed: Vec<Listed> = listed.collect();
    let lines = listed.iter().map(|partner| {
        let keys = partner.keys.join(", ");
        let (sender, policy) = (&partner.sender_id, partner.policy);
        let callback = partner.callback.as_deref().unwrap_or("no callback");
        let encrypted = if partner.encrypted {
            "encrypted"
        } else {
            "not encrypted"
        };
        let closed = if partner.closed { "  closed" } else { "" };
        format!(
            "{sender}  receiver: {}  {policy}  {encrypted}  keys: {keys}  {callback}  {}{closed}",
            partner.receiver_id, partner.legal_basis
        )
    });
    let lines = lines.map(|line| printable::in_one_line(&line));
    let text = lines.collect::<Vec<_>>().join("\n");
    Show::new(common).result(&text, &listed);
    Ok(())
}
