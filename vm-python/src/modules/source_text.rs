//! Bytes of a source file to text: byte order mark, encoding comment, and what is wrong with them.

/// Why bytes are no source text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BadSource {
    /// Not UTF-8 at this byte, and no other encoding was declared.
    NotUtf8 {
        /// The byte.
        byte: u8,
        /// Line, from 1.
        line: u32,
    },
    /// The declared encoding is not known.
    Encoding(String),
    /// A zero byte, on this line.
    Null {
        /// Line, from 1.
        line: u32,
        /// Text of the line before it.
        text: String,
    },
}

/// The source text in `bytes`.
///
/// # Errors
/// See [`BadSource`].
pub fn decode(bytes: &[u8]) -> Result<String, BadSource> {
    let (bom, body) = match bytes.strip_prefix(b"\xEF\xBB\xBF") {
        Some(rest) => (true, rest),
        None => (false, bytes),
    };
    if let Some(i) = body.iter().position(|&b| b == 0) {
        let line = line_of(body, i);
        let start = body[..i].iter().rposition(|&b| b == b'\n').map_or(0, |p| p + 1);
        return Err(BadSource::Null { line, text: String::from_utf8_lossy(&body[start..i]).into_owned() });
    }
    let declared = declared_encoding(body);
    match declared.as_deref() {
        None | Some("utf-8" | "utf8" | "utf-8-sig" | "u8") => {}
        Some("latin-1" | "iso-8859-1" | "latin1" | "iso8859-1" | "l1" | "iso-latin-1" | "cp1252") if !bom => {
            return Ok(body.iter().map(|&b| char::from(b)).collect());
        }
        Some("ascii" | "us-ascii") if body.is_ascii() => {}
        Some("ascii" | "us-ascii") if !bom => {
            return not_utf8(body, body.iter().position(|b| !b.is_ascii()).unwrap_or(0));
        }
        Some(other) => return Err(BadSource::Encoding(other.to_owned())),
    }
    match std::str::from_utf8(body) {
        Ok(s) => Ok(s.to_owned()),
        Err(e) => not_utf8(body, e.valid_up_to()),
    }
}

fn not_utf8(body: &[u8], at: usize) -> Result<String, BadSource> {
    Err(BadSource::NotUtf8 { byte: body[at], line: line_of(body, at) })
}

fn line_of(body: &[u8], at: usize) -> u32 {
    1 + body[..at].iter().filter(|&&b| b == b'\n').count() as u32
}

/// The encoding named in a comment of the first two lines (PEP 263), normalized.
fn declared_encoding(body: &[u8]) -> Option<String> {
    for (i, line) in body.split(|&b| b == b'\n').take(2).enumerate() {
        let text = String::from_utf8_lossy(line);
        let t = text.trim_start_matches([' ', '\t', '\x0c']);
        match t.strip_prefix('#') {
            Some(comment) => {
                if let Some(name) = coding(comment) {
                    return Some(name);
                }
            }
            // The second line counts only if the first is a comment or empty.
            None if i == 0 && !t.trim().is_empty() => return None,
            None => {}
        }
    }
    None
}

fn coding(comment: &str) -> Option<String> {
    let at = comment.find("coding")?;
    let rest = comment[at + 6..].strip_prefix([':', '='])?.trim_start_matches([' ', '\t']);
    let name: String =
        rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')).collect();
    (!name.is_empty()).then(|| name.to_ascii_lowercase().replace('_', "-"))
}

impl BadSource {
    /// The message of the SyntaxError, with the file's name for what CPython names it in.
    #[must_use]
    pub fn message(&self, filename: &str) -> String {
        match self {
            BadSource::NotUtf8 { byte, line } => format!(
                "Non-UTF-8 code starting with '\\x{byte:02x}' in file {filename} on line {line}, but no encoding declared; \
                 see https://peps.python.org/pep-0263/ for details"
            ),
            BadSource::Encoding(name) => format!("encoding problem: {name}"),
            BadSource::Null { .. } => "source code cannot contain null bytes".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_honoured_or_refused() {
        assert_eq!(decode(b"\xEF\xBB\xBFx=1").as_deref(), Ok("x=1"));
        assert_eq!(
            decode(b"# -*- coding: latin-1 -*-\ns='\xe9'").as_deref(),
            Ok("# -*- coding: latin-1 -*-\ns='\u{e9}'")
        );
        assert_eq!(decode(b"#!/usr/bin/weft\n# coding=Foo_1\n"), Err(BadSource::Encoding("foo-1".into())));
        assert_eq!(decode(b"x=1\n\xff"), Err(BadSource::NotUtf8 { byte: 0xff, line: 2 }));
        assert_eq!(decode(b"\x7fELF\0"), Err(BadSource::Null { line: 1, text: "\x7fELF".into() }));
        assert_eq!(decode(b"x=1\n# coding: foo").as_deref(), Ok("x=1\n# coding: foo"));
    }
}
