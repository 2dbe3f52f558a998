//! Gets the pyperformance package from PyPI into the target folder, with any Python that has pip.

use crate::{cpython, workspace};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The version whose programs the committed numbers belong to.
const PACKAGE: &str = "pyperformance==1.14.0";

/// Where benchmark programs run: pictures and the like may land here.
pub fn scratch() -> PathBuf {
    let folder = workspace::target().join("pyperformance").join("scratch");
    // A failure shows when the first program starts.
    let _ = std::fs::create_dir_all(&folder);
    folder
}

/// The folder that holds `bm_*`, fetched if it is not there yet.
///
/// # Errors
/// When no Python with pip is installed, or the package index cannot be reached.
pub fn programs() -> Result<PathBuf, String> {
    let home = workspace::target().join("pyperformance");
    let programs = home.join("unpacked/pyperformance/data-files/benchmarks");
    if programs.join("bm_nbody/run_benchmark.py").exists() {
        return Ok(programs);
    }
    let pip = python_with_pip().ok_or(
        "no Python with pip found: the benchmark programs come from PyPI's pyperformance package, and pip fetches it. \
         Install any Python 3 with pip, or unpack the package by hand into target/pyperformance/unpacked.",
    )?;
    println!("Fetching {PACKAGE} from PyPI into {} …", home.display());
    let wheels = home.join("wheels");
    std::fs::create_dir_all(&wheels).map_err(|error| error.to_string())?;
    let mut download = Command::new(&pip);
    download.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--dest"]);
    run(download.arg(&wheels).arg(PACKAGE))?;
    let wheel = std::fs::read_dir(&wheels)
        .map_err(|error| error.to_string())?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .ok_or("pip fetched no wheel")?;
    run(Command::new(&pip).args(["-m", "zipfile", "-e"]).arg(wheel).arg(home.join("unpacked")))?;
    if programs.join("bm_nbody/run_benchmark.py").exists() {
        Ok(programs)
    } else {
        Err(format!("{PACKAGE} does not hold the programs where they were: {}", programs.display()))
    }
}

fn python_with_pip() -> Option<PathBuf> {
    let installed = cpython::find().map(|python| python.path);
    let names = ["python3", "python3.13", "python3.12", "python"].map(PathBuf::from);
    installed.into_iter().chain(names).find(|python| has_pip(python))
}

fn has_pip(python: &Path) -> bool {
    Command::new(python).args(["-m", "pip", "--version"]).output().is_ok_and(|output| output.status.success())
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{command:?} failed:\n{}", String::from_utf8_lossy(&output.stderr)))
}
