//! The Python ladder: our own small programs under `tests/ladder/<tier>/`, each compared with a committed output.
//!
//! Every `.py` directly in a tier folder is a test; programs in deeper folders are modules that tests import.
//! `NAME.out` holds the expected standard output, `NAME.err` the expected standard error where it is compared, and
//! `EXPECTED_BY` in the tier folder names the interpreter that made them.

mod bless;
mod case;
mod compare;
pub mod diff;
mod manifest;

pub use case::Case;

use crate::{cpython, process, workspace};
use clap::Args as ClapArgs;
use compare::Verdict;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Options of `cargo xtask ladder`.
#[derive(ClapArgs)]
pub struct Args {
    /// Run only the tests whose `tier/name` contains one of these words.
    filters: Vec<String>,
    /// The weft binary to test (default: build it with the `quick` profile).
    #[arg(long, value_name = "PATH")]
    weft: Option<PathBuf>,
    /// Pass this `-X` option to every run, e.g. `-X tlbc=0` (repeatable).
    #[arg(short = 'X', value_name = "OPT")]
    x: Vec<String>,
    /// How many programs run at once (default: the number of processors).
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Multiply every time limit, for slow modes.
    #[arg(long, value_name = "FACTOR", default_value_t = 1)]
    patience: u32,
    /// Re-make the expected outputs with the interpreter given by --python, and the manifest.
    #[arg(long, requires = "python")]
    bless: bool,
    /// Run this Python in place of weft (with --bless: the interpreter that makes the outputs).
    #[arg(long, value_name = "PATH")]
    python: Option<PathBuf>,
    /// Show whole diffs, not their first lines.
    #[arg(long)]
    full: bool,
    /// Print one line per test.
    #[arg(long, short)]
    verbose: bool,
    /// List the tests and stop.
    #[arg(long)]
    list: bool,
    /// Write the results here as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// How many tests ended which way.
#[derive(Clone, Copy, Default, Debug)]
pub struct Tally {
    /// Equal to the expected output.
    pub passed: usize,
    /// Different, crashed or timed out; a count below the manifest's adds one.
    pub failed: usize,
}

/// Which interpreter runs the programs, and how.
pub struct Runner<'a> {
    /// The interpreter under test.
    pub program: &'a Path,
    /// `-X` options given to every run.
    pub x: &'a [String],
    /// Whether it is weft (then a test's own `# options:` apply too).
    pub weft: bool,
    /// Programs at once.
    pub jobs: usize,
    /// Factor on the time limits.
    pub patience: u32,
}

/// One test's result, kept for the report.
struct Outcome {
    verdict: Verdict,
    took: Duration,
}

/// The folder of the ladder.
pub fn folder() -> PathBuf {
    workspace::root().join("tests/ladder")
}

/// Entry of `cargo xtask ladder`: true when all tests passed.
///
/// # Errors
/// When the tests cannot be read or the interpreter cannot be built or started.
pub fn main(args: &Args) -> Result<bool, String> {
    let mut cases = case::discover(&folder())?;
    let all = cases.len();
    if !args.filters.is_empty() {
        cases.retain(|case| args.filters.iter().any(|filter| case.id().contains(filter.as_str())));
        if cases.is_empty() {
            return Err(format!("no test matches {:?} ({all} tests)", args.filters));
        }
    }
    if args.python.is_some() && !args.bless {
        // CPython is not asked what was written by hand because it says something else.
        cases.retain(|case| case.by_hand.is_none());
    }
    if args.list {
        for case in &cases {
            println!("{}", case.id());
        }
        return Ok(true);
    }
    let jobs =
        args.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(2, usize::from)).max(1);
    if args.bless {
        let python = args.python.as_deref().expect("clap requires --python with --bless");
        let python = cpython::probe(python).ok_or_else(|| format!("{} does not run", python.display()))?;
        return bless::bless(&python, &cases, jobs, all == cases.len());
    }
    let program = match (&args.python, &args.weft) {
        (Some(python), _) => python.clone(),
        (None, Some(weft)) => std::path::absolute(weft).map_err(|error| error.to_string())?,
        (None, None) => workspace::build_weft()?,
    };
    let runner =
        Runner { program: &program, x: &args.x, weft: args.python.is_none(), jobs, patience: args.patience };
    let tally = run(&runner, &cases, all == cases.len(), args)?;
    println!("{} passed, {} failed", tally.passed, tally.failed);
    Ok(tally.failed == 0)
}

/// Runs the whole ladder for `cargo xtask test`.
///
/// # Errors
/// As [`main`].
pub fn run_all(runner: &Runner<'_>) -> Result<Tally, String> {
    let cases = case::discover(&folder())?;
    let args = Args {
        filters: Vec::new(),
        weft: None,
        x: Vec::new(),
        jobs: None,
        patience: 1,
        bless: false,
        python: None,
        full: false,
        verbose: false,
        list: false,
        json: None,
    };
    run(runner, &cases, true, &args)
}

/// All tests.
///
/// # Errors
/// As [`main`].
pub fn discover() -> Result<Vec<Case>, String> {
    case::discover(&folder())
}

/// Whether the program did what its test expects.
///
/// # Errors
/// What it did else, with a diff.
pub fn judge(case: &Case, finished: &process::Finished, program: &Path) -> Result<(), String> {
    match compare::judge(case, finished, program) {
        Verdict::Passed => Ok(()),
        Verdict::Failed(why) => Err(why),
    }
}

/// Starts one test's program and waits for its end.
pub fn execute(runner: &Runner<'_>, case: &Case) -> std::io::Result<process::Finished> {
    execute_with(runner, case, &[])
}

/// As [`execute`], with more environment variables.
pub fn execute_with(
    runner: &Runner<'_>,
    case: &Case,
    env: &[(&str, String)],
) -> std::io::Result<process::Finished> {
    let mut command = Command::new(runner.program);
    for x in runner.x {
        command.arg("-X").arg(x);
    }
    if runner.weft {
        command.args(&case.options);
    }
    match &case.run {
        Some(run) => command.args(run),
        None => command.arg(case.file_name()).args(&case.args),
    };
    command.current_dir(&case.dir);
    // The same for every interpreter and machine: no user configuration, no colours, no bytecode files.
    for name in [
        "PYTHONPATH",
        "PYTHONHOME",
        "PYTHONSTARTUP",
        "PYTHON_TLBC",
        "PYTHON_JIT",
        "PYTHONOPTIMIZE",
        "PYTHONWARNINGS",
        "PYTHONUNBUFFERED",
    ] {
        command.env_remove(name);
    }
    command.envs([
        ("PYTHONHASHSEED", "0"),
        ("PYTHONDONTWRITEBYTECODE", "1"),
        ("PYTHONIOENCODING", "utf-8"),
        ("NO_COLOR", "1"),
        ("PYTHON_COLORS", "0"),
        ("LC_ALL", "C.UTF-8"),
        ("COLUMNS", "80"),
    ]);
    command.envs(case.env.iter().map(|(key, value)| (key, value)));
    command.envs(env.iter().map(|(key, value)| (key, value)));
    let plan = process::Plan {
        stdin: case.stdin.clone(),
        limit: case.limit * runner.patience,
        interrupt_at: case.interrupt_at.clone(),
        closed_stdout: case.closed_stdout,
    };
    process::run(&mut command, &plan)
}

fn run(runner: &Runner<'_>, cases: &[Case], complete: bool, args: &Args) -> Result<Tally, String> {
    let started = Instant::now();
    let outcomes: Vec<Mutex<Option<Outcome>>> = cases.iter().map(|_| Mutex::new(None)).collect();
    let next = AtomicUsize::new(0);
    let bar = indicatif::ProgressBar::new(cases.len() as u64);
    bar.set_style(
        indicatif::ProgressStyle::with_template("  ladder {pos}/{len} {wide_bar} {msg}").expect("valid"),
    );
    std::thread::scope(|scope| {
        for _ in 0..runner.jobs {
            scope.spawn(|| {
                while let Some((i, case)) = {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    cases.get(i).map(|case| (i, case))
                } {
                    let outcome = match execute(runner, case) {
                        Ok(f) => Outcome { verdict: compare::judge(case, &f, runner.program), took: f.took },
                        Err(error) => Outcome {
                            verdict: Verdict::Failed(format!("cannot start: {error}")),
                            took: Duration::ZERO,
                        },
                    };
                    *outcomes[i].lock().expect("no test panics") = Some(outcome);
                    bar.set_message(case.id());
                    bar.inc(1);
                }
            });
        }
    });
    bar.finish_and_clear();
    let outcomes: Vec<Outcome> = outcomes
        .into_iter()
        .map(|o| o.into_inner().expect("no test panics").expect("each test ran"))
        .collect();

    let mut tally = Tally::default();
    let mut tiers: BTreeMap<&str, (Tally, Duration)> = BTreeMap::new();
    for (case, outcome) in cases.iter().zip(&outcomes) {
        let (tier, time) = tiers.entry(&case.tier).or_default();
        *time += outcome.took;
        match &outcome.verdict {
            Verdict::Passed => {
                tally.passed += 1;
                tier.passed += 1;
                if args.verbose {
                    println!("ok    {} ({} ms)", case.id(), outcome.took.as_millis());
                }
            }
            Verdict::Failed(why) => {
                tally.failed += 1;
                tier.failed += 1;
                println!("FAIL  {} ({} ms)", case.id(), outcome.took.as_millis());
                let shown = if args.full { usize::MAX } else { 16 };
                for line in why.lines().take(shown) {
                    println!("      {line}");
                }
                if why.lines().count() > shown {
                    println!("      … (--full shows all)");
                }
            }
        }
    }
    for (name, (tier, time)) in &tiers {
        println!(
            "  {name:<12} {:>4} passed {:>4} failed  {:>6.1} s",
            tier.passed,
            tier.failed,
            time.as_secs_f64()
        );
    }
    if complete {
        for (tier, expected) in manifest::read(&folder())? {
            let found = cases.iter().filter(|case| case.tier == tier).count();
            if found < expected {
                println!("FAIL  {tier}: {found} tests, but the manifest says {expected}");
                tally.failed += 1;
            }
        }
    }
    println!("  {} programs in {:.1} s", cases.len(), started.elapsed().as_secs_f64());
    if let Some(path) = &args.json {
        write_json(path, cases, &outcomes)?;
    }
    Ok(tally)
}

fn write_json(path: &Path, cases: &[Case], outcomes: &[Outcome]) -> Result<(), String> {
    let tests: Vec<_> = cases
        .iter()
        .zip(outcomes)
        .map(|(case, outcome)| {
            let (passed, why) = match &outcome.verdict {
                Verdict::Passed => (true, ""),
                Verdict::Failed(why) => (false, why.as_str()),
            };
            serde_json::json!({"test": case.id(), "passed": passed, "ms": outcome.took.as_millis() as u64, "why": why})
        })
        .collect();
    let text = serde_json::to_string_pretty(&tests).expect("plain data");
    std::fs::write(path, text + "\n").map_err(|error| format!("{}: {error}", path.display()))
}
