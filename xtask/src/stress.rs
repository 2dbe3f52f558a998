//! The quick form of the stress tests: each test a fraction of a second, none missing, nothing forbidden.

use std::process::Command;

use crate::test::Counts;
use crate::workspace;

/// Runs every test of the manifest shortly.
pub fn quick() -> Counts {
    match run() {
        Ok(counts) => counts,
        Err(error) => Counts::failed(error),
    }
}

fn run() -> Result<Counts, String> {
    let built = workspace::cargo()
        .args(["build", "--quiet", "--profile", "quick", "--package", "stress"])
        .status()
        .map_err(|e| format!("cannot start cargo: {e}"))?;
    if !built.success() {
        return Err("building stress failed".to_owned());
    }
    let json = workspace::target().join("stress-quick.json");
    let _ = std::fs::remove_file(&json);
    let status = Command::new(workspace::target().join("quick").join("stress"))
        .args(["run", "--time", "300ms", "--jobs", "2", "--modes", "other,over", "--brief"])
        .arg("--manifest")
        .arg(workspace::root().join("stress/manifest.txt"))
        .arg("--json")
        .arg(&json)
        .status()
        .map_err(|e| format!("cannot start stress: {e}"))?;
    let text =
        std::fs::read_to_string(&json).map_err(|e| format!("stress wrote no results ({status}): {e}"))?;
    let value: serde_json::Value = serde_json::from_str(&text).map_err(|e| e.to_string())?;
    let tests = value["tests"].as_array().ok_or("no tests in the results")?;
    let passed = tests.iter().filter(|t| t["verdict"] == "ok" && t["samples"] != 0).count();
    let samples: u64 = tests.iter().filter_map(|t| t["samples"].as_u64()).sum();
    let note = format!("{samples} samples, seed {}", value["seed"]);
    Ok(Counts { passed, failed: tests.len() - passed, skipped: 0, note })
}
