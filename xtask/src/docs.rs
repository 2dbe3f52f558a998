//! `cargo xtask docs protocols`: a page per protocol, made from the header of its source.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, Subcommand};

use crate::{check, workspace};

/// Arguments of `cargo xtask docs`.
#[derive(ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Writes docs/protocols/ from the headers of the protocol files.
    Protocols,
}

/// Where the pages are.
const FOLDER: &str = "docs/protocols";

/// The command.
///
/// # Errors
/// When a source cannot be read or a page cannot be written.
pub fn main(args: &Args) -> Result<bool, String> {
    let What::Protocols = args.what;
    let folder = workspace::root().join(FOLDER);
    std::fs::create_dir_all(&folder).map_err(|e| format!("cannot make {}: {e}", folder.display()))?;
    let pages = pages()?;
    for stale in stale(&pages)? {
        let path = folder.join(&stale);
        match pages.get(&stale) {
            Some(text) => std::fs::write(&path, text),
            None => std::fs::remove_file(&path),
        }
        .map_err(|e| format!("cannot change {}: {e}", path.display()))?;
        println!("{FOLDER}/{stale}");
    }
    Ok(true)
}

/// Pages that differ from what the headers say now.
///
/// # Errors
/// When a source or a page cannot be read.
pub fn stale_pages() -> Result<Vec<String>, String> {
    stale(&pages()?)
}

fn stale(pages: &BTreeMap<String, String>) -> Result<Vec<String>, String> {
    let folder = workspace::root().join(FOLDER);
    let mut stale = Vec::new();
    for (name, text) in pages {
        if std::fs::read_to_string(folder.join(name)).unwrap_or_default() != *text {
            stale.push(name.clone());
        }
    }
    let failed = |e: std::io::Error| format!("cannot read {}: {e}", folder.display());
    for entry in
        folder.exists().then(|| std::fs::read_dir(&folder)).transpose().map_err(failed)?.into_iter().flatten()
    {
        let name = entry.map_err(failed)?.file_name().to_string_lossy().into_owned();
        if !pages.contains_key(&name) {
            stale.push(name);
        }
    }
    Ok(stale)
}

/// Name → text.
fn pages() -> Result<BTreeMap<String, String>, String> {
    let mut by_protocol: BTreeMap<u32, Vec<PathBuf>> = BTreeMap::new();
    for (file, protocol) in check::protocol_files()? {
        let number =
            protocol.trim_start_matches('P').parse().map_err(|_| format!("no protocol: {protocol}"))?;
        by_protocol.entry(number).or_default().push(file.into());
    }
    let models = models()?;
    let mut pages = BTreeMap::new();
    let mut index = String::from(
        "# The protocols\n\nOne page each, made from the header of its source by `cargo xtask docs protocols`. How they are checked: \
         [model-checks](../model-checks.md).\n\n| | purpose | source |\n|---|---|---|\n",
    );
    for (number, files) in &by_protocol {
        let Some(first) = files.first() else { continue };
        let name = format!("p{number:02}-{}.md", subject(first));
        let mut text = String::from(
            "<!-- Made by `cargo xtask docs protocols`; change the header of the source. -->\n\n",
        );
        let mut title = String::new();
        for file in files {
            let source = std::fs::read_to_string(workspace::root().join(file))
                .map_err(|e| format!("cannot read {}: {e}", file.display()))?;
            let (heading, body) = page(&source);
            let level = if title.is_empty() { "#" } else { "\n#" };
            let _ = write!(text, "{level} {heading}\n\nSource: [{0}](../../{0})\n{body}", file.display());
            if title.is_empty() {
                title = heading;
            }
        }
        if let Some(model) = models.get(number) {
            let _ =
                write!(text, "\n## Models\n\n[{model}](../../{model}): `cargo xtask check loom p{number}`, ");
            let _ = writeln!(
                text,
                "`check shuttle p{number}`, `check audit p{number}`; `check list` names the seeded bugs."
            );
        }
        let purpose = title.split_once(": ").map_or(title.as_str(), |(_, t)| t).trim_end_matches('.');
        let sources: Vec<String> = files.iter().map(|f| f.display().to_string()).collect();
        let _ = writeln!(index, "| [P{number}]({name}) | {purpose} | {} |", sources.join(", "));
        pages.insert(name, text);
    }
    pages.insert("README.md".to_owned(), index);
    Ok(pages)
}

/// `index-pool` from `vm-core/src/index_pool.rs`, `world` from `vm-core/src/world/mod.rs`.
fn subject(file: &Path) -> String {
    let stem = |p: &Path| p.file_stem().map(|s| s.to_string_lossy().replace('_', "-")).unwrap_or_default();
    let own = stem(file);
    if own == "mod" { file.parent().map(stem).unwrap_or_default() } else { own }
}

/// Protocol number → its models' file.
fn models() -> Result<BTreeMap<u32, String>, String> {
    const MODELS: &str = "model-checks/src/models";
    let failed = |e: std::io::Error| format!("cannot read {MODELS}: {e}");
    let mut models = BTreeMap::new();
    for entry in std::fs::read_dir(workspace::root().join(MODELS)).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name().to_string_lossy().into_owned();
        let number = name.strip_prefix('p').and_then(|n| n.split('_').next()?.parse().ok());
        if let Some(number) = number {
            models.entry(number).or_insert_with(|| format!("{MODELS}/{name}"));
        }
    }
    Ok(models)
}

/// Heading and body of a page. Links that only rustdoc can follow become plain code.
fn page(source: &str) -> (String, String) {
    let mut header =
        source.lines().map_while(|l| l.strip_prefix("//!")).map(|l| l.strip_prefix(' ').unwrap_or(l));
    let heading = header.next().unwrap_or_default().trim_end_matches('.').to_owned();
    let mut body = String::new();
    for line in header {
        body.push_str(&without_links(line));
        body.push('\n');
    }
    (heading, body)
}

fn without_links(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some(start) = rest.find("[`") {
        let Some(length) = rest[start..].find("`]") else { break };
        let end = start + length + 2;
        text.push_str(&rest[..start]);
        text.push_str(&rest[start + 1..end - 1]);
        rest = &rest[end..];
        if rest.starts_with('(')
            && let Some(close) = rest.find(')')
        {
            rest = &rest[close + 1..];
        }
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_becomes_a_page() {
        let (heading, body) =
            page("//! P1: stops.\n//!\n//! A [`Word`] and [`b`](crate::b) `[x]`.\n//!   kept\n\nuse x;\n");
        assert_eq!(heading, "P1: stops");
        assert_eq!(body, "\nA `Word` and `b` `[x]`.\n  kept\n");
    }

    #[test]
    fn a_page_is_named_after_its_module() {
        assert_eq!(subject(Path::new("vm-core/src/index_pool.rs")), "index-pool");
        assert_eq!(subject(Path::new("vm-core/src/world/mod.rs")), "world");
    }
}
