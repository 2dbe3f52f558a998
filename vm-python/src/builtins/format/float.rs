//! Text of floats: digits from the standard library (shortest or correctly rounded), layout by Python's rules.

/// Decimal digits of a finite, non-negative number: `0.DIGITS * 10^point`, no leading zero unless zero itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digits {
    /// ASCII digits, at least one.
    pub digits: Vec<u8>,
    /// Position of the decimal point relative to the first digit.
    pub point: i32,
}

/// Beyond this many digits an f64 has only zeros (1074 fraction bits; `std` refuses precisions beyond 65535).
const MAX_DIGITS: usize = 1100;

fn from_exponent_form(s: &str) -> Digits {
    let (mantissa, exponent) = s.split_once('e').unwrap_or((s, "0"));
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).collect();
    Digits { digits, point: exponent.parse::<i32>().unwrap_or(0) + 1 }
}

impl Digits {
    /// The fewest digits that read back as `x`.
    #[must_use]
    pub fn shortest(x: f64) -> Digits {
        let text = format!("{x:e}");
        let d = from_exponent_form(&text);
        // With this many digits two candidates may be equally near; the even one is wanted.
        if d.digits.len() >= 15 {
            let even = format!("{:.*e}", d.digits.len() - 1, x);
            if even != text && even.parse() == Ok(x) {
                return from_exponent_form(&even);
            }
        }
        d
    }
    /// `n` significant digits (`n` > 0), correctly rounded, half to even; trailing zeros beyond the exact value may be missing.
    #[must_use]
    pub fn significant(x: f64, n: usize) -> Digits {
        from_exponent_form(&format!("{:.*e}", n.clamp(1, MAX_DIGITS) - 1, x))
    }
    fn strip_zeros(&mut self) {
        while self.digits.len() > 1 && self.digits.last() == Some(&b'0') {
            self.digits.pop();
        }
    }
}

/// Presentation of a float.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// `e`
    Exponent,
    /// `f`
    Fixed,
    /// `g`
    General,
    /// `repr`: shortest round trip; the precision is ignored.
    Repr,
}

/// What [`format()`] may add.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Flags {
    /// `#`: always a decimal point, no zeros removed.
    pub alternate: bool,
    /// `.0` after numbers that would look like integers.
    pub dot_zero: bool,
    /// `E`, `INF`, `NAN`.
    pub upper: bool,
    /// `z`: no minus sign if all digits are zero.
    pub no_neg_zero: bool,
}

/// The text of `x`: sign (only `-`), digits, exponent. `precision` must be below 2^31.
#[must_use]
pub fn format(x: f64, style: Style, precision: usize, flags: Flags) -> String {
    if !x.is_finite() {
        let s = match (x.is_nan(), x < 0.0) {
            (true, _) => "nan",
            (_, true) => "-inf",
            _ => "inf",
        };
        return if flags.upper { s.to_uppercase() } else { s.to_owned() };
    }
    let magnitude = x.abs();
    let mut out = String::new();
    match style {
        Style::Fixed => fixed(&mut out, magnitude, precision, flags),
        Style::Exponent => {
            let d = Digits::significant(magnitude, precision.saturating_add(1));
            exponent(&mut out, &d, precision, flags);
        }
        Style::General => {
            let precision = precision.max(1);
            let mut d = Digits::significant(magnitude, precision);
            let limit = precision as i64 - i64::from(flags.dot_zero);
            let fraction = if flags.alternate {
                precision
            } else {
                d.strip_zeros();
                d.digits.len()
            };
            if d.point <= -4 || i64::from(d.point) > limit {
                exponent(&mut out, &d, fraction - 1, flags);
            } else {
                positional(&mut out, &d, fraction as i64 - i64::from(d.point), flags);
            }
        }
        Style::Repr => {
            let d = Digits::shortest(magnitude);
            if d.point <= -4 || d.point > 16 {
                exponent(&mut out, &d, d.digits.len() - 1, flags);
            } else {
                positional(&mut out, &d, d.digits.len() as i64 - i64::from(d.point), flags);
            }
        }
    }
    let negative = x.is_sign_negative()
        && !(flags.no_neg_zero
            && out.bytes().take_while(|&b| b != b'e' && b != b'E').all(|b| b == b'0' || b == b'.'));
    if negative { format!("-{out}") } else { out }
}

fn zeros(out: &mut String, n: usize) {
    out.extend(std::iter::repeat_n('0', n));
}

fn push_digits(out: &mut String, digits: &[u8]) {
    out.extend(digits.iter().map(|&b| char::from(b)));
}

fn fixed(out: &mut String, x: f64, precision: usize, flags: Flags) {
    let exact = precision.min(MAX_DIGITS);
    out.push_str(&format!("{x:.exact$}"));
    zeros(out, precision - exact);
    if precision == 0 && flags.alternate {
        out.push('.');
    }
}

/// `d.ddde+XX` with `fraction` digits after the point.
fn exponent(out: &mut String, d: &Digits, fraction: usize, flags: Flags) {
    push_digits(out, &d.digits[..1]);
    if fraction > 0 || flags.alternate {
        out.push('.');
    }
    let have = (d.digits.len() - 1).min(fraction);
    push_digits(out, &d.digits[1..=have]);
    zeros(out, fraction - have);
    let e = if d.digits == b"0" || d.digits.iter().all(|&b| b == b'0') { 0 } else { d.point - 1 };
    out.push(if flags.upper { 'E' } else { 'e' });
    out.push(if e < 0 { '-' } else { '+' });
    out.push_str(&format!("{:02}", e.unsigned_abs()));
}

/// `ddd.ddd` with `fraction` digits after the point (none if not positive).
fn positional(out: &mut String, d: &Digits, fraction: i64, flags: Flags) {
    let point = i64::from(d.point);
    if point <= 0 {
        out.push('0');
    } else {
        let n = (point as usize).min(d.digits.len());
        push_digits(out, &d.digits[..n]);
        zeros(out, point as usize - n);
    }
    if fraction <= 0 {
        if flags.dot_zero {
            out.push_str(".0");
        } else if flags.alternate {
            out.push('.');
        }
        return;
    }
    out.push('.');
    let mut left = fraction as usize;
    if point < 0 {
        let n = left.min(point.unsigned_abs() as usize);
        zeros(out, n);
        left -= n;
    }
    let start = (point.max(0) as usize).min(d.digits.len());
    let have = (d.digits.len() - start).min(left);
    push_digits(out, &d.digits[start..start + have]);
    zeros(out, left - have);
}

/// `repr(x)`
#[must_use]
pub fn repr(x: f64) -> String {
    // Whole numbers of moderate size are most of what programs print.
    if x.abs() < 1e15 && x.trunc() == x && !(x == 0.0 && x.is_sign_negative()) {
        return format!("{}.0", x as i64);
    }
    format(x, Style::Repr, 0, Flags { dot_zero: true, ..Flags::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repr_is_laid_out_as_cpython() {
        for (x, s) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1e16, "1e+16"),
            (1e15, "1000000000000000.0"),
            (123456789012345680.0, "1.2345678901234568e+17"),
            (1e-4, "0.0001"),
            (1e-5, "1e-05"),
            (1.5e-7, "1.5e-07"),
            (5e-324, "5e-324"),
            (1.7976931348623157e308, "1.7976931348623157e+308"),
            (0.1, "0.1"),
            (1.0 / 3.0, "0.3333333333333333"),
            (9007199254740992.0, "9007199254740992.0"),
            (2.5e22, "2.5e+22"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
        ] {
            assert_eq!(repr(x), s);
        }
    }

    #[test]
    fn styles_round_and_pad_as_c() {
        let f = |x, style, p| format(x, style, p, Flags::default());
        assert_eq!(f(0.5, Style::Fixed, 0), "0");
        assert_eq!(f(1.5, Style::Fixed, 0), "2");
        assert_eq!(f(2.675, Style::Fixed, 2), "2.67");
        assert_eq!(f(1e22, Style::Fixed, 1), "10000000000000000000000.0");
        assert_eq!(f(12345.678, Style::Exponent, 3), "1.235e+04");
        assert_eq!(f(0.0, Style::Exponent, 2), "0.00e+00");
        assert_eq!(f(100000.0, Style::General, 6), "100000");
        assert_eq!(f(1000000.0, Style::General, 6), "1e+06");
        assert_eq!(f(0.0001, Style::General, 6), "0.0001");
        assert_eq!(f(0.00001234, Style::General, 3), "1.23e-05");
        assert_eq!(f(0.0, Style::General, 6), "0");
        assert_eq!(f(9.999e5, Style::General, 3), "1e+06");
        let alt = Flags { alternate: true, ..Flags::default() };
        assert_eq!(format(1.0, Style::General, 6, alt), "1.00000");
        assert_eq!(format(0.0, Style::General, 6, alt), "0.00000");
        assert_eq!(format(0.01, Style::General, 3, alt), "0.0100");
        assert_eq!(format(1e10, Style::General, 3, alt), "1.00e+10");
        assert_eq!(format(3.0, Style::Fixed, 0, alt), "3.");
        assert_eq!(format(3.0, Style::Exponent, 0, alt), "3.e+00");
        let z = Flags { no_neg_zero: true, ..Flags::default() };
        assert_eq!(format(-0.04, Style::Fixed, 1, z), "0.0");
        assert_eq!(format(-0.06, Style::Fixed, 1, z), "-0.1");
        assert_eq!(f(1e-1074, Style::Fixed, 3), "0.000");
        assert_eq!(f(0.1, Style::Fixed, 3000).len(), 3002);
        let dot = Flags { dot_zero: true, ..Flags::default() };
        assert_eq!(format(100.0, Style::General, 3, dot), "1e+02");
        assert_eq!(format(10.0, Style::General, 3, dot), "10.0");
    }
}
