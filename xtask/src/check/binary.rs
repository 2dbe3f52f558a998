//! The `model-checks` binary, built once per back end.

use std::path::PathBuf;
use std::process::Command;

use serde::Deserialize;

use super::tsan::build as tsan;
use crate::workspace;

/// A back end of the facade that explores.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Backend {
    /// Exhaustive up to a bound.
    Loom,
    /// Random schedules.
    Shuttle,
    /// Plain threads under ThreadSanitizer.
    Tsan,
}

impl Backend {
    /// The name that `--cfg weft_sync` takes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Loom => "loom",
            Self::Shuttle => "shuttle",
            Self::Tsan => "tsan",
        }
    }
}

/// The built binaries.
pub struct Binaries {
    built: Vec<(Backend, PathBuf)>,
}

/// What `model-checks list` prints.
#[derive(Deserialize)]
pub struct Listed {
    /// All checks.
    pub checks: Vec<ListedCheck>,
    /// All seeded bugs.
    pub mutants: Vec<ListedMutant>,
}

/// One check.
#[derive(Deserialize)]
pub struct ListedCheck {
    /// `p1.stop.2`.
    pub name: String,
    /// `P1`.
    pub protocol: String,
    /// `P1.R3`, ….
    pub rules: Vec<String>,
    /// `loom` or `shuttle`.
    pub checker: String,
    /// Threads of the model.
    pub threads: usize,
    /// For a litmus test: what it documents.
    #[serde(default)]
    pub note: String,
}

impl ListedCheck {
    /// What explores it.
    pub fn backend(&self) -> Backend {
        if self.checker == "loom" { Backend::Loom } else { Backend::Shuttle }
    }
}

/// One seeded bug.
#[derive(Deserialize)]
pub struct ListedMutant {
    /// As in `mutant!`.
    pub name: String,
    /// The check that must catch it.
    pub caught_by: String,
}

impl Binaries {
    /// Builds the binary for each of `backends`, each in a target folder of its own.
    ///
    /// # Errors
    /// When cargo cannot be started or a build fails (cargo has then printed why).
    pub fn build(backends: &[Backend]) -> Result<Self, String> {
        let mut built = Vec::new();
        for &backend in backends {
            let folder = workspace::target().join("check").join(backend.name());
            let flags = match backend {
                Backend::Tsan => tsan::FLAGS.to_owned(),
                _ => format!("--cfg weft_sync=\"{}\" --cfg weft_mutants", backend.name()),
            };
            let mut command = workspace::cargo();
            command
                .args(["build", "--quiet", "--release", "--manifest-path", "model-checks/Cargo.toml"])
                .arg("--target-dir")
                .arg(&folder);
            let mut binary = folder;
            if backend == Backend::Tsan {
                command.args(["--target", tsan::TARGET]).env("RUSTC_BOOTSTRAP", "1");
                binary.push(tsan::TARGET);
            }
            let status = command
                .env("RUSTFLAGS", flags)
                .env_remove("CARGO_ENCODED_RUSTFLAGS")
                .env_remove("CARGO_BUILD_TARGET")
                .status()
                .map_err(|error| format!("cannot start cargo: {error}"))?;
            if !status.success() {
                return Err(format!("building model-checks for {} failed", backend.name()));
            }
            built.push((backend, binary.join("release").join("model-checks")));
        }
        Ok(Self { built })
    }

    /// The binary for `backend`.
    pub fn command(&self, backend: Backend) -> Command {
        let path = self.built.iter().find(|(b, _)| *b == backend).map(|(_, p)| p.clone());
        let mut command = Command::new(path.unwrap_or_default());
        // Settings of the checkers that would change what is explored.
        for (name, _) in std::env::vars_os() {
            let changes = |n: &str| ["LOOM_", "SHUTTLE_", "TSAN_"].iter().any(|prefix| n.starts_with(prefix));
            if name.to_str().is_some_and(changes) {
                command.env_remove(name);
            }
        }
        command
    }

    /// All checks and seeded bugs.
    ///
    /// # Errors
    /// When the binary does not run or prints something else.
    pub fn list(&self) -> Result<Listed, String> {
        let (backend, path) = self.built.first().ok_or("nothing was built")?;
        let output = self
            .command(*backend)
            .arg("list")
            .output()
            .map_err(|error| format!("cannot start {}: {error}", path.display()))?;
        serde_json::from_slice(&output.stdout).map_err(|error| format!("{} list: {error}", path.display()))
    }
}
