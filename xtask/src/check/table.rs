//! What the checks print.

use std::fmt::Write;

use comfy_table::{CellAlignment, Table, presets};

use super::CheckSummary;
use super::binary::Listed;

/// What a pass does not say.
const BLIND_SPOTS: &str = "blind spots: interleavings beyond the bound; models of more threads, or longer, than these; no load buffering; \
relaxed RMWs read the newest value under loom; shuttle's values are sequentially consistent; random schedules prove nothing by themselves\n";

/// The table, what went wrong, and a last line with counts.
pub fn render(summary: &CheckSummary) -> String {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header([
        "protocol",
        "check",
        "checker",
        "threads",
        "bound",
        "executions",
        "explored",
        "seconds",
        "seeded bugs caught",
    ]);
    let mut last = "";
    for row in &summary.rows {
        let caught = row.seeded.iter().filter(|s| s.caught).count();
        let seeded =
            if row.seeded.is_empty() { "–".to_owned() } else { format!("{caught}/{}", row.seeded.len()) };
        let protocol = if row.protocol == last { "" } else { row.protocol.as_str() };
        last = &row.protocol;
        table.add_row([
            protocol,
            &row.check,
            &row.checker,
            &row.threads.to_string(),
            &row.bound,
            &row.executions.to_string(),
            &row.outcome,
            &format!("{:.2}", row.seconds),
            &seeded,
        ]);
    }
    for numeric in [3, 5, 7, 8] {
        if let Some(column) = table.column_mut(numeric) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut text = format!("{table}\n");
    // Writing to a String cannot fail.
    for row in &summary.rows {
        if let Some(failure) = &row.failure {
            let _ = writeln!(text, "FAILED {}: {failure}", row.check);
            text.push_str(&row.explanation);
        }
        for missed in row.seeded.iter().filter(|s| !s.caught) {
            let _ = writeln!(text, "MISSED {} by {}: {}", missed.name, row.check, missed.report);
        }
    }
    for inconsistency in &summary.inconsistencies {
        let _ = writeln!(text, "INCONSISTENT {inconsistency}");
    }
    for row in summary.rows.iter().filter(|r| r.protocol == "LITMUS" && !r.note.is_empty()) {
        let _ = writeln!(text, "{:34} {}", row.check, row.note);
    }
    if let Some(museum) = &summary.museum {
        text.push_str(&if museum.failed() == 0 { museum.summary() + "\n" } else { museum.render() });
    }
    if let Some(audit) = &summary.audit {
        text.push_str(&audit.render());
    }
    if summary.museum.is_some() {
        let modelled = summary.rules - summary.unchecked_rules;
        let _ = writeln!(
            text,
            "rules: {} stated, {modelled} with a model, {} whose header says why none",
            summary.rules, summary.unchecked_rules
        );
    }
    let capped = summary.rows.iter().filter(|r| r.checker == "loom" && r.outcome.starts_with("capped"));
    let capped: Vec<&str> = capped.map(|r| r.check.as_str()).collect();
    if !capped.is_empty() {
        let _ = writeln!(text, "not exhausted within its time: {}", capped.join(", "));
    }
    if summary.rows.iter().any(|r| r.checker != "tsan") {
        text.push_str(BLIND_SPOTS);
    }
    let seeded: usize = summary.rows.iter().map(|r| r.seeded.len()).sum();
    let exhausted = summary.rows.iter().filter(|r| r.outcome == "exhausted").count();
    let _ = writeln!(
        text,
        "{} checks ({exhausted} exhausted within their bound), {seeded} seeded bugs, {:.0} s\n{} passed, {} failed",
        summary.rows.len(),
        summary.seconds,
        summary.passed(),
        summary.failed()
    );
    text
}

/// The checks, their rules and their seeded bugs.
pub fn list(listed: &Listed) -> String {
    let mut text = String::new();
    for check in &listed.checks {
        let _ = writeln!(
            text,
            "{:24} {:8} {} threads  {}",
            check.name,
            check.checker,
            check.threads,
            check.rules.join(" ")
        );
        for mutant in listed.mutants.iter().filter(|m| m.caught_by == check.name) {
            let _ = writeln!(text, "    catches {}", mutant.name);
        }
    }
    text
}
