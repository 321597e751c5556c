//! Flags of `daftar payer` and `daftar voucher`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// A partner that hands payments over.
#[derive(Debug, Args)]
pub struct Payer {
    /// The partner, as it was entered with `daftar partner add`
    pub partner: String,
    /// The programme whose budget pays
    #[arg(long)]
    pub programme: String,
    /// The district whose budget pays, 7 digits
    #[arg(long)]
    pub district: u32,
    /// A building block (Gov_Stack_BB) that speaks for it; may be given more than once
    #[arg(long = "block", value_name = "NAME")]
    pub blocks: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub enum Voucher {
    /// Agree on what vouchers of a group are for; said again, the last word holds for new vouchers
    Group {
        name: String,
        /// The currency that stands on them, three letters
        #[arg(long, default_value = "UZS")]
        currency: String,
        /// So'm for one unit of that currency, at most four places after the point
        #[arg(long, default_value = "1")]
        rate: String,
        /// The programme whose budget pays
        #[arg(long)]
        programme: String,
        /// The district whose budget pays, 7 digits
        #[arg(long)]
        district: u32,
        /// Days that a voucher holds
        #[arg(long, default_value_t = 90)]
        days: i64,
    },
    /// Enter a merchant who takes vouchers
    Merchant {
        name: String,
        /// As the payer's systems name its account
        #[arg(long)]
        bank_details: String,
        /// The code of its bank, 5 digits
        #[arg(long)]
        mfo: String,
        /// Its account, 20 digits
        #[arg(long)]
        account: String,
    },
    /// Take over vouchers that another system printed: CSV with the columns serial, number, group,
    /// amount, state (preactivated, activated, redeemed, cancelled, expired), expires (a time)
    Import {
        file: PathBuf,
        /// The partner that issued them
        #[arg(long)]
        payer: String,
    },
}
