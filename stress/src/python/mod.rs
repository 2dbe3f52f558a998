//! Tests written in Python: their files, and the VM that runs them.

pub mod native;

use std::sync::Arc;
use std::time::{Duration, Instant};

use vm_python::config::FaultConfig;
use vm_python::{Config, Vm};

use crate::case::{Body, Grade, Outcome, Test};
use crate::child::Args;
use crate::engine::{Mode, Progress};

/// Files of many tests each, separated by `# test:` lines; what is before the first is part of each.
const FILES: &[&str] = &[
    include_str!("../../programs/memory.py"),
    include_str!("../../programs/containers.py"),
    include_str!("../../programs/objects.py"),
    include_str!("../../programs/monitoring.py"),
    include_str!("../../programs/imports.py"),
];

const DRIVER: &str = include_str!("driver.py");

/// What follows replaces definitions of the test, and breaks it.
const TWIN: &str = "# --- twin\n";

/// All of them.
pub fn tests() -> Vec<Test> {
    let of_file = |file: &&'static str| {
        let (common, tests) = file.split_once("# test: ").unwrap_or((file, ""));
        tests.split("# test: ").map(|text| parse(common, text)).collect::<Vec<_>>()
    };
    FILES.iter().flat_map(of_file).collect()
}

fn parse(common: &str, text: &'static str) -> Test {
    let (name, own) = text.split_once('\n').unwrap_or((text, ""));
    // Once per test and process.
    let source: &'static str = format!("{common}\n{own}").leak();
    let mut test = Test {
        name,
        what: "",
        guarantee: "",
        outcomes: Vec::new(),
        body: Body::Python(source),
        finds: if source.contains(TWIN) { crate::rust::TWIN } else { &[] },
    };
    for line in own.lines().map_while(|l| l.strip_prefix("# ")) {
        let Some((head, rest)) = line.split_once(": ") else { continue };
        let grades = [Grade::Acceptable, Grade::Interesting, Grade::Forbidden];
        let graded = grades.iter().find_map(|g| Some((*g, head.strip_prefix(g.name())?)));
        match (head, graded) {
            ("what", _) => test.what = rest,
            ("guarantee", _) => test.guarantee = rest,
            (_, Some((grade, result))) => {
                test.outcomes.push(Outcome { result: result.trim_start(), grade, why: rest });
            }
            _ => {}
        }
    }
    test
}

/// A number of the test's header.
fn number(source: &str, name: &str) -> Option<usize> {
    let line = source.lines().find_map(|l| l.strip_prefix("# ")?.strip_prefix(name)?.strip_prefix(": "));
    line.and_then(|n| n.parse().ok())
}

/// Runs a test in all modes, in one VM.
pub fn run(
    source: &'static str,
    args: &Args,
    modes: &[Mode],
    progress: &Arc<Progress>,
) -> Result<(), String> {
    let config = Config {
        tlbc: args.tlbc != Some(0),
        hash_seed: Some(args.seed as u32),
        faults: args.faults.map(|seed| FaultConfig { seed, allocation: false }),
        ..Config::default()
    };
    let vm = boot(config)?;
    inspect(&vm, progress);
    let (good, twin) = source.split_once(TWIN).unwrap_or((source, ""));
    let program = if args.twin { format!("{good}{twin}") } else { good.to_owned() };
    let weights: u32 = modes.iter().map(|m| m.weight()).sum();
    for &mode in modes {
        let time = Duration::from_millis(args.time_ms) * mode.weight() / weights.max(1);
        native::set_up(native::Setup {
            mode,
            seed: args.seed,
            // Elements of a stride.
            stride: number(source, "stride").unwrap_or(512),
            // What a test changes for the whole process is not for four groups at once.
            groups: mode.groups().min(number(source, "groups").unwrap_or(usize::MAX)),
            until: Instant::now() + time,
            progress: Arc::clone(progress),
        });
        exec(&vm, DRIVER, "<driver>")?;
        exec(&vm, &program, "<test>")?;
        exec(&vm, "_drive(globals())\n", "<start>")?;
    }
    progress.inspect.lock().unwrap_or_else(|e| e.into_inner()).take();
    let _ = std::fs::remove_dir_all(native::folder());
    Ok(())
}

/// A VM with the module `_stress`.
pub fn boot(config: Config) -> Result<Box<Vm>, String> {
    let register = |vm: &Vm| {
        vm_modules::register(vm)?;
        native::register(vm);
        Ok(())
    };
    Vm::boot(config, register).map_err(|e| e.to_string())
}

/// Runs statements in `__main__`.
pub fn exec(vm: &Vm, source: &str, name: &str) -> Result<(), String> {
    let run = || {
        vm.interp().imports.sources.add(name, source);
        let globals = vm.main_namespace(None, "")?;
        vm.exec_source(source, name, globals)
    };
    run().map(drop).map_err(|e| vm.format_exception(e))
}

fn show_locks(locks: &[String]) -> String {
    if locks.is_empty() { "none that a thread waits for".to_owned() } else { locks.join("\n       ") }
}

/// Lets the watchdog see the VM's threads.
pub fn inspect(vm: &Vm, progress: &Arc<Progress>) {
    let interp = Arc::clone(vm.interp());
    let show = move || {
        let kernel = crate::watchdog::threads(&interp.core);
        let stacks = vm_python::threads::stacks_of_all_threads(&interp);
        let locks = vm_python::threads::held_locks(&interp);
        format!("{kernel}locks: {}\n{}", show_locks(&locks), stacks.join("\n"))
    };
    *progress.inspect.lock().unwrap_or_else(|e| e.into_inner()) = Some(Box::new(show));
}
