//! Which column is computed when: a chain of layers for units, members and the rows of each
//! kind, joined where one level reads another.

use super::bounds::Bound;
use super::dialect::Dialect;
use super::gather::gathered;
use super::slots::{Named, Slots};
use super::verdict;
use crate::batch::CaseFacts;
use crate::limits::MEMBERS_MAX;
use crate::plan::{Node, Plan, Slot};
use crate::typed::{Level, MEMBER_COLUMNS, Who};
use kernel::facts::Owner;
use kernel::kin::Role;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

pub(super) struct Statement<'a> {
    slots: Slots<'a>,
    /// What is read at the end.
    outputs: BTreeSet<Slot>,
    /// Nodes still without a column.
    open: BTreeSet<Slot>,
    chains: BTreeMap<Level, Chain>,
    ctes: Vec<(String, String)>,
}

/// The layers of one level.
struct Chain {
    /// The letter of its names, and how many there are.
    letter: String,
    layers: usize,
    keys: Vec<&'static str>,
    have: Vec<Slot>,
}

impl Chain {
    fn name(&self) -> String {
        format!("{}{}", self.letter, self.layers)
    }
}

impl<'a> Statement<'a> {
    pub fn new(plan: &'a Plan, bounds: Vec<Bound>, dialect: Dialect) -> Statement<'a> {
        let slots = Slots {
            plan,
            bounds,
            dialect,
            needs: !plan.pack.steps.is_empty(),
        };
        let outputs: BTreeSet<Slot> = verdict::outputs(plan)
            .filter(|slot| !slots.is_fixed(*slot))
            .collect();
        let mut open = BTreeSet::new();
        let mut stack: Vec<Slot> = outputs.iter().copied().collect();
        while let Some(slot) = stack.pop() {
            if !slots.is_fixed(slot) && open.insert(slot) {
                stack.extend(plan.nodes[slot as usize].node.operands());
            }
        }
        Statement {
            slots,
            outputs,
            open,
            chains: BTreeMap::new(),
            ctes: Vec::new(),
        }
    }

    pub fn written(mut self, case: &CaseFacts) -> String {
        self.begin();
        while !self.open.is_empty() {
            let moved = self.local_layers() || self.lifts() || self.aggregates();
            assert!(moved, "each node reads nodes that stand before it");
        }
        let units = self.chains[&Level::Unit].name();
        let last = verdict::written(&self.slots, &units, &mut self.ctes);
        self.text(case, &last)
    }

    fn text(&self, case: &CaseFacts, last: &str) -> String {
        let plan = self.slots.plan;
        let mut text = format!(
            "-- {} ({}), decided on {}, applied on {}, {:?}, {:?}\n\
             -- over the tables of a snapshot: unit, member and one for each kind of facts.\nWITH ",
            plan.pack.id(),
            &plan.pack.hash_hex()[..16],
            plan.decided_on,
            case.applied_on,
            case.origin,
            case.stage,
        );
        for (place, (name, select)) in self.ctes.iter().enumerate() {
            let comma = if place == 0 { "" } else { ",\n" };
            let _ = write!(text, "{comma}{name} AS (\n{select})");
        }
        text.push('\n');
        text.push_str(last);
        text.push('\n');
        text
    }

    fn node(&self, slot: Slot) -> Node {
        self.slots.plan.nodes[slot as usize].node
    }

    fn level(&self, slot: Slot) -> Level {
        self.slots.plan.nodes[slot as usize].level
    }

    /// Is its column (or its literal) there?
    fn done(&self, slot: Slot) -> bool {
        !self.open.contains(&slot)
    }

    fn ready(&self, slot: Slot) -> bool {
        self.node(slot).operands().all(|one| self.done(one))
    }

    /// Base tables: the living, the units that can be decided on, rows with phantoms.
    fn begin(&mut self) {
        let on = self.slots.plan.decided_on.0;
        self.ctes.push((
            "person".to_owned(),
            format!("SELECT * FROM member WHERE died IS NULL OR died > {on}"),
        ));
        // Of a case only the district's code differs between units.
        let places = self.of_level(Level::Unit, |node| matches!(node, Node::Case(_)));
        let place = |slot: &Slot| format!(", CAST(unit.district AS BIGINT) AS v{slot}");
        let columns: String = places.iter().map(place).collect();
        self.ctes.push((
            "u0".to_owned(),
            format!(
                "SELECT unit.*{columns} FROM unit JOIN (SELECT unit, COUNT(*) AS members, \
                 SUM(CASE WHEN died IS NULL OR died > {on} THEN 1 ELSE 0 END) AS alive \
                 FROM member GROUP BY unit) AS counted ON unit.unit = counted.unit \
                 WHERE counted.alive > 0 AND counted.members <= {MEMBERS_MAX}"
            ),
        ));
        let mut units = chain("u", &["unit", "district"]);
        units.have.clone_from(&places);
        self.chains.insert(Level::Unit, units);
        self.close(&places);
        let levels: BTreeSet<Level> = self.open.iter().map(|slot| self.level(*slot)).collect();
        let over = self.open.iter().filter_map(|slot| match self.node(*slot) {
            Node::Aggregate { over, .. } => Some(over),
            _ => None,
        });
        let levels: BTreeSet<Level> = levels.into_iter().chain(over).collect();
        for level in levels {
            match level {
                Level::Member => self.members(),
                Level::Row(table) => self.rows(table),
                Level::Constant | Level::Unit => {}
            }
        }
    }

    fn members(&mut self) {
        let slots = self.of_level(Level::Member, |node| matches!(node, Node::Member(_)));
        let columns = slots.iter().map(|slot| {
            let Node::Member(column) = self.node(*slot) else {
                unreachable!("filtered above")
            };
            let (name, _) = MEMBER_COLUMNS[usize::from(column)];
            format!(", CAST({name} AS BIGINT) AS v{slot}")
        });
        let columns: String = columns.collect();
        self.ctes.push((
            "m0".to_owned(),
            format!("SELECT unit, member{columns} FROM person"),
        ));
        let mut chain = chain("m", &["unit", "member"]);
        chain.have.clone_from(&slots);
        self.chains.insert(Level::Member, chain);
        self.close(&slots);
    }

    fn of_level(&self, level: Level, is: impl Fn(Node) -> bool) -> Vec<Slot> {
        let of_level = self.open.iter().copied();
        of_level
            .filter(|slot| self.level(*slot) == level && is(self.node(*slot)))
            .collect()
    }

    fn close(&mut self, slots: &[Slot]) {
        slots.iter().for_each(|slot| {
            self.open.remove(slot);
        });
    }

    /// Rows of a kind, and one of unknowns for each owner of whom nobody has spoken.
    fn rows(&mut self, table: u16) {
        let slots = self.of_level(Level::Row(table), |node| matches!(node, Node::Field { .. }));
        let layout = &self.slots.plan.layout.tables[usize::from(table)];
        let (kind, who) = (layout.table.kind, layout.table.who);
        let (mut known, mut unknown) = (String::new(), String::new());
        for slot in &slots {
            let Node::Field { column, .. } = self.node(*slot) else {
                unreachable!("filtered above")
            };
            let field = layout.columns.iter().position(|one| *one == Some(column));
            let field = field.expect("a column that is read is a field");
            let missing = u8::from(crate::typed::never_negative(kind, field));
            let name = format!("f.\"{}\"", kind.fields[field].name);
            let _ = write!(
                known,
                ", COALESCE({name}, 0) AS v{slot}, CASE WHEN {name} IS NULL THEN {missing} ELSE 2 END AS s{slot}"
            );
            let _ = write!(unknown, ", 0 AS v{slot}, {missing} AS s{slot}");
        }
        let (owners, keys, counts): (_, &[&'static str], _) = match kind.owner {
            Owner::Unit => ("u0", &["unit", "ph"], "TRUE".to_owned()),
            Owner::Person => ("person", &["unit", "member", "ph"], counted(who)),
        };
        let key = keys[keys.len() - 2];
        let of_owner = keys[..keys.len() - 1].iter().map(|key| format!("o.{key}"));
        let of_owner = of_owner.collect::<Vec<_>>().join(", ");
        let name = kind.name;
        let select = format!(
            "SELECT {of_owner}, 0 AS ph{known} FROM {owners} AS o JOIN \"{name}\" AS f \
             ON f.{key} = o.{key} WHERE {counts} AND o.asked_{name}\nUNION ALL\n\
             SELECT {of_owner}, 1 AS ph{unknown} FROM {owners} AS o \
             WHERE {counts} AND NOT o.asked_{name}"
        );
        let mut chain = chain(&format!("{name}_"), keys);
        self.ctes.push((chain.name(), select));
        chain.have.clone_from(&slots);
        self.chains.insert(Level::Row(table), chain);
        self.close(&slots);
    }

    /// Computes at every level what can be computed from the columns of the same row.
    fn local_layers(&mut self) -> bool {
        let levels: Vec<Level> = self.chains.keys().copied().collect();
        let mut moved = false;
        for level in levels {
            loop {
                let ready = self.of_level(level, |node| {
                    !matches!(node, Node::Lift(_) | Node::Aggregate { .. })
                });
                let ready: Vec<Slot> = ready.into_iter().filter(|slot| self.ready(*slot)).collect();
                if ready.is_empty() {
                    break;
                }
                self.local_layer(level, &ready);
                moved = true;
            }
        }
        moved
    }

    fn local_layer(&mut self, level: Level, ready: &[Slot]) {
        let steps: Vec<Vec<Vec<Named>>> =
            ready.iter().map(|slot| self.slots.local(*slot)).collect();
        let count = steps.iter().map(Vec::len).max().unwrap_or(0);
        let mut helpers: Vec<String> = Vec::new();
        for step in 0..count {
            let made: Vec<Named> = steps
                .iter()
                .filter_map(|steps| steps.get(step))
                .flatten()
                .cloned()
                .collect();
            if step + 1 == count {
                self.close(ready);
            }
            let chain = &self.chains[&level];
            let from = chain.name();
            let kept = if step + 1 == count {
                self.kept(level)
            } else {
                self.slots_columns(&chain.have)
            };
            let taken: BTreeSet<&String> = made.iter().map(|(name, _)| name).collect();
            let mut columns: Vec<String> = chain.keys.iter().map(|key| (*key).to_owned()).collect();
            columns.extend(kept.into_iter().filter(|name| !taken.contains(name)));
            if step + 1 < count {
                columns.extend(helpers.iter().cloned());
            } else {
                // Finished in an earlier step of this layer, needed from now on.
                let early = helpers.iter().filter(|name| self.is_column_of(ready, name));
                columns.extend(early.cloned());
            }
            columns.extend(made.iter().map(|(name, x)| format!("{x} AS {name}")));
            let select = format!("SELECT {} FROM {from}", columns.join(", "));
            helpers.extend(made.into_iter().map(|(name, _)| name));
            self.push_layer(level, select);
        }
        self.keep(level, ready);
    }

    fn is_column_of(&self, slots: &[Slot], name: &str) -> bool {
        let mut columns = slots.iter().flat_map(|slot| self.slots.columns(*slot));
        columns.any(|column| column == name)
    }

    fn push_layer(&mut self, level: Level, select: String) {
        let chain = self.chains.get_mut(&level).expect("begun");
        chain.layers += 1;
        let name = chain.name();
        self.ctes.push((name, select));
    }

    /// Of what a level has and of what it got, that which is still read.
    fn keep(&mut self, level: Level, more: &[Slot]) {
        let read = self.read();
        let chain = self.chains.get_mut(&level).expect("begun");
        chain.have.extend_from_slice(more);
        chain.have.retain(|slot| read.contains(slot));
    }

    fn read(&self) -> BTreeSet<Slot> {
        let read = self
            .open
            .iter()
            .flat_map(|slot| self.node(*slot).operands());
        read.chain(self.outputs.iter().copied()).collect()
    }

    fn kept(&self, level: Level) -> Vec<String> {
        let read = self.read();
        let have = self.chains[&level].have.iter().copied();
        let have: Vec<Slot> = have.filter(|slot| read.contains(slot)).collect();
        self.slots_columns(&have)
    }

    fn slots_columns(&self, slots: &[Slot]) -> Vec<String> {
        slots
            .iter()
            .flat_map(|slot| self.slots.columns(*slot))
            .collect()
    }

    /// Brings values of a coarser level to a finer one: one join for all that are ready.
    fn lifts(&mut self) -> bool {
        let mut groups: BTreeMap<(Level, Level), Vec<(Slot, Slot)>> = BTreeMap::new();
        for slot in &self.open {
            if let Node::Lift(from) = self.node(*slot)
                && self.done(from)
            {
                let levels = (self.level(*slot), self.level(from));
                groups.entry(levels).or_default().push((*slot, from));
            }
        }
        let Some(((level, from_level), lifts)) = groups.into_iter().next() else {
            return false;
        };
        let slots: Vec<Slot> = lifts.iter().map(|(slot, _)| *slot).collect();
        let made: Vec<String> = lifts.iter().flat_map(|lift| self.lifted(*lift)).collect();
        let from = self.chains[&from_level].name();
        let key = if from_level == Level::Unit {
            "unit"
        } else {
            "member"
        };
        self.close(&slots);
        let chain = &self.chains[&level];
        let name = chain.name();
        let keys = chain.keys.iter().map(|key| (*key).to_owned());
        let columns = keys
            .chain(self.kept(level))
            .map(|column| format!("t.{column}"));
        let columns: Vec<String> = columns.chain(made).collect();
        let select = format!(
            "SELECT {} FROM {name} AS t JOIN {from} AS o ON t.{key} = o.{key}",
            columns.join(", ")
        );
        self.push_layer(level, select);
        self.keep(level, &slots);
        true
    }

    fn lifted(&self, (slot, from): (Slot, Slot)) -> Vec<String> {
        let renamed = self.slots.columns(slot).into_iter().map(|column| {
            let source = match &column[..1] {
                "n" => {
                    let state = self.slots.s(from);
                    let (state, need) = (format!("o.{state}"), self.slots.raw_need_name(from));
                    format!("CASE WHEN {state} = 2 THEN 0 ELSE {need} END")
                }
                letter => format!("o.{letter}{from}"),
            };
            format!("{source} AS {column}")
        });
        renamed.collect()
    }

    /// Counts and sums: one grouped sub-select for all that are ready over the same rows.
    fn aggregates(&mut self) -> bool {
        let mut groups: BTreeMap<(Level, Level), Vec<Slot>> = BTreeMap::new();
        for slot in &self.open {
            if let Node::Aggregate { over, .. } = self.node(*slot)
                && self.ready(*slot)
            {
                groups
                    .entry((self.level(*slot), over))
                    .or_default()
                    .push(*slot);
            }
        }
        let Some(((level, over), slots)) = groups.into_iter().next() else {
            return false;
        };
        let key = if level == Level::Member {
            "member"
        } else {
            "unit"
        };
        let rows = self.chains[&over].name();
        let (mut grouped, mut made) = (format!("SELECT {key} AS k"), Vec::new());
        for slot in &slots {
            let (inner, outer) = gathered(&self.slots, *slot);
            for (name, x) in inner {
                let _ = write!(grouped, ", {x} AS {name}");
            }
            made.extend(outer.into_iter().map(|(name, x)| format!("{x} AS {name}")));
        }
        self.close(&slots);
        let chain = &self.chains[&level];
        let name = chain.name();
        let keys = chain.keys.iter().map(|key| (*key).to_owned());
        let columns: Vec<String> = keys.chain(self.kept(level)).chain(made).collect();
        let select = format!(
            "SELECT {} FROM {name} LEFT JOIN ({grouped} FROM {rows} GROUP BY {key}) AS g \
             ON {name}.{key} = g.k",
            columns.join(", ")
        );
        self.push_layer(level, select);
        self.keep(level, &slots);
        true
    }
}

fn chain(letter: &str, keys: &[&'static str]) -> Chain {
    Chain {
        letter: letter.to_owned(),
        layers: 0,
        keys: keys.to_vec(),
        have: Vec::new(),
    }
}

/// Whose facts enter.
fn counted(who: Who) -> String {
    let child = Role::Child.code();
    match who {
        Who::Adults => format!("o.role <> {child}"),
        Who::Children => format!("o.role = {child}"),
        Who::All | Who::Unit => "TRUE".to_owned(),
    }
}
