//! Deep nesting and large units: a clean error or a unit, never a crash.

use vm_compiler::{CompileOptions, Mode, SyntaxErrorKind, compile};

fn outcome(source: &str) -> Result<(), (SyntaxErrorKind, String)> {
    compile(source, "f", Mode::Exec, &CompileOptions::default())
        .map(|_| ())
        .map_err(|error| (error.kind, error.message))
}

fn fails(source: &str, kind: SyntaxErrorKind, message: &str) {
    let Err((got_kind, got)) = outcome(source) else { panic!("compiled: {:.60}", source) };
    assert_eq!((got_kind, got.as_str()), (kind, message), "{source:.60}");
}

const TOO_DEEP: &str = "maximum recursion depth exceeded during compilation";

#[test]
fn ten_thousand_terms_compile() {
    for term in ["+a", ".a", "()", " and a", "[a]", " < a", " if a else a", "**a", ", a"] {
        assert_eq!(outcome(&format!("a{}", term.repeat(5_000))), Ok(()), "{term}");
    }
    assert_eq!(outcome(&format!("a{}", "+a".repeat(9_999))), Ok(()));
    assert_eq!(outcome(&format!("x = {}a", "not ".repeat(9_999))), Ok(()));
    assert_eq!(outcome(&format!("if a:\n b\n{}", "elif c:\n d\n".repeat(10_000))), Ok(()));
}

#[test]
fn deeper_trees_are_refused() {
    for term in ["+a", ".a", "()", "**a"] {
        fails(&format!("a{}", term.repeat(100_000)), SyntaxErrorKind::RecursionError, TOO_DEEP);
    }
    fails(&format!("{}a", "-".repeat(300_000)), SyntaxErrorKind::RecursionError, TOO_DEEP);
    let message = "Parser stack overflowed - Python source too complex to parse";
    fails(&format!("{}a", "lambda:".repeat(5_000)), SyntaxErrorKind::MemoryError, message);
    // Also where an error comes on top.
    assert!(outcome(&format!("{}a b", "-".repeat(300_000))).is_err());
}

#[test]
fn brackets() {
    for (open, close) in [("(", ")"), ("[", "]"), ("{", "}"), ("f(", ")")] {
        assert_eq!(outcome(&format!("{}a{}", open.repeat(200), close.repeat(200))), Ok(()));
        for count in [201, 10_000] {
            let source = format!("{}a{}", open.repeat(count), close.repeat(count));
            fails(&source, SyntaxErrorKind::SyntaxError, "too many nested parentheses");
        }
    }
    // Those in strings and comments do not count.
    assert_eq!(outcome(&format!("x = '{0}' # {0}\n", "(".repeat(300))), Ok(()));
}

#[test]
fn blocks() {
    let nested = |count: usize, header: &str| -> String {
        (0..count)
            .map(|depth| format!("{}{header}\n", " ".repeat(depth)))
            .chain([format!("{}x", " ".repeat(count))])
            .collect()
    };
    assert_eq!(outcome(&nested(99, "if a:")), Ok(()));
    fails(&nested(100, "if a:"), SyntaxErrorKind::IndentationError, "too many levels of indentation");
    assert_eq!(outcome(&nested(21, "for a in b:")), Ok(()));
    fails(&nested(22, "for a in b:"), SyntaxErrorKind::SyntaxError, "too many statically nested blocks");
}

#[test]
fn large_units() {
    let items = |count: usize| (0..count).map(|i| format!("a{i}")).collect::<Vec<_>>().join(", ");
    assert_eq!(outcome(&format!("x = [{}]", items(40_000))), Ok(()));
    let ints = (0..40_000).map(|i| i.to_string()).collect::<Vec<_>>().join(", ");
    assert_eq!(outcome(&format!("f({ints})")), Ok(()), "constants above 32767 go through a register");
    let message = "too many constants and names in one code block";
    fails(&format!("x = [{}]", items(70_000)), SyntaxErrorKind::OverflowError, message);
    let body: String = (0..40_000).map(|i| format!(" a{i} = 1\n")).collect();
    let message = "too many local variables or operands in one code block";
    fails(&format!("def f():\n{body}"), SyntaxErrorKind::OverflowError, message);
    fails("\0", SyntaxErrorKind::SyntaxError, "source code cannot contain null bytes");
    let digits = "9".repeat(5_000);
    assert!(
        matches!(outcome(&digits), Err((_, message)) if message.starts_with("Exceeds the limit (4300 digits)"))
    );
}
