//! Agencies over TLS: real handshakes, with certificates that were made for the test.

pub(crate) mod bench;
mod files;
mod gateway;

use std::path::Path;

use axum::Router;
use axum::response::Redirect;
use axum::routing::post;

use super::partner::agencies;
use super::told::{asked_about, of};
use super::*;
use crate::trial::{Told, Trial, TrialRefused, Wanted};
use crate::{Places, TlsFailure};
use bench::{Authority, Holds, Identity, serve, serve_with};

const LOCAL: &str = "127.0.0.1";

/// Tax at an address, with lines of the file's own after it.
fn tax(base: &str, keys: &Path, more: &str) -> Connector {
    let text = format!("{}\n{more}", include_str!("../plain/tax.toml"));
    let read = Connector::parse("tax.toml", &text, &Places { base, keys });
    read.unwrap_or_else(|why| panic!("{why}"))
}

fn only(platform: &Platform, connector: Connector) -> Exchange {
    // A busy machine makes nobody silent.
    let patient = Connector {
        timeout_ms: 20_000,
        ..connector
    };
    Exchange::new(platform.clone(), vec![patient], keys()).unwrap()
}

async fn tried(exchange: &Exchange) -> Result<Trial, TrialRefused> {
    let wanted = Wanted {
        agency: Source::Tax,
        person: husband(1),
        consent: None,
        as_of: day("2026-01-05"),
        window: (Month::new(2025, 10).unwrap(), Month::new(2025, 12).unwrap()),
    };
    exchange.try_out(&Subject::system(), wanted).await
}

/// What a trial came to: facts, or why not.
async fn outcome(exchange: &Exchange) -> Result<(), CallFailure> {
    let came = tried(exchange).await.unwrap().came?;
    assert!(
        matches!(came.told, Told::Facts { found: true, .. }),
        "{:?}",
        came.told
    );
    Ok(())
}

/// Whom the stories trust, and whom they do not.
struct World {
    platform: Platform,
    keys: tempfile::TempDir,
    national: Authority,
    ours: Authority,
}

impl World {
    async fn new() -> World {
        let platform = platform_of_one().await;
        story(&platform).await;
        let keys = tempfile::tempdir().unwrap();
        let (national, ours) = (Authority::named("National"), Authority::named("Ours"));
        std::fs::write(keys.path().join("national.pem"), national.pem()).unwrap();
        World {
            platform,
            keys,
            national,
            ours,
        }
    }

    fn exchange(&self, base: &str, more: &str) -> Exchange {
        only(&self.platform, tax(base, self.keys.path(), more))
    }

    fn trusted(&self) -> Identity {
        self.national.server(LOCAL, Holds::Now)
    }
}

const TRUSTING: &str = "[tls]\nca_file = \"national.pem\"";

fn untrusted(why: TlsFailure) -> Result<(), CallFailure> {
    Err(CallFailure::Tls(why))
}

#[tokio::test]
async fn an_agency_is_believed_by_the_authority_its_file_names_and_by_no_other() {
    let world = World::new().await;
    let stranger = Authority::named("Stranger");
    let impostor = Authority::named("National");
    std::fs::write(world.keys.path().join("stranger.pem"), stranger.pem()).unwrap();
    let national = |name, holds| world.national.server(name, holds);
    let both = format!("{}{}", stranger.pem(), world.national.pem());
    std::fs::write(world.keys.path().join("both.pem"), both).unwrap();
    const STRANGER: &str = "[tls]\nca_file = \"stranger.pem\"";
    const BOTH: &str = "[tls]\nca_file = \"both.pem\"";
    for (what, shown, more, expected) in [
        ("good", world.trusted(), TRUSTING, Ok(())),
        ("one of two", world.trusted(), BOTH, Ok(())),
        (
            "unknown to the machine",
            world.trusted(),
            "",
            untrusted(TlsFailure::Authority),
        ),
        (
            "another authority alone",
            world.trusted(),
            STRANGER,
            untrusted(TlsFailure::Authority),
        ),
        (
            "the authority's name, another's key",
            impostor.server(LOCAL, Holds::Now),
            TRUSTING,
            untrusted(TlsFailure::Authority),
        ),
        (
            "expired",
            national(LOCAL, Holds::NoMore),
            TRUSTING,
            untrusted(TlsFailure::Expired),
        ),
        (
            "not valid yet",
            national(LOCAL, Holds::NotYet),
            TRUSTING,
            untrusted(TlsFailure::NotYet),
        ),
        (
            "another number",
            national("127.0.0.2", Holds::Now),
            TRUSTING,
            untrusted(TlsFailure::Name),
        ),
        (
            "another name",
            national("tax.example", Holds::Now),
            TRUSTING,
            untrusted(TlsFailure::Name),
        ),
    ] {
        let (partner, router) = agencies();
        let server = serve(&shown, None, router).await;
        let exchange = world.exchange(&server.address, more);
        assert_eq!(outcome(&exchange).await, expected, "{what}");
        let heard = partner.asked("tax").len();
        assert_eq!(heard, usize::from(expected.is_ok()), "{what}");
        assert_eq!(server.connections(), 1, "{what}");
    }
}

/// As security servers have it by default: a certificate of their own making, an authority by its own
/// word.
#[tokio::test]
async fn a_certificate_that_nobody_signed_is_believed_when_the_file_names_it() {
    let world = World::new().await;
    for authority in [false, true] {
        let alone = |name, holds| Identity::alone(name, holds, authority);
        let (named, other) = (alone(LOCAL, Holds::Now), alone(LOCAL, Holds::Now));
        let (over, to_come) = (alone(LOCAL, Holds::NoMore), alone(LOCAL, Holds::NotYet));
        let elsewhere = alone("127.0.0.2", Holds::Now);
        for (what, shown, in_file, expected) in [
            ("good", &named, &named, Ok(())),
            ("expired", &over, &over, untrusted(TlsFailure::Expired)),
            ("to come", &to_come, &to_come, untrusted(TlsFailure::NotYet)),
            (
                "elsewhere",
                &elsewhere,
                &elsewhere,
                untrusted(TlsFailure::Name),
            ),
        ] {
            let found = alone_in_file(&world, shown, in_file).await;
            assert_eq!(found, expected, "{what}, authority: {authority}");
        }
        let found = alone_in_file(&world, &other, &named).await;
        let Err(CallFailure::Tls(why)) = found else {
            panic!("another of the same name was believed");
        };
        match authority {
            false => assert_eq!(why, TlsFailure::Authority),
            true => assert!(why.to_string().contains("CaUsedAsEndEntity"), "{why}"),
        }
    }
}

async fn alone_in_file(
    world: &World,
    shown: &Identity,
    in_file: &Identity,
) -> Result<(), CallFailure> {
    let file = world.keys.path().join("national.pem");
    std::fs::write(file, &in_file.certificate).unwrap();
    let (partner, router) = agencies();
    let server = serve(shown, None, router).await;
    let found = outcome(&world.exchange(&server.address, TRUSTING)).await;
    assert_eq!(partner.asked("tax").len(), usize::from(found.is_ok()));
    found
}

#[tokio::test]
async fn where_no_tls_is_spoken_nothing_is_asked() {
    let world = World::new().await;
    let (partner, plain) = partner::start().await;
    let exchange = world.exchange(&plain.replace("http:", "https:"), TRUSTING);
    assert_eq!(outcome(&exchange).await, untrusted(TlsFailure::NoTls));
    assert_eq!(partner.asked("tax").len(), 0);
    assert_eq!(outcome(&world.exchange(&plain, "")).await, Ok(()));
}

const SHOWING: &str = "[tls]\nca_file = \"national.pem\"\ncertificate_file = \"daftar.pem\"\n\
    key_file = \"daftar.key\"";

#[tokio::test]
async fn an_agency_that_asks_for_our_certificate_sees_the_one_of_the_file() {
    let world = World::new().await;
    let stranger = Authority::named("Stranger");
    for version in [&[&rustls::version::TLS13], &[&rustls::version::TLS12]] {
        let old = version[0].version == rustls::ProtocolVersion::TLSv1_2;
        for (what, ours, more, expected) in [
            ("good", world.ours.client(Holds::Now), SHOWING, Ok(())),
            (
                "none",
                world.ours.client(Holds::Now),
                TRUSTING,
                untrusted(TlsFailure::NoneShown),
            ),
            (
                "of another authority",
                stranger.client(Holds::Now),
                SHOWING,
                untrusted(TlsFailure::Ours),
            ),
            (
                "expired",
                world.ours.client(Holds::NoMore),
                SHOWING,
                untrusted(TlsFailure::Ours),
            ),
            (
                "a server's",
                world.ours.server("daftar.uz", Holds::Now),
                SHOWING,
                untrusted(TlsFailure::Ours),
            ),
        ] {
            ours.put(world.keys.path(), "daftar.pem", "daftar.key");
            let (partner, router) = agencies();
            let shown = world.trusted();
            let server = serve_with(version, &shown, Some(&world.ours), router).await;
            let exchange = world.exchange(&server.address, more);
            let found = outcome(&exchange).await;
            assert_eq!(found, expected, "{what}, TLS 1.2: {old}");
            let heard = partner.asked("tax").len();
            assert_eq!(heard, usize::from(expected.is_ok()), "{what}");
        }
    }
}

#[tokio::test]
async fn a_new_certificate_holds_without_a_restart() {
    let world = World::new().await;
    let keys = world.keys.path();
    let stranger = Authority::named("Stranger");
    stranger
        .client(Holds::Now)
        .put(keys, "daftar.pem", "daftar.key");
    let (_, router) = agencies();
    let server = serve(&world.trusted(), Some(&world.ours), router).await;
    let exchange = world.exchange(&server.address, SHOWING);
    assert_eq!(outcome(&exchange).await, untrusted(TlsFailure::Ours));
    let ours = world.ours.client(Holds::Now);
    ours.put(keys, "daftar.pem", "daftar.key");
    assert_eq!(outcome(&exchange).await, Ok(()));
    // Half of it is not used, and nobody is asked meanwhile.
    let other = world.ours.client(Holds::Now);
    other.put(keys, "daftar.pem", "other.key");
    let before = server.connections();
    let refused = tried(&exchange).await.unwrap_err();
    let field = crate::tls::KEY_FILE;
    let no_tls = CallFailure::NoTls { field };
    assert!(
        matches!(&refused, TrialRefused::Unasked(why) if *why == no_tls),
        "{refused}"
    );
    assert_eq!(server.connections(), before);
    other.put(keys, "daftar.pem", "daftar.key");
    assert_eq!(outcome(&exchange).await, Ok(()));
    std::fs::remove_file(keys.join("national.pem")).unwrap();
    let gone = tried(&exchange).await.unwrap_err().to_string();
    assert!(gone.contains("tls.ca_file"), "{gone}");
}

#[tokio::test]
async fn what_another_attempt_cannot_mend_is_tried_once_and_told_to_no_person() {
    let world = World::new().await;
    let expired = world.national.server(LOCAL, Holds::NoMore);
    let (_, router) = agencies();
    let server = serve(&expired, None, router).await;
    let (cut, knocks) = cutting().await;
    for (address, more, failure) in [
        (
            &server.address,
            TRUSTING,
            CallFailure::Tls(TlsFailure::Expired),
        ),
        (&cut, TRUSTING, CallFailure::Connection),
    ] {
        let mut story = story(&world.platform).await;
        let mut all: Vec<Connector> = story.exchange.connectors().cloned().collect();
        all.retain(|one| one.agency != Source::Tax);
        all.push(Connector {
            attempts_max: 3,
            ..tax(address, world.keys.path(), more)
        });
        all.iter_mut().for_each(|one| one.timeout_ms = 20_000);
        story.exchange = Exchange::new(world.platform.clone(), all, keys()).unwrap();
        let silent = story.gather(ask_about(1)).await.silent;
        let reasons: Vec<_> = silent.iter().map(|one| one.reason.clone()).collect();
        let expected = SilentReason::Failed(failure);
        assert!(
            !reasons.is_empty() && reasons.iter().all(|reason| *reason == expected),
            "{reasons:?}"
        );
        if *address == server.address {
            let told = asked_about(&world.platform, husband(1)).await;
            assert_eq!(of(&told, Source::Tax), [], "no word got through");
        }
    }
    assert_eq!(server.connections(), 1);
    assert_eq!(knocks.load(std::sync::atomic::Ordering::SeqCst), 3);
}

/// Hangs up before any handshake: the next attempt may well meet somebody.
async fn cutting() -> (String, Arc<std::sync::atomic::AtomicUsize>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://{}", listener.local_addr().unwrap());
    let knocks = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let knocked = Arc::clone(&knocks);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            knocked.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            drop(stream);
        }
    });
    (address, knocks)
}

#[tokio::test]
async fn a_redirect_leads_nowhere_least_of_all_out_of_tls() {
    let world = World::new().await;
    let (plain, plain_address) = partner::start().await;
    let (safe, router) = agencies();
    let safe_server = serve(&world.trusted(), None, router).await;
    for to in [&plain_address, &safe_server.address] {
        let to = format!("{to}/agencies/tax/query");
        assert_eq!(direct(&world, &to).await, Ok(()), "{to} itself answers");
        plain.forget();
        safe.forget();
        let redirect = move || async move { Redirect::temporary(&to) };
        let router = Router::new().fallback(post(redirect));
        let server = serve(&world.trusted(), None, router).await;
        let found = outcome(&world.exchange(&server.address, TRUSTING)).await;
        assert_eq!(found, Err(CallFailure::Status { status: 307 }));
        assert_eq!(server.connections(), 1);
        assert_eq!((plain.asked("tax").len(), safe.asked("tax").len()), (0, 0));
    }
}

async fn direct(world: &World, address: &str) -> Result<(), CallFailure> {
    let base = address.trim_end_matches("/agencies/tax/query");
    let more = match base.starts_with("https") {
        true => TRUSTING,
        false => "",
    };
    outcome(&world.exchange(base, more)).await
}
