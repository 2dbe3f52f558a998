//! The report for a browser: one file, no address outside.

use std::fmt::Write;

use crate::parent::{Report, Verdict};

const STYLE: &str = "
:root { color-scheme: light dark; --bg:#fdfdfc; --fg:#1c2330; --dim:#667085; --line:#d9dde4; --good:#2f7d5b; --odd:#b7791f; --bad:#c0392b; }
@media (prefers-color-scheme: dark) { :root { --bg:#14181f; --fg:#e4e8ee; --dim:#98a2b3; --line:#2b323d; --good:#5bbf93; --odd:#e0b252; --bad:#ff7b6b; } }
body { background:var(--bg); color:var(--fg); font:15px/1.5 system-ui, sans-serif; margin:2rem auto; max-width:64rem; padding:0 1rem; }
h1 { font-size:1.5rem; } h2 { font-size:1.05rem; margin:2rem 0 .2rem; font-family:ui-monospace, monospace; }
p { margin:.2rem 0; } .dim { color:var(--dim); }
table { border-collapse:collapse; width:100%; margin:.5rem 0; } td, th { border-bottom:1px solid var(--line); padding:.25rem .6rem; text-align:left; vertical-align:top; }
td.n { text-align:right; font-variant-numeric:tabular-nums; white-space:nowrap; } code, pre { font-family:ui-monospace, monospace; } pre { overflow-x:auto; border:1px solid var(--line); padding:.6rem; }
.acceptable, .ok { color:var(--good); } .interesting { color:var(--odd); } .forbidden, .bad { color:var(--bad); font-weight:600; }
svg { display:block; width:100%; height:14px; } rect.acceptable { fill:var(--good); } rect.interesting { fill:var(--odd); } rect.forbidden { fill:var(--bad); }
a { color:inherit; }
";

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(c);
    }
    out
}

/// A bar of the outcomes' shares; rare ones get a visible sliver.
fn bar(r: &Report) -> String {
    let sum: f64 = r.outcomes.iter().map(|o| share(o.count, r.samples)).sum();
    let mut x = 0.0;
    let mut out = "<svg viewBox=\"0 0 1000 14\" preserveAspectRatio=\"none\" role=\"img\">".to_owned();
    for (i, o) in r.outcomes.iter().enumerate() {
        let width = share(o.count, r.samples) / sum.max(1e-9) * 1000.0;
        let opacity = if i % 2 == 0 { 1.0 } else { 0.7 };
        let _ = write!(
            out,
            "<rect class=\"{}\" x=\"{x:.1}\" y=\"0\" width=\"{width:.1}\" height=\"14\" opacity=\"{opacity}\"><title>{}: {}</title></rect>",
            o.grade,
            escaped(&o.result),
            thousands(o.count)
        );
        x += width;
    }
    out + "</svg>"
}

fn share(count: u64, samples: u64) -> f64 {
    (count as f64 / samples.max(1) as f64).max(0.01)
}

fn verdict(r: &Report) -> (&'static str, &'static str) {
    match r.verdict {
        Verdict::Ok => ("ok", "ok"),
        Verdict::Forbidden => ("bad", "forbidden outcome"),
        Verdict::Hang => ("bad", "hang"),
        Verdict::Crash => ("bad", "crash"),
    }
}

/// The whole page.
pub fn page(reports: &[Report], seed: u64) -> String {
    let failed = reports.iter().filter(|r| r.verdict != Verdict::Ok).count();
    let samples: u64 = reports.iter().map(|r| r.samples).sum();
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>Weft stress</title><style>{STYLE}</style></head><body>\n<h1>Weft under stress</h1>\n\
         <p>{} tests, {} samples, <span class=\"{}\">{failed} failed</span>, seed {seed}.</p>\n\
         <p class=\"dim\">A bar shows the outcomes of a test by their share; a rare one has a sliver of at least one per cent.</p>\n<table>\n\
         <tr><th>test</th><th>outcomes</th><th>samples</th><th>per minute</th><th>verdict</th></tr>\n",
        reports.len(),
        thousands(samples),
        if failed == 0 { "ok" } else { "bad" },
    );
    for r in reports {
        let (class, word) = verdict(r);
        let _ = writeln!(
            out,
            "<tr><td><a href=\"#{0}\"><code>{0}</code></a></td><td style=\"width:40%\">{1}</td><td class=\"n\">{2}</td><td class=\"n\">{3}</td><td class=\"{class}\">{word}</td></tr>",
            escaped(r.name),
            bar(r),
            thousands(r.samples),
            thousands(r.samples_per_minute() as u64),
        );
    }
    out += "</table>\n";
    for r in reports {
        details(&mut out, r);
    }
    out + "</body></html>\n"
}

fn details(out: &mut String, r: &Report) {
    let (class, word) = verdict(r);
    let _ = writeln!(
        out,
        "<h2 id=\"{0}\">{0}</h2>\n<p>{1}</p>\n<p class=\"dim\">{2} · {3} · <span class=\"{class}\">{word}</span></p>\n<table>\
         <tr><th>outcome</th><th>count</th><th>grade</th><th>why</th></tr>",
        escaped(r.name),
        escaped(r.what),
        escaped(r.guarantee),
        if r.python { "Python" } else { "Rust" },
    );
    for o in &r.outcomes {
        let _ = writeln!(
            out,
            "<tr><td><code>{}</code></td><td class=\"n\">{}</td><td class=\"{grade}\">{grade}</td><td>{}</td></tr>",
            escaped(&o.result),
            thousands(o.count),
            escaped(o.why),
            grade = o.grade,
        );
    }
    *out += "</table>\n";
    if r.verdict != Verdict::Ok {
        let _ = writeln!(out, "<pre>{}replay: {}</pre>", escaped(&r.said), escaped(&r.replay));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parent::Seen;

    #[test]
    fn the_page_is_self_contained_and_escapes() {
        let seen =
            |result: &str, count, grade| Seen { result: result.to_owned(), count, grade, why: "a <b>" };
        let report = Report {
            name: "x.y",
            what: "a & b",
            guarantee: "P1",
            python: false,
            verdict: Verdict::Forbidden,
            samples: 1_234_567,
            forbidden: 1,
            seconds: 1.0,
            outcomes: vec![seen("1", 1_234_566, "acceptable"), seen("<0>", 1, "forbidden")],
            said: "<said>".to_owned(),
            replay: "again".to_owned(),
        };
        let page = page(&[report], 5);
        for outside in ["http:", "https:", "//", "@import", "url(", "<script", "src="] {
            assert!(!page.contains(outside), "{outside}");
        }
        assert!(page.contains("&lt;said&gt;") && page.contains("a &amp; b") && !page.contains("<said>"));
        assert!(page.contains("prefers-color-scheme: dark") && page.contains("<svg"));
        assert!(page.contains("1\u{202f}234\u{202f}567"));
        assert!(page.matches("<rect class=\"forbidden\"").count() == 1, "a rare outcome is visible");
    }

    #[test]
    fn rare_outcomes_have_a_sliver() {
        assert!(share(1, 1_000_000) >= 0.01);
    }
}
