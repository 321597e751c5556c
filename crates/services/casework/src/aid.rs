//! What was paid once for a child, noted as `aid` of that child: another decision about the same
//! child then sees it, long after the award has ended. A row of `aid` belongs to the person for
//! whom something is paid; who imports payments and knows only the payee gives it to the payee.

use ::store::{Ids, Tx};
use access::Permit;
use kernel::facts::{Cell, Fact, FactBody, Source, code};
use kernel::{EvidenceId, FactId, Month, PersonId, Zone};
use uuid::Uuid;

use crate::award::{AtEnd, Award};
use crate::fault::Result;

/// Paid in one month and never again.
fn is_paid_once(award: &Award) -> bool {
    award.at_end == AtEnd::Stop && award.first_month.plus(1) == award.end_month
}

/// Notes awards that are paid once on their children, beside what the register of payments has
/// told of them.
pub(crate) async fn note(
    tx: &mut Tx,
    ids: &Ids,
    zone: Zone,
    permit: &Permit,
    awards: &[Award],
) -> Result<()> {
    let once = awards.iter().filter(|award| is_paid_once(award));
    let mut notes: Vec<(PersonId, EvidenceId, Vec<Cell>)> = Vec::new();
    for award in once {
        let Some(row) = row(award) else { continue };
        let children = award.members.iter().filter(|member| member.until.is_some());
        let evidence = EvidenceId(award.decision.0);
        notes.extend(children.map(|child| (child.person, evidence, row.clone())));
    }
    let Some(kind) = kernel::facts::kind(code::AID).filter(|_| !notes.is_empty()) else {
        return Ok(());
    };
    let width = kind.fields.len();
    let owners: Vec<Uuid> = notes.iter().map(|(child, ..)| child.0).collect();
    let known = registry::fact::current(tx, permit, &owners).await?;
    let facts: Vec<Fact> = notes
        .into_iter()
        .map(|(child, evidence, row)| {
            let told = known.iter().find(|fact| is_told(fact, child));
            let mut rows = told.map(|fact| fact.body.rows.clone()).unwrap_or_default();
            rows.push(row);
            // Noted by an older version, a row has no number of a case.
            rows.iter_mut()
                .for_each(|row| row.resize(width, Cell::Missing));
            let today = ids.now().day(zone);
            Fact {
                id: FactId(ids.uuid()),
                owner: child.0,
                kind: code::AID,
                source: Source::Programmes,
                as_of: told.map_or(today, |fact| fact.as_of.max(today)),
                received_at: ids.now(),
                evidence,
                body: FactBody::new(rows),
            }
        })
        .collect();
    registry::fact::record(tx, permit, &facts).await?;
    Ok(())
}

fn is_told(fact: &Fact, child: PersonId) -> bool {
    (fact.owner, fact.kind, fact.source) == (child.0, code::AID, Source::Programmes)
}

/// As the catalogue of facts has it; nothing for a programme that it does not know.
fn row(award: &Award) -> Option<Vec<Cell>> {
    let kind = kernel::facts::kind(code::AID)?;
    let month = |month: Month| Cell::Int(i64::from(month.0));
    Some(vec![
        Cell::Int(kind.place("programme", &award.programme)?),
        Cell::Int(kind.place("purpose", purpose(&award.programme)?)?),
        month(award.first_month),
        month(award.end_month.plus(-1)),
        Cell::Int(award.amount.minor()),
        Cell::Missing,
    ])
}

fn purpose(programme: &str) -> Option<&'static str> {
    (programme == "birth_grant").then_some("birth")
}
