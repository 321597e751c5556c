//! A partner's account is closed, and its secret is renewed: at once, and over the wire.

use access::SecretHash;
use access::account::AccountRefused;
use exchange::dci::partner::{self, PartnerRefused};
use exchange::dci::signature::Policy;
use exchange::security::{self, Wanted};
use serde_json::json;

use super::later::{partner, promised, wait};
use super::listener::{Listener, Manner};
use super::message::{Client, by_number, searches};
use super::register::{self, DISTRICT, Entry, Register, mother};
use super::signed::{key, seal};
use super::subscription::{birth, happens, lives_in, subscribe, wish};
use super::token::ask;
use crate::stage::SECRET;

async fn close(register: &Register, sender_id: &str) -> Result<bool, PartnerRefused> {
    let permit = register.managing().await;
    partner::close(&register.daftar.platform, &permit, sender_id).await
}

fn grant(sender_id: &str, secret: &str) -> String {
    let secret = secret.replace(' ', "+");
    format!("grant_type=client_credentials&client_id={sender_id}&client_secret={secret}")
}

/// What the token opens now.
async fn searched(client: &Client, signing: Policy) -> (u16, String) {
    let mut body = client.message("search", 1, searches("t1", &[by_number("UIN", mother())]));
    if signing != Policy::None {
        seal(&mut body, client.sender_id, signing);
    }
    let answer = client.post("sync/search", &body).await;
    let code = answer.json()["errors"][0]["code"].clone();
    (answer.status, code.as_str().unwrap_or("").to_owned())
}

fn nobody() -> (u16, String) {
    (401, "err.request.unauthorized".to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_partner_gets_no_answer_whether_it_signs_or_not() {
    register::each(async |register| {
        let signing = Entry {
            policy: Policy::DciEd25519,
            jwks: key().jwks().to_string(),
            ..Entry::plain("signs.example.org")
        };
        for (entry, policy) in [
            (Entry::plain("plain.example.org"), Policy::None),
            (signing, Policy::DciEd25519),
        ] {
            let client = register.partner(entry).await;
            let id = client.sender_id;
            assert_eq!(searched(&client, policy).await, (200, String::new()));
            assert!(close(register, id).await.expect("a partner"));
            assert_eq!(searched(&client, policy).await, nobody(), "its token");
            let refused = (401, "invalid_client".to_owned());
            assert_eq!(ask(register, &grant(id, SECRET)).await, refused);
            assert!(!close(register, id).await.expect("a partner"), "again");
        }
        let stranger = close(register, "stranger.example.org").await;
        assert!(matches!(stranger, Err(PartnerRefused::Unknown(_))));
        // An account that is entered as no partner.
        register.civil_token().await;
        let account = close(register, "civil-registry").await;
        assert!(matches!(account, Err(PartnerRefused::Unknown(_))));
        register.civil_token().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_partner_is_told_of_nothing_and_the_others_still_are() {
    register::each(async |register| {
        let (listener, others) = (Listener::new().await, Listener::new().await);
        let client = partner(register, &listener).await;
        let other = Entry {
            callback: Some(others.folder()),
            ..Entry::plain("other.example.org")
        };
        let other = register.partner(other).await;
        let births = [wish("REGISTER", "Person", lives_in(DISTRICT))];
        subscribe(register, &listener, &client, &births).await;
        subscribe(register, &others, &other, &births).await;
        // One answer is on its way and was not taken yet.
        listener.next(Manner::Status(503, String::new()));
        let search = searches("t1", &[by_number("UIN", mother())]);
        promised(&client, "search", &client.message("search", 1, search)).await;
        register.correspond().await;
        assert_eq!(listener.heard().len(), 1);

        assert!(close(register, client.sender_id).await.expect("a partner"));
        happens(register, 1, birth(mother())).await;
        wait(register, 3_600).await;
        register.correspond().await;
        assert_eq!(listener.heard().len(), 0);
        let heard = others.heard();
        assert_eq!(heard.len(), 1, "{heard:?}");
        assert_eq!(heard[0].path, "/registry/notify");
        let waiting = "SELECT COUNT(*) FROM job WHERE kind LIKE 'dci.%'";
        assert_eq!(register.count(waiting).await, 0);
        let dropped = "SELECT COUNT(*) FROM dci_sent WHERE outcome = 'dropped'";
        assert_eq!(register.count(dropped).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_closed_partner_did_stays_readable_and_nothing_is_agreed_with_it() {
    register::each(async |register| {
        let client = register.partner(Entry::plain("spmis.example.org")).await;
        client.refused("search", &json!({})).await;
        close(register, client.sender_id).await.expect("a partner");
        client.refused("search", &json!({})).await;

        let (platform, id) = (&register.daftar.platform, client.sender_id);
        let wanted = Wanted {
            sender: Some(id.to_owned()),
            limit: 10,
            ..Wanted::default()
        };
        let mut tx = platform.db.read().await.expect("a snapshot");
        let events = security::list(&mut tx, &wanted).await.expect("events");
        let senders: Vec<&str> = events.iter().map(|event| event.sender.as_str()).collect();
        assert_eq!(senders, [id, id]);
        let codes: Vec<&str> = events.iter().map(|event| event.code.as_str()).collect();
        assert_eq!(codes, ["account_closed", "err.request.bad"]);
        let listed = partner::list(&mut tx).await.expect("partners");
        let closed = partner::closed(&mut tx).await.expect("accounts");
        let of_listed = listed.iter().map(|partner| partner.account);
        assert_eq!(of_listed.collect::<Vec<_>>(), Vec::from_iter(closed));
        drop(tx);

        let permit = register.managing().await;
        let secret = SecretHash::of("seven grey horses").expect("a secret");
        let renewed = partner::change_secret(platform, &permit, id, &secret).await;
        assert!(matches!(renewed, Err(PartnerRefused::Unknown(_))));
        let keys = partner::change_keys(platform, &permit, id, r#"{"keys":[]}"#).await;
        assert!(matches!(keys, Err(PartnerRefused::Unknown(_))));
        let again = Register::new_partner(&Entry::plain("spmis.example.org"));
        let again = partner::add(platform, &permit, &again).await;
        let Err(PartnerRefused::Account(AccountRefused::LoginTaken { .. })) = again else {
            panic!("the name of a closed partner is given to nobody: {again:?}");
        };
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_secret_ends_the_one_before_and_the_tokens_that_it_opened() {
    register::each(async |register| {
        let client = register.partner(Entry::plain("spmis.example.org")).await;
        let other = register.partner(Entry::plain("other.example.org")).await;
        let (platform, id) = (&register.daftar.platform, client.sender_id);
        let permit = register.managing().await;
        let secret = SecretHash::of("seven grey horses").expect("a secret");
        let renewed = partner::change_secret(platform, &permit, id, &secret).await;
        assert_eq!(renewed.expect("a partner").sender_id, id);
        assert_eq!(searched(&client, Policy::None).await, nobody());
        let refused = (401, "invalid_client".to_owned());
        assert_eq!(ask(register, &grant(id, SECRET)).await, refused);
        let opened = ask(register, &grant(id, "seven grey horses")).await;
        assert_eq!(opened, (200, String::new()));
        let others = searched(&other, Policy::None).await;
        assert_eq!(others, (200, String::new()), "of another partner");
        let stranger = partner::change_secret(platform, &permit, "stranger", &secret).await;
        assert!(matches!(stranger, Err(PartnerRefused::Unknown(_))));
    })
    .await;
}
