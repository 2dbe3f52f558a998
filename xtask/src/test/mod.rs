//! `cargo xtask test`: every check of the repository, in one command.
//!
//! All steps run even when one fails, so that one run shows everything that is wrong. The last line is
//! `N passed, N failed, N skipped`; the exit code is 1 when anything failed.

mod steps;
mod unsafe_code;

use clap::Args as ClapArgs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Options of `cargo xtask test`.
#[derive(ClapArgs)]
pub struct Args {
    /// Run only this step (repeatable); see the list below.
    #[arg(long, value_name = "STEP")]
    only: Vec<String>,
    /// Write the results here as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// What a step counted. A step without tests of its own counts as one.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Checks that held.
    pub passed: usize,
    /// Checks that did not.
    pub failed: usize,
    /// Checks that could not run here.
    pub skipped: usize,
    /// A word for the table: why something was skipped, which interpreter was the oracle.
    pub note: String,
}

impl Counts {
    /// One check.
    pub fn one(ok: bool) -> Counts {
        Counts { passed: usize::from(ok), failed: usize::from(!ok), ..Counts::default() }
    }

    /// One check that did not run, and why.
    pub fn skipped(why: impl Into<String>) -> Counts {
        Counts { skipped: 1, note: why.into(), ..Counts::default() }
    }

    /// One failure, and why.
    pub fn failed(why: impl Into<String>) -> Counts {
        Counts { failed: 1, note: why.into(), ..Counts::default() }
    }
}

/// A step: its name, what it does, and the function that does it.
pub struct Step {
    /// The name for `--only` and the table.
    pub name: &'static str,
    /// One line for people.
    pub what: &'static str,
    /// Runs the step.
    pub run: fn() -> Counts,
}

/// The text of `--help` below the options.
pub fn steps_help() -> String {
    let mut text = String::from("Steps:\n");
    for step in steps::ALL {
        text += &format!("  {:<13} {}\n", step.name, step.what);
    }
    text
}

/// Runs the steps; true when nothing failed.
///
/// # Errors
/// When a step's name is unknown or the JSON file cannot be written.
pub fn main(args: &Args) -> Result<bool, String> {
    if let Some(unknown) = args.only.iter().find(|name| steps::ALL.iter().all(|step| step.name != **name)) {
        return Err(format!("no step `{unknown}`\n{}", steps_help()));
    }
    let chosen: Vec<&Step> =
        steps::ALL.iter().filter(|s| args.only.is_empty() || args.only.iter().any(|n| n == s.name)).collect();
    let mut results: Vec<(&Step, Counts, Duration)> = Vec::new();
    for (i, step) in chosen.iter().enumerate() {
        println!("\n==> [{}/{}] {}: {}", i + 1, chosen.len(), step.name, step.what);
        let start = Instant::now();
        let counts = (step.run)();
        let word = if counts.failed > 0 { "FAILED" } else { "ok" };
        println!("<== {} {word} in {:.1} s  {}", step.name, start.elapsed().as_secs_f64(), counts.note);
        results.push((step, counts, start.elapsed()));
    }
    println!("\n{}", table(&results));
    if let Some(path) = &args.json {
        let steps: Vec<_> = results
            .iter()
            .map(|(step, counts, took)| {
                serde_json::json!({
                    "step": step.name, "passed": counts.passed, "failed": counts.failed,
                    "skipped": counts.skipped, "seconds": took.as_secs_f64(), "note": counts.note,
                })
            })
            .collect();
        let text = serde_json::to_string_pretty(&steps).expect("plain data");
        std::fs::write(path, text + "\n").map_err(|error| format!("{}: {error}", path.display()))?;
    }
    let sum = |field: fn(&Counts) -> usize| results.iter().map(|(_, counts, _)| field(counts)).sum::<usize>();
    let (passed, failed, skipped) = (sum(|c| c.passed), sum(|c| c.failed), sum(|c| c.skipped));
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    Ok(failed == 0)
}

fn table(results: &[(&Step, Counts, Duration)]) -> comfy_table::Table {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::ASCII_FULL_CONDENSED);
    table.set_header(["step", "passed", "failed", "skipped", "seconds", "note"]);
    for (step, counts, took) in results {
        table.add_row([
            step.name.to_owned(),
            counts.passed.to_string(),
            counts.failed.to_string(),
            counts.skipped.to_string(),
            format!("{:.1}", took.as_secs_f64()),
            counts.note.clone(),
        ]);
    }
    table
}
