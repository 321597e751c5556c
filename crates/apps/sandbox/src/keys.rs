//! Secrets and keys of the agencies, and the one that Daftar asks with. All follow from the seed: the
//! same country has the same keys, and nothing real is behind them.
//!
//! The folder that `--keys` names is how both sides come to them: the sandbox writes, Daftar reads it as
//! `--agency-keys`.

use std::collections::HashMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::agency::Agency;
use crate::agency::jwe::Secret;

const OWNER_ONLY: u32 = 0o600;

#[derive(Debug)]
pub struct Keys {
    pub gateway_secret: String,
    pub registry_secret: String,
    /// Of Daftar: who asks a registry signs with it.
    asker_seed: [u8; 32],
    civil_registry: Ed25519KeyPair,
    disability: Ed25519KeyPair,
    farmer_registry: Ed25519KeyPair,
    employment: Ed25519KeyPair,
    /// Of nobody whom anybody knows.
    stranger: Ed25519KeyPair,
    /// What registries are written to with, where messages are encrypted.
    encryption: HashMap<Agency, Secret>,
    /// What Daftar is written to with.
    asker_encryption: Secret,
}

impl Keys {
    pub fn of(seed: u64) -> Keys {
        let bytes =
            |name: &str| -> [u8; 32] { Sha256::digest(format!("sandbox {seed} {name}")).into() };
        let pair = |name: &str| {
            let pair = Ed25519KeyPair::from_seed_unchecked(&bytes(name));
            pair.expect("any 32 bytes are a seed of Ed25519")
        };
        let encryption = |name: &str| Secret::of(&format!("sandbox {seed} {name} encryption"));
        Keys {
            gateway_secret: hex::encode(bytes("gateway")),
            registry_secret: hex::encode(bytes("registry")),
            asker_seed: bytes("daftar"),
            civil_registry: pair("civil_registry"),
            disability: pair("disability"),
            farmer_registry: pair("farmer_registry"),
            employment: pair("employment"),
            stranger: pair("stranger"),
            encryption: registries()
                .map(|one| (one, encryption(one.name())))
                .collect(),
            asker_encryption: encryption("daftar"),
        }
    }

    /// What Daftar needs to ask these agencies, in a folder that is made if it is not there.
    pub fn write(&self, folder: &Path) -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        write(folder, "gateway.secret", &self.gateway_secret)?;
        write(folder, "registry.secret", &self.registry_secret)?;
        write(folder, "daftar.seed", &hex::encode(self.asker_seed))?;
        write(folder, "daftar.encryption", &self.asker_encryption.hex())?;
        for agency in registries() {
            let name = format!("{}.jwks.json", agency.name());
            write(folder, &name, &self.jwks(agency).to_string())?;
        }
        Ok(())
    }

    pub fn pair(&self, agency: Agency) -> &Ed25519KeyPair {
        match agency {
            Agency::Disability => &self.disability,
            Agency::FarmerRegistry => &self.farmer_registry,
            Agency::Employment => &self.employment,
            _ => &self.civil_registry,
        }
    }

    pub fn stranger(&self) -> &Ed25519KeyPair {
        &self.stranger
    }

    /// The public half of whoever asks.
    pub fn asker(&self) -> Vec<u8> {
        self.asker_pair().public_key().as_ref().to_vec()
    }

    pub fn asker_pair(&self) -> Ed25519KeyPair {
        let pair = Ed25519KeyPair::from_seed_unchecked(&self.asker_seed);
        pair.expect("any 32 bytes are a seed of Ed25519")
    }

    /// With its name in the registry's set of keys.
    pub fn encryption(&self, agency: Agency) -> Option<(&Secret, String)> {
        let secret = self.encryption.get(&agency)?;
        Some((secret, format!("{}-enc-1", agency.name())))
    }

    /// With the name that Daftar gives it.
    pub fn asker_encryption(&self) -> (&Secret, String) {
        (&self.asker_encryption, self.asker_encryption.thumbprint())
    }

    /// What others check signatures with and encrypt to. Whether messages are encrypted is agreed apart.
    fn jwks(&self, agency: Agency) -> Value {
        let x = URL_SAFE_NO_PAD.encode(self.pair(agency).public_key().as_ref());
        let mut keys = vec![
            json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA",
            "kid": kid(agency), "x": x }),
        ];
        keys.extend(self.encryption(agency).map(|(key, kid)| key.jwk(&kid)));
        json!({ "keys": keys })
    }
}

fn registries() -> impl Iterator<Item = Agency> {
    Agency::ALL.into_iter().filter(|one| one.is_registry())
}

/// As the published keys name it.
pub fn kid(agency: Agency) -> String {
    format!("{}-1", agency.name())
}

fn write(folder: &Path, name: &str, text: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(OWNER_ONLY);
    writeln!(options.open(folder.join(name))?, "{text}")
}
