//! Checks that `docs/unsafe.md` names every file that holds unsafe code, and no file that holds none.

use super::Counts;
use crate::workspace;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The crates whose code the page covers.
const CRATES: &[&str] = &[
    "vm-core",
    "vm-heap",
    "vm-compiler",
    "vm-python",
    "vm-modules",
    "vm-jit",
    "weft",
    "stress",
    "benches",
    "xtask",
];

/// What follows the keyword in code, unlike in prose. (Apart from it, or this file would find itself.)
const FORMS: &[&str] = &["{", "fn ", "impl", "trait ", "extern "];

/// The step: one check per file with unsafe code, one per line of the page that names nothing.
pub fn check() -> Counts {
    let root = workspace::root();
    let page = match std::fs::read_to_string(root.join("docs/unsafe.md")) {
        Ok(page) => page,
        Err(error) => return Counts::failed(format!("docs/unsafe.md: {error}")),
    };
    let named = named(&page);
    let mut used = BTreeSet::new();
    let mut counts = Counts::default();
    for file in CRATES.iter().flat_map(|name| sources(&root.join(name).join("src"))) {
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        if !holds_unsafe(&text) {
            continue;
        }
        let path = file.strip_prefix(root).expect("below the root").display().to_string();
        match named
            .iter()
            .find(|name| path == **name || (name.ends_with('/') && path.starts_with(name.as_str())))
        {
            Some(name) => {
                counts.passed += 1;
                used.insert(name.clone());
            }
            None => {
                println!("{path} holds unsafe code, but docs/unsafe.md does not name it");
                counts.failed += 1;
            }
        }
    }
    for stale in named.difference(&used) {
        println!("docs/unsafe.md names {stale}, which holds no unsafe code");
        counts.failed += 1;
    }
    counts
}

/// Paths in backticks in the first cell of the page's tables.
fn named(page: &str) -> BTreeSet<String> {
    page.lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`').map(|(path, _)| path.to_owned()))
        .collect()
}

fn holds_unsafe(text: &str) -> bool {
    text.lines()
        .map(|line| line.trim_start())
        .filter(|line| !line.starts_with("//"))
        .flat_map(|line| line.split("unsafe ").skip(1))
        .any(|rest| FORMS.iter().any(|form| rest.starts_with(form)))
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[cfg(test)]
mod tests {
    use super::{holds_unsafe, named};

    #[test]
    fn prose_is_no_unsafe_code() {
        let word = "unsafe";
        assert!(!holds_unsafe(&format!("// {word} {{ in a comment\nlet safe = 1; /// {word}\n")));
        assert!(holds_unsafe(&format!("let x = 1;\n    let y = {word} {{ go() }}\n")));
    }

    #[test]
    fn the_page_names_paths_in_first_cells() {
        let page = "| file | why |\n|---|---|\n| `vm-core/src/a.rs` | `other.rs` |\ntext `not/this.rs`\n";
        assert_eq!(named(page).into_iter().collect::<Vec<_>>(), ["vm-core/src/a.rs"]);
    }
}
