//! Runs one check of one protocol in this process and prints one JSON line about it.
//!
//! ```text
//! mc list
//! mc run CHECK [--mutant NAME] [--weaken SITE] [--bound N|none] [--seconds S] [--schedules N] [--seed N]
//!              [--record N [--path FILE]] [--from FILE --plan N]
//! mc sites CHECK [the same]
//! ```
//!
//! `--record N` prints what the threads did in execution N, when that fails; `--path FILE` then also gets loom's path to it, from which `--from FILE`
//! starts at once. `sites` prints the orderings that the check's executions ask for; `--weaken` takes one of them away.
//!
//! One process per check, because a checker that finds a deadlock may abort. So the exit status is the verdict, and whoever
//! starts the process writes the record: `cargo xtask check`.

mod models;
mod registry;
mod run;

use std::process::ExitCode;

use lexopt::prelude::*;

fn main() -> ExitCode {
    match command() {
        Ok(code) => code,
        Err(e) => {
            eprintln!("mc: {e}");
            ExitCode::from(2)
        }
    }
}

fn command() -> Result<ExitCode, lexopt::Error> {
    let mut parser = lexopt::Parser::from_env();
    let mut positional = Vec::new();
    let mut options = run::Options::default();
    let mut mutant = None;
    let mut weaken = None;
    while let Some(arg) = parser.next()? {
        match arg {
            Value(v) => positional.push(v.string()?),
            Long("mutant") => mutant = Some(parser.value()?.string()?),
            Long("bound") => {
                let v = parser.value()?.string()?;
                options.bound = Some(if v == "none" {
                    None
                } else {
                    Some(v.parse().map_err(|_| format!("no bound: {v}"))?)
                });
            }
            Long("seconds") => options.seconds = Some(parser.value()?.parse()?),
            Long("schedules") => options.schedules = Some(parser.value()?.parse()?),
            Long("seed") => options.seed = parser.value()?.parse()?,
            Long("record") => options.record = Some(parser.value()?.parse()?),
            Long("path") => options.path = Some(parser.value()?.into()),
            Long("from") => options.from = Some(parser.value()?.into()),
            Long("plan") => options.plan = parser.value()?.parse()?,
            Long("weaken") => weaken = Some(parser.value()?.string()?),
            other => return Err(other.unexpected()),
        }
    }
    match positional.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["list"] => {
            println!("{}", registry::list());
            Ok(ExitCode::SUCCESS)
        }
        [verb @ ("run" | "sites"), name] => {
            let check = registry::find(name)
                .ok_or_else(|| format!("no check is named {name}; `mc list` lists them"))?;
            if let Some(mutant) = &mutant {
                if !registry::is_mutant(mutant) {
                    return Err(format!("no seeded bug is named {mutant}").into());
                }
                run::activate(mutant);
            }
            if let Some(site) = &weaken {
                run::weaken(site)?;
            }
            if *verb == "sites" {
                run::collect_sites();
            }
            let report = run::run(check, &options);
            if weaken.is_some() && !run::met() {
                return Err("the check never asks for that ordering".into());
            }
            if *verb == "sites" {
                println!("{}", run::sites());
            }
            println!("{report}");
            Ok(ExitCode::SUCCESS)
        }
        _ => Err("say `list`, `run CHECK` or `sites CHECK`".into()),
    }
}
