//! Where things are: the repository root, the target folder, the built `weft` binary.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository root (xtask is run by cargo, so its manifest folder is known at build time).
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies inside the workspace")
}

/// The target folder that cargo uses for the workspace.
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root().join(dir),
        None => root().join("target"),
    }
}

/// A cargo command that runs in the repository root.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Builds `weft` with the `quick` profile (release code without the long link) and gives the binary's path.
///
/// # Errors
/// When cargo cannot be started or the build fails (cargo has then printed why).
pub fn build_weft() -> Result<PathBuf, String> {
    build("quick")
}

/// Builds `weft` with the `release` profile, for measuring.
///
/// # Errors
/// As [`build_weft`].
pub fn build_release() -> Result<PathBuf, String> {
    build("release")
}

fn build(profile: &str) -> Result<PathBuf, String> {
    let status = cargo()
        .args(["build", "--quiet", "--profile", profile, "--package", "weft"])
        .status()
        .map_err(|error| format!("cannot start cargo: {error}"))?;
    if !status.success() {
        return Err("building weft failed".into());
    }
    Ok(target().join(profile).join("weft"))
}
