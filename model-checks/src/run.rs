//! One check under its checker.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use serde_json::{Value, json};

use crate::registry::Check;

/// What the command line may override.
#[derive(Default)]
pub struct Options {
    /// Preemption bound for loom: outer `None` for the check's own.
    pub bound: Option<Option<usize>>,
    /// Wall time after which exploration stops and the result is `capped`.
    pub seconds: Option<f64>,
    /// Schedules for shuttle, over the whole portfolio.
    pub schedules: Option<usize>,
    /// Seed for shuttle.
    pub seed: u64,
    /// The execution to record.
    pub record: Option<u64>,
    /// Where loom's path to that execution goes.
    pub path: Option<PathBuf>,
    /// Where loom starts.
    pub from: Option<PathBuf>,
    /// Number of the plan of choices that `from` belongs to.
    pub plan: usize,
}

static EXECUTIONS: AtomicU64 = AtomicU64::new(0);
/// The plan of choices being explored.
static PLAN: AtomicU64 = AtomicU64::new(0);

/// How an exploration that found nothing ended.
struct Explored {
    /// All executions within the bound were run.
    exhausted: bool,
    /// The bound, in words.
    bound: String,
}

/// Turns a seeded bug on.
pub fn activate(name: &str) {
    #[cfg(weft_mutants)]
    vm_core::mutants::activate(name);
    #[cfg(not(weft_mutants))]
    {
        let _ = name;
        eprintln!("mc: built without --cfg weft_mutants; the seeded bug is not there");
        std::process::exit(2);
    }
}

#[cfg(any(weft_sync = "loom", weft_sync = "shuttle"))]
mod observed {
    use serde_json::{Value, json};
    use vm_core::sync::observe;

    pub use observe::{collect_sites, met};

    /// Takes one ordering away.
    pub fn weaken(site: &str) -> Result<(), String> {
        observe::weaken(site.parse().map_err(|()| format!("no site: {site}"))?);
        Ok(())
    }

    /// The orderings that were asked for.
    pub fn sites() -> Value {
        json!(observe::sites().iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    /// What the threads did, as one line of JSON.
    pub fn print_timeline() {
        let events: Vec<Value> = observe::timeline()
            .iter()
            .map(|e| json!({ "thread": e.thread, "site": e.site, "what": e.what }))
            .collect();
        if !events.is_empty() {
            println!("{}", json!(events));
        }
    }
}

#[cfg(not(any(weft_sync = "loom", weft_sync = "shuttle")))]
mod observed {
    //! Plain threads are not observed.

    pub fn collect_sites() {}
    pub fn met() -> bool {
        false
    }
    pub fn weaken(_: &str) -> Result<(), String> {
        Err("only loom and shuttle weaken orderings".into())
    }
    pub fn sites() -> serde_json::Value {
        serde_json::json!([])
    }
    pub fn print_timeline() {}
}

use observed::print_timeline;
pub use observed::{collect_sites, met, sites, weaken};

/// Runs `check`. Does not return when it fails: the failure is printed and the exit status is 1, or an abort.
pub fn run(check: &'static Check, options: &Options) -> Value {
    let start = Instant::now();
    std::panic::set_hook(Box::new(move |info| {
        let n = EXECUTIONS.load(Ordering::Relaxed);
        eprintln!("execution {n}: {info}");
        eprintln!("processor time {:.2}", cpu_seconds());
        eprintln!("plan {}", PLAN.load(Ordering::Relaxed));
        print_timeline();
        // The first report is the finding; unwinding through a checker's internals may abort or hang.
        std::process::exit(1);
    }));
    RECORDED.store(options.record.unwrap_or(0), Ordering::Relaxed);
    let explored = explore(check, options);
    if let Some(look) = check.after {
        look();
    }
    json!({
        "check": check.name,
        "outcome": if explored.exhausted { "exhausted" } else { "capped" },
        "bound": explored.bound,
        "executions": EXECUTIONS.load(Ordering::Relaxed),
        "seconds": start.elapsed().as_secs_f64(),
        "cpu": cpu_seconds(),
    })
}

/// What this process has used of a processor, so that a verdict does not depend on who else uses the machine. Both checkers run their model
/// threads as coroutines of the main one.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|ns| ns.parse::<f64>().ok());
    nanoseconds.unwrap_or(0.0) / 1e9
}

/// The execution to record, 0 for none.
static RECORDED: AtomicU64 = AtomicU64::new(0);

fn execution(check: &Check) {
    let number = EXECUTIONS.fetch_add(1, Ordering::Relaxed) + 1;
    #[cfg(any(weft_sync = "loom", weft_sync = "shuttle"))]
    {
        vm_core::sync::model::begin();
        if number == RECORDED.load(Ordering::Relaxed) {
            vm_core::sync::observe::record();
        }
    }
    let _ = number;
    (check.body)();
}

#[cfg(weft_sync = "loom")]
fn explore(check: &'static Check, options: &Options) -> Explored {
    use crate::registry::Checker;
    let own = match check.checker {
        Checker::Loom(bound) => bound,
        Checker::Shuttle => Some(2),
    };
    let bound = options.bound.unwrap_or(own);
    let seconds = options.seconds.unwrap_or(f64::INFINITY);
    let start = Instant::now();
    let mut exhausted = true;
    // Every plan of choices, shortest first: loom explores all interleavings of each.
    for plan in options.plan..1_usize << check.choices {
        PLAN.store(plan as u64, Ordering::Relaxed);
        let left = seconds - start.elapsed().as_secs_f64();
        if left <= 0.0 {
            exhausted = false;
            break;
        }
        let choices: Vec<usize> = (0..check.choices).map(|i| plan >> i & 1).collect();
        vm_core::sync::model::set_plan(&choices, check.spurious);
        let mut builder = loom::model::Builder::new();
        builder.max_branches = 50_000;
        builder.preemption_bound = bound;
        builder.checkpoint_interval = 50;
        let done = EXECUTIONS.load(Ordering::Relaxed);
        if let (Some(record), Some(path)) = (options.record, &options.path) {
            // loom writes the path before each execution whose number is a multiple of the interval. Should this plan end before, nothing is written.
            builder.checkpoint_interval = usize::try_from(record - done).unwrap_or(usize::MAX).max(1);
            builder.checkpoint_file = Some(path.clone());
        } else if let Some(from) = &options.from {
            builder.checkpoint_interval = usize::MAX;
            builder.checkpoint_file = Some(from.clone());
        }
        let plan_start = Instant::now();
        if left.is_finite() {
            builder.max_duration = Some(std::time::Duration::from_secs_f64(left));
        }
        builder.check(move || execution(check));
        // loom does not say why it stopped; the time tells.
        exhausted &= plan_start.elapsed().as_secs_f64() < left;
    }
    Explored { exhausted, bound: bound.map_or_else(|| "none".to_owned(), |b| format!("{b} preemptions")) }
}

#[cfg(weft_sync = "shuttle")]
fn explore(check: &'static Check, options: &Options) -> Explored {
    use shuttle::scheduler::{PctScheduler, RandomScheduler, UrwRandomScheduler};
    use shuttle::{Config, FailurePersistence, MaxSteps, Runner};

    vm_core::sync::model::set_plan(check.choices > 0, check.spurious);
    let seconds = options.seconds.unwrap_or(f64::INFINITY);
    let total = options.schedules.unwrap_or(20_000);
    let each = total.div_ceil(5).max(1);
    let seed = options.seed;
    let config = || {
        let mut config = Config::new();
        config.silence_warnings = true;
        config.failure_persistence = FailurePersistence::None;
        config.max_steps = MaxSteps::FailAfter(200_000);
        config.stack_size = 256 * 1024;
        if seconds.is_finite() {
            config.max_time = Some(std::time::Duration::from_secs_f64(seconds / 5.0));
        }
        config
    };
    let body = move || execution(check);
    // To get to a recorded execution the schedulers before it need not run.
    let skipped = options.record.map_or(0, |n| usize::try_from(n - 1).unwrap_or(0) / each);
    EXECUTIONS.store((skipped * each) as u64, Ordering::Relaxed);
    // Random first: it finds most, soonest. PCT finds what needs few but unlikely preemptions.
    if skipped < 1 {
        Runner::new(RandomScheduler::new_from_seed(seed, each), config()).run(body);
    }
    for (before, depth) in [(1, 3), (2, 5), (3, 10)] {
        if skipped <= before {
            Runner::new(PctScheduler::new_from_seed(seed, depth, each), config()).run(body);
        }
    }
    Runner::new(UrwRandomScheduler::new_from_seed(seed, each), config()).run(body);
    // Random schedules never exhaust anything.
    Explored { exhausted: false, bound: format!("seed {seed}") }
}

#[cfg(not(any(weft_sync = "loom", weft_sync = "shuttle")))]
fn explore(check: &'static Check, options: &Options) -> Explored {
    // Plain threads: for a debugger, and for ThreadSanitizer.
    let seconds = options.seconds.unwrap_or(1.0);
    let start = Instant::now();
    while start.elapsed().as_secs_f64() < seconds {
        execution(check);
    }
    Explored { exhausted: false, bound: "plain threads".to_owned() }
}
