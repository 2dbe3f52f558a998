//! `cargo xtask bench`: what is fast, what scales, what it costs.
//!
//! Each command prints a table, keeps its results in `target/bench/NAME.json`, and `bench report` makes one HTML page of all that is there.

pub mod html;
pub mod instructions;
pub mod interpreters;
pub mod kernel;
pub mod memory;
pub mod micro;
pub mod numbers;
pub mod pauses;
pub mod peers;
pub mod scaling;
pub mod warmup;

use crate::workspace;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// What the numbers were measured on.
#[derive(Serialize, Deserialize, Debug, Clone, Default)]
pub struct Machine {
    /// Cores that may be used.
    pub cores: usize,
    /// The processor's name for itself.
    pub processor: String,
    /// Processes waiting to run in the last minute, when the measurement began.
    pub load: f64,
}

impl Machine {
    /// This machine.
    pub fn here() -> Machine {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = info.lines().find(|line| line.starts_with("model name"));
        let processor =
            model.and_then(|line| line.split(": ").nth(1)).unwrap_or("unknown processor").to_owned();
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let load = load.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or(f64::NAN);
        Machine { cores, processor, load: if load.is_finite() { load } else { 0.0 } }
    }

    /// One line for people.
    pub fn text(&self) -> String {
        let busy =
            if self.load > 0.5 { " (busy with other things: trust ratios, and those little)" } else { "" };
        format!("{} cores, {}, load {:.1}{busy}", self.cores, self.processor, self.load)
    }
}

/// Where results are kept.
fn kept(name: &str) -> PathBuf {
    workspace::target().join("bench").join(format!("{name}.json"))
}

/// Keeps a result for the report, and writes it to `json` as well.
fn save(name: &str, result: &impl Serialize, json: Option<&Path>) -> Result<(), String> {
    let text = serde_json::to_string_pretty(result).map_err(|error| error.to_string())? + "\n";
    let path = kept(name);
    for path in [Some(path.as_path()), json].into_iter().flatten() {
        if let Some(folder) = path.parent() {
            let _ = std::fs::create_dir_all(folder);
        }
        std::fs::write(path, &text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

/// The kept result of the last run, if there is one that this version understands.
fn load<T: for<'de> Deserialize<'de>>(name: &str) -> Option<T> {
    serde_json::from_str(&std::fs::read_to_string(kept(name)).ok()?).ok()
}
