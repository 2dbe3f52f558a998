//! The steps of `cargo xtask test`, in the order in which they run: what fails fast comes first.

use super::{Counts, Step, unsafe_code};
use crate::{check, cpython, events, ladder, stress, workspace};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// All steps.
pub const ALL: &[Step] = &[
    Step { name: "fmt", what: "formatting (cargo fmt --check)", run: fmt },
    Step { name: "unsafe", what: "unsafe code only where docs/unsafe.md says", run: unsafe_code::check },
    Step { name: "clippy", what: "lints as errors, all targets", run: clippy },
    Step { name: "unit", what: "unit and integration tests of the crates", run: unit },
    Step { name: "ladder", what: "our Python programs against committed outputs", run: run_ladder },
    Step {
        name: "events",
        what: "streams of tracing events against CPython's committed ones",
        run: run_events,
    },
    Step {
        name: "events-live",
        what: "the committed streams against an installed CPython",
        run: events_live,
    },
    Step {
        name: "differential",
        what: "our Python programs, live against an installed CPython",
        run: differential,
    },
    Step {
        name: "models",
        what: "the protocols under loom and shuttle, quick bounds, seeded bugs",
        run: models,
    },
    Step { name: "pages", what: "docs/protocols says what the sources' headers say", run: pages },
    Step {
        name: "stress",
        what: "the stress tests, each for a fraction of a second, against their manifest",
        run: stress::quick,
    },
    Step {
        name: "instructions",
        what: "instructions of the kernels against the baseline (callgrind)",
        run: crate::bench::instructions::step,
    },
    Step { name: "doc", what: "documentation with warnings as errors", run: doc },
];

fn succeeds(command: &mut Command) -> bool {
    match command.status() {
        Ok(status) => status.success(),
        Err(error) => {
            println!("cannot start {command:?}: {error}");
            false
        }
    }
}

fn fmt() -> Counts {
    Counts::one(succeeds(workspace::cargo().args(["fmt", "--all", "--check"])))
}

fn clippy() -> Counts {
    let mut command = workspace::cargo();
    command.args(["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    Counts::one(succeeds(&mut command))
}

fn doc() -> Counts {
    let mut command = workspace::cargo();
    command.args(["doc", "--quiet", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings");
    Counts::one(succeeds(&mut command))
}

/// Runs cargo's tests, shows what they print, and adds up their summary lines.
fn unit() -> Counts {
    let mut command = workspace::cargo();
    command.args(["test", "--workspace", "--no-fail-fast"]).stdout(Stdio::piped());
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return Counts::failed(format!("cannot start cargo: {error}")),
    };
    let mut counts = Counts::default();
    let stdout = child.stdout.take().expect("piped");
    for line in BufReader::new(stdout).lines().map_while(Result::ok) {
        match summary(&line) {
            Some(one) => {
                counts.passed += one.passed;
                counts.failed += one.failed;
                counts.skipped += one.skipped;
            }
            None if line.ends_with("... ok") || line.is_empty() || line.starts_with("running ") => {}
            None => println!("{line}"),
        }
    }
    let ok = child.wait().is_ok_and(|status| status.success());
    if !ok && counts.failed == 0 {
        return Counts { failed: 1, note: "did not build or crashed".into(), ..counts };
    }
    counts
}

/// Reads cargo's `test result: ok. 3 passed; 1 failed; 2 ignored; …`.
fn summary(line: &str) -> Option<Counts> {
    let rest = line.strip_prefix("test result: ")?;
    let mut counts = Counts::default();
    for part in rest.split(['.', ';']) {
        let mut words = part.split_whitespace();
        let (Some(number), Some(what)) = (words.next(), words.next()) else { continue };
        let Ok(number) = number.parse() else { continue };
        match what {
            "passed" => counts.passed = number,
            "failed" => counts.failed = number,
            "ignored" => counts.skipped = number,
            _ => {}
        }
    }
    Some(counts)
}

fn run_ladder() -> Counts {
    let weft = match workspace::build_weft() {
        Ok(weft) => weft,
        Err(error) => return Counts::failed(error),
    };
    let jobs = std::thread::available_parallelism().map_or(2, usize::from);
    match ladder::run_all(&ladder::Runner { program: &weft, x: &[], weft: true, jobs, patience: 1 }) {
        Ok(tally) => Counts { passed: tally.passed, failed: tally.failed, ..Counts::default() },
        Err(error) => Counts::failed(error),
    }
}

fn run_events() -> Counts {
    let weft = match workspace::build_weft() {
        Ok(weft) => weft,
        Err(error) => return Counts::failed(error),
    };
    count_events(events::all(&weft, true), "")
}

fn events_live() -> Counts {
    match cpython::find() {
        None => Counts::skipped("no CPython ≥ 3.13 found"),
        Some(python) if !events::made_by(&python) => {
            Counts::skipped(format!("the streams are not by CPython {}", python.version_text()))
        }
        Some(python) => count_events(events::all(&python.path, false), &python.version_text()),
    }
}

fn count_events(result: Result<events::Tally, String>, version: &str) -> Counts {
    match result {
        Ok(tally) => {
            let note = if version.is_empty() {
                format!("{} compared in part", tally.in_part)
            } else {
                format!("against CPython {version}")
            };
            Counts { passed: tally.passed, failed: tally.failed, skipped: 0, note }
        }
        Err(error) => Counts::failed(error),
    }
}

fn differential() -> Counts {
    let Some(python) = cpython::find() else {
        println!("SKIPPED: no working CPython 3.13 or newer on PATH or under ~/.pyenv/versions.");
        return Counts::skipped("no CPython ≥ 3.13 found");
    };
    let weft = match workspace::build_weft() {
        Ok(weft) => weft,
        Err(error) => return Counts::failed(error),
    };
    match crate::differential::quick(&weft, &python) {
        Ok((passed, failed)) => {
            Counts { passed, failed, skipped: 0, note: format!("against CPython {}", python.version_text()) }
        }
        Err(error) => Counts::failed(error),
    }
}

fn pages() -> Counts {
    match crate::docs::stale_pages() {
        Ok(stale) => {
            for page in &stale {
                println!("docs/protocols/{page} is stale: run `cargo xtask docs protocols`");
            }
            Counts::one(stale.is_empty())
        }
        Err(error) => {
            println!("{error}");
            Counts::one(false)
        }
    }
}

/// The model checks count, and so do the seeded bugs that they must catch.
fn models() -> Counts {
    match check::quick() {
        Ok(summary) => {
            print!("{}", check::render(&summary));
            let capped = summary.rows.iter().filter(|row| row.outcome.starts_with("capped")).count();
            let note = format!("{} checks, {capped} capped", summary.rows.len());
            Counts { passed: summary.passed(), failed: summary.failed(), skipped: 0, note }
        }
        Err(error) => Counts::failed(error),
    }
}

#[cfg(test)]
mod tests {
    use super::summary;

    #[test]
    fn reads_cargo_summaries() {
        let line = "test result: FAILED. 12 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        let counts = summary(line).expect("a summary");
        assert_eq!((counts.passed, counts.failed, counts.skipped), (12, 1, 2));
        assert!(summary("test foo ... ok").is_none());
    }
}
