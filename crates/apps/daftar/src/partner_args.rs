//! The command line of partners, as `--help` shows it.

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Partner {
    /// Enter a partner and open its account; the secret of its tokens is printed once
    Add {
        /// As its messages name it in header.sender_id; also the client_id of its tokens
        sender_id: String,
        /// What citizens read on the page of who looked
        #[arg(long)]
        office: String,
        /// The law or agreement under which it asks
        #[arg(long)]
        legal_basis: String,
        /// How it signs: dci-ed25519, jws-detached, or none (for trying out only)
        #[arg(long)]
        policy: String,
        /// A file with its public keys as a JSON Web Key Set
        #[arg(long)]
        jwks: Option<PathBuf>,
        /// As its messages name us in header.receiver_id
        #[arg(long, default_value = "daftar")]
        receiver_id: String,
        /// Region, district (7 digits) or mahalla whose people it may ask about; the country without it
        #[arg(long)]
        territory: Option<u32>,
        /// The folder of its addresses (on-search, on-subscribe, notify...) that answers and
        /// notifications may go to; without it, it asks at once only
        #[arg(long, value_name = "URL")]
        callback: Option<String>,
        /// It is the civil registry: births, deaths, marriages and divorces that it tells of are entered
        #[arg(long)]
        civil_registry: bool,
        /// It says to which accounts people are paid (G2P Connect); nothing changes before 72 hours
        #[arg(long)]
        account_mapper: bool,
        /// Its messages and ours to it are encrypted: its key set has a key of the use enc, and serve
        /// has --encryption-key
        #[arg(long)]
        encrypted: bool,
        /// Its subsystem of X-Road, INSTANCE/CLASS/MEMBER/SUBSYSTEM: it may come through our security
        /// server (serve --x-road)
        #[arg(long, value_name = "SUBSYSTEM")]
        xroad_client: Option<String>,
    },
    /// Show the partners with their policy, keys, callback and legal basis
    List,
    /// Replace the public keys of a partner: what a key that is left out signed is not believed any more
    Keys {
        /// As its messages name it
        sender_id: String,
        /// A file with its public keys as a JSON Web Key Set
        #[arg(long)]
        jwks: PathBuf,
    },
    /// Make a new secret for the tokens of a partner, printed once: the one before ends at once, and
    /// every token that it opened
    Secret {
        /// As its messages name it
        sender_id: String,
    },
    /// End all that is agreed with a partner, for good: its account is closed
    ///
    /// Its tokens end at once and it gets no other, no message of it is taken, at neither door; its
    /// subscriptions are told of nothing more, and what waits to be sent to it is not sent. What it
    /// asked and was told stays in the log, and its name is given to nobody else. Said again, it
    /// changes nothing.
    Close {
        /// As its messages name it
        sender_id: String,
    },
    /// Show messages of partners that were refused (forged, replayed, malformed) and answers of agencies
    /// that may be forged, the newest first. The look stands in the access log
    Refused {
        /// Of this partner or agency only
        #[arg(long)]
        sender: Option<String>,
        /// Whose code begins so, e.g. err.signature
        #[arg(long)]
        code: Option<String>,
        /// From this instant on, e.g. 2026-11-21T10:00:00Z
        #[arg(long)]
        since: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=1000))]
        limit: i64,
    },
    /// Report what a partner has shown of what is agreed with it, and what of its messages was refused
    ///
    /// For an integrator who wants to know whether the own system is ready. Exit code 3: something that
    /// is agreed was not shown yet.
    Conformance {
        /// As its messages name it
        sender_id: String,
        /// From this instant on, e.g. 2026-11-21T10:00:00Z; without it, the last 24 hours
        #[arg(long)]
        since: Option<String>,
    },
    /// Show every code that a message may be refused with: what it means and what to do
    ///
    /// Needs no installation. The table is that of docs/exchange-errors.md.
    Errors,
}

#[derive(Debug, Subcommand)]
pub enum EncryptionKey {
    /// Make a new P-256 key, in a file that only its owner reads, and print the public half
    Make { file: PathBuf },
    /// Put a new key before the ones of a file: it is published from the next start of serve on, and
    /// the others still open what was on its way
    Rotate { file: PathBuf },
    /// Print the published half as a JSON Web Key Set, for partners
    Show { file: PathBuf },
}
