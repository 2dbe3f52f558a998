//! Interpreters that take part, found by running candidates: a name on `PATH` may be a shim that fails.

use crate::workspace;
use std::path::{Path, PathBuf};
use std::process::Command;

/// An interpreter that ran and said what it is.
#[derive(Clone, Debug)]
pub struct Interpreter {
    /// The name in tables.
    pub name: String,
    /// How to start it.
    pub path: PathBuf,
    /// Options before the program.
    pub options: Vec<String>,
}

impl Interpreter {
    /// Weft: the binary named, or a fresh build of the `release` profile.
    ///
    /// # Errors
    /// When it cannot be built or does not run.
    pub fn weft(path: Option<&Path>, x: &[String]) -> Result<Interpreter, String> {
        let path = match path {
            Some(path) => std::path::absolute(path).map_err(|error| error.to_string())?,
            None => workspace::build_release()?,
        };
        probe(&path).ok_or_else(|| format!("{} does not run", path.display()))?;
        let options = x.iter().flat_map(|x| ["-X".to_owned(), x.clone()]).collect();
        Ok(Interpreter { name: "weft".into(), path, options })
    }

    /// The interpreters at `paths`.
    ///
    /// # Errors
    /// When one does not run.
    pub fn named(paths: &[PathBuf]) -> Result<Vec<Interpreter>, String> {
        paths
            .iter()
            .map(|path| probe(path).ok_or_else(|| format!("{} does not run", path.display())))
            .collect()
    }

    /// A command of it that runs the same way each time.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command.args(&self.options);
        command.env("PYTHONHASHSEED", "0").env("PYTHONDONTWRITEBYTECODE", "1");
        command.env_remove("PYTHONUNBUFFERED").env_remove("PYTHONPATH");
        command
    }
}

/// Runs `path` and asks what it is.
pub fn probe(path: &Path) -> Option<Interpreter> {
    let code = "import sys; v = sys.version_info; g = getattr(sys, '_is_gil_enabled', None); \
                print(sys.implementation.name, '%d.%d.%d' % v[:3], 'free-threaded' if g and not g() else '')";
    let output = Command::new(path).args(["-c", code]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut words = text.split_whitespace();
    let (name, version) = (words.next()?, words.next()?);
    if !output.status.success() {
        return None;
    }
    let name = match name {
        "cpython" => "CPython",
        "pypy" => "PyPy",
        "rustpython" => "RustPython",
        other => other,
    };
    let mut name = format!("{name} {version}");
    if let Some(threads) = words.next() {
        name += &format!(" {threads}");
    }
    Some(Interpreter { name, path: path.to_owned(), options: Vec::new() })
}

/// Every other interpreter that runs here, each version once: known names on `PATH`, then version managers' folders.
pub fn find() -> Vec<Interpreter> {
    let mut candidates: Vec<PathBuf> =
        ["python3.13", "python3.14", "python3.13t", "python3.14t", "pypy3", "rustpython"]
            .map(PathBuf::from)
            .into();
    candidates.extend(managed());
    let mut found: Vec<Interpreter> = Vec::new();
    for candidate in candidates {
        if let Some(interpreter) = probe(&candidate)
            && found.iter().all(|known| known.name != interpreter.name)
        {
            found.push(interpreter);
        }
    }
    found
}

/// `bin/python3` of each version that pyenv or uv keeps, from CPython 3.13 on, and of each PyPy.
fn managed() -> Vec<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let mut roots: Vec<PathBuf> =
        std::env::var_os("PYENV_ROOT").map(|root| PathBuf::from(root).join("versions")).into_iter().collect();
    if let Some(home) = home {
        roots.extend([home.join(".pyenv/versions"), home.join(".local/share/uv/python")]);
    }
    let mut list: Vec<PathBuf> = roots
        .iter()
        .filter_map(|root| std::fs::read_dir(root).ok())
        .flatten()
        .flatten()
        .filter(|entry| entry.file_name().to_str().is_some_and(wanted))
        .map(|entry| entry.path().join("bin/python3"))
        .collect();
    list.sort();
    list
}

/// Whether a version manager's folder name is of interest: `3.13.0`, `3.14.2t`, `cpython-3.14.0+freethreaded-…`, `pypy3.11-7.3.19`.
fn wanted(name: &str) -> bool {
    let version = name.trim_start_matches("cpython-");
    let minor = version
        .strip_prefix("3.")
        .map(|rest| rest.chars().take_while(char::is_ascii_digit).collect::<String>());
    name.starts_with("pypy") || minor.and_then(|m| m.parse::<u32>().ok()).is_some_and(|m| m >= 13)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_old_versions_are_not_run() {
        for (name, yes) in [
            ("3.13.0", true),
            ("3.14.2t", true),
            ("cpython-3.14.0+freethreaded-linux", true),
            ("pypy3.11-7.3.19", true),
            ("3.9.18", false),
            ("2.7.18", false),
            ("notes", false),
        ] {
            assert_eq!(wanted(name), yes, "{name}");
        }
    }

    #[test]
    fn a_program_that_is_no_python_is_refused() {
        assert!(probe(Path::new("/bin/true")).is_none());
        assert!(probe(Path::new("/nonexistent/python3")).is_none());
    }
}
