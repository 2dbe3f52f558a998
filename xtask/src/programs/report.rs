//! The table and the JSON file of `bench programs`.

use super::Interpreter;
use super::measure::Measured;
use crate::bench::numbers::{geomean, median};
use std::path::Path;

/// One program's outcome.
pub struct Row {
    /// The program's name.
    pub name: String,
    /// What went wrong; a program with problems is not measured.
    pub problems: Vec<String>,
    /// Whether its results were compared with CPython's.
    pub verified: bool,
    /// Its benchmarks.
    pub measured: Vec<Measured>,
}

impl Row {
    /// A program that has not run yet.
    pub fn new(name: &str) -> Row {
        Row { name: name.to_owned(), problems: Vec::new(), verified: false, measured: Vec::new() }
    }

    /// Takes the outcome of the verification.
    pub fn verify(&mut self, problems: Vec<String>) {
        self.verified = problems.is_empty();
        self.problems = problems;
    }

    /// Ratio to another interpreter: its seconds ÷ ours, so that more is better. Geometric mean over the benchmarks.
    fn ratio(&self, other: usize) -> Option<f64> {
        geomean(self.measured.iter().map(|m| median(&m.others[other]) / median(&m.weft)))
    }

    /// Geometric means over the benchmarks of (scaling, its least and greatest round, plain ratio, processor time).
    fn scaled(&self, count: usize) -> Option<[f64; 5]> {
        let pick = |f: &dyn Fn(&super::measure::Scaled) -> f64| {
            geomean(self.measured.iter().filter_map(|m| m.threads.get(&count)).map(f))
        };
        let least = |list: &[f64]| list.iter().copied().fold(f64::INFINITY, f64::min);
        let most = |list: &[f64]| list.iter().copied().fold(0.0, f64::max);
        Some([
            pick(&|s| median(&s.scaling))?,
            pick(&|s| least(&s.scaling))?,
            pick(&|s| most(&s.scaling))?,
            pick(&|s| median(&s.plain))?,
            pick(&|s| median(&s.cpu))?,
        ])
    }

    fn counts(&self) -> Vec<usize> {
        self.measured.first().map(|m| m.threads.keys().copied().collect()).unwrap_or_default()
    }
}

fn spread(values: &[f64]) -> f64 {
    let (low, high) = values.iter().fold((f64::INFINITY, 0.0f64), |(l, h), v| (l.min(*v), h.max(*v)));
    (high - low) / median(values) * 100.0
}

/// Prints the table, geometric means last.
pub fn print(rows: &[Row], others: &[Interpreter]) {
    let mut counts: Vec<usize> = rows.iter().flat_map(Row::counts).collect();
    counts.sort_unstable();
    counts.dedup();
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::ASCII_FULL_CONDENSED);
    let mut header = vec!["program".to_owned(), "results".into(), "s/loop".into(), "spread".into()];
    header.extend(others.iter().map(|other| format!("{} ÷ weft", other.name)));
    for count in &counts {
        header.push(format!("scaling ×{count}"));
        header.push("(rounds)".into());
        header.push(format!("plain ×{count}"));
        header.push("cpu/thread".into());
    }
    table.set_header(header);
    for row in rows {
        let state = if !row.problems.is_empty() {
            "FAILED"
        } else if row.verified {
            "equal"
        } else {
            "unverified"
        };
        let mut cells = vec![row.name.clone(), state.to_owned()];
        if row.measured.is_empty() {
            table.add_row(cells);
            continue;
        }
        let total: f64 = row.measured.iter().map(|m| median(&m.weft)).sum();
        let widest = row.measured.iter().map(|m| spread(&m.weft)).fold(0.0, f64::max);
        cells.push(format!("{total:.6}"));
        cells.push(format!("{widest:.0}%"));
        cells.extend((0..others.len()).map(|i| row.ratio(i).map_or("-".into(), |r| format!("{r:.2}"))));
        for count in &counts {
            match row.scaled(*count) {
                Some([scaling, least, most, plain, cpu]) => cells.extend([
                    format!("{scaling:.3}"),
                    format!("{least:.2}…{most:.2}"),
                    format!("{plain:.2}"),
                    format!("{cpu:.2}"),
                ]),
                None => cells.extend(["-".into(), "-".into(), "-".into(), "-".into()]),
            }
        }
        table.add_row(cells);
    }
    println!("{table}");
    for (i, other) in others.iter().enumerate() {
        if let Some(mean) = geomean(rows.iter().filter_map(|row| row.ratio(i))) {
            println!("geometric mean, {} ÷ weft: {mean:.3} (more is better for weft)", other.name);
        }
    }
    for count in &counts {
        let scaled: Vec<[f64; 5]> = rows.iter().filter_map(|row| row.scaled(*count)).collect();
        if let Some(mean) = geomean(scaled.iter().map(|s| s[0])) {
            let worst = scaled.iter().map(|s| s[0]).fold(f64::INFINITY, f64::min);
            println!("geometric mean, scaling with {count} threads: {mean:.3}, worst program {worst:.3}");
        }
    }
}

/// Writes everything that was measured.
///
/// # Errors
/// When the file cannot be written.
pub fn write_json(path: &Path, rows: &[Row], others: &[Interpreter]) -> Result<(), String> {
    let programs: Vec<_> = rows
        .iter()
        .map(|row| {
            let benchmarks: Vec<_> = row
                .measured
                .iter()
                .map(|m| {
                    let others: serde_json::Map<_, _> =
                        others.iter().zip(&m.others).map(|(o, times)| (o.name.clone(), serde_json::json!(times))).collect();
                    let threads: serde_json::Map<_, _> = m
                        .threads
                        .iter()
                        .map(|(count, s)| {
                            let value = serde_json::json!({"scaling": s.scaling, "plain": s.plain, "cpu": s.cpu});
                            (count.to_string(), value)
                        })
                        .collect();
                    serde_json::json!({"name": m.name, "weft": m.weft, "others": others, "threads": threads})
                })
                .collect();
            serde_json::json!({
                "program": row.name, "verified": row.verified, "problems": row.problems, "benchmarks": benchmarks,
            })
        })
        .collect();
    let text = serde_json::to_string_pretty(&programs).expect("plain data");
    std::fs::write(path, text + "\n").map_err(|error| format!("{}: {error}", path.display()))
}
