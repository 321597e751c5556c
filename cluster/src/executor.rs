//! An executor: asks the scheduler for tasks, runs them over the snapshot's files, and keeps the
//! results until the client has fetched them.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use ballista_core::config::TaskSchedulingPolicy;
use ballista_core::extension::SessionConfigExt;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use datafusion::prelude::SessionConfig;

use crate::{MESSAGE_BYTES_MAX, Result};

/// Seconds in which the scheduler must come up.
const CONNECT_SECONDS: u16 = 60;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The scheduler's host
    #[arg(long, value_name = "HOST", default_value = "127.0.0.1")]
    scheduler_host: String,
    /// The scheduler's port
    #[arg(long, value_name = "PORT", default_value_t = 50050)]
    scheduler_port: u16,
    /// Where clients and other executors fetch results
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:50051")]
    listen: SocketAddr,
    /// The host that others are told, if it is not the one listened on
    #[arg(long, value_name = "HOST")]
    external_host: Option<String>,
    /// Tasks at once; without it, as many as there are cores
    #[arg(long, value_name = "TASKS", default_value_t = 0)]
    tasks: usize,
    /// Memory of all tasks together, in MiB; sorts that need more go to the disk. Without it, seven
    /// tenths of the machine's
    #[arg(long, value_name = "MIB")]
    memory: Option<u64>,
    /// A folder for results; without it, one under the system's temporary folder
    #[arg(long, value_name = "FOLDER")]
    work: Option<PathBuf>,
}

pub async fn run(arguments: Arguments) -> Result<()> {
    let host = arguments.listen.ip().to_string();
    let work = arguments
        .work
        .map(|folder| match folder.into_os_string().into_string() {
            Ok(folder) => Ok(folder),
            Err(folder) => Err(format!("the folder {folder:?} is not UTF-8")),
        });
    let config = ExecutorProcessConfig {
        external_host: Some(arguments.external_host.unwrap_or_else(|| host.clone())),
        bind_host: host,
        port: arguments.listen.port(),
        scheduler_host: arguments.scheduler_host,
        scheduler_port: arguments.scheduler_port,
        scheduler_connect_timeout_seconds: CONNECT_SECONDS,
        task_scheduling_policy: TaskSchedulingPolicy::PullStaged,
        vcores: arguments.tasks,
        work_dir: work.transpose()?,
        memory_pool_size: arguments.memory.map(|mib| mib << 20),
        grpc_max_decoding_message_size: MESSAGE_BYTES_MAX,
        grpc_max_encoding_message_size: MESSAGE_BYTES_MAX,
        override_config_producer: Some(Arc::new(|| {
            SessionConfig::new_with_ballista()
                .with_ballista_grpc_client_max_message_size(MESSAGE_BYTES_MAX as usize)
        })),
        ..ExecutorProcessConfig::default()
    };
    Ok(start_executor_process(Arc::new(config)).await?)
}
