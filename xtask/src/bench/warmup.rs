//! `cargo xtask bench warmup`: how the speed of a kernel changes from the first piece of work on, in fresh processes.

use super::interpreters::{self, Interpreter};
use super::numbers::median;
use super::{Machine, html, kernel, save};
use clap::Args as ClapArgs;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Options of `cargo xtask bench warmup`.
#[derive(ClapArgs)]
pub struct Args {
    /// Another interpreter (repeatable).
    #[arg(long, value_name = "PATH")]
    python: Vec<PathBuf>,
    /// The weft binary (default: build it with the release profile).
    #[arg(long, value_name = "PATH")]
    weft: Option<PathBuf>,
    /// Pass this `-X` option to weft (repeatable).
    #[arg(short = 'X', value_name = "OPT")]
    x: Vec<String>,
    /// Only these kernels.
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "float_loop,deep_calls,bound_methods,construction,generators,dict_per_thread,string_building,exceptions"
    )]
    only: Vec<String>,
    /// Pieces of work in each process.
    #[arg(long, default_value_t = 90)]
    pieces: usize,
    /// Processes; the median of each piece counts.
    #[arg(long, default_value_t = 7)]
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
pub struct Warmup {
    /// Where.
    pub machine: Machine,
    /// Their names, weft first.
    pub interpreters: Vec<String>,
    /// Pieces of work in each process.
    pub pieces: usize,
    /// Per kernel.
    pub kernels: Vec<Curve>,
}

/// One kernel's curves.
#[derive(Serialize, Deserialize, Debug)]
pub struct Curve {
    /// Its name.
    pub name: String,
    /// Per interpreter: time of each piece ÷ median of the last third.
    pub curves: Vec<Vec<f64>>,
}

/// Entry.
///
/// # Errors
/// When an interpreter cannot be built or started.
pub fn main(args: &Args) -> Result<bool, String> {
    let mut all = vec![Interpreter::weft(args.weft.as_deref(), &args.x)?];
    all.extend(interpreters::Interpreter::named(&args.python)?);
    let machine = Machine::here();
    println!("{}", machine.text());
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::ASCII_FULL_CONDENSED);
    table.set_header([
        "kernel",
        "interpreter",
        "1st piece",
        "2nd",
        "3rd",
        "10th",
        "within 10 % after",
        "µs per piece",
    ]);
    let mut kernels = Vec::new();
    for kernel in kernel::all(&args.only)? {
        let mut curves = Vec::new();
        for interpreter in &all {
            let mut pieces = vec![Vec::new(); args.pieces.max(6)];
            for _ in 0..args.rounds.max(1) {
                let text = kernel.output(interpreter, &["curve".into(), pieces.len().to_string()])?;
                let times = text.lines().filter_map(|line| line.strip_prefix("piece ")?.parse::<f64>().ok());
                for (time, all) in times.zip(&mut pieces) {
                    all.push(time);
                }
            }
            let times: Vec<f64> = pieces.iter().map(|all| median(all)).collect();
            let settled = median(&times[times.len() * 2 / 3..]);
            let curve: Vec<f64> = times.iter().map(|time| time / settled).collect();
            let at = |i: usize| curve.get(i).map_or_else(String::new, |v| format!("{v:.2}"));
            table.add_row([
                kernel.name.clone(),
                interpreter.name.clone(),
                at(0),
                at(1),
                at(2),
                at(9),
                settles(&curve).to_string(),
                format!("{:.1}", settled * 1e6),
            ]);
            curves.push(curve);
        }
        kernels.push(Curve { name: kernel.name, curves });
    }
    println!("{table}\nTimes are relative to the median of the last third.");
    let result = Warmup {
        machine,
        interpreters: all.iter().map(|i| i.name.clone()).collect(),
        pieces: args.pieces,
        kernels,
    };
    save("warmup", &result, args.json.as_deref())?;
    if let Some(path) = &args.html {
        html::write(path)?;
    }
    Ok(true)
}

/// Pieces before the first three in a row (by median) are within 10 % of the settled speed.
fn settles(curve: &[f64]) -> usize {
    curve.windows(3).position(|three| median(three) <= 1.1).unwrap_or(curve.len())
}

#[cfg(test)]
mod tests {
    use super::settles;

    #[test]
    fn one_slow_piece_does_not_unsettle() {
        assert_eq!(settles(&[5.0, 2.0, 1.0, 1.0, 9.0, 1.0]), 1);
        assert_eq!(settles(&[5.0, 4.0, 3.0]), 3);
    }
}
