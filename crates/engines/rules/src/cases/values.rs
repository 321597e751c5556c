//! What a case expects of single variables and of groups.

use super::form::Expected;
use crate::explain::Trace;
use crate::outcome::Truth;
use kernel::Lang;

pub fn differences(trace: &Trace, expected: &Expected) -> Vec<String> {
    let mut found = Vec::new();
    let mut compare = |what: &str, expected: &str, actual: &str| {
        if expected != actual {
            found.push(format!("{what}: expected {expected}, came out {actual}"));
        }
    };
    for (name, expected) in &expected.values {
        let variable = trace.variables.iter().find(|one| one.name == *name);
        let Some(variable) = variable else {
            compare(name, expected, "nothing: no formula in use has that name");
            continue;
        };
        let value = variable.value.map(|value| value.text(Lang::En));
        let value = value.unwrap_or_else(|| "unknown".into());
        compare(name, expected, &value.replace('\u{a0}', " "));
    }
    let with = |truth: Truth| {
        let groups = trace.groups.iter().filter(|group| group.truth == truth);
        groups
            .map(|group| group.id.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    if let Some(groups) = &expected.groups {
        compare("groups", &groups.join(", "), &with(Truth::Met));
    }
    if let Some(groups) = &expected.unknown_groups {
        compare("unknown_groups", &groups.join(", "), &with(Truth::Unknown));
    }
    found
}
