//! "Did you mean …?": the closest of the names that exist.

/// More candidates than this are not compared.
const MAX_CANDIDATES: usize = 750;
/// Longer names are not compared.
const MAX_NAME: usize = 40;
const MOVE_COST: usize = 2;
const CASE_COST: usize = 1;

/// The candidate closest to `wrong`, if one is close enough.
#[must_use]
pub fn closest(candidates: &[String], wrong: &str) -> Option<String> {
    let wrong_chars: Vec<char> = wrong.chars().collect();
    if candidates.len() >= MAX_CANDIDATES || wrong_chars.len() > MAX_NAME {
        return None;
    }
    let mut best: Option<(&String, usize)> = None;
    for name in candidates.iter().filter(|n| *n != wrong) {
        let chars: Vec<char> = name.chars().collect();
        if chars.len() > MAX_NAME {
            continue;
        }
        let limit = (chars.len() + wrong_chars.len() + 3) * MOVE_COST / 6;
        let limit = match best {
            Some((_, d)) => limit.min(d.saturating_sub(1)),
            None => limit,
        };
        let d = distance(&wrong_chars, &chars);
        if d <= limit && best.is_none_or(|(_, b)| d < b) {
            best = Some((name, d));
        }
    }
    best.map(|(n, _)| n.clone())
}

fn substitution(a: char, b: char) -> usize {
    if a == b {
        0
    } else if a.eq_ignore_ascii_case(&b) {
        CASE_COST
    } else {
        MOVE_COST
    }
}

/// Edit distance where a change of case costs half of another change.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).map(|j| j * MOVE_COST).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = (i + 1) * MOVE_COST;
        for (j, &y) in b.iter().enumerate() {
            let up = row[j + 1];
            row[j + 1] = (diagonal + substitution(x, y)).min(up + MOVE_COST).min(row[j] + MOVE_COST);
            diagonal = up;
        }
    }
    row[b.len()]
}

/// Top-level modules of the standard library, for "Did you forget to import …?".
pub const STDLIB: &str = " abc argparse array ast asyncio atexit base64 bdb binascii bisect builtins bz2 cProfile calendar cmath cmd code \
    codecs codeop collections colorsys compileall concurrent configparser contextlib contextvars copy copyreg csv ctypes curses \
    dataclasses datetime dbm decimal difflib dis doctest email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput \
    fnmatch fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html http idlelib \
    imaplib importlib inspect io ipaddress itertools json keyword linecache locale logging lzma mailbox marshal math mimetypes mmap \
    modulefinder multiprocessing netrc ntpath numbers opcode operator optparse os pathlib pdb pickle pickletools pkgutil platform plistlib \
    poplib posix posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc queue quopri random re readline reprlib resource \
    rlcompleter runpy sched secrets select selectors shelve shlex shutil signal site smtplib socket socketserver sqlite3 ssl stat \
    statistics string stringprep struct subprocess symtable sys sysconfig syslog tabnanny tarfile tempfile termios textwrap this \
    threading time timeit tkinter token tokenize tomllib trace traceback tracemalloc tty turtle types typing unicodedata unittest urllib \
    uuid venv warnings wave weakref webbrowser wsgiref xml xmlrpc zipapp zipfile zipimport zlib zoneinfo ";

/// Whether `name` is a module of the standard library.
#[must_use]
pub fn is_stdlib_module(name: &str) -> bool {
    !name.is_empty() && STDLIB.split_whitespace().any(|m| m == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_not() {
        let names: Vec<String> = ["append", "extend", "index", "Total"].map(String::from).into();
        assert_eq!(closest(&names, "apend").as_deref(), Some("append"));
        assert_eq!(closest(&names, "total").as_deref(), Some("Total"));
        assert_eq!(closest(&names, "xyz"), None);
        assert_eq!(closest(&names, "index"), None, "the name itself is no suggestion");
        assert!(is_stdlib_module("math") && !is_stdlib_module("mathx"));
    }
}
