//! The models. Each file is one protocol: scenarios over the protocol's own source, the checks that run them, and the seeded bugs that
//! they must catch.

mod litmus;
mod p01_world;
mod p02_all;
mod p03_breaker;
mod p04_async_exc;
mod p05_threads;
mod p06_index_pool;
mod p07_copies;
mod p08_instrument;
mod p08_words;
mod p09_backoff;
mod p11_pending_calls;
mod p12_object_lock;
mod p13_retire;
mod p14_versions;
mod p15_fork;
mod p16_frames;
mod p17_published;
mod p19_heap;
mod p21_blocking;
mod p22_crew;

use std::sync::Arc;

use vm_core::runtime::{Interpreter, Runtime, RuntimeConfig, ThreadCore};
use vm_core::sync::{RaceCell, thread};
use vm_core::world::Attached;

use crate::registry::{Check, Seeded};

/// Every protocol's checks and seeded bugs.
pub const ALL: &[(&[Check], &[Seeded])] = &[
    (litmus::CHECKS, litmus::SEEDED),
    (p01_world::CHECKS, p01_world::SEEDED),
    (p02_all::CHECKS, p02_all::SEEDED),
    (p03_breaker::CHECKS, p03_breaker::SEEDED),
    (p04_async_exc::CHECKS, p04_async_exc::SEEDED),
    (p05_threads::CHECKS, p05_threads::SEEDED),
    (p06_index_pool::CHECKS, p06_index_pool::SEEDED),
    (p07_copies::CHECKS, p07_copies::SEEDED),
    (p08_words::CHECKS, p08_words::SEEDED),
    (p08_instrument::CHECKS, p08_instrument::SEEDED),
    (p09_backoff::CHECKS, p09_backoff::SEEDED),
    (p11_pending_calls::CHECKS, p11_pending_calls::SEEDED),
    (p12_object_lock::CHECKS, p12_object_lock::SEEDED),
    (p13_retire::CHECKS, p13_retire::SEEDED),
    (p15_fork::CHECKS, p15_fork::SEEDED),
    (p14_versions::CHECKS, p14_versions::SEEDED),
    (p16_frames::CHECKS, p16_frames::SEEDED),
    (p17_published::CHECKS, p17_published::SEEDED),
    (p19_heap::CHECKS, p19_heap::SEEDED),
    (p21_blocking::CHECKS, p21_blocking::SEEDED),
    (p22_crew::CHECKS, p22_crew::SEEDED),
];

/// Starts a model thread.
fn spawn<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> thread::JoinHandle<T> {
    thread::spawn("model", 0, body).expect("a model's threads are few")
}

/// Starts a model thread that may be parked for ever, until [`end_parked`] unwinds it.
fn spawn_daemon(body: impl FnOnce() + Send + 'static) -> thread::JoinHandle<()> {
    spawn(move || {
        #[cfg(any(weft_sync = "loom", weft_sync = "shuttle"))]
        if let Err(payload) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(body))
            && !payload.is::<vm_core::sync::model::ModelOver>()
        {
            std::panic::resume_unwind(payload);
        }
        #[cfg(not(any(weft_sync = "loom", weft_sync = "shuttle")))]
        body();
    })
}

/// Lets threads that are parked for ever unwind, now that the model has seen all that it asserts, and waits for them. With plain threads they
/// stay where they are.
fn end_parked(cores: &[Arc<ThreadCore>], threads: Vec<thread::JoinHandle<()>>) {
    #[cfg(any(weft_sync = "loom", weft_sync = "shuttle"))]
    {
        for core in cores {
            core.end_parked();
        }
        join_all(threads);
    }
    #[cfg(not(any(weft_sync = "loom", weft_sync = "shuttle")))]
    drop((cores, threads));
}

/// Waits for model threads.
fn join_all<T>(threads: impl IntoIterator<Item = thread::JoinHandle<T>>) {
    for t in threads {
        assert!(t.join().is_ok(), "a model thread panicked");
    }
}

/// A runtime and one interpreter.
fn rig() -> (Arc<Runtime>, Arc<Interpreter>) {
    let runtime = Runtime::new(RuntimeConfig::default());
    let interpreter = runtime.new_interpreter();
    (runtime, interpreter)
}

/// A thread, born. Where choices refuse the birth it is tried again.
fn born(interpreter: &Interpreter) -> Arc<ThreadCore> {
    loop {
        if let Ok(thread) = interpreter.register_thread() {
            return thread;
        }
    }
}

/// Runs `body` as a thread that is born, attached, and ends.
fn attached(interp: &Interpreter, body: impl FnOnce(&Attached<'_>)) {
    let core = born(interp);
    let t = core.attach();
    body(&t);
    interp.unregister_thread(t);
}

/// Data that some protocol orders: each access is race-checked.
#[derive(Clone)]
struct Private(Arc<RaceCell<u32>>);

impl Private {
    fn new() -> Self {
        Self(Arc::new(RaceCell::new(0)))
    }

    #[track_caller]
    fn add(&self, n: u32) {
        // SAFETY: the checkers run one thread at a time, and report an access that overlaps.
        self.0.with_mut(|p| unsafe { *p += n });
    }

    #[track_caller]
    fn set(&self, n: u32) {
        // SAFETY: as above.
        self.0.with_mut(|p| unsafe { *p = n });
    }

    #[track_caller]
    fn get(&self) -> u32 {
        // SAFETY: as above.
        self.0.with(|p| unsafe { *p })
    }
}
