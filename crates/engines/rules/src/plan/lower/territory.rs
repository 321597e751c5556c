//! A parameter whose value depends on where the unit lives, said with the nodes
//! there are: so every reader of a plan knows it already.

use super::{Lowered, Lowering};
use crate::plan::{Node, Slot};
use crate::syntax::Comparison;
use crate::typed::{INTEGER, Level, Type};

impl Lowering<'_> {
    /// A chain of choices by the code of the unit's district: the country's value
    /// innermost, the nearest territory asked first.
    pub(super) fn by_territory(&mut self, index: u16, country: Slot, ty: Type) -> Lowered {
        let parameter = &self.pack.parameters[usize::from(index)];
        let code = self.case("territory")?;
        let mut unmet = self.lifted(country, Level::Unit)?;
        for (territory, value) in parameter.in_territories(self.day) {
            let first = self.bound(Comparison::AtLeast, code, territory.first)?;
            let last = self.bound(Comparison::AtMost, code, territory.last)?;
            let condition = self.push(Node::And(first, last), Level::Unit, Type::YesNo)?;
            let met = self.push(Node::Constant(value.value), Level::Constant, ty)?;
            let met = self.lifted(met, Level::Unit)?;
            let choice = Node::If {
                condition,
                met,
                unmet,
            };
            unmet = self.push(choice, Level::Unit, ty)?;
        }
        Ok(unmet)
    }

    fn bound(&mut self, comparison: Comparison, code: Slot, bound: u32) -> Lowered {
        let bound = self.push(Node::Constant(i64::from(bound)), Level::Constant, INTEGER)?;
        let bound = self.lifted(bound, Level::Unit)?;
        self.push(
            Node::Compare(comparison, code, bound),
            Level::Unit,
            Type::YesNo,
        )
    }
}
