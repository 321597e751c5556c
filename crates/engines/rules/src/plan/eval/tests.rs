//! The loops without branches give what every element by itself gives: on random
//! formulas, with unknowns, lower bounds, fractions and numbers that do not fit.

use super::{Scratch, evaluate};
use crate::batch::{Batch, Cases, Columns, Members, Values};
use crate::pack::{Pack, read_pack};
use crate::plan::Plan;
use crate::source::SourceFile;
use kernel::Day;

/// Numbers that look random and are the same every time.
struct Luck(u64);

impl Luck {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len() as u64) as usize]
    }
}

const HEAD: &str = "
```pack random
kind: calculation
language: 1
title.uz: a
title.ru: a
title.en: a
law.uz: a
law.ru: a
law.en: a
in force from: 1990-01-01
```

```scale brackets
kind: marginal_rate
type: money
label.uz: a
label.ru: a
label.en: a
| in force | announced | threshold | value | law | status |
| 1990-01-01 | 1990-01-01 | 0 | 0.05 | a | recalled |
| 1990-01-01 | 1990-01-01 | 100 | 0.20 | a | recalled |
```
";

fn input(name: &str, entity: &str, ty: &str) -> String {
    format!(
        "```input {name}\nentity: {entity}\ntype: {ty}\nlabel.uz: a\nlabel.ru: a\nlabel.en: a\n```\n"
    )
}

fn variable(name: &str, entity: &str, ty: &str, formula: &str) -> String {
    format!(
        "```variable {name}\nentity: {entity}\ntype: {ty}\nlabel.uz: a\nlabel.ru: a\nlabel.en: a\nformula: {formula}\n```\n"
    )
}

/// A formula of money over the inputs that are in sight.
fn money(luck: &mut Luck, depth: u32, member: bool) -> String {
    if depth == 0 {
        return luck
            .pick(if member {
                &["a", "b", "u"]
            } else {
                &["u", "v", "w"]
            })
            .to_owned();
    }
    let mut inner = || money(luck, depth - 1, member);
    let (one, other) = (inner(), inner());
    match luck.below(13) {
        0 | 1 => format!("({one} + {other})"),
        2 | 3 => format!("({one} - {other})"),
        4 => format!(
            "round({one} * 0.37, 0.01, '{}')",
            luck.pick(&["half_up", "half_even", "down", "up"])
        ),
        5 => format!("({one} / {})", luck.pick(&["3", "7", "n", "4"])),
        6 => format!("greatest({one}, {other})"),
        7 => format!("least({one}, {other})"),
        8 => format!(
            "case when {} then {one} else {other} end",
            truth(luck, depth - 1, member)
        ),
        9 => format!("known_or({one}, {other})"),
        10 => format!("(-{one})"),
        11 => format!("scale(brackets, round({one}, 1, 'down')) / 2"),
        _ => format!(
            "round({one}, 0.05, '{}')",
            luck.pick(&["half_up", "half_even", "down", "up"])
        ),
    }
}

fn truth(luck: &mut Luck, depth: u32, member: bool) -> String {
    if depth == 0 {
        let member_ones = ["y", "completed_years(d, case.decided_on) >= 18"];
        return luck
            .pick(if member { &member_ones } else { &["z"] })
            .to_owned();
    }
    match luck.below(4) {
        0 => format!("(not {})", truth(luck, depth - 1, member)),
        1 => format!(
            "({} and {})",
            truth(luck, depth - 1, member),
            truth(luck, depth - 1, member)
        ),
        2 => format!(
            "({} or {})",
            truth(luck, depth - 1, member),
            truth(luck, depth - 1, member)
        ),
        _ => {
            let sign = luck.pick(&["<", "<=", "=", "<>", ">=", ">"]);
            format!(
                "({} {sign} {})",
                money(luck, depth - 1, member),
                money(luck, depth - 1, member)
            )
        }
    }
}

/// Formulas of money and of truth; those whose numbers grow too long are left out.
fn pack(luck: &mut Luck) -> Option<Pack> {
    let mut text = HEAD.to_owned();
    for (name, entity, ty) in [
        ("a", "member", "money"),
        ("b", "member", "money"),
        ("y", "member", "yes_no"),
        ("d", "member", "date"),
        ("u", "unit", "money"),
        ("v", "unit", "money"),
        ("z", "unit", "yes_no"),
        ("n", "unit", "integer"),
    ] {
        text.push_str(&input(name, entity, ty));
    }
    let worth = format!("round({}, 0.01, 'half_up')", money(luck, 2, true));
    let filter = truth(luck, 2, true);
    let kind = luck.pick(&["sum(x)", "sum(x)", "max(x, 0)", "min(x, v)"]);
    text.push_str(&variable("x", "member", "money", &worth));
    text.push_str(&variable(
        "w",
        "unit",
        "money",
        &format!("{kind} filter (where {filter})"),
    ));
    text.push_str(&variable(
        "c",
        "unit",
        "integer",
        &format!("count(member) filter (where {filter})"),
    ));
    text.push_str(&variable("m", "unit", "money", &money(luck, 3, false)));
    text.push_str(&variable("t", "unit", "yes_no", &truth(luck, 3, false)));
    text.push_str(&variable("s", "member", "yes_no", &truth(luck, 3, true)));
    let file = SourceFile {
        path: "random.md".into(),
        text,
    };
    read_pack("random", &[file], &[]).ok()
}

fn number(luck: &mut Luck, ty: crate::typed::Type) -> i64 {
    let small = luck.below(100_000) as i64;
    match ty {
        crate::typed::Type::YesNo => small % 2,
        crate::typed::Type::Date => small - 50_000,
        _ => match luck.below(40) {
            0 => i64::MAX - small,
            1 => i64::MIN + small / 99_999,
            2 => 0,
            3 => -small,
            4 => small << 40,
            _ => small,
        },
    }
}

fn batch(luck: &mut Luck, plan: &Plan) -> Batch {
    let mut starts = vec![0_u32];
    for _ in 0..1 + luck.below(40) {
        starts.push(starts[starts.len() - 1] + 1 + luck.below(4) as u32);
    }
    let unknown = luck.below(4) * luck.below(20);
    let plain = luck.below(3) == 0;
    let filled = plan.inputs().iter().map(|input| {
        let count = match input.level {
            crate::typed::Level::Member => starts[starts.len() - 1] as usize,
            _ => starts.len() - 1,
        };
        let values = (0..count).map(|_| match number(luck, input.ty) {
            value if plain => value % 1_000,
            value => value,
        });
        let values: Vec<i64> = values.collect();
        let known = (0..count).map(|_| luck.below(100) >= unknown).collect();
        (values, known)
    });
    let filled: Vec<(Vec<i64>, Vec<bool>)> = filled.collect();
    let inputs = filled
        .iter()
        .map(|(values, known)| Values { values, known });
    let inputs: Vec<Values<'_>> = inputs.collect();
    let mut batch = Batch::new(plan);
    let columns = Columns {
        districts: &[],
        first_unit: 0,
        member_start: &starts,
        units: &[],
        cases: Cases::None,
        members: Members::default(),
        tables: &[],
        inputs: &inputs,
    };
    batch.append(&columns).expect("columns that fit");
    batch
}

#[test]
fn the_short_way_gives_what_the_long_way_gives() {
    let mut luck = Luck(20_261_125);
    let (mut packs, mut faults, mut bounds) = (0, 0, 0);
    while packs < 400 {
        let Some(pack) = pack(&mut luck) else {
            continue;
        };
        packs += 1;
        let plan = Plan::new(&pack, Day(20_000)).expect("a plan");
        let batch = batch(&mut luck, &plan);
        let mut long = Scratch {
            exactly: true,
            ..Scratch::default()
        };
        let mut short = Scratch::default();
        for block in batch.blocks() {
            evaluate(&plan, &batch, &block, &mut long);
            evaluate(&plan, &batch, &block, &mut short);
            assert_eq!(short.faults, long.faults);
            faults += long.faults.len();
            for (slot, operand) in plan.nodes.iter().enumerate() {
                let (one, other) = (&short.columns[slot], &long.columns[slot]);
                for index in 0..block.range(operand.level).len() {
                    let shown = || format!("{operand:?} at {index} of {:?}", plan.nodes);
                    assert_eq!(one.state(index), other.state(index), "{}", shown());
                    bounds += usize::from(one.state(index) == crate::batch::AT_LEAST);
                    if one.state(index) == crate::batch::UNKNOWN {
                        continue;
                    }
                    assert_eq!(one.value(index), other.value(index), "{}", shown());
                    assert_eq!(
                        one.denominator(index),
                        other.denominator(index),
                        "{}",
                        shown()
                    );
                }
            }
        }
    }
    assert!(
        faults > 100 && bounds > 100,
        "{faults} faults, {bounds} bounds"
    );
}
