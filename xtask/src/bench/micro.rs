//! `cargo xtask bench micro`: what the protocols cost (criterion), and the heap's own benchmark.

use crate::workspace;
use clap::Args as ClapArgs;

/// Options of `cargo xtask bench micro`.
#[derive(ClapArgs)]
pub struct Args {
    /// Only benchmarks whose name contains this.
    filter: Option<String>,
    /// Seconds for each benchmark.
    #[arg(long, default_value_t = 1.0)]
    seconds: f64,
}

/// Entry: true when all ran.
///
/// # Errors
/// When cargo cannot be started.
pub fn main(args: &Args) -> Result<bool, String> {
    let mut command = workspace::cargo();
    command.args(["bench", "--quiet", "--package", "benches", "--bench", "core", "--"]);
    command.args(["--measurement-time", &args.seconds.to_string(), "--warm-up-time", "0.3", "--noplot"]);
    command.args(&args.filter);
    let ok = run(&mut command)?;
    // Prints its own comparison with the system's allocator, and takes no options.
    Ok(ok
        && (args.filter.is_some()
            || run(workspace::cargo().args(["bench", "--quiet", "--package", "vm-heap"]))?))
}

fn run(command: &mut std::process::Command) -> Result<bool, String> {
    command.status().map(|status| status.success()).map_err(|error| format!("cannot start cargo: {error}"))
}
