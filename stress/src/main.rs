//! Multithreaded stress of Weft: aligned outcome tests, seeded bugs that they must find, and torture runs.

mod case;
mod child;
mod engine;
mod html;
mod parent;
mod planted;
#[cfg(feature = "python")]
mod python;
mod rng;
mod rust;
mod show;
#[cfg(feature = "python")]
mod torture;
mod watchdog;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};

use case::Test;
use engine::Mode;
use parent::{Options, Verdict};

#[derive(Parser)]
#[command(name = "stress", about = "Multithreaded stress of Weft")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Lists the tests.
    List {
        /// Only tests whose name contains this.
        filter: Option<String>,
        /// As the manifest has it: one name per line.
        #[arg(long)]
        names: bool,
    },
    /// Runs tests; exit code 1 on a forbidden outcome, a hang or a crash.
    Run(RunArgs),
    /// Runs the seeded bugs and broken twins, each of which must be found.
    Planted(planted::Args),
    #[cfg(feature = "python")]
    /// Random multithreaded programs in all modes; exit code 1 when an invariant breaks.
    Torture(torture::Args),
    #[command(hide = true)]
    Child(child::Args),
    #[cfg(feature = "python")]
    #[command(hide = true)]
    TortureChild(torture::ChildArgs),
}

#[derive(clap::Args)]
struct RunArgs {
    /// Only tests whose name contains this.
    filter: Option<String>,
    /// Time per test, as in 500ms, 60s, 2m.
    #[arg(long, default_value = "2s", value_parser = duration)]
    time: Duration,
    /// Tests at a time. Actors want processors of their own, so more than one costs alignment.
    #[arg(long, default_value_t = 1)]
    jobs: usize,
    /// Seed of skews and faults; without it one is chosen and printed.
    #[arg(long)]
    seed: Option<u64>,
    /// Where actors run: other (a processor each), same (all on one), free, over (four groups at once).
    #[arg(long, default_value = "other,free,over,same")]
    modes: String,
    /// Writes the results here.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Writes a report for a browser here.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Seconds without progress that count as a hang.
    #[arg(long, default_value_t = 30.0)]
    patience: f64,
    /// Runs a seeded bug (only in a build with `--cfg weft_mutants`).
    #[arg(long)]
    mutant: Option<String>,
    /// Runs the tests' broken twins.
    #[arg(long)]
    twin: bool,
    /// Injects faults into the VM, from this seed.
    #[arg(long)]
    faults: Option<u64>,
    /// Copies of bytecode and specialization in the VM: 0 or 1.
    #[arg(long)]
    tlbc: Option<u8>,
    /// Prints only tests that failed, and the sum.
    #[arg(long)]
    brief: bool,
    /// A file with the names of the tests that must be there, one per line.
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
}

/// `500ms`, `60s`, `2m`, `1h`; a bare number is seconds.
fn duration(text: &str) -> Result<Duration, String> {
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let n: f64 = number.parse().map_err(|_| format!("not a time: {text:?}"))?;
    let factor = match unit {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err(format!("not a unit of time: {unit:?}")),
    };
    Duration::try_from_secs_f64(n * factor).map_err(|e| e.to_string())
}

/// A seed from the clock.
fn some_seed() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    now.as_nanos() as u64 % 1_000_000_007
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Command::List { filter, names } => {
            show::list(&chosen(&case::all(), filter.as_deref()), names);
            Ok(0)
        }
        Command::Run(args) => run(&args),
        Command::Planted(args) => planted::main(&args),
        #[cfg(feature = "python")]
        Command::Torture(args) => torture::main(&args),
        Command::Child(args) => child::main(&args, case::all()),
        #[cfg(feature = "python")]
        Command::TortureChild(args) => torture::child(&args),
    };
    match result {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(message) => {
            show::complain(&message);
            ExitCode::from(2)
        }
    }
}

fn chosen<'t>(tests: &'t [Test], filter: Option<&str>) -> Vec<&'t Test> {
    tests.iter().filter(|t| filter.is_none_or(|f| t.name.contains(f))).collect()
}

fn run(args: &RunArgs) -> Result<i32, String> {
    for mode in args.modes.split(',') {
        Mode::parse(mode)?;
    }
    let tests = case::all();
    if let Some(path) = &args.manifest {
        show::compare_with_manifest(&tests, path)?;
    }
    let tests = chosen(&tests, args.filter.as_deref());
    if tests.is_empty() {
        return Err("no test has such a name".to_owned());
    }
    let options = Options {
        time: args.time,
        jobs: args.jobs,
        seed: args.seed.unwrap_or_else(some_seed),
        modes: args.modes.clone(),
        patience: Duration::try_from_secs_f64(args.patience).map_err(|e| e.to_string())?,
        mutant: args.mutant.clone(),
        twin: args.twin,
        first: false,
        faults: args.faults,
        tlbc: args.tlbc,
        quiet: false,
    };
    let reports = parent::run(&tests, &options);
    show::reports(&reports, options.seed, args.brief);
    if let Some(path) = &args.json {
        let text =
            serde_json::to_string_pretty(&serde_json::json!({ "seed": options.seed, "tests": reports }))
                .map_err(|e| e.to_string())?;
        std::fs::write(path, text + "\n").map_err(|e| format!("{}: {e}", path.display()))?;
    }
    if let Some(path) = &args.html {
        let text = html::page(&reports, options.seed);
        std::fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    Ok(i32::from(reports.iter().any(|r| r.verdict != Verdict::Ok)))
}
