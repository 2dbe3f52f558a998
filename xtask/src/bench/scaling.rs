//! `cargo xtask bench scaling`: what several threads do together, per kernel, and what they write to shared memory for it.

use super::interpreters::{self, Interpreter};
use super::kernel::{self, Kernel};
use super::numbers::{Usl, geomean, median, range};
use super::{Machine, html, save};
use clap::Args as ClapArgs;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Throughput that many threads must keep, as a part of what two threads do.
const COLLAPSE: f64 = 0.8;
/// Scaling below which a kernel is looked at.
pub const GOOD: f64 = 0.9;

/// Options of `cargo xtask bench scaling`.
#[derive(ClapArgs)]
pub struct Args {
    /// Thread counts. Those above the number of cores are oversubscribed: their throughput is compared with that of two threads.
    #[arg(long, value_delimiter = ',', default_value = "1,2")]
    threads: Vec<usize>,
    /// Only these kernels.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Another interpreter (repeatable).
    #[arg(long, value_name = "PATH")]
    python: Vec<PathBuf>,
    /// The weft binary (default: build it with the release profile).
    #[arg(long, value_name = "PATH")]
    weft: Option<PathBuf>,
    /// Pass this `-X` option to weft (repeatable).
    #[arg(short = 'X', value_name = "OPT")]
    x: Vec<String>,
    /// Give each thread a core of its own.
    #[arg(long)]
    pin: bool,
    /// Seconds of one measured run.
    #[arg(long, default_value_t = 0.25)]
    seconds: f64,
    /// Interleaved rounds; the median counts, the spread is shown.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Also these pyperformance programs, fetched from PyPI as `bench programs` does.
    #[arg(long, value_delimiter = ',', value_name = "NAME")]
    programs: Vec<String>,
    /// Write the results here as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the report here as one HTML file.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// Everything that was measured.
#[derive(Serialize, Deserialize, Debug)]
pub struct Scaling {
    /// Where.
    pub machine: Machine,
    /// Whether threads were pinned.
    pub pinned: bool,
    /// One per interpreter, weft first.
    pub interpreters: Vec<Series>,
}

/// One interpreter's results.
#[derive(Serialize, Deserialize, Debug)]
pub struct Series {
    /// Its name.
    pub name: String,
    /// Per kernel.
    pub kernels: Vec<Row>,
}

/// One kernel's results.
#[derive(Serialize, Deserialize, Debug)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// What it does.
    pub what: String,
    /// Whether its threads write to one object on purpose.
    pub contended: bool,
    /// Iterations per second of one thread alone, per round.
    pub alone: Vec<f64>,
    /// Per thread count.
    pub points: Vec<Point>,
    /// Writes to shared memory per iteration in one thread, by kind; weft only.
    pub writes: BTreeMap<String, f64>,
    /// Locks per iteration that another thread had held last, with two threads; weft only.
    pub moves: Option<f64>,
    /// The fitted law, where enough counts were measured on cores of their own.
    pub law: Option<Usl>,
}

/// One thread count's results, one entry per round.
#[derive(Serialize, Deserialize, Debug, Default)]
pub struct Point {
    /// Threads.
    pub threads: usize,
    /// Whether there are fewer cores than threads.
    pub oversubscribed: bool,
    /// Iterations per second of all threads.
    pub throughput: Vec<f64>,
    /// Throughput ÷ throughput of as many simultaneous one-thread processes. Empty if oversubscribed.
    pub scaling: Vec<f64>,
    /// Throughput ÷ that of one thread alone.
    pub plain: Vec<f64>,
    /// Processor seconds per iteration of each thread ÷ those of one thread alone.
    pub cpu: Vec<f64>,
}

impl Row {
    /// The results for `threads`.
    pub fn point(&self, threads: usize) -> Option<&Point> {
        self.points.iter().find(|point| point.threads == threads)
    }

    /// The sum of the writes.
    pub fn all_writes(&self) -> f64 {
        self.writes.values().sum()
    }

    /// Oversubscribed counts whose throughput fell below what two threads do: count and part kept.
    pub fn collapses(&self) -> Vec<(usize, f64)> {
        let Some(two) = self.point(2).filter(|p| !p.oversubscribed) else { return Vec::new() };
        let two = median(&two.throughput);
        let kept = self.points.iter().filter(|p| p.oversubscribed);
        kept.map(|p| (p.threads, median(&p.throughput) / two)).filter(|(_, part)| *part < COLLAPSE).collect()
    }
}

/// Entry: true unless oversubscription makes something collapse.
///
/// # Errors
/// When an interpreter cannot be built or started, or a kernel gives a wrong result.
pub fn main(args: &Args) -> Result<bool, String> {
    let weft = Interpreter::weft(args.weft.as_deref(), &args.x)?;
    let mut all = vec![weft.clone()];
    all.extend(interpreters::Interpreter::named(&args.python)?);
    let kernels = kernel::all(&args.only)?;
    let machine = Machine::here();
    let mut counts: Vec<usize> = args.threads.iter().copied().filter(|n| *n > 0).collect();
    counts.sort_unstable();
    counts.dedup();
    let own: Vec<usize> = counts.iter().copied().filter(|n| *n <= machine.cores).collect();
    println!("{}; {} rounds of {} s, interleaved", machine.text(), args.rounds.max(1), args.seconds);
    let cores: Option<Vec<usize>> = args.pin.then(|| (0..machine.cores).collect());
    let mut series: Vec<Series> =
        all.iter().map(|i| Series { name: i.name.clone(), kernels: Vec::new() }).collect();
    for kernel in &kernels {
        eprintln!("  {}", kernel.name);
        for (row, series) in
            measure(kernel, &all, &counts, args, cores.as_deref(), &machine)?.into_iter().zip(&mut series)
        {
            series.kernels.push(row);
        }
    }
    let result = Scaling { machine, pinned: args.pin, interpreters: series };
    print(&result, &counts);
    if own.len() < 4 {
        println!(
            "No fit of the universal scalability law: it takes at least 4 thread counts on cores of their own, and {} could be measured here ({} cores).",
            own.len(),
            result.machine.cores
        );
    }
    save("scaling", &result, args.json.as_deref())?;
    if let Some(path) = &args.html {
        html::write(path)?;
    }
    let mut good = true;
    for (row, count, kept) in collapsed(&result) {
        good = false;
        println!(
            "COLLAPSE: {row} with {count} threads keeps {kept:.2} of what two threads do (limit {COLLAPSE})"
        );
    }
    if !args.programs.is_empty() {
        good &= crate::programs::scaling(&weft, &args.programs, &own, args.seconds, args.rounds)?;
    }
    Ok(good)
}

fn collapsed(result: &Scaling) -> Vec<(String, usize, f64)> {
    let weft = result.interpreters.first();
    let rows = weft.into_iter().flat_map(|series| &series.kernels);
    rows.flat_map(|row| row.collapses().into_iter().map(|(n, kept)| (row.name.clone(), n, kept))).collect()
}

fn measure(
    kernel: &Kernel,
    all: &[Interpreter],
    counts: &[usize],
    args: &Args,
    pin: Option<&[usize]>,
    machine: &Machine,
) -> Result<Vec<Row>, String> {
    let mut rows = Vec::new();
    let mut sizes = Vec::new();
    for (i, interpreter) in all.iter().enumerate() {
        let (loops, inner) = kernel.calibrate(interpreter, args.seconds)?;
        let mut row = Row {
            name: kernel.name.clone(),
            what: kernel.what.clone(),
            contended: kernel.contended,
            alone: Vec::new(),
            points: counts
                .iter()
                .map(|&threads| Point {
                    threads,
                    oversubscribed: threads > machine.cores,
                    ..Point::default()
                })
                .collect(),
            writes: BTreeMap::new(),
            moves: None,
            law: None,
        };
        if i == 0 {
            row.writes = writes(kernel, interpreter, inner)?;
            row.moves = Some(moves(kernel, interpreter, inner)?);
        }
        rows.push(row);
        sizes.push((loops, inner));
    }
    for _ in 0..args.rounds.max(1) {
        for ((interpreter, row), &(loops, inner)) in all.iter().zip(&mut rows).zip(&sizes) {
            let inner = inner as f64;
            let alone = kernel.together(interpreter, 1, 1, loops, pin)?[0][0];
            row.alone.push(alone.rate() * inner);
            for point in &mut row.points {
                let count = point.threads;
                // Many threads share the cores: the run is to take no longer for it.
                let loops = if point.oversubscribed {
                    (loops * machine.cores as u64).div_ceil(count as u64)
                } else {
                    loops
                };
                let threads = kernel.together(interpreter, 1, count, loops, pin)?.remove(0);
                let inside: f64 = if point.oversubscribed {
                    // They do not run at the same time: all loops, from the first start to the last end.
                    let longest = threads.iter().map(|part| part.wall).fold(0.0, f64::max);
                    threads.iter().map(|part| part.loops).sum::<f64>() / longest
                } else {
                    threads.iter().map(kernel::Part::rate).sum()
                };
                let cpu = threads.iter().map(|part| part.cpu / part.loops).sum::<f64>() / count as f64;
                point.throughput.push(inside * inner);
                point.plain.push(inside / alone.rate());
                point.cpu.push(cpu / (alone.cpu / alone.loops));
                if !point.oversubscribed {
                    let apart = kernel.together(interpreter, count, 1, loops, pin)?;
                    point.scaling.push(inside / apart.iter().map(|parts| parts[0].rate()).sum::<f64>());
                }
            }
        }
    }
    for row in &mut rows {
        let own = row.points.iter().filter(|p| !p.oversubscribed);
        let points: Vec<(usize, f64)> =
            own.flat_map(|p| p.throughput.iter().map(|x| (p.threads, *x))).collect();
        row.law = Usl::fit(&points);
    }
    Ok(rows)
}

/// What `-X stats` counts as one write to shared memory.
const WRITES: &[&str] = &[
    "object_locks",
    "lock_acquisitions",
    "intern_table_locks",
    "type_versions",
    "function_version_blocks",
    "shapes",
    "thread_list_locks",
    "breaker_posts",
    "heap_block_locks",
];

/// Writes per iteration: the difference of a long and a short run, so that start-up and compiling do not count.
fn writes(kernel: &Kernel, weft: &Interpreter, inner: u64) -> Result<BTreeMap<String, f64>, String> {
    const MORE: u64 = 4;
    let short = kernel.counters(weft, None, 1, &[])?;
    let long = kernel.counters(weft, None, 1 + MORE, &[])?;
    let mut result = BTreeMap::new();
    for key in WRITES {
        let get = |of: &BTreeMap<String, f64>| {
            of.get(*key).copied().ok_or_else(|| format!("-X stats has no `{key}`"))
        };
        let each = (get(&long)? - get(&short)?) / (MORE * inner) as f64;
        if each > 0.0 {
            result.insert((*key).to_owned(), each);
        }
    }
    Ok(result)
}

/// Locks per iteration whose last holder was the other of two threads.
fn moves(kernel: &Kernel, weft: &Interpreter, inner: u64) -> Result<f64, String> {
    const LOOPS: u64 = 16;
    let counters = kernel.counters(weft, Some(2), LOOPS, &["contention=/dev/null"])?;
    // Both threads warm up with an eighth more.
    let iterations = 2 * (LOOPS + LOOPS / 8) * inner;
    Ok(counters.get("lock_moves").copied().unwrap_or(f64::NAN) / iterations as f64)
}

fn print(result: &Scaling, counts: &[usize]) {
    for series in &result.interpreters {
        let weft = series.kernels.iter().any(|row| row.moves.is_some());
        let mut table = comfy_table::Table::new();
        table.load_style(comfy_table::presets::ASCII_FULL_CONDENSED);
        let mut header = vec!["kernel".to_owned(), "iterations/s".into()];
        for &count in counts.iter().filter(|n| **n > 1) {
            if count <= result.machine.cores {
                header.extend([
                    format!("scaling ×{count}"),
                    "(rounds)".into(),
                    format!("plain ×{count}"),
                    "cpu/thread".into(),
                ]);
            } else {
                header.push(format!("×{count} ÷ ×2"));
            }
        }
        if weft {
            header.extend(["writes/iter".into(), "moves/iter".into()]);
        }
        table.set_header(header);
        for row in &series.kernels {
            let star = if row.contended { " *" } else { "" };
            let mut cells = vec![format!("{}{star}", row.name), format!("{:.3e}", median(&row.alone))];
            for point in row.points.iter().filter(|point| point.threads > 1) {
                if point.oversubscribed {
                    let two = row.point(2).map_or(f64::NAN, |two| median(&two.throughput));
                    cells.push(format!("{:.2}", median(&point.throughput) / two));
                } else {
                    let (low, high) = range(&point.scaling);
                    cells.push(format!("{:.2}", median(&point.scaling)));
                    cells.push(format!("{low:.2}–{high:.2}"));
                    cells.push(format!("{:.2}", median(&point.plain)));
                    cells.push(format!("{:.2}", median(&point.cpu)));
                }
            }
            if let Some(moves) = row.moves {
                cells.extend([small(row.all_writes()), small(moves)]);
            }
            table.add_row(cells);
        }
        println!("\n{}\n{table}", series.name);
        println!("* contended by design: every thread writes to one object");
        for &count in counts.iter().filter(|n| **n > 1 && **n <= result.machine.cores) {
            let scaled: Vec<(f64, &str)> = series
                .kernels
                .iter()
                .filter(|row| !row.contended)
                .filter_map(|row| row.point(count).map(|point| (median(&point.scaling), &row.name[..])))
                .collect();
            let Some(mean) = geomean(scaled.iter().map(|s| s.0)) else { continue };
            let below: Vec<String> = scaled
                .iter()
                .filter(|s| s.0 < GOOD)
                .map(|(scaling, name)| format!("{name} {scaling:.2}"))
                .collect();
            println!(
                "scaling ×{count}, kernels not contended by design: geometric mean {mean:.3}; below {GOOD}: {}",
                if below.is_empty() { "none".into() } else { below.join(", ") }
            );
        }
        for row in &series.kernels {
            if let Some(law) = &row.law {
                println!("{}: σ = {:.4}, κ = {:.6}", row.name, law.sigma, law.kappa);
            }
        }
    }
    println!();
}

/// A small number with three digits, or 0.
pub fn small(x: f64) -> String {
    match x {
        x if x < 0.0005 => "0".into(),
        x if x < 10.0 => format!("{x:.3}"),
        x => format!("{x:.1}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collapse_is_seen_against_two_threads_on_two_cores_only() {
        let point = |threads, oversubscribed, x| Point {
            threads,
            oversubscribed,
            throughput: vec![x],
            ..Point::default()
        };
        let mut row = Row {
            name: "k".into(),
            what: String::new(),
            contended: false,
            alone: vec![1.0],
            points: vec![
                point(1, false, 1.0),
                point(2, false, 2.0),
                point(16, true, 1.9),
                point(64, true, 1.0),
            ],
            writes: BTreeMap::new(),
            moves: None,
            law: None,
        };
        assert_eq!(row.collapses(), [(64, 0.5)]);
        row.points[1].oversubscribed = true;
        assert!(row.collapses().is_empty(), "one core has nothing to compare with");
    }
}
