//! Judges a finished program: its end, its standard output, its standard error.

use super::case::{Case, Stderr};
use super::diff;
use crate::process::{End, Finished};
use std::path::Path;

/// Whether a test did what it should.
pub enum Verdict {
    /// It did.
    Passed,
    /// It did not; the text says how, with a diff.
    Failed(String),
}

/// Compares what a program did with what its test expects.
pub fn judge(case: &Case, finished: &Finished, program: &Path) -> Verdict {
    let mut why = String::new();
    let stderr = normalize(&finished.stderr, &case.dir, program);
    if finished.end != case.exit {
        why += &format!("{}, expected {}\n", finished.end, case.exit);
        if finished.end != End::TimedOut && case.stderr != Stderr::Compare {
            why += &last_lines(&stderr);
        }
    }
    let stdout = normalize(&finished.stdout, &case.dir, program);
    match std::fs::read_to_string(case.expected("out")) {
        Ok(expected) if expected == stdout => {}
        Ok(expected) => why += &format!("stdout (- expected, + got):\n{}", diff::lines(&expected, &stdout)),
        Err(_) => why += "no expected output: run `cargo xtask ladder --bless --python PATH`\n",
    }
    match case.stderr {
        Stderr::Ignore => {}
        Stderr::Empty if stderr.is_empty() => {}
        Stderr::Empty if finished.end != case.exit => {}
        Stderr::Empty => why += &format!("stderr is not empty:\n{}", last_lines(&stderr)),
        Stderr::Compare | Stderr::Last | Stderr::Kind => {
            match std::fs::read_to_string(case.expected("err")) {
                Ok(expected) => {
                    let same = match case.stderr {
                        Stderr::Last => expected.lines().last() == stderr.lines().last(),
                        Stderr::Kind => kind(&expected) == kind(&stderr),
                        _ => expected == stderr,
                    };
                    if !same {
                        why += &format!("stderr (- expected, + got):\n{}", diff::lines(&expected, &stderr));
                    }
                }
                Err(_) => why += "no expected stderr: run `cargo xtask ladder --bless --python PATH`\n",
            }
        }
    }
    if why.is_empty() { Verdict::Passed } else { Verdict::Failed(why) }
}

/// Takes out what depends on the machine: the tier folder becomes `$DIR`, the interpreter's path `$EXE`.
pub fn normalize(bytes: &[u8], dir: &Path, program: &Path) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.replace(&dir.display().to_string(), "$DIR").replace(&program.display().to_string(), "$EXE")
}

/// The exception's type: the last line up to its colon.
fn kind(text: &str) -> Option<&str> {
    text.lines().last().map(|line| line.split_once(':').map_or(line, |(kind, _)| kind))
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut shown = String::new();
    for line in &lines[lines.len().saturating_sub(6)..] {
        shown += &format!("  | {line}\n");
    }
    shown
}
