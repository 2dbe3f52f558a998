//! The pictures of the report, as inline SVG. Colours come from the page's style, so that they follow the reader's scheme.

use super::escape;
use super::nanoseconds;
use std::fmt::Write as _;

/// A labelled group of bars: value, and its least and greatest.
pub struct Bar {
    /// The label.
    pub label: String,
    /// One per series.
    pub values: Vec<(f64, (f64, f64))>,
}

const CLASSES: [&str; 3] = ["weft", "other", "third"];

fn class(i: usize) -> &'static str {
    CLASSES[i.min(CLASSES.len() - 1)]
}

/// Horizontal bars, one group per row, from 0 to `most`, with dashed lines at `goals`.
pub fn bars(rows: &[Bar], series: &[&str], most: f64, goals: &[f64]) -> String {
    const LEFT: f64 = 170.0;
    const WIDTH: f64 = 520.0;
    const THICK: f64 = 9.0;
    let group = THICK * series.len().max(1) as f64 + 8.0;
    let top = 24.0;
    let height = top + group * rows.len() as f64 + 8.0;
    let x = |v: f64| LEFT + v.clamp(0.0, most) / most * WIDTH;
    let mut out = svg(LEFT + WIDTH + 60.0, height, "bars");
    let mut at = LEFT;
    for (i, name) in series.iter().enumerate() {
        let _ = write!(
            out,
            "<rect class={} x={at} y=4 width=10 height=10 /><text x={} y=13>{}</text>",
            class(i),
            at + 14.0,
            escape(name)
        );
        at += 34.0 + 7.0 * name.len() as f64;
    }
    for goal in goals {
        let _ = write!(
            out,
            "<path class=goal d=\"M{0:.1} {top}V{height}\"/><text class=soft x={0:.1} y={1} text-anchor=middle>{goal}</text>",
            x(*goal),
            top - 2.0
        );
    }
    for (n, row) in rows.iter().enumerate() {
        let y = top + group * n as f64 + 4.0;
        let middle = y + (group - 8.0) / 2.0 + 4.0;
        let _ =
            write!(out, "<text x={} y={middle:.1} text-anchor=end>{}</text>", LEFT - 6.0, escape(&row.label));
        for (i, (value, (low, high))) in row.values.iter().enumerate() {
            let y = y + THICK * i as f64;
            let _ = write!(
                out,
                "<rect class={} x={LEFT} y={y:.1} width={:.1} height={} />",
                class(i),
                x(*value) - LEFT,
                THICK - 1.5
            );
            let line = y + (THICK - 1.5) / 2.0;
            let _ = write!(out, "<path class=whisker d=\"M{:.1} {line:.1}H{:.1}\"/>", x(*low), x(*high));
            if i == 0 {
                let _ = write!(out, "<text x={:.1} y={:.1}>{value:.2}</text>", x(*high) + 5.0, line + 4.0);
            }
        }
    }
    out + "</svg>"
}

/// Throughput relative to one thread, by threads on a logarithmic axis.
pub fn scaling_curve(title: &str, curves: &[Vec<(f64, f64)>], cores: usize) -> String {
    let most = curves.iter().flatten().map(|p| p.1).fold(cores as f64, f64::max) * 1.05;
    let last = curves.iter().flatten().map(|p| p.0).fold(2.0, f64::max);
    let x = |n: f64| n.log2() / last.log2();
    let mut ideal: Vec<(f64, f64)> = Vec::new();
    for step in 0..=20 {
        let n = 2f64.powf(last.log2() * f64::from(step) / 20.0);
        ideal.push((x(n), n.min(cores as f64)));
    }
    let ticks: Vec<(f64, String)> =
        curves.first().map(|c| c.iter().map(|p| (x(p.0), format!("{}", p.0))).collect()).unwrap_or_default();
    let curves: Vec<Vec<(f64, f64)>> =
        curves.iter().map(|c| c.iter().map(|p| (x(p.0), p.1)).collect()).collect();
    curve(title, &curves, Some(&ideal), most, &ticks)
}

/// Relative time of each piece of work.
pub fn warmup_curve(title: &str, curves: &[Vec<(f64, f64)>]) -> String {
    let most = curves.iter().flatten().map(|p| p.1).fold(1.5, f64::max).min(6.0);
    let last = curves.iter().flatten().map(|p| p.0).fold(2.0, f64::max);
    let x = |n: f64| (n - 1.0) / (last - 1.0);
    let ticks = [(0.0, "1".to_owned()), (1.0, format!("{last}"))];
    let curves: Vec<Vec<(f64, f64)>> =
        curves.iter().map(|c| c.iter().map(|p| (x(p.0), p.1.min(most))).collect()).collect();
    curve(title, &curves, Some(&[(0.0, 1.0), (1.0, 1.0)]), most, &ticks)
}

/// Curves over 0..1, with ticks below and the greatest value at the side.
fn curve(
    title: &str,
    curves: &[Vec<(f64, f64)>],
    ideal: Option<&[(f64, f64)]>,
    most: f64,
    ticks: &[(f64, String)],
) -> String {
    let (left, top, width, height) = (30.0, 22.0, 200.0, 90.0);
    let path = |points: &[(f64, f64)]| {
        let mut d = String::new();
        for (i, (x, y)) in points.iter().enumerate() {
            let _ = write!(
                d,
                "{}{:.1} {:.1}",
                if i == 0 { 'M' } else { 'L' },
                left + x * width,
                top + height - y / most * height
            );
        }
        d
    };
    let mut out = svg(left + width + 20.0, top + height + 20.0, title);
    let _ = write!(out, "<text x={left} y=13>{}</text>", escape(title));
    let _ = write!(out, "<path class=axis d=\"M{left} {top}V{}H{}\"/>", top + height, left + width);
    let _ = write!(out, "<text class=soft x={} y={} text-anchor=end>{most:.1}</text>", left - 4.0, top + 8.0);
    let _ = write!(out, "<text class=soft x={} y={} text-anchor=end>0</text>", left - 4.0, top + height);
    let mut free = f64::NEG_INFINITY;
    for (x, text) in ticks {
        let at = left + x * width;
        if at - free > 14.0 {
            let _ = write!(
                out,
                "<text class=soft x={at:.1} y={} text-anchor=middle>{text}</text>",
                top + height + 14.0
            );
            free = at;
        }
    }
    if let Some(ideal) = ideal {
        let _ = write!(out, "<path class=goal d=\"{}\"/>", path(ideal));
    }
    for (i, points) in curves.iter().enumerate().rev() {
        let _ = write!(out, "<path class={} d=\"{}\"/>", class(i), path(points));
    }
    out + "</svg>"
}

/// Counts by duration: least nanoseconds of each bucket, two buckets for each doubling.
pub fn histogram(title: &str, counts: &[(u64, u64)]) -> String {
    let (left, top, width, height) = (10.0, 22.0, 220.0, 80.0);
    let mut out = svg(left + width + 20.0, top + height + 20.0, title);
    let _ = write!(out, "<text x={left} y=13>{}</text>", escape(title));
    let _ = write!(out, "<path class=axis d=\"M{left} {}H{}\"/>", top + height, left + width);
    let (Some(first), Some(last)) = (counts.iter().map(|c| c.0).min(), counts.iter().map(|c| c.0).max())
    else {
        let _ = write!(out, "<text class=soft x={left} y={}>none</text>", top + height / 2.0);
        return out + "</svg>";
    };
    let most = counts.iter().map(|c| c.1).max().unwrap_or(1) as f64;
    let place = |ns: u64| (ns.max(1) as f64).log2() * 2.0;
    let from = place(first).floor();
    let steps = (place(last).floor() - from + 1.0).max(6.0);
    let step = width / steps;
    for (least, n) in counts {
        let x = left + (place(*least).floor() - from) * step;
        let tall = *n as f64 / most * height;
        let _ = write!(
            out,
            "<rect class=weft x={x:.1} y={:.1} width={:.1} height={tall:.1}><title>from {}: {n}</title></rect>",
            top + height - tall,
            (step - 1.0).max(1.0),
            nanoseconds(*least as f64)
        );
    }
    let end = 2f64.powf((from + steps) / 2.0);
    let _ = write!(
        out,
        "<text class=soft x={left} y={}>{}</text>",
        top + height + 14.0,
        nanoseconds(first as f64)
    );
    let _ = write!(
        out,
        "<text class=soft x={} y={} text-anchor=end>{}</text>",
        left + width,
        top + height + 14.0,
        nanoseconds(end)
    );
    out + "</svg>"
}

fn svg(width: f64, height: f64, label: &str) -> String {
    format!(
        "<svg viewBox=\"0 0 {width:.0} {height:.0}\" width={width:.0} height={height:.0} role=img aria-label=\"{}\">",
        escape(label)
    )
}
