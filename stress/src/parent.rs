//! Runs tests in child processes, shows how they get on, and judges.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::case::{Grade, Tally, Test};
use crate::child::Line;
use crate::watchdog::HUNG;

/// How to run.
#[derive(Clone)]
pub struct Options {
    pub time: Duration,
    pub jobs: usize,
    pub seed: u64,
    pub modes: String,
    pub patience: Duration,
    pub mutant: Option<String>,
    pub twin: bool,
    pub first: bool,
    pub faults: Option<u64>,
    pub tlbc: Option<u8>,
    pub quiet: bool,
}

/// How a test ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Ok,
    Forbidden,
    Hang,
    Crash,
}

/// An outcome, judged.
#[derive(Clone, Serialize)]
pub struct Seen {
    pub result: String,
    pub count: u64,
    pub grade: &'static str,
    pub why: &'static str,
}

/// A test's result.
#[derive(Clone, Serialize)]
pub struct Report {
    pub name: &'static str,
    pub what: &'static str,
    pub guarantee: &'static str,
    pub python: bool,
    pub verdict: Verdict,
    pub samples: u64,
    pub forbidden: u64,
    pub seconds: f64,
    pub outcomes: Vec<Seen>,
    /// What the child said on its standard error.
    pub said: String,
    pub replay: String,
}

impl Report {
    pub fn samples_per_minute(&self) -> f64 {
        self.samples as f64 * 60.0 / self.seconds.max(1e-9)
    }
}

/// Runs `tests`.
pub fn run(tests: &[&Test], options: &Options) -> Vec<Report> {
    let bar = if options.quiet { ProgressBar::hidden() } else { ProgressBar::new(tests.len() as u64) };
    let style = "{spinner} {pos}/{len} tests [{wide_bar}] {elapsed}, ETA {eta}  {msg}";
    bar.set_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(200));
    let totals =
        Totals { start: Instant::now(), samples: AtomicU64::new(0), forbidden: AtomicU64::new(0), bar };
    let next = AtomicUsize::new(0);
    let reports: Mutex<Vec<(usize, Report)>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..options.jobs.clamp(1, tests.len().max(1)) {
            scope.spawn(|| {
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    let Some(test) = tests.get(i) else { break };
                    let report = one(test, options, &totals);
                    totals.bar.inc(1);
                    reports.lock().unwrap_or_else(|e| e.into_inner()).push((i, report));
                }
            });
        }
    });
    totals.bar.finish_and_clear();
    let mut reports = reports.into_inner().unwrap_or_else(|e| e.into_inner());
    reports.sort_by_key(|(i, _)| *i);
    reports.into_iter().map(|(_, r)| r).collect()
}

struct Totals {
    start: Instant,
    samples: AtomicU64,
    forbidden: AtomicU64,
    bar: ProgressBar,
}

impl Totals {
    fn show(&self, name: &str) {
        let samples = self.samples.load(Ordering::Relaxed);
        let rate = samples as f64 / self.start.elapsed().as_secs_f64().max(0.001);
        let forbidden = self.forbidden.load(Ordering::Relaxed);
        self.bar.set_message(format!("{name}: {} samples/s, {forbidden} forbidden", rate as u64));
    }
}

/// The command line that runs a test again.
pub fn replay(test: &Test, o: &Options) -> String {
    let mut line = format!(
        "cargo run --release -p stress -- run {} --seed {} --time {}ms --modes {}",
        test.name,
        o.seed,
        o.time.as_millis(),
        o.modes
    );
    if o.twin {
        line += " --twin";
    }
    for (name, value) in [("faults", o.faults), ("tlbc", o.tlbc.map(u64::from))] {
        if let Some(value) = value {
            line += &format!(" --{name} {value}");
        }
    }
    if let Some(m) = &o.mutant {
        line += &format!(" --mutant {m}");
    }
    line
}

fn one(test: &Test, o: &Options, totals: &Totals) -> Report {
    let start = Instant::now();
    let (verdict, line, said) = match child(test, o, totals) {
        Ok(ended) => ended,
        Err(e) => (Verdict::Crash, Line::default(), e.to_string()),
    };
    let forbidden = test.forbidden(&line.tally);
    Report {
        name: test.name,
        what: test.what,
        guarantee: test.guarantee,
        python: test.is_python(),
        verdict: if verdict == Verdict::Ok && forbidden > 0 { Verdict::Forbidden } else { verdict },
        samples: line.samples,
        forbidden,
        seconds: start.elapsed().as_secs_f64(),
        outcomes: judged(test, &line.tally),
        said,
        replay: replay(test, o),
    }
}

fn judged(test: &Test, tally: &Tally) -> Vec<Seen> {
    let mut seen: Vec<(Grade, Seen)> = tally
        .iter()
        .map(|(result, &count)| {
            let (grade, why) = test.grade(result);
            (grade, Seen { result: result.clone(), count, grade: grade.name(), why })
        })
        .collect();
    seen.sort_by_key(|(grade, s)| (*grade, std::cmp::Reverse(s.count)));
    seen.into_iter().map(|(_, s)| s).collect()
}

fn child(test: &Test, o: &Options, totals: &Totals) -> std::io::Result<(Verdict, Line, String)> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["child", test.name, "--modes", &o.modes]);
    command.args(["--time-ms", &o.time.as_millis().to_string(), "--seed", &o.seed.to_string()]);
    command.args(["--patience-ms", &o.patience.as_millis().to_string()]);
    if let Some(m) = &o.mutant {
        command.args(["--mutant", m]);
    }
    for (flag, on) in [("--twin", o.twin), ("--first", o.first)] {
        if on {
            command.arg(flag);
        }
    }
    if let Some(seed) = o.faults {
        command.args(["--faults", &seed.to_string()]);
    }
    if let Some(on) = o.tlbc {
        command.args(["--tlbc", &on.to_string()]);
    }
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let mut errors = child.stderr.take().ok_or_else(|| std::io::Error::other("no pipe"))?;
    let output = child.stdout.take().ok_or_else(|| std::io::Error::other("no pipe"))?;
    let said = Arc::new(Mutex::new(String::new()));
    let reader = {
        let said = Arc::clone(&said);
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = errors.read_to_end(&mut bytes);
            *said.lock().unwrap_or_else(|e| e.into_inner()) = String::from_utf8_lossy(&bytes).into_owned();
        })
    };
    let mut last = Line::default();
    for text in BufReader::new(output).lines().map_while(Result::ok) {
        let Ok(line) = serde_json::from_str::<Line>(&text) else { continue };
        totals.samples.fetch_add(line.samples - last.samples.min(line.samples), Ordering::Relaxed);
        let more = test.forbidden(&line.tally) - test.forbidden(&last.tally).min(test.forbidden(&line.tally));
        totals.forbidden.fetch_add(more, Ordering::Relaxed);
        totals.show(test.name);
        last = line;
    }
    let status = child.wait()?;
    let _ = reader.join();
    let said = std::mem::take(&mut *said.lock().unwrap_or_else(|e| e.into_inner()));
    let found = o.first && test.forbidden(&last.tally) > 0;
    let verdict = match status.code() {
        Some(HUNG) => Verdict::Hang,
        Some(0) if last.done || found => Verdict::Ok,
        _ => Verdict::Crash,
    };
    let ended = status.signal().map_or_else(String::new, |s| format!("ended by signal {s}\n"));
    Ok((verdict, last, said + &ended))
}
