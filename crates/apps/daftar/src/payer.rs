//! `daftar payer`: a partner that hands payments over, and the budget from which it pays.

use access::{Action, Purpose, account};
use app::Daftar;
use kernel::ids::AccountId;
use payments::payer;
use serde::Serialize;

use crate::args::Common;
use crate::config;
use crate::failure::Failure;
use crate::payer_args::Payer;
use crate::show::Show;

#[derive(Serialize)]
struct Agreed<'a> {
    partner: &'a str,
    programme: &'a str,
    district: u32,
    blocks: &'a [String],
}

pub async fn run(common: &Common, args: &Payer) -> Result<(), Failure> {
    let daftar = Daftar::open(config::existing(common)).await?;
    known_budget(&daftar, &args.programme, args.district)?;
    let payer = payer::Payer {
        account: account_of(&daftar, &args.partner).await?,
        programme: args.programme.clone(),
        district: args.district,
        blocks: args.blocks.clone(),
    };
    let permit = daftar
        .permit(Action::ManageAccounts, Purpose::Upkeep, 0)
        .await?;
    let mut tx = daftar.platform.db.begin().await?;
    payer::set(&mut tx, &daftar.platform.ids, &permit, &payer).await?;
    tx.commit().await?;
    let text = format!(
        "{} pays from {} of {}, and speaks as {}",
        args.partner,
        args.programme,
        args.district,
        match args.blocks.is_empty() {
            true => "nobody else".to_owned(),
            false => args.blocks.join(", "),
        }
    );
    let agreed = Agreed {
        partner: &args.partner,
        programme: &args.programme,
        district: args.district,
        blocks: &args.blocks,
    };
    Show::new(common).result(&text, &agreed);
    Ok(())
}

/// The account of a partner by its name.
pub async fn account_of(daftar: &Daftar, partner: &str) -> Result<AccountId, Failure> {
    let mut tx = daftar.platform.db.read().await?;
    let found = account::find_by_login(&mut tx, partner).await?;
    let found = found.filter(|subject| subject.role == access::Role::Partner);
    found.map(|subject| subject.account).ok_or_else(|| {
        Failure::argument("the partner", format!("{partner} is entered as no partner"))
    })
}

/// A programme of a pack and a district of the country.
pub fn known_budget(daftar: &Daftar, programme: &str, district: u32) -> Result<(), Failure> {
    let packs = daftar.shelf.current();
    let known = packs
        .iter()
        .flat_map(|pack| pack.programmes())
        .any(|known| known.id == programme);
    if !known {
        let why = format!("{programme} is of no pack");
        return Err(Failure::argument("--programme", why));
    }
    kernel::territory::district(district, daftar.today())
        .map_err(|why| Failure::argument("--district", why))?;
    Ok(())
}
