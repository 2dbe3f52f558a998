//! A failed check explained: the rule it broke, what each thread did, and how to see it again.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::binary::{Backend, Binaries, Listed};
use super::rules::Sources;
use super::schedule::{self, Job, Verdict};
use crate::workspace;

/// Steps printed; a longer timeline loses its beginning.
const STEPS: usize = 150;
/// Beyond so many threads a column each is too narrow.
const COLUMNS: usize = 4;

/// A failing execution, complete: what `check replay` reads.
#[derive(Serialize, Deserialize)]
pub struct Recording {
    check: String,
    checker: String,
    mutant: Option<String>,
    options: Vec<String>,
    execution: u64,
    /// loom's plan of choices.
    plan: usize,
    /// loom's path to the execution.
    path: Option<String>,
    message: String,
}

/// One step of one thread.
#[derive(Deserialize, Clone)]
struct Step {
    thread: usize,
    site: String,
    what: String,
}

/// Runs the failed `job` again up to its failing execution with a recorder, and explains it. Empty when the failure does not
/// say which execution it was (a kill, a crash).
pub fn explain(
    binaries: &Binaries,
    listed: &Listed,
    sources: &Sources,
    job: &Job,
    verdict: &Verdict,
) -> String {
    let Err(message) = &verdict.found else { return String::new() };
    let Some(execution) = verdict.execution else { return String::new() };
    let file = failures().join(file_name(job));
    let path = file.with_extension("path");
    let _ = std::fs::create_dir_all(failures());
    let _ = std::fs::remove_file(&path);
    let mut options = job.options.clone();
    options.extend(["--record".into(), execution.to_string()]);
    if job.backend == Backend::Loom {
        options.extend(["--path".into(), path.display().to_string()]);
    }
    let again = Job {
        options,
        mutant: job.mutant.clone(),
        backend: job.backend,
        limit: 3600.0,
        ..Job::of(&job.check)
    };
    let recorded = schedule::run(binaries, &again);
    let recording = Recording {
        check: job.check.clone(),
        checker: job.backend.name().to_owned(),
        mutant: job.mutant.clone(),
        options: job.options.clone(),
        execution,
        plan: verdict.plan,
        path: std::fs::read_to_string(&path).ok(),
        message: message.clone(),
    };
    let _ = std::fs::remove_file(&path);
    let mut text = describe(listed, sources, &recording, &steps(&recorded));
    let saved = serde_json::to_string(&recording).map(|json| std::fs::write(&file, json).is_ok());
    if matches!(saved, Ok(true)) {
        let _ = writeln!(text, "see it again: cargo xtask check replay {}", file.display());
    }
    text
}

/// Runs a recording. The text, and whether it failed as recorded.
///
/// # Errors
/// When the file is none of ours, or the checks cannot be built.
pub fn replay(file: &Path) -> Result<(String, bool), String> {
    let text = std::fs::read_to_string(file).map_err(|e| format!("cannot read {}: {e}", file.display()))?;
    let recording: Recording =
        serde_json::from_str(&text).map_err(|e| format!("{} is no recording: {e}", file.display()))?;
    let backend = if recording.checker == "loom" { Backend::Loom } else { Backend::Shuttle };
    let binaries = Binaries::build(&[backend])?;
    let listed = binaries.list()?;
    let sources = super::rules::sources()?;
    let mut options = recording.options.clone();
    let path = failures().join("replayed.path");
    if let Some(text) = &recording.path {
        std::fs::create_dir_all(failures()).map_err(|e| e.to_string())?;
        std::fs::write(&path, text).map_err(|e| format!("cannot write {}: {e}", path.display()))?;
        options.extend([
            "--from".into(),
            path.display().to_string(),
            "--plan".into(),
            recording.plan.to_string(),
        ]);
        options.extend(["--record".into(), "1".into()]);
    } else {
        options.extend(["--record".into(), recording.execution.to_string()]);
    }
    let job = Job {
        mutant: recording.mutant.clone(),
        backend,
        options,
        limit: 3600.0,
        ..Job::of(&recording.check)
    };
    let verdict = schedule::run(&binaries, &job);
    let _ = std::fs::remove_file(&path);
    match &verdict.found {
        Ok(_) => Ok((format!("{} does not fail any more\n", recording.check), false)),
        Err(message) => {
            let failed = !verdict.refused && !verdict.timed_out;
            let now = Recording { message: message.clone(), ..recording };
            Ok((describe(&listed, &sources, &now, &steps(&verdict)), failed))
        }
    }
}

fn failures() -> PathBuf {
    workspace::target().join("check").join("failures")
}

fn file_name(job: &Job) -> String {
    let mutant = job.mutant.as_ref().map_or_else(String::new, |m| format!("-{m}"));
    format!("{}{mutant}.json", job.check)
}

fn steps(verdict: &Verdict) -> Vec<Step> {
    verdict.output.lines().find_map(|line| serde_json::from_str(line).ok()).unwrap_or_default()
}

fn describe(listed: &Listed, sources: &Sources, recording: &Recording, steps: &[Step]) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{}: {}", recording.check, recording.message);
    let named = rules_in(&recording.message);
    let cited = || listed.checks.iter().find(|c| c.name == recording.check).map(|c| c.rules.clone());
    let (head, rules) =
        if named.is_empty() { ("it stands for", cited().unwrap_or_default()) } else { ("it broke", named) };
    for rule in rules {
        let words = sources.rules.get(&rule).map_or("", |r| r.text.as_str());
        let _ = writeln!(text, "  {head} {rule}: {words}");
    }
    text + &timeline(steps)
}

/// `P1.R7` wherever it stands.
fn rules_in(message: &str) -> Vec<String> {
    let mut rules: Vec<String> = message
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '.')
        .filter(|word| {
            word.split_once('.').is_some_and(|(p, r)| {
                let numbered = |w: &str, l| {
                    w.strip_prefix(l)
                        .is_some_and(|n: &str| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
                };
                numbered(p, 'P') && numbered(r, 'R')
            })
        })
        .map(str::to_owned)
        .collect();
    rules.dedup();
    rules
}

/// A column per thread, a row per step, time running down.
fn timeline(steps: &[Step]) -> String {
    let mut text = String::new();
    let threads = steps.iter().map(|s| s.thread + 1).max().unwrap_or(0);
    let skipped = steps.len().saturating_sub(STEPS);
    if skipped > 0 {
        let _ = writeln!(text, "  … {skipped} steps before");
    }
    let line = |step: &Step| {
        let site = step.site.strip_prefix("vm-core/src/").unwrap_or(&step.site);
        if step.what == "unlock" || step.what.starts_with("unlock ") {
            step.what.clone()
        } else {
            format!("{site} {}", step.what)
        }
    };
    let shown = || steps.iter().zip(1..).skip(skipped);
    if threads > COLUMNS {
        for (step, number) in shown() {
            let _ = writeln!(text, "  {number:5} T{:<2} {}", step.thread, line(step));
        }
        return text;
    }
    let widths: Vec<usize> = (0..threads)
        .map(|t| steps.iter().filter(|s| s.thread == t).map(|s| line(s).chars().count()).max().unwrap_or(2))
        .collect();
    let mut heading = String::from("        ");
    for (thread, width) in widths.iter().enumerate() {
        let _ = write!(heading, "{:width$}  ", format!("T{thread}"));
    }
    if threads > 0 {
        let _ = writeln!(text, "{}", heading.trim_end());
    }
    for (step, number) in shown() {
        let before: usize = widths[..step.thread].iter().map(|w| w + 2).sum();
        let _ = writeln!(text, "  {number:5} {:before$}{}", "", line(step));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_found_in_a_message() {
        assert_eq!(rules_in("P5.R4, P7.R3: a safepoint (p5.R1, P5.Rx)"), ["P5.R4", "P7.R3"]);
    }

    #[test]
    fn each_thread_has_its_column() {
        let step = |thread, what: &str| Step { thread, site: "vm-core/src/a.rs:1".into(), what: what.into() };
        let text = timeline(&[step(0, "x"), step(1, "yy"), step(0, "unlock #1")]);
        assert_eq!(
            text,
            "        T0         T1\n      1 a.rs:1 x\n      2            a.rs:1 yy\n      3 unlock #1\n"
        );
    }
}
