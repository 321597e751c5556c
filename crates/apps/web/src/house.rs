//! What every handler is handed: the installation and a few settings.

use std::sync::Arc;

use app::Daftar;
use casework::Shelf;
use kernel::{Day, Zone};
use store::{Platform, Tx};

use crate::stop::Stop;

#[derive(Debug, Clone, Copy, Default)]
pub struct Settings {
    /// Clock messages are accepted, and every page says that people are made up.
    pub demo: bool,
    /// Cookies only over TLS; off for a demonstration on the own machine.
    pub secure_cookies: bool,
}

#[derive(Debug, Clone)]
pub struct House {
    pub daftar: Arc<Daftar>,
    pub settings: Settings,
}

impl House {
    pub fn new(daftar: Arc<Daftar>, settings: Settings) -> House {
        House { daftar, settings }
    }

    pub fn platform(&self) -> &Platform {
        &self.daftar.platform
    }

    pub fn shelf(&self) -> &Shelf {
        &self.daftar.shelf
    }

    pub fn zone(&self) -> Zone {
        self.daftar.zone()
    }

    /// The local day.
    pub fn today(&self) -> Day {
        self.daftar.today()
    }

    /// One snapshot to read from.
    pub async fn read(&self) -> Result<Tx, Stop> {
        Ok(self.platform().db.read().await?)
    }

    pub async fn begin(&self) -> Result<Tx, Stop> {
        Ok(self.platform().db.begin().await?)
    }
}
