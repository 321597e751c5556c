//! The treasury: accepts a payment order, funds it on the next working day.
//!
//! The same order id answers the same; with another body it is a conflict; an
//! order whose sums differ is refused.

use std::collections::BTreeMap;

use kernel::Instant;
use serde::{Deserialize, Serialize};

use crate::wire_time;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    pub order_id: String,
    pub run_id: String,
    pub month: String,
    pub currency: String,
    pub total_minor: i64,
    pub budget_lines: Vec<BudgetLine>,
    pub banks: Vec<BankLine>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetLine {
    #[serde(deserialize_with = "code")]
    pub district: String,
    pub programme: String,
    pub amount_minor: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankLine {
    pub mfo: String,
    pub statement_id: String,
    pub count: u64,
    pub total_minor: i64,
    pub sha256: String,
}

/// A district comes as text or as a number.
fn code<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Code {
        Text(String),
        Number(u64),
    }
    Ok(match Code::deserialize(deserializer)? {
        Code::Text(text) => text,
        Code::Number(number) => number.to_string(),
    })
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OrderState {
    pub order_id: String,
    pub state: &'static str,
    pub funded_minor: i64,
    #[serde(serialize_with = "wire_time::write_option")]
    pub funded_at: Option<Instant>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderRefusal {
    Currency {
        found: String,
    },
    Negative {
        amount_minor: i64,
    },
    BudgetSum {
        total_minor: i64,
        budget_lines_minor: i128,
    },
    BankSum {
        total_minor: i64,
        banks_minor: i128,
    },
    /// The id stands for another order.
    Conflict {
        order_id: String,
    },
}

impl std::fmt::Display for OrderRefusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            OrderRefusal::Currency { found } => write!(f, "the treasury pays UZS, not {found}"),
            OrderRefusal::Negative { amount_minor } => {
                write!(f, "a line of {amount_minor} is not payable")
            }
            OrderRefusal::BudgetSum {
                total_minor,
                budget_lines_minor,
            } => {
                write!(
                    f,
                    "the order says {total_minor}, its budget lines add up to {budget_lines_minor}"
                )
            }
            OrderRefusal::BankSum {
                total_minor,
                banks_minor,
            } => {
                write!(
                    f,
                    "the order says {total_minor}, its banks add up to {banks_minor}"
                )
            }
            OrderRefusal::Conflict { order_id } => {
                write!(f, "order {order_id} was accepted with another body")
            }
        }
    }
}

/// A statement as a bank holds it in its hand.
#[derive(Clone, Debug)]
pub struct Offered {
    pub statement_id: String,
    pub count: u64,
    pub total_minor: i64,
    /// Of the bytes as they came, in hex.
    pub sha256: String,
}

/// Why a statement has no money behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Uncovered {
    NotFunded,
    NotInOrder,
    /// What the order says instead.
    Differs {
        count: u64,
        total_minor: i64,
    },
    OtherBytes {
        sha256: String,
    },
}

impl std::fmt::Display for Uncovered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Uncovered::NotFunded => write!(f, "the order is not funded"),
            Uncovered::NotInOrder => {
                write!(f, "the order does not name this statement of this bank")
            }
            Uncovered::Differs { count, total_minor } => {
                write!(
                    f,
                    "the order has {count} payments of {total_minor} for this statement"
                )
            }
            Uncovered::OtherBytes { sha256 } => {
                write!(f, "the order names a statement whose SHA-256 is {sha256}")
            }
        }
    }
}

#[derive(Debug, Default)]
pub struct Treasury {
    orders: BTreeMap<String, Accepted>,
}

#[derive(Debug)]
struct Accepted {
    order: Order,
    at: Instant,
    funded_at: Option<Instant>,
}

impl Treasury {
    /// True when the order is new.
    pub fn accept(&mut self, order: Order, at: Instant) -> Result<bool, OrderRefusal> {
        if let Some(known) = self.orders.get(&order.order_id) {
            let conflict = OrderRefusal::Conflict {
                order_id: order.order_id.clone(),
            };
            return if known.order == order {
                Ok(false)
            } else {
                Err(conflict)
            };
        }
        check_sums(&order)?;
        self.orders.insert(
            order.order_id.clone(),
            Accepted {
                order,
                at,
                funded_at: None,
            },
        );
        Ok(true)
    }

    /// Funds what was accepted before this day, on a working day; or everything.
    pub fn fund(&mut self, now: Instant, at_once: bool) -> Vec<String> {
        let today = wire_time::day_of(now);
        if !at_once && !wire_time::is_working_day(today) {
            return vec![];
        }
        let due = |order: &&mut Accepted| {
            order.funded_at.is_none() && (at_once || wire_time::day_of(order.at) < today)
        };
        let fund = |order: &mut Accepted| {
            order.funded_at = Some(now);
            order.order.order_id.clone()
        };
        self.orders.values_mut().filter(due).map(fund).collect()
    }

    /// What the journal remembers.
    pub fn recall_funded(&mut self, order_id: &str, at: Instant) {
        if let Some(order) = self.orders.get_mut(order_id) {
            order.funded_at = Some(at);
        }
    }

    pub fn state(&self, order_id: &str) -> Option<OrderState> {
        let order = self.orders.get(order_id)?;
        let funded = order.funded_at.is_some();
        Some(OrderState {
            order_id: order_id.to_owned(),
            state: if funded { "funded" } else { "accepted" },
            funded_minor: if funded { order.order.total_minor } else { 0 },
            funded_at: order.funded_at,
        })
    }

    /// Whether a funded order pays for this statement, to the tiyin and the byte.
    pub fn covers(&self, mfo: &str, order_id: &str, offered: &Offered) -> Result<(), Uncovered> {
        let funded = |order: &&Accepted| order.funded_at.is_some();
        let order = self
            .orders
            .get(order_id)
            .filter(funded)
            .ok_or(Uncovered::NotFunded)?;
        let same = |line: &&BankLine| line.mfo == mfo && line.statement_id == offered.statement_id;
        let line = order
            .order
            .banks
            .iter()
            .find(same)
            .ok_or(Uncovered::NotInOrder)?;
        if (line.count, line.total_minor) != (offered.count, offered.total_minor) {
            return Err(Uncovered::Differs {
                count: line.count,
                total_minor: line.total_minor,
            });
        }
        if !line.sha256.is_empty() && !line.sha256.eq_ignore_ascii_case(&offered.sha256) {
            return Err(Uncovered::OtherBytes {
                sha256: line.sha256.clone(),
            });
        }
        Ok(())
    }

    pub fn funded_minor(&self) -> i64 {
        let funded = self
            .orders
            .values()
            .filter(|order| order.funded_at.is_some());
        funded.map(|order| order.order.total_minor).sum()
    }
}

fn check_sums(order: &Order) -> Result<(), OrderRefusal> {
    if order.currency != "UZS" {
        return Err(OrderRefusal::Currency {
            found: order.currency.clone(),
        });
    }
    let lines = || order.budget_lines.iter().map(|line| line.amount_minor);
    let banks = || order.banks.iter().map(|line| line.total_minor);
    if let Some(amount_minor) = lines().chain(banks()).find(|amount| *amount < 0) {
        return Err(OrderRefusal::Negative { amount_minor });
    }
    let total_minor = order.total_minor;
    let budget_lines_minor: i128 = lines().map(i128::from).sum();
    if budget_lines_minor != i128::from(total_minor) {
        return Err(OrderRefusal::BudgetSum {
            total_minor,
            budget_lines_minor,
        });
    }
    let banks_minor: i128 = banks().map(i128::from).sum();
    if banks_minor != i128::from(total_minor) {
        return Err(OrderRefusal::BankSum {
            total_minor,
            banks_minor,
        });
    }
    Ok(())
}

#[cfg(test)]
#[path = "treasury_tests.rs"]
mod tests;
