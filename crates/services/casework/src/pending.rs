use kernel::{Lang, Portrait};
use rules::{CaseFacts, LetterKind, Pack, Plan};
#[derive(Clone, Debug, Default)]
pub struct Trace;
#[derive(Clone, Debug, Default)]
pub struct Letter {
    pub sms: String,
}
pub fn explain(_: &Plan, _: &Portrait, _: &CaseFacts) -> Trace {
    Trace
}
pub fn letter(_: &Pack, _: &Trace, _: Lang, _: LetterKind) -> Letter {
    Letter::default()
}
