//! One situation each: a law with one mistake, and everything that is said about it,
//! word for word. `text` is the offending line, `marks` what is underlined.

mod small;

/// `from` becomes `to`; the complaint points at `marked` and says `message`, `instead`.
#[track_caller]
fn check(from: &str, to: &str, marked: &str, message: &str, instead: &str) {
    let text = small::edited(from, to);
    let line = |at: usize| text[..at].matches('\n').count() + 1;
    let place = text.find(to).expect("the mistake") + to.find(marked).expect("the marks");
    let start = text[..place].rfind('\n').map_or(0, |end| end + 1);
    let shown = text[start..].lines().next().expect("a line");
    let column = text[start..place].chars().count();
    let expected = format!(
        "small/pack.md:{}:{}: {message}\n    {shown}\n    {}{}\n    instead: {instead}",
        line(place),
        column + 1,
        " ".repeat(column),
        "^".repeat(marked.chars().count()),
    );
    assert_eq!(small::complaints(&text), expected);
}

#[test]
fn the_small_law_itself_is_without_complaint() {
    assert_eq!(small::complaints(small::TEXT), "");
}

#[test]
fn a_hole_between_two_bands_is_an_error() {
    check(
        "when: per_capita <= line\n",
        "when: per_capita < line\n",
        "per_capita < line",
        "a hole from 2026-01-01: with `per_capita` exactly 700 000 soum no category is given",
        "let the bands meet: `<=` on one side of a limit and `>` on the other",
    );
    check(
        "when: per_capita > line and per_capita <= upper_line",
        "when: per_capita > line and per_capita < upper_line",
        "per_capita > line and per_capita < upper_line",
        "a hole from 2026-01-01: with `per_capita` exactly 1 050 000 soum no category is given",
        "let the bands meet: `<=` on one side of a limit and `>` on the other",
    );
    check(
        "when: children > 0",
        "when: children > 1",
        "children > 1",
        "a hole from 2026-01-01: with `children` exactly 1 no benefit is given",
        "let the bands meet: `<=` on one side of a limit and `>` on the other",
    );
}

#[test]
fn bands_that_overlap_are_seen() {
    check(
        "when: per_capita > line and per_capita <= upper_line",
        "when: per_capita >= line and per_capita <= upper_line",
        "per_capita >= line and per_capita <= upper_line",
        "warning: `POOR` and `NEAR` overlap at exactly 700 000 soum: the first is taken",
        "let the bands meet: `<=` on one side of a limit and `>` on the other",
    );
    let shadowed = small::edited(
        "when: per_capita <= line\n",
        "when: per_capita <= upper_line\n",
    );
    assert_eq!(
        small::complaints(&shadowed),
        "small/pack.md:177:7: `NEAR` is never given: `POOR` stands before it and takes all of it\n    \
         when: per_capita > line and per_capita <= upper_line\n          \
         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n    \
         instead: the narrower band first, or other limits",
    );
}

#[test]
fn a_condition_that_is_settled_by_itself_is_seen() {
    check(
        "count(vehicle) filter (where vehicle.serviceable) <= vehicles_max",
        "count(vehicle) filter (where vehicle.serviceable) < vehicles_max - 1",
        "count(vehicle) filter (where vehicle.serviceable) < vehicles_max - 1",
        "the condition `vehicles` can never be met: everybody would be refused",
        "look at the comparison, its limit and its unit",
    );
}

#[test]
fn dates_that_never_come_are_seen() {
    check(
        "| 2027-01-01 | 2026-12-01 | 750 000 |",
        "| 2028-01-01 | 2026-12-01 | 750 000 |",
        "2028-01-01",
        "warning: this value of `line` never counts: the regime ends before 2028-01-01",
        "an earlier day, or take the row out",
    );
    check(
        "| 2026-01-01 | 2025-12-01 | 700 000 | Act 1     | verified |",
        "| 2025-06-01 | 2025-06-01 | 690 000 | Act 0     | verified |\n| 2026-01-01 | 2027-02-01 | 700 000 | Act 1     | verified |",
        "2026-01-01",
        "warning: this value of `line` is used on no day: it was announced on 2027-02-01, when a newer one counted already",
        "look at both dates of the two rows",
    );
    check(
        "formula: wide * line",
        "formula: wide * line\nformula from 2028-01-01: line * wide",
        "formula from 2028-01-01",
        "warning: this formula of `upper_line` never counts: the regime has ended by 2028-01-01",
        "an earlier day, or take it out",
    );
}

#[test]
fn what_nothing_rests_on_is_seen() {
    let unused = |text: &str, expected: &str| assert_eq!(small::complaints(text), expected);
    unused(
        &small::edited("share: share\n", "share: 0.5\n"),
        "small/pack.md:63:14: warning: nothing rests on the parameter `share`\n    ```parameter share\n                 ^^^^^\n    instead: use it in a formula, or take it out",
    );
    unused(
        &small::edited("line base: grant * children", "line base: grant"),
        "",
    );
    check(
        "| vehicle | adults |\n",
        "| vehicle | adults |\n| account | adults |\n",
        "account",
        "warning: `account` is asked about people, and no formula reads it",
        "take the row out: what the law does not need is not asked",
    );
    check(
        "```variable upper_line",
        "```variable lonely\nentity: unit\ntype: integer\nlabel.uz: x\nlabel.ru: x\nlabel.en: x\nformula: members\n```\n\n```variable upper_line",
        "lonely",
        "warning: nothing rests on the variable `lonely`",
        "use it in a condition, a category or an amount, or take it out",
    );
}

#[test]
fn a_when_or_a_filter_that_is_settled_by_itself_is_seen() {
    check(
        "share: share\n",
        "share: case when children >= 0 then share else 0 end\n",
        "children >= 0",
        "warning: this WHEN always holds: what stands after it is never reached",
        "take the rest out, or look at the comparison and its limit",
    );
    check(
        "share: share\n",
        "share: case when members < 1 then 0 else share end\n",
        "members < 1",
        "warning: this WHEN never holds",
        "take it out, or look at the comparison and its limit",
    );
    check(
        "<= vehicles_max",
        "+ count(wage) filter (where wage.amount < 0) <= vehicles_max",
        "wage.amount < 0",
        "warning: this FILTER lets nothing through",
        "look at the comparison and its limit",
    );
    check(
        "count(vehicle) filter (where vehicle.serviceable) <= vehicles_max",
        "count(vehicle) filter (where vehicle.serviceable) >= vehicles_max - 1",
        "count(vehicle) filter (where vehicle.serviceable) >= vehicles_max - 1",
        "warning: the condition `vehicles` is always met: it decides nothing",
        "look at the comparison and its limit, or take the condition out",
    );
}

#[test]
fn one_fact_that_is_to_be_two_things_is_seen() {
    for never in [
        "completed_years(member.born, case.applied_on) >= 18 \
         and completed_years(member.born, case.applied_on) < 18",
        "completed_years(member.born, case.applied_on) between 5 and 3",
        "member.role = 'child' and member.sex = 'male' and member.role = 'spouse'",
        "17 >= year_of(member.born) and year_of(member.born) > 18",
    ] {
        check(
            "<= vehicles_max",
            &format!("+ count(member) filter (where {never}) <= vehicles_max"),
            never,
            "warning: this FILTER lets nothing through",
            "look at the comparison and its limit",
        );
    }
    for may in [
        "year_of(member.born) >= 18 and year_of(member.born) <= 18",
        "member.role = 'child' or member.role = 'spouse'",
        "year_of(member.born) < 18 and completed_years(member.born, case.applied_on) > 18",
    ] {
        let edited = small::edited(
            "<= vehicles_max",
            &format!("+ count(member) filter (where {may}) <= vehicles_max"),
        );
        assert_eq!(small::complaints(&edited), "", "{may}");
    }
}

#[test]
fn a_regime_that_ends_before_it_begins_is_seen() {
    check(
        "2026-01-01 | 2025-12-01 | 700 000 | Act 1     | verified |",
        "2026-01-01 | 2025-12-01 | 700 000 | PLACEHOLDER | verified |",
        "verified",
        "a value whose law is `PLACEHOLDER` was read in no text",
        "recalled",
    );
    check(
        "```term POOR\nmonths: 12\nat end: reassess\nlaw: Act 1\nstatus: verified",
        "```term POOR\nmonths: 12\nat end: reassess\nlaw: Act 1\nstatus: sure",
        "sure",
        "a term without a status",
        "`verified` (read in a text) or `recalled`",
    );
    check(
        "in force until: 2027-12-31",
        "in force until: 2025-12-31",
        "2025-12-31",
        "the regime ends before it begins",
        "a day on or after `in force from`",
    );
}

#[test]
fn texts_that_are_unlike_are_seen() {
    check(
        "met.ru: {value}; порог {limit}\nmet.en",
        "met.ru: {value}; порог\nmet.en",
        "{value}; порог",
        "warning: `met.ru` lacks {limit}, unlike `met.uz`",
        "the same places in each language",
    );
    check(
        "met.en: {value}; limit {limit}\nunmet",
        "met.en: {value}; limit {limit}; {param:lines}\nunmet",
        "{value}; limit {limit}; {param:lines}",
        "there is no parameter `lines` to put here",
        "{param:line}",
    );
}

#[test]
fn a_sum_that_forgets_the_month_is_seen() {
    check(
        "sum(wage.amount) filter (where wage.month = case.window_end) / members",
        "sum(wage.amount) / members",
        "sum(wage.amount)",
        "warning: this sums `wage` of every month that its source sent",
        "sum(...) filter (where wage.month between window_start and case.window_end)",
    );
}

#[test]
fn a_formula_that_fails_whatever_the_facts_are_is_seen() {
    check(
        "filter (where wage.month = case.window_end) / members",
        "filter (where wage.month = case.window_end) / members / (vehicles_max - 1)",
        "vehicles_max - 1",
        "from 2026-01-01 this is zero, and nothing is divided by zero",
        "another divisor, or `case when … > 0 then … else … end` around the division",
    );
    check(
        "formula: wide * line",
        "formula: wide * line * 100000000000000",
        "wide * line * 100000000000000",
        "from 2026-01-01 this number is too large to be kept",
        "smaller numbers: a value has at most eighteen digits, those after the point counted",
    );
    check(
        "line base: grant\n",
        "line base: grant - line\n",
        "grant - line",
        "from 2026-01-01 the amount of `adult` is below zero for everybody",
        "`greatest(…, 0)`, or look at what is taken away",
    );
    check(
        "share: share\n",
        "share: share * 3\n",
        "share * 3",
        "from 2026-01-01 this share is more than the whole",
        "a share from 0 to 1: 0.75 gives three quarters of the amount",
    );
    check(
        "share: share\n",
        "share: share - 1\n",
        "share - 1",
        "from 2026-01-01 this share is below zero",
        "a share from 0 to 1: 0.75 gives three quarters of the amount",
    );
}

#[test]
fn what_is_never_reached_does_not_fail() {
    let guarded = small::edited(
        "formula: wide * line",
        "formula: wide * case when vehicles_max > 1 then line / (vehicles_max - 1) else line end",
    );
    let told = small::complaints(&guarded);
    assert!(
        told.contains("this WHEN never holds") && !told.contains("divided"),
        "{told}"
    );
}

#[test]
fn the_end_of_a_waiting_list_is_a_refusal_that_is_told() {
    let waiting = |at_end: &str| {
        let term = "```term waiting_list\nmonths: 3\nlaw: Act 1\nstatus: recalled\nat end: ";
        small::edited(
            "```term POOR",
            &format!("{term}{at_end}\n```\n\n```term POOR"),
        )
    };
    let told = small::complaints(&waiting("reassess"));
    assert!(
        told.contains("who waited for money as long as the law allows is refused")
            && told.contains("instead: at end: stop"),
        "{told}"
    );
    let told = small::complaints(&waiting("stop"));
    assert!(
        told.contains("the pack has no letter `postponed`"),
        "{told}"
    );
}

#[test]
fn names_that_only_look_right_are_seen() {
    check(
        "formula: wide * line",
        "formula: wide * lin\u{435}",
        "lin\u{435}",
        "the letter `\u{435}` in `lin\u{435}` only looks like the Latin `e`",
        "line",
    );
    check(
        "formula: per_capita <= upper_line",
        "formula: Per_Capita <= upper_line",
        "Per_Capita",
        "names are written in small Latin letters, digits and `_`",
        "per_capita",
    );
    check(
        "formula: per_capita <= upper_line",
        "formula: \"per_capita\" <= upper_line",
        "\"per_capita\"",
        "a name stands without quotes",
        "per_capita",
    );
    let told = small::complaints(&small::edited("```parameter wide", "```parameter 2wide"));
    assert!(
        told.contains("a name does not begin with a digit") && told.contains("instead: n2wide"),
        "{told}"
    );
}

#[test]
fn what_a_word_processor_writes_is_seen() {
    check(
        "formula: per_capita <= upper_line",
        "formula: per_capita \u{2264} upper_line",
        "\u{2264}",
        "`\u{2264}` does not belong here",
        "`<=`",
    );
    check(
        "filter (where member.role = 'child')",
        "filter (where member.role = \u{2018}child\u{2019})",
        "\u{2018}",
        "this is not an expression: Expected: an expression, found: \u{2018}",
        "a code in straight quotes: 'child'",
    );
    check(
        "formula: per_capita <= upper_line",
        "formula: (per_capita <= upper_line",
        "(per_capita <= upper_line",
        "a bracket of this formula is not closed",
        "`)` at its end",
    );
}

#[test]
fn formulas_out_of_order_are_told_once() {
    check(
        "formula: wide * line",
        "formula from 2026-06-01: wide * line\nformula from 2026-03-01: line * wide",
        "formula from 2026-03-01",
        "this formula stands behind the one from 2026-06-01, which is later",
        "the oldest formula first; one without a day counts from the beginning",
    );
    let twice = small::edited(
        "formula: wide * line",
        "formula: wide * line\nformula: line * wide",
    );
    assert_eq!(
        small::complaints(&twice),
        "small/pack.md:118:1: `formula` stands here twice\n    formula: line * wide\n    \
         ^^^^^^^\n    instead: keep one of them",
    );
}

/// What the reader itself refuses, in the same form.
#[test]
fn what_cannot_be_decided_with_is_refused_with_its_place() {
    check(
        "formula: per_capita <= upper_line",
        "formula: per_capita <= uper_line",
        "uper_line",
        "nobody knows the name `uper_line`",
        "did you mean `upper_line`?",
    );
    check(
        "formula: per_capita <= upper_line",
        "formula: per_capita <= members",
        "per_capita <= members",
        "money meets integer",
        "both sides in one unit",
    );
    check(
        "2026-01-01 | 2025-12-01 | 700 000 | Act 1     | verified |",
        "2026-01-01 | 2025-12-01 | 700 000 | Act 1     | certain |",
        "certain",
        "a value without a status",
        "`verified` (read in a text) or `recalled`",
    );
    check(
        "in force until: 2027-12-31",
        "in force until: 2027-12-32",
        "2027-12-32",
        "there is no day 2027-12-32 in the calendar",
        "2026-01-16",
    );
    check(
        "wage.month = case.window_end",
        "wage.month = case.applied_on",
        "wage.month = case.applied_on",
        "month is compared with date",
        "both sides of one type",
    );
    check(
        "```variable members\nentity: unit",
        "```variable members\nentity: units",
        "units",
        "a variable belongs to the unit or to a member",
        "entity: unit",
    );
    let circle = small::edited("formula: wide * line", "formula: wide * upper_line");
    assert_eq!(
        small::complaints(&circle),
        "small/pack.md:110:13: `upper_line` and `upper_line` need each other\n    \
         ```variable upper_line\n                \
         ^^^^^^^^^^\n    \
         instead: break the circle: a formula may not lead back to itself",
    );
}

#[test]
fn a_source_that_prevails_is_one_of_the_kind_and_named_once() {
    let wage = "| wage    | adults |\n";
    check(
        wage,
        "| wage    | adults | impotr |\n",
        "impotr",
        "`impotr` is no source of `wage`",
        "did you mean `import`?",
    );
    check(
        wage,
        "| wage    | adults | bank |\n",
        "bank",
        "`bank` is no source of `wage`",
        "the source that prevails, one of: tax, import",
    );
    check(
        wage,
        "| wage    | adults | import, import |\n",
        "import, import",
        "`import` stands here twice",
        "each source once",
    );
    assert_eq!(
        small::complaints(&small::edited(wage, "| wage    | adults | import, tax |\n")),
        ""
    );
    assert_eq!(
        small::complaints(&small::edited(wage, "| wage    | adults |   |\n")),
        ""
    );
}
