//! What a program outside sees of Daftar: requests and answers.

use serde_json::{Value, json};

use super::SECRET;

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }
}

fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client")
}

async fn send(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.expect("an answer");
    Answer {
        status: response.status().as_u16(),
        text: response.text().await.expect("a body"),
    }
}

pub async fn get(url: &str, token: &str) -> Answer {
    send(client().get(url).bearer_auth(token)).await
}

pub async fn post(url: &str, token: &str, body: &Value) -> Answer {
    send(client().post(url).bearer_auth(token).json(body)).await
}

/// A page's form, sent as a browser of the same site sends it.
pub async fn submit(url: &str, cookie: &str, form: &str) -> Answer {
    let request = client()
        .post(url)
        .header("cookie", cookie)
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.to_owned());
    send(request).await
}

/// A form of a program that says who it is in the header.
pub async fn submit_as(url: &str, authorization: &str, form: &str) -> Answer {
    let request = client()
        .post(url)
        .header("authorization", authorization)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.to_owned());
    send(request).await
}

pub async fn visit(url: &str, cookie: &str) -> Answer {
    send(client().get(url).header("cookie", cookie)).await
}

pub async fn sign_in(address: &str, login: &str, secret: &str) -> Answer {
    let body = json!({ "login": login, "secret": secret });
    post(&format!("{address}/api/sign-in"), "", &body).await
}

/// The bearer token of an account of the stage.
pub async fn token(address: &str, login: &str) -> String {
    let answer = sign_in(address, login, SECRET).await;
    assert_eq!(answer.status, 200, "{login}: {}", answer.text);
    answer.json()["token"].as_str().expect("a token").to_owned()
}

/// The session cookie of an account of the stage.
pub async fn cookie(address: &str, login: &str) -> String {
    let form = [("login", login), ("secret", SECRET)];
    let form: Vec<String> = form
        .iter()
        .map(|(name, value)| format!("{name}={}", value.replace(' ', "+")))
        .collect();
    let response = client()
        .post(format!("{address}/sign-in"))
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.join("&"))
        .send()
        .await
        .expect("an answer");
    let line = response
        .headers()
        .get("set-cookie")
        .unwrap_or_else(|| panic!("{login} is not let in"));
    let line = line.to_str().expect("plain text");
    line.split(';').next().unwrap_or_default().to_owned()
}

/// The same with a detached signature.
pub async fn post_signed(url: &str, token: &str, signature: &str, body: &Value) -> Answer {
    let request = client().post(url).bearer_auth(token).json(body);
    send(request.header("signature", signature)).await
}

/// Bytes of any kind that say they are JSON, with as many headers `Signature` as there are.
pub async fn post_bytes(url: &str, token: &str, signatures: &[String], body: Vec<u8>) -> Answer {
    let request = client().post(url).bearer_auth(token);
    let request = request.header("content-type", "application/json");
    let signed = signatures.iter().fold(request, |request, signature| {
        request.header("signature", signature)
    });
    send(signed.body(body)).await
}
