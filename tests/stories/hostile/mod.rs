//! Hostile bodies at every address that takes one from a partner: refused, quickly, and in little
//! memory. The addresses are those of the route table.

mod bodies;
mod memory;
mod post;

use std::time::{Duration, Instant};

use access::{Action, Purpose, account};
use payments::payer::{self, Payer};

use crate::dci::register::{self, DISTRICT, Entry, Register};
use post::Answered;

const SENDER: &str = "hostile.example.org";
/// One refusal, on a machine that does other work too; alone it takes milliseconds.
const REFUSED_WITHIN: Duration = Duration::from_secs(3);

/// Addresses with a body that a partner or everybody may send to.
pub fn addresses() -> Vec<(String, String)> {
    let table = crate::stage::repository().join("crates/apps/web/routes.txt");
    let table = std::fs::read_to_string(table).expect("the route table");
    let id = "019b7a1c-6a80-7000-8000-3f0c2b6d9e11";
    let lines = table.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let (method, path) = (words.next()?, words.next()?);
        let program = ["/api/", "/gs/", "/dci/", "/mapper/", "/oauth2/"];
        let for_programs = program.iter().any(|room| path.starts_with(room));
        let admitted = words.any(|word| matches!(word, "partner" | "everybody"));
        let takes = method != "GET" && for_programs && admitted;
        takes.then(|| (method.to_owned(), path.replace("{voucherserialnumber}", id)))
    });
    lines.collect()
}

/// A list that is only checked is answered with what is wrong with it (GovStack).
fn is_refused(answer: &Answered) -> bool {
    let checked = answer.status == 200 && answer.text.contains(r#""ResponseCode":"01""#);
    let by_the_body = (400..500).contains(&answer.status) && answer.status != 403;
    by_the_body || checked
}

/// It hands payments over, too: who may not is refused whatever he sends.
async fn make_payer(register: &Register) {
    let (action, purpose) = (Action::ManageAccounts, Purpose::Upkeep);
    let permit = register.daftar.permit(action, purpose, 0).await;
    let platform = &register.daftar.platform;
    let mut tx = platform.db.begin().await.expect("a transaction");
    let partner = account::find_by_login(&mut tx, SENDER).await;
    let payer = Payer {
        account: partner.expect("accounts").expect("the partner's").account,
        programme: "child_benefit".to_owned(),
        district: DISTRICT,
        blocks: vec!["BB".to_owned()],
    };
    payer::set(&mut tx, &platform.ids, &permit.expect("a permit"), &payer)
        .await
        .expect("a payer");
    tx.commit().await.expect("a commit");
}

async fn refuses_all(address: &str, token: &str, slowest: &mut Duration) -> Vec<String> {
    let mut wrong = Vec::new();
    for (method, path) in addresses() {
        for body in bodies::all() {
            let began = Instant::now();
            let answer = post::send(address, &method, &path, token, &body).await;
            let took = began.elapsed();
            *slowest = took.max(*slowest);
            if !is_refused(&answer) || took > REFUSED_WITHIN {
                let (what, status) = (body.what, answer.status);
                wrong.push(format!(
                    "{method} {path}: {what}: {status} in {took:?}: {}",
                    answer.text
                ));
            }
        }
    }
    wrong
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_hostile_body_is_refused_at_every_address_and_none_breaks_anything() {
    register::each(async |register| {
        let entry = Entry {
            callback: Some("http://127.0.0.1:9/cb".to_owned()),
            civil_registry: true,
            account_mapper: true,
            ..Entry::plain(SENDER)
        };
        let client = register.partner(entry).await;
        make_payer(register).await;
        let before = kept(register).await;
        let mut slowest = Duration::ZERO;
        let wrong = refuses_all(&register.address, &client.token, &mut slowest).await;
        let (addresses, bodies) = (addresses().len(), bodies::all().len());
        eprintln!("hostile: {addresses} addresses x {bodies} bodies, the slowest took {slowest:?}");
        assert!(addresses >= 28, "{addresses} addresses");
        assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
        assert_eq!(
            kept(register).await,
            before,
            "nothing of a refused body is kept"
        );
    })
    .await;
}

/// Messages, jobs and batches.
async fn kept(register: &Register) -> [i64; 3] {
    [
        register.count("SELECT COUNT(*) FROM dci_message").await,
        register.count("SELECT COUNT(*) FROM job").await,
        register.count("SELECT COUNT(*) FROM life_event").await,
    ]
}
