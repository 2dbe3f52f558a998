//! `cargo xtask bench report`: one HTML page of the last result of each bench command. It names no other file and no address: style and
//! pictures are in it.

mod svg;

use super::numbers::{geomean, median, nanoseconds, range};
use super::scaling::{GOOD, Row, Scaling, small};
use super::{Machine, load, memory::Memory, pauses::Pauses, peers::Peers, warmup::Warmup};
use crate::workspace;
use clap::Args as ClapArgs;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Options of `cargo xtask bench report`.
#[derive(ClapArgs)]
pub struct Args {
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// Entry.
///
/// # Errors
/// When the file cannot be written or nothing was measured yet.
pub fn main(args: &Args) -> Result<bool, String> {
    let path = args.html.clone().unwrap_or_else(|| workspace::target().join("bench/report.html"));
    write(&path)?;
    Ok(true)
}

/// What the page shows.
#[derive(Default)]
struct Results {
    scaling: Option<Scaling>,
    peers: Option<Peers>,
    pauses: Option<Pauses>,
    warmup: Option<Warmup>,
    memory: Option<Memory>,
}

/// Writes the page from the results kept in the target folder.
///
/// # Errors
/// When the file cannot be written or nothing was measured yet.
pub fn write(path: &Path) -> Result<(), String> {
    let results = Results {
        scaling: load("scaling"),
        peers: load("peers"),
        pauses: load("pauses"),
        warmup: load("warmup"),
        memory: load("memory"),
    };
    let page = page(&results).ok_or("nothing was measured yet: run `cargo xtask bench scaling` first")?;
    std::fs::write(path, page).map_err(|error| format!("{}: {error}", path.display()))?;
    println!("wrote {}", path.display());
    Ok(())
}

/// Text as HTML.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn page(results: &Results) -> Option<String> {
    let mut body = String::new();
    let mut contents = String::new();
    let sections: [(&str, &str, Option<String>); 5] = [
        ("scaling", "Scaling over threads", results.scaling.as_ref().map(scaling)),
        ("peers", "Against other interpreters", results.peers.as_ref().map(peers)),
        ("pauses", "Pauses of the collector", results.pauses.as_ref().map(pauses)),
        ("warmup", "Warm-up", results.warmup.as_ref().map(warmup)),
        ("memory", "Memory", results.memory.as_ref().map(memory)),
    ];
    for (id, title, section) in sections {
        let Some(section) = section else {
            let _ = write!(
                contents,
                "<li class=missing>{title}: not measured (<code>cargo xtask bench {id}</code>)"
            );
            continue;
        };
        let _ = write!(contents, "<li><a href=\"#{id}\">{title}</a>");
        let _ = write!(body, "<section id={id}><h2>{title}</h2>\n{section}</section>\n");
    }
    if body.is_empty() {
        return None;
    }
    Some(format!(
        "<!doctype html>\n<html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\n\
         <meta name=color-scheme content=\"light dark\">\n<title>Weft: measurements</title>\n<style>{STYLE}</style>\n\
         <main><h1>Weft: measurements</h1>\n<ul class=contents>{contents}</ul>\n{body}</main></html>\n"
    ))
}

const STYLE: &str = "
:root{--paper:#fcfcfb;--ink:#1a1a19;--soft:#6b6a65;--line:#dddbd3;--weft:#2a6fc9;--other:#a9a79d;--third:#c77b30;--bad:#c03a2b}
@media(prefers-color-scheme:dark){:root{--paper:#191918;--ink:#ecebe6;--soft:#a09e96;--line:#3a3935;--weft:#6aa5ef;--other:#77756d;--third:#e0a05a;--bad:#ef7d6f}}
body{background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif;margin:0}
main{max-width:60rem;margin:0 auto;padding:2rem 1rem}
h1{font-size:1.6rem}h2{font-size:1.25rem;margin-top:3rem;border-bottom:1px solid var(--line)}h3{font-size:1rem;margin:1.5rem 0 .3rem}
p.note,.missing,figcaption{color:var(--soft);font-size:.9rem}
a{color:var(--weft)}
figure{margin:1rem 0;overflow-x:auto}
svg{display:block;max-width:100%;height:auto;font:12px system-ui,sans-serif}
svg text{fill:var(--ink)}svg text.soft{fill:var(--soft)}
.weft{fill:var(--weft)}.other{fill:var(--other)}.third{fill:var(--third)}
.axis{stroke:var(--line);fill:none}.goal{stroke:var(--soft);stroke-dasharray:3 3;fill:none}
.whisker{stroke:var(--ink);fill:none}
path.weft,path.other,path.third{fill:none;stroke-width:2}
path.weft{stroke:var(--weft)}path.other{stroke:var(--other)}path.third{stroke:var(--third)}
.table{overflow-x:auto}table{border-collapse:collapse;font-size:.85rem}
td,th{padding:.15rem .6rem;text-align:right;border-bottom:1px solid var(--line)}td:first-child,th:first-child,td.words{text-align:left}
.below{color:var(--bad);font-weight:600}
.small{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:1rem}
";

fn machine(m: &Machine) -> String {
    format!("<p class=note>{}</p>\n", escape(&m.text()))
}

fn table(header: &[String], rows: &[Vec<String>]) -> String {
    let cells = |row: &[String], tag: &str| {
        row.iter()
            .map(|cell| {
                format!(
                    "<{tag}{}>{cell}</{tag}>",
                    if tag == "td" && !cell.starts_with('<') && cell.matches(' ').count() > 2 {
                        " class=words"
                    } else {
                        ""
                    }
                )
            })
            .collect::<String>()
    };
    let rows: String = rows.iter().map(|row| format!("<tr>{}</tr>\n", cells(row, "td"))).collect();
    format!("<div class=table><table><tr>{}</tr>\n{rows}</table></div>\n", cells(header, "th"))
}

fn scaling(s: &Scaling) -> String {
    let mut out = machine(&s.machine);
    out += "<p>Scaling is the throughput of the threads divided by that of as many one-thread processes that run at the same moment: 1 is \
            perfect, whatever the machine does to processes as well. Whiskers span the rounds.";
    out += if s.pinned { " Threads were pinned.</p>\n" } else { "</p>\n" };
    let Some(weft) = s.interpreters.first() else { return out };
    let counts: Vec<usize> =
        weft.kernels.first().map(|row| row.points.iter().map(|p| p.threads).collect()).unwrap_or_default();
    let own: Vec<usize> = counts.iter().copied().filter(|n| *n > 1 && *n <= s.machine.cores).collect();
    if let Some(&most) = own.last() {
        let bars: Vec<svg::Bar> = ordered(&weft.kernels, most)
            .into_iter()
            .map(|row| svg::Bar {
                label: if row.contended { format!("{} *", row.name) } else { row.name.clone() },
                values: s
                    .interpreters
                    .iter()
                    .filter_map(|i| i.kernels.iter().find(|r| r.name == row.name)?.point(most))
                    .map(|p| (median(&p.scaling), range(&p.scaling)))
                    .collect(),
            })
            .collect();
        let names: Vec<&str> = s.interpreters.iter().map(|i| &i.name[..]).collect();
        let _ = writeln!(
            out,
            "<figure>{}<figcaption>Scaling with {most} threads. * contended by design: every thread writes to one object. Dashed: 1, and the \
             {GOOD} below which a kernel is looked at.</figcaption></figure>",
            svg::bars(&bars, &names, 1.2, &[GOOD, 1.0])
        );
    }
    if counts.len() > 2 {
        let _ = write!(
            out,
            "<h3>Throughput by number of threads</h3><p class=note>Relative to one thread; dashed: one core more for each thread, up to the {} cores there are.</p><div class=small>",
            s.machine.cores
        );
        for row in &weft.kernels {
            let curves: Vec<Vec<(f64, f64)>> = s
                .interpreters
                .iter()
                .filter_map(|i| i.kernels.iter().find(|r| r.name == row.name))
                .map(|r| r.points.iter().map(|p| (p.threads as f64, median(&p.plain))).collect())
                .collect();
            let _ =
                write!(out, "<figure>{}</figure>", svg::scaling_curve(&row.name, &curves, s.machine.cores));
        }
        out += "</div>\n";
    }
    let fitted: Vec<&Row> = weft.kernels.iter().filter(|row| row.law.is_some()).collect();
    if fitted.is_empty() {
        out += "<p class=note>No fit of the universal scalability law: it takes at least four thread counts on cores of their own.</p>\n";
    }
    let mut header: Vec<String> = vec!["kernel".into(), "iterations/s".into()];
    for n in counts.iter().filter(|n| **n > 1) {
        if own.contains(n) {
            header.extend([format!("scaling ×{n}"), format!("plain ×{n}"), "cpu/thread".into()]);
        } else {
            header.push(format!("×{n} ÷ ×2"));
        }
    }
    header.extend(["writes/iter".into(), "moves/iter".into(), "what it does".into()]);
    if !fitted.is_empty() {
        header.extend(["σ".into(), "κ".into()]);
    }
    let rows: Vec<Vec<String>> = weft
        .kernels
        .iter()
        .map(|row| {
            let mut cells = vec![escape(&row.name), format!("{:.3e}", median(&row.alone))];
            for p in row.points.iter().filter(|p| p.threads > 1) {
                if p.oversubscribed {
                    let two = row.point(2).map_or(f64::NAN, |two| median(&two.throughput));
                    cells.push(format!("{:.2}", median(&p.throughput) / two));
                } else {
                    let scaling = median(&p.scaling);
                    let class = if scaling < GOOD { " class=below" } else { "" };
                    cells.push(format!("<span{class}>{scaling:.2}</span>"));
                    cells.extend([format!("{:.2}", median(&p.plain)), format!("{:.2}", median(&p.cpu))]);
                }
            }
            let kinds: Vec<String> =
                row.writes.iter().map(|(kind, n)| format!("{kind} {}", small(*n))).collect();
            cells.push(format!(
                "<span title=\"{}\">{}</span>",
                escape(&kinds.join(", ")),
                small(row.all_writes())
            ));
            cells.extend([row.moves.map_or_else(String::new, small), escape(&row.what)]);
            if let Some(law) = &row.law {
                cells.extend([format!("{:.4}", law.sigma), format!("{:.6}", law.kappa)]);
            }
            cells
        })
        .collect();
    out += &table(&header, &rows);
    out += "<p class=note>writes/iter: atomic writes to memory that other threads may write, counted by <code>-X stats</code> in one thread. \
            moves/iter: locks that the other of two threads had held last, counted by <code>-X contention</code>: these are what costs.</p>\n";
    out
}

/// Kernels with the worst scaling first, contended ones last.
fn ordered(rows: &[Row], threads: usize) -> Vec<&Row> {
    let mut rows: Vec<&Row> = rows.iter().collect();
    let key = |row: &Row| row.point(threads).map_or(f64::NAN, |p| median(&p.scaling));
    rows.sort_by(|a, b| a.contended.cmp(&b.contended).then(key(a).total_cmp(&key(b))));
    rows
}

fn peers(p: &Peers) -> String {
    let mut out = machine(&p.machine);
    out += "<p>Time of the other interpreter divided by Weft's, one thread, interleaved in one run: above 1, Weft is faster. Whiskers span \
            the rounds.</p>\n";
    if p.peers.is_empty() {
        out += "<p class=note>No other interpreter was found.</p>\n";
    }
    for (i, name) in p.peers.iter().enumerate() {
        let mut bars: Vec<svg::Bar> = p
            .rows
            .iter()
            .map(|row| {
                let ratios = row.ratios(i);
                svg::Bar { label: row.kernel.clone(), values: vec![(median(&ratios), range(&ratios))] }
            })
            .collect();
        bars.sort_by(|a, b| b.values[0].0.total_cmp(&a.values[0].0));
        let most = bars.iter().map(|bar| bar.values[0].1.1).fold(1.2, f64::max).min(8.0);
        let mean = geomean(bars.iter().map(|bar| bar.values[0].0)).unwrap_or(f64::NAN);
        let _ = writeln!(
            out,
            "<figure>{}<figcaption>{} ÷ weft: geometric mean {mean:.2}</figcaption></figure>",
            svg::bars(&bars, &[name], most, &[1.0]),
            escape(name)
        );
    }
    out
}

fn pauses(p: &Pauses) -> String {
    let mut out = machine(&p.machine);
    out += "<p>How long threads take to stand still when a collection asks for it, and how long they then stand still.</p>\n";
    for w in &p.workloads {
        let _ = write!(
            out,
            "<h3>{}</h3><p class=note>{} pauses, {} threads</p><div class=small>",
            escape(&w.what),
            w.collections,
            w.threads
        );
        for (title, counts) in [("time to safepoint", &w.stops), ("pause", &w.pauses)] {
            let _ = write!(out, "<figure>{}</figure>", svg::histogram(title, counts));
        }
        out += "</div>\n";
    }
    out
}

fn warmup(w: &Warmup) -> String {
    let mut out = machine(&w.machine);
    let _ = write!(
        out,
        "<p>Time of each of the first {} pieces of work in a fresh process, relative to the median of the last third: 1 is the speed that it \
         ends with.</p>\n<div class=small>",
        w.pieces
    );
    for kernel in &w.kernels {
        let curves: Vec<Vec<(f64, f64)>> = kernel
            .curves
            .iter()
            .map(|curve| curve.iter().enumerate().map(|(i, t)| (i as f64 + 1.0, *t)).collect())
            .collect();
        let _ = write!(out, "<figure>{}</figure>", svg::warmup_curve(&kernel.name, &curves));
    }
    out += "</div>\n";
    let classes = ["weft", "other", "third"];
    let names: Vec<String> = w
        .interpreters
        .iter()
        .enumerate()
        .map(|(i, name)| {
            format!("<span style=\"color:var(--{})\">■</span> {}", classes[i.min(2)], escape(name))
        })
        .collect();
    let _ = writeln!(out, "<p class=note>{}</p>", names.join("&ensp;"));
    out
}

fn memory(m: &Memory) -> String {
    let mut out = machine(&m.machine);
    let rows: Vec<Vec<String>> = m
        .threads
        .iter()
        .map(|(what, bytes)| vec![escape(what), format!("{:.1} KiB", bytes / 1024.0)])
        .collect();
    out += &table(&["per thread".into(), "resident".into()], &rows);
    let rows: Vec<Vec<String>> =
        m.objects.iter().map(|(what, bytes)| vec![escape(what), format!("{bytes:.1}")]).collect();
    out += "<h3>Objects</h3>\n";
    out += &table(&["object".into(), "bytes of the heap".into()], &rows);
    out
}

#[cfg(test)]
mod tests {
    use super::super::{memory, pauses, peers, scaling, warmup};
    use super::*;
    use std::collections::BTreeMap;

    fn sample() -> Results {
        let machine = Machine { cores: 2, processor: "a <fast> one".into(), load: 0.1 };
        let point = |threads, oversubscribed| scaling::Point {
            threads,
            oversubscribed,
            throughput: vec![1.9, 2.0],
            scaling: if oversubscribed { Vec::new() } else { vec![0.8, 0.95] },
            plain: vec![1.8, 1.9],
            cpu: vec![1.0, 1.1],
        };
        let row = Row {
            name: "bound_methods".into(),
            what: "calls & such".into(),
            contended: false,
            alone: vec![1.0, 1.1],
            points: vec![point(1, false), point(2, false), point(16, true)],
            writes: BTreeMap::from([("object_locks".into(), 0.5)]),
            moves: Some(0.25),
            law: None,
        };
        Results {
            scaling: Some(Scaling {
                machine: machine.clone(),
                pinned: false,
                interpreters: vec![scaling::Series { name: "weft".into(), kernels: vec![row] }],
            }),
            peers: Some(Peers {
                machine: machine.clone(),
                peers: vec!["CPython 3.13.0".into()],
                rows: vec![peers::Row {
                    kernel: "float_loop".into(),
                    weft: vec![1.0, 1.1],
                    peers: vec![vec![2.0, 2.2]],
                }],
            }),
            pauses: Some(Pauses {
                machine: machine.clone(),
                workloads: vec![pauses::Workload {
                    what: "small objects".into(),
                    threads: 2,
                    collections: 3,
                    stops: vec![(1024, 2), (1536, 1)],
                    pauses: vec![(1 << 20, 3)],
                }],
            }),
            warmup: Some(Warmup {
                machine: machine.clone(),
                interpreters: vec!["weft".into()],
                pieces: 3,
                kernels: vec![warmup::Curve { name: "float_loop".into(), curves: vec![vec![3.0, 1.1, 1.0]] }],
            }),
            memory: Some(memory::Memory {
                machine,
                threads: vec![("copies on".into(), 12345.0)],
                objects: vec![("a list".into(), 64.0)],
            }),
        }
    }

    #[test]
    fn the_page_is_whole_and_names_no_other_place() {
        let page = page(&sample()).expect("results");
        for word in ["://", "src=", "@import", "url(", "<link", "<script", "srcset"] {
            assert!(!page.contains(word), "{word}");
        }
        for href in page.split("href=\"").skip(1) {
            assert!(href.starts_with('#'), "{}", &href[..20]);
        }
        assert_eq!(page.matches("<svg").count(), page.matches("</svg>").count());
        assert_eq!(page.matches("<section").count(), 5);
        assert!(page.contains("prefers-color-scheme:dark") && page.contains("a &lt;fast&gt; one"));
        assert!(!page.contains("NaN") && !page.contains("inf"), "a number is missing");
        assert!(super::page(&Results::default()).is_none());
    }

    /// Renders the page where a browser is installed: it must paint something, in both schemes.
    #[test]
    fn a_browser_paints_the_page() {
        let run =
            |browser: &str, arguments: &[&str]| std::process::Command::new(browser).args(arguments).output();
        let browsers = ["chromium", "chromium-browser", "google-chrome", "chrome"];
        let Some(browser) =
            browsers.iter().find(|b| run(b, &["--version"]).is_ok_and(|o| o.status.success()))
        else {
            println!(
                "SKIPPED: no headless browser ({}) is installed; the page was not rendered.",
                browsers.join(", ")
            );
            return;
        };
        let folder = std::env::temp_dir().join(format!("weft-report-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a scratch folder");
        let file = folder.join("report.html");
        std::fs::write(&file, page(&sample()).expect("results")).expect("writable");
        let profile = format!("--user-data-dir={}", folder.display());
        let url = format!("file://{}", file.display());
        let output =
            run(browser, &["--headless", "--no-sandbox", "--disable-gpu", &profile, "--dump-dom", &url])
                .expect("it starts");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let _ = std::fs::remove_dir_all(&folder);
        assert!(output.status.success() && text.contains("Scaling over threads"), "{text}");
        assert_eq!(text.matches("<svg").count(), page(&sample()).expect("results").matches("<svg").count());
    }
}
