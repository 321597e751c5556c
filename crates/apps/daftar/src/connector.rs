//! `daftar connector`: the agencies that are asked for facts, one file each.

use std::path::PathBuf;

use access::Subject;
use app::{Config, Daftar};
use exchange::subscribed;
use exchange::trial::{self, Told, Trial, Wanted};
use exchange::{AnswerRefusal, CallFailure, ConnectorsRefused};
use kernel::facts::{self, FactKind};
use kernel::{Day, FactBody, Pinfl, Source, printable};
use serde::Serialize;
use serde_json::{Value, json};

use crate::answer;
use crate::args::{Common, Connector};
use crate::config;
use crate::connector_args::{At, Subscription, Try};
use crate::failure::Failure;
use crate::laid_out;
use crate::show::Show;

pub async fn run(common: &Common, command: &Connector) -> Result<(), Failure> {
    match command {
        Connector::List(at) => list(common, at).await,
        Connector::Check { files, at } => check(common, files, at),
        Connector::Try(args) => try_out(common, args).await,
        Connector::Answer(args) => answer::show(common, args).await,
        Connector::Subscribe(args) => subscribe(common, args).await,
        Connector::Unsubscribe(args) => unsubscribe(common, args).await,
    }
}

fn config_at(common: &Common, at: &At) -> Config {
    Config {
        partners: at.partners.clone(),
        ..config::existing(common)
    }
}

#[derive(Serialize)]
struct Listed {
    agency: &'static str,
    dialect: &'static str,
    address: String,
    valid_days: i32,
    needs_consent: bool,
    legal_basis: String,
    facts: Vec<&'static str>,
    file: String,
    /// What it tells us of by subscription, and how each stands.
    subscriptions: Vec<Subscribed>,
}

/// A subscription of ours as it stands.
#[derive(Serialize)]
struct Subscribed {
    event: &'static str,
    state: &'static str,
    since: String,
    reason: Option<String>,
}

impl Subscribed {
    fn of(subscribed: &subscribed::Subscribed) -> Subscribed {
        Subscribed {
            event: subscribed.event.name(),
            state: subscribed.state.word(),
            since: subscribed.at.to_string(),
            reason: subscribed.reason.clone(),
        }
    }

    fn line(&self, agency: &str) -> String {
        let Subscribed {
            event,
            state,
            since,
            ..
        } = self;
        let reason = self.reason.as_deref();
        let reason = reason.map(|why| format!(": {why}")).unwrap_or_default();
        format!("{agency} tells of {event}: {state} since {since}{reason}")
    }
}

impl Listed {
    fn of(connector: &exchange::Connector, subscribed: &[subscribed::Subscribed]) -> Listed {
        let ours = subscribed
            .iter()
            .filter(|one| one.agency == connector.agency);
        Listed {
            subscriptions: ours.map(Subscribed::of).collect(),
            agency: connector.agency.name(),
            dialect: connector.dialect.name(),
            address: connector.address.clone(),
            valid_days: connector.valid_days,
            needs_consent: connector.needs_consent,
            legal_basis: connector.legal_basis.clone(),
            facts: connector.kinds().collect(),
            file: connector.file.clone(),
        }
    }

    fn cells(&self) -> [String; 7] {
        [
            self.agency.to_owned(),
            self.dialect.to_owned(),
            self.address.clone(),
            self.valid_days.to_string(),
            if self.needs_consent { "yes" } else { "no" }.to_owned(),
            self.file.clone(),
            self.legal_basis.clone(),
        ]
    }
}

async fn list(common: &Common, at: &At) -> Result<(), Failure> {
    let config = config_at(common, at);
    let connectors = app::connectors(&config)?;
    // The database is opened only where there is something to read in it.
    let subscribed = match connectors.iter().any(exchange::Connector::subscribes) {
        true => {
            Daftar::open(config)
                .await?
                .exchange
                .all_subscribed()
                .await?
        }
        false => Vec::new(),
    };
    let listed = connectors.iter().map(|one| Listed::of(one, &subscribed));
    let listed: Vec<Listed> = listed.collect();
    let head = [
        "agency",
        "dialect",
        "address",
        "days",
        "consent",
        "file",
        "legal basis",
    ];
    let mut rows = vec![head.map(str::to_owned)];
    rows.extend(listed.iter().map(Listed::cells));
    let told = listed
        .iter()
        .flat_map(|one| one.subscriptions.iter().map(|told| told.line(one.agency)));
    let text = std::iter::once(table(&rows)).chain(told);
    Show::new(common).result(&text.collect::<Vec<_>>().join("\n"), &listed);
    Ok(())
}

async fn subscribe(common: &Common, args: &Subscription) -> Result<(), Failure> {
    let (agency, daftar) = registry(common, args).await?;
    let subscribed = daftar.exchange.subscribe(agency).await?;
    told(common, &subscribed)
}

async fn unsubscribe(common: &Common, args: &Subscription) -> Result<(), Failure> {
    let (agency, daftar) = registry(common, args).await?;
    let subscribed = daftar.exchange.unsubscribe(agency).await?;
    told(common, &subscribed)
}

async fn registry(common: &Common, args: &Subscription) -> Result<(Source, Daftar), Failure> {
    let agency = agency_named(&args.agency)?;
    Ok((agency, Daftar::open(config_at(common, &args.at)).await?))
}

fn told(common: &Common, subscribed: &[subscribed::Subscribed]) -> Result<(), Failure> {
    let all: Vec<Subscribed> = subscribed.iter().map(Subscribed::of).collect();
    let named = subscribed.iter().zip(&all);
    let lines: Vec<String> = named
        .map(|(one, told)| told.line(one.agency.name()))
        .collect();
    Show::new(common).result(&lines.join("\n"), &all);
    let is_refused = |one: &subscribed::Subscribed| one.state == subscribed::State::Refused;
    match subscribed.iter().any(is_refused) {
        true => Err(Failure::InPart),
        false => Ok(()),
    }
}

fn agency_named(name: &str) -> Result<Source, Failure> {
    let agency = Source::named(name).filter(|named| exchange::AGENCIES.contains(named));
    agency.ok_or_else(|| {
        let names = exchange::AGENCIES.map(Source::name).join(", ");
        Failure::argument("the agency", format!("{name} is none of {names}"))
    })
}

/// Columns as wide as their widest cell; the last one is not filled up.
fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..N).map(|column| width(column).unwrap_or(0)).collect();
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(&widths);
        let line: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        line.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[derive(Serialize)]
struct Checked {
    file: String,
    agency: Option<&'static str>,
    /// Why it cannot be used.
    mistake: Option<String>,
    /// Kinds of facts that the law needs of this agency and that the file does not map.
    unmapped: Vec<&'static str>,
}

impl Checked {
    fn line(&self) -> String {
        match (&self.mistake, &self.agency) {
            (Some(mistake), _) => mistake.clone(),
            (None, agency) => {
                let mut line = format!("{}: {}, good", self.file, agency.unwrap_or_default());
                if !self.unmapped.is_empty() {
                    let unmapped = self.unmapped.join(", ");
                    line.push_str(&format!(
                        "; the law also asks it for {unmapped}, which stays unknown"
                    ));
                }
                line
            }
        }
    }
}

fn check(common: &Common, files: &[PathBuf], at: &At) -> Result<(), Failure> {
    let config = config_at(common, at);
    let needed = needed_kinds(&config)?;
    let checked: Vec<Checked> = match files {
        [] => match app::connectors(&config) {
            Ok(connectors) => connectors.iter().map(|one| good(one, &needed)).collect(),
            Err(mistake) => vec![bad(&mistake, String::new())],
        },
        files => files
            .iter()
            .map(
                |file| match exchange::Connector::in_file(file, &app::places(&config)) {
                    Ok(connector) => good(&connector, &needed),
                    Err(mistake) => bad(&mistake, file.display().to_string()),
                },
            )
            .collect(),
    };
    let lines: Vec<String> = checked.iter().map(Checked::line).collect();
    Show::new(common).result(&lines.join("\n"), &checked);
    match checked.iter().any(|one| one.mistake.is_some()) {
        true => Err(Failure::InPart),
        false => Ok(()),
    }
}

/// What the packs of the country need to know, of whatever agency.
fn needed_kinds(config: &Config) -> Result<Vec<&'static FactKind>, Failure> {
    let packs = app::packs::read(&config.packs, &config.country).map_err(app::Error::from)?;
    let mut codes: Vec<u16> = packs
        .iter()
        .flat_map(|pack| pack.required_kinds().iter().map(|(code, _)| *code))
        .collect();
    codes.sort_unstable();
    codes.dedup();
    Ok(codes.into_iter().filter_map(facts::kind).collect())
}

fn good(connector: &exchange::Connector, needed: &[&'static FactKind]) -> Checked {
    let mapped: Vec<&str> = connector.kinds().collect();
    let is_unmapped = |kind: &&&'static FactKind| {
        kind.agency() == connector.agency && !mapped.contains(&kind.name)
    };
    let unmapped = needed.iter().filter(is_unmapped).map(|kind| kind.name);
    Checked {
        file: connector.file.clone(),
        agency: Some(connector.agency.name()),
        mistake: None,
        unmapped: unmapped.collect(),
    }
}

fn bad(mistake: &ConnectorsRefused, file: String) -> Checked {
    Checked {
        file,
        agency: None,
        mistake: Some(mistake.to_string()),
        unmapped: Vec::new(),
    }
}

async fn try_out(common: &Common, args: &Try) -> Result<(), Failure> {
    let agency = agency_named(&args.agency)?;
    let person = Pinfl::parse_typed(&args.pinfl);
    let person = person.map_err(|why| Failure::argument("the PINFL", why))?;
    let daftar = Daftar::open(config_at(common, &args.at)).await?;
    let on = args.on.as_deref().map(Day::parse).transpose();
    let as_of = on.map_err(|why| Failure::argument("--on", why))?;
    let as_of = as_of.unwrap_or_else(|| daftar.today());
    let last = as_of.month().plus(-1);
    let wanted = Wanted {
        agency,
        person,
        consent: args.consent.clone(),
        as_of,
        window: (last.plus(1 - args.months), last),
    };
    let tried = daftar.exchange.try_out(&Subject::system(), wanted).await;
    // The look is sealed at once: this process ends before the next checkpoint.
    crate::serve::seal(&daftar).await;
    let trial = tried?;
    Show::new(common).result(&text_of(&trial), &json_of(&trial));
    match trial.came.as_ref().is_ok_and(|came| is_answer(&came.told)) {
        true => Ok(()),
        false => Err(Failure::InPart),
    }
}

/// Whether we know now what the agency says. That it holds nothing is an answer; that it will say so
/// later is none.
fn is_answer(told: &Told) -> bool {
    match told {
        Told::Facts { .. } | Told::Civil(_) | Told::NotFound => true,
        Told::Pending { .. } | Told::PassedOver | Told::Refused(_) => false,
    }
}

fn text_of(trial: &Trial) -> String {
    let sent = &trial.sent;
    let mut text = format!("-> POST {}\n", sent.address);
    for (name, value) in sent.shown_headers() {
        text.push_str(&format!("   {name}: {value}\n"));
    }
    text.push_str(&format!("{}\n\n", laid_out::shown(&sent.body)));
    match &trial.came {
        Err(failure) => text.push_str(&format!("<- {failure}\n")),
        Ok(came) => {
            text.push_str(&format!(
                "<- {} bytes\n{}\n\n",
                came.body.len(),
                shown_answer(came)
            ));
            // Names are the agency's: what it says of one person stays in one line.
            let lines = lines_of(&came.told);
            let lines = lines.iter().map(|line| printable::in_one_line(line));
            text.push_str(&lines.collect::<Vec<_>>().join("\n"));
        }
    }
    text
}

/// Who is told a line and a column finds them in the text as it came, not as we lay it out.
fn shown_answer(came: &trial::Came) -> String {
    match came.told {
        Told::Refused(AnswerRefusal::NotTheFormat { .. }) => laid_out::as_it_came(&came.body),
        _ => laid_out::shown(&came.body),
    }
}

fn json_of(trial: &Trial) -> Value {
    let headers: Vec<Value> = trial
        .sent
        .shown_headers()
        .into_iter()
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect();
    let came = trial.came.as_ref();
    json!({
        "address": trial.sent.address,
        "headers": headers,
        "question": laid_out::value(&trial.sent.body),
        "answer": came.ok().map(|came| laid_out::value(&came.body)),
        "failure": came.err().map(CallFailure::to_string),
        "told": came.ok().map(|came| lines_of(&came.told)),
    })
}

fn lines_of(told: &Told) -> Vec<String> {
    match told {
        Told::Refused(refusal) => vec![format!("not believed: {refusal}")],
        Told::PassedOver => vec!["not believed: it passed the person over".to_owned()],
        Told::NotFound => vec!["the civil registry does not know this number".to_owned()],
        Told::Pending { ready_at } => vec![format!("no answer yet: it promises one by {ready_at}")],
        Told::Facts {
            found,
            as_of,
            valid_until,
            bodies,
        } => {
            let known = if *found { "known" } else { "not known" };
            let mut lines = vec![format!(
                "the person is {known} there; as of {as_of}, to be asked anew on {valid_until}"
            )];
            lines.extend(bodies.iter().flat_map(|(code, body)| facts_of(*code, body)));
            lines
        }
        Told::Civil(answer) => civil_lines(answer),
    }
}

fn facts_of(code: u16, body: &FactBody) -> Vec<String> {
    let Some(kind) = facts::kind(code) else {
        return Vec::new();
    };
    if body.rows.is_empty() {
        return vec![format!("{}: nothing held", kind.name)];
    }
    let row = |cells: &Vec<kernel::Cell>| {
        let cells = kind.fields.iter().zip(cells);
        let told =
            cells.map(|(field, cell)| format!("{} {}", field.name, trial::written(field, cell)));
        format!("{}: {}", kind.name, told.collect::<Vec<_>>().join(", "))
    };
    body.rows.iter().map(row).collect()
}

fn civil_lines(answer: &registry::civil::CivilAnswer) -> Vec<String> {
    let day = |day: Option<Day>| day.map_or_else(|| "?".to_owned(), |day| day.to_string());
    let mut lines = vec![format!("person: {}, born {}", answer.name, answer.born)];
    lines.extend(answer.died.map(|died| format!("died: {died}")));
    if let Some(spouse) = &answer.spouse {
        lines.push(format!(
            "spouse: {} since {}",
            spouse.person,
            day(spouse.since)
        ));
    }
    for child in &answer.children {
        let tie = match child.tie {
            registry::civil::ParentTie::Parent => "child",
            registry::civil::ParentTie::Adopter => "adopted child",
            registry::civil::ParentTie::Guardian => "ward",
        };
        lines.push(format!(
            "{tie}: {}, {}, born {}",
            child.person, child.name, child.born
        ));
    }
    if let Some(home) = &answer.residence {
        lines.push(format!(
            "home: {} in {}, mahalla {}, since {}",
            home.dwelling,
            home.district,
            home.mahalla,
            day(home.since)
        ));
    }
    lines
}
