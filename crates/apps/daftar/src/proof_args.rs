//! The part of the command line that speaks of what is taken out of the house and checked by
//! others: receipts of decisions, proofs of the access log.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub struct Receipt {
    /// The case's number (4F7K29) or id
    pub case: String,
    /// Leave the text of the law out: a replay then needs the same packs
    #[arg(long)]
    pub without_law: bool,
}

#[derive(Debug, Args)]
pub struct Replay {
    /// The receipt's file, or - for standard input
    pub receipt: PathBuf,
}

#[derive(Debug, Subcommand)]
pub enum Proof {
    /// The newest signed checkpoint, to be kept by others; makes one if there is something new
    Checkpoint,
    /// That an entry stands in the signed log
    Entry {
        /// The entry, CHAIN:PLACE, as the page "who looked at my data" names it
        entry: String,
    },
    /// That the newest checkpoint holds all of an older one
    Consistency {
        /// The file of the older checkpoint
        older: PathBuf,
    },
}

#[derive(Debug, Args)]
pub struct VerifyProof {
    /// The proof's file, or - for standard input
    pub proof: PathBuf,
    /// The public key of the installation: its line, or a file of lines. Without it the proof is
    /// checked with the key that the file carries, and that key is printed
    #[arg(long)]
    pub key: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum SigningKey {
    /// Make a new Ed25519 key, in a file that only its owner reads, and print the public half
    Make { file: PathBuf },
    /// Sign with a new key from the next start of serve on, and with the next file to a bank; of the
    /// one before, the public half stays, so that others can check what it signed
    Rotate { file: PathBuf },
    /// Leave an earlier key out: what it signed is checked by nobody any more. From the next start of
    /// serve on it is not published
    Forget {
        file: PathBuf,
        /// Its name, as `show` prints it
        #[arg(allow_hyphen_values = true)]
        kid: String,
    },
    /// Print the public halves as a JSON Web Key Set, the one that signs first, for partners and banks
    Show { file: PathBuf },
}

#[derive(Debug, Subcommand)]
pub enum EvidenceKey {
    /// Print the ids of the keys, the one that seals first
    Show,
    /// Seal with a new key from the next start of each process on; what older ones sealed stays
    /// readable as long as their lines stay in the file
    Rotate,
}

#[derive(Debug, Subcommand)]
pub enum LogKey {
    /// Print the public lines: the key that signs, and earlier ones with the last size they signed
    Show,
    /// Sign with a new key from now on; the private half of the old one is destroyed
    Rotate,
}
