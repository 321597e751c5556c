//! Bytes as a message of a partner: its body and, behind a line `%%%%`, its HTTP header `Signature`.
//! Every question, every way of signing. Nothing may panic, hang or grow; nothing unsigned is
//! believed of a partner that signs. A plain test replays the corpus (`exchange::dci` tests).

use exchange::dci::Question;
use exchange::dci::envelope::{Arrived, ITEMS_MAX, open};
use exchange::dci::keys::jwe::{DecryptionKey, DecryptionKeys};
use exchange::dci::keys::{Jwks, SigningKey};
use exchange::dci::partner::Partner;
use exchange::dci::signature::Policy;
use kernel::Instant;
use kernel::ids::AccountId;

const CUT: &[u8] = b"\n%%%%\n";
const NOW: &str = "2026-11-21T10:00:00Z";
const QUESTIONS: [Question; 10] = [
    Question::Search,
    Question::Enrolled,
    Question::TxnStatus,
    Question::Subscribe,
    Question::Unsubscribe,
    Question::Notify,
    Question::Link,
    Question::Update,
    Question::Unlink,
    Question::Resolve,
];

pub fn read(data: &[u8]) {
    let at = data.windows(CUT.len()).position(|window| window == CUT);
    let (body, signature) = match at {
        Some(at) => (
            &data[..at],
            std::str::from_utf8(&data[at + CUT.len()..]).ok(),
        ),
        None => (data, None),
    };
    let arrived = Arrived {
        body,
        content_type: Some("application/json"),
        signature,
    };
    let now = Instant::parse_rfc3339(NOW).expect("an instant");
    let ours = DecryptionKey::from_bytes(&[1; 32]).expect("a key");
    let ours = DecryptionKeys::new(vec![ours]).expect("one key");
    for question in QUESTIONS {
        for (policy, encrypted) in [
            (Policy::None, false),
            (Policy::DciEd25519, false),
            (Policy::JwsDetached, false),
            (Policy::DciEd25519, true),
        ] {
            let partner = partner(policy, encrypted);
            let opened = open(&arrived, &partner, question, (Some(&ours), now));
            let Ok(envelope) = opened else { continue };
            assert_eq!(policy, Policy::None, "nobody signed it");
            let items = envelope.message.get(question.items());
            let items = items.and_then(|items| items.as_array()).map_or(1, Vec::len);
            assert!((1..=ITEMS_MAX).contains(&items));
        }
    }
}

fn partner(policy: Policy, encrypted: bool) -> Partner {
    let key = SigningKey::from_seed(&[1; 32]).expect("a seed").named("k1");
    Partner {
        sender_id: "spmis.example.org".to_owned(),
        account: AccountId::NIL,
        receiver_id: "sr.gov".to_owned(),
        policy,
        keys: Jwks::of(&key.jwks()).expect("keys"),
        legal_basis: "an agreement".to_owned(),
        callback: None,
        civil_registry: false,
        account_mapper: false,
        encrypted,
        xroad_client: None,
        known_from: Instant(0),
    }
}
