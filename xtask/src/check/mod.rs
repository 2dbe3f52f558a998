//! `cargo xtask check`: the protocols under their model checkers.
//!
//! Builds `model-checks` once per back end of the facade, starts one process per check and per seeded bug, and prints what was
//! explored. A check that stopped at a limit says `capped`; only one that ran every execution within its bound says `exhausted`.

mod audit;
mod binary;
mod museum;
mod replay;
mod rules;
mod schedule;
mod table;
mod tsan;

pub use table::render;

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Args, Subcommand};
use serde::Serialize;

use binary::{Backend, Binaries, Listed, ListedCheck};
use museum::How;
use schedule::{Job, Verdict};

/// Arguments of `cargo xtask check`.
#[derive(Args)]
pub struct CheckArgs {
    #[command(subcommand)]
    what: What,
    /// Also write the results to this file, as JSON.
    #[arg(long, global = true, value_name = "FILE")]
    json: Option<PathBuf>,
}

#[derive(Subcommand)]
enum What {
    /// Every check at its own bound, every seeded bug, the museum; a few minutes.
    Quick,
    /// No bound for two threads, three preemptions for more, four times the schedules, then the audit too; three quarters of an hour.
    Full {
        /// Seconds per check of three or more threads, after which it is capped; one of two threads has three times as many.
        #[arg(long, value_name = "S", default_value_t = 60.0)]
        seconds: f64,
        /// Seed of every random scheduler.
        #[arg(long, value_name = "S", default_value_t = 0)]
        seed: u64,
    },
    /// The whole VM under ThreadSanitizer: models on plain threads, Python programs, outcome tests.
    Tsan(tsan::Args),
    /// The loom checks of one protocol (p1) or one check (p1.stop.2) at a chosen bound.
    Loom {
        /// Protocol or check.
        name: String,
        /// Preemptions per execution at most; without it there is no bound.
        #[arg(long, value_name = "N")]
        pb: Option<usize>,
        /// Seconds per check, after which it is capped.
        #[arg(long, value_name = "S", default_value_t = 600.0)]
        seconds: f64,
        /// With this seeded bug.
        #[arg(long, value_name = "NAME")]
        mutant: Option<String>,
    },
    /// The shuttle checks of one protocol or one check, with a chosen number of schedules and seed.
    Shuttle {
        /// Protocol or check.
        name: String,
        /// With this seeded bug.
        #[arg(long, value_name = "NAME")]
        mutant: Option<String>,
        /// Schedules per check, over all schedulers of the portfolio.
        #[arg(long, value_name = "N", default_value_t = 200_000)]
        schedules: usize,
        /// Seed of every scheduler.
        #[arg(long, value_name = "S", default_value_t = 0)]
        seed: u64,
    },
    /// What each checker can and cannot see, in small programs whose outcomes are known.
    Litmus,
    /// Weakens every memory ordering, one at a time: a check must fail without it, or the source must say why none can.
    Audit {
        /// Only the files of this protocol.
        protocol: Option<String>,
    },
    /// Runs the failing execution that a file describes, and shows what each thread did.
    Replay {
        /// The file; a failed check names it.
        file: PathBuf,
    },
    /// Historical bugs of other virtual machines (model-checks/museum.toml), each caught by its check or refused by the compiler.
    Museum,
    /// The names of all checks, their rules, and their seeded bugs.
    List,
}

/// What a run of the checks found.
#[derive(Serialize)]
pub struct CheckSummary {
    /// One per check.
    pub rows: Vec<Row>,
    /// Rules without a model, models of missing rules, seeded bugs without a check, and the like.
    pub inconsistencies: Vec<String>,
    /// How many rules the headers state.
    pub rules: usize,
    /// How many of those the headers say that no model checks.
    pub unchecked_rules: usize,
    /// The historical bugs.
    pub museum: Option<museum::Museum>,
    /// The memory orderings.
    pub audit: Option<audit::Audit>,
    /// Wall time, building included.
    pub seconds: f64,
}

/// One check.
#[derive(Serialize)]
pub struct Row {
    /// Its name.
    pub check: String,
    /// Its protocol.
    pub protocol: String,
    /// loom or shuttle.
    pub checker: String,
    /// Threads of the model.
    pub threads: usize,
    /// What bounds the exploration.
    pub bound: String,
    /// Executions run.
    pub executions: u64,
    /// `exhausted`, `capped(n)` or `FAILED`.
    pub outcome: String,
    /// For a litmus test: what it documents.
    pub note: String,
    /// Why it failed.
    pub failure: Option<String>,
    /// The rule it broke, what each thread did, how to see it again.
    pub explanation: String,
    /// Wall time of its process.
    pub seconds: f64,
    /// The seeded bugs that this check is to catch.
    pub seeded: Vec<Caught>,
}

/// One seeded bug.
#[derive(Serialize)]
pub struct Caught {
    /// Its name.
    pub name: String,
    /// Whether the check failed with it.
    pub caught: bool,
    /// What the check said.
    pub report: String,
    /// Wall time of its process.
    pub seconds: f64,
}

impl CheckSummary {
    /// Checks that explored without a failure, and seeded bugs that were caught.
    pub fn passed(&self) -> usize {
        let ok = self.rows.iter().filter(|r| r.failure.is_none()).count();
        let exhibits =
            self.museum.iter().flat_map(|m| &m.exhibits).filter(|e| !e.failed && e.how != How::Pending);
        let orderings = self.audit.as_ref().map_or(0, |a| a.sites.len() - a.failed());
        ok + self.rows.iter().flat_map(|r| &r.seeded).filter(|s| s.caught).count()
            + exhibits.count()
            + orderings
    }

    /// Checks that failed, seeded bugs that were missed, and inconsistencies.
    pub fn failed(&self) -> usize {
        let bad = self.rows.iter().filter(|r| r.failure.is_some()).count();
        bad + self.rows.iter().flat_map(|r| &r.seeded).filter(|s| !s.caught).count()
            + self.inconsistencies.len()
            + self.museum.as_ref().map_or(0, museum::Museum::failed)
            + self.audit.as_ref().map_or(0, audit::Audit::failed)
    }
}

/// Seconds per check at quick settings; none comes near on an idle machine.
const QUICK_SECONDS: f64 = 120.0;
/// Schedules per shuttle check at quick settings.
const QUICK_SCHEDULES: usize = 15_000;

/// Schedules per shuttle check at full settings.
const FULL_SCHEDULES: usize = 100_000;

/// Seeded bugs that ThreadSanitizer must see, as proof that it looks.
const TSAN_SEES: &[(&str, &str)] = &[("p1.stop.9", "p1.attach-relaxed"), ("p3.post.5", "p3.set-relaxed")];

/// The command: runs, prints, and says whether all went well.
///
/// # Errors
/// When the checks cannot be built or listed, no check has the given name, or the JSON file cannot be written.
pub fn main(args: &CheckArgs) -> Result<bool, String> {
    if matches!(args.what, What::List) {
        let binaries = Binaries::build(&[Backend::Loom])?;
        print!("{}", table::list(&binaries.list()?));
        return Ok(true);
    }
    if let What::Replay { file } = &args.what {
        let (text, failed) = replay::replay(file)?;
        print!("{text}");
        return Ok(!failed);
    }
    if let What::Audit { protocol } = &args.what {
        let binaries = Binaries::build(&[Backend::Loom, Backend::Shuttle])?;
        let audit = audit::run(&binaries, &binaries.list()?, protocol.as_deref())?;
        print!("{}{}", audit.render(), audit::details(&audit));
        write_json(args.json.as_deref(), &audit)?;
        return Ok(audit.failed() == 0);
    }
    if matches!(args.what, What::Museum) {
        let binaries = Binaries::build(&[Backend::Loom, Backend::Shuttle])?;
        let museum = museum::run(&binaries, &binaries.list()?, &rules::stated()?)?;
        print!("{}", museum.render());
        write_json(args.json.as_deref(), &museum)?;
        return Ok(museum.failed() == 0);
    }
    if let What::Tsan(what) = &args.what {
        return threads(args, what);
    }
    let summary = run(args)?;
    print!("{}", table::render(&summary));
    write_json(args.json.as_deref(), &summary)?;
    Ok(summary.failed() == 0)
}

/// The models on plain threads, and the rest of the VM.
fn threads(args: &CheckArgs, what: &tsan::Args) -> Result<bool, String> {
    #[derive(Serialize)]
    struct Both {
        models: Option<CheckSummary>,
        programs: tsan::Tsan,
    }
    let programs = if what.wants_programs() { tsan::run(what)? } else { tsan::Tsan::default() };
    let models = if what.wants(tsan::Part::Models) { Some(run(args)?) } else { None };
    if let Some(models) = models.as_ref().filter(|m| !m.rows.is_empty()) {
        print!("{}", table::render(models));
    }
    print!("{}", programs.render());
    let failed = programs.failed() + models.as_ref().map_or(0, CheckSummary::failed);
    let nothing = programs.rows.is_empty() && models.as_ref().is_none_or(|m| m.rows.is_empty());
    write_json(args.json.as_deref(), &Both { models, programs })?;
    if nothing {
        return Err("nothing has such a name".into());
    }
    Ok(failed == 0)
}

fn write_json(path: Option<&Path>, results: &impl Serialize) -> Result<(), String> {
    let Some(path) = path else { return Ok(()) };
    let text = serde_json::to_string_pretty(results).map_err(|e| format!("cannot write JSON: {e}"))?;
    std::fs::write(path, text).map_err(|e| format!("cannot write {}: {e}", path.display()))
}

/// Source file → the protocol that its header is about.
///
/// # Errors
/// When a source cannot be read.
pub fn protocol_files() -> Result<std::collections::BTreeMap<String, String>, String> {
    Ok(rules::sources()?.files)
}

/// Every check at its own bound and every seeded bug: what `cargo xtask test` includes.
///
/// # Errors
/// As [`main`].
pub fn quick() -> Result<CheckSummary, String> {
    run(&CheckArgs { what: What::Quick, json: None })
}

/// Builds and runs what `args` asks for.
///
/// # Errors
/// As [`main`].
pub fn run(args: &CheckArgs) -> Result<CheckSummary, String> {
    let start = Instant::now();
    let (backends, name): (&[Backend], Option<&str>) = match &args.what {
        What::Litmus => (&[Backend::Loom, Backend::Shuttle], Some("litmus")),
        What::Quick
        | What::List
        | What::Museum
        | What::Audit { .. }
        | What::Replay { .. }
        | What::Full { .. } => (&[Backend::Loom, Backend::Shuttle], None),
        What::Tsan(_) => (&[Backend::Tsan], None),
        What::Loom { name, .. } => (&[Backend::Loom], Some(name)),
        What::Shuttle { name, .. } => (&[Backend::Shuttle], Some(name)),
    };
    let binaries = Binaries::build(backends)?;
    let listed = binaries.list()?;
    // The models for shuttle are the larger ones, so they serve for plain threads too.
    let backend = |check: &ListedCheck| match (&args.what, check.backend()) {
        (What::Tsan(_), Backend::Shuttle) => Backend::Tsan,
        (_, own) => own,
    };
    let selected: Vec<_> = listed
        .checks
        .iter()
        .filter(|c| backends.contains(&backend(c)) && name.is_none_or(|n| selects(n, &c.name)))
        .filter(|c| if let What::Tsan(tsan) = &args.what { tsan.selects(&c.name) } else { true })
        .collect();
    if selected.is_empty() && !matches!(args.what, What::Tsan(_)) {
        let name = name.unwrap_or("anything");
        return Err(format!("no check of {name} here; `cargo xtask check list` names them all"));
    }
    let mut jobs = Vec::new();
    for check in &selected {
        let backend = backend(check);
        let (options, limit) = options(&args.what, check);
        let mutant = match &args.what {
            What::Loom { mutant, .. } | What::Shuttle { mutant, .. } => mutant.clone(),
            _ => None,
        };
        jobs.push(Job { mutant, backend, options, limit, ..Job::of(&check.name) });
        if matches!(args.what, What::Quick | What::Full { .. } | What::Litmus) {
            for mutant in listed.mutants.iter().filter(|m| m.caught_by == check.name) {
                let options = vec!["--seconds".into(), QUICK_SECONDS.to_string()];
                let mutant = Some(mutant.name.clone());
                let limit = QUICK_SECONDS * 2.0;
                jobs.push(Job { mutant, backend, options, limit, ..Job::of(&check.name) });
            }
        }
        if let (What::Tsan(tsan), Some(mutant)) = (&args.what, TSAN_SEES.iter().find(|m| m.0 == check.name)) {
            let seconds = tsan.seconds;
            let options = vec!["--seconds".into(), (seconds * 5.0).to_string()];
            let mutant = Some(mutant.1.to_owned());
            let limit = seconds * 5.0 + 60.0;
            jobs.push(Job { mutant, backend, options, limit, ..Job::of(&check.name) });
        }
    }
    let verdicts = schedule::run_all(&binaries, &jobs);
    let mut rows = rows(&listed, &jobs, &verdicts);
    let sources = rules::sources()?;
    for row in rows.iter_mut().filter(|r| r.failure.is_some()) {
        // A check alone, or with the seeded bug that was asked for, comes before its seeded bugs.
        let failed = jobs.iter().zip(&verdicts).find(|(job, _)| job.check == row.check);
        if let Some((job, verdict)) = failed.filter(|(job, _)| job.backend != Backend::Tsan) {
            row.explanation = replay::explain(&binaries, &listed, &sources, job, verdict);
        }
    }
    let whole = matches!(args.what, What::Quick | What::Full { .. });
    let stated: std::collections::BTreeSet<String> = sources.rules.keys().cloned().collect();
    let inconsistencies = if whole { rules::inconsistencies(&sources, &listed) } else { Vec::new() };
    let museum = if whole { Some(museum::run(&binaries, &listed, &stated)?) } else { None };
    let full = matches!(args.what, What::Full { .. });
    let audit = if full { Some(audit::run(&binaries, &listed, None)?) } else { None };
    Ok(CheckSummary {
        rows,
        inconsistencies,
        rules: stated.len(),
        unchecked_rules: sources.rules.values().filter(|r| r.unchecked).count(),
        museum,
        audit,
        seconds: start.elapsed().as_secs_f64(),
    })
}

/// The arguments of a check's process, and the seconds after which it is killed.
fn options(what: &What, check: &ListedCheck) -> (Vec<String>, f64) {
    let text =
        |pairs: &[(&str, String)]| pairs.iter().flat_map(|(k, v)| [format!("--{k}"), v.clone()]).collect();
    let bound = |pb: Option<usize>| pb.map_or_else(|| "none".to_owned(), |n| n.to_string());
    match what {
        What::Quick | What::List | What::Litmus | What::Museum | What::Audit { .. } | What::Replay { .. } => {
            (
                text(&[("seconds", QUICK_SECONDS.to_string()), ("schedules", QUICK_SCHEDULES.to_string())]),
                QUICK_SECONDS * 2.0,
            )
        }
        What::Full { seconds, seed } => {
            let deepest = if check.threads > 2 { Some(3) } else { None };
            let schedules = FULL_SCHEDULES.to_string();
            let seconds = seconds * if check.threads > 2 { 1.0 } else { 3.0 };
            let limit = seconds * 3.0 + 60.0;
            let seconds = seconds.to_string();
            let pairs = [
                ("bound", bound(deepest)),
                ("seconds", seconds),
                ("schedules", schedules),
                ("seed", seed.to_string()),
            ];
            (text(&pairs), limit)
        }
        What::Tsan(tsan) => (text(&[("seconds", tsan.seconds.to_string())]), tsan.seconds + 60.0),
        What::Loom { pb, seconds, .. } => {
            (text(&[("bound", bound(*pb)), ("seconds", seconds.to_string())]), seconds * 2.0 + 60.0)
        }
        What::Shuttle { schedules, seed, .. } => {
            (text(&[("schedules", schedules.to_string()), ("seed", seed.to_string())]), f64::from(24 * 3600))
        }
    }
}

/// Whether `name`, a protocol or a check, selects `check`.
fn selects(name: &str, check: &str) -> bool {
    let name = name.to_lowercase();
    check == name || check.strip_prefix(&name).is_some_and(|rest| rest.starts_with('.'))
}

fn rows(listed: &Listed, jobs: &[Job], verdicts: &[Verdict]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for (job, verdict) in jobs.iter().zip(verdicts) {
        if let (Some(mutant), Some(row)) = (&job.mutant, rows.last_mut().filter(|r| r.check == job.check)) {
            let outcome = schedule::caught(verdict);
            let caught = outcome.is_ok();
            let report = outcome.unwrap_or_else(|missed| missed);
            row.seeded.push(Caught { name: mutant.clone(), caught, report, seconds: verdict.seconds });
            continue;
        }
        let Some(check) = listed.checks.iter().find(|c| c.name == job.check) else { continue };
        let mut row = Row {
            check: check.name.clone(),
            protocol: check.protocol.clone(),
            checker: job.backend.name().to_owned(),
            threads: check.threads,
            bound: String::new(),
            executions: 0,
            outcome: "FAILED".to_owned(),
            note: check.note.clone(),
            failure: None,
            explanation: String::new(),
            seconds: verdict.seconds,
            seeded: Vec::new(),
        };
        match &verdict.found {
            Ok(explored) => {
                row.bound.clone_from(&explored.bound);
                row.executions = explored.executions;
                row.outcome = match explored.outcome.as_str() {
                    "capped" => format!("capped({})", explored.executions),
                    other => other.to_owned(),
                };
            }
            Err(report) => row.failure = Some(report.clone()),
        }
        rows.push(row);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::selects;

    #[test]
    fn a_protocol_selects_its_checks_and_no_other_protocol_s() {
        assert!(selects("p1", "p1.stop.2") && selects("P1", "p1.stop.2") && selects("p1.stop", "p1.stop.2"));
        assert!(!selects("p1", "p17.lock.3") && !selects("p1.st", "p1.stop.2"));
    }
}
