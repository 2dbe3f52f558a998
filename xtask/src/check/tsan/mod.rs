//! `cargo xtask check tsan`: the VM under ThreadSanitizer, on plain threads.
//!
//! Reports are never suppressed. Each seeded bug of [`PLANTED`] must be reported, as proof that the check looks.

pub mod build;
mod report;

use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use clap::{Args as ClapArgs, ValueEnum};
use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use super::schedule::bar;
use crate::ladder::{self, Case, Runner};
use crate::process::{self, End, Plan};
use build::Built;

/// Arguments of `cargo xtask check tsan`.
#[derive(ClapArgs)]
pub struct Args {
    /// Only what contains one of these words: `t3_threads/barrier`, `p1.`; everything without.
    words: Vec<String>,
    /// Only this part (repeatable).
    #[arg(long, value_name = "PART")]
    part: Vec<Part>,
    /// The whole ladder, not only the tiers with threads, tracing and monitoring.
    #[arg(long)]
    all: bool,
    /// Seconds per model.
    #[arg(long, value_name = "S", default_value_t = 3.0)]
    pub seconds: f64,
    /// Run each program this many times.
    #[arg(long, value_name = "N", default_value_t = 1)]
    repeat: usize,
}

/// What is run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// The larger models of the protocols.
    Models,
    /// Python programs of tests/ladder.
    Ladder,
    /// The outcome tests of vm-core and vm-heap; only on request.
    Stress,
    /// Seeded bugs, each of which must be reported.
    Planted,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Models => "models",
            Self::Ladder => "ladder",
            Self::Stress => "stress",
            Self::Planted => "planted",
        }
    }
}

/// Tiers of the ladder that run without `--all`: those where threads meet.
const TIERS: [&str; 3] = ["t3_threads", "t4_monitoring", "t4_tracing"];

/// Programs that are not run, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    (
        "t3_threads/faulthandler_crash",
        "its handler of fatal signals allocates on purpose: the process is lost anyway",
    ),
    ("t3_threads/fork_busy", "ThreadSanitizer does not carry threads that a child of fork makes"),
    ("t3_threads/fork_then_threads", "as fork_busy"),
];

/// Seeded bugs, and the program of the ladder that must show each, in one of three runs.
const PLANTED: &[(&str, &str)] = &[("p17.slot-relaxed", "t3_threads/strings_handed_over")];

/// How much slower than an optimized build the programs may be.
const PATIENCE: u32 = 15;

/// One thing to run.
struct Subject {
    part: Part,
    name: String,
    what: What,
}

enum What {
    Program(Case),
    Planted(Case, &'static str),
    Outcomes,
}

/// What became of it.
#[derive(Serialize)]
pub struct Row {
    /// Which part it is of.
    pub part: Part,
    /// Its name.
    pub name: String,
    /// How many reports there were.
    pub reports: usize,
    /// The first, without the frames that say nothing.
    pub first: Option<String>,
    /// How it failed otherwise: another output, exit code or end than it should have.
    pub failure: Option<String>,
    /// Wall time.
    pub seconds: f64,
}

impl Row {
    /// Whether it went as it should.
    pub fn passed(&self) -> bool {
        match self.part {
            Part::Planted => self.reports > 0,
            _ => self.reports == 0 && self.failure.is_none(),
        }
    }
}

/// The whole run.
#[derive(Serialize, Default)]
pub struct Tsan {
    /// One per program.
    pub rows: Vec<Row>,
    /// What was not run.
    pub left_out: Vec<String>,
    /// Wall time, building included.
    pub seconds: f64,
}

impl Args {
    /// Whether `part` is to run.
    pub fn wants(&self, part: Part) -> bool {
        // The outcome tests' own engine uses the standard library's locks: only on request.
        self.part.contains(&part) || (self.part.is_empty() && part != Part::Stress)
    }

    /// Whether anything but the models is to run.
    pub fn wants_programs(&self) -> bool {
        [Part::Ladder, Part::Stress, Part::Planted].into_iter().any(|part| self.wants(part))
    }

    /// Whether the name is one of those asked for.
    pub fn selects(&self, name: &str) -> bool {
        self.words.is_empty() || self.words.iter().any(|word| name.contains(word.as_str()))
    }
}

/// Builds and runs everything that `args` asks for, but the models.
///
/// # Errors
/// When something cannot be built, read or listed.
pub fn run(args: &Args) -> Result<Tsan, String> {
    let start = Instant::now();
    let built = build::build()?;
    let mut left_out = Vec::new();
    let subjects = subjects(args, &built, &mut left_out)?;
    let logs = build::folder().join("reports");
    let _ = std::fs::remove_dir_all(&logs);
    std::fs::create_dir_all(&logs).map_err(|e| format!("{}: {e}", logs.display()))?;
    let jobs = std::thread::available_parallelism().map_or(2, usize::from);
    let bar = bar(subjects.len());
    let next = AtomicUsize::new(0);
    let rows = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                while let Some((i, subject)) = {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    subjects.get(i).map(|subject| (i, subject))
                } {
                    bar.set_message(subject.name.clone());
                    let row = one(&built, subject, &logs.join(i.to_string()));
                    if !row.passed() {
                        bar.suspend(|| print!("{}", row.describe()));
                    }
                    if let Ok(mut rows) = rows.lock() {
                        rows.push((i, row));
                    }
                    bar.inc(1);
                }
            });
        }
    });
    bar.finish_and_clear();
    let mut rows = rows.into_inner().unwrap_or_default();
    rows.sort_by_key(|(i, _)| *i);
    let rows = rows.into_iter().map(|(_, row)| row).collect();
    Ok(Tsan { rows, left_out, seconds: start.elapsed().as_secs_f64() })
}

/// What is to be run.
fn subjects(args: &Args, built: &Built, left_out: &mut Vec<String>) -> Result<Vec<Subject>, String> {
    let mut found = Vec::new();
    let cases = ladder::discover()?;
    for &(mutant, program) in PLANTED {
        let case = cases.iter().find(|c| c.id() == program).ok_or_else(|| format!("no program {program}"))?;
        let name = format!("{mutant} in {program}");
        found.push(Subject { part: Part::Planted, name, what: What::Planted(case.clone(), mutant) });
    }
    let mut others = 0;
    for case in cases {
        let id = case.id();
        if let Some((_, why)) = LEFT_OUT.iter().find(|(name, _)| *name == id) {
            left_out.push(format!("{id}: {why}"));
        } else if !args.all && !TIERS.contains(&case.tier.as_str()) {
            others += 1;
        } else {
            for _ in 0..args.repeat {
                found.push(Subject {
                    part: Part::Ladder,
                    name: id.clone(),
                    what: What::Program(case.clone()),
                });
            }
        }
    }
    if others > 0 {
        left_out.push(format!("{others} programs of the ladder without threads (--all runs them)"));
    }
    let listed = Command::new(&built.stress).args(["list", "--names"]).output();
    let listed = listed.map_err(|e| format!("cannot start {}: {e}", built.stress.display()))?;
    let names = String::from_utf8_lossy(&listed.stdout).into_owned();
    for name in names.lines() {
        if name.starts_with('p') && !name.starts_with("py.") {
            found.push(Subject { part: Part::Stress, name: name.to_owned(), what: What::Outcomes });
        }
    }
    left_out.push("outcome tests (--part stress runs those in Rust, but not those of bare atomics)".into());
    left_out.push(
        "unit tests: the standard harness is not instrumented, and its own threads are reported".into(),
    );
    found.retain(|s| args.wants(s.part) && args.selects(&s.name));
    Ok(found)
}

/// Runs one subject.
fn one(built: &Built, subject: &Subject, log: &Path) -> Row {
    let options = report::options(log);
    let env = [("TSAN_OPTIONS", options)];
    let start = Instant::now();
    let run = || match &subject.what {
        What::Program(case) => program(built, case, &[], &env),
        What::Planted(case, mutant) => program(built, case, &[format!("mutant={mutant}")], &env),
        What::Outcomes => command(
            Command::new(&built.stress)
                .args(["run", &subject.name, "--time", "500ms", "--modes", "other,over", "--brief"])
                .env(env[0].0, &env[0].1),
        ),
    };
    let runs = if subject.part == Part::Planted { 3 } else { 1 };
    let (mut reports, mut failure) = (Vec::new(), None);
    for _ in 0..runs {
        failure = run().err();
        match report::collect(log) {
            Ok(found) => reports = found,
            Err(error) => failure = Some(error),
        }
        if !reports.is_empty() {
            break;
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    let first = reports.first().cloned();
    Row { part: subject.part, name: subject.name.clone(), reports: reports.len(), first, failure, seconds }
}

fn program(built: &Built, case: &Case, x: &[String], env: &[(&str, String)]) -> Result<(), String> {
    let runner = Runner { program: &built.weft, x, weft: true, jobs: 1, patience: PATIENCE };
    let finished = ladder::execute_with(&runner, case, env).map_err(|e| format!("cannot start: {e}"))?;
    ladder::judge(case, &finished, &built.weft)
}

fn command(command: &mut Command) -> Result<(), String> {
    let plan = Plan { limit: Duration::from_secs(300), ..Plan::default() };
    let finished = process::run(command, &plan).map_err(|e| format!("cannot start: {e}"))?;
    if finished.end == End::Code(0) {
        return Ok(());
    }
    let text = [finished.stdout, finished.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    Err(format!("{}\n{}", finished.end, lines[lines.len().saturating_sub(12)..].join("\n")))
}

impl Row {
    /// What went wrong, and how to see it again.
    fn describe(&self) -> String {
        let mut text = String::new();
        let again = format!("cargo xtask check tsan --part {} '{}'", self.part.name(), self.name);
        // Writing to a String cannot fail.
        if self.part == Part::Planted {
            let _ = writeln!(text, "MISSED {}: no report\n  again: {again}", self.name);
            return text;
        }
        if let Some(first) = &self.first {
            let _ = writeln!(text, "RACE {}: {} reports; the first:\n{first}", self.name, self.reports);
        }
        if let Some(failure) = &self.failure {
            let _ = writeln!(text, "FAILED {}: {}", self.name, failure.replace('\n', "\n  "));
        }
        let _ = writeln!(text, "  again: {again}");
        text
    }
}

impl Tsan {
    /// Reports that are findings.
    pub fn reports(&self) -> usize {
        self.rows.iter().filter(|r| r.part != Part::Planted).map(|r| r.reports).sum()
    }

    /// What went as it should not.
    pub fn failed(&self) -> usize {
        self.rows.iter().filter(|r| !r.passed()).count()
    }

    /// The table, and what was left out.
    pub fn render(&self) -> String {
        let mut table = Table::new();
        table.load_style(presets::ASCII_MARKDOWN).set_header([
            "part",
            "run",
            "clean",
            "with reports",
            "reports",
            "failed otherwise",
            "seconds",
        ]);
        for part in [Part::Ladder, Part::Stress, Part::Planted] {
            let rows: Vec<_> = self.rows.iter().filter(|r| r.part == part).collect();
            if rows.is_empty() {
                continue;
            }
            let count = |f: &dyn Fn(&Row) -> bool| rows.iter().filter(|r| f(r)).count().to_string();
            table.add_row([
                part.name().to_owned(),
                rows.len().to_string(),
                count(&|r| r.reports == 0 && r.failure.is_none()),
                count(&|r| r.reports > 0),
                rows.iter().map(|r| r.reports).sum::<usize>().to_string(),
                count(&|r| r.failure.is_some() && r.part != Part::Planted),
                format!("{:.1}", rows.iter().map(|r| r.seconds).sum::<f64>()),
            ]);
        }
        for numeric in 1..7 {
            if let Some(column) = table.column_mut(numeric) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let mut text = format!("{table}\n");
        for what in &self.left_out {
            let _ = writeln!(text, "left out: {what}");
        }
        let planted = self.rows.iter().filter(|r| r.part == Part::Planted);
        let (seen, all) = (planted.clone().filter(|r| r.passed()).count(), planted.count());
        let _ = writeln!(
            text,
            "{} programs, {} reports, 0 suppressions; {seen} of {all} seeded bugs reported; {:.0} s",
            self.rows.len() - all,
            self.reports(),
            self.seconds
        );
        text
    }
}
