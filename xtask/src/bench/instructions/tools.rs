//! `cargo xtask bench instructions --tools`: what a tool leaves behind, and what it costs those it does not watch.
//!
//! Each kernel runs three times as long as once, under callgrind, in one build: with no tool ever, after a tool that wanted every event
//! was freed, and beside a tool that wants every event of a function that the kernel does not call.

use super::{Interpreter, Kernel, of_each, per_iteration};
use std::path::Path;

/// How much more or less is allowed after a tool, as a part.
const AFTER: f64 = 0.001;
/// The same beside one.
const BESIDE: f64 = 0.01;

/// Instructions per iteration, and events.
type Measured = (f64, u64);

/// Prints the table; comparisons that passed and that failed.
///
/// # Errors
/// When weft or valgrind fails.
pub fn compare(weft: &Path) -> Result<(usize, usize), String> {
    let weft = Interpreter::weft(Some(weft), &[])?;
    let measure = |k: &Kernel, tool: &str| per_iteration(&weft, k, &[tool.to_owned()]);
    let kernels = of_each(|k| Ok((measure(k, "never")?, measure(k, "after")?, measure(k, "beside")?)))?;
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::ASCII_FULL_CONDENSED);
    table.set_header([
        "kernel",
        "no tool",
        "after a tool",
        "",
        "its events",
        "beside a tool",
        "",
        "its events",
    ]);
    let (mut passed, mut failed) = (0, 0);
    for (name, (never, after, beside)) in kernels {
        let mut row = vec![name, format!("{:.1}", never.0)];
        for (with, tolerance) in [(after, AFTER), (beside, BESIDE)] {
            let (change, kept) = verdict(never, with, tolerance);
            if kept {
                passed += 1;
            } else {
                failed += 1;
            }
            let word = if kept { "" } else { "  FAILS" };
            row.extend([
                format!("{:.1}", with.0),
                format!("{:+.3} %{word}", change * 100.0),
                with.1.to_string(),
            ]);
        }
        table.add_row(row);
    }
    println!(
        "{table}\ninstructions per iteration; after a tool within {} %, beside one within {} %",
        AFTER * 100.0,
        BESIDE * 100.0
    );
    Ok((passed, failed))
}

/// The change, and whether it is small enough. A tool that had no events shows nothing.
fn verdict(never: Measured, with: Measured, tolerance: f64) -> (f64, bool) {
    let change = with.0 / never.0 - 1.0;
    (change, change.abs() <= tolerance && never.1 == 0 && with.1 > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_much_too_little_and_no_events_fail() {
        let kept = |with| verdict((1000.0, 0), with, 0.001).1;
        assert!(kept((1000.9, 5)) && kept((999.1, 5)));
        assert!(!kept((1001.1, 5)) && !kept((998.9, 5)) && !kept((1000.0, 0)));
        assert!(!verdict((1000.0, 3), (1000.0, 3), 0.001).1, "the run without a tool had one");
    }
}
