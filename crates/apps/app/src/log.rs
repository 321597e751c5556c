//! The log's key and its checkpoints: made by `init`, signed by whatever process is at hand.

use access::log::{self, Checkpoint, KeyPlace, Keys, change_keys};
use store::secret;

use crate::daftar::Daftar;
use crate::error::{Error, Result};

impl Daftar {
    pub fn key_place(&self) -> KeyPlace {
        self.config.key_place()
    }

    /// Makes the first key, unless there is one; never a new one in place of one that is lost.
    pub(crate) async fn keep_key(&self) -> Result<()> {
        let place = self.key_place();
        if place.exists() {
            place.load()?;
            return Ok(());
        }
        let mut tx = self.platform.db.read().await?;
        if log::newest(&mut tx).await?.is_some() {
            return Err(Error::KeyLost);
        }
        let digits: String = secret::<4>().iter().map(|b| format!("{b:02x}")).collect();
        let name = format!("daftar.{}/{digits}", self.config.country);
        Ok(place.create(&Keys::new(&name, secret()))?)
    }

    /// Signs what the log holds by now; `None` when it holds nothing new. First of all the log is made
    /// to hold what agencies and people have said: where that fails the log is signed all the same.
    pub async fn checkpoint(&self) -> Result<Option<Checkpoint>> {
        let rolled = self.exchange.roll().await;
        let signed = log::checkpoint(&self.platform, &self.key_place()).await?;
        rolled?;
        Ok(signed)
    }

    /// A new key signs from now on; the old one's private half is gone.
    pub async fn rotate_key(&self) -> Result<Keys> {
        let place = self.key_place();
        change_keys(&self.platform, |size| {
            place.replace(&place.load()?.rotate(secret(), size))
        })
        .await?;
        Ok(place.load()?)
    }
}
