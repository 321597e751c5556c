//! Forms: what was typed, what is wrong with it, and the fields that show both.
//!
//! A form comes back with every typed value kept, a list of its problems at
//! the top and the same words beside each field. Secrets are never shown again.

use std::borrow::Cow;
use std::collections::BTreeMap;

use askama::Template;
use kernel::ids::Uuid;
use kernel::lang::Lang;

use crate::stop::Stop;

/// Fields a form may carry, and characters of one field.
pub const FIELDS_MAX: usize = 64;
pub const FIELD_CHARS_MAX: usize = 500;

/// What was typed, by the name of the field; trimmed and bounded.
#[derive(Debug, Clone, Default)]
pub struct Typed(BTreeMap<String, String>);

impl Typed {
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Typed {
        let bounded = |text: String| {
            text.trim()
                .chars()
                .take(FIELD_CHARS_MAX)
                .collect::<String>()
        };
        Typed(
            pairs
                .into_iter()
                .take(FIELDS_MAX)
                .map(|(name, value)| (name, bounded(value)))
                .collect(),
        )
    }

    /// Empty when the field is absent.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// The id that was made when the form was shown: sending twice does once.
    pub fn id(&self) -> Result<Uuid, Stop> {
        let id = kernel::ids::parse(self.get("id"));
        id.map_err(|wrong| Stop::bad("id", wrong.to_string()))
    }

    pub fn ticked(&self, name: &str) -> bool {
        self.get(name) == "yes"
    }

    /// The reader pressed a language button: show the same form in it.
    pub fn language(&self) -> Option<Lang> {
        self.0.get("language").and_then(|tag| Lang::from_tag(tag))
    }
}

/// A field's name: fixed, or with the number of the person that it asks about.
pub type Name = Cow<'static, str>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The field's name, or empty when the whole form is meant.
    pub field: Name,
    pub message: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    pub fn none() -> Problems {
        Problems::default()
    }

    pub fn one(field: impl Into<Name>, message: impl Into<String>) -> Problems {
        Problems(vec![Problem {
            field: field.into(),
            message: message.into(),
        }])
    }

    pub fn add(&mut self, field: impl Into<Name>, message: impl Into<String>) {
        self.0.push(Problem {
            field: field.into(),
            message: message.into(),
        });
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn list(&self) -> &[Problem] {
        &self.0
    }

    pub fn of(&self, field: &str) -> Option<String> {
        self.0
            .iter()
            .find(|problem| problem.field == field)
            .map(|problem| problem.message.clone())
    }
}

/// One line to type in.
#[derive(Debug, Clone, Template)]
#[template(path = "field.html")]
pub struct Field {
    name: Name,
    label: String,
    hint: String,
    value: String,
    kind: &'static str,
    inputmode: &'static str,
    autocomplete: &'static str,
    class: &'static str,
    chars_max: usize,
    error: Option<String>,
}

impl Field {
    pub fn text(
        name: impl Into<Name>,
        label: impl Into<String>,
        typed: &Typed,
        problems: &Problems,
    ) -> Field {
        let name = name.into();
        Field {
            label: label.into(),
            hint: String::new(),
            value: typed.get(&name).to_owned(),
            kind: "text",
            inputmode: "",
            autocomplete: "off",
            class: "",
            chars_max: 64,
            error: problems.of(&name),
            name,
        }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Field {
        self.hint = hint.into();
        self
    }

    /// Digits in groups: the number pad of a phone, any spaces.
    pub fn digits(mut self) -> Field {
        self.inputmode = "numeric";
        self.class = "digits";
        self
    }

    /// What was typed is not sent back.
    pub fn secret(mut self) -> Field {
        self.kind = "password";
        self.autocomplete = "current-password";
        self.value = String::new();
        self.chars_max = 200;
        self
    }

    pub fn login(mut self) -> Field {
        self.autocomplete = "username";
        self
    }

    pub fn day(mut self) -> Field {
        self.kind = "date";
        self.class = "short";
        self
    }

    pub fn month(mut self) -> Field {
        self.kind = "month";
        self.class = "short";
        self
    }

    fn described(&self) -> String {
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.name));
        let fault = self.error.as_ref().map(|_| format!("{}-fault", self.name));
        hint.into_iter().chain(fault).collect::<Vec<_>>().join(" ")
    }
}

/// One question with a few answers.
#[derive(Debug, Clone, Template)]
#[template(path = "choice.html")]
pub struct Choice {
    name: Name,
    label: String,
    options: Vec<(String, String)>,
    value: String,
    error: Option<String>,
}

impl Choice {
    pub fn new(
        name: impl Into<Name>,
        label: impl Into<String>,
        options: impl IntoIterator<Item = (String, String)>,
        typed: &Typed,
        problems: &Problems,
    ) -> Choice {
        let name = name.into();
        Choice {
            label: label.into(),
            options: options.into_iter().collect(),
            value: typed.get(&name).to_owned(),
            error: problems.of(&name),
            name,
        }
    }

    pub fn yes_no(
        name: impl Into<Name>,
        label: impl Into<String>,
        t: crate::i18n::T,
        typed: &Typed,
        problems: &Problems,
    ) -> Choice {
        let options = [("yes", t.yes()), ("no", t.no())];
        let options = options.map(|(value, words)| (value.to_owned(), words.to_owned()));
        Choice::new(name, label, options, typed, problems)
    }

    fn is_chosen(&self, option: &str) -> bool {
        self.value == option
    }
}
