//! Seeded bugs: historical or plausible mistakes, compiled in beside the right code, off unless a check turns one on.
//!
//! `mutant!("p1.detach-without-fence")` is the constant `false` without `--cfg weft_mutants`, so a shipping build has no trace of
//! it. A check is worth something because it catches them; `model-checks` lists which check catches which.

/// True when the named seeded bug is to be run. Constant `false` in a shipping build.
#[macro_export]
#[cfg(not(weft_mutants))]
macro_rules! mutant {
    ($name:literal) => {
        false
    };
}

/// True when the named seeded bug is to be run.
#[macro_export]
#[cfg(weft_mutants)]
macro_rules! mutant {
    ($name:literal) => {{
        const NAME: u64 = $crate::mutants::fingerprint($name);
        $crate::mutants::active(NAME)
    }};
}

/// FNV-1a of a mutant's name.
#[cfg(weft_mutants)]
#[must_use]
pub const fn fingerprint(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    let mut i = 0;
    while i < bytes.len() {
        hash = (hash ^ bytes[i] as u64).wrapping_mul(0x0100_0000_01B3);
        i += 1;
    }
    hash
}

/// The one that is on in this process. A plain atomic of the machine: choosing it is no part of a model.
#[cfg(weft_mutants)]
static ACTIVE: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);

/// Turns one seeded bug on for the whole process.
#[cfg(weft_mutants)]
pub fn activate(name: &str) {
    ACTIVE.store(fingerprint(name), std::sync::atomic::Ordering::Relaxed);
}

#[cfg(weft_mutants)]
#[doc(hidden)]
#[must_use]
pub fn active(fingerprint: u64) -> bool {
    ACTIVE.load(std::sync::atomic::Ordering::Relaxed) == fingerprint
}
