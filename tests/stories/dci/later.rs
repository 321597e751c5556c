//! Questions that are answered later, at the partner's own address.

use exchange::dci::later::WAITING_MAX;
use serde_json::{Value, json};

use super::listener::{Heard, Listener, Manner};
use super::message::{Client, by_number, searches, status_by};
use super::register::{self, Entry, Register, mother};

pub async fn partner(register: &Register, listener: &Listener) -> Client {
    let entry = Entry {
        callback: Some(listener.folder()),
        ..Entry::plain("spmis.example.org")
    };
    register.partner(entry).await
}

/// Sends what is answered later; the id under which the answer comes.
pub async fn promised(client: &Client, path: &str, body: &Value) -> String {
    let answer = client.post(path, body).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    let ack = answer.json()["message"].clone();
    assert_eq!(ack["ack_status"], "ACK");
    assert!(ack["timestamp"].is_string(), "{ack}");
    ack["correlation_id"].as_str().expect("an id").to_owned()
}

/// The only message that came since the last look, after all that is due was done.
pub async fn only(register: &Register, listener: &Listener) -> Heard {
    register.correspond().await;
    let mut heard = listener.heard();
    assert_eq!(heard.len(), 1, "{heard:?}");
    heard.remove(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_question_is_acknowledged_and_answered_at_the_partners_address() {
    register::each(async |register| {
        let listener = Listener::new().await;
        let client = partner(register, &listener).await;
        let body = client.message("search", 1, searches("t1", &[by_number("UIN", mother())]));
        let correlation = promised(&client, "search", &body).await;
        assert_eq!(
            register.looks(client.sender_id, mother()).await,
            (0, 0),
            "not yet"
        );
        let status = client.message("txn-status", 1, status_by("correlation_id", &correlation));
        let told = client.post("sync/txn/status", &status).await.json();
        assert_eq!(told["header"]["status"], "pdng", "{told}");

        let heard = only(register, &listener).await;
        assert_eq!(heard.path, "/registry/on-search");
        let (header, message) = (&heard.body["header"], &heard.body["message"]);
        assert_eq!(
            (&header["action"], &header["status"]),
            (&json!("on-search"), &json!("succ"))
        );
        assert_eq!(
            (&header["sender_id"], &header["receiver_id"]),
            (&json!("sr.gov"), &json!("spmis.example.org"))
        );
        assert_eq!(
            (&message["transaction_id"], &message["correlation_id"]),
            (&json!("t1"), &json!(correlation))
        );
        let record = &message["search_response"][0]["data"]["reg_records"][0];
        assert_eq!(record["demographic_info"]["name"]["given_name"], "Dilnoza");
        assert_eq!(register.looks(client.sender_id, mother()).await, (1, 0));

        let status = client.message("txn-status", 1, status_by("transaction_id", "t1"));
        let asked = promised(&client, "txn/status", &status).await;
        let heard = only(register, &listener).await;
        assert_eq!(heard.path, "/registry/txn/on-status");
        assert_eq!(heard.body["header"]["action"], "txn-on-status");
        let message = &heard.body["message"];
        assert_eq!(message["correlation_id"], asked);
        let status = &message["txnstatus_response"]["txn_status"];
        assert_eq!(status["search_response"][0]["status"], "succ", "{status}");
        assert_eq!(status["correlation_id"], correlation);

        // A message is taken once, whether it is answered now or later.
        let again = client.refused("search", &body).await;
        assert_eq!(again, (400, "rjct.message_id.duplicate".to_owned()));
        assert_eq!(register.correspond().await, 0);
        assert_eq!(register.count("SELECT COUNT(*) FROM job").await, 0);
        let taken = "SELECT COUNT(*) FROM dci_sent WHERE outcome = 'taken'";
        assert_eq!(register.count(taken).await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_called_back_where_it_was_not_agreed() {
    register::each(async |register| {
        let (listener, stranger) = (Listener::new().await, Listener::new().await);
        let client = partner(register, &listener).await;
        let search = || client.message("search", 1, searches("t1", &[by_number("UIN", mother())]));
        let bad = (400, "err.sender_uri.invalid".to_owned());
        let other_port = format!("{}/registry/on-search", stranger.address);
        let other_folder = format!("{}/elsewhere/on-search", listener.address);
        let up = format!("{}/../elsewhere", listener.folder());
        let by_user = format!(
            "http://{}@example.org/registry/on-search",
            &listener.address[7..]
        );
        for uri in [
            other_port.as_str(),
            &other_folder,
            &up,
            &by_user,
            "http://169.254.169.254/registry/on-search",
            "file:///registry/on-search",
            "on-search",
            "",
        ] {
            let mut body = search();
            body["header"]["sender_uri"] = uri.into();
            assert_eq!(client.refused("search", &body).await, bad, "{uri}");
        }
        let mut body = search();
        body["header"]["sender_uri"] = 7.into();
        assert_eq!(client.refused("search", &body).await.1, "err.request.bad");

        // Below the agreed folder the partner chooses.
        let mut body = search();
        body["header"]["sender_uri"] = format!("{}/mine/on-search", listener.folder()).into();
        promised(&client, "search", &body).await;
        assert_eq!(
            only(register, &listener).await.path,
            "/registry/mine/on-search"
        );

        let without = register.partner(Entry::plain("at-once.example.org")).await;
        let body = without.message("search", 1, searches("t1", &[by_number("UIN", mother())]));
        assert_eq!(without.refused("search", &body).await, bad);

        // A redirect is not followed, and the answer stays ours.
        listener.next(Manner::Redirect(format!(
            "{}/registry/on-search",
            stranger.address
        )));
        promised(&client, "search", &search()).await;
        register.correspond().await;
        assert_eq!((listener.heard().len(), stranger.heard().len()), (1, 0));
    })
    .await;
}

pub async fn wait(register: &Register, seconds: u64) {
    let now = register.daftar.now();
    let seconds = i64::try_from(seconds).expect("a short wait");
    register
        .daftar
        .set_clock(now.plus_seconds(seconds))
        .expect("the clock goes forward");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_is_sent_again_until_it_is_taken_and_is_the_same_answer() {
    register::each(async |register| {
        let listener = Listener::new().await;
        let client = partner(register, &listener).await;
        let body = client.message("search", 1, searches("t1", &[by_number("UIN", mother())]));
        for manner in [
            Manner::Status(503, String::new()),
            Manner::Status(404, "<html>".to_owned()),
            Manner::Flood,
        ] {
            listener.next(manner);
        }
        promised(&client, "search", &body).await;
        let mut heard = Vec::new();
        for _ in 0..8 {
            register.correspond().await;
            heard.extend(listener.heard());
            wait(register, 3_600).await;
        }
        assert_eq!(heard.len(), 4, "three that failed, one that was taken");
        let id = |heard: &Heard| heard.body["header"]["message_id"].clone();
        assert!(
            heard.iter().all(|one| id(one) == id(&heard[0])),
            "{heard:?}"
        );
        let message = |heard: &Heard| heard.body["message"].clone();
        assert!(heard.iter().all(|one| message(one) == message(&heard[0])));
        assert_eq!(
            register.looks(client.sender_id, mother()).await,
            (1, 0),
            "told once"
        );

        // Whoever has it already has taken it; whoever wants it not gets it once.
        let duplicate = json!({ "errors": [{ "code": "rjct.message_id.duplicate" }] });
        let error = json!({ "message": { "ack_status": "ERR" } });
        for (manner, outcome) in [
            (Manner::Status(400, duplicate.to_string()), "taken"),
            (Manner::Status(200, error.to_string()), "refused"),
        ] {
            listener.next(manner);
            let body = client.message("search", 1, searches("t2", &[by_number("UIN", mother())]));
            promised(&client, "search", &body).await;
            only(register, &listener).await;
            let mut tx = register
                .daftar
                .platform
                .db
                .read()
                .await
                .expect("a snapshot");
            let last = "SELECT outcome FROM dci_sent ORDER BY at DESC, message_id DESC LIMIT 1";
            let last = store::fetch_value!(tx, String, last).expect("a row");
            assert_eq!(last, outcome);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_dies_between_two_steps_loses_nothing_and_doubles_nothing() {
    register::each(async |register| {
        let listener = Listener::new().await;
        let client = partner(register, &listener).await;
        let body = client.message("search", 1, searches("t1", &[by_number("UIN", mother())]));
        promised(&client, "search", &body).await;
        let platform = &register.daftar.platform;
        // It took the work and was never seen again; then another took the sending.
        for kind in ["dci.answer", "dci.send"] {
            let lost = store::job::claim(platform, kind, 10, store::job::LEASE_S).await;
            assert_eq!(lost.expect("jobs").len(), 1, "{kind}");
            assert_eq!(register.correspond().await, 0);
            wait(register, 121).await;
            if kind == "dci.answer" {
                listener.next(Manner::Status(503, String::new()));
            }
            assert_eq!(register.correspond().await, 1);
            wait(register, 3_600).await;
        }
        let heard = listener.heard();
        assert_eq!(heard.len(), 2, "one that failed, one that was taken");
        assert_eq!(
            heard[0].body["header"]["message_id"],
            heard[1].body["header"]["message_id"]
        );
        assert_eq!(register.count("SELECT COUNT(*) FROM job").await, 0);
        assert_eq!(register.count("SELECT COUNT(*) FROM dci_outcome").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_no_partner_any_more_hears_nothing_more() {
    register::each(async |register| {
        let listener = Listener::new().await;
        let client = partner(register, &listener).await;
        for transaction in ["t1", "t2"] {
            let search = searches(transaction, &[by_number("UIN", mother())]);
            promised(&client, "search", &client.message("search", 1, search)).await;
            // The first waits for its answer to be taken, the second for its answer.
            if transaction == "t1" {
                listener.next(Manner::Status(503, String::new()));
                register.correspond().await;
                listener.heard();
            }
        }
        let platform = &register.daftar.platform;
        let (action, purpose) = (access::Action::ManageAccounts, access::Purpose::Upkeep);
        let permit = register
            .daftar
            .permit(action, purpose, 0)
            .await
            .expect("a permit");
        let mut tx = platform.db.begin().await.expect("a transaction");
        let subject = access::account::find_by_login(&mut tx, client.sender_id).await;
        let account = subject.expect("an account").expect("an open one").account;
        access::account::close(&mut tx, &permit, account)
            .await
            .expect("a close");
        tx.commit().await.expect("a commit");
        wait(register, 3_600).await;
        register.correspond().await;
        assert_eq!(listener.heard().len(), 0);
        assert_eq!(register.looks(client.sender_id, mother()).await, (1, 0));
        assert_eq!(register.count("SELECT COUNT(*) FROM job").await, 0);
        let dropped = "SELECT COUNT(*) FROM dci_sent WHERE outcome = 'dropped'";
        assert_eq!(register.count(dropped).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_queue_of_one_partner_has_an_end() {
    register::each(async |register| {
        let listener = Listener::new().await;
        let client = partner(register, &listener).await;
        let mut tx = register.daftar.platform.db.begin().await.expect("a transaction");
        let ids = &register.daftar.platform.ids;
        let rows: Vec<i64> = (1..WAITING_MAX).collect();
        let now = super::message::now().0;
        const WAITING: store::bulk::Insert = store::bulk::Insert {
            into: "dci_message (sender_id, message_id, received_at, action, transaction_id, correlation_id, answer_id)",
            on_conflict: "",
        };
        store::bulk::insert(&mut tx, &WAITING, &rows, |row, number| {
            row.push("spmis.example.org")
                .push(format!("waits-{number}"))
                .push(now)
                .push("search")
                .push("t")
                .push(ids.uuid())
                .push(ids.uuid());
        })
        .await
        .expect("rows");
        tx.commit().await.expect("a commit");
        let search = || client.message("search", 1, searches("t1", &[by_number("UIN", mother())]));
        promised(&client, "search", &search()).await;
        let full = (429, "err.request.too_many_requests".to_owned());
        assert_eq!(client.refused("search", &search()).await, full);
        register.correspond().await;
        promised(&client, "search", &search()).await;
    })
    .await;
}
