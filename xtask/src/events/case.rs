//! One program of the corpus: its expected streams, and the events that it does not compare.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The kinds of tracing, in the order of a file of expected streams.
pub const MODES: [&str; 3] = ["monitoring", "settrace", "setprofile"];

/// An event that one kind of tracing sees otherwise than CPython, by intention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Differs {
    /// One of [`MODES`].
    pub mode: String,
    /// How the lines begin that are left out of the comparison: an event, or an event with some of what follows it.
    pub event: String,
    /// Why.
    pub reason: String,
}

/// A program.
#[derive(Clone, Debug)]
pub struct Program {
    /// The file's name without `.py`.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// `# differs: MODE EVENT… -- REASON` lines among its first comments.
    pub differs: Vec<Differs>,
}

impl Program {
    /// The file of the expected streams.
    pub fn expected(&self) -> PathBuf {
        self.path.with_extension("events")
    }

    fn read(path: &Path) -> Result<Program, String> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let name = path.file_stem().and_then(|stem| stem.to_str()).ok_or("file name is not UTF-8")?;
        let mut differs = Vec::new();
        for line in text.lines().take_while(|line| line.starts_with('#')) {
            let Some(rest) = line.strip_prefix("# differs:") else { continue };
            let parts = rest.split_once(" -- ").and_then(|(what, reason)| {
                let (mode, event) = what.trim().split_once(' ')?;
                let (mode, event) = (mode.to_owned(), event.trim().to_owned());
                let reason = reason.trim().to_owned();
                MODES.contains(&mode.as_str()).then_some(Differs { mode, event, reason })
            });
            differs.push(parts.ok_or_else(|| format!("{}: bad `{line}`", path.display()))?);
        }
        Ok(Program { name: name.to_owned(), path: path.to_owned(), differs })
    }

    /// `stream` without what is not compared in `mode`.
    pub fn compared(&self, mode: &str, stream: &str) -> String {
        let begins = |line: &str, with: &str| {
            line.strip_prefix(with).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        };
        let left_out = |line: &str| self.differs.iter().any(|d| d.mode == mode && begins(line, &d.event));
        stream.lines().filter(|line| !left_out(line)).map(|line| format!("{line}\n")).collect()
    }
}

/// All programs directly in `folder`, by name.
///
/// # Errors
/// When a file cannot be read.
pub fn discover(folder: &Path) -> Result<Vec<Program>, String> {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "py"));
    paths.sort();
    paths.iter().map(|path| Program::read(path)).collect()
}

/// Puts streams together as one file.
pub fn join(streams: &BTreeMap<&str, String>) -> String {
    MODES.iter().filter_map(|mode| Some(format!("== {mode}\n{}", streams.get(mode)?))).collect()
}

/// The stream of `mode` in a file of streams.
pub fn section<'a>(file: &'a str, mode: &str) -> Option<&'a str> {
    let title = format!("== {mode}\n");
    let start = file.find(&title)? + title.len();
    let rest = &file[start..];
    Some(rest.find("\n== ").map_or(rest, |end| &rest[..=end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_come_back_out_of_a_file() {
        let streams = BTreeMap::from([("monitoring", "a\nb\n".to_owned()), ("settrace", "c\n".to_owned())]);
        let file = join(&streams);
        assert_eq!(section(&file, "monitoring"), Some("a\nb\n"));
        assert_eq!(section(&file, "settrace"), Some("c\n"));
        assert_eq!(section(&file, "setprofile"), None);
    }

    #[test]
    fn only_the_named_event_of_the_named_mode_is_left_out() {
        let differs = Differs { mode: "monitoring".into(), event: "JUMP".into(), reason: "r".into() };
        let program = Program { name: "x".into(), path: "x.py".into(), differs: vec![differs] };
        assert_eq!(program.compared("monitoring", "JUMP 1\nJUMPS 2\nJUMP\n"), "JUMPS 2\n");
        assert_eq!(program.compared("settrace", "JUMP 1\n"), "JUMP 1\n");
    }
}
