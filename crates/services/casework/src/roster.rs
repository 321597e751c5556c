//! The frozen roster of a case: a packed portrait without facts.

use std::borrow::Cow;

use kernel::bytes::BadBytes;
use kernel::day::completed_years;
use kernel::facts::code;
use kernel::kin::{ADULT_YEARS, Role};
use kernel::portrait::{FactView, Member, PackedFact, PortraitView};
use kernel::{Day, EvidenceId, Fact, Month, PersonId, Portrait, Source};
use uuid::Uuid;

use crate::case::{Case, Origin};
use crate::fault::{Fault, Result};

/// The roster of a case that was assessed.
pub fn of(case: &Case) -> Result<Option<Portrait>> {
    case.roster.as_deref().map(unpack).transpose()
}

pub fn unpack(packed: &[u8]) -> Result<Portrait> {
    Portrait::unpack(packed).map_err(|bad| Fault::Stored {
        what: "a packed roster",
        reason: bad.to_string(),
    })
}

/// The persons of a case, in the order of its roster; the applicant alone before it is frozen.
pub fn persons(case: &Case) -> Result<Vec<PersonId>> {
    Ok(match of(case)? {
        Some(roster) => roster.members.iter().map(|member| member.person).collect(),
        None => vec![case.applicant],
    })
}

/// Keeps whom the law counts on `on`: born, alive, and a child only under 18. The register
/// composes its units at the last change of kin; a birthday since then is made good here.
pub fn freeze(portrait: &mut Portrait, on: Day) {
    portrait.members.retain(|member| belongs(member, on));
}

fn belongs(member: &Member, on: Day) -> bool {
    let alive = member.born <= on && member.died.is_none_or(|died| died > on);
    let of_age = completed_years(member.born, on) >= ADULT_YEARS;
    alive && !(member.role == Role::Child && of_age)
}

/// The same unit without any facts, packed.
pub fn pack(portrait: &Portrait) -> Vec<u8> {
    let bare = |member: &Member| Member {
        facts: Vec::new(),
        ..member.clone()
    };
    Portrait {
        unit: portrait.unit,
        head: portrait.head,
        district: portrait.district,
        mahalla: portrait.mahalla,
        members: portrait.members.iter().map(bare).collect(),
        facts: Vec::new(),
    }
    .pack()
}

/// The same from a portrait where it lies.
pub fn pack_view(view: &PortraitView<'_>) -> Vec<u8> {
    let bare = |m: kernel::portrait::MemberView<'_>| Member {
        person: m.person,
        role: m.role,
        tie: m.tie,
        sex: m.sex,
        born: m.born,
        died: m.died,
        facts: Vec::new(),
    };
    Portrait {
        unit: view.unit(),
        head: view.head(),
        district: view.district(),
        mahalla: view.mahalla(),
        members: view.members().map(bare).collect(),
        facts: Vec::new(),
    }
    .pack()
}

/// Puts the newest facts (ordered by owner, kind and source) on the members and the unit. What
/// a visit or the Seven found before an application belongs to an earlier case; a case that
/// grew out of an award still stands on it. What rests on `lapsed` evidence (sorted) is left out:
/// whoever would have to be asked anew, and is silent, has said nothing.
pub fn fill(portrait: &mut Portrait, facts: &[Fact], case: &Case, lapsed: &[EvidenceId]) {
    fill_with(portrait, facts);
    if !lapsed.is_empty() {
        leave_out_lapsed(portrait, facts, lapsed);
    }
    retain(portrait, case.window_end);
    let old = |fact: &PackedFact| is_step(fact.kind) && fact.as_of < case.applied_on;
    if case.origin == Origin::Application {
        portrait.facts.retain(|fact| !old(fact));
    }
}

/// Leaves out what lapsed. An extract of the whole register is no answer about a person of whom its agency has said
/// something since then, though that holds no more: without it nothing would seem to be held.
fn leave_out_lapsed(portrait: &mut Portrait, facts: &[Fact], lapsed: &[EvidenceId]) {
    let is_lapsed = |fact: &&Fact| lapsed.binary_search(&fact.evidence).is_ok();
    let mut left_out: Vec<&Fact> = Vec::new();
    for member in &mut portrait.members {
        let of_member = of_owner(facts, member.person.0).filter(is_lapsed);
        let of_member: Vec<&Fact> = of_member.collect();
        let is_left = |fact: &PackedFact| of_member.iter().any(|lapsed| lapsed.id == fact.id);
        member.facts.retain(|fact| !is_left(fact));
        left_out.extend(of_member);
    }
    let is_overtaken = |extract: &PackedFact| {
        left_out.iter().any(|said| {
            let same = (said.kind, said.source) == (extract.kind, extract.source);
            same && extract.as_of <= said.as_of
        })
    };
    portrait.facts.retain(|fact| !is_overtaken(fact));
}

/// Whether what was told by month covers the window: told before its last month was over, it says
/// nothing of that month, which is unknown and not without income. The agency is waited for. What a
/// family states of itself holds until it says otherwise.
fn says_of((kind, source, as_of): (u16, Source, Day), window_end: Month) -> bool {
    let is_stated = source == Source::Declaration;
    let is_late = || as_of >= window_end.plus(1).first_day();
    let is_by_month = kernel::facts::kind(kind).is_some_and(|kind| kind.month().is_some());
    is_stated || is_late() || !is_by_month
}

/// The same of a packed portrait, which is packed anew only where something falls out.
pub fn covering(packed: &[u8], window_end: Month) -> std::result::Result<Cow<'_, [u8]>, BadBytes> {
    let view = PortraitView::new(packed)?;
    let says = |fact: FactView<'_>| says_of((fact.kind, fact.source, fact.as_of), window_end);
    if view.facts().all(says) && view.members().all(|member| member.facts().all(says)) {
        return Ok(Cow::Borrowed(packed));
    }
    let mut portrait = Portrait::unpack(packed)?;
    retain(&mut portrait, window_end);
    Ok(Cow::Owned(portrait.pack()))
}

fn retain(portrait: &mut Portrait, window_end: Month) {
    let says = |fact: &PackedFact| says_of((fact.kind, fact.source, fact.as_of), window_end);
    portrait.facts.retain(says);
    for member in &mut portrait.members {
        member.facts.retain(says);
    }
}

/// Puts exactly these facts (ordered by owner, kind and source) on the members and the unit.
pub fn fill_with(portrait: &mut Portrait, facts: &[Fact]) {
    for member in &mut portrait.members {
        member.facts = of_owner(facts, member.person.0)
            .map(PackedFact::of)
            .collect();
    }
    let of_unit = of_owner(facts, portrait.unit.0);
    let of_all = of_owner(facts, registry::fact::REGISTER);
    portrait.facts = of_unit.chain(of_all).map(PackedFact::of).collect();
    portrait
        .facts
        .sort_by_key(|fact| (fact.kind, fact.source.code()));
}

/// The same of packed facts with their owners.
pub fn fill_packed(portrait: &mut Portrait, facts: &[&(Uuid, PackedFact)]) {
    let of = |owner: Uuid| {
        let from = facts.partition_point(|(known, _)| *known < owner);
        let owned = facts[from..]
            .iter()
            .take_while(move |(known, _)| *known == owner);
        owned.map(|(_, fact)| fact.clone())
    };
    for member in &mut portrait.members {
        member.facts = of(member.person.0).collect();
    }
    portrait.facts = of(portrait.unit.0)
        .chain(of(registry::fact::REGISTER))
        .collect();
    portrait
        .facts
        .sort_by_key(|fact| (fact.kind, fact.source.code()));
}

fn of_owner(facts: &[Fact], owner: Uuid) -> impl Iterator<Item = &Fact> {
    let from = facts.partition_point(|fact| fact.owner < owner);
    facts[from..]
        .iter()
        .take_while(move |fact| fact.owner == owner)
}

fn is_step(kind: u16) -> bool {
    kind == code::VISIT || kind == code::SEVEN
}
