//! Tokens of partners, as RFC 6749 has them.

use access::account::{self, NewAccount};
use access::{Action, Area, Purpose, Role, SecretHash};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::register::{self, Entry, Register};
use crate::stage::{SECRET, wire};

pub async fn ask(register: &Register, form: &str) -> (u16, String) {
    let url = format!("{}/oauth2/client/token", register.address);
    let answer = wire::submit(&url, "", form).await;
    let error = answer.json()["error"].as_str().unwrap_or("").to_owned();
    (answer.status, error)
}

async fn open_officer(register: &Register) {
    let platform = &register.daftar.platform;
    let (action, purpose) = (Action::ManageAccounts, Purpose::Upkeep);
    let permit = register
        .daftar
        .permit(action, purpose, 0)
        .await
        .expect("a permit");
    let officer = NewAccount {
        login: "officer".to_owned(),
        role: Role::DistrictOfficer,
        territory: Area::District(register::DISTRICT),
        office: "district".to_owned(),
        person: None,
        secret: SecretHash::of(SECRET).expect("a secret"),
    };
    let mut tx = platform.db.begin().await.expect("a transaction");
    account::open(&mut tx, &platform.ids, &permit, &[officer])
        .await
        .expect("an account");
    tx.commit().await.expect("a commit");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_partner_gets_a_token_and_nobody_else_does() {
    register::each(async |register| {
        let client = register.partner(Entry::plain("spmis.example.org")).await;
        open_officer(register).await;
        let secret = SECRET.replace(' ', "+");
        let of = |grant: &str, id: &str, secret: &str| {
            format!("grant_type={grant}&client_id={id}&client_secret={secret}")
        };
        let partner = "spmis.example.org";
        let granted = "client_credentials";
        let check = async |form: String, status: u16, error: &str| {
            let refused = ask(register, &form).await;
            assert_eq!(refused, (status, error.to_owned()), "{form}");
        };
        check(of(granted, partner, &secret), 200, "").await;
        check(String::new(), 400, "invalid_request").await;
        check(format!("grant_type={granted}"), 400, "invalid_request").await;
        check(
            of("password", partner, &secret),
            400,
            "unsupported_grant_type",
        )
        .await;
        check(of(granted, partner, "wrong"), 401, "invalid_client").await;
        check(
            of(granted, "nobody.example.org", &secret),
            401,
            "invalid_client",
        )
        .await;
        // A person's secret is right, and opens nothing here.
        check(of(granted, "officer", &secret), 401, "invalid_client").await;
        // Basic, as RFC 6749 section 2.3.1: in the header or in the form, never in both.
        let encoded = STANDARD.encode(format!("{partner}:{secret}"));
        let wrong = STANDARD.encode(format!("{partner}:wrong"));
        let bare = format!("grant_type={granted}");
        for (basic, form, expected) in [
            (&encoded, bare.clone(), 200),
            (&wrong, bare, 401),
            (&encoded, of(granted, partner, &secret), 400),
        ] {
            let url = format!("{}/oauth2/client/token", register.address);
            let answer = wire::submit_as(&url, &format!("Basic {basic}"), &form).await;
            assert_eq!(answer.status, expected, "{form}: {}", answer.text);
        }
        let sessions = "SELECT COUNT(*) FROM session s JOIN account a ON a.id = s.account
            WHERE a.role = 'district_officer'";
        assert_eq!(register.count(sessions).await, 0);

        let url = format!("{}/dci/social/registry/sync/search", client.address);
        for token in ["", "made-up"] {
            let refused = wire::post(&url, token, &serde_json::json!({})).await;
            assert_eq!(refused.status, 401, "{}", refused.text);
            assert_eq!(
                refused.json()["errors"][0]["code"],
                "err.request.unauthorized"
            );
        }
        // A token opens what partners may do and no page of a person.
        let page = wire::get(&format!("{}/api/visits", client.address), &client.token).await;
        assert_eq!(page.status, 403, "{}", page.text);
    })
    .await;
}
