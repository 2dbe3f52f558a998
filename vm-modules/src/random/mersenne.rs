//! MT19937 (Matsumoto and Nishimura 1998), seeded by array as in their 2002 reference.

/// Words of state.
pub(super) const N: usize = 624;
const M: usize = 397;

/// The generator.
#[derive(Clone)]
pub(super) struct Twister {
    words: [u32; N],
    at: usize,
}

impl Twister {
    fn from_word(seed: u32) -> Twister {
        let mut words = [0; N];
        words[0] = seed;
        for i in 1..N {
            let last: u32 = words[i - 1];
            words[i] = 1_812_433_253u32.wrapping_mul(last ^ last >> 30).wrapping_add(i as u32);
        }
        Twister { words, at: N }
    }

    /// Seeded by an array of words.
    pub(super) fn from_key(key: &[u32]) -> Twister {
        let mut t = Twister::from_word(19_650_218);
        let w = &mut t.words;
        let (mut i, mut j) = (1, 0);
        for _ in 0..N.max(key.len()) {
            let last = w[i - 1];
            w[i] = (w[i] ^ (last ^ last >> 30).wrapping_mul(1_664_525))
                .wrapping_add(key[j])
                .wrapping_add(j as u32);
            i += 1;
            j = (j + 1) % key.len();
            if i == N {
                w[0] = w[N - 1];
                i = 1;
            }
        }
        for _ in 1..N {
            let last = w[i - 1];
            w[i] = (w[i] ^ (last ^ last >> 30).wrapping_mul(1_566_083_941)).wrapping_sub(i as u32);
            i += 1;
            if i == N {
                w[0] = w[N - 1];
                i = 1;
            }
        }
        w[0] = 0x8000_0000;
        t
    }

    /// The words and the position.
    pub(super) fn state(&self) -> [u32; N + 1] {
        let mut s = [0; N + 1];
        s[..N].copy_from_slice(&self.words);
        s[N] = self.at as u32;
        s
    }

    /// From what `state` gave; `None` if the position is none.
    pub(super) fn from_state(s: &[u32; N + 1]) -> Option<Twister> {
        let mut words = [0; N];
        words.copy_from_slice(&s[..N]);
        (s[N] as usize <= N).then_some(Twister { words, at: s[N] as usize })
    }

    fn refill(&mut self) {
        let w = &mut self.words;
        for i in 0..N {
            let y = w[i] & 0x8000_0000 | w[(i + 1) % N] & 0x7FFF_FFFF;
            w[i] = w[(i + M) % N] ^ y >> 1 ^ if y & 1 == 0 { 0 } else { 0x9908_B0DF };
        }
        self.at = 0;
    }

    /// 32 random bits.
    pub(super) fn word(&mut self) -> u32 {
        if self.at >= N {
            self.refill();
        }
        let mut y = self.words[self.at];
        self.at += 1;
        y ^= y >> 11;
        y ^= y << 7 & 0x9D2C_5680;
        y ^= y << 15 & 0xEFC6_0000;
        y ^ y >> 18
    }

    /// A float in [0, 1) with 53 random bits.
    pub(super) fn float(&mut self) -> f64 {
        let (a, b) = (self.word() >> 5, self.word() >> 6);
        (f64::from(a) * 67_108_864.0 + f64::from(b)) / 9_007_199_254_740_992.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_words_are_the_references() {
        // mt19937ar.out, the output that the authors publish with their code.
        let mut t = Twister::from_key(&[0x123, 0x234, 0x345, 0x456]);
        assert_eq!([t.word(), t.word(), t.word()], [1_067_595_299, 955_945_823, 477_289_528]);
        // random.seed(42); random.random() in CPython.
        assert_eq!(Twister::from_key(&[42]).float(), 0.639_426_798_457_883_7);
        let s = t.state();
        let mut u = Twister::from_state(&s).unwrap_or_else(|| t.clone());
        assert_eq!(t.word(), u.word());
    }
}
