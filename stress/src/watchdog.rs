//! When nothing moves any more: shows every thread and ends the process.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use vm_core::breaker::event;
use vm_core::runtime::Interpreter;

use crate::engine::Progress;

/// Exit code of a run that hangs.
pub const HUNG: i32 = 3;

/// Watches `progress` from a thread of its own; ends the process when it stands still for `patience`.
pub fn start(progress: &Arc<Progress>, patience: Duration) {
    let progress = Arc::clone(progress);
    std::thread::spawn(move || {
        let mut last = (0, Instant::now());
        loop {
            std::thread::sleep(Duration::from_millis(50));
            let beat = progress.beat.load(Ordering::Relaxed);
            if beat != last.0 {
                last = (beat, Instant::now());
            } else if last.1.elapsed() > patience {
                bark(&progress, patience);
            }
        }
    });
}

#[expect(clippy::print_stderr, reason = "the parent collects it")]
fn bark(progress: &Arc<Progress>, patience: Duration) -> ! {
    eprintln!("HANG: nothing has moved for {:.1} s", patience.as_secs_f64());
    // The hang may hold a lock that the inspection wants.
    let (send, receive) = std::sync::mpsc::channel();
    let inspected = Arc::clone(progress);
    std::thread::spawn(move || {
        let inspect = inspected.inspect.lock().unwrap_or_else(|e| e.into_inner());
        let _ = send.send(inspect.as_ref().map_or_else(String::new, |f| f()));
    });
    match receive.recv_timeout(Duration::from_secs(2)) {
        Ok(text) => eprintln!("{text}"),
        Err(_) => eprintln!("the thread list is locked, by one of the threads that hang"),
    }
    system_threads();
    std::process::exit(HUNG);
}

/// The kernel's view of an interpreter's threads: state, breaker, what it waits for.
pub fn threads(interpreter: &Interpreter) -> String {
    let mut out = String::new();
    let list = interpreter.threads();
    for t in list.iter() {
        out += &format!(
            "thread {} (index {}): {:?}, events {}, instrumentation version {}, waits on {:#x}\n",
            t.id(),
            t.index(),
            t.run_state(),
            events(t.breaker().events()),
            t.breaker().version(),
            t.waits_on(),
        );
    }
    out += &format!("the interpreter's version is {}\n", list.version());
    out
}

/// Names of event bits.
pub fn events(bits: u16) -> String {
    let names = [
        (event::STOP, "STOP"),
        (event::RECHECK, "RECHECK"),
        (event::ASYNC_EXC, "ASYNC_EXC"),
        (event::SIGNAL, "SIGNAL"),
        (event::GC, "GC"),
        (event::PENDING_CALLS, "PENDING_CALLS"),
        (event::FINALIZE, "FINALIZE"),
        (event::FINALIZERS, "FINALIZERS"),
        (event::FAULTS, "FAULTS"),
    ];
    let set: Vec<&str> = names.iter().filter(|(bit, _)| bits & bit != 0).map(|(_, name)| *name).collect();
    if set.is_empty() { "none".to_owned() } else { set.join("|") }
}

/// The operating system's view: where each thread sleeps.
#[expect(clippy::print_stderr, reason = "the parent collects it")]
fn system_threads() {
    let Ok(tasks) = std::fs::read_dir("/proc/self/task") else { return };
    for task in tasks.flatten() {
        let read = |name: &str| std::fs::read_to_string(task.path().join(name)).unwrap_or_default();
        let stat = read("stat");
        let state = stat.rsplit(')').next().and_then(|s| s.split_whitespace().next()).unwrap_or("?");
        eprintln!(
            "system thread {} {:?}: {state}, in {}",
            task.file_name().to_string_lossy(),
            read("comm").trim(),
            read("wchan").trim()
        );
    }
}
