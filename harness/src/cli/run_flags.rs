//! The flags that say what a run is like; each is a key of a suite's run item as well.

use clap::Args;
use workloads::RunOptions;
use workloads::options::{Availability, Concurrency, Fault, LatencyDist, Topology};

/// One flag for each field of [`RunOptions`]; what is not given keeps its default.
#[derive(Debug, Args)]
#[command(next_help_heading = "Run")]
pub(crate) struct RunFlags {
    /// Which workload: one of `splitbrain list workloads`.
    #[arg(short, long)]
    workload: String,

    /// How many nodes; they are called n0, n1, ... [default: 5]
    #[arg(long, value_name = "N")]
    node_count: Option<usize>,

    /// How many clients: a number, or 2n for two per node. [default: 1n]
    #[arg(long, value_name = "N")]
    concurrency: Option<Concurrency>,

    /// Operations per second over all clients. [default: 5]
    #[arg(long, value_name = "R")]
    rate: Option<f64>,

    /// How long clients issue operations, in seconds. [default: 60]
    #[arg(long, value_name = "S")]
    time_limit: Option<f64>,

    /// Mean latency between nodes, in milliseconds. [default: 0]
    #[arg(long, value_name = "MS")]
    latency: Option<f64>,

    /// How latencies are distributed: constant, uniform or exponential. [default: constant]
    #[arg(long, value_name = "DIST")]
    latency_dist: Option<LatencyDist>,

    /// The faults to inject: a comma list of `splitbrain list faults`. [default: none]
    #[arg(long, value_name = "FAULTS", value_parser = faults)]
    nemesis: Option<Faults>,

    /// Mean time between the beginning or end of faults, in seconds. [default: 10]
    #[arg(long, value_name = "S")]
    nemesis_interval: Option<f64>,

    /// Who is whose neighbour in broadcast: grid, line, total, tree, tree2, tree3 or tree4.
    /// [default: grid]
    #[arg(long, value_name = "SHAPE")]
    topology: Option<Topology>,

    /// The share of operations that must succeed: total, or a number from 0 to 1.
    #[arg(long, value_name = "SHARE")]
    availability: Option<Availability>,

    /// How many keys are in use at a time, where a workload has keys.
    #[arg(long, value_name = "N")]
    key_count: Option<usize>,

    /// The probability that a message between nodes is lost. [default: 0]
    #[arg(long, value_name = "P")]
    loss: Option<f64>,

    /// The probability that a message between nodes arrives twice. [default: 0]
    #[arg(long, value_name = "P")]
    duplicate: Option<f64>,

    /// How long a client waits for an answer, in milliseconds. [default: 5000]
    #[arg(long, value_name = "MS")]
    timeout: Option<u64>,

    /// How long a node may take to answer init, in milliseconds. [default: 10000]
    #[arg(long, value_name = "MS")]
    init_timeout: Option<u64>,

    /// The longest wait for nodes to agree before the last final reads, in seconds. [default: 10]
    #[arg(long, value_name = "S")]
    recovery: Option<f64>,

    /// The most messages between nodes per operation that are accepted.
    #[arg(long, value_name = "X")]
    max_msgs_per_op: Option<f64>,

    /// The greatest median latency that is accepted, in milliseconds.
    #[arg(long, value_name = "MS")]
    max_latency_median: Option<f64>,

    /// The greatest latency that is accepted, in milliseconds.
    #[arg(long, value_name = "MS")]
    max_latency_max: Option<f64>,

    /// Only note lines on stdout that are no messages, instead of judging them.
    #[arg(long)]
    lenient: bool,

    /// Run threads in an order drawn from the seed, giving way at one in N system calls, to find
    /// what a fair order never shows; with --test-count, another order each time (virtual time
    /// only). N is 8 when it is not given.
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "8")]
    explore: Option<u32>,

    /// End the run at the first violation that is certain, instead of going on to its end.
    #[arg(long)]
    stop_on_violation: bool,
}

/// A comma list of faults.
#[derive(Debug, Clone)]
struct Faults(Vec<Fault>);

/// Reads a comma list with or without spaces; the empty list is no fault.
fn faults(text: &str) -> Result<Faults, String> {
    let words = text
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty());
    words.map(str::parse).collect::<Result<_, _>>().map(Faults)
}

impl RunFlags {
    /// The options of the run.
    pub(super) fn options(&self) -> RunOptions {
        let default = RunOptions::default();
        RunOptions {
            workload: self.workload.clone(),
            node_count: self.node_count.unwrap_or(default.node_count),
            concurrency: self.concurrency.unwrap_or(default.concurrency),
            rate: self.rate.unwrap_or(default.rate),
            time_limit: self.time_limit.unwrap_or(default.time_limit),
            latency: self.latency.unwrap_or(default.latency),
            latency_dist: self.latency_dist.unwrap_or(default.latency_dist),
            nemesis: self
                .nemesis
                .as_ref()
                .map_or(default.nemesis, |f| f.0.clone()),
            nemesis_interval: self.nemesis_interval.unwrap_or(default.nemesis_interval),
            topology: self.topology.unwrap_or(default.topology),
            availability: self.availability.or(default.availability),
            key_count: self.key_count.or(default.key_count),
            loss: self.loss.unwrap_or(default.loss),
            duplicate: self.duplicate.unwrap_or(default.duplicate),
            timeout: self.timeout.unwrap_or(default.timeout),
            init_timeout: self.init_timeout.unwrap_or(default.init_timeout),
            recovery: self.recovery.unwrap_or(default.recovery),
            max_msgs_per_op: self.max_msgs_per_op.or(default.max_msgs_per_op),
            max_latency_median: self.max_latency_median.or(default.max_latency_median),
            max_latency_max: self.max_latency_max.or(default.max_latency_max),
            lenient: self.lenient,
            explore: self.explore,
            stop_on_violation: self.stop_on_violation,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_a_comma_list_with_or_without_spaces() {
        let list = faults(" partition , kill,loss").expect("faults").0;
        assert_eq!(list, [Fault::Partition, Fault::Kill, Fault::Loss]);
        assert_eq!(faults("").expect("none").0, []);
        assert!(
            faults("partition,kil")
                .expect_err("unknown")
                .contains("did you mean kill")
        );
    }
}
