//! `daftar pay cash-desk` and `daftar pay nominee`: persons who have no account of their own.

use access::{Action, Area, Purpose, Scope};
use app::Daftar;
use kernel::{BankAccount, Day, Instant, Mfo, PersonId, Pinfl};
use payments::account_change::nominee::{self, AskNominee};
use payments::account_change::{Ask, Destination};
use payments::cash::{self, Desk};
use serde::Serialize;

use crate::failure::Failure;
use crate::pay::sign_in;
use crate::pay_args::Nominee;
use crate::show::Show;

#[derive(Serialize)]
struct DeskShown {
    bank: Option<String>,
    account: Option<String>,
}

pub async fn desk(
    daftar: &Daftar,
    show: &Show,
    (bank, account): (Option<&str>, Option<&str>),
    none: bool,
) -> Result<(), Failure> {
    let wanted = match (bank, account) {
        (Some(bank), Some(account)) => Some(Some(Desk {
            mfo: mfo(bank)?,
            account: bank_account(account)?,
        })),
        (Some(_), None) => {
            let why = "name the bank's own account for its desks with --account";
            return Err(Failure::argument("the cash desks", why));
        }
        _ => none.then_some(None),
    };
    if let Some(wanted) = wanted {
        let permit = daftar
            .permit(Action::SettleRun, Purpose::Payment, 0)
            .await?;
        let mut tx = daftar.platform.db.begin().await?;
        cash::set(&mut tx, &daftar.platform.ids, &permit, wanted).await?;
        tx.commit().await?;
    }
    let stands = cash::find_desk(&mut daftar.platform.db.read().await?).await?;
    let shown = DeskShown {
        bank: stands.map(|desk| desk.mfo.to_string()),
        account: stands.map(|desk| desk.account.to_string()),
    };
    let text = match stands {
        Some(desk) => format!(
            "whoever has no account is paid at the cash desks of bank {}, over its account {}",
            desk.mfo, desk.account
        ),
        None => "no cash desks: an award without an account waits for one".to_owned(),
    };
    show.result(&text, &shown);
    Ok(())
}

fn mfo(text: &str) -> Result<Mfo, Failure> {
    Mfo::parse(text).map_err(|why| Failure::argument("the bank", why))
}

fn bank_account(text: &str) -> Result<BankAccount, Failure> {
    BankAccount::parse(text).map_err(|why| Failure::argument("the account", why))
}

#[derive(Serialize)]
struct NomineeShown {
    change: String,
    state: &'static str,
    /// When it takes effect, if it is confirmed by then.
    due_at: String,
}

pub async fn nominee(daftar: &Daftar, show: &Show, args: &Nominee) -> Result<(), Failure> {
    let destination = Destination {
        mfo: mfo(&args.bank)?,
        account: bank_account(&args.account)?,
    };
    let until = Day::parse(&args.until).map_err(|why| Failure::argument("the last day", why))?;
    let subject = sign_in(daftar, &args.login).await?;
    let (action, purpose) = (Action::MendAccount, Purpose::Payment);
    let find = async |number: &str, who: &'static str| {
        let pinfl = Pinfl::parse_typed(number).map_err(|why| Failure::argument(who, why))?;
        let found = daftar.find_home(&subject, action, pinfl).await?;
        found.ok_or_else(|| Failure::argument(who, "the register knows nobody of this number"))
    };
    let (person, district): (PersonId, u32) = find(&args.person, "the person").await?;
    let (to, _) = find(&args.to, "the nominee").await?;
    let scope = Scope::person(person, Area::District(district));
    let permit = access::permit(&daftar.platform, &subject, action, purpose, scope).await?;
    let command = AskNominee {
        ask: Ask {
            id: daftar.platform.ids.uuid(),
            person,
            district,
            to: Some(destination),
        },
        nominee: nominee::Nominee {
            person: to,
            basis: args.basis.clone(),
            until: Instant::start_of(until.plus_days(1), daftar.zone()),
        },
    };
    let mut tx = daftar.platform.db.begin().await?;
    let change = nominee::ask(&mut tx, &daftar.platform.ids, &permit, &command).await?;
    tx.commit().await?;
    let shown = NomineeShown {
        change: change.id.to_string(),
        state: change.state.as_str(),
        due_at: change.due_at.to_string(),
    };
    let text = format!(
        "{}: it waits for a second officer, and takes effect not before {}",
        shown.change, shown.due_at
    );
    show.result(&text, &shown);
    Ok(())
}
