//! A month's money on its whole way, from the treasurer's desk to the banks' answers.

use access::{Action, Purpose, Scope};
use kernel::{Month, RunId};
use payments::run::{self, BuildRun, Kind, Run, State};

use super::Stage;

impl Stage {
    /// Built, approved by two persons, driven as far as it goes.
    pub async fn whole_run(&self, month: Month) -> Run {
        let platform = &self.daftar.platform;
        let permit = self
            .daftar
            .permit(Action::BuildRun, Purpose::Payment, 0)
            .await
            .expect("a permit");
        let command = BuildRun {
            id: RunId(platform.ids.uuid()),
            month,
            kind: Kind::Regular,
        };
        let built = run::build(platform, &permit, command, |_| {})
            .await
            .expect("a run");
        if built.state == State::Built {
            for login in ["treasurer-1", "treasurer-2"] {
                self.approve(built.id, login).await;
            }
        }
        self.daftar.settle().await.expect("a settling");
        built
    }

    async fn approve(&self, run: RunId, login: &str) {
        let platform = &self.daftar.platform;
        let mut tx = platform.db.read().await.expect("a snapshot");
        let subject = access::account::find_by_login(&mut tx, login).await;
        let subject = subject.expect("accounts").expect("a treasurer");
        let sheet = run::load_sheet(&mut tx, run).await.expect("a sheet");
        drop(tx);
        let scope = Scope::run(run, subject.territory);
        let (action, purpose) = (Action::ApproveRun, Purpose::Payment);
        let permit = access::permit(platform, &subject, action, purpose, scope);
        let permit = permit.await.expect("a permit");
        let order = sheet.order.expect("a built run has its order");
        run::approve(platform, &permit, run, order.sha256)
            .await
            .expect("an approval");
    }
}
