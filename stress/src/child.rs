//! The child process that runs one test: a crash or a hang ends it and not the run.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::case::{Body, Tally, Test};
use crate::engine::{Mode, Plan, Progress};
use crate::watchdog;

/// What a child is told.
#[derive(clap::Args, Clone)]
pub struct Args {
    pub test: String,
    #[arg(long)]
    pub modes: String,
    #[arg(long)]
    pub time_ms: u64,
    #[arg(long)]
    pub seed: u64,
    #[arg(long)]
    pub patience_ms: u64,
    /// Seeded bug to run.
    #[arg(long)]
    pub mutant: Option<String>,
    /// Runs the test's broken twin.
    #[arg(long)]
    pub twin: bool,
    /// Ends at the first forbidden outcome.
    #[arg(long)]
    pub first: bool,
    /// Seed of the VM's fault injection.
    #[arg(long)]
    pub faults: Option<u64>,
    /// Copies of bytecode, and specialization.
    #[arg(long)]
    pub tlbc: Option<u8>,
}

/// A line of a child's output.
#[derive(Serialize, Deserialize, Default)]
pub struct Line {
    pub samples: u64,
    pub tally: Tally,
    pub done: bool,
}

#[expect(clippy::print_stdout, reason = "the parent reads it")]
fn tell(progress: &Progress, done: bool) -> Tally {
    let tally = progress.tally.lock().unwrap_or_else(|e| e.into_inner()).clone();
    let line = Line { samples: progress.samples.load(Ordering::Relaxed), tally: tally.clone(), done };
    println!("{}", serde_json::to_string(&line).unwrap_or_default());
    tally
}

/// Runs the test; the exit code.
pub fn main(args: &Args, tests: Vec<Test>) -> Result<i32, String> {
    let tests: &'static [Test] = tests.leak();
    let test = tests.iter().find(|t| t.name == args.test).ok_or("no such test")?;
    if let Some(name) = &args.mutant {
        activate(name)?;
    }
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        hook(info);
        // The other actors would wait for the one that is gone.
        std::process::abort();
    }));
    let progress: Arc<Progress> = Arc::default();
    watchdog::start(&progress, Duration::from_millis(args.patience_ms));
    {
        let (progress, first) = (Arc::clone(&progress), args.first);
        std::thread::spawn(move || {
            loop {
                std::thread::sleep(Duration::from_millis(if first { 30 } else { 200 }));
                let tally = tell(&progress, false);
                if first && test.forbidden(&tally) > 0 {
                    std::process::exit(0);
                }
            }
        });
    }
    let modes = args.modes.split(',').map(Mode::parse).collect::<Result<Vec<_>, _>>()?;
    match test.body {
        Body::Rust(run) => {
            let weights: u32 = modes.iter().map(|m| m.weight()).sum();
            for mode in modes {
                let time = Duration::from_millis(args.time_ms) * mode.weight() / weights.max(1);
                run(&Plan { mode, seed: args.seed, time, twin: args.twin, progress: Arc::clone(&progress) });
            }
        }
        Body::Python(source) => run_python(source, args, &modes, &progress)?,
    }
    tell(&progress, true);
    // Threads of a VM may still be there.
    std::process::exit(0);
}

#[cfg(feature = "python")]
fn run_python(
    source: &'static str,
    args: &Args,
    modes: &[Mode],
    progress: &Arc<Progress>,
) -> Result<(), String> {
    crate::python::run(source, args, modes, progress)
}

#[cfg(not(feature = "python"))]
fn run_python(_: &'static str, _: &Args, _: &[Mode], _: &Arc<Progress>) -> Result<(), String> {
    Err("built without Python".to_owned())
}

#[cfg(weft_mutants)]
fn activate(name: &str) -> Result<(), String> {
    vm_core::mutants::activate(name);
    Ok(())
}

#[cfg(not(weft_mutants))]
fn activate(name: &str) -> Result<(), String> {
    Err(format!("{name}: seeded bugs are not in this build; use `planted`, which makes one that has them"))
}
