//! The scheduler: keeps the list of executors and jobs, plans a statement, hands out its tasks.

use std::net::SocketAddr;
use std::sync::Arc;

use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::start_server;

use crate::{MESSAGE_BYTES_MAX, Result};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Where executors and clients find it
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:50050")]
    listen: SocketAddr,
    /// An executor that has been silent for so many seconds is lost, and its tasks go to others
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(2..))]
    executor_timeout: u64,
    /// GET /readyz answers 200 once so many executors have reported
    #[arg(long, value_name = "EXECUTORS", default_value_t = 1)]
    ready: usize,
}

pub async fn run(arguments: Arguments) -> Result<()> {
    let Arguments {
        listen,
        executor_timeout,
        ready,
    } = arguments;
    let config = SchedulerConfig {
        bind_host: listen.ip().to_string(),
        bind_port: listen.port(),
        external_host: listen.ip().to_string(),
        executor_timeout_seconds: executor_timeout,
        expire_dead_executor_interval_seconds: (executor_timeout / 4).max(1),
        no_executors_grace_period_seconds: executor_timeout,
        min_ready_executors: ready,
        grpc_server_max_decoding_message_size: MESSAGE_BYTES_MAX,
        grpc_server_max_encoding_message_size: MESSAGE_BYTES_MAX,
        grpc_client_max_message_size: MESSAGE_BYTES_MAX,
        ..SchedulerConfig::default()
    };
    let cluster = BallistaCluster::new_from_config(&config).await?;
    Ok(start_server(cluster, listen, Arc::new(config)).await?)
}
