//! The client: one job a share, all handed in at once, and the decisions of each in a file of its
//! own.
//!
//! A share is planned for one partition. Every join of the statement is by family, so that a plan
//! over many partitions would send every row of every table over the network at each of some forty
//! joins; one partition sends none, and what is spread over the machines are the shares.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ballista::prelude::SessionContextExt;
use ballista_core::extension::SessionConfigExt;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{
    ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl,
};
use datafusion::execution::SessionStateBuilder;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::Compression;
use datafusion::parquet::file::properties::WriterProperties;
use datafusion::prelude::{SessionConfig, SessionContext};
use futures::StreamExt;
use futures::stream::FuturesUnordered;

use crate::shares::{Share, gather};
use crate::{MESSAGE_BYTES_MAX, Result};

/// A share is handed in so often before the run fails: whatever is lost with an executor is decided
/// again from the files.
const ATTEMPTS: u32 = 3;
const BETWEEN_ATTEMPTS: Duration = Duration::from_secs(2);

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A folder that `daftar snapshot --by-district` wrote, under the same path on every machine
    snapshot: PathBuf,
    /// What `daftar rules sql REGIME --on DATE --dialect datafusion` printed
    statement: PathBuf,
    /// A new folder for the decisions: one Parquet file a share
    out: PathBuf,
    /// Where the scheduler is
    #[arg(long, value_name = "URL", default_value = "df://127.0.0.1:50050")]
    scheduler: String,
    /// The districts are gathered into so many shares at most, each of them planned once and decided
    /// by one task; twice the tasks of all executors together is a good number
    #[arg(long, value_name = "SHARES", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=4096))]
    shares: u32,
}

pub async fn run(arguments: Arguments) -> Result<()> {
    let began = Instant::now();
    let statement = fs::read_to_string(&arguments.statement)
        .map_err(|why| format!("{}: {why}", arguments.statement.display()))?;
    let shares = gather(&arguments.snapshot, arguments.shares as usize)?;
    empty_folder(&arguments.out)?;
    let (units, count) = (
        shares.iter().map(|share| share.units).sum::<u64>(),
        shares.len(),
    );
    eprintln!("{units} units in {count} shares");
    let mut running: FuturesUnordered<_> = (1..)
        .zip(&shares)
        .map(|(number, share)| {
            let out = arguments.out.join(format!("share-{number:04}.parquet"));
            decide(&arguments.scheduler, &statement, share, out)
        })
        .collect();
    let (mut done, mut rows) = (0, 0);
    while let Some(decided) = running.next().await {
        let (share, decided) = decided?;
        done += 1;
        rows += decided;
        eprintln!(
            "{done} of {count} shares, {rows} units ({} districts of {} units) after {:.1} s",
            share.districts(),
            share.units,
            began.elapsed().as_secs_f64()
        );
    }
    println!(
        r#"{{"units":{rows},"shares":{count},"seconds":{:.3}}}"#,
        began.elapsed().as_secs_f64()
    );
    Ok(())
}

async fn decide<'a>(
    scheduler: &str,
    statement: &str,
    share: &'a Share,
    out: PathBuf,
) -> Result<(&'a Share, u64)> {
    let mut attempt = 1;
    loop {
        match decide_once(scheduler, statement, share, &out).await {
            Ok(rows) => return Ok((share, rows)),
            Err(why) if attempt == ATTEMPTS => {
                let share = out.display();
                return Err(format!(
                    "{share} was handed in {ATTEMPTS} times, the last time: {why}. See whether the \
                     executors stand (the scheduler names those it lost), then decide again"
                )
                .into());
            }
            Err(why) => eprintln!("{} is handed in again: {why}", out.display()),
        }
        attempt += 1;
        tokio::time::sleep(BETWEEN_ATTEMPTS).await;
    }
}

/// Writes the decisions of a share, and gives the number of its rows. The file has its name once
/// it is whole.
async fn decide_once(scheduler: &str, statement: &str, share: &Share, out: &Path) -> Result<u64> {
    let context = context(scheduler).await?;
    for (name, files) in share.tables() {
        register(&context, name, files).await?;
    }
    let frame = context.sql(statement).await?;
    let part = out.with_extension("part");
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .build();
    let schema = frame.schema().inner().clone();
    let mut writer = ArrowWriter::try_new(File::create(&part)?, schema, Some(properties))?;
    let mut batches = frame.execute_stream().await?;
    let mut rows = 0;
    while let Some(batch) = batches.next().await {
        let batch = batch?;
        rows += batch.num_rows() as u64;
        writer.write(&batch)?;
    }
    writer.close()?;
    fs::rename(&part, out)?;
    Ok(rows)
}

async fn context(scheduler: &str) -> Result<SessionContext> {
    let config = SessionConfig::new_with_ballista()
        .with_target_partitions(1)
        .with_ballista_adaptive_query_planner(false)
        .with_ballista_grpc_client_max_message_size(MESSAGE_BYTES_MAX as usize);
    let state = SessionStateBuilder::new()
        .with_default_features()
        .with_config(config)
        .build();
    Ok(SessionContext::remote_with_state(scheduler, state).await?)
}

async fn register(context: &SessionContext, name: &str, files: Vec<String>) -> Result<()> {
    let urls = files.iter().map(ListingTableUrl::parse);
    let urls = urls.collect::<datafusion::error::Result<Vec<_>>>()?;
    let options =
        ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension(".parquet");
    let config = ListingTableConfig::new_with_multi_paths(urls).with_listing_options(options);
    let config = config.infer_schema(&context.state()).await?;
    context.register_table(name, Arc::new(ListingTable::try_new(config)?))?;
    Ok(())
}

fn empty_folder(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(|why| format!("{}: {why}", folder.display()))?;
    if fs::read_dir(folder)?.next().is_some() {
        return Err(format!(
            "the folder {} is not empty: name a new one",
            folder.display()
        )
        .into());
    }
    Ok(())
}
