//! One page of a file's items, worked in within one transaction.

use std::collections::{BTreeMap, HashMap};

use ::store::{Platform, Tx};
use bankfile::{AccountStatement, FileStatus, Item, Line, Said, Says};
use kernel::ids::StatementId;
use kernel::{Instant, Zone};
use ledger::Step;
use uuid::Uuid;

use super::check::Checked;
use super::judge::{Payment, Verdict, judge, reference};
use super::store::{Booking, Unmatched};
use super::{Counts, Refusal, Taken, at, store};
use crate::answer::{self, Fit, Why};
use crate::bank::{Answer, Outcome};
use crate::posting::{self, Known as Ids, bank_owner, transfer};
use crate::statement::{self, Statement};
use crate::{PaymentId, Result, delivery};

/// Whose file it is, and whether it rejects a file of ours as a whole.
#[derive(Clone, Debug)]
pub struct Sender {
    /// 0: no bank that we gave a file to.
    pub mfo: i64,
    /// Its rejected lines are told by the rejection of their file.
    rejects_whole: bool,
}

/// What is the same for every page of a file.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub zone: Zone,
    pub made_at: Instant,
    pub file: Uuid,
    pub sender: &'a Sender,
}

/// By our account, by our file that is answered, or by the payment that comes back.
pub async fn sender(platform: &Platform, checked: &Checked) -> Result<Sender> {
    let mut tx = platform.db.read().await?;
    // The first thing named decides, known or not: a stranger's account is not made ours by
    // the name of a payment behind it.
    let mfo = match (&checked.account, &checked.original, &checked.name) {
        (Some(account), _, _) => match bankfile::account::domestic(account) {
            Some(account) => store::bank_of_account(&mut tx, account.as_str()).await?,
            None => None,
        },
        (None, Some(original), _) => store::bank_of_message(&mut tx, original).await?,
        (None, None, Some(name)) => match payment_of(name) {
            Some(payment) => store::bank_of_payment(&mut tx, payment).await?,
            None => None,
        },
        (None, None, None) => None,
    };
    let mut rejects_whole = false;
    if let Some(message) = &checked.rejects
        && let Some((statement, _)) = delivery::find_by_message(&mut tx, message).await?
    {
        // Line by line is more than once for all: each line has its own reason.
        let lines = statement::find(&mut tx, statement)
            .await?
            .map(|one| one.lines);
        rejects_whole = lines.is_some_and(|lines| checked.rejected_lines < lines);
    }
    Ok(Sender {
        mfo: mfo.unwrap_or(0),
        rejects_whole,
    })
}

/// Our id of a payment, from the name that it has in files.
fn payment_of(name: &str) -> Option<PaymentId> {
    Uuid::try_parse(name).ok().map(PaymentId)
}

/// All that a page changes.
#[derive(Default)]
struct Page {
    counts: Counts,
    payments: HashMap<PaymentId, Payment>,
    statements: BTreeMap<StatementId, Statement>,
    accepted: BTreeMap<StatementId, ()>,
    answers: BTreeMap<StatementId, answer::Page>,
    bookings: Vec<Booking>,
    unmatched: Vec<Unmatched>,
    accounts: Vec<(i64, AccountStatement)>,
    rejected_files: u64,
    duplicate_files: u64,
}

pub async fn take(
    platform: &Platform,
    context: &Context<'_>,
    items: &[(i64, Item)],
    done: i64,
    taken: &mut Taken,
) -> Result<()> {
    let now = platform.clock.now();
    let mut tx = platform.db.begin().await?;
    tx.alone("payments.intake").await?;
    let mut page = load(&mut tx, items).await?;
    for (place, item) in items {
        match item {
            Item::Line(line) => page.line(context, *place, line),
            Item::File(status) => page.file(&mut tx, context, *place, status, now).await?,
            Item::Statement(statement) => page.account(*place, statement),
        }
    }
    let counts = page.counts;
    let end = done + items.len() as i64;
    if !store::move_cursor(&mut tx, context.file, done, end, &counts).await? {
        return Err(Refusal::Busy { file: context.file }.into());
    }
    taken.rejected_files += page.rejected_files;
    taken.duplicate_files += page.duplicate_files;
    page.write(&mut tx, platform, context, now).await?;
    tx.commit().await?;
    taken.counts.add(&counts);
    Ok(())
}

/// What we know of the payments that a page names.
async fn load(tx: &mut Tx, items: &[(i64, Item)]) -> Result<Page> {
    let lines = items.iter().filter_map(|(_, item)| match item {
        Item::Line(line) => line.end_to_end.as_deref().and_then(payment_of),
        _ => None,
    });
    let mut ids: Vec<PaymentId> = lines.collect();
    ids.sort_unstable();
    ids.dedup();
    let mut page = Page::default();
    let mut told = store::bookings(tx, &ids).await?;
    for (id, known) in answer::known(tx, &ids).await? {
        let statement = page.statement(tx, known.statement).await?;
        let payment = Payment {
            bank: statement.map_or(0, |one| i64::from(one.mfo.number())),
            by_file: statement.is_some_and(|one| one.by_file),
            told: told.remove(&id).unwrap_or_default(),
            known,
        };
        page.payments.insert(id, payment);
    }
    Ok(page)
}

impl Page {
    async fn statement(&mut self, tx: &mut Tx, id: StatementId) -> Result<Option<&Statement>> {
        if !self.statements.contains_key(&id)
            && let Some(found) = statement::find(tx, id).await?
        {
            self.statements.insert(id, found);
        }
        Ok(self.statements.get(&id))
    }

    fn line(&mut self, context: &Context<'_>, place: i64, line: &Line) {
        let id = line.end_to_end.as_deref().and_then(payment_of);
        let payment = id.and_then(|id| self.payments.get(&id));
        let told_by_file = context.sender.rejects_whole && line.says == Says::Rejected;
        let verdict = match told_by_file {
            true => Verdict::Noted,
            false => judge(line, payment, context.sender.mfo),
        };
        let fit = match verdict {
            Verdict::Does(Fit::Unmatched(why)) => {
                self.counts.unmatched += 1;
                return self.unmatched.push(Unmatched::line(place, line, why));
            }
            Verdict::Does(fit) => Some(fit),
            Verdict::Noted => None,
        };
        let found = id.and_then(|id| Some((id, self.payments.get_mut(&id)?)));
        let Some((id, payment)) = found.filter(|_| line.says != Says::Pending && !told_by_file)
        else {
            self.counts.noted += 1;
            return;
        };
        // Who speaks of a line has its statement.
        self.accepted.insert(payment.known.statement, ());
        remember(&mut self.bookings, context, id, payment, line);
        match fit {
            None => self.counts.noted += 1,
            Some(Fit::Credited) => self.counts.credited += 1,
            Some(Fit::Returned | Fit::ReturnedLate) => self.counts.returned += 1,
            Some(Fit::Repeated | Fit::Unmatched(_)) => self.counts.repeated += 1,
        }
        if let Some(fit @ (Fit::Credited | Fit::Returned | Fit::ReturnedLate)) = fit {
            let answer = answer_of(context, place, id, line, fit);
            let bank = Uuid::from_u128(payment.bank as u128);
            let statement = payment.known.statement;
            let answers = self.answers.entry(statement).or_default();
            answers.take(fit, answer, &mut payment.known, bank);
        }
    }

    async fn file(
        &mut self,
        tx: &mut Tx,
        context: &Context<'_>,
        place: i64,
        status: &FileStatus,
        now: Instant,
    ) -> Result<()> {
        let Some(file) = delivery::find_by_message(tx, &status.original).await? else {
            self.file_unmatched(place, status, Why::UnknownFile);
            return Ok(());
        };
        let Some(found) = self.statement(tx, file.0).await? else {
            self.file_unmatched(place, status, Why::UnknownFile);
            return Ok(());
        };
        let is_accepted = found.accepted_at.is_some();
        match status.said {
            Said::Pending => {}
            Said::Accepted => {
                self.accepted.insert(file.0, ());
            }
            Said::Rejected if status.is_duplicate() => self.duplicate_files += 1,
            // Its lines are told one by one.
            Said::Rejected if !context.sender.rejects_whole => {}
            Said::Rejected if is_accepted => {
                self.file_unmatched(place, status, Why::RejectedAfterAcceptance);
                return Ok(());
            }
            Said::Rejected => {
                let reason = status.reason.as_deref();
                let is_news = delivery::reject(tx, file, reason, context.file, now).await?;
                self.rejected_files += u64::from(is_news);
            }
        }
        self.counts.noted += 1;
        Ok(())
    }

    fn file_unmatched(&mut self, place: i64, status: &FileStatus, why: Why) {
        self.counts.unmatched += 1;
        self.unmatched.push(Unmatched::file(place, status, why));
    }

    fn account(&mut self, place: i64, statement: &AccountStatement) {
        self.counts.noted += 1;
        self.accounts.push((place, statement.clone()));
    }

    async fn write(
        &self,
        tx: &mut Tx,
        platform: &Platform,
        context: &Context<'_>,
        now: Instant,
    ) -> Result<()> {
        for id in self.accepted.keys() {
            if let Some(statement) = self.statements.get(id) {
                accept(tx, statement, now).await?;
            }
        }
        for (id, answers) in &self.answers {
            answers.write(tx, platform, *id, now).await?;
        }
        store::insert_bookings(tx, &self.bookings).await?;
        store::insert_unmatched(tx, context.file, now, &self.unmatched).await?;
        store::insert_accounts(tx, context.file, context.sender.mfo, now, &self.accounts).await
    }
}

/// The bank has the statement: the money is with it.
async fn accept(tx: &mut Tx, statement: &Statement, now: Instant) -> Result<()> {
    if statement::accepted(tx, statement.id, now).await? {
        // The order of the run holds the money until then.
        let order = store::order_of(tx, statement.run).await?;
        let (bank, amount) = (bank_owner(statement.mfo), statement.total);
        let sent = transfer(Step::Send, statement.id.0, bank, order, amount);
        posting::post(tx, now, &[sent], Ids::MayRepeat).await?;
    }
    Ok(())
}

/// Keeps what the bank calls this side of the payment, once.
fn remember(
    bookings: &mut Vec<Booking>,
    context: &Context<'_>,
    id: PaymentId,
    payment: &mut Payment,
    line: &Line,
) {
    let moves_money = line.says.is_booking() || line.says == Says::Returned;
    let told = (line.says, reference(line));
    if !moves_money || payment.told.contains(&told) {
        return;
    }
    bookings.push(Booking {
        payment: id,
        side: told.0,
        reference: told.1.clone(),
        day: line.day,
        file: context.file,
    });
    payment.told.push(told);
}

fn answer_of(
    context: &Context<'_>,
    place: i64,
    payment_id: PaymentId,
    line: &Line,
    fit: Fit,
) -> Answer {
    let outcome = match fit {
        Fit::Credited => Outcome::Credited,
        _ => Outcome::Returned,
    };
    Answer {
        seq: place,
        payment_id,
        outcome,
        reason: line.reason.clone(),
        at: at(line.day, context.zone, context.made_at),
        amount_minor: None,
        account: None,
    }
}

impl Counts {
    pub(super) fn add(&mut self, other: &Counts) {
        self.credited += other.credited;
        self.returned += other.returned;
        self.repeated += other.repeated;
        self.noted += other.noted;
        self.unmatched += other.unmatched;
    }
}
