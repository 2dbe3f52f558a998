//! Runs the jobs, one process each, as many at a time as the machine runs threads.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Deserialize;

use super::binary::{Backend, Binaries};
use crate::process::{self, End, Plan};

/// One process to run.
pub struct Job {
    /// `run` or `sites`.
    pub verb: &'static str,
    /// The check.
    pub check: String,
    /// The seeded bug to run it with.
    pub mutant: Option<String>,
    /// What explores it.
    pub backend: Backend,
    /// More arguments.
    pub options: Vec<String>,
    /// Seconds after which the process is killed; it should have stopped by itself long before.
    pub limit: f64,
}

impl Job {
    /// A plain run by loom.
    pub fn of(check: &str) -> Self {
        let check = check.to_owned();
        Self { verb: "run", check, mutant: None, backend: Backend::Loom, options: Vec::new(), limit: 60.0 }
    }
}

/// What a check that found nothing prints.
#[derive(Deserialize)]
pub struct Explored {
    /// `exhausted` or `capped`.
    pub outcome: String,
    /// What bounded it.
    pub bound: String,
    /// Executions run.
    pub executions: u64,
    /// Processor time.
    #[serde(default)]
    pub cpu: f64,
}

/// How a job ended.
pub struct Verdict {
    /// What was explored without a failure, or the failure.
    pub found: Result<Explored, String>,
    /// The process had to be killed.
    pub timed_out: bool,
    /// The process refused its arguments: nothing was checked.
    pub refused: bool,
    /// Wall time.
    pub seconds: f64,
    /// Processor time, if the process said it.
    pub cpu: f64,
    /// Number of the execution that failed.
    pub execution: Option<u64>,
    /// Number of its plan of choices.
    pub plan: usize,
    /// Everything on its standard output.
    pub output: String,
}

impl Verdict {
    fn none(failure: String, timed_out: bool, refused: bool) -> Self {
        let found = Err(failure);
        Self {
            found,
            timed_out,
            refused,
            seconds: 0.0,
            cpu: 0.0,
            execution: None,
            plan: 0,
            output: String::new(),
        }
    }
}

/// A progress bar with an estimate.
pub fn bar(length: usize) -> ProgressBar {
    let bar = ProgressBar::new(length as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed}, about {eta} to go {msg}")
    {
        bar.set_style(style);
    }
    bar
}

/// Runs all `jobs`; the verdicts are in their order.
pub fn run_all(binaries: &Binaries, jobs: &[Job]) -> Vec<Verdict> {
    let bar = bar(jobs.len());
    let next = AtomicUsize::new(0);
    let verdicts: Vec<Mutex<Option<Verdict>>> = jobs.iter().map(|_| Mutex::new(None)).collect();
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((job, slot)) = {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    jobs.get(i).zip(verdicts.get(i))
                } {
                    bar.set_message(job.mutant.clone().unwrap_or_else(|| job.check.clone()));
                    let verdict = run(binaries, job);
                    if let Ok(mut slot) = slot.lock() {
                        *slot = Some(verdict);
                    }
                    bar.inc(1);
                }
            });
        }
    });
    bar.finish_and_clear();
    let lost = || Verdict::none("its worker died".into(), true, false);
    verdicts.into_iter().map(|slot| slot.into_inner().ok().flatten().unwrap_or_else(lost)).collect()
}

/// What a job with a seeded bug says: the report of the check that caught it, or how it got away.
pub fn caught(verdict: &Verdict) -> Result<String, String> {
    match &verdict.found {
        Ok(explored) => Err(format!("missed in {} executions", explored.executions)),
        // A hang is no finding: the checkers report deadlocks, and bound everything else.
        Err(report) if verdict.timed_out || verdict.refused => Err(report.clone()),
        Err(report) => Ok(report.clone()),
    }
}

/// Runs one job.
pub fn run(binaries: &Binaries, job: &Job) -> Verdict {
    let mut command = binaries.command(job.backend);
    command.args([job.verb, &job.check]).args(&job.options);
    if let Some(mutant) = &job.mutant {
        command.args(["--mutant", mutant]);
    }
    let plan = Plan { limit: Duration::from_secs_f64(job.limit), ..Plan::default() };
    let finished = match process::run(&mut command, &plan) {
        Ok(finished) => finished,
        Err(error) => {
            return Verdict::none(format!("cannot start: {error}"), false, true);
        }
    };
    let stdout = String::from_utf8_lossy(&finished.stdout);
    let stderr = String::from_utf8_lossy(&finished.stderr);
    let seconds = finished.took.as_secs_f64();
    let found: Result<Explored, String> = match finished.end {
        End::Code(0) => stdout
            .lines()
            .last()
            .and_then(|line| serde_json::from_str(line).ok())
            .ok_or_else(|| "no record on its standard output".to_owned()),
        end => Err(report(&stderr, end)),
    };
    let said = || stderr.lines().find_map(|l| l.strip_prefix("processor time ")?.parse().ok());
    let execution =
        stderr.lines().find_map(|l| l.strip_prefix("execution ")?.split(':').next()?.parse().ok());
    let plan = stderr.lines().find_map(|l| l.strip_prefix("plan ")?.parse().ok()).unwrap_or(0);
    let cpu = found.as_ref().map_or_else(|_| said().unwrap_or(seconds), |explored| explored.cpu);
    Verdict {
        found,
        timed_out: finished.end == End::TimedOut,
        refused: matches!(finished.end, End::Code(0 | 2)),
        seconds,
        cpu,
        execution,
        plan,
        output: stdout.into_owned(),
    }
}

/// The finding, in one line.
fn report(stderr: &str, end: End) -> String {
    let mut lines = stderr
        .lines()
        .filter(|l| !l.starts_with("processor time ") && !l.starts_with("plan "))
        .skip_while(|line| !line.starts_with("execution "));
    match lines.next() {
        Some(first) => {
            // "execution 12: panicked at file:line:" and the message on the lines after it.
            let rest: Vec<&str> = lines.take(3).map(str::trim).collect();
            format!("{first} {}", rest.join(" "))
        }
        None if stderr.contains("ThreadSanitizer") => {
            let summary = stderr.lines().find(|line| line.starts_with("SUMMARY")).unwrap_or("a report");
            summary.trim_start_matches("SUMMARY: ").to_owned()
        }
        None => format!("{end}: {}", stderr.lines().last().unwrap_or("no message")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_the_first_finding() {
        let stderr = "noise\nexecution 7: panicked at a.rs:1:2:\ndata race\n\nmore";
        assert_eq!(report(stderr, End::Code(1)), "execution 7: panicked at a.rs:1:2: data race  more");
        assert_eq!(report("x\nlast", End::Signal(6)), "killed by signal 6: last");
    }
}
