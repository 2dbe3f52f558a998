//! The instrumented binaries.

use std::path::PathBuf;

use crate::workspace;

/// ThreadSanitizer's runtime comes with the stable toolchain, but asks for a target triple (so that build scripts are built without
/// it) and for the permission to use an unstable flag.
pub const TARGET: &str = "x86_64-unknown-linux-gnu";

/// What is added to RUSTFLAGS. The linker's part: see `decrement` in `vm-core/src/sync/os.rs`.
pub const FLAGS: &str = concat!(
    "--cfg weft_sync=\"tsan\" --cfg weft_mutants -Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer",
    " -Clink-arg=-Wl,--wrap=__tsan_atomic64_fetch_sub"
);

/// What was built.
pub struct Built {
    /// The interpreter.
    pub weft: PathBuf,
    /// The outcome tests.
    pub stress: PathBuf,
}

/// The folder of everything that this check makes.
pub fn folder() -> PathBuf {
    workspace::target().join("tsan")
}

/// Builds all of it, with locks and stand-ins that ThreadSanitizer sees into.
///
/// # Errors
/// When cargo cannot be started or a build fails (cargo has then printed why).
pub fn build() -> Result<Built, String> {
    let status = workspace::cargo()
        .args(["build", "--package", "weft", "--package", "stress", "--profile", "tsan", "--target", TARGET])
        .arg("--target-dir")
        .arg(folder())
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", FLAGS)
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("CARGO_BUILD_TARGET")
        .status()
        .map_err(|error| format!("cannot start cargo: {error}"))?;
    if !status.success() {
        return Err("building weft and stress for ThreadSanitizer failed".into());
    }
    let binaries = folder().join(TARGET).join("tsan");
    Ok(Built { weft: binaries.join("weft"), stress: binaries.join("stress") })
}
