//! How many signed searches a second a Daftar that serves answers, and how soon.
//!
//! `searching ADDRESS SENDER SECRET KEY_FILE ALGORITHM PERSONS_CSV SEARCHES CONNECTIONS`
//!
//! ALGORITHM is `dci-ed25519` (KEY_FILE: the seed in hexadecimal digits), or `ES256` or `RS256` as a
//! detached JWS (KEY_FILE: PKCS 8, DER).
//!
//! A partner's messages are made and signed first; then so many connections that stay open send
//! them one after another, each waiting for its answer. Every answer must hold the person asked
//! for. The last line is JSON.

use std::error::Error;
use std::fs;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as URL_SAFE_NO_PAD;
use exchange::dci::keys::SigningKey;
use exchange::dci::signature::{Policy, Signed, sign};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use serde_json::{Value, json};
use store::Clock;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Searches before the clock starts: connections, caches and pages are warm.
const WARMING: usize = 2_000;
/// How many persons of the register are asked about, drawn from all of it.
const PERSONS_MAX: usize = 200_000;
const ANSWER_BYTES_MAX: usize = 256 * 1024;

/// One message ready to be sent, and the number that its answer must hold.
struct Shot {
    request: Vec<u8>,
    pinfl: String,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Outcome<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [
        address,
        sender,
        secret,
        key,
        algorithm,
        persons,
        searches,
        connections,
    ] = &words[..]
    else {
        return Err(
            "searching ADDRESS SENDER SECRET KEY_FILE ALGORITHM PERSONS_CSV SEARCHES CONNECTIONS"
                .into(),
        );
    };
    let (searches, connections): (usize, usize) = (searches.parse()?, connections.parse()?);
    let signer = Signer::of(algorithm, key)?;
    let host = address.trim_start_matches("http://");
    let token = token(address, sender, secret).await?;
    let pinfls = pinfls(persons)?;
    let begun = Instant::now();
    let shots: Vec<Shot> = (0..searches + WARMING)
        .map(|n| {
            let pinfl = &pinfls[n * 7_919 % pinfls.len()];
            shot(host, sender, &token, &signer, n, pinfl)
        })
        .collect::<Outcome<_>>()?;
    let signed_s = begun.elapsed().as_secs_f64();
    let shots = Arc::new(shots);
    fire(host, &shots, 0..WARMING, connections).await?;
    let begun = Instant::now();
    let mut took = fire(host, &shots, WARMING..WARMING + searches, connections).await?;
    let seconds = begun.elapsed().as_secs_f64();
    took.sort_unstable();
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
    let round = |ms: f64| (ms * 100.0).round() / 100.0;
    let result = json!({
        "algorithm": algorithm, "searches": searches, "connections": connections,
        "search_per_s": (searches as f64 / seconds).round(),
        "search_p50_ms": round(at(0.5)), "search_p99_ms": round(at(0.99)),
        "search_max_ms": round(at(1.0)), "signed_beforehand_s": round(signed_s),
    });
    writeln!(std::io::stdout(), "{result}")?;
    Ok(())
}

async fn token(address: &str, sender: &str, secret: &str) -> Outcome<String> {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", sender),
        ("client_secret", secret),
    ];
    let url = format!("{address}/oauth2/client/token");
    let form = form
        .map(|(name, value)| format!("{name}={value}"))
        .join("&");
    let request = reqwest::Client::new().post(url).body(form);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let answer: Value = serde_json::from_str(&request.send().await?.text().await?)?;
    let token = answer["access_token"].as_str();
    Ok(token.ok_or_else(|| answer.to_string())?.to_owned())
}

/// Numbers of the register's persons, evenly from all of the file.
fn pinfls(path: &str) -> Outcome<Vec<String>> {
    let text = fs::read_to_string(path)?;
    let mut lines = text.lines();
    let place = lines
        .next()
        .and_then(|head| head.split(',').position(|name| name == "pinfl"));
    let place = place.ok_or("no column pinfl")?;
    let all: Vec<&str> = lines
        .filter_map(|line| line.split(',').nth(place))
        .collect();
    let each = all.len().div_ceil(PERSONS_MAX).max(1);
    let some = all
        .into_iter()
        .step_by(each)
        .filter(|pinfl| pinfl.len() == 14);
    Ok(some.map(str::to_owned).collect())
}

fn shot(
    host: &str,
    sender: &str,
    token: &str,
    signer: &Signer,
    number: usize,
    pinfl: &str,
) -> Outcome<Shot> {
    let now = Clock::system().now();
    let header = json!({
        "version": "1.0.0", "message_id": format!("{sender}-{}-{number}", now.0),
        "message_ts": now.to_string(), "action": "search", "sender_id": sender,
        "receiver_id": "daftar", "total_count": 1, "is_msg_encrypted": false,
    });
    let message = json!({
        "transaction_id": format!("t{number}"),
        "search_request": [{
            "reference_id": "r1", "timestamp": now.to_string(), "locale": "uzb",
            "search_criteria": { "query_type": "idtype-value",
                "query": { "type": "UIN", "value": pinfl } },
        }],
    });
    let signature = signer.sign(sender, (&header, &message), now.0.div_euclid(1_000_000))?;
    let (field, http) = match signer {
        Signer::Ed25519(_) => (signature.as_str(), String::new()),
        Signer::Es256(_) | Signer::Rs256(_) => ("", format!("Signature: {signature}\r\n")),
    };
    let body = json!({ "signature": field, "header": header, "message": message }).to_string();
    let request = format!(
        "POST /dci/social/registry/sync/search HTTP/1.1\r\nHost: {host}\r\n\
         Authorization: Bearer {token}\r\nContent-Type: application/json\r\n{http}\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    Ok(Shot {
        request: request.into_bytes(),
        pinfl: pinfl.to_owned(),
    })
}

/// How the partner signs.
enum Signer {
    Ed25519(SigningKey),
    Es256(EcdsaKeyPair),
    Rs256(RsaKeyPair),
}

impl Signer {
    fn of(algorithm: &str, file: &str) -> Outcome<Signer> {
        let wrong = |_| "the key is no PKCS 8 of that algorithm";
        Ok(match algorithm {
            "ES256" => {
                let chance = SystemRandom::new();
                let way = &ECDSA_P256_SHA256_FIXED_SIGNING;
                let pair = EcdsaKeyPair::from_pkcs8(way, &fs::read(file)?, &chance);
                Signer::Es256(pair.map_err(wrong)?)
            }
            "RS256" => Signer::Rs256(RsaKeyPair::from_pkcs8(&fs::read(file)?).map_err(wrong)?),
            "dci-ed25519" => {
                let seed = fs::read_to_string(file)?;
                Signer::Ed25519(SigningKey::from_hex(seed.trim())?)
            }
            other => return Err(format!("no algorithm {other}").into()),
        })
    }

    fn sign(
        &self,
        sender: &str,
        (header, message): (&Value, &Value),
        now_s: i64,
    ) -> Outcome<String> {
        let algorithm = match self {
            Signer::Ed25519(key) => {
                let unsigned = Signed {
                    sender_id: sender,
                    header,
                    message,
                    field: None,
                    http: None,
                };
                return Ok(sign(&unsigned, Policy::DciEd25519, key, now_s));
            }
            Signer::Es256(_) => "ES256",
            Signer::Rs256(_) => "RS256",
        };
        let head = json!({ "alg": algorithm, "kid": "k1" }).to_string();
        let text = json!({ "header": header, "message": message }).to_string();
        let [head, text] = [head, text].map(|part| URL_SAFE_NO_PAD.encode(part));
        let (input, chance) = (format!("{head}.{text}"), SystemRandom::new());
        let unsigned = |_| "it could not be signed";
        let signature = match self {
            Signer::Rs256(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &chance, input.as_bytes(), &mut signature)
                    .map_err(unsigned)?;
                signature
            }
            Signer::Es256(pair) => {
                let signature = pair.sign(&chance, input.as_bytes()).map_err(unsigned)?;
                signature.as_ref().to_vec()
            }
            Signer::Ed25519(_) => Vec::new(),
        };
        Ok(format!("{head}..{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

/// How long each took.
async fn fire(
    host: &str,
    shots: &Arc<Vec<Shot>>,
    range: std::ops::Range<usize>,
    connections: usize,
) -> Outcome<Vec<Duration>> {
    let next = Arc::new(AtomicUsize::new(range.start));
    let shooters: Vec<_> = (0..connections)
        .map(|_| {
            let (host, shots, next) = (host.to_owned(), Arc::clone(shots), Arc::clone(&next));
            tokio::spawn(shoot(host, shots, next, range.end))
        })
        .collect();
    let mut took = Vec::with_capacity(range.len());
    for shooter in shooters {
        took.extend(shooter.await??);
    }
    Ok(took)
}

async fn shoot(
    host: String,
    shots: Arc<Vec<Shot>>,
    next: Arc<AtomicUsize>,
    end: usize,
) -> Outcome<Vec<Duration>> {
    let mut stream = TcpStream::connect(&host).await?;
    stream.set_nodelay(true)?;
    let (mut took, mut answer) = (Vec::new(), Vec::with_capacity(16 * 1024));
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= end {
            return Ok(took);
        }
        let shot = &shots[number];
        let begun = Instant::now();
        stream.write_all(&shot.request).await?;
        read_answer(&mut stream, &mut answer).await?;
        took.push(begun.elapsed());
        let text = std::str::from_utf8(&answer)?;
        if !text.starts_with("HTTP/1.1 200") || !text.contains(&shot.pinfl) {
            return Err(format!("search {number} was answered with {text}").into());
        }
    }
}

/// Head and body of one answer, which says how long it is.
async fn read_answer(stream: &mut TcpStream, answer: &mut Vec<u8>) -> Outcome<()> {
    answer.clear();
    loop {
        if stream.read_buf(answer).await? == 0 || answer.len() > ANSWER_BYTES_MAX {
            return Err("the answer was cut, or has no end".into());
        }
        let Some(head) = answer.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let text = std::str::from_utf8(&answer[..head])?.to_ascii_lowercase();
        let length = text.split_once("content-length: ").map(|(_, rest)| rest);
        let length = length.and_then(|rest| rest.split("\r\n").next());
        let length: usize = length.ok_or("an answer without its length")?.parse()?;
        if answer.len() >= head + 4 + length {
            return Ok(());
        }
    }
}
