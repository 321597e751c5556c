//! Uzbek Latin to Cyrillic.
pub fn latin_to_cyrillic(text: &str) -> String {
    text.to_owned()
}
