//! Re-makes expected outputs with CPython.

use super::case::{Case, Stderr};
use super::{Runner, compare, execute, manifest};
use crate::cpython::Python;
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Runs each test twice under `python` and writes what it printed, unless the two runs differ or the exit is not the
/// declared one. With `complete` the manifest is re-made too.
///
/// # Errors
/// When a file cannot be written.
pub fn bless(python: &Python, cases: &[Case], jobs: usize, complete: bool) -> Result<bool, String> {
    let runner = Runner { program: &python.path, x: &[], weft: false, jobs, patience: 1 };
    let next = AtomicUsize::new(0);
    let problems = Mutex::new(Vec::new());
    let changed = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if case.by_hand.is_some() {
                        if !case.expected("out").exists() {
                            problems
                                .lock()
                                .expect("no panics")
                                .push(format!("{}: by hand, but no .out", case.id()));
                        }
                        continue;
                    }
                    match make(&runner, case) {
                        Ok(n) => _ = changed.fetch_add(n, Ordering::Relaxed),
                        Err(problem) => {
                            problems.lock().expect("no panics").push(format!("{}: {problem}", case.id()))
                        }
                    }
                }
            });
        }
    });
    for tier in cases.iter().map(|case| &case.dir).collect::<BTreeSet<_>>() {
        let text = format!("CPython {}\n", python.version_text());
        std::fs::write(tier.join("EXPECTED_BY"), text).map_err(|error| error.to_string())?;
    }
    if complete {
        manifest::write(&super::folder(), cases)?;
    }
    let mut problems = problems.into_inner().expect("no panics");
    problems.sort();
    for problem in &problems {
        println!("FAIL  {problem}");
    }
    println!("{} tests, {} files changed, {} problems", cases.len(), changed.into_inner(), problems.len());
    Ok(problems.is_empty())
}

/// Writes one test's files and says how many changed.
fn make(runner: &Runner<'_>, case: &Case) -> Result<usize, String> {
    let first = execute(runner, case).map_err(|error| error.to_string())?;
    let again = execute(runner, case).map_err(|error| error.to_string())?;
    let show = |bytes: &[u8]| compare::normalize(bytes, &case.dir, runner.program);
    if first.end != case.exit {
        return Err(format!("{}, declared {}\n{}", first.end, case.exit, show(&first.stderr)));
    }
    if first.stdout != again.stdout {
        return Err("two runs print different things".into());
    }
    let mut changed = 0;
    let mut write = |extension: &str, text: String| -> Result<(), String> {
        let path = case.expected(extension);
        if std::fs::read_to_string(&path).ok().as_deref() != Some(&text) {
            std::fs::write(&path, text).map_err(|error| error.to_string())?;
            changed += 1;
        }
        Ok(())
    };
    write("out", show(&first.stdout))?;
    match case.stderr {
        Stderr::Compare => {
            if first.stderr != again.stderr {
                return Err("two runs print different errors".into());
            }
            write("err", show(&first.stderr))?;
        }
        // Only the last line is compared, so only it is kept.
        Stderr::Last | Stderr::Kind => {
            let text = show(&first.stderr);
            write("err", format!("{}\n", text.lines().last().unwrap_or_default()))?;
        }
        Stderr::Empty if !first.stderr.is_empty() => return Err(format!("stderr: {}", show(&first.stderr))),
        _ => {}
    }
    Ok(changed)
}
