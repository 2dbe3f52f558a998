//! Text for people.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool that prints for people")]

use std::path::Path;

use comfy_table::{Table, presets};

use crate::case::Test;
use crate::parent::{Report, Verdict};

/// An error of the command line.
pub fn complain(message: &str) {
    eprintln!("stress: {message}");
}

/// A line of progress or result.
pub fn say(message: &str) {
    println!("{message}");
}

fn table(header: &[&str]) -> Table {
    let mut t = Table::new();
    t.load_style(presets::ASCII_FULL_CONDENSED);
    t.set_header(header.iter().copied());
    t
}

/// The tests of this build.
pub fn list(tests: &[&Test], names: bool) {
    if names {
        for t in tests {
            println!("{}", t.name);
        }
        return;
    }
    let mut t = table(&["test", "actors", "about", "asks whether"]);
    for test in tests {
        let kind = if test.is_python() { "Python" } else { "Rust" };
        t.add_row([test.name, kind, test.guarantee, test.what]);
    }
    println!("{t}\n{} tests", tests.len());
}

/// The tables and the sum.
pub fn reports(reports: &[Report], seed: u64, brief: bool) {
    for r in reports.iter().filter(|r| !brief || r.verdict != Verdict::Ok) {
        println!("\n{}: {} ({})", r.name, r.what, r.guarantee);
        let mut t = table(&["outcome", "count", "grade", "why"]);
        for o in &r.outcomes {
            t.add_row([&o.result, &o.count.to_string(), o.grade, o.why]);
        }
        println!("{t}");
        println!("{:?}: {} samples, {:.2e}/min", r.verdict, r.samples, r.samples_per_minute());
        if r.verdict != Verdict::Ok {
            println!("{}replay: {}", r.said, r.replay);
        }
    }
    let count = |v: Verdict| reports.iter().filter(|r| r.verdict == v).count();
    let samples: u64 = reports.iter().map(|r| r.samples).sum();
    let slowest = reports.iter().min_by(|a, b| a.samples_per_minute().total_cmp(&b.samples_per_minute()));
    if let Some(s) = slowest {
        println!("\nslowest: {} with {:.2e} samples/min", s.name, s.samples_per_minute());
    }
    println!(
        "seed {seed}; {samples} samples, {} forbidden outcomes",
        reports.iter().map(|r| r.forbidden).sum::<u64>()
    );
    let failed = reports.len() - count(Verdict::Ok);
    println!(
        "{} passed, {failed} failed ({} forbidden, {} hung, {} crashed)",
        count(Verdict::Ok),
        count(Verdict::Forbidden),
        count(Verdict::Hang),
        count(Verdict::Crash)
    );
}

/// Refuses a build whose tests are not those of the manifest: a test must not vanish unnoticed.
pub fn compare_with_manifest(tests: &[Test], path: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let wanted: Vec<&str> = text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')).collect();
    let there: Vec<&str> = tests.iter().map(|t| t.name).collect();
    let missing: Vec<&&str> = wanted.iter().filter(|n| !there.contains(n)).collect();
    let new: Vec<&&str> = there.iter().filter(|n| !wanted.contains(n)).collect();
    if missing.is_empty() && new.is_empty() {
        return Ok(());
    }
    Err(format!("{} does not fit: missing {missing:?}, not listed {new:?}", path.display()))
}
