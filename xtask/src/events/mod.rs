//! Event streams: each program of `tests/events/corpus` is run under `sys.monitoring`, `sys.settrace` and
//! `sys.setprofile` by `tests/events/driver.py`, and the events that come are compared, in order, with those that
//! CPython made (`NAME.events`; `EXPECTED_BY` names the version).

mod case;

use crate::cpython::{self, Python};
use crate::ladder::diff;
use crate::process::{self, End};
use crate::workspace;
use case::{MODES, Program};
use clap::Args as ClapArgs;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Options of `cargo xtask events`.
#[derive(ClapArgs)]
pub struct Args {
    /// Run only the programs whose name contains one of these words.
    filters: Vec<String>,
    /// Only this kind of tracing: monitoring, settrace or setprofile (repeatable).
    #[arg(long, value_name = "MODE")]
    mode: Vec<String>,
    /// The weft binary to test (default: build it with the `quick` profile).
    #[arg(long, value_name = "PATH")]
    weft: Option<PathBuf>,
    /// Pass this `-X` option to every run, e.g. `-X tlbc=0` (repeatable).
    #[arg(short = 'X', value_name = "OPT")]
    x: Vec<String>,
    /// How many programs run at once (default: the number of processors).
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Re-make the expected streams with the interpreter given by --python, and the manifest.
    #[arg(long, requires = "python")]
    bless: bool,
    /// Run this CPython in place of weft (with --bless: the interpreter that makes the streams).
    #[arg(long, value_name = "PATH")]
    python: Option<PathBuf>,
    /// Show whole differences, not their first lines.
    #[arg(long)]
    full: bool,
    /// Write the results here as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// How many streams are equal.
#[derive(Clone, Copy, Default, Debug)]
pub struct Tally {
    /// Equal to the expected one.
    pub passed: usize,
    /// Different, or the program did not end; a count below the manifest's adds one.
    pub failed: usize,
    /// Of the equal ones, those compared without some events (`# differs:`).
    pub in_part: usize,
}

fn folder() -> PathBuf {
    workspace::root().join("tests/events")
}

/// Entry of `cargo xtask events`: true when all streams are equal.
///
/// # Errors
/// When the corpus cannot be read or the interpreter cannot be built or started.
pub fn main(args: &Args) -> Result<bool, String> {
    let mut programs = case::discover(&folder().join("corpus"))?;
    let complete = args.filters.is_empty();
    programs.retain(|p| complete || args.filters.iter().any(|filter| p.name.contains(filter.as_str())));
    if programs.is_empty() {
        return Err(format!("no program matches {:?}", args.filters));
    }
    let jobs = args.jobs.unwrap_or_else(processors).max(1);
    let python = match &args.python {
        Some(path) => {
            Some(cpython::probe(path).ok_or_else(|| format!("{} is no working CPython", path.display()))?)
        }
        None => None,
    };
    if let (true, Some(python)) = (args.bless, &python) {
        return bless(python, &programs, jobs, complete);
    }
    let program = match (&python, &args.weft) {
        (Some(python), _) => python.path.clone(),
        (None, Some(weft)) => std::path::absolute(weft).map_err(|error| error.to_string())?,
        (None, None) => workspace::build_weft()?,
    };
    let modes: Vec<&str> = MODES
        .into_iter()
        .filter(|m| args.mode.is_empty() || args.mode.iter().any(|wanted| wanted == m))
        .collect();
    let runner = Runner { program: &program, x: &args.x, weft: python.is_none(), jobs };
    let report = compare(&runner, &programs, &modes)?;
    let mut tally = report.show(args.full);
    if complete {
        tally.failed += missing(programs.len())?;
    }
    if let Some(path) = &args.json {
        report.write(path)?;
    }
    println!("{} passed, {} failed ({} compared in part)", tally.passed, tally.failed, tally.in_part);
    Ok(tally.failed == 0)
}

/// Compares all streams of `program` (weft, or a CPython) with the committed ones.
///
/// # Errors
/// As [`main`].
pub fn all(program: &Path, weft: bool) -> Result<Tally, String> {
    let programs = case::discover(&folder().join("corpus"))?;
    let report = compare(&Runner { program, x: &[], weft, jobs: processors() }, &programs, &MODES)?;
    let mut tally = report.show(false);
    tally.failed += missing(programs.len())?;
    Ok(tally)
}

/// Whether the committed streams were made by the version (3.x) of `python`.
pub fn made_by(python: &Python) -> bool {
    let text = std::fs::read_to_string(folder().join("corpus/EXPECTED_BY")).unwrap_or_default();
    text.starts_with(&format!("CPython {}.{}.", python.version.0, python.version.1))
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

/// 1 when fewer programs were found than the manifest says.
fn missing(found: usize) -> Result<usize, String> {
    let path = folder().join("manifest.toml");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let count = text.lines().find_map(|line| line.strip_prefix("programs = ")?.trim().parse::<usize>().ok());
    let expected = count.ok_or_else(|| format!("{}: no `programs = N`", path.display()))?;
    if found < expected {
        println!("FAIL  {found} programs, but the manifest says {expected}");
    }
    Ok(usize::from(found < expected))
}

/// The interpreter and how it is run.
struct Runner<'a> {
    program: &'a Path,
    x: &'a [String],
    weft: bool,
    jobs: usize,
}

impl Runner<'_> {
    /// The stream of `program` in `mode`, or what went wrong.
    fn stream(&self, program: &Program, mode: &str) -> Result<String, String> {
        let mut command = Command::new(self.program);
        if self.weft {
            for x in self.x {
                command.arg("-X").arg(x);
            }
        } else {
            command.arg("-I");
        }
        command.arg("-B").arg(folder().join("driver.py")).arg(mode).arg(&program.path);
        for name in
            ["PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHON_TLBC", "PYTHON_JIT", "PYTHONOPTIMIZE"]
        {
            command.env_remove(name);
        }
        command.envs([("PYTHONHASHSEED", "0"), ("PYTHONIOENCODING", "utf-8"), ("NO_COLOR", "1")]);
        let plan = process::Plan { limit: Duration::from_secs(30), ..process::Plan::default() };
        let finished = process::run(&mut command, &plan).map_err(|error| format!("cannot start: {error}"))?;
        let text = String::from_utf8_lossy(&finished.stdout).into_owned();
        if finished.end != End::Code(0) || !finished.stderr.is_empty() {
            let stderr = String::from_utf8_lossy(&finished.stderr);
            let last: Vec<&str> = stderr.lines().rev().take(6).collect();
            let last: Vec<&str> = last.into_iter().rev().collect();
            return Err(format!("{}\n{}", finished.end, last.join("\n")));
        }
        Ok(text)
    }
}

/// Runs `work` for each program, `jobs` at a time.
fn each<T: Send>(programs: &[Program], jobs: usize, work: impl Fn(&Program) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let results: Vec<Mutex<Option<T>>> = programs.iter().map(|_| Mutex::new(None)).collect();
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    let Some(program) = programs.get(i) else { break };
                    *results[i].lock().expect("no work panics") = Some(work(program));
                }
            });
        }
    });
    results
        .into_iter()
        .map(|r| r.into_inner().expect("no work panics").expect("each was worked on"))
        .collect()
}

/// One compared stream.
struct Compared {
    program: String,
    mode: &'static str,
    why: Option<String>,
    left_out: Vec<String>,
}

/// All compared streams.
struct Report {
    streams: Vec<Compared>,
    took: Duration,
}

fn compare(runner: &Runner<'_>, programs: &[Program], modes: &[&'static str]) -> Result<Report, String> {
    let started = Instant::now();
    let results = each(programs, runner.jobs, |program| {
        let path = program.expected();
        let expected =
            std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let one = |&mode: &&'static str| {
            let why = match (runner.stream(program, mode), case::section(&expected, mode)) {
                (Err(why), _) => Some(why),
                (Ok(_), None) => Some(format!("{} has no `== {mode}`", path.display())),
                (Ok(stream), Some(expected)) => {
                    let (old, new) = (program.compared(mode, expected), program.compared(mode, &stream));
                    (old != new).then(|| diff::lines(&old, &new))
                }
            };
            let left_out = program.differs.iter().filter(|d| d.mode == mode);
            let left_out = left_out.map(|d| format!("{}: {}", d.event, d.reason)).collect();
            Compared { program: program.name.clone(), mode, why, left_out }
        };
        Ok::<Vec<Compared>, String>(modes.iter().map(one).collect())
    });
    let mut streams = Vec::new();
    for result in results {
        streams.extend(result?);
    }
    Ok(Report { streams, took: started.elapsed() })
}

impl Report {
    fn show(&self, full: bool) -> Tally {
        let mut tally = Tally::default();
        let mut modes: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for stream in &self.streams {
            let counts = modes.entry(stream.mode).or_default();
            match &stream.why {
                None => {
                    tally.passed += 1;
                    counts.0 += 1;
                    tally.in_part += usize::from(!stream.left_out.is_empty());
                }
                Some(why) => {
                    tally.failed += 1;
                    counts.1 += 1;
                    println!("FAIL  {} {}", stream.mode, stream.program);
                    let shown = if full { usize::MAX } else { 12 };
                    why.lines().take(shown).for_each(|line| println!("      {line}"));
                    if why.lines().count() > shown {
                        println!("      … (--full shows all)");
                    }
                }
            }
        }
        for (mode, (passed, failed)) in modes {
            println!("  {mode:<12} {passed:>4} equal {failed:>4} different");
        }
        println!("  {} streams in {:.1} s", self.streams.len(), self.took.as_secs_f64());
        tally
    }

    fn write(&self, path: &Path) -> Result<(), String> {
        let streams: Vec<_> = self
            .streams
            .iter()
            .map(|s| {
                serde_json::json!({
                    "program": s.program, "mode": s.mode, "equal": s.why.is_none(),
                    "left_out": s.left_out, "why": s.why,
                })
            })
            .collect();
        let text = serde_json::to_string_pretty(&streams).expect("plain data");
        std::fs::write(path, text + "\n").map_err(|error| format!("{}: {error}", path.display()))
    }
}

/// Makes the streams of each program twice and writes them, unless the two runs differ.
fn bless(python: &Python, programs: &[Program], jobs: usize, complete: bool) -> Result<bool, String> {
    let runner = Runner { program: &python.path, x: &[], weft: false, jobs };
    let made = each(programs, jobs, |program| {
        let mut streams = BTreeMap::new();
        for mode in MODES {
            let stream = runner.stream(program, mode)?;
            if runner.stream(program, mode)? != stream {
                return Err(format!("two runs under {mode} differ"));
            }
            streams.insert(mode, stream);
        }
        let text = case::join(&streams);
        let changed = std::fs::read_to_string(program.expected()).ok().as_deref() != Some(&text);
        std::fs::write(program.expected(), text).map_err(|error| error.to_string())?;
        Ok(changed)
    });
    let mut problems = 0;
    for (program, result) in programs.iter().zip(&made) {
        if let Err(problem) = result {
            println!("FAIL  {}: {problem}", program.name);
            problems += 1;
        }
    }
    let write = |name: &str, text: String| {
        std::fs::write(folder().join(name), text).map_err(|error| format!("{name}: {error}"))
    };
    write("corpus/EXPECTED_BY", format!("CPython {}\n", python.version_text()))?;
    if complete {
        let about = "# Programs of the corpus; `cargo xtask events --bless` re-makes this file.";
        write("manifest.toml", format!("{about}\nprograms = {}\n", programs.len()))?;
    }
    let changed = made.iter().filter(|result| matches!(result, Ok(true))).count();
    println!("{} programs, {changed} files changed, {problems} problems", programs.len());
    Ok(problems == 0)
}
