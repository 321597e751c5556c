//! Everything the sandbox holds while it serves: the country, its clock, the
//! money, and what has been lodged.

use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use kernel::Instant;

use crate::agency::correspondence::Correspondence;
use crate::agency::fault::{Faults, Rates};
use crate::agency::gateway::Tokens;
use crate::agency::scenario::Scenario;
use crate::bank::{Banks, BookOutcome, ReturnReason, Worked};
use crate::cards::{Cards, Fate};
use crate::cases::Cases;
use crate::country::{Country, FIRST_CARD};
use crate::journal::{Entry, Journal};
use crate::keys::Keys;
use crate::life::daftar::Daftar;
use crate::population::Population;
use crate::population::estate::card_owner;
use crate::population::person::Role;
use crate::seed;
use crate::treasury::Treasury;
use crate::wire_time::day_of;

#[derive(Debug)]
pub struct World {
    pub country: Country,
    pub faults: Faults,
    pub keys: Keys,
    pub tokens: Tokens,
    /// Those of the registries, which no gateway gives.
    pub registry_tokens: Tokens,
    /// What registries answer later and tell of.
    pub correspondence: Correspondence,
    /// Of people from elsewhere whom the banks pay too.
    pub cards: Cards,
    pub cases: Mutex<Cases>,
    pub money: Mutex<Money>,
    /// Nobody to talk to when agencies are all that is wanted.
    pub daftar: Option<Daftar>,
    /// Funds and answers without waiting for the next day.
    pub at_once: bool,
    /// Registries and whoever asks them encrypt their messages, both or neither.
    pub encrypted: bool,
    now: AtomicI64,
    /// One step of the clock at a time.
    pub stepping: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
pub struct Money {
    pub treasury: Treasury,
    pub banks: Banks,
    pub journal: Journal,
}

#[derive(Debug)]
pub struct Setup {
    pub families: usize,
    pub seed: u64,
    pub rates: Rates,
    pub scenario: Scenario,
    pub start: Instant,
    pub at_once: bool,
    pub encrypted: bool,
    pub book: Option<PathBuf>,
    pub cards: Cards,
    pub daftar: Option<Daftar>,
}

impl World {
    pub fn new(setup: Setup) -> std::io::Result<World> {
        let population = Population::draw(setup.families, setup.seed);
        let mut money = Money::default();
        if let Some(path) = &setup.book {
            money = recall(path)?;
        }
        Ok(World {
            cases: Mutex::new(Cases::planned(&population)),
            country: Country::new(population),
            faults: Faults::new(setup.seed, setup.rates, setup.scenario),
            keys: Keys::of(setup.seed),
            tokens: Tokens::default(),
            registry_tokens: Tokens::default(),
            correspondence: Correspondence::default(),
            money: Mutex::new(money),
            cards: setup.cards,
            daftar: setup.daftar,
            at_once: setup.at_once,
            encrypted: setup.encrypted,
            now: AtomicI64::new(setup.start.0),
            stepping: tokio::sync::Mutex::new(()),
        })
    }

    pub fn now(&self) -> Instant {
        Instant(self.now.load(Ordering::SeqCst))
    }

    pub fn set_now(&self, now: Instant) {
        self.now.store(now.0, Ordering::SeqCst);
    }

    pub fn cases(&self) -> MutexGuard<'_, Cases> {
        self.cases.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn money(&self) -> MutexGuard<'_, Money> {
        self.money.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Treasury and banks do the day's work.
    pub fn settle_money(&self) -> std::io::Result<()> {
        let now = self.now();
        let money = &mut *self.money();
        let funded = money.treasury.fund(now, self.at_once);
        let entries: Vec<Entry> = funded
            .into_iter()
            .map(|order_id| Entry::Funded { order_id, at: now })
            .collect();
        money.journal.write(&entries)?;
        for key in money.banks.due(now, self.at_once) {
            let worked = money
                .banks
                .work(&key, now, |mfo, account| self.fate(mfo, account));
            let (mfo, statement_id) = key;
            let entry = |worked| match worked {
                Worked::Booked(booked) => Entry::Booked {
                    mfo: mfo.clone(),
                    statement_id: statement_id.clone(),
                    booked,
                },
                Worked::Again(payment_id) => Entry::Again {
                    mfo: mfo.clone(),
                    statement_id: statement_id.clone(),
                    payment_id,
                },
            };
            let entries: Vec<Entry> = worked.into_iter().map(entry).collect();
            money.journal.write(&entries)?;
        }
        Ok(())
    }

    /// Why an account does not take money, if it does not.
    fn fate(&self, mfo: &str, account: &str) -> Option<ReturnReason> {
        let closed_per_mille = self.faults.rates.returned;
        if let Some(Fate(reason)) = self.cards.fate(mfo, account, closed_per_mille) {
            return reason;
        }
        let population = &self.country.population;
        let Some((owner, serial)) = card_owner(account) else {
            return Some(ReturnReason::AC01);
        };
        if owner as usize >= population.people.len() || self.country.bank_of(owner) != mfo {
            return Some(ReturnReason::AC01);
        }
        let person = self.country.person(owner);
        if person.role == Role::Child {
            return Some(ReturnReason::AC01);
        }
        if !person.is_alive(day_of(self.now())) {
            return Some(ReturnReason::MD07);
        }
        let hash = seed::mix(&[population.seed, 31, u64::from(owner)]);
        let closed = serial == FIRST_CARD && seed::happens(hash, closed_per_mille);
        closed.then_some(ReturnReason::AC04)
    }

    /// What the banks have credited in all, and what came back.
    pub fn book_totals(&self) -> (i64, usize) {
        let money = self.money();
        let books = crate::population::estate::BANKS
            .iter()
            .flat_map(|(mfo, _)| money.banks.book_of(mfo, 0, usize::MAX));
        books.fold((0, 0), |(credited, returned), (_, booked)| {
            match booked.outcome {
                BookOutcome::Credited => (credited + booked.amount_minor, returned),
                BookOutcome::Returned => (credited, returned + 1),
            }
        })
    }
}

/// Reads the journal back: nothing that was promised is forgotten.
fn recall(path: &std::path::Path) -> std::io::Result<Money> {
    let (journal, entries) = Journal::open(path)?;
    let mut money = Money {
        journal,
        ..Money::default()
    };
    for entry in entries {
        match entry {
            Entry::Order { order, at } => drop(money.treasury.accept(order, at)),
            Entry::Funded { order_id, at } => money.treasury.recall_funded(&order_id, at),
            Entry::Statement { mfo, statement, at } => drop(money.banks.take(&mfo, statement, at)),
            Entry::Booked {
                mfo,
                statement_id,
                booked,
            } => money.banks.book(&(mfo, statement_id), booked),
            Entry::Again {
                mfo,
                statement_id,
                payment_id,
            } => money.banks.repeat(&(mfo, statement_id), payment_id),
        }
    }
    Ok(money)
}
