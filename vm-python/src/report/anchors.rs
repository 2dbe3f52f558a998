//! Which part of an expression's source the `^` of a traceback point at: the operator, or the brackets of a call or subscript.
//!
//! A scanner, not a parser: it splits the text into operands and operators outside brackets, which is all that the top of
//! an expression needs. What it does not recognise gets no anchors.

/// Line (from 0) and column (in characters) within the segment.
pub type Place = (usize, usize);

/// What the expression is at its top.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Top {
    /// `a op b`
    Binary,
    /// `f(…)`; whether `f` is a plain name.
    Call {
        /// The callee is a name.
        name: bool,
    },
    /// `a[…]`
    Subscript,
}

/// Where the `^` go; the rest of the segment gets `~`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Anchors {
    /// What the expression is.
    pub top: Top,
    /// First `^`.
    pub left: Place,
    /// After the last `^`.
    pub right: Place,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Name,
    Other,
    Group(char),
    Op,
    Dot,
}

#[derive(Clone, Copy, Debug)]
struct Token {
    kind: Kind,
    start: usize,
    end: usize,
}

/// Words that cannot be operands of the expressions that have anchors.
const KEYWORDS: &[&str] = &[
    "and", "or", "not", "in", "is", "if", "else", "lambda", "await", "yield", "for", "async", "from",
    "raise", "assert", "del", "return", "import", "with", "while", "class", "def", "global", "nonlocal",
    "pass", "try", "except",
];

/// The anchors of the expression in `segment`, if it has any.
#[must_use]
pub fn find(segment: &str) -> Option<Anchors> {
    let text: Vec<char> = segment.chars().collect();
    let tokens = scan(&text)?;
    let (top, left, right) = classify(&text, &tokens)?;
    Some(Anchors { top, left: place(&text, left), right: place(&text, right) })
}

fn place(text: &[char], at: usize) -> Place {
    let line = text[..at].iter().filter(|&&c| c == '\n').count();
    let start = text[..at].iter().rposition(|&c| c == '\n').map_or(0, |i| i + 1);
    (line, at - start)
}

fn scan(text: &[char]) -> Option<Vec<Token>> {
    let mut out = Vec::new();
    let mut i = 0;
    while i < text.len() {
        let c = text[i];
        let start = i;
        let kind = match c {
            c if c.is_whitespace() => {
                i += 1;
                continue;
            }
            '\\' => {
                i += 1;
                continue;
            }
            '#' => {
                while i < text.len() && text[i] != '\n' {
                    i += 1;
                }
                continue;
            }
            '(' | '[' | '{' => {
                i = skip_group(text, i)?;
                Kind::Group(c)
            }
            ')' | ']' | '}' => return None,
            '"' | '\'' => {
                i = skip_string(text, i)?;
                Kind::Other
            }
            c if c.is_ascii_digit() || c == '.' && text.get(i + 1).is_some_and(char::is_ascii_digit) => {
                i = skip_number(text, i);
                Kind::Other
            }
            c if c.is_alphanumeric() || c == '_' || !c.is_ascii() => {
                while i < text.len() && (text[i].is_alphanumeric() || text[i] == '_' || !text[i].is_ascii()) {
                    i += 1;
                }
                if i < text.len() && (text[i] == '"' || text[i] == '\'') && i - start <= 2 {
                    i = skip_string(text, i)?;
                    Kind::Other
                } else {
                    Kind::Name
                }
            }
            '.' if text[i..].starts_with(&['.', '.', '.']) => {
                i += 3;
                Kind::Other
            }
            '.' => {
                i += 1;
                Kind::Dot
            }
            _ => {
                i += operator_length(text, i);
                Kind::Op
            }
        };
        out.push(Token { kind, start, end: i });
    }
    Some(out)
}

fn operator_length(text: &[char], i: usize) -> usize {
    let two: String = text[i..].iter().take(2).collect();
    if ["**", "//", "<<", ">>", "==", "!=", "<=", ">=", ":=", "->"].contains(&two.as_str()) { 2 } else { 1 }
}

fn skip_number(text: &[char], mut i: usize) -> usize {
    let hex = text[i] == '0' && text.get(i + 1).is_some_and(|c| matches!(c, 'x' | 'X'));
    while i < text.len() {
        let c = text[i];
        let exponent_sign = matches!(c, '+' | '-') && !hex && matches!(text[i - 1], 'e' | 'E');
        if c.is_alphanumeric() || c == '.' || c == '_' || exponent_sign {
            i += 1;
        } else {
            break;
        }
    }
    i
}

fn skip_string(text: &[char], start: usize) -> Option<usize> {
    let quote = text[start];
    let triple = text[start..].starts_with(&[quote, quote, quote]);
    let mut i = start + if triple { 3 } else { 1 };
    while i < text.len() {
        if text[i] == '\\' {
            i += 2;
        } else if triple && text[i..].starts_with(&[quote, quote, quote]) {
            return Some(i + 3);
        } else if !triple && text[i] == quote {
            return Some(i + 1);
        } else if !triple && text[i] == '\n' {
            return None;
        } else {
            i += 1;
        }
    }
    None
}

fn skip_group(text: &[char], start: usize) -> Option<usize> {
    let mut depth = 0;
    let mut i = start;
    while i < text.len() {
        match text[i] {
            '(' | '[' | '{' => {
                depth += 1;
                i += 1;
            }
            ')' | ']' | '}' => {
                depth -= 1;
                i += 1;
                if depth == 0 {
                    return Some(i);
                }
            }
            '"' | '\'' => i = skip_string(text, i)?,
            '#' => {
                while i < text.len() && text[i] != '\n' {
                    i += 1;
                }
            }
            _ => i += 1,
        }
    }
    None
}

fn precedence(op: &str) -> Option<u8> {
    Some(match op {
        "|" => 1,
        "^" => 2,
        "&" => 3,
        "<<" | ">>" => 4,
        "+" | "-" => 5,
        "*" | "/" | "//" | "%" | "@" => 6,
        "**" => 7,
        _ => return None,
    })
}

fn classify(text: &[char], tokens: &[Token]) -> Option<(Top, usize, usize)> {
    let word = |t: &Token| -> String { text[t.start..t.end].iter().collect() };
    let mut best: Option<(u8, &Token)> = None;
    let mut unary = false;
    let mut last_trailer: Option<&Token> = None;
    let mut operand_tokens = 0;
    let mut name_only = false;
    let mut want_operand = true;
    let mut after_dot = false;
    for (i, t) in tokens.iter().enumerate() {
        match t.kind {
            Kind::Op => {
                let op = word(t);
                if want_operand {
                    if !matches!(op.as_str(), "-" | "+" | "~") {
                        return None;
                    }
                    unary |= best.is_none();
                } else {
                    let p = precedence(&op)?;
                    let takes = match best {
                        None => true,
                        // ** groups from the right: the first one is the top.
                        Some((q, _)) => p < q || p == q && p != 7,
                    };
                    if takes {
                        best = Some((p, t));
                    }
                    want_operand = true;
                }
            }
            Kind::Dot => {
                if want_operand {
                    return None;
                }
                after_dot = true;
            }
            Kind::Name | Kind::Other | Kind::Group(_) => {
                if t.kind == Kind::Name && KEYWORDS.contains(&word(t).as_str()) && !after_dot {
                    return None;
                }
                if want_operand {
                    want_operand = false;
                    last_trailer = None;
                    operand_tokens = 1;
                    name_only = t.kind == Kind::Name;
                } else if after_dot {
                    if t.kind != Kind::Name {
                        return None;
                    }
                    after_dot = false;
                    last_trailer = None;
                    operand_tokens += 1;
                } else {
                    match t.kind {
                        Kind::Group('(' | '[') => {
                            last_trailer = Some(t);
                            operand_tokens += 1;
                        }
                        // Adjacent string literals are one.
                        Kind::Other if tokens[i - 1].kind == Kind::Other => {}
                        _ => return None,
                    }
                }
            }
        }
    }
    if want_operand || after_dot {
        return None;
    }
    if let Some((p, t)) = best {
        // `-a ** b` is the negation of a power.
        return (!(unary && p == 7)).then_some((Top::Binary, t.start, t.end));
    }
    let t = last_trailer.filter(|_| !unary)?;
    let top = match t.kind {
        Kind::Group('(') => Top::Call { name: name_only && operand_tokens == 2 },
        _ => Top::Subscript,
    };
    Some((top, t.start, t.end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(text: &str) -> Option<String> {
        let a = find(text)?;
        let line = text.lines().next().unwrap_or("");
        Some(
            (0..line.chars().count())
                .map(|i| if i >= a.left.1 && i < a.right.1 { '^' } else { '~' })
                .collect(),
        )
    }

    #[test]
    fn operators_calls_and_subscripts_are_found() {
        for (text, want) in [
            ("a + b", "~~^~~"),
            ("1/0", "~^~"),
            ("a // b", "~~^^~~"),
            ("a + b * c", "~~^~~~~~~"),
            ("a * b + c", "~~~~~~^~~"),
            ("a - b - c", "~~~~~~^~~"),
            ("a ** b ** c", "~~^^~~~~~~~"),
            ("f(x)", "~^^^"),
            ("a.b(1)(2)", "~~~~~~^^^"),
            ("x['a']['b']", "~~~~~~^^^^^"),
            ("f(')')", "~^^^^^"),
            ("1e-5 + x", "~~~~~^~~"),
            ("(a)+(b)", "~~~^~~~"),
            ("-a + b", "~~~^~~"),
        ] {
            assert_eq!(marks(text).as_deref(), Some(want), "{text}");
        }
    }

    #[test]
    fn other_expressions_have_no_anchors() {
        for text in [
            "a",
            "a.b",
            "-a",
            "-a ** b",
            "a and b",
            "a < b",
            "raise X(1)",
            "x if y else z",
            "(a",
            "a, b",
            "lambda: 1",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }

    #[test]
    fn lines_are_counted() {
        let a = find("foo(\n    1,\n)").expect("a call");
        assert_eq!((a.left, a.right), ((0, 3), (2, 1)));
        assert_eq!(a.top, Top::Call { name: true });
    }
}
