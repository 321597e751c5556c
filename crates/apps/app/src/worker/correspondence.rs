//! The correspondence with partners: questions that are answered later, and what they are told of.
//! It keeps its own pace: a partner that is slow holds up no family.

use crate::daftar::Daftar;
use crate::error::Result;

use super::REST;

/// Rounds of one correspondence at most; what is left waits for the next.
const ROUNDS_MAX: usize = 1_000;

impl Daftar {
    /// Answers, tells and sends until nothing is due; the number of messages on their way.
    pub async fn correspond(&self) -> Result<usize> {
        let mut sent = 0;
        for _ in 0..ROUNDS_MAX {
            let round = self.exchange.correspond(self.today()).await?;
            if round.is_idle() {
                break;
            }
            sent += round.sent;
        }
        Ok(sent)
    }

    pub(super) async fn keep_corresponding(&self) {
        loop {
            if let Err(error) = self.correspond().await {
                tracing::error!(%error, "the correspondence with partners failed");
            }
            tokio::time::sleep(REST).await;
        }
    }
}
