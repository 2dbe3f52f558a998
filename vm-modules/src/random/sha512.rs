//! SHA-512 (FIPS 180-4), for seeds that are strings.
//!
//! The constants are the first 64 bits of the fractional parts of square and cube roots of primes, so they are
//! computed instead of listed.

use num_bigint::BigUint;

fn primes(n: usize) -> Vec<u64> {
    (2u64..).filter(|p| (2..*p).take_while(|d| d * d <= *p).all(|d| p % d != 0)).take(n).collect()
}

fn low_word(n: &BigUint) -> u64 {
    n.iter_u64_digits().next().unwrap_or(0)
}

/// The digest of `message`.
pub(super) fn digest(message: &[u8]) -> [u8; 64] {
    let primes = primes(80);
    let k: Vec<u64> = primes.iter().map(|&p| low_word(&(BigUint::from(p) << 192u32).cbrt())).collect();
    let mut h = [0u64; 8];
    for (h, &p) in h.iter_mut().zip(&primes) {
        *h = low_word(&(BigUint::from(p) << 128u32).sqrt());
    }
    let mut padded = message.to_vec();
    padded.push(0x80);
    while padded.len() % 128 != 112 {
        padded.push(0);
    }
    padded.extend_from_slice(&(message.len() as u128 * 8).to_be_bytes());
    for block in padded.chunks_exact(128) {
        compress(&mut h, block, &k);
    }
    let mut out = [0; 64];
    for (to, w) in out.chunks_exact_mut(8).zip(h) {
        to.copy_from_slice(&w.to_be_bytes());
    }
    out
}

fn compress(h: &mut [u64; 8], block: &[u8], k: &[u64]) {
    let mut w: Vec<u64> =
        block.chunks_exact(8).map(|c| c.iter().fold(0, |n, &b| n << 8 | u64::from(b))).collect();
    for i in 16..80 {
        let (a, b) = (w[i - 15], w[i - 2]);
        let s0 = a.rotate_right(1) ^ a.rotate_right(8) ^ a >> 7;
        let s1 = b.rotate_right(19) ^ b.rotate_right(61) ^ b >> 6;
        w.push(w[i - 16].wrapping_add(s0).wrapping_add(w[i - 7]).wrapping_add(s1));
    }
    let mut s = *h;
    for i in 0..80 {
        let [a, b, c, d, e, f, g, last] = s;
        let s1 = e.rotate_right(14) ^ e.rotate_right(18) ^ e.rotate_right(41);
        let choose = e & f ^ !e & g;
        let t1 = last.wrapping_add(s1).wrapping_add(choose).wrapping_add(k[i]).wrapping_add(w[i]);
        let s0 = a.rotate_right(28) ^ a.rotate_right(34) ^ a.rotate_right(39);
        let majority = a & b ^ a & c ^ b & c;
        s = [t1.wrapping_add(s0).wrapping_add(majority), a, b, c, d.wrapping_add(t1), e, f, g];
    }
    for (h, s) in h.iter_mut().zip(s) {
        *h = h.wrapping_add(s);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digest_of_abc() {
        let d = digest(b"abc");
        assert_eq!(d[..8], [0xdd, 0xaf, 0x35, 0xa1, 0x93, 0x61, 0x7a, 0xba]);
        let long = digest(&[b'a'; 200]);
        assert_ne!(long[..8], digest(&[b'a'; 199])[..8]);
        assert_eq!(digest(b"")[..4], [0xcf, 0x83, 0xe1, 0x35]);
    }
}
