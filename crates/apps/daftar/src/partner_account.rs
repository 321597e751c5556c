//! `daftar partner secret` and `daftar partner close`: the account of a partner, whose secret is made
//! here, printed once, and kept only as a hash.

use access::{Action, Permit, Purpose, SecretHash};
use app::Daftar;
use exchange::dci::partner;
use serde::Serialize;

use crate::args::Common;
use crate::failure::Failure;
use crate::show::Show;

/// A partner whose secret is shown.
#[derive(Serialize)]
pub struct WithSecret<'a> {
    pub sender_id: &'a str,
    pub policy: &'a str,
    pub secret: &'a str,
}

#[derive(Serialize)]
struct Closed<'a> {
    sender_id: &'a str,
    closed: bool,
    /// It was closed before, and nothing has changed.
    already: bool,
}

pub fn new_secret() -> String {
    hex::encode(store::secret::<32>())
}

pub fn hash_of(secret: &str) -> Result<SecretHash, Failure> {
    SecretHash::of(secret).map_err(|why| Failure::Failed(why.to_string()))
}

pub async fn secret(common: &Common, daftar: &Daftar, sender_id: &str) -> Result<(), Failure> {
    let secret = new_secret();
    let (permit, hash) = (managing(daftar).await?, hash_of(&secret)?);
    let changed = partner::change_secret(&daftar.platform, &permit, sender_id, &hash).await?;
    let sender_id = changed.sender_id.as_str();
    let text = format!(
        "client_id {sender_id}, client_secret {secret}\nThis is shown once. The secret before it and \
         its tokens have ended."
    );
    let shown = WithSecret {
        sender_id,
        policy: changed.policy.name(),
        secret: &secret,
    };
    Show::new(common).result(&text, &shown);
    Ok(())
}

pub async fn close(common: &Common, daftar: &Daftar, sender_id: &str) -> Result<(), Failure> {
    let permit = managing(daftar).await?;
    let now = partner::close(&daftar.platform, &permit, sender_id).await?;
    let text = match now {
        true => format!(
            "{sender_id} is closed: its tokens have ended, none of its messages is taken, and nothing \
             more is sent to it"
        ),
        false => format!("{sender_id} was closed already; nothing has changed"),
    };
    let shown = Closed {
        sender_id,
        closed: true,
        already: !now,
    };
    Show::new(common).result(&text, &shown);
    Ok(())
}

async fn managing(daftar: &Daftar) -> Result<Permit, Failure> {
    let (action, purpose) = (Action::ManageAccounts, Purpose::Upkeep);
    Ok(daftar.permit(action, purpose, 0).await?)
}
