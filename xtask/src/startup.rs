//! `cargo xtask bench startup`: how long `weft -c pass` takes, and how much memory.

use crate::{cpython, workspace};
use clap::Args as ClapArgs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// What the project promises: milliseconds and mebibytes.
const LIMITS: (f64, f64) = (10.0, 12.0);

/// Options of `cargo xtask bench startup`.
#[derive(ClapArgs)]
pub struct Args {
    /// The weft binary (default: build it with the release profile).
    #[arg(long, value_name = "PATH")]
    weft: Option<PathBuf>,
    /// Another interpreter to compare with (repeatable).
    #[arg(long, value_name = "PATH")]
    python: Vec<PathBuf>,
    /// Runs of each, interleaved.
    #[arg(long, default_value_t = 40)]
    runs: usize,
}

/// Entry: true when weft keeps the limits.
///
/// # Errors
/// When an interpreter cannot be built or started.
pub fn main(args: &Args) -> Result<bool, String> {
    let weft = match &args.weft {
        Some(path) => path.clone(),
        None => workspace::build_release()?,
    };
    let mut programs = vec![("weft".to_owned(), weft)];
    for path in &args.python {
        let python = cpython::probe(path).ok_or_else(|| format!("{} does not run", path.display()))?;
        programs.push((format!("CPython {}", python.version_text()), python.path));
    }
    let mut times = vec![Vec::new(); programs.len()];
    for _ in 0..args.runs.max(1) {
        for ((_, path), times) in programs.iter().zip(&mut times) {
            let start = Instant::now();
            let status = Command::new(path)
                .args(["-c", "pass"])
                .stdin(Stdio::null())
                .status()
                .map_err(|error| format!("{}: {error}", path.display()))?;
            if !status.success() {
                return Err(format!("{} -c pass: {status}", path.display()));
            }
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
    }
    let mut kept = true;
    for (i, ((name, path), times)) in programs.iter().zip(&mut times).enumerate() {
        times.sort_by(f64::total_cmp);
        let (median, least) = (times[times.len() / 2], times[0]);
        let peak = peak(path)?;
        println!(
            "{name}: median {median:.1} ms, least {least:.1} ms, peak {peak:.1} MiB ({} runs)",
            times.len()
        );
        if i == 0 {
            kept = median <= LIMITS.0 && peak <= LIMITS.1;
        }
    }
    println!("limit: {} ms, {} MiB: {}", LIMITS.0, LIMITS.1, if kept { "kept" } else { "NOT kept" });
    Ok(kept)
}

/// The most resident memory a nearly empty program had, in MiB, as the program itself reads it.
fn peak(path: &Path) -> Result<f64, String> {
    let code =
        "for line in open('/proc/self/status'):\n    if line.startswith('VmHWM'): print(line.split()[1])\n";
    let output = Command::new(path).args(["-c", code]).output().map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    let kib: f64 = text.trim().parse().map_err(|_| {
        format!(
            "{} could not read its own status: {}",
            path.display(),
            String::from_utf8_lossy(&output.stderr)
        )
    })?;
    Ok(kib / 1024.0)
}
