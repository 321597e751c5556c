//! `daftar restate`: an award is decided again for months that were paid.

use access::{Action, Area, Purpose, Scope, Subject};
use app::Daftar;
use casework::reassessment;
use kernel::Month;
use serde::Serialize;

use crate::args::{Common, Restate};
use crate::config;
use crate::explain::find;
use crate::failure::Failure;
use crate::show::Show;

#[derive(Serialize)]
struct Restated {
    case: String,
    from: String,
    opened: usize,
}

pub async fn run(common: &Common, args: &Restate) -> Result<(), Failure> {
    let from = Month::parse(&args.from).map_err(|why| Failure::argument("--from", why))?;
    let daftar = Daftar::open(config::existing(common)).await?;
    let case = find(&daftar, &args.case).await?;
    let platform = &daftar.platform;
    let scope = Scope::case(case.id, case.applicant, Area::District(case.district));
    let (asks, action) = (Subject::system(), Action::AssessCase);
    access::permit(platform, &asks, action, Purpose::Casework, scope)
        .await?
        .must_be_for(&[action]);
    let mut tx = platform.db.begin().await?;
    let opened = reassessment::on_correction(&mut tx, platform, case.id, from).await?;
    tx.commit().await?;
    if opened == 0 {
        return Err(Failure::Failed(format!(
            "case {} is not looked at again: it is {}, or another case continues it already",
            case.number, case.state
        )));
    }
    let result = Restated {
        case: case.number.clone(),
        from: from.to_string(),
        opened,
    };
    let text = format!(
        "Case {} is decided again for its months from {from} on.",
        case.number
    );
    Show::new(common).result(&text, &result);
    Ok(())
}
