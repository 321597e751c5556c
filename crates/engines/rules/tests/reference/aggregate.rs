//! Counting and summing, row by row.
//!
//! A row whose filter is known and false does not matter. A row that may or may not
//! belong leaves a lower bound, where what it would add is never below zero.

use super::{At, Known, Number, UNIT, Value, World};
use rules::syntax::{Ast, Form};

enum Part {
    Out,
    In,
    Perhaps,
}

impl World {
    pub(super) fn aggregate(
        &self,
        kind: &str,
        arguments: &[Ast],
        filter: Option<&Ast>,
        at: At<'_>,
    ) -> Value {
        let over = table_of(self, &arguments[0], kind);
        let empty = arguments.get(1).map(|empty| self.number(empty, at));
        let mut rows = Vec::new();
        match over {
            None => {
                for member in 0..self.members.len() {
                    let here = At {
                        member: Some(member),
                        ..UNIT
                    };
                    rows.push((
                        self.part(filter, here, false),
                        self.addend(kind, arguments, here),
                    ));
                }
            }
            Some(table) => {
                for (index, row) in self.tables[table].iter().enumerate() {
                    let here = At {
                        row: Some((table, index)),
                        ..UNIT
                    };
                    // Worked out before it is left out: a fault counts wherever it stands.
                    let part = self.part(filter, here, row.phantom);
                    let addend = self.addend(kind, arguments, here);
                    if !at.own || at.member == Some(row.owner) {
                        rows.push((part, addend));
                    }
                }
            }
        }
        // The digits that the engine keeps are the formula's, not those of the rows at hand.
        let mut digits = rows
            .iter()
            .map(|(_, number)| number.scale)
            .max()
            .unwrap_or(0);
        for owner in over.map_or(0..0, |_| 0..self.members.len()) {
            let table = over.expect("a table");
            if self.tables[table].iter().all(|row| row.owner != owner) {
                digits = digits.max(self.over_nobody(kind, arguments, filter, table, owner));
            }
        }
        match kind {
            "count" | "sum" => self.sum(rows, digits),
            _ => self.extreme(kind == "max", rows, empty, digits),
        }
    }

    /// Parts that hang on no row, only on the unit or a member, are worked out for every
    /// member, and a fault in them counts: so a row of which nothing is known stands in.
    fn over_nobody(
        &self,
        kind: &str,
        arguments: &[Ast],
        filter: Option<&Ast>,
        table: &str,
        owner: usize,
    ) -> u32 {
        let world = self.with_stand_in(table, owner);
        let here = At {
            row: Some((table, 0)),
            ..UNIT
        };
        world.part(filter, here, true);
        let addend = world.addend(kind, arguments, here);
        self.fault.set(self.fault.get() || world.fault.get());
        addend.scale
    }

    fn addend(&self, kind: &str, arguments: &[Ast], at: At<'_>) -> Number {
        if kind == "count" {
            return Number::whole(1);
        }
        self.number(&arguments[0], at)
    }

    fn part(&self, filter: Option<&Ast>, at: At<'_>, phantom: bool) -> Part {
        let holds = filter.map_or(Some(true), |filter| self.truth(filter, at));
        match holds {
            Some(false) => Part::Out,
            Some(true) if !phantom => Part::In,
            _ => Part::Perhaps,
        }
    }

    fn sum(&self, rows: Vec<(Part, Number)>, scale: u32) -> Value {
        let mut total = Number {
            scale,
            ..Number::whole(0)
        };
        for (part, number) in rows {
            let never_below_zero = number.value >= Number::whole(0).value;
            let known = match part {
                Part::Out => continue,
                Part::In => number.known,
                Part::Perhaps if number.known != Known::Nothing && never_below_zero => {
                    Known::AtLeast
                }
                Part::Perhaps => Known::Nothing,
            };
            if matches!(part, Part::In) && known != Known::Nothing {
                total.value += number.value;
            }
            total.known = total.known.min(known);
        }
        // A sum is looked at whole, even one of which too little is known.
        if !total.fits() {
            self.fault.set(true);
            return Value::Number(Number::unknown(total.scale));
        }
        Value::Number(kept(total))
    }

    fn extreme(
        &self,
        greatest: bool,
        rows: Vec<(Part, Number)>,
        empty: Option<Number>,
        scale: u32,
    ) -> Value {
        let mut best: Option<Number> = None;
        let mut known = Known::Exactly;
        for (part, number) in rows {
            if matches!(part, Part::Out) {
                continue;
            }
            // A greatest value can only grow; a least one may become anything.
            let open = if greatest {
                Known::AtLeast
            } else {
                Known::Nothing
            };
            if matches!(part, Part::Perhaps) || number.known != Known::Exactly {
                known = known.min(open);
            }
            if matches!(part, Part::Perhaps) || number.known == Known::Nothing {
                continue;
            }
            let better = best.as_ref().is_none_or(|best| {
                if greatest {
                    number.value > best.value
                } else {
                    number.value < best.value
                }
            });
            if better {
                best = Some(number);
            }
        }
        let scale = scale.max(empty.as_ref().map_or(0, |empty| empty.scale));
        Value::Number(kept(match (best, empty) {
            (Some(best), _) => Number {
                known,
                scale,
                ..best
            },
            (None, Some(empty)) if known == Known::Exactly => Number { scale, ..empty },
            _ => Number::unknown(scale),
        }))
    }
}

/// What is unknown has no value.
fn kept(number: Number) -> Number {
    if number.known == Known::Nothing {
        return Number::unknown(number.scale);
    }
    number
}

/// `None`: over the members.
fn table_of(world: &World, ast: &Ast, kind: &str) -> Option<&'static str> {
    let named = |name: &str| world.tables.keys().find(|table| **table == name).copied();
    match &ast.form {
        Form::Name(path) if kind == "count" => named(&path[0]),
        Form::Name(path) if path.len() == 2 => named(&path[0]),
        Form::Not(inner) | Form::Minus(inner) => table_of(world, inner, ""),
        Form::Binary(_, left, right) => {
            table_of(world, left, "").or_else(|| table_of(world, right, ""))
        }
        Form::Case(arms, otherwise) => arms
            .iter()
            .find_map(|(condition, value)| {
                table_of(world, condition, "").or_else(|| table_of(world, value, ""))
            })
            .or_else(|| table_of(world, otherwise, "")),
        Form::Call { arguments, .. } => arguments.iter().find_map(|one| table_of(world, one, "")),
        _ => None,
    }
}
