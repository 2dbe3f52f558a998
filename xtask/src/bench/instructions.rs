//! `cargo xtask bench instructions`: a gate on how many instructions the kernels take, counted by callgrind.
//!
//! Counts do not depend on how busy the machine is, so a small tolerance works where timings need a quiet one. What a kernel takes is the
//! difference of a long and a short run: start-up and compiling are not in it.

mod tools;

use super::interpreters::Interpreter;
use super::kernel::{self, Kernel};
use crate::test::Counts;
use crate::workspace;
use clap::Args as ClapArgs;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How much more than the baseline is allowed, as a part. Runs of one binary differ by less than 0.1 %.
const TOLERANCE: f64 = 0.02;
/// The same when another compiler built the binary than the baseline's.
const OTHER_COMPILER: f64 = 0.15;
/// The kernels of the gate.
const KERNELS: &[&str] = &[
    "allocation",
    "bound_methods",
    "class_attribute",
    "closures",
    "construction",
    "deep_calls",
    "dict_per_thread",
    "exceptions",
    "float_loop",
    "generators",
    "instance_attribute",
    "module_globals",
    "shared_list_read",
    "sorting",
    "string_building",
];

/// Options of `cargo xtask bench instructions`.
#[derive(ClapArgs)]
pub struct Args {
    /// Make what is counted now the baseline.
    #[arg(long)]
    accept: bool,
    /// Compare with itself instead: before a tool existed, after one was freed, and beside one that watches another function.
    #[arg(long, conflicts_with = "accept")]
    tools: bool,
    /// The weft binary (default: build it with the `quick` profile, as the baseline was).
    #[arg(long, value_name = "PATH")]
    weft: Option<PathBuf>,
}

/// `benches/instructions.json`.
#[derive(serde::Serialize, serde::Deserialize, Debug)]
struct Baseline {
    /// The compiler that built the binary.
    compiler: String,
    /// Instructions per iteration.
    kernels: BTreeMap<String, f64>,
}

/// Entry.
///
/// # Errors
/// When valgrind is missing or weft fails.
pub fn main(args: &Args) -> Result<bool, String> {
    if !installed() {
        return Err("valgrind is not installed (Debian: apt-get install valgrind)".into());
    }
    let weft = match &args.weft {
        Some(path) => path.clone(),
        None => workspace::build_weft()?,
    };
    if args.tools {
        let (passed, failed) = tools::compare(&weft)?;
        println!("{passed} passed, {failed} failed");
        return Ok(failed == 0);
    }
    let now = count(&weft)?;
    if args.accept {
        let text = serde_json::to_string_pretty(&now).map_err(|error| error.to_string())? + "\n";
        let path = baseline_path();
        std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        println!("accepted: {} kernels, built by {}", now.kernels.len(), now.compiler);
        return Ok(true);
    }
    let (passed, failed) = compare(&now, &baseline()?);
    println!("{passed} passed, {failed} failed");
    Ok(failed == 0)
}

/// The step of `cargo xtask test`.
pub fn step() -> Counts {
    if !installed() {
        println!("SKIPPED: valgrind is not installed; instructions were not counted.");
        return Counts::skipped("no valgrind");
    }
    let result = workspace::build_weft().and_then(|weft| Ok(compare(&count(&weft)?, &baseline()?)));
    match result {
        Ok((passed, failed)) => Counts { passed, failed, ..Counts::default() },
        Err(error) => Counts::failed(error),
    }
}

fn installed() -> bool {
    Command::new("valgrind").arg("--version").output().is_ok_and(|output| output.status.success())
}

fn baseline_path() -> PathBuf {
    workspace::root().join("benches/instructions.json")
}

fn baseline() -> Result<Baseline, String> {
    let path = baseline_path();
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}

fn compiler() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output();
    output
        .map_or_else(|_| "unknown".into(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn count(weft: &Path) -> Result<Baseline, String> {
    let weft = Interpreter::weft(Some(weft), &[])?;
    // Whole instructions are enough, and the file reads better.
    let kernels = of_each(|k| Ok((per_iteration(&weft, k, &[])?.0 * 10.0).round() / 10.0))?;
    Ok(Baseline { compiler: compiler(), kernels })
}

/// Something of each kernel, two at a time.
fn of_each<R: Send>(
    find: impl Fn(&Kernel) -> Result<R, String> + Sync,
) -> Result<BTreeMap<String, R>, String> {
    let kernels = kernel::all(&KERNELS.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())?;
    let jobs = std::thread::available_parallelism().map_or(1, usize::from).min(kernels.len());
    let parts: Vec<Result<Vec<(String, R)>, String>> = std::thread::scope(|scope| {
        let find = &find;
        let started: Vec<_> = (0..jobs)
            .map(|job| {
                let mine: Vec<&Kernel> = kernels.iter().skip(job).step_by(jobs).collect();
                scope.spawn(move || mine.into_iter().map(|k| Ok((k.name.clone(), find(k)?))).collect())
            })
            .collect();
        started
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Err("a counting thread died".into())))
            .collect()
    });
    let mut all = BTreeMap::new();
    for part in parts {
        all.extend(part?);
    }
    Ok(all)
}

/// Instructions per iteration, and events that the tool had, if there was one.
fn per_iteration(weft: &Interpreter, kernel: &Kernel, more: &[String]) -> Result<(f64, u64), String> {
    let short = run(weft, kernel, 1, more)?;
    let long = run(weft, kernel, 3, more)?;
    Ok(((long.instructions as f64 - short.instructions as f64) / (2.0 * short.inner), long.events))
}

/// What callgrind and the kernel said.
struct Counted {
    /// Instructions of the whole process.
    instructions: u64,
    /// Iterations of one loop.
    inner: f64,
    /// Events that a tool had.
    events: u64,
}

fn run(weft: &Interpreter, kernel: &Kernel, loops: u64, more: &[String]) -> Result<Counted, String> {
    let program = kernel.command(weft, &[&["count".into(), loops.to_string()], more].concat());
    let mut command = Command::new("valgrind");
    command
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program.get_program())
        .args(program.get_args());
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("valgrind: {error}"))?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    let stdout = String::from_utf8_lossy(&output.stdout);
    let said = |what| stdout.lines().find_map(|line| line.strip_prefix(what)?.trim().parse::<u64>().ok());
    let collected = stderr.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok());
    match (collected, said("inner ")) {
        (Some(instructions), Some(inner)) if output.status.success() => {
            Ok(Counted { instructions, inner: inner as f64, events: said("events ").unwrap_or(0) })
        }
        _ => Err(format!("{} under valgrind: {} {stderr}", kernel.name, output.status)),
    }
}

/// Prints the comparison; kernels that passed and that failed.
fn compare(now: &Baseline, baseline: &Baseline) -> (usize, usize) {
    let tolerance = if now.compiler == baseline.compiler { TOLERANCE } else { OTHER_COMPILER };
    if tolerance != TOLERANCE {
        println!(
            "The baseline was built by {}, this by {}: the tolerance is {tolerance}.",
            baseline.compiler, now.compiler
        );
    }
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::ASCII_FULL_CONDENSED);
    table.set_header(["kernel", "baseline", "now", "change", ""]);
    let (mut passed, mut failed, mut fewer) = (0, 0, 0);
    let names: std::collections::BTreeSet<&String> =
        now.kernels.keys().chain(baseline.kernels.keys()).collect();
    for name in names {
        let (before, after) = (baseline.kernels.get(name), now.kernels.get(name));
        let verdict = match (before, after) {
            (Some(before), Some(after)) if after / before > 1.0 + tolerance => "MORE",
            (Some(before), Some(after)) if after / before < 1.0 - tolerance => {
                fewer += 1;
                "fewer"
            }
            (Some(_), Some(_)) => "",
            _ => "MISSING",
        };
        if verdict.chars().all(char::is_lowercase) {
            passed += 1;
        } else {
            failed += 1;
        }
        let text = |n: Option<&f64>| n.map_or_else(|| "–".into(), |n| format!("{n:.1}"));
        let change =
            before.zip(after).map_or_else(String::new, |(b, a)| format!("{:+.2} %", (a / b - 1.0) * 100.0));
        table.add_row([name.clone(), text(before), text(after), change, verdict.to_owned()]);
    }
    println!(
        "{table}\ninstructions per iteration; more than {:.0} % above the baseline fails",
        tolerance * 100.0
    );
    if failed > 0 || fewer > 0 {
        println!("to accept: cargo xtask bench instructions --accept");
    }
    (passed, failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(compiler: &str, list: &[(&str, f64)]) -> Baseline {
        Baseline {
            compiler: compiler.into(),
            kernels: list.iter().map(|(k, n)| ((*k).to_owned(), *n)).collect(),
        }
    }

    #[test]
    fn more_instructions_fail_fewer_pass_and_a_missing_kernel_fails() {
        let baseline = counts("c", &[("a", 100.0), ("b", 100.0), ("c", 100.0), ("d", 100.0)]);
        let now = counts("c", &[("a", 101.0), ("b", 110.0), ("c", 50.0), ("e", 1.0)]);
        assert_eq!(compare(&now, &baseline), (2, 3));
        let other = counts("another", &[("a", 101.0), ("b", 110.0), ("c", 100.0), ("d", 120.0)]);
        assert_eq!(compare(&other, &baseline), (3, 1));
    }

    #[test]
    fn the_committed_baseline_has_the_kernels_of_the_gate() {
        let baseline = baseline().expect("committed");
        let names: Vec<&str> = baseline.kernels.keys().map(String::as_str).collect();
        assert_eq!(names, KERNELS);
        assert!(baseline.kernels.values().all(|n| *n > 1.0));
    }
}
