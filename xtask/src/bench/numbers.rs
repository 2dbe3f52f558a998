//! Medians and their kin.

/// The middle value (of an even number: the mean of the middle two); NaN of nothing.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => sorted[n / 2],
        n => (sorted[n / 2 - 1] + sorted[n / 2]) / 2.0,
    }
}

/// The geometric mean; `None` of nothing.
pub fn geomean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut n) = (0.0, 0);
    for value in values {
        sum += value.ln();
        n += 1;
    }
    (n > 0).then(|| (sum / f64::from(n)).exp())
}

/// Least and greatest.
pub fn range(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)))
}

/// A duration in the unit that reads best.
pub fn nanoseconds(ns: f64) -> String {
    match ns {
        n if n < 1e3 => format!("{n:.0} ns"),
        n if n < 1e6 => format!("{:.1} µs", n / 1e3),
        n if n < 1e9 => format!("{:.1} ms", n / 1e6),
        n => format!("{:.2} s", n / 1e9),
    }
}

/// The universal scalability law `X(n) = λn / (1 + σ(n − 1) + κn(n − 1))`.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
pub struct Usl {
    /// Throughput of one thread.
    pub lambda: f64,
    /// Contention: the part that is done by one thread at a time.
    pub sigma: f64,
    /// Coherence: what each pair of threads costs.
    pub kappa: f64,
}

impl Usl {
    /// What the law says for `n` threads.
    #[cfg(test)]
    pub fn at(&self, n: f64) -> f64 {
        self.lambda * n / (1.0 + self.sigma * (n - 1.0) + self.kappa * n * (n - 1.0))
    }

    /// Fits the law to (threads, throughput). `None` with fewer than four distinct counts, or when one thread was not measured: three numbers
    /// cannot be told from three points.
    pub fn fit(points: &[(usize, f64)]) -> Option<Usl> {
        let mut counts: Vec<usize> = points.iter().map(|p| p.0).collect();
        counts.sort_unstable();
        counts.dedup();
        let alone: Vec<f64> = points.iter().filter(|p| p.0 == 1).map(|p| p.1).collect();
        if counts.len() < 4 || alone.is_empty() {
            return None;
        }
        let lambda = median(&alone);
        // λn/X − 1 = σ(n − 1) + κn(n − 1): least squares in σ and κ, neither below zero.
        let (mut aa, mut ab, mut bb, mut ay, mut by) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for &(n, x) in points {
            let n = n as f64;
            let (a, b, y) = (n - 1.0, n * (n - 1.0), lambda * n / x - 1.0);
            aa += a * a;
            ab += a * b;
            bb += b * b;
            ay += a * y;
            by += b * y;
        }
        let determinant = aa * bb - ab * ab;
        let (sigma, kappa) = ((ay * bb - by * ab) / determinant, (by * aa - ay * ab) / determinant);
        let (sigma, kappa) = match (sigma >= 0.0, kappa >= 0.0) {
            (true, true) => (sigma, kappa),
            (_, false) => ((ay / aa).max(0.0), 0.0),
            (false, true) => (0.0, (by / bb).max(0.0)),
        };
        Some(Usl { lambda, sigma, kappa })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_what_they_say() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!((geomean([2.0, 8.0].into_iter()).expect("two") - 4.0).abs() < 1e-12);
        assert_eq!(geomean(std::iter::empty()), None);
        assert_eq!(range(&[2.0, 1.0, 3.0]), (1.0, 3.0));
    }

    #[test]
    fn the_law_is_found_again_from_its_own_points_and_not_from_three() {
        let law = Usl { lambda: 100.0, sigma: 0.05, kappa: 0.002 };
        let points: Vec<(usize, f64)> = [1, 2, 4, 8].map(|n| (n, law.at(n as f64))).into();
        let found = Usl::fit(&points).expect("four counts");
        assert!((found.sigma - 0.05).abs() < 1e-9 && (found.kappa - 0.002).abs() < 1e-9, "{found:?}");
        assert!(Usl::fit(&points[..3]).is_none());
        assert!(Usl::fit(&[points[0], points[0], points[1], points[2]]).is_none(), "distinct counts");
        assert!(Usl::fit(&points[1..]).is_none(), "one thread is the measure");
        let linear: Vec<(usize, f64)> = [1, 2, 4, 8].map(|n| (n, 10.0 * n as f64)).into();
        let found = Usl::fit(&linear).expect("four counts");
        assert!(found.sigma.abs() < 1e-9 && found.kappa.abs() < 1e-9);
    }
}
