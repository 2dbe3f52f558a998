//! `cargo xtask bench pauses`: time to safepoint and length of pauses: the collector's, and those that turn events off.

use super::interpreters::Interpreter;
use super::numbers::nanoseconds;
use super::{Machine, html, save};
use crate::workspace;
use clap::Args as ClapArgs;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;

/// Options of `cargo xtask bench pauses`.
#[derive(ClapArgs)]
pub struct Args {
    /// The weft binary (default: build it with the release profile).
    #[arg(long, value_name = "PATH")]
    weft: Option<PathBuf>,
    /// Pass this `-X` option to weft (repeatable).
    #[arg(short = 'X', value_name = "OPT")]
    x: Vec<String>,
    /// Threads that run Python.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Seconds of turning events on and off, for each program.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Write the results here as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the report here as one HTML file.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// Everything that was measured.
#[derive(Serialize, Deserialize, Debug)]
pub struct Pauses {
    /// Where.
    pub machine: Machine,
    /// Per workload.
    pub workloads: Vec<Workload>,
}

/// One workload's pauses.
#[derive(Serialize, Deserialize, Debug)]
pub struct Workload {
    /// What it does.
    pub what: String,
    /// Threads that ran it.
    pub threads: usize,
    /// Collections, or pauses that turned events off.
    pub collections: u64,
    /// Least nanoseconds of a bucket and its count: from the request until the world stood still.
    pub stops: Vec<(u64, u64)>,
    /// The same: for how long it stood still.
    pub pauses: Vec<(u64, u64)>,
}

/// What it is called, and the body of each thread.
const WORKLOADS: &[(&str, &str)] = &[
    ("young objects, nothing kept", "for i in range(600000):\n        x = [i, (i, i)]"),
    (
        "a large live heap, and young objects",
        "kept = [[i, str(i)] for i in range(150000)]\n    for i in range(400000):\n        x = [i, (i, i)]",
    ),
    (
        "one thread allocates, the others are inside long native calls",
        "if n:\n        big = list(range(300000))\n        for _ in range(25):\n            sorted(big, reverse=True)\n    else:\n        for i in range(500000):\n            x = [i, (i, i)]",
    ),
];

/// The same for turning events off: arguments of `benches/monitoring/toggle.py`, after its seconds, and its threads.
const TOGGLES: &[(&str, &str)] = &[
    ("LINE events of all code turned on and off", "0"),
    ("the same, in a program of 500 functions of 20 lines", "500"),
];
/// Threads of `toggle.py` that run beside the one that turns events on and off.
const TOGGLED: usize = 8;

/// Entry.
///
/// # Errors
/// When weft cannot be built or fails.
pub fn main(args: &Args) -> Result<bool, String> {
    let weft = Interpreter::weft(args.weft.as_deref(), &args.x)?;
    let machine = Machine::here();
    println!("{}", machine.text());
    let mut workloads = Vec::new();
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::ASCII_FULL_CONDENSED);
    table.set_header([
        "workload",
        "threads",
        "pauses",
        "to safepoint: median",
        "99 %",
        "most",
        "pause: median",
        "99 %",
        "most",
    ]);
    for (what, body) in WORKLOADS {
        for threads in if args.threads > 1 { vec![1, args.threads] } else { vec![1] } {
            workloads.push(collections(&weft, what, body, threads)?);
        }
    }
    for (what, functions) in TOGGLES {
        workloads.push(toggles(&weft, what, args.seconds, functions)?);
    }
    for workload in &workloads {
        let mut cells =
            vec![workload.what.clone(), workload.threads.to_string(), workload.collections.to_string()];
        for counts in [&workload.stops, &workload.pauses] {
            cells.extend([0.5, 0.99, 1.0].map(|part| quantile(counts, part)));
        }
        table.add_row(cells);
    }
    println!(
        "{table}\nEach time is the lower edge of its bucket; a bucket ends at 1.33 or 1.5 times its lower edge."
    );
    let result = Pauses { machine, workloads };
    save("pauses", &result, args.json.as_deref())?;
    if let Some(path) = &args.html {
        html::write(path)?;
    }
    Ok(true)
}

fn collections(weft: &Interpreter, what: &str, body: &str, threads: usize) -> Result<Workload, String> {
    let program = format!(
        "import threading\ndef work(n):\n    {body}\nts = [threading.Thread(target=work, args=(i,)) for i in range({threads})]\n\
         for t in ts: t.start()\nfor t in ts: t.join()\n"
    );
    let stats = run(weft, what, &["-c".into(), program])?;
    Ok(workload(what, threads, &stats, "gc"))
}

fn toggles(weft: &Interpreter, what: &str, seconds: f64, functions: &str) -> Result<Workload, String> {
    let script = workspace::root().join("benches/monitoring/toggle.py");
    let arguments = [script.display().to_string(), seconds.to_string(), functions.to_owned()];
    Ok(workload(what, TOGGLED, &run(weft, what, &arguments)?, "event"))
}

/// The counters of a run.
fn run(weft: &Interpreter, what: &str, arguments: &[String]) -> Result<BTreeMap<String, u64>, String> {
    let file = workspace::target().join("bench").join(format!("pauses-{}.json", std::process::id()));
    let _ = std::fs::create_dir_all(workspace::target().join("bench"));
    let mut weft = weft.clone();
    weft.options.extend(["-X".into(), format!("stats={}", file.display())]);
    let output =
        weft.command().args(arguments).stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!("{what}: {} {}", output.status, String::from_utf8_lossy(&output.stderr)));
    }
    let text = std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let _ = std::fs::remove_file(&file);
    serde_json::from_str(&text).map_err(|error| error.to_string())
}

fn workload(what: &str, threads: usize, stats: &BTreeMap<String, u64>, kind: &str) -> Workload {
    let pauses = buckets(stats, &format!("{kind}_pauses_ns."));
    Workload {
        what: what.to_owned(),
        threads,
        collections: pauses.iter().map(|(_, n)| n).sum(),
        stops: buckets(stats, &format!("{kind}_stops_ns.")),
        pauses,
    }
}

fn buckets(stats: &BTreeMap<String, u64>, prefix: &str) -> Vec<(u64, u64)> {
    let mut list: Vec<(u64, u64)> =
        stats.iter().filter_map(|(key, n)| Some((key.strip_prefix(prefix)?.parse().ok()?, *n))).collect();
    list.sort_unstable();
    list
}

/// The bucket below which `part` of the counts lie.
fn quantile(counts: &[(u64, u64)], part: f64) -> String {
    let all: u64 = counts.iter().map(|c| c.1).sum();
    let mut seen = 0;
    for (least, n) in counts {
        seen += n;
        if seen as f64 >= part * all as f64 {
            return nanoseconds(*least as f64);
        }
    }
    "–".into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_and_buckets() {
        let stats = BTreeMap::from([
            ("p.1024".to_owned(), 98),
            ("p.256".to_owned(), 1),
            ("p.4096".to_owned(), 1),
            ("q.1".to_owned(), 9),
        ]);
        let counts = buckets(&stats, "p.");
        assert_eq!(counts, [(256, 1), (1024, 98), (4096, 1)]);
        assert_eq!([0.5, 0.99, 1.0].map(|part| quantile(&counts, part)), ["1.0 µs", "1.0 µs", "4.1 µs"]);
        assert_eq!(quantile(&[], 0.5), "–");
    }
}
