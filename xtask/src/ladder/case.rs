//! One test program and the options that its first comment lines give.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::process::End;

/// How a test's standard error is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stderr {
    /// It must be empty (the default of a test that exits with 0).
    Empty,
    /// It must equal `NAME.err` (the default of any other test).
    Compare,
    /// Its last line must equal the last line of `NAME.err`.
    Last,
    /// The exception's type in the last line must be that of `NAME.err`; the wording is free.
    Kind,
    /// Anything goes.
    Ignore,
}

/// A test of the ladder.
#[derive(Clone, Debug)]
pub struct Case {
    /// The tier: the folder's name.
    pub tier: String,
    /// The program's name without `.py`.
    pub name: String,
    /// The tier folder; the program runs in it.
    pub dir: PathBuf,
    /// `# args:` arguments after the program.
    pub args: Vec<String>,
    /// `# run:` the whole command line after the interpreter's name, in place of program and arguments.
    pub run: Option<Vec<String>>,
    /// `# options:` options before the program, for weft alone.
    pub options: Vec<String>,
    /// `# env: NAME=VALUE` (repeatable).
    pub env: Vec<(String, String)>,
    /// `# exit:` the expected end, `1` or `signal 2`.
    pub exit: End,
    /// `# stdin:` text, with `\n` for a line's end.
    pub stdin: Vec<u8>,
    /// `# stderr: compare | last | kind | ignore | empty`.
    pub stderr: Stderr,
    /// `# timeout:` seconds.
    pub limit: Duration,
    /// `# sigint: WORD` sends SIGINT when standard output shows the word.
    pub interrupt_at: Option<String>,
    /// `# stdout: closed` gives a pipe nobody reads.
    pub closed_stdout: bool,
    /// `# by-hand: REASON`: the expected output is written by hand, blessing leaves it alone.
    pub by_hand: Option<String>,
}

impl Case {
    /// `tier/name`.
    pub fn id(&self) -> String {
        format!("{}/{}", self.tier, self.name)
    }

    /// `name.py`.
    pub fn file_name(&self) -> String {
        format!("{}.py", self.name)
    }

    /// The file of the expected standard output or standard error.
    pub fn expected(&self, extension: &str) -> PathBuf {
        self.dir.join(format!("{}.{extension}", self.name))
    }

    /// Reads the options of a program; a name that is no option is a plain comment.
    fn parse(tier: &str, path: &Path) -> Result<Case, String> {
        let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        // Some programs are bad input on purpose; their options are ASCII all the same.
        let text = String::from_utf8_lossy(&bytes);
        let name = path.file_stem().and_then(|stem| stem.to_str()).ok_or("file name is not UTF-8")?;
        let mut case = Case {
            tier: tier.to_owned(),
            name: name.to_owned(),
            dir: path.parent().expect("a file has a folder").to_owned(),
            args: Vec::new(),
            run: None,
            options: Vec::new(),
            env: Vec::new(),
            exit: End::Code(0),
            stdin: Vec::new(),
            stderr: Stderr::Empty,
            limit: Duration::from_secs(20),
            interrupt_at: None,
            closed_stdout: false,
            by_hand: None,
        };
        let mut stderr = None;
        for line in text.lines().take_while(|line| line.starts_with('#')) {
            let Some((key, value)) = line[1..].trim().split_once(':') else { continue };
            let value = value.trim();
            let wrong = || format!("{}: bad value in `{line}`", path.display());
            match key {
                "args" => case.args = words(value),
                "run" => case.run = Some(words(value)),
                "options" => case.options = words(value),
                "env" => {
                    let (key, value) = value.split_once('=').ok_or_else(wrong)?;
                    case.env.push((key.to_owned(), value.to_owned()));
                }
                "exit" => {
                    case.exit = match value.strip_prefix("signal ") {
                        Some(signal) => End::Signal(signal.parse().map_err(|_| wrong())?),
                        None => End::Code(value.parse().map_err(|_| wrong())?),
                    }
                }
                "stdin" => case.stdin = value.replace("\\n", "\n").into_bytes(),
                "stderr" => {
                    stderr = Some(match value {
                        "compare" => Stderr::Compare,
                        "last" => Stderr::Last,
                        "kind" => Stderr::Kind,
                        "ignore" => Stderr::Ignore,
                        "empty" => Stderr::Empty,
                        _ => return Err(wrong()),
                    });
                }
                "timeout" => case.limit = Duration::from_secs(value.parse().map_err(|_| wrong())?),
                "sigint" => case.interrupt_at = Some(value.to_owned()),
                "stdout" if value == "closed" => case.closed_stdout = true,
                "by-hand" => case.by_hand = Some(value.to_owned()),
                _ => {}
            }
        }
        let default = if case.exit == End::Code(0) { Stderr::Empty } else { Stderr::Compare };
        case.stderr = stderr.unwrap_or(default);
        Ok(case)
    }
}

/// Splits at blanks; single quotes hold a word together, `\n` inside them is a line's end.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (word, tail) = match rest.strip_prefix('\'') {
            Some(quoted) => quoted.split_once('\'').map_or((quoted, ""), |pair| pair),
            None => rest.split_once(char::is_whitespace).map_or((rest, ""), |pair| pair),
        };
        words.push(word.replace("\\n", "\n"));
        rest = tail.trim_start();
    }
    words
}

/// All tests below `folder`, sorted by tier and name.
///
/// # Errors
/// When the folder cannot be read or a test's options are wrong.
pub fn discover(folder: &Path) -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    for tier in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
        let name =
            tier.file_name().and_then(|name| name.to_str()).ok_or("folder name is not UTF-8")?.to_owned();
        for path in entries(&tier)?.into_iter().filter(|path| path.extension().is_some_and(|e| e == "py")) {
            cases.push(Case::parse(&name, &path)?);
        }
    }
    Ok(cases)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let read = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<PathBuf> = read.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_and_quoted() {
        assert_eq!(words("-c 'print(1)\\nprint(2)' x"), ["-c", "print(1)\nprint(2)", "x"]);
        assert_eq!(words("  "), Vec::<String>::new());
    }

    #[test]
    fn options_are_read_from_the_first_comments_only() {
        let dir = std::env::temp_dir().join(format!("weft-case-{}", std::process::id()));
        std::fs::create_dir_all(&dir).expect("temp dir");
        let path = dir.join("x.py");
        let text = "# A test: of things.\n# exit: 1\n# env: A=b=c\n# timeout: 3\nprint()\n# exit: 5\n";
        std::fs::write(&path, text).expect("write");
        let case = Case::parse("t9", &path).expect("parses");
        assert_eq!((case.id().as_str(), case.exit, case.stderr), ("t9/x", End::Code(1), Stderr::Compare));
        assert_eq!((case.env, case.limit), (vec![("A".into(), "b=c".into())], Duration::from_secs(3)));
        std::fs::write(&path, "# exit: soon\n").expect("write");
        assert!(Case::parse("t9", &path).is_err());
        std::fs::remove_dir_all(&dir).expect("remove");
    }
}
