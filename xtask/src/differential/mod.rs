//! Differential testing: random programs, run by weft and by CPython, must print the same.
//!
//! A program is a pure function of its seed, so a failure is reported as a number that makes it again.

mod expression;
mod features;
mod generate;
mod random;
mod tables;

use crate::cpython::Python;
use crate::process::{self, End};
use crate::{cpython, workspace};
use clap::Args as ClapArgs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// Programs that `cargo xtask test` tries.
const QUICK: u64 = 60;

/// Options of `cargo xtask differential`.
#[derive(ClapArgs)]
pub struct Args {
    /// The weft binary (default: build it with the `quick` profile).
    #[arg(long, value_name = "PATH")]
    weft: Option<PathBuf>,
    /// The CPython to compare with (default: the newest working one from 3.13 on).
    #[arg(long, value_name = "PATH")]
    python: Option<PathBuf>,
    /// Stop after this many seconds.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Pass this `-X` option to weft (repeatable).
    #[arg(short = 'X', value_name = "OPT")]
    x: Vec<String>,
    /// Print the program of --seed and stop.
    #[arg(long)]
    print: bool,
}

/// Entry of `cargo xtask differential`: true when no program differed.
///
/// # Errors
/// When an interpreter is missing or a file cannot be written.
pub fn main(args: &Args) -> Result<bool, String> {
    if args.print {
        print!("{}", generate::program(args.seed));
        return Ok(true);
    }
    let python = match &args.python {
        Some(path) => cpython::probe(path).ok_or_else(|| format!("{} does not run", path.display()))?,
        None => cpython::find().ok_or("no working CPython 3.13 or newer found; name one with --python")?,
    };
    let weft = match &args.weft {
        Some(path) => std::path::absolute(path).map_err(|error| error.to_string())?,
        None => workspace::build_weft()?,
    };
    let start = Instant::now();
    let (mut passed, mut failed, mut too_long) = (0, 0, 0);
    for seed in args.seed.. {
        if start.elapsed() > Duration::from_secs(args.seconds) {
            break;
        }
        match compare(&weft, &args.x, &python, seed)? {
            Verdict::Equal => passed += 1,
            Verdict::TooLong => too_long += 1,
            Verdict::Differs(why) => {
                failed += 1;
                println!("FAIL  seed {seed}\n{why}");
            }
        }
    }
    println!("against CPython {} in {:.0} s", python.version_text(), start.elapsed().as_secs_f64());
    if too_long > 0 {
        println!("{too_long} not compared: CPython had not ended after {} s", LIMIT.as_secs());
    }
    println!("{passed} passed, {failed} failed");
    Ok(failed == 0)
}

/// Tries the first seeds; gives the numbers of equal and different programs.
///
/// # Errors
/// As [`main`].
pub fn quick(weft: &Path, python: &Python) -> Result<(usize, usize), String> {
    let (mut passed, mut failed) = (0, 0);
    for seed in 1..=QUICK {
        match compare(weft, &[], python, seed)? {
            Verdict::Equal => passed += 1,
            Verdict::TooLong => return Err(format!("the program of seed {seed} takes too long")),
            Verdict::Differs(why) => {
                failed += 1;
                println!(
                    "FAIL  seed {seed} (again: cargo xtask differential --seed {seed} --seconds 0)\n{why}"
                );
            }
        }
    }
    Ok((passed, failed))
}

/// A program may run for so long.
const LIMIT: Duration = Duration::from_secs(30);

/// What became of one program.
enum Verdict {
    Equal,
    /// Where the two part.
    Differs(String),
    /// CPython did not end in time, so there is nothing to compare with.
    TooLong,
}

/// Runs one program with both.
fn compare(weft: &Path, x: &[String], python: &Python, seed: u64) -> Result<Verdict, String> {
    let dir = workspace::target().join("differential");
    std::fs::create_dir_all(&dir).map_err(|error| error.to_string())?;
    let file = dir.join(format!("seed_{seed}.py"));
    std::fs::write(&file, generate::program(seed)).map_err(|error| error.to_string())?;
    let run = |program: &Path, x: &[String]| {
        let mut command = Command::new(program);
        for option in x {
            command.arg("-X").arg(option);
        }
        command.arg(&file).current_dir(&dir).env("PYTHONHASHSEED", "0").env("PYTHONDONTWRITEBYTECODE", "1");
        let plan = process::Plan { limit: LIMIT, ..process::Plan::default() };
        process::run(&mut command, &plan).map_err(|error| format!("{}: {error}", program.display()))
    };
    let theirs = run(&python.path, &[])?;
    if theirs.end == End::TimedOut {
        return Ok(Verdict::TooLong);
    }
    let ours = run(weft, x)?;
    if theirs.end != End::Code(0) {
        let text = String::from_utf8_lossy(&theirs.stderr).into_owned();
        return Err(format!("the generator made a program that CPython refuses (seed {seed}): {text}"));
    }
    if ours.end == theirs.end && ours.stdout == theirs.stdout {
        let _ = std::fs::remove_file(&file);
        return Ok(Verdict::Equal);
    }
    let (a, b) = (String::from_utf8_lossy(&theirs.stdout), String::from_utf8_lossy(&ours.stdout));
    let differing = a
        .lines()
        .zip(b.lines())
        .position(|(x, y)| x != y)
        .unwrap_or(a.lines().count().min(b.lines().count()));
    let line = |text: &str| text.lines().nth(differing).unwrap_or("(end of output)").to_owned();
    let errors = String::from_utf8_lossy(&ours.stderr);
    Ok(Verdict::Differs(format!(
        "      {} ended with {}; output line {}:\n      - {}\n      + {}\n      {}",
        file.display(),
        ours.end,
        differing + 1,
        line(&a),
        line(&b),
        errors.lines().last().unwrap_or(""),
    )))
}
