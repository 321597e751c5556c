//! A birth, a death, a child's coming of age or the end of a term asks the question of the law
//! again, without an application. The award runs on until the answer.

use std::collections::HashMap;

use ::store::Platform;
use ::store::{Tx, job};
use access::Permit;
use kernel::{AwardId, CaseId, Day, Instant, Money, Month, PersonId, Zone};
use serde_json::json;

use crate::application;
use crate::award::{self, AtEnd, AwardStop, Changes, Running, StopReason, continued};
use crate::case::{
    self, Case, EventKind, Held, Origin, State, Wait, WaitFor, first_paid_month, window_end, words,
};
use crate::fault::Result;
use crate::migration::{gather_jobs, open_from};
use crate::shelf::Shelf;

mod put_off;

pub use put_off::ask_again;

/// A refusal rests on incomes of three months; what is mended later than the next three months is a
/// matter of a new application, which asks for nothing but the passport.
const REFUSED_DAYS_MAX: i32 = 92;
/// Events of before are asked about as if they were as old.
const EVENT_DAYS_MAX: i32 = 366;
/// Awards looked at in one transaction.
const BATCH_MAX: i64 = 1_000;

words! {
    /// Why the question is asked again.
    Cause {
        Birth = "birth",
        Death = "death",
        /// The civil registry took a death back.
        DeathAnnulled = "death_annulled",
        /// A marriage or a divorce.
        Union = "union",
        ComingOfAge = "coming_of_age",
        TermEnd = "term_end",
        /// What an agency had said was mended.
        Correction = "correction",
        /// A value of the law was announced for a day that has passed.
        Indexation = "indexation",
    }
}

impl Cause {
    /// Are months that were paid already decided again? When a term or a childhood is over the
    /// award runs on until the answer, and what was paid meanwhile stays with the family.
    pub const fn restates(self) -> bool {
        matches!(
            self,
            Cause::Birth
                | Cause::Death
                | Cause::DeathAnnulled
                | Cause::Union
                | Cause::Correction
                | Cause::Indexation
        )
    }

    /// Is the question asked as it was asked first, on the day of the first application?
    pub(crate) const fn asks_as_before(self) -> bool {
        matches!(self, Cause::Correction | Cause::Indexation)
    }
}

/// Opens a reassessment of every award that runs for one of the persons. What the law says then
/// holds from the month after `on`; until then the award runs. One case of an award is open at a time:
/// what meets an open one is asked after it ([`put_off`]).
pub async fn on_event(
    tx: &mut Tx,
    platform: &Platform,
    persons: &[PersonId],
    on: Day,
    cause: Cause,
) -> Result<usize> {
    let formers = formers_of(tx, persons, on).await?;
    let on = lately(platform, on);
    let ask = Ask {
        on,
        counted: on.month(),
        cause,
    };
    open_all(tx, platform, &formers, ask).await
}

/// Stops the awards of applicants who died: nothing is paid after the month of the death, and what
/// was paid for later months before the death was told is restated. The others of their families are reassessed as after any event.
pub async fn on_death(
    tx: &mut Tx,
    platform: &Platform,
    dead: &[PersonId],
    touched: &[PersonId],
    on: Day,
    payable_from: Month,
) -> Result<Changes> {
    let now = platform.clock.now();
    let after = on.month().plus(1);
    let first_unpaid = after.max(payable_from);
    let mut running = award::of_persons(tx, touched, after).await?;
    running.retain(|(_, running)| dead.contains(&running.award.payee));
    running.sort_by_key(|(_, running)| running.award.id);
    running.dedup_by_key(|(_, running)| running.award.id);
    let stop = |(_, running): &(PersonId, Running)| AwardStop {
        award: running.award.id,
        case: running.award.case,
        from_month: first_unpaid.max(running.award.first_month),
        reason: StopReason::Death,
        decision: None,
    };
    let stops: Vec<AwardStop> = running.iter().map(stop).collect();
    // Paid before the death was told.
    let months = (after, first_unpaid);
    let restated = running.iter().filter_map(|(_, running)| {
        award::restated(running, months, Money::ZERO, Cause::Death, None)
    });
    let restated = restated.collect();
    award::insert_stops(tx, &stops, now).await?;
    case::end_stopped(tx, now, &stops).await?;
    on_event(tx, platform, touched, on, Cause::Death).await?;
    Ok(Changes {
        stops,
        restated,
        ..Changes::default()
    })
}

/// A death was taken back: the others of its family are asked about again, and who was refused since. What
/// is being looked at already, is looked at with the family as it is now. `resumed` run as before.
pub async fn on_annulled(
    tx: &mut Tx,
    platform: &Platform,
    shelf: &Shelf,
    (permit, touched): (&Permit, &[PersonId]),
    (on, today): (Day, Day),
    resumed: &[CaseId],
) -> Result<usize> {
    let mut formers = formers_of(tx, touched, on).await?;
    look_anew(tx, platform, &formers, touched).await?;
    formers.retain(|former| !resumed.contains(&former.id));
    let on = lately(platform, on);
    let ask = Ask {
        on,
        counted: on.month(),
        cause: Cause::DeathAnnulled,
    };
    let opened = open_all(tx, platform, &formers, ask).await?;
    let told = (today, platform.clock.now());
    Ok(opened + reopen_refused(tx, platform, shelf, (permit, touched), told).await?)
}

/// Who belongs to the family is asked anew, in the open cases that continue the awards and in those of the
/// persons themselves.
async fn look_anew(
    tx: &mut Tx,
    platform: &Platform,
    formers: &[Case],
    touched: &[PersonId],
) -> Result<()> {
    let mut open = case::continuing(tx, formers).await?;
    let own = case::open_of(tx, touched).await?;
    open.extend(case::load_many(tx, &own).await?);
    open.sort_by_key(|case| case.id);
    open.dedup_by_key(|case| case.id);
    let now = platform.clock.now();
    open.retain(|case| case.state.takes_facts());
    for case in &mut open {
        case.roster = None;
        case.state = State::Gathering;
        case.waits(WaitFor::Agency, String::new(), now, None);
        let detail = json!({ "because": Cause::DeathAnnulled.word() });
        case.happened(now, EventKind::LookedAtAgain, None, detail);
    }
    let jobs = gather_jobs(&open);
    case::save(tx, &mut open).await?;
    job::enqueue(tx, &platform.ids, &jobs).await?;
    Ok(())
}

/// What happened longer ago than a year is asked about as of a year ago: laws of before it hold for nobody
/// who is paid now.
fn lately(platform: &Platform, on: Day) -> Day {
    let today = platform.clock.now().day(Zone::tashkent());
    on.max(today.plus_days(-EVENT_DAYS_MAX))
}

/// Asks the question of an award again as it was asked first, with what is known now, for its
/// months from `from` on. Nothing when the award has ended or is being looked at already.
pub async fn on_correction(
    tx: &mut Tx,
    platform: &Platform,
    former: CaseId,
    from: Month,
) -> Result<usize> {
    let former = case::load(tx, former).await?;
    let ask = asked_as_before(from, Cause::Correction);
    open_all(tx, platform, std::slice::from_ref(&former), ask).await
}

/// The same for every award that runs for one of the persons, for all months of its term, and for what
/// was refused to their families: what an agency had said of them it has mended itself. What was decided
/// after `told_at` was decided on its new word.
pub async fn on_mended(
    tx: &mut Tx,
    platform: &Platform,
    shelf: &Shelf,
    (permit, persons): (&Permit, &[PersonId]),
    (on, told_at): (Day, Instant),
) -> Result<usize> {
    let formers = formers_of(tx, persons, on).await?;
    let mut opened = 0;
    for former in &formers {
        let (from, decided_at) = continued::first_of_term(tx, former).await?;
        // Also the first case of its term, and so every month of it.
        if decided_at.is_some_and(|decided_at| decided_at > told_at) {
            continue;
        }
        let ask = asked_as_before(from.unwrap_or(on.month()), Cause::Correction);
        opened += open_all(tx, platform, std::slice::from_ref(former), ask).await?;
    }
    Ok(opened + reopen_refused(tx, platform, shelf, (permit, persons), (on, told_at)).await?)
}

/// Who was refused on what an agency has mended since then is looked at again without asking: as at
/// the first application, with what is known now. An award begins with the next month; months before
/// it are an officer's to decide. Refusals before that, those after which the family has applied anew,
/// and those under a law that has ended stay: the new law asks other things.
async fn reopen_refused(
    tx: &mut Tx,
    platform: &Platform,
    shelf: &Shelf,
    (permit, persons): (&Permit, &[PersonId]),
    (on, told_at): (Day, Instant),
) -> Result<usize> {
    let units = registry::unit::of_persons_in_all_blocks(tx, permit, persons).await?;
    let now = platform.clock.now();
    let since = now.plus_seconds(-i64::from(REFUSED_DAYS_MAX) * 86_400);
    let refused = case::refused_of_units(tx, &units, since).await?;
    let before = |former: &&Case| {
        former
            .decided_at
            .is_none_or(|decided_at| decided_at <= told_at)
    };
    let in_force = |former: &&Case| {
        let law = shelf.regime(&former.regime);
        law.is_ok_and(|law| law.in_force().contains(on))
    };
    let mut opened = Vec::with_capacity(refused.len());
    for former in refused.iter().filter(before).filter(in_force) {
        // The law asks a first application what it does not ask a family that is helped already.
        let mut case = open_from(platform, former, former.origin);
        case.counted_month = on.month();
        let detail = json!({ "from": former.id, "cause": Cause::Correction.word() });
        case.happened(now, EventKind::Opened, None, detail);
        opened.push(case);
    }
    save_opened(tx, platform, opened).await
}

/// The same for every award of a regime that still runs in `running`; answers how many are asked
/// again. Each transaction takes a part of them: done again, it goes on with the rest.
pub async fn on_indexation(
    platform: &Platform,
    regime: &str,
    from: Month,
    running: Month,
    mut progress: impl FnMut(usize),
) -> Result<usize> {
    let ask = asked_as_before(from, Cause::Indexation);
    let mut after = AwardId::NIL;
    let mut opened = 0;
    loop {
        let mut tx = platform.db.begin().await?;
        let awards = award::running_of_regime(&mut tx, regime, running, after, BATCH_MAX).await?;
        let Some(last) = awards.last() else {
            return Ok(opened);
        };
        after = last.award.id;
        let mut formers: Vec<CaseId> = awards.iter().map(|running| running.award.case).collect();
        formers.sort_unstable();
        formers.dedup();
        let formers = case::load_many(&mut tx, &formers).await?;
        opened += open_all(&mut tx, platform, &formers, ask).await?;
        tx.commit().await?;
        progress(opened);
    }
}

/// Its day is that of each former case.
fn asked_as_before(from: Month, cause: Cause) -> Ask {
    Ask {
        on: from.first_day(),
        counted: from.plus(-1),
        cause,
    }
}

async fn formers_of(tx: &mut Tx, persons: &[PersonId], on: Day) -> Result<Vec<Case>> {
    let running = award::of_persons(tx, persons, on.month().plus(1)).await?;
    let mut formers: Vec<CaseId> = running.iter().map(|(_, r)| r.award.case).collect();
    formers.sort_unstable();
    formers.dedup();
    case::load_many(tx, &formers).await
}

/// Awards that go on in `month` without a child who came of age in the month before.
pub async fn comings_of_age(tx: &mut Tx, platform: &Platform, month: Month) -> Result<usize> {
    let ask = Ask {
        on: month.first_day(),
        counted: month.plus(-1),
        cause: Cause::ComingOfAge,
    };
    let mut after = AwardId::NIL;
    let mut opened = 0;
    loop {
        let awards = award::members_leaving_in(tx, month, after, BATCH_MAX).await?;
        let Some(last) = awards.last() else {
            return Ok(opened);
        };
        after = last.award.id;
        let formers: Vec<CaseId> = awards.iter().map(|running| running.award.case).collect();
        let formers = case::load_many(tx, &formers).await?;
        opened += open_all(tx, platform, &formers, ask).await?;
    }
}

/// Terms that are over with the month before `month`: assessed again, or prepared as a renewal
/// that the family confirms, as the pack says.
pub async fn term_ends(tx: &mut Tx, platform: &Platform, month: Month) -> Result<usize> {
    let ask = Ask {
        on: month.first_day(),
        counted: month.plus(-1),
        cause: Cause::TermEnd,
    };
    let mut after = AwardId::NIL;
    let mut opened = 0;
    loop {
        let awards = award::ending_in(tx, month, after, BATCH_MAX).await?;
        let Some(last) = awards.last() else {
            return Ok(opened);
        };
        after = last.award.id;
        opened += ask_at_end(tx, platform, &awards, ask).await?;
    }
}

/// The same of awards whose term is over by `month` without anybody having asked.
pub(crate) async fn term_over(
    tx: &mut Tx,
    platform: &Platform,
    awards: &[Running],
    month: Month,
) -> Result<usize> {
    let ask = Ask {
        on: month.first_day(),
        counted: month.plus(-1),
        cause: Cause::TermEnd,
    };
    ask_at_end(tx, platform, awards, ask).await
}

async fn ask_at_end(
    tx: &mut Tx,
    platform: &Platform,
    awards: &[Running],
    ask: Ask,
) -> Result<usize> {
    let of = |at_end: AtEnd| -> Vec<CaseId> {
        let kept = awards
            .iter()
            .filter(|running| running.award.at_end == at_end);
        kept.map(|running| running.award.case).collect()
    };
    let again = case::load_many(tx, &of(AtEnd::Reassess)).await?;
    let opened = open_all(tx, platform, &again, ask).await?;
    let renewed = case::load_many(tx, &of(AtEnd::Renewal)).await?;
    Ok(opened + crate::renewal::prepare(tx, platform, &renewed, ask.on, ask.counted).await?)
}

/// The day whose ages and parameters hold, and the month whose close would have paid.
#[derive(Clone, Copy)]
struct Ask {
    on: Day,
    counted: Month,
    cause: Cause,
}

async fn open_all(tx: &mut Tx, platform: &Platform, formers: &[Case], ask: Ask) -> Result<usize> {
    // A case that waits for money stops no term from ending; what would take its place takes its money.
    let stands = |open: &Case| ask.cause.restates() || open.state != State::WaitingList;
    let open = case::continuing(tx, formers).await?.into_iter();
    let continued: HashMap<CaseId, Case> = open
        .filter(stands)
        .filter_map(|open| Some((open.former_case?, open)))
        .collect();
    let ids: Vec<CaseId> = formers.iter().map(|former| former.id).collect();
    let first = award::first_months(tx, &ids).await?;
    let mut opened = Vec::new();
    for former in formers.iter().filter(|one| one.state == State::Awarded) {
        if let Some(before) = continued.get(&former.id) {
            let is_told = ask.cause.restates();
            if is_told && !put_off::is_asked_already(tx, ask, before).await? {
                put_off::keep(tx, platform, (former, ask), put_off::soon(platform)).await?;
            }
            continue;
        }
        let begins = first.get(&former.id).copied().unwrap_or(ask.counted);
        if ask.cause.asks_as_before() && put_off::is_to_begin(platform, begins) {
            put_off::keep(tx, platform, (former, ask), put_off::beginning(begins)).await?;
            continue;
        }
        let mut case = open_from(platform, former, Origin::Reassessment);
        if !ask.cause.asks_as_before() {
            case.applied_on = ask.on;
        }
        case.counted_month = ask.counted;
        let until = first_paid_month(ask.counted);
        case.held = first
            .get(&former.id)
            .map(|first| held(former, *first, until));
        if ask.cause == Cause::TermEnd {
            // A new term rests on new incomes; an event within a term does not.
            case.window_end = window_end(ask.on);
        }
        let detail = json!({ "from": former.id, "cause": ask.cause.word() });
        case.happened(platform.clock.now(), EventKind::Opened, None, detail);
        opened.push(case);
    }
    save_opened(tx, platform, opened).await
}

async fn save_opened(tx: &mut Tx, platform: &Platform, mut opened: Vec<Case>) -> Result<usize> {
    let jobs = gather_jobs(&opened);
    let count = opened.len();
    application::give_numbers(tx, &mut opened).await?;
    case::save(tx, &mut opened).await?;
    job::enqueue(tx, &platform.ids, &jobs).await?;
    Ok(count)
}

/// How long the family will have held the former case's category when the new decision begins
/// to count: the months of its award, and those of awards before it in the same category.
fn held(former: &Case, first: Month, until: Month) -> Held {
    let before = former
        .held
        .as_ref()
        .filter(|before| before.category == former.category)
        .map_or(0, |before| before.months);
    let months = u32::try_from(until.0 - first.0).unwrap_or(0);
    Held {
        category: former.category.clone(),
        months: before.saturating_add(months),
    }
}

/// What a prepared renewal waits for, and until when.
pub(crate) fn confirmation(case: &mut Case, platform: &Platform, until: kernel::Instant) {
    let since = platform.clock.now();
    case.state = State::Prepared;
    case.wait = Some(Wait {
        who: WaitFor::Confirmation,
        detail: String::new(),
        since,
        deadline: Some(until),
    });
}
