//! The keys of an installation as its file has them: the one that signs, and earlier ones, whose
//! signatures others still check.
//!
//! ```text
//! 9d61b19deffd5a60...           the seed of the key that signs
//! public d75a980182b10ab7...    an earlier one, the newest first
//! ```
//! A rotation keeps the public half alone: who steals the file signs nothing in an earlier name.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

use crate::SigningKey;
use crate::keys::{hex, jwk_of, name_of};

/// Keys of a file: the one that signs, and those that have signed.
pub const OURS_MAX: usize = 8;
const PUBLIC: &str = "public ";
const PUBLIC_BYTES: usize = 32;

/// Why a file of keys is not read or not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OursRefused {
    #[error(
        "the first line is the Ed25519 seed that signs, 64 hexadecimal digits; each further one, of at \
         most {}, is the word public and an earlier key's public half",
        OURS_MAX - 1
    )]
    Form,
    #[error("two lines are the key {0}")]
    Twice(String),
    #[error("it holds {OURS_MAX} keys: forget one that signs nothing any more first")]
    Full,
    #[error("{0} is the key that signs: rotate first")]
    Signs(String),
    #[error("no earlier key is named {0}")]
    Unknown(String),
}

/// An earlier key: what it signed is still believed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Earlier {
    kid: String,
    public: [u8; PUBLIC_BYTES],
}

impl Earlier {
    fn of(public: &[u8]) -> Option<Earlier> {
        Some(Earlier {
            kid: name_of(public),
            public: public.try_into().ok()?,
        })
    }
}

/// Our keys, the newest first: that one signs.
pub struct SigningKeys {
    seed: [u8; SigningKey::SEED_BYTES],
    key: SigningKey,
    earlier: Vec<Earlier>,
}

/// The seed stays out of logs.
impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.kids()).finish()
    }
}

impl SigningKeys {
    /// Of a file; empty lines are passed over.
    pub fn from_text(text: &str) -> Result<SigningKeys, OursRefused> {
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let seed = lines.next().and_then(hex).ok_or(OursRefused::Form)?;
        let earlier = lines.map(|line| {
            let public = line.strip_prefix(PUBLIC).and_then(hex);
            public.and_then(|public| Earlier::of(&public))
        });
        let earlier: Option<Vec<Earlier>> = earlier.collect();
        let seed = seed.try_into().map_err(|_| OursRefused::Form)?;
        SigningKeys::of(seed, earlier.ok_or(OursRefused::Form)?)
    }

    fn of(
        seed: [u8; SigningKey::SEED_BYTES],
        earlier: Vec<Earlier>,
    ) -> Result<SigningKeys, OursRefused> {
        let key = SigningKey::from_seed(&seed).map_err(|_| OursRefused::Form)?;
        if earlier.len() >= OURS_MAX {
            return Err(OursRefused::Full);
        }
        let keys = SigningKeys { seed, key, earlier };
        let mut seen = BTreeSet::new();
        let twice = keys.kids().find(|kid| !seen.insert(*kid));
        if let Some(twice) = twice.map(str::to_owned) {
            return Err(OursRefused::Twice(twice));
        }
        Ok(keys)
    }

    /// As the file holds them.
    pub fn to_text(&self) -> String {
        let digits = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let seed: String = digits(&self.seed);
        let earlier = self.earlier.iter().map(|earlier| {
            let public: String = digits(&earlier.public);
            format!("{PUBLIC}{public}\n")
        });
        format!("{seed}\n{}", earlier.collect::<String>())
    }

    /// The new seed signs from now on; of the key before it the public half stays. None is left out
    /// by itself: somebody may still have to check what it signed.
    pub fn rotate(self, seed: [u8; SigningKey::SEED_BYTES]) -> Result<SigningKeys, OursRefused> {
        let mut earlier = self.earlier;
        earlier.splice(0..0, Earlier::of(self.key.public()));
        SigningKeys::of(seed, earlier)
    }

    /// What this earlier key signed is not believed any more by who reads our set.
    pub fn forget(mut self, kid: &str) -> Result<SigningKeys, OursRefused> {
        if self.key.kid() == kid {
            return Err(OursRefused::Signs(kid.to_owned()));
        }
        let place = self.earlier.iter().position(|earlier| earlier.kid == kid);
        let place = place.ok_or_else(|| OursRefused::Unknown(kid.to_owned()))?;
        self.earlier.remove(place);
        Ok(self)
    }

    /// The key that signs.
    pub fn into_current(self) -> SigningKey {
        self.key
    }

    /// The names, that of the key that signs first.
    pub fn kids(&self) -> impl Iterator<Item = &str> {
        let earlier = self.earlier.iter().map(|earlier| earlier.kid.as_str());
        std::iter::once(self.key.kid()).chain(earlier)
    }

    /// What partners verify with: the key that signs, then the earlier ones.
    pub fn jwks(&self) -> Value {
        let mut set = self.key.jwks();
        if let Some(keys) = set["keys"].as_array_mut() {
            let earlier = self.earlier.iter();
            keys.extend(earlier.map(|earlier| jwk_of(&earlier.kid, &earlier.public)));
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Jwks, jws};

    fn keys(text: &str) -> Result<SigningKeys, OursRefused> {
        SigningKeys::from_text(text)
    }

    fn seed(byte: u8) -> [u8; 32] {
        [byte; 32]
    }

    fn first() -> SigningKeys {
        keys(&"07".repeat(32)).unwrap()
    }

    fn set_of(keys: &SigningKeys) -> Jwks {
        Jwks::of(&keys.jwks()).unwrap()
    }

    #[test]
    fn what_was_signed_before_a_rotation_is_believed_until_its_key_is_forgotten() {
        let before = first();
        let kid = before.kids().next().unwrap().to_owned();
        let signed = jws::sign(b"an answer", &first().into_current());
        let after = before.rotate(seed(8)).unwrap();
        assert_eq!(jws::verify(&signed, &set_of(&after)).unwrap(), b"an answer");
        let later = jws::sign(b"the next", &keys(&after.to_text()).unwrap().into_current());
        assert!(jws::verify(&later, &set_of(&after)).is_ok());
        assert!(jws::verify(&later, &set_of(&first())).is_err(), "a new key");

        let forgotten = after.forget(&kid).unwrap();
        assert_eq!(
            jws::verify(&signed, &set_of(&forgotten)),
            Err(jws::Forged::UnknownKey)
        );
        assert!(jws::verify(&later, &set_of(&forgotten)).is_ok());
    }

    #[test]
    fn a_file_keeps_no_private_half_of_an_earlier_key() {
        let after = first().rotate(seed(8)).unwrap().rotate(seed(9)).unwrap();
        let text = after.to_text();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[0], "09".repeat(32));
        assert!(lines[1..].iter().all(|line| line.starts_with("public ")));
        assert!(!text.contains(&"07".repeat(32)) && !text.contains(&"08".repeat(32)));
        let again = keys(&text).unwrap();
        assert_eq!(again.to_text(), text);
        assert_eq!(again.jwks(), after.jwks());
        assert!(!format!("{after:?}").contains("0909"));
    }

    #[test]
    fn a_file_says_who_signs_and_nothing_twice() {
        let (one, two) = ("07".repeat(32), "08".repeat(32));
        let public = first().rotate(seed(8)).unwrap().to_text();
        let public = public.lines().nth(1).unwrap();
        for text in [
            String::new(),
            "07".repeat(31),
            format!("{one}\n{two}"),
            public.to_owned(),
            format!("{public}\n{two}"),
            format!("{two}\npublic 07"),
        ] {
            assert_eq!(keys(&text).unwrap_err(), OursRefused::Form, "{text}");
        }
        for text in [
            format!("{one}\n{public}"),
            format!("{two}\n{public}\n{public}"),
        ] {
            let refused = keys(&text).unwrap_err();
            assert!(matches!(refused, OursRefused::Twice(_)), "{text}");
        }
        assert!(keys(&format!("\n {two} \n\n{public}\n")).is_ok());
        let (name, other) = ("the name", first().kids().next().unwrap().to_owned());
        assert_eq!(
            first().forget(name).unwrap_err(),
            OursRefused::Unknown(name.to_owned())
        );
        assert_eq!(
            first().forget(&other).unwrap_err(),
            OursRefused::Signs(other)
        );
    }

    #[test]
    fn no_earlier_key_is_left_out_by_itself() {
        let mut keys = first();
        for next in 0..7 {
            keys = keys.rotate(seed(100 + next)).unwrap();
        }
        assert_eq!(keys.kids().count(), OURS_MAX);
        let last = keys.kids().last().unwrap().to_owned();
        let text = keys.to_text();
        assert_eq!(keys.rotate(seed(9)).unwrap_err(), OursRefused::Full);
        let keys = SigningKeys::from_text(&text).unwrap();
        assert!(keys.forget(&last).unwrap().rotate(seed(9)).is_ok());
    }
}
