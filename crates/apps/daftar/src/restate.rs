//! `daftar restate`: awards are decided again for months that were paid.

use access::{Action, Area, Purpose, Scope, Subject};
use app::Daftar;
use casework::case::State;
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
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    regime: Option<String>,
    from: String,
    opened: usize,
}

pub async fn run(common: &Common, args: &Restate) -> Result<(), Failure> {
    let from = Month::parse(&args.from).map_err(|why| Failure::argument("--from", why))?;
    let daftar = Daftar::open(config::existing(common)).await?;
    match (&args.case, &args.regime) {
        (_, Some(regime)) => of_regime(common, &daftar, regime, from).await,
        (Some(case), None) => of_case(common, &daftar, case, from).await,
        (None, None) => Err(Failure::argument("the case", "name a case, or --regime")),
    }
}

async fn of_regime(
    common: &Common,
    daftar: &Daftar,
    regime: &str,
    from: Month,
) -> Result<(), Failure> {
    let pack = daftar.shelf.regime(regime).map_err(app::Error::from)?;
    let permit = daftar
        .permit(Action::AssessCase, Purpose::Casework, 0)
        .await?;
    permit.must_be_for(&[Action::AssessCase]);
    let show = Show::new(common);
    let bar = show.count_bar(0, "awards that are decided again");
    let (platform, running) = (&daftar.platform, daftar.today().month());
    let count = |opened: usize| bar.set_position(opened as u64);
    let opened = reassessment::on_indexation(platform, pack.id(), from, running, count).await;
    bar.finish_and_clear();
    let result = Restated {
        case: None,
        regime: Some(pack.id().to_owned()),
        from: from.to_string(),
        opened: opened.map_err(app::Error::from)?,
    };
    let text = format!(
        "{} awards of {} are decided again for their months from {from} on.",
        result.opened,
        pack.id()
    );
    show.result(&text, &result);
    Ok(())
}

async fn of_case(
    common: &Common,
    daftar: &Daftar,
    typed: &str,
    from: Month,
) -> Result<(), Failure> {
    let case = find(daftar, typed).await?;
    let platform = &daftar.platform;
    let scope = Scope::case(case.id, case.applicant, Area::District(case.district));
    let (asks, action) = (Subject::system(), Action::AssessCase);
    access::permit(platform, &asks, action, Purpose::Casework, scope)
        .await?
        .must_be_for(&[action]);
    let mut tx = platform.db.begin().await?;
    let opened = reassessment::on_correction(&mut tx, platform, case.id, from).await?;
    tx.commit().await?;
    if opened == 0 && case.state != State::Awarded {
        return Err(Failure::Failed(format!(
            "case {} is not looked at again: it is {}, and no award of it runs",
            case.number, case.state
        )));
    }
    let result = Restated {
        case: Some(case.number.clone()),
        regime: None,
        from: from.to_string(),
        opened,
    };
    let when = match opened {
        0 => ", when the case is decided that is open and continues it",
        _ => "",
    };
    let text = format!(
        "Case {} is decided again for its months from {from} on{when}.",
        case.number
    );
    Show::new(common).result(&text, &result);
    Ok(())
}
