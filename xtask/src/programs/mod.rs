//! `cargo xtask bench programs`: unmodified pyperformance programs on one and several threads.
//!
//! The package is fetched from PyPI into the target folder; nothing of it is kept in the repository. The programs run
//! through `benches/standin/` (a stand-in for pyperf, and a driver that starts several copies at one moment).

mod fetch;
mod measure;
mod report;

use crate::{cpython, workspace};
use clap::Args as ClapArgs;
use std::path::PathBuf;
use std::process::Command;

/// The programs of each tier of the language (see `tests/ladder`).
const SETS: &[(&str, &[&str])] = &[
    ("t0", &["nbody", "spectral_norm", "fannkuch", "unpack_sequence", "nqueens", "pidigits", "scimark"]),
    (
        "t1",
        &[
            "float",
            "richards",
            "richards_super",
            "deltablue",
            "chaos",
            "raytrace",
            "go",
            "hexiom",
            "barnes_hut",
            "gc_traversal",
            "gc_collect",
        ],
    ),
];

/// Options of `cargo xtask bench programs`.
#[derive(ClapArgs)]
pub struct Args {
    /// Which sets of programs.
    #[arg(long, value_delimiter = ',', default_value = "t0,t1")]
    set: Vec<String>,
    /// Only these programs (names without `bm_`).
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Thread counts. Counts above the number of processors are verified, but not measured.
    #[arg(long, value_delimiter = ',', default_value = "1,2")]
    threads: Vec<usize>,
    /// Another interpreter to compare with (repeatable).
    #[arg(long, value_name = "PATH")]
    python: Vec<PathBuf>,
    /// The weft binary (default: build it with the release profile).
    #[arg(long, value_name = "PATH")]
    weft: Option<PathBuf>,
    /// Pass this `-X` option to weft (repeatable).
    #[arg(short = 'X', value_name = "OPT")]
    x: Vec<String>,
    /// Seconds that one measured run of one benchmark takes, about.
    #[arg(long, default_value_t = 0.4)]
    seconds: f64,
    /// Interleaved rounds; the median counts, the spread is shown.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Verify the programs' results and measure nothing.
    #[arg(long)]
    verify_only: bool,
    /// Small inputs, for slow modes such as `-X gc=stress:1000` (verification only).
    #[arg(long, requires = "verify_only")]
    small: bool,
    /// Write the results here as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// An interpreter that takes part.
pub struct Interpreter {
    /// The name in the table.
    pub name: String,
    /// How to start it.
    pub path: PathBuf,
    /// Options before the program.
    pub options: Vec<String>,
}

impl Interpreter {
    /// A command that runs `benches/standin/drive.py` with a program.
    pub fn drive(&self, program: &std::path::Path, arguments: &[String]) -> Command {
        let mut command = Command::new(&self.path);
        command.args(&self.options);
        command.arg(workspace::root().join("benches/standin/drive.py"));
        command.arg(program).args(arguments);
        command.env("PYTHONHASHSEED", "0").env("PYTHONDONTWRITEBYTECODE", "1").env_remove("PYTHONUNBUFFERED");
        command.current_dir(fetch::scratch());
        command
    }
}

/// Entry: true when every program ran and gave CPython's results.
///
/// # Errors
/// When the package cannot be fetched or an interpreter cannot be built or started.
pub fn main(args: &Args) -> Result<bool, String> {
    let mut names: Vec<&str> = Vec::new();
    for set in &args.set {
        let (_, programs) = SETS
            .iter()
            .find(|(name, _)| name == set)
            .ok_or_else(|| format!("no set `{set}`; there are t0 and t1"))?;
        names.extend(*programs);
    }
    if let Some(unknown) = args.only.iter().find(|only| !names.contains(&only.as_str())) {
        return Err(format!("`{unknown}` is not in the chosen sets: {}", names.join(", ")));
    }
    if !args.only.is_empty() {
        names.retain(|name| args.only.iter().any(|only| only == name));
    }
    let folder = fetch::programs()?;
    let weft = match &args.weft {
        Some(path) => std::path::absolute(path).map_err(|error| error.to_string())?,
        None => workspace::build_release()?,
    };
    let options = args.x.iter().flat_map(|x| ["-X".to_owned(), x.clone()]).collect();
    let weft = Interpreter { name: "weft".into(), path: weft, options };
    let mut others = Vec::new();
    for path in &args.python {
        let python = cpython::probe(path).ok_or_else(|| format!("{} does not run", path.display()))?;
        others.push(Interpreter {
            name: format!("CPython {}", python.version_text()),
            path: python.path,
            options: Vec::new(),
        });
    }
    // The results' oracle: the first interpreter named, else one that is installed.
    let oracle = match others.first() {
        Some(other) => {
            Some(Interpreter { name: other.name.clone(), path: other.path.clone(), options: Vec::new() })
        }
        None => cpython::find().map(|python| Interpreter {
            name: format!("CPython {}", python.version_text()),
            path: python.path,
            options: Vec::new(),
        }),
    };
    match &oracle {
        Some(oracle) => println!("Results are compared with {}.", oracle.name),
        None => println!("SKIPPED verification: no working CPython 3.13 or newer found."),
    }
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let mut rows = Vec::new();
    for name in names {
        eprintln!("  {name}");
        let program = folder.join(format!("bm_{name}")).join("run_benchmark.py");
        let mut row = report::Row::new(name);
        if let Some(oracle) = &oracle {
            row.verify(measure::verify(&weft, oracle, &program, &args.threads, args.small));
        }
        if !args.verify_only && row.problems.is_empty() {
            let counts: Vec<usize> =
                args.threads.iter().copied().filter(|n| *n > 1 && *n <= processors).collect();
            match measure::measure(&weft, &others, &program, &counts, args.seconds, args.rounds) {
                Ok(measured) => row.measured = measured,
                Err(problem) => row.problems.push(problem),
            }
        }
        for problem in &row.problems {
            println!("FAIL  {name}: {problem}");
        }
        rows.push(row);
    }
    println!();
    report::print(&rows, &others);
    if let Some(path) = &args.json {
        report::write_json(path, &rows, &others)?;
    }
    let failed = rows.iter().filter(|row| !row.problems.is_empty()).count();
    println!("{} programs ran, {failed} failed", rows.len() - failed);
    Ok(failed == 0)
}

/// Scaling of some programs for `bench scaling`; true when all ran.
///
/// # Errors
/// When the package cannot be fetched.
pub fn scaling(
    weft: &crate::bench::interpreters::Interpreter,
    names: &[String],
    counts: &[usize],
    seconds: f64,
    rounds: usize,
) -> Result<bool, String> {
    let folder = fetch::programs()?;
    let weft =
        Interpreter { name: weft.name.clone(), path: weft.path.clone(), options: weft.options.clone() };
    let counts: Vec<usize> = counts.iter().copied().filter(|n| *n > 1).collect();
    let mut rows = Vec::new();
    for name in names {
        eprintln!("  {name}");
        let mut row = report::Row::new(name);
        let program = folder.join(format!("bm_{name}")).join("run_benchmark.py");
        match measure::measure(&weft, &[], &program, &counts, seconds, rounds) {
            Ok(measured) => row.measured = measured,
            Err(problem) => row.problems.push(problem),
        }
        for problem in &row.problems {
            println!("FAIL  {name}: {problem}");
        }
        rows.push(row);
    }
    report::print(&rows, &[]);
    Ok(rows.iter().all(|row| row.problems.is_empty()))
}
