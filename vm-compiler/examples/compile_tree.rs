//! Compiles every `.py` file below a folder and prints the rate: `compile_tree DIR`. Files that do not compile are
//! listed with their error; code that does not pass the verifier is counted as bad.
#![expect(clippy::print_stdout, reason = "a tool for people")]

use std::path::{Path, PathBuf};
use std::time::Instant;
use vm_compiler::{CodeUnit, CompileOptions, Const, Mode, compile, verify::verify};

fn files(dir: &Path, out: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "py") {
            out.push(path);
        }
    }
}

/// Verifies `unit` and the units nested in it; words in all.
fn check(unit: &CodeUnit, bad: &mut Vec<String>) -> usize {
    if let Err(problem) = verify(unit) {
        bad.push(format!("{}: {}: {problem}", unit.filename, unit.qualname));
    }
    let nested = unit.consts.iter().map(|value| match value {
        Const::Code(code) => check(code, bad),
        _ => 0,
    });
    unit.words.len() + nested.sum::<usize>()
}

fn main() {
    let mut paths = Vec::new();
    for dir in std::env::args_os().skip(1) {
        if Path::new(&dir).is_file() {
            paths.push(PathBuf::from(dir));
        } else {
            files(Path::new(&dir), &mut paths);
        }
    }
    paths.sort();
    let mut sources = Vec::new();
    for path in &paths {
        // Other encodings are the loader's business.
        if let Ok(source) = std::fs::read_to_string(path) {
            sources.push((path, source));
        }
    }
    let start = Instant::now();
    let mut units = Vec::with_capacity(sources.len());
    for (path, source) in &sources {
        if std::env::var_os("TRACE").is_some() {
            println!("{}", path.display());
        }
        units.push((
            path,
            compile(source, &path.display().to_string(), Mode::Exec, &CompileOptions::default()),
        ));
    }
    let seconds = start.elapsed().as_secs_f64();
    let (mut words, mut failed, mut bad) = (0, 0, Vec::new());
    for (path, unit) in &units {
        match unit {
            Ok(unit) => words += check(unit, &mut bad),
            Err(error) => {
                failed += 1;
                println!("{}: {error}", path.display());
            }
        }
    }
    for problem in &bad {
        println!("BAD {problem}");
    }
    let lines: usize = sources.iter().map(|(_, source)| source.lines().count()).sum();
    println!(
        "{} files, {lines} lines, {words} words, {failed} refused, {} bad; {seconds:.2} s, {:.0} lines/s",
        sources.len(),
        bad.len(),
        lines as f64 / seconds
    );
}
