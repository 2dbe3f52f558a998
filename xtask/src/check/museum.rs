//! `cargo xtask check museum`: historical bugs, each re-created in our source and caught, or refused by the compiler.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use comfy_table::{Table, presets};
use serde::Serialize;

use super::binary::{Binaries, Listed};
use super::schedule::{self, Job};
use crate::process::{self, End, Plan};
use crate::workspace;

/// Processor time in which a named check must catch its bug.
const LIMIT: f64 = 10.0;
/// Wall time after which it is killed: the machine may have other work.
const PATIENCE: f64 = 120.0;

/// One entry of `model-checks/museum.toml`.
#[derive(Clone, Default, PartialEq, Debug)]
struct Bug {
    id: String,
    title: String,
    invariant: String,
    protocol: String,
    rule: String,
    mutant: String,
    check: String,
    compile_fail: String,
    pending: String,
}

/// How an entry is shown to be impossible here.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Debug)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// A named check fails with it.
    Caught,
    /// The type system refuses it.
    CompileFail,
    /// Its protocol is not there yet.
    Pending,
}

/// One entry, tried.
#[derive(Serialize)]
pub struct Exhibit {
    /// Tracker number.
    pub id: String,
    /// What went wrong there.
    pub title: String,
    /// What our code keeps instead.
    pub invariant: String,
    /// Its protocol.
    pub protocol: String,
    /// The rule that the bug breaks.
    pub rule: String,
    /// How it is shown.
    pub how: How,
    /// The check and the seeded bug, or the compile-fail program, or what it waits for.
    pub by: String,
    /// What the check or the compiler said.
    pub report: String,
    /// Not caught, not refused, or overdue.
    pub failed: bool,
    /// Processor time of the check, or wall time of the compiler.
    pub seconds: f64,
}

/// The whole museum.
#[derive(Serialize)]
pub struct Museum {
    /// All entries.
    pub exhibits: Vec<Exhibit>,
    /// Entries that name what does not exist.
    pub inconsistencies: Vec<String>,
    /// Wall time.
    pub seconds: f64,
}

impl Museum {
    /// Entries that failed, and inconsistencies.
    pub fn failed(&self) -> usize {
        self.exhibits.iter().filter(|e| e.failed).count() + self.inconsistencies.len()
    }

    fn count(&self, how: How) -> (usize, usize) {
        let of_kind = || self.exhibits.iter().filter(|e| e.how == how);
        (of_kind().filter(|e| !e.failed).count(), of_kind().count())
    }

    /// The last line.
    pub fn summary(&self) -> String {
        let (caught, due) = self.count(How::Caught);
        let (refused, of) = self.count(How::CompileFail);
        let (pending, _) = self.count(How::Pending);
        let share = (caught + refused) * 100 / (due + of).max(1);
        format!(
            "museum: {caught} of {due} caught by their checks, {refused} of {of} refused by the compiler ({share} %), {pending} pending"
        )
    }

    /// The table and the summary.
    pub fn render(&self) -> String {
        let mut table = Table::new();
        table.load_style(presets::ASCII_MARKDOWN);
        table.set_header(["bug", "rule", "shown by", "outcome", "seconds"]);
        for exhibit in &self.exhibits {
            let outcome = match (exhibit.failed, exhibit.how) {
                (true, How::Pending) => "DUE",
                (true, _) => "MISSED",
                (false, How::Caught) => "caught",
                (false, How::CompileFail) => "does not compile",
                (false, How::Pending) => "pending",
            };
            let rule = if exhibit.rule.is_empty() { &exhibit.protocol } else { &exhibit.rule };
            table.add_row([&exhibit.id, rule, &exhibit.by, outcome, &format!("{:.2}", exhibit.seconds)]);
        }
        let mut text = format!("{table}\n");
        for exhibit in self.exhibits.iter().filter(|e| e.failed) {
            let _ = writeln!(text, "FAILED {} ({}): {}", exhibit.id, exhibit.title, exhibit.report);
        }
        for inconsistency in &self.inconsistencies {
            let _ = writeln!(text, "INCONSISTENT {inconsistency}");
        }
        let _ = writeln!(text, "{}", self.summary());
        text
    }
}

/// Runs every entry. `rules` are those that some header states.
///
/// # Errors
/// When the file cannot be read or understood, or the crates cannot be built.
pub fn run(binaries: &Binaries, listed: &Listed, rules: &BTreeSet<String>) -> Result<Museum, String> {
    let start = Instant::now();
    let path = workspace::root().join("model-checks/museum.toml");
    let text = std::fs::read_to_string(&path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
    let bugs = parse(&text).map_err(|e| format!("{}: {e}", path.display()))?;
    let mut inconsistencies = inconsistencies(&bugs, listed, rules);
    let jobs: Vec<Job> = bugs
        .iter()
        .filter(|b| !b.mutant.is_empty())
        .filter_map(|bug| {
            let check = listed.checks.iter().find(|c| c.name == bug.check)?;
            let options = vec!["--seconds".into(), PATIENCE.to_string()];
            let mutant = Some(bug.mutant.clone());
            let backend = check.backend();
            Some(Job { mutant, backend, options, limit: PATIENCE, ..Job::of(&bug.check) })
        })
        .collect();
    let verdicts = schedule::run_all(binaries, &jobs);
    let compiler = Compiler::new()?;
    let mut exhibits = Vec::new();
    for bug in &bugs {
        let (how, by, outcome, seconds) = if !bug.mutant.is_empty() {
            let by = format!("{} in {}", bug.mutant, bug.check);
            let at = jobs.iter().position(|j| j.check == bug.check && j.mutant.as_ref() == Some(&bug.mutant));
            match at.and_then(|at| verdicts.get(at)) {
                Some(verdict) => {
                    let outcome = schedule::caught(verdict).and_then(|report| {
                        let late = format!("caught after {:.1} s, {LIMIT} are allowed", verdict.cpu);
                        if verdict.cpu <= LIMIT { Ok(report) } else { Err(late) }
                    });
                    (How::Caught, by, outcome, verdict.cpu)
                }
                None => (How::Caught, by, Err("no such check".to_owned()), 0.0),
            }
        } else if !bug.compile_fail.is_empty() {
            let begun = Instant::now();
            let outcome = compiler.refuses(&bug.compile_fail)?;
            (How::CompileFail, bug.compile_fail.clone(), outcome, begun.elapsed().as_secs_f64())
        } else {
            let landed = rules.contains(&format!("{}.R1", bug.pending));
            let outcome = if landed {
                Err(format!("{} is in the code: the bug is due", bug.pending))
            } else {
                Ok(String::new())
            };
            (How::Pending, bug.pending.clone(), outcome, 0.0)
        };
        let failed = outcome.is_err();
        exhibits.push(Exhibit {
            id: bug.id.clone(),
            title: bug.title.clone(),
            invariant: bug.invariant.clone(),
            protocol: bug.protocol.clone(),
            rule: bug.rule.clone(),
            how,
            by,
            report: outcome.unwrap_or_else(|e| e),
            failed,
            seconds,
        });
    }
    inconsistencies.sort();
    Ok(Museum { exhibits, inconsistencies, seconds: start.elapsed().as_secs_f64() })
}

/// The few forms of TOML that the file uses: `[[bug]]`, `key = "text"`, comments.
fn parse(text: &str) -> Result<Vec<Bug>, String> {
    let mut bugs: Vec<Bug> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line == "[[bug]]" {
            bugs.push(Bug::default());
            continue;
        }
        let entry = line.split_once('=').and_then(|(key, value)| {
            let value = value.trim().strip_prefix('"')?.strip_suffix('"')?;
            (!value.contains(['"', '\\'])).then(|| (key.trim(), value.to_owned()))
        });
        let (Some((key, value)), Some(bug)) = (entry, bugs.last_mut()) else {
            return Err(format!("line {number}: expected [[bug]] or key = \"text\""));
        };
        let field = match key {
            "id" => &mut bug.id,
            "title" => &mut bug.title,
            "invariant" => &mut bug.invariant,
            "protocol" => &mut bug.protocol,
            "rule" => &mut bug.rule,
            "mutant" => &mut bug.mutant,
            "check" => &mut bug.check,
            "compile_fail" => &mut bug.compile_fail,
            "pending" => &mut bug.pending,
            _ => return Err(format!("line {number}: no entry has a {key}")),
        };
        if !field.is_empty() {
            return Err(format!("line {number}: a second {key}"));
        }
        *field = value;
    }
    Ok(bugs)
}

fn inconsistencies(bugs: &[Bug], listed: &Listed, rules: &BTreeSet<String>) -> Vec<String> {
    let mut found = Vec::new();
    let mut ids = BTreeSet::new();
    for bug in bugs {
        let id = &bug.id;
        if id.is_empty() || bug.title.is_empty() || bug.invariant.is_empty() || bug.protocol.is_empty() {
            found.push(format!("museum: {id} lacks an id, title, invariant or protocol"));
        }
        if !ids.insert(id) {
            found.push(format!("museum: {id} is there twice"));
        }
        let ways = [&bug.mutant, &bug.compile_fail, &bug.pending].iter().filter(|w| !w.is_empty()).count();
        if ways != 1 || bug.mutant.is_empty() != bug.check.is_empty() {
            found.push(format!("museum: {id} needs one of: mutant and check, compile_fail, pending"));
        }
        if bug.pending.is_empty() && !rules.contains(&bug.rule) {
            found.push(format!("museum: {id} names rule {}, which no header states", bug.rule));
        }
        if !bug.mutant.is_empty()
            && !listed.mutants.iter().any(|m| m.name == bug.mutant && m.caught_by == bug.check)
        {
            found.push(format!("museum: {id}: no model registers {} with {}", bug.mutant, bug.check));
        }
    }
    found
}

/// Compiles small programs against the built kernel.
struct Compiler {
    /// `--extern` arguments.
    externs: Vec<String>,
    /// Where the libraries' own dependencies are.
    dependencies: PathBuf,
    out: PathBuf,
}

impl Compiler {
    fn new() -> Result<Self, String> {
        let output = workspace::cargo()
            .args(["build", "--quiet", "--package", "vm-core", "--package", "vm-heap"])
            .args(["--lib", "--message-format=json"])
            .output()
            .map_err(|error| format!("cannot start cargo: {error}"))?;
        if !output.status.success() {
            return Err(format!("building the kernel failed: {}", String::from_utf8_lossy(&output.stderr)));
        }
        let mut externs = Vec::new();
        let mut dependencies = PathBuf::new();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let Ok(message) = serde_json::from_str::<serde_json::Value>(line) else { continue };
            let name = message["target"]["name"].as_str().unwrap_or_default();
            if message["reason"] != "compiler-artifact" || !["vm_core", "vm_heap"].contains(&name) {
                continue;
            }
            let files = message["filenames"].as_array().into_iter().flatten();
            if let Some(library) = files.filter_map(|f| f.as_str()).find(|f| f.ends_with(".rlib")) {
                externs.push(format!("{name}={library}"));
                dependencies = PathBuf::from(library).with_file_name("deps");
            }
        }
        let out = workspace::target().join("check").join("museum");
        std::fs::create_dir_all(&out).map_err(|e| format!("cannot make {}: {e}", out.display()))?;
        Ok(Self { externs, dependencies, out })
    }

    /// The program must fail with the error code that its first line names and no other, and compile once it is `fixed`.
    fn refuses(&self, name: &str) -> Result<Result<String, String>, String> {
        let path = workspace::root().join("model-checks/museum").join(format!("{name}.rs"));
        let text =
            std::fs::read_to_string(&path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
        let Some((code, _)) = text.strip_prefix("//! ").and_then(|t| t.split_once(':')) else {
            return Ok(Err("its first line is not `//! E0000: reason`".into()));
        };
        let (end, stderr) = self.compile(&path, false)?;
        let mut codes: Vec<&str> =
            stderr.lines().filter_map(|l| l.strip_prefix("error[")?.split(']').next()).collect();
        codes.dedup();
        if end == End::Code(0) {
            return Ok(Err("it compiles".into()));
        }
        if codes != [code] {
            return Ok(Err(format!("it fails with {codes:?}, not with {code} alone: {stderr}")));
        }
        let (end, stderr) = self.compile(&path, true)?;
        if end != End::Code(0) {
            return Ok(Err(format!("mended, it does not compile either: {stderr}")));
        }
        let first = text.lines().next().unwrap_or_default();
        Ok(Ok(first.trim_start_matches("//! ").to_owned()))
    }

    fn compile(&self, path: &std::path::Path, fixed: bool) -> Result<(End, String), String> {
        let mut command = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
        command.args([
            "--edition",
            "2024",
            "--crate-type",
            "lib",
            "--emit",
            "metadata",
            "--cap-lints",
            "allow",
        ]);
        command.arg("--out-dir").arg(&self.out);
        command.arg("-L").arg(format!("dependency={}", self.dependencies.display()));
        for library in &self.externs {
            command.args(["--extern", library]);
        }
        command.args(["--check-cfg", "cfg(fixed)", "--crate-name", "exhibit"]);
        if fixed {
            command.args(["--cfg", "fixed"]);
        }
        command.arg(path);
        let plan = Plan { limit: Duration::from_secs(60), ..Plan::default() };
        let finished = process::run(&mut command, &plan).map_err(|e| format!("cannot start rustc: {e}"))?;
        Ok((finished.end, String::from_utf8_lossy(&finished.stderr).into_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::binary::ListedMutant;
    use super::*;

    #[test]
    fn the_file_s_few_forms_are_read_and_others_refused() {
        let bugs = parse("# c\n[[bug]]\nid = \"a\"\n\ncheck = \"p1.x = y.2\"\n").expect("well formed");
        assert_eq!(bugs, [Bug { id: "a".into(), check: "p1.x = y.2".into(), ..Bug::default() }]);
        for bad in
            ["id = \"a\"", "[[bug]]\nid = a", "[[bug]]\ncolour = \"a\"", "[[bug]]\nid = \"a\"\nid = \"b\""]
        {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn every_disagreement_is_found() {
        let text = "[[bug]]\nid = \"a\"\ntitle = \"t\"\ninvariant = \"i\"\nprotocol = \"P1\"\nrule = \"P1.R9\"\nmutant = \"p1.m\"\ncheck = \"p1.c.2\"\n[[bug]]\nid = \"a\"\n";
        let listed = Listed {
            checks: Vec::new(),
            mutants: vec![ListedMutant { name: "p1.m".into(), caught_by: "p1.other.2".into() }],
        };
        let found = inconsistencies(&parse(text).expect("well formed"), &listed, &BTreeSet::new()).join("\n");
        for expected in
            ["P1.R9, which no", "no model registers p1.m", "a is there twice", "needs one of", "lacks"]
        {
            assert!(found.contains(expected), "{expected} is not in\n{found}");
        }
    }
}
