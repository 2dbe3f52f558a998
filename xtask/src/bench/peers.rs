//! `cargo xtask bench peers`: the kernels in one thread of several interpreters, interleaved.

use super::interpreters::{self, Interpreter};
use super::numbers::{geomean, median, range};
use super::{Machine, html, kernel, save};
use clap::Args as ClapArgs;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Options of `cargo xtask bench peers`.
#[derive(ClapArgs)]
pub struct Args {
    /// Another interpreter (repeatable). Default: those that run, of python3.13, python3.14t, pypy3, rustpython and their kin.
    #[arg(long, value_name = "PATH")]
    python: Vec<PathBuf>,
    /// The weft binary (default: build it with the release profile).
    #[arg(long, value_name = "PATH")]
    weft: Option<PathBuf>,
    /// Pass this `-X` option to weft (repeatable).
    #[arg(short = 'X', value_name = "OPT")]
    x: Vec<String>,
    /// Only these kernels.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Seconds of one measured run.
    #[arg(long, default_value_t = 0.25)]
    seconds: f64,
    /// Interleaved rounds; the median counts, the spread is shown.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Write the results here as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the report here as one HTML file.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// Everything that was measured.
#[derive(Serialize, Deserialize, Debug)]
pub struct Peers {
    /// Where.
    pub machine: Machine,
    /// The others' names.
    pub peers: Vec<String>,
    /// Per kernel.
    pub rows: Vec<Row>,
}

/// Seconds per iteration, one entry per round.
#[derive(Serialize, Deserialize, Debug)]
pub struct Row {
    /// The kernel.
    pub kernel: String,
    /// Weft's.
    pub weft: Vec<f64>,
    /// Of each peer.
    pub peers: Vec<Vec<f64>>,
}

impl Row {
    /// A peer's time ÷ weft's, per round.
    pub fn ratios(&self, peer: usize) -> Vec<f64> {
        self.peers[peer].iter().zip(&self.weft).map(|(other, weft)| other / weft).collect()
    }
}

/// Entry.
///
/// # Errors
/// When an interpreter cannot be built or started, or a kernel gives a wrong result.
pub fn main(args: &Args) -> Result<bool, String> {
    let weft = Interpreter::weft(args.weft.as_deref(), &args.x)?;
    let peers = if args.python.is_empty() { interpreters::find() } else { Interpreter::named(&args.python)? };
    let machine = Machine::here();
    println!("{}", machine.text());
    for peer in &peers {
        println!("{}: {}", peer.name, peer.path.display());
    }
    if peers.is_empty() {
        println!("SKIPPED comparison: no other interpreter runs here.");
    }
    let mut rows = Vec::new();
    for kernel in kernel::all(&args.only)? {
        eprintln!("  {}", kernel.name);
        let all: Vec<&Interpreter> = std::iter::once(&weft).chain(&peers).collect();
        let mut sizes = Vec::new();
        for interpreter in &all {
            sizes.push(kernel.calibrate(interpreter, args.seconds)?);
        }
        let mut times = vec![Vec::new(); all.len()];
        for _ in 0..args.rounds.max(1) {
            for ((interpreter, (loops, inner)), times) in all.iter().zip(&sizes).zip(&mut times) {
                let part = kernel.together(interpreter, 1, 1, *loops, None)?[0][0];
                times.push(1.0 / (part.rate() * *inner as f64));
            }
        }
        let weft = times.remove(0);
        rows.push(Row { kernel: kernel.name, weft, peers: times });
    }
    let result = Peers { machine, peers: peers.iter().map(|p| p.name.clone()).collect(), rows };
    print(&result);
    save("peers", &result, args.json.as_deref())?;
    if let Some(path) = &args.html {
        html::write(path)?;
    }
    Ok(true)
}

fn print(result: &Peers) {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::ASCII_FULL_CONDENSED);
    let mut header = vec!["kernel".to_owned(), "weft ns/iter".into()];
    header.extend(result.peers.iter().flat_map(|name| [format!("{name} ÷ weft"), "(rounds)".into()]));
    table.set_header(header);
    for row in &result.rows {
        let mut cells = vec![row.kernel.clone(), format!("{:.1}", median(&row.weft) * 1e9)];
        for peer in 0..result.peers.len() {
            let ratios = row.ratios(peer);
            let (low, high) = range(&ratios);
            cells.extend([format!("{:.2}", median(&ratios)), format!("{low:.2}–{high:.2}")]);
        }
        table.add_row(cells);
    }
    println!("\n{table}");
    for (i, name) in result.peers.iter().enumerate() {
        if let Some(mean) = geomean(result.rows.iter().map(|row| median(&row.ratios(i)))) {
            println!("geometric mean, {name} ÷ weft: {mean:.3} (more is better for weft)");
        }
    }
}
