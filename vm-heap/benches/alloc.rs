//! What an allocation costs, collections included, beside the system's `malloc` and `free` in the same run; what a full mark and a new heap cost.
//!
//! `cargo bench -p vm-heap` prints nanoseconds of thread CPU time, best of several rounds, and the ratio.

#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::sync::Arc;

use support::{Me, NODE, World, slot, tagged, world};
use vm_core::sync::Ordering;
use vm_heap::HeapConfig;

const COUNT: u64 = 20_000_000;
const ROUNDS: usize = 5;

/// CPU time of the calling thread, in nanoseconds.
fn cpu() -> u64 {
    let mut t = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: fills the structure.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut t) };
    t.tv_sec as u64 * 1_000_000_000 + t.tv_nsec as u64
}

fn best(mut f: impl FnMut()) -> f64 {
    let once = |f: &mut dyn FnMut()| {
        let start = cpu();
        f();
        (cpu() - start) as f64 / COUNT as f64
    };
    (0..ROUNDS).map(|_| once(&mut f)).fold(f64::INFINITY, f64::min)
}

#[inline(never)]
fn fixed<const BYTES: usize>(me: &Me<'_>) {
    for i in 0..COUNT {
        let cell = me.heap.alloc_class::<BYTES>().expect("memory");
        // SAFETY: fresh memory of this size.
        unsafe { (*cell.as_ptr()).kind = NODE };
        if BYTES > 16 {
            slot(cell, 0).store(i, Ordering::Relaxed);
        }
        std::hint::black_box(cell);
    }
}

#[inline(never)]
fn mixed(me: &Me<'_>) {
    for i in 0..COUNT {
        let cell = me.heap.alloc(16 + ((i as usize * 7) & 0x30)).expect("memory");
        // SAFETY: fresh memory of this size.
        unsafe { (*cell.as_ptr()).kind = NODE };
        std::hint::black_box(cell);
    }
}

/// Alive: a list of `cells`, so that every block is partly free.
fn survivors(me: &Me<'_>, world: &World, cells: usize) {
    for i in 0..cells * 2 {
        let cell = me.node(1, 1).expect("memory");
        if i % 2 == 0 {
            let mut roots = world.roots.lock();
            slot(cell, 0).store(roots.pop().unwrap_or(0), Ordering::Release);
            roots.push(tagged(cell));
        }
    }
}

#[inline(never)]
fn malloc_ring() {
    let mut ring = [std::ptr::null_mut::<libc::c_void>(); 64];
    for i in 0..COUNT {
        let at = &mut ring[i as usize % 64];
        // SAFETY: each pointer is freed once; `free(NULL)` does nothing.
        unsafe {
            libc::free(*at);
            // `calloc` of glibc passes the per-thread cache by.
            *at = libc::malloc(32);
            std::ptr::write_bytes((*at).cast::<u8>(), 0, 32);
        }
        std::hint::black_box(*at);
    }
    for p in ring {
        // SAFETY: as above.
        unsafe { libc::free(p) };
    }
}

/// Pause of a full collection of three million nodes: a chain, or each with a second reference to anywhere.
fn full_mark(random: bool, markers: usize) {
    const CELLS: usize = 3_000_000;
    let world = world(HeapConfig { markers, min_budget: 1 << 30, ..HeapConfig::default() });
    world.run(|me| {
        let mut cells = Vec::with_capacity(CELLS);
        let mut state = 1_u64;
        for i in 0..CELLS {
            let cell = me.node(2, 0).expect("memory");
            if i % 64 != 0 {
                slot(cell, 0).store(tagged(cells[i - 1]), Ordering::Release);
            }
            if random && i != 0 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                slot(cell, 1).store(tagged(cells[(state >> 33) as usize % i]), Ordering::Release);
            }
            cells.push(cell);
        }
        world.roots.lock().extend(cells.iter().skip(63).step_by(64).map(|cell| tagged(*cell)));
        let pauses = (0..6).map(|_| me.collect());
        let best = pauses.map(|stats| (stats.pause, stats.live_cells)).min().expect("six");
        println!(
            "full mark, {} {}, {markers} marker(s): {:?}, {:.1} ns per cell",
            best.1,
            if random { "random" } else { "chains" },
            best.0,
            best.0.as_nanos() as f64 / best.1 as f64
        );
    });
}

fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).expect("a number") * 4096
}

fn main() {
    // First: later the process has threads, and an allocator that has to mind them.
    let malloc = best(malloc_ring);
    let (start, small) = (cpu(), resident());
    let first = world(HeapConfig::default());
    let heap = cpu() - start;
    first.run(|me| me.node(1, 1).map(|_| ())).expect("memory");
    println!(
        "resident memory of a runtime, a heap, a thread and an object: {} KiB",
        (resident() - small) >> 10
    );
    println!(
        "a new runtime and heap {:.1} µs, with a first thread {:.1} µs",
        heap as f64 / 1e3,
        (cpu() - start) as f64 / 1e3
    );
    for random in [false, true] {
        for markers in [1, 2] {
            full_mark(random, markers);
        }
    }
    if std::env::args().any(|a| a == "--profile-me") {
        let world = world(HeapConfig { min_budget: 4 << 20, ..HeapConfig::default() });
        println!("{:.2} ns", world.run(|me| best(|| fixed::<32>(me))));
        println!("{:?}", world.heap.stats());
        return;
    }
    println!("malloc + free, 32 B, ring of 64          {malloc:6.2} ns");
    for megabytes in [1_usize, 2, 4, 8, 16, 64] {
        let config = HeapConfig { min_budget: megabytes << 20, ..HeapConfig::default() };
        let run = |what: &str, body: &dyn Fn(&Me<'_>)| {
            let world = world(config);
            let ns = world.run(|me| best(|| body(me)));
            println!("{what:28} {megabytes:3} MB budget {ns:6.2} ns  {:5.2} × malloc", ns / malloc);
        };
        run("32 B", &fixed::<32>);
        run("16 B", &fixed::<16>);
        run("16..64 B", &mixed);
        let world = world(config);
        let ns = world.run(|me| {
            survivors(me, &world, 50_000);
            best(|| fixed::<32>(me))
        });
        let stats = world.heap.stats();
        println!(
            "32 B, half-full blocks       {megabytes:3} MB budget {ns:6.2} ns  {:5.2} × malloc, {} pauses, {:?} on average",
            ns / malloc,
            stats.collections,
            stats.total_pause / stats.collections.max(1) as u32
        );
    }
    let config = HeapConfig { min_budget: 4 << 20, ..HeapConfig::default() };
    for threads in [1, 2] {
        let world = Arc::new(world(config));
        let wall = std::time::Instant::now();
        let times = world.run_many(threads, |me, _| best(|| fixed::<32>(me)));
        println!(
            "32 B, {threads} threads, CPU per thread {:6.2} ns, wall {:?}",
            times.iter().sum::<f64>() / threads as f64,
            wall.elapsed()
        );
    }
}
