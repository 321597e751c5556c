//! Uzbek Cyrillic to Latin.
pub fn cyrillic_to_latin(text: &str) -> String {
    text.to_owned()
}
