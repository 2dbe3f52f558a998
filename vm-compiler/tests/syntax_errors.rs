//! Class, message and place of syntax errors against CPython's, recorded in `syntax_errors.txt`.

use vm_compiler::{CompileOptions, Mode, SyntaxError, compile};

const OTHER_PLACE: &str = " (other place)";
const OTHER_MESSAGE: &str = " (other message)";

/// What we say of `source`, in the words of the file.
fn outcome(source: &str) -> (String, String) {
    match compile(source, "f", Mode::Exec, &CompileOptions::default()) {
        Ok(_) => ("ok".into(), String::new()),
        Err(SyntaxError { kind, message, line, col, .. }) => {
            (format!("{}: {message}", kind.name()), format!(" @ {line}:{col}"))
        }
    }
}

#[test]
fn as_cpython() {
    let cases: Vec<&str> = include_str!("syntax_errors.txt").trim_end().split("\n---\n").skip(1).collect();
    assert!(cases.len() > 250, "the file has been cut");
    let mut wrong = Vec::new();
    let mut differences = 0;
    for case in cases {
        let (source, expected) = case.rsplit_once("\n>>> ").expect("a case without `>>>`");
        let (message, place) = outcome(&format!("{source}\n"));
        let (expected, mark) = match expected {
            marked if marked.ends_with(OTHER_PLACE) => (marked.trim_end_matches(OTHER_PLACE), OTHER_PLACE),
            marked if marked.ends_with(OTHER_MESSAGE) => {
                (marked.trim_end_matches(OTHER_MESSAGE), OTHER_MESSAGE)
            }
            plain => (plain, ""),
        };
        let got = format!("{message}{place}");
        let expected_message = expected.rsplit_once(" @ ").map_or(expected, |(message, _)| message);
        let as_marked = match mark {
            OTHER_PLACE => message == expected_message && got != expected,
            OTHER_MESSAGE => message != expected_message && message != "ok",
            _ => got == expected,
        };
        differences += usize::from(!mark.is_empty());
        if !as_marked {
            wrong.push(format!("{source}\n  expected {expected}{mark}\n  got      {got}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(differences <= 16, "{differences} known differences");
}

#[test]
fn the_line_comes_along() {
    let error = compile("x = 1\ny = (2\n", "f", Mode::Exec, &CompileOptions::default()).unwrap_err();
    assert_eq!(error.text.as_deref(), Some("y = (2\n"));
    assert!(error.incomplete, "more input may complete it");
    let error = compile("x = = 1\n", "f", Mode::Exec, &CompileOptions::default()).unwrap_err();
    assert!(!error.incomplete);
}
