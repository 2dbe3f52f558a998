//! `cargo xtask check audit`: no memory ordering is there for luck.
//!
//! The facade knows the place of each call and can weaken one ordering there by one step. The models say which orderings they ask for;
//! each is taken away in turn, and a check must fail, or the source must say why none can. The source is read too: an ordering that no
//! model asks for is reported.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use comfy_table::{Table, presets};
use serde::Serialize;

use super::binary::{Backend, Binaries, Listed};
use super::rules::Sources;
use super::schedule::{self, Job};
use crate::workspace;

/// Seconds for each attempt of one check to notice that one ordering is weaker.
const SECONDS: f64 = 20.0;
/// Schedules of each attempt by shuttle.
const SCHEDULES: usize = 4_000;
/// Files of the facade's back ends: they implement orderings and use none.
const BACK_ENDS: [&str; 6] =
    ["loom.rs", "shuttle.rs", "os.rs", "happens_before.rs", "observe.rs", "checked.rs"];
/// Beside vm-core: the parts of vm-heap that are protocols.
const HEAP_FILES: [&str; 2] = ["vm-heap/src/blocks.rs", "vm-heap/src/weak.rs"];

/// What became of an ordering.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Debug)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A check fails without it.
    Killed,
    /// No check fails, and the source says why.
    Justified,
    /// No check fails, and the source says nothing.
    Unexplained,
    /// The source says that no check can see it, but one does.
    Stale,
    /// No model asks for it.
    NeverAsked,
}

/// One half of one ordering.
#[derive(Serialize)]
pub struct Site {
    /// `vm-core/src/world.rs:120:9:acquire`.
    pub site: String,
    /// The line of source.
    pub text: String,
    /// What became of it.
    pub outcome: Outcome,
    /// The check that failed, or the reason in the source.
    pub by: String,
    /// Checks that ran with it weakened.
    pub tried: usize,
    /// Processor time of them all.
    pub seconds: f64,
}

/// All of them.
#[derive(Serialize)]
pub struct Audit {
    /// In the order of the source.
    pub sites: Vec<Site>,
    /// Wall time.
    pub seconds: f64,
}

impl Audit {
    fn count(&self, outcome: Outcome) -> usize {
        self.sites.iter().filter(|s| s.outcome == outcome).count()
    }

    /// Orderings that nothing explains.
    pub fn failed(&self) -> usize {
        self.sites.len() - self.count(Outcome::Killed) - self.count(Outcome::Justified)
    }

    /// The last line.
    pub fn summary(&self) -> String {
        format!(
            "audit: {} orderings: {} killed, {} justified, {} unexplained, {} with a stale reason, {} never asked for; {:.0} s",
            self.sites.len(),
            self.count(Outcome::Killed),
            self.count(Outcome::Justified),
            self.count(Outcome::Unexplained),
            self.count(Outcome::Stale),
            self.count(Outcome::NeverAsked),
            self.seconds
        )
    }

    /// The table and the summary.
    pub fn render(&self) -> String {
        let mut table = Table::new();
        table.load_style(presets::ASCII_MARKDOWN);
        table.set_header(["ordering", "outcome", "by", "tried", "seconds"]);
        for site in &self.sites {
            let outcome = match site.outcome {
                Outcome::Killed => "killed",
                Outcome::Justified => "justified",
                Outcome::Unexplained => "UNEXPLAINED",
                Outcome::Stale => "STALE REASON",
                Outcome::NeverAsked => "NEVER ASKED FOR",
            };
            let (tried, seconds) = (site.tried.to_string(), format!("{:.1}", site.seconds));
            table.add_row([site.site.as_str(), outcome, &site.by, &tried, &seconds]);
        }
        format!("{table}\n{}\n", self.summary())
    }
}

/// An ordering with the checks that ask for it, the quickest first.
struct Candidate {
    site: String,
    checks: Vec<(String, Backend)>,
}

/// Audits every ordering in the files of `protocol`, or everywhere.
///
/// # Errors
/// When a check cannot run or the sources cannot be read.
pub fn run(binaries: &Binaries, listed: &Listed, protocol: Option<&str>) -> Result<Audit, String> {
    let start = Instant::now();
    let sources = super::rules::sources()?;
    let audited = audited_files(&sources, protocol)?;
    let asked = asked(binaries, listed, &audited)?;
    let bar = schedule::bar(asked.len());
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<Site>> = Mutex::new(Vec::new());
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(candidate) = asked.get(next.fetch_add(1, Ordering::Relaxed)) {
                    bar.set_message(candidate.site.clone());
                    let site = judge(binaries, candidate, &audited);
                    if let Ok(mut results) = results.lock() {
                        results.push(site);
                    }
                    bar.inc(1);
                }
            });
        }
    });
    bar.finish_and_clear();
    let mut sites = results.into_inner().map_err(|_| "a worker died")?;
    for (file, text) in &audited {
        never_asked(file, text, &asked, &mut sites);
    }
    sites.sort_by_key(|s| position(&s.site));
    Ok(Audit { sites, seconds: start.elapsed().as_secs_f64() })
}

fn position(site: &str) -> (String, usize, usize, String) {
    let parts: Vec<&str> = site.rsplitn(4, ':').collect();
    let number = |i: usize| parts.get(i).and_then(|n| n.parse().ok()).unwrap_or(0);
    let part = |i: usize| parts.get(i).map_or_else(String::new, |&p| p.to_owned());
    (part(3), number(2), number(1), part(0))
}

/// File → text.
fn audited_files(sources: &Sources, protocol: Option<&str>) -> Result<BTreeMap<String, String>, String> {
    let mut files = BTreeMap::new();
    read(&workspace::root().join("vm-core/src"), &mut files)?;
    for file in HEAP_FILES {
        let text =
            std::fs::read_to_string(workspace::root().join(file)).map_err(|e| format!("{file}: {e}"))?;
        files.insert(file.to_owned(), text);
    }
    if let Some(protocol) = protocol {
        let protocol = protocol.to_uppercase();
        files.retain(|file, _| sources.files.get(file).is_some_and(|p| *p == protocol));
        if files.is_empty() {
            return Err(format!("no source file of vm-core or vm-heap is about {protocol}"));
        }
    }
    Ok(files)
}

fn read(folder: &Path, files: &mut BTreeMap<String, String>) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("cannot read {}: {error}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        let in_facade = path.parent().is_some_and(|p| p.ends_with("sync"));
        if path.is_dir() {
            read(&path, files)?;
        } else if path.extension().is_some_and(|e| e == "rs") && !(in_facade && BACK_ENDS.contains(&name)) {
            let text = std::fs::read_to_string(&path).map_err(failed)?;
            if let Ok(relative) = path.strip_prefix(workspace::root()) {
                files.insert(relative.display().to_string(), text);
            }
        }
    }
    Ok(())
}

/// Runs every check once to see what it asks for.
fn asked(
    binaries: &Binaries,
    listed: &Listed,
    audited: &BTreeMap<String, String>,
) -> Result<Vec<Candidate>, String> {
    let jobs: Vec<Job> = listed
        .checks
        .iter()
        .map(|check| {
            let options = vec!["--seconds".into(), SECONDS.to_string(), "--schedules".into(), "1000".into()];
            Job { verb: "sites", backend: check.backend(), options, limit: 300.0, ..Job::of(&check.name) }
        })
        .collect();
    let verdicts = schedule::run_all(binaries, &jobs);
    let mut by_site: BTreeMap<String, Vec<(bool, f64, String, Backend)>> = BTreeMap::new();
    for (job, verdict) in jobs.iter().zip(&verdicts) {
        if let Err(failure) = &verdict.found {
            return Err(format!("{} fails as it is: {failure}", job.check));
        }
        let sites: Vec<String> = verdict
            .output
            .lines()
            .next()
            .and_then(|line| serde_json::from_str(line).ok())
            .ok_or_else(|| format!("{} lists no orderings", job.check))?;
        for site in sites {
            if audited.contains_key(&position(&site).0) {
                let random = job.backend != Backend::Loom;
                by_site.entry(site).or_default().push((random, verdict.cpu, job.check.clone(), job.backend));
            }
        }
    }
    Ok(by_site
        .into_iter()
        .map(|(site, mut checks)| {
            checks.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
            Candidate { site, checks: checks.into_iter().map(|(.., check, by)| (check, by)).collect() }
        })
        .collect())
}

/// Takes one ordering away, and looks for a check that notices.
fn judge(binaries: &Binaries, candidate: &Candidate, audited: &BTreeMap<String, String>) -> Site {
    let (file, line, _, half) = position(&candidate.site);
    let source = audited.get(&file).map_or("", String::as_str);
    let reason = reason(source, line, &half);
    let text = source.lines().nth(line - 1).unwrap_or_default().trim().to_owned();
    let mut site = Site {
        site: candidate.site.clone(),
        text,
        outcome: Outcome::Unexplained,
        by: String::new(),
        tried: 0,
        seconds: 0.0,
    };
    for (check, backend) in &candidate.checks {
        let seconds = SECONDS.to_string();
        let mut options = vec!["--weaken".into(), candidate.site.clone(), "--seconds".into(), seconds];
        options.extend(["--schedules".into(), SCHEDULES.to_string()]);
        let job = Job { backend: *backend, options, limit: SECONDS * 10.0, ..Job::of(check) };
        let verdict = schedule::run(binaries, &job);
        site.tried += 1;
        site.seconds += verdict.cpu;
        if schedule::caught(&verdict).is_ok() {
            (site.outcome, site.by) = match reason {
                Some(_) => (Outcome::Stale, format!("{check} sees it")),
                None => (Outcome::Killed, check.clone()),
            };
            return site;
        }
    }
    if let Some(reason) = reason {
        (site.outcome, site.by) = (Outcome::Justified, reason);
    }
    site
}

/// The comment `// audit HALF: reason` above the statement that the line belongs to.
fn reason(source: &str, line: usize, half: &str) -> Option<String> {
    let lines: Vec<&str> = source.lines().take(line).map(str::trim).collect();
    let marker = format!("// audit {half}: ");
    for (distance, text) in lines.iter().rev().enumerate() {
        if let Some(reason) = text.strip_prefix(&marker) {
            let below = &lines[lines.len() - distance..];
            let more = below.iter().map_while(|l| l.strip_prefix("// ")).filter(|l| !l.starts_with("audit "));
            return Some([reason].into_iter().chain(more).collect::<Vec<_>>().join(" "));
        }
        let ends = text.ends_with([';', '{', '}']) && distance > 0;
        if !text.starts_with("//") && ends {
            return None;
        }
    }
    None
}

/// Orderings in the text that no model asked for. Inside `mutant!` branches and tests none is expected.
fn never_asked(file: &str, text: &str, asked: &[Candidate], sites: &mut Vec<Site>) {
    let known: BTreeSet<usize> =
        asked.iter().map(|c| position(&c.site)).filter(|p| p.0 == file).map(|p| p.1).collect();
    let mut mutant_until = None;
    for (number, line) in (1_usize..).zip(text.lines()) {
        if line.starts_with("#[cfg(all(test") || line.starts_with("#[cfg(test)]") {
            return;
        }
        let indent = line.len() - line.trim_start().len();
        if let Some(outer) = mutant_until {
            if line.trim_start().starts_with('}') && indent == outer {
                mutant_until = None;
            }
            continue;
        }
        if line.trim_start().starts_with("if mutant!(") && line.ends_with('{') {
            mutant_until = Some(indent);
        }
        let code = line.split("//").next().unwrap_or_default();
        let strong = ["Ordering::Acquire", "Ordering::Release", "Ordering::AcqRel", "Ordering::SeqCst"];
        let light = code.contains("asymmetric::light()") || code.contains("asymmetric::heavy()");
        if !light && !strong.iter().any(|s| code.contains(s)) {
            continue;
        }
        // The call begins, or the order computed here is used, within a few lines, seeded bugs in between.
        let near = known.range(number.saturating_sub(4)..=number + 8).next().is_some();
        if !near {
            let unreached = reason(text, number, "unreached");
            let outcome = if unreached.is_some() { Outcome::Justified } else { Outcome::NeverAsked };
            sites.push(Site {
                site: format!("{file}:{number}:1:unreached"),
                text: line.trim().to_owned(),
                outcome,
                by: unreached.unwrap_or_default(),
                tried: 0,
                seconds: 0.0,
            });
        }
    }
}

/// What the audit found, for people who want the sources too.
pub fn details(audit: &Audit) -> String {
    let mut text = String::new();
    for site in audit.sites.iter().filter(|s| !matches!(s.outcome, Outcome::Killed | Outcome::Justified)) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{:?} {}\n    {}", site.outcome, site.site, site.text);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "fn f() {\n    a();\n    // audit acquire: nobody\n    // can see it\n    self.x\n        .load(Ordering::Acquire);\n    y.store(1, Ordering::Release);\n    if mutant!(\"p1.a\") {\n        z.store(1, Ordering::Release);\n    }\n}\n\n\n\n\n\nfn g() {\n    w.load(Ordering::Acquire)\n}\n";

    #[test]
    fn a_reason_belongs_to_its_statement_and_half() {
        assert_eq!(reason(SOURCE, 6, "acquire").as_deref(), Some("nobody can see it"));
        assert_eq!(reason(SOURCE, 6, "release"), None);
        assert_eq!(reason(SOURCE, 7, "acquire"), None, "the statement above has it");
    }

    #[test]
    fn an_ordering_that_no_model_reaches_is_found_and_a_seeded_one_is_not() {
        let asked = [Candidate { site: "a.rs:6:10:acquire".into(), checks: Vec::new() }];
        let mut sites = Vec::new();
        never_asked("a.rs", SOURCE, &asked, &mut sites);
        assert_eq!(sites.iter().map(|s| s.site.as_str()).collect::<Vec<_>>(), ["a.rs:18:1:unreached"]);
    }
}
