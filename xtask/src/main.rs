//! The front door of the repository: `cargo xtask test | ladder | bench | check`.
//!
//! Every tool here prints for people, so the workspace's ban on stray prints is lifted for this crate.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool talks to its user")]

mod bench;
mod check;
mod cpython;
mod differential;
mod docs;
mod events;
mod ladder;
mod monitoring;
mod process;
mod programs;
mod startup;
mod stress;
mod test;
mod workspace;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Weft's development tools.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run everything: format, lints, unit tests, the Python ladder, differential tests, model checks, documentation.
    #[command(after_help = test::steps_help())]
    Test(test::Args),
    /// Explore the synchronization protocols with their model checkers, and run the seeded bugs that they must catch.
    Check(check::CheckArgs),
    /// Run our own Python test programs (tests/ladder) and compare with their committed outputs.
    Ladder(ladder::Args),
    /// Run small programs under monitoring, settrace and setprofile and compare the events with CPython's.
    Events(events::Args),
    /// Run random programs with weft and CPython and compare what they print.
    Differential(differential::Args),
    /// Make the pages of docs/ that have a source elsewhere.
    Docs(docs::Args),
    /// Measure.
    #[command(subcommand)]
    Bench(Bench),
}

/// What can be measured.
#[derive(Subcommand)]
enum Bench {
    /// Pyperformance programs: seconds per loop, scaling over threads, ratio to other interpreters.
    Programs(programs::Args),
    /// What a monitoring event costs, and how long turning events on and off takes while threads run.
    Monitoring(monitoring::Args),
    /// Kernels that share nothing, something, everything: throughput of several threads, and their shared writes.
    Scaling(bench::scaling::Args),
    /// The kernels in one thread of several interpreters, interleaved: ratios with their spread.
    Peers(bench::peers::Args),
    /// The collector: time to safepoint, length of pauses.
    Pauses(bench::pauses::Args),
    /// Speed from the first piece of work on.
    Warmup(bench::warmup::Args),
    /// Bytes per thread and per object.
    Memory(bench::memory::Args),
    /// Instructions of the kernels against the committed baseline, counted by callgrind.
    Instructions(bench::instructions::Args),
    /// The criterion benchmarks of the crates.
    Micro(bench::micro::Args),
    /// One HTML page of the last results.
    Report(bench::html::Args),
    /// An empty program: time and memory.
    Startup(startup::Args),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Test(args) => test::main(&args),
        Command::Check(args) => check::main(&args),
        Command::Ladder(args) => ladder::main(&args),
        Command::Events(args) => events::main(&args),
        Command::Differential(args) => differential::main(&args),
        Command::Docs(args) => docs::main(&args),
        Command::Bench(Bench::Programs(args)) => programs::main(&args),
        Command::Bench(Bench::Monitoring(args)) => monitoring::main(&args),
        Command::Bench(Bench::Scaling(args)) => bench::scaling::main(&args),
        Command::Bench(Bench::Peers(args)) => bench::peers::main(&args),
        Command::Bench(Bench::Pauses(args)) => bench::pauses::main(&args),
        Command::Bench(Bench::Warmup(args)) => bench::warmup::main(&args),
        Command::Bench(Bench::Memory(args)) => bench::memory::main(&args),
        Command::Bench(Bench::Instructions(args)) => bench::instructions::main(&args),
        Command::Bench(Bench::Micro(args)) => bench::micro::main(&args),
        Command::Bench(Bench::Report(args)) => bench::html::main(&args),
        Command::Bench(Bench::Startup(args)) => startup::main(&args),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
    }
}
