//! Hashes of builtin values, equal to CPython's for numbers always and for strings with the same seed.

use std::hash::Hasher;

use siphasher::sip::SipHasher13;

/// The modulus of numeric hashes: 2^61 - 1.
pub const MODULUS: u64 = (1 << 61) - 1;
/// Hash of infinity.
pub const INF: i64 = 314_159;

/// Key of the string hash (`PYTHONHASHSEED`).
pub struct HashSecret {
    k0: u64,
    k1: u64,
}

impl HashSecret {
    /// The key of CPython's `PYTHONHASHSEED=seed`; 0 = no randomization.
    #[must_use]
    pub fn from_seed(seed: u32) -> HashSecret {
        if seed == 0 {
            return HashSecret { k0: 0, k1: 0 };
        }
        // CPython fills the key with this linear congruential generator (bootstrap_hash.c).
        let mut x = seed;
        let mut next = || {
            let mut word = [0u8; 8];
            for b in &mut word {
                x = x.wrapping_mul(214_013).wrapping_add(2_531_011);
                *b = (x >> 16) as u8;
            }
            u64::from_le_bytes(word)
        };
        HashSecret { k0: next(), k1: next() }
    }
    /// A key from 16 random bytes.
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> HashSecret {
        let (a, b) = bytes.split_at(8);
        let word = |s: &[u8]| s.iter().rev().fold(0, |n, &b| n << 8 | u64::from(b));
        HashSecret { k0: word(a), k1: word(b) }
    }
    /// The hash of a byte string; never -1, 0 for the empty one.
    #[must_use]
    pub fn hash_bytes(&self, bytes: &[u8]) -> i64 {
        if bytes.is_empty() {
            return 0;
        }
        let mut h = SipHasher13::new_with_keys(self.k0, self.k1);
        h.write(bytes);
        fix(h.finish() as i64)
    }
}

/// -1 means "error" in CPython's C interface, so no hash is -1.
#[inline]
#[must_use]
pub const fn fix(h: i64) -> i64 {
    if h == -1 { -2 } else { h }
}

/// Hash of a machine integer.
#[inline]
#[must_use]
pub const fn hash_i64(n: i64) -> i64 {
    let m = (n.unsigned_abs() % MODULUS) as i64;
    fix(if n < 0 { -m } else { m })
}

/// Hash of a float; `None` for NaN, which hashes by identity.
#[must_use]
pub fn hash_f64(x: f64) -> Option<i64> {
    if x.is_infinite() {
        return Some(if x > 0.0 { INF } else { -INF });
    }
    if x.is_nan() {
        return None;
    }
    if x == 0.0 {
        return Some(0);
    }
    // x = mantissa * 2^exponent; multiply by 2^exponent modulo 2^61-1, which is a rotation of 61 bits.
    let bits = x.abs().to_bits();
    let raw = (bits >> 52) as i64;
    let (mantissa, exponent) =
        if raw == 0 { (bits, -1074) } else { (bits & ((1 << 52) - 1) | 1 << 52, raw - 1075) };
    let m = mantissa % MODULUS;
    let shift = exponent.rem_euclid(61) as u32;
    let r = if shift == 0 { m } else { (m << shift & MODULUS) | m >> (61 - shift) };
    let r = (r % MODULUS) as i64;
    Some(fix(if x < 0.0 { -r } else { r }))
}

/// Start of a hash of several items (fifth prime of xxHash).
pub const TUPLE_SEED: u64 = 2_870_177_450_012_600_261;

/// Mixes one item's hash into the hash of several (a round of xxHash).
#[inline]
#[must_use]
pub const fn mix(acc: u64, item: i64) -> u64 {
    const P1: u64 = 11_400_714_785_074_694_791;
    const P2: u64 = 14_029_467_366_897_019_727;
    acc.wrapping_add((item as u64).wrapping_mul(P2)).rotate_left(31).wrapping_mul(P1)
}

/// Mixes item hashes as CPython's tuple hash (xxHash-based).
#[must_use]
pub fn combine(hashes: impl ExactSizeIterator<Item = i64>) -> i64 {
    let n = hashes.len() as u64;
    let mut acc = hashes.fold(TUPLE_SEED, mix);
    acc = acc.wrapping_add(n ^ (TUPLE_SEED ^ 3_527_539));
    if acc == u64::MAX { 1_546_275_796 } else { acc as i64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_hash_as_cpython() {
        // Values from CPython 3.13.
        assert_eq!(hash_i64(-1), -2);
        assert_eq!(hash_i64((1 << 61) - 1), 0);
        assert_eq!(hash_i64(1 << 61), 1);
        assert_eq!(hash_f64(0.5), Some(1_152_921_504_606_846_976));
        assert_eq!(hash_f64(3.0), Some(3));
        assert_eq!(hash_f64(-1.0), Some(-2));
        assert_eq!(combine([1, 2, 3].into_iter()), 529_344_067_295_497_451);
        assert_eq!(combine([].into_iter()), 5_740_354_900_026_072_187);
    }

    #[test]
    fn strings_hash_as_cpython_without_randomization() {
        // PYTHONHASHSEED=0 python3.13 -c "print(hash('a'), hash('hello'))"
        let s = HashSecret::from_seed(0);
        assert_eq!(s.hash_bytes(b""), 0);
        assert_eq!(s.hash_bytes(b"a"), 4_644_417_185_603_328_019);
        assert_eq!(HashSecret::from_seed(7).hash_bytes(b"a"), 6_412_522_626_967_419_924);
        assert_eq!(s.hash_bytes(b"hello"), -2_096_571_579_003_691_106);
    }
}
