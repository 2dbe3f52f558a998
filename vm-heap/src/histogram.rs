//! How long things took: counts by duration, two buckets for each doubling.

use std::time::Duration;

/// Buckets: the last one begins at about two days.
pub const BUCKETS: usize = 96;

/// Counts of durations, in buckets that grow by steps of 1.5 and 1.33.
#[derive(Clone, Copy, Debug)]
pub struct Histogram([u32; BUCKETS]);

impl Default for Histogram {
    fn default() -> Self {
        Self([0; BUCKETS])
    }
}

impl Histogram {
    /// The bucket of a duration.
    #[must_use]
    pub fn bucket(duration: Duration) -> usize {
        let ns = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX).max(1);
        let log = ns.ilog2() as usize;
        let upper = log > 0 && ns >> (log - 1) & 1 == 1;
        (2 * log + usize::from(upper)).min(BUCKETS - 1)
    }

    /// The least duration of a bucket, in nanoseconds.
    #[must_use]
    pub fn least(bucket: usize) -> u64 {
        let power = 1 << (bucket / 2);
        if bucket.is_multiple_of(2) { power } else { power + power / 2 }
    }

    /// Counts one duration.
    pub fn add(&mut self, duration: Duration) {
        self.0[Self::bucket(duration)] += 1;
    }

    /// The buckets that are not empty: least duration in nanoseconds, and count.
    pub fn counts(&self) -> impl Iterator<Item = (u64, u32)> + '_ {
        self.0.iter().enumerate().filter(|(_, n)| **n != 0).map(|(i, n)| (Self::least(i), *n))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_fall_between_their_bucket_and_the_next() {
        let mut h = Histogram::default();
        for ns in [0, 1, 2, 3, 1023, 1024, 1535, 1536, u64::MAX] {
            h.add(Duration::from_nanos(ns));
        }
        let counts: Vec<_> = h.counts().collect();
        let expected = [(1, 2), (2, 1), (3, 1), (768, 1), (1024, 2), (1536, 1), ((1 << 47) + (1 << 46), 1)];
        assert_eq!(counts, expected);
    }
}
