//! What every handler is handed: the platform and a few settings.

use store::Platform;

#[derive(Debug, Clone, Copy, Default)]
pub struct Settings {
    /// Clock messages are accepted, and every page says that people are made up.
    pub demo: bool,
    /// Cookies only over TLS; off for a demonstration on the own machine.
    pub secure_cookies: bool,
}

#[derive(Debug, Clone)]
pub struct House {
    platform: Platform,
    pub settings: Settings,
}

impl House {
    pub fn new(platform: Platform, settings: Settings) -> House {
        House { platform, settings }
    }

    pub fn platform(&self) -> &Platform {
        &self.platform
    }
}
