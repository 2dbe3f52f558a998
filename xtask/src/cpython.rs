//! Finds a working CPython by running candidates. A name on `PATH` proves nothing: it may be a shim that fails.

use std::path::{Path, PathBuf};
use std::process::Command;

/// An interpreter that ran and said what it is.
#[derive(Clone, Debug)]
pub struct Python {
    /// How to start it.
    pub path: PathBuf,
    /// `sys.version_info[:3]`.
    pub version: (u32, u32, u32),
}

impl Python {
    /// `3.13.0` and so on.
    pub fn version_text(&self) -> String {
        let (major, minor, micro) = self.version;
        format!("{major}.{minor}.{micro}")
    }
}

/// Runs `path` and asks for its version; `None` when it does not run or is not CPython.
pub fn probe(path: &Path) -> Option<Python> {
    let code = "import sys; print(sys.implementation.name, *sys.version_info[:3])";
    let output = Command::new(path).args(["-I", "-c", code]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut words = text.split_whitespace();
    if !output.status.success() || words.next()? != "cpython" {
        return None;
    }
    let mut number = || words.next()?.parse().ok();
    Some(Python { path: path.to_owned(), version: (number()?, number()?, number()?) })
}

/// The newest working CPython from 3.13 on: names on `PATH`, then the version manager's folder.
pub fn find() -> Option<Python> {
    let mut candidates: Vec<PathBuf> =
        ["python3.14", "python3.13", "python3"].iter().map(PathBuf::from).collect();
    candidates.extend(managed());
    let found = candidates.iter().filter_map(|path| probe(path)).filter(|p| p.version >= (3, 13, 0));
    found.max_by_key(|p| p.version)
}

/// `~/.pyenv/versions/3.1[3-9]*/bin/python3`, and the same below `PYENV_ROOT`.
fn managed() -> Vec<PathBuf> {
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".pyenv"));
    let roots = std::env::var_os("PYENV_ROOT").map(PathBuf::from).into_iter().chain(home);
    let versions = roots.filter_map(|root| std::fs::read_dir(root.join("versions")).ok()).flatten().flatten();
    versions
        .filter(|entry| {
            let name = entry.file_name();
            let minor = name.to_str().and_then(|n| n.strip_prefix("3.")).and_then(|n| n.split('.').next());
            minor.and_then(|m| m.trim_end_matches(|c: char| !c.is_ascii_digit()).parse::<u32>().ok())
                >= Some(13)
        })
        .map(|entry| entry.path().join("bin/python3"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_no_python_is_refused() {
        assert!(probe(Path::new("/bin/true")).is_none());
        assert!(probe(Path::new("/nonexistent/python3")).is_none());
    }
}
