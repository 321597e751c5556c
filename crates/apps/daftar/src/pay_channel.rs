//! `daftar pay channel`: how each bank is spoken to.

use access::{Action, Purpose};
use app::Daftar;
use kernel::{BankAccount, Mfo};
use payments::channel::{self, Channel, FileChannel, KeysChange};
use serde::Serialize;

use crate::args::PayStep;
use crate::failure::Failure;
use crate::show::Show;

#[derive(Serialize)]
struct Shown {
    bank: String,
    way: &'static str,
    account: Option<String>,
    owner: Option<String>,
    accounts_as: Option<&'static str>,
    /// The names of the keys that its files are signed with.
    keys: Vec<String>,
}

pub async fn run(daftar: &Daftar, show: &Show, step: &PayStep) -> Result<(), Failure> {
    let PayStep::Channel {
        bank,
        account,
        owner,
        iban,
        wire,
        jwks,
        unsigned,
    } = step
    else {
        return Ok(());
    };
    if let Some(bank) = bank {
        let mfo = Mfo::parse(bank).map_err(|why| Failure::argument("the bank", why))?;
        let files = match (account, owner) {
            (Some(account), Some(owner)) => Some(files(account, owner, *iban)?),
            _ if *wire => None,
            _ => {
                return Err(Failure::argument(
                    "the channel",
                    "give --account and --owner for files, or --wire",
                ));
            }
        };
        let permit = daftar
            .permit(Action::SettleRun, Purpose::Payment, 0)
            .await?;
        let jwks = jwks.as_deref().map(std::fs::read_to_string).transpose()?;
        let keys = match &jwks {
            Some(jwks) => KeysChange::Set(jwks),
            None if *unsigned || *wire => KeysChange::Drop,
            None => KeysChange::Keep,
        };
        channel::set(&daftar.platform, &permit, mfo, files.as_ref(), keys).await?;
    }
    let channels = channel::list(&mut daftar.platform.db.read().await?).await?;
    let shown: Vec<Shown> = channels.iter().map(shown).collect();
    let text: Vec<String> = shown.iter().map(told).collect();
    let text = match text.is_empty() {
        true => "every bank is called over the wire".to_owned(),
        false => text.join("\n"),
    };
    show.result(&text, &shown);
    Ok(())
}

fn files(account: &str, owner: &str, iban: bool) -> Result<FileChannel, Failure> {
    Ok(FileChannel {
        account: BankAccount::parse(account)
            .map_err(|why| Failure::argument("the account", why))?,
        form: if iban {
            channel::Form::Iban
        } else {
            channel::Form::Domestic
        },
        owner: owner.trim().to_owned(),
    })
}

fn shown(channel: &Channel) -> Shown {
    let files = channel.files.as_ref();
    Shown {
        bank: channel.mfo.to_string(),
        way: files.map_or("wire", |_| "file"),
        account: files.map(|files| files.account.to_string()),
        owner: files.map(|files| files.owner.clone()),
        accounts_as: files.map(|files| files.form.as_str()),
        keys: channel.keys.kids().map(str::to_owned).collect(),
    }
}

fn told(channel: &Shown) -> String {
    match (&channel.account, &channel.owner, channel.accounts_as) {
        (Some(account), Some(owner), Some(form)) => format!(
            "{} files, paying from {account} ({owner}), accounts as {form}{}",
            channel.bank,
            signed(&channel.keys)
        ),
        _ => format!("{} wire", channel.bank),
    }
}

fn signed(keys: &[String]) -> String {
    match keys.is_empty() {
        true => ", its files unsigned".to_owned(),
        false => format!(", its files signed by {}", keys.join(" or ")),
    }
}
