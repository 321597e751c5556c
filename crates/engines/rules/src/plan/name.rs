//! Which formula of the pack a node belongs to: for messages, never for the decision.

use super::{Plan, Slot};

impl Plan {
    /// The formula that a slot is computed for, as a pack's reader knows it: a variable by its
    /// name alone, others as `condition income`. Of several that share the node, the first that
    /// is computed.
    pub(crate) fn name_of(&self, slot: Slot) -> String {
        let mut formulas = self.formulas();
        formulas.sort_by_key(|(root, _)| *root);
        let mut formulas = formulas.into_iter();
        let found = formulas.find(|(root, _)| self.reads(*root, slot));
        found.map_or_else(|| "a formula".to_owned(), |(_, name)| name)
    }

    fn formulas(&self) -> Vec<(Slot, String)> {
        let pack = &self.pack;
        let mut found: Vec<(Slot, String)> = Vec::new();
        let mut add = |slots: &[Option<Slot>], name: String| {
            let slots = slots.iter().flatten();
            found.extend(slots.map(|slot| (*slot, name.clone())));
        };
        for (slot, variable) in self.variables.iter().zip(&pack.variables) {
            add(&[*slot], variable.name.clone());
        }
        for (slots, condition) in self.conditions.iter().zip(&pack.conditions) {
            let read = [Some(slots.truth), slots.value, slots.limit];
            add(&read, format!("condition {}", condition.id));
        }
        for (slots, category) in self.categories.iter().zip(&pack.categories) {
            let read = [Some(slots.when), slots.share];
            add(&read, format!("category {}", category.id));
        }
        for (slots, programme) in self.programmes.iter().zip(&pack.programmes) {
            let name = format!("programme {}", programme.id);
            add(&[Some(slots.when), slots.until], name.clone());
            slots
                .lines
                .iter()
                .for_each(|line| add(&[Some(*line)], name.clone()));
        }
        for (slot, group) in self.groups.iter().zip(&pack.groups) {
            add(&[Some(*slot)], format!("group {}", group.id));
        }
        add(&[self.steps_when], "steps".to_owned());
        found
    }

    /// Is `slot` among what the node in `root` is computed from? A node reads only slots before
    /// its own.
    fn reads(&self, root: Slot, slot: Slot) -> bool {
        let mut read = vec![false; root as usize + 1];
        read[root as usize] = true;
        for at in (slot + 1..=root).rev() {
            if read[at as usize] {
                let operands = self.nodes[at as usize].node.operands();
                operands.for_each(|operand| read[operand as usize] = true);
            }
        }
        read.get(slot as usize).copied().unwrap_or(false)
    }
}
