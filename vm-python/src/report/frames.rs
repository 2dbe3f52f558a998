//! The lines of a traceback: one frame each, with source and markers.

use super::anchors::{self, Anchors, Top};

/// One frame as the report needs it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FrameText {
    /// `co_filename`
    pub filename: String,
    /// `co_name`
    pub name: String,
    /// Line, 0 = unknown.
    pub line: u32,
    /// Last line of the instruction.
    pub end_line: u32,
    /// Columns in UTF-8 bytes; `None` = unknown.
    pub columns: Option<(u32, u32)>,
}

/// Same frame this often in a row: the rest is counted.
const REPEAT_CUTOFF: usize = 3;

/// All frames, oldest first. `source(file, line)` is a line of a source file without its end.
pub fn format_all(
    frames: &[FrameText],
    source: &mut dyn FnMut(&str, u32) -> Option<String>,
    out: &mut Vec<String>,
) {
    let mut count = 0;
    let more = |count: usize, out: &mut Vec<String>| {
        if count > REPEAT_CUTOFF {
            let n = count - REPEAT_CUTOFF;
            out.push(format!("  [Previous line repeated {n} more time{}]\n", if n > 1 { "s" } else { "" }));
        }
    };
    for (i, f) in frames.iter().enumerate() {
        let same = i > 0 && {
            let p = &frames[i - 1];
            p.filename == f.filename && p.line == f.line && p.name == f.name
        };
        if !same {
            more(count, out);
            count = 0;
        }
        count += 1;
        if count <= REPEAT_CUTOFF {
            out.push(format_one(f, source));
        }
    }
    more(count, out);
}

fn format_one(f: &FrameText, source: &mut dyn FnMut(&str, u32) -> Option<String>) -> String {
    let line = if f.line == 0 { "None".to_owned() } else { f.line.to_string() };
    let mut text = format!("  File \"{}\", line {line}, in {}\n", f.filename, f.name);
    if f.line == 0 {
        return text;
    }
    let end_line = f.end_line.max(f.line);
    // A statement of thousands of lines is not worth its memory: the text shows its ends only.
    let original: Vec<String> = (f.line..=end_line.min(f.line + 5000))
        .map(|n| source(&f.filename, n).unwrap_or_default().trim_end().to_owned())
        .collect();
    if original.iter().all(|l| l.trim().is_empty()) {
        return text;
    }
    match f.columns {
        None => {
            text.push_str("    ");
            text.push_str(original[0].trim());
            text.push('\n');
        }
        Some((start, end)) => {
            for l in marked_lines(&original, start as usize, end as usize) {
                text.push_str("    ");
                text.push_str(&l);
                text.push('\n');
            }
        }
    }
    text
}

/// Characters in the first `bytes` bytes.
fn char_offset(line: &str, bytes: usize) -> usize {
    let mut end = bytes.min(line.len());
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    line[..end].chars().count()
}

/// Common leading whitespace of the lines that have more than whitespace, in characters.
fn common_indent(lines: &[String]) -> usize {
    let mut margin: Option<Vec<char>> = None;
    for l in lines.iter().filter(|l| !l.trim().is_empty()) {
        let indent: Vec<char> = l.chars().take_while(|c| c.is_whitespace()).collect();
        margin = Some(match margin {
            None => indent,
            Some(m) => m.iter().zip(&indent).take_while(|(a, b)| a == b).map(|(a, _)| *a).collect(),
        });
    }
    margin.map_or(0, |m| m.len())
}

/// Columns that the first `n` characters take on a terminal.
fn width(line: &[char], n: usize) -> usize {
    line.iter().take(n).map(|&c| if is_wide(c) { 2 } else { 1 }).sum()
}

/// East Asian wide and emoji characters, by block.
fn is_wide(c: char) -> bool {
    matches!(c as u32,
        0x1100..=0x115F | 0x2E80..=0x303E | 0x3041..=0x33FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xA000..=0xA4CF
        | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE6F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6
        | 0x1F300..=0x1F64F | 0x1F900..=0x1F9FF | 0x20000..=0x3FFFD)
}

fn marked_lines(original: &[String], start_byte: usize, end_byte: usize) -> Vec<String> {
    let dedent = common_indent(original);
    let last = original.len() - 1;
    let start = char_offset(&original[0], start_byte).saturating_sub(dedent);
    let end = char_offset(&original[last], end_byte).saturating_sub(dedent);
    let lines: Vec<Vec<char>> = original.iter().map(|l| l.chars().skip(dedent).collect()).collect();
    let segment = segment(&lines, start, end);
    let found = anchors::find(&segment);
    let show = shows_markers(&lines, start, end, found);
    let mut significant = vec![0, last];
    let mut left = (0, 0);
    let mut right = (0, 0);
    if let Some(a) = found {
        let shift = |(l, c): anchors::Place| (l, if l == 0 { c + start } else { c });
        let wide = |(l, c): anchors::Place| (l, width(&lines[l.min(last)], c));
        left = wide(shift(a.left));
        right = wide(shift(a.right));
        for l in [a.left.0, a.right.0] {
            significant.extend([l.wrapping_sub(1), l, l + 1]);
        }
    }
    significant.retain(|&l| l <= last);
    significant.sort_unstable();
    significant.dedup();
    let from = width(&lines[0], start);
    let to = width(&lines[last], end);
    let mut out = Vec::new();
    let emit = |n: usize, out: &mut Vec<String>| {
        let line = &lines[n];
        out.push(line.iter().collect());
        if !show {
            return;
        }
        let blank = line.iter().take_while(|c| c.is_whitespace()).count();
        let stop = if n == last { to } else { width(line, line.len()) };
        let marks: String = (0..stop)
            .map(|col| {
                if col < blank || n == 0 && col < from {
                    ' '
                } else if found.is_some() && (n, col) >= left && (n, col) < right {
                    '^'
                } else if found.is_some() {
                    '~'
                } else {
                    '^'
                }
            })
            .collect();
        out.push(marks);
    };
    for (i, &n) in significant.iter().enumerate() {
        if i > 0 {
            match n - significant[i - 1] {
                2 => emit(n - 1, &mut out),
                d if d > 2 => out.push(format!("...<{} lines>...", d - 1)),
                _ => {}
            }
        }
        emit(n, &mut out);
    }
    out
}

fn segment(lines: &[Vec<char>], start: usize, end: usize) -> String {
    let last = lines.len() - 1;
    let mut out = String::new();
    for (i, l) in lines.iter().enumerate() {
        let a = if i == 0 { start.min(l.len()) } else { 0 };
        let b = if i == last { end.min(l.len()) } else { l.len() };
        out.extend(&l[a..b.max(a)]);
        if i != last {
            out.push('\n');
        }
    }
    out
}

/// Markers under a whole line would say nothing; nor do they under `return f(…)` and `x = f(…)`.
fn shows_markers(lines: &[Vec<char>], start: usize, end: usize, found: Option<Anchors>) -> bool {
    let before: String = lines[0].iter().take(start).collect();
    let last = &lines[lines.len() - 1];
    let after: String = last.iter().skip(end).collect();
    let after_is_empty = after.trim().is_empty() || after.trim_start().starts_with('#');
    if after_is_empty && let Some(Anchors { top: Top::Call { name }, .. }) = found {
        let b = before.trim();
        if b == "return" && name && before.starts_with("return") {
            return false;
        }
        if let Some(target) = b.strip_suffix('=') {
            let t = target.trim_end();
            let is_name = !t.is_empty()
                && !t.starts_with(|c: char| c.is_ascii_digit())
                && t.chars().all(|c| c.is_alphanumeric() || c == '_');
            if is_name && before.starts_with(t) {
                return false;
            }
        }
    }
    found.is_some() || !before.trim_start().is_empty() || !after.trim_end().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(lines: &[&str], start: usize, end: usize) -> Vec<String> {
        let lines: Vec<String> = lines.iter().map(|l| (*l).to_owned()).collect();
        marked_lines(&lines, start, end)
    }

    #[test]
    fn operators_get_tildes_and_carets() {
        assert_eq!(show(&["    x = a + b"], 8, 13), ["x = a + b", "    ~~^~~"]);
        assert_eq!(show(&["f(1)"], 0, 4), ["f(1)", "~^^^"]);
        assert_eq!(show(&["raise ValueError(1)"], 0, 19), ["raise ValueError(1)"]);
        assert_eq!(show(&["    return f(1)"], 11, 15), ["return f(1)"]);
        assert_eq!(show(&["    y = f(1)"], 8, 12), ["y = f(1)"]);
        assert_eq!(show(&["    return g.f(1)"], 11, 17), ["return g.f(1)", "       ~~~^^^"]);
        assert_eq!(show(&["print(name)"], 6, 10), ["print(name)", "      ^^^^"]);
    }

    #[test]
    fn long_calls_are_shortened() {
        let lines = ["  foo(", "    1,", "    2,", "    3,", "    4,", "  )"];
        assert_eq!(
            show(&lines, 2, 3),
            ["foo(", "~~~^", "  1,", "  ^^", "...<2 lines>...", "  4,", "  ^^", ")", "^"]
        );
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(show(&["'日本' + 1"], 0, 12), ["'日本' + 1", "~~~~~~~^~~"]);
    }

    #[test]
    fn repetitions_are_counted() {
        let f = FrameText { filename: "f".into(), name: "g".into(), line: 1, end_line: 1, columns: None };
        let mut out = Vec::new();
        format_all(&vec![f; 10], &mut |_, _| None, &mut out);
        assert_eq!(out.len(), 4);
        assert_eq!(out[3], "  [Previous line repeated 7 more times]\n");
    }
}
