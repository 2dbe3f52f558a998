//! The protocols' headers against the models: every rule has a model, every model cites rules that exist, every seeded bug of the
//! source is in the registry and the other way round.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::binary::Listed;
use crate::workspace;

/// A rule of a header.
#[derive(Default, Debug, PartialEq)]
pub struct Rule {
    /// Whether its header says that no model checks it.
    pub unchecked: bool,
    /// Its words.
    pub text: String,
}

/// What the sources say.
#[derive(Default, Debug, PartialEq)]
pub struct Sources {
    /// `P1.R3` → the rule.
    pub rules: BTreeMap<String, Rule>,
    /// File → the protocol that its header is about.
    pub files: BTreeMap<String, String>,
    /// Names given to `mutant!`.
    pub mutants: BTreeSet<String>,
}

/// At least so many seeded bugs per protocol.
const SEEDED_PER_PROTOCOL: usize = 3;

/// Everything on which headers, models and seeded bugs disagree.
pub fn inconsistencies(sources: &Sources, listed: &Listed) -> Vec<String> {
    compare(sources, listed)
}

/// Reads headers and seeded bugs.
///
/// # Errors
/// When a file cannot be read.
pub fn sources() -> Result<Sources, String> {
    let mut sources = Sources::default();
    for folder in ["vm-core/src", "vm-heap/src", "model-checks/src"] {
        read_folder(&workspace::root().join(folder), &mut sources)?;
    }
    Ok(sources)
}

/// All rules that some header states.
///
/// # Errors
/// When the sources cannot be read.
pub fn stated() -> Result<BTreeSet<String>, String> {
    Ok(sources()?.rules.into_keys().collect())
}

fn read_folder(folder: &Path, sources: &mut Sources) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("cannot read {}: {error}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            read_folder(&path, sources)?;
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = std::fs::read_to_string(&path).map_err(failed)?;
            let name = path.strip_prefix(workspace::root()).unwrap_or(&path).display().to_string();
            read_source(&name, &text, sources);
        }
    }
    Ok(())
}

fn read_source(file: &str, text: &str, sources: &mut Sources) {
    for (at, _) in text.match_indices("mutant!(\"") {
        let line = text[..at].rsplit('\n').next().unwrap_or_default();
        // Not those in comments.
        if !line.trim_start().starts_with("//") {
            let name = text[at + "mutant!(\"".len()..].split('"').next().unwrap_or_default();
            sources.mutants.insert(name.to_owned());
        }
    }
    let header: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim).collect();
    let Some(protocol) = header.first().and_then(|line| protocol(line)) else { return };
    if header.iter().any(|line| line.starts_with("**Rules.**")) {
        sources.files.insert(file.to_owned(), protocol.to_owned());
    }
    let joined = header.join(" ");
    let unchecked = joined.split("**Not checked**").nth(1).unwrap_or_default();
    let unchecked: BTreeSet<&str> = unchecked.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let mut last = None;
    for line in header {
        let begun =
            line.strip_prefix("* ").and_then(|l| l.split_once(' ')).filter(|(r, _)| is_numbered(r, 'R'));
        if let Some((rule, words)) = begun {
            let name = format!("{protocol}.{rule}");
            let rule = Rule { unchecked: unchecked.contains(rule), text: words.to_owned() };
            sources.rules.insert(name.clone(), rule);
            last = Some(name);
        } else if line.is_empty() || line.starts_with(['*', '#', '|']) {
            last = None;
        } else if let Some(rule) = last.as_ref().and_then(|name| sources.rules.get_mut(name)) {
            rule.text.push(' ');
            rule.text.push_str(line);
        }
    }
}

/// `P17` from "P17: published blocks." or "P8, first half: …".
fn protocol(line: &str) -> Option<&str> {
    let name = line.split([':', ',']).next()?;
    is_numbered(name, 'P').then_some(name)
}

fn is_numbered(word: &str, letter: char) -> bool {
    word.strip_prefix(letter).is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

fn compare(sources: &Sources, listed: &Listed) -> Vec<String> {
    let mut found = Vec::new();
    let cited: BTreeSet<&str> = listed.checks.iter().flat_map(|c| &c.rules).map(String::as_str).collect();
    for (rule, Rule { unchecked, .. }) in &sources.rules {
        match (cited.contains(rule.as_str()), *unchecked) {
            (false, false) => found.push(format!("rule {rule} has no model, and its header does not say so")),
            (true, true) => {
                found.push(format!("rule {rule} has a model, but its header says \"not checked\""))
            }
            _ => {}
        }
    }
    for rule in &cited {
        if !sources.rules.contains_key(*rule) {
            found.push(format!("a model cites {rule}, which no header states"));
        }
    }
    let registered: BTreeSet<&str> = listed.mutants.iter().map(|m| m.name.as_str()).collect();
    for name in &sources.mutants {
        if !registered.contains(name.as_str()) {
            found.push(format!("seeded bug {name} is in the source, but no check is to catch it"));
        }
    }
    for mutant in &listed.mutants {
        if !sources.mutants.contains(&mutant.name) {
            found.push(format!("seeded bug {} is registered, but not in the source", mutant.name));
        }
        if !listed.checks.iter().any(|c| c.name == mutant.caught_by) {
            found.push(format!(
                "seeded bug {} is to be caught by {}, which does not exist",
                mutant.name, mutant.caught_by
            ));
        }
    }
    let protocols: BTreeSet<&str> = sources.rules.keys().filter_map(|r| r.split('.').next()).collect();
    for protocol in protocols {
        let prefix = format!("{}.", protocol.to_lowercase());
        let seeded = listed.mutants.iter().filter(|m| m.name.starts_with(&prefix)).count();
        if seeded < SEEDED_PER_PROTOCOL {
            found.push(format!("{protocol} has {seeded} seeded bugs; it should have {SEEDED_PER_PROTOCOL}"));
        }
        let loom: BTreeSet<usize> = listed
            .checks
            .iter()
            .filter(|c| c.protocol == protocol && c.checker == "loom")
            .map(|c| c.threads)
            .collect();
        let shuttle = listed.checks.iter().any(|c| c.protocol == protocol && c.checker == "shuttle");
        for (there, what) in [
            (loom.contains(&2), "two threads under loom"),
            (loom.contains(&3), "three threads under loom"),
            (shuttle, "many threads under shuttle"),
        ] {
            if !there {
                found.push(format!("{protocol} has no model of {what}"));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::binary::{ListedCheck, ListedMutant};
    use super::*;

    const SOURCE: &str = "//! P4: something.\n//!\n//! * R1 one\n//! * R2 two\n//!   more\n//!\n//! **Not checked**: R2, by review.\n\nfn f() {\n    // mutant!(\"p4.comment\")\n    if mutant!(\"p4.bug\") {}\n}\n";

    fn check(name: &str, threads: usize, checker: &str, rules: &[&str]) -> ListedCheck {
        ListedCheck {
            name: name.into(),
            protocol: "P4".into(),
            rules: rules.iter().map(|r| (*r).to_owned()).collect(),
            checker: checker.into(),
            threads,
            note: String::new(),
        }
    }

    #[test]
    fn headers_and_seeded_bugs_are_read() {
        let mut sources = Sources::default();
        read_source("a.rs", SOURCE, &mut sources);
        let rule = |unchecked, text: &str| Rule { unchecked, text: text.into() };
        let expected =
            [("P4.R1".to_owned(), rule(false, "one")), ("P4.R2".to_owned(), rule(true, "two more"))];
        assert_eq!(sources.rules, expected.into());
        assert_eq!(sources.mutants, ["p4.bug".to_owned()].into());
    }

    #[test]
    fn every_disagreement_is_found() {
        let mut sources = Sources::default();
        read_source("a.rs", SOURCE, &mut sources);
        let listed = Listed {
            checks: vec![check("p4.a.2", 2, "loom", &["P4.R2", "P4.R9"])],
            mutants: vec![ListedMutant { name: "p4.other".into(), caught_by: "p4.gone".into() }],
        };
        let found = compare(&sources, &listed).join("\n");
        for expected in [
            "rule P4.R1 has no model",
            "rule P4.R2 has a model, but",
            "cites P4.R9",
            "p4.bug is in the source, but",
            "p4.other is registered, but",
            "p4.gone, which does not exist",
            "P4 has 1 seeded bugs",
            "no model of three threads under loom",
            "no model of many threads under shuttle",
        ] {
            assert!(found.contains(expected), "{expected} is not in\n{found}");
        }
        assert!(!found.contains("two threads"));
    }

    #[test]
    fn agreement_is_silent() {
        let mut sources = Sources::default();
        read_source("a.rs", SOURCE, &mut sources);
        sources.mutants = ["p4.a", "p4.b", "p4.c"].map(str::to_owned).into();
        let mutants = ["p4.a", "p4.b", "p4.c"];
        let listed = Listed {
            checks: vec![
                check("p4.a.2", 2, "loom", &["P4.R1"]),
                check("p4.a.3", 3, "loom", &[]),
                check("p4.a.9", 9, "shuttle", &[]),
            ],
            mutants: mutants.map(|n| ListedMutant { name: n.into(), caught_by: "p4.a.2".into() }).into(),
        };
        assert_eq!(compare(&sources, &listed), Vec::<String>::new());
    }
}
