//! Where a person lives, by number: staff name persons by their PINFL.

use access::{Action, Purpose, Subject};
use kernel::{PersonId, Pinfl};
use registry::{person, unit};

use crate::daftar::Daftar;
use crate::error::Result;

impl Daftar {
    /// The person of a number and the district; nobody when the register does not know the number,
    /// or of no home. The look is logged in the name of whoever asks.
    pub async fn find_home(
        &self,
        subject: &Subject,
        action: Action,
        pinfl: Pinfl,
    ) -> Result<Option<(PersonId, u32)>> {
        let (platform, purpose) = (&self.platform, Purpose::Payment);
        let permit = access::batch(platform, subject, action, purpose, None, 1).await?;
        let mut tx = platform.db.read().await?;
        let found = person::find_by_pinfl(&mut tx, &permit, pinfl).await?;
        let block = unit::blocks(&mut tx).await?.into_iter().next();
        let (Some(person), Some(block)) = (found, block) else {
            return Ok(None);
        };
        let block = block.block.name;
        let row = unit::of_person(&mut tx, &permit, &block, person).await?;
        Ok(row.map(|row| (person, row.district)))
    }
}
