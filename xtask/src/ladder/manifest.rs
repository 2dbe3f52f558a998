//! `manifest.toml`: how many tests each tier has at least. A run that finds fewer has lost some and fails.

use super::case::Case;
use std::collections::BTreeMap;
use std::path::Path;

/// Reads `tier = count` lines; other than those the file has comments only.
///
/// # Errors
/// When the file is missing or a line is none of these.
pub fn read(folder: &Path) -> Result<BTreeMap<String, usize>, String> {
    let path = folder.join("manifest.toml");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    parse(&text).map_err(|line| format!("{}: cannot read `{line}`", path.display()))
}

fn parse(text: &str) -> Result<BTreeMap<String, usize>, String> {
    let mut tiers = BTreeMap::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (tier, count) = line.split_once('=').ok_or(line)?;
        tiers.insert(tier.trim().to_owned(), count.trim().parse().map_err(|_| line)?);
    }
    Ok(tiers)
}

/// Writes the manifest of `cases`.
///
/// # Errors
/// When the file cannot be written.
pub fn write(folder: &Path, cases: &[Case]) -> Result<(), String> {
    let mut tiers: BTreeMap<&str, usize> = BTreeMap::new();
    for case in cases {
        *tiers.entry(&case.tier).or_default() += 1;
    }
    let mut text = String::from("# Tests per tier; `cargo xtask ladder --bless` re-makes this file.\n");
    for (tier, count) in tiers {
        text += &format!("{tier} = {count}\n");
    }
    std::fs::write(folder.join("manifest.toml"), text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn reads_counts_and_refuses_the_rest() {
        let tiers = parse("# c\nt0 = 3\n\nt1=4\n").expect("parses");
        assert_eq!((tiers["t0"], tiers["t1"]), (3, 4));
        assert_eq!(parse("t0 = many"), Err("t0 = many".to_owned()));
    }
}
