//! `cargo xtask bench monitoring`: what an event costs, and how long turning events on and off takes while threads run.

use crate::{cpython, workspace};
use clap::Args as ClapArgs;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Options of `cargo xtask bench monitoring`.
#[derive(ClapArgs)]
pub struct Args {
    /// The weft binary (default: build it with the release profile).
    #[arg(long, value_name = "PATH")]
    weft: Option<PathBuf>,
    /// The CPython to compare with (default: the newest that is found).
    #[arg(long, value_name = "PATH")]
    python: Option<PathBuf>,
    /// Runs of each, interleaved.
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Seconds of turning on and off.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
}

/// Entry: true when no event costs more than CPython's (also when there is no CPython to compare with).
///
/// # Errors
/// When an interpreter cannot be built or started.
pub fn main(args: &Args) -> Result<bool, String> {
    let weft = match &args.weft {
        Some(path) => path.clone(),
        None => workspace::build_release()?,
    };
    let python = match &args.python {
        Some(path) => Some(cpython::probe(path).ok_or_else(|| format!("{} does not run", path.display()))?),
        None => cpython::find(),
    };
    let mut ours: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    let mut theirs: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for _ in 0..args.runs.max(1) {
        costs(&weft, &mut ours)?;
        if let Some(python) = &python {
            costs(&python.path, &mut theirs)?;
        }
    }
    println!(
        "Nanoseconds per event with a callback that does nothing (median of {} runs):",
        args.runs.max(1)
    );
    let mut kept = true;
    for (event, costs) in &mut ours {
        let mine = median(costs);
        match theirs.get_mut(event).map(|costs| median(costs)) {
            Some(other) => {
                kept &= mine <= other;
                println!("  {event:<9} weft {mine:7.1}  CPython {other:7.1}  ratio {:.2}", mine / other);
            }
            None => println!("  {event:<9} weft {mine:7.1}  (no CPython found)"),
        }
    }
    println!("LINE turned on and off for all code, 8 threads running:");
    print!("{}", run(&weft, "toggle.py", &args.seconds.to_string())?);
    Ok(kept)
}

fn run(program: &Path, script: &str, arg: &str) -> Result<String, String> {
    let script = workspace::root().join("benches/monitoring").join(script);
    let output = Command::new(program)
        .arg(&script)
        .arg(arg)
        .output()
        .map_err(|error| format!("{}: {error}", program.display()))?;
    if !output.status.success() {
        return Err(format!("{}: {}", program.display(), String::from_utf8_lossy(&output.stderr)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs `events.py` and notes what it prints: `EVENT nanoseconds`.
fn costs(program: &Path, into: &mut BTreeMap<String, Vec<f64>>) -> Result<(), String> {
    for line in run(program, "events.py", "100000")?.lines() {
        let (event, cost) = line.split_once(' ').ok_or_else(|| format!("cannot read `{line}`"))?;
        let cost = cost.parse().map_err(|_| format!("cannot read `{line}`"))?;
        into.entry(event.to_owned()).or_default().push(cost);
    }
    Ok(())
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
