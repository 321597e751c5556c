//! Where a partner may be called back: below the one address that was agreed when it was entered.
//!
//! No word of a message leads us anywhere else, nor from `https` to `http`. Both addresses are compared
//! after the same reader has taken them apart, and what is called is what was compared, so that no two
//! readings can differ.

use url::Url;

/// Characters of an address.
pub const ADDRESS_CHARS_MAX: usize = 1_000;

/// The agreed folder; its path ends with a slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback(Url);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CallbackRefused {
    #[error("a callback is an http or https address of at most {ADDRESS_CHARS_MAX} characters")]
    Form,
    #[error("a callback holds no user, no question mark and no #")]
    Extra,
}

impl Callback {
    pub fn parse(text: &str) -> Result<Callback, CallbackRefused> {
        let mut url = address(text)?;
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        Ok(Callback(url))
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The address of that name below the folder.
    pub fn below(&self, name: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(&format!("{}{name}", self.0.path()));
        url
    }

    /// The address that a message names, when it lies below the folder.
    pub fn allows(&self, text: &str) -> Option<Url> {
        let url = address(text).ok()?;
        let same = url.scheme() == self.0.scheme()
            && url.host() == self.0.host()
            && url.port_or_known_default() == self.0.port_or_known_default();
        (same && url.path().starts_with(self.0.path())).then_some(url)
    }
}

fn address(text: &str) -> Result<Url, CallbackRefused> {
    if text.chars().count() > ADDRESS_CHARS_MAX {
        return Err(CallbackRefused::Form);
    }
    let url = Url::parse(text).map_err(|_| CallbackRefused::Form)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(CallbackRefused::Form);
    }
    let extra = !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some();
    if extra {
        return Err(CallbackRefused::Extra);
    }
    Ok(url)
}
