//! A line diff for test reports.

/// Longest inputs the quadratic table is made for; beyond it the first difference alone is shown.
const TABLE: usize = 2000;

/// Lines of `old` and `new` that differ, with one line of context around each change.
pub fn lines(old: &str, new: &str) -> String {
    let (a, b): (Vec<&str>, Vec<&str>) = (old.split('\n').collect(), new.split('\n').collect());
    let prefix = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    if a.len() > TABLE || b.len() > TABLE {
        let at = |lines: &[&str]| lines.get(prefix).copied().unwrap_or("(end)").to_owned();
        return format!("@{}\n-{}\n+{}\n", prefix + 1, at(&a), at(&b));
    }
    let edits = script(&a[prefix..], &b[prefix..]);
    let mut out = String::new();
    let mut last_shown = None;
    let changed = |i: usize| edits.get(i).is_some_and(|(mark, _)| *mark != ' ');
    for (i, (mark, text)) in edits.iter().enumerate() {
        let near = changed(i) || changed(i + 1) || (i > 0 && changed(i - 1));
        if !near {
            continue;
        }
        if last_shown.is_none_or(|last| last + 1 != i) {
            out += &format!("@{}\n", prefix + 1 + edits[..i].iter().filter(|(mark, _)| *mark != '+').count());
        }
        last_shown = Some(i);
        out += &format!("{mark}{text}\n");
    }
    out
}

/// The edit script of a longest common subsequence: `' '` kept, `'-'` only in `a`, `'+'` only in `b`.
fn script<'a>(a: &[&'a str], b: &[&'a str]) -> Vec<(char, &'a str)> {
    let width = b.len() + 1;
    let mut table = vec![0u32; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            table[i * width + j] = if a[i] == b[j] {
                table[(i + 1) * width + j + 1] + 1
            } else {
                table[(i + 1) * width + j].max(table[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j, mut edits) = (0, 0, Vec::new());
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            edits.push((' ', a[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == b.len() || (i < a.len() && table[(i + 1) * width + j] >= table[i * width + j + 1]) {
            edits.push(('-', a[i]));
            i += 1;
        } else {
            edits.push(('+', b[j]));
            j += 1;
        }
    }
    edits
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn shows_the_changed_line_with_its_neighbours() {
        assert_eq!(lines("a\nb\nc\nd", "a\nX\nc\nd"), "@2\n-b\n+X\n c\n");
        assert_eq!(lines("a\nb", "a\nb\nc"), "@3\n+c\n");
    }
}
