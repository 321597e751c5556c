//! `daftar partner conformance`: what a partner has shown of what is agreed with it.

use access::{Action, Purpose};
use app::Daftar;
use exchange::dci::conformance::{self, Point, RefusedAs, Report};
use exchange::dci::partner;
use kernel::Instant;
use serde_json::json;

use crate::args::Common;
use crate::failure::Failure;
use crate::show::Show;

const DAY_S: i64 = 86_400;

pub async fn run(
    common: &Common,
    daftar: &Daftar,
    sender_id: &str,
    since: Option<&str>,
) -> Result<(), Failure> {
    let since = match since {
        Some(text) => {
            Instant::parse_rfc3339(text).map_err(|why| Failure::argument("--since", why))?
        }
        None => daftar.platform.wall.now().plus_seconds(-DAY_S),
    };
    let permit = daftar.permit(Action::ReadSecurityEvents, Purpose::Oversight, 0);
    permit.await?.must_be_for(&[Action::ReadSecurityEvents]);
    let mut tx = daftar.platform.db.read().await?;
    let found = partner::find_open(&mut tx, sender_id).await?;
    let unknown = || Failure::Failed(format!("no open partner is called {sender_id}"));
    let (partner, _) = found.ok_or_else(unknown)?;
    let report = conformance::report(&mut tx, &partner, since).await?;
    let said = json!({
        "sender_id": sender_id, "since": since.to_string(), "conforms": report.conforms(),
        "points": report.points, "refused": report.refused,
    });
    Show::new(common).result(&text_of(sender_id, since, &report), &said);
    match report.conforms() {
        true => Ok(()),
        false => Err(Failure::InPart),
    }
}

fn text_of(sender_id: &str, since: Instant, report: &Report) -> String {
    let verdict = match report.conforms() {
        true => "has shown everything that is agreed with it",
        false => "has not shown everything yet that is agreed with it",
    };
    let mut lines = vec![format!("{sender_id} {verdict} (since {since})")];
    lines.extend(report.points.iter().map(point_line));
    lines.extend(report.refused.iter().map(refused_line));
    lines.join("\n")
}

fn point_line(point: &Point) -> String {
    match point.last {
        Some(last) => format!(
            "  shown     {} ({} times, last {last})",
            point.what, point.times
        ),
        None => format!("  not yet   {}", point.what),
    }
}

fn refused_line(refused: &RefusedAs) -> String {
    let RefusedAs {
        code,
        times,
        reason,
    } = refused;
    format!("  refused   {code}, {times} times, last: {reason}")
}
