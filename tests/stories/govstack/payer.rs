//! A payer: a partner that hands payments over, and how it speaks.

use access::{Action, Area, Purpose, SecretHash};
use app::Daftar;
use exchange::dci::partner::{self, NewPartner};
use exchange::dci::signature::Policy;
use kernel::{Money, Month};
use payments::appropriation::{self, SetLimit};
use payments::payer::{self, Payer};
use reqwest::Method;
use serde_json::Value;

use crate::stage::SECRET;
use crate::stage::wire::{self, Answer};

pub const BLOCK: &str = "bb-digital-registries";

/// What a payer pays from.
#[derive(Clone, Debug)]
pub struct Purse {
    pub programme: &'static str,
    pub district: u32,
}

#[derive(Debug)]
pub struct Client {
    pub address: String,
    pub token: String,
}

impl Client {
    /// Enters a partner that is a payer, and fetches its token.
    pub async fn enter(daftar: &Daftar, address: &str, name: &str, purse: &Purse) -> Client {
        let new = NewPartner {
            sender_id: name.to_owned(),
            office: format!("office of {name}"),
            territory: Area::Country,
            receiver_id: "daftar".to_owned(),
            policy: Policy::None,
            jwks: r#"{"keys":[]}"#.to_owned(),
            legal_basis: "Agreement 7".to_owned(),
            callback: None,
            civil_registry: false,
            account_mapper: true,
            encrypted: false,
            xroad_client: None,
            secret: SecretHash::of(SECRET).expect("a secret"),
        };
        let (action, purpose) = (Action::ManageAccounts, Purpose::Upkeep);
        let permit = daftar.permit(action, purpose, 0).await.expect("a permit");
        let platform = &daftar.platform;
        let account = partner::add(platform, &permit, &new).await;
        let payer = Payer {
            account: account.expect("a partner"),
            programme: purse.programme.to_owned(),
            district: purse.district,
            blocks: vec![BLOCK.to_owned()],
        };
        let mut tx = platform.db.begin().await.expect("a transaction");
        let set = payer::set(&mut tx, &platform.ids, &permit, &payer).await;
        set.expect("a payer");
        tx.commit().await.expect("a commit");
        Client {
            address: address.to_owned(),
            token: token(address, name).await,
        }
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some(body.to_string()), None)
            .await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PATCH, path, Some(body.to_string()), None)
            .await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, None).await
    }

    pub async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
        correlation: Option<&str>,
    ) -> Answer {
        let url = format!("{}/gs/payments/{path}", self.address);
        let client = reqwest::Client::builder().no_proxy().build();
        let mut request = client
            .expect("a client")
            .request(method, url)
            .bearer_auth(&self.token)
            .header("content-type", "application/json");
        if let Some(id) = correlation {
            request = request.header("X-CorrelationID", id);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        let response = request.send().await.expect("an answer");
        Answer {
            status: response.status().as_u16(),
            text: response.text().await.expect("a body"),
        }
    }
}

async fn token(address: &str, name: &str) -> String {
    let secret = SECRET.replace(' ', "+");
    let form = format!("grant_type=client_credentials&client_id={name}&client_secret={secret}");
    let answer = wire::submit(&format!("{address}/oauth2/client/token"), "", &form).await;
    let token = answer.json()["access_token"].as_str().map(str::to_owned);
    token.expect("a token")
}

/// Money for a line.
pub async fn appropriate(daftar: &Daftar, purse: &Purse, month: Month, soums: i64) {
    let platform = &daftar.platform;
    let mut tx = platform.db.begin().await.expect("a transaction");
    let command = SetLimit {
        id: platform.ids.uuid(),
        district: purse.district,
        programme: purse.programme.to_owned(),
        month,
        limit: Money::from_major(soums),
        set_by: None,
    };
    let set = appropriation::set(&mut tx, &platform.ids, &command).await;
    set.expect("money");
    tx.commit().await.expect("a commit");
}
