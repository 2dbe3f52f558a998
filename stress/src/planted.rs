//! Seeded bugs: each must be found, or stand in the list of those that this machine cannot show.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::case::Test;
use crate::parent::{self, Options, Verdict};
use crate::show::say;

/// Options of `planted`.
#[derive(clap::Args)]
pub struct Args {
    /// Only bugs whose name contains this.
    filter: Option<String>,
    /// Most time per bug and test.
    #[arg(long, default_value = "60s", value_parser = crate::duration)]
    time: Duration,
    #[arg(long)]
    seed: Option<u64>,
    /// Set by the command itself in the build that has the bugs.
    #[arg(long, hide = true)]
    inside: bool,
}

/// Bugs that no run on this machine can show, or hardly ever, with the reason and the model check that does find them.
pub const UNSEEN: &[(&str, &str, &str)] = &[
    ("p1.detach-relaxed", "x86-64 keeps stores in order", "p1.stop.2"),
    ("p1.scan-without-fence", "the RMW that sets the STOP bit is a full fence on x86-64", "p1.stop.2"),
    ("p3.set-relaxed", "an RMW of x86-64 is never weaker than sequentially consistent", "p3.post.2"),
    ("p5.detach-before-unlink", "a pause would have to begin between two instructions", "p1.birth-exit.3"),
    ("p7.array-relaxed", "x86-64 keeps loads in order", "p7.grow.3"),
    (
        "p8.instrument-relaxed",
        "an RMW of x86-64 is never weaker than sequentially consistent",
        "p8.specialize.2",
    ),
    ("p12.lock-relaxed", "an RMW of x86-64 is never weaker than sequentially consistent", "p12.lock.2"),
    ("p12.unlock-without-fence", "the light fence only binds the compiler", "p12.lock.2"),
    (
        "p12.announce-without-fence",
        "the waiter's look would have to fall into the few nanoseconds of a store buffer",
        "p12.lock.2",
    ),
    (
        "p12.wait-attached",
        "it only delays pauses as long as no holder of a lock asks for one",
        "p12.waiter-stop.2",
    ),
    ("p17.slot-relaxed", "x86-64 keeps stores in order", "p17.replace.2"),
    ("p21.park-without-fence", "the bucket's lock is a full fence on x86-64", "p21.interrupt.2"),
    (
        "p21.interrupt-without-fence",
        "the RMW that sets the event is a full fence on x86-64",
        "p21.interrupt.2",
    ),
];

/// Runs them all; the exit code.
pub fn main(args: &Args) -> Result<i32, String> {
    if cfg!(not(weft_mutants)) && !args.inside {
        let inside = build_and_run(args)?;
        let outside = twins(args)?;
        return Ok(i32::from(inside != 0 || outside != 0));
    }
    mutants(args)
}

/// The seeded bugs need a build of their own, without the language: it is made in a target folder of its own.
fn build_and_run(args: &Args) -> Result<i32, String> {
    let flags = std::env::var("RUSTFLAGS").unwrap_or_default() + " --cfg weft_mutants";
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["run", "--quiet", "--profile", "quick", "-p", "stress", "--no-default-features"]);
    command.args(["--target-dir", "target/mutants", "--", "planted", "--inside"]);
    command.args(["--time", &format!("{}ms", args.time.as_millis())]);
    if let Some(seed) = args.seed {
        command.args(["--seed", &seed.to_string()]);
    }
    command.args(args.filter.as_deref());
    let status = command.env("RUSTFLAGS", flags.trim()).status().map_err(|e| format!("cargo: {e}"))?;
    Ok(i32::from(!status.success()))
}

fn options(args: &Args, mutant: Option<&str>) -> Options {
    Options {
        time: args.time,
        jobs: 1,
        seed: args.seed.unwrap_or_else(crate::some_seed),
        modes: "other,free".to_owned(),
        patience: Duration::from_secs(5),
        mutant: mutant.map(str::to_owned),
        twin: mutant.is_none(),
        first: true,
        faults: None,
        tlbc: None,
        quiet: true,
    }
}

/// One bug in one test: how it showed and after how long, or `None`.
fn hunt(test: &Test, o: &Options) -> Option<(Verdict, f64)> {
    let start = Instant::now();
    let report = parent::run(&[test], o).pop()?;
    (report.verdict != Verdict::Ok).then(|| (report.verdict, start.elapsed().as_secs_f64()))
}

fn mutants(args: &Args) -> Result<i32, String> {
    let tests = crate::case::all();
    let wanted = |name: &str| args.filter.as_deref().is_none_or(|f| name.contains(f));
    let mut names: Vec<&str> = tests.iter().flat_map(|t| t.finds.iter().copied()).collect();
    names.retain(|n| *n != "twin" && wanted(n));
    names.sort_unstable();
    names.dedup();
    let mut missed = 0;
    for name in &names {
        let mut found = None;
        for test in tests.iter().filter(|t| t.finds.contains(name)) {
            found = hunt(test, &options(args, Some(name))).map(|(how, s)| (test.name, how, s));
            if found.is_some() {
                break;
            }
        }
        match found {
            Some((test, how, s)) => say(&format!("found   {name:<34} {how:?} in {s:6.2} s by {test}")),
            None => {
                missed += 1;
                say(&format!("MISSED  {name}"));
            }
        }
    }
    for (name, why, check) in UNSEEN.iter().filter(|(n, ..)| wanted(n)) {
        say(&format!("not here {name:<33} {why}; the model check {check} finds it"));
    }
    say(&format!(
        "{} seeded bugs found, {missed} missed, {} left to the models",
        names.len() - missed,
        UNSEEN.len()
    ));
    Ok(i32::from(missed > 0))
}

/// Broken twins, of tests in either language.
fn twins(args: &Args) -> Result<i32, String> {
    let tests = crate::case::all();
    let wanted = |name: &str| args.filter.as_deref().is_none_or(|f| name.contains(f));
    let (mut found, mut missed) = (0, 0);
    for test in tests.iter().filter(|t| t.finds.contains(&"twin") && wanted(t.name)) {
        match hunt(test, &options(args, None)) {
            Some((how, s)) => {
                found += 1;
                say(&format!("found   twin of {:<34} {how:?} in {s:6.2} s", test.name));
            }
            None => {
                missed += 1;
                say(&format!("MISSED  twin of {}", test.name));
            }
        }
    }
    say(&format!("{found} broken twins found, {missed} missed"));
    Ok(i32::from(missed > 0))
}
