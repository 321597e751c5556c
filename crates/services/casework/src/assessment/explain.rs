//! Why: the stored assessment read again, with the same facts, roster, law and day.

use std::sync::Arc;

use ::store::Tx;
use access::Permit;
use kernel::ids::Uuid;
use kernel::{FactId, Portrait};
use rules::explain::FactChange;
use rules::receipt::{ReceiptAbout, ReceiptLetter, ToReceipt};
use rules::{Pack, Plan, Receipt, Trace};

use super::{Assessment, Basis, decide};
use crate::fault::{Fault, Result};
use crate::roster;
use crate::shelf::Shelf;

/// A decision explained: every condition with value, limit, source and article.
#[derive(Clone, Debug)]
pub struct Explained {
    pub trace: Trace,
    /// The law it was decided under, from the database.
    pub pack: Arc<Pack>,
    pub assessment: Assessment,
    pub basis: Basis,
}

/// The full trace of a stored assessment.
pub async fn explain(
    tx: &mut Tx,
    permit: &Permit,
    shelf: &Shelf,
    assessment: Assessment,
    basis: Basis,
) -> Result<Explained> {
    let portrait = rebuild(tx, permit, &assessment).await?;
    let (pack, plan) = law(tx, shelf, &basis).await?;
    let trace =
        rules::explain(&plan, &portrait, &decide::case_facts(&pack, &basis)).map_err(|bad| {
            Fault::Stored {
                what: "a rebuilt portrait",
                reason: bad.to_string(),
            }
        })?;
    Ok(Explained {
        trace,
        pack,
        assessment,
        basis,
    })
}

/// The nearest facts that would turn a stored assessment, each tried by deciding again.
pub async fn nearest(
    tx: &mut Tx,
    permit: &Permit,
    shelf: &Shelf,
    (assessment, basis): (&Assessment, &Basis),
) -> Result<Vec<FactChange>> {
    let portrait = rebuild(tx, permit, assessment).await?;
    let (pack, plan) = law(tx, shelf, basis).await?;
    let case = decide::case_facts(&pack, basis);
    rules::explain::nearest(&plan, &portrait, &case).map_err(|bad| Fault::Stored {
        what: "a rebuilt portrait",
        reason: bad.to_string(),
    })
}

/// The receipt of a stored assessment: what anybody needs to decide it again elsewhere. One
/// that no longer comes out as it was stored has no receipt.
pub async fn receipt(
    tx: &mut Tx,
    permit: &Permit,
    shelf: &Shelf,
    (assessment, basis): (&Assessment, &Basis),
    (about, letters): (&ReceiptAbout, &[ReceiptLetter]),
) -> Result<Receipt> {
    let portrait = rebuild(tx, permit, assessment).await?;
    let (pack, plan) = law(tx, shelf, basis).await?;
    let made = Receipt::of(&ToReceipt {
        pack: &pack,
        decided_on: plan.decided_on(),
        portrait: &portrait,
        case: &decide::case_facts(&pack, basis),
        about,
        letters,
    });
    let made = made.map_err(|wrong| Fault::Stored {
        what: "the facts of an assessment",
        reason: wrong.to_string(),
    })?;
    if !is_as_stored(&made, assessment) {
        return Err(Fault::Stored {
            what: "an assessment",
            reason: "decided again, it comes out otherwise".to_owned(),
        });
    }
    Ok(made)
}

/// The trace holds verdict, programme, category, amount and every value that was compared.
fn is_as_stored(made: &Receipt, stored: &Assessment) -> bool {
    let trace: String = stored
        .trace
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let facts = made.outcome.facts_used.iter();
    let facts: Vec<u8> = facts.flat_map(|id| *id.as_bytes()).collect();
    made.outcome.trace == trace
        && facts == stored.facts
        && made.outcome.amount == stored.amount
        && made.outcome.per_capita_minor == stored.per_capita_minor
}

async fn law(tx: &mut Tx, shelf: &Shelf, basis: &Basis) -> Result<(Arc<Pack>, Arc<Plan>)> {
    let pack = shelf.kept(tx, &basis.regime, &basis.pack).await?;
    let plan = shelf.plan(&pack, basis.decided_on)?;
    Ok((pack, plan))
}

/// The portrait as the law saw it: the frozen roster with the facts that were used.
async fn rebuild(tx: &mut Tx, permit: &Permit, assessment: &Assessment) -> Result<Portrait> {
    let ids: Vec<FactId> = assessment
        .facts
        .chunks_exact(16)
        .map(|id| FactId(Uuid::from_slice(id).expect("sixteen bytes")))
        .collect();
    let mut facts = registry::fact::load(tx, permit, &ids).await?;
    facts.sort_by_key(|fact| (fact.owner, fact.kind, fact.source.code()));
    let mut portrait = roster::unpack(&assessment.roster)?;
    roster::fill_with(&mut portrait, &facts);
    Ok(portrait)
}
