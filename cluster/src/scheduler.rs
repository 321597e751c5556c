//! The scheduler: keeps the list of executors and jobs, plans a statement, hands out its tasks, and
//! ends the jobs of an executor that is lost.
//!
//! Ballista 55 mends a job itself when an executor dies in the middle of it: it begins the lost tasks
//! again. Tried on sixty thousand families, such a job ended without an error and with other decisions
//! for one family in eight (`tests/cluster/run` kills executors, and compares). So no job here
//! outlives an executor: it fails, and the client hands its share in again, from the files.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ballista_core::config::TaskSchedulingPolicy;
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::{create_scheduler, start_grpc_service};
use ballista_scheduler::scheduler_server::{SchedulerServer, timestamp_secs};
use datafusion_proto::protobuf::{LogicalPlanNode, PhysicalPlanNode};

use crate::{MESSAGE_BYTES_MAX, Result};

/// An executor with much to do shows a sign of life every five seconds.
const TIMEOUT_SECONDS_MIN: u64 = 12;
/// Ballista's own mending begins so many seconds after the last sign: long after the jobs have ended.
const MENDING_SECONDS: u64 = 24 * 3600;
const BETWEEN_LOOKS: Duration = Duration::from_millis(500);

type Scheduler = SchedulerServer<LogicalPlanNode, PhysicalPlanNode>;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Where executors and clients find it
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:50050")]
    listen: SocketAddr,
    /// An executor that has been silent for so many seconds is lost: all jobs fail, and their shares
    /// are handed in again
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(TIMEOUT_SECONDS_MIN..=3600))]
    executor_timeout: u64,
    /// GET /readyz answers 200 once so many executors have reported
    #[arg(long, value_name = "EXECUTORS", default_value_t = 1)]
    ready: usize,
}

pub async fn run(arguments: Arguments) -> Result<()> {
    let config = Arc::new(config(&arguments));
    config.validate()?;
    let cluster = BallistaCluster::new_from_config(&config).await?;
    let scheduler: Scheduler = create_scheduler(cluster, config).await?;
    let timeout = arguments.executor_timeout;
    tokio::select! {
        ended = start_grpc_service(arguments.listen, scheduler.clone()) => Ok(ended?),
        failed = end_jobs_of_lost(&scheduler, timeout) => failed,
    }
}

fn config(arguments: &Arguments) -> SchedulerConfig {
    let listen = arguments.listen;
    SchedulerConfig {
        bind_host: listen.ip().to_string(),
        bind_port: listen.port(),
        external_host: listen.ip().to_string(),
        // Executors ask for work: they need no port for it, and asking is their sign of life.
        scheduling_policy: TaskSchedulingPolicy::PullStaged,
        executor_timeout_seconds: MENDING_SECONDS,
        executor_termination_grace_period: MENDING_SECONDS,
        no_executors_grace_period_seconds: MENDING_SECONDS,
        task_max_failures: 0,
        stage_max_failures: 0,
        min_ready_executors: arguments.ready,
        grpc_server_max_decoding_message_size: MESSAGE_BYTES_MAX,
        grpc_server_max_encoding_message_size: MESSAGE_BYTES_MAX,
        grpc_client_max_message_size: MESSAGE_BYTES_MAX,
        ..SchedulerConfig::default()
    }
}

/// Ends all jobs when an executor falls silent, and those that come while every executor is silent.
async fn end_jobs_of_lost(scheduler: &Scheduler, timeout: u64) -> Result<()> {
    let mut lost = HashSet::new();
    loop {
        tokio::time::sleep(BETWEEN_LOOKS).await;
        let (mut alive, mut newly_lost) = (0, false);
        for (executor, seen, _) in scheduler
            .state
            .executor_manager
            .get_executors_state()
            .await?
        {
            let silent = seen.map_or(0, |seen| timestamp_secs().saturating_sub(seen.as_secs()));
            if silent < timeout {
                alive += 1;
                lost.remove(&executor.id);
            } else if lost.insert(executor.id.clone()) {
                newly_lost = true;
                eprintln!("executor {} at {:?} is lost", executor.id, executor.host);
            }
        }
        if newly_lost || (alive == 0 && !lost.is_empty()) {
            end_jobs(scheduler).await?;
        }
    }
}

async fn end_jobs(scheduler: &Scheduler) -> Result<()> {
    for job in scheduler.state.task_manager.get_running_job_cache().keys() {
        eprintln!("job {job} ends with its executor");
        scheduler.cancel_job(job.clone()).await?;
    }
    Ok(())
}
