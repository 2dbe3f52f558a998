//! Torture: random programs, storms of births, collections and invalidations, in all modes, for as long as one likes.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use vm_python::Config;
use vm_python::config::FaultConfig;

use crate::engine::{Mode, Progress};
use crate::python::{boot, exec, inspect, native};
use crate::rng::Rng;
use crate::show::say;
use crate::watchdog;

const PROGRAM: &str = include_str!("../programs/torture.py");
const KINDS: &[&str] = &["random", "births", "collector", "invalidation", "locks"];
/// Growth of live memory beyond this share of the second quarter's mean is a failure...
const FLAT: f64 = 0.05;
/// ...unless it is less than this many bytes.
const NOISE: f64 = 64.0 * 1024.0;

/// Options of `torture`.
#[derive(clap::Args)]
pub struct Args {
    /// Time in all.
    #[arg(long, default_value = "10m", value_parser = crate::duration)]
    time: Duration,
    /// Time of one program in one mode.
    #[arg(long, default_value = "10s", value_parser = crate::duration)]
    slice: Duration,
    #[arg(long)]
    seed: Option<u64>,
    #[arg(long, default_value_t = 1)]
    jobs: usize,
    /// Seconds without progress that count as a hang.
    #[arg(long, default_value_t = 60.0)]
    patience: f64,
    /// Only this kind: random, births, collector, invalidation or locks.
    #[arg(long)]
    kind: Option<String>,
}

/// What a child of it is told: one program in one mode.
#[derive(clap::Args, Clone, Debug)]
pub struct ChildArgs {
    #[arg(long)]
    kind: String,
    #[arg(long)]
    seed: u64,
    #[arg(long)]
    time_ms: u64,
    #[arg(long)]
    tlbc: u8,
    /// Allocations between two collections; 0 for the normal heap.
    #[arg(long)]
    gc_stress: u64,
    #[arg(long)]
    poison: bool,
    #[arg(long)]
    verify: bool,
    #[arg(long)]
    faults: Option<u64>,
    #[arg(long, default_value_t = 60_000)]
    patience_ms: u64,
}

impl ChildArgs {
    fn line(&self) -> Vec<String> {
        let mut line: Vec<String> = ["torture-child", "--kind", &self.kind].map(str::to_owned).into();
        for (name, value) in [
            ("--seed", self.seed),
            ("--time-ms", self.time_ms),
            ("--tlbc", u64::from(self.tlbc)),
            ("--gc-stress", self.gc_stress),
            ("--patience-ms", self.patience_ms),
        ] {
            line.extend([name.to_owned(), value.to_string()]);
        }
        for (name, on) in [("--poison", self.poison), ("--verify", self.verify)] {
            if on {
                line.push(name.to_owned());
            }
        }
        if let Some(seed) = self.faults {
            line.extend(["--faults".to_owned(), seed.to_string()]);
        }
        line
    }
}

/// Slice number `n` of a run: kinds and modes go round, so that every pair comes up.
fn slice(args: &Args, kinds: &[&str], seed: u64, n: usize) -> ChildArgs {
    let mut rng = Rng::new(seed, n as u64);
    let mode = n / kinds.len();
    let heap = mode / 4 % 3;
    let own = rng.next() % 1_000_000_007;
    ChildArgs {
        kind: kinds[n % kinds.len()].to_owned(),
        seed: own,
        time_ms: u64::try_from(args.slice.as_millis()).unwrap_or(u64::MAX),
        tlbc: u8::from(mode.is_multiple_of(2)),
        gc_stress: [0, 301, 97][heap],
        poison: heap == 1,
        verify: heap == 2,
        faults: (mode / 2 % 2 == 1).then_some(own),
        patience_ms: (args.patience * 1000.0) as u64,
    }
}

/// Runs slices until the time is over; the exit code.
pub fn main(args: &Args) -> Result<i32, String> {
    let kinds: Vec<&str> =
        KINDS.iter().copied().filter(|k| args.kind.as_deref().is_none_or(|w| w == *k)).collect();
    if kinds.is_empty() {
        return Err(format!("no such kind; there are {}", KINDS.join(", ")));
    }
    let seed = args.seed.unwrap_or_else(crate::some_seed);
    say(&format!("torture with seed {seed}"));
    let until = Instant::now() + args.time;
    let next = std::sync::atomic::AtomicUsize::new(0);
    let failures = std::sync::Mutex::new(Vec::new());
    let rounds = std::sync::atomic::AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..args.jobs.max(1) {
            scope.spawn(|| {
                while Instant::now() < until {
                    let n = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    let child = slice(args, &kinds, seed, n);
                    let (ok, text) = run_child(&child);
                    let replay = format!("cargo run --release -p stress -- {}", child.line().join(" "));
                    say(&format!(
                        "{n:5} {} {}",
                        if ok { "ok    " } else { "FAILED" },
                        text.lines().last().unwrap_or("")
                    ));
                    if ok {
                        let done = text.split_whitespace().next().and_then(|w| w.parse::<u64>().ok());
                        rounds.fetch_add(done.unwrap_or(0), std::sync::atomic::Ordering::Relaxed);
                    } else {
                        say(&format!("{text}replay: {replay}"));
                        failures.lock().unwrap_or_else(|e| e.into_inner()).push(replay);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap_or_else(|e| e.into_inner());
    say(&format!(
        "seed {seed}: {} slices, {} rounds, {} failures",
        next.into_inner(),
        rounds.into_inner(),
        failures.len()
    ));
    failures.iter().for_each(|line| say(line));
    Ok(i32::from(!failures.is_empty()))
}

fn run_child(child: &ChildArgs) -> (bool, String) {
    let run = || Command::new(std::env::current_exe()?).args(child.line()).stdin(Stdio::null()).output();
    match run() {
        Ok(out) => {
            let mut text = String::from_utf8_lossy(&out.stderr).into_owned();
            text += &String::from_utf8_lossy(&out.stdout);
            if !out.status.success() {
                text += &format!("{}\n", out.status);
            }
            (out.status.success(), text)
        }
        Err(e) => (false, e.to_string()),
    }
}

/// One program in one mode, in this process.
pub fn child(args: &ChildArgs) -> Result<i32, String> {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        hook(info);
        std::process::abort();
    }));
    let progress: Arc<Progress> = Arc::default();
    watchdog::start(&progress, Duration::from_millis(args.patience_ms));
    let mut config = Config {
        tlbc: args.tlbc != 0,
        hash_seed: Some(args.seed as u32),
        faults: args.faults.map(|seed| FaultConfig { seed, allocation: false }),
        ..Config::default()
    };
    config.heap.stress = args.gc_stress;
    config.heap.poison = args.poison;
    config.heap.verify = args.verify;
    let vm = boot(config)?;
    inspect(&vm, &progress);
    native::set_up(native::Setup {
        mode: Mode::Free,
        seed: args.seed,
        stride: 1,
        groups: 1,
        until: Instant::now() + Duration::from_millis(args.time_ms),
        progress: Arc::clone(&progress),
    });
    exec(&vm, &format!("KIND, SEED = {:?}, {}\n", args.kind, args.seed), "<options>")?;
    exec(&vm, PROGRAM, "<torture>")?;
    let rounds = progress.samples.load(std::sync::atomic::Ordering::Relaxed);
    let memory = native::take_memory();
    let growth = growth(&memory);
    let mode = format!(
        "{}, tlbc={}, gc stress {}{}{}, faults {}",
        args.kind,
        args.tlbc,
        args.gc_stress,
        if args.poison { " poison" } else { "" },
        if args.verify { " verify" } else { "" },
        args.faults.map_or_else(|| "off".to_owned(), |s| s.to_string()),
    );
    let text = growth.map_or_else(
        || "too short to tell growth".to_owned(),
        |(share, bytes)| format!("live memory {:+.1} % ({bytes:+.0} bytes)", share * 100.0),
    );
    say(&format!("{rounds} rounds of {mode}; {text}"));
    let leaks = growth.is_some_and(|(share, bytes)| share > FLAT && bytes > NOISE);
    std::process::exit(i32::from(leaks));
}

/// Growth of live memory from the second quarter of the samples to the last one: as a share, and in bytes.
fn growth(samples: &[(u64, u64)]) -> Option<(f64, f64)> {
    let quarter = samples.len() / 4;
    if quarter < 2 {
        return None;
    }
    let mean = |part: &[(u64, u64)]| part.iter().map(|s| s.0 as f64).sum::<f64>() / part.len() as f64;
    let (early, late) = (mean(&samples[quarter..2 * quarter]), mean(&samples[samples.len() - quarter..]));
    Some((late / early - 1.0, late - early))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_measured_between_the_second_and_the_last_quarter() {
        assert_eq!(growth(&[(1, 1); 7]), None);
        let flat: Vec<(u64, u64)> = (0..40).map(|i| (1000 + i % 2, 0)).collect();
        let (share, _) = growth(&flat).expect("enough samples");
        assert!(share.abs() < 0.01);
        let leak: Vec<(u64, u64)> = (0..40).map(|i| (1_000_000 + i * 10_000, 0)).collect();
        let (share, bytes) = growth(&leak).expect("enough samples");
        assert!(share > FLAT && bytes > NOISE);
    }

    #[test]
    fn every_kind_meets_every_mode() {
        let args = Args {
            time: Duration::ZERO,
            slice: Duration::from_secs(1),
            seed: None,
            jobs: 1,
            patience: 1.0,
            kind: None,
        };
        let seen: std::collections::BTreeSet<String> = (0..60)
            .map(|n| {
                let c = slice(&args, KINDS, 1, n);
                format!("{} {} {} {}", c.kind, c.tlbc, c.gc_stress, c.faults.is_some())
            })
            .collect();
        assert_eq!(seen.len(), 60, "5 kinds, 2 ways of copies, 3 heaps, faults or none");
    }
}
